/* Collecting input values. */
#include "inputs.h"
#include "table.h"
#include "values.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Where the value of an input comes from. */
enum origin { ORIGIN_NONE, ORIGIN_ENVIRONMENT, ORIGIN_FILE, ORIGIN_ARGUMENT };

struct entry {
    enum origin origin;
    struct buffer text; /* unless it comes from the file of values */
};

struct collection {
    struct report *report;
    const struct inputs_request *request;
    struct entry *entries; /* one for each input of the circuit */
    struct table table;
};

static const char *const party_names[] = {"garbler", "evaluator"};

static bool is_ours(const struct inputs_request *request, uint64_t input)
{
    return request->party == PARTY_BOTH ||
           (int)sotto_interface_input_owner(request->interface, input) == request->party;
}

/** Adds to the hint what the party may give. */
static void hint_known(struct report *report, const struct inputs_request *request)
{
    struct buffer line = {0};
    uint64_t n = sotto_interface_n_inputs(request->interface), shown_inputs = 0;
    char type[TYPE_NAME_SIZE];

    for (uint64_t i = 0; i < n && line.len < 400; i++) {
        if (!is_ours(request, i)) continue;
        buffer_addf(&line, "%s%s (%s)", shown_inputs++ > 0 ? ", " : "",
                    sotto_interface_input_name(request->interface, i),
                    type_name(type, sotto_interface_input_type(request->interface, i)));
    }
    if (shown_inputs > 0 && !line.failed)
        report_hint(report, "inputs %s%s: %s", request->party == PARTY_BOTH ? "" : "of the ",
                    request->party == PARTY_BOTH ? "are" : party_names[request->party], line.data);
    else if (request->party != PARTY_BOTH)
        report_hint(report, "the %s has no inputs", party_names[request->party]);
    else report_hint(report, "the circuit has no inputs");
    buffer_free(&line);
}

/** Finds the input called name among those of the party. */
static int find_input(struct report *report, uint64_t *input, void *user, const char *name)
{
    const struct inputs_request *request = user;
    uint64_t n = sotto_interface_n_inputs(request->interface);
    char refused[SHOWN_SIZE];

    for (*input = 0; *input < n; ++*input)
        if (strcmp(sotto_interface_input_name(request->interface, *input), name) == 0) break;
    if (*input < n && is_ours(request, *input)) return STATUS_OK;
    if (*input < n)
        report_fail(report, STATUS_INPUT, "%s: is an input of the %s, not of the %s", name,
                    party_names[sotto_interface_input_owner(request->interface, *input)],
                    party_names[request->party]);
    else
        report_fail(report, STATUS_INPUT, "unknown input '%s'", shown(refused, name, strlen(name)));
    hint_known(report, request);
    return STATUS_INPUT;
}

int inputs_check_usage(struct report *report, const struct cli_value *given, const char *stdin_use)
{
    unsigned n_stdin = 0;

    for (size_t i = 0; i < given->n_items; i++) {
        const char *equals = strchr(given->items[i], '=');

        if (equals == NULL || equals == given->items[i]) {
            report_fail(report, STATUS_USAGE, "-i takes NAME=VALUE");
            report_hint(report, "also NAME=@FILE, or NAME=- for standard input");
            return STATUS_USAGE;
        }
        n_stdin += strcmp(equals + 1, "-") == 0;
    }
    if (n_stdin > 1)
        return report_fail(report, STATUS_USAGE, "only one input can be read from standard input");
    if (n_stdin > 0 && stdin_use != NULL)
        return report_fail(report, STATUS_USAGE,
                           "standard input is %s: no input can be read from it", stdin_use);
    return STATUS_OK;
}

/** Drops one newline at the end of what an editor or echo wrote. */
static void drop_newline(struct buffer *text)
{
    if (text->len > 0 && text->data[text->len - 1] == '\n') text->len--;
    if (text->len > 0 && text->data[text->len] == '\n' && text->data[text->len - 1] == '\r')
        text->len--;
}

/** Takes the value behind the equals sign and wipes it there. */
static int take_argument(struct report *report, struct entry *entry, char *value)
{
    int status = STATUS_OK;

    entry->origin = ORIGIN_ARGUMENT;
    if (strcmp(value, "-") == 0) {
        status = buffer_read(report, &entry->text, STDIN_FILENO, "standard input");
        drop_newline(&entry->text);
    } else if (*value == '@') {
        status = buffer_load(report, &entry->text, value + 1);
        drop_newline(&entry->text);
    } else {
        buffer_add_text(&entry->text, value);
        explicit_bzero(value, strlen(value));
    }
    if (status == STATUS_OK && entry->text.failed) status = report_memory(report);
    return status;
}

