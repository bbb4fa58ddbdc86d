/* Mixed sessions: start, inputs, what is told and what is revealed; see sotto-share.h. */
#include "proto/mixed.h"

#include "base/checked.h"
#include "base/cursor.h"
#include "base/memory.h"
#include "base/random.h"
#include "crypto/oracle.h"
#include "ot/transfer.h"

sotto_err mixed_usage(struct sotto_mixed *mixed, const char *what)
{
    return fail(mixed->context, SOTTO_ERR_USAGE, "mixed session: %s", what);
}

sotto_err mixed_enter(struct sotto_mixed *mixed)
{
    return mixed->spent ? mixed_usage(mixed, "used after a failure or its end") : SOTTO_OK;
}

/* Nothing is left to try again with (security row 8). */
static void burn(struct sotto_mixed *mixed)
{
    ot_burn(&mixed->ot);
    guarded_free(mixed->labels);
    projector_free(mixed->projector);
    stream_wipe(&mixed->stream);
    bulk_free(mixed->scratch, mixed->n_scratch, BLOCK_LEN);
    team_free(mixed->team);
    *mixed = (struct sotto_mixed){.context = mixed->context, .spent = true};
}

sotto_err mixed_leave(struct sotto_mixed *mixed, sotto_err err)
{
    if (err == SOTTO_OK) return SOTTO_OK;
    if (mixed->ot.wire.channel != NULL) wire_abort(&mixed->ot.wire, err);
    burn(mixed);
    return err;
}

/* ---------------------------------------------------------------------------------- start -- */

/* Start points of H: neither party chooses them, and no two uses share one. */
static struct label_hash hash_for(const struct sotto_mixed *mixed, const char *use)
{
    uint8_t bytes[BLOCK_LEN];
    struct oracle oracle;

    oracle_begin(&oracle, use);
    oracle_field(&oracle, mixed->ot.terms.session_id, SESSION_ID_LEN);
    oracle_end(&oracle, bytes, sizeof bytes);
    return (struct label_hash){.start = block_load(bytes)};
}

static sotto_err exchange_seed(struct sotto_mixed *mixed)
{
    uint8_t frame[FRAME_HEADER_LEN + BLOCK_LEN], *payload = frame + FRAME_HEADER_LEN;
    sotto_err err;
    block seed;

    if (mixed->ot.is_sender) {
        random_bytes(payload, BLOCK_LEN);
        seed = block_load(payload);
        err = wire_send(&mixed->ot.wire, FRAME_SEED, frame, BLOCK_LEN);
    } else {
        err = wire_receive(&mixed->ot.wire, payload, FRAME_SEED, BLOCK_LEN);
        seed = block_load(payload);
    }
    ct_mark_secret(&seed, sizeof seed);
    if (err == SOTTO_OK) prg_init(mixed->labels, &seed, 0);
    mem_wipe(&seed, sizeof seed);
    mem_wipe(frame, sizeof frame);
    return err;
}

static sotto_err start(struct sotto_mixed *mixed, struct sotto_channel *channel,
                       const sotto_mixed_options *options)
{
    const sotto_ot_options ot_options = {
        .role = options->role == SOTTO_GARBLER ? SOTTO_OT_SENDER : SOTTO_OT_RECEIVER,
        .width = options->ot_width,
    };
    sotto_err err = projector_new(mixed->context, &mixed->projector);

    if (err == SOTTO_OK)
        err = stream_init(&mixed->stream, mixed->context, MIXED_PIECE_LEN, UINT64_MAX);
    mixed->labels = guarded_new(sizeof *mixed->labels);
    if (err == SOTTO_OK && mixed->labels == NULL) err = fail_memory(mixed->context);
    mixed->team = team_new(options->n_threads);
    mixed->ot.for_labels = true;
    mixed->window_rows = MIXED_WINDOW_ROWS;
    mixed->progress = options->progress;
    mixed->progress_user = options->progress_user;
    if (err == SOTTO_OK) err = ot_set_up(&mixed->ot, channel, &ot_options);
    if (err != SOTTO_OK) return err;
    mixed->gates = hash_for(mixed, "hash start point of gates");
    mixed->products = hash_for(mixed, "hash start point of projections");
    return exchange_seed(mixed);
}

