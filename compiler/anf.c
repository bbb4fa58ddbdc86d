/*
 * Functions from their normal forms. Only the space they span matters, and of it only what is not
 * affine. A space is realised by its monomials (2^n - n - 1 ANDs give them all), or by splitting a
 * variable off: f = f0 ^ v d, which takes an AND for each dimension of the d's beside the constant
 * one, and leaves a space of functions with one variable less.
 */
#include "compiler/anf.h"

#include <string.h>

#define MAX_TRIED_VARS 8 /* all variables are tried for the first splits of so few */
#define N_TRIED_SPLITS 2

struct anf_space anf_space_new(struct graph *graph, uint32_t n_vars, uint32_t n)
{
    uint64_t words = anf_row_words(n_vars) * n;

    return (struct anf_space){
        .rows = (uint64_t *)(void *)graph_scratch(graph, 2 * words), .n_vars = n_vars, .n = n};
}

static uint64_t low_mask(uint32_t n_bits)
{
    return n_bits < 64 ? (UINT64_C(1) << n_bits) - 1 : UINT64_MAX;
}

void anf_transform(uint64_t *row, uint32_t n_vars)
{
    static const uint64_t without[6] = {UINT64_C(0x5555555555555555), UINT64_C(0x3333333333333333),
                                        UINT64_C(0x0f0f0f0f0f0f0f0f), UINT64_C(0x00ff00ff00ff00ff),
                                        UINT64_C(0x0000ffff0000ffff), UINT64_C(0x00000000ffffffff)};
    uint64_t words = anf_row_words(n_vars);

    for (uint32_t v = 0; v < n_vars && v < 6; v++)
        for (uint64_t i = 0; i < words; i++) row[i] ^= (row[i] & without[v]) << (1U << v);
    for (uint64_t step = 1; step < words; step *= 2)
        for (uint64_t i = 0; i < words; i++)
            if ((i & step) != 0) row[i] ^= row[i - step];
}

static bool row_bit(const uint64_t *row, uint64_t at)
{
    return (row[at / 64] >> at % 64 & 1) != 0;
}

static void flip_bit(uint64_t *row, uint64_t at)
{
    row[at / 64] ^= UINT64_C(1) << at % 64;
}

static void add_row(uint64_t *row, const uint64_t *other, uint64_t words)
{
    for (uint64_t i = 0; i < words; i++) row[i] ^= other[i];
}

/* The highest monomial of a row, or UINT64_MAX of zero. */
static uint64_t leading(const uint64_t *row, uint64_t words)
{
    while (words > 0 && row[words - 1] == 0) words--;
    if (words == 0) return UINT64_MAX;
    return 64 * words - 1 - (uint64_t)__builtin_clzll(row[words - 1]);
}

/* --------------------------------------------------------------------------- linear algebra -- */

/* A basis of the rows, which are left reduced by it: row i was the sum of the basis rows that
 * uses[i * space->n + j] names. */
struct basis {
    struct anf_space space; /* its n is the dimension */
    uint8_t *uses;
    uint32_t n_rows;
};

static bool basis_used(const struct basis *basis, uint32_t row, uint32_t j)
{
    return basis->uses[(uint64_t)row * basis->n_rows + j] != 0;
}

static struct basis find_basis(struct graph *graph, const struct anf_space *rows)
{
    uint64_t words = anf_row_words(rows->n_vars), n = rows->n;
    struct basis basis = {.space = anf_space_new(graph, rows->n_vars, rows->n), .n_rows = rows->n};
    uint64_t *pivots = (uint64_t *)(void *)graph_scratch(graph, 2 * n);

    basis.uses = (uint8_t *)graph_scratch(graph, n * n / sizeof(literal) + 1);
    basis.space.n = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t *row = anf_row(rows, i);
        uint32_t j;

        for (j = 0; j < basis.space.n; j++) {
            if (!row_bit(row, pivots[j])) continue;
            add_row(row, anf_row(&basis.space, j), words);
            basis.uses[i * n + j] = 1;
        }
        pivots[j] = leading(row, words);
        if (pivots[j] == UINT64_MAX) continue;
        memcpy(anf_row(&basis.space, j), row, words * sizeof *row);
        basis.uses[i * n + j] = 1;
        basis.space.n++;
    }
    return basis;
}

/* Drops constant and linear terms. */
static void strip_affine(const struct anf_space *space)
{
    for (uint32_t i = 0; i < space->n; i++) {
        uint64_t *row = anf_row(space, i);

        row[0] &= ~UINT64_C(1);
        for (uint32_t v = 0; v < space->n_vars; v++)
            if (row_bit(row, UINT64_C(1) << v)) flip_bit(row, UINT64_C(1) << v);
    }
}

static struct anf_space copy_space(struct graph *graph, const struct anf_space *space)
{
    struct anf_space copy = anf_space_new(graph, space->n_vars, space->n);

