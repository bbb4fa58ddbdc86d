/* The command line of gc-cc; see options.h. */
#include "compiler/options.h"

#include "compiler/pass.h"

#include "base/memory.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEFAULT_CHECKS 1000
#define DEFAULT_LEVEL 2
#define WIDTH 79
#define HELP_COLUMN 30

enum {
    OPTION_INTERFACE = 256,
    OPTION_FORMAT,
    OPTION_STATS,
    OPTION_EXPLAIN,
    OPTION_CHECK,
    OPTION_BOUND,
    OPTION_RUNS,
    OPTION_INCLUDE
};

struct cc_option {
    const char *name;
    int letter;           /* of the short form, or an OPTION_ */
    const char *argument; /* NULL: none; "[=N]": optional */
    const char *help;
};

static const struct cc_option table[] = {
    {"output", 'o', "FILE", "where the circuit goes; - is standard output"},
    {"interface", OPTION_INTERFACE, "FILE|none",
     "where the interface goes; beside the circuit, with the ending .json, unless given"},
    {"format", OPTION_FORMAT, "fashion|bristol", "format of the circuit; fashion unless given"},
    {"function", 'f', "NAME", "the function to compile; -fno-PASS leaves out a pass, see below"},
    {"include-directory", 'I', "FOLDER", "look for included files here first; repeatable"},
    {"define", 'D', "NAME[=TEXT]", "define a macro; repeatable"},
    {"undefine", 'U', "NAME", "undefine a macro; repeatable"},
    {"include", OPTION_INCLUDE, "FILE", "include a file first; also -include; repeatable"},
    {"preprocess", 'E', NULL, "preprocess only, to standard output or -o"},
    {"optimize", 'O', "0|1|2", "how much work goes into a small circuit; 2 unless given"},
    {"bound", OPTION_BOUND, "N",
     "most runs of a loop with a secret condition that has no #pragma gc bound"},
    {"max-runs", OPTION_RUNS, "N", "most runs of all loops together; 4194304 unless given"},
    {"warning", 'W', "error", "make warnings errors: -Werror"},
    {"no-warnings", 'w', NULL, "say no warnings"},
    {"check", OPTION_CHECK, "[=N]",
     "compare the circuit on N inputs, 1000 unless given, with the function as $CC compiles it"},
    {"stats", OPTION_STATS, NULL, "print counts of gates as JSON"},
    {"explain-cost", OPTION_EXPLAIN, NULL, "print how many ANDs each line of the program costs"},
    {"help", 'h', NULL, "print this and exit"},
    {"version", 'V', NULL, "print the version and exit"},
};

#define N_OPTIONS (sizeof table / sizeof *table)

/* -------------------------------------------------------------------------------------- help -- */