sotto_err sotto_mixed_open(sotto_context *context, sotto_mixed **mixed, sotto_channel *channel,
                           const sotto_mixed_options *options)
{
    struct sotto_mixed *made;
    sotto_err err;

    if (options->role != SOTTO_GARBLER && options->role != SOTTO_EVALUATOR)
        return fail(context, SOTTO_ERR_USAGE, "no such role: %d", (int)options->role);
    if (options->ot_width != 0 && !tree_width_is_valid(options->ot_width))
        return fail(context, SOTTO_ERR_USAGE, "no such k of the OT extension: %u",
                    options->ot_width);
    made = mem_new(1, sizeof *made);
    if (made == NULL) return fail_memory(context);
    made->context = made->ot.context = context;
    err = mixed_leave(made, start(made, channel, options));
    if (err != SOTTO_OK) mem_free(made);
    else *mixed = made;
    return err;
}

void sotto_mixed_free(sotto_mixed *mixed)
{
    if (mixed == NULL) return;
    if (!mixed->spent) wire_abort(&mixed->ot.wire, SOTTO_ERR_USAGE); /* the peer is not to wait */
    burn(mixed);
    mem_free(mixed);
}

/* A peer that is gone after its DONE has done its part. */
sotto_err sotto_mixed_finish(sotto_mixed *mixed)
{
    uint8_t frame[FRAME_HEADER_LEN];
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    err = wire_send(&mixed->ot.wire, FRAME_DONE, frame, 0);
    if (err == SOTTO_OK || err == SOTTO_ERR_DISCONNECTED)
        err = wire_receive(&mixed->ot.wire, NULL, FRAME_DONE, 0);
    if (err == SOTTO_OK) burn(mixed);
    return mixed_leave(mixed, err);
}

/* --------------------------------------------------------------------------------- telling -- */

sotto_err sotto_mixed_tell(sotto_mixed *mixed, const uint8_t *data, size_t len)
{
    uint8_t frame[FRAME_HEADER_LEN + 4];
    struct writer w = writer_over(frame + FRAME_HEADER_LEN, 4);
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    if (len > SOTTO_MIXED_PUBLIC_MAX)
        return mixed_leave(mixed,
                           fail(mixed->context, SOTTO_ERR_LIMIT, "too much to tell the peer"));
    write_u32(&w, (uint32_t)len);
    err = wire_send(&mixed->ot.wire, FRAME_PUBLIC, frame, 4);
    if (err == SOTTO_OK) err = wire_send_all(&mixed->ot.wire, FRAME_PUBLIC, data, len);
    return mixed_leave(mixed, err);
}

static sotto_err hear(struct sotto_mixed *mixed, uint8_t **data, size_t *len, size_t max_len)
{
    uint8_t prefix[4];
    struct reader r = reader_over(prefix, sizeof prefix);
    sotto_err err = wire_receive(&mixed->ot.wire, prefix, FRAME_PUBLIC, sizeof prefix);

    if (err != SOTTO_OK) return err;
    *len = read_u32(&r);
    if (*len > max_len)
        return fail(mixed->context, SOTTO_ERR_PROTOCOL,
                    "the peer has more to tell than it may: %zu bytes, %zu at most", *len, max_len);
    *data = mem_new(*len, 1);
    if (*data == NULL) return fail_memory(mixed->context);
    err = wire_receive_all(&mixed->ot.wire, *data, FRAME_PUBLIC, *len);
    if (err != SOTTO_OK) mem_free(*data);
    return err;
}

sotto_err sotto_mixed_hear(sotto_mixed *mixed, uint8_t **data, size_t *len, size_t max_len)
{
    uint8_t *heard = NULL;
    size_t heard_len = 0;
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    err = mixed_leave(mixed, hear(mixed, &heard, &heard_len, max_len));
    if (err != SOTTO_OK) return err;
    *data = heard;
    *len = heard_len;
    return SOTTO_OK;
}

