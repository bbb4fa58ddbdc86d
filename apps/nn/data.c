/* Files of rows: which format it is, CSV, IDX and raw bytes. */
#include "apps/nn/data.h"

#include "apps/nn/file.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef unsigned long long ull;

void data_free(struct dataset *data)
{
    free_secret(data->values, data->n_rows * data->n_columns * sizeof *data->values);
    *data = (struct dataset){0};
}

int data_allocate(struct report *report, struct dataset *data, uint64_t n_rows, uint64_t n_columns,
                  const char *name)
{
    if (n_rows == 0 || n_columns == 0)
        return report_fail(report, STATUS_INPUT, "%s holds no rows", name);
    if (n_rows > DATA_MAX_VALUES / n_columns)
        return report_fail(report, STATUS_LIMIT, "%s holds too many rows", name);
    data->values = new_array(n_rows * n_columns, sizeof *data->values);
    if (data->values == NULL) return report_memory(report);
    data->n_rows = n_rows;
    data->n_columns = n_columns;
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------------------- CSV */

/** Spreadsheets put it before a text in UTF-8. */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"

struct csv {
    struct report *report;
    const char *name;
    const char *at, *end;
    uint64_t line;
};

/** One line without its end; false at the end of the text. */
static bool next_line(struct csv *csv, struct buffer *line)
{
    const char *stop;

    if (csv->at == csv->end) return false;
    stop = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));
    if (stop == NULL) stop = csv->end;
    line->len = 0;
    buffer_add(line, csv->at, (size_t)(stop - csv->at));
    if (!line->failed && line->len > 0 && line->data[line->len - 1] == '\r')
        line->data[--line->len] = '\0';
    csv->at = stop == csv->end ? stop : stop + 1;
    csv->line++;
    return true;
}

/** The number at *at and the separator behind it; false when there is none. */
static bool take_number(const char **at, double *value)
{
    const char *from = *at;
    char *stop;

    while (*from == ' ' || *from == '\t') from++;
    /* Of what strtod() takes, only decimals are wanted. */
    if (strchr("+-.0123456789", *from) == NULL || *from == '\0') return false;
    if (from[strcspn(from, "xXnNiI,")] != ',' && from[strcspn(from, "xXnNiI,")] != '\0')
        return false;
    *value = strtod(from, &stop);
    if (stop == from) return false;
    while (*stop == ' ' || *stop == '\t') stop++;
    if (*stop != '\0' && *stop != ',') return false;
    *at = *stop == ',' ? stop + 1 : stop;
    return isfinite(*value) && !(*stop == ',' && stop[1] == '\0');
}

/** How many fields a line has. */
static uint64_t count_fields(const char *line)
{
    uint64_t n = 1;

    for (; *line != '\0' && *line != '\n'; line++) n += *line == ',';
    return n;
}

static int wrong_width(struct csv *csv, uint64_t n, uint64_t n_columns, const char *line)
{
    report_fail(csv->report, STATUS_INPUT, "%s:%llu: a row of %llu values, not %llu", csv->name,
                (ull)csv->line, (ull)n, (ull)n_columns);
    if (n == 1 && strpbrk(line, ";\t ") != NULL)
        report_hint(csv->report, "Values are separated by commas.");
    else if (n_columns > 1)
        report_hint(csv->report, "A row holds the inputs of the model and nothing else: no label, "
                                 "no number of the row.");
    return STATUS_INPUT;
}

static int read_row(struct csv *csv, double *row, const char *line, uint64_t n_columns)
{
    char part[SHOWN_SIZE];
    uint64_t n = count_fields(line);

    if (n != n_columns) return wrong_width(csv, n, n_columns, line);
    for (uint64_t i = 0; i < n_columns; i++) {
        const char *from = line;

        if (take_number(&line, &row[i])) continue;
        report_fail(csv->report, STATUS_INPUT, "%s:%llu: '%s' in column %llu is not a number",
                    csv->name, (ull)csv->line, shown(part, from, strcspn(from, ",")), (ull)(i + 1));
        report_hint(csv->report, "Values are decimals such as 0.5 or -1e3, with commas between "
                                 "them; what is missing has to be filled in.");
        return STATUS_INPUT;
    }
    return STATUS_OK;
}

/** Whether the first line holds names: none of its fields is a number. */
static bool is_header(const char *line)
{
    double value;

    for (;;) {
        const char *field = line;

        if (take_number(&field, &value)) return false;
        line += strcspn(line, ",");
        if (*line == '\0') return true;
        line++;
    }
}

static uint64_t count_lines(const char *text, size_t text_len)
{
    uint64_t n = 1;

    for (size_t i = 0; i < text_len; i++) n += text[i] == '\n';
    return n;
}

