/* How fast this machine hashes, garbles and evaluates, in memory, and how fast a channel is. */
#include "base/memory.h"
#include "base/random.h"
#include "circuit/schedule.h"
#include "garble/bundle.h"
#include "net/channel.h"
#include "proto/party.h"

#include <time.h>

#define TABLES_LEN ((size_t)256 << 10)
#define N_BLOCKS 512

/* What a measurement works on; none of it is anybody's secret. */
struct probe {
    struct sotto_context *context;
    sotto_speed what;
    struct schedule *schedule; /* NULL: no circuit is needed */
    struct team *team;         /* NULL: this thread alone */
    const struct garble_kernels *kernels;
    struct engine engine; /* of one instance */
    struct bundle bundle; /* of many */
    uint8_t *tables;
    block *blocks;
    struct aes_key key;
    struct label_hash hash;
    block delta;
    double elapsed; /* seconds of the measurement */
};

static bool is_of_circuit(sotto_speed what)
{
    return what != SOTTO_SPEED_AES && what != SOTTO_SPEED_HASH;
}

static bool is_garbling(sotto_speed what)
{
    return what == SOTTO_SPEED_GARBLE || what == SOTTO_SPEED_GARBLE_MANY;
}

static bool is_of_many(sotto_speed what)
{
    return what == SOTTO_SPEED_GARBLE_MANY || what == SOTTO_SPEED_EVALUATE_MANY;
}

