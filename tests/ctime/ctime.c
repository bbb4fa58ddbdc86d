/*
 * SEC-9, SEC-10: no branch and no address depends on a secret, in either role. Run under valgrind's
 * memcheck in a build with --enable-valgrind, in which secrets are undefined memory: whatever
 * branches on one, or uses one as an index, is reported. The library marks delta, seeds and OT keys
 * itself; this program marks the input bits.
 *
 *   ctime ISA       exit status 0: clean (valgrind sets its own on errors), 77: no such ISA here
 */
#include "sotto-ot.h"
#include "sotto-share.h"

#include "base/cpu.h"
#include "base/ct.h"
#include "base/random.h"
#include "net/channel.h"
#include "ot/extension.h"
#include "ot/transfer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <valgrind/valgrind.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "ctime: line %d: %s\n", __LINE__, #condition);                         \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

/* Every kind of gate; more evaluator bits than an OT block; outputs of all sorts. */
static const char circuit_text[] = "12 22\n"
                                   "2 5 5\n"
                                   "2 4 1\n"
                                   "\n"
                                   "2 1 0 5 10 AND\n"
                                   "2 1 1 6 11 XOR\n"
                                   "1 1 2 12 INV\n"
                                   "2 1 12 7 13 AND\n"
                                   "2 1 10 11 14 OR\n"
                                   "1 1 1 15 EQ\n"
                                   "2 1 15 8 16 AND\n"
                                   "2 1 13 9 17 AND\n"
                                   "2 1 14 17 18 XOR\n"
                                   "2 1 3 4 19 NAND\n"
                                   "2 1 19 16 20 AND\n"
                                   "1 1 18 21 EQW\n";

#define N_BITS 5
#define N_OUTPUTS 5
#define N_INSTANCES 30
#define N_DIRECT_INSTANCES 25 /* whose inputs need no extension */

/* A circuit that threads share: rows of ANDs of the row before and the evaluator's bits. */
#define WIDE_BITS 512
#define WIDE_ROWS 32

static char *wide_text(void)
{
    size_t size = 32 * WIDE_ROWS * WIDE_BITS + 64, len, next = 2 * (size_t)WIDE_BITS, row = 0;
    char *text = malloc(size);

    CHECK(text != NULL);
    len = (size_t)snprintf(text, size, "%d %d\n2 %d %d\n1 %d\n\n", WIDE_ROWS * WIDE_BITS,
                           (2 + WIDE_ROWS) * WIDE_BITS, WIDE_BITS, WIDE_BITS, WIDE_BITS);
    for (size_t r = 0; r < WIDE_ROWS; r++, row = next - WIDE_BITS)
        for (size_t i = 0; i < WIDE_BITS; i++)
            len += (size_t)snprintf(text + len, size - len, "2 1 %zu %zu %zu AND\n", row + i,
                                    WIDE_BITS + (i + r) % WIDE_BITS, next++);
    CHECK(len < size);
    return text;
}

struct side {
    sotto_role role;
    int fd;
    unsigned ot_width; /* 0: no extension */
    bool ot_malicious;
    const char *text;
    uint64_t n_instances;
    uint64_t n_threads;
    uint8_t inputs[WIDE_BITS];
    uint8_t outputs[WIDE_BITS];
};

_Static_assert(N_INSTANCES *N_BITS <= WIDE_BITS && N_INSTANCES * N_OUTPUTS <= WIDE_BITS,
               "all instances have room");

