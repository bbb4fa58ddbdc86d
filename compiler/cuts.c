/* Cuts of the gate graph's nodes; see cuts.h. */
#include "compiler/cuts.h"

#include <string.h>

#define MAX_SETS (1u << 16)
#define KEPT 12
#define KEPT_LARGE 8
#define KEPT_HUGE 5
#define LARGE_GRAPH (1u << 18) /* nodes */
#define HUGE_GRAPH (1u << 20)

void cuts_init(struct cuts *cuts, const struct graph *graph, struct graph *owner,
               uint64_t n_expected, unsigned max_leaves)
{
    uint32_t n_sets = 1;

    while (n_sets < MAX_SETS && n_sets < 2 * n_expected) n_sets *= 2;
    *cuts = (struct cuts){.graph = graph,
                          .n_sets = n_sets,
                          .max_leaves = max_leaves,
                          .n_kept = n_expected > HUGE_GRAPH    ? KEPT_HUGE
                                    : n_expected > LARGE_GRAPH ? KEPT_LARGE
                                                               : KEPT,
                          .n_done = 1};
    cuts->sets = (struct cut_set *)graph_scratch(
        owner, (uint64_t)n_sets * (sizeof(struct cut_set) / sizeof(literal)));
}

static uint64_t leaf_mask(uint32_t node)
{
    return UINT64_C(1) << (node & 63);
}

/* Whether the word has more than max bits, at most six; most have few. */
static bool has_more_bits(uint64_t word, unsigned max)
{
    for (unsigned i = 0; i < max; i++) word &= word - 1;
    return word != 0;
}

/* The node as a cut of its own. */
static struct cut trivial_cut(uint32_t node)
{
    return (struct cut){
        .table = truth_variable(0), .leaves = {node}, .mask = leaf_mask(node), .n_leaves = 1};
}

/* ----------------------------------------------------------------------------------- merging -- */

static bool merge_leaves(struct cut *out, const struct cut *a, const struct cut *b, unsigned max)
{
    unsigned i = 0, j = 0, n = 0;

    while (i < a->n_leaves || j < b->n_leaves) {
        if (n == max) return false;
        if (j == b->n_leaves || (i < a->n_leaves && a->leaves[i] < b->leaves[j])) {
            out->leaves[n++] = a->leaves[i++];
        } else {
            if (i < a->n_leaves && a->leaves[i] == b->leaves[j]) i++;
            out->leaves[n++] = b->leaves[j++];
        }
    }
    out->n_leaves = (uint8_t)n;
    return true;
}

/* The table of a cut over the leaves of a larger one. */
static uint64_t expand(const struct cut *cut, const struct cut *larger)
{
    uint64_t table = cut->table;
    unsigned to = larger->n_leaves;

    for (unsigned from = cut->n_leaves; from-- > 0;) {
        do to--;
        while (larger->leaves[to] != cut->leaves[from]);
        if (from < to) table = truth_swap(table, from, to);
    }
    return table;
}

static bool has_leaves_of(const struct cut *b, const struct cut *a)
{
    unsigned j = 0;

    for (unsigned i = 0; i < a->n_leaves; i++, j++) {
        while (j < b->n_leaves && b->leaves[j] < a->leaves[i]) j++;
        if (j == b->n_leaves || b->leaves[j] != a->leaves[i]) return false;
    }
    return true;
}

static inline bool is_subset(const struct cut *a, const struct cut *b)
{
    return (a->mask & ~b->mask) == 0 && a->n_leaves <= b->n_leaves && has_leaves_of(b, a);
}

/* Fewer leaves for more ANDs come first. */
static int rank(const struct cut *cut)
{
    int n_ands = cut->n_ands < 12 ? cut->n_ands : 12;

    return 4 * cut->n_leaves - n_ands;
}

static bool is_dominated(const struct cut_set *set, const struct cut *cut)
{
    for (unsigned i = 0; i < set->n_cuts; i++)
        if (is_subset(&set->cuts[i], cut)) return true;
    return false;
}

static void drop_dominated(struct cut_set *set, const struct cut *cut)
{
    unsigned n = 0;

    for (unsigned i = 0; i < set->n_cuts; i++)
        if (!is_subset(cut, &set->cuts[i])) {
            if (n < i) set->cuts[n] = set->cuts[i];
            n++;
        }
    set->n_cuts = n;
}

static void insert(struct cut_set *set, const struct cut *cut, unsigned n_kept)
{
    unsigned at;

    drop_dominated(set, cut);
    if (set->n_cuts == n_kept) {
        if (rank(&set->cuts[n_kept - 1]) <= rank(cut)) return;
        set->n_cuts--;
    }
    for (at = set->n_cuts; at > 0 && rank(&set->cuts[at - 1]) > rank(cut); at--)
        set->cuts[at] = set->cuts[at - 1];
    set->cuts[at] = *cut;
    set->n_cuts++;
}

static void merge(struct cuts *cuts, struct cut_set *set, struct graph_node node,
                  const struct cut *a, const struct cut *b)
{
    bool is_and = node.a < node.b;
    struct cut made = {.mask = a->mask | b->mask,
                       .n_ands = (uint16_t)(a->n_ands + b->n_ands + is_and)};
    uint64_t x, y;

    if (has_more_bits(made.mask, cuts->max_leaves) ||
        !merge_leaves(&made, a, b, cuts->max_leaves) || is_dominated(set, &made))
        return;
    if (set->n_cuts == cuts->n_kept && rank(&set->cuts[set->n_cuts - 1]) <= rank(&made)) return;
    if (made.n_ands > UINT16_MAX / 4) made.n_ands = UINT16_MAX / 4;
    x = expand(a, &made) ^ (0 - (uint64_t)(node.a & 1));
    y = expand(b, &made) ^ (0 - (uint64_t)(node.b & 1));
    made.table = is_and ? x & y : x ^ y;
    insert(set, &made, cuts->n_kept);
}

/* ------------------------------------------------------------------------------------ update -- */

/* The cuts of an operand, itself alone included. */
static unsigned collect(const struct cuts *cuts, struct cut *out, uint32_t node)
{
    const struct cut_set *set = cuts_of(cuts, node);
    unsigned n = 0;

    if (set != NULL) {
        memcpy(out, set->cuts, set->n_cuts * sizeof *out);
        n = set->n_cuts;
    }
    out[n++] = trivial_cut(node);
    return n;
}

static void make_cuts(struct cuts *cuts, uint32_t node)
{
    struct graph_node n = cuts->graph->nodes[node];
    struct cut_set *set = &cuts->sets[node & (cuts->n_sets - 1)];
    struct cut left[CUTS_MAX + 1], right[CUTS_MAX + 1];
    unsigned n_left = collect(cuts, left, lit_node(n.a));
    unsigned n_right = collect(cuts, right, lit_node(n.b));

    set->node = node;
    set->n_cuts = 0;
    for (unsigned i = n_left; i-- > 0;)
        for (unsigned j = n_right; j-- > 0;) merge(cuts, set, n, &left[i], &right[j]);
}

void cuts_update(struct cuts *cuts)
{
    const struct graph *graph = cuts->graph;

    if (cuts->n_done <= graph->n_inputs) cuts->n_done = graph->n_inputs + 1;
    for (; cuts->n_done < graph->n_nodes; cuts->n_done++) make_cuts(cuts, cuts->n_done);
}
