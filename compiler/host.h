/* The host's C compiler, $CC, started without a shell; and where our own headers are. */
#ifndef SOTTO_COMPILER_HOST_H
#define SOTTO_COMPILER_HOST_H

#include "base/error.h"

#include <stdint.h>
#include <sys/types.h>

/** The words of $CC, or "cc", and then these arguments, NULL behind; freed with mem_free(). NULL
 *  when there is no memory. The arguments are not copied. */
const char **host_command(const char *const *arguments, uint64_t n_arguments) CHECKED;

/** Starts a command; out and error replace its standard output and error, -1 for as they are.
 *  -1 when it cannot. Exit status 127 means that the command was not found. */
pid_t host_start(const char *const *command, int out, int error) CHECKED;

/** The folder of our headers; freed with mem_free(). NULL when there is no memory. */
char *host_include_dir(void) CHECKED;

#endif
