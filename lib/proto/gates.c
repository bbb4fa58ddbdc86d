/* The gates of a run, the same way at both parties; see party.h. */
#include "proto/party.h"

/* A stretch is done. */
static void count_tables(struct party *party, struct run *run, size_t len)
{
    run->n_and += len / TABLE_LEN;
    if (party->stream.frame == NULL) run_report(run, SOTTO_PHASE_GATES);
}

/* Full frames move at once, the rest of one is for the next pass. */
static sotto_err run_pass(struct party *party, struct run *run)
{
    sotto_err err = check_interrupt(run->context);

    while (err == SOTTO_OK && !party->engine.finished) {
        size_t len;

        err = stream_engine(&party->stream, &len, &party->engine);
        if (err == SOTTO_OK) count_tables(party, run, len);
    }
    return err;
}

static sotto_err run_instance(struct party *party, struct run *run,
                              const struct party_inputs *inputs)
{
    struct schedule_source source;
    sotto_err err = SOTTO_OK;

    party_collect_inputs(party, inputs);
    for (uint64_t round = 0; err == SOTTO_OK && round < run->plan->n_rounds; round++) {
        party_begin_round(party, &source, round);
        err = run_pass(party, run);
    }
    if (err == SOTTO_OK) party_append_outputs(party);
    return err;
}

static sotto_err run_bundle(struct party *party, struct run *run, const struct party_inputs *inputs,
                            size_t n_groups)
{
    sotto_err err = party_begin_bundle(party, inputs, n_groups);

    while (err == SOTTO_OK && !bundle_finished(&party->bundle)) {
        size_t len;

        err = stream_bundle(&party->stream, &len, &party->bundle);
        if (err == SOTTO_OK) count_tables(party, run, len);
    }
    if (err == SOTTO_OK) party_append_bundle(party);
    return err;
}

static sotto_err run_instances(struct party *party, struct run *run, uint64_t first, uint64_t n,
                               const block *seed)
{
    const struct plan *plan = run->plan;
    bool garbles = party->engine.delta != NULL;
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; err == SOTTO_OK && i < n;) {
        size_t n_groups = plan_bundle(plan, i, n);
        const struct party_inputs inputs = {
            .first = first + i,
            .seed = seed,
            .rows = party_rows(party, first, i),
            .own_bits = garbles ? run->inputs + (first + i) * plan->n_garbler_bits : NULL,
        };

        if (n_groups > 0) err = run_bundle(party, run, &inputs, n_groups);
        else err = run_instance(party, run, &inputs);
        i += n_groups > 0 ? n_groups * N_LANES : 1;
    }
    return err;
}

sotto_err party_run_window(struct party *party, struct run *run, uint64_t first, const block *seed)
{
    uint64_t n = plan_window(run->plan, first);
    sotto_err err = stream_open(&party->stream, run->wire, plan_table_bytes(run->plan, n));

    if (err != SOTTO_OK) return err;
    run_report(run, SOTTO_PHASE_GATES);
    err = run_instances(party, run, first, n, seed);
    err = stream_close(&party->stream, err);
    return err == SOTTO_OK ? party_exchange_outputs(party, run, first) : err;
}
