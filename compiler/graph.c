/* The gate graph: structural hashing, local identities, counting, and the generators' scratch. */
#include "compiler/graph.h"

#include "base/error.h"
#include "base/memory.h"

#include <string.h>

#define FIRST_CAPACITY 1024
#define SCRATCH_BLOCK_LEN ((uint64_t)1 << 16) /* literals */

struct scratch_block {
    struct scratch_block *below;
    uint64_t capacity;
    uint64_t n_used;
    literal literals[];
};

void graph_init(struct graph *graph, struct arena *arena)
{
    *graph = (struct graph){.arena = arena};
}

void graph_wipe(struct graph *graph)
{
    graph_scratch_release(graph, (struct scratch_mark){.block = NULL});
    mem_free(graph->scratch);
    mem_free(graph->nodes);
    mem_free(graph->table);
    mem_free(graph->positions);
    if (graph->trial != NULL) graph_wipe(graph->trial);
    graph_init(graph, graph->arena);
}

struct graph *graph_trial(struct graph *owner)
{
    if (owner->trial == NULL) owner->trial = arena_new(owner->arena, 1, sizeof *owner->trial);
    else graph_wipe(owner->trial);
    graph_init(owner->trial, owner->arena);
    return owner->trial;
}

void graph_take_trial(struct graph *owner)
{
    struct graph *trial = owner->trial, made = *trial;

    graph_init(trial, owner->arena);
    owner->trial = NULL;
    graph_wipe(owner);
    *owner = made;
    owner->trial = trial;
}

_Noreturn void graph_fail(struct graph *graph, int err)
{
    longjmp(*graph->arena->on_error, err);
}

/* ----------------------------------------------------------------------------------- nodes -- */

static uint64_t hash_pair(uint32_t a, uint32_t b, bool is_and)
{
    uint64_t key = ((uint64_t)a << 32 | b) * 2 + is_and;

    key *= UINT64_C(0x9e3779b97f4a7c15);
    key ^= key >> 29;
    key *= UINT64_C(0xbf58476d1ce4e5b9);
    return key ^ key >> 32;
}

static uint64_t hash_node(const struct graph *graph, uint32_t node)
{
    struct graph_node n = graph->nodes[node];

    return hash_pair(n.a >> 1, n.b >> 1, n.a < n.b);
}

static void grow_nodes(struct graph *graph)
{
    uint64_t capacity =
        graph->capacity > 0 ? graph->capacity + graph->capacity / 2 : FIRST_CAPACITY;
    struct graph_node *nodes;
    uint32_t *positions;

    if (graph->n_nodes >= GRAPH_MAX_NODES - 1) graph_fail(graph, SOTTO_ERR_LIMIT);
    nodes = mem_resize(graph->nodes, graph->capacity, capacity, sizeof *nodes);
    if (nodes == NULL) graph_fail(graph, SOTTO_ERR_MEMORY);
    graph->nodes = nodes;
    if (graph->track_positions) {
        positions = mem_resize(graph->positions, graph->capacity, capacity, sizeof *positions);
        if (positions == NULL) graph_fail(graph, SOTTO_ERR_MEMORY);
        graph->positions = positions;
    }
    graph->capacity = capacity;
    if (graph->n_nodes == 0) graph->n_nodes = 1; /* the constant */
}

/* At most three quarters of the slots are taken. */
static void grow_table(struct graph *graph)
{
    uint64_t size = graph->table_size > 0 ? 2 * graph->table_size : 2 * FIRST_CAPACITY;
    uint32_t *table;

    mem_free(graph->table);
    graph->table = NULL;
    table = mem_new(size, sizeof *table);
    if (table == NULL) graph_fail(graph, SOTTO_ERR_MEMORY);
    for (uint32_t node = graph->n_inputs + 1; node < graph->n_nodes; node++) {
        uint64_t slot = hash_node(graph, node) & (size - 1);

        while (table[slot] != 0) slot = (slot + 1) & (size - 1);
        table[slot] = node;
    }
    graph->table = table;
    graph->table_size = size;
}

static literal push_node(struct graph *graph, literal a, literal b)
{
    if (graph->n_nodes >= graph->capacity) grow_nodes(graph);
    graph->nodes[graph->n_nodes] = (struct graph_node){.a = a, .b = b};
    if (graph->track_positions) graph->positions[graph->n_nodes] = graph->position;
    return graph->n_nodes++ << 1;
}

