/*
 * Distributivity: a b + a c = a (b + c), and all that follows from it. The ANDs that only one sum
 * reads are a quadratic form over their operands; Dickson's reduction writes a form of rank 2 r
 * with r ANDs. See MacWilliams and Sloane, "The Theory of Error-Correcting Codes", chapter 15. Sums
 * are taken in pieces of bounded size, so time is linear.
 */
#include "compiler/pass.h"

#define MAX_PRODUCTS 32
#define MAX_VARIABLES (2 * MAX_PRODUCTS)
#define FIRST_STACK 1024

/* Bits of a mask stand for the variables, which are nodes of the old graph. */
struct product {
    uint64_t left;
    uint64_t right;
};

struct form {
    uint32_t variables[MAX_VARIABLES];
    uint64_t rows[MAX_VARIABLES]; /* bit j of row i: the product of i and j occurs */
    uint64_t linear;
    bool constant;
    unsigned n_variables;
    unsigned n_products; /* as they stand in the graph */
};

enum { PART_DONE = 1, ROOT_DONE };

struct distributor {
    struct graph *from;
    struct graph *to;
    uint32_t *reads;  /* of each old node */
    uint8_t *is_part; /* of a sum: its only reader is a XOR */
    uint8_t *is_done; /* PART_DONE or ROOT_DONE when its sum is rewritten */
    literal *names;
    uint32_t *stack;
    uint64_t stack_capacity;
};

/* ----------------------------------------------------------------------------- one quadratic -- */

static unsigned variable_of(struct form *form, uint32_t node)
{
    for (unsigned i = 0; i < form->n_variables; i++)
        if (form->variables[i] == node) return i;
    form->variables[form->n_variables] = node;
    form->rows[form->n_variables] = 0;
    return form->n_variables++;
}

static void add_product(struct form *form, struct graph_node and)
{
    unsigned a = variable_of(form, lit_node(and.a)), b = variable_of(form, lit_node(and.b));

    form->rows[a] ^= UINT64_C(1) << b;
    form->rows[b] ^= UINT64_C(1) << a;
    if ((and.b & 1) != 0) form->linear ^= UINT64_C(1) << a;
    if ((and.a & 1) != 0) form->linear ^= UINT64_C(1) << b;
    form->constant ^= (and.a & and.b & 1) != 0;
    form->n_products++;
}

/* Adds a times b to the rows and the linear part. */
static void expand(struct form *form, uint64_t a, uint64_t b)
{
    for (unsigned i = 0; i < form->n_variables; i++) {
        uint64_t bit = UINT64_C(1) << i;

        if ((a & bit) != 0) form->rows[i] ^= b & ~bit;
        if ((b & bit) != 0) form->rows[i] ^= a & ~bit;
    }
    form->linear ^= a & b;
}

/* x y + x A + y B + C = (x + B)(y + A) + A B + C. Returns the number of products. */
static unsigned reduce(struct product *products, struct form *form)
{
    unsigned n = 0;

    for (unsigned x = 0; x < form->n_variables; x++)
        while (form->rows[x] != 0) {
            unsigned y = (unsigned)__builtin_ctzll(form->rows[x]);
            struct product product = {form->rows[y], form->rows[x]};

            expand(form, product.left, product.right);
            products[n++] = product;
        }
    return n;
}

/* ---------------------------------------------------------------------------------- the sums -- */

static void push(struct distributor *d, uint64_t *n, uint32_t node)
{
    if (*n == d->stack_capacity) {
        uint32_t *larger = graph_scratch(d->from, 2 * d->stack_capacity);

        for (uint64_t i = 0; i < *n; i++) larger[i] = d->stack[i];
        d->stack = larger;
        d->stack_capacity *= 2;
    }
    d->stack[(*n)++] = node;
}

/* A sum is walked to count what can be saved, then, when that is something, to mark its parts, and
 * at last to build it anew. */
enum purpose { TO_COUNT, TO_MARK, TO_BUILD };

struct sum {
    enum purpose purpose;
    struct form form; /* of the piece at hand */
    unsigned n_saved;
    literal out; /* of what is built */
};

static literal mask_literal(const struct distributor *d, const struct form *form, uint64_t mask)
{
    literal out = LIT_FALSE;

    for (; mask != 0; mask &= mask - 1)
        out = graph_xor(d->to, out, d->names[form->variables[__builtin_ctzll(mask)]]);
    return out;
}

