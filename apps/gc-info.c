/* gc-info: what a circuit is and what a run of it costs. */
#include "buffer.h"
#include "inputs.h"
#include "ot_kind.h"
#include "output.h"
#include "profile.h"
#include "program.h"
#include "signals.h"
#include "sink.h"
#include "values.h"

#include <string.h>

/** ANDs a second that a prediction counts with. */
#define AND_RATE 20000000.0
/** Drawings beyond this cannot be read, and graphviz does not end. */
#define MAX_DRAWN_GATES 2000

static const char *const usage[] = {"CIRCUIT [OPTION...]", NULL};

static const struct cli_option options[] = {
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object"},
    {"dot", 0, CLI_FLAG, NULL, CLI_ALL, "draw a small circuit, as input of graphviz's dot"},
    {"bandwidth", 0, CLI_TEXT, "RATE", CLI_ALL,
     "predict the time for so many bits a second (100M, 1G), with --rtt"},
    {"rtt", 0, CLI_TEXT, "TIME", CLI_ALL, "predict the time for this round trip (20ms)"},
    {"profile", 0, CLI_TEXT, "FILE", CLI_ALL,
     "predict with this machine's figures, made by gc-bench --json -o FILE"},
    {"instances", 0, CLI_TEXT, "N", CLI_ALL, "predict for N instances in one run"},
    {"ot", 0, CLI_TEXT, "KIND", CLI_ALL,
     "predict for this --ot of gc-run: base, iknp, softspoken=2, =4 or =8, or auto (auto)"},
    {"ot-security", 0, CLI_TEXT, "semi-honest|malicious", CLI_ALL,
     "predict for this --ot-security of gc-run (semi-honest)"},
    {"reveal", 0, CLI_TEXT, "both|garbler|evaluator", CLI_ALL,
     "predict for this --reveal of gc-run (both)"},
    {"tls", 0, CLI_TEXT, "identity|psk", CLI_ALL,
     "predict for TLS with identities or with a pre-shared key (identity)"},
    {"listener", 0, CLI_TEXT, "garbler|evaluator", CLI_ALL,
     "predict for a run where this party listens (garbler)"},
    {"interface", 0, CLI_TEXT, "FILE|none", CLI_ALL,
     "names and types of the values (the circuit's sibling .json)"},
    {"owner", 0, CLI_LIST, "N=ROLE", CLI_ALL,
     "without an interface: input N belongs to the garbler or the evaluator"},
    {"max-memory", 0, CLI_TEXT, "SIZE", CLI_ALL, "refuse a circuit that needs more (8G)"},
};

static const struct cli_tool tool = {
    .name = "gc-info",
    .usage = usage,
    .about = "Tells the inputs, outputs and gates of a circuit, and what a run of it sends, holds "
             "and takes. Nothing is run.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .min_operands = 1,
    .max_operands = 1,
    .notes = "CIRCUIT - is standard input, which has an interface only with --interface.\n\n"
             "Times are predictions: network delays, bytes over bandwidth, and 20 million AND "
             "gates a second, or what --profile says of this machine.\n\n"
             "Security: runs are SEMI-HONEST. They protect the inputs from a peer that follows "
             "the protocol, not from one that cheats.",
};

struct link {
    const char *name;
    double bits_per_second;
    double rtt_seconds;
    bool is_plain; /* no TLS */
};

struct info {
    struct report report;
    struct cli cli;
    sotto_context *context;
    struct program program;
    sotto_circuit_stats stats;
    sotto_cost cost;
    uint64_t max_memory;
    sotto_session_options session; /* what is predicted */
    sotto_credentials_kind credentials;
    sotto_role listener;
    struct profile profile;
    bool has_profile;
    struct link links[5];
    size_t n_links;
};

typedef unsigned long long ull;

/* --------------------------------------------------------------------------------------- facts */

/* The order of the public enumerations. */
static const char *const roles[] = {"garbler", "evaluator"};
static const char *const credentials_names[] = {"identity", "psk"};

