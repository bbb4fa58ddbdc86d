/* Rows of numbers from files. */
#ifndef SOTTO_APPS_NN_DATA_H
#define SOTTO_APPS_NN_DATA_H

#include "apps/buffer.h"

/** Bytes of a file of rows. */
#define DATA_MAX_FILE (UINT64_C(1) << 32)
/** Numbers in one. */
#define DATA_MAX_VALUES (UINT64_C(1) << 29)

struct dataset {
    uint64_t n_rows;
    uint64_t n_columns;
    double *values; /**< all finite; row after row */
};

/**
 * Reads rows of n_columns numbers: NumPy's .npy, .csv or .txt with or without a line of names, IDX
 * files as MNIST's, or raw bytes (.raw, .bin, .bytes); from standard input, which "-" stands for,
 * .npy or CSV. A .npy of one dimension holds one row, or rows of one number when n_columns is 1.
 * STATUS_INPUT when the file does not hold such rows.
 */
int data_load(struct report *report, struct dataset *data, const char *path, uint64_t n_columns);

/** Wipes and frees. */
void data_free(struct dataset *data);

/* The formats, from memory; name stands for the file in messages. */
int data_parse_npy(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name);
int data_parse_csv(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name);
int data_parse_idx(struct report *report, struct dataset *data, const char *text, size_t text_len,
                   uint64_t n_columns, const char *name);

/** Makes room for the rows; STATUS_INPUT when there are none. */
int data_allocate(struct report *report, struct dataset *data, uint64_t n_rows, uint64_t n_columns,
                  const char *name);

#endif
