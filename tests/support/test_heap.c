/* A heap that can be told to fail, in place of lib/base/heap.c. */
#include "base/heap.h"
#include "tests/support/support.h"

#include <sodium.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

static _Atomic uint64_t count;
static _Atomic uint64_t fail_at;

void test_heap_fail_at(uint64_t n)
{
    atomic_store(&count, 0);
    atomic_store(&fail_at, n);
}

uint64_t test_heap_count(void)
{
    return atomic_load(&count);
}

static bool fails(void)
{
    return atomic_fetch_add(&count, 1) + 1 == atomic_load(&fail_at);
}

void *heap_allocate(size_t len)
{
    return fails() ? NULL : calloc(1, len);
}

void *heap_resize(void *memory, size_t len)
{
    return fails() ? NULL : realloc(memory, len);
}

void heap_release(void *memory)
{
    free(memory);
}

void *heap_allocate_guarded(size_t len)
{
    return fails() ? NULL : sodium_malloc(len);
}

void *heap_map(size_t len)
{
    void *memory;

    if (fails()) return NULL;
    memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}
