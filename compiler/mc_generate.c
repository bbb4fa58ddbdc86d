/*
 * Writes mc_classes.c: recipes with the fewest ANDs for all affine classes of functions of five
 * variables. Every recipe of up to three ANDs is enumerated, so that a class not met among those of
 * m ANDs needs m + 1: up to affine equivalence the first AND is that of the first two variables; an
 * AND of two forms depends, up to a form, on the plane only that they span; and ANDs before the
 * last may be added to the output. Classes that are left need four ANDs, which suffice for all
 * (Turan Sonmez and Peralta, "The multiplicative complexity of Boolean functions on four and five
 * variables", LightSec 2014); their recipes are met in a repeatable random walk.
 */
#include "compiler/affine_class.h"

#include <stdio.h>
#include <stdlib.h>

#define N_NORMAL (UINT32_C(1) << 26) /* functions without constant and linear terms */
#define MAX_LEVELS 4

struct found_class {
    struct spectrum spectrum;
    struct recipe recipe;
};

struct generator {
    uint8_t seen[N_NORMAL / 8];
    struct found_class classes[N_CLASSES];
    unsigned n_classes;
    uint64_t n_enumerated;
    struct recipe recipe;                         /* the one at hand */
    uint32_t forms[CLASS_VARIABLES + MAX_LEVELS]; /* tables of variables, then of ANDs */
};

/* The 26 coefficients of degree two and more, without gaps. */
static uint32_t normal_index(uint32_t table)
{
    uint32_t anf = (uint32_t)truth_anf(table);

    return (anf >> 3 & 1) | (anf >> 5 & 7) << 1 | (anf >> 9 & 127) << 4 | (anf >> 17) << 11;
}

/* --------------------------------------------------------------------------- representatives -- */

/* A search for a map starts with the coordinates 0, 1, 2, 4, 8 and 16 of the spectrum: the member
 * of the class that has rare magnitudes there is found soonest. */
static unsigned rareness(const struct spectrum *spectrum, unsigned point)
{
    unsigned n = 0;

    for (unsigned i = 0; i < CLASS_POINTS; i++)
        n += abs(spectrum->values[i]) == abs(spectrum->values[point]);
    return spectrum->values[point] == 0 ? 0 : CLASS_POINTS + 1 - n;
}

/* The point outside those already taken with the rarest magnitude. */
static unsigned rarest(const struct spectrum *spectrum, const uint8_t *taken, unsigned n_taken)
{
    unsigned best = CLASS_POINTS;

    for (unsigned point = 0; point < CLASS_POINTS; point++) {
        bool is_free = true;

        for (unsigned i = 0; i < n_taken; i++) is_free = is_free && taken[i] != point;
        if (is_free &&
            (best == CLASS_POINTS || rareness(spectrum, point) > rareness(spectrum, best)))
            best = point;
    }
    return best;
}

/* The function whose spectrum is the given one, by the inverse transform. */
static uint32_t table_of(const int8_t *values)
{
    uint32_t table = 0;

    for (unsigned x = 0; x < CLASS_POINTS; x++) {
        int sum = 0;

        for (unsigned w = 0; w < CLASS_POINTS; w++)
            sum += __builtin_parity(w & x) != 0 ? -values[w] : values[w];
        if (sum < 0) table |= UINT32_C(1) << x;
    }
    return table;
}

static struct found_class representative(const struct recipe *recipe,
                                         const struct spectrum *spectrum)
{
    struct found_class class;
    struct affine_map map;
    uint8_t points[CLASS_POINTS] = {0};
    int8_t values[CLASS_POINTS];

    points[0] = (uint8_t)rarest(spectrum, points, 0);
    for (unsigned n = 1; n < CLASS_POINTS; n *= 2) {
        unsigned row = rarest(spectrum, points, n) ^ points[0];

        for (unsigned u = 0; u < n; u++) points[n + u] = (uint8_t)(points[u] ^ row);
    }
    for (unsigned u = 0; u < CLASS_POINTS; u++) values[u] = spectrum->values[points[u]];
    class.spectrum = spectrum_of(table_of(values));
    if (affine_find(&map, 1, &class.spectrum, spectrum) == 0) {
        fputs("mc_generate: a representative is outside its class\n", stderr);
        exit(1);
    }
    affine_apply(&class.recipe, recipe, &map);
    return class;
}

/* ------------------------------------------------------------------------------- enumeration -- */

static void learn(struct generator *generator, const struct recipe *recipe, uint32_t table)
{
    uint32_t index = normal_index(table);
    struct spectrum spectrum;
    struct affine_map map;

    if ((generator->seen[index / 8] >> index % 8 & 1) != 0) return;
    generator->seen[index / 8] |= (uint8_t)(1u << index % 8);
    spectrum = spectrum_of(table);
    for (unsigned i = 0; i < generator->n_classes; i++)
        if (affine_find(&map, 1, &spectrum, &generator->classes[i].spectrum) > 0) return;
    if (generator->n_classes == N_CLASSES) {
        fputs("mc_generate: more classes than there are\n", stderr);
        exit(1);
    }
    generator->classes[generator->n_classes++] = representative(recipe, &spectrum);
}

/* The forms as bits 0 to 4 for variables and from 5 for ANDs. */
static uint16_t recipe_form(unsigned form)
{
    unsigned variables = form & ((1u << CLASS_VARIABLES) - 1);

    return (uint16_t)(variables | (form >> CLASS_VARIABLES) << TRUTH_MAX_VARIABLES);
}

