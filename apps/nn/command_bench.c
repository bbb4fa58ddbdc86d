/*
 * gc-nn bench: layers and whole networks between two processes of this machine, over loopback TCP
 * with TLS and throw-away keys; layers without TLS as well. Weights are random, as large as those
 * of trained models mostly are: what a run takes depends on shapes and on the widths of rings
 * alone.
 */
#include "apps/nn/command.h"
#include "apps/nn/party.h"
#include "apps/signals.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef unsigned long long ull;

#define N_RELU 100000
#define MAX_REPEATS 1000

/* ---------------------------------------------------------------------------------- models -- */

/* From -1 to 1; random numbers that need not be good. */
static double next_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 33) / (double)(UINT64_C(1) << 30) - 1;
}

/* Weights of a trained layer crowd around zero, with 127 for the largest of a channel. Those of a
 * product of three have a mean magnitude of 127 / 8; how large they are settles how wide the rings
 * are. */
static double next_weight(uint64_t *state)
{
    return 127 * next_uniform(state) * next_uniform(state) * next_uniform(state);
}

static int fill_term(struct term *term, uint64_t first)
{
    uint64_t state = first + term->n_weights;

    term->source = new_array(term->n_elements, sizeof *term->source);
    term->weights = new_array(term->n_weights, sizeof *term->weights);
    if (term->source == NULL || term->weights == NULL) return STATUS_LIMIT;
    for (uint64_t i = 0; i < term->n_elements; i++) term->source[i] = (uint32_t)(first + i + 1);
    for (uint64_t i = 0; i < term->n_weights; i++)
        term->weights[i] = (double)(int)next_weight(&state);
    return STATUS_OK;
}

struct maker {
    struct net *net;
    struct report *report;
    uint64_t first, n; /* the activations before the next step */
    int status;
};

static struct step *next_step(struct maker *maker, const char *name, uint64_t n_rows)
{
    struct step *step = &maker->net->steps[maker->net->n_steps++];

    (void)snprintf(step->name, sizeof step->name, "%s", name);
    step->first = maker->net->n_activations;
    step->n_rows = n_rows;
    return step;
}

static void advance(struct maker *maker, const struct step *step)
{
    maker->first = step->first;
    maker->n = step->n_rows;
    maker->net->n_activations += step->n_rows;
}

static void add_linear(struct maker *maker, const char *name, uint64_t n_rows,
                       const struct term *shape, enum activation activation)
{
    struct step *step = next_step(maker, name, n_rows);
    double bound = 0;

    step->kind = STEP_LINEAR;
    step->activation = activation;
    step->terms = new_array(1, sizeof *step->terms);
    step->bias = new_array(n_rows, sizeof *step->bias);
    if (step->terms == NULL || step->bias == NULL) {
        maker->status = report_memory(maker->report);
        return;
    }
    step->n_terms = 1;
    step->terms[0] = *shape;
    step->terms[0].n_elements = maker->n;
    if (fill_term(&step->terms[0], maker->first) != STATUS_OK)
        maker->status = report_memory(maker->report);
    if (maker->status == STATUS_OK)
        maker->status = net_bound(maker->report, &bound, maker->net, step);
    if (maker->status != STATUS_OK) return;
    step->ring = ring_for(bound);
    step->shift = activation == ACTIVATION_NONE ? 0 : step->ring - 10;
    if (activation != ACTIVATION_NONE) advance(maker, step);
}

static void add_dense(struct maker *maker, const char *name, uint64_t n_rows,
                      enum activation activation)
{
    const struct term shape = {.kind = TERM_DENSE, .n_weights = maker->n * n_rows};

    if (maker->status == STATUS_OK) add_linear(maker, name, n_rows, &shape, activation);
}

