/* Circuits of non-linear layers; see layer.h. */
#include "apps/nn/layer.h"

#include "apps/buffer.h"
#include "base/error.h"
#include "compiler/compile.h"
#include "compiler/emit.h"
#include "compiler/lower.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* The programs need no preprocessor: what differs from layer to layer are enumerators in front.
 * What is above the limit is not negative, so an exclusive or tells what is within; and both cases
 * of the result are put together without a choice between them. */
static const char relu_text[] =
    "unsigned _BitInt(7) relu(unsigned _BitInt(K) garbler, unsigned _BitInt(K) evaluator)\n"
    "{\n"
    "    _BitInt(K) x = garbler + evaluator;\n"
    "    unsigned _BitInt(K) y = (unsigned _BitInt(K - 1))x;\n"
    "    y >>= S;\n"
    "    _Bool is_above = x >= 0 && y > 127, is_within = is_above ^ (x >= 0);\n"
    "    return (is_within ? y & 127 : 0) ^ (is_above ? 127 : 0);\n"
    "}\n";

/* On both sides of zero, low has 7 bits of what is away from it, less one below. There, ceil((low +
 * 1) SLOPE / 128) is what the offset loses. */
static const char leaky_text[] =
    "unsigned _BitInt(7) leaky(unsigned _BitInt(K) garbler, unsigned _BitInt(K) evaluator)\n"
    "{\n"
    "    _BitInt(K) x = garbler + evaluator;\n"
    "    _Bool is_below = x < 0;\n"
    "    unsigned distance = (int)(x >> S) ^ (is_below ? -1 : 0);\n"
    "    unsigned _BitInt(7) low = distance & 127;\n"
    "    unsigned _BitInt(8) up = (unsigned _BitInt(8))low + OFFSET;\n"
    "    unsigned _BitInt(8) loss = (unsigned _BitInt(15))low * SLOPE + (SLOPE + 127) >> 7;\n"
    "    unsigned _BitInt(7) down = loss > OFFSET ? 0 : OFFSET - loss;\n"
    "    unsigned _BitInt(7) least = OFFSET > SLOPE ? OFFSET - SLOPE : 0;\n"
    "    _Bool is_limited = distance > 127 || (!is_below && up > 127);\n"
    "    return is_limited ? (is_below ? least : 127) : (is_below ? down : up & 127);\n"
    "}\n";

/* The one that a negative number's complement lacks is added to 7 bits only. */
static const char square_text[] =
    "unsigned _BitInt(7) square(unsigned _BitInt(K) garbler, unsigned _BitInt(K) evaluator)\n"
    "{\n"
    "    _BitInt(K) x = garbler + evaluator;\n"
    "    _Bool is_below = x < 0;\n"
    "    unsigned distance = (int)(x >> S) ^ (is_below ? -1 : 0);\n"
    "    unsigned _BitInt(8) low = (unsigned _BitInt(8))(distance & 127) + is_below;\n"
    "    unsigned _BitInt(7) t = distance > 127 || low > 127 ? 127 : low;\n"
    "    unsigned _BitInt(15) z = (unsigned _BitInt(15))t * t;\n"
    "    z = z + HALF >> SQUARE_SHIFT;\n"
    "    return z > 127 ? 127 : z;\n"
    "}\n";

static const char argmax_text[] =
    "unsigned _BitInt(B) argmax(unsigned _BitInt(K) garbler[N], unsigned _BitInt(K) evaluator[N])\n"
    "{\n"
    "    _BitInt(K) most = garbler[0] + evaluator[0];\n"
    "    unsigned _BitInt(B) best = N == 1 && most > 0;\n"
    "    for (int i = 1; i < N; i++) {\n"
    "        _BitInt(K) x = garbler[i] + evaluator[i];\n"
    "        if (x > most) {\n"
    "            most = x;\n"
    "            best = i;\n"
    "        }\n"
    "    }\n"
    "    return best;\n"
    "}\n";

static const char pool_text[] =
    "unsigned _BitInt(K) pool(unsigned _BitInt(K) garbler[N], unsigned _BitInt(K) evaluator[N])\n"
    "{\n"
    "    _BitInt(K) most = garbler[0] + evaluator[0];\n"
    "    for (int i = 1; i < N; i++) {\n"
    "        _BitInt(K) x = garbler[i] + evaluator[i];\n"
    "        most = x > most ? x : most;\n"
    "    }\n"
    "    return most;\n"
    "}\n";

static const char relu_full_text[] =
    "unsigned _BitInt(K - 1) relu(unsigned _BitInt(K) garbler, unsigned _BitInt(K) evaluator)\n"
    "{\n"
    "    _BitInt(K) x = garbler + evaluator;\n"
    "    return x < 0 ? 0 : x;\n"
    "}\n";

static const char sign_text[] =
    "_Bool sign(unsigned _BitInt(K) garbler, unsigned _BitInt(K) evaluator)\n"
    "{\n"
    "    _BitInt(K) x = garbler + evaluator;\n"
    "    return x >= 0;\n"
    "}\n";

static const char compare_text[] =
    "_Bool compare(unsigned _BitInt(K) garbler[2], unsigned _BitInt(K) evaluator[2])\n"
    "{\n"
    "    _BitInt(K) x = garbler[0] + evaluator[0], y = garbler[1] + evaluator[1];\n"
    "    return x > y;\n"
    "}\n";

