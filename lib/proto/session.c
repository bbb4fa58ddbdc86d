/* Sessions: one party of one run, from the options to the results. */
#include "base/checked.h"
#include "base/memory.h"
#include "proto/hello.h"
#include "proto/party.h"

struct sotto_session {
    struct sotto_context *context;
    struct plan plan;
    sotto_role role;
    sotto_progress_fn progress;
    void *progress_user;
    bool closes_channel;
    struct garbler *garbler; /* one of the two, until the session is spent */
    struct evaluator *evaluator;
    bool spent;
    sotto_session_stats stats;
};

static sotto_err check_options(struct sotto_context *context, const sotto_session_options *options)
{
    if (options->role != SOTTO_GARBLER && options->role != SOTTO_EVALUATOR)
        return fail(context, SOTTO_ERR_USAGE, "no such role: %d", (int)options->role);
    if (options->reveal != SOTTO_REVEAL_BOTH && options->reveal != SOTTO_REVEAL_GARBLER &&
        options->reveal != SOTTO_REVEAL_EVALUATOR)
        return fail(context, SOTTO_ERR_USAGE, "no such reveal policy: %d", (int)options->reveal);
    return SOTTO_OK;
}

sotto_err sotto_session_new(sotto_context *context, sotto_session **session,
                            const sotto_circuit *circuit, const sotto_interface *interface,
                            const sotto_session_options *options)
{
    struct sotto_session *made;
    sotto_err err = check_options(context, options);

    if (err != SOTTO_OK) return err;
    made = mem_new(1, sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->context = context;
    made->role = options->role;
    made->progress = options->progress;
    made->progress_user = options->progress_user;
    made->closes_channel = options->closes_channel != 0;
    err = plan_init(&made->plan, context, circuit, interface, options);
    if (err == SOTTO_OK && made->role == SOTTO_GARBLER)
        err = garbler_new(context, &made->garbler, &made->plan);
    else if (err == SOTTO_OK) err = evaluator_new(context, &made->evaluator, &made->plan);
    if (err != SOTTO_OK) sotto_session_free(made);
    else *session = made;
    return err;
}

/* Every secret of the session goes; a spent session has none to reuse. */
static void spend(struct sotto_session *session)
{
    garbler_free(session->garbler);
    evaluator_free(session->evaluator);
    session->garbler = NULL;
    session->evaluator = NULL;
    session->spent = true;
}

void sotto_session_free(sotto_session *session)
{
    if (session == NULL) return;
    spend(session);
    plan_wipe(&session->plan);
    mem_free(session);
}

/* Both parties say that they have all they need; a peer that is gone after its DONE has done its
 * part. What ends the channel follows DONE at once, so that nobody waits a round trip for it. */
static sotto_err exchange_done(struct run *run, bool closes_channel)
{
    uint8_t frame[FRAME_HEADER_LEN];
    sotto_err err = wire_send(run->wire, FRAME_DONE, frame, 0);

    if (err != SOTTO_OK && err != SOTTO_ERR_DISCONNECTED) return err;
    if (closes_channel) channel_end_sending(run->wire->channel);
    err = wire_receive(run->wire, NULL, FRAME_DONE, 0);
    if (closes_channel && err == SOTTO_OK) channel_await_end(run->wire->channel);
    return err;
}

static sotto_err run_protocol(struct sotto_session *session, struct run *run)
{
    sotto_err err;

    run_report(run, SOTTO_PHASE_HANDSHAKE);
    err = hello_exchange(run->wire, run->session_id, run->plan);
    if (err == SOTTO_OK && session->role == SOTTO_GARBLER) err = garbler_run(session->garbler, run);
    else if (err == SOTTO_OK) err = evaluator_run(session->evaluator, run);
    if (err == SOTTO_OK) err = exchange_done(run, session->closes_channel);
    return err;
}

static void take_stats(struct sotto_session *session, const struct run *run,
                       const sotto_channel *channel, double begin)
{
    double end = monotonic_seconds();

    session->stats = (sotto_session_stats){
        .n_and = run->n_and,
        .bytes_sent = sotto_channel_bytes_sent(channel),
        .bytes_received = sotto_channel_bytes_received(channel),
        .seconds = end - begin,
        .ot_width = run->ot.width,
        .n_base_ots = (unsigned)plan_n_base_ots(run->plan),
        .setup_seconds = (run->first_table > 0 ? run->first_table : end) - begin,
    };
}

static uint64_t n_own_bits(const struct sotto_session *session)
{
    const struct plan *plan = &session->plan;

    return session->role == SOTTO_GARBLER ? plan->n_garbler_bits : plan->n_evaluator_bits;
}

static sotto_err check_run(const struct sotto_session *session, const uint8_t *outputs,
                           uint64_t results_len, const uint8_t *inputs)
{
    if (session->spent)
        return fail(session->context, SOTTO_ERR_USAGE, "a session runs only once: make a new one");
    if (outputs == NULL && results_len > 0)
        return fail(session->context, SOTTO_ERR_USAGE, "no room for the outputs was given");
    if (inputs == NULL && n_own_bits(session) > 0)
        return fail(session->context, SOTTO_ERR_USAGE, "no inputs were given");
    return SOTTO_OK;
}

/* Results go to a buffer of their own first: the caller sees them after the last check, or not at
 * all. */
sotto_err sotto_session_run(sotto_session *session, uint8_t *outputs, sotto_channel *channel,
                            const uint8_t *inputs)
{
    static const uint8_t no_inputs[1];
    bool learns = plan_reveals_to(&session->plan, session->role);
    uint64_t results_len = learns ? session->plan.n_instances * session->plan.n_output_bits : 0;
    double begin = monotonic_seconds();
    uint8_t *results;
    struct wire wire;
    struct run run = {
        .context = session->context,
        .plan = &session->plan,
        .wire = &wire,
        .inputs = inputs != NULL ? inputs : no_inputs,
        .progress = session->progress,
        .progress_user = session->progress_user,
    };
    sotto_err err = check_run(session, outputs, results_len, inputs);

    if (err != SOTTO_OK) return err;
    wire_init(&wire, channel, session->role);
    results = bulk_new(results_len, 1);
    run.results = results;
    err = results != NULL ? run_protocol(session, &run) : fail_memory(session->context);
    if (err != SOTTO_OK) wire_abort(&wire, err);
    else if (results_len > 0) {
        ct_mark_public(results, results_len); /* the agreed output, after every check */
        memcpy(outputs, results, results_len);
    }
    bulk_free(results, results_len, 1);
    spend(session);
    take_stats(session, &run, channel, begin);
    return err;
}

void sotto_session_get_stats(const sotto_session *session, sotto_session_stats *stats)
{
    *stats = session->stats;
}