/* The run that is meant, with the options of gc-run. */
static int parse_run(struct info *info)
{
    static const char *const reveals[] = {"both", "garbler", "evaluator"};
    unsigned reveal, credentials, listener;
    int status = ot_kind_parse(&info->report, &info->cli, &info->session);

    if (status == STATUS_OK)
        status = cli_count(&info->report, &info->cli, &info->session.n_instances, "instances");
    if (status == STATUS_OK)
        status = cli_choice(&info->report, &info->cli, &reveal, "reveal", reveals, 3, 0);
    if (status == STATUS_OK)
        status =
            cli_choice(&info->report, &info->cli, &credentials, "tls", credentials_names, 2, 0);
    if (status == STATUS_OK)
        status = cli_choice(&info->report, &info->cli, &listener, "listener", roles, 2, 0);
    if (status != STATUS_OK) return status;
    info->session.reveal = (sotto_reveal)reveal;
    info->credentials = (sotto_credentials_kind)credentials;
    info->listener = (sotto_role)listener;
    return STATUS_OK;
}

static int parse_options(struct info *info)
{
    static const struct link presets[] = {{"lan", 1e9, 0.0005, false}, {"wan", 1e8, 0.05, false}};
    /* The profile is of runs on one machine, so this is what it tells by itself. */
    static const struct link here[] = {{"here", 1e15, 0, false}, {"here-plain", 1e15, 0, true}};
    uint64_t bandwidth, rtt;
    int status = cli_exclude(&info->report, &info->cli, "json", "dot");

    if (status == STATUS_OK) status = cli_rate(&info->report, &info->cli, &bandwidth, "bandwidth");
    if (status == STATUS_OK) status = cli_duration(&info->report, &info->cli, &rtt, "rtt");
    if (status == STATUS_OK)
        status = cli_size(&info->report, &info->cli, &info->max_memory, "max-memory");
    if (status == STATUS_OK) status = parse_run(info);
    if (status == STATUS_OK && cli_has(&info->cli, "profile")) {
        status = profile_load(&info->report, &info->profile, cli_text(&info->cli, "profile"));
        info->has_profile = true;
    }
    if (status != STATUS_OK) return status;
    memcpy(info->links, presets, sizeof presets);
    info->n_links = 2;
    for (size_t i = 0; info->has_profile && i < 2; i++) info->links[info->n_links++] = here[i];
    /* What is not said is taken from the LAN. */
    if (bandwidth != 0 || rtt != 0)
        info->links[info->n_links++] =
            (struct link){"given", bandwidth != 0 ? (double)bandwidth : presets[0].bits_per_second,
                          rtt != 0 ? 1e-3 * (double)rtt : presets[0].rtt_seconds, false};
    return STATUS_OK;
}

static int load(struct info *info)
{
    struct program_options wanted = {.interface = cli_text(&info->cli, "interface"),
                                     .owners = cli_list(&info->cli, "owner"),
                                     .any_owner = true};
    sotto_limits limits;
    sotto_err err;
    int status;

    sotto_limits_default(&limits);
    if (info->max_memory != 0) limits.max_memory = info->max_memory;
    err = sotto_context_new(&info->context, &limits);
    if (err != SOTTO_OK) return report_library(&info->report, NULL, err);
    signals_watch(info->context);
    status =
        program_load(&info->report, info->context, &info->program, info->cli.operands[0], &wanted);
    if (status != STATUS_OK) return status;
    err = sotto_circuit_measure(info->context, &info->stats, info->program.circuit);
    if (err == SOTTO_OK)
        err = sotto_session_predict(info->context, &info->cost, info->program.circuit,
                                    info->program.interface, &info->session);
    status = report_library(&info->report, info->context, err);
    program_hint_memory(&info->report, info->context, &info->program, &limits, &info->session);
    return status;
}

static uint64_t total_gates(const sotto_circuit_stats *stats)
{
    return stats->n_and + stats->n_xor + stats->n_inv + stats->n_copy;
}

