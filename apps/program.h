/* A circuit file with its interface. */
#ifndef SOTTO_APPS_PROGRAM_H
#define SOTTO_APPS_PROGRAM_H

#include "cli.h"

struct program {
    sotto_circuit *circuit;
    sotto_interface *interface;
};

/** How a circuit gets its interface. */
struct program_options {
    const char *interface;          /**< a file, "none", or NULL for the sibling .json */
    const struct cli_value *owners; /**< "N=garbler", "N=evaluator"; may be NULL */
    bool any_owner;                 /**< who owns what does not matter */
};

/** Whether path says that the circuit comes from standard input. */
bool program_is_stdin(const char *path);

/**
 * Loads the circuit at path and its interface: the given file, none when that says "none", else
 * the sibling .json when there is one; standard input has none. Without one, owners tells who owns
 * a third or later input. A circuit that is not there, but is among the installed ones, is pointed
 * at by the hint.
 */
int program_load(struct report *report, sotto_context *context, struct program *program,
                 const char *path, const struct program_options *options);

/** The folder of the installed circuits, which GC_CIRCUITS_DIR moves. */
const char *program_folder(void);

/** Below a failed run's message: which --max-memory would do, when it was limits->max_memory that
 *  the run was over. options are the run's. */
void program_hint_memory(struct report *report, sotto_context *context,
                         const struct program *program, const sotto_limits *limits,
                         const sotto_session_options *options);
void program_free(struct program *program);

#endif
