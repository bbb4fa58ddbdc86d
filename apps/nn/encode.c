/* How raw inputs become bytes. */
#include "apps/nn/quantise.h"
#include "apps/nn/quantiser.h"

#include <math.h>

static bool all_bytes(const struct dataset *rows)
{
    for (uint64_t i = 0; i < rows->n_rows * rows->n_columns; i++)
        if (rows->values[i] < 0 || rows->values[i] > 255 ||
            rows->values[i] != rint(rows->values[i]))
            return false;
    return true;
}

/** Range of input i over all rows, and whether it is always an integer. */
static void column_range(double range[2], bool *integers, const struct dataset *rows, uint64_t i)
{
    for (uint64_t r = 0; r < rows->n_rows; r++) {
        double x = rows->values[r * rows->n_columns + i];

        range[0] = fmin(range[0], x);
        range[1] = fmax(range[1], x);
        if (x != rint(x)) *integers = false;
    }
}

/** The byte q stands for zero + q * scale. */
static void set_encoding(struct net *net, uint64_t first, uint64_t n, const double range[2],
                         bool integers)
{
    double span = range[1] - range[0];

    for (uint64_t i = first; i < first + n; i++) {
        net->zero[i] = range[0];
        net->scale[i] = span / 255;
        /* Integers stay exact, and fill the byte all the same. */
        if (span <= 0) net->scale[i] = 1;
        else if (integers && span <= 255) net->scale[i] = 1 / floor(255 / span);
    }
}

/** Rows to come may lie beyond those that were seen: real columns get room for them, above more
 * than below, as quantities are skewed that way, and none below zero where nothing is. Columns of a
 * few integers are taken for choices. */
static void widen(double range[2], bool integers)
{
    double span = range[1] - range[0];
    bool positive = range[0] >= 0;

    if (integers && span <= 16) return;
    range[0] -= span / 4;
    range[1] += span / 2;
    if (positive && range[0] < 0) range[0] = 0;
    if (!integers) return;
    range[0] = floor(range[0]);
    range[1] = ceil(range[1]);
}

void choose_encoding(struct net *net, const struct dataset *rows, bool whole_bytes)
{
    bool table = net->rank <= 2, integers = true;
    double range[2] = {INFINITY, -INFINITY};

    if (whole_bytes || all_bytes(rows)) {
        set_encoding(net, 0, net->n_inputs, (double[]){0, 255}, true);
        return;
    }
    for (uint64_t i = 0; i < net->n_inputs; i++) {
        if (table) {
            range[0] = INFINITY;
            range[1] = -INFINITY;
            integers = true;
        }
        column_range(range, &integers, rows, i);
        if (!table) continue;
        widen(range, integers);
        set_encoding(net, i, 1, range, integers);
    }
    if (!table) set_encoding(net, 0, net->n_inputs, range, integers);
}

void encode_row(double *inputs, const struct net *net, const double *row)
{
    for (uint64_t i = 0; i < net->n_inputs; i++)
        inputs[i] = fmin(fmax(floor((row[i] - net->zero[i]) / net->scale[i] + 0.5), 0), 255);
}

int noise_rows(struct report *report, struct dataset *rows, uint64_t n_rows, uint64_t n_columns)
{
    uint64_t state = 1;
    int status = data_allocate(report, rows, n_rows, n_columns, "noise");

    for (uint64_t i = 0; status == STATUS_OK && i < n_rows * n_columns; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        rows->values[i] = (double)(state >> 56);
    }
    return status;
}
