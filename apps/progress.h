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

/** The same for a run of rows through layers; user is a struct progress. A row is done when it is
 *  through the last layer; the layer is that of the rows at hand. */
void progress_show_rows(void *user, uint64_t n_done, uint64_t n_rows, uint64_t layer,
                        uint64_t n_layers);

/** Ends the line; what is shown next is the first of another run. */
void progress_end(struct progress *progress);

#endif
