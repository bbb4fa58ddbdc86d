/* What loops cost; see loop_cost.h. */
#include "compiler/loop_cost.h"

#define DEAR_LOOP 1000000 /* ANDs */

/* Loops are in the order of their words, none in another. */
struct word_loop *loop_of_word(const struct word_program *program, uint64_t id)
{
    uint64_t low = 0, high = program->n_loops;

    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        if (program->loops[middle].end <= id) low = middle + 1;
        else high = middle;
    }
    return low < program->n_loops && program->loops[low].first <= id ? &program->loops[low] : NULL;
}

void loop_charge(const struct word_program *program, struct word_loop *loop,
                 const struct graph *graph, uint32_t first)
{
    if (loop == NULL || first == graph->n_nodes) return;
    if (loop->n_runs > 0 && loop->runs[loop->n_runs - 1].end == first) {
        loop->runs[loop->n_runs - 1].end = graph->n_nodes;
        return;
    }
    loop->runs = arena_grow(program->graph->arena, loop->runs, loop->n_runs, &loop->runs_capacity,
                            sizeof *loop->runs);
    loop->runs[loop->n_runs++] = (struct node_run){first, graph->n_nodes};
}

static uint64_t count_run(const struct graph *graph, const uint8_t *marks, struct node_run run)
{
    uint64_t n = 0;

    for (uint32_t node = run.first; node < run.end; node++)
        n += marks[node] != 0 && graph_is_and(graph, node);
    return n;
}

uint64_t loops_count(const struct word_program *program, struct graph *graph,
                     const literal *outputs, uint64_t n_outputs)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    struct node_run all = {0, graph->n_nodes};
    uint8_t *marks;
    uint64_t n_and;

    if (program->n_loops == 0 || graph->n_nodes == 0) return 0;
    marks = (uint8_t *)graph_scratch(graph, graph->n_nodes / sizeof(literal) + 1);
    graph_mark_live(graph, marks, outputs, n_outputs);
    n_and = count_run(graph, marks, all);
    for (uint64_t i = 0; i < program->n_loops; i++) {
        struct word_loop *loop = &program->loops[i];

        loop->n_and = 0;
        for (uint64_t k = 0; k < loop->n_runs; k++)
            loop->n_and += count_run(graph, marks, loop->runs[k]);
    }
    graph_scratch_release(graph, mark);
    return n_and;
}

void loops_warn(struct diag *diag, const struct word_program *program, uint64_t n_before,
                uint64_t n_after)
{
    for (uint64_t i = 0; i < program->n_loops && n_before > 0; i++) {
        const struct word_loop *loop = &program->loops[i];
        /* Passes do not know loops: each is taken to have saved as much as the whole program. */
        double n = (double)loop->n_and * (double)n_after / (double)n_before;

        if (n < DEAR_LOOP) continue;
        diag_warning(diag, loop->position, "this loop unrolls to about %.1f million ANDs",
                     n / 1000000);
        diag_hint(diag, "gc-cc --explain-cost tells what each line costs");
    }
}
