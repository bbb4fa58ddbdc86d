/* Growing, wiped text. */
#include "buffer.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Makes room for more bytes and a NUL. */
static bool reserve(struct buffer *buffer, size_t more)
{
    size_t capacity = buffer->capacity < 64 ? 64 : buffer->capacity;
    char *grown;

    if (buffer->failed || more >= SIZE_MAX / 4 - buffer->len) buffer->failed = true;
    if (buffer->failed) return false;
    if (buffer->len + more < buffer->capacity) return true;
    while (capacity <= buffer->len + more) capacity *= 2;
    grown = malloc(capacity);
    if (grown == NULL) {
        buffer->failed = true;
        return false;
    }
    if (buffer->len > 0) memcpy(grown, buffer->data, buffer->len);
    free_secret(buffer->data, buffer->capacity);
    buffer->data = grown;
    buffer->capacity = capacity;
    return true;
}

void buffer_add(struct buffer *buffer, const char *text, size_t len)
{
    if (!reserve(buffer, len)) return;
    if (len > 0) memcpy(buffer->data + buffer->len, text, len);
    buffer->len += len;
    buffer->data[buffer->len] = '\0';
}

void buffer_add_text(struct buffer *buffer, const char *text)
{
    buffer_add(buffer, text, strlen(text));
}

void buffer_add_char(struct buffer *buffer, char c)
{
    buffer_add(buffer, &c, 1);
}

void buffer_addf(struct buffer *buffer, const char *format, ...)
{
    va_list args;
    int len;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0) buffer->failed = true;
    if (len < 0 || !reserve(buffer, (size_t)len)) return;
    va_start(args, format);
    vsnprintf(buffer->data + buffer->len, (size_t)len + 1, format, args);
    va_end(args);
    buffer->len += (size_t)len;
}

void buffer_add_json(struct buffer *buffer, const char *text)
{
    buffer_add_char(buffer, '"');
    for (; *text != '\0'; text++) {
        if (*text == '"' || *text == '\\') buffer_addf(buffer, "\\%c", *text);
        else if ((unsigned char)*text < 0x20 || *text == 0x7f)
            buffer_addf(buffer, "\\u%04x", (unsigned)*text);
        else buffer_add_char(buffer, *text);
    }
    buffer_add_char(buffer, '"');
}

int buffer_read(struct report *report, struct buffer *buffer, int fd, const char *name)
{
    enum { PIECE = 1 << 16 };

    for (;;) {
        ssize_t n;

        if (!reserve(buffer, PIECE)) return report_memory(report);
        if (signals_seen() != 0) return report_interrupted(report);
        n = read(fd, buffer->data + buffer->len, PIECE);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return report_fail(report, STATUS_INPUT, "cannot read %s: %s", name, strerror(errno));
        buffer->len += (size_t)n;
        buffer->data[buffer->len] = '\0';
        if (n == 0) return STATUS_OK;
    }
}

int buffer_load(struct report *report, struct buffer *buffer, const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int status;

    if (fd < 0)
        return report_fail(report, STATUS_INPUT, "cannot open %s: %s", path, strerror(errno));
    status = buffer_read(report, buffer, fd, path);
    close(fd);
    return status;
}

void buffer_free(struct buffer *buffer)
{
    free_secret(buffer->data, buffer->capacity);
    memset(buffer, 0, sizeof *buffer);
}

void *new_array(uint64_t n, size_t size)
{
    size_t total;

    if (__builtin_mul_overflow(n, size, &total)) return NULL;
    return calloc(total == 0 ? 1 : total, 1);
}

int new_bits(struct report *report, uint8_t **bits, size_t *bits_len, uint64_t width,
             uint64_t n_instances, uint64_t max_memory)
{
    uint8_t *memory;
    uint64_t total;

    if (__builtin_mul_overflow(width, n_instances, &total) || total > SIZE_MAX ||
        (max_memory != 0 && total > max_memory)) {
        report_fail(report, STATUS_LIMIT,
                    "the values of %llu instances need more memory than the limit",
                    (unsigned long long)n_instances);
        report_hint(report,
                    "--max-memory sets the limit; a value takes a byte for each of %llu bits",
                    (unsigned long long)width);
        return STATUS_LIMIT;
    }
    memory = new_array(total, 1);
    if (memory == NULL) return report_memory(report);
    *bits = memory;
    *bits_len = (size_t)total;
    return STATUS_OK;
}

void free_secret(void *memory, size_t len)
{
    if (memory == NULL) return;
    explicit_bzero(memory, len);
    free(memory);
}
