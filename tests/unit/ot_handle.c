/*
 * OT handles: two parties as two threads over a socket pair. Every flavour, width and model; what
 * is prepared; bytes on the wire; peers that disagree, cheat or go away.
 */
#include "sotto-ot.h"

#include "base/memory.h"
#include "base/random.h"
#include "net/channel.h"
#include "net/wire.h"
#include "ot/extension.h"
#include "tests/support/relay.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <string.h>
#include <sys/socket.h>

#define N_OTS 1300
#define LEN 40
#define N_CHOICES 5
#define N_ELEMENTS 9
#define ELEMENT_BITS 22

struct sender_outputs {
    sotto_ot_block delta;
    sotto_ot_block rows[N_OTS], pads[N_OTS][2];
    uint8_t messages[N_OTS * 2 * LEN], lists[N_OTS * N_CHOICES * LEN];
    uint64_t terms[N_OTS * N_ELEMENTS], shares[N_OTS * N_ELEMENTS];
};

struct receiver_outputs {
    uint8_t choices[N_OTS], indices[N_OTS];
    sotto_ot_block rows[N_OTS], pads[N_OTS];
    uint8_t messages[N_OTS * LEN], picked[N_OTS * LEN];
    uint64_t shares[N_OTS * N_ELEMENTS];
};

struct side {
    int fd;
    uint64_t idle_timeout; /* milliseconds */
    sotto_ot_options options;
    uint64_t n_prepared;
    uint64_t n;
    void (*run)(struct side *side);
    sotto_context *context;
    sotto_channel *channel;
    sotto_ot *ot;
    sotto_err err; /* of opening, or of the first call that failed */
    struct sender_outputs *sender;
    struct receiver_outputs *receiver;
    uint64_t bytes_sent;
};

#define TRY(call)                                                                                  \
    do {                                                                                           \
        if (side->err == SOTTO_OK) side->err = (call);                                             \
    } while (0)

static void send_all(struct side *side)
{
    struct sender_outputs *s = side->sender;
    sotto_ot *ot = side->ot;
    uint64_t n = side->n;

    TRY(sotto_ot_delta(ot, &s->delta));
    if (side->n_prepared > 0) TRY(sotto_ot_prepare(ot, side->n_prepared));
    TRY(sotto_ot_send_correlated(ot, s->rows, n));
    TRY(sotto_ot_send_random(ot, s->pads, n));
    TRY(sotto_ot_send_chosen(ot, s->messages, LEN, n));
    TRY(sotto_ot_send_one_of(ot, s->lists, LEN, N_CHOICES, n));
    TRY(sotto_ot_send_vectors(ot, s->shares, s->terms, N_ELEMENTS, ELEMENT_BITS, n));
}

static void receive_all(struct side *side)
{
    struct receiver_outputs *r = side->receiver;
    sotto_ot *ot = side->ot;
    uint64_t n = side->n;

    if (side->n_prepared > 0) TRY(sotto_ot_prepare(ot, side->n_prepared));
    TRY(sotto_ot_receive_correlated(ot, r->rows, r->choices, n));
    TRY(sotto_ot_receive_random(ot, r->pads, r->choices, n));
    TRY(sotto_ot_receive_chosen(ot, r->messages, LEN, r->choices, n));
    TRY(sotto_ot_receive_one_of(ot, r->picked, LEN, N_CHOICES, r->indices, n));
    TRY(sotto_ot_receive_vectors(ot, r->shares, N_ELEMENTS, ELEMENT_BITS, r->choices, n));
}

static void *run_side(void *argument)
{
    struct side *side = argument;

    side->context = test_context();
    ck_assert_int_eq(
        channel_over(side->context, &side->channel, side->fd, side->fd, side->idle_timeout),
        SOTTO_OK);
    side->err = sotto_ot_open(side->context, &side->ot, side->channel, &side->options);
    if (side->err == SOTTO_OK) side->run(side);
    side->bytes_sent = sotto_channel_bytes_sent(side->channel);
    return NULL;
}

static void close_side(struct side *side)
{
    sotto_ot_free(side->ot);
    sotto_channel_free(side->channel);
    sotto_context_free(side->context);
    bulk_free(side->sender, 1, sizeof *side->sender);
    bulk_free(side->receiver, 1, sizeof *side->receiver);
}

