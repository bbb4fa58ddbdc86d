/* Oblivious transfers for callers: the handle and its flavours; see sotto-ot.h. */
#include "proto/ot.h"

#include "base/checked.h"
#include "base/memory.h"
#include "base/random.h"
#include "ot/transfer.h"

static sotto_err usage(struct sotto_ot *ot, const char *what)
{
    return fail(ot->context, SOTTO_ERR_USAGE, "oblivious transfer: %s", what);
}

static sotto_err enter(struct sotto_ot *ot, sotto_ot_role role)
{
    if (ot->spent) return usage(ot, "the handle was used after a failure");
    if (ot->is_sender != (role == SOTTO_OT_SENDER))
        return usage(ot, "a sender cannot receive, nor a receiver send");
    return SOTTO_OK;
}

/* The peer is told, and nothing is left to try again with (security row 8). */
static sotto_err leave(struct sotto_ot *ot, sotto_err err)
{
    if (err == SOTTO_OK) return SOTTO_OK;
    wire_abort(&ot->wire, err);
    ot_burn(ot);
    return err;
}

sotto_err sotto_ot_open(sotto_context *context, sotto_ot **ot, sotto_channel *channel,
                        const sotto_ot_options *options)
{
    struct sotto_ot *made;
    sotto_err err;

    if (options->role != SOTTO_OT_SENDER && options->role != SOTTO_OT_RECEIVER)
        return fail(context, SOTTO_ERR_USAGE, "no such role: %d", (int)options->role);
    if (options->width != 0 && !tree_width_is_valid(options->width))
        return fail(context, SOTTO_ERR_USAGE, "no such k of the OT extension: %u", options->width);
    made = mem_new(1, sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->context = context;
    err = leave(made, ot_set_up(made, channel, options));
    if (err != SOTTO_OK) mem_free(made);
    else *ot = made;
    return err;
}

void sotto_ot_free(sotto_ot *ot)
{
    if (ot == NULL) return;
    ot_burn(ot);
    mem_free(ot);
}

sotto_err sotto_ot_delta(sotto_ot *ot, sotto_ot_block *delta)
{
    sotto_err err = enter(ot, SOTTO_OT_SENDER);

    if (err == SOTTO_OK) memcpy(delta, ot->delta, sizeof *delta);
    return err;
}

static sotto_err run(struct sotto_ot *ot, struct ot_call *call)
{
    return leave(ot, ot_run(ot, call));
}

/* ------------------------------------------------------------------------------ preparation -- */

/* What is left of an earlier preparation is dropped. */
sotto_err sotto_ot_prepare(sotto_ot *ot, uint64_t n)
{
    struct ot_call call = {.n = n, .rows_each = 1};
    sotto_err err = enter(ot, ot->is_sender ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER);

    if (err != SOTTO_OK) return err;
    if (n > ot->context->limits.max_memory / (BLOCK_LEN + 1))
        return fail(ot->context, SOTTO_ERR_LIMIT, "too many oblivious transfers to prepare");
    bulk_free(ot->store.rows, ot->store.n, BLOCK_LEN);
    bulk_free(ot->store.choices, ot->store.n, 1);
    ot->store.rows = bulk_new(n, BLOCK_LEN);
    ot->store.choices = bulk_new(n, 1);
    ot->store.n = ot->store.at = n; /* none left until all are made */
    if (ot->store.rows == NULL || ot->store.choices == NULL)
        return leave(ot, fail_memory(ot->context));
    random_bytes(ot->store.choices, (size_t)n);
    for (uint64_t i = 0; i < n; i++) ot->store.choices[i] &= 1;
    ct_mark_secret(ot->store.choices, (size_t)n);
    call.choices = ot->store.choices;
    call.out = ot->store.rows;
    err = n > 0 ? run(ot, &call) : SOTTO_OK;
    if (err == SOTTO_OK) ot->store.at = 0;
    return err;
}

/* ------------------------------------------------------------------------ correlated, random -- */

sotto_err sotto_ot_send_correlated(sotto_ot *ot, sotto_ot_block *rows, uint64_t n)
{
    struct ot_call call = {.n = n, .rows_each = 1, .out = rows};
    sotto_err err = enter(ot, SOTTO_OT_SENDER);

    return err == SOTTO_OK ? run(ot, &call) : err;
}

sotto_err sotto_ot_receive_correlated(sotto_ot *ot, sotto_ot_block *rows, const uint8_t *choices,
                                      uint64_t n)
{
    struct ot_call call = {.n = n, .rows_each = 1, .out = rows, .choices = choices};
    sotto_err err = enter(ot, SOTTO_OT_RECEIVER);

    return err == SOTTO_OK ? run(ot, &call) : err;
}

static sotto_err send_random_step(struct sotto_ot *ot, const struct ot_call *call,
                                  const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    block(*pads)[2] = call->out;

    (void)reply;
    return random_ot_send(ot->context, pads + first, &ot->hash, rows, n, ot->delta);
}

sotto_err sotto_ot_send_random(sotto_ot *ot, sotto_ot_block (*pads)[2], uint64_t n)
{
    struct ot_call call = {.step = send_random_step, .n = n, .rows_each = 1, .out = pads};
    sotto_err err = enter(ot, SOTTO_OT_SENDER);

    return err == SOTTO_OK ? run(ot, &call) : err;
}

static sotto_err receive_random_step(struct sotto_ot *ot, const struct ot_call *call,
                                     const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    block *pads = call->out;

    (void)reply;
    return random_ot_receive(ot->context, pads + first, &ot->hash, rows, n);
}

sotto_err sotto_ot_receive_random(sotto_ot *ot, sotto_ot_block *pads, const uint8_t *choices,
                                  uint64_t n)
{
    struct ot_call call = {
        .step = receive_random_step, .n = n, .rows_each = 1, .out = pads, .choices = choices};
    sotto_err err = enter(ot, SOTTO_OT_RECEIVER);

    return err == SOTTO_OK ? run(ot, &call) : err;
}

/* ------------------------------------------------------------------------ chosen, 1-out-of-N -- */

static sotto_err send_chosen_step(struct sotto_ot *ot, const struct ot_call *call,
                                  const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    const uint8_t *messages = (const uint8_t *)call->in + first * 2 * call->len;

    return chosen_ot_send(ot->context, reply, &ot->hash, rows, messages, call->len, n, ot->delta);
}

static sotto_err receive_chosen_step(struct sotto_ot *ot, const struct ot_call *call,
                                     const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    uint8_t *messages = (uint8_t *)call->out + first * call->len;

    return chosen_ot_receive(ot->context, messages, &ot->hash, rows, reply, call->len,
                             call->choices + first, n);
}

static sotto_err send_one_of_step(struct sotto_ot *ot, const struct ot_call *call,
                                  const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    const uint8_t *messages = (const uint8_t *)call->in + first * call->reply_len;

    return one_of_send(ot->context, reply, &ot->hash, rows, messages, call->len, call->n_messages,
                       n, ot->delta);
}

static sotto_err receive_one_of_step(struct sotto_ot *ot, const struct ot_call *call,
                                     const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    uint8_t *messages = (uint8_t *)call->out + first * call->len;

    return one_of_receive(ot->context, messages, &ot->hash, rows, reply, call->len,
                          call->n_messages, call->choices + first, n);
}

static sotto_err run_strings(struct sotto_ot *ot, sotto_ot_role role, struct ot_call *call)
{
    sotto_err err = enter(ot, role);

    if (err != SOTTO_OK) return err;
    if (call->n_messages < 2 || call->n_messages > 256)
        return usage(ot, "there must be 2 to 256 messages to choose from");
    if (!mul_size(&call->reply_len, call->n_messages, call->len))
        return fail(ot->context, SOTTO_ERR_LIMIT, "the messages are too long");
    return run(ot, call);
}

sotto_err sotto_ot_send_chosen(sotto_ot *ot, const uint8_t *messages, size_t message_len,
                               uint64_t n)
{
    struct ot_call call = {.step = send_chosen_step,
                           .n = n,
                           .rows_each = 1,
                           .in = messages,
                           .len = message_len,
                           .n_messages = 2};

    return run_strings(ot, SOTTO_OT_SENDER, &call);
}

sotto_err sotto_ot_receive_chosen(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                  const uint8_t *choices, uint64_t n)
{
    struct ot_call call = {.step = receive_chosen_step,
                           .n = n,
                           .rows_each = 1,
                           .out = messages,
                           .len = message_len,
                           .n_messages = 2,
                           .choices = choices};

    return run_strings(ot, SOTTO_OT_RECEIVER, &call);
}

/* A wrong number is refused by run_strings(); until then it must do no harm. */
static unsigned rows_of(uint64_t n_messages)
{
    return one_of_rows(n_messages <= 256 ? (size_t)n_messages : 2);
}

sotto_err sotto_ot_send_one_of(sotto_ot *ot, const uint8_t *messages, size_t message_len,
                               uint64_t n_messages, uint64_t n)
{
    struct ot_call call = {.step = send_one_of_step,
                           .n = n,
                           .rows_each = rows_of(n_messages),
                           .in = messages,
                           .len = message_len,
                           .n_messages = (size_t)n_messages};

    return run_strings(ot, SOTTO_OT_SENDER, &call);
}

sotto_err sotto_ot_receive_one_of(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                  uint64_t n_messages, const uint8_t *choices, uint64_t n)
{
    struct ot_call call = {.step = receive_one_of_step,
                           .n = n,
                           .rows_each = rows_of(n_messages),
                           .out = messages,
                           .len = message_len,
                           .n_messages = (size_t)n_messages,
                           .choices = choices};

    return run_strings(ot, SOTTO_OT_RECEIVER, &call);
}

/* ---------------------------------------------------------------------------------- vectors -- */

static sotto_err send_vectors_step(struct sotto_ot *ot, const struct ot_call *call,
                                   const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    uint64_t *shares = (uint64_t *)call->out + first * call->len;
    const uint64_t *terms = (const uint64_t *)call->in + first * call->len;

    return vector_ot_send(ot->context, shares, reply, &ot->hash, rows, terms, call->len,
                          call->element_bits, n, ot->delta);
}

static sotto_err receive_vectors_step(struct sotto_ot *ot, const struct ot_call *call,
                                      const block *rows, uint8_t *reply, uint64_t first, size_t n)
{
    uint64_t *shares = (uint64_t *)call->out + first * call->len;

    return vector_ot_receive(ot->context, shares, &ot->hash, rows, reply, call->len,
                             call->element_bits, call->choices + first, n);
}

static sotto_err run_vectors(struct sotto_ot *ot, sotto_ot_role role, struct ot_call *call)
{
    sotto_err err = enter(ot, role);
    size_t n_bits;

    if (err != SOTTO_OK) return err;
    if (call->element_bits == 0 || call->element_bits > 64)
        return usage(ot, "elements have 1 to 64 bits");
    if (!mul_size(&n_bits, call->len, 64))
        return fail(ot->context, SOTTO_ERR_LIMIT, "the vectors are too long");
    call->reply_len = packed_len(call->len, call->element_bits);
    return run(ot, call);
}

sotto_err sotto_ot_send_vectors(sotto_ot *ot, uint64_t *shares, const uint64_t *terms,
                                uint64_t n_elements, unsigned element_bits, uint64_t n)
{
    struct ot_call call = {.step = send_vectors_step,
                           .n = n,
                           .rows_each = 1,
                           .out = shares,
                           .in = terms,
                           .len = (size_t)n_elements,
                           .element_bits = element_bits};

    return run_vectors(ot, SOTTO_OT_SENDER, &call);
}

sotto_err sotto_ot_receive_vectors(sotto_ot *ot, uint64_t *shares, uint64_t n_elements,
                                   unsigned element_bits, const uint8_t *choices, uint64_t n)
{
    struct ot_call call = {.step = receive_vectors_step,
                           .n = n,
                           .rows_each = 1,
                           .out = shares,
                           .len = (size_t)n_elements,
                           .element_bits = element_bits,
                           .choices = choices};

    return run_vectors(ot, SOTTO_OT_RECEIVER, &call);
}
