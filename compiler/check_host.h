/*
 * The host's side of --check: the program, with a function around it that takes its inputs from
 * memory and leaves its outputs there, as a shared object in a private folder.
 */
#ifndef SOTTO_COMPILER_CHECK_HOST_H
#define SOTTO_COMPILER_CHECK_HOST_H

#include "base/error.h"
#include "compiler/word.h"

#include <signal.h>
#include <stddef.h>
#include <sys/types.h>

/** The folder and what is in it. */
struct check_host {
    char *folder; /* NULL: not made yet */
    char *source;
    char *object;
    char *messages; /* of the compiler */
};

/** Takes each input value's and then each output value's object, in order. */
typedef void check_run_fn(void **values);

/** Name of the function of that type in the object. */
#define CHECK_RUN "gc_check_run"

/** Number of objects: those of bound_exceeded are not the program's. */
uint64_t check_n_values(const struct word_program *program);
const struct word_value *check_value(const struct word_program *program, uint64_t i);

/** Makes the object. SOTTO_ERR_IO, _MEMORY; SOTTO_ERR_INPUT when the compiler refuses the program;
 *  SOTTO_ERR_INTERRUPTED when *caught became a signal. Release it in every case. */
sotto_err check_build(struct sotto_context *context, struct check_host *host,
                      const struct word_program *program, const char *text, size_t text_len,
                      const volatile sig_atomic_t *caught) CHECKED;

/** Removes the folder. */
void check_release(struct check_host *host);

/** Waits for a child, which is killed when *caught becomes a signal; its status. */
int check_wait(pid_t child, const volatile sig_atomic_t *caught);

#endif
