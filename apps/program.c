/* Loading circuits and interfaces. */
#include "program.h"
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** "dir/prog.txt" to "dir/prog.json"; a name without an ending gets one. */
static char *sibling(const char *path)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t len = strlen(path);
    char *name;

    if (dot != NULL && (slash == NULL || dot > slash + 1) && dot != path &&
        strcmp(dot, ".json") != 0)
        len = (size_t)(dot - path);
    name = malloc(len + sizeof ".json");
    if (name == NULL) return NULL;
    memcpy(name, path, len);
    strcpy(name + len, ".json");
    return name;
}

/** One "N=garbler" or "N=evaluator". */
static int read_owner(struct report *report, int *owners, uint64_t n_inputs, const char *text)
{
    char *end;
    unsigned long long input = strtoull(text, &end, 10);

    if (*text < '0' || *text > '9' || *end != '=' ||
        (strcmp(end, "=garbler") != 0 && strcmp(end, "=evaluator") != 0)) {
        report_fail(report, STATUS_USAGE, "--owner does not take '%s'", text);
        report_hint(report, "it takes N=garbler or N=evaluator, where N counts inputs from 0");
        return STATUS_USAGE;
    }
    if (input >= n_inputs)
        return report_fail(report, STATUS_USAGE, "--owner names input %llu; the circuit has %llu",
                           input, (unsigned long long)n_inputs);
    if (owners[input] != -1)
        return report_fail(report, STATUS_USAGE, "--owner names input %llu twice", input);
    owners[input] = strcmp(end, "=garbler") == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
    return STATUS_OK;
}

static int make_default(struct report *report, sotto_context *context, struct program *program,
                        const struct program_options *options)
{
    size_t n_given = options->owners == NULL ? 0 : options->owners->n_items;
    uint64_t n = sotto_circuit_n_inputs(program->circuit);
    int *owners = new_array(n, sizeof owners[0]);
    int status = STATUS_OK;

    if (owners == NULL) return report_memory(report);
    for (uint64_t i = 0; i < n; i++) owners[i] = -1;
    for (size_t i = 0; i < n_given && status == STATUS_OK; i++)
        status = read_owner(report, owners, n, options->owners->items[i]);
    for (uint64_t i = 2; i < n && options->any_owner; i++)
        if (owners[i] == -1) owners[i] = SOTTO_GARBLER;
    if (status == STATUS_OK) {
        sotto_err err = sotto_interface_default(context, &program->interface, program->circuit,
                                                owners, (size_t)n);

        status = report_library(report, context, err);
        if (status == STATUS_USAGE && report->hint[0] == '\0')
            report_hint(report, "say who gives it: --owner 2=garbler or --owner 2=evaluator");
    }
    free(owners);
    return status;
}

/** Path of the interface file, to be freed; NULL in *path when there is none. */
static int find_interface(struct report *report, char **path, const char *circuit_path,
                          const char *option)
{
    struct stat file;

    *path = NULL;
    if (option != NULL && strcmp(option, "none") == 0) return STATUS_OK;
    *path = option != NULL ? strdup(option) : sibling(circuit_path);
    if (*path == NULL) return report_memory(report);
    if (option != NULL || stat(*path, &file) == 0 || errno != ENOENT) return STATUS_OK;
    free(*path);
    *path = NULL;
    return STATUS_OK;
}

static int load_interface(struct report *report, sotto_context *context, struct program *program,
                          const char *circuit_path, const struct program_options *options)
{
    char *path;
    int status = find_interface(report, &path, circuit_path, options->interface);

    if (status != STATUS_OK) return status;
    if (path == NULL) return make_default(report, context, program, options);
    if (options->owners != NULL && options->owners->given) {
        report_fail(report, STATUS_USAGE, "--owner: %s already tells who owns the inputs", path);
        report_hint(report, "--interface none leaves that file aside");
        status = STATUS_USAGE;
    } else {
        sotto_err err = sotto_interface_load(context, &program->interface, program->circuit, path);

        status = report_library(report, context, err);
    }
    free(path);
    return status;
}

int program_load(struct report *report, sotto_context *context, struct program *program,
                 const char *path, const struct program_options *options)
{
    int status =
        report_library(report, context, sotto_circuit_load(context, &program->circuit, path));

    if (status != STATUS_OK) return status;
    return load_interface(report, context, program, path, options);
}

void program_free(struct program *program)
{
    sotto_interface_free(program->interface);
    sotto_circuit_free(program->circuit);
    *program = (struct program){0};
}