/* Words from column on, wrapped and indented. */
static void print_words(const char *text, size_t column, size_t indent)
{
    bool first = true;

    while (*text != '\0') {
        size_t len = strcspn(text, " ");

        if (!first && column + 1 + len > WIDTH) {
            printf("\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        printf("%s%.*s", first ? "" : " ", (int)len, text);
        column += len + !first;
        first = false;
        text += len + (text[len] == ' ');
    }
    putchar('\n');
}

static void print_option(const struct cc_option *option)
{
    char entry[96], letter[8] = "    ";
    const char *argument = option->argument != NULL ? option->argument : "";
    size_t column;

    if (option->letter < 256) (void)snprintf(letter, sizeof letter, "-%c, ", option->letter);
    (void)snprintf(entry, sizeof entry, "  %s--%s%s%s", letter, option->name,
                   argument[0] == '\0' || argument[0] == '[' ? "" : " ", argument);
    column = strlen(entry);
    fputs(entry, stdout);
    if (column + 2 > HELP_COLUMN) {
        putchar('\n');
        column = 0;
    }
    printf("%*s", (int)(HELP_COLUMN - column), "");
    print_words(option->help, HELP_COLUMN, HELP_COLUMN);
}

static void print_passes(void)
{
    unsigned n;
    const struct pass *passes = pass_list(&n);

    fputs("\nPasses, for -fno-PASS, and the lowest level that has them:\n", stdout);
    for (unsigned i = 0; i < n; i++)
        printf("  %-8s -O%d  %s\n", passes[i].name, passes[i].level, passes[i].summary);
    putchar('\n');
}

static void print_help(void)
{
    fputs("Usage: gc-cc FILE.c -o CIRCUIT [OPTION...]\n"
          "       gc-cc FILE.c --check | --stats | --explain-cost [OPTION...]\n\n",
          stdout);
    print_words("Compiles a function of C to a Boolean circuit for gc-run, with an interface that "
                "holds the names and types of its inputs and outputs. FILE.c may be - for standard "
                "input.",
                0, 0);
    fputs("\nOptions:\n", stdout);
    for (size_t i = 0; i < N_OPTIONS; i++) print_option(&table[i]);
    print_passes();
    print_words("$CC names the preprocessor and the compiler of --check: cc unless set. "
                "gc-c(7) is the language, gc-cc(1) the manual.",
                0, 0);
    fputc('\n', stdout);
    print_words("Circuits run with SEMI-HONEST security: both parties are assumed to follow the "
                "protocol; gc-run --help says what a party that cheats can do.",
                0, 0);
}

/* ----------------------------------------------------------------------------------- parsing -- */

static int usage_error(const char *format, const char *value)
{
    char shown[128];

    fputs("gc-cc: ", stderr);
    fprintf(stderr, format, escape_text(shown, sizeof shown, value, strlen(value)));
    fputs("\n  gc-cc --help lists the options\n", stderr);
    return STATUS_USAGE;
}

static int take_count(uint64_t *out, const char *format, const char *text)
{
    char *end;

    errno = 0;
    *out = strtoull(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || errno != 0 || *end != '\0' || *out == 0 ||
        *out > INT32_MAX)
        return usage_error(format, text);
    return 0;
}

static int unknown_pass(const char *value)
{
    char names[256];
    unsigned n, at = 0;
    const struct pass *passes = pass_list(&n);

    for (unsigned i = 0; i < n; i++)
        at += (unsigned)snprintf(names + at, sizeof names - at, "%s%s", i > 0 ? ", " : "",
                                 passes[i].name);
    (void)usage_error("-f%s: there is no such pass", value);
    fprintf(stderr, "  the passes are %s\n", names);
    return STATUS_USAGE;
}

/* -fno-PASS, or the name of a function: a name of C has no dash. */
static int take_function(struct cc_options *options, const char *value)
{
    if (strncmp(value, "no-", 3) != 0) {
        options->compile.function = value;
        return 0;
    }
    if (pass_by_name(value + 3) == 0) return unknown_pass(value);
    options->without |= pass_by_name(value + 3);
    return 0;
}

static int take_level(struct cc_options *options, const char *value)
{
    if (value[0] < '0' || value[0] > '2' || value[1] != '\0')
        return usage_error("there is no -O%s", value);
    options->level = value[0] - '0';
    return 0;
}

static int take_format(struct cc_options *options, const char *value)
{
    if (strcmp(value, "fashion") == 0) options->format = SOTTO_FORMAT_FASHION;
    else if (strcmp(value, "bristol") == 0) options->format = SOTTO_FORMAT_BRISTOL;
    else return usage_error("--format %s: fashion or bristol", value);
    return 0;
}

static int pass_on(struct cc_options *options, const char *flag, const char *value)
{
    options->arguments[options->n_arguments++] = flag;
    options->arguments[options->n_arguments++] = value;
    return 0;
}

/* Names of standard output, which must not be replaced by a file. */
static const char *output_name(const char *value)
{
    static const char *const names[] = {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(value, names[i]) == 0) return "-";
    return value;
}

static int take_option(struct cc_options *options, int option, const char *value)
{
    switch (option) {
    case 'o': options->output = output_name(value); return 0;
    case OPTION_INTERFACE: options->interface = value; return 0;
    case OPTION_FORMAT: return take_format(options, value);
    case 'f': return take_function(options, value);
    case 'I': return pass_on(options, "-I", value);
    case 'D': return pass_on(options, "-D", value);
    case 'U': return pass_on(options, "-U", value);
    case OPTION_INCLUDE: return pass_on(options, "-include", value);
    case 'E': options->preprocess_only = true; return 0;
    case 'O': return take_level(options, value);
    case OPTION_BOUND:
        return take_count(&options->compile.bound, "--bound %s: a number from 1 is needed", value);
    case OPTION_RUNS:
        return take_count(&options->compile.max_steps, "--max-runs %s: a number from 1 is needed",
                          value);
    case 'W':
        if (strcmp(value, "error") != 0) return usage_error("there is no -W%s", value);
        options->compile.warnings_are_errors = true;
        return 0;
    case 'w': options->compile.no_warnings = true; return 0;
    case OPTION_CHECK:
        options->n_checks = DEFAULT_CHECKS;
        if (value == NULL) return 0;
        return take_count(&options->n_checks, "--check=%s: a number from 1 is needed", value);
    case OPTION_STATS: options->stats = true; return 0;
    default: options->explain_cost = true; return 0;
    }
}

static void make_getopt_tables(struct option *longs, char *shorts)
{
    *shorts++ = ':';
    for (size_t i = 0; i < N_OPTIONS; i++) {
        const char *argument = table[i].argument;

        longs[i] = (struct option){table[i].name,
                                   argument == NULL     ? no_argument
                                   : argument[0] == '[' ? optional_argument
                                                        : required_argument,
                                   NULL, table[i].letter};
        if (table[i].letter >= 256) continue;
        *shorts++ = (char)table[i].letter;
        if (argument != NULL) *shorts++ = ':';
    }
    longs[N_OPTIONS] = (struct option){NULL, 0, NULL, 0};
    *shorts = '\0';
}

/* gcc's spelling of a long option with one dash. */
static void accept_single_dash(int argc, char **argv)
{
    static char include[] = "--include";

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "-include") == 0) argv[i] = include;
}

