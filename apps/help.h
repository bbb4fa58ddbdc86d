/* What --help prints, made from a tool's table of options. */
#ifndef SOTTO_APPS_HELP_H
#define SOTTO_APPS_HELP_H

#include "cli.h"

void help_print(FILE *stream, const struct cli_tool *tool);

/** "connect-timeout" to "GC_CONNECT_TIMEOUT". */
void environment_name(char *out, size_t out_size, const char *option);

#endif
