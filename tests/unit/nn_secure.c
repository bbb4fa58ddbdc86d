/*
 * The secure run of networks against the integer reference, bit for bit: random networks of every
 * kind of step, two parties as two threads over a socket pair; what an offer allows,
 * and offers that are none.
 */
#include "apps/nn/gcnn.h"
#include "apps/nn/party.h"

#include "net/channel.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define MAX_ROWS 40
#define MAX_SCORES 8
#define MAX_INPUTS 16

static struct report report;

/* -------------------------------------------------------------------------------- networks -- */

static int64_t weight(uint64_t *state)
{
    return (int64_t)(test_next(state) % 255) - 127;
}

/* Elements meet every row, or with sparse every third one. Some have no source. */
static void fill_term(struct term *term, uint64_t n_rows, uint64_t first, uint64_t n_sources,
                      bool sparse, uint64_t *state)
{
    uint64_t n = n_sources;

    term->kind = sparse ? TERM_SPARSE : TERM_DENSE;
    term->n_elements = n;
    term->source = new_array(n, sizeof *term->source);
    for (uint64_t i = 0; i < n; i++) term->source[i] = i % 7 == 5 ? 0 : (uint32_t)(first + i + 1);
    term->n_weights = n * n_rows;
    term->weights = new_array(n * n_rows, sizeof *term->weights);
    for (uint64_t i = 0; i < n * n_rows; i++) term->weights[i] = (double)weight(state);
    if (!sparse) return;
    term->begin = new_array(n + 1, sizeof *term->begin);
    term->rows = new_array(n * n_rows, sizeof *term->rows);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = term->begin[i];

        for (uint64_t r = i % 3; r < n_rows; r += 3) term->rows[at++] = (uint32_t)r;
        term->begin[i + 1] = at;
    }
    term->n_weights = term->begin[n];
}

/* The least k, from the weights: what positive and what negative ones can lead to at most. */
static unsigned ring_of(const struct net *net, const struct step *step)
{
    double most = 0;
    uint32_t rows[64];
    int64_t weights[64];
    unsigned ring = 2;

    for (uint64_t r = 0; r < step->n_rows; r++) {
        double up = step->bias[r], down = -step->bias[r];

        for (size_t t = 0; t < step->n_terms; t++)
            for (uint64_t e = 0; e < step->terms[t].n_elements; e++) {
                uint32_t source = step->terms[t].source[e];
                uint64_t n = term_column(&step->terms[t], step->n_rows, e, rows, weights);

                for (uint64_t k = 0; source > 0 && k < n; k++)
                    if (rows[k] == r)
                        *(weights[k] > 0 ? &up : &down) +=
                            (double)(llabs(weights[k]) *
                                     ((1 << activation_bits(net, source - 1)) - 1));
            }
        if (up > most) most = up;
        if (down > most) most = down;
    }
    while ((double)((uint64_t)1 << (ring - 1)) <= most) ring++;
    return ring;
}

static void linear_step(struct net *net, uint64_t n_rows, enum activation activation,
                        uint64_t *state)
{
    size_t number = net->n_steps;
    struct step *step = &net->steps[number];

    step->kind = STEP_LINEAR;
    (void)snprintf(step->name, sizeof step->name, "step %zu", number);
    step->first = net->n_activations;
    step->n_rows = n_rows;
    step->activation = activation;
    step->bias = new_array(n_rows, sizeof *step->bias);
    for (uint64_t r = 0; r < n_rows; r++)
        step->bias[r] = (double)((int64_t)(test_next(state) % 4001) - 2000);
    step->n_terms = 2;
    step->terms = new_array(2, sizeof *step->terms);
    /* What stands right before it, and everything: inputs are met again. */
    if (number == 0) fill_term(&step->terms[0], n_rows, 0, net->n_inputs, false, state);
    else
        fill_term(&step->terms[0], n_rows, net->steps[number - 1].first,
                  net->steps[number - 1].n_rows, false, state);
    fill_term(&step->terms[1], n_rows, 0, net->n_activations, true, state);
    step->ring = ring_of(net, step); /* of the steps before */
    step->shift = activation == ACTIVATION_NONE ? 0 : step->ring > 9 ? step->ring - 9 : 0;
    step->slope = (unsigned)(test_next(state) % 129);
    step->offset = (unsigned)(test_next(state) % 100);
    if (activation != ACTIVATION_LEAKY) step->slope = step->offset = 0;
    if (activation == ACTIVATION_SQUARE) step->square_shift = 7;
    net->n_activations += activation == ACTIVATION_NONE ? 0 : n_rows;
    net->n_steps++;
}

