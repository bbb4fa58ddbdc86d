/* Oblivious transfers for callers: the handle and its flavours; see sotto-ot.h. */
#include "proto/ot.h"

#include "base/checked.h"
#include "base/memory.h"
#include "base/random.h"
#include "ot/transfer.h"

/* The reply has room for a frame header before it. */
#define HEADER_ROOM 64

/* One call: n OTs of rows_each rows. Where step is given, it turns the rows of n OTs from number
 * first on into outputs, and into or from a reply of reply_len bytes an OT. */
struct job {
    sotto_err (*step)(struct sotto_ot *ot, struct job *job, const block *rows, uint64_t first,
                      size_t n);
    uint64_t n;
    unsigned rows_each;
    size_t reply_len;
    uint8_t *reply;
    const uint8_t *choices; /* one byte an OT; the receiver's */
    size_t per_chunk;       /* OTs at a time */
    void *out;
    const void *in;
    size_t len, n_messages; /* of strings; elements of vectors */
    unsigned element_bits;
};

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

/* The choice of an OT of several rows is an index, whose bits are the choices of its rows. */
static const uint8_t *row_bits(struct sotto_ot *ot, const struct job *job, uint64_t first, size_t n)
{
    if (ot->is_sender) return NULL;
    if (job->rows_each == 1) return job->choices + first;
    for (size_t i = 0; i < n; i++)
        for (unsigned b = 0; b < job->rows_each; b++)
            ot->bits[i * job->rows_each + b] = job->choices[first + i] >> b & 1;
    return ot->bits;
}

static size_t chunk_at(const struct job *job, uint64_t first)
{
    uint64_t left = job->n - first;

    return left < job->per_chunk ? (size_t)left : job->per_chunk;
}

/* For calls whose outputs are the rows. */
static sotto_err store_step(struct sotto_ot *ot, struct job *job, const block *rows, uint64_t first,
                            size_t n)
{
    block *store = job->out;

    (void)ot;
    if (rows != store + first) memcpy(store + first, rows, n * BLOCK_LEN);
    return SOTTO_OK;
}

/* Rows that are outputs themselves go where they belong, when they fill their blocks. */
static block *rows_at(struct sotto_ot *ot, const struct job *job, uint64_t first, size_t n,
                      size_t which)
{
    block *out = job->out;

    return job->step == store_step && n % OTS_PER_BLOCK == 0 ? out + first : ot->rows[which];
}

/* The rows of a chunk are fetched before the one in front of it is replied to: the receiver's next
 * message is on its way while the sender works, and whoever writes has a peer that reads. */
static sotto_err run_chunks(struct sotto_ot *ot, struct job *job, bool prepared)
{
    size_t n = chunk_at(job, 0), which = 0;
    block *rows = rows_at(ot, job, 0, n, which);
    sotto_err err = SOTTO_OK;

    if (n > 0) err = ot_next_rows(ot, rows, row_bits(ot, job, 0, n), n * job->rows_each, prepared);
    for (uint64_t first = 0; err == SOTTO_OK && first < job->n; which = 1 - which) {
        uint64_t next = first + n;
        size_t n_next = chunk_at(job, next);
        block *next_rows = rows_at(ot, job, next, n_next, 1 - which);

        if (n_next > 0)
            err = ot_next_rows(ot, next_rows, row_bits(ot, job, next, n_next),
                               n_next * job->rows_each, prepared);
        if (err == SOTTO_OK) err = job->step(ot, job, rows, first, n);
        first = next;
        n = n_next;
        rows = next_rows;
    }
    return err;
}

static sotto_err run_job(struct sotto_ot *ot, struct job *job)
{
    uint8_t *memory;
    uint64_t n_rows;
    size_t len;
    sotto_err err;

    job->per_chunk = ot->chunk_rows / job->rows_each;
    if (job->reply_len > 0 && job->per_chunk > OT_REPLY_LEN / job->reply_len)
        job->per_chunk = OT_REPLY_LEN / job->reply_len > 0 ? OT_REPLY_LEN / job->reply_len : 1;
    if (!mul_u64(&n_rows, job->n, job->rows_each) ||
        !mul_size(&len, job->per_chunk, job->reply_len) || !add_size(&len, len, HEADER_ROOM) ||
        len > ot->context->limits.max_memory)
        return leave(ot, fail(ot->context, SOTTO_ERR_LIMIT, "too many oblivious transfers"));
    memory = bulk_new(len, 1);
    if (memory == NULL) return leave(ot, fail_memory(ot->context));
    job->reply = memory + HEADER_ROOM;
    err = run_chunks(ot, job, ot->store.n - ot->store.at >= n_rows);
    bulk_free(memory, len, 1);
    return leave(ot, err);
}

/* ------------------------------------------------------------------------------ preparation -- */

