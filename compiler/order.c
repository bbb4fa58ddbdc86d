/* Choices that depend on the order of a few words alone; see order.h. */
#include "compiler/order.h"

#include "compiler/arith.h"

#include <string.h>

#define MAX_CHOICES 12
#define MAX_CONE 64
#define N_RANKINGS 27 /* of three words: all ways to give each a rank from 0 to 2 */
#define COMPLEMENT (UINT32_C(1) << ORDER_MAX_PAIRS)

static const uint32_t pairs[ORDER_MAX_PAIRS][2] = {{0, 1}, {0, 2}, {1, 2}};

/* A multiplexer with what it is made of. */
struct cone {
    const struct lowering *lowering;
    const struct word *choices[MAX_CHOICES]; /* multiplexers whose values are looked into */
    uint32_t n_choices;
    const struct word *inner[MAX_CONE]; /* these and all conditions, by ascending id */
    uint32_t n_inner;
    struct word *leaves[MAX_CHOICES + 1];
    uint32_t n_leaves;
    enum word_op compare; /* ULT, SLT, or EQ while neither is met */
    uint32_t width;
};

/* ------------------------------------------------------------------------------- collecting -- */

static bool is_choice(const struct cone *cone, const struct word *word)
{
    for (uint32_t i = 0; i < cone->n_choices; i++)
        if (cone->choices[i] == word) return true;
    return false;
}

static uint32_t find_word(const struct word *const *words, uint32_t n, const struct word *word)
{
    uint32_t i = 0;

    while (i < n && words[i] != word) i++;
    return i;
}

static bool add_leaf(struct cone *cone, struct word *word)
{
    for (uint32_t i = 0; i < cone->n_leaves; i++)
        if (cone->leaves[i] == word) return true;
    if (cone->n_leaves == MAX_CHOICES + 1 || word->width != cone->width) return false;
    cone->leaves[cone->n_leaves++] = word;
    return true;
}

/* Whether the word is new; it is kept where its id wants it. */
static bool add_inner(struct cone *cone, const struct word *word)
{
    uint32_t at = cone->n_inner;

    if (cone->n_inner == MAX_CONE || find_word(cone->inner, at, word) < at) return false;
    while (at > 0 && cone->inner[at - 1]->id > word->id) at--;
    memmove(cone->inner + at + 1, cone->inner + at, (cone->n_inner - at) * sizeof *cone->inner);
    cone->inner[at] = word;
    cone->n_inner++;
    return true;
}

static bool add_value(struct cone *cone, struct word *word)
{
    return is_choice(cone, word) || add_leaf(cone, word);
}

static bool add_condition(struct cone *cone, const struct word *word)
{
    bool is_order = word->op == WORD_ULT || word->op == WORD_SLT;

    if (word_is_const(word)) return true;
    if (!add_inner(cone, word)) return cone->n_inner < MAX_CONE;
    if (is_order && cone->compare != WORD_EQ && cone->compare != word->op) return false;
    if (is_order) cone->compare = (enum word_op)word->op;
    if (is_order || word->op == WORD_EQ)
        return add_value(cone, word->operands[0]) && add_value(cone, word->operands[1]);
    if (word->op != WORD_NOT && word->op != WORD_AND && word->op != WORD_OR &&
        word->op != WORD_XOR && word->op != WORD_MUX)
        return false;
    for (uint32_t i = 0; i < word->n_operands; i++)
        if (!add_condition(cone, word->operands[i])) return false;
    return true;
}

/* Leaves and conditions for the choices as they are. */
static bool collect(struct cone *cone)
{
    cone->n_inner = cone->n_leaves = 0;
    cone->compare = WORD_EQ;
    for (uint32_t i = 0; i < cone->n_choices; i++) {
        const struct word *choice = cone->choices[i];

        if (!add_inner(cone, choice) || !add_condition(cone, choice->operands[0])) return false;
        for (unsigned k = 1; k < 3; k++)
            if (!add_value(cone, choice->operands[k])) return false;
    }
    return cone->n_inner < MAX_CONE;
}

