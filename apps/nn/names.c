/* Open addressing with linear probing, at most half full. */
#include "apps/nn/names.h"

#include "apps/buffer.h"

#include <stdlib.h>
#include <string.h>

/** FNV-1a. A hostile file can make names collide; its number of names is bounded. */
static size_t hash(const char *name)
{
    uint64_t h = UINT64_C(14695981039346656037);

    for (; *name != '\0'; name++) h = (h ^ (unsigned char)*name) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

static struct names_entry *place(const struct names *names, const char *name)
{
    size_t i = hash(name) & (names->capacity - 1);

    while (names->entries[i].name != NULL && strcmp(names->entries[i].name, name) != 0)
        i = (i + 1) & (names->capacity - 1);
    return &names->entries[i];
}

size_t names_find(const struct names *names, const char *name, size_t fallback)
{
    const struct names_entry *entry;

    if (names->n == 0) return fallback;
    entry = place(names, name);
    return entry->name == NULL ? fallback : entry->number;
}

static int grow(struct report *report, struct names *names)
{
    struct names bigger = {.capacity = names->capacity == 0 ? 64 : 2 * names->capacity};

    bigger.entries = new_array(bigger.capacity, sizeof *bigger.entries);
    if (bigger.entries == NULL) return report_memory(report);
    for (size_t i = 0; i < names->capacity; i++)
        if (names->entries[i].name != NULL)
            *place(&bigger, names->entries[i].name) = names->entries[i];
    bigger.n = names->n;
    free(names->entries);
    *names = bigger;
    return STATUS_OK;
}

int names_add(struct report *report, struct names *names, const char *name, size_t number)
{
    if (2 * names->n >= names->capacity && grow(report, names) != STATUS_OK) return report->status;
    *place(names, name) = (struct names_entry){name, number};
    names->n++;
    return STATUS_OK;
}

void names_free(struct names *names)
{
    free(names->entries);
    *names = (struct names){0};
}
