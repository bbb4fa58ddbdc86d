/*
 * Quantised networks from hostile bytes, whose checksum is made right first. What is accepted must
 * run, be planned, and survive being written.
 */
#include "apps/nn/gcnn.h"
#include "apps/nn/plan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

static void check_run(const struct net *net)
{
    struct report report = {0};
    double *values = new_array(net->n_activations, sizeof *values);
    int64_t *scores = new_array(net->n_scores, sizeof *scores);

    if (values == NULL || scores == NULL) abort();
    for (uint64_t i = 0; i < net->n_inputs; i++) values[i] = 255;
    if (net_run_integer(&report, net, values, scores) != STATUS_OK) abort();
    for (uint64_t i = 0; i < net->n_scores; i++)
        if (scores[i] >= INT64_C(1) << 31 || scores[i] < -(INT64_C(1) << 31)) abort();
    for (uint64_t i = 0; i < net->n_activations; i++)
        if (values[i] < 0 || values[i] > 255) abort();
    free(values);
    free(scores);
}

static void check_written(const struct net *net, bool public_only)
{
    struct report report = {0};
    struct buffer file = {0};
    struct net again;

    gcnn_write(&file, net, public_only);
    if (file.failed) abort();
    if (gcnn_parse(&report, &again, (const uint8_t *)file.data, file.len, public_only, "again") !=
        STATUS_OK)
        abort();
    net_free(&again);
    buffer_free(&file);
}

static void check_plan(const struct net *net, enum plan_reveal reveal)
{
    struct report report = {0};
    struct plan plan;

    if (plan_make(&report, &plan, net, reveal) != STATUS_OK) abort();
    plan_free(&plan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len)
{
    struct report report = {0};
    struct net net;
    uint8_t *file;
    uint64_t sum;

    if (data_len < 16) return 0;
    file = malloc(data_len);
    if (file == NULL) abort();
    memcpy(file, data, data_len);
    sum = gcnn_checksum(file, data_len - 8);
    for (size_t i = 0; i < 8; i++) file[data_len - 8 + i] = (uint8_t)(sum >> 8 * i);
    if (gcnn_parse(&report, &net, file, data_len, true, "fuzz") == STATUS_OK) {
        bool secret = net.steps[net.n_steps - 1].bias != NULL;

        if (net.n_activations < 1 << 16) {
            if (secret) check_run(&net);
            if (secret) check_written(&net, false);
            check_written(&net, true);
            check_plan(&net, PLAN_REVEAL_LABEL);
            check_plan(&net, PLAN_REVEAL_SCORES);
        }
        net_free(&net);
    } else if (report.message[0] == '\0') {
        abort();
    }
    free(file);
    return 0;
}
