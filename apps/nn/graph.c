/* Inference, folding and evaluation of graphs. */
#include "apps/nn/graph.h"

#include "apps/nn/ops.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const char *node_name(char out[NODE_NAME_SIZE], const struct node *node)
{
    char type[SHOWN_SIZE], name[SHOWN_SIZE];

    shown(type, node->type, strlen(node->type));
    shown(name, node->name, strlen(node->name));
    snprintf(out, NODE_NAME_SIZE, "node %llu, %s%s%s%s", (unsigned long long)node->position, type,
             name[0] != '\0' ? " '" : "", name, name[0] != '\0' ? "'" : "");
    return out;
}

int node_fail(struct report *report, const struct node *node, const char *format, ...)
{
    char name[NODE_NAME_SIZE], message[512];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    return report_fail(report, STATUS_CIRCUIT, "%s: %s", node_name(name, node), message);
}

const struct attribute *node_attribute(const struct node *node, const char *name)
{
    for (size_t i = 0; i < node->n_attributes; i++)
        if (strcmp(node->attributes[i].name, name) == 0) return &node->attributes[i];
    return NULL;
}

int64_t node_int(const struct node *node, const char *name, int64_t fallback)
{
    const struct attribute *attribute = node_attribute(node, name);

    return attribute != NULL && attribute->kind == ATTRIBUTE_INT ? attribute->i : fallback;
}

double node_float(const struct node *node, const char *name, double fallback)
{
    const struct attribute *attribute = node_attribute(node, name);

    return attribute != NULL && attribute->kind == ATTRIBUTE_FLOAT ? attribute->f : fallback;
}

/* ------------------------------------------------------------------------------------- running */

/** Calls one node on tensors[value]; its outputs take their places there. */
static int run_node(struct report *report, const struct graph *graph, const struct node *node,
                    struct tensor *tensors)
{
    const struct tensor **in = new_array(node->n_inputs, sizeof *in);
    struct tensor *out = new_array(node->n_outputs, sizeof *out);
    struct op_call call = {report, node, graph->opset, in, node->n_inputs, out, node->n_outputs};
    int status = in == NULL || out == NULL ? report_memory(report) : STATUS_OK;

    for (size_t i = 0; status == STATUS_OK && i < node->n_inputs; i++)
        in[i] = node->inputs[i] == NO_VALUE ? NULL : &tensors[node->inputs[i]];
    if (status == STATUS_OK) status = op_run(&call);
    for (size_t i = 0; out != NULL && i < node->n_outputs; i++)
        if (status == STATUS_OK && node->outputs[i] != NO_VALUE) tensors[node->outputs[i]] = out[i];
        else tensor_free(&out[i]);
    free(in);
    free(out);
    return status;
}

/** A node that fails on an integer input of the model may want it to be known. */
static void hint_constant(struct report *report, const struct graph *graph, const struct node *node)
{
    char part[SHOWN_SIZE];

    for (size_t i = 0; i < node->n_inputs; i++)
        for (size_t k = 0; k < graph->n_inputs; k++) {
            const struct value *value = &graph->values[graph->inputs[k]];

            if (node->inputs[i] != graph->inputs[k] || !tensor_is_integer(value->tensor.type))
                continue;
            shown(part, value->name, strlen(value->name));
            report_hint(report,
                        "'%s' is an input of the model; if it is always the same, say what it "
                        "is: --constant %s=NUMBERS",
                        part, part);
        }
}

int graph_infer(struct report *report, struct graph *graph)
{
    struct tensor *tensors = new_array(graph->n_values, sizeof *tensors);
    int status = tensors == NULL ? report_memory(report) : STATUS_OK;
    uint64_t folded = 0;

    for (size_t v = 0; status == STATUS_OK && v < graph->n_values; v++)
        tensors[v] = graph->values[v].tensor;
    for (size_t i = 0; status == STATUS_OK && i < graph->n_nodes; i++) {
        struct node *node = &graph->nodes[i];

        status = run_node(report, graph, node, tensors);
        if (status == STATUS_CIRCUIT) hint_constant(report, graph, node);
        node->folded = status == STATUS_OK;
        for (size_t o = 0; status == STATUS_OK && o < node->n_outputs; o++) {
            size_t v = node->outputs[o];

            if (v == NO_VALUE) continue;
            graph->values[v].tensor = tensors[v];
            graph->values[v].known = true;
            if (tensors[v].data == NULL) node->folded = false;
            else if ((folded += tensors[v].n) > TENSOR_MAX_ELEMENTS)
                status = node_fail(report, node, "too many constants are computed");
        }
    }
    free(tensors);
    return status;
}

int graph_evaluate(struct report *report, const struct graph *graph, struct tensor *outputs,
                   const struct tensor *inputs)
{
    struct tensor *tensors = new_array(graph->n_values, sizeof *tensors);
    int status = tensors == NULL ? report_memory(report) : STATUS_OK;

    for (size_t v = 0; status == STATUS_OK && v < graph->n_values; v++)
        tensors[v] = graph->values[v].tensor;
    for (size_t i = 0; status == STATUS_OK && i < graph->n_inputs; i++)
        tensors[graph->inputs[i]] = inputs[i];
    for (size_t i = 0; status == STATUS_OK && i < graph->n_nodes; i++)
        if (!graph->nodes[i].folded) status = run_node(report, graph, &graph->nodes[i], tensors);
    for (size_t i = 0; i < graph->n_outputs; i++) {
        memset(&outputs[i], 0, sizeof outputs[i]);
        if (status == STATUS_OK)
            status = tensor_copy(report, &outputs[i], &tensors[graph->outputs[i]]);
    }
    for (size_t i = 0; tensors != NULL && i < graph->n_nodes; i++)
        for (size_t o = 0; !graph->nodes[i].folded && o < graph->nodes[i].n_outputs; o++)
            if (graph->nodes[i].outputs[o] != NO_VALUE)
                tensor_free(&tensors[graph->nodes[i].outputs[o]]);
    free(tensors);
    return status;
}

/* ------------------------------------------------------------------------------------- freeing */

static void attribute_free(struct attribute *attribute)
{
    free(attribute->name);
    free(attribute->s);
    free(attribute->ints);
    free(attribute->floats);
    tensor_free(&attribute->tensor);
}

static void node_free(struct node *node)
{
    for (size_t i = 0; i < node->n_attributes; i++) attribute_free(&node->attributes[i]);
    free(node->attributes);
    free(node->type);
    free(node->name);
    free(node->inputs);
    free(node->outputs);
}

void graph_free(struct graph *graph)
{
    for (size_t i = 0; i < graph->n_nodes; i++) node_free(&graph->nodes[i]);
    for (size_t v = 0; v < graph->n_values; v++) {
        free(graph->values[v].name);
        tensor_free(&graph->values[v].tensor);
    }
    free(graph->nodes);
    free(graph->values);
    free(graph->inputs);
    free(graph->outputs);
    memset(graph, 0, sizeof *graph);
}
