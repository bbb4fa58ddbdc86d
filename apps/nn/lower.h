/* From graphs to networks in normal form, in floating point. */
#ifndef SOTTO_APPS_NN_LOWER_H
#define SOTTO_APPS_NN_LOWER_H

#include "apps/nn/net.h"

/** How a raw input x becomes the model's: (x * scale - mean) / std, each by channel. One entry
 *  serves all channels; none stands for 1, 0 and 1. */
struct preprocessing {
    double *scale, *mean, *std;
    size_t n_scale, n_mean, n_std;
};

/** That is x * mul + add, for element i of an input of this shape. */
void preprocessing_at(const struct preprocessing *raw, const struct tensor *input, uint64_t i,
                      double *mul, double *add);

/** STATUS_CIRCUIT, naming the node, when the graph has no such form. */
int lower_graph(struct report *report, struct net *net, const struct graph *graph,
                const struct preprocessing *raw);

#endif