static const char *format_name(const struct info *info)
{
    return info->stats.format == SOTTO_FORMAT_FASHION ? "fashion" : "bristol";
}

static uint64_t garbler_bytes_tls(const struct info *info)
{
    return info->cost.garbler_bytes_tls[info->credentials][info->listener];
}

static uint64_t evaluator_bytes_tls(const struct info *info)
{
    return info->cost.evaluator_bytes_tls[info->credentials][info->listener];
}

/* Connecting by TCP and the TLS 1.3 handshake take a round trip each, a flight takes half of one.
 */
static double predicted_seconds(const struct info *info, const struct link *link)
{
    const sotto_cost *cost = &info->cost;
    double plain = (double)(cost->garbler_bytes + cost->evaluator_bytes);
    double tls = (double)(garbler_bytes_tls(info) + evaluator_bytes_tls(info));
    double waiting = (2 + (double)cost->flights / 2) * link->rtt_seconds;
    struct profile_run run = {
        .stats = &info->stats,
        .n_instances = info->session.n_instances,
        .n_base_ots = cost->n_base_ots,
        .with_tls = !link->is_plain,
        .bytes = link->is_plain ? plain : tls,
        .bits_per_second = link->bits_per_second,
        .wait_seconds = waiting,
    };

    if (info->has_profile) return profile_predict(&info->profile, &run);
    return waiting + 8 * run.bytes / link->bits_per_second + (double)cost->n_and / AND_RATE;
}

static void add_digest(struct buffer *out, const struct info *info)
{
    uint8_t digest[32];

    sotto_circuit_digest(info->program.circuit, digest);
    for (size_t i = 0; i < sizeof digest; i++) buffer_addf(out, "%02x", digest[i]);
}

/* ---------------------------------------------------------------------------------------- text */

static void print_values(struct buffer *out, const struct info *info)
{
    const sotto_interface *interface = info->program.interface;
    char type[TYPE_NAME_SIZE];

    for (uint64_t i = 0; i < sotto_interface_n_inputs(interface); i++)
        buffer_addf(out, "input %s: %s of the %s\n", sotto_interface_input_name(interface, i),
                    type_name(type, sotto_interface_input_type(interface, i)),
                    roles[sotto_interface_input_owner(interface, i)]);
    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++)
        buffer_addf(out, "output %s: %s\n", sotto_interface_output_name(interface, i),
                    type_name(type, sotto_interface_output_type(interface, i)));
}

/* Three digits, and no power of ten beside them. */
static void print_seconds(struct buffer *out, double seconds)
{
    buffer_addf(out, seconds < 1000 ? "%.3g s\n" : "%.0f s\n", seconds);
}

static void print_time(struct buffer *out, const struct info *info, const struct link *link)
{
    bool is_slow = link->bits_per_second < 1e4;

    buffer_addf(out, "time (%s", link->name);
    if (link->rtt_seconds > 0)
        buffer_addf(out, ", %.6g %s, %.6g ms", link->bits_per_second / (is_slow ? 1 : 1e6),
                    is_slow ? "bit/s" : "Mbit/s", link->rtt_seconds * 1e3);
    buffer_addf(out, "): ");
    print_seconds(out, predicted_seconds(info, link));
}

/* How full the kernels' calls are, which do up to eight ANDs at once. */
static void print_batches(struct buffer *out, const sotto_circuit_stats *stats)
{
    double n_calls = 0;

    for (unsigned n = 1; n <= 8; n++) n_calls += (double)stats->n_batched[n - 1] / n;
    if (n_calls <= 0) return;
    buffer_addf(out, "batches: %.2f AND on average; in batches of 1 to 8:",
                (double)stats->n_and_garbled / n_calls);
    for (unsigned n = 1; n <= 8; n++)
        buffer_addf(out, " %.0f%%",
                    100 * (double)stats->n_batched[n - 1] / (double)stats->n_and_garbled);
    buffer_add_char(out, '\n');
}

