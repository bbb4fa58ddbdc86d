/*
 * Speed of oblivious transfers between two processes over loopback TCP: millions of OTs a second
 * and bytes on the wire for each, the median of repeats; and the base OTs from first to last byte,
 * beside the group arithmetic that each party cannot do without.
 *
 *   ot [KIND [LOG2_COUNT]]      KIND: correlated, random, chosen, base; all by default
 */
#include "sotto-ot.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define N_REPEATS 7

enum kind { CORRELATED, RANDOM, CHOSEN, BASE, N_KINDS };

static const char *const kind_names[N_KINDS] = {"correlated", "random", "chosen 128-bit", "base"};

struct run {
    enum kind kind;
    sotto_ot_options options;
    uint64_t n;
    sotto_context *context;
    sotto_ot *ot;
    sotto_ot_block *blocks, *messages;
    uint8_t *choices;
};

static void check(sotto_err err, sotto_context *context)
{
    if (err == SOTTO_OK) return;
    fprintf(stderr, "ot: %s: %s\n", sotto_err_name(err), sotto_context_message(context));
    exit(1);
}

static double now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static sotto_channel *open_channel(sotto_context *context, int listens, unsigned port)
{
    char address[32];
    sotto_channel_options options = {0};
    sotto_channel *channel;

    snprintf(address, sizeof address, "127.0.0.1:%u", port);
    if (listens) options.listen = address;
    else options.connect = address;
    check(sotto_channel_open(context, &channel, &options), context);
    return channel;
}

static void *allocate(size_t len)
{
    void *memory = aligned_alloc(64, (len + 63) & ~(size_t)63);

    if (memory == NULL) exit(1);
    memset(memory, 0x5a, len);
    return memory;
}