/* Windows of one to three values from number first on, of all steps before, some of them in two
 * windows. */
static void pool_step(struct net *net, uint64_t n_rows, uint64_t first, uint64_t *state)
{
    size_t number = net->n_steps++;
    struct step *step = &net->steps[number];
    uint64_t n = net->n_activations - first;

    step->kind = STEP_MAX_POOL;
    (void)snprintf(step->name, sizeof step->name, "step %zu", number);
    step->first = net->n_activations;
    step->n_rows = n_rows;
    step->begin = new_array(n_rows + 1, sizeof *step->begin);
    step->pooled = new_array(3 * n_rows, sizeof *step->pooled);
    for (uint64_t r = 0; r < n_rows; r++) {
        step->begin[r + 1] = step->begin[r] + 1 + r % 3;
        for (uint64_t i = step->begin[r]; i < step->begin[r + 1]; i++)
            step->pooled[i] = (uint32_t)(first + test_next(state) % n);
    }
    step->is_wide = first == 0;
    net->n_activations += n_rows;
}

/* Every third network starts with max-pools of its inputs, the second also of the first. */
static void net_make(struct net *net, uint64_t seed)
{
    uint64_t state = seed, first_hidden;
    uint64_t n_scores = 1 + seed % MAX_SCORES;

    *net = (struct net){.rank = 1, .n_inputs = 6 + seed % 10, .n_scores = n_scores};
    net->dims[0] = net->n_inputs;
    net->n_activations = net->n_inputs;
    net->steps = new_array(7, sizeof *net->steps);
    if (seed % 3 == 0) {
        pool_step(net, 5, 0, &state);
        pool_step(net, 8, 0, &state);
    }
    first_hidden = net->n_activations;
    linear_step(net, 9 + seed % 3, ACTIVATION_RELU, &state);
    linear_step(net, 8, ACTIVATION_LEAKY, &state);
    pool_step(net, 10, first_hidden, &state);
    linear_step(net, 7, ACTIVATION_SQUARE, &state);
    linear_step(net, n_scores, ACTIVATION_NONE, &state);
    net->scale = new_array(net->n_activations, sizeof *net->scale);
    net->zero = new_array(net->n_activations, sizeof *net->zero);
    for (uint64_t i = 0; i < net->n_activations; i++) net->scale[i] = 1;
    net->score_scale = 1;
}

/* --------------------------------------------------------------------------------- parties -- */

struct side {
    int fd;
    sotto_role role;
    const struct net *net; /* the garbler's */
    struct offer offer;
    uint64_t n_rows;
    uint8_t inputs[MAX_ROWS * MAX_INPUTS];
    uint64_t labels[MAX_ROWS];
    int64_t scores[MAX_ROWS * MAX_SCORES];
    uint64_t n_answered;
    struct report report;
    struct party_cost cost;
    struct secure secure;
    int status;
    sotto_context *context;
    sotto_channel *channel;
    struct party_options options;
    struct rows_progress last; /* what was told of the progress */
    uint64_t n_within;         /* how often that was within a layer */
};

#define OT_WIDTH 2

static void open_side(struct side *side)
{
    side->context = test_context();
    ck_assert_int_eq(channel_over(side->context, &side->channel, side->fd, side->fd, PATIENCE),
                     SOTTO_OK);
}