/* The kind that the bytes are for. */
static void print_transfers(struct buffer *out, const sotto_cost *cost)
{
    if (cost->n_base_ots == 0) return;
    buffer_add_text(out, "oblivious transfers: ");
    ot_kind_add(out, cost->ot_width, cost->n_base_ots, "none", "");
    if (cost->ot_is_measured)
        buffer_add_text(out, ", which sends least; a run measures the link and may take another");
    buffer_add_char(out, '\n');
}

static void print_text(struct buffer *out, const struct info *info)
{
    const sotto_circuit_stats *stats = &info->stats;
    const sotto_cost *cost = &info->cost;

    buffer_addf(out, "format: %s\n", format_name(info));
    print_values(out, info);
    buffer_addf(out, "gates: %llu (%llu AND, %llu XOR, %llu INV, %llu copies)\n",
                (ull)total_gates(stats), (ull)stats->n_and, (ull)stats->n_xor, (ull)stats->n_inv,
                (ull)stats->n_copy);
    buffer_addf(out, "garbled: %llu AND in a depth of %llu\n", (ull)stats->n_and_garbled,
                (ull)stats->and_depth);
    print_batches(out, stats);
    buffer_addf(out, "wires: %llu, at most %llu alive at once\n", (ull)stats->n_wires,
                (ull)stats->n_slots);
    buffer_addf(out, "garbler sends: %llu bytes (%llu with TLS)\n", (ull)cost->garbler_bytes,
                (ull)garbler_bytes_tls(info));
    buffer_addf(out, "evaluator sends: %llu bytes (%llu with TLS)\n", (ull)cost->evaluator_bytes,
                (ull)evaluator_bytes_tls(info));
    buffer_addf(out, "TLS: %s, the %s listens\n",
                info->credentials == SOTTO_CREDENTIALS_PSK ? "a pre-shared key" : "identities",
                roles[info->listener]);
    print_transfers(out, cost);
    buffer_addf(out, "memory of a party: %llu bytes\n", (ull)cost->peak_memory);
    for (size_t i = 0; i < info->n_links; i++) print_time(out, info, &info->links[i]);
    buffer_add_text(out, "digest: ");
    add_digest(out, info);
    buffer_add_char(out, '\n');
}

/* ---------------------------------------------------------------------------------------- JSON */

static void json_widths(struct buffer *out, const struct info *info)
{
    const sotto_circuit *circuit = info->program.circuit;

    buffer_add_text(out, ",\"inputs\":[");
    for (uint64_t i = 0; i < sotto_circuit_n_inputs(circuit); i++)
        buffer_addf(out, "%s%llu", i > 0 ? "," : "", (ull)sotto_circuit_input_bits(circuit, i));
    buffer_add_text(out, "],\"outputs\":[");
    for (uint64_t i = 0; i < sotto_circuit_n_outputs(circuit); i++)
        buffer_addf(out, "%s%llu", i > 0 ? "," : "", (ull)sotto_circuit_output_bits(circuit, i));
    buffer_add_char(out, ']');
}

static void json_value(struct buffer *out, const char *name, const sotto_type *type,
                       const char *owner)
{
    char called[TYPE_NAME_SIZE];

    buffer_add_text(out, "{\"name\":");
    buffer_add_json(out, name);
    buffer_add_text(out, ",\"type\":");
    buffer_add_json(out, type_name(called, type));
    if (owner != NULL) buffer_addf(out, ",\"owner\":\"%s\"", owner);
    buffer_add_char(out, '}');
}

static void json_interface(struct buffer *out, const struct info *info)
{
    const sotto_interface *interface = info->program.interface;

    buffer_add_text(out, ",\"interface\":{\"function\":");
    buffer_add_json(out, sotto_interface_function(interface));
    buffer_add_text(out, ",\"inputs\":[");
    for (uint64_t i = 0; i < sotto_interface_n_inputs(interface); i++) {
        if (i > 0) buffer_add_char(out, ',');
        json_value(out, sotto_interface_input_name(interface, i),
                   sotto_interface_input_type(interface, i),
                   roles[sotto_interface_input_owner(interface, i)]);
    }
    buffer_add_text(out, "],\"outputs\":[");
    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++) {
        if (i > 0) buffer_add_char(out, ',');
        json_value(out, sotto_interface_output_name(interface, i),
                   sotto_interface_output_type(interface, i), NULL);
    }
    buffer_add_text(out, "]}");
}

