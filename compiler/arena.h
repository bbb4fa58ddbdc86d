/*
 * Memory of one compilation: handed out in order, freed all at once. An arena never returns NULL.
 * When the memory or the arena's limit is used up it jumps to the place that its owner set with
 * setjmp(); nothing between the two ends may hold a resource that is not in the arena.
 */
#ifndef SOTTO_COMPILER_ARENA_H
#define SOTTO_COMPILER_ARENA_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct arena_block;

struct arena {
    struct arena_block *blocks; /* the newest first */
    unsigned char *at;
    size_t left;
    uint64_t n_taken;  /* bytes taken from the system */
    uint64_t max_len;  /* SOTTO_ERR_LIMIT beyond */
    jmp_buf *on_error; /* longjmp() with a sotto_err; set before the first allocation */
};

void arena_init(struct arena *arena, uint64_t max_len, jmp_buf *on_error);
void arena_free(struct arena *arena);

/** n zeroed elements of size bytes, aligned for every type. n may be 0. */
void *arena_new(struct arena *arena, uint64_t n, size_t size) __attribute__((returns_nonnull));

/** Doubles an array that is full: returns elements (n of *capacity used) or its larger copy. */
void *arena_grow(struct arena *arena, void *elements, uint64_t n, uint64_t *capacity, size_t size)
    __attribute__((returns_nonnull));

char *arena_text(struct arena *arena, const char *text, size_t text_len)
    __attribute__((returns_nonnull));
char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((returns_nonnull, format(printf, 2, 3)));
char *arena_format_va(struct arena *arena, const char *format, va_list args)
    __attribute__((returns_nonnull, format(printf, 2, 0)));

#endif
