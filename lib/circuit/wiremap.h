/*
 * From the wire numbers of a file to canonical wires, four bytes a wire. Pages are made when a
 * wire of theirs is first driven, so that a header's promise alone takes next to nothing.
 */
#ifndef SOTTO_CIRCUIT_WIREMAP_H
#define SOTTO_CIRCUIT_WIREMAP_H

#include "base/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WIREMAP_PAGE_BITS 10
#define WIREMAP_PAGE (UINT64_C(1) << WIREMAP_PAGE_BITS)

struct wiremap {
    uint32_t **pages; /* of canonical wires plus one; 0: not driven yet */
    uint64_t n_pages;
};

/** For indices below n; false when memory runs out. */
static inline bool wiremap_init(struct wiremap *map, uint64_t n)
{
    map->n_pages = n / WIREMAP_PAGE + 1;
    map->pages = mem_new(map->n_pages, sizeof *map->pages);
    return map->pages != NULL;
}

static inline void wiremap_wipe(struct wiremap *map)
{
    for (uint64_t i = 0; map->pages != NULL && i < map->n_pages; i++) mem_free(map->pages[i]);
    mem_free(map->pages);
    map->pages = NULL;
}

/** The place of an index, or NULL when it has none yet. */
static inline uint32_t *wiremap_find(const struct wiremap *map, uint64_t index)
{
    uint32_t *page = map->pages[index >> WIREMAP_PAGE_BITS];

    return page == NULL ? NULL : page + (index & (WIREMAP_PAGE - 1));
}

/** The same, but makes the place; NULL when memory runs out. */
static inline uint32_t *wiremap_make(struct wiremap *map, uint64_t index)
{
    uint32_t **page = map->pages + (index >> WIREMAP_PAGE_BITS);

    if (*page == NULL) *page = mem_new(WIREMAP_PAGE, sizeof **page);
    return *page == NULL ? NULL : *page + (index & (WIREMAP_PAGE - 1));
}

#endif
