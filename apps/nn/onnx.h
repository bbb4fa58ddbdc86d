/* Reading of ONNX files. */
#ifndef SOTTO_APPS_NN_ONNX_H
#define SOTTO_APPS_NN_ONNX_H

#include "apps/nn/graph.h"

/** Operator sets that are understood. A node of an old one means what it meant there, or is
 *  refused. */
#define ONNX_MIN_OPSET 1
#define ONNX_MAX_OPSET 18

/** Bytes of a model file. */
#define ONNX_MAX_FILE (UINT64_C(1) << 30)

/** What to make of dimensions that the file leaves open. */
#define ONNX_OPEN_DIMENSION 1

/** What an input of a model always is: then it is a constant of the graph, and no input. */
struct onnx_constant {
    char *name;
    double *values;
    uint64_t n; /**< as many as the input's shape has, or leaves open */
};

struct onnx_constants {
    struct onnx_constant *items;
    size_t n;
};

/** Frees names and values. */
void onnx_constants_free(struct onnx_constants *constants);

/** Reads a model and infers its shapes. constants may be NULL. STATUS_CIRCUIT when the file cannot
 *  be read, is not a model or has a node that is not supported; STATUS_LIMIT when it is too large;
 *  STATUS_USAGE when a constant belongs to no input, or does not fit it. */
int onnx_load(struct report *report, struct graph *graph, const struct onnx_constants *constants,
              const char *path);

/** The same from memory; name stands for the file in messages. */
int onnx_parse(struct report *report, struct graph *graph, const struct onnx_constants *constants,
               const uint8_t *data, size_t data_len, const char *name);

/** Reads a lone TensorProto, as ONNX's test data are. *value_name is to be freed, "" when there is
 *  none. */
int onnx_parse_tensor(struct report *report, struct tensor *tensor, char **value_name,
                      const uint8_t *data, size_t data_len, const char *name);

#endif