static void fill(struct side *sides, unsigned width, int malicious, uint64_t n)
{
    memset(sides, 0, 2 * sizeof *sides);
    for (int i = 0; i < 2; i++) {
        sides[i].idle_timeout = PATIENCE;
        sides[i].options.role = i == 0 ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER;
        sides[i].options.width = width;
        sides[i].options.malicious = malicious;
        sides[i].n = n;
        sides[i].run = i == 0 ? send_all : receive_all;
        sides[i].sender = bulk_new(1, sizeof *sides[i].sender);
        sides[i].receiver = bulk_new(1, sizeof *sides[i].receiver);
        ck_assert(sides[i].sender != NULL && sides[i].receiver != NULL);
    }
    random_bytes(sides[0].sender->messages, sizeof sides[0].sender->messages);
    random_bytes(sides[0].sender->lists, sizeof sides[0].sender->lists);
    random_bytes(sides[0].sender->terms, sizeof sides[0].sender->terms);
    random_bytes(sides[1].receiver->choices, N_OTS);
    for (size_t i = 0; i < N_OTS; i++) {
        sides[1].receiver->choices[i] &= 1;
        sides[1].receiver->indices[i] = (uint8_t)((7 * i + i / 5) % N_CHOICES);
    }
}

static void run_both(struct side *sides)
{
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) sides[i].fd = fds[i];
    test_run_both(run_side, &sides[0], run_side, &sides[1]);
}