/* What is left of an earlier preparation is dropped. */
sotto_err sotto_ot_prepare(sotto_ot *ot, uint64_t n)
{
    struct job job = {.step = store_step, .n = n, .rows_each = 1};
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
    job.choices = ot->store.choices;
    job.out = ot->store.rows;
    err = n > 0 ? run_job(ot, &job) : SOTTO_OK;
    if (err == SOTTO_OK) ot->store.at = 0;
    return err;
}

/* ------------------------------------------------------------------------ correlated, random -- */

sotto_err sotto_ot_send_correlated(sotto_ot *ot, sotto_ot_block *rows, uint64_t n)
{
    struct job job = {.step = store_step, .n = n, .rows_each = 1, .out = rows};
    sotto_err err = enter(ot, SOTTO_OT_SENDER);

    return err == SOTTO_OK ? run_job(ot, &job) : err;
}

sotto_err sotto_ot_receive_correlated(sotto_ot *ot, sotto_ot_block *rows, const uint8_t *choices,
                                      uint64_t n)
{
    struct job job = {.step = store_step, .n = n, .rows_each = 1, .out = rows, .choices = choices};
    sotto_err err = enter(ot, SOTTO_OT_RECEIVER);

    return err == SOTTO_OK ? run_job(ot, &job) : err;
}

static sotto_err send_random_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                  uint64_t first, size_t n)
{
    block(*pads)[2] = job->out;

    return random_ot_send(ot->context, pads + first, &ot->hash, rows, n, ot->delta);
}

sotto_err sotto_ot_send_random(sotto_ot *ot, sotto_ot_block (*pads)[2], uint64_t n)
{
    struct job job = {.step = send_random_step, .n = n, .rows_each = 1, .out = pads};
    sotto_err err = enter(ot, SOTTO_OT_SENDER);

    return err == SOTTO_OK ? run_job(ot, &job) : err;
}

static sotto_err receive_random_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                     uint64_t first, size_t n)
{
    block *pads = job->out;

    return random_ot_receive(ot->context, pads + first, &ot->hash, rows, n);
}

sotto_err sotto_ot_receive_random(sotto_ot *ot, sotto_ot_block *pads, const uint8_t *choices,
                                  uint64_t n)
{
    struct job job = {
        .step = receive_random_step, .n = n, .rows_each = 1, .out = pads, .choices = choices};
    sotto_err err = enter(ot, SOTTO_OT_RECEIVER);

    return err == SOTTO_OK ? run_job(ot, &job) : err;
}

/* ------------------------------------------------------------------------ chosen, 1-out-of-N -- */

static sotto_err send_chosen_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                  uint64_t first, size_t n)
{
    const uint8_t *messages = (const uint8_t *)job->in + first * 2 * job->len;
    sotto_err err =
        chosen_ot_send(ot->context, job->reply, &ot->hash, rows, messages, job->len, n, ot->delta);

    return err == SOTTO_OK ? ot_send(ot, FRAME_MASKED, job->reply, n * job->reply_len) : err;
}

static sotto_err receive_chosen_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                     uint64_t first, size_t n)
{
    uint8_t *messages = (uint8_t *)job->out + first * job->len;
    sotto_err err = ot_receive(ot, job->reply, FRAME_MASKED, n * job->reply_len);

    if (err != SOTTO_OK) return err;
    return chosen_ot_receive(ot->context, messages, &ot->hash, rows, job->reply, job->len,
                             job->choices + first, n);
}

static sotto_err send_one_of_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                  uint64_t first, size_t n)
{
    const uint8_t *messages = (const uint8_t *)job->in + first * job->reply_len;
    sotto_err err = one_of_send(ot->context, job->reply, &ot->hash, rows, messages, job->len,
                                job->n_messages, n, ot->delta);

    return err == SOTTO_OK ? ot_send(ot, FRAME_MASKED, job->reply, n * job->reply_len) : err;
}

static sotto_err receive_one_of_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                     uint64_t first, size_t n)
{
    uint8_t *messages = (uint8_t *)job->out + first * job->len;
    sotto_err err = ot_receive(ot, job->reply, FRAME_MASKED, n * job->reply_len);

    if (err != SOTTO_OK) return err;
    return one_of_receive(ot->context, messages, &ot->hash, rows, job->reply, job->len,
                          job->n_messages, job->choices + first, n);
}

static sotto_err run_strings(struct sotto_ot *ot, sotto_ot_role role, struct job *job)
{
    sotto_err err = enter(ot, role);

    if (err != SOTTO_OK) return err;
    if (job->n_messages < 2 || job->n_messages > 256)
        return usage(ot, "there must be 2 to 256 messages to choose from");
    if (!mul_size(&job->reply_len, job->n_messages, job->len))
        return fail(ot->context, SOTTO_ERR_LIMIT, "the messages are too long");
    return run_job(ot, job);
}

