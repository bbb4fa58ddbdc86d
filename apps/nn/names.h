/* A map from names to numbers. */
#ifndef SOTTO_APPS_NN_NAMES_H
#define SOTTO_APPS_NN_NAMES_H

#include "apps/report.h"

struct names_entry {
    const char *name; /**< the caller's; NULL when empty */
    size_t number;
};

/** Zero-initialise. */
struct names {
    struct names_entry *entries;
    size_t capacity; /**< a power of two, or 0 */
    size_t n;
};

/** The number of name, or fallback. */
size_t names_find(const struct names *names, const char *name, size_t fallback);

/** Adds a name that is not there yet and outlives the map. */
int names_add(struct report *report, struct names *names, const char *name, size_t number);

void names_free(struct names *names);

#endif