void sotto_mixed_forget(uint8_t *data)
{
    mem_free(data);
}

/* ----------------------------------------------------------------------------------- wires -- */

sotto_err wires_new(struct sotto_mixed *mixed, struct sotto_wires **wires, uint64_t n_values,
                    unsigned value_bits)
{
    struct sotto_wires *made = mem_new(1, sizeof *made);
    uint64_t n_labels;

    if (made == NULL) return fail_memory(mixed->context);
    if (!mul_u64(&n_labels, n_values, value_bits) ||
        n_labels > mixed->context->limits.max_memory / BLOCK_LEN) {
        mem_free(made);
        return fail(mixed->context, SOTTO_ERR_LIMIT, "too many wires: %llu values of %u bits",
                    (unsigned long long)n_values, value_bits);
    }
    n_labels = ceil_div_u64(n_labels, OTS_PER_BLOCK) * OTS_PER_BLOCK;
    *made =
        (struct sotto_wires){mixed, bulk_new(n_labels, BLOCK_LEN), n_labels, n_values, value_bits};
    if (made->labels == NULL) {
        mem_free(made);
        return fail_memory(mixed->context);
    }
    *wires = made;
    return SOTTO_OK;
}

sotto_err mixed_check_operand(struct sotto_mixed *mixed, const sotto_operand *operand, uint64_t n)
{
    if (operand->wires->mixed != mixed) return mixed_usage(mixed, "wires of another session");
    for (uint64_t i = 0; i < n; i++)
        if (operand_value(operand, i) >= operand->wires->n_values)
            return mixed_usage(mixed, "an operand beyond its wires");
    return SOTTO_OK;
}

/* Parts are of this session and of one width, and every value is in its part. */
static sotto_err check_parts(struct sotto_mixed *mixed, const sotto_wires *const *parts,
                             size_t n_parts, const uint32_t *part, const uint64_t *values,
                             uint64_t n_values)
{
    for (size_t p = 0; p < n_parts; p++) {
        if (parts[p]->mixed != mixed) return mixed_usage(mixed, "wires of another session");
        if (parts[p]->value_bits != parts[0]->value_bits)
            return mixed_usage(mixed, "values of different widths");
    }
    for (uint64_t i = 0; i < n_values; i++)
        if (part[i] >= n_parts || values[i] >= parts[part[i]]->n_values)
            return mixed_usage(mixed, "a value beyond its wires");
    return n_parts > 0 ? SOTTO_OK : mixed_usage(mixed, "nothing to put together");
}

sotto_err sotto_mixed_gather(sotto_mixed *mixed, sotto_wires **wires,
                             const sotto_wires *const *parts, size_t n_parts, const uint32_t *part,
                             const uint64_t *values, uint64_t n_values)
{
    sotto_err err = mixed_enter(mixed);
    struct sotto_wires *made;
    size_t bits;

    if (err == SOTTO_OK) err = check_parts(mixed, parts, n_parts, part, values, n_values);
    if (err != SOTTO_OK) return err;
    bits = parts[0]->value_bits;
    err = wires_new(mixed, &made, n_values, (unsigned)bits);
    if (err != SOTTO_OK) return mixed_leave(mixed, err);
    for (uint64_t i = 0; i < n_values; i++)
        memcpy(made->labels + i * bits, parts[part[i]]->labels + values[i] * bits,
               bits * BLOCK_LEN);
    *wires = made;
    return SOTTO_OK;
}

uint64_t sotto_wires_n_values(const sotto_wires *wires)
{
    return wires->n_values;
}

unsigned sotto_wires_value_bits(const sotto_wires *wires)
{
    return wires->value_bits;
}

void sotto_wires_free(sotto_wires *wires)
{
    if (wires == NULL) return;
    bulk_free(wires->labels, wires->n_labels, BLOCK_LEN);
    mem_free(wires);
}