/* What fits to what. */
static int check_options(struct cc_options *options)
{
    bool to_stdout = options->output != NULL && strcmp(options->output, "-") == 0;

    if (options->preprocess_only) {
        if (options->stats || options->explain_cost || options->n_checks > 0)
            return usage_error("%s", "-E compiles nothing that could be checked or counted");
        return 0;
    }
    if (options->output == NULL && !options->stats && !options->explain_cost &&
        options->n_checks == 0)
        return usage_error("%s", "where does the circuit go? give -o FILE");
    if (options->output == NULL && options->interface != NULL)
        return usage_error("%s", "--interface needs the circuit's -o FILE");
    if (to_stdout + options->stats + options->explain_cost > 1)
        return usage_error("%s",
                           "of -o -, --stats and --explain-cost one can have standard output");
    if (options->interface != NULL && strcmp(options->interface, "-") == 0)
        return usage_error("%s", "--interface needs the name of a file");
    return 0;
}

static void apply_level(struct cc_options *options)
{
    options->passes = pass_set_of_level(options->level) & ~options->without;
    options->compile.no_fold = !pass_is_on(options->passes, PASS_FOLD);
#ifdef SOTTO_CHECK_PASSES
    options->passes |= PASS_CHECKED;
#endif
}

static int unknown_option(char **argv, int letter)
{
    char text[3] = {'-', (char)letter, '\0'};

    if (letter > 0 && letter < 256) return usage_error("there is no option %s", text);
    return usage_error("there is no option %s", argv[optind - 1]);
}

static int missing_argument(char **argv, int letter)
{
    char text[3] = {'-', (char)letter, '\0'};

    return usage_error("%s needs an argument",
                       letter > 0 && letter < 256 ? text : argv[optind - 1]);
}

int options_parse(struct cc_options *options, int argc, char **argv)
{
    struct option longs[N_OPTIONS + 1];
    char shorts[2 * N_OPTIONS + 2];
    int option, status;

    *options = (struct cc_options){.format = SOTTO_FORMAT_FASHION, .level = DEFAULT_LEVEL};
    options->arguments = mem_new(2 * (uint64_t)argc, sizeof *options->arguments);
    if (options->arguments == NULL) {
        fputs("gc-cc: out of memory\n", stderr);
        return STATUS_LIMIT;
    }
    make_getopt_tables(longs, shorts);
    accept_single_dash(argc, argv);
    while ((option = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
        if (option == '?') return unknown_option(argv, optopt);
        if (option == ':') return missing_argument(argv, optopt);
        if (option == 'h' || option == 'V') {
            if (option == 'h') print_help();
            else printf("gc-cc (sotto) %s\n", sotto_version());
            if (fflush(stdout) == 0) return -1;
            fprintf(stderr, "gc-cc: cannot write standard output: %s\n", strerror(errno));
            return STATUS_OUTPUT;
        }
        status = take_option(options, option, optarg);
        if (status != 0) return status;
    }
    if (optind + 1 != argc) return usage_error("%s", "give exactly one C file");
    options->input = argv[optind];
    apply_level(options);
    return check_options(options);
}
