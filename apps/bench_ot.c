/* Speed of oblivious transfers: both parties here, or this one with a peer; see bench.h. */
#include "bench.h"

#include <sotto-ot.h>

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum what { CORRELATED, RANDOM, CHOSEN, BASE };

#define CHOSEN_LEN 16

static const struct kind {
    enum what what;
    unsigned width;
    int malicious;
    const char *name;
} kinds[] = {
    {CORRELATED, 1, 0, "correlated, IKNP, semi-honest"},
    {CORRELATED, 1, 1, "correlated, IKNP, malicious"},
    {CORRELATED, 2, 0, "correlated, SoftSpoken k=2, semi-honest"},
    {CORRELATED, 2, 1, "correlated, SoftSpoken k=2, malicious"},
    {CORRELATED, 4, 0, "correlated, SoftSpoken k=4, semi-honest"},
    {CORRELATED, 4, 1, "correlated, SoftSpoken k=4, malicious"},
    {CORRELATED, 8, 0, "correlated, SoftSpoken k=8, semi-honest"},
    {CORRELATED, 8, 1, "correlated, SoftSpoken k=8, malicious"},
    {RANDOM, 1, 0, "random, IKNP, semi-honest"},
    {RANDOM, 2, 0, "random, SoftSpoken k=2, semi-honest"},
    {CHOSEN, 1, 0, "chosen 128-bit, IKNP, semi-honest"},
    {CHOSEN, 2, 0, "chosen 128-bit, SoftSpoken k=2, semi-h."},
    {BASE, 1, 0, "128 base OTs, semi-honest"},
    {BASE, 1, 1, "128 base OTs, malicious"},
};
#define N_KINDS (sizeof kinds / sizeof kinds[0])

/* One party's side of all rows. */
struct party {
    struct report report;
    sotto_context *context;
    sotto_channel *channel;
    sotto_ot_role role;
    uint64_t n;
    size_t n_repeats;
    sotto_ot_block *blocks;               /* two for each transfer */
    uint8_t *messages;                    /* the sender's */
    uint8_t *choices;                     /* the receiver's */
    double (*seconds)[BENCH_MAX_REPEATS]; /* of each kind */
    int fd;
    int status;
};

static sotto_err transfer(const struct party *party, sotto_ot *ot, enum what what, uint64_t n)
{
    bool sends = party->role == SOTTO_OT_SENDER;
    void *out = party->blocks;

    switch (what) {
    case CORRELATED:
        return sends ? sotto_ot_send_correlated(ot, out, n)
                     : sotto_ot_receive_correlated(ot, out, party->choices, n);
    case RANDOM:
        return sends ? sotto_ot_send_random(ot, out, n)
                     : sotto_ot_receive_random(ot, out, party->choices, n);
    default:
        return sends ? sotto_ot_send_chosen(ot, party->messages, CHOSEN_LEN, n)
                     : sotto_ot_receive_chosen(ot, out, CHOSEN_LEN, party->choices, n);
    }
}

/* A single chosen transfer at the end tells the receiver that the sender is done, too. */
static sotto_err repeat_transfers(struct party *party, const struct kind *kind, double *seconds)
{
    const sotto_ot_options options = {
        .role = party->role, .width = kind->width, .malicious = kind->malicious};
    sotto_ot *ot = NULL;
    sotto_err err = sotto_ot_open(party->context, &ot, party->channel, &options);

    if (err == SOTTO_OK) err = transfer(party, ot, CHOSEN, 1);
    for (size_t i = 0; err == SOTTO_OK && i < party->n_repeats; i++) {
        double begin = bench_clock();

        err = transfer(party, ot, kind->what, party->n);
        if (err == SOTTO_OK) err = transfer(party, ot, CHOSEN, 1);
        seconds[i] = bench_clock() - begin;
    }
    sotto_ot_free(ot);
    return err;
}

/* Opening a handle is the base transfers and two hellos. */
static sotto_err repeat_opening(struct party *party, const struct kind *kind, double *seconds)
{
    const sotto_ot_options options = {
        .role = party->role, .width = kind->width, .malicious = kind->malicious};
    sotto_err err = SOTTO_OK;

    for (size_t i = 0; err == SOTTO_OK && i < party->n_repeats; i++) {
        double begin = bench_clock();
        sotto_ot *ot = NULL;

        err = sotto_ot_open(party->context, &ot, party->channel, &options);
        seconds[i] = bench_clock() - begin;
        if (err == SOTTO_OK) err = transfer(party, ot, CHOSEN, 1);
        sotto_ot_free(ot);
    }
    return err;
}

