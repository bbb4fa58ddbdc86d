/* The options --ot and --ot-security, of runs and of predictions. */
#ifndef SOTTO_APPS_OT_KIND_H
#define SOTTO_APPS_OT_KIND_H

#include "buffer.h"
#include "cli.h"

#include <sotto.h>

/** Fills ot, ot_width and ot_malicious; auto and semi-honest where nothing is said. */
int ot_kind_parse(struct report *report, const struct cli *cli, sotto_session_options *options);

/** The kind of a run with this k, 0 being no extension, as --ot has it, between quotes; none where
 * it has no transfers at all. */
void ot_kind_add(struct buffer *out, unsigned width, unsigned n_base_ots, const char *none,
                 const char *quote);

#endif
