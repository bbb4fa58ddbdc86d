/* From the protobuf messages of a model to a graph. */
#include "apps/nn/onnx.h"

#include "apps/nn/file.h"
#include "apps/nn/names.h"
#include "apps/nn/onnx_wire.h"
#include "apps/nn/ops.h"

#include <stdlib.h>
#include <string.h>

/** Nodes, values and inputs of a node: far beyond any network, and keeps hostile files quick. */
#define MAX_NODES 65536
#define MAX_VALUES (4 * MAX_NODES)

struct importer {
    struct report *report;
    struct graph *graph;
    const Onnx__GraphProto *proto;
    const struct onnx_constants *constants;
    struct names names; /**< of values */
    const char *file;
    char empty[1];
};

static const char *text_of(const char *text)
{
    return text == NULL ? "" : text;
}

static char *copy_text(const char *text)
{
    return strdup(text_of(text));
}

/** Makes a value; STATUS_CIRCUIT when the name is taken. */
static int add_value(struct importer *importer, size_t *number, const char *name)
{
    struct graph *graph = importer->graph;
    char part[SHOWN_SIZE];

    if (names_find(&importer->names, name, NO_VALUE) != NO_VALUE)
        return report_fail(importer->report, STATUS_CIRCUIT, "%s: value '%s' is defined twice",
                           importer->file, shown(part, name, strlen(name)));
    *number = graph->n_values;
    graph->values[*number].name = copy_text(name);
    if (graph->values[*number].name == NULL) return report_memory(importer->report);
    graph->n_values++;
    return names_add(importer->report, &importer->names, graph->values[*number].name, *number);
}

/* ------------------------------------------------------------------------------- initialisers */

static int add_initialisers(struct importer *importer)
{
    const Onnx__GraphProto *proto = importer->proto;
    char what[SHOWN_SIZE + 32], part[SHOWN_SIZE];

    if (proto->n_sparse_initializer > 0)
        return report_fail(importer->report, STATUS_CIRCUIT, "%s: sparse tensors are not supported",
                           importer->file);
    for (size_t i = 0; i < proto->n_initializer; i++) {
        const char *name = text_of(proto->initializer[i]->name);
        struct value *value;
        size_t number;

        if (add_value(importer, &number, name) != STATUS_OK) return importer->report->status;
        value = &importer->graph->values[number];
        snprintf(what, sizeof what, "tensor '%s'", shown(part, name, strlen(name)));
        if (wire_tensor(importer->report, &value->tensor, proto->initializer[i], what) != STATUS_OK)
            return importer->report->status;
        value->known = true;
    }
    return STATUS_OK;
}

/* ------------------------------------------------------------------------------------- inputs */

static bool takes(const Onnx__NodeProto *node, const char *name)
{
    for (size_t i = 0; i < node->n_input; i++)
        if (strcmp(text_of(node->input[i]), name) == 0) return true;
    return false;
}

/** Refuses an input of a type that no value has, and names the node that takes it. */
static int fail_type(struct importer *importer, const char *name)
{
    const Onnx__GraphProto *proto = importer->proto;
    char part[SHOWN_SIZE];

    shown(part, name, strlen(name));
    for (size_t i = 0; i < proto->n_node; i++) {
        struct node node = {.type = proto->node[i]->op_type, .name = proto->node[i]->name};

        if (!takes(proto->node[i], name)) continue;
        if (node.name == NULL) node.name = importer->empty;
        node.position = i + 1;
        return node_fail(importer->report, &node,
                         "its input '%s' is not a tensor of a supported type", part);
    }
    return report_fail(importer->report, STATUS_CIRCUIT,
                       "input '%s' is not a tensor of a supported type", part);
}

static bool is_closed(const Onnx__TensorShapeProto__Dimension *dim)
{
    return dim->value_case == ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
}

/** Dimensions of an input; how many are open, and stand as 1. */
static int input_dims(struct importer *importer, uint64_t *dims, unsigned *n_open,
                      const Onnx__TensorShapeProto *shape, const char *what)
{
    *n_open = 0;
    if (shape == NULL || shape->n_dim > TENSOR_MAX_RANK)
        return report_fail(importer->report, STATUS_CIRCUIT,
                           "%s has no shape, or too many dimensions", what);
    for (size_t d = 0; d < shape->n_dim; d++) {
        const Onnx__TensorShapeProto__Dimension *dim = shape->dim[d];
        bool closed = is_closed(dim);

        if (closed && dim->dim_value < 0)
            return report_fail(importer->report, STATUS_CIRCUIT, "%s has a negative dimension",
                               what);
        dims[d] = closed ? (uint64_t)dim->dim_value : ONNX_OPEN_DIMENSION;
        *n_open += !closed;
    }
    return STATUS_OK;
}

