/*
 * SEC-9, SEC-10: no branch and no address depends on a secret, in either role. Run under valgrind's
 * memcheck in a build with --enable-valgrind, in which secrets are undefined memory: whatever
 * branches on one, or uses one as an index, is reported. The library marks delta, seeds and OT keys
 * itself; this program marks the input bits.
 *
 *   ctime ISA       exit status 0: clean (valgrind sets its own on errors), 77: no such ISA here
 */
#include "sotto.h"

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

struct side {
    sotto_role role;
    int fd;
    uint8_t inputs[N_INSTANCES * N_BITS];
    uint8_t outputs[N_INSTANCES * N_OUTPUTS];
};

static void *run_side(void *argument)
{
    struct side *side = argument;
    sotto_session_options options = {
        .role = side->role,
        .n_instances = N_INSTANCES,
    };
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_interface *interface;
    sotto_session *session;
    sotto_channel *channel;
    static const int owners[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};

    CHECK(sotto_context_new(&context, NULL) == SOTTO_OK);
    CHECK(sotto_circuit_parse(context, &circuit, "ctime", circuit_text, sizeof circuit_text - 1) ==
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

static void run_session(void)
{
    static struct side garbler, evaluator;
    pthread_t thread;
    int fds[2];

    CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, fds) == 0);
    fill(&garbler, SOTTO_GARBLER, fds[0]);
    fill(&evaluator, SOTTO_EVALUATOR, fds[1]);
    CHECK(pthread_create(&thread, NULL, run_side, &garbler) == 0);
    run_side(&evaluator);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(memcmp(garbler.outputs, evaluator.outputs, sizeof garbler.outputs) == 0);
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

/* A branch on a secret, made on purpose: valgrind must report it, or it reports nothing. */
static void leak(void)
{
    volatile uint64_t secret = 5;

    ct_mark_secret((const void *)&secret, sizeof secret);
    if (secret == 6) puts("six");
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
        run_session();
        run_transfers();
        return 0;
    }
    fprintf(stderr, "usage: ctime portable|aesni|vaes256|vaes512|leak\n");
    return 2;
}