static int given_twice(struct report *report, const char *name)
{
    return report_fail(report, STATUS_USAGE, "input '%s' is given twice", name);
}

static int read_arguments(struct collection *collection)
{
    const struct inputs_request *request = collection->request;
    struct report *report = collection->report;

    for (size_t i = 0; i < request->given->n_items; i++) {
        char *name = request->given->items[i], *equals = strchr(name, '=');
        void *user = (void *)(uintptr_t)request;
        uint64_t input;
        int status;

        *equals = '\0';
        status = find_input(report, &input, user, name);
        if (status == STATUS_OK && collection->entries[input].origin == ORIGIN_ARGUMENT)
            status = given_twice(report, name);
        if (status == STATUS_OK)
            status = take_argument(report, &collection->entries[input], equals + 1);
        *equals = '=';
        if (status != STATUS_OK) return status;
    }
    return STATUS_OK;
}

static int read_file(struct collection *collection)
{
    const struct inputs_request *request = collection->request;
    struct table *table = &collection->table;
    uint64_t n = sotto_interface_n_inputs(request->interface);
    int status;

    if (request->file == NULL) return STATUS_OK;
    status = table_load(collection->report, table, request->file, n, find_input,
                        (void *)(uintptr_t)request);
    if (status != STATUS_OK) return status;
    for (uint64_t i = 0; i < table->n_rows * n; i++) {
        struct entry *entry = &collection->entries[i % n];

        if (table->cells[i].value.text == NULL) continue;
        if (entry->origin == ORIGIN_ARGUMENT)
            return given_twice(collection->report,
                               sotto_interface_input_name(request->interface, i % n));
        entry->origin = ORIGIN_FILE;
    }
    return STATUS_OK;
}

/** GC_INPUT_name fills what nothing else gives. */
static int read_environment(struct collection *collection)
{
    const struct inputs_request *request = collection->request;

    for (uint64_t i = 0; i < sotto_interface_n_inputs(request->interface); i++) {
        struct entry *entry = &collection->entries[i];
        char name[300], *value;

        if (!is_ours(request, i)) continue;
        snprintf(name, sizeof name, "GC_INPUT_%s",
                 sotto_interface_input_name(request->interface, i));
        value = getenv(name);
        if (value == NULL) continue;
        if (entry->origin == ORIGIN_NONE) {
            entry->origin = ORIGIN_ENVIRONMENT;
            buffer_add_text(&entry->text, value);
            if (entry->text.failed) return report_memory(collection->report);
        }
        explicit_bzero(value, strlen(value));
    }
    return STATUS_OK;
}

static int missing(struct collection *collection, uint64_t input)
{
    const struct inputs_request *request = collection->request;
    const char *name = sotto_interface_input_name(request->interface, input);

    report_fail(collection->report, STATUS_INPUT, "no value for input '%s'", name);
    hint_known(collection->report, request);
    report_hint(collection->report, "give it with -i %s=VALUE, --inputs FILE or GC_INPUT_%s", name,
                name);
    return STATUS_INPUT;
}

/** Says where in the file of values the row is that the message speaks of. */
static void tell_row(struct collection *collection, uint64_t row)
{
    const char *file = collection->request->file;

    if (collection->table.is_list)
        report_at(collection->report, "%s: row %llu", file, (unsigned long long)row + 1);
    else report_at(collection->report, "%s", file);
}

static int parse_cell(struct collection *collection, uint8_t *bits, uint64_t input, uint64_t row)
{
    const sotto_interface *interface = collection->request->interface;
    const sotto_type *type = sotto_interface_input_type(interface, input);
    const char *name = sotto_interface_input_name(interface, input);
    const struct cell *cell = &collection->table.cells[row * collection->table.n_columns + input];
    int status;

    if (cell->value.text == NULL) status = missing(collection, input);
    else
        status = (cell->is_json ? value_parse_json : value_parse)(
            collection->report, bits, name, type, cell->value.text, cell->value.len);
    if (status != STATUS_OK) tell_row(collection, row);
    return status;
}

/** One value of one instance. */
static int parse_value(struct collection *collection, uint8_t *bits, uint64_t input, uint64_t row)
{
    const sotto_interface *interface = collection->request->interface;
    const sotto_type *type = sotto_interface_input_type(interface, input);
    const char *name = sotto_interface_input_name(interface, input);
    const struct entry *entry = &collection->entries[input];

    if (entry->origin == ORIGIN_FILE) return parse_cell(collection, bits, input, row);
    if (entry->origin == ORIGIN_NONE)
        return sotto_type_bits(type) == 0 ? STATUS_OK : missing(collection, input);
    return value_parse(collection->report, bits, name, type, entry->text.data, entry->text.len);
}

