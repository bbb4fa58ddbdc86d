/* Command lines: options, environment, checks. */
#include "cli.h"
#include "buffer.h"
#include "help.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What getopt_long returns for long options: beyond all characters. */
enum { VALUE_OPTION = 1000, VALUE_HELP = 2000, VALUE_VERSION };

static size_t find_option(const struct cli_tool *tool, const char *name)
{
    for (size_t i = 0; i < tool->n_options; i++)
        if (strcmp(tool->options[i].name, name) == 0) return i;
    return tool->n_options;
}

/** getopt_long's view of the table: option i has the value VALUE_OPTION + i. */
static void make_getopt_tables(struct option *longs, char *shorts, const struct cli_tool *tool)
{
    *shorts++ = ':';
    for (size_t i = 0; i < tool->n_options; i++, longs++) {
        const struct cli_option *option = &tool->options[i];

        *longs = (struct option){option->name,
                                 option->kind == CLI_FLAG ? no_argument : required_argument, NULL,
                                 VALUE_OPTION + (int)i};
        if (option->letter == 0) continue;
        *shorts++ = option->letter;
        if (option->kind != CLI_FLAG) *shorts++ = ':';
    }
    *longs++ = (struct option){"help", no_argument, NULL, VALUE_HELP};
    *longs++ = (struct option){"version", no_argument, NULL, VALUE_VERSION};
    *longs = (struct option){0};
    strcpy(shorts, "hV");
}

static int usage_error(struct report *report, const struct cli_tool *tool)
{
    report_hint(report, "see %s --help", tool->name);
    return STATUS_USAGE;
}

static int bad_option(struct report *report, const struct cli_tool *tool, int found, char **argv)
{
    const char *word = argv[optind - 1];

    if (found == ':' && optopt < 256 && optopt > ' ')
        report_fail(report, STATUS_USAGE, "option -%c needs an argument", optopt);
    else if (found == ':') report_fail(report, STATUS_USAGE, "option %s needs an argument", word);
    else if (optopt > ' ' && optopt < 127)
        report_fail(report, STATUS_USAGE, "unknown option -%c", optopt);
    else if (optopt != 0) report_fail(report, STATUS_USAGE, "option '%s' takes no argument", word);
    else report_fail(report, STATUS_USAGE, "unknown or ambiguous option '%s'", word);
    return usage_error(report, tool);
}

static int add_value(struct report *report, struct cli_value *value, char *item)
{
    char **grown = realloc(value->items, (value->n_items + 1) * sizeof *grown);

    if (grown == NULL) return report_memory(report);
    value->items = grown;
    value->items[value->n_items++] = item;
    value->given = true;
    return STATUS_OK;
}

/** Index of the option that getopt_long found. */
static size_t option_index(const struct cli_tool *tool, int found)
{
    size_t i = 0;

    if (found >= VALUE_OPTION) return (size_t)(found - VALUE_OPTION);
    while (tool->options[i].letter != found) i++;
    return i;
}

/** Answers --help and --version; false for every other option. */
static bool answer(const struct cli_tool *tool, int found)
{
    if (found == VALUE_HELP || found == 'h') help_print(stdout, tool);
    else if (found == VALUE_VERSION || found == 'V')
        printf("%s (sotto) %s\n", tool->name, sotto_version());
    else return false;
    return true;
}

