/*
 * Works on Bristol files with the compiler's passes, for tests and measurements:
 *   circuit_tool optimise IN OUT [PASS...]   all passes, or those named, with their checks
 *   circuit_tool aiger IN OUT                writes AIGER for tools that prove circuits equal
 *   circuit_tool compare A B VECTORS|all     equal on that many random inputs? exit 1 if not
 *   circuit_tool count FILE...               ANDs, XORs and depth
 */
#include "base/memory.h"
#include "circuit/circuit.h"
#include "compiler/emit.h"
#include "compiler/pass.h"
#include "compiler/truth.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ALL_BITS 40
#define LANES 8 /* words of 64 vectors each, evaluated side by side */

struct lanes {
    uint64_t words[LANES];
};

static sotto_context *context;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "circuit_tool: %s\n", what);
    exit(2);
}

static sotto_circuit *load(const char *path)
{
    sotto_circuit *circuit;

    if (sotto_circuit_load(context, &circuit, path) != SOTTO_OK)
        die(sotto_context_message(context));
    return circuit;
}

static FILE *create(const char *path)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) die("cannot write");
    return file;
}

static void finish(FILE *file)
{
    if (ferror(file) != 0 || fclose(file) != 0) die("cannot write");
}

/* ---------------------------------------------------------------------------------- optimise -- */

/* The gates of the circuit; fills outputs. */
static void import(struct graph *graph, literal *outputs, const sotto_circuit *circuit)
{
    uint32_t first = circuit_first_gate_wire(circuit);
    literal *names = graph_scratch(graph, (uint64_t)first + circuit->n_gates);

    names[WIRE_ONE] = LIT_TRUE;
    for (uint32_t i = 0; i < circuit->n_input_wires; i++)
        names[N_CONSTANT_WIRES + i] = graph_input(graph);
    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];
        literal a = names[gate_a(gate)], b = names[gate.b];

        names[first + i] = gate_is_and(gate) ? graph_and(graph, a, b) : graph_xor(graph, a, b);
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++) outputs[i] = names[circuit->outputs[i]];
}

static struct word_value *take_values(struct arena *arena, const uint64_t *bits, uint64_t n)
{
    struct word_value *values = arena_new(arena, n, sizeof *values);

    for (uint64_t i = 0; i < n; i++) values[i].bits = bits[i];
    return values;
}

static int write_piece(void *user, const char *text, size_t text_len)
{
    return fwrite(text, 1, text_len, user) != text_len;
}

static void write_graph(struct graph *graph, const literal *outputs, const sotto_circuit *like,
                        const char *path)
{
    struct arena *arena = graph->arena;
    struct word_program program = {
        .inputs = take_values(arena, like->input_bits, like->n_inputs),
        .n_inputs = like->n_inputs,
        .outputs = take_values(arena, like->output_bits, like->n_outputs),
        .n_outputs = like->n_outputs,
    };
    FILE *file = create(path);
    sotto_circuit *circuit;

    if (emit_circuit(context, &circuit, graph, outputs, &program) != SOTTO_OK ||
        sotto_circuit_write(context, circuit, SOTTO_FORMAT_FASHION, write_piece, file) != SOTTO_OK)
        die(sotto_context_message(context));
    finish(file);
    sotto_circuit_free(circuit);
}

static uint64_t named_passes(char **names, int n)
{
    uint64_t set = n > 0 ? 0 : pass_set_of_level(PASS_MAX_LEVEL);

    for (int i = 0; i < n; i++) {
        if (pass_by_name(names[i]) == 0) die("unknown pass");
        set |= pass_by_name(names[i]);
    }
    return set | PASS_CHECKED;
}

static int optimise(const char *in, const char *out, uint64_t passes)
{
    sotto_circuit *circuit = load(in);
    struct arena arena;
    struct graph graph;
    jmp_buf on_error;

    if (setjmp(on_error) != 0) die("out of memory, or a pass has changed an output");
    arena_init(&arena, UINT64_C(1) << 36, &on_error);
    graph_init(&graph, &arena);
    {
        literal *outputs = arena_new(&arena, circuit->n_output_wires, sizeof *outputs);

        import(&graph, outputs, circuit);
        pass_run(&graph, outputs, circuit->n_output_wires, passes);
        write_graph(&graph, outputs, circuit, out);
    }
    graph_wipe(&graph);
    arena_free(&arena);
    sotto_circuit_free(circuit);
    return 0;
}