block *mixed_scratch(struct sotto_mixed *mixed, uint64_t n)
{
    if (n <= mixed->n_scratch) return mixed->scratch;
    bulk_free(mixed->scratch, mixed->n_scratch, BLOCK_LEN);
    mixed->scratch = bulk_new(n, BLOCK_LEN);
    mixed->n_scratch = mixed->scratch != NULL ? n : 0;
    return mixed->scratch;
}

sotto_err mixed_next_rows(struct sotto_mixed *mixed, block *rows, const uint8_t *bits, uint64_t n)
{
    struct ot_call call = {.n = n, .rows_each = 1, .out = rows, .choices = bits};

    return ot_run(&mixed->ot, &call);
}

static sotto_err input(struct sotto_mixed *mixed, struct sotto_wires **wires, const uint8_t *bits,
                       uint64_t n_values, unsigned value_bits)
{
    sotto_err err = wires_new(mixed, wires, n_values, value_bits);

    if (err != SOTTO_OK) return err;
    err = mixed_next_rows(mixed, (*wires)->labels, bits, n_values * value_bits);
    if (err != SOTTO_OK) sotto_wires_free(*wires);
    return err;
}

sotto_err sotto_mixed_input(sotto_mixed *mixed, sotto_wires **wires, const uint8_t *bits,
                            uint64_t n_values, unsigned value_bits)
{
    struct sotto_wires *made;
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    if (!mixed->ot.is_sender && bits == NULL)
        return mixed_usage(mixed, "an evaluator without inputs");
    err = mixed_leave(mixed, input(mixed, &made, bits, n_values, value_bits));
    if (err == SOTTO_OK) *wires = made;
    return err;
}

/* ------------------------------------------------------------------------------- revealing -- */

static bool learns(sotto_reveal reveal, sotto_role role)
{
    return reveal == SOTTO_REVEAL_BOTH ||
           reveal == (role == SOTTO_GARBLER ? SOTTO_REVEAL_GARBLER : SOTTO_REVEAL_EVALUATOR);
}

/* Sends mine to whoever learns and receives theirs: the garbler first, so that two long messages
 * never wait for each other. */
static sotto_err exchange(struct sotto_mixed *mixed, uint8_t *theirs, const uint8_t *mine,
                          size_t len, sotto_reveal reveal, const enum frame_type types[2])
{
    struct wire *wire = &mixed->ot.wire;
    sotto_err err = SOTTO_OK;

    for (int sender = SOTTO_GARBLER; err == SOTTO_OK && sender <= SOTTO_EVALUATOR; sender++) {
        if (!learns(reveal, (sotto_role)(SOTTO_GARBLER + SOTTO_EVALUATOR - sender))) continue;
        if ((int)wire->role == sender) err = wire_send_all(wire, types[sender], mine, len);
        else err = wire_receive_all(wire, theirs, types[sender], len);
    }
    return err;
}

static void colours_of(uint8_t *bits, const struct sotto_wires *wires)
{
    for (uint64_t i = 0; i < wires->n_values * wires->value_bits; i++)
        bits[i] = (uint8_t)block_lsb(wires->labels[i]);
}

static sotto_err check_reveal(struct sotto_mixed *mixed, const void *out, sotto_reveal reveal)
{
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    if (reveal != SOTTO_REVEAL_BOTH && reveal != SOTTO_REVEAL_GARBLER &&
        reveal != SOTTO_REVEAL_EVALUATOR)
        return mixed_usage(mixed, "no such reveal policy");
    if (out == NULL && learns(reveal, mixed->ot.wire.role))
        return mixed_usage(mixed, "no room for what is revealed");
    return SOTTO_OK;
}

static const enum frame_type colour_frames[2] = {FRAME_DECODE, FRAME_COLOURS};

