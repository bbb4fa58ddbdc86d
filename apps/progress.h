/* How far a run is, on stderr. */
#ifndef SOTTO_APPS_PROGRESS_H
#define SOTTO_APPS_PROGRESS_H

#include "cli.h"

#include <time.h>

struct progress {
    const char *tool;
    bool on_terminal; /**< one line, overwritten */
    bool dirty;       /**< such a line stands there */
    sotto_phase phase;
    struct timespec started; /**< the phase of gates */
    struct timespec shown;
};

/** Reads --progress (auto: only on a terminal and not with --quiet); *enabled tells the answer. */
int progress_parse(struct report *report, struct progress *progress, bool *enabled,
                   const struct cli *cli);

/** A sotto_progress_fn whose user is a struct progress. */
void progress_show(void *user, sotto_phase phase, uint64_t done, uint64_t total);

/** How far a run of rows through layers is. A row is done when it is through the last layer; the
 *  layer is that of the rows at hand, of which n_done_parts of n_parts are done. */
struct rows_progress {
    uint64_t n_done, n_rows;
    uint64_t layer, n_layers;
    uint64_t n_done_parts, n_parts;
};

/** The same for such a run; user is a struct progress. */
void progress_show_rows(void *user, const struct rows_progress *rows);

/** Ends the line; what is shown next is the first of another run. */
void progress_end(struct progress *progress);

#endif
