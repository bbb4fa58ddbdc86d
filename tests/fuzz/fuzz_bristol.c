/*
 * Circuits from hostile text. What is accepted must evaluate, be scheduled, and survive being
 * written in both formats.
 */
#include "circuit/circuit.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len);

struct buffer {
    char *text;
    size_t len;
};

static int append(void *user, const char *text, size_t text_len)
{
    struct buffer *buffer = user;
    char *grown = realloc(buffer->text, buffer->len + text_len + 1);

    if (grown == NULL) abort();
    memcpy(grown + buffer->len, text, text_len);
    buffer->text = grown;
    buffer->len += text_len;
    return 0;
}

static uint8_t *evaluate(sotto_context *context, const sotto_circuit *circuit)
{
    uint8_t *inputs = malloc(circuit->n_input_wires + UINT64_C(1));
    uint8_t *outputs = malloc(circuit->n_output_wires + UINT64_C(1));

    if (inputs == NULL || outputs == NULL) abort();
    for (uint32_t i = 0; i < circuit->n_input_wires; i++) inputs[i] = (i * 7 + 3) >> 2 & 1;
    if (sotto_circuit_evaluate(context, outputs, circuit, inputs) != SOTTO_OK) abort();
    free(inputs);
    return outputs;
}

static void check_written(sotto_context *context, const sotto_circuit *circuit, sotto_format format)
{
    struct buffer buffer = {0};
    sotto_circuit *again;
    uint8_t *expected, *outputs;
    sotto_err err = sotto_circuit_write(context, circuit, format, append, &buffer);

    if (err == SOTTO_ERR_USAGE && format == SOTTO_FORMAT_BRISTOL) return;
    if (err != SOTTO_OK) abort();
    /* Extra gates of the older format may take it over the limits. */
    context->limits.max_gates *= 4;
    context->limits.max_wires *= 4;
    if (sotto_circuit_parse(context, &again, "again", buffer.text, buffer.len) != SOTTO_OK) abort();
    context->limits.max_gates /= 4;
    context->limits.max_wires /= 4;
    expected = evaluate(context, circuit);
    outputs = evaluate(context, again);
    if (memcmp(expected, outputs, circuit->n_output_wires) != 0) abort();
    free(expected);
    free(outputs);
    free(buffer.text);
    sotto_circuit_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t data_len)
{
    sotto_limits limits = {.max_gates = 1 << 16,
                           .max_wires = 1 << 16,
                           .max_values = 1 << 8,
                           .max_file_bytes = 1 << 20,
                           .max_memory = 1 << 24,
                           .max_instances = 1};
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_circuit_stats stats;

    if (sotto_context_new(&context, &limits) != SOTTO_OK) abort();
    if (sotto_circuit_parse(context, &circuit, "fuzz", (const char *)data, data_len) == SOTTO_OK) {
        if (sotto_circuit_measure(context, &stats, circuit) != SOTTO_OK) abort();
        check_written(context, circuit, SOTTO_FORMAT_FASHION);
        check_written(context, circuit, SOTTO_FORMAT_BRISTOL);
        sotto_circuit_free(circuit);
    } else if (sotto_context_message(context)[0] == '\0') {
        abort();
    }
    sotto_context_free(context);
    return 0;
}
