/*
 * Recipes: how to compute a Boolean function of up to six variables with few ANDs. A form is a sum
 * of variables, results of earlier ANDs and the constant; each AND multiplies two forms, the result
 * is a form. XORs being free, this is all that counts: see Boyar, Peralta and Pochuev, "On the
 * multiplicative complexity of Boolean functions over the basis (and, xor, 1)", TCS 235, 2000.
 */
#ifndef SOTTO_COMPILER_RECIPE_H
#define SOTTO_COMPILER_RECIPE_H

#include "compiler/truth.h"

#define RECIPE_MAX_ANDS 9
#define RECIPE_ONE (1u << 15)                             /* the constant in a form */
#define RECIPE_AND(i) (1u << (TRUTH_MAX_VARIABLES + (i))) /* AND number i in a form */

struct recipe {
    uint16_t left[RECIPE_MAX_ANDS];
    uint16_t right[RECIPE_MAX_ANDS];
    uint16_t out;
    uint8_t n_ands;
};

/** The truth table that a recipe computes. */
uint64_t recipe_evaluate(const struct recipe *recipe);

/** The XORs that its forms take, as they stand. */
unsigned recipe_weight(const struct recipe *recipe);

/** The recipe with variable i replaced by forms[i], a sum of variables and the constant. */
void recipe_substitute(struct recipe *out, const struct recipe *recipe, const uint16_t *forms);

#endif