static void once(struct run *run)
{
    uint64_t n = run->n;
    sotto_err err = SOTTO_OK;

    if (run->options.role == SOTTO_OT_SENDER) {
        if (run->kind == CORRELATED) err = sotto_ot_send_correlated(run->ot, run->blocks, n);
        if (run->kind == RANDOM)
            err = sotto_ot_send_random(run->ot, (sotto_ot_block(*)[2])run->blocks, n);
        if (run->kind == CHOSEN)
            err = sotto_ot_send_chosen(run->ot, (const uint8_t *)run->messages, 16, n);
    } else {
        if (run->kind == CORRELATED)
            err = sotto_ot_receive_correlated(run->ot, run->blocks, run->choices, n);
        if (run->kind == RANDOM)
            err = sotto_ot_receive_random(run->ot, run->blocks, run->choices, n);
        if (run->kind == CHOSEN)
            err = sotto_ot_receive_chosen(run->ot, (uint8_t *)run->blocks, 16, run->choices, n);
    }
    check(err, run->context);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* The sender tells the time; each party tells what its processor did. */
static void print_result(const struct run *run, double median, double cpu, uint64_t bytes)
{
    const char *model = run->options.malicious ? "malicious" : "semi-honest";
    const char *kind = kind_names[run->kind];
    unsigned k = run->options.width;
    double n = (double)run->n;

    if (run->options.role == SOTTO_OT_RECEIVER && run->kind == BASE)
        printf("%-15s k=%u %-12s   receiver's processor %8.2f ms\n", kind, k, model, 1e3 * cpu);
    else if (run->options.role == SOTTO_OT_RECEIVER)
        printf("%-15s k=%u %-12s   receiver's processor %8.2f ns an OT\n", kind, k, model,
               1e9 * cpu / n);
    else if (run->kind == BASE)
        printf("%-15s k=%u %-12s %8.2f ms, %6llu bytes, sender's processor %.2f ms\n", kind, k,
               model, 1e3 * median, (unsigned long long)bytes, 1e3 * cpu);
    else
        printf("%-15s k=%u %-12s %8.1f M/s, %6.2f bytes an OT, sender's processor %.2f ns\n", kind,
               k, model, 1e-6 * n / median, (double)bytes / n, 1e9 * cpu / n);
    fflush(stdout);
}

static void run_party(struct run *run, int listens, unsigned port)
{
    double seconds[N_REPEATS];
    double cpu;
    uint64_t bytes = 0;
    sotto_channel *channel;

    check(sotto_context_new(&run->context, NULL), NULL);
    run->blocks = allocate(2 * run->n * sizeof *run->blocks + 64);
    run->messages = allocate(2 * run->n * sizeof *run->messages + 64);
    run->choices = allocate(run->n + 64);
    for (uint64_t i = 0; i < run->n; i++) run->choices[i] = (uint8_t)(i * 0x9e3779b9 >> 13 & 1);
    channel = open_channel(run->context, listens, port);
    if (run->kind != BASE)
        check(sotto_ot_open(run->context, &run->ot, channel, &run->options), run->context);
    cpu = now(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < N_REPEATS; i++) {
        uint64_t before = sotto_channel_bytes_sent(channel) + sotto_channel_bytes_received(channel);
        double begin = now(CLOCK_MONOTONIC);

        if (run->kind == BASE) {
            check(sotto_ot_open(run->context, &run->ot, channel, &run->options), run->context);
            seconds[i] = now(CLOCK_MONOTONIC) - begin;
            sotto_ot_free(run->ot);
            run->ot = NULL;
        } else {
            once(run);
            seconds[i] = now(CLOCK_MONOTONIC) - begin;
        }
        bytes = sotto_channel_bytes_sent(channel) + sotto_channel_bytes_received(channel) - before;
    }
    cpu = (now(CLOCK_PROCESS_CPUTIME_ID) - cpu) / N_REPEATS;
    qsort(seconds, N_REPEATS, sizeof seconds[0], by_value);
    print_result(run, seconds[N_REPEATS / 2], cpu, bytes);
    sotto_ot_free(run->ot);
    sotto_channel_free(channel);
    sotto_context_free(run->context);
    free(run->blocks);
    free(run->messages);
    free(run->choices);
}

static void measure(enum kind kind, unsigned width, int malicious, uint64_t n, unsigned port)
{
    struct run run = {.kind = kind, .options = {.width = width, .malicious = malicious}, .n = n};
    pid_t child = fork();
    int status;

    if (child < 0) exit(1);
    if (child == 0) {
        run.options.role = SOTTO_OT_RECEIVER;
        run_party(&run, 0, port);
        _exit(0);
    }
    run.options.role = SOTTO_OT_SENDER;
    run_party(&run, 1, port);
    if (waitpid(child, &status, 0) != child || status != 0) exit(1);
}

/* Milliseconds of 128 calls of libsodium, of processor time. */
static double group_time(int what)
{
    uint8_t scalar[32], a[32], b[32], out[32];
    double seconds[N_REPEATS];
    int failed = 0;

    crypto_core_ristretto255_scalar_random(scalar);
    crypto_core_ristretto255_random(a);
    crypto_core_ristretto255_random(b);
    for (int i = 0; i < N_REPEATS; i++) {
        double begin = now(CLOCK_PROCESS_CPUTIME_ID);

        for (int j = 0; j < 128; j++) {
            if (what == 0) failed |= crypto_scalarmult_ristretto255_base(out, scalar);
            if (what == 1) failed |= crypto_core_ristretto255_add(out, a, b);
            if (what == 2) failed |= crypto_scalarmult_ristretto255(out, scalar, a);
        }
        seconds[i] = now(CLOCK_PROCESS_CPUTIME_ID) - begin;
    }
    if (failed != 0) exit(1);
    qsort(seconds, N_REPEATS, sizeof seconds[0], by_value);
    return 1e3 * seconds[N_REPEATS / 2];
}

/* The extension's sender multiplies G, adds and multiplies Z; its receiver multiplies B_j and
 * subtracts. The receiver's part may begin with the first sum. */
static void print_group_times(void)
{
    double fixed = group_time(0), sums = group_time(1), products = group_time(2);

    printf("128 of libsodium: fixed base %.2f ms, sums %.2f ms, multiplications %.2f ms\n", fixed,
           sums, products);
    printf("so at least: sender's processor %.2f ms, receiver's %.2f ms\n", fixed + sums + products,
           products + sums);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    static const unsigned widths[] = {1, 2, 4, 8};
    uint64_t n = UINT64_C(1) << (argc > 2 ? atoi(argv[2]) : 22);
    unsigned port = 20000 + (unsigned)getpid() % 20000;

    if (sodium_init() < 0) return 1;
    for (int kind = 0; kind < N_KINDS; kind++) {
        if (argc > 1 && strncmp(argv[1], kind_names[kind], strlen(argv[1])) != 0) continue;
        if (kind == BASE) print_group_times();
        for (int malicious = 0; malicious < 2; malicious++)
            for (size_t w = 0; w < 4; w++)
                measure((enum kind)kind, widths[w], malicious, n, port++);
    }
    return 0;
}
