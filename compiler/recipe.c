/* Recipes for Boolean functions; see recipe.h. */
#include "compiler/recipe.h"

#define VARIABLES ((1u << TRUTH_MAX_VARIABLES) - 1)

static uint64_t form_value(unsigned form, const uint64_t *ands)
{
    uint64_t value = (form & RECIPE_ONE) != 0 ? UINT64_MAX : 0;

    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++)
        if ((form >> i & 1) != 0) value ^= truth_variable(i);
    for (unsigned i = 0; i < RECIPE_MAX_ANDS; i++)
        if ((form & RECIPE_AND(i)) != 0) value ^= ands[i];
    return value;
}

uint64_t recipe_evaluate(const struct recipe *recipe)
{
    uint64_t ands[RECIPE_MAX_ANDS] = {0};

    for (unsigned i = 0; i < recipe->n_ands; i++)
        ands[i] = form_value(recipe->left[i], ands) & form_value(recipe->right[i], ands);
    return form_value(recipe->out, ands);
}

/* A constant is a complemented edge, which is free. */
static unsigned form_weight(unsigned form)
{
    unsigned n = (unsigned)__builtin_popcount(form & ~RECIPE_ONE);

    return n > 0 ? n - 1 : 0;
}

unsigned recipe_weight(const struct recipe *recipe)
{
    unsigned weight = form_weight(recipe->out);

    for (unsigned i = 0; i < recipe->n_ands; i++)
        weight += form_weight(recipe->left[i]) + form_weight(recipe->right[i]);
    return weight;
}

static uint16_t substitute(unsigned form, const uint16_t *forms)
{
    unsigned out = form & ~VARIABLES;

    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++)
        if ((form >> i & 1) != 0) out ^= forms[i];
    return (uint16_t)out;
}

void recipe_substitute(struct recipe *out, const struct recipe *recipe, const uint16_t *forms)
{
    struct recipe made = {.n_ands = recipe->n_ands};

    for (unsigned i = 0; i < recipe->n_ands; i++) {
        made.left[i] = substitute(recipe->left[i], forms);
        made.right[i] = substitute(recipe->right[i], forms);
    }
    made.out = substitute(recipe->out, forms);
    *out = made;
}
