/* The OT extension that a run uses; see ot_choice.h. */
#include "proto/ot_choice.h"

#include "base/random.h"
#include "crypto/prg.h"

static const unsigned widths[] = {1, 2, 4, 8};
#define N_WIDTHS (sizeof widths / sizeof widths[0])

#define HASH_BLOCKS 2048

/* Bytes of the choices, and of the trees; 2^k / k blocks of AES a transfer. */
unsigned ot_fastest(double n_ots, double per_byte, double per_block)
{
    unsigned best = 1;
    double least = 0;

    for (size_t i = 0; i < N_WIDTHS; i++) {
        unsigned k = widths[i];
        double bytes = 16.0 / k * n_ots + (double)TREE_SUMS_LEN(k);
        double seconds = bytes * per_byte + (double)(1U << k) / k * n_ots * per_block;

        if (i > 0 && seconds >= least) continue;
        least = seconds;
        best = k;
    }
    return best;
}

/* Seconds of a PROBE of so many bytes and its answer. What is sent is no secret, and does not
 * compress. */
static sotto_err probe(struct run *run, double *seconds, uint8_t *payload, size_t len)
{
    uint8_t answer[1];
    double begin;
    sotto_err err;

    random_bytes(payload, len);
    begin = monotonic_seconds();
    err = wire_send(run->wire, FRAME_PROBE, payload - FRAME_HEADER_LEN, len);
    if (err == SOTTO_OK) err = wire_receive(run->wire, answer, FRAME_PROBE, sizeof answer);
    *seconds = monotonic_seconds() - begin;
    return err;
}

/* The second run counts, the caches being warm. */
static double measure_hashing(uint8_t *scratch)
{
    const block seed = block_of(0, 0);
    double begin = 0;
    struct prg prg;

    prg_init(&prg, &seed, 0);
    for (size_t i = 0; i < 2; i++) {
        begin = monotonic_seconds();
        prg_blocks(&prg, (block *)(void *)scratch, HASH_BLOCKS);
    }
    return (monotonic_seconds() - begin) / HASH_BLOCKS;
}

static sotto_err measure(struct run *run, uint8_t *payload)
{
    size_t len = plan_probe_len(run->plan);
    double round_trip = 0, longer = 0, per_byte;
    sotto_err err = probe(run, &round_trip, payload, 1);

    if (err == SOTTO_OK) err = probe(run, &longer, payload, len);
    if (err != SOTTO_OK) return err;
    per_byte = longer > round_trip ? (longer - round_trip) / (double)len : 0;
    run->ot.width =
        ot_fastest((double)plan_n_choices(run->plan), per_byte, measure_hashing(payload));
    payload[0] = (uint8_t)run->ot.width;
    return wire_send(run->wire, FRAME_EXTENSION, payload - FRAME_HEADER_LEN, 1);
}

static sotto_err answer_probe(struct run *run, uint8_t *payload, size_t len)
{
    uint8_t answer[FRAME_HEADER_LEN + 1] = {0};
    sotto_err err = wire_receive(run->wire, payload, FRAME_PROBE, len);

    return err == SOTTO_OK ? wire_send(run->wire, FRAME_PROBE, answer, 1) : err;
}

static sotto_err follow(struct run *run, uint8_t *payload)
{
    sotto_err err = answer_probe(run, payload, 1);

    if (err == SOTTO_OK) err = answer_probe(run, payload, plan_probe_len(run->plan));
    if (err == SOTTO_OK) err = wire_receive(run->wire, payload, FRAME_EXTENSION, 1);
    if (err != SOTTO_OK) return err;
    run->ot.width = payload[0];
    if (tree_width_is_valid(run->ot.width)) return SOTTO_OK;
    return fail(run->context, SOTTO_ERR_PROTOCOL, "the peer chose an OT extension that is not one");
}

sotto_err ot_choose(struct run *run, uint8_t *payload)
{
    run->ot = plan_extension_terms(run->plan, run->session_id);
    if (plan_probe_len(run->plan) == 0) return SOTTO_OK;
    return run->wire->role == SOTTO_EVALUATOR ? measure(run, payload) : follow(run, payload);
}