/* A square image of so many channels, a square kernel, no padding, stride one. */
static void add_conv(struct maker *maker, const char *name, uint64_t side, uint64_t channels,
                     uint64_t kernel, uint64_t out)
{
    uint64_t out_side = side - kernel + 1;
    const struct term shape = {
        .kind = TERM_CONV,
        .conv = {.window = {.in = {1, side, side},
                            .kernel = {1, kernel, kernel},
                            .stride = {1, 1, 1},
                            .dilation = {1, 1, 1},
                            .out = {1, out_side, out_side}},
                 .groups = 1,
                 .group_in = channels,
                 .group_out = out},
        .n_weights = out * channels * kernel * kernel,
    };

    if (maker->status == STATUS_OK)
        add_linear(maker, name, out * out_side * out_side, &shape, ACTIVATION_RELU);
}

/* Windows of two by two, side by side. */
static void add_pool(struct maker *maker, const char *name, uint64_t side, uint64_t channels)
{
    uint64_t half = side / 2, n = channels * half * half;
    struct step *step;

    if (maker->status != STATUS_OK) return;
    step = next_step(maker, name, n);
    step->kind = STEP_MAX_POOL;
    step->begin = new_array(n + 1, sizeof *step->begin);
    step->pooled = new_array(4 * n, sizeof *step->pooled);
    if (step->begin == NULL || step->pooled == NULL) {
        maker->status = report_memory(maker->report);
        return;
    }
    for (uint64_t r = 0; r < n; r++) {
        uint64_t channel = r / (half * half), y = r / half % half, x = r % half;

        step->begin[r + 1] = 4 * (r + 1);
        for (uint64_t k = 0; k < 4; k++)
            step->pooled[4 * r + k] = (uint32_t)(maker->first + channel * side * side +
                                                 (2 * y + k / 2) * side + 2 * x + k % 2);
    }
    advance(maker, step);
}

static void make_logistic(struct maker *maker)
{
    add_dense(maker, "30-1", 1, ACTIVATION_NONE);
}

static void make_mlp(struct maker *maker)
{
    add_dense(maker, "784-128", 128, ACTIVATION_RELU);
    add_dense(maker, "128-128", 128, ACTIVATION_RELU);
    add_dense(maker, "128-10", 10, ACTIVATION_NONE);
}

static void make_minionn(struct maker *maker)
{
    add_conv(maker, "conv 5x5, 16", 28, 1, 5, 16);
    add_pool(maker, "pool", 24, 16);
    add_conv(maker, "conv 5x5, 16", 12, 16, 5, 16);
    add_pool(maker, "pool", 8, 16);
    add_dense(maker, "256-100", 100, ACTIVATION_RELU);
    add_dense(maker, "100-10", 10, ACTIVATION_NONE);
}

static void make_lenet(struct maker *maker)
{
    add_conv(maker, "conv 5x5, 6", 32, 1, 5, 6);
    add_pool(maker, "pool", 28, 6);
    add_conv(maker, "conv 5x5, 16", 14, 6, 5, 16);
    add_pool(maker, "pool", 10, 16);
    add_dense(maker, "400-120", 120, ACTIVATION_RELU);
    add_dense(maker, "120-84", 84, ACTIVATION_RELU);
    add_dense(maker, "84-10", 10, ACTIVATION_NONE);
}

struct item {
    const char *name;
    uint64_t n_inputs, n_scores;
    void (*make)(struct maker *maker); /* NULL: a layer alone, */
    struct layer_shape shape;
    bool keeps_wires; /* whose outputs are the next layer's inputs, not shares */
    bool is_plain;
};

#define NET(title, inputs, scores, maker)                                                          \
    {                                                                                              \
        .name = (title), .n_inputs = (inputs), .n_scores = (scores), .make = (maker)               \
    }
#define RELU_FULL                                                                                  \
    {                                                                                              \
        .kind = LAYER_RELU_FULL, .ring = 32, .n = 1                                                \
    }
#define RELU                                                                                       \
    {                                                                                              \
        .kind = LAYER_RELU, .ring = 22, .shift = 8, .n = 1                                         \
    }