/* What the run may choose from, once it has measured the link. */
static void json_choices(struct buffer *out, const struct info *info)
{
    if (!info->cost.ot_is_measured) return;
    buffer_add_text(out, ",\"may_take\":[");
    for (size_t i = 0; i < SOTTO_N_OT_WIDTHS; i++) {
        const sotto_ot_cost *cost = &info->cost.may_take[i];

        buffer_addf(out, "%s{\"ot\":", i > 0 ? "," : "");
        ot_kind_add(out, cost->ot_width, info->cost.n_base_ots, "null", "\"");
        buffer_addf(out, ",\"evaluator_bytes\":%llu,\"evaluator_bytes_tls\":%llu}",
                    (ull)cost->evaluator_bytes,
                    (ull)cost->evaluator_bytes_tls[info->credentials][info->listener]);
    }
    buffer_add_char(out, ']');
}

static void json_cost(struct buffer *out, const struct info *info)
{
    const sotto_cost *cost = &info->cost;

    buffer_addf(out,
                ",\"run\":{\"instances\":%llu,\"and_gates\":%llu,\"garbler_bytes\":%llu,"
                "\"evaluator_bytes\":%llu,\"garbler_bytes_tls\":%llu,"
                "\"evaluator_bytes_tls\":%llu,\"tls\":\"%s\",\"listener\":\"%s\","
                "\"peak_memory\":%llu,\"flights\":%llu,\"ot\":",
                (ull)(info->session.n_instances == 0 ? 1 : info->session.n_instances),
                (ull)cost->n_and, (ull)cost->garbler_bytes, (ull)cost->evaluator_bytes,
                (ull)garbler_bytes_tls(info), (ull)evaluator_bytes_tls(info),
                credentials_names[info->credentials], roles[info->listener], (ull)cost->peak_memory,
                (ull)cost->flights);
    ot_kind_add(out, cost->ot_width, cost->n_base_ots, "null", "\"");
    buffer_addf(out, ",\"ot_measured\":%s", cost->ot_is_measured ? "true" : "false");
    json_choices(out, info);
    buffer_add_text(out, "},\"times\":{");
    for (size_t i = 0; i < info->n_links; i++)
        buffer_addf(out, "%s\"%s\":{\"bits_per_second\":%.0f,\"rtt\":%.6f,\"seconds\":%.6f}",
                    i > 0 ? "," : "", info->links[i].name, info->links[i].bits_per_second,
                    info->links[i].rtt_seconds, predicted_seconds(info, &info->links[i]));
    buffer_add_char(out, '}');
}

static void print_json(struct buffer *out, const struct info *info)
{
    const sotto_circuit_stats *stats = &info->stats;

    buffer_addf(out, "{\"schema\":\"gc-info/1\",\"ok\":true,\"format\":\"%s\"", format_name(info));
    json_widths(out, info);
    buffer_addf(out,
                ",\"gates\":{\"and\":%llu,\"xor\":%llu,\"inv\":%llu,\"copy\":%llu,"
                "\"total\":%llu},\"wires\":%llu,\"and_depth\":%llu,\"and_garbled\":%llu,"
                "\"live_wires\":%llu,\"digest\":\"",
                (ull)stats->n_and, (ull)stats->n_xor, (ull)stats->n_inv, (ull)stats->n_copy,
                (ull)total_gates(stats), (ull)stats->n_wires, (ull)stats->and_depth,
                (ull)stats->n_and_garbled, (ull)stats->n_slots);
    add_digest(out, info);
    buffer_add_text(out, "\",\"batched\":[");
    for (size_t i = 0; i < 8; i++)
        buffer_addf(out, "%s%llu", i > 0 ? "," : "", (ull)stats->n_batched[i]);
    buffer_add_char(out, ']');
    json_interface(out, info);
    json_cost(out, info);
    buffer_add_text(out, "}\n");
}