static void *run_side(void *argument)
{
    struct side *side = argument;
    sotto_session_options options = {
        .role = side->role,
        .n_instances = side->n_instances,
        .n_threads = side->n_threads,
        .ot = side->ot_width == 0  ? SOTTO_OT_BASE
              : side->ot_width > 1 ? SOTTO_OT_SOFTSPOKEN
                                   : SOTTO_OT_IKNP,
        .ot_width = side->ot_width,
        .ot_malicious = side->ot_malicious,
    };
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_interface *interface;
    sotto_session *session;
    sotto_channel *channel;
    static const int owners[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    CHECK(sotto_circuit_parse(context, &circuit, "ctime", side->text, strlen(side->text)) ==
          SOTTO_OK);
    CHECK(sotto_interface_default(context, &interface, circuit, owners, 2) == SOTTO_OK);
    CHECK(sotto_session_new(context, &session, circuit, interface, &options) == SOTTO_OK);
    CHECK(channel_over(context, &channel, side->fd, side->fd, 60000) == SOTTO_OK);
    ct_mark_secret(side->inputs, sizeof side->inputs);
    CHECK(sotto_session_run(session, side->outputs, channel, side->inputs) == SOTTO_OK);
    ct_mark_public(side->inputs, sizeof side->inputs);
    sotto_session_free(session);
    sotto_channel_free(channel);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
    return NULL;
}

static void fill(struct side *side, sotto_role role, int fd)
{
    side->role = role;
    side->fd = fd;
    random_bytes(side->inputs, sizeof side->inputs);
    for (size_t i = 0; i < sizeof side->inputs; i++) side->inputs[i] &= 1;
}

static void run_parties(struct side terms)
{
    static struct side garbler, evaluator;
    pthread_t thread;
    int fds[2];

    garbler = evaluator = terms;

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    fill(&garbler, SOTTO_GARBLER, fds[0]);
    fill(&evaluator, SOTTO_EVALUATOR, fds[1]);
    CHECK(pthread_create(&thread, NULL, run_side, &garbler) == 0);
    run_side(&evaluator);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(memcmp(garbler.outputs, evaluator.outputs, sizeof garbler.outputs) == 0);
}

static void run_session(unsigned ot_width, bool ot_malicious)
{
    run_parties((struct side){.ot_width = ot_width,
                              .ot_malicious = ot_malicious,
                              .text = circuit_text,
                              .n_instances = ot_width == 0 ? N_DIRECT_INSTANCES : N_INSTANCES});
}

static void run_shared_instance(void)
{
    char *text = wide_text();

    run_parties((struct side){.ot_width = 1, .text = text, .n_instances = 1, .n_threads = 2});
    free(text);
}

/* The flavours of OT that a session does not use, over secret rows, choices and delta. */
static void run_transfers(void)
{
    enum { N = 3 * OTS_PER_BLOCK };
    static block q[N], t[N], messages[N][2], ciphertexts[N][2], received[N];
    static uint8_t choices[N];
    struct label_hash sender = {.start = {{1, 2}}}, receiver = sender;
    sotto_context *context;
    block delta;

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    random_bytes(&delta, sizeof delta);
    random_bytes(t, sizeof t);
    random_bytes(choices, sizeof choices);
    random_bytes(messages, sizeof messages);
    ct_mark_secret(&delta, sizeof delta);
    ct_mark_secret(t, sizeof t);
    ct_mark_secret(choices, sizeof choices);
    ct_mark_secret(messages, sizeof messages);
    for (size_t i = 0; i < N; i++) q[i] = block_xor(t[i], block_times_bit(delta, choices[i]));
    CHECK(chosen_ot_send(context, (uint8_t *)ciphertexts, &sender, q, (const uint8_t *)messages,
                         BLOCK_LEN, N, &delta) == SOTTO_OK);
    CHECK(chosen_ot_receive(context, (uint8_t *)received, &receiver, t,
                            (const uint8_t *)ciphertexts, BLOCK_LEN, choices, N) == SOTTO_OK);
    ct_mark_public(received, sizeof received);
    ct_mark_public(messages, sizeof messages);
    ct_mark_public(choices, sizeof choices);
    for (size_t i = 0; i < N; i++)
        CHECK(memcmp(&received[i], &messages[i][choices[i] & 1], BLOCK_LEN) == 0);
    sotto_context_free(context);
}

/* A mixed session: bits, weights and shares are secret, in a linear layer and in a circuit. */
struct mixed_side {
    struct side side;
    int32_t weights[N_INSTANCES];
    uint32_t shares[N_INSTANCES];
    uint8_t bit_shares[N_INSTANCES * N_OUTPUTS];
};

static void weights_of(void *user, sotto_column *column, uint64_t i)
{
    const struct mixed_side *side = user;

    (void)i;
    column->n = N_INSTANCES;
    column->weights = side->weights;
}

static void *run_mixed_side(void *argument)
{
    struct mixed_side *mine = argument;
    struct side *side = &mine->side;
    const sotto_mixed_options options = {.role = side->role};
    const sotto_linear linear = {20, 1, N_INSTANCES, weights_of, mine};
    static const int owners[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};
    sotto_wires *values, *outputs;
    sotto_interface *interface;
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_channel *channel;
    sotto_operand operand;
    sotto_mixed *mixed;

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    CHECK(sotto_circuit_parse(context, &circuit, "ctime", circuit_text, sizeof circuit_text - 1) ==
          SOTTO_OK);
    CHECK(sotto_interface_default(context, &interface, circuit, owners, 2) == SOTTO_OK);
    CHECK(channel_over(context, &channel, side->fd, side->fd, 60000) == SOTTO_OK);
    CHECK(sotto_mixed_open(context, &mixed, channel, &options) == SOTTO_OK);
    ct_mark_secret(side->inputs, sizeof side->inputs);
    ct_mark_secret(mine->weights, sizeof mine->weights);
    CHECK(sotto_mixed_input(mixed, &values, side->inputs, N_INSTANCES, N_BITS) == SOTTO_OK);
    operand = (sotto_operand){values, NULL};
    CHECK(sotto_mixed_project(mixed, mine->shares, &operand, N_INSTANCES, &linear) == SOTTO_OK);
    CHECK(sotto_mixed_apply(mixed, &outputs, circuit, interface, side->inputs, NULL, N_INSTANCES) ==
          SOTTO_OK);
    CHECK(sotto_mixed_apply_shared(mixed, mine->bit_shares, circuit, interface, side->inputs, NULL,
                                   N_INSTANCES) == SOTTO_OK);
    CHECK(sotto_mixed_reveal(mixed, side->outputs, outputs, SOTTO_REVEAL_BOTH) == SOTTO_OK);
    CHECK(sotto_mixed_reveal_shares(mixed, mine->shares, mine->shares, N_INSTANCES, 20,
                                    SOTTO_REVEAL_BOTH) == SOTTO_OK);
    CHECK(sotto_mixed_finish(mixed) == SOTTO_OK);
    ct_mark_public(side->outputs, sizeof side->outputs);
    ct_mark_public(mine->shares, sizeof mine->shares);
    ct_mark_public(mine->bit_shares, sizeof mine->bit_shares);
    sotto_wires_free(values);
    sotto_wires_free(outputs);
    sotto_mixed_free(mixed);
    sotto_channel_free(channel);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
    return NULL;
}

static void run_mixed(void)
{
    static struct mixed_side garbler, evaluator;
    pthread_t thread;
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    fill(&garbler.side, SOTTO_GARBLER, fds[0]);
    fill(&evaluator.side, SOTTO_EVALUATOR, fds[1]);
    random_bytes(garbler.weights, sizeof garbler.weights);
    CHECK(pthread_create(&thread, NULL, run_mixed_side, &garbler) == 0);
    run_mixed_side(&evaluator);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(memcmp(garbler.side.outputs, evaluator.side.outputs, sizeof garbler.side.outputs) == 0);
    CHECK(memcmp(garbler.shares, evaluator.shares, sizeof garbler.shares) == 0);
    for (size_t i = 0; i < sizeof garbler.bit_shares; i++)
        CHECK((garbler.bit_shares[i] ^ evaluator.bit_shares[i]) == garbler.side.outputs[i]);
}

/* Both sides of an extension: base keys, delta and choices are secret; so are trees and rows. */
static void run_extension(sotto_context *context, unsigned width, bool malicious)
{
    enum { N_BLOCKS = 3 };
    static block keys[N_BASE_OTS][2], chosen[N_BASE_OTS], choices[N_BLOCKS];
    static block q[N_BLOCKS * OTS_PER_BLOCK], t[N_BLOCKS * OTS_PER_BLOCK];
    static uint8_t trees[TREE_MAX_MESSAGE_LEN], message[EXTENSION_MESSAGE_LEN(N_BLOCKS, 1, true)];
    uint8_t challenge[EXTENSION_CHALLENGE_LEN], answer[EXTENSION_ANSWER_LEN];
    struct extension_terms terms = {width, malicious, N_BLOCKS, {1}};
    struct extension_sender *sender;
    struct extension_receiver *receiver;
    block delta;

    random_bytes(&delta, sizeof delta);
    random_bytes(keys, sizeof keys);
    random_bytes(choices, sizeof choices);
    ct_mark_secret(&delta, sizeof delta);
    ct_mark_secret(keys, sizeof keys);
    ct_mark_secret(choices, sizeof choices);
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        block difference = block_xor(keys[j][0], keys[j][1]);

        chosen[j] =
            block_xor(keys[j][0], block_times_bit(difference, delta.half[j / 64] >> j % 64));
    }
    CHECK(extension_receiver_new(context, &receiver, trees, (const block(*)[2])keys, &terms) ==
          SOTTO_OK);
    ct_mark_public(trees, sizeof trees); /* it is sent */
    CHECK(extension_sender_new(context, &sender, chosen, &delta, trees, &terms) == SOTTO_OK);
    CHECK(extension_receiver_choose(receiver, context, message, choices, N_BLOCKS) == SOTTO_OK);
    ct_mark_public(message, sizeof message); /* likewise */
    CHECK(extension_sender_absorb(sender, context, message, N_BLOCKS) == SOTTO_OK);
    if (malicious) {
        CHECK(extension_sender_challenge(sender, context, challenge) == SOTTO_OK);
        CHECK(extension_receiver_answer(receiver, context, answer, challenge) == SOTTO_OK);
        ct_mark_public(answer, sizeof answer); /* likewise */
        CHECK(extension_sender_check(sender, context, answer) == SOTTO_OK);
    }
    CHECK(extension_sender_rows(sender, context, q) == SOTTO_OK);
    CHECK(extension_receiver_rows(receiver, context, t) == SOTTO_OK);
    extension_sender_free(sender);
    extension_receiver_free(receiver);
}

