/* Few ANDs for functions of up to six variables; see mc.h. */
#include "compiler/mc.h"

#include "compiler/mc_classes.h"

#include <limits.h>

#define N_REMEMBERED (1u << 15)
#define N_MAPS 16 /* tried for the fewest XORs */
#define ALL_FORMS (1u << TRUTH_MAX_VARIABLES)

/* Functions are remembered without their affine part. */
struct remembered {
    uint64_t anf; /* 0: free */
    struct recipe recipe;
};

struct mc {
    struct spectrum spectra[N_CLASSES];
    struct remembered remembered[N_REMEMBERED];
};

struct mc *mc_new(struct arena *arena)
{
    struct mc *mc = arena_new(arena, 1, sizeof *mc);

    for (unsigned i = 0; i < N_CLASSES; i++)
        mc->spectra[i] = spectrum_of((uint32_t)recipe_evaluate(&mc_classes[i]));
    return mc;
}

static bool is_better(const struct recipe *a, const struct recipe *b)
{
    if (a->n_ands != b->n_ands) return a->n_ands < b->n_ands;
    return recipe_weight(a) < recipe_weight(b);
}

/* The sum of constant and variables that the algebraic normal form says. */
static uint16_t affine_form(uint64_t anf)
{
    unsigned form = (anf & 1) != 0 ? RECIPE_ONE : 0;

    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++)
        form |= (unsigned)(anf >> (1u << i) & 1) << i;
    return (uint16_t)form;
}

/* -------------------------------------------------------------------------------- degree two -- */

static unsigned partners(uint64_t anf, unsigned i, unsigned without)
{
    unsigned out = 0;

    for (unsigned j = 0; j < TRUTH_MAX_VARIABLES; j++)
        if (j != i && j != without) out |= (unsigned)(anf >> (1u << i | 1u << j) & 1) << j;
    return out;
}

/* The product of two forms, added to anf. */
static uint64_t add_product(uint64_t anf, unsigned a, unsigned b)
{
    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++)
        for (unsigned j = 0; j < TRUTH_MAX_VARIABLES; j++)
            if ((a >> i & 1) != 0 && (b >> j & 1) != 0) anf ^= UINT64_C(1) << (1u << i | 1u << j);
    return anf;
}

/* x y + x A + y B + C = (x + B)(y + A) + A B + C: each AND takes two variables away (Dickson). */
static void reduce_quadratic(struct recipe *recipe, uint64_t anf)
{
    *recipe = (struct recipe){.n_ands = 0};
    for (uint64_t left; (left = anf & TRUTH_QUADRATIC) != 0;) {
        unsigned product = (unsigned)__builtin_ctzll(left);
        unsigned x = (unsigned)__builtin_ctz(product), y = 31 - (unsigned)__builtin_clz(product);
        unsigned a = 1u << x | partners(anf, y, x), b = 1u << y | partners(anf, x, y);

        anf = add_product(anf, a, b);
        recipe->left[recipe->n_ands] = (uint16_t)a;
        recipe->right[recipe->n_ands] = (uint16_t)b;
        recipe->out ^= RECIPE_AND(recipe->n_ands);
        recipe->n_ands++;
    }
    recipe->out ^= affine_form(anf);
}

/* ---------------------------------------------------------------------------- five variables -- */

/* variables[i] is what variable i of the table stands for. */
static void recipe_of_class(const struct mc *mc, struct recipe *best, uint32_t table,
                            const uint16_t *variables)
{
    struct spectrum spectrum = spectrum_of(table);
    struct affine_map maps[N_MAPS];
    struct recipe recipe;
    unsigned n = 0, class;

    for (class = 0; n == 0 && class < N_CLASSES; class ++)
        n = affine_find(maps, N_MAPS, &spectrum, &mc->spectra[class]);
    for (unsigned i = 0; i < n; i++) {
        affine_apply(&recipe, &mc_classes[class - 1], &maps[i]);
        recipe_substitute(&recipe, &recipe, variables);
        if (i == 0 || is_better(&recipe, best)) *best = recipe;
    }
}

/* Moves the variables that occur to the front; their number. */
static unsigned compress(uint64_t *anf, uint16_t *variables)
{
    unsigned n = 0;

    for (unsigned i = 0; i < TRUTH_MAX_VARIABLES; i++) {
        variables[i] = 0;
        if ((*anf & truth_variable(i)) == 0) continue;
        if (n < i) *anf = truth_swap(*anf, n, i);
        variables[n++] = (uint16_t)(1u << i);
    }
    return n;
}

/* ----------------------------------------------------------------------------- six variables -- */

/* The table in coordinates of which number k is the given form, k its lowest variable. */
static uint64_t change_coordinate(uint64_t table, unsigned k, unsigned form)
{
    uint64_t variable = truth_variable(k);
    uint64_t flipped = (table & variable) >> (1u << k) | (table & ~variable) << (1u << k);
    uint64_t where = 0;

    for (unsigned i = k + 1; i < TRUTH_MAX_VARIABLES; i++)
        if ((form >> i & 1) != 0) where ^= truth_variable(i);
    return (table & ~where) | (flipped & where);
}

