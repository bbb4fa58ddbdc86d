/*
 * Shared XORs: what several sums have in common is made once. A sum is a tree of XORs of which only
 * the root is read elsewhere, taken as the set of its terms; again and again the pair of terms that
 * most sums hold becomes a term of its own (Paar, "Optimized arithmetic for Reed-Solomon encoders",
 * ISIT 1997). Each pair that is taken out of n sums saves n - 1 XORs.
 *
 * Sums are taken in blocks of neighbours and in pieces of bounded size, and steps are counted, so
 * time is linear and a shared pair is not kept for long.
 */
#include "compiler/pass.h"

#include <stdlib.h>
#include <string.h>

#define PIECE_LEN 24                  /* terms */
#define MAX_BLOCK (UINT32_C(1) << 18) /* see sharer.block_len */
#define STEPS_A_MEETING 16
#define N_RANKS 64 /* pairs of as many pieces, or more, are taken as they come */
#define NONE UINT32_MAX

/* Terms are nodes of the old graph; from its n_nodes on, the pairs that were made terms. */
struct piece {
    uint64_t first; /* in the block's terms */
    uint32_t n;
    bool is_last; /* of its sum */
};

/* Two terms, and where they met: some of these pieces may have lost one of them. */
struct pair {
    uint32_t a, b;
    uint32_t meetings; /* the newest; NONE: no more */
    uint32_t n;
    uint32_t next; /* of its rank */
};

struct meeting {
    uint32_t piece;
    uint32_t next;
};

struct made {
    uint32_t a, b;
    literal name; /* in the new graph; LIT_FALSE: not built */
};

struct sharer {
    struct graph *from;
    struct graph *to;
    uint32_t *reads; /* of each old node */
    uint8_t *is_part;
    literal *names;
    /* of the block at hand: */
    uint32_t block_len; /* how often two terms of a piece meet; a power of two */
    uint32_t *terms;
    struct piece *pieces;
    struct pair *pairs;
    struct meeting *meetings;
    struct made *made;
    uint32_t *table; /* a pair's number plus one; 0: free */
    uint32_t ranks[N_RANKS];
    uint64_t terms_capacity, n_terms;
    uint32_t n_pieces, n_pairs, n_meetings, n_made;
};

/* ---------------------------------------------------------------------------------- the sums -- */

/* Parts of a sum are XORs that only a XOR reads. */
static void find_parts(struct sharer *s)
{
    for (uint32_t node = s->from->n_inputs + 1; node < s->from->n_nodes; node++) {
        uint32_t operands[2] = {lit_node(s->from->nodes[node].a), lit_node(s->from->nodes[node].b)};

        if (s->reads[node] == 0 || !graph_is_xor(s->from, node)) continue;
        for (unsigned i = 0; i < 2; i++)
            if (s->reads[operands[i]] == 1 && graph_is_xor(s->from, operands[i]))
                s->is_part[operands[i]] = 1;
    }
}

static void add_term(struct sharer *s, uint32_t term)
{
    if (s->n_terms == s->terms_capacity) {
        uint32_t *larger = graph_scratch(s->from, 2 * s->terms_capacity);

        memcpy(larger, s->terms, s->n_terms * sizeof *larger);
        s->terms = larger;
        s->terms_capacity *= 2;
    }
    s->terms[s->n_terms++] = term;
}

static int compare_terms(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

    return (x > y) - (x < y);
}

/* Sorts terms and drops those that are there twice; returns how many are left. */
static uint64_t cancel(uint32_t *terms, uint64_t n)
{
    uint64_t n_kept = 0;

    qsort(terms, n, sizeof *terms, compare_terms);
    for (uint64_t i = 0; i < n; i++) {
        if (n_kept > 0 && terms[n_kept - 1] == terms[i]) n_kept--;
        else terms[n_kept++] = terms[i];
    }
    return n_kept;
}

/* The terms from first on are a sum. In the order of their numbers, so that sums with many in
 * common are cut alike. Returns how much of a block the pieces take. */
static uint64_t cut(struct sharer *s, uint64_t first)
{
    uint64_t taken = 0;
    uint32_t n;

    do {
        uint64_t left = s->n_terms - first;

        n = left < PIECE_LEN ? (uint32_t)left : PIECE_LEN;
        s->pieces[s->n_pieces++] = (struct piece){first, n, n == left};
        taken += n < 3 ? 1 : n * (n - 1) / 2;
        first += n;
    } while (first < s->n_terms);
    return taken;
}

static uint64_t take_sum(struct sharer *s, uint32_t root)
{
    uint64_t first = s->n_terms;

    add_term(s, lit_node(s->from->nodes[root].a));
    add_term(s, lit_node(s->from->nodes[root].b));
    for (uint64_t i = first; i < s->n_terms;) {
        struct graph_node n = s->from->nodes[s->terms[i]];

        if (s->is_part[s->terms[i]] == 0) {
            i++;
            continue;
        }
        s->terms[i] = lit_node(n.a);
        add_term(s, lit_node(n.b));
    }
    s->n_terms = first + cancel(s->terms + first, s->n_terms - first);
    return cut(s, first);
}