/** The dimension that is open takes what the others leave of n elements. */
static void close_dimension(uint64_t *dims, const Onnx__TensorShapeProto *shape, uint64_t n)
{
    uint64_t others = 1;
    size_t open = 0;

    for (size_t d = 0; d < shape->n_dim; d++)
        if (!is_closed(shape->dim[d])) open = d;
        else others = dims[d] > n || others > n ? n + 1 : others * dims[d];
    dims[open] = others == 0 || others > n ? 0 : n / others;
}

static int input_constant(struct importer *importer, struct value *value,
                          const struct onnx_constant *constant)
{
    struct tensor *tensor = &value->tensor;
    char part[SHOWN_SIZE];

    shown(part, constant->name, strlen(constant->name));
    if (constant->n != tensor->n)
        return report_fail(importer->report, STATUS_USAGE,
                           "--constant %s: %llu numbers, and the input has %llu", part,
                           (unsigned long long)constant->n, (unsigned long long)tensor->n);
    if (tensor_allocate(importer->report, tensor) != STATUS_OK) return importer->report->status;
    for (uint64_t i = 0; i < tensor->n; i++) {
        tensor->data[i] = tensor_convert(tensor->type, constant->values[i]);
        if (tensor->data[i] != constant->values[i] &&
            (tensor_is_integer(tensor->type) || tensor->type == TENSOR_BOOL))
            return report_fail(importer->report, STATUS_USAGE,
                               "--constant %s: %g does not fit the input's type", part,
                               constant->values[i]);
    }
    return STATUS_OK;
}

static const struct onnx_constant *find_constant(const struct importer *importer, const char *name)
{
    const struct onnx_constants *constants = importer->constants;

    for (size_t i = 0; constants != NULL && i < constants->n; i++)
        if (strcmp(constants->items[i].name, name) == 0) return &constants->items[i];
    return NULL;
}

/** Shape of an input, and what it always is if that is told. */
static int input_value(struct importer *importer, struct value *value,
                       const Onnx__ValueInfoProto *info)
{
    const struct onnx_constant *constant = find_constant(importer, value->name);
    const Onnx__TypeProto *type = info->type;
    uint64_t dims[TENSOR_MAX_RANK];
    unsigned n_open;
    char what[SHOWN_SIZE + 32], part[SHOWN_SIZE];
    int status;

    snprintf(what, sizeof what, "input '%s'", shown(part, value->name, strlen(value->name)));
    if (type == NULL || type->value_case != ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE ||
        !tensor_type_known(type->tensor_type->elem_type))
        return fail_type(importer, value->name);
    status = input_dims(importer, dims, &n_open, type->tensor_type->shape, what);
    if (status != STATUS_OK) return status;
    if (constant != NULL && n_open == 1)
        close_dimension(dims, type->tensor_type->shape, constant->n);
    else if (n_open > 1 || (n_open == 1 && is_closed(type->tensor_type->shape->dim[0])))
        return report_fail(importer->report, STATUS_CIRCUIT,
                           "%s leaves a dimension other than the first open", what);
    value->known = true;
    status = tensor_shape(importer->report, &value->tensor,
                          (enum tensor_type)type->tensor_type->elem_type,
                          (unsigned)type->tensor_type->shape->n_dim, dims, what);
    return status == STATUS_OK && constant != NULL ? input_constant(importer, value, constant)
                                                   : status;
}

/** Every constant is to be one of the inputs. */
static int check_constants(struct importer *importer)
{
    const struct onnx_constants *constants = importer->constants;
    const Onnx__GraphProto *proto = importer->proto;

    for (size_t c = 0; constants != NULL && c < constants->n; c++) {
        const char *name = constants->items[c].name;
        char part[SHOWN_SIZE];
        bool found = false;

        for (size_t i = 0; i < proto->n_input; i++)
            found |= strcmp(text_of(proto->input[i]->name), name) == 0 &&
                     names_find(&importer->names, name, NO_VALUE) >= proto->n_initializer;
        if (found) continue;
        report_fail(importer->report, STATUS_USAGE, "--constant %s: the model has no such input",
                    shown(part, name, strlen(name)));
        for (size_t i = 0; i < proto->n_input; i++)
            report_hint(importer->report, "It has '%s'.",
                        shown(part, text_of(proto->input[i]->name),
                              strlen(text_of(proto->input[i]->name))));
        return STATUS_USAGE;
    }
    return STATUS_OK;
}