static int take_memory(struct party *party)
{
    party->blocks = new_array(party->n + 1, 2 * sizeof *party->blocks);
    party->messages = new_array(party->n + 1, 2 * CHOSEN_LEN);
    party->choices = new_array(party->n + 1, 1);
    party->seconds = new_array(N_KINDS, sizeof *party->seconds);
    if (party->blocks == NULL || party->messages == NULL || party->choices == NULL ||
        party->seconds == NULL)
        return report_memory(&party->report);
    /* The system gives memory at its first use: not while we measure. */
    memset(party->blocks, 0x5a, (size_t)party->n * 2 * sizeof *party->blocks);
    memset(party->messages, 0, (size_t)party->n * 2 * CHOSEN_LEN);
    return STATUS_OK;
}

static void give_memory_back(struct party *party)
{
    free(party->blocks);
    free(party->messages);
    free(party->choices);
    free(party->seconds);
}

static int run_kinds(struct party *party)
{
    sotto_err err = SOTTO_OK;

    for (size_t k = 0; err == SOTTO_OK && k < N_KINDS; k++) {
        if (kinds[k].what == BASE) err = repeat_opening(party, &kinds[k], party->seconds[k]);
        else err = repeat_transfers(party, &kinds[k], party->seconds[k]);
    }
    return report_library(&party->report, party->context, err);
}

static int fill_rows(struct bench *bench, const struct party *party,
                     const struct bench_row *baseline, const char *prefix)
{
    for (size_t k = 0; k < N_KINDS; k++) {
        bool is_base = kinds[k].what == BASE;
        struct bench_row *row = bench_add(bench, is_base ? NULL : baseline, is_base ? "ms" : "M/s",
                                          "%s%s", prefix, kinds[k].name);

        if (row == NULL)
            return report_fail(bench->report, STATUS_USAGE, "more than %d rows", BENCH_MAX_ROWS);
        for (size_t i = 0; i < party->n_repeats; i++) {
            double seconds = party->seconds[k][i];

            bench_value(row, is_base ? 1e3 * seconds : 1e-6 * (double)party->n / seconds);
        }
        bench_finish(row);
    }
    return STATUS_OK;
}

int bench_ot_with_peer(struct bench *bench, sotto_channel *channel, bool is_sender,
                       uint64_t n_transfers)
{
    struct party party = {
        .context = bench->context,
        .channel = channel,
        .role = is_sender ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER,
        .n = n_transfers,
        .n_repeats = bench->n_repeats,
    };
    int status = take_memory(&party);

    bench_pin(is_sender ? 0 : 1);
    if (status == STATUS_OK) status = run_kinds(&party);
    if (status == STATUS_OK) status = fill_rows(bench, &party, NULL, "with the peer, ");
    else *bench->report = party.report;
    give_memory_back(&party);
    return status;
}

/* ------------------------------------------------------------------------- two parties here -- */

static sotto_err open_channel(struct party *party)
{
    char address[16];
    sotto_channel_options options = {0};
    sotto_err err = sotto_context_new(&party->context, NULL);

    if (err != SOTTO_OK) return err;
    snprintf(address, sizeof address, "fd:%d", party->fd);
    if (party->role == SOTTO_OT_SENDER) options.listen = address;
    else options.connect = address;
    return sotto_channel_open(party->context, &party->channel, &options);
}

/* The channel owns its descriptor: closing it tells the other party when this one has failed. */
static void *party_thread(void *argument)
{
    struct party *party = argument;

    bench_pin(party->role == SOTTO_OT_SENDER ? 0 : 1);
    party->status = take_memory(party);
    if (party->status == STATUS_OK)
        party->status = report_library(&party->report, party->context, open_channel(party));
    if (party->status == STATUS_OK) party->status = run_kinds(party);
    if (party->channel != NULL) sotto_channel_free(party->channel);
    else close(party->fd);
    sotto_context_free(party->context);
    return NULL;
}

/* The receiver's times count: it hears last. */
int bench_ot_here(struct bench *bench, const struct bench_row *baseline, uint64_t n_transfers)
{
    struct party parties[2];
    pthread_t threads[2];
    size_t n_threads = 0;
    int fds[2], status = STATUS_OK;

    if (!bench_connect_here(fds))
        return report_fail(bench->report, STATUS_CONNECT,
                           "no connection to this machine itself: "
                           "%s",
                           strerror(errno));
    for (size_t i = 0; i < 2; i++)
        parties[i] = (struct party){
            .role = i == 0 ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER,
            .n = n_transfers,
            .n_repeats = bench->n_repeats,
            .fd = fds[i],
        };
    for (; n_threads < 2; n_threads++)
        if (pthread_create(&threads[n_threads], NULL, party_thread, &parties[n_threads]) != 0)
            break;
    for (size_t i = n_threads; i < 2; i++) close(fds[i]);
    for (size_t i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
    for (size_t i = 0; i < n_threads && status == STATUS_OK; i++) {
        status = parties[i].status;
        if (status != STATUS_OK) *bench->report = parties[i].report;
    }
    if (n_threads < 2) status = report_memory(bench->report);
    if (status == STATUS_OK) status = fill_rows(bench, &parties[1], baseline, "OT, ");
    for (size_t i = 0; i < 2; i++) give_memory_back(&parties[i]);
    return status;
}