/* The malicious phase of the base OTs. */
static void run_base(sotto_context *context)
{
    static const uint8_t session_id[SESSION_ID_LEN] = {1};
    static uint8_t z[BASE_SENDER_MESSAGE_LEN], b[BASE_RECEIVER_MESSAGE_LEN];
    static uint8_t proof[BASE_PROOF_LEN], answer[BASE_ANSWER_LEN];
    static block pairs[N_BASE_OTS][2], keys[N_BASE_OTS];
    struct base_sender *sender;
    struct base_receiver *receiver;
    block choices;

    random_bytes(&choices, sizeof choices);
    ct_mark_secret(&choices, sizeof choices);
    CHECK(base_sender_new(context, &sender, N_BASE_OTS) == SOTTO_OK);
    CHECK(base_receiver_new(context, &receiver, N_BASE_OTS) == SOTTO_OK);
    CHECK(base_receiver_choose(receiver, context, &choices) == SOTTO_OK);
    CHECK(base_receiver_message(receiver, context, b, session_id) == SOTTO_OK);
    ct_mark_public(b, sizeof b); /* all of these are sent */
    CHECK(base_sender_finish(sender, context, pairs, b, session_id) == SOTTO_OK);
    base_sender_message(sender, z);
    CHECK(base_sender_prove(sender, context, proof, (const block(*)[2])pairs) == SOTTO_OK);
    ct_mark_public(z, sizeof z);
    ct_mark_public(proof, sizeof proof);
    CHECK(base_receiver_finish(receiver, context, keys, z, session_id) == SOTTO_OK);
    CHECK(base_receiver_answer(receiver, context, answer, keys, proof) == SOTTO_OK);
    ct_mark_public(answer, sizeof answer);
    CHECK(base_sender_check(sender, context, pairs, answer) == SOTTO_OK);
    base_sender_free(sender);
    base_receiver_free(receiver);
}

