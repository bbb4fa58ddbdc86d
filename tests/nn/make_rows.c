/*
 * Rows that try a quantised model: make_rows MODEL.gcnn N ROWS writes N rows to standard output, in
 * the format of ROWS, which is .csv or .raw. First come those of ROWS, then made ones, the same
 * every time: extremes of the input range, rows that drive one accumulator of the first step to the
 * greatest or least value that it has, and uniform ones. Every made value encodes as the byte that
 * it was made of.
 */
#include "apps/nn/data.h"
#include "apps/nn/gcnn.h"
#include "apps/nn/quantise.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTE_MAX 255

static uint64_t state = 20240607;

/** S. Vigna's splitmix64. */
static uint64_t next_random(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void make_uniform(uint8_t *bytes, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) bytes[i] = (uint8_t)(next_random() >> 56);
}

/** All least, all greatest, and the two in turn, from either on. */
static void make_extreme(uint8_t *bytes, uint64_t n, unsigned kind)
{
    for (uint64_t i = 0; i < n; i++)
        bytes[i] = (kind < 2 ? kind == 1 : (i + kind) % 2 == 1) ? BYTE_MAX : 0;
}

/** Where accumulator r of the first step meets an input, that is at the end which drives it up, or
 *  down. */
static void drive(uint8_t *bytes, const struct net *net, uint64_t r, bool up)
{
    const struct step *step = &net->steps[0];

    for (size_t t = 0; t < step->n_terms; t++) {
        const struct term *term = &step->terms[t];
        uint64_t most = term_column_max(term, step->n_rows);
        uint32_t *rows = calloc(most, sizeof *rows);
        int64_t *weights = calloc(most, sizeof *weights);

        if (rows == NULL || weights == NULL) abort();
        for (uint64_t e = 0; e < term->n_elements; e++) {
            uint64_t n = term_column(term, step->n_rows, e, rows, weights);

            for (uint64_t i = 0; i < n; i++)
                if (rows[i] == r && term->source[e] != 0 && weights[i] != 0)
                    bytes[term->source[e] - 1] = (weights[i] > 0) == up ? BYTE_MAX : 0;
        }
        free(rows);
        free(weights);
    }
}

static void make_row(uint8_t *bytes, const struct net *net, uint64_t number)
{
    make_uniform(bytes, net->n_inputs);
    if (number < 4) make_extreme(bytes, net->n_inputs, (unsigned)number);
    else if (number % 2 == 0 && net->steps[0].kind == STEP_LINEAR)
        drive(bytes, net, number / 4 % net->steps[0].n_rows, number % 4 == 0);
}

/** Whether each value is taken for the byte that it was made of. */
static bool encodes_as(const struct net *net, const double *row, const uint8_t *bytes)
{
    double *encoded = calloc(net->n_inputs, sizeof *encoded);
    bool same = encoded != NULL;

    if (same) encode_row(encoded, net, row);
    for (uint64_t i = 0; same && i < net->n_inputs; i++) same = encoded[i] == bytes[i];
    free(encoded);
    return same;
}

static void print_row(const double *row, uint64_t n, bool is_raw)
{
    for (uint64_t i = 0; i < n; i++)
        if (is_raw) putchar((int)row[i]);
        else printf("%.17g%c", row[i], i + 1 < n ? ',' : '\n');
}

static bool print_made(const struct net *net, uint64_t n_rows, bool is_raw)
{
    uint8_t *bytes = calloc(net->n_inputs, 1);
    double *row = calloc(net->n_inputs, sizeof *row);
    bool good = bytes != NULL && row != NULL;

    for (uint64_t r = 0; good && r < n_rows; r++) {
        make_row(bytes, net, r);
        for (uint64_t i = 0; i < net->n_inputs; i++)
            row[i] = net->zero[i] + net->scale[i] * bytes[i];
        good = encodes_as(net, row, bytes);
        print_row(row, net->n_inputs, is_raw);
    }
    free(bytes);
    free(row);
    return good;
}

int main(int argc, char **argv)
{
    struct report report = {0};
    struct dataset rows = {0};
    struct net net = {0};
    bool is_raw, good = false;
    uint64_t n;

    if (argc != 4) return EXIT_FAILURE;
    is_raw = strlen(argv[3]) > 4 && strcmp(argv[3] + strlen(argv[3]) - 4, ".raw") == 0;
    n = strtoull(argv[2], NULL, 10);
    if (gcnn_load(&report, &net, argv[1]) == STATUS_OK &&
        data_load(&report, &rows, argv[3], net.n_inputs) == STATUS_OK) {
        if (n < rows.n_rows) rows.n_rows = n;
        for (uint64_t r = 0; r < rows.n_rows; r++)
            print_row(rows.values + r * rows.n_columns, rows.n_columns, is_raw);
        good = print_made(&net, n - rows.n_rows, is_raw);
    }
    if (report.status != STATUS_OK) report_print(stderr, &report, "make_rows");
    data_free(&rows);
    net_free(&net);
    return good && fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
