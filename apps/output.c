/* Rendering of results. */
#include "output.h"

#include "ot_kind.h"

#include <string.h>

static enum value_format value_format_of(enum output_format format)
{
    if (format == OUTPUT_HEX) return VALUE_HEX;
    return format == OUTPUT_BIN ? VALUE_BIN : VALUE_DEC;
}

uint64_t output_bits(const sotto_interface *interface)
{
    uint64_t bits = 0;

    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++)
        bits += sotto_type_bits(sotto_interface_output_type(interface, i));
    return bits;
}

/** Appends one field of CSV, quoted when it must be. */
static void add_field(struct buffer *out, const sotto_type *type, const uint8_t *bits)
{
    struct buffer field = {0};

    buffer_add(&field, "", 0);
    value_print(&field, type, bits, VALUE_DEC);
    if (field.failed || strpbrk(field.data, ",\"") == NULL) {
        if (!field.failed) buffer_add_text(out, field.data);
        else out->failed = true;
    } else {
        buffer_add_char(out, '"');
        for (const char *at = field.data; *at != '\0'; at++) {
            if (*at == '"') buffer_add_char(out, '"');
            buffer_add_char(out, *at);
        }
        buffer_add_char(out, '"');
    }
    buffer_free(&field);
}

/** One instance as a line of CSV. */
static const uint8_t *add_record(struct buffer *out, const sotto_interface *interface,
                                 const uint8_t *bits)
{
    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++) {
        const sotto_type *type = sotto_interface_output_type(interface, i);

        if (i > 0) buffer_add_char(out, ',');
        add_field(out, type, bits);
        bits += sotto_type_bits(type);
    }
    buffer_add_char(out, '\n');
    return bits;
}

static void add_csv(struct buffer *out, const struct outcome *outcome)
{
    const sotto_interface *interface = outcome->interface;
    const uint8_t *bits = outcome->bits;

    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++)
        buffer_addf(out, "%s%s", i > 0 ? "," : "", sotto_interface_output_name(interface, i));
    buffer_add_char(out, '\n');
    for (uint64_t row = 0; row < outcome->n_instances; row++)
        bits = add_record(out, interface, bits);
}

void output_text(struct buffer *out, const struct outcome *outcome, enum output_format format,
                 bool bare)
{
    const sotto_interface *interface = outcome->interface;
    uint64_t n = sotto_interface_n_outputs(interface);
    const char *between = outcome->n_instances > 1 ? "; " : "\n";
    const uint8_t *bits = outcome->bits;

    if (bits == NULL) return;
    if (format == OUTPUT_CSV) {
        add_csv(out, outcome);
        return;
    }
    for (uint64_t row = 0; row < outcome->n_instances; row++) {
        for (uint64_t i = 0; i < n; i++) {
            const sotto_type *type = sotto_interface_output_type(interface, i);

            if (!bare || n > 1)
                buffer_addf(out, "%s = ", sotto_interface_output_name(interface, i));
            value_print(out, type, bits, value_format_of(format));
            buffer_add_text(out, i + 1 < n ? between : "\n");
            bits += sotto_type_bits(type);
        }
    }
}

static const uint8_t *add_object(struct buffer *out, const sotto_interface *interface,
                                 const uint8_t *bits, enum value_format format)
{
    buffer_add_char(out, '{');
    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++) {
        const sotto_type *type = sotto_interface_output_type(interface, i);

        if (i > 0) buffer_add_char(out, ',');
        buffer_add_json(out, sotto_interface_output_name(interface, i));
        buffer_add_char(out, ':');
        value_print_json(out, type, bits, format);
        bits += sotto_type_bits(type);
    }
    buffer_add_char(out, '}');
    return bits;
}

static void add_result(struct buffer *out, const struct outcome *outcome, enum value_format format,
                       bool is_list)
{
    const uint8_t *bits = outcome->bits;

    if (bits == NULL) {
        buffer_add_text(out, "null");
        return;
    }
    if (is_list) buffer_add_char(out, '[');
    for (uint64_t row = 0; row < outcome->n_instances; row++) {
        if (row > 0) buffer_add_char(out, ',');
        bits = add_object(out, outcome->interface, bits, format);
    }
    if (is_list) buffer_add_char(out, ']');
}

void output_json(struct buffer *out, const struct outcome *outcome, enum output_format format)
{
    const sotto_session_stats *stats = &outcome->stats;

    buffer_add_text(out, "{\"schema\":\"" RUN_SCHEMA "\",\"ok\":true,\"result\":");
    add_result(out, outcome, value_format_of(format), outcome->is_list);
    buffer_addf(out,
                ",\"stats\":{\"and_gates\":%llu,\"bytes_sent\":%llu,\"bytes_received\":%llu,"
                "\"seconds\":%.6f,\"setup_seconds\":%.6f,\"ot\":",
                (unsigned long long)stats->n_and, (unsigned long long)stats->bytes_sent,
                (unsigned long long)stats->bytes_received, stats->seconds, stats->setup_seconds);
    ot_kind_add(out, stats->ot_width, stats->n_base_ots, "null", "\"");
    buffer_add_text(out, "},\"security\":");
    buffer_add_json(out, outcome->security);
    buffer_add_text(out, ",\"peer\":");
    if (outcome->peer == NULL || *outcome->peer == '\0') buffer_add_text(out, "null");
    else buffer_add_json(out, outcome->peer);
    buffer_add_text(out, "}\n");
}

void output_stats(const struct cli *cli, const struct outcome *outcome)
{
    const sotto_session_stats *stats = &outcome->stats;
    struct buffer line = {0};

    if (!cli_has(cli, "stats") || cli_has(cli, "quiet")) return;
    buffer_addf(&line,
                "%llu AND gates, %llu bytes sent, %llu bytes received, %.3f s (%.3f s set-up), "
                "OT extension ",
                (unsigned long long)stats->n_and, (unsigned long long)stats->bytes_sent,
                (unsigned long long)stats->bytes_received, stats->seconds, stats->setup_seconds);
    ot_kind_add(&line, stats->ot_width, stats->n_base_ots, "none", "");
    if (!line.failed) fprintf(stderr, "%s: %s\n", cli->tool->name, line.data);
    buffer_free(&line);
}
