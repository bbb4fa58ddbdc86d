/*
 * Tables of input values. Quoted CSV fields are unescaped in place, JSON values are left as text
 * for the value parser, so that all secrets stay in the one buffer that is wiped.
 */
#include "table.h"

#include <stdlib.h>
#include <string.h>

struct source {
    struct report *report;
    struct table *table;
    const char *path;
    table_resolve_fn resolve;
    void *user;
};

static int broken(struct source *source, uint64_t line, const char *what)
{
    return report_fail(source->report, STATUS_INPUT, "%s:%llu: %s", source->path,
                       (unsigned long long)line, what);
}

/** Tells the input that the line calls name. */
static int find_column(struct source *source, uint64_t *column, const char *name, uint64_t line)
{
    int status = source->resolve(source->report, column, source->user, name);

    if (status != STATUS_OK)
        report_at(source->report, "%s:%llu", source->path, (unsigned long long)line);
    return status;
}

static struct cell *row_cells(struct table *table, uint64_t row)
{
    return table->cells + row * table->n_columns;
}

/** Makes room for one more row of absent cells. */
static int add_row(struct source *source)
{
    struct table *table = source->table;
    uint64_t capacity = table->capacity == 0 ? 16 : 2 * table->capacity;
    uint64_t row_len = (table->n_columns == 0 ? 1 : table->n_columns) * sizeof(struct cell);
    struct cell *grown;
    size_t size;

    if (table->n_rows == table->capacity) {
        if (__builtin_mul_overflow(capacity, row_len, &size)) return report_memory(source->report);
        grown = realloc(table->cells, size);
        if (grown == NULL) return report_memory(source->report);
        table->cells = grown;
        table->capacity = capacity;
    }
    memset(row_cells(table, table->n_rows), 0, row_len);
    table->n_rows++;
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------------------- JSON */

/** object = "{" [ name ":" value { "," name ":" value } ] "}" */
static int read_member(struct source *source, struct json *json, struct buffer *name)
{
    struct table *table = source->table;
    struct slice value;
    struct cell *cell;
    uint64_t column;
    int status;

    if (!json_string(json, name) || !json_take(json, ':'))
        return broken(source, json_line(json, table->text.data), "not a JSON object");
    status = find_column(source, &column, name->data, json_line(json, table->text.data));
    if (status != STATUS_OK) return status;
    if (!json_value(json, &value))
        return broken(source, json_line(json, table->text.data), "not a JSON value");
    cell = row_cells(table, table->n_rows - 1) + column;
    if (cell->value.text != NULL)
        return report_fail(source->report, STATUS_INPUT, "%s:%llu: '%s' stands twice", source->path,
                           (unsigned long long)json_line(json, table->text.data), name->data);
    *cell = (struct cell){value, true};
    return STATUS_OK;
}

static int read_object(struct source *source, struct json *json)
{
    struct buffer name = {0};
    int status = add_row(source);

    if (status != STATUS_OK) return status;
    if (!json_take(json, '{'))
        return broken(source, json_line(json, source->table->text.data),
                      "a JSON object with the values by name should stand here");
    if (json_take(json, '}')) return STATUS_OK;
    do status = read_member(source, json, &name);
    while (status == STATUS_OK && json_take(json, ','));
    if (status == STATUS_OK && !json_take(json, '}'))
        status = broken(source, json_line(json, source->table->text.data), "not a JSON object");
    buffer_free(&name);
    return status;
}

/** document = object | "[" [ object { "," object } ] "]" */
static int read_json(struct source *source)
{
    const struct buffer *text = &source->table->text;
    struct json json = json_over(text->data, text->len);
    bool is_list = source->table->is_list = json_take(&json, '[');
    int status = STATUS_OK;

    if (!is_list || json_peek(&json) != ']') {
        do status = read_object(source, &json);
        while (status == STATUS_OK && is_list && json_take(&json, ','));
    }
    if (status != STATUS_OK) return status;
    if ((is_list && !json_take(&json, ']')) || !json_done(&json))
        return broken(source, json_line(&json, text->data), "text behind the JSON value");
    return STATUS_OK;
}

/** An object a line. */
static int read_json_lines(struct source *source)
{
    const struct buffer *text = &source->table->text;
    const char *at = text->data, *end = text->data + text->len;
    uint64_t line = 1;
    int status = STATUS_OK;

    while (at < end && status == STATUS_OK) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        struct json json = {at, newline == NULL ? end : newline};

        if (!json_done(&json)) {
            status = read_object(source, &json);
            if (status == STATUS_OK && !json_done(&json))
                status = broken(source, line, "one JSON object should stand on the line");
        }
        at = newline == NULL ? end : newline + 1;
        line++;
    }
    return status;
}

/* ------------------------------------------------------------------------------------------ CSV */

/** Reads along the text; line is that of the place reached. */
struct csv {
    char *at;
    char *end;
    uint64_t line;
};

enum csv_end { CSV_FIELD, CSV_RECORD, CSV_BROKEN };

/** The closing quote's place; doubled quotes are squeezed to one. */
static char *unquote(struct csv *csv, size_t *len)
{
    char *out = csv->at;

    for (*len = 0; csv->at < csv->end; csv->at++) {
        if (*csv->at == '"' && (csv->at + 1 == csv->end || csv->at[1] != '"')) return csv->at;
        if (*csv->at == '"') csv->at++;
        csv->line += *csv->at == '\n';
        out[(*len)++] = *csv->at;
    }
    return NULL;
}

