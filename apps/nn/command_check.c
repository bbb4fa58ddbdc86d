/* gc-nn check: what a secure run of a model does and costs. */
#include "apps/nn/command.h"

#include "apps/nn/gcnn.h"
#include "apps/nn/quantise.h"

#include <stdlib.h>

typedef unsigned long long ull;

/** Rows of noise that stand in for data when none are given. */
#define NOISE_ROWS 16

struct link {
    const char *name;
    double bits_per_second, rtt_seconds;
};

/** Quantises a float model, with the user's rows or noise. */
static int load_float(struct command *command, struct net *net, bool *estimated, const char *path)
{
    const char *rows_path = cli_text(&command->cli, "calibrate");
    struct dataset rows = {0};
    struct graph graph;
    int status = command_load_onnx(command, &graph, net, path);

    if (status != STATUS_OK) return status;
    graph_free(&graph);
    *estimated = rows_path == NULL;
    if (*estimated) status = noise_rows(&command->report, &rows, NOISE_ROWS, net->n_inputs);
    else status = data_load(&command->report, &rows, rows_path, net->n_inputs);
    if (status == STATUS_OK) status = command_quantise(command, net, &rows, path);
    data_free(&rows);
    if (status != STATUS_OK) net_free(net);
    return status;
}

static int load(struct command *command, struct net *net, bool *estimated)
{
    const char *path = command->cli.operands[0];
    bool is_gcnn;
    int status = command_is_gcnn(command, &is_gcnn, path);

    *estimated = false;
    if (status != STATUS_OK) return status;
    if (!is_gcnn) return load_float(command, net, estimated, path);
    status = command_refuse_onnx_options(command, path);
    return status == STATUS_OK ? gcnn_load(&command->report, net, path) : status;
}

static void text_step(struct buffer *out, const struct plan_step *planned, size_t number)
{
    const struct step *step = planned->step;

    buffer_addf(out, "%zu: %s: %llu values, %s", number, step->name, (ull)step->n_rows,
                plan_circuit_name(planned->circuit));
    if (step->kind == STEP_LINEAR)
        buffer_addf(out, ", k = %u, shift %u, %llu products, %llu bytes of corrections, %llu OTs",
                    step->ring, step->shift, (ull)planned->n_products, (ull)planned->correction_len,
                    (ull)planned->n_cots);
    buffer_addf(out, ", %llu AND\n", (ull)planned->n_and);
}

static void text(struct buffer *out, const struct plan *plan, const struct link *links, size_t n,
                 bool estimated)
{
    buffer_addf(out, "input: %llu values of %d bits, %llu OTs\n", (ull)plan->net->n_inputs,
                INPUT_BITS, (ull)plan->n_input_cots);
    for (size_t s = 0; s < plan->n_steps; s++) text_step(out, &plan->steps[s], s + 1);
    buffer_addf(out, "no accumulator overflows%s\n",
                estimated ? " (scales are estimated: no calibration rows were given)" : "");
    buffer_addf(out, "AND gates: %llu\n", (ull)plan->n_and);
    buffer_addf(out, "oblivious transfers: %llu\n", (ull)plan->n_cots);
    buffer_addf(out, "model owner sends: %llu bytes\n", (ull)plan->garbler_len);
    buffer_addf(out, "data owner sends: %llu bytes\n", (ull)plan->evaluator_len);
    buffer_addf(out, "round trips: %llu\n", (ull)plan->n_rounds);
    for (size_t i = 0; i < n; i++)
        buffer_addf(out, "time (%s, %.6g Mbit/s, %.6g ms): %.3g s\n", links[i].name,
                    links[i].bits_per_second / 1e6, links[i].rtt_seconds * 1e3,
                    plan_seconds(plan, links[i].bits_per_second, links[i].rtt_seconds));
}

static void json_steps(struct buffer *out, const struct plan *plan)
{
    for (size_t s = 0; s < plan->n_steps; s++) {
        const struct plan_step *planned = &plan->steps[s];

        buffer_addf(out, "%s{\"name\":", s > 0 ? "," : "");
        buffer_add_json(out, planned->step->name);
        buffer_addf(out,
                    ",\"circuit\":\"%s\",\"values\":%llu,\"ring\":%u,\"shift\":%u,"
                    "\"products\":%llu,\"correction_bytes\":%llu,\"ots\":%llu,\"and_gates\":%llu,"
                    "\"share_bytes\":%llu}",
                    plan_circuit_name(planned->circuit), (ull)planned->step->n_rows,
                    planned->step->ring, planned->step->shift, (ull)planned->n_products,
                    (ull)planned->correction_len, (ull)planned->n_cots, (ull)planned->n_and,
                    (ull)planned->share_len);
    }
}

static void json(struct buffer *out, const struct plan *plan, const struct link *links, size_t n,
                 bool estimated)
{
    buffer_addf(out,
                "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"estimated\":%s,\"inputs\":%llu,"
                "\"scores\":%llu,\"steps\":[",
                estimated ? "true" : "false", (ull)plan->net->n_inputs, (ull)plan->net->n_scores);
    json_steps(out, plan);
    buffer_addf(out,
                "],\"and_gates\":%llu,\"ots\":%llu,\"garbler_bytes\":%llu,"
                "\"evaluator_bytes\":%llu,\"round_trips\":%llu,\"times\":{",
                (ull)plan->n_and, (ull)plan->n_cots, (ull)plan->garbler_len,
                (ull)plan->evaluator_len, (ull)plan->n_rounds);
    for (size_t i = 0; i < n; i++)
        buffer_addf(out, "%s\"%s\":%.6f", i > 0 ? "," : "", links[i].name,
                    plan_seconds(plan, links[i].bits_per_second, links[i].rtt_seconds));
    buffer_add_text(out, "}}\n");
}

/** The presets, and the link that the user speaks of; what is not said is taken from the LAN. */
static int read_links(struct command *command, struct link *links, size_t *n)
{
    uint64_t bandwidth, rtt;
    int status = cli_rate(&command->report, &command->cli, &bandwidth, "bandwidth");

    if (status == STATUS_OK) status = cli_duration(&command->report, &command->cli, &rtt, "rtt");
    if (status != STATUS_OK) return status;
    links[0] = (struct link){"lan", 1e9, 0.0005};
    links[1] = (struct link){"wan", 1e8, 0.05};
    links[2] = (struct link){"given", bandwidth != 0 ? (double)bandwidth : 1e9,
                             rtt != 0 ? 1e-3 * (double)rtt : 0.0005};
    *n = bandwidth != 0 || rtt != 0 ? 3 : 2;
    return STATUS_OK;
}

int command_check(struct command *command)
{
    struct net net = {0};
    struct plan plan = {0};
    struct link links[3];
    size_t n_links;
    bool estimated;
    int status = read_links(command, links, &n_links);

    if (status == STATUS_OK) status = load(command, &net, &estimated);
    if (status == STATUS_OK) status = check_scores(command, &net);
    if (status == STATUS_OK) status = plan_make(&command->report, &plan, &net, command->reveal);
    if (status == STATUS_OK) {
        if (command->json) json(&command->out, &plan, links, n_links, estimated);
        else text(&command->out, &plan, links, n_links, estimated);
    }
    plan_free(&plan);
    net_free(&net);
    return status;
}
