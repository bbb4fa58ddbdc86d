/* Linear layers of a mixed session: wires to shares; see sotto-share.h and share/project.h. */
#include "proto/mixed.h"

#include "base/checked.h"
#include "base/memory.h"

/* Columns of more rows are cut, so that a message is one piece of the stream. */
#define MAX_ROWS                                                                                   \
    (MIXED_PIECE_LEN / (PROJECT_MAX_VALUE_BITS * 4) / PROJECT_ROWS * (size_t)PROJECT_ROWS)

_Static_assert(MAX_ROWS >= PROJECT_ROWS, "a piece holds at least one stretch of a column");

/* Bits of a value that the ring has no room for are worth nothing in it. */
static struct projection projection_of(const sotto_linear *linear, unsigned value_bits)
{
    unsigned bits = value_bits < linear->ring_bits ? value_bits : linear->ring_bits;

    return (struct projection){linear->ring_bits, bits, linear->is_signed != 0};
}

/* A part of a value's column, from row number first on. */
static struct projection_column part_of(const sotto_column *column, uint64_t first)
{
    uint64_t left = column->n - first;

    return (struct projection_column){
        .rows = column->rows != NULL ? column->rows + first : NULL,
        .weights = column->weights != NULL ? column->weights + first : NULL,
        .n = left < MAX_ROWS ? (size_t)left : MAX_ROWS,
    };
}

uint64_t sotto_linear_bytes(const sotto_linear *linear, uint64_t n_values, unsigned value_bits)
{
    const struct projection projection = projection_of(linear, value_bits);
    uint64_t len = 0;

    for (uint64_t value = 0; value < n_values; value++) {
        sotto_column column = {0};

        linear->column(linear->user, &column, value);
        len += projection_message_len(&projection, (size_t)column.n);
    }
    return len;
}

/* Rows of a caller's column outside of its shares would be written beside them. */
static sotto_err check_column(struct sotto_mixed *mixed, const sotto_linear *linear,
                              const sotto_column *column)
{
    uint64_t n_left = linear->n_shares - column->first_row;
    uint32_t last = 0;

    if (column->first_row > linear->n_shares || column->n > linear->n_shares)
        return mixed_usage(mixed, "a column beyond the shares");
    if (mixed->ot.is_sender && column->weights == NULL && column->n > 0)
        return mixed_usage(mixed, "a column without weights");
    if (column->rows == NULL)
        return column->n <= n_left ? SOTTO_OK : mixed_usage(mixed, "a column beyond the shares");
    for (uint64_t i = 0; i < column->n; i++) last = last > column->rows[i] ? last : column->rows[i];
    return column->n == 0 || last < n_left ? SOTTO_OK
                                           : mixed_usage(mixed, "a column beyond the shares");
}

static sotto_err project_part(struct sotto_mixed *mixed, uint32_t *shares, const block *labels,
                              const struct projection *projection,
                              const struct projection_column *column)
{
    size_t len = projection_message_len(projection, column->n);
    const uint8_t *received;
    uint8_t *message;
    sotto_err err;

    if (mixed->ot.is_sender) {
        err = stream_piece(&mixed->stream, &message, len);
        if (err == SOTTO_OK)
            err = project_send(mixed->projector, mixed->context, shares, message, &mixed->products,
                               labels, projection, column, mixed->ot.delta);
        return err == SOTTO_OK ? stream_put(&mixed->stream, message, len) : err;
    }
    err = stream_get(&mixed->stream, &received, len);
    if (err == SOTTO_OK)
        err = project_receive(mixed->projector, mixed->context, shares, &mixed->products, labels,
                              received, projection, column);
    return err == SOTTO_OK ? stream_got(&mixed->stream, received, len) : err;
}

static sotto_err project_value(struct sotto_mixed *mixed, uint32_t *shares,
                               const sotto_operand *operand, const sotto_linear *linear, uint64_t i)
{
    const struct sotto_wires *wires = operand->wires;
    const block *labels = wires->labels + operand_value(operand, i) * wires->value_bits;
    const struct projection projection = projection_of(linear, wires->value_bits);
    sotto_column column = {0};
    sotto_err err;

    linear->column(linear->user, &column, i);
    err = check_column(mixed, linear, &column);
    for (uint64_t first = 0; err == SOTTO_OK && first < column.n; first += MAX_ROWS) {
        struct projection_column part = part_of(&column, first);
        uint64_t offset = column.first_row + (column.rows == NULL ? first : 0);

        err = project_part(mixed, shares + offset, labels, &projection, &part);
    }
    return err;
}

static sotto_err project_all(struct sotto_mixed *mixed, uint32_t *shares,
                             const sotto_operand *operand, uint64_t n_values,
                             const sotto_linear *linear)
{
    uint64_t len = sotto_linear_bytes(linear, n_values, operand->wires->value_bits);
    sotto_err err;

    if (len == 0) return SOTTO_OK;
    err = stream_open(&mixed->stream, &mixed->ot.wire, len);
    if (err != SOTTO_OK) return err;
    for (uint64_t i = 0; err == SOTTO_OK && i < n_values; i++) {
        if (i % 64 == 0) {
            mixed_tell_progress(mixed, i, n_values);
            err = check_interrupt(mixed->context);
        }
        if (err == SOTTO_OK) err = project_value(mixed, shares, operand, linear, i);
    }
    return stream_close(&mixed->stream, err);
}

sotto_err sotto_mixed_project(sotto_mixed *mixed, uint32_t *shares, const sotto_operand *operand,
                              uint64_t n_values, const sotto_linear *linear)
{
    unsigned value_bits = operand->wires->value_bits;
    sotto_err err = mixed_enter(mixed);

    if (err == SOTTO_OK) err = mixed_check_operand(mixed, operand, n_values);
    if (err != SOTTO_OK) return err;
    if (linear->ring_bits < 1 || linear->ring_bits > RING_MAX_BITS ||
        value_bits > PROJECT_MAX_VALUE_BITS)
        return mixed_usage(mixed, "a ring of 1 to 32 bits and values of at most 16 are wanted");
    err = project_all(mixed, shares, operand, n_values, linear);
    if (err == SOTTO_OK) ring_reduce(shares, (size_t)linear->n_shares, linear->ring_bits);
    return mixed_leave(mixed, err);
}
