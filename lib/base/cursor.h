/*
 * Bounds-checked cursors over bytes: the one place where wire formats are read and written.
 * Integers are little-endian. A cursor that was asked for too much goes bad and stays bad, so a
 * caller may check once at the end; reads from a bad cursor give 0.
 */
#ifndef SOTTO_BASE_CURSOR_H
#define SOTTO_BASE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct reader {
    const uint8_t *data;
    size_t len;
    size_t at;
    bool bad;
};

struct writer {
    uint8_t *data;
    size_t capacity;
    size_t at;
    bool bad;
};

static inline struct reader reader_over(const uint8_t *data, size_t len)
{
    return (struct reader){.data = data, .len = len};
}

static inline struct writer writer_over(uint8_t *data, size_t capacity)
{
    return (struct writer){.data = data, .capacity = capacity};
}

/** The next len bytes in place, or NULL and the cursor is bad. */
static inline const uint8_t *read_span(struct reader *r, size_t len)
{
    const uint8_t *span;

    if (r->bad || len > r->len - r->at) {
        r->bad = true;
        return NULL;
    }
    span = r->data + r->at;
    r->at += len;
    return span;
}

static inline void read_bytes(struct reader *r, uint8_t *out, size_t len)
{
    const uint8_t *span = read_span(r, len);

    if (len == 0) return;
    if (span != NULL) memcpy(out, span, len);
    else memset(out, 0, len);
}

static inline uint64_t read_uint(struct reader *r, size_t len)
{
    const uint8_t *span = read_span(r, len);
    uint64_t value = 0;

    for (size_t i = 0; span != NULL && i < len; i++) value |= (uint64_t)span[i] << (8 * i);
    return value;
}

static inline uint8_t read_u8(struct reader *r)
{
    return (uint8_t)read_uint(r, 1);
}
static inline uint32_t read_u32(struct reader *r)
{
    return (uint32_t)read_uint(r, 4);
}
static inline uint64_t read_u64(struct reader *r)
{
    return read_uint(r, 8);
}

/** All bytes were read, and none beyond them was asked for. */
static inline bool reader_done(const struct reader *r)
{
    return !r->bad && r->at == r->len;
}

/** Room for len bytes in place, or NULL and the cursor is bad. */
static inline uint8_t *write_span(struct writer *w, size_t len)
{
    uint8_t *span;

    if (w->bad || len > w->capacity - w->at) {
        w->bad = true;
        return NULL;
    }
    span = w->data + w->at;
    w->at += len;
    return span;
}

static inline void write_bytes(struct writer *w, const uint8_t *data, size_t len)
{
    uint8_t *span = write_span(w, len);

    if (span != NULL && len > 0) memcpy(span, data, len);
}

static inline void write_uint(struct writer *w, uint64_t value, size_t len)
{
    uint8_t *span = write_span(w, len);

    for (size_t i = 0; span != NULL && i < len; i++) span[i] = (uint8_t)(value >> (8 * i));
}

static inline void write_u8(struct writer *w, uint8_t value)
{
    write_uint(w, value, 1);
}
static inline void write_u32(struct writer *w, uint32_t value)
{
    write_uint(w, value, 4);
}
static inline void write_u64(struct writer *w, uint64_t value)
{
    write_uint(w, value, 8);
}

#endif
