/* Files of input values: CSV, JSON and JSON Lines, as a table with one row an instance. */
#ifndef SOTTO_APPS_TABLE_H
#define SOTTO_APPS_TABLE_H

#include "buffer.h"
#include "json.h"

/** A value as the file spells it. text is NULL when the row says nothing about the input. */
struct cell {
    struct slice value;
    bool is_json;
};

/** Column c belongs to input c. The cells point into text. */
struct table {
    struct buffer text;
    struct cell *cells;
    uint64_t n_columns;
    uint64_t n_rows;
    uint64_t capacity; /**< in rows */
    bool is_list;      /**< of rows; false for a single JSON object */
};

/** Tells which input is called name: STATUS_OK and *column, or STATUS_INPUT. */
typedef int (*table_resolve_fn)(struct report *report, uint64_t *column, void *user,
                                const char *name);

/** Reads a file whose name ends in .csv, .json or .jsonl (STATUS_USAGE otherwise). Names are told
 *  apart by resolve. Free the table in any case. */
int table_load(struct report *report, struct table *table, const char *path, uint64_t n_columns,
               table_resolve_fn resolve, void *user);
void table_free(struct table *table);

#endif
