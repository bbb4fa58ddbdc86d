/* Rows of figures and how they are printed; see bench.h. */
#include "bench.h"

#include <sched.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct bench_row *bench_add(struct bench *bench, const struct bench_row *baseline, const char *unit,
                            const char *format, ...)
{
    struct bench_row *row;
    va_list args;

    if (bench->n_rows == BENCH_MAX_ROWS) return NULL;
    row = &bench->rows[bench->n_rows++];
    *row = (struct bench_row){.unit = unit, .baseline = baseline};
    va_start(args, format);
    vsnprintf(row->name, sizeof row->name, format, args);
    va_end(args);
    return row;
}

void bench_value(struct bench_row *row, double value)
{
    if (row->n_values < BENCH_MAX_REPEATS) row->values[row->n_values++] = value;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

void bench_finish(struct bench_row *row)
{
    qsort(row->values, row->n_values, sizeof row->values[0], compare);
}

double bench_median(const struct bench_row *row)
{
    return row->n_values > 0 ? row->values[row->n_values / 2] : 0;
}

double bench_middle(const struct bench_row *row)
{
    size_t first = row->n_values / 4, n = row->n_values - 2 * first;
    double sum = 0;

    for (size_t i = 0; i < n; i++) sum += row->values[first + i];
    return n > 0 ? sum / (double)n : 0;
}

static void print_row(struct buffer *out, const struct bench_row *row, const size_t *numbers,
                      const struct bench *bench)
{
    const struct bench_row *baseline = row->baseline;

    buffer_addf(out, "%3zu %-43s %9.2f %9.2f %9.2f  %s", numbers[row - bench->rows], row->name,
                bench_median(row), row->values[0], row->values[row->n_values - 1], row->unit);
    if (baseline != NULL && bench_median(baseline) > 0)
        buffer_addf(out, "%*s %6.3f of %zu", (int)(7 - strlen(row->unit)), "",
                    bench_median(row) / bench_median(baseline), numbers[baseline - bench->rows]);
    buffer_add_char(out, '\n');
}

/* Rows are numbered, so that a baseline is named once, where it stands. */
void bench_print(struct buffer *out, const struct bench *bench)
{
    size_t numbers[BENCH_MAX_ROWS], n = 0;

    for (size_t i = 0; i < bench->n_rows; i++) numbers[i] = bench->rows[i].n_values > 0 ? ++n : 0;
    buffer_addf(out, "%3s %-43s %9s %9s %9s  %-7s  ratio\n", "row", "", "median", "min", "max",
                "unit");
    for (size_t i = 0; i < bench->n_rows; i++)
        if (bench->rows[i].n_values > 0) print_row(out, &bench->rows[i], numbers, bench);
}

void bench_print_json(struct buffer *out, const struct bench *bench)
{
    const char *comma = "";

    buffer_addf(out, "{\"schema\":\"gc-bench/1\",\"ok\":true,\"version\":\"%s\",\"rows\":[",
                sotto_version());
    for (size_t i = 0; i < bench->n_rows; i++) {
        const struct bench_row *row = &bench->rows[i];

        if (row->n_values == 0) continue;
        buffer_addf(out, "%s{\"name\":", comma);
        buffer_add_json(out, row->name);
        buffer_addf(out,
                    ",\"unit\":\"%s\",\"median\":%.6g,\"middle\":%.6g,\"min\":%.6g,"
                    "\"max\":%.6g,\"repeats\":%zu}",
                    row->unit, bench_median(row), bench_middle(row), row->values[0],
                    row->values[row->n_values - 1], row->n_values);
        comma = ",";
    }
    buffer_add_text(out, "]}\n");
}

/* The processors that the tool was started with. */
static cpu_set_t allowed;

void bench_pin_begin(void)
{
    CPU_ZERO(&allowed);
    (void)sched_getaffinity(0, sizeof allowed, &allowed); /* none: nothing is pinned */
}

void bench_pin(unsigned n)
{
    cpu_set_t one;
    unsigned left;

    if (CPU_COUNT(&allowed) < 1) return;
    left = n % (unsigned)CPU_COUNT(&allowed);
    CPU_ZERO(&one);
    for (size_t i = 0; i < CPU_SETSIZE; i++) {
        if (!CPU_ISSET(i, &allowed) || left-- > 0) continue;
        CPU_SET(i, &one);
        break;
    }
    (void)sched_setaffinity(0, sizeof one, &one); /* a wish: figures only spread more without */
}

void bench_unpin(void)
{
    if (CPU_COUNT(&allowed) > 0) (void)sched_setaffinity(0, sizeof allowed, &allowed);
}

void bench_pin_party(sotto_role role, uint64_t n_threads)
{
    if (n_threads > 1) bench_unpin();
    else bench_pin(role == SOTTO_GARBLER ? 0 : 1);
}

double bench_processor_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double bench_clock(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
