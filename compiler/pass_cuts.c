/*
 * Cut rewriting: the part of the graph between a node and a cut of it is replaced when the cut's
 * function is known to need fewer ANDs than die with the old part, or as many and fewer XORs. See
 * Testa, Soeken, Amaru and De Micheli, "Reducing the multiplicative complexity in logic networks
 * for cryptography and security applications", DAC 2019.
 *
 * The graph is rebuilt node by node. A node of the new graph is referred to by live new nodes and
 * by the old nodes still to come, so that what dies with a replacement is known exactly.
 */
#include "compiler/cuts.h"
#include "compiler/mc.h"
#include "compiler/pass.h"
#include "compiler/references.h"

struct rewriter {
    struct graph *from;
    struct graph *to;
    struct cuts cuts;
    struct mc *mc;
    struct references new_refs;
    uint32_t *old_refs;
    literal *names; /* of old nodes in the new graph */
};

struct choice {
    const struct cut *cut;
    struct recipe recipe;
    int gain;   /* ANDs saved */
    int n_xors; /* and XORs, before what is shared counts */
};

/* --------------------------------------------------------------------------------- replacing -- */

static literal form_literal(struct graph *graph, unsigned form, const struct cut *cut,
                            const literal *ands)
{
    literal out = (form & RECIPE_ONE) != 0 ? LIT_TRUE : LIT_FALSE;

    for (unsigned i = 0; i < cut->n_leaves; i++)
        if ((form >> i & 1) != 0) out = graph_xor(graph, out, cut->leaves[i] << 1);
    for (unsigned i = 0; i < RECIPE_MAX_ANDS; i++)
        if ((form & RECIPE_AND(i)) != 0) out = graph_xor(graph, out, ands[i]);
    return out;
}

static literal build(struct graph *graph, const struct recipe *recipe, const struct cut *cut)
{
    literal ands[RECIPE_MAX_ANDS] = {0};

    for (unsigned i = 0; i < recipe->n_ands; i++) {
        literal left = form_literal(graph, recipe->left[i], cut, ands);

        ands[i] = graph_and(graph, left, form_literal(graph, recipe->right[i], cut, ands));
    }
    return form_literal(graph, recipe->out, cut, ands);
}

/* ---------------------------------------------------------------------------------- choosing -- */

/* What dies with the node when the leaves stay. */
static struct gate_change dying(struct rewriter *r, uint32_t node, const struct cut *cut)
{
    uint32_t n = r->new_refs.counts[node];
    struct gate_change change;

    for (unsigned i = 0; i < cut->n_leaves; i++) r->new_refs.counts[cut->leaves[i]]++;
    change = references_drop(&r->new_refs, node, n);
    (void)references_add(&r->new_refs, node, n);
    for (unsigned i = 0; i < cut->n_leaves; i++) r->new_refs.counts[cut->leaves[i]]--;
    return change;
}

static void weigh(struct rewriter *r, struct choice *best, uint32_t node, const struct cut *cut)
{
    struct choice choice = {.cut = cut};
    struct gate_change change;

    if (cut->n_ands == 0) return;
    mc_recipe(r->mc, &choice.recipe, cut->table);
    if (choice.recipe.n_ands > cut->n_ands) return;
    change = dying(r, node, cut);
    choice.gain = (int)change.n_and - choice.recipe.n_ands;
    choice.n_xors = (int)change.n_xor - (int)recipe_weight(&choice.recipe);
    if (choice.gain < 0 || (choice.gain == 0 && choice.n_xors <= 0)) return;
    if (choice.gain > best->gain || (choice.gain == best->gain && choice.n_xors > best->n_xors))
        *best = choice;
}

/* Moves the references of a node, n of them, to what replaces it; back when that is no gain. */
static literal replace(struct rewriter *r, literal old, const struct choice *choice, uint32_t n)
{
    literal made = build(r->to, &choice->recipe, choice->cut) ^ (old & 1);
    struct gate_change born, died;

    if (lit_node(made) == lit_node(old)) return made;
    born = references_add(&r->new_refs, lit_node(made), n);
    died = references_drop(&r->new_refs, lit_node(old), n);
    if (died.n_and > born.n_and || (died.n_and == born.n_and && died.n_xor > born.n_xor))
        return made;
    (void)references_add(&r->new_refs, lit_node(old), n);
    (void)references_drop(&r->new_refs, lit_node(made), n);
    return old;
}

static literal improve(struct rewriter *r, literal lit, uint32_t n)
{
    uint32_t node = lit_node(lit);
    struct choice best = {.gain = 0};
    const struct cut_set *set;

    if (node <= r->to->n_inputs || r->new_refs.counts[node] != n) return lit;
    cuts_update(&r->cuts);
    set = cuts_of(&r->cuts, node);
    for (uint32_t i = 0; set != NULL && i < set->n_cuts; i++) weigh(r, &best, node, &set->cuts[i]);
    return best.cut != NULL ? replace(r, lit, &best, n) : lit;
}

/* -------------------------------------------------------------------------------- rebuilding -- */

static void drop_operand(struct rewriter *r, literal operand)
{
    (void)references_drop(&r->new_refs, lit_node(r->names[lit_node(operand)]), 1);
}

static void rebuild_node(struct rewriter *r, uint32_t node)
{
    struct graph_node n = r->from->nodes[node];
    literal a = r->names[lit_node(n.a)] ^ (n.a & 1), b = r->names[lit_node(n.b)] ^ (n.b & 1);
    literal made;

    graph_follow(r->to, r->from, node);
    made = n.a < n.b ? graph_and(r->to, a, b) : graph_xor(r->to, a, b);
    (void)references_add(&r->new_refs, lit_node(made), r->old_refs[node]);
    drop_operand(r, n.a);
    drop_operand(r, n.b);
    r->names[node] = improve(r, made, r->old_refs[node]);
}

static void rebuild(struct rewriter *r)
{
    for (uint32_t i = 1; i <= r->from->n_inputs; i++) {
        r->names[i] = graph_input(r->to);
        (void)references_add(&r->new_refs, i, r->old_refs[i]);
    }
    for (uint32_t node = r->from->n_inputs + 1; node < r->from->n_nodes; node++)
        if (r->old_refs[node] > 0) rebuild_node(r, node);
}

bool pass_cuts(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs)
{
    struct rewriter r = {.from = from, .to = to, .mc = mc_new(from->arena)};

    r.names = graph_scratch(from, from->n_nodes);
    r.old_refs = graph_scratch(from, from->n_nodes);
    cuts_init(&r.cuts, to, from, from->n_nodes, CUT_LEAVES);
    references_init(&r.new_refs, to, from, from->n_nodes);
    graph_count_reads(from, r.old_refs, outputs, n_outputs);
    rebuild(&r);
    for (uint64_t i = 0; i < n_outputs; i++)
        outputs[i] = r.names[lit_node(outputs[i])] ^ (outputs[i] & 1);
    return true;
}
