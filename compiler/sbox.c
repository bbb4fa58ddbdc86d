/*
 * Inversion in GF(2^8) with 32 ANDs: the circuit of Boyar and Peralta, "A new combinational logic
 * minimization technique with applications to cryptology" (SEA 2010). Its last, linear layer is not
 * written down: it is found by solving for the wanted functions.
 */
#include "compiler/sbox.h"

#include <string.h>

#define N_PRODUCTS 18
#define N_TERMS (N_PRODUCTS + 9) /* products, variables, one */
#define ROW_WORDS 4              /* of a function of 8 bits */

/* The S-box inverted is the inverse of this map's image: bit i of row b tells whether input bit i
 * counts for bit b; the constant is 0x05. (FIPS 197, 5.3.2) */
static const uint8_t inverse_affine[8] = {0xa4, 0x49, 0x92, 0x25, 0x4a, 0x94, 0x29, 0x52};
#define INVERSE_AFFINE_CONSTANT 0x05

/* The four bits of the inverse in GF(2^4), from the four bits that enter it. */
struct quartet {
    literal t29;
    literal t33;
    literal t37;
    literal t40;
};

static struct quartet invert_middle(struct graph *g, literal t21, literal t22, literal t23,
                                    literal t24)
{
    literal t25 = graph_xor(g, t21, t22), t26 = graph_and(g, t21, t23);
    literal t27 = graph_xor(g, t24, t26);
    literal t29 = graph_xor(g, graph_and(g, t25, t27), t22);
    literal t30 = graph_xor(g, t23, t24), t31 = graph_xor(g, t22, t26);
    literal t33 = graph_xor(g, graph_and(g, t31, t30), t24);
    literal t36 = graph_and(g, t24, graph_xor(g, t27, t33));
    literal t37 = graph_xor(g, t36, graph_xor(g, t23, t33));
    literal t40 = graph_xor(g, t25, graph_and(g, t29, graph_xor(g, t27, t36)));

    return (struct quartet){.t29 = t29, .t33 = t33, .t37 = t37, .t40 = t40};
}

/* The linear forms of the input that are multiplied; y[7] and y[0] of the paper's numbering are
 * kept, y[0] being the lowest input bit itself. */
static void top_layer(struct graph *g, literal y[22], const literal x[8])
{
    literal t0 = graph_xor(g, x[6], x[5]), t1;

    y[0] = x[0];
    y[14] = graph_xor(g, x[4], x[2]);
    y[13] = graph_xor(g, x[7], x[1]);
    y[9] = graph_xor(g, x[7], x[4]);
    y[8] = graph_xor(g, x[7], x[2]);
    y[1] = graph_xor(g, t0, x[0]);
    y[4] = graph_xor(g, y[1], x[4]);
    y[12] = graph_xor(g, y[13], y[14]);
    y[2] = graph_xor(g, y[1], x[7]);
    y[5] = graph_xor(g, y[1], x[1]);
    y[3] = graph_xor(g, y[5], y[8]);
    t1 = graph_xor(g, x[3], y[12]);
    y[15] = graph_xor(g, t1, x[2]);
    y[20] = graph_xor(g, t1, x[6]);
    y[6] = graph_xor(g, y[15], x[0]);
    y[10] = graph_xor(g, y[15], t0);
    y[11] = graph_xor(g, y[20], y[9]);
    y[7] = graph_xor(g, x[0], y[11]);
    y[17] = graph_xor(g, y[10], y[11]);
    y[19] = graph_xor(g, y[10], y[8]);
    y[16] = graph_xor(g, t0, y[11]);
    y[21] = graph_xor(g, y[13], y[16]);
    y[18] = graph_xor(g, x[7], y[16]);
}

/* a b + c d + linear, the pattern of the layer that enters GF(2^4). */
static literal two_products(struct graph *g, literal ab, literal cd, literal linear)
{
    return graph_xor(g, graph_xor(g, ab, cd), linear);
}