static bool is_root(const struct sharer *s, uint32_t node)
{
    return s->reads[node] > 0 && s->is_part[node] == 0 && graph_is_xor(s->from, node);
}

/* Takes the sums from a node on, until the block is full; returns the node after them. */
static uint32_t take_block(struct sharer *s, uint32_t node)
{
    uint64_t taken = 0;

    s->n_terms = 0;
    s->n_pieces = 0;
    for (; node < s->from->n_nodes && taken < s->block_len; node++)
        if (is_root(s, node)) taken += take_sum(s, node);
    return node;
}

/* --------------------------------------------------------------------------------- the pairs -- */

static uint32_t *find_pair(struct sharer *s, uint32_t a, uint32_t b)
{
    uint64_t mask = 4 * (uint64_t)s->block_len - 1;
    uint64_t key = ((uint64_t)a << 32 | b) * UINT64_C(0x9e3779b97f4a7c15);

    for (key ^= key >> 32;; key++) {
        uint32_t *slot = &s->table[key & mask];

        if (*slot == 0 || (s->pairs[*slot - 1].a == a && s->pairs[*slot - 1].b == b)) return slot;
    }
}

static void meet(struct sharer *s, uint32_t a, uint32_t b, uint32_t piece)
{
    uint32_t *slot = find_pair(s, a, b);
    struct pair *pair;

    if (*slot == 0) {
        s->pairs[s->n_pairs++] = (struct pair){.a = a, .b = b, .meetings = NONE};
        *slot = s->n_pairs;
    }
    pair = &s->pairs[*slot - 1];
    s->meetings[s->n_meetings] = (struct meeting){.piece = piece, .next = pair->meetings};
    pair->meetings = s->n_meetings++;
    pair->n++;
}

static uint32_t rank_of(const struct pair *pair)
{
    return pair->n < N_RANKS ? pair->n : N_RANKS - 1;
}

static void put_in_rank(struct sharer *s, uint32_t number)
{
    struct pair *pair = &s->pairs[number];

    if (pair->n < 2) return;
    pair->next = s->ranks[rank_of(pair)];
    s->ranks[rank_of(pair)] = number;
}

/* The first pairs end up on top. Whatever is made of k terms, two meet fewer than k (k - 1) times;
 * a sum that is too long for this stays as it is. */
static void find_pairs(struct sharer *s)
{
    uint64_t reserved = 0;

    s->n_pairs = s->n_meetings = s->n_made = 0;
    memset(s->table, 0, 4 * (uint64_t)s->block_len * sizeof *s->table);
    memset(s->ranks, 0xff, sizeof s->ranks);
    for (uint32_t i = 0; i < s->n_pieces; i++) {
        const uint32_t *terms = s->terms + s->pieces[i].first;
        uint32_t n = s->pieces[i].n;

        if (n < 2 || reserved + n * (n - 1) > 2 * (uint64_t)s->block_len) continue;
        reserved += n * (n - 1);
        for (uint32_t b = 1; b < n; b++)
            for (uint32_t a = 0; a < b; a++) meet(s, terms[a], terms[b], i);
    }
    for (uint32_t i = s->n_pairs; i-- > 0;) put_in_rank(s, i);
}

/* The place of a term in a piece; n when it is not there. */
static uint32_t place_of(const struct sharer *s, const struct piece *piece, uint32_t term)
{
    uint32_t place = 0;

    while (place < piece->n && s->terms[piece->first + place] != term) place++;
    return place;
}

/* Drops the meetings that are over; returns how many were looked at. */
static uint64_t recount(struct sharer *s, struct pair *pair)
{
    uint64_t n_seen = 0;
    uint32_t *link = &pair->meetings;

    pair->n = 0;
    while (*link != NONE) {
        struct meeting *meeting = &s->meetings[*link];
        const struct piece *piece = &s->pieces[meeting->piece];

        n_seen++;
        if (place_of(s, piece, pair->a) == piece->n || place_of(s, piece, pair->b) == piece->n) {
            *link = meeting->next;
            continue;
        }
        pair->n++;
        link = &meeting->next;
    }
    return n_seen;
}

static void remove_term(struct sharer *s, struct piece *piece, uint32_t term)
{
    uint32_t place = place_of(s, piece, term);

    for (piece->n--; place < piece->n; place++)
        s->terms[piece->first + place] = s->terms[piece->first + place + 1];
}

/* Makes a pair a term wherever it meets. */
static void make(struct sharer *s, const struct pair *pair)
{
    uint32_t term = s->from->n_nodes + s->n_made, first_new = s->n_pairs;

    s->made[s->n_made++] = (struct made){.a = pair->a, .b = pair->b};
    for (uint32_t at = pair->meetings; at != NONE; at = s->meetings[at].next) {
        struct piece *piece = &s->pieces[s->meetings[at].piece];

        remove_term(s, piece, pair->a);
        remove_term(s, piece, pair->b);
        for (uint32_t i = 0; i < piece->n; i++)
            meet(s, s->terms[piece->first + i], term, s->meetings[at].piece);
        s->terms[piece->first + piece->n++] = term;
    }
    for (uint32_t i = s->n_pairs; i-- > first_new;) put_in_rank(s, i);
}