static bool equal(sotto_ot_block a, sotto_ot_block b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void check_outputs(const struct sender_outputs *s, const struct receiver_outputs *r,
                          uint64_t n)
{
    uint64_t mask = (UINT64_C(1) << ELEMENT_BITS) - 1;

    for (size_t i = 0; i < n; i++) {
        sotto_ot_block row = r->rows[i];
        uint8_t c = r->choices[i];

        for (int h = 0; h < 2 && c == 1; h++) row.half[h] ^= s->delta.half[h];
        ck_assert(equal(row, s->rows[i]));
        ck_assert(equal(r->pads[i], s->pads[i][c]));
        ck_assert(!equal(r->pads[i], s->pads[i][1 - c]));
        ck_assert_mem_eq(r->messages + i * LEN, s->messages + (2 * i + c) * LEN, LEN);
        ck_assert_mem_eq(r->picked + i * LEN, s->lists + (i * N_CHOICES + r->indices[i]) * LEN,
                         LEN);
        for (size_t e = i * N_ELEMENTS; e < (i + 1) * N_ELEMENTS; e++)
            ck_assert_uint_eq((r->shares[e] - s->shares[e]) & mask, c * s->terms[e] & mask);
    }
}

static const unsigned widths[] = {1, 2, 4, 8};

/* Odd numbers are malicious. */
START_TEST(every_flavour_delivers)
{
    static const uint64_t counts[] = {0, 1, 128, N_OTS};

    for (size_t c = 0; c < 4; c++) {
        struct side sides[2];

        fill(sides, widths[_i / 2], _i % 2, counts[c]);
        run_both(sides);
        ck_assert_int_eq(sides[0].err, SOTTO_OK);
        ck_assert_int_eq(sides[1].err, SOTTO_OK);
        check_outputs(sides[0].sender, sides[1].receiver, counts[c]);
        close_side(&sides[0]);
        close_side(&sides[1]);
    }
}
END_TEST

/* Prepared OTs for the first three flavours and some of the others: the same outputs, and the
 * extension's bytes are replaced by one bit an OT. */
START_TEST(prepared_ots_deliver)
{
    struct side sides[2];

    fill(sides, 2, _i, N_OTS);
    for (int i = 0; i < 2; i++) sides[i].n_prepared = 3 * N_OTS + 17;
    run_both(sides);
    ck_assert_int_eq(sides[0].err, SOTTO_OK);
    ck_assert_int_eq(sides[1].err, SOTTO_OK);
    check_outputs(sides[0].sender, sides[1].receiver, N_OTS);
    close_side(&sides[0]);
    close_side(&sides[1]);
}
END_TEST

static void many_chunks_sender(struct side *side)
{
    sotto_ot_block *rows = bulk_new(side->n, sizeof *rows);

    TRY(sotto_ot_send_correlated(side->ot, rows, side->n));
    bulk_free(rows, side->n, sizeof *rows);
}

static void many_chunks_receiver(struct side *side)
{
    sotto_ot_block *rows = bulk_new(side->n, sizeof *rows);
    uint8_t *choices = bulk_new(side->n, 1);

    TRY(sotto_ot_receive_correlated(side->ot, rows, choices, side->n));
    bulk_free(rows, side->n, sizeof *rows);
    bulk_free(choices, side->n, 1);
}

static uint64_t chunk_bytes(uint64_t n_blocks, unsigned width, bool malicious)
{
    return frames_len(EXTENSION_MESSAGE_LEN(n_blocks, width, malicious)) +
           (malicious ? frames_len(EXTENSION_ANSWER_LEN) : 0);
}

/* To the byte: 128 / k bits an OT, the frames' headers, the check's answers, the set-up. */
START_TEST(bytes_equal_the_formula)
{
    unsigned width = widths[_i / 2];
    bool malicious = _i % 2 != 0;
    uint64_t chunk = malicious ? 510 : 64, n_blocks = 2 * chunk + 3;
    uint64_t hello = FRAME_HEADER_LEN + 15 + 32 + 32;
    uint64_t receiver, sender;
    struct side sides[2];

    fill(sides, width, malicious, n_blocks * 128 - 5);
    sides[0].run = many_chunks_sender;
    sides[1].run = many_chunks_receiver;
    run_both(sides);
    ck_assert_int_eq(sides[0].err, SOTTO_OK);
    ck_assert_int_eq(sides[1].err, SOTTO_OK);
    receiver = hello + frames_len(BASE_SENDER_MESSAGE_LEN) +
               frames_len(TREE_MESSAGE_LEN(width, malicious)) +
               (malicious ? frames_len(BASE_PROOF_LEN) : 0) +
               2 * chunk_bytes(chunk, width, malicious) + chunk_bytes(3, width, malicious);
    sender =
        hello + frames_len(BASE_RECEIVER_MESSAGE_LEN) +
        (malicious ? frames_len(BASE_ANSWER_LEN) + 3 * frames_len(EXTENSION_CHALLENGE_LEN) : 0);
    ck_assert_uint_eq(sides[1].bytes_sent, receiver);
    ck_assert_uint_eq(sides[0].bytes_sent, sender);
    close_side(&sides[0]);
    close_side(&sides[1]);
}
END_TEST

/* SEC-11: each field of the hello that differs ends it, at both sides. */
START_TEST(disagreement_is_found)
{
    struct side sides[2];

    fill(sides, 2, 0, 1);
    if (_i == 0) sides[1].options.width = 4;
    if (_i == 1) sides[1].options.malicious = 1;
    if (_i == 2) sides[1].options.role = SOTTO_OT_SENDER;
    if (_i == 3) sides[0].options.role = SOTTO_OT_RECEIVER;
    run_both(sides);
    /* Two of one role are out of step with the table before they can compare. */
    for (int i = 0; i < 2; i++)
        ck_assert(sides[i].err == SOTTO_ERR_MISMATCH || (_i >= 2 && sides[i].err != SOTTO_OK));
    ck_assert_ptr_null(sides[0].ot);
    ck_assert_ptr_null(sides[1].ot);
    close_side(&sides[0]);
    close_side(&sides[1]);
}
END_TEST

/* SEC-8, SEC-13: a receiver that asks for more than the sender sends ends both; every later call
 * fails at once. */
static void send_less(struct side *side)
{
    TRY(sotto_ot_send_chosen(side->ot, side->sender->messages, LEN, 100));
    TRY(sotto_ot_send_chosen(side->ot, side->sender->messages, LEN, 100));
}

static void receive_longer(struct side *side)
{
    TRY(sotto_ot_receive_chosen(side->ot, side->receiver->messages, LEN - 1,
                                side->receiver->choices, 100));
}

START_TEST(failures_are_terminal)
{
    struct side sides[2];
    struct side *side = &sides[1];

    fill(sides, 1, _i, 0);
    sides[0].run = send_less;
    sides[1].run = receive_longer;
    run_both(sides);
    ck_assert_int_eq(sides[1].err, SOTTO_ERR_PROTOCOL);
    ck_assert_int_eq(sides[0].err, SOTTO_ERR_ABORTED);
    ck_assert_int_eq(
        sotto_ot_receive_random(side->ot, side->receiver->pads, side->receiver->choices, 1),
        SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_prepare(side->ot, 1), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_delta(sides[0].ot, &sides[0].sender->delta), SOTTO_ERR_USAGE);
    close_side(&sides[0]);
    close_side(&sides[1]);
}
END_TEST

static void wrong_calls(struct side *side)
{
    struct receiver_outputs *r = side->receiver;

    ck_assert_int_eq(sotto_ot_delta(side->ot, &side->sender->delta), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_send_random(side->ot, side->sender->pads, 1), SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_receive_one_of(side->ot, r->picked, LEN, 1, r->indices, 1),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_receive_one_of(side->ot, r->picked, LEN, 257, r->indices, 1),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_receive_vectors(side->ot, r->shares, 1, 0, r->choices, 1),
                     SOTTO_ERR_USAGE);
    ck_assert_int_eq(sotto_ot_receive_vectors(side->ot, r->shares, 1, 65, r->choices, 1),
                     SOTTO_ERR_USAGE);
    receive_all(side);
}

/* The caller's mistakes are refused before anything is sent, and do no harm. */
START_TEST(mistakes_are_refused)
{
    struct side sides[2];
    sotto_ot_options options = {.width = 3};
    sotto_context *context = test_context();
    sotto_ot *ot = NULL;

    ck_assert_int_eq(sotto_ot_open(context, &ot, NULL, &options), SOTTO_ERR_USAGE);
    options.width = 1;
    options.role = (sotto_ot_role)2;
    ck_assert_int_eq(sotto_ot_open(context, &ot, NULL, &options), SOTTO_ERR_USAGE);
    ck_assert_ptr_null(ot);
    sotto_context_free(context);
    fill(sides, 0, 0, 3);
    sides[1].run = wrong_calls;
    run_both(sides);
    ck_assert_int_eq(sides[0].err, SOTTO_OK);
    ck_assert_int_eq(sides[1].err, SOTTO_OK);
    check_outputs(sides[0].sender, sides[1].receiver, 3);
    close_side(&sides[0]);
    close_side(&sides[1]);
}
END_TEST

static void send_rows(struct side *side)
{
    TRY(sotto_ot_delta(side->ot, &side->sender->delta));
    TRY(sotto_ot_send_correlated(side->ot, side->sender->rows, side->n));
}

static void receive_rows(struct side *side)
{
    TRY(sotto_ot_receive_correlated(side->ot, side->receiver->rows, side->receiver->choices,
                                    side->n));
}

static bool rows_fit(const struct sender_outputs *s, const struct receiver_outputs *r, uint64_t n)
{
    bool fit = true;

    for (size_t i = 0; i < n; i++) {
        sotto_ot_block row = r->rows[i];

        for (int h = 0; h < 2 && r->choices[i] == 1; h++) row.half[h] ^= s->delta.half[h];
        fit = fit && equal(row, s->rows[i]);
    }
    return fit;
}

/* Both parties of a malicious run of 1 chunk each flavour, with something wrong on the way. */
static void run_relayed(struct side *sides, struct relay *relay)
{
    int ends[2];

    relay_connect(relay, ends);
    for (int i = 0; i < 2; i++) sides[i].fd = ends[i];
    relay_start(relay);
    test_run_both(run_side, &sides[0], run_side, &sides[1]);
    for (int i = 0; i < 2; i++) shutdown(ends[i], SHUT_RDWR);
    relay_join(relay);
}

/* SEC-8, SEC-22: whatever byte of a malicious run is cut off, neither party hangs or takes it for
 * success; a flipped bit is found by one of them, or had no effect on what they need. */
START_TEST(faults_on_the_way_are_found)
{
    uint64_t state = 31 + (uint64_t)_i;

    for (int round = 0; round < 12; round++) {
        int direction = round % 2;
        bool stops = round % 4 >= 2;
        /* Hello, base OTs, proof and trees, then the chunk and its check. */
        uint64_t len = direction == 0 ? 4200 : 4400 + frames_len(TREE_MESSAGE_LEN(widths[_i], 1));
        struct side sides[2];
        struct relay relay;

        fill(sides, widths[_i], 1, 100);
        sides[0].run = send_rows;
        sides[1].run = receive_rows;
        for (int i = 0; i < 2; i++) sides[i].idle_timeout = 1500; /* a length may be changed */
        relay_init(&relay);
        relay.streams[direction].cuts_both = true;
        if (stops) relay.streams[direction].cut_at = test_next(&state) % len;
        else relay.streams[direction].flip_at = test_next(&state) % (8 * len);
        run_relayed(sides, &relay);
        relay_wipe(&relay);
        if (stops || sides[0].err != SOTTO_OK || sides[1].err != SOTTO_OK)
            ck_assert(sides[0].err != SOTTO_OK || sides[1].err != SOTTO_OK);
        else ck_assert(rows_fit(sides[0].sender, sides[1].receiver, 100));
        close_side(&sides[0]);
        close_side(&sides[1]);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ot_handle");
    TCase *handle = tcase_create("handle");

    tcase_add_loop_test(handle, every_flavour_delivers, 0, 8);
    tcase_add_loop_test(handle, prepared_ots_deliver, 0, 2);
    tcase_add_loop_test(handle, bytes_equal_the_formula, 0, 8);
    tcase_add_loop_test(handle, disagreement_is_found, 0, 4);
    tcase_add_loop_test(handle, failures_are_terminal, 0, 2);
    tcase_add_test(handle, mistakes_are_refused);
    tcase_add_loop_test(handle, faults_on_the_way_are_found, 0, 4);
    tcase_set_timeout(handle, 120);
    suite_add_tcase(suite, handle);
    return run_suite(suite);
}
