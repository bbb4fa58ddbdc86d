/* Asking a person for a secret. */
#ifndef SOTTO_APPS_ASK_H
#define SOTTO_APPS_ASK_H

#include "buffer.h"

/** Reads one line into answer, without its newline: from the terminal, without echo, when standard
 *  input is one or may not be read; else from standard input. STATUS_INPUT at the end of the
 *  input. The terminal is restored in any case. */
int ask(struct report *report, struct buffer *answer, const char *prompt, bool stdin_is_taken);

#endif