/* The pair that most pieces hold is taken first; those ranked too high go where they belong. */
static void share(struct sharer *s)
{
    uint64_t steps = 0;

    for (uint32_t rank = N_RANKS - 1; rank > 1 && steps < STEPS_A_MEETING * s->block_len;) {
        uint32_t number = s->ranks[rank];

        if (number == NONE) {
            rank--;
            continue;
        }
        s->ranks[rank] = s->pairs[number].next;
        steps += recount(s, &s->pairs[number]);
        if (rank_of(&s->pairs[number]) < rank) {
            put_in_rank(s, number);
            continue;
        }
        make(s, &s->pairs[number]);
    }
}

/* --------------------------------------------------------------------------------- the graph -- */

/* Terms that are pairs of pairs lie in one piece, so they are not deep. */
static literal name_of(struct sharer *s, uint32_t term)
{
    struct made *made;

    if (term < s->from->n_nodes) return s->names[term];
    made = &s->made[term - s->from->n_nodes];
    if (made->name == LIT_FALSE) {
        literal b = name_of(s, made->b); /* a compiler may choose the order of arguments */

        made->name = graph_xor(s->to, name_of(s, made->a), b);
    }
    return made->name;
}

static literal build_sum(struct sharer *s, const struct piece **at)
{
    literal out = LIT_FALSE;
    const struct piece *piece;

    do {
        piece = (*at)++;
        for (uint32_t i = 0; i < piece->n; i++)
            out = graph_xor(s->to, out, name_of(s, s->terms[piece->first + i]));
    } while (!piece->is_last);
    return out;
}

/* The nodes of the block, whose sums are its pieces. */
static void build_block(struct sharer *s, uint32_t node, uint32_t end)
{
    const struct piece *at = s->pieces;

    for (; node < end; node++) {
        struct graph_node n = s->from->nodes[node];

        if (s->reads[node] == 0 || s->is_part[node] != 0) continue;
        graph_follow(s->to, s->from, node);
        s->names[node] = n.a > n.b ? build_sum(s, &at)
                                   : graph_and(s->to, s->names[lit_node(n.a)] ^ (n.a & 1),
                                               s->names[lit_node(n.b)] ^ (n.b & 1));
    }
}

/* For n of these, in the old graph's scratch. */
static void *take(struct sharer *s, uint64_t n, size_t size)
{
    return graph_scratch(s->from, n * size / sizeof(literal) + 1);
}

static void take_memory(struct sharer *s)
{
    uint64_t n = s->from->n_nodes;

    for (s->block_len = 64; s->block_len < MAX_BLOCK && s->block_len < PIECE_LEN * n;)
        s->block_len *= 2;
    s->reads = take(s, n, sizeof *s->reads);
    s->names = take(s, n, sizeof *s->names);
    s->is_part = take(s, n, sizeof *s->is_part);
    s->terms_capacity = 2 * PIECE_LEN;
    s->terms = take(s, s->terms_capacity, sizeof *s->terms);
    s->pieces = take(s, s->block_len + n / PIECE_LEN + 2, sizeof *s->pieces);
    s->pairs = take(s, 2 * (uint64_t)s->block_len, sizeof *s->pairs);
    s->meetings = take(s, 2 * (uint64_t)s->block_len, sizeof *s->meetings);
    s->made = take(s, s->block_len, sizeof *s->made);
    s->table = take(s, 4 * (uint64_t)s->block_len, sizeof *s->table);
}

bool pass_pairs(struct graph *to, struct graph *from, literal *outputs, uint64_t n_outputs)
{
    struct sharer s = {.from = from, .to = to};
    literal *new_outputs = graph_scratch(from, n_outputs);

    take_memory(&s);
    graph_count_reads(from, s.reads, outputs, n_outputs);
    find_parts(&s);
    for (uint32_t i = 1; i <= from->n_inputs; i++) s.names[i] = graph_input(to);
    for (uint32_t node = from->n_inputs + 1; node < from->n_nodes;) {
        uint32_t end = take_block(&s, node);

        find_pairs(&s);
        share(&s);
        build_block(&s, node, end);
        node = end;
    }
    for (uint64_t i = 0; i < n_outputs; i++)
        new_outputs[i] = s.names[lit_node(outputs[i])] ^ (outputs[i] & 1);
    if (graph_count(to, new_outputs, n_outputs).n_xor >=
        graph_count(from, outputs, n_outputs).n_xor) {
        graph_wipe(to);
        return false;
    }
    memcpy(outputs, new_outputs, n_outputs * sizeof *outputs);
    return true;
}