/* ------------------------------------------------------------------------------------- AIGER -- */

/* The binary format of Biere, "The AIGER And-Inverter Graph format", 2007: a literal is twice a
 * variable plus one for its complement; a XOR is three ANDs. */
struct aiger {
    char *bytes;
    size_t len;
    size_t capacity;
    uint32_t n_variables;
};

static void put_byte(struct aiger *aiger, unsigned byte)
{
    if (aiger->len == aiger->capacity) {
        aiger->capacity = 2 * aiger->capacity + 4096;
        aiger->bytes = realloc(aiger->bytes, aiger->capacity);
        if (aiger->bytes == NULL) die("out of memory");
    }
    aiger->bytes[aiger->len++] = (char)byte;
}

static void put_number(struct aiger *aiger, uint32_t value)
{
    for (; value >= 128; value >>= 7) put_byte(aiger, (value & 127) | 128);
    put_byte(aiger, value);
}

static uint32_t put_and(struct aiger *aiger, uint32_t a, uint32_t b)
{
    uint32_t out = 2 * ++aiger->n_variables, high = a > b ? a : b, low = a > b ? b : a;

    put_number(aiger, out - high);
    put_number(aiger, high - low);
    return out;
}

static uint32_t put_gate(struct aiger *aiger, struct gate gate, const uint32_t *names)
{
    uint32_t a = names[gate_a(gate)], b = names[gate.b], both;

    if (gate_is_and(gate)) return put_and(aiger, a, b);
    if (b <= 1) return a ^ b;
    both = put_and(aiger, a, b);
    return put_and(aiger, both ^ 1, put_and(aiger, a ^ 1, b ^ 1) ^ 1);
}

static int write_aiger(const char *in, const char *out)
{
    sotto_circuit *circuit = load(in);
    uint32_t first = circuit_first_gate_wire(circuit), n_in = circuit->n_input_wires;
    uint32_t *names = mem_new((uint64_t)first + circuit->n_gates, sizeof *names);
    struct aiger aiger = {.n_variables = n_in};
    FILE *file = create(out);

    if (names == NULL) die("out of memory");
    names[WIRE_ONE] = 1;
    for (uint32_t i = 0; i < n_in; i++) names[N_CONSTANT_WIRES + i] = 2 * (i + 1);
    for (uint32_t i = 0; i < circuit->n_gates; i++)
        names[first + i] = put_gate(&aiger, circuit->gates[i], names);
    fprintf(file, "aig %u %u 0 %u %u\n", aiger.n_variables, n_in, circuit->n_output_wires,
            aiger.n_variables - n_in);
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        fprintf(file, "%u\n", names[circuit->outputs[i]]);
    (void)fwrite(aiger.bytes, 1, aiger.len, file);
    finish(file);
    free(aiger.bytes);
    mem_free(names);
    sotto_circuit_free(circuit);
    return 0;
}

/* ----------------------------------------------------------------------------------- compare -- */

static uint64_t next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Each lane of 64 vectors has its share of ones: a half, a quarter, three quarters, few. */
static void random_inputs(struct lanes *values, uint32_t n, uint64_t *state)
{
    for (uint32_t i = 0; i < n; i++)
        for (unsigned lane = 0; lane < LANES; lane++) {
            uint64_t a = next(state), b = next(state), c = next(state);

            values[N_CONSTANT_WIRES + i].words[lane] = lane % 4 == 1   ? a & b
                                                       : lane % 4 == 2 ? a | b
                                                       : lane % 8 == 7 ? a & b & c
                                                                       : a;
        }
}

/* The inputs from number first on, a multiple of how many are evaluated at once. */
static void next_inputs(struct lanes *values, uint32_t n, uint64_t first)
{
    for (uint32_t i = 0; i < n; i++)
        for (unsigned lane = 0; lane < LANES; lane++) {
            uint64_t rest = (first / 64 + lane) << 6;

            values[N_CONSTANT_WIRES + i].words[lane] =
                i < 6 ? truth_variable(i) : 0 - (rest >> i & 1);
        }
}