static int parse_options(struct report *report, struct cli *cli, int argc, char **argv)
{
    const struct cli_tool *tool = cli->tool;
    struct option longs[CLI_MAX_OPTIONS + 3];
    char shorts[2 * CLI_MAX_OPTIONS + 4];
    int found, status = STATUS_OK;

    make_getopt_tables(longs, shorts, tool);
    opterr = 0;
    while (status == STATUS_OK && (found = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (answer(tool, found)) {
            cli->done = true;
            return cli_flush(report);
        }
        if (found == '?' || found == ':') return bad_option(report, tool, found, argv);
        status = add_value(report, &cli->values[option_index(tool, found)], optarg);
    }
    return status;
}

/** What follows an equals sign may be a secret that lacks its -i, and is not shown. */
static int unexpected(struct report *report, const struct cli_tool *tool, const char *word)
{
    size_t len = strcspn(word, "=");

    report_fail(report, STATUS_USAGE, "unexpected argument '%.*s'%s", (int)(len < 200 ? len : 200),
                word, word[len] == '=' ? " with a value; inputs are given as -i NAME=VALUE" : "");
    return usage_error(report, tool);
}

static int parse_operands(struct report *report, struct cli *cli, int argc, char **argv)
{
    const struct cli_tool *tool = cli->tool;

    cli->operands = argv + optind;
    cli->n_operands = (size_t)(argc - optind);
    if (tool->commands != NULL) {
        if (cli->n_operands == 0) {
            report_fail(report, STATUS_USAGE, "no command given");
            return usage_error(report, tool);
        }
        while (cli->command < tool->n_commands &&
               strcmp(tool->commands[cli->command].name, cli->operands[0]) != 0)
            cli->command++;
        if (cli->command == tool->n_commands) {
            report_fail(report, STATUS_USAGE, "unknown command '%s'", cli->operands[0]);
            return usage_error(report, tool);
        }
        cli->operands++;
        cli->n_operands--;
    }
    if (cli->n_operands < tool->min_operands) {
        report_fail(report, STATUS_USAGE, "no circuit file given");
        return usage_error(report, tool);
    }
    if (cli->n_operands > tool->max_operands)
        return unexpected(report, tool, cli->operands[tool->max_operands]);
    return STATUS_OK;
}

/** Options that the chosen command does not take. */
static int check_commands(struct report *report, const struct cli *cli)
{
    const struct cli_tool *tool = cli->tool;

    for (size_t i = 0; i < tool->n_options; i++) {
        if (!cli->values[i].given || tool->options[i].commands >> cli->command & 1) continue;
        report_fail(report, STATUS_USAGE, "--%s is not an option of '%s %s'", tool->options[i].name,
                    tool->name, tool->commands[cli->command].name);
        return usage_error(report, tool);
    }
    return STATUS_OK;
}

static bool is_word(const char *text, const char *const words[3])
{
    return strcmp(text, words[0]) == 0 || strcmp(text, words[1]) == 0 ||
           strcmp(text, words[2]) == 0;
}

static int take_environment(struct report *report, struct cli_value *value,
                            const struct cli_option *option, const char *name)
{
    static const char *const yes[] = {"1", "true", "yes"}, *const no[] = {"0", "false", "no"};
    char *text = getenv(name);

    if (text == NULL || *text == '\0') return STATUS_OK;
    if (option->kind == CLI_FLAG && is_word(text, no)) return STATUS_OK;
    if (option->kind == CLI_FLAG && !is_word(text, yes))
        return report_fail(report, STATUS_USAGE, "%s is '%s'; it takes 1 or 0", name, text);
    value->from_environment = true;
    return add_value(report, value, text);
}

static int read_environment(struct report *report, struct cli *cli)
{
    char name[64];
    int status = STATUS_OK;

    for (size_t i = 0; i < cli->tool->n_options && status == STATUS_OK; i++) {
        const struct cli_option *option = &cli->tool->options[i];

        if (cli->values[i].given || option->kind == CLI_LIST) continue;
        if ((option->commands >> cli->command & 1) == 0) continue;
        environment_name(name, sizeof name, option->name);
        status = take_environment(report, &cli->values[i], option, name);
    }
    return status;
}

/* --json may come from the environment too. */
static bool cli_has_json(const struct cli *cli)
{
    for (size_t i = 0; i < cli->tool->n_options; i++)
        if (strcmp(cli->tool->options[i].name, "json") == 0) return cli->values[i].given;
    return false;
}

/** What is opened next, a connection perhaps, would stand in for a standard stream that is closed.
 *  Held for reading only, standard input is empty, and writing to the others still fails. */
static void hold_streams(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", O_RDONLY); /* the lowest free descriptor, which is fd */
}

int cli_parse(struct report *report, struct cli *cli, const struct cli_tool *tool, int argc,
              char **argv)
{
    int status;

    hold_streams();
    cli->tool = tool;
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        cli->json |= strcmp(argv[i], "--json") == 0;
    status = parse_options(report, cli, argc, argv);
    if (status != STATUS_OK || cli->done) return status;
    status = parse_operands(report, cli, argc, argv);
    if (status == STATUS_OK) status = check_commands(report, cli);
    if (status == STATUS_OK && !tool->no_environment) status = read_environment(report, cli);
    if (cli_has_json(cli)) cli->json = true;
    return status;
}

void cli_free(struct cli *cli)
{
    for (size_t i = 0; i < CLI_MAX_OPTIONS; i++) free(cli->values[i].items);
}

/** An option that is in no table is a bug that shows at the first run. */
static const struct cli_value *value_of(const struct cli *cli, const char *option)
{
    size_t i = find_option(cli->tool, option);

    if (i == cli->tool->n_options) abort();
    return &cli->values[i];
}

bool cli_has(const struct cli *cli, const char *option)
{
    return value_of(cli, option)->given;
}

const char *cli_text(const struct cli *cli, const char *option)
{
    const struct cli_value *value = value_of(cli, option);

    return value->n_items == 0 ? NULL : value->items[value->n_items - 1];
}

const struct cli_value *cli_list(const struct cli *cli, const char *option)
{
    return value_of(cli, option);
}

static void forget(struct cli *cli, const char *option)
{
    struct cli_value *value = &cli->values[find_option(cli->tool, option)];

    value->given = value->from_environment = false;
    value->n_items = 0;
}

int cli_exclude(struct report *report, struct cli *cli, const char *one, const char *other)
{
    const struct cli_value *a = value_of(cli, one), *b = value_of(cli, other);

    if (!a->given || !b->given) return STATUS_OK;
    if (a->from_environment == b->from_environment)
        return report_fail(report, STATUS_USAGE, "--%s and --%s exclude each other", one, other);
    forget(cli, a->from_environment ? one : other);
    return STATUS_OK;
}

int cli_choice(struct report *report, const struct cli *cli, unsigned *choice, const char *option,
               const char *const *words, unsigned n_words, unsigned fallback)
{
    const char *text = cli_text(cli, option);

    *choice = fallback;
    if (text == NULL) return STATUS_OK;
    for (*choice = 0; *choice < n_words; ++*choice)
        if (strcmp(words[*choice], text) == 0) return STATUS_OK;
    report_fail(report, STATUS_USAGE, "--%s does not take '%s'", option, text);
    for (unsigned i = 0; i < n_words; i++)
        report_hint(report, i == 0 ? "it takes %s" : "or %s", words[i]);
    return STATUS_USAGE;
}

struct unit {
    const char *name;
    uint64_t factor;
};

static bool read_number(uint64_t *number, const char *text, const struct unit *units,
                        size_t n_units)
{
    char *end;

    errno = 0;
    if (*text < '0' || *text > '9') return false;
    *number = strtoull(text, &end, 10);
    if (errno != 0 || *number == 0) return false;
    for (size_t i = 0; i < n_units; i++)
        if (strcmp(end, units[i].name) == 0)
            return !__builtin_mul_overflow(*number, units[i].factor, number);
    return false;
}

static int read_option(struct report *report, const struct cli *cli, uint64_t *number,
                       const char *option, const struct unit *units, size_t n_units,
                       const char *takes)
{
    const char *text = cli_text(cli, option);

    *number = 0;
    if (text == NULL || read_number(number, text, units, n_units)) return STATUS_OK;
    report_fail(report, STATUS_USAGE, "--%s does not take '%s'", option, text);
    report_hint(report, "it takes %s", takes);
    return STATUS_USAGE;
}

int cli_duration(struct report *report, const struct cli *cli, uint64_t *milliseconds,
                 const char *option)
{
    static const struct unit units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}};

    return read_option(report, cli, milliseconds, option, units, sizeof units / sizeof units[0],
                       "a time above zero, such as 500ms, 2s or 1m");
}

