/* Results as text, CSV or JSON. */
#ifndef SOTTO_APPS_OUTPUT_H
#define SOTTO_APPS_OUTPUT_H

#include "cli.h"
#include "values.h"

#define RUN_SCHEMA "gc-run/1"

enum output_format { OUTPUT_DEC, OUTPUT_HEX, OUTPUT_BIN, OUTPUT_CSV };

/** What came out of a run. */
struct outcome {
    const sotto_interface *interface;
    const uint8_t *bits; /**< all outputs for each instance in turn; NULL when not learnt */
    uint64_t n_instances;
    bool is_list; /**< JSON: a list of objects, even when there is one instance */
    sotto_session_stats stats;
    const char *peer;     /**< its key, "psk", or "" */
    const char *security; /**< "semi-honest", or "none" for an evaluation in the clear */
};

/**
 * Appends the result for people: "name = value", a line an output; with several instances a line
 * each, outputs separated by "; ". bare leaves the name of a single output away. OUTPUT_CSV has a
 * header line and a row an instance. Nothing when the result was not learnt.
 */
void output_text(struct buffer *out, const struct outcome *outcome, enum output_format format,
                 bool bare);

/** Appends the JSON object of the run; its result is a list when is_list says so, and
 *  null when it was not learnt. */
void output_json(struct buffer *out, const struct outcome *outcome, enum output_format format);

/** Tells on stderr what the run took, when --stats asks for it and --quiet does not forbid it. */
void output_stats(const struct cli *cli, const struct outcome *outcome);

/** Bits of all outputs. */
uint64_t output_bits(const sotto_interface *interface);

#endif