/* Ends a piece of the sum. */
static void end_piece(struct distributor *d, struct sum *sum)
{
    struct product products[MAX_PRODUCTS];
    struct form *form = &sum->form;
    unsigned n = reduce(products, form);

    sum->n_saved += form->n_products - n;
    if (sum->purpose == TO_BUILD) {
        sum->out = graph_xor(d->to, sum->out, lit_constant(form->constant));
        sum->out = graph_xor(d->to, sum->out, mask_literal(d, form, form->linear));
        for (unsigned i = 0; i < n; i++) {
            literal left = mask_literal(d, form, products[i].left);
            literal right = mask_literal(d, form, products[i].right);

            sum->out = graph_xor(d->to, sum->out, graph_and(d->to, left, right));
        }
    }
    *form = (struct form){.n_variables = 0};
}

/* Takes a term of the sum, or puts it on the stack when it is a sum itself. */
static void take_term(struct distributor *d, struct sum *sum, uint64_t *n_stack, literal operand)
{
    uint32_t node = lit_node(operand);

    sum->out ^= operand & 1;
    if (d->is_part[node] == 0) {
        if (sum->purpose == TO_BUILD) sum->out = graph_xor(d->to, sum->out, d->names[node]);
        return;
    }
    if (sum->purpose == TO_MARK) d->is_done[node] = PART_DONE;
    if (graph_is_xor(d->from, node)) {
        push(d, n_stack, node);
        return;
    }
    add_product(&sum->form, d->from->nodes[node]);
    if (sum->form.n_products == MAX_PRODUCTS) end_piece(d, sum);
}

static struct sum walk_sum(struct distributor *d, uint32_t root, enum purpose purpose)
{
    struct sum sum = {.purpose = purpose};
    uint64_t n_stack = 0;

    push(d, &n_stack, root);
    while (n_stack > 0) {
        struct graph_node n = d->from->nodes[d->stack[--n_stack]];

        take_term(d, &sum, &n_stack, n.a);
        take_term(d, &sum, &n_stack, n.b);
    }
    end_piece(d, &sum);
    return sum;
}

/* --------------------------------------------------------------------------------- the graph -- */

/* Nodes whose only reader is a XOR. */
static void find_parts(struct distributor *d)
{
    uint32_t first = d->from->n_inputs + 1;

    for (uint32_t node = d->from->n_nodes; node-- > first;) {
        struct graph_node n = d->from->nodes[node];

        if (d->reads[node] == 0 || !graph_is_xor(d->from, node)) continue;
        d->is_part[lit_node(n.a)] = d->reads[lit_node(n.a)] == 1 && lit_node(n.a) >= first;
        d->is_part[lit_node(n.b)] = d->reads[lit_node(n.b)] == 1 && lit_node(n.b) >= first;
    }
}

/* False when there are none. */
static bool find_savings(struct distributor *d)
{
    bool found = false;

    for (uint32_t node = d->from->n_inputs + 1; node < d->from->n_nodes; node++) {
        if (d->reads[node] == 0 || d->is_part[node] != 0 || !graph_is_xor(d->from, node)) continue;
        if (walk_sum(d, node, TO_COUNT).n_saved == 0) continue;
        (void)walk_sum(d, node, TO_MARK);
        d->is_done[node] = ROOT_DONE;
        found = true;
    }
    return found;
}

static literal rebuild_node(struct distributor *d, uint32_t node)
{
    struct graph_node n = d->from->nodes[node];
    literal a, b;

    graph_follow(d->to, d->from, node);
    if (d->is_done[node] == ROOT_DONE) return walk_sum(d, node, TO_BUILD).out;
    a = d->names[lit_node(n.a)] ^ (n.a & 1);
    b = d->names[lit_node(n.b)] ^ (n.b & 1);
    return n.a < n.b ? graph_and(d->to, a, b) : graph_xor(d->to, a, b);
}

bool pass_forms(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs)
{
    struct distributor d = {.from = from, .to = to, .stack_capacity = FIRST_STACK};
    uint64_t n_bytes = from->n_nodes / sizeof(literal) + 1;

    d.reads = graph_scratch(from, from->n_nodes);
    d.names = graph_scratch(from, from->n_nodes);
    d.is_part = (uint8_t *)graph_scratch(from, n_bytes);
    d.is_done = (uint8_t *)graph_scratch(from, n_bytes);
    d.stack = graph_scratch(from, d.stack_capacity);
    graph_count_reads(from, d.reads, outputs, n_outputs);
    find_parts(&d);
    if (!find_savings(&d)) return false;
    for (uint32_t i = 1; i <= from->n_inputs; i++) d.names[i] = graph_input(to);
    for (uint32_t node = from->n_inputs + 1; node < from->n_nodes; node++)
        if (d.reads[node] > 0 && d.is_done[node] != PART_DONE)
            d.names[node] = rebuild_node(&d, node);
    for (uint64_t i = 0; i < n_outputs; i++)
        outputs[i] = d.names[lit_node(outputs[i])] ^ (outputs[i] & 1);
    return true;
}