static void close_side(struct side *side)
{
    sotto_channel_free(side->channel);
    sotto_context_free(side->context);
}

static void run_owner(struct side *side)
{
    side->status = secure_init(&side->report, &side->secure, side->context, side->net,
                               SOTTO_GARBLER, side->offer.reveals_scores);
    if (side->status == STATUS_OK)
        side->status = party_serve(&side->report, &side->secure, &side->cost, &side->n_answered,
                                   side->channel, &side->offer, &side->options);
}

static void run_asker(struct side *side)
{
    struct net net = {0};
    struct offer offer;

    side->status = party_hear(&side->report, &side->secure, &side->cost, &net, &offer,
                              side->context, side->channel, &side->options);
    if (side->status == STATUS_OK) {
        ck_assert_int_eq(offer.reveals_scores, side->offer.reveals_scores);
        ck_assert_uint_eq(offer.max_rows, side->offer.max_rows);
        ck_assert_ptr_null(net.steps[net.n_steps - 1].bias);
        ck_assert_ptr_null(net.steps[net.n_steps - 1].terms[0].weights);
        side->status = party_ask(&side->report, &side->secure, &side->cost, side->labels,
                                 side->scores, side->inputs, side->n_rows);
    }
    party_close(&side->secure);
    net_free(&net);
}

static void *run_side(void *argument)
{
    struct side *side = argument;

    open_side(side);
    if (side->role == SOTTO_GARBLER) run_owner(side);
    else run_asker(side);
    if (side->role == SOTTO_GARBLER) party_close(&side->secure);
    close_side(side);
    return NULL;
}

static void run_both(struct side *sides, void *(*owner)(void *), void *(*asker)(void *))
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) sides[i].fd = fds[i];
    test_run_both(owner, &sides[0], asker, &sides[1]);
}

static struct side *sides_new(const struct net *net, uint64_t n_rows, bool reveals_scores,
                              uint64_t seed)
{
    struct side *sides = new_array(2, sizeof *sides);
    uint64_t state = seed;

    ck_assert_ptr_nonnull(sides);
    for (int i = 0; i < 2; i++) {
        sides[i].role = i == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
        sides[i].net = net;
        sides[i].n_rows = n_rows;
        sides[i].offer = (struct offer){reveals_scores, MAX_ROWS};
        sides[i].options = (struct party_options){.ot_width = OT_WIDTH, .n_threads = 1};
    }
    for (uint64_t i = 0; i < n_rows * net->n_inputs; i++)
        sides[1].inputs[i] = (uint8_t)test_next(&state);
    return sides;
}

static void reference(const struct net *net, int64_t *scores, const uint8_t *inputs)
{
    double *values = new_array(net->n_activations, sizeof *values);

    for (uint64_t i = 0; i < net->n_inputs; i++) values[i] = inputs[i];
    ck_assert_int_eq(net_run_integer(&report, net, values, scores), STATUS_OK);
    free(values);
}

START_TEST(runs_equal_the_reference)
{
    static const uint64_t counts[] = {1, 2, 9, MAX_ROWS};
    bool reveals_scores = _i % 2 != 0;
    uint64_t n_rows = counts[_i % 4];
    struct side *sides;
    struct net net;

    net_make(&net, (uint64_t)_i);
    sides = sides_new(&net, n_rows, reveals_scores, (uint64_t)_i);
    run_both(sides, run_side, run_side);
    for (int i = 0; i < 2; i++)
        ck_assert_msg(sides[i].status == STATUS_OK, "side %d: %s", i, sides[i].report.message);
    ck_assert_uint_eq(sides[0].n_answered, n_rows);
    for (uint64_t row = 0; row < n_rows; row++) {
        int64_t scores[MAX_SCORES];

        reference(&net, scores, sides[1].inputs + row * net.n_inputs);
        if (reveals_scores)
            ck_assert_mem_eq(sides[1].scores + row * net.n_scores, scores,
                             net.n_scores * sizeof *scores);
        else ck_assert_uint_eq(sides[1].labels[row], net_label(scores, net.n_scores));
    }
    free(sides);
    net_free(&net);
}
END_TEST