static int add_inputs(struct importer *importer)
{
    const Onnx__GraphProto *proto = importer->proto;
    struct graph *graph = importer->graph;

    if (check_constants(importer) != STATUS_OK) return importer->report->status;
    graph->inputs = new_array(proto->n_input, sizeof *graph->inputs);
    if (graph->inputs == NULL) return report_memory(importer->report);
    for (size_t i = 0; i < proto->n_input; i++) {
        const char *name = text_of(proto->input[i]->name);
        size_t number;

        /* Older files list initialisers among the inputs. */
        if (names_find(&importer->names, name, NO_VALUE) < proto->n_initializer) continue;
        if (add_value(importer, &number, name) != STATUS_OK ||
            input_value(importer, &graph->values[number], proto->input[i]) != STATUS_OK)
            return importer->report->status;
        if (graph->values[number].tensor.data == NULL) graph->inputs[graph->n_inputs++] = number;
    }
    return STATUS_OK;
}

/* -------------------------------------------------------------------------------------- nodes */

/** The kind of an attribute; old files leave its type away. */
static Onnx__AttributeProto__AttributeType type_of(const Onnx__AttributeProto *proto)
{
    if (proto->has_type && proto->type != 0) return proto->type;
    if (proto->has_i) return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
    if (proto->has_f) return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT;
    if (proto->has_s) return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING;
    if (proto->t != NULL) return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR;
    if (proto->n_floats > 0) return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS;
    return ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS;
}

static int copy_list(struct importer *importer, struct attribute *attribute,
                     const Onnx__AttributeProto *proto)
{
    bool floats = attribute->kind == ATTRIBUTE_FLOATS;

    attribute->n = floats ? proto->n_floats : proto->n_ints;
    attribute->floats = floats ? new_array(attribute->n, sizeof(double)) : NULL;
    attribute->ints = floats ? NULL : new_array(attribute->n, sizeof(int64_t));
    if (attribute->floats == NULL && attribute->ints == NULL)
        return report_memory(importer->report);
    for (size_t i = 0; i < attribute->n; i++)
        if (floats) attribute->floats[i] = proto->floats[i];
        else attribute->ints[i] = proto->ints[i];
    return STATUS_OK;
}

static int read_attribute(struct importer *importer, struct attribute *attribute,
                          const Onnx__AttributeProto *proto, const struct node *node)
{
    char what[NODE_NAME_SIZE];

    attribute->name = copy_text(proto->name);
    if (attribute->name == NULL) return report_memory(importer->report);
    attribute->kind = ATTRIBUTE_OTHER;
    switch (type_of(proto)) {
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT:
        attribute->kind = ATTRIBUTE_INT;
        attribute->i = proto->i;
        return STATUS_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOAT:
        attribute->kind = ATTRIBUTE_FLOAT;
        attribute->f = proto->f;
        return STATUS_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__STRING:
        attribute->kind = ATTRIBUTE_STRING;
        attribute->s =
            strndup(proto->s.data == NULL ? "" : (const char *)proto->s.data, proto->s.len);
        return attribute->s == NULL ? report_memory(importer->report) : STATUS_OK;
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS:
        attribute->kind = ATTRIBUTE_INTS;
        return copy_list(importer, attribute, proto);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__FLOATS:
        attribute->kind = ATTRIBUTE_FLOATS;
        return copy_list(importer, attribute, proto);
    case ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__TENSOR:
        if (proto->t == NULL) return STATUS_OK;
        attribute->kind = ATTRIBUTE_TENSOR;
        return wire_tensor(importer->report, &attribute->tensor, proto->t, node_name(what, node));
    default: return STATUS_OK;
    }
}

static int read_attributes(struct importer *importer, struct node *node,
                           const Onnx__NodeProto *proto)
{
    node->attributes = new_array(proto->n_attribute, sizeof *node->attributes);
    if (node->attributes == NULL) return report_memory(importer->report);
    for (size_t i = 0; i < proto->n_attribute; i++) {
        node->n_attributes++;
        if (read_attribute(importer, &node->attributes[i], proto->attribute[i], node) != STATUS_OK)
            return importer->report->status;
    }
    return STATUS_OK;
}