static sotto_err reveal_bits(struct sotto_mixed *mixed, uint8_t *bits,
                             const struct sotto_wires *wires, sotto_reveal reveal)
{
    uint64_t n = wires->n_values * wires->value_bits;
    size_t len = (size_t)ceil_div_u64(n, OTS_PER_BLOCK) * BLOCK_LEN;
    size_t used = (size_t)ceil_div_u64(n, 8);
    uint8_t *colours = bulk_new(n, 1), *theirs = bulk_new(len, 1);
    block *mine = bulk_new(len, 1);
    sotto_err err = SOTTO_OK;

    if (colours == NULL || theirs == NULL || mine == NULL) err = fail_memory(mixed->context);
    if (err == SOTTO_OK) {
        colours_of(colours, wires);
        pack_choices(mine, colours, (size_t)n);
        err = exchange(mixed, theirs, (const uint8_t *)mine, used, reveal, colour_frames);
    }
    if (err == SOTTO_OK && learns(reveal, mixed->ot.wire.role))
        for (uint64_t i = 0; i < n; i++)
            bits[i] = (uint8_t)(colours[i] ^ (theirs[i / 8] >> i % 8 & 1));
    bulk_free(colours, n, 1);
    bulk_free(theirs, len, 1);
    bulk_free(mine, len, 1);
    return err;
}

sotto_err sotto_mixed_reveal(sotto_mixed *mixed, uint8_t *bits, const sotto_wires *wires,
                             sotto_reveal reveal)
{
    sotto_err err = check_reveal(mixed, bits, reveal);

    if (err != SOTTO_OK) return err;
    if (wires->mixed != mixed) return mixed_usage(mixed, "wires of another session");
    return mixed_leave(mixed, reveal_bits(mixed, bits, wires, reveal));
}

/* The exclusive or of the two colours of a wire is its value. */
sotto_err sotto_mixed_share_bits(sotto_mixed *mixed, uint8_t *bits, const sotto_wires *wires)
{
    sotto_err err = mixed_enter(mixed);

    if (err != SOTTO_OK) return err;
    if (wires->mixed != mixed) return mixed_usage(mixed, "wires of another session");
    colours_of(bits, wires);
    return SOTTO_OK;
}

static const enum frame_type share_frames[2] = {FRAME_SHARES, FRAME_SHARES};

static sotto_err reveal_shares(struct sotto_mixed *mixed, uint32_t *values, const uint32_t *shares,
                               uint64_t n, unsigned ring_bits, sotto_reveal reveal)
{
    size_t len = packed_len((size_t)n, ring_bits);
    uint32_t *elements = bulk_new(n, sizeof *elements);
    uint8_t *mine = bulk_new(len, 1), *theirs = bulk_new(len, 1);
    sotto_err err = SOTTO_OK;

    if (elements == NULL || mine == NULL || theirs == NULL) err = fail_memory(mixed->context);
    if (err == SOTTO_OK) {
        memcpy(elements, shares, (size_t)n * sizeof *elements);
        ring_reduce(elements, (size_t)n, ring_bits);
        ring_pack(mine, elements, (size_t)n, ring_bits);
        err = exchange(mixed, theirs, mine, len, reveal, share_frames);
    }
    if (err == SOTTO_OK && learns(reveal, mixed->ot.wire.role)) {
        ring_unpack(elements, theirs, (size_t)n, ring_bits);
        for (uint64_t i = 0; i < n; i++)
            values[i] = (shares[i] + elements[i]) & ring_mask(ring_bits);
    }
    bulk_free(elements, n, sizeof *elements);
    bulk_free(mine, len, 1);
    bulk_free(theirs, len, 1);
    return err;
}

sotto_err sotto_mixed_reveal_shares(sotto_mixed *mixed, uint32_t *values, const uint32_t *shares,
                                    uint64_t n, unsigned ring_bits, sotto_reveal reveal)
{
    sotto_err err = check_reveal(mixed, values, reveal);

    if (err != SOTTO_OK) return err;
    if (ring_bits < 1 || ring_bits > RING_MAX_BITS)
        return mixed_usage(mixed, "a ring of 1 to 32 bits is wanted");
    if (n > mixed->context->limits.max_memory / (3 * sizeof *shares))
        return mixed_leave(mixed, fail(mixed->context, SOTTO_ERR_LIMIT, "too many shares"));
    return mixed_leave(mixed, reveal_shares(mixed, values, shares, n, ring_bits, reveal));
}
