/* Memory from the system; see heap.h. */
#include "base/heap.h"

#include <sodium.h>
#include <stdlib.h>
#include <sys/mman.h>

void *heap_allocate(size_t len)
{
    return calloc(1, len);
}

void *heap_resize(void *memory, size_t len)
{
    return realloc(memory, len);
}

void heap_release(void *memory)
{
    free(memory);
}

void *heap_allocate_guarded(size_t len)
{
    return sodium_malloc(len);
}

void *heap_map(size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return memory == MAP_FAILED ? NULL : memory;
}