static int connect_node(struct importer *importer, struct node *node, const Onnx__NodeProto *proto)
{
    char part[SHOWN_SIZE];

    node->inputs = new_array(proto->n_input, sizeof *node->inputs);
    node->outputs = new_array(proto->n_output, sizeof *node->outputs);
    if (node->inputs == NULL || node->outputs == NULL) return report_memory(importer->report);
    for (size_t i = 0; i < proto->n_input; i++) {
        size_t number = names_find(&importer->names, text_of(proto->input[i]), NO_VALUE);

        if (number == NO_VALUE && text_of(proto->input[i])[0] != '\0')
            return node_fail(importer->report, node, "input '%s' is not defined before it",
                             shown(part, proto->input[i], strlen(proto->input[i])));
        if (number != NO_VALUE) importer->graph->values[number].n_uses++;
        node->inputs[node->n_inputs++] = number;
    }
    for (size_t i = 0; i < proto->n_output; i++) {
        size_t number = NO_VALUE;

        if (text_of(proto->output[i])[0] != '\0' &&
            add_value(importer, &number, proto->output[i]) != STATUS_OK)
            return importer->report->status;
        node->outputs[node->n_outputs++] = number;
    }
    /* Outputs that are left out at the end might as well not be there. */
    while (node->n_outputs > 1 && node->outputs[node->n_outputs - 1] == NO_VALUE) node->n_outputs--;
    while (node->n_inputs > 0 && node->inputs[node->n_inputs - 1] == NO_VALUE) node->n_inputs--;
    if (node->n_outputs == 0 || node->outputs[0] == NO_VALUE)
        return node_fail(importer->report, node, "its first output has no name");
    return STATUS_OK;
}

static int add_node(struct importer *importer, const Onnx__NodeProto *proto)
{
    struct graph *graph = importer->graph;
    struct node *node = &graph->nodes[graph->n_nodes++];

    node->position = graph->n_nodes;
    node->type = copy_text(proto->op_type);
    node->name = copy_text(proto->name);
    if (node->type == NULL || node->name == NULL) return report_memory(importer->report);
    node->op = op_find(node->type);
    if (read_attributes(importer, node, proto) != STATUS_OK) return importer->report->status;
    return connect_node(importer, node, proto);
}

/* ------------------------------------------------------------------------------------- models */

static int add_outputs(struct importer *importer)
{
    const Onnx__GraphProto *proto = importer->proto;
    struct graph *graph = importer->graph;

    graph->outputs = new_array(proto->n_output, sizeof *graph->outputs);
    if (graph->outputs == NULL) return report_memory(importer->report);
    for (size_t i = 0; i < proto->n_output; i++) {
        const char *name = text_of(proto->output[i]->name);
        size_t number = names_find(&importer->names, name, NO_VALUE);
        char part[SHOWN_SIZE];

        if (number == NO_VALUE)
            return report_fail(importer->report, STATUS_CIRCUIT,
                               "%s: output '%s' is computed by no node", importer->file,
                               shown(part, name, strlen(name)));
        graph->values[number].n_uses++;
        graph->outputs[graph->n_outputs++] = number;
    }
    return STATUS_OK;
}

static int count_all(struct importer *importer)
{
    const Onnx__GraphProto *proto = importer->proto;
    uint64_t values = (uint64_t)proto->n_initializer + proto->n_input;

    for (size_t i = 0; i < proto->n_node; i++) values += proto->node[i]->n_output;
    if (proto->n_node > MAX_NODES || values > MAX_VALUES)
        return report_fail(importer->report, STATUS_LIMIT, "%s: more than %d nodes or %d values",
                           importer->file, MAX_NODES, MAX_VALUES);
    importer->graph->nodes = new_array(proto->n_node, sizeof(struct node));
    importer->graph->values = new_array(values, sizeof(struct value));
    if (importer->graph->nodes == NULL || importer->graph->values == NULL)
        return report_memory(importer->report);
    return STATUS_OK;
}

static int read_opset(struct importer *importer, const Onnx__ModelProto *model)
{
    /* The first files named none, and meant 1. */
    int64_t opset = model->ir_version < 3 ? 1 : 0;

    for (size_t i = 0; i < model->n_opset_import; i++) {
        const char *domain = text_of(model->opset_import[i]->domain);

        if (domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0)
            opset = model->opset_import[i]->version;
    }
    importer->graph->opset = (unsigned)opset;
    if (opset == 0)
        return report_fail(importer->report, STATUS_CIRCUIT,
                           "%s names no operator set: is it truncated?", importer->file);
    if (opset >= ONNX_MIN_OPSET && opset <= ONNX_MAX_OPSET) return STATUS_OK;
    report_fail(importer->report, STATUS_CIRCUIT,
                "%s uses operator set %lld; %d to %d are supported", importer->file,
                (long long)opset, ONNX_MIN_OPSET, ONNX_MAX_OPSET);
    report_hint(importer->report, "Export the model again, for instance with opset 13.");
    return STATUS_CIRCUIT;
}