int cli_size(struct report *report, const struct cli *cli, uint64_t *bytes, const char *option)
{
    static const struct unit units[] = {{"", 1},
                                        {"K", UINT64_C(1) << 10},
                                        {"M", UINT64_C(1) << 20},
                                        {"G", UINT64_C(1) << 30},
                                        {"T", UINT64_C(1) << 40}};

    return read_option(report, cli, bytes, option, units, sizeof units / sizeof units[0],
                       "a size above zero, such as 64K, 1M (2^20 bytes) or 2G");
}

int cli_rate(struct report *report, const struct cli *cli, uint64_t *rate, const char *option)
{
    static const struct unit units[] = {{"", 1}, {"K", 1000}, {"M", 1000000}, {"G", 1000000000}};

    return read_option(report, cli, rate, option, units, sizeof units / sizeof units[0],
                       "bits a second above zero, such as 800K, 100M or 10G");
}

int cli_count(struct report *report, const struct cli *cli, uint64_t *count, const char *option)
{
    static const struct unit units[] = {{"", 1}};

    return read_option(report, cli, count, option, units, 1, "a whole number above zero");
}

int cli_flush(struct report *report)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return STATUS_OK;
    return report_fail(report, STATUS_OUTPUT, "cannot write standard output: %s", strerror(errno));
}

void cli_report(const struct report *report, const struct cli_tool *tool, const char *schema,
                bool json)
{
    struct buffer out = {0};

    report_print(stderr, report, tool->name);
    if (!json) return;
    buffer_addf(&out, "{\"schema\":\"%s\",\"ok\":false,\"error\":{\"code\":%d,\"message\":", schema,
                report->status);
    buffer_add_json(&out, report->message);
    buffer_add_text(&out, ",\"hint\":");
    buffer_add_json(&out, report->hint);
    buffer_add_text(&out, "}}\n");
    /* Nothing is left to be done when stdout cannot be written either. */
    if (!out.failed) fwrite(out.data, 1, out.len, stdout);
    fflush(stdout);
    buffer_free(&out);
}
