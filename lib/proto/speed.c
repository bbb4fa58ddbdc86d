/* How fast this machine hashes, garbles and evaluates, on the calling thread and in memory. */
#include "base/memory.h"
#include "base/random.h"
#include "circuit/schedule.h"
#include "garble/garble.h"

#include <time.h>

#define TABLES_LEN ((size_t)256 << 10)
#define N_BLOCKS 512

/* What a measurement works on; none of it is anybody's secret. */
struct probe {
    struct sotto_context *context;
    sotto_speed what;
    struct schedule *schedule; /* NULL: no circuit is needed */
    struct engine engine;
    size_t n_lanes;
    uint8_t *tables;
    block *blocks;
    struct aes_key key;
    block delta;
    block start;
};

static bool is_of_circuit(sotto_speed what)
{
    return what != SOTTO_SPEED_AES && what != SOTTO_SPEED_HASH;
}

static bool is_garbling(sotto_speed what)
{
    return what == SOTTO_SPEED_GARBLE || what == SOTTO_SPEED_GARBLE_MANY;
}

/* Of this thread: what else the machine does counts as little as can be. */
static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static sotto_err prepare(struct probe *probe, const sotto_circuit *circuit)
{
    sotto_err err;

    random_bytes(&probe->delta, sizeof probe->delta);
    random_bytes(&probe->start, sizeof probe->start);
    probe->delta.half[0] |= 1;
    crypto_kernels()->expand_key(&probe->key, &probe->start);
    probe->blocks = bulk_new(N_BLOCKS, sizeof *probe->blocks);
    probe->tables = bulk_new(TABLES_LEN, 1);
    if (probe->blocks == NULL || probe->tables == NULL) return fail_memory(probe->context);
    if (!is_of_circuit(probe->what)) return SOTTO_OK;
    err = schedule_new(probe->context, &probe->schedule, circuit);
    if (err != SOTTO_OK) return err;
    return engine_init(&probe->engine, probe->context,
                       (uint64_t)probe->schedule->n_slots * probe->n_lanes, &probe->start,
                       is_garbling(probe->what) ? &probe->delta : NULL);
}

static void clean_up(struct probe *probe)
{
    if (probe->engine.labels != NULL) engine_wipe(&probe->engine);
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
    if (probe->n_lanes == 1) engine_begin(&probe->engine, &source.source);
    else engine_begin_lanes(&probe->engine, &source.source);
    while (err == SOTTO_OK && !probe->engine.finished) {
        if (is_garbling(probe->what))
            err = engine_garble(&probe->engine, probe->context, probe->tables, &len, TABLES_LEN);
        else err = engine_evaluate(&probe->engine, probe->context, &len, probe->tables, TABLES_LEN);
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
        crypto_kernels()->hash(probe->blocks, probe->blocks, &probe->start, 0, N_BLOCKS);
        return SOTTO_OK;
    default: *n_units = probe->schedule->n_and * probe->n_lanes; return run_circuit(probe);
    }
}

static sotto_err run_for(struct probe *probe, double *per_second, double seconds)
{
    double begin = processor_seconds(), end;
    uint64_t n_units, n = 0;

    do {
        sotto_err err = check_interrupt(probe->context);

        if (err == SOTTO_OK) err = run_once(probe, &n_units);
        if (err != SOTTO_OK) return err;
        n += n_units;
        end = processor_seconds();
    } while (end - begin < seconds);
    *per_second = (double)n / (end - begin);
    return SOTTO_OK;
}

sotto_err sotto_measure_speed(sotto_context *context, double *per_second, sotto_speed what,
                              const sotto_circuit *circuit, double seconds)
{
    bool many = what == SOTTO_SPEED_GARBLE_MANY || what == SOTTO_SPEED_EVALUATE_MANY;
    struct probe probe = {.context = context, .what = what, .n_lanes = many ? N_LANES : 1};
    sotto_err err;

    if ((unsigned)what > SOTTO_SPEED_EVALUATE_MANY)
        return fail(context, SOTTO_ERR_USAGE, "no such speed: %d", (int)what);
    if (is_of_circuit(what) && circuit == NULL)
        return fail(context, SOTTO_ERR_USAGE, "this speed is measured with a circuit");
    err = prepare(&probe, circuit);
    if (err == SOTTO_OK) err = run_for(&probe, per_second, seconds);
    clean_up(&probe);
    return err;
}
