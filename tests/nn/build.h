/*
 * Small ONNX models made in memory, for tests. Everything lives in one arena that model_bytes()
 * frees, with the message itself.
 */
#ifndef SOTTO_TESTS_NN_BUILD_H
#define SOTTO_TESTS_NN_BUILD_H

#include "apps/nn/onnx.pb-c.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BUILD_MAX 64

struct build {
    Onnx__ModelProto model;
    Onnx__GraphProto graph;
    Onnx__OperatorSetIdProto opset;
    Onnx__OperatorSetIdProto *opsets[1];
    Onnx__NodeProto *nodes[BUILD_MAX];
    Onnx__TensorProto *tensors[BUILD_MAX];
    Onnx__ValueInfoProto *inputs[2], *outputs[1];
    void *blocks[1024];
    size_t n_blocks;
    uint64_t state; /**< of the generator of weights */
};

/** Starts a model with one float input x of this shape; a dimension of 0 is left open. */
void build_init(struct build *build, int64_t opset, size_t rank, const int64_t *dims);

/** A second input, of integers of 64 bits. */
void build_input(struct build *build, const char *name, size_t rank, const int64_t *dims);

/** A float constant with elements between -1 and 1, drawn from the build's generator. */
Onnx__TensorProto *build_weights(struct build *build, const char *name, size_t rank,
                                 const int64_t *dims);

/** A constant with these elements. */
Onnx__TensorProto *build_floats(struct build *build, const char *name, size_t rank,
                                const int64_t *dims, const float *values);
Onnx__TensorProto *build_ints(struct build *build, const char *name, size_t n,
                              const int64_t *values);

/** A node; inputs are names with blanks between. */
Onnx__NodeProto *build_node(struct build *build, const char *type, const char *inputs,
                            const char *output);
void build_int(struct build *build, Onnx__NodeProto *node, const char *name, int64_t value);
void build_float(struct build *build, Onnx__NodeProto *node, const char *name, float value);
void build_string(struct build *build, Onnx__NodeProto *node, const char *name, char *value);
void build_list(struct build *build, Onnx__NodeProto *node, const char *name, size_t n,
                const int64_t *values);

/** The file, to be freed; the model is spent. Its output is called y. */
uint8_t *build_bytes(struct build *build, size_t *len);

/** The next number between -1 and 1. */
double build_random(struct build *build);

#endif
