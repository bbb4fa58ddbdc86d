/* Models for tests. */
#include "tests/nn/build.h"

#include <stdlib.h>
#include <string.h>

static void *keep(struct build *build, size_t size)
{
    void *block = calloc(1, size);

    if (block == NULL || build->n_blocks == sizeof build->blocks / sizeof build->blocks[0]) abort();
    return build->blocks[build->n_blocks++] = block;
}

static char *text(struct build *build, const char *from, size_t len)
{
    char *copy = keep(build, len + 1);

    memcpy(copy, from, len);
    return copy;
}

static char *string(struct build *build, const char *from)
{
    return text(build, from, strlen(from));
}

double build_random(struct build *build)
{
    build->state = build->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(build->state >> 33) / (double)(UINT64_C(1) << 30) - 1;
}

static Onnx__ValueInfoProto *value_info(struct build *build, const char *name, size_t rank,
                                        const int64_t *dims)
{
    Onnx__ValueInfoProto *info = keep(build, sizeof *info);
    Onnx__TypeProto *type = keep(build, sizeof *type);
    Onnx__TypeProto__Tensor *tensor = keep(build, sizeof *tensor);
    Onnx__TensorShapeProto *shape = keep(build, sizeof *shape);

    onnx__value_info_proto__init(info);
    onnx__type_proto__init(type);
    onnx__type_proto__tensor__init(tensor);
    onnx__tensor_shape_proto__init(shape);
    shape->dim = keep(build, (rank + 1) * sizeof(void *));
    for (size_t d = 0; d < rank; d++) {
        Onnx__TensorShapeProto__Dimension *dim = keep(build, sizeof *dim);

        onnx__tensor_shape_proto__dimension__init(dim);
        if (dims[d] != 0) {
            dim->value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
            dim->dim_value = dims[d];
        }
        shape->dim[shape->n_dim++] = dim;
    }
    tensor->has_elem_type = 1;
    tensor->elem_type = 1;
    tensor->shape = shape;
    type->value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
    type->tensor_type = tensor;
    info->name = string(build, name);
    info->type = type;
    return info;
}

void build_init(struct build *build, int64_t opset, size_t rank, const int64_t *dims)
{
    memset(build, 0, sizeof *build);
    onnx__model_proto__init(&build->model);
    onnx__graph_proto__init(&build->graph);
    onnx__operator_set_id_proto__init(&build->opset);
    build->opset.has_version = 1;
    build->opset.version = opset;
    build->opsets[0] = &build->opset;
    build->model.opset_import = build->opsets;
    build->model.n_opset_import = 1;
    build->model.graph = &build->graph;
    build->graph.node = build->nodes;
    build->graph.initializer = build->tensors;
    build->inputs[0] = value_info(build, "x", rank, dims);
    build->outputs[0] = value_info(build, "y", 0, NULL);
    build->graph.input = build->inputs;
    build->graph.n_input = 1;
    build->graph.output = build->outputs;
    build->graph.n_output = 1;
    build->state = 12345;
}

void build_input(struct build *build, const char *name, size_t rank, const int64_t *dims)
{
    build->inputs[1] = value_info(build, name, rank, dims);
    build->inputs[1]->type->tensor_type->elem_type = 7;
    build->graph.n_input = 2;
}

static Onnx__TensorProto *new_tensor(struct build *build, const char *name, int32_t type,
                                     size_t rank, const int64_t *dims)
{
    Onnx__TensorProto *tensor = keep(build, sizeof *tensor);

    onnx__tensor_proto__init(tensor);
    tensor->name = string(build, name);
    tensor->has_data_type = 1;
    tensor->data_type = type;
    tensor->dims = keep(build, (rank + 1) * sizeof *dims);
    tensor->n_dims = rank;
    for (size_t d = 0; d < rank; d++) tensor->dims[d] = dims[d];
    build->tensors[build->graph.n_initializer++] = tensor;
    return tensor;
}

