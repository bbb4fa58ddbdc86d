/* From positions to places in the user's files; see source.h. */
#include "compiler/source.h"

#include <string.h>

void source_init(struct source *source, struct arena *arena, const char *name, const char *text,
                 uint64_t text_len)
{
    *source = (struct source){.arena = arena, .text = text, .text_len = text_len};
    source_mark(source, 0, name, 1);
}

void source_mark(struct source *source, source_pos start, const char *file, uint64_t line)
{
    source->spans = arena_grow(source->arena, source->spans, source->n_spans, &source->capacity,
                               sizeof *source->spans);
    source->spans[source->n_spans++] = (struct source_span){start, file, line};
}

static const struct source_span *find_span(const struct source *source, source_pos position)
{
    uint64_t low = 0, high = source->n_spans;

    while (high - low > 1) {
        uint64_t middle = low + (high - low) / 2;

        if (source->spans[middle].start <= position) low = middle;
        else high = middle;
    }
    return source->spans + low;
}

struct source_place source_locate(const struct source *source, source_pos position)
{
    const struct source_span *span = find_span(source, position);
    struct source_place place = {.file = span->file, .line = span->line};
    uint64_t start = span->start, end;

    if (position > source->text_len) position = (source_pos)source->text_len;
    for (uint64_t i = span->start; i < position; i++)
        if (source->text[i] == '\n') {
            place.line++;
            start = i + 1;
        }
    for (end = start; end < source->text_len && source->text[end] != '\n';) end++;
    place.column = position - start + 1;
    place.line_text = source->text + start;
    place.line_len = end - start;
    return place;
}