/* Looks into the latest leaf that is a multiplexer. */
static bool grow(struct cone *cone)
{
    const struct word *latest = NULL;

    for (uint32_t i = 0; i < cone->n_leaves; i++) {
        const struct word *leaf = cone->leaves[i];

        if (leaf->op == WORD_MUX && (latest == NULL || leaf->id > latest->id)) latest = leaf;
    }
    if (latest == NULL || cone->n_choices == MAX_CHOICES) return false;
    cone->choices[cone->n_choices++] = latest;
    return true;
}

/* ------------------------------------------------------------------------------- evaluating -- */

static uint32_t rank_of_leaf(uint32_t ranking, uint32_t leaf)
{
    return leaf == 0 ? ranking % 3 : leaf == 1 ? ranking / 3 % 3 : ranking / 9;
}

/* The rank of a value, or the bit of a condition. */
static uint32_t value_of(const struct cone *cone, const uint32_t *values, uint32_t ranking,
                         const struct word *word)
{
    uint32_t i = find_word((const struct word *const *)cone->leaves, cone->n_leaves, word);

    if (i < cone->n_leaves) return rank_of_leaf(ranking, i);
    if (word_is_const(word)) return (uint32_t)word->bits[0];
    return values[find_word(cone->inner, cone->n_inner, word)];
}

static uint32_t compute(const struct word *word, const uint32_t *x)
{
    switch (word->op) {
    case WORD_MUX: return x[0] != 0 ? x[1] : x[2];
    case WORD_NOT: return x[0] ^ 1;
    case WORD_AND: return x[0] & x[1];
    case WORD_OR: return x[0] | x[1];
    case WORD_XOR: return x[0] ^ x[1];
    case WORD_EQ: return x[0] == x[1];
    default: return x[0] < x[1];
    }
}

/* The rank that the cone's first choice, which is its last word, takes. */
static uint32_t evaluate(const struct cone *cone, uint32_t ranking)
{
    uint32_t values[MAX_CONE];

    for (uint32_t i = 0; i < cone->n_inner; i++) {
        const struct word *word = cone->inner[i];
        uint32_t x[3];

        for (uint32_t k = 0; k < word->n_operands; k++)
            x[k] = value_of(cone, values, ranking, word->operands[k]);
        values[i] = compute(word, x);
    }
    return values[cone->n_inner - 1];
}

/* ------------------------------------------------------------------------------------ costs -- */

/* What is read through the first choice alone; remaining counts other uses. */
static void find_exclusive(const struct cone *cone, bool *exclusive)
{
    uint32_t uses[MAX_CONE];

    for (uint32_t i = 0; i < cone->n_inner; i++) {
        uses[i] = cone->lowering->uses[cone->inner[i]->id];
        exclusive[i] = false;
    }
    exclusive[cone->n_inner - 1] = true;
    for (uint32_t i = cone->n_inner; i-- > 0;) {
        const struct word *word = cone->inner[i];

        exclusive[i] = exclusive[i] || uses[i] == 0;
        for (uint32_t k = 0; exclusive[i] && k < word->n_operands; k++) {
            uint32_t at = find_word(cone->inner, i, word->operands[k]);

            if (at < i) uses[at]--;
        }
    }
}

/* Whether a multiplexer between the same two, the other way round, is there: one of them is free.
 */
static bool has_twin(const struct cone *cone, const struct word *word)
{
    struct word *const *x = word->operands;

    for (uint64_t id = 0; id < cone->n_inner; id++) {
        struct word *const *y = cone->inner[id]->operands;

        if (cone->inner[id]->op == WORD_MUX && cone->inner[id]->id < word->id && x[0] == y[0] &&
            x[1] == y[2] && x[2] == y[1])
            return true;
    }
    return false;
}

