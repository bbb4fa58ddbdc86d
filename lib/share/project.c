/* The projection from labels to shares; see project.h. */
#include "share/project.h"

#include "base/memory.h"
#include "ot/transfer.h"

#define MAX_BLOCKS (PROJECT_MAX_VALUE_BITS * PROJECT_ROWS / PROJECT_ROWS_PER_BLOCK)

/* Four neighbouring rows, loaded and stored wherever they stand. */
typedef uint32_t quad __attribute__((vector_size(16)));

struct projector {
    block labels[MAX_BLOCKS]; /* one for each block of pads */
    union {
        block pairs[MAX_BLOCKS][2]; /* the garbler's pads, of both colours */
        block single[MAX_BLOCKS];
    } pads;
    uint32_t words[PROJECT_ROWS]; /* of one wire: its corrections */
    uint32_t weights[PROJECT_ROWS];
    uint32_t terms[PROJECT_ROWS]; /* of shares, summed over the wires: rows stand apart */
};

sotto_err projector_new(struct sotto_context *context, struct projector **projector)
{
    struct projector *made = bulk_new(1, sizeof *made);

    if (made == NULL) return fail_memory(context);
    *projector = made;
    return SOTTO_OK;
}

void projector_free(struct projector *projector)
{
    if (projector != NULL) bulk_free(projector, 1, sizeof *projector);
}

size_t projection_message_len(const struct projection *projection, size_t n)
{
    size_t n_full = n / PROJECT_ROWS, rest = n % PROJECT_ROWS, len = 0;

    for (unsigned j = 0; j < projection->value_bits; j++) {
        unsigned bits = projection->ring_bits - j;

        len += n_full * packed_len(PROJECT_ROWS, bits) + packed_len(rest, bits);
    }
    return len;
}

static quad load_quad(const void *at)
{
    quad q;

    memcpy(&q, at, sizeof q);
    return q;
}

static void store_quad(void *at, quad q)
{
    memcpy(at, &q, sizeof q);
}

static void add_quad(void *at, quad q)
{
    store_quad(at, load_quad(at) + q);
}

static size_t blocks_of(size_t n_rows)
{
    return (n_rows + PROJECT_ROWS_PER_BLOCK - 1) / PROJECT_ROWS_PER_BLOCK;
}

/* The terms of a stretch of rows go to their shares. */
static void add_terms(uint32_t *shares, const uint32_t *terms, const uint32_t *rows, size_t n)
{
    if (rows == NULL)
        for (size_t i = 0; i < n; i++) shares[i] += terms[i];
    else
        for (size_t i = 0; i < n; i++) shares[rows[i]] += terms[i];
}

/* A stretch of a column, which starts at row number first. */
struct stretch {
    size_t first;
    size_t n;
    size_t n_blocks; /* of pads of one wire */
};

static struct stretch stretch_at(size_t first, size_t n)
{
    size_t left = n - first, here = left < PROJECT_ROWS ? left : PROJECT_ROWS;

    return (struct stretch){first, here, blocks_of(here)};
}

static sotto_err reserve(struct sotto_context *context, struct label_hash *hash, uint64_t *first,
                         const struct projection *projection, const struct stretch *stretch)
{
    if (take_tweaks(hash, first, projection->value_bits * stretch->n_blocks)) return SOTTO_OK;
    return fail(context, SOTTO_ERR_LIMIT, "too many products in one session: tweaks used up");
}

static void clear_terms(struct projector *projector, const struct stretch *stretch)
{
    memset(projector->terms, 0,
           stretch->n_blocks * PROJECT_ROWS_PER_BLOCK * sizeof *projector->terms);
}

/* Once for each block of its pads, each wire's label: the garbler's of colour zero, the evaluator's
 * active one. */
static void spread_labels(struct projector *projector, const block *labels,
                          const struct projection *projection, const struct stretch *stretch,
                          const block *delta)
{
    block *out = projector->labels;

    for (unsigned j = 0; j < projection->value_bits; j++) {
        block label = labels[j];

        if (delta != NULL) label = block_xor(label, block_times_bit(*delta, block_lsb(label)));
        for (size_t i = 0; i < stretch->n_blocks; i++) *out++ = label;
    }
}

/* -v for v where the mask is all ones, else v. */
static quad negate_if(quad v, quad mask)
{
    return (v ^ mask) - mask;
}

/* Corrections and terms of one wire. colour_mask is all ones when colour one stands for zero. */
static void send_wire(struct projector *projector, const block (*pads)[2], size_t n_blocks,
                      unsigned bits, unsigned shift, uint32_t colour_mask, uint32_t sign_mask)
{
    const quad mask = (quad){0} + ring_mask(bits), colour = (quad){0} + colour_mask;
    const quad sign = (quad){0} + sign_mask;

    for (size_t i = 0; i < n_blocks; i++) {
        size_t row = i * PROJECT_ROWS_PER_BLOCK;
        quad zero = load_quad(&pads[i][0]), one = load_quad(&pads[i][1]);
        quad weight = negate_if(load_quad(projector->weights + row), sign);

        store_quad(projector->words + row, (zero - one + negate_if(weight, colour)) & mask);
        add_quad(projector->terms + row, ((weight & colour) - zero) << shift);
    }
}