static const struct item items[] = {
    NET("logistic regression 30-1", 30, 1, make_logistic),
    NET("MLP 784-128-128-10", 784, 10, make_mlp),
    NET("MiniONN CNN", 784, 10, make_minionn),
    NET("LeNet-5", 1024, 10, make_lenet),
    {.name = "ReLU, 32 bits", .shape = RELU_FULL},
    {.name = "ReLU, 32 bits", .shape = RELU_FULL, .is_plain = true},
    {.name = "ReLU to 7 bits, k = 22", .shape = RELU},
    {.name = "ReLU to 7 bits, k = 22", .shape = RELU, .is_plain = true},
    {.name = "ReLU to 7 bits, k = 22, wires", .shape = RELU, .keeps_wires = true},
    {.name = "ReLU to 7 bits, k = 22, wires", .shape = RELU, .keeps_wires = true, .is_plain = true},
};

#define N_ITEMS (sizeof items / sizeof *items)
#define MAX_BENCH_STEPS 8

static int make_net(struct report *report, struct net *net, const struct item *item)
{
    struct maker maker = {.net = net, .report = report, .n = item->n_inputs};

    *net = (struct net){.rank = 1,
                        .dims = {item->n_inputs},
                        .n_inputs = item->n_inputs,
                        .n_activations = item->n_inputs,
                        .n_scores = item->n_scores,
                        .score_scale = 1};
    net->steps = new_array(MAX_BENCH_STEPS, sizeof *net->steps);
    if (net->steps == NULL) return report_memory(report);
    item->make(&maker);
    if (maker.status != STATUS_OK) return maker.status;
    net->scale = new_array(net->n_activations, sizeof *net->scale);
    net->zero = new_array(net->n_activations, sizeof *net->zero);
    if (net->scale == NULL || net->zero == NULL) return report_memory(report);
    for (uint64_t i = 0; i < net->n_activations; i++) net->scale[i] = 1;
    return STATUS_OK;
}

/* --------------------------------------------------------------------------------- parties -- */

/* What the evaluator's process measures, in seconds and bytes both ways. The garbler's tells what a
 * layer took of its processor. */
struct sample {
    double online, all;
    double processor[2]; /* of a layer, by role */
    uint64_t setup_bytes, online_bytes;
};

struct bench {
    struct command *command;
    uint64_t n_repeats, n_threads;
    const struct item *item;
    struct net net;
    struct sample samples[MAX_REPEATS];
};