/* Layers follow each other, and parts rise within each. */
static void watch(void *user, const struct rows_progress *rows)
{
    struct side *side = user;
    const struct rows_progress *last = &side->last;

    ck_assert_uint_eq(rows->n_rows, side->n_rows);
    ck_assert_uint_eq(rows->n_layers, side->net->n_steps);
    ck_assert_uint_le(rows->n_done_parts, rows->n_parts);
    if (rows->layer == last->layer) {
        ck_assert_uint_eq(rows->n_parts, last->n_parts);
        ck_assert_uint_ge(rows->n_done_parts, last->n_done_parts);
    } else {
        ck_assert_uint_eq(rows->layer, last->layer + 1);
        ck_assert_uint_eq(rows->n_done_parts, 0);
    }
    side->n_within += rows->n_done_parts > 0 && rows->n_done_parts < rows->n_parts;
    side->last = *rows;
}

START_TEST(progress_moves_within_layers)
{
    struct side *sides;
    struct net net;

    net_make(&net, 9); /* with max-pools of inputs */
    sides = sides_new(&net, MAX_ROWS, false, 1);
    for (int i = 0; i < 2; i++) {
        sides[i].options.progress = watch;
        sides[i].options.progress_user = &sides[i];
    }
    run_both(sides, run_side, run_side);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(sides[i].status, STATUS_OK);
        ck_assert_uint_eq(sides[i].last.layer, net.n_steps);
        ck_assert_uint_eq(sides[i].last.n_done, MAX_ROWS);
        ck_assert_uint_gt(sides[i].n_within, 5 * net.n_steps);
    }
    free(sides);
    net_free(&net);
}
END_TEST

/* SEC-22 */
START_TEST(more_rows_than_offered_are_refused)
{
    struct side *sides;
    struct net net;

    net_make(&net, 3);
    sides = sides_new(&net, 5, false, 3);
    sides[0].offer.max_rows = sides[1].offer.max_rows = 4;
    run_both(sides, run_side, run_side);
    ck_assert_int_eq(sides[0].status, STATUS_MISMATCH);
    ck_assert_int_eq(sides[1].status, STATUS_ABORTED);
    ck_assert_uint_eq(sides[0].n_answered, 0);
    free(sides);
    net_free(&net);
}
END_TEST

/* ---------------------------------------------------------------------- peers that cheat -- */

/* Hears the offer, sends a question of so many bytes, for 3 rows, and is gone. */
static void *ask_and_leave(void *argument)
{
    static const uint8_t question[9] = {3};
    struct side *side = argument;
    struct net net = {0};
    struct offer offer;

    open_side(side);
    ck_assert_int_eq(party_hear(&side->report, &side->secure, &side->cost, &net, &offer,
                                side->context, side->channel, &side->options),
                     STATUS_OK);
    ck_assert_int_eq(sotto_mixed_tell(side->secure.mixed, question, (size_t)side->n_rows),
                     SOTTO_OK);
    party_close(&side->secure);
    net_free(&net);
    close_side(side);
    return NULL;
}

static struct side *serve_who_leaves(const struct net *net, uint64_t max_rows, size_t question_len)
{
    struct side *sides = sides_new(net, question_len, false, 3);

    sides[0].offer.max_rows = sides[1].offer.max_rows = max_rows;
    run_both(sides, run_side, ask_and_leave);
    return sides;
}

/* SEC-22: whoever breaks off a session has spent its rows, or it could ask without end. */
START_TEST(rows_that_were_asked_count)
{
    struct side *sides;
    struct net net;

    net_make(&net, 3);
    sides = serve_who_leaves(&net, 4, 8);
    ck_assert_int_ne(sides[0].status, STATUS_OK);
    ck_assert_uint_eq(sides[0].n_answered, 3);
    free(sides);
    net_free(&net);
}
END_TEST