static void evaluate(struct lanes *values, const sotto_circuit *circuit)
{
    struct lanes *out = values + circuit_first_gate_wire(circuit);

    memset(&values[WIRE_ZERO], 0, sizeof *values);
    memset(&values[WIRE_ONE], 0xff, sizeof *values);
    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];
        const struct lanes *a = &values[gate_a(gate)], *b = &values[gate.b];

        if (gate_is_and(gate))
            for (unsigned lane = 0; lane < LANES; lane++)
                out[i].words[lane] = a->words[lane] & b->words[lane];
        else
            for (unsigned lane = 0; lane < LANES; lane++)
                out[i].words[lane] = a->words[lane] ^ b->words[lane];
    }
}

static struct lanes *new_values(const sotto_circuit *circuit)
{
    struct lanes *values =
        mem_new((uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates, sizeof *values);

    if (values == NULL) die("out of memory");
    return values;
}

static bool same_outputs(const sotto_circuit *a, const struct lanes *in_a, const sotto_circuit *b,
                         const struct lanes *in_b)
{
    for (uint32_t i = 0; i < a->n_output_wires; i++)
        if (memcmp(&in_a[a->outputs[i]], &in_b[b->outputs[i]], sizeof *in_a) != 0) {
            printf("output bit %u differs\n", i);
            return false;
        }
    return true;
}

/* 2^n for the inputs' n bits. */
static uint64_t n_inputs_of(const sotto_circuit *circuit)
{
    if (circuit->n_input_wires > MAX_ALL_BITS) die("too many input bits to try all inputs");
    return UINT64_C(1) << circuit->n_input_wires;
}

static int compare(const char *path_a, const char *path_b, const char *vectors)
{
    sotto_circuit *a = load(path_a), *b = load(path_b);
    bool is_all = strcmp(vectors, "all") == 0;
    uint64_t n_vectors = is_all ? n_inputs_of(a) : strtoull(vectors, NULL, 10);
    struct lanes *in_a = new_values(a), *in_b = new_values(b);
    uint64_t state = 1;
    bool same = a->n_input_wires == b->n_input_wires && a->n_output_wires == b->n_output_wires;

    for (uint64_t n = 0; same && n < n_vectors; n += UINT64_C(64) * LANES) {
        if (is_all) next_inputs(in_a, a->n_input_wires, n);
        else random_inputs(in_a, a->n_input_wires, &state);
        memcpy(in_b + N_CONSTANT_WIRES, in_a + N_CONSTANT_WIRES, a->n_input_wires * sizeof *in_a);
        evaluate(in_a, a);
        evaluate(in_b, b);
        same = same_outputs(a, in_a, b, in_b);
    }
    mem_free(in_a);
    mem_free(in_b);
    sotto_circuit_free(a);
    sotto_circuit_free(b);
    return same ? 0 : 1;
}

/* ------------------------------------------------------------------------------------- count -- */

static void count(const char *path)
{
    sotto_circuit *circuit = load(path);
    sotto_circuit_stats stats;

    if (sotto_circuit_measure(context, &stats, circuit) != SOTTO_OK)
        die(sotto_context_message(context));
    printf("%s %u inputs %llu AND %llu XOR depth %llu\n", path, circuit->n_input_wires,
           (unsigned long long)stats.n_and, (unsigned long long)stats.n_xor,
           (unsigned long long)stats.and_depth);
    sotto_circuit_free(circuit);
}

int main(int argc, char **argv)
{
    const char *what = argc > 2 ? argv[1] : "";
    int status = 0;

    if (sotto_context_new(&context, NULL) != SOTTO_OK) return 2;
    if (argc >= 4 && strcmp(what, "optimise") == 0)
        status = optimise(argv[2], argv[3], named_passes(argv + 4, argc - 4));
    else if (argc == 4 && strcmp(what, "aiger") == 0) status = write_aiger(argv[2], argv[3]);
    else if (argc == 5 && strcmp(what, "compare") == 0) status = compare(argv[2], argv[3], argv[4]);
    else if (strcmp(what, "count") == 0)
        for (int i = 2; i < argc; i++) count(argv[i]);
    else die("optimise IN OUT, aiger IN OUT, compare A B VECTORS|all, or count FILE...");
    sotto_context_free(context);
    return status;
}
