/* Affine equivalence of functions of five variables; see affine_class.h. */
#include "compiler/affine_class.h"

#include <stdlib.h>
#include <string.h>

static void walsh_transform(int *values)
{
    for (unsigned step = 1; step < CLASS_POINTS; step *= 2)
        for (unsigned i = 0; i < CLASS_POINTS; i++) {
            int a = values[i], b;

            if ((i & step) != 0) continue;
            b = values[i + step];
            values[i] = a + b;
            values[i + step] = a - b;
        }
}

static uint64_t mix(uint64_t hash)
{
    hash *= UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 31;
}

/* How often each magnitude occurs among the values, whatever their order. */
static uint64_t distribution(const int *values)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < CLASS_POINTS; i++) sum += mix((uint64_t)abs(values[i]) + 1);
    return sum;
}

/* The spectrum's magnitudes, and those of the autocorrelation, which is the transform of the
 * spectrum's squares: neither depends on the choice within a class. */
struct spectrum spectrum_of(uint32_t table)
{
    struct spectrum spectrum;
    int values[CLASS_POINTS];

    for (unsigned i = 0; i < CLASS_POINTS; i++) values[i] = (table >> i & 1) != 0 ? -1 : 1;
    walsh_transform(values);
    for (unsigned i = 0; i < CLASS_POINTS; i++) spectrum.values[i] = (int8_t)values[i];
    spectrum.signature = mix(distribution(values));
    for (unsigned i = 0; i < CLASS_POINTS; i++) values[i] *= values[i];
    walsh_transform(values);
    spectrum.signature += distribution(values);
    return spectrum;
}

/* ------------------------------------------------------------------------------------ search -- */

/* points[u] is where coordinate u of g's spectrum lies in f's, and negative[u] whether with the
 * other sign; the first 2^level are fixed. */
struct search {
    const struct spectrum *f;
    const struct spectrum *g;
    struct affine_map map;
    uint8_t points[CLASS_POINTS];
    uint8_t negative[CLASS_POINTS];
    struct affine_map *maps;
    unsigned n_max;
    unsigned n_found;
};

static bool fits(const struct search *search, unsigned u)
{
    int value = search->f->values[search->points[u]];

    return (search->negative[u] != 0 ? -value : value) == search->g->values[u];
}

/* Fixes row number level; tells whether the spectra agree on all that this decides. */
static bool try_row(struct search *search, unsigned level, unsigned row, bool flipped)
{
    unsigned n = 1u << level;

    search->map.rows[level] = (uint8_t)row;
    search->map.shift = (uint8_t)((search->map.shift & (n - 1)) | (flipped ? n : 0));
    for (unsigned u = 0; u < n; u++) {
        search->points[n + u] = (uint8_t)(search->points[u] ^ row);
        search->negative[n + u] = search->negative[u] ^ flipped;
        if (!fits(search, n + u)) return false;
    }
    return true;
}

static bool in_span(const struct search *search, unsigned level, unsigned row)
{
    for (unsigned u = 0; u < 1u << level; u++)
        if ((search->points[u] ^ search->points[0]) == (int)row) return true;
    return false;
}

static void search_rows(struct search *search, unsigned level);

static void choose_row(struct search *search, unsigned level, unsigned row)
{
    if (in_span(search, level, row)) return;
    for (unsigned flipped = 0; flipped < 2; flipped++) {
        if (!try_row(search, level, row, flipped != 0)) continue;
        search_rows(search, level + 1);
        if (search->n_found == search->n_max) return;
    }
}

/* As deep as there are variables. */
static void search_rows(struct search *search, unsigned level)
{
    if (level == CLASS_VARIABLES) {
        search->maps[search->n_found++] = search->map;
        return;
    }
    for (unsigned row = 1; row < CLASS_POINTS && search->n_found < search->n_max; row++)
        choose_row(search, level, row);
}

unsigned affine_find(struct affine_map *maps, unsigned n_max, const struct spectrum *f,
                     const struct spectrum *g)
{
    struct search search = {.f = f, .g = g, .maps = maps, .n_max = n_max};

    if (f->signature != g->signature) return 0;
    for (unsigned origin = 0; origin < CLASS_POINTS; origin++)
        for (unsigned flipped = 0; flipped < 2; flipped++) {
            search.map.offset = (uint8_t)origin;
            search.map.constant = flipped != 0;
            search.points[0] = (uint8_t)origin;
            search.negative[0] = (uint8_t)flipped;
            if (search.n_found < n_max && fits(&search, 0)) search_rows(&search, 0);
        }
    return search.n_found;
}

void affine_apply(struct recipe *f, const struct recipe *g, const struct affine_map *map)
{
    uint16_t forms[TRUTH_MAX_VARIABLES] = {0};

    for (unsigned i = 0; i < CLASS_VARIABLES; i++)
        forms[i] = (uint16_t)(map->rows[i] | ((map->shift >> i & 1) != 0 ? RECIPE_ONE : 0));
    recipe_substitute(f, g, forms);
    f->out = (uint16_t)(f->out ^ map->offset ^ (map->constant ? RECIPE_ONE : 0));
}