/* SEC-22: also where any number of rows is offered. */
START_TEST(questions_that_are_none_are_refused)
{
    uint64_t most = _i < 2 ? UINT64_MAX : 4;
    struct side *sides;
    struct net net;

    net_make(&net, 3);
    sides = serve_who_leaves(&net, most, _i % 2 == 0 ? 7 : 0);
    ck_assert_msg(sides[0].status == STATUS_MISMATCH, "%d: %s", sides[0].status,
                  sides[0].report.message);
    ck_assert_uint_eq(sides[0].n_answered, 0);
    free(sides);
    net_free(&net);
}
END_TEST

#define OFFER_HEADER_LEN 17 /* "sottonn1", what is revealed, how many rows */

/* Appends an offer that is none; tells how much of it is sent. */
static size_t make_offer(struct buffer *offer, const struct net *net, int number)
{
    buffer_add_text(offer, number == 0 ? "sottonn0" : "sottonn1");
    buffer_add_char(offer, number == 1 ? 2 : 0);
    buffer_add(offer, "\1\0\0\0\0\0\0\0", 8);
    ck_assert_uint_eq(offer->len, OFFER_HEADER_LEN);
    if (number == 2) return OFFER_HEADER_LEN - 1;
    gcnn_write(offer, net, true);
    if (number == 3) return OFFER_HEADER_LEN + (offer->len - OFFER_HEADER_LEN) / 2;
    if (number == 4) buffer_add_char(offer, 0);
    ck_assert(!offer->failed);
    return offer->len;
}

static void *run_liar(void *argument)
{
    const sotto_mixed_options mixed_options = {
        .role = SOTTO_GARBLER, .ot_width = OT_WIDTH, .n_threads = 1};
    struct side *side = argument;
    struct buffer offer = {0};
    sotto_mixed *mixed;
    size_t len;

    open_side(side);
    ck_assert_int_eq(sotto_mixed_open(side->context, &mixed, side->channel, &mixed_options),
                     SOTTO_OK);
    len = make_offer(&offer, side->net, (int)side->n_rows);
    ck_assert_int_eq(sotto_mixed_tell(mixed, (const uint8_t *)offer.data, len), SOTTO_OK);
    buffer_free(&offer);
    sotto_mixed_free(mixed);
    close_side(side);
    return NULL;
}

/* SEC-22: an offer of another version, with unknown policy, cut off in its head or its description,
 * with something behind it. */
START_TEST(offers_that_are_none_are_refused)
{
    static const int expected[] = {STATUS_MISMATCH, STATUS_MISMATCH, STATUS_MISMATCH,
                                   STATUS_CIRCUIT, STATUS_CIRCUIT};
    struct side *sides;
    struct net net;

    net_make(&net, 5);
    sides = sides_new(&net, 1, false, 5);
    sides[0].n_rows = (uint64_t)_i;
    run_both(sides, run_liar, run_side);
    ck_assert_msg(sides[1].status == expected[_i], "%d: %s", sides[1].status,
                  sides[1].report.message);
    free(sides);
    net_free(&net);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("nn_secure");
    TCase *runs = tcase_create("runs");

    tcase_add_loop_test(runs, runs_equal_the_reference, 0, 16);
    tcase_add_test(runs, progress_moves_within_layers);
    tcase_add_test(runs, more_rows_than_offered_are_refused);
    tcase_add_test(runs, rows_that_were_asked_count);
    tcase_add_loop_test(runs, questions_that_are_none_are_refused, 0, 4);
    tcase_add_loop_test(runs, offers_that_are_none_are_refused, 0, 5);
    tcase_set_timeout(runs, 60);
    suite_add_tcase(suite, runs);
    return run_suite(suite);
}