Onnx__TensorProto *build_floats(struct build *build, const char *name, size_t rank,
                                const int64_t *dims, const float *values)
{
    Onnx__TensorProto *tensor = new_tensor(build, name, 1, rank, dims);
    size_t n = 1;

    for (size_t d = 0; d < rank; d++) n *= (size_t)dims[d];
    tensor->float_data = keep(build, (n + 1) * sizeof *values);
    tensor->n_float_data = n;
    memcpy(tensor->float_data, values, n * sizeof *values);
    return tensor;
}

Onnx__TensorProto *build_weights(struct build *build, const char *name, size_t rank,
                                 const int64_t *dims)
{
    size_t n = 1;
    float *values;

    for (size_t d = 0; d < rank; d++) n *= (size_t)dims[d];
    values = keep(build, n * sizeof *values);
    for (size_t i = 0; i < n; i++) values[i] = (float)build_random(build);
    return build_floats(build, name, rank, dims, values);
}

Onnx__TensorProto *build_ints(struct build *build, const char *name, size_t n,
                              const int64_t *values)
{
    Onnx__TensorProto *tensor = new_tensor(build, name, 7, 1, (int64_t[]){(int64_t)n});

    tensor->int64_data = keep(build, (n + 1) * sizeof *values);
    tensor->n_int64_data = n;
    memcpy(tensor->int64_data, values, n * sizeof *values);
    return tensor;
}

Onnx__NodeProto *build_node(struct build *build, const char *type, const char *inputs,
                            const char *output)
{
    Onnx__NodeProto *node = keep(build, sizeof *node);

    onnx__node_proto__init(node);
    node->op_type = string(build, type);
    node->name = string(build, output);
    node->input = keep(build, 16 * sizeof *node->input);
    node->output = keep(build, sizeof *node->output);
    while (*inputs != '\0') {
        size_t len = strcspn(inputs, " ");

        node->input[node->n_input++] = text(build, inputs, len);
        inputs += len + (inputs[len] == ' ');
    }
    node->output[node->n_output++] = string(build, output);
    node->attribute = keep(build, 8 * sizeof *node->attribute);
    build->nodes[build->graph.n_node++] = node;
    return node;
}

static Onnx__AttributeProto *attribute(struct build *build, Onnx__NodeProto *node, const char *name,
                                       Onnx__AttributeProto__AttributeType type)
{
    Onnx__AttributeProto *made = keep(build, sizeof *made);

    onnx__attribute_proto__init(made);
    made->name = string(build, name);
    made->has_type = 1;
    made->type = type;
    return node->attribute[node->n_attribute++] = made;
}

void build_int(struct build *build, Onnx__NodeProto *node, const char *name, int64_t value)
{
    Onnx__AttributeProto *made =
        attribute(build, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT);

    made->has_i = 1;
    made->i = value;
}

void build_float(struct build *build, Onnx__NodeProto *node, const char *name, float value)
{
    Onnx__AttributeProto *made =
        attribute(build, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT);

    made->has_f = 1;
    made->f = value;
}

void build_string(struct build *build, Onnx__NodeProto *node, const char *name, char *value)
{
    Onnx__AttributeProto *made =
        attribute(build, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING);

    made->has_s = 1;
    made->s.data = (uint8_t *)value;
    made->s.len = strlen(value);
}

void build_list(struct build *build, Onnx__NodeProto *node, const char *name, size_t n,
                const int64_t *values)
{
    Onnx__AttributeProto *made =
        attribute(build, node, name, ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS);

    made->ints = keep(build, n * sizeof *values);
    made->n_ints = n;
    memcpy(made->ints, values, n * sizeof *values);
}

uint8_t *build_bytes(struct build *build, size_t *len)
{
    uint8_t *bytes = malloc(onnx__model_proto__get_packed_size(&build->model));

    if (bytes == NULL) abort();
    *len = onnx__model_proto__pack(&build->model, bytes);
    while (build->n_blocks > 0) free(build->blocks[--build->n_blocks]);
    return bytes;
}
