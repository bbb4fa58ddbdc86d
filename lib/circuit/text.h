/*
 * A text file read in bounded pieces: from a file, a pipe or memory, with the limits on its size,
 * the line number and the form of error messages. Knows nothing of what the text says.
 */
#ifndef SOTTO_CIRCUIT_TEXT_H
#define SOTTO_CIRCUIT_TEXT_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/** No word of a valid file is longer. */
#define TEXT_WORD_MAX 256

/** Characters of a refused value that a message shows. */
#define TEXT_SHOWN 40

struct text {
    struct sotto_context *context;
    const char *name;
    uint64_t line;  /* of the byte at 'at', from 1 */
    const char *at; /* the unread bytes; *end is '\0' */
    const char *end;
    char *buffer;
    const char *memory; /* what is left of the source when there is no file */
    size_t memory_len;
    int fd;     /* -1: memory */
    bool waits; /* reading may block: a pipe or a terminal */
    bool ended; /* nothing follows the bytes in the buffer */
    bool size_known;
    uint64_t size;      /* bytes of the whole text, when known */
    uint64_t n_fetched; /* bytes taken from the source */
    uint64_t max_size;
};

/** Opens a file, at most max_size bytes of it. SOTTO_ERR_CIRCUIT when it cannot be read,
 *  SOTTO_ERR_LIMIT, SOTTO_ERR_MEMORY. path must outlive the text. */
sotto_err text_open(struct sotto_context *context, struct text *text, const char *path,
                    uint64_t max_size) CHECKED;

/** The same over memory, which must outlive the text like its name. */
sotto_err text_over(struct sotto_context *context, struct text *text, const char *name,
                    const char *memory, size_t memory_len, uint64_t max_size) CHECKED;

/** Accepts a text that was never opened, as long as it is zeroed. */
void text_close(struct text *text);

/** Takes at most capacity bytes straight from the source; *len is 0 at its end only. */
sotto_err text_fetch(struct text *text, char *out, size_t *len, size_t capacity) CHECKED;

/** Makes at least TEXT_WORD_MAX bytes unread, or sets ended. */
sotto_err text_refill(struct text *text) CHECKED;

/** Reads what is left and drops it: size is known afterwards. */
sotto_err text_drain(struct text *text) CHECKED;

/** fail() with "name:line: " before the message. */
sotto_err text_fail(const struct text *text, uint64_t line, sotto_err err, const char *format, ...)
    PRINTF_LIKE(4, 5);

/** A refused value for a message: in quotes and cut at TEXT_SHOWN characters. */
struct shown {
    char text[TEXT_SHOWN + 8];
};
struct shown show(const char *text, size_t text_len);

/** A file name for a message: its end, when it is very long. */
const char *text_short_name(const char *name);

/** Moves to the next byte that is no blank; a whole word stands unread afterwards. */
static inline sotto_err text_skip_blanks(struct text *text)
{
    sotto_err err;

    for (;;) {
        while (*text->at == ' ' || *text->at == '\t') text->at++;
        if (text->end - text->at >= TEXT_WORD_MAX || text->ended) return SOTTO_OK;
        err = text_refill(text);
        if (err != SOTTO_OK) return err;
    }
}

/** Whether nothing is left; call after text_skip_blanks(). */
static inline bool text_at_end(const struct text *text)
{
    return text->at == text->end;
}

#endif
