/* Checked allocation and wiping; see memory.h. */
#include "base/memory.h"

#include "base/checked.h"
#include "base/heap.h"

#include <sodium.h>
#include <string.h>
#include <sys/mman.h>

void *mem_new(uint64_t n, size_t size)
{
    size_t len;

    if (!mul_size(&len, n, size)) return NULL;
    return heap_allocate(len > 0 ? len : 1);
}

void *mem_resize(void *memory, uint64_t old_n, uint64_t n, size_t size)
{
    size_t old_len, len;
    unsigned char *resized;

    if (!mul_size(&old_len, old_n, size) || !mul_size(&len, n, size)) return NULL;
    resized = heap_resize(memory, len > 0 ? len : 1);
    if (resized != NULL && len > old_len) memset(resized + old_len, 0, len - old_len);
    return resized;
}

char *mem_text(const char *text, size_t text_len)
{
    size_t len;
    char *copy;

    if (!add_size(&len, text_len, 1)) return NULL;
    copy = mem_new(len, 1);
    if (copy != NULL && text_len > 0) memcpy(copy, text, text_len);
    return copy;
}

void mem_free(void *memory)
{
    heap_release(memory);
}

void mem_wipe(void *memory, size_t len)
{
    sodium_memzero(memory, len);
}

void *guarded_new(size_t len)
{
    size_t rounded;
    void *memory;

    /* Guarded memory ends at a page's end: a multiple of 64 keeps its start aligned for vectors. */
    if (!add_size(&rounded, len, 63)) return NULL;
    rounded &= ~(size_t)63;
    memory = heap_allocate_guarded(rounded);
    if (memory != NULL) memset(memory, 0, rounded);
    return memory;
}

void guarded_free(void *memory)
{
    sodium_free(memory);
}

/* From this length on memory is taken in huge pages, where the system has them to give: to touch
 * page after page for the first time would cost more than what is done with it. */
#define HUGE_MIN_LEN ((size_t)8 << 20)

void *bulk_new(uint64_t n, size_t size)
{
    size_t len;
    void *memory;

    if (!mul_size(&len, n, size)) return NULL;
    memory = heap_map(len > 0 ? len : 1);
    if (memory == NULL) return NULL;
    /* Advice only: an old kernel that lacks either still gives correct memory. */
    (void)madvise(memory, len, MADV_DONTDUMP);
    (void)madvise(memory, len, MADV_WIPEONFORK);
    if (len >= HUGE_MIN_LEN) (void)madvise(memory, len, MADV_HUGEPAGE);
    return memory;
}

void bulk_free(void *memory, uint64_t n, size_t size)
{
    size_t len = (size_t)n * size; /* checked when it was made */

    if (memory == NULL) return;
    mem_wipe(memory, len);
    munmap(memory, len > 0 ? len : 1);
}