/* ------------------------------------------------------------------------------------- drawing */

static int draw_gate(void *user, uint32_t gate, uint32_t a, uint32_t b, int is_and)
{
    struct buffer *out = user;

    buffer_addf(out, "  w%u [label=\"%s\", shape=%s];\n  w%u -> w%u;\n  w%u -> w%u;\n", gate,
                is_and ? "AND" : "XOR", is_and ? "box" : "ellipse", a, gate, b, gate);
    return out->failed;
}

static int count_gate(void *user, uint32_t gate, uint32_t a, uint32_t b, int is_and)
{
    uint64_t *n = user;

    (void)gate, (void)a, (void)b, (void)is_and;
    return ++*n > MAX_DRAWN_GATES;
}

static void draw_inputs(struct buffer *out, const struct info *info)
{
    const sotto_interface *interface = info->program.interface;
    uint64_t wire = 2;

    buffer_add_text(out, "  w0 [label=\"0\", shape=plaintext];\n"
                         "  w1 [label=\"1\", shape=plaintext];\n");
    for (uint64_t i = 0; i < sotto_interface_n_inputs(interface); i++)
        for (uint64_t bit = 0; bit < sotto_circuit_input_bits(info->program.circuit, i); bit++)
            buffer_addf(out, "  w%llu [label=\"%s.%llu\", shape=invhouse];\n", (ull)wire++,
                        sotto_interface_input_name(interface, i), (ull)bit);
}

static void draw_outputs(struct buffer *out, const struct info *info)
{
    const sotto_interface *interface = info->program.interface;
    const sotto_circuit *circuit = info->program.circuit;

    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++)
        for (uint64_t bit = 0; bit < sotto_circuit_output_bits(circuit, i); bit++)
            buffer_addf(out,
                        "  o%llu_%llu [label=\"%s.%llu\", shape=house];\n  w%u -> o%llu_%llu;\n",
                        (ull)i, (ull)bit, sotto_interface_output_name(interface, i), (ull)bit,
                        sotto_circuit_output_wire(circuit, i, bit), (ull)i, (ull)bit);
}

static int print_dot(struct buffer *out, struct info *info)
{
    uint64_t n = 0;

    sotto_circuit_visit(info->program.circuit, count_gate, &n);
    if (n > MAX_DRAWN_GATES) {
        report_fail(&info->report, STATUS_LIMIT, "too large to draw: more than %d gates",
                    MAX_DRAWN_GATES);
        return STATUS_LIMIT;
    }
    buffer_add_text(out, "digraph circuit {\n  rankdir=TB;\n");
    draw_inputs(out, info);
    sotto_circuit_visit(info->program.circuit, draw_gate, out);
    draw_outputs(out, info);
    buffer_add_text(out, "}\n");
    return STATUS_OK;
}

static int execute(struct info *info)
{
    struct sink sink = {.fd = -1};
    struct buffer out = {0};
    int status = load(info);

    if (status == STATUS_OK && cli_has(&info->cli, "dot")) status = print_dot(&out, info);
    else if (status == STATUS_OK && cli_has(&info->cli, "json")) print_json(&out, info);
    else if (status == STATUS_OK) print_text(&out, info);
    if (status == STATUS_OK) status = sink_write(&info->report, &sink, &out);
    buffer_free(&out);
    return status;
}

int main(int argc, char **argv)
{
    struct info info = {0};
    int status;

    signals_install();
    status = cli_parse(&info.report, &info.cli, &tool, argc, argv);
    if (status == STATUS_OK && !info.cli.done) status = parse_options(&info);
    if (status == STATUS_OK && !info.cli.done) status = execute(&info);
    if (status != STATUS_OK) cli_report(&info.report, &tool, "gc-info/1", info.cli.json);
    signals_watch(NULL);
    program_free(&info.program);
    sotto_context_free(info.context);
    cli_free(&info.cli);
    return status;
}
