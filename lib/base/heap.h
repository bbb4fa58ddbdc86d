/*
 * Where memory comes from. The library has one implementation, heap.c; the tests link another one
 * in its place that can be told to fail.
 */
#ifndef SOTTO_BASE_HEAP_H
#define SOTTO_BASE_HEAP_H

#include <stddef.h>

void *heap_allocate(size_t len); /* zeroed */
void *heap_resize(void *memory, size_t len);
void heap_release(void *memory);
void *heap_allocate_guarded(size_t len); /* released with sodium_free() */
void *heap_map(size_t len);              /* zeroed pages; released with munmap() */

#endif