    memcpy(copy.rows, space->rows, space->n * anf_row_words(space->n_vars) * sizeof *copy.rows);
    return copy;
}

/* ------------------------------------------------------------------------------------ splits -- */

static void swap_variables(const struct anf_space *space, uint32_t v, uint32_t w)
{
    uint64_t bit_v = UINT64_C(1) << v, bit_w = UINT64_C(1) << w;

    if (v == w) return;
    for (uint32_t i = 0; i < space->n; i++) {
        uint64_t *row = anf_row(space, i);

        for (uint64_t m = 0; m < UINT64_C(1) << space->n_vars; m++) {
            uint64_t other = m ^ bit_v ^ bit_w;

            if ((m & bit_v) == 0 || (m & bit_w) != 0 || row_bit(row, m) == row_bit(row, other))
                continue;
            flip_bit(row, m);
            flip_bit(row, other);
        }
    }
}

/* Half of a row: the coefficients without, or with, the last variable. */
static void copy_half(uint64_t *half, const uint64_t *row, uint32_t n_vars, bool with)
{
    uint64_t words = anf_row_words(n_vars);
    uint32_t n_half = n_vars <= 6 ? 1U << (n_vars - 1) : 0;

    if (n_vars <= 6) half[0] = (with ? row[0] >> n_half : row[0]) & low_mask(n_half);
    else memcpy(half, row + (with ? words / 2 : 0), words / 2 * sizeof *row);
}

/* A space with its last variable split off. */
struct split {
    struct anf_space rest;  /* the f0 of each function, then a basis of the d */
    struct basis factors;   /* of the d without their constants */
    uint8_t *with_constant; /* whether each d has the constant term */
};

static struct split split_space(struct graph *graph, const struct anf_space *space)
{
    uint32_t n_vars = space->n_vars - 1;
    uint64_t words = anf_row_words(n_vars);
    struct anf_space d = anf_space_new(graph, n_vars, space->n);
    struct split split = {.rest = anf_space_new(graph, n_vars, 2 * space->n)};

    split.with_constant = (uint8_t *)graph_scratch(graph, space->n);
    for (uint32_t i = 0; i < space->n; i++) {
        copy_half(anf_row(&split.rest, i), anf_row(space, i), space->n_vars, false);
        copy_half(anf_row(&d, i), anf_row(space, i), space->n_vars, true);
        split.with_constant[i] = anf_row(&d, i)[0] & 1;
        anf_row(&d, i)[0] &= ~UINT64_C(1);
    }
    split.factors = find_basis(graph, &d);
    split.rest.n = space->n + split.factors.space.n;
    memcpy(anf_row(&split.rest, space->n), split.factors.space.rows,
           split.factors.space.n * words * sizeof(uint64_t));
    return split;
}

/* -------------------------------------------------------------------------------------- cost -- */

/* The monomials of degree 2 and more that a set of functions needs, with the products that lead
 * to them. */
static uint64_t count_monomials(struct graph *graph, const struct anf_space *space)
{
    uint64_t size = UINT64_C(1) << space->n_vars, n = 0;
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint8_t *needed = (uint8_t *)graph_scratch(graph, size / sizeof(literal) + 1);

    for (uint64_t m = size; m-- > 0;) {
        for (uint32_t i = 0; i < space->n && needed[m] == 0; i++)
            needed[m] = row_bit(anf_row(space, i), m);
        if (needed[m] == 0 || (m & (m - 1)) == 0) continue;
        needed[m & (m - 1)] = 1;
        n++;
    }
    graph_scratch_release(graph, mark);
    return n;
}

static uint64_t cost(struct graph *graph, const struct anf_space *functions, uint32_t n_tried,
                     uint32_t *variable);

/* Of a space whose variable v is split off first. */
static uint64_t split_cost(struct graph *graph, const struct anf_space *space, uint32_t v,
                           uint32_t n_tried)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct anf_space copy = copy_space(graph, space);
    struct split split;
    uint32_t any;
    uint64_t n;

    swap_variables(&copy, v, space->n_vars - 1);
    split = split_space(graph, &copy);
    n = split.factors.space.n + cost(graph, &split.rest, n_tried, &any);
    graph_scratch_release(graph, mark);
    return n;
}

/* The cost of a stripped basis; *variable tells what to split off, n_vars: nothing. */
static uint64_t basis_cost(struct graph *graph, const struct anf_space *space, uint32_t n_tried,
                           uint32_t *variable)
{
    uint32_t n_vars = space->n_vars, first = n_vars - 1;
    uint64_t best = count_monomials(graph, space);

    *variable = n_vars;
    if (n_vars <= 2 || best <= space->n) return best;
    if (n_tried > 0 && n_vars <= MAX_TRIED_VARS) first = 0;
    for (uint32_t v = n_vars; v-- > first;) {
        uint64_t n = split_cost(graph, space, v, n_tried > 0 ? n_tried - 1 : 0);

        if (n >= best) continue;
        best = n;
        *variable = v;
    }
    return best;
}

