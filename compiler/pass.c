/* Which passes there are, and running them; see pass.h. */
#include "compiler/pass.h"

#include "base/error.h"

#include <string.h>

#define WORK (UINT64_C(1) << 24) /* nodes that a repeated pass may see, beyond its first run */
#define MAX_ROUNDS 60

static const struct pass passes[] = {
    [PASS_FOLD] = {"fold", "words: known bits, ranges, identities of arithmetic", NULL, 1, false},
    [PASS_HASH] = {"hash", "equal gates are one, local identities", NULL, 1, false},
    {"dead", "gates that no output depends on go", pass_dead, 1, false},
    {"forms", "sums of ANDs with common operands are products of sums", pass_forms, 1, false},
    {"cuts", "parts of few inputs are replaced by ones of fewer ANDs", pass_cuts, 2, true},
    {"pairs", "XORs that several sums have in common are made once", pass_pairs, 2, false},
};

#define N_PASSES (sizeof passes / sizeof passes[0])

const struct pass *pass_list(unsigned *n)
{
    *n = N_PASSES;
    return passes;
}

uint64_t pass_set_of_level(int level)
{
    uint64_t set = 0;

    for (unsigned i = 0; i < N_PASSES; i++)
        if (passes[i].level <= level) set |= UINT64_C(1) << i;
    return set;
}

uint64_t pass_by_name(const char *name)
{
    for (unsigned i = 0; i < N_PASSES; i++)
        if (strcmp(passes[i].name, name) == 0) return UINT64_C(1) << i;
    return 0;
}

/* Nobody is charged for a dead gate: few are not worth a new graph. */
bool pass_dead(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs)
{
    struct graph_count live = graph_count(from, outputs, n_outputs);

    if (live.n_and + live.n_xor >= from->n_gates - from->n_gates / 8) return false;
    graph_copy_live(to, from, outputs, n_outputs);
    return true;
}

/* ---------------------------------------------------------------------------------- checking -- */

#define N_CHECKS 4 /* of 64 assignments each */

static uint64_t mix(uint64_t z)
{
    z *= UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Zeros and ones in all proportions. */
static uint64_t input_value(uint64_t input, uint64_t round)
{
    uint64_t a = mix(2 * (input * N_CHECKS + round) + 1), b = mix(2 * (input * N_CHECKS + round));

    return round % 3 == 0 ? a : round % 3 == 1 ? a & b : a | b;
}

/* The outputs' values, in the graph's scratch. */
static uint64_t *output_values(struct graph *graph, const literal *outputs, uint64_t n_outputs,
                               uint64_t round)
{
    uint64_t *found = (uint64_t *)graph_scratch(graph, 2 * n_outputs);
    uint64_t *values = (uint64_t *)graph_scratch(graph, 2 * ((uint64_t)graph->n_nodes + 1));

    for (uint64_t i = 1; i <= graph->n_inputs; i++) values[i] = input_value(i, round);
    graph_simulate(graph, values);
    for (uint64_t i = 0; i < n_outputs; i++) found[i] = graph_value(values, outputs[i]);
    return found;
}

/* A pass that changed an output is a bug of the compiler. */
static void check(struct graph *to, const literal *new_outputs, struct graph *from,
                  const literal *outputs, uint64_t n_outputs)
{
    for (uint64_t round = 0; round < N_CHECKS; round++) {
        struct scratch_mark new_mark = graph_scratch_mark(to), mark = graph_scratch_mark(from);
        const uint64_t *found = output_values(to, new_outputs, n_outputs, round);
        const uint64_t *expected = output_values(from, outputs, n_outputs, round);

        for (uint64_t i = 0; i < n_outputs; i++)
            if (found[i] != expected[i]) graph_fail(from, SOTTO_ERR_INTERNAL);
        graph_scratch_release(to, new_mark);
        graph_scratch_release(from, mark);
    }
}

/* ----------------------------------------------------------------------------------- running -- */

static void run_once(struct graph *graph, literal *outputs, uint64_t n_outputs, pass_fn run,
                     bool checked)
{
    struct scratch_mark mark = graph_scratch_mark(graph);
    literal *old_outputs = graph_scratch(graph, n_outputs);
    struct graph *to = graph_trial(graph);
    bool changed;

    to->track_positions = graph->track_positions;
    memcpy(old_outputs, outputs, n_outputs * sizeof *outputs);
    changed = run(to, graph, outputs, n_outputs);
    if (changed && checked) check(to, outputs, graph, old_outputs, n_outputs);
    graph_scratch_release(graph, mark);
    if (changed) graph_take_trial(graph);
}

/* Rounds are paid for by the nodes they see; a round that saves no AND is the last. */
static void run_repeated(struct graph *graph, literal *outputs, uint64_t n_outputs, pass_fn run,
                         bool checked)
{
    uint64_t work = 0, n_and = graph_count(graph, outputs, n_outputs).n_and;

    for (unsigned round = 0; round < MAX_ROUNDS && work < WORK; round++) {
        uint64_t before = n_and;

        work += graph->n_nodes;
        run_once(graph, outputs, n_outputs, run, checked);
        n_and = graph_count(graph, outputs, n_outputs).n_and;
        if (n_and >= before) break;
    }
}

void pass_run(struct graph *graph, literal *outputs, uint64_t n_outputs, uint64_t set)
{
    bool checked = (set & PASS_CHECKED) != 0;

    for (unsigned i = 0; i < N_PASSES; i++) {
        if (!pass_is_on(set, i) || passes[i].run == NULL || graph->n_nodes == 0) continue;
        if (passes[i].repeats) run_repeated(graph, outputs, n_outputs, passes[i].run, checked);
        else run_once(graph, outputs, n_outputs, passes[i].run, checked);
    }
}