static uint64_t cost_of_word(const struct cone *cone, const struct word *word)
{
    switch (word->op) {
    case WORD_NOT:
    case WORD_XOR: return 0;
    case WORD_AND:
    case WORD_OR: return 1;
    case WORD_MUX: return has_twin(cone, word) ? 0 : word->width;
    default: return cone->width;
    }
}

/* The pair's comparison that somebody else makes anyway, or else any that the cone has. */
static bool find_comparison(const struct cone *cone, const bool *exclusive, uint32_t pair,
                            bool *reversed)
{
    const struct word *a = cone->leaves[pairs[pair][0]], *b = cone->leaves[pairs[pair][1]];

    for (uint32_t i = 0; i < cone->n_inner; i++) {
        const struct word *word = cone->inner[i];

        if (word->op != cone->compare) continue;
        if (word->operands[0] == a && word->operands[1] == b) *reversed = false;
        else if (word->operands[0] == b && word->operands[1] == a) *reversed = true;
        else continue;
        if (!exclusive[i]) return true;
    }
    return false;
}

/* -------------------------------------------------------------------------------- synthesis -- */

struct search {
    const struct cone *cone;
    struct order order;
    struct order best;
    uint64_t best_cost;
    uint64_t pair_cost[ORDER_MAX_PAIRS];
    uint32_t wanted[N_RANKINGS]; /* ranks */
    uint32_t n_rankings;
};

static bool parity(const struct order *order, uint32_t ranking, uint32_t mask)
{
    bool sum = (mask & COMPLEMENT) != 0;

    for (uint32_t k = 0; k < ORDER_MAX_PAIRS; k++) {
        uint32_t a = rank_of_leaf(ranking, pairs[k][0]), b = rank_of_leaf(ranking, pairs[k][1]);

        if ((mask >> k & 1) != 0) sum ^= order->reversed[k] ? b < a : a < b;
    }
    return sum;
}

static bool is_right(const struct search *search)
{
    const struct order *order = &search->order;

    for (uint32_t i = 0; i < search->n_rankings; i++) {
        uint32_t at = 2;

        if (parity(order, i, order->first)) at = 0;
        else if (parity(order, i, order->second)) at = 1;
        if (rank_of_leaf(i, order->place[at]) != search->wanted[i]) return false;
    }
    return true;
}

static uint64_t cost_of_order(const struct search *search)
{
    uint32_t used = search->order.first | search->order.second;
    uint64_t cost = 0;

    for (uint32_t k = 0; k < ORDER_MAX_PAIRS; k++)
        if ((used >> k & 1) != 0) cost += search->pair_cost[k];
    if ((search->order.first & (COMPLEMENT - 1)) != 0) cost += search->cone->width;
    if ((search->order.second & (COMPLEMENT - 1)) != 0) cost += search->cone->width;
    return cost;
}

static void try_masks(struct search *search)
{
    uint32_t n_masks = search->order.n_words == 3 ? 2 * COMPLEMENT : 2;

    for (uint32_t first = 0; first < 2 * COMPLEMENT; first++) {
        /* Of two words, only the first pair is there. */
        if (search->order.n_words == 2 && (first & (COMPLEMENT - 2)) != 0) continue;
        for (uint32_t k = 0; k < n_masks; k++) {
            search->order.first = first;
            search->order.second = search->order.n_words == 3 ? k : k * COMPLEMENT;
            if (cost_of_order(search) < search->best_cost && is_right(search)) {
                search->best_cost = cost_of_order(search);
                search->best = search->order;
            }
        }
    }
}

static void try_places(struct search *search)
{
    static const uint32_t places[3][ORDER_MAX_LEAVES] = {{0, 1, 2}, {1, 0, 2}, {2, 0, 1}};
    uint32_t n = search->order.n_words;

    for (uint32_t i = 0; i < (n == 3 ? 3 : 1); i++) {
        memcpy(search->order.place, places[i], sizeof places[i]);
        if (n == 2) search->order.place[2] = 0;
        try_masks(search);
    }
}