/* ANDs of base come first, then those of factor. */
static uint16_t behind(unsigned form, unsigned n_before)
{
    unsigned variables = ALL_FORMS - 1, ands = form & ~(variables | RECIPE_ONE);

    return (uint16_t)((form & (variables | RECIPE_ONE)) | ands << n_before);
}

/* base + form * factor. */
static void join(struct recipe *out, const struct recipe *base, unsigned form,
                 const struct recipe *factor)
{
    unsigned n = base->n_ands, rest = behind(factor->out, n);

    *out = *base;
    for (unsigned i = 0; i < factor->n_ands; i++) {
        out->left[n + i] = behind(factor->left[i], base->n_ands);
        out->right[n + i] = behind(factor->right[i], base->n_ands);
    }
    n += factor->n_ands;
    if ((rest & ~RECIPE_ONE) == 0) {
        out->out ^= (uint16_t)(rest != 0 ? form : 0);
    } else {
        out->left[n] = (uint16_t)form;
        out->right[n] = (uint16_t)rest;
        out->out ^= RECIPE_AND(n);
        n++;
    }
    out->n_ands = (uint8_t)n;
}

/* ANDs of a function that does not depend on all six variables. */
static unsigned count_ands(const struct mc *mc, uint64_t table)
{
    uint64_t anf = truth_anf(table) & ~TRUTH_AFFINE, signature;
    uint16_t variables[TRUTH_MAX_VARIABLES];
    struct recipe recipe;

    if ((anf & ~TRUTH_QUADRATIC) == 0) {
        reduce_quadratic(&recipe, anf);
        return recipe.n_ands;
    }
    (void)compress(&anf, variables);
    signature = spectrum_of((uint32_t)truth_anf(anf)).signature;
    for (unsigned i = 0; i < N_CLASSES; i++)
        if (mc->spectra[i].signature == signature) return mc_classes[i].n_ands;
    return RECIPE_MAX_ANDS;
}

/* f = f0 + l f1 = (f0 + f1) + (l + 1) f1. */
struct split {
    uint64_t base;
    uint64_t factor;
    unsigned form; /* with RECIPE_ONE: the second way */
    unsigned n_ands;
};

static void try_split(const struct mc *mc, struct split *best, uint64_t table, unsigned form)
{
    unsigned k = (unsigned)__builtin_ctz(form), n;
    uint64_t variable = truth_variable(k), changed = change_coordinate(table, k, form);
    uint64_t zero = changed & ~variable, one = (changed & variable) >> (1u << k), factor;

    zero |= zero << (1u << k);
    one |= one << (1u << k);
    factor = zero ^ one;
    n = count_ands(mc, factor) + (factor != 0 && ~factor != 0);
    if (n >= best->n_ands) return;
    for (unsigned complemented = 0; complemented < 2; complemented++) {
        uint64_t base = complemented != 0 ? one : zero;
        unsigned n_ands = n + count_ands(mc, base);

        if (n_ands < best->n_ands)
            *best =
                (struct split){base, factor, form | (complemented != 0 ? RECIPE_ONE : 0), n_ands};
    }
}

static void split_six(struct mc *mc, struct recipe *recipe, uint64_t anf)
{
    uint64_t table = truth_anf(anf);
    struct split best = {.n_ands = UINT_MAX};
    struct recipe base, factor;

    for (unsigned form = 1; form < ALL_FORMS; form++) try_split(mc, &best, table, form);
    mc_recipe(mc, &base, best.base);
    mc_recipe(mc, &factor, best.factor);
    join(recipe, &base, best.form, &factor);
}

/* ------------------------------------------------------------------------------------ lookup -- */

static void find_recipe(struct mc *mc, struct recipe *recipe, uint64_t anf)
{
    uint16_t variables[TRUTH_MAX_VARIABLES];
    uint64_t compressed = anf;

    if ((anf & ~(TRUTH_AFFINE | TRUTH_QUADRATIC)) == 0) {
        reduce_quadratic(recipe, anf);
    } else if (compress(&compressed, variables) <= CLASS_VARIABLES) {
        recipe_of_class(mc, recipe, (uint32_t)truth_anf(compressed), variables);
    } else {
        split_six(mc, recipe, anf);
    }
}

static uint64_t hash(uint64_t anf)
{
    anf *= UINT64_C(0x9e3779b97f4a7c15);
    anf ^= anf >> 32;
    return anf * UINT64_C(0xbf58476d1ce4e5b9) >> 49;
}

void mc_recipe(struct mc *mc, struct recipe *recipe, uint64_t table)
{
    uint64_t anf = truth_anf(table), core = anf & ~TRUTH_AFFINE;
    struct remembered *place = &mc->remembered[hash(core)];

    *recipe = (struct recipe){.n_ands = 0};
    if (core != 0) {
        if (place->anf != core) {
            struct recipe found;

            find_recipe(mc, &found, core);
            *place = (struct remembered){core, found};
        }
        *recipe = place->recipe;
    }
    recipe->out ^= affine_form(anf & TRUTH_AFFINE);
}