static int count_instances(struct collection *collection, struct inputs *inputs)
{
    uint64_t asked = collection->request->n_instances, rows = collection->table.n_rows;

    inputs->n_instances = rows > 0 ? rows : asked > 0 ? asked : 1;
    inputs->is_list = asked > 0 || collection->table.is_list;
    if (inputs->n_instances > collection->request->limits->max_instances)
        return report_fail(collection->report, STATUS_LIMIT, "too many instances: at most %llu",
                           (unsigned long long)collection->request->limits->max_instances);
    if (rows == 0 || asked == 0 || rows == asked) return STATUS_OK;
    return report_fail(collection->report, STATUS_INPUT,
                       "%s has %llu row%s, --instances asks for %llu", collection->request->file,
                       (unsigned long long)rows, rows == 1 ? "" : "s", (unsigned long long)asked);
}

/** All values of one instance. */
static int parse_row(struct collection *collection, uint8_t *bits, uint64_t row)
{
    const struct inputs_request *request = collection->request;
    uint64_t n = sotto_interface_n_inputs(request->interface);
    int status = STATUS_OK;

    for (uint64_t i = 0; i < n && status == STATUS_OK; i++) {
        if (!is_ours(request, i)) continue;
        status = parse_value(collection, bits, i, row);
        bits += sotto_type_bits(sotto_interface_input_type(request->interface, i));
    }
    return status;
}

static int parse_values(struct collection *collection, struct inputs *inputs)
{
    const struct inputs_request *request = collection->request;
    uint64_t width = 0;
    int status;

    for (uint64_t i = 0; i < sotto_interface_n_inputs(request->interface); i++)
        if (is_ours(request, i))
            width += sotto_type_bits(sotto_interface_input_type(request->interface, i));
    status = new_bits(collection->report, &inputs->bits, &inputs->bits_len, width,
                      inputs->n_instances, request->limits->max_memory);
    if (status == STATUS_OK) status = parse_row(collection, inputs->bits, 0);
    if (status != STATUS_OK) return status;
    if (collection->table.n_rows == 0) {
        /* Every instance has the same values. */
        for (size_t at = (size_t)width; at < inputs->bits_len; at += (size_t)width)
            memcpy(inputs->bits + at, inputs->bits, (size_t)width);
        return STATUS_OK;
    }
    for (uint64_t row = 1; row < inputs->n_instances && status == STATUS_OK; row++)
        status = parse_row(collection, inputs->bits + row * width, row);
    return status;
}

int inputs_collect(struct report *report, struct inputs *inputs,
                   const struct inputs_request *request)
{
    struct collection collection = {.report = report, .request = request};
    uint64_t n = sotto_interface_n_inputs(request->interface);
    int status;

    collection.entries = new_array(n, sizeof collection.entries[0]);
    if (collection.entries == NULL) return report_memory(report);
    status = read_arguments(&collection);
    if (status == STATUS_OK) status = read_file(&collection);
    if (status == STATUS_OK) status = read_environment(&collection);
    if (status == STATUS_OK) status = count_instances(&collection, inputs);
    if (status == STATUS_OK) status = parse_values(&collection, inputs);
    for (uint64_t i = 0; i < n; i++) buffer_free(&collection.entries[i].text);
    free(collection.entries);
    table_free(&collection.table);
    return status;
}

int inputs_of_role(struct report *report, struct inputs *part, const struct inputs *both,
                   const sotto_interface *interface, sotto_role role)
{
    uint64_t n = sotto_interface_n_inputs(interface);
    const uint8_t *from = both->bits;
    uint8_t *to;

    /* No overflow: it is a part of bits_len. */
    part->bits_len = (size_t)(sotto_interface_role_bits(interface, role) * both->n_instances);
    part->n_instances = both->n_instances;
    to = part->bits = new_array(part->bits_len, 1);
    if (to == NULL) return report_memory(report);
    for (uint64_t row = 0; row < both->n_instances; row++) {
        for (uint64_t i = 0; i < n; i++) {
            size_t width = (size_t)sotto_type_bits(sotto_interface_input_type(interface, i));

            if (sotto_interface_input_owner(interface, i) == role) {
                memcpy(to, from, width);
                to += width;
            }
            from += width;
        }
    }
    return STATUS_OK;
}

void inputs_wipe(struct inputs *inputs)
{
    free_secret(inputs->bits, inputs->bits_len);
    inputs->bits = NULL;
    inputs->bits_len = 0;
}

void inputs_free(struct inputs *inputs)
{
    inputs_wipe(inputs);
    memset(inputs, 0, sizeof *inputs);
}