/** field = { any but , " CR LF } | '"' { any but " | '""' } '"' */
static enum csv_end read_field(struct csv *csv, struct slice *field)
{
    if (csv->at < csv->end && *csv->at == '"') {
        field->text = ++csv->at;
        if (unquote(csv, &field->len) == NULL) return CSV_BROKEN;
        csv->at++;
    } else {
        field->text = csv->at;
        while (csv->at < csv->end && memchr(",\"\r\n", *csv->at, 4) == NULL) csv->at++;
        field->len = (size_t)(csv->at - field->text);
    }
    if (csv->at == csv->end) return CSV_RECORD;
    if (*csv->at == ',') {
        csv->at++;
        return CSV_FIELD;
    }
    csv->at += *csv->at == '\r' && csv->at + 1 < csv->end && csv->at[1] == '\n';
    if (*csv->at != '\n') return CSV_BROKEN;
    csv->at++;
    csv->line++;
    return CSV_RECORD;
}

static int bad_csv(struct source *source, const struct csv *csv)
{
    return broken(source, csv->line, "not CSV: a quote or line end is out of place");
}

/** Adds the column of one header field to the n columns seen so far. */
static int read_name(struct source *source, uint64_t *columns, uint64_t n, const struct slice *name)
{
    struct buffer text = {0};
    int status;

    buffer_add(&text, name->text, name->len);
    if (text.failed) return report_memory(source->report);
    status = n == source->table->n_columns && strlen(text.data) == name->len && n > 0
                 ? broken(source, 1, "more columns than there are inputs")
                 : find_column(source, &columns[n], text.data, 1);
    for (uint64_t i = 0; i < n && status == STATUS_OK; i++)
        if (columns[i] == columns[n])
            status = report_fail(source->report, STATUS_INPUT, "%s:1: '%s' stands twice",
                                 source->path, text.data);
    buffer_free(&text);
    return status;
}

static int read_header(struct source *source, struct csv *csv, uint64_t *columns, uint64_t *n)
{
    enum csv_end end;
    struct slice name;
    int status;

    *n = 0;
    do {
        end = read_field(csv, &name);
        if (end == CSV_BROKEN) return bad_csv(source, csv);
        status = read_name(source, columns, *n, &name);
        if (status != STATUS_OK) return status;
        ++*n;
    } while (end == CSV_FIELD);
    return STATUS_OK;
}

static int read_record(struct source *source, struct csv *csv, const uint64_t *columns, uint64_t n)
{
    uint64_t line = csv->line, given = 0;
    enum csv_end end;
    int status = add_row(source);

    if (status != STATUS_OK) return status;
    do {
        struct slice value;

        end = read_field(csv, &value);
        if (end == CSV_BROKEN) return bad_csv(source, csv);
        if (given < n)
            row_cells(source->table, source->table->n_rows - 1)[columns[given]].value = value;
        given++;
    } while (end == CSV_FIELD);
    if (given == n) return STATUS_OK;
    return report_fail(source->report, STATUS_INPUT, "%s:%llu: %llu field%s, the header has %llu",
                       source->path, (unsigned long long)line, (unsigned long long)given,
                       given == 1 ? "" : "s", (unsigned long long)n);
}

static int read_csv(struct source *source)
{
    struct buffer *text = &source->table->text;
    struct csv csv = {text->data, text->data + text->len, 1};
    uint64_t *columns, n = 0;
    int status;

    /* Spreadsheets write a byte-order mark. */
    if (text->len >= 3 && memcmp(text->data, "\xef\xbb\xbf", 3) == 0) csv.at += 3;
    if (csv.at == csv.end) return broken(source, 1, "no header line with the names of inputs");
    columns = new_array(source->table->n_columns + 1, sizeof columns[0]);
    if (columns == NULL) return report_memory(source->report);
    status = read_header(source, &csv, columns, &n);
    while (status == STATUS_OK && csv.at < csv.end) status = read_record(source, &csv, columns, n);
    free(columns);
    return status;
}

/* ---------------------------------------------------------------------------------------- files */

static bool ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);

    return len > suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

int table_load(struct report *report, struct table *table, const char *path, uint64_t n_columns,
               table_resolve_fn resolve, void *user)
{
    struct source source = {report, table, path, resolve, user};
    int (*read_as)(struct source *) = ends_with(path, ".csv")     ? read_csv
                                      : ends_with(path, ".json")  ? read_json
                                      : ends_with(path, ".jsonl") ? read_json_lines
                                                                  : NULL;
    int status;

    if (read_as == NULL) {
        report_fail(report, STATUS_USAGE, "cannot tell the format of %s", path);
        report_hint(report, "the name should end in .csv, .json or .jsonl");
        return STATUS_USAGE;
    }
    table->n_columns = n_columns;
    table->is_list = true;
    status = buffer_load(report, &table->text, path);
    if (status == STATUS_OK) status = read_as(&source);
    if (status == STATUS_OK && table->n_rows == 0)
        status = report_fail(report, STATUS_INPUT, "%s holds no row of values", path);
    return status;
}

void table_free(struct table *table)
{
    buffer_free(&table->text);
    free(table->cells);
    memset(table, 0, sizeof *table);
}