static double seconds_of(clockid_t clock)
{
    struct timespec now;

    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double seconds_now(void)
{
    return seconds_of(CLOCK_MONOTONIC);
}

/* The port goes from the listener to the dialler through a pipe. */
struct rendezvous {
    int pipe[2];
    sotto_credentials *credentials[2];
};

static void on_listening(void *user, sotto_notice notice, const char *text)
{
    const struct rendezvous *meeting = user;
    char line[64] = "";

    if (notice != SOTTO_NOTICE_LISTENING) return;
    (void)snprintf(line, sizeof line, "%s", text);
    if (write(meeting->pipe[1], line, sizeof line) != sizeof line) return;
}

static int connect_side(struct report *report, sotto_context *context, sotto_channel **channel,
                        struct rendezvous *meeting, sotto_role role)
{
    sotto_channel_options options = {.credentials = meeting->credentials[role]};
    char address[64] = "";

    if (role == SOTTO_GARBLER) {
        options.listen = "127.0.0.1:0";
        options.notice = on_listening;
        options.notice_user = meeting;
    } else {
        if (read(meeting->pipe[0], address, sizeof address) != sizeof address)
            return report_fail(report, STATUS_DISCONNECTED, "the other process has ended");
        options.connect = address;
    }
    return report_library(report, context, sotto_channel_open(context, channel, &options));
}

static int run_net(struct report *report, sotto_context *context, sotto_channel *channel,
                   struct bench *bench, struct party_cost *cost, sotto_role role)
{
    const struct party_options options = {.ot_width = PLAN_OT_WIDTH, .n_threads = bench->n_threads};
    struct secure secure = {0};
    struct offer offer = {.max_rows = 1};
    struct net description = {0};
    uint8_t *inputs = new_array(bench->item->n_inputs, 1);
    uint64_t label, n_rows;
    int status = inputs != NULL ? STATUS_OK : report_memory(report);

    for (uint64_t i = 0; status == STATUS_OK && i < bench->item->n_inputs; i++)
        inputs[i] = (uint8_t)(i * 37);
    if (status == STATUS_OK && role == SOTTO_GARBLER) {
        status = secure_init(report, &secure, context, &bench->net, role, false);
        if (status == STATUS_OK)
            status = party_serve(report, &secure, cost, &n_rows, channel, &offer, &options);
    } else if (status == STATUS_OK) {
        status =
            party_hear(report, &secure, cost, &description, &offer, context, channel, &options);
        if (status == STATUS_OK) status = party_ask(report, &secure, cost, &label, NULL, inputs, 1);
    }
    party_close(&secure);
    net_free(&description);
    free(inputs);
    return status;
}

static int apply_layer(struct report *report, sotto_context *context, struct bench *bench,
                       sotto_mixed *mixed, const struct layer *layer, const uint8_t *bits)
{
    uint8_t *shares = new_array((uint64_t)N_RELU * layer->output_bits, 1);
    sotto_wires *wires = NULL;
    int status;

    if (shares == NULL) return report_memory(report);
    if (bench->item->keeps_wires)
        status = report_library(
            report, context,
            sotto_mixed_apply(mixed, &wires, layer->circuit, layer->interface, bits, NULL, N_RELU));
    else
        status = report_library(report, context,
                                sotto_mixed_apply_shared(mixed, shares, layer->circuit,
                                                         layer->interface, bits, NULL, N_RELU));
    sotto_wires_free(wires);
    free(shares);
    return status;
}

static int run_layer(struct report *report, sotto_context *context, sotto_channel *channel,
                     struct bench *bench, struct party_cost *cost, double *processor,
                     sotto_role role)
{
    const sotto_mixed_options options = {
        .role = role, .ot_width = PLAN_OT_WIDTH, .n_threads = bench->n_threads};
    uint64_t n_bits = (uint64_t)N_RELU * bench->item->shape.ring;
    uint8_t *bits = new_array(n_bits, 1);
    struct layer layer = {0};
    sotto_mixed *mixed = NULL;
    int status = bits != NULL ? layer_init(report, context, &layer, &bench->item->shape)
                              : report_memory(report);
    double start, start_processor;

    for (uint64_t i = 0; status == STATUS_OK && i < n_bits; i++) bits[i] = i * i % 7 % 2;
    if (status == STATUS_OK)
        status =
            report_library(report, context, sotto_mixed_open(context, &mixed, channel, &options));
    cost->setup_sent = sotto_channel_bytes_sent(channel);
    cost->setup_received = sotto_channel_bytes_received(channel);
    start = seconds_now();
    start_processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    if (status == STATUS_OK) status = apply_layer(report, context, bench, mixed, &layer, bits);
    cost->online_seconds = seconds_now() - start;
    *processor = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - start_processor;
    if (status == STATUS_OK) status = report_library(report, context, sotto_mixed_finish(mixed));
    sotto_mixed_free(mixed);
    layer_wipe(&layer);
    free(bits);
    return status;
}

/* One side of one run, in a process of its own or not. */
static int run_side(struct report *report, struct bench *bench, struct rendezvous *meeting,
                    struct sample *sample, sotto_role role)
{
    struct party_cost cost = {0};
    sotto_channel *channel = NULL;
    sotto_context *context;
    double start = seconds_now();
    sotto_err err = sotto_context_new(&context, NULL);
    int status;

    if (err != SOTTO_OK) return report_library(report, NULL, err);
    status = connect_side(report, context, &channel, meeting, role);
    if (status == STATUS_OK)
        status = bench->item->make != NULL ? run_net(report, context, channel, bench, &cost, role)
                                           : run_layer(report, context, channel, bench, &cost,
                                                       &sample->processor[role], role);
    if (status == STATUS_OK) {
        sample->all = seconds_now() - start;
        sample->online = cost.online_seconds;
        sample->setup_bytes = cost.setup_sent + cost.setup_received;
        sample->online_bytes = sotto_channel_bytes_sent(channel) +
                               sotto_channel_bytes_received(channel) - sample->setup_bytes;
    }
    sotto_channel_free(channel);
    sotto_context_free(context);
    return status;
}

static int run_child(struct bench *bench, struct rendezvous *meeting)
{
    struct report report = {0};
    struct sample sample = {0};
    const double *processor = &sample.processor[SOTTO_GARBLER];
    int status;

    status = run_side(&report, bench, meeting, &sample, SOTTO_GARBLER);
    if (status == STATUS_OK &&
        write(meeting->pipe[1], processor, sizeof *processor) != sizeof *processor)
        status = report_fail(&report, STATUS_DISCONNECTED, "the other process has ended");
    if (status != STATUS_OK) report_print(stderr, &report, "gc-nn");
    return status;
}

static int run_once(struct bench *bench, struct rendezvous *meeting, struct sample *sample)
{
    struct report *report = &bench->command->report;
    double *processor = &sample->processor[SOTTO_GARBLER];
    int status, child_status = 0;
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child < 0)
        return report_fail(report, STATUS_LIMIT, "cannot start a process: %s", strerror(errno));
    if (child == 0) {
        close(meeting->pipe[0]);
        _exit(run_child(bench, meeting));
    }
    close(meeting->pipe[1]); /* so that a child that fails is noticed */
    meeting->pipe[1] = -1;
    status = run_side(report, bench, meeting, sample, SOTTO_EVALUATOR);
    if (status == STATUS_OK &&
        read(meeting->pipe[0], processor, sizeof *processor) != (ssize_t)sizeof *processor)
        status = report_fail(report, STATUS_DISCONNECTED, "the other process has failed");
    while (waitpid(child, &child_status, 0) < 0 && errno == EINTR) {
    }
    if (status == STATUS_OK && child_status != 0)
        status = report_fail(report, STATUS_DISCONNECTED, "the other process has failed");
    return status;
}