/* a b + cd + x + y; one gate after the other, for the order of arguments is the host's choice. */
static literal enter_middle(struct graph *g, literal a, literal b, literal cd, literal x, literal y)
{
    literal ab = graph_and(g, a, b);

    return two_products(g, ab, cd, graph_xor(g, x, y));
}

/* The 18 products of which every output bit of the S-box is a sum. */
static void find_products(struct graph *g, literal z[N_PRODUCTS], const literal x[8])
{
    literal y[22], t2, t7, t12, t14, t16, t21, t22, t23, t24;
    struct quartet q;

    top_layer(g, y, x);
    t2 = graph_and(g, y[12], y[15]);
    t7 = graph_and(g, y[13], y[16]);
    t12 = graph_and(g, y[9], y[11]);
    t14 = two_products(g, graph_and(g, y[14], y[17]), t12, LIT_FALSE);
    t16 = two_products(g, graph_and(g, y[8], y[10]), t12, LIT_FALSE);
    t21 = enter_middle(g, y[3], y[6], t2, t14, y[20]);
    t22 = enter_middle(g, y[4], y[0], t2, t16, y[19]);
    t23 = enter_middle(g, y[5], y[1], t7, t14, y[21]);
    t24 = enter_middle(g, y[2], y[7], t7, t16, y[18]);
    q = invert_middle(g, t21, t22, t23, t24);
    for (unsigned half = 0; half < 2; half++) {
        static const uint8_t factors[2][9] = {{15, 6, 0, 16, 1, 7, 11, 17, 10},
                                              {12, 3, 4, 13, 5, 2, 9, 14, 8}};
        literal t42 = graph_xor(g, q.t29, q.t33), t41 = graph_xor(g, q.t40, q.t37);
        literal t44 = graph_xor(g, q.t33, q.t37), t43 = graph_xor(g, q.t29, q.t40);
        literal t45 = graph_xor(g, t42, t41);
        const literal sums[9] = {t44, q.t37, q.t33, t43, q.t40, q.t29, t42, t45, t41};

        for (unsigned i = 0; i < 9; i++)
            z[9 * half + i] = graph_and(g, sums[i], y[factors[half][i]]);
    }
}

/* ------------------------------------------------------------------------------ linear layer -- */

/* The terms as truth tables, each with a mark of its own, in echelon form. */
struct solver {
    uint64_t rows[N_TERMS][ROW_WORDS];
    uint32_t marks[N_TERMS];
    uint32_t n;
};

/* Reduces a row; returns which terms it took. */
static uint32_t reduce(const struct solver *solver, uint64_t row[ROW_WORDS])
{
    uint32_t marks = 0;

    for (uint32_t i = 0; i < solver->n; i++) {
        const uint64_t *other = solver->rows[i];
        unsigned word = 0;

        while (other[word] == 0) word++;
        if ((row[word] & other[word] & (0 - other[word])) == 0) continue;
        for (word = 0; word < ROW_WORDS; word++) row[word] ^= other[word];
        marks ^= solver->marks[i];
    }
    return marks;
}

static bool is_zero(const uint64_t row[ROW_WORDS])
{
    return (row[0] | row[1] | row[2] | row[3]) == 0;
}

static void add_term(struct solver *solver, uint32_t term, const uint64_t row[ROW_WORDS])
{
    uint32_t marks;

    memcpy(solver->rows[solver->n], row, sizeof solver->rows[0]);
    marks = reduce(solver, solver->rows[solver->n]);
    if (is_zero(solver->rows[solver->n])) return;
    solver->marks[solver->n++] = marks ^ UINT32_C(1) << term;
}

/* The affine map before the inverse S-box's inversion, or the identity. */
static void map_input(struct graph *graph, literal mapped[8], const literal *variables,
                      bool is_inverse)
{
    for (unsigned b = 0; b < 8; b++) {
        mapped[b] =
            is_inverse ? lit_constant((INVERSE_AFFINE_CONSTANT >> b & 1) != 0) : variables[b];
        for (unsigned i = 0; is_inverse && i < 8; i++)
            if ((inverse_affine[b] >> i & 1) != 0)
                mapped[b] = graph_xor(graph, mapped[b], variables[i]);
    }
}

