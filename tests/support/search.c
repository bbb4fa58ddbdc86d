/* A search of this process's memory; see search.h. */
#include "tests/support/search.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory mapped by sanitizers for their own ends is larger than this. */
#define MAX_MAPPING (UINT64_C(1) << 32)

__attribute__((no_sanitize("address", "undefined"))) static size_t
count_in(const uint8_t *from, size_t len, const uint8_t masked[SEARCH_LEN])
{
    size_t n = 0;

    for (size_t at = 0; at + SEARCH_LEN <= len; at++) {
        size_t i = 0;

        while (i < SEARCH_LEN && (from[at + i] ^ SEARCH_MASK) == masked[i]) i++;
        n += i == SEARCH_LEN;
    }
    return n;
}

/* Counts each needle in one mapping, looking at runs of pages that exist. */
static void search_mapping(size_t *counts, const uint8_t (*masked)[SEARCH_LEN], size_t n_masked,
                           const uint8_t *from, size_t len)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), n_pages = len / page, i = 0;
    unsigned char *present =
        mmap(NULL, n_pages, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ck_assert(present != MAP_FAILED);
    if (mincore((void *)(uintptr_t)from, len, present) != 0) memset(present, 1, n_pages);
    while (i < n_pages) {
        size_t first = i;

        while (i < n_pages && (present[i] & 1) != 0) i++;
        for (size_t k = 0; i > first && k < n_masked; k++)
            counts[k] += count_in(from + first * page, (i - first) * page, masked[k]);
        if (i == first) i++;
    }
    munmap(present, n_pages);
}

void search_memory(size_t *counts, const uint8_t (*masked)[SEARCH_LEN], size_t n_masked)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[4096];

    ck_assert_ptr_nonnull(maps);
    memset(counts, 0, n_masked * sizeof counts[0]);
    while (fgets(line, sizeof line, maps) != NULL) {
        unsigned long long from, to;
        char flags[8];

        if (sscanf(line, "%llx-%llx %7s", &from, &to, flags) != 3) continue;
        if (flags[0] != 'r' || flags[1] != 'w' || to - from > MAX_MAPPING) continue;
        search_mapping(counts, masked, n_masked, (const uint8_t *)(uintptr_t)from,
                       (size_t)(to - from));
    }
    fclose(maps);
}

void search_burn_stack(void)
{
    uint8_t dead[65536];

    sodium_memzero(dead, sizeof dead);
}