int data_parse_csv(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name)
{
    size_t mark = text_len >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0 ? 3 : 0;
    struct csv csv = {report, name, text + mark, text + text_len, 0};
    struct buffer line = {0};
    struct dataset rows = {0};
    uint64_t n = 0;
    int status;

    /* A row has a byte for each of its numbers at least. */
    if (n_columns > text_len + 1) {
        csv.line = 1;
        return wrong_width(&csv, count_fields(csv.at), n_columns, csv.at);
    }
    if (memchr(text, '\0', text_len) != NULL)
        return report_fail(report, STATUS_INPUT, "%s is not a text", name);
    status = data_allocate(report, &rows, count_lines(text, text_len), n_columns, name);
    while (status == STATUS_OK && next_line(&csv, &line)) {
        if (line.failed) status = report_memory(report);
        else if (line.len == 0 || (csv.line == 1 && is_header(line.data))) continue;
        else status = read_row(&csv, rows.values + n++ * n_columns, line.data, n_columns);
    }
    buffer_free(&line);
    if (status == STATUS_OK && n == 0)
        status = report_fail(report, STATUS_INPUT, "%s holds no rows", name);
    if (status != STATUS_OK) {
        data_free(&rows);
        return status;
    }
    rows.n_rows = n;
    *data = rows;
    return STATUS_OK;
}

/* ------------------------------------------------------------------------------ IDX, raw bytes */

static uint64_t big_endian(const uint8_t *at)
{
    return (uint64_t)at[0] << 24 | (uint64_t)at[1] << 16 | (uint64_t)at[2] << 8 | at[3];
}

/** Bytes as rows of n_columns. */
static int from_bytes(struct report *report, struct dataset *data, const char *text, size_t len,
                      uint64_t n_columns, const char *name)
{
    const uint8_t *bytes = (const uint8_t *)text;
    int status;

    if (n_columns == 0 || len % n_columns != 0)
        return report_fail(report, STATUS_INPUT, "%s holds %zu bytes, not rows of %llu", name, len,
                           (ull)n_columns);
    status = data_allocate(report, data, len / n_columns, n_columns, name);
    for (size_t i = 0; status == STATUS_OK && i < len; i++) data->values[i] = bytes[i];
    return status;
}

/** Y. LeCun's format: two zeros, type 8 (bytes), rank, dimensions, data. */
int data_parse_idx(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name)
{
    const uint8_t *bytes = (const uint8_t *)text;
    uint64_t n = 1, width = 1;
    size_t header;

    if (text_len < 4 || bytes[0] != 0 || bytes[1] != 0 || bytes[2] != 8 || bytes[3] == 0)
        return report_fail(report, STATUS_INPUT, "%s is not an IDX file of bytes", name);
    header = 4 + 4 * (size_t)bytes[3];
    if (text_len < header) return report_fail(report, STATUS_INPUT, "%s is truncated", name);
    for (unsigned d = 0; d < bytes[3]; d++) {
        uint64_t dim = big_endian(bytes + 4 + 4 * d);

        if (__builtin_mul_overflow(n, dim, &n))
            return report_fail(report, STATUS_INPUT, "%s is too large", name);
        if (d > 0) width *= dim;
    }
    if (n != text_len - header)
        return report_fail(report, STATUS_INPUT, "%s is truncated or too long", name);
    if (width != n_columns)
        return report_fail(report, STATUS_INPUT, "%s has rows of %llu values, not %llu", name,
                           (ull)width, (ull)n_columns);
    return from_bytes(report, data, text + header, text_len - header, n_columns, name);
}

/* ------------------------------------------------------------------------------------ any file */

typedef int (*parse_fn)(struct report *report, struct dataset *data, const char *text,
                        size_t text_len, uint64_t n_columns, const char *name);

static bool ends_in(const char *path, const char *end)
{
    size_t len = strlen(path), end_len = strlen(end);

    return len > end_len && strcmp(path + len - end_len, end) == 0;
}

/** What comes without a name is .npy, or CSV. */
static int parse_unnamed(struct report *report, struct dataset *data, const char *text,
                         size_t text_len, uint64_t n_columns, const char *name)
{
    bool is_npy = text_len > 0 && text[0] == '\x93';

    return (is_npy ? data_parse_npy : data_parse_csv)(report, data, text, text_len, n_columns,
                                                      name);
}

static parse_fn parser_of(const char *path)
{
    static const struct {
        const char *end;
        parse_fn parse;
    } kinds[] = {{".npy", data_parse_npy}, {".csv", data_parse_csv},  {".txt", data_parse_csv},
                 {".raw", from_bytes},     {".bin", from_bytes},      {".bytes", from_bytes},
                 {".idx", data_parse_idx}, {"-ubyte", data_parse_idx}};

    if (file_is_stdin(path)) return parse_unnamed;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (ends_in(path, kinds[i].end)) return kinds[i].parse;
    return NULL;
}

int data_load(struct report *report, struct dataset *data, const char *path, uint64_t n_columns)
{
    parse_fn parse = parser_of(path);
    struct buffer file = {0};
    int status;

    if (parse == NULL) {
        report_fail(report, STATUS_INPUT, "%s: what kind of file is this?", path);
        report_hint(report, "Known are .npy, .csv, .txt, IDX (.idx, -ubyte) and raw bytes (.raw, "
                            ".bin, .bytes).");
        return STATUS_INPUT;
    }
    status = file_load(report, &file, path, DATA_MAX_FILE, STATUS_INPUT);
    if (status == STATUS_OK)
        status = parse(report, data, file.data, file.len, n_columns, file_name(path));
    buffer_free(&file);
    return status;
}