/* Strings and vectors, whose choices are indices or bits. */
static void run_long_transfers(sotto_context *context)
{
    enum { N = 16, LEN = 40, N_MESSAGES = 5, ROWS = 3, ELEMENTS = 7, BITS = 22 };
    static block q[N * ROWS], t[N * ROWS];
    static uint8_t lists[N * N_MESSAGES * LEN], picked[N * LEN], choices[N], packed[N * 64];
    static uint64_t terms[N * ELEMENTS], sent[N * ELEMENTS], received[N * ELEMENTS];
    struct label_hash sender = {.start = {{1, 2}}}, receiver = sender;
    block delta;

    random_bytes(&delta, sizeof delta);
    random_bytes(q, sizeof q);
    random_bytes(t, sizeof t);
    for (size_t i = 0; i < N; i++) choices[i] = (uint8_t)(i % N_MESSAGES);
    ct_mark_secret(&delta, sizeof delta);
    ct_mark_secret(q, sizeof q);
    ct_mark_secret(t, sizeof t);
    ct_mark_secret(choices, sizeof choices);
    ct_mark_secret(lists, sizeof lists);
    ct_mark_secret(terms, sizeof terms);
    CHECK(one_of_send(context, lists, &sender, q, lists, LEN, N_MESSAGES, N, &delta) == SOTTO_OK);
    CHECK(one_of_receive(context, picked, &receiver, t, lists, LEN, N_MESSAGES, choices, N) ==
          SOTTO_OK);
    CHECK(vector_ot_send(context, sent, packed, &sender, q, terms, ELEMENTS, BITS, N, &delta) ==
          SOTTO_OK);
    CHECK(vector_ot_receive(context, received, &receiver, t, packed, ELEMENTS, BITS, choices, N) ==
          SOTTO_OK);
}