sotto_err sotto_ot_send_chosen(sotto_ot *ot, const uint8_t *messages, size_t message_len,
                               uint64_t n)
{
    struct job job = {.step = send_chosen_step,
                      .n = n,
                      .rows_each = 1,
                      .in = messages,
                      .len = message_len,
                      .n_messages = 2};

    return run_strings(ot, SOTTO_OT_SENDER, &job);
}

sotto_err sotto_ot_receive_chosen(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                  const uint8_t *choices, uint64_t n)
{
    struct job job = {.step = receive_chosen_step,
                      .n = n,
                      .rows_each = 1,
                      .out = messages,
                      .len = message_len,
                      .n_messages = 2,
                      .choices = choices};

    return run_strings(ot, SOTTO_OT_RECEIVER, &job);
}

/* A wrong number is refused by run_strings(); until then it must do no harm. */
static unsigned rows_of(uint64_t n_messages)
{
    return one_of_rows(n_messages <= 256 ? (size_t)n_messages : 2);
}

sotto_err sotto_ot_send_one_of(sotto_ot *ot, const uint8_t *messages, size_t message_len,
                               uint64_t n_messages, uint64_t n)
{
    struct job job = {.step = send_one_of_step,
                      .n = n,
                      .rows_each = rows_of(n_messages),
                      .in = messages,
                      .len = message_len,
                      .n_messages = (size_t)n_messages};

    return run_strings(ot, SOTTO_OT_SENDER, &job);
}

sotto_err sotto_ot_receive_one_of(sotto_ot *ot, uint8_t *messages, size_t message_len,
                                  uint64_t n_messages, const uint8_t *choices, uint64_t n)
{
    struct job job = {.step = receive_one_of_step,
                      .n = n,
                      .rows_each = rows_of(n_messages),
                      .out = messages,
                      .len = message_len,
                      .n_messages = (size_t)n_messages,
                      .choices = choices};

    return run_strings(ot, SOTTO_OT_RECEIVER, &job);
}

/* ---------------------------------------------------------------------------------- vectors -- */

static sotto_err send_vectors_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                   uint64_t first, size_t n)
{
    uint64_t *shares = (uint64_t *)job->out + first * job->len;
    const uint64_t *terms = (const uint64_t *)job->in + first * job->len;
    sotto_err err = vector_ot_send(ot->context, shares, job->reply, &ot->hash, rows, terms,
                                   job->len, job->element_bits, n, ot->delta);

    return err == SOTTO_OK ? ot_send(ot, FRAME_MASKED, job->reply, n * job->reply_len) : err;
}

static sotto_err receive_vectors_step(struct sotto_ot *ot, struct job *job, const block *rows,
                                      uint64_t first, size_t n)
{
    uint64_t *shares = (uint64_t *)job->out + first * job->len;
    sotto_err err = ot_receive(ot, job->reply, FRAME_MASKED, n * job->reply_len);

    if (err != SOTTO_OK) return err;
    return vector_ot_receive(ot->context, shares, &ot->hash, rows, job->reply, job->len,
                             job->element_bits, job->choices + first, n);
}

static sotto_err run_vectors(struct sotto_ot *ot, sotto_ot_role role, struct job *job)
{
    sotto_err err = enter(ot, role);
    size_t n_bits;

    if (err != SOTTO_OK) return err;
    if (job->element_bits == 0 || job->element_bits > 64)
        return usage(ot, "elements have 1 to 64 bits");
    if (!mul_size(&n_bits, job->len, 64))
        return fail(ot->context, SOTTO_ERR_LIMIT, "the vectors are too long");
    job->reply_len = packed_len(job->len, job->element_bits);
    return run_job(ot, job);
}

sotto_err sotto_ot_send_vectors(sotto_ot *ot, uint64_t *shares, const uint64_t *terms,
                                uint64_t n_elements, unsigned element_bits, uint64_t n)
{
    struct job job = {.step = send_vectors_step,
                      .n = n,
                      .rows_each = 1,
                      .out = shares,
                      .in = terms,
                      .len = (size_t)n_elements,
                      .element_bits = element_bits};

    return run_vectors(ot, SOTTO_OT_SENDER, &job);
}

sotto_err sotto_ot_receive_vectors(sotto_ot *ot, uint64_t *shares, uint64_t n_elements,
                                   unsigned element_bits, const uint8_t *choices, uint64_t n)
{
    struct job job = {.step = receive_vectors_step,
                      .n = n,
                      .rows_each = 1,
                      .out = shares,
                      .len = (size_t)n_elements,
                      .element_bits = element_bits,
                      .choices = choices};

    return run_vectors(ot, SOTTO_OT_RECEIVER, &job);
}