static uint32_t form_table(const struct generator *generator, unsigned form)
{
    uint32_t table = 0;

    for (unsigned i = 0; form >> i != 0; i++)
        if ((form >> i & 1) != 0) table ^= generator->forms[i];
    return table;
}

/* Takes AND number level as that of two forms, and learns its sums with those before. */
static void push_and(struct generator *generator, unsigned level, unsigned left, unsigned right)
{
    struct recipe *recipe = &generator->recipe;
    uint32_t table = form_table(generator, left) & form_table(generator, right);

    generator->forms[CLASS_VARIABLES + level] = table;
    recipe->left[level] = recipe_form(left);
    recipe->right[level] = recipe_form(right);
    recipe->n_ands = (uint8_t)(level + 1);
}

static void learn_sums(struct generator *generator, unsigned level)
{
    uint32_t last = generator->forms[CLASS_VARIABLES + level];

    for (unsigned sum = 0; sum < 1u << level; sum++) {
        generator->recipe.out =
            recipe_form(sum << CLASS_VARIABLES | 1u << (CLASS_VARIABLES + level));
        generator->n_enumerated++;
        learn(generator, &generator->recipe, last ^ form_table(generator, sum << CLASS_VARIABLES));
    }
}

static void enumerate(struct generator *generator, unsigned level, unsigned n_levels);

/* All forms below the leading bit of left and without it: with left they span each plane once. */
static void enumerate_planes(struct generator *generator, unsigned level, unsigned n_levels,
                             unsigned left)
{
    for (unsigned right = 1; right < left; right++) {
        unsigned lead = 1u << (31 - __builtin_clz(right));

        if ((left & lead) != 0) continue;
        push_and(generator, level, left, right);
        if (level + 1 == n_levels) learn_sums(generator, level);
        else enumerate(generator, level + 1, n_levels);
    }
}

/* As deep as there are ANDs. */
static void enumerate(struct generator *generator, unsigned level, unsigned n_levels)
{
    for (unsigned left = 2; left < 1u << (CLASS_VARIABLES + level); left++)
        enumerate_planes(generator, level, n_levels, left);
}

static void enumerate_all(struct generator *generator, unsigned n_levels)
{
    push_and(generator, 0, 1, 2);
    if (n_levels == 1) learn_sums(generator, 0);
    else enumerate(generator, 1, n_levels);
}

static unsigned next(uint64_t *state, unsigned below)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (unsigned)((z ^ z >> 31) % below);
}

/* Few variables in a form make few XORs. */
static unsigned sparse_form(uint64_t *state, unsigned n_forms)
{
    unsigned form;

    do {
        form = next(state, n_forms);
        form &= next(state, n_forms);
        form &= next(state, n_forms);
    } while (form == 0);
    return form;
}

static void walk(struct generator *generator)
{
    uint64_t state = 1;

    push_and(generator, 0, 1, 2);
    while (generator->n_classes < N_CLASSES) {
        for (unsigned level = 1; level < MAX_LEVELS; level++) {
            unsigned n_forms = 1u << (CLASS_VARIABLES + level);
            unsigned right = sparse_form(&state, n_forms), left = sparse_form(&state, n_forms);

            push_and(generator, level, left, right);
        }
        learn_sums(generator, MAX_LEVELS - 1);
    }
}

/* -------------------------------------------------------------------------------------- text -- */

static void print_forms(const char *name, const uint16_t *forms, unsigned n)
{
    if (n == 0) return;
    printf(".%s = {", name);
    for (unsigned i = 0; i < n; i++) printf("%s0x%x", i > 0 ? ", " : "", forms[i]);
    printf("}, ");
}

static void print_classes(const struct generator *generator)
{
    puts("/* Made by mc_generate; `make regenerate` makes it anew. */");
    puts("#include \"compiler/mc_classes.h\"\n");
    puts("/* clang-format off */");
    puts("const struct recipe mc_classes[N_CLASSES] = {");
    for (unsigned i = 0; i < generator->n_classes; i++) {
        const struct recipe *recipe = &generator->classes[i].recipe;

        printf("    {");
        print_forms("left", recipe->left, recipe->n_ands);
        print_forms("right", recipe->right, recipe->n_ands);
        printf(".out = 0x%x, .n_ands = %u},\n", recipe->out, recipe->n_ands);
    }
    puts("};");
}

int main(void)
{
    struct generator *generator = calloc(1, sizeof *generator);
    struct recipe zero = {.n_ands = 0};

    if (generator == NULL) return 1;
    for (unsigned i = 0; i < CLASS_VARIABLES; i++)
        generator->forms[i] = (uint32_t)truth_variable(i);
    learn(generator, &zero, 0);
    for (unsigned n_levels = 1; n_levels < MAX_LEVELS; n_levels++) {
        enumerate_all(generator, n_levels);
        fprintf(stderr, "mc_generate: %u classes with at most %u ANDs, %llu recipes\n",
                generator->n_classes, n_levels, (unsigned long long)generator->n_enumerated);
    }
    walk(generator);
    fprintf(stderr, "mc_generate: %u classes, the rest with %u ANDs\n", generator->n_classes,
            MAX_LEVELS);
    print_classes(generator);
    free(generator);
    return 0;
}