static int measure(struct bench *bench, struct sample *sample)
{
    struct report *report = &bench->command->report;
    struct rendezvous meeting = {.pipe = {-1, -1}};
    sotto_context *context;
    sotto_err err = sotto_context_new(&context, NULL);
    int status = STATUS_OK;

    if (err != SOTTO_OK) return report_library(report, NULL, err);
    if (!bench->item->is_plain)
        status = report_library(
            report, context,
            sotto_credentials_pair(context, &meeting.credentials[0], &meeting.credentials[1]));
    if (status == STATUS_OK && pipe(meeting.pipe) != 0)
        status = report_fail(report, STATUS_LIMIT, "cannot make a pipe: %s", strerror(errno));
    if (status == STATUS_OK) status = run_once(bench, &meeting, sample);
    for (int i = 0; i < 2; i++) {
        if (meeting.pipe[i] >= 0) close(meeting.pipe[i]);
        sotto_credentials_free(meeting.credentials[i]);
    }
    sotto_context_free(context);
    return status;
}

/* --------------------------------------------------------------------------------- figures -- */

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Of one number of each sample. */
struct spread {
    double least, median, most;
};

static struct spread spread_of(const struct bench *bench, size_t offset)
{
    double numbers[MAX_REPEATS];
    uint64_t n = bench->n_repeats;

    for (uint64_t i = 0; i < n; i++)
        numbers[i] = *(const double *)(const void *)((const char *)&bench->samples[i] + offset);
    qsort(numbers, n, sizeof *numbers, compare_numbers);
    return (struct spread){numbers[0], numbers[n / 2], numbers[n - 1]};
}

#define SPREAD(bench, member) spread_of(bench, offsetof(struct sample, member))

static const char *channel_name(const struct item *item)
{
    return item->is_plain ? "plain" : "TLS";
}