/* Of this thread when it works alone: what else the machine does counts as little as can be. */
static double clock_seconds(const struct probe *probe)
{
    struct timespec now;

    if (probe->team != NULL) return monotonic_seconds();
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static sotto_err choose_kernels(struct probe *probe, const char *instruction_set)
{
    probe->kernels = garble_kernels();
    if (instruction_set == NULL) return SOTTO_OK;
    for (int isa = 0; isa < CPU_N_ISAS; isa++) {
        if (strcmp(instruction_set, cpu_isa_name((enum cpu_isa)isa)) != 0) continue;
        if (!cpu_supports((enum cpu_isa)isa)) break;
        probe->kernels = garble_kernels_of((enum cpu_isa)isa);
        return SOTTO_OK;
    }
    return fail(probe->context, SOTTO_ERR_USAGE, "this machine has no such instruction set: %s",
                instruction_set);
}

static sotto_err prepare_circuit(struct probe *probe, const sotto_speed_options *options)
{
    const block *delta = is_garbling(probe->what) ? &probe->delta : NULL;
    const block *start = &probe->hash.start;
    sotto_err err = choose_kernels(probe, options->instruction_set);

    if (err != SOTTO_OK) return err;
    if (is_of_many(probe->what))
        err = schedule_new_narrow(probe->context, &probe->schedule, options->circuit);
    else err = schedule_new(probe->context, &probe->schedule, options->circuit);
    if (err != SOTTO_OK) return err;
    probe->team = team_new(options->n_threads);
    if (options->pins_threads) team_pin(probe->team);
    if (options->thread_loads != NULL) team_measure(probe->team);
    if (is_of_many(probe->what)) {
        err = bundle_init(&probe->bundle, probe->context, probe->schedule,
                          bundle_capacity(probe->schedule), start, delta);
        for (size_t i = 0; i < probe->bundle.capacity; i++)
            probe->bundle.groups[i].engine.kernels = probe->kernels;
    } else {
        err = engine_init(&probe->engine, probe->context, probe->schedule->n_slots, start, delta);
        probe->engine.kernels = probe->kernels;
        if (err == SOTTO_OK)
            err = engine_share(&probe->engine, probe->context, probe->schedule, probe->team);
    }
    probe->bundle.team = probe->team;
    return err;
}

static sotto_err prepare(struct probe *probe, const sotto_speed_options *options)
{
    random_bytes(&probe->delta, sizeof probe->delta);
    random_bytes(&probe->hash.start, sizeof probe->hash.start);
    probe->delta.half[0] |= 1;
    crypto_kernels()->expand_key(&probe->key, &probe->hash.start);
    probe->blocks = bulk_new(N_BLOCKS, sizeof *probe->blocks);
    probe->tables = bulk_new(TABLES_LEN, 1);
    if (probe->blocks == NULL || probe->tables == NULL) return fail_memory(probe->context);
    return is_of_circuit(probe->what) ? prepare_circuit(probe, options) : SOTTO_OK;
}

static void clean_up(struct probe *probe)
{
    if (probe->engine.labels != NULL) engine_wipe(&probe->engine);
    bundle_wipe(&probe->bundle);
    team_free(probe->team);
    schedule_free(probe->schedule);
    bulk_free(probe->blocks, N_BLOCKS, sizeof *probe->blocks);
    bulk_free(probe->tables, TABLES_LEN, 1);
}

/* Tables go to one buffer again and again, and come from it. */
static sotto_err run_circuit(struct probe *probe)
{
    struct schedule_source source;
    sotto_err err = SOTTO_OK;
    size_t len;

    schedule_source_init(&source, probe->schedule);
    engine_begin(&probe->engine, &source.source);
    while (err == SOTTO_OK && !probe->engine.finished) {
        if (is_garbling(probe->what))
            err = engine_garble(&probe->engine, probe->context, probe->tables, &len, TABLES_LEN);
        else err = engine_evaluate(&probe->engine, probe->context, &len, probe->tables, TABLES_LEN);
    }
    return err;
}

/* Labels are what the last run left: as good as any. */
static void keep_labels(void *user, block *labels, size_t group)
{
    (void)user, (void)labels, (void)group;
}

static sotto_err run_many(struct probe *probe)
{
    struct bundle *bundle = &probe->bundle;
    sotto_err err = bundle_begin(bundle, &probe->hash, bundle->capacity, keep_labels, NULL);
    size_t len;

    while (err == SOTTO_OK && !bundle_finished(bundle)) {
        if (is_garbling(probe->what)) err = bundle_garble(bundle, probe->tables, &len, TABLES_LEN);
        else err = bundle_evaluate(bundle, &len, probe->tables, TABLES_LEN);
    }
    return err;
}

/* Does something once; *n_units tells how much it was. */
static sotto_err run_once(struct probe *probe, uint64_t *n_units)
{
    *n_units = N_BLOCKS;
    switch (probe->what) {
    case SOTTO_SPEED_AES:
        crypto_kernels()->keystream(probe->blocks, &probe->key, 0, 0, N_BLOCKS);
        return SOTTO_OK;
    case SOTTO_SPEED_HASH:
        crypto_kernels()->hash(probe->blocks, probe->blocks, &probe->hash.start, 0, N_BLOCKS);
        return SOTTO_OK;
    case SOTTO_SPEED_GARBLE_MANY:
    case SOTTO_SPEED_EVALUATE_MANY:
        *n_units = probe->schedule->n_and * probe->bundle.capacity * N_LANES;
        return run_many(probe);
    default: *n_units = probe->schedule->n_and; return run_circuit(probe);
    }
}

static sotto_err run_for(struct probe *probe, double *per_second, double seconds)
{
    double begin = clock_seconds(probe), end;
    uint64_t n_units, n = 0;

    do {
        sotto_err err = check_interrupt(probe->context);

        if (err == SOTTO_OK) err = run_once(probe, &n_units);
        if (err != SOTTO_OK) return err;
        n += n_units;
        end = clock_seconds(probe);
    } while (end - begin < seconds);
    probe->elapsed = end - begin;
    *per_second = (double)n / (end - begin);
    return SOTTO_OK;
}

/* A thread that could not be started has no load. */
static void report_loads(const struct probe *probe, const sotto_speed_options *options)
{
    if (options->thread_loads == NULL) return;
    for (uint64_t i = 0; i < options->n_threads; i++)
        options->thread_loads[i] =
            i < team_size(probe->team) ? team_seconds(probe->team, i) / probe->elapsed : 0;
}

sotto_err sotto_measure_speed(sotto_context *context, double *per_second,
                              const sotto_speed_options *options)
{
    struct probe probe = {.context = context, .what = options->what};
    sotto_err err;

    if ((unsigned)options->what > SOTTO_SPEED_EVALUATE_MANY)
        return fail(context, SOTTO_ERR_USAGE, "no such speed: %d", (int)options->what);
    if (is_of_circuit(options->what) && options->circuit == NULL)
        return fail(context, SOTTO_ERR_USAGE, "this speed is measured with a circuit");
    err = prepare(&probe, options);
    if (err == SOTTO_OK) err = run_for(&probe, per_second, options->seconds);
    if (err == SOTTO_OK) report_loads(&probe, options);
    clean_up(&probe);
    return err;
}

/* The sender waits for a last byte that says that all has arrived. */
static sotto_err pass_bytes(struct sotto_channel *channel, uint8_t *buffer, bool sends, uint64_t n)
{
    sotto_err err = SOTTO_OK;

    while (err == SOTTO_OK && n > 0) {
        size_t len = n < TABLES_LEN ? (size_t)n : TABLES_LEN;

        err = sends ? channel_send(channel, buffer, len) : channel_receive(channel, buffer, len);
        n -= len;
    }
    if (err != SOTTO_OK) return err;
    return sends ? channel_receive(channel, buffer, 1) : channel_send(channel, buffer, 1);
}

sotto_err sotto_measure_channel(sotto_channel *channel, double *per_second, int sends,
                                uint64_t n_bytes)
{
    uint8_t *buffer = bulk_new(TABLES_LEN, 1);
    double begin = monotonic_seconds();
    sotto_err err;

    if (buffer == NULL) return fail_memory(channel_context(channel));
    err = pass_bytes(channel, buffer, sends != 0, n_bytes);
    if (err == SOTTO_OK) *per_second = (double)n_bytes / (monotonic_seconds() - begin);
    bulk_free(buffer, TABLES_LEN, 1);
    return err;
}