/** Whether a node is one of ours, whatever its inputs are. */
static bool node_supported(const Onnx__NodeProto *proto)
{
    const char *domain = text_of(proto->domain);

    return (domain[0] == '\0' || strcmp(domain, "ai.onnx") == 0) &&
           op_find(text_of(proto->op_type)) != NULL;
}

/** Names every node that is not supported, before anything else of the graph is looked at. */
static int check_nodes(struct importer *importer, const Onnx__GraphProto *proto)
{
    int status = STATUS_OK;

    for (size_t i = 0; i < proto->n_node; i++) {
        struct node node = {.type = proto->node[i]->op_type, .name = proto->node[i]->name};
        char name[NODE_NAME_SIZE];

        if (node_supported(proto->node[i])) continue;
        if (node.type == NULL) node.type = importer->empty;
        if (node.name == NULL) node.name = importer->empty;
        node.position = i + 1;
        if (status == STATUS_OK) status = node_fail(importer->report, &node, "not supported");
        else report_hint(importer->report, "%s: not supported", node_name(name, &node));
    }
    if (status != STATUS_OK)
        report_hint(importer->report, "Models in gc-nn(1) lists the nodes that are; Relu, or a "
                                      "square, stands in for many activation functions.");
    return status;
}

static int import_model(struct importer *importer, const Onnx__ModelProto *model)
{
    importer->proto = model->graph;
    if (model->graph == NULL || model->graph->n_output == 0)
        return report_fail(importer->report, STATUS_CIRCUIT, "%s is not an ONNX model",
                           importer->file);
    if (check_nodes(importer, model->graph) != STATUS_OK) return importer->report->status;
    if (read_opset(importer, model) != STATUS_OK || count_all(importer) != STATUS_OK ||
        add_initialisers(importer) != STATUS_OK || add_inputs(importer) != STATUS_OK)
        return importer->report->status;
    for (size_t i = 0; i < model->graph->n_node; i++)
        if (add_node(importer, model->graph->node[i]) != STATUS_OK) return importer->report->status;
    if (add_outputs(importer) != STATUS_OK) return importer->report->status;
    return graph_infer(importer->report, importer->graph);
}

int onnx_parse(struct report *report, struct graph *graph, const struct onnx_constants *constants,
               const uint8_t *data, size_t data_len, const char *name)
{
    struct importer importer = {
        .report = report, .graph = graph, .constants = constants, .file = name};
    ProtobufCMessage *model;
    int status;

    memset(graph, 0, sizeof *graph);
    model = wire_unpack(report, &onnx__model_proto__descriptor, data, data_len, name);
    if (model == NULL) return report->status;
    status = import_model(&importer, (const Onnx__ModelProto *)model);
    protobuf_c_message_free_unpacked(model, NULL);
    names_free(&importer.names);
    if (status != STATUS_OK) graph_free(graph);
    return status;
}

int onnx_load(struct report *report, struct graph *graph, const struct onnx_constants *constants,
              const char *path)
{
    struct buffer file = {0};
    int status = file_load(report, &file, path, ONNX_MAX_FILE, STATUS_CIRCUIT);

    if (status == STATUS_OK)
        status = onnx_parse(report, graph, constants, (const uint8_t *)file.data, file.len, path);
    buffer_free(&file);
    return status;
}

int onnx_parse_tensor(struct report *report, struct tensor *tensor, char **value_name,
                      const uint8_t *data, size_t data_len, const char *name)
{
    ProtobufCMessage *message =
        wire_unpack(report, &onnx__tensor_proto__descriptor, data, data_len, name);
    const Onnx__TensorProto *proto = (const Onnx__TensorProto *)message;
    int status;

    if (message == NULL) return report->status;
    status = wire_tensor(report, tensor, proto, name);
    if (status == STATUS_OK) {
        *value_name = copy_text(proto->name);
        if (*value_name == NULL) {
            tensor_free(tensor);
            status = report_memory(report);
        }
    }
    protobuf_c_message_free_unpacked(message, NULL);
    return status;
}

void onnx_constants_free(struct onnx_constants *constants)
{
    for (size_t i = 0; i < constants->n; i++) {
        free(constants->items[i].name);
        free(constants->items[i].values);
    }
    free(constants->items);
    memset(constants, 0, sizeof *constants);
}
