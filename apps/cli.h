/*
 * Command lines. Each tool has one table of options, from which getopt_long, the GC_* environment
 * variables and --help are made. The command line wins over the environment.
 */
#ifndef SOTTO_APPS_CLI_H
#define SOTTO_APPS_CLI_H

#include "report.h"

#include <stdbool.h>

enum cli_kind {
    CLI_FLAG, /**< no argument */
    CLI_TEXT, /**< one argument; the last one given counts */
    CLI_LIST  /**< may be repeated; not taken from the environment */
};

/** An option of a tool; --help, --version are added to every table. */
struct cli_option {
    const char *name; /**< without the dashes; "listen" is also GC_LISTEN */
    char letter;      /**< of the short form, or 0 */
    enum cli_kind kind;
    const char *argument; /**< what --help calls the argument, or NULL */
    unsigned commands;    /**< bit c: taken by command c */
    const char *help;
};

#define CLI_ALL (~0u)
#define CLI_MAX_OPTIONS 48

struct cli_command {
    const char *name;
    const char *help;
};

struct cli_tool {
    const char *name;
    const char *const *usage; /**< lines, without the tool's name; NULL-terminated */
    const char *about;
    const struct cli_command *commands; /**< NULL when the tool has none */
    size_t n_commands;
    const struct cli_option *options;
    size_t n_options;
    unsigned min_operands; /**< besides the command */
    unsigned max_operands;
    const char *notes;   /**< printed below the options */
    bool no_environment; /**< takes its options from the command line only */
};

struct cli_value {
    char **items; /**< arguments in order; none for a flag */
    size_t n_items;
    bool given;
    bool from_environment;
};

/** A parsed command line. */
struct cli {
    const struct cli_tool *tool;
    unsigned command; /**< index into the tool's commands, 0 when it has none */
    char **operands;
    size_t n_operands;
    struct cli_value values[CLI_MAX_OPTIONS];
    bool done; /**< --help or --version was answered */
    bool json; /**< --json stands on the command line, even when the rest of it is wrong */
};

/** Parses; zero-initialise *cli first. STATUS_USAGE, or STATUS_OK and look at cli->done. */
int cli_parse(struct report *report, struct cli *cli, const struct cli_tool *tool, int argc,
              char **argv);
void cli_free(struct cli *cli);

/** Whether the option was given. A flag from the environment counts when it is 1, true or yes. */
bool cli_has(const struct cli *cli, const char *option);

/** The option's last argument, NULL when it was not given. */
const char *cli_text(const struct cli *cli, const char *option);

/** All arguments of a CLI_LIST option. */
const struct cli_value *cli_list(const struct cli *cli, const char *option);

/** Forgets one of two options that exclude each other, when one stands on the command line and the
 *  other only in the environment; STATUS_USAGE when both come from the same place. */
int cli_exclude(struct report *report, struct cli *cli, const char *one, const char *other);

/** Index of the option's argument among n words, or fallback when it was not given. */
int cli_choice(struct report *report, const struct cli *cli, unsigned *choice, const char *option,
               const char *const *words, unsigned n_words, unsigned fallback);

/** "500ms", "2s", "1m", "1h" in milliseconds; 0 when the option was not given. */
int cli_duration(struct report *report, const struct cli *cli, uint64_t *milliseconds,
                 const char *option);

/** "4096", "64K", "1M" = 2^20, "2G", "1T" in bytes; 0 when the option was not given. */
int cli_size(struct report *report, const struct cli *cli, uint64_t *bytes, const char *option);

/** "2500", "100K", "50M", "1G" with decimal prefixes; 0 when the option was not given. */
int cli_rate(struct report *report, const struct cli *cli, uint64_t *rate, const char *option);

/** A positive integer; 0 when the option was not given. */
int cli_count(struct report *report, const struct cli *cli, uint64_t *count, const char *option);

/** Flushes stdout; STATUS_OUTPUT when something could not be written. */
int cli_flush(struct report *report);

/** Prints the report on stderr, and on stdout the JSON object of schema when json is set. */
void cli_report(const struct report *report, const struct cli_tool *tool, const char *schema,
                bool json);

#endif