static void prepare(struct search *search, const bool *exclusive)
{
    const struct cone *cone = search->cone;
    struct order *order = &search->order;

    order->n_words = cone->n_leaves;
    order->is_signed = cone->compare == WORD_SLT;
    for (uint32_t i = 0; i < cone->n_leaves; i++) order->words[i] = cone->leaves[i];
    search->n_rankings = cone->n_leaves == 3 ? N_RANKINGS : 9;
    for (uint32_t i = 0; i < search->n_rankings; i++) search->wanted[i] = evaluate(cone, i);
    for (uint32_t k = 0; k < (cone->n_leaves == 3 ? 3 : 1); k++)
        search->pair_cost[k] =
            find_comparison(cone, exclusive, k, &order->reversed[k]) ? 0 : cone->width;
}

/* How many ANDs the best order saves; it is put into *best when that is more than before. */
static void consider(const struct cone *cone, struct order *best, uint64_t *best_saving)
{
    bool exclusive[MAX_CONE];
    struct search search = {.cone = cone};
    uint64_t cost = 0;

    if (cone->n_leaves < 2 || cone->n_leaves > ORDER_MAX_LEAVES || cone->compare == WORD_EQ) return;
    find_exclusive(cone, exclusive);
    for (uint32_t i = 0; i < cone->n_inner; i++)
        if (exclusive[i]) cost += cost_of_word(cone, cone->inner[i]);
    if (cost <= *best_saving) return;
    search.best_cost = cost - *best_saving;
    prepare(&search, exclusive);
    try_places(&search);
    if (search.best.n_words == 0) return;
    *best = search.best;
    *best_saving = cost - search.best_cost;
}

const struct order *order_find(const struct lowering *lowering, const struct word *word)
{
    struct cone cone = {
        .lowering = lowering, .choices = {word}, .n_choices = 1, .width = word->width};
    struct order best = {.n_words = 0}, *kept;
    uint64_t saving = 0;

    if (word->op != WORD_MUX || word->width < 2) return NULL;
    do {
        if (!collect(&cone)) break;
        consider(&cone, &best, &saving);
    } while (grow(&cone));
    if (best.n_words == 0) return NULL;
    kept = arena_new(lowering->program->graph->arena, 1, sizeof *kept);
    *kept = best;
    return kept;
}

/* --------------------------------------------------------------------------------- lowering -- */

static literal lower_mask(struct lowering *lowering, const struct order *order, uint32_t mask)
{
    struct graph *graph = lowering->graph;
    literal sum = lit_constant((mask & COMPLEMENT) != 0);

    for (uint32_t k = 0; k < ORDER_MAX_PAIRS; k++) {
        const literal *a, *b;
        uint32_t width;

        if ((mask >> k & 1) == 0) continue;
        a = lower_bits(lowering, order->words[pairs[k][order->reversed[k] ? 1 : 0]]);
        b = lower_bits(lowering, order->words[pairs[k][order->reversed[k] ? 0 : 1]]);
        width = order->words[0]->width;
        sum = graph_xor(graph, sum,
                        order->is_signed ? arith_less_signed(graph, a, b, width)
                                         : arith_less(graph, a, b, width));
    }
    return sum;
}

void order_lower(struct lowering *lowering, literal *out, const struct order *order, uint32_t n)
{
    literal first = lower_mask(lowering, order, order->first);
    literal second = lower_mask(lowering, order, order->second);
    const literal *words[ORDER_MAX_LEAVES];

    for (uint32_t i = 0; i < ORDER_MAX_LEAVES; i++)
        words[i] = lower_bits(lowering, order->words[order->place[i]]);
    arith_mux(lowering->graph, out, second, words[1], words[2], n);
    arith_mux(lowering->graph, out, first, words[0], out, n);
}
