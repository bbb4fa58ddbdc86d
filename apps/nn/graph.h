/*
 * The graph of an ONNX model, free of protobuf: nodes in the order of the file, values between
 * them, constants. Also shape inference, constant folding and float evaluation, which are one pass
 * over the nodes.
 */
#ifndef SOTTO_APPS_NN_GRAPH_H
#define SOTTO_APPS_NN_GRAPH_H

#include "apps/nn/tensor.h"

#define NO_VALUE SIZE_MAX

enum attribute_kind {
    ATTRIBUTE_INT,
    ATTRIBUTE_FLOAT,
    ATTRIBUTE_STRING,
    ATTRIBUTE_INTS,
    ATTRIBUTE_FLOATS,
    ATTRIBUTE_TENSOR,
    ATTRIBUTE_OTHER /**< a kind that no supported node takes */
};

struct attribute {
    char *name;
    enum attribute_kind kind;
    int64_t i;
    double f;
    char *s;
    int64_t *ints;
    double *floats;
    size_t n; /**< of ints or floats */
    struct tensor tensor;
};

struct node {
    const struct op *op;
    char *type;
    char *name;        /**< "" when the file has none */
    uint64_t position; /**< in the file, from 1 */
    size_t *inputs;    /**< values, NO_VALUE for one that is left out */
    size_t n_inputs;
    size_t *outputs;
    size_t n_outputs;
    struct attribute *attributes;
    size_t n_attributes;
    bool folded; /**< its outputs are constants */
};

struct value {
    char *name;
    struct tensor tensor; /**< its shape, and its data when it is a constant */
    bool known;           /**< its shape is */
    size_t n_uses;        /**< inputs of nodes and outputs of the graph that it is */
};

struct graph {
    unsigned opset;
    struct node *nodes;
    size_t n_nodes;
    struct value *values;
    size_t n_values;
    size_t *inputs; /**< values, without those that have an initialiser */
    size_t n_inputs;
    size_t *outputs;
    size_t n_outputs;
};

/** Infers every shape and folds what depends on constants alone. STATUS_CIRCUIT, naming the node,
 *  when something does not fit. */
int graph_infer(struct report *report, struct graph *graph);

/** Evaluates; inputs[i] belongs to graph->inputs[i] and has data, outputs are to be freed. */
int graph_evaluate(struct report *report, const struct graph *graph, struct tensor *outputs,
                   const struct tensor *inputs);

void graph_free(struct graph *graph);

/** "node 3, Conv 'features.0'" for messages. */
#define NODE_NAME_SIZE 160
const char *node_name(char out[NODE_NAME_SIZE], const struct node *node);

const struct attribute *node_attribute(const struct node *node, const char *name);
int64_t node_int(const struct node *node, const char *name, int64_t fallback);
double node_float(const struct node *node, const char *name, double fallback);

/** Fails with STATUS_CIRCUIT: the node's name, then the message. */
int node_fail(struct report *report, const struct node *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
