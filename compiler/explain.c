/* The ANDs of each line; see explain.h. */
#include "compiler/explain.h"

#include <stdlib.h>
#include <string.h>

#define MAX_SHOWN_LINE 60

static int by_position(const void *a, const void *b)
{
    source_pos x = *(const source_pos *)a, y = *(const source_pos *)b;

    return (x > y) - (x < y);
}

static int by_place(const void *a, const void *b)
{
    const struct line_cost *x = a, *y = b;
    int files = strcmp(x->file, y->file);

    return files != 0 ? files : (x->line > y->line) - (x->line < y->line);
}

static int by_cost(const void *a, const void *b)
{
    const struct line_cost *x = a, *y = b;

    if (x->n_and != y->n_and) return x->n_and < y->n_and ? 1 : -1;
    return by_place(a, b);
}

/* The positions of all live ANDs, in order; their number. */
static uint64_t and_positions(struct graph *graph, source_pos **out, const literal *outputs,
                              uint64_t n_outputs)
{
    uint8_t *marks = arena_new(graph->arena, graph->n_nodes, 1);
    source_pos *positions;
    uint64_t n = 0;

    if (graph->n_nodes > 0) graph_mark_live(graph, marks, outputs, n_outputs);
    for (uint32_t node = 0; node < graph->n_nodes; node++)
        n += marks[node] != 0 && graph_is_and(graph, node);
    positions = arena_new(graph->arena, n, sizeof *positions);
    n = 0;
    for (uint32_t node = 0; node < graph->n_nodes; node++)
        if (marks[node] != 0 && graph_is_and(graph, node)) positions[n++] = graph->positions[node];
    qsort(positions, n, sizeof *positions, by_position);
    *out = positions;
    return n;
}

/* Positions that are one line become one. */
static uint64_t merge_lines(struct line_cost *lines, uint64_t n)
{
    uint64_t kept = 0;

    qsort(lines, n, sizeof *lines, by_place);
    for (uint64_t i = 0; i < n; i++) {
        if (kept > 0 && by_place(&lines[kept - 1], &lines[i]) == 0)
            lines[kept - 1].n_and += lines[i].n_and;
        else lines[kept++] = lines[i];
    }
    return kept;
}

struct cost cost_of_lines(struct graph *graph, const literal *outputs, uint64_t n_outputs,
                          const struct source *source)
{
    source_pos *positions;
    uint64_t n = and_positions(graph, &positions, outputs, n_outputs), n_lines = 0, end;
    struct cost cost = {.n_and = n};

    for (uint64_t i = 0; i < n; i++) n_lines += i == 0 || positions[i] != positions[i - 1];
    cost.lines = arena_new(graph->arena, n_lines, sizeof *cost.lines);
    for (uint64_t i = 0; i < n; i = end) {
        struct source_place place = source_locate(source, positions[i]);

        for (end = i; end < n && positions[end] == positions[i];) end++;
        cost.lines[cost.n_lines++] =
            (struct line_cost){place.file, place.line, place.line_text, place.line_len, end - i};
    }
    cost.n_lines = merge_lines(cost.lines, cost.n_lines);
    qsort(cost.lines, cost.n_lines, sizeof *cost.lines, by_cost);
    return cost;
}

/* The line without the blanks around it, cut, control characters as blanks. */
static char *shown_line(struct arena *arena, const struct line_cost *line)
{
    size_t first = 0, len = line->text_len;
    char *text;

    while (first < len && (line->text[first] == ' ' || line->text[first] == '\t')) first++;
    while (len > first && (line->text[len - 1] == ' ' || line->text[len - 1] == '\r')) len--;
    len = len - first < MAX_SHOWN_LINE ? len - first : MAX_SHOWN_LINE;
    text = arena_text(arena, line->text + first, len);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7f) text[i] = ' ';
    return text;
}

static char *shown_file(struct arena *arena, const char *file)
{
    char *out = arena_new(arena, 4 * (uint64_t)strlen(file) + 8, 1);

    return escape_text(out, 4 * strlen(file) + 8, file, strlen(file));
}

static char *cost_line(struct arena *arena, uint64_t n_and, uint64_t n_all, const char *where)
{
    double share = n_all > 0 ? 100.0 * (double)n_and / (double)n_all : 0.0;

    return arena_format(arena, "%12llu %5.1f%%  %s\n", (unsigned long long)n_and, share, where);
}

char *cost_text(struct arena *arena, const struct cost *cost)
{
    char **parts = arena_new(arena, cost->n_lines + 2, sizeof *parts), *text, *at;
    uint64_t len = 1;

    parts[0] = arena_text(arena, "        ANDs         line\n", 27);
    for (uint64_t i = 0; i < cost->n_lines; i++) {
        const struct line_cost *line = &cost->lines[i];

        parts[i + 1] =
            cost_line(arena, line->n_and, cost->n_and,
                      arena_format(arena, "%s:%llu: %s", shown_file(arena, line->file),
                                   (unsigned long long)line->line, shown_line(arena, line)));
    }
    parts[cost->n_lines + 1] = cost_line(arena, cost->n_and, cost->n_and, "all");
    for (uint64_t i = 0; i < cost->n_lines + 2; i++) len += strlen(parts[i]);
    text = at = arena_new(arena, len, 1);
    for (uint64_t i = 0; i < cost->n_lines + 2; i++) {
        memcpy(at, parts[i], strlen(parts[i]));
        at += strlen(parts[i]);
    }
    return text;
}
