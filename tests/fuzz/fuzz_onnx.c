/* ONNX models from hostile bytes: imported and brought into normal form, or refused in words. */
#include "apps/nn/lower.h"
#include "apps/nn/onnx.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len)
{
    const struct preprocessing raw = {0};
    struct report report = {0};
    struct graph graph;
    struct net net;

    if (onnx_parse(&report, &graph, NULL, data, data_len, "fuzz") != STATUS_OK) {
        if (report.message[0] == '\0') abort();
        return 0;
    }
    if (lower_graph(&report, &net, &graph, &raw) == STATUS_OK) net_free(&net);
    else if (report.message[0] == '\0') abort();
    graph_free(&graph);
    return 0;
}
