/* Text in bounded pieces; see text.h. */
#include "circuit/text.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_SIZE ((size_t)128 * 1024)
#define NAME_SHOWN 300

const char *text_short_name(const char *name)
{
    size_t len = strlen(name);

    return len > NAME_SHOWN ? name + len - NAME_SHOWN : name;
}

struct shown show(const char *text, size_t text_len)
{
    struct shown shown;
    const char *tail = text_len > TEXT_SHOWN ? "\"..." : "\"";
    int len = (int)(text_len > TEXT_SHOWN ? TEXT_SHOWN : text_len);

    snprintf(shown.text, sizeof shown.text, "\"%.*s%s", len, text, tail);
    return shown;
}

sotto_err text_fail(const struct text *text, uint64_t line, sotto_err err, const char *format, ...)
{
    char what[512];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fail(text->context, err, "%s:%" PRIu64 ": %s", text_short_name(text->name), line, what);
}

static sotto_err fail_unreadable(const struct text *text, int error)
{
    return fail(text->context, SOTTO_ERR_CIRCUIT, "cannot read %s: %s", text_short_name(text->name),
                strerror(error));
}

static sotto_err fail_size(const struct text *text)
{
    return fail(text->context, SOTTO_ERR_LIMIT, "%s: longer than the limit of %" PRIu64 " bytes",
                text_short_name(text->name), text->max_size);
}

static sotto_err allocate_buffer(struct text *text)
{
    text->buffer = mem_new(BUFFER_SIZE + 1, 1);
    if (text->buffer == NULL) return fail_memory(text->context);
    text->at = text->end = text->buffer;
    return SOTTO_OK;
}

sotto_err text_over(struct sotto_context *context, struct text *text, const char *name,
                    const char *memory, size_t memory_len, uint64_t max_size)
{
    *text = (struct text){
        .context = context,
        .name = name,
        .line = 1,
        .memory = memory,
        .memory_len = memory_len,
        .fd = -1,
        .size_known = true,
        .size = memory_len,
        .max_size = max_size,
    };
    if (memory_len > max_size) return fail_size(text);
    return allocate_buffer(text);
}

/* What is known of a file before it is read. Some regular files of /proc say 0. */
static sotto_err inspect(struct text *text)
{
    struct stat status;
    off_t at;

    if (fstat(text->fd, &status) != 0) return fail_unreadable(text, errno);
    if (S_ISDIR(status.st_mode)) return fail_unreadable(text, EISDIR);
    text->waits = !S_ISREG(status.st_mode);
    at = text->waits ? -1 : lseek(text->fd, 0, SEEK_CUR);
    text->size_known = at >= 0 && status.st_size > at;
    if (!text->size_known) return SOTTO_OK;
    text->size = (uint64_t)(status.st_size - at);
    return text->size > text->max_size ? fail_size(text) : SOTTO_OK;
}

static sotto_err open_file(struct text *text, const char *path)
{
    sotto_err err;

    do {
        err = check_interrupt(text->context);
        if (err != SOTTO_OK) return err;
        text->fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    } while (text->fd < 0 && errno == EINTR);
    if (text->fd < 0)
        return fail(text->context, SOTTO_ERR_CIRCUIT, "cannot open %s: %s", text_short_name(path),
                    strerror(errno));
    return SOTTO_OK;
}

sotto_err text_open(struct sotto_context *context, struct text *text, const char *path,
                    uint64_t max_size)
{
    struct text made = {
        .context = context, .name = path, .line = 1, .fd = -1, .max_size = max_size};
    sotto_err err = open_file(&made, path);

    if (err == SOTTO_OK) err = inspect(&made);
    if (err == SOTTO_OK) err = allocate_buffer(&made);
    if (err == SOTTO_OK) *text = made;
    else text_close(&made);
    return err;
}

void text_close(struct text *text)
{
    if (text->context == NULL) return;
    if (text->fd >= 0) close(text->fd);
    mem_free(text->buffer);
    *text = (struct text){.fd = -1};
}

static size_t fetch_memory(struct text *text, char *out, size_t capacity)
{
    size_t len = text->memory_len < capacity ? text->memory_len : capacity;

    if (len > 0) memcpy(out, text->memory, len);
    text->memory += len;
    text->memory_len -= len;
    return len;
}

/* An interrupt must end the wait for a pipe that stays silent. */
static void wait_for_input(const struct text *text)
{
    struct pollfd ends[2] = {
        {.fd = text->fd, .events = POLLIN},
        {.fd = text->context->wake_read, .events = POLLIN},
    };

    (void)poll(ends, 2, -1);
}

static sotto_err fetch_file(struct text *text, char *out, size_t *len, size_t capacity)
{
    ssize_t got;
    sotto_err err;

    do {
        if (text->waits) wait_for_input(text);
        err = check_interrupt(text->context);
        if (err != SOTTO_OK) return err;
        got = read(text->fd, out, capacity);
    } while (got < 0 && (errno == EINTR || errno == EAGAIN));
    if (got < 0) return fail_unreadable(text, errno);
    *len = (size_t)got;
    return SOTTO_OK;
}

sotto_err text_fetch(struct text *text, char *out, size_t *len, size_t capacity)
{
    size_t got = 0;
    sotto_err err;

    if (text->fd >= 0) {
        err = fetch_file(text, out, &got, capacity);
    } else {
        err = check_interrupt(text->context);
        got = fetch_memory(text, out, capacity);
    }
    if (err != SOTTO_OK) return err;
    text->n_fetched += got;
    if (text->n_fetched > text->max_size) return fail_size(text);
    *len = got;
    return SOTTO_OK;
}

sotto_err text_refill(struct text *text)
{
    size_t kept = (size_t)(text->end - text->at);
    size_t got = 1;
    sotto_err err;

    memmove(text->buffer, text->at, kept);
    while (kept < TEXT_WORD_MAX && got > 0) {
        err = text_fetch(text, text->buffer + kept, &got, BUFFER_SIZE - kept);
        if (err != SOTTO_OK) return err;
        kept += got;
    }
    text->ended = got == 0;
    text->at = text->buffer;
    text->end = text->buffer + kept;
    text->buffer[kept] = '\0';
    return SOTTO_OK;
}

sotto_err text_drain(struct text *text)
{
    size_t got = 1;
    sotto_err err;

    while (got > 0) {
        err = text_fetch(text, text->buffer, &got, BUFFER_SIZE);
        if (err != SOTTO_OK) return err;
    }
    text->at = text->end = text->buffer;
    text->ended = true;
    text->size = text->n_fetched;
    text->size_known = true;
    return SOTTO_OK;
}
