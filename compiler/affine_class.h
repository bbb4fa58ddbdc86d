/*
 * Affine equivalence of Boolean functions of five variables by their Walsh spectra: a change of
 * coordinates permutes the spectrum linearly, a shift of the argument and a constant change signs,
 * a linear function added moves its origin. See Berlekamp and Welch, "Weight distributions of the
 * cosets of the (32,6) Reed-Muller code", IEEE IT 18, 1972: there are 48 classes.
 */
#ifndef SOTTO_COMPILER_AFFINE_CLASS_H
#define SOTTO_COMPILER_AFFINE_CLASS_H

#include "compiler/recipe.h"

#define CLASS_VARIABLES 5
#define CLASS_POINTS 32
#define N_CLASSES 48

struct spectrum {
    int8_t values[CLASS_POINTS];
    uint64_t signature; /* the same for all functions of a class */
};

/** f(x) = g(y) + offset . x + constant where y_i = rows[i] . x + bit i of shift. */
struct affine_map {
    uint8_t rows[CLASS_VARIABLES];
    uint8_t shift;
    uint8_t offset;
    bool constant;
};

struct spectrum spectrum_of(uint32_t table);

/** Maps that take g to f, at most n_max of them; the number found, 0 when the classes differ. */
unsigned affine_find(struct affine_map *maps, unsigned n_max, const struct spectrum *f,
                     const struct spectrum *g);

/** The recipe of f from that of g. */
void affine_apply(struct recipe *f, const struct recipe *g, const struct affine_map *map);

#endif