unsigned index_bits(uint64_t n)
{
    unsigned bits = 1;

    while (bits < 64 && (n - 1) >> bits > 0) bits++;
    return bits;
}

/* Every value an input of its own, so that each can be wires of another layer. */
static void add_maximum(struct buffer *text, const struct layer_shape *shape)
{
    unsigned long long n = shape->n;

    buffer_addf(text, "typedef unsigned _BitInt(%u) value;\nvalue maximum(value INPUT_A_0",
                shape->value_bits);
    for (unsigned long long i = 1; i < n; i++) buffer_addf(text, ", value INPUT_A_%llu", i);
    buffer_add_text(text, ")\n{\n    value most = INPUT_A_0;\n");
    for (unsigned long long i = 1; i < n; i++)
        buffer_addf(text, "    most = INPUT_A_%llu > most ? INPUT_A_%llu : most;\n", i, i);
    buffer_add_text(text, "    return most;\n}\n");
}

static void add_program(struct buffer *text, const struct layer_shape *shape)
{
    static const char *const texts[] = {
        [LAYER_RELU] = relu_text,           [LAYER_LEAKY] = leaky_text,
        [LAYER_SQUARE] = square_text,       [LAYER_ARGMAX] = argmax_text,
        [LAYER_RELU_FULL] = relu_full_text, [LAYER_COMPARE] = compare_text,
        [LAYER_POOL] = pool_text,           [LAYER_SIGN] = sign_text,
    };
    unsigned half = shape->square_shift > 0 ? 1U << (shape->square_shift - 1) : 0;

    if (shape->kind == LAYER_MAXIMUM) {
        add_maximum(text, shape);
        return;
    }
    buffer_addf(text,
                "enum { K = %u, S = %u, SLOPE = %u, OFFSET = %u, HALF = %u, SQUARE_SHIFT = %u };\n"
                "enum { N = %llu, B = %u };\n",
                shape->ring, shape->shift, shape->slope, shape->offset, half, shape->square_shift,
                (unsigned long long)shape->n, index_bits(shape->n));
    buffer_add_text(text, texts[shape->kind]);
}

/* Gates of the words, in the arena of the compilation; its failures come back through the jump. */
static sotto_err make_circuit(sotto_context *context, sotto_circuit **circuit,
                              struct compilation *compilation)
{
    uint64_t n_outputs = word_program_output_bits(&compilation->program);
    literal *volatile outputs = NULL;
    struct graph graph;
    jmp_buf on_error;
    sotto_err err;
    int jumped;

    graph_init(&graph, &compilation->arena);
    compilation->arena.on_error = &on_error;
    jumped = setjmp(on_error);
    if (jumped == 0) {
        outputs = arena_new(&compilation->arena, n_outputs, sizeof *outputs);
        lower_program(&graph, outputs, &compilation->program);
        err = emit_circuit(context, circuit, &graph, outputs, &compilation->program);
    } else {
        err = fail(context, (sotto_err)jumped, "a layer's circuit is too large");
    }
    compilation->arena.on_error = NULL;
    graph_wipe(&graph);
    return err;
}

static int compile_text(struct report *report, sotto_context *context, sotto_circuit **circuit,
                        const struct buffer *text)
{
    const struct compile_options options = {.no_warnings = true};
    struct compilation compilation;
    sotto_err err = compile(&compilation, "layer", text->data, text->len, &options);
    int status;

    if (err == SOTTO_OK) err = make_circuit(context, circuit, &compilation);
    else if (err == SOTTO_ERR_INPUT)
        err = fail(context, SOTTO_ERR_INTERNAL, "a layer's circuit does not compile: %s",
                   compilation.diag.messages[0]);
    else err = fail(context, err, "a layer's circuit is too large");
    status = report_library(report, context, err);
    compilation_free(&compilation);
    return status;
}

/* Beside the two shares of an accumulator, whose owners are the default, inputs are wires: then it
 * does not matter whose they are called. */
static int describe(struct report *report, sotto_context *context, struct layer *layer)
{
    uint64_t n = sotto_circuit_n_inputs(layer->circuit);
    int *owners = n > 2 ? new_array(n, sizeof *owners) : NULL;
    sotto_circuit_stats stats;
    sotto_err err = sotto_circuit_measure(context, &stats, layer->circuit);

    if (n > 2 && owners == NULL) return report_memory(report);
    layer->n_and = stats.n_and;
    layer->output_bits = (unsigned)sotto_circuit_output_bits(layer->circuit, 0);
    if (err == SOTTO_OK)
        err = sotto_interface_default(context, &layer->interface, layer->circuit, owners,
                                      n > 2 ? (size_t)n : 0);
    free(owners);
    return report_library(report, context, err);
}

int layer_init(struct report *report, sotto_context *context, struct layer *layer,
               const struct layer_shape *shape)
{
    struct buffer text = {0};
    int status;

    *layer = (struct layer){0};
    add_program(&text, shape);
    status =
        text.failed ? report_memory(report) : compile_text(report, context, &layer->circuit, &text);
    buffer_free(&text);
    if (status == STATUS_OK) status = describe(report, context, layer);
    if (status != STATUS_OK) layer_wipe(layer);
    return status;
}

void layer_wipe(struct layer *layer)
{
    sotto_interface_free(layer->interface);
    sotto_circuit_free(layer->circuit);
    *layer = (struct layer){0};
}