static void load_weights(struct projector *projector, const struct projection_column *column,
                         const struct stretch *stretch)
{
    memset(projector->weights + stretch->n, 0,
           (stretch->n_blocks * PROJECT_ROWS_PER_BLOCK - stretch->n) * sizeof *projector->weights);
    memcpy(projector->weights, column->weights + stretch->first,
           stretch->n * sizeof *projector->weights);
}

static const uint32_t *rows_of(const struct projection_column *column,
                               const struct stretch *stretch)
{
    return column->rows != NULL ? column->rows + stretch->first : NULL;
}

static uint32_t *shares_of(uint32_t *shares, const struct projection_column *column,
                           const struct stretch *stretch)
{
    return column->rows != NULL ? shares : shares + stretch->first;
}

/* The wire of a signed value that counts negative. */
static uint32_t sign_mask(const struct projection *projection, unsigned wire)
{
    return projection->is_signed && wire == projection->value_bits - 1 ? UINT32_MAX : 0;
}

sotto_err project_send(struct projector *projector, struct sotto_context *context, uint32_t *shares,
                       uint8_t *message, struct label_hash *hash, const block *zero_labels,
                       const struct projection *projection, const struct projection_column *column,
                       const block *delta)
{
    for (size_t first = 0; first < column->n; first += PROJECT_ROWS) {
        struct stretch stretch = stretch_at(first, column->n);
        uint64_t tweak;
        sotto_err err = reserve(context, hash, &tweak, projection, &stretch);

        if (err != SOTTO_OK) return err;
        clear_terms(projector, &stretch);
        spread_labels(projector, zero_labels, projection, &stretch, delta);
        load_weights(projector, column, &stretch);
        crypto_kernels()->hash_pairs(projector->pads.pairs, projector->labels, delta, &hash->start,
                                     tweak, projection->value_bits * stretch.n_blocks);
        for (unsigned j = 0; j < projection->value_bits; j++) {
            unsigned bits = projection->ring_bits - j;

            send_wire(projector, (const block(*)[2])projector->pads.pairs + j * stretch.n_blocks,
                      stretch.n_blocks, bits, j, (uint32_t)ct_mask(block_lsb(zero_labels[j])),
                      sign_mask(projection, j));
            ring_pack(message, projector->words, stretch.n, bits);
            message += packed_len(stretch.n, bits);
        }
        add_terms(shares_of(shares, column, &stretch), projector->terms, rows_of(column, &stretch),
                  stretch.n);
    }
    return SOTTO_OK;
}

/* Terms of one wire from its pads and corrections. */
static void receive_wire(struct projector *projector, const block *pads, size_t n_blocks,
                         unsigned shift, uint32_t colour_mask)
{
    const quad colour = (quad){0} + colour_mask;

    for (size_t i = 0; i < n_blocks; i++) {
        size_t row = i * PROJECT_ROWS_PER_BLOCK;
        quad correction = load_quad(projector->words + row);

        add_quad(projector->terms + row, (load_quad(&pads[i]) + (correction & colour)) << shift);
    }
}

sotto_err project_receive(struct projector *projector, struct sotto_context *context,
                          uint32_t *shares, struct label_hash *hash, const block *labels,
                          const uint8_t *message, const struct projection *projection,
                          const struct projection_column *column)
{
    for (size_t first = 0; first < column->n; first += PROJECT_ROWS) {
        struct stretch stretch = stretch_at(first, column->n);
        uint64_t tweak;
        sotto_err err = reserve(context, hash, &tweak, projection, &stretch);

        if (err != SOTTO_OK) return err;
        clear_terms(projector, &stretch);
        spread_labels(projector, labels, projection, &stretch, NULL);
        crypto_kernels()->hash(projector->pads.single, projector->labels, &hash->start, tweak,
                               projection->value_bits * stretch.n_blocks);
        for (unsigned j = 0; j < projection->value_bits; j++) {
            unsigned bits = projection->ring_bits - j;

            ring_unpack(projector->words, message, stretch.n, bits);
            message += packed_len(stretch.n, bits);
            receive_wire(projector, projector->pads.single + j * stretch.n_blocks, stretch.n_blocks,
                         j, (uint32_t)ct_mask(block_lsb(labels[j])));
        }
        add_terms(shares_of(shares, column, &stretch), projector->terms, rows_of(column, &stretch),
                  stretch.n);
    }
    return SOTTO_OK;
}