static void add_json(struct bench *bench, bool first)
{
    struct spread online = SPREAD(bench, online), all = SPREAD(bench, all);
    struct buffer *out = &bench->command->out;
    const struct item *item = bench->item;

    buffer_addf(out, "%s{\"name\":", first ? "" : ",");
    buffer_add_json(out, item->name);
    buffer_addf(out,
                ",\"channel\":\"%s\",\"values\":%llu,\"online_seconds\":%.9f,\"least\":%.9f,"
                "\"most\":%.9f,\"all_seconds\":%.6f,\"setup_bytes\":%llu,\"online_bytes\":%llu",
                channel_name(item), item->make != NULL ? 1ULL : N_RELU, online.median, online.least,
                online.most, all.median, (ull)bench->samples[0].setup_bytes,
                (ull)bench->samples[0].online_bytes);
    if (item->make == NULL)
        buffer_addf(out, ",\"garbler_processor_seconds\":%.9f,\"evaluator_processor_seconds\":%.9f",
                    SPREAD(bench, processor[SOTTO_GARBLER]).median,
                    SPREAD(bench, processor[SOTTO_EVALUATOR]).median);
    buffer_add_char(out, '}');
}

static void add_net(struct bench *bench)
{
    struct spread online = SPREAD(bench, online);

    buffer_addf(
        &bench->command->out, "%-30s %-5s %9.2f ms  %9.2f to %-9.2f %9.2f ms in all     %10llu B\n",
        bench->item->name, channel_name(bench->item), 1e3 * online.median, 1e3 * online.least,
        1e3 * online.most, 1e3 * SPREAD(bench, all).median, (ull)bench->samples[0].online_bytes);
}

static void add_layer(struct bench *bench)
{
    const double each = 1e6 / N_RELU;
    struct spread online = SPREAD(bench, online);

    buffer_addf(
        &bench->command->out, "%-30s %-5s %9.3f us  %9.3f to %-9.3f %6.3f and %5.3f us  %10.1f B\n",
        bench->item->name, channel_name(bench->item), each * online.median, each * online.least,
        each * online.most, each * SPREAD(bench, processor[SOTTO_GARBLER]).median,
        each * SPREAD(bench, processor[SOTTO_EVALUATOR]).median,
        (double)bench->samples[0].online_bytes / N_RELU);
}

static void add_row(struct bench *bench, bool first)
{
    if (bench->command->json) add_json(bench, first);
    else if (bench->item->make != NULL) add_net(bench);
    else add_layer(bench);
}

static int bench_item(struct bench *bench, const struct item *item, bool first)
{
    int status = STATUS_OK;

    bench->item = item;
    if (item->make != NULL) status = make_net(&bench->command->report, &bench->net, item);
    for (uint64_t i = 0; status == STATUS_OK && i < bench->n_repeats; i++) {
        if (signals_seen() != 0) status = report_interrupted(&bench->command->report);
        else status = measure(bench, &bench->samples[i]);
    }
    if (status == STATUS_OK) add_row(bench, first);
    net_free(&bench->net);
    return status;
}

static const char head_of_nets[] =
    "a row, online                              time     least to most\n";
static const char head_of_layers[] =
    "a value in a batch of 10^5, online         time     least to most     processors, garbler's "
    "first\n";

int command_bench(struct command *command)
{
    struct bench *bench = new_array(1, sizeof *bench);
    int status;

    if (bench == NULL) return report_memory(&command->report);
    bench->command = command;
    status = cli_count(&command->report, &command->cli, &bench->n_repeats, "repeat");
    if (status == STATUS_OK)
        status = cli_count(&command->report, &command->cli, &bench->n_threads, "threads");
    if (bench->n_repeats == 0) bench->n_repeats = 5;
    if (status == STATUS_OK && (bench->n_repeats > MAX_REPEATS || bench->n_threads > 64))
        status = report_fail(&command->report, STATUS_USAGE,
                             "--repeat: at most %d; --threads: at most 64", MAX_REPEATS);
    if (command->json)
        buffer_add_text(&command->out, "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"bench\":[");
    else if (status == STATUS_OK) buffer_add_text(&command->out, head_of_nets);
    for (size_t i = 0; status == STATUS_OK && i < N_ITEMS; i++) {
        if (i > 0 && items[i].make == NULL && items[i - 1].make != NULL && !command->json)
            buffer_add_text(&command->out, head_of_layers);
        status = bench_item(bench, &items[i], i == 0);
    }
    if (command->json) buffer_add_text(&command->out, "]}\n");
    free(bench);
    return status;
}