literal graph_input(struct graph *graph)
{
    uint32_t number = graph->n_inputs;

    if (graph->n_gates > 0) graph_fail(graph, SOTTO_ERR_INTERNAL);
    graph->n_inputs++;
    return push_node(graph, number, number);
}

/* The node of this kind over the same two nodes, whatever the complements, or a new one. A found
 * AND may have other complements than those asked for. */
static uint32_t find_or_push(struct graph *graph, literal a, literal b, bool is_and)
{
    uint64_t slot;

    if (graph->plain) {
        graph->n_gates++;
        return lit_node(push_node(graph, a, b));
    }
    if (4 * ((uint64_t)graph->n_gates + 1) > 3 * graph->table_size) grow_table(graph);
    slot = hash_pair(a >> 1, b >> 1, is_and) & (graph->table_size - 1);
    for (; graph->table[slot] != 0; slot = (slot + 1) & (graph->table_size - 1)) {
        struct graph_node n = graph->nodes[graph->table[slot]];

        if (n.a >> 1 == a >> 1 && n.b >> 1 == b >> 1) return graph->table[slot];
    }
    graph->n_gates++;
    graph->table[slot] = graph->n_nodes;
    return lit_node(push_node(graph, a, b));
}

/* ------------------------------------------------------------------------------ exclusive or -- */

/* The operand of XOR node n other than x, or n when x is none of them. */
static literal other_operand(const struct graph *graph, literal n, literal x)
{
    struct graph_node node = graph->nodes[lit_node(n)];

    if (!graph_is_xor(graph, lit_node(n))) return n;
    return node.a == x ? node.b : node.b == x ? node.a : n;
}

/* a and b are not complemented and differ; *out is their sum when it needs no new node. */
static bool xor_cancels(struct graph *graph, literal *out, literal a, literal b)
{
    struct graph_node n = graph->nodes[lit_node(a)];
    literal rest;

    if ((rest = other_operand(graph, a, b)) != a) *out = rest;
    else if ((rest = other_operand(graph, b, a)) != b) *out = rest;
    else if (!graph_is_xor(graph, lit_node(a))) return false;
    else if ((rest = other_operand(graph, b, n.a)) != b) *out = graph_xor(graph, n.b, rest);
    else if ((rest = other_operand(graph, b, n.b)) != b) *out = graph_xor(graph, n.a, rest);
    else return false;
    return true;
}

literal graph_xor(struct graph *graph, literal a, literal b)
{
    literal complement = (a ^ b) & 1, sum;

    a &= ~UINT32_C(1);
    b &= ~UINT32_C(1);
    if (a < b) {
        literal swap = a;

        a = b;
        b = swap;
    }
    if (a == b) return complement;
    if (b == LIT_FALSE) return a ^ complement;
    if (!graph->plain && xor_cancels(graph, &sum, a, b)) return sum ^ complement;
    return find_or_push(graph, a, b, false) << 1 ^ complement;
}

/* -------------------------------------------------------------------------------------- and -- */

/* x AND y where y is an AND of p and q, or its complement, and reads x itself. */
static bool and_absorbs(struct graph *graph, literal *out, literal x, literal y)
{
    struct graph_node n = graph->nodes[lit_node(y)];

    if ((x ^ n.a) > 1 && (x ^ n.b) > 1) return false;
    if ((y & 1) == 0) *out = x == n.a || x == n.b ? y : LIT_FALSE;
    else if (x == lit_not(n.a) || x == lit_not(n.b)) *out = x;
    else *out = graph_and(graph, x, lit_not(x == n.a ? n.b : n.a));
    return true;
}

/* x AND (p XOR q) where x is p or q or a complement: where x is 1, so is p's value known. */
static bool and_meets_xor(struct graph *graph, literal *out, literal x, literal y)
{
    struct graph_node n = graph->nodes[lit_node(y)];
    literal rest;

    if ((x ^ n.a) <= 1) rest = n.b ^ lit_not((x ^ n.a) & 1);
    else if ((x ^ n.b) <= 1) rest = n.a ^ lit_not((x ^ n.b) & 1);
    else return false;
    *out = graph_and(graph, x, rest ^ (y & 1));
    return true;
}