/* Fills values, the truth table of every node of a graph over 8 inputs. */
static void tabulate(const struct graph *graph, uint64_t (*tables)[ROW_WORDS], uint64_t *values,
                     const literal *terms)
{
    static const uint64_t patterns[6] = {
        UINT64_C(0xaaaaaaaaaaaaaaaa), UINT64_C(0xcccccccccccccccc), UINT64_C(0xf0f0f0f0f0f0f0f0),
        UINT64_C(0xff00ff00ff00ff00), UINT64_C(0xffff0000ffff0000), UINT64_C(0xffffffff00000000)};

    for (unsigned word = 0; word < ROW_WORDS; word++) {
        memcpy(values + 1, patterns, sizeof patterns);
        values[7] = 0 - (uint64_t)(word & 1);
        values[8] = 0 - (uint64_t)(word >> 1);
        graph_simulate(graph, values);
        for (unsigned i = 0; i < N_TERMS; i++) tables[i][word] = graph_value(values, terms[i]);
    }
}

/* The truth tables of all terms, from a small graph of their own. */
static void tabulate_terms(struct graph *owner, uint64_t (*tables)[ROW_WORDS], bool is_inverse)
{
    struct scratch_mark mark = graph_scratch_mark(owner);
    struct graph *graph = graph_trial(owner);
    literal terms[N_TERMS], mapped[8];
    uint64_t *values;

    for (unsigned i = 0; i < 8; i++) terms[N_PRODUCTS + i] = graph_input(graph);
    map_input(graph, mapped, terms + N_PRODUCTS, is_inverse);
    find_products(graph, terms, mapped);
    terms[N_TERMS - 1] = LIT_TRUE;
    values = (uint64_t *)(void *)graph_scratch(owner, 2 * (uint64_t)graph->n_nodes);
    tabulate(graph, tables, values, terms);
    graph_wipe(graph);
    graph_scratch_release(owner, mark);
}

static bool solve(struct graph *graph, uint32_t *marks, const struct anf_space *functions,
                  bool is_inverse)
{
    uint64_t tables[N_TERMS][ROW_WORDS];
    struct solver solver = {.n = 0};

    tabulate_terms(graph, tables, is_inverse);
    for (uint32_t i = 0; i < N_TERMS; i++) add_term(&solver, i, tables[i]);
    for (uint32_t i = 0; i < functions->n; i++) {
        uint64_t row[ROW_WORDS];

        memcpy(row, anf_row(functions, i), sizeof row);
        anf_transform(row, 8);
        marks[i] = reduce(&solver, row);
        if (!is_zero(row)) return false;
    }
    return true;
}

bool sbox_realise(struct graph *graph, literal *out, const struct anf_space *functions,
                  const literal *variables)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    uint32_t *marks = graph_scratch(graph, functions->n);
    literal terms[N_TERMS], mapped[8];
    bool is_inverse = false, found = false;

    if (functions->n_vars == 8) found = solve(graph, marks, functions, false);
    if (functions->n_vars == 8 && !found) found = is_inverse = solve(graph, marks, functions, true);
    if (found) {
        map_input(graph, mapped, variables, is_inverse);
        find_products(graph, terms, mapped);
        memcpy(terms + N_PRODUCTS, variables, 8 * sizeof *variables);
        terms[N_TERMS - 1] = LIT_TRUE;
        for (uint32_t i = 0; i < functions->n; i++) {
            out[i] = LIT_FALSE;
            for (uint32_t term = 0; term < N_TERMS; term++)
                if ((marks[i] >> term & 1) != 0) out[i] = graph_xor(graph, out[i], terms[term]);
        }
    }
    graph_scratch_release(graph, mark);
    return found;
}
