/*
 * The preprocessed text of one translation unit, and from where in the user's files each byte of it
 * comes: the "# line" marks that the preprocessor leaves.
 */
#ifndef SOTTO_COMPILER_SOURCE_H
#define SOTTO_COMPILER_SOURCE_H

#include "compiler/arena.h"
#include "compiler/word.h"

/** Lines from one mark to the next. */
struct source_span {
    source_pos start;
    const char *file;
    uint64_t line; /* of the byte at start */
};

struct source {
    struct arena *arena;
    const char *text; /* a NUL behind */
    uint64_t text_len;
    struct source_span *spans;
    uint64_t n_spans;
    uint64_t capacity;
};

struct source_place {
    const char *file;
    uint64_t line;
    uint64_t column;       /* from 1, in bytes */
    const char *line_text; /* the whole line */
    size_t line_len;
};

/** text must outlive the source; name is the file of its first line. */
void source_init(struct source *source, struct arena *arena, const char *name, const char *text,
                 uint64_t text_len);

/** A mark: the text from start on is the given line of file. */
void source_mark(struct source *source, source_pos start, const char *file, uint64_t line);

struct source_place source_locate(const struct source *source, source_pos position);

#endif