/* A handle of OTs: delta, choices, indices, messages and terms are secret; the flavours one after
 * the other, the first of them from prepared transfers. */
enum { N_OTS = 150, OT_LEN = 20, OT_LIST = 5, OT_ELEMENTS = 3, OT_BITS = 22 };

struct ot_side {
    int fd;
    sotto_ot_options options;
    uint8_t choices[N_OTS], indices[N_OTS];
    sotto_ot_block rows[N_OTS], pads[N_OTS][2];
    uint8_t messages[N_OTS * 2 * OT_LEN], lists[N_OTS * OT_LIST * OT_LEN];
    uint64_t terms[N_OTS * OT_ELEMENTS], shares[N_OTS * OT_ELEMENTS];
};

static void mark_ot_secrets(struct ot_side *side)
{
    ct_mark_secret(side->choices, sizeof side->choices);
    ct_mark_secret(side->indices, sizeof side->indices);
    ct_mark_secret(side->messages, sizeof side->messages);
    ct_mark_secret(side->lists, sizeof side->lists);
    ct_mark_secret(side->terms, sizeof side->terms);
}

static void send_transfers(struct ot_side *side, sotto_ot *ot)
{
    CHECK(sotto_ot_prepare(ot, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_send_correlated(ot, side->rows, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_send_random(ot, side->pads, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_send_chosen(ot, side->messages, OT_LEN, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_send_one_of(ot, side->lists, OT_LEN, OT_LIST, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_send_vectors(ot, side->shares, side->terms, OT_ELEMENTS, OT_BITS, N_OTS) ==
          SOTTO_OK);
}

static void receive_transfers(struct ot_side *side, sotto_ot *ot)
{
    CHECK(sotto_ot_prepare(ot, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_receive_correlated(ot, side->rows, side->choices, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_receive_random(ot, side->pads[0], side->choices, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_receive_chosen(ot, side->messages, OT_LEN, side->choices, N_OTS) == SOTTO_OK);
    CHECK(sotto_ot_receive_one_of(ot, side->lists, OT_LEN, OT_LIST, side->indices, N_OTS) ==
          SOTTO_OK);
    CHECK(sotto_ot_receive_vectors(ot, side->shares, OT_ELEMENTS, OT_BITS, side->choices, N_OTS) ==
          SOTTO_OK);
}

static void *run_ot_side(void *argument)
{
    struct ot_side *side = argument;
    sotto_context *context;
    sotto_channel *channel;
    sotto_ot *ot;

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    CHECK(channel_over(context, &channel, side->fd, side->fd, 60000) == SOTTO_OK);
    mark_ot_secrets(side);
    CHECK(sotto_ot_open(context, &ot, channel, &side->options) == SOTTO_OK);
    if (side->options.role == SOTTO_OT_SENDER) send_transfers(side, ot);
    else receive_transfers(side, ot);
    ct_mark_public(side, sizeof *side);
    sotto_ot_free(ot);
    sotto_channel_free(channel);
    sotto_context_free(context);
    return NULL;
}

/* What was received is what was chosen. */
static void check_transfers(const struct ot_side *sender, const struct ot_side *receiver)
{
    for (size_t i = 0; i < N_OTS; i++) {
        size_t c = receiver->choices[i], v = receiver->indices[i];

        CHECK(memcmp(&receiver->pads[0][i], &sender->pads[i][c], BLOCK_LEN) == 0);
        CHECK(memcmp(receiver->messages + i * OT_LEN, sender->messages + (2 * i + c) * OT_LEN,
                     OT_LEN) == 0);
        CHECK(memcmp(receiver->lists + i * OT_LEN, sender->lists + (OT_LIST * i + v) * OT_LEN,
                     OT_LEN) == 0);
        for (size_t e = i * OT_ELEMENTS; e < (i + 1) * OT_ELEMENTS; e++)
            CHECK(((receiver->shares[e] - sender->shares[e] - c * sender->terms[e]) &
                   ((1U << OT_BITS) - 1)) == 0);
    }
}

static void run_handle(unsigned width, bool malicious)
{
    static struct ot_side sender, receiver;
    pthread_t thread;
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    random_bytes(&sender, sizeof sender);
    random_bytes(&receiver, sizeof receiver);
    for (size_t i = 0; i < N_OTS; i++) {
        receiver.choices[i] &= 1;
        receiver.indices[i] %= OT_LIST;
    }
    sender.fd = fds[0];
    sender.options = (sotto_ot_options){SOTTO_OT_SENDER, width, malicious};
    receiver.fd = fds[1];
    receiver.options = (sotto_ot_options){SOTTO_OT_RECEIVER, width, malicious};
    CHECK(pthread_create(&thread, NULL, run_ot_side, &sender) == 0);
    run_ot_side(&receiver);
    CHECK(pthread_join(thread, NULL) == 0);
    check_transfers(&sender, &receiver);
}

static void run_oblivious_transfers(void)
{
    sotto_context *context;

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    for (unsigned width = 1; width <= 8; width *= 2)
        for (int malicious = 0; malicious < 2; malicious++) {
            run_extension(context, width, malicious != 0);
            run_handle(width, malicious != 0);
        }
    run_base(context);
    run_long_transfers(context);
    sotto_context_free(context);
}

/* A branch on a secret, made on purpose: valgrind must report it, or it reports nothing. */
static void leak(void)
{
    uint64_t secret = 5;

    ct_mark_secret(&secret, sizeof secret);
    if (*(volatile uint64_t *)&secret == 6) puts("six");
}

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "leak") == 0) {
        leak();
        return 0;
    }
    if (!RUNNING_ON_VALGRIND) {
        fprintf(stderr, "ctime: run me under valgrind\n");
        return 1;
    }
    for (int isa = 0; argc == 2 && isa < CPU_N_ISAS; isa++) {
        if (strcmp(argv[1], cpu_isa_name((enum cpu_isa)isa)) != 0) continue;
        if (!cpu_force((enum cpu_isa)isa)) return 77;
        run_session(0, false);
        run_session(1, false);
        run_session(1, true);
        run_session(4, true);
        run_shared_instance();
        run_mixed();
        run_transfers();
        run_oblivious_transfers();
        return 0;
    }
    fprintf(stderr, "usage: ctime portable|aesni|vaes256|vaes512|leak\n");
    return 2;
}