/* The cost of any functions, which are used up. */
static uint64_t cost(struct graph *graph, const struct anf_space *functions, uint32_t n_tried,
                     uint32_t *variable)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct basis basis;
    uint64_t n;

    strip_affine(functions);
    basis = find_basis(graph, functions);
    n = basis_cost(graph, &basis.space, n_tried, variable);
    graph_scratch_release(graph, mark);
    return n;
}

uint64_t anf_cost(struct graph *graph, const struct anf_space *functions)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct anf_space copy = copy_space(graph, functions);
    uint32_t variable;
    uint64_t n = cost(graph, &copy, N_TRIED_SPLITS, &variable);

    graph_scratch_release(graph, mark);
    return n;
}

/* ------------------------------------------------------------------------------- realisation -- */

/* The product of the variables in m, all products on the way being remembered. */
static literal monomial(struct graph *graph, literal *known, const literal *variables, uint64_t m)
{
    uint64_t rest = m & (m - 1);

    if (m == 0) return LIT_TRUE;
    if (known[m] == LIT_FALSE)
        known[m] = graph_and(graph, monomial(graph, known, variables, rest),
                             variables[__builtin_ctzll(m)]);
    return known[m];
}

static void realise_monomials(struct graph *graph, literal *out, const struct anf_space *space,
                              const literal *variables)
{
    uint64_t size = UINT64_C(1) << space->n_vars;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *known = graph_scratch(graph, size);

    for (uint32_t i = 0; i < space->n; i++) {
        out[i] = LIT_FALSE;
        for (uint64_t m = 0; m < size; m++)
            if (row_bit(anf_row(space, i), m))
                out[i] = graph_xor(graph, out[i], monomial(graph, known, variables, m));
    }
    graph_scratch_release(graph, mark);
}

static void realise(struct graph *graph, literal *out, const struct anf_space *functions,
                    const literal *variables, uint32_t n_tried);

static void realise_split(struct graph *graph, literal *out, const struct anf_space *space,
                          const literal *variables, uint32_t v, uint32_t n_tried)
{
    uint32_t last = space->n_vars - 1;
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *others = graph_scratch(graph, last + 1), *parts;
    struct split split;

    memcpy(others, variables, (last + 1) * sizeof *others);
    others[v] = variables[last];
    swap_variables(space, v, last);
    split = split_space(graph, space);
    parts = graph_scratch(graph, split.rest.n);
    realise(graph, parts, &split.rest, others, n_tried);
    for (uint32_t j = 0; j < split.factors.space.n; j++)
        parts[space->n + j] = graph_and(graph, variables[v], parts[space->n + j]);
    for (uint32_t i = 0; i < space->n; i++) {
        out[i] = parts[i];
        if (split.with_constant[i] != 0) out[i] = graph_xor(graph, out[i], variables[v]);
        for (uint32_t j = 0; j < split.factors.space.n; j++)
            if (basis_used(&split.factors, i, j))
                out[i] = graph_xor(graph, out[i], parts[space->n + j]);
    }
    graph_scratch_release(graph, mark);
}

static literal affine_part(struct graph *graph, const uint64_t *row, const literal *variables,
                           uint32_t n_vars)
{
    literal sum = lit_constant((row[0] & 1) != 0);

    for (uint32_t v = 0; v < n_vars; v++)
        if (row_bit(row, UINT64_C(1) << v)) sum = graph_xor(graph, sum, variables[v]);
    return sum;
}

static void realise(struct graph *graph, literal *out, const struct anf_space *functions,
                    const literal *variables, uint32_t n_tried)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t n_vars = functions->n_vars, v;
    struct basis basis;
    literal *parts;

    for (uint32_t i = 0; i < functions->n; i++)
        out[i] = affine_part(graph, anf_row(functions, i), variables, n_vars);
    strip_affine(functions);
    basis = find_basis(graph, functions);
    parts = graph_scratch(graph, basis.space.n);
    basis_cost(graph, &basis.space, n_tried, &v);
    if (n_tried > 0) n_tried--;
    if (v == n_vars) realise_monomials(graph, parts, &basis.space, variables);
    else realise_split(graph, parts, &basis.space, variables, v, n_tried);
    for (uint32_t i = 0; i < functions->n; i++)
        for (uint32_t j = 0; j < basis.space.n; j++)
            if (basis_used(&basis, i, j)) out[i] = graph_xor(graph, out[i], parts[j]);
    graph_scratch_release(graph, mark);
}

void anf_realise(struct graph *graph, literal *out, struct anf_space *functions,
                 const literal *variables)
{
    realise(graph, out, functions, variables, N_TRIED_SPLITS);
}
