/* References to nodes of a graph in the making; see references.h. */
#include "compiler/references.h"

#include <string.h>

#define FIRST_STACK 1024

void references_init(struct references *refs, const struct graph *graph, struct graph *owner,
                     uint64_t n_expected)
{
    *refs = (struct references){.graph = graph,
                                .owner = owner,
                                .capacity = n_expected + n_expected / 4 + FIRST_STACK,
                                .stack_capacity = FIRST_STACK};
    refs->counts = graph_scratch(owner, refs->capacity);
    refs->stack = graph_scratch(owner, refs->stack_capacity);
}

/* What is outgrown stays in the owner's scratch until the pass is over. */
static uint32_t *grow(struct references *refs, uint32_t *old, uint64_t *capacity)
{
    uint32_t *larger = graph_scratch(refs->owner, 2 * *capacity);

    memcpy(larger, old, *capacity * sizeof *larger);
    *capacity *= 2;
    return larger;
}

static void push(struct references *refs, uint64_t *n, literal operand)
{
    if (*n == refs->stack_capacity) refs->stack = grow(refs, refs->stack, &refs->stack_capacity);
    refs->stack[(*n)++] = lit_node(operand);
}

static bool is_gate(const struct references *refs, uint32_t node)
{
    return node > refs->graph->n_inputs;
}

static void count(struct gate_change *change, struct graph_node gate)
{
    if (gate.a < gate.b) change->n_and++;
    else change->n_xor++;
}

struct gate_change references_add(struct references *refs, uint32_t node, uint32_t n)
{
    struct gate_change change = {0, 0};
    uint64_t n_stack = 0;

    while (refs->graph->n_nodes > refs->capacity)
        refs->counts = grow(refs, refs->counts, &refs->capacity);
    if (n == 0) return change;
    for (;;) {
        bool was_dead = refs->counts[node] == 0;

        refs->counts[node] += n;
        if (was_dead && is_gate(refs, node)) {
            count(&change, refs->graph->nodes[node]);
            push(refs, &n_stack, refs->graph->nodes[node].a);
            push(refs, &n_stack, refs->graph->nodes[node].b);
        }
        if (n_stack == 0) return change;
        node = refs->stack[--n_stack];
        n = 1;
    }
}

struct gate_change references_drop(struct references *refs, uint32_t node, uint32_t n)
{
    struct gate_change change = {0, 0};
    uint64_t n_stack = 0;

    if (n == 0) return change;
    for (;;) {
        refs->counts[node] -= n;
        if (refs->counts[node] == 0 && is_gate(refs, node)) {
            count(&change, refs->graph->nodes[node]);
            push(refs, &n_stack, refs->graph->nodes[node].a);
            push(refs, &n_stack, refs->graph->nodes[node].b);
        }
        if (n_stack == 0) return change;
        node = refs->stack[--n_stack];
        n = 1;
    }
}
