/* What a circuit costs, for the user: counts as JSON, and the ANDs of each line of the program. */
#ifndef SOTTO_COMPILER_EXPLAIN_H
#define SOTTO_COMPILER_EXPLAIN_H

#include "compiler/diag.h"
#include "compiler/graph.h"

#include "base/error.h"

/** ANDs that one line of the program made. */
struct line_cost {
    const char *file;
    uint64_t line;
    const char *text;
    size_t text_len;
    uint64_t n_and;
};

struct cost {
    struct line_cost *lines; /* the dearest first */
    uint64_t n_lines;
    uint64_t n_and; /* of all */
};

/** Charges every AND that the outputs depend on to the line that made it. The graph has tracked
 *  positions; memory is its arena's, and so are failures. */
struct cost cost_of_lines(struct graph *graph, const literal *outputs, uint64_t n_outputs,
                          const struct source *source);

/** As text, from arena. */
char *cost_text(struct arena *arena, const struct cost *cost);

#endif
