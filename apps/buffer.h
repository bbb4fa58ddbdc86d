/* Text that grows and is wiped: what it outgrows, and all of it when freed. */
#ifndef SOTTO_APPS_BUFFER_H
#define SOTTO_APPS_BUFFER_H

#include "report.h"

#include <stdbool.h>
#include <stddef.h>

/** Zero-initialise. data is NUL-terminated once anything was added; failed stays set when memory
 *  ran out, so that a writer may check once at the end. */
struct buffer {
    char *data;
    size_t len;
    size_t capacity;
    bool failed;
};

void buffer_add(struct buffer *buffer, const char *text, size_t len);
void buffer_add_text(struct buffer *buffer, const char *text);
void buffer_add_char(struct buffer *buffer, char c);
void buffer_addf(struct buffer *buffer, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Appends text as a JSON string with its quotes. */
void buffer_add_json(struct buffer *buffer, const char *text);

/** Appends all that fd holds; STATUS_INPUT, naming the file, when it cannot be read. */
int buffer_read(struct report *report, struct buffer *buffer, int fd, const char *name);

/** As buffer_read(), from the file at path. */
int buffer_load(struct report *report, struct buffer *buffer, const char *path);

void buffer_free(struct buffer *buffer);

/** Memory for n elements, zeroed; NULL when there is none or the size overflows. */
void *new_array(uint64_t n, size_t size);

/** Zeroed memory for the bits of n_instances values of width bits, a byte each, at most max_memory
 *  of them (0: no limit): STATUS_LIMIT beyond. */
int new_bits(struct report *report, uint8_t **bits, size_t *bits_len, uint64_t width,
             uint64_t n_instances, uint64_t max_memory);

/** Wipes and frees. */
void free_secret(void *memory, size_t len);

#endif
