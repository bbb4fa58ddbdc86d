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

bool program_is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/** Path of the interface file, to be freed; NULL in *path when there is none. */
static int find_interface(struct report *report, char **path, const char *circuit_path,
                          const char *option)
{
    struct stat file;

    *path = NULL;
    if (option != NULL && strcmp(option, "none") == 0) return STATUS_OK;
    if (option == NULL && program_is_stdin(circuit_path)) return STATUS_OK;
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

const char *program_folder(void)
{
    const char *folder = getenv("GC_CIRCUITS_DIR");

    return folder == NULL || *folder == '\0' ? PKGDATADIR "/circuits" : folder;
}

/** A path that leads nowhere may be the name of a circuit that is installed. */
static void hint_installed(struct report *report, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash == NULL ? path : slash + 1;
    static const char *const endings[] = {"", ".txt"};
    struct stat file;

    if (*name == '\0' || stat(path, &file) == 0) return;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        struct buffer installed = {0};

        buffer_addf(&installed, "%s/%s%s", program_folder(), name, endings[i]);
        if (!installed.failed && stat(installed.data, &file) == 0 && S_ISREG(file.st_mode))
            report_hint(report, "an installed circuit has that name: %s", installed.data);
        buffer_free(&installed);
    }
}

int program_load(struct report *report, sotto_context *context, struct program *program,
                 const char *path, const struct program_options *options)
{
    const char *file = program_is_stdin(path) ? "/dev/stdin" : path;
    int status =
        report_library(report, context, sotto_circuit_load(context, &program->circuit, file));

    if (status == STATUS_CIRCUIT) hint_installed(report, file);
    if (status != STATUS_OK) return status;
    return load_interface(report, context, program, path, options);
}

/** SIZE as --max-memory takes it, rounded up. */
static void hint_size(struct report *report, uint64_t bytes)
{
    unsigned shift = bytes < UINT64_C(1) << 24 ? 10 : bytes < UINT64_C(1) << 34 ? 20 : 30;
    uint64_t units = (bytes >> shift) + (bytes % (UINT64_C(1) << shift) != 0);

    report_hint(report, "--max-memory %llu%c is enough", (unsigned long long)units,
                shift == 10   ? 'K'
                : shift == 20 ? 'M'
                              : 'G');
}

void program_hint_memory(struct report *report, sotto_context *context,
                         const struct program *program, const sotto_limits *limits,
                         const sotto_session_options *options)
{
    sotto_limits wide = *limits;
    sotto_context *unlimited = NULL;
    sotto_circuit_stats stats;
    sotto_cost cost;

    if (report->status != STATUS_LIMIT || program->interface == NULL) return;
    /* No more is taken here than the limit allows: a schedule that is over it is not made. */
    if (sotto_circuit_measure(context, &stats, program->circuit) == SOTTO_ERR_LIMIT) {
        report_hint(report, "--max-memory sets the limit; a run takes more than scheduling does");
        return;
    }
    wide.max_memory = UINT64_MAX;
    if (sotto_context_new(&unlimited, &wide) == SOTTO_OK &&
        sotto_session_predict(unlimited, &cost, program->circuit, program->interface, options) ==
            SOTTO_OK &&
        cost.peak_memory > limits->max_memory)
        hint_size(report, cost.peak_memory);
    sotto_context_free(unlimited);
}

void program_free(struct program *program)
{
    sotto_interface_free(program->interface);
    sotto_circuit_free(program->circuit);
    *program = (struct program){0};
}
