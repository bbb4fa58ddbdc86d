/* --help. */
#include "help.h"

#include <string.h>

#define WIDTH 79
#define HELP_COLUMN 30

void environment_name(char *out, size_t out_size, const char *option)
{
    snprintf(out, out_size, "GC_%s", option);
    for (char *at = out; *at != '\0'; at++) {
        if (*at == '-') *at = '_';
        if (*at >= 'a' && *at <= 'z') *at = (char)(*at - 'a' + 'A');
    }
}

/** Prints words from column on, wrapped and indented by indent. */
static void print_words(FILE *stream, const char *text, size_t column, size_t indent)
{
    bool first = true;

    while (*text != '\0') {
        size_t len = strcspn(text, " \n");

        if (!first && column + 1 + len > WIDTH) {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        if (!first) fputc(' ', stream);
        fwrite(text, 1, len, stream);
        column += len + !first;
        first = false;
        text += len;
        if (*text == '\n') {
            fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        text += *text != '\0';
    }
    fputc('\n', stream);
}

static void print_entry(FILE *stream, const char *entry, const char *help)
{
    size_t column = strlen(entry);

    fputs(entry, stream);
    if (column + 2 > HELP_COLUMN) {
        fputc('\n', stream);
        column = 0;
    }
    fprintf(stream, "%*s", (int)(HELP_COLUMN - column), "");
    print_words(stream, help, HELP_COLUMN, HELP_COLUMN);
}

static void print_option(FILE *stream, const struct cli_option *option)
{
    char entry[96], letter[8] = "    ";

    if (option->letter != 0) snprintf(letter, sizeof letter, "-%c, ", option->letter);
    snprintf(entry, sizeof entry, "  %s--%s%s%s", letter, option->name,
             option->argument == NULL ? "" : " ", option->argument == NULL ? "" : option->argument);
    print_entry(stream, entry, option->help);
}

static void print_options(FILE *stream, const struct cli_tool *tool)
{
    static const struct cli_option common[] = {
        {"help", 'h', CLI_FLAG, NULL, CLI_ALL, "print this and exit"},
        {"version", 'V', CLI_FLAG, NULL, CLI_ALL, "print the version and exit"},
    };

    fputs("\nOptions:\n", stream);
    for (size_t i = 0; i < tool->n_options; i++) print_option(stream, &tool->options[i]);
    for (size_t i = 0; i < 2; i++) print_option(stream, &common[i]);
}

static void print_commands(FILE *stream, const struct cli_tool *tool)
{
    char entry[64];

    fputs("\nCommands:\n", stream);
    for (size_t i = 0; i < tool->n_commands; i++) {
        snprintf(entry, sizeof entry, "  %s", tool->commands[i].name);
        print_entry(stream, entry, tool->commands[i].help);
    }
}

void help_print(FILE *stream, const struct cli_tool *tool)
{
    for (size_t i = 0; tool->usage[i] != NULL; i++)
        fprintf(stream, "%s %s %s\n", i == 0 ? "Usage:" : "      ", tool->name, tool->usage[i]);
    fputc('\n', stream);
    print_words(stream, tool->about, 0, 0);
    if (tool->commands != NULL) print_commands(stream, tool);
    print_options(stream, tool);
    fputc('\n', stream);
    print_words(stream, tool->notes, 0, 0);
}