static bool and_simplifies(struct graph *graph, literal *out, literal x, literal y)
{
    if (graph_is_and(graph, lit_node(y))) return and_absorbs(graph, out, x, y);
    if (graph_is_xor(graph, lit_node(y))) return and_meets_xor(graph, out, x, y);
    return false;
}

/* (p AND q) AND (r AND s) is false when one operand is the complement of another. */
static bool and_contradicts(const struct graph *graph, literal x, literal y)
{
    struct graph_node n = graph->nodes[lit_node(x)], m = graph->nodes[lit_node(y)];

    if (((x | y) & 1) != 0 || n.a >= n.b || m.a >= m.b) return false;
    return (n.a ^ m.a) == 1 || (n.a ^ m.b) == 1 || (n.b ^ m.a) == 1 || (n.b ^ m.b) == 1;
}

/* The AND over these two literals, from one over the same nodes with other complements:
 * (a ^ s)(b ^ t) = ab ^ ta ^ sb ^ st. */
static literal from_and(struct graph *graph, uint32_t node, literal a, literal b)
{
    struct graph_node n = graph->nodes[node];
    literal out = node << 1;

    if (a != n.a) out = graph_xor(graph, out, b);
    if (b != n.b) out = graph_xor(graph, out, n.a);
    return out;
}

literal graph_and(struct graph *graph, literal a, literal b)
{
    literal out;

    if (a > b) {
        literal swap = a;

        a = b;
        b = swap;
    }
    if (a == LIT_FALSE || (a ^ b) == 1) return LIT_FALSE;
    if (a == LIT_TRUE || a == b) return b;
    if (graph->plain) return find_or_push(graph, a, b, true) << 1;
    if (and_simplifies(graph, &out, a, b) || and_simplifies(graph, &out, b, a)) return out;
    if (and_contradicts(graph, a, b)) return LIT_FALSE;
    return from_and(graph, find_or_push(graph, a, b, true), a, b);
}

literal graph_or(struct graph *graph, literal a, literal b)
{
    return lit_not(graph_and(graph, lit_not(a), lit_not(b)));
}

literal graph_mux(struct graph *graph, literal condition, literal a, literal b)
{
    return graph_xor(graph, b, graph_and(graph, condition, graph_xor(graph, a, b)));
}

literal graph_majority(struct graph *graph, literal a, literal b, literal c)
{
    literal x = graph_xor(graph, a, c), y = graph_xor(graph, b, c);

    return graph_xor(graph, c, graph_and(graph, x, y));
}

/* ------------------------------------------------------------------------------- whole graph -- */

void graph_mark_live(const struct graph *graph, uint8_t *marks, const literal *outputs,
                     uint64_t n_outputs)
{
    memset(marks, 0, graph->n_nodes);
    for (uint64_t i = 0; i < n_outputs; i++) marks[lit_node(outputs[i])] = 1;
    for (uint32_t node = graph->n_nodes; node-- > graph->n_inputs + 1;) {
        if (marks[node] == 0) continue;
        marks[lit_node(graph->nodes[node].a)] = 1;
        marks[lit_node(graph->nodes[node].b)] = 1;
    }
}

void graph_count_reads(const struct graph *graph, uint32_t *reads, const literal *outputs,
                       uint64_t n_outputs)
{
    for (uint64_t i = 0; i < n_outputs; i++) reads[lit_node(outputs[i])]++;
    for (uint32_t node = graph->n_nodes; node-- > graph->n_inputs + 1;) {
        if (reads[node] == 0) continue;
        reads[lit_node(graph->nodes[node].a)]++;
        reads[lit_node(graph->nodes[node].b)]++;
    }
}

struct graph_count graph_count(struct graph *graph, const literal *outputs, uint64_t n_outputs)
{
    struct graph_count count = {0};
    uint8_t *marks = mem_new(graph->n_nodes, 1);
    uint32_t *depth = mem_new(graph->n_nodes, sizeof *depth);

