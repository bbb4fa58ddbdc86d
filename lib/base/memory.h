/*
 * Allocation in four kinds: plain, guarded (for Delta, seeds and keys), bulk (for labels; kept out
 * of core dumps) and the wiping that goes with them. All sizes are checked; all fail with NULL.
 * Everything is zeroed when handed out.
 */
#ifndef SOTTO_BASE_MEMORY_H
#define SOTTO_BASE_MEMORY_H

#include <stddef.h>
#include <stdint.h>

#define CHECKED_ALLOC __attribute__((warn_unused_result))

/** n zeroed elements of size bytes; n may be 0 (still a unique pointer). */
void *mem_new(uint64_t n, size_t size) CHECKED_ALLOC;

/** Resizes to n elements; the tail beyond old_n is zeroed. The old block stays on failure. Not for
 *  secrets: an outgrown block is not wiped. */
void *mem_resize(void *memory, uint64_t old_n, uint64_t n, size_t size) CHECKED_ALLOC;

/** A copy of text_len bytes with a NUL behind. */
char *mem_text(const char *text, size_t text_len) CHECKED_ALLOC;

void mem_free(void *memory);

/** Overwrites memory in a way that the compiler keeps. */
void mem_wipe(void *memory, size_t len);

/** Small secrets between guard pages, locked, out of core dumps; wiped when freed. */
void *guarded_new(size_t len) CHECKED_ALLOC;
void guarded_free(void *memory);

/** Many labels: page-aligned, out of core dumps, not inherited by a child; wiped when freed. */
void *bulk_new(uint64_t n, size_t size) CHECKED_ALLOC;
void bulk_free(void *memory, uint64_t n, size_t size);

#endif