    if (marks == NULL || depth == NULL) {
        mem_free(marks);
        mem_free(depth);
        graph_fail(graph, SOTTO_ERR_MEMORY);
    }
    if (graph->n_nodes > 0) graph_mark_live(graph, marks, outputs, n_outputs);
    for (uint32_t node = graph->n_inputs + 1; node < graph->n_nodes; node++) {
        struct graph_node n = graph->nodes[node];
        uint32_t a = depth[lit_node(n.a)], b = depth[lit_node(n.b)];

        if (marks[node] == 0) continue;
        depth[node] = (a > b ? a : b) + (n.a < n.b);
        if (n.a < n.b) count.n_and++;
        else count.n_xor++;
        if (depth[node] > count.and_depth) count.and_depth = depth[node];
    }
    mem_free(marks);
    mem_free(depth);
    return count;
}

/* Fills names, which holds the new literal of each old node; marks tells the live ones. */
static void copy_marked(struct graph *copy, const struct graph *graph, literal *names,
                        const uint8_t *marks)
{
    for (uint32_t i = 1; i <= graph->n_inputs; i++) names[i] = graph_input(copy);
    for (uint32_t node = graph->n_inputs + 1; node < graph->n_nodes; node++) {
        struct graph_node n = graph->nodes[node];
        literal a = names[lit_node(n.a)] ^ (n.a & 1), b = names[lit_node(n.b)] ^ (n.b & 1);

        if (marks[node] == 0) continue;
        graph_follow(copy, graph, node);
        names[node] = n.a < n.b ? graph_and(copy, a, b) : graph_xor(copy, a, b);
    }
}

void graph_copy_live(struct graph *copy, struct graph *graph, literal *outputs, uint64_t n_outputs)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *names = graph_scratch(graph, graph->n_nodes);
    uint8_t *marks = (uint8_t *)graph_scratch(graph, graph->n_nodes / sizeof(literal) + 1);

    if (graph->n_nodes > 0) {
        graph_mark_live(graph, marks, outputs, n_outputs);
        copy_marked(copy, graph, names, marks);
    }
    for (uint64_t i = 0; i < n_outputs; i++)
        if (!lit_is_constant(outputs[i]))
            outputs[i] = names[lit_node(outputs[i])] ^ (outputs[i] & 1);
    graph_scratch_release(graph, mark);
}

void graph_simulate(const struct graph *graph, uint64_t *values)
{
    if (graph->n_nodes > 0) values[0] = 0;
    for (uint32_t node = graph->n_inputs + 1; node < graph->n_nodes; node++) {
        struct graph_node n = graph->nodes[node];
        uint64_t a = graph_value(values, n.a), b = graph_value(values, n.b);

        values[node] = n.a < n.b ? a & b : a ^ b;
    }
}

/* ----------------------------------------------------------------------------------- scratch -- */

struct scratch_mark graph_scratch_mark(const struct graph *graph)
{
    struct scratch_block *block = graph->scratch;

    return (struct scratch_mark){.block = block, .n_used = block != NULL ? block->n_used : 0};
}

/* The lowest block is kept for the next user. */
void graph_scratch_release(struct graph *graph, struct scratch_mark mark)
{
    while (graph->scratch != mark.block && graph->scratch->below != NULL) {
        struct scratch_block *block = graph->scratch;

        graph->scratch = block->below;
        mem_free(block);
    }
    if (graph->scratch != NULL) graph->scratch->n_used = mark.n_used;
}

static void push_scratch_block(struct graph *graph, uint64_t n)
{
    uint64_t capacity = n > SCRATCH_BLOCK_LEN ? n : SCRATCH_BLOCK_LEN;
    struct scratch_block *block = NULL;

    if (capacity < UINT64_C(1) << 40)
        block = mem_new(sizeof *block + capacity * sizeof(literal), 1);
    if (block == NULL) graph_fail(graph, SOTTO_ERR_MEMORY);
    block->below = graph->scratch;
    block->capacity = capacity;
    graph->scratch = block;
}

literal *graph_scratch(struct graph *graph, uint64_t n)
{
    struct scratch_block *block = graph->scratch;
    literal *literals;

    n += n & 1; /* so that 64-bit words are aligned, too */
    if (block == NULL || block->capacity - block->n_used < n) {
        push_scratch_block(graph, n);
        block = graph->scratch;
    }
    literals = block->literals + block->n_used;
    memset(literals, 0, n * sizeof *literals);
    block->n_used += n;
    return literals;
}
