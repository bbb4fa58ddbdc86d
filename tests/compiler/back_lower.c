/*
 * Lowering as a whole: random word programs through the graph, and through the circuit that is
 * emitted, against the word interpreter. SEC-23
 */
#include "tests/compiler/back.h"

#include "compiler/emit.h"
#include "compiler/lower.h"

#define N_PROGRAMS 400
#define N_INPUT_WORDS 4
#define N_STEPS 24
#define N_OUTPUTS 3

struct random_program {
    struct arena arena;
    struct word_graph words;
    struct word_program program;
    struct word_value inputs[N_INPUT_WORDS];
    struct word_value outputs[N_OUTPUTS];
    struct word *results[N_OUTPUTS];
    struct word *made[N_INPUT_WORDS + 4 * N_STEPS];
    unsigned n_made;
    uint64_t seed;
};

static uint64_t below(struct random_program *p, uint64_t n)
{
    return test_next(&p->seed) % n;
}

static void keep(struct random_program *p, struct word *word)
{
    p->made[p->n_made++] = word;
}

/* A word made before, often the last, brought to a width. */
static struct word *pick(struct random_program *p, uint32_t width)
{
    struct word *word = p->made[below(p, 3) == 0 ? p->n_made - 1 : below(p, p->n_made)];

    if (width == 0) return word;
    return word_resize(&p->words, word, width, below(p, 2) == 0);
}

static uint32_t random_width(struct random_program *p)
{
    static const uint32_t widths[] = {1, 2, 5, 8, 8, 13, 16, 32, 32, 64, 65, 100};

    return widths[below(p, sizeof widths / sizeof widths[0])];
}

static struct word *random_constant(struct random_program *p, uint32_t width)
{
    uint64_t kind = below(p, 3);

    if (kind == 0) return word_const(&p->words, width, below(p, 20));
    if (kind == 1) return word_const_signed(&p->words, width, -(int64_t)below(p, 20));
    return word_const(&p->words, width, test_next(&p->seed));
}

static struct word *random_binary(struct random_program *p)
{
    static const enum word_op ops[] = {WORD_AND,  WORD_OR,   WORD_XOR,  WORD_ADD, WORD_ADD,
                                       WORD_SUB,  WORD_SUB,  WORD_MUL,  WORD_MUL, WORD_UDIV,
                                       WORD_UREM, WORD_SDIV, WORD_SREM, WORD_SHL, WORD_LSHR,
                                       WORD_ASHR, WORD_ROTL, WORD_EQ,   WORD_ULT, WORD_SLT};
    uint32_t width = random_width(p);
    struct word *x = pick(p, width),
                *y = below(p, 4) == 0 ? random_constant(p, width) : pick(p, width);

    return word_binary(&p->words, ops[below(p, sizeof ops / sizeof ops[0])], x, y);
}

static struct word *random_float(struct random_program *p)
{
    enum word_op op = (enum word_op)(WORD_FADD + below(p, WORD_FTOF - WORD_FADD + 1));
    uint32_t width = below(p, 4) == 0 ? 64 : 32;

    if (op == WORD_FSQRT) return word_unary(&p->words, op, pick(p, width));
    if (op < WORD_FROMUINT) return word_binary(&p->words, op, pick(p, width), pick(p, width));
    if (op == WORD_FTOF) return word_convert(&p->words, op, pick(p, width), 96 - width);
    if (op < WORD_TOUINT) return word_convert(&p->words, op, pick(p, random_width(p)), width);
    return word_convert(&p->words, op, pick(p, width), 1 + random_width(p));
}

static struct word *random_array(struct random_program *p)
{
    struct word *elements[20], *index = pick(p, 1 + (uint32_t)below(p, 6));
    uint32_t n = 2 + (uint32_t)below(p, 18), width = random_width(p);
    bool constant = below(p, 2) == 0;

    if (index->op == WORD_CONST) return index;
    for (uint32_t i = 0; i < n; i++)
        elements[i] = constant ? random_constant(p, width) : pick(p, width);
    if (below(p, 3) != 0) return word_select(&p->words, index, elements, n);
    if (n > UINT32_C(1) << index->width) n = UINT32_C(1) << index->width;
    return word_decode(&p->words, index, pick(p, 1), n);
}

static struct word *random_word(struct random_program *p)
{
    uint32_t width = random_width(p);
    struct word *x = pick(p, width), *parts[3], *condition;
    enum word_op op;

    switch (below(p, 17)) {
    case 0: return word_unary(&p->words, WORD_NOT, x);
    case 1: return word_unary(&p->words, WORD_NEG, x);
    case 2: return word_unary(&p->words, WORD_ABS, x);
    case 3: return word_mux(&p->words, pick(p, 1), x, pick(p, width));
    case 4: return word_extract(&p->words, x, (uint32_t)below(p, width), 1);
    case 5:
        for (unsigned i = 0; i < 3; i++) parts[i] = pick(p, 0);
        return word_concat(&p->words, parts, 3);
    case 6:
        return word_convert(&p->words, (enum word_op)(WORD_POPCOUNT + below(p, 3)), x,
                            8 + (uint32_t)below(p, 9));
    case 7: /* what a loop with an if makes of a counter */
        condition = pick(p, 1);
        parts[0] = word_binary(&p->words, below(p, 2) == 0 ? WORD_ADD : WORD_SUB, x,
                               below(p, 2) == 0 ? random_constant(p, width) : pick(p, width));
        if (below(p, 4) == 0) parts[0] = word_unary(&p->words, WORD_NEG, x);
        return below(p, 2) == 0 ? word_mux(&p->words, condition, parts[0], x)
                                : word_mux(&p->words, condition, x, parts[0]);
    case 8: /* a ramp */
        condition = word_binary(&p->words, WORD_SLT, word_const(&p->words, width, 0), x);
        return word_mux(&p->words, condition, x, word_const(&p->words, width, 0));
    case 9: return random_array(p);
    case 10: return random_float(p);
    case 11: /* two sums or differences of one word */
        parts[0] =
            word_binary(&p->words, below(p, 2) == 0 ? WORD_ADD : WORD_SUB, x, pick(p, width));
        parts[1] =
            word_binary(&p->words, below(p, 2) == 0 ? WORD_ADD : WORD_SUB, x, pick(p, width));
        return word_mux(&p->words, pick(p, 1), parts[0], parts[1]);
    case 12: /* a carry */
        parts[0] =
            word_binary(&p->words, below(p, 2) == 0 ? WORD_ADD : WORD_SUB, x, pick(p, width));
        return below(p, 2) == 0 ? word_binary(&p->words, WORD_ULT, parts[0], x)
                                : word_binary(&p->words, WORD_ULT, x, parts[0]);
    case 13: /* two products, quotients or remainders */
        parts[0] = pick(p, width);
        parts[1] = below(p, 2) == 0 ? parts[0] : pick(p, width);
        op = (enum word_op)(WORD_MUL + below(p, WORD_SREM - WORD_MUL + 1));
        parts[0] = word_binary(&p->words, op, x, parts[0]);
        parts[1] = word_binary(&p->words, op, pick(p, width), parts[1]);
        return word_mux(&p->words, pick(p, 1), parts[0], parts[1]);
    default: return random_binary(p);
    }
}

static struct word *random_input(struct random_program *p, uint32_t width)
{
    return word_resize(&p->words, p->made[below(p, N_INPUT_WORDS)], width, below(p, 2) == 0);
}

static struct word *random_sum(struct random_program *p, uint32_t width, unsigned depth);

/* What a sum may have for a term: with the terms' own terms read nowhere else, so that all are
 * gathered, and narrower ones exact or not. */
static struct word *random_term(struct random_program *p, uint32_t width, unsigned depth)
{
    static const enum word_op ops[] = {WORD_ADD, WORD_ADD, WORD_SUB, WORD_MUL};
    enum word_op op = ops[below(p, sizeof ops / sizeof ops[0])];
    struct word *x, *y;

    if (depth == 0) return random_input(p, width);
    x = random_sum(p, width, depth - 1);
    switch (below(p, 8)) {
    case 0: return word_unary(&p->words, WORD_NEG, x);
    case 1:
        y = word_binary(&p->words, below(p, 2) == 0 ? WORD_ADD : WORD_SUB, x,
                        random_input(p, width));
        if (below(p, 2) == 0) return word_mux(&p->words, random_input(p, 1), y, x);
        return word_mux(&p->words, random_input(p, 1), x, y);
    case 2:
        x = random_input(p, width);
        y = word_unary(&p->words, WORD_NEG, x);
        if (below(p, 2) == 0) return word_mux(&p->words, random_input(p, 1), y, x);
        return word_mux(&p->words, random_input(p, 1), x, y);
    case 3: return word_convert(&p->words, WORD_POPCOUNT, random_input(p, width), 9);
    case 4: return random_constant(p, width);
    default: return word_binary(&p->words, op, x, random_sum(p, width, depth - 1));
    }
}

static struct word *random_sum(struct random_program *p, uint32_t width, unsigned depth)
{
    static const uint32_t widths[] = {3, 5, 7, 9, 12, 16, 20, 33, 64, 70};
    uint32_t term_width = widths[below(p, sizeof widths / sizeof widths[0])];

    if (below(p, 2) == 0) term_width = width;
    return word_resize(&p->words, random_term(p, term_width, depth), width, below(p, 2) == 0);
}

static void make_program(struct random_program *p, uint64_t seed, bool is_sum)
{
    uint64_t at = 0;

    *p = (struct random_program){.seed = seed};
    arena_init(&p->arena, UINT64_C(1) << 32, &compile_failed);
    word_graph_init(&p->words, &p->arena);
    p->words.fold = seed % 2 == 0;
    for (unsigned i = 0; i < N_INPUT_WORDS; i++) {
        uint32_t width = is_sum ? 2 + (uint32_t)below(p, 8) : i == 0 ? 32 : random_width(p);

        p->inputs[i] = (struct word_value){.name = "x", .bits = width};
        keep(p, word_input(&p->words, width, at));
        at += width;
    }
    for (unsigned i = 0; i < N_STEPS; i++)
        keep(p, is_sum ? random_sum(p, random_width(p), 4) : random_word(p));
    for (unsigned i = 0; i < N_OUTPUTS; i++) {
        p->results[i] = p->made[p->n_made - 1 - i];
        p->outputs[i] = (struct word_value){
            .name = "y", .bits = p->results[i]->width, .words = &p->results[i], .n_words = 1};
    }
    p->program = (struct word_program){.graph = &p->words,
                                       .function = "f",
                                       .inputs = p->inputs,
                                       .outputs = p->outputs,
                                       .n_inputs = N_INPUT_WORDS,
                                       .n_outputs = N_OUTPUTS,
                                       .interface = "{}\n"};
}

/* Random inputs, but in the first lanes all words are the least, all the greatest or all -1. */
static void fill_inputs(struct random_program *p, uint64_t *values)
{
    for (unsigned i = 0; i < N_INPUT_WORDS; i++)
        for (uint64_t bit = 0; bit < p->inputs[i].bits; bit++) {
            uint64_t is_top = bit + 1 == p->inputs[i].bits;

            *values++ = (test_next(&p->seed) & ~UINT64_C(7)) | is_top | (uint64_t)!is_top << 1 | 4;
        }
}

static void check_lanes(struct random_program *p, const struct graph *graph, const literal *outputs,
                        struct sotto_context *context)
{
    uint64_t n_in = word_program_input_bits(&p->program);
    uint64_t n_out = word_program_output_bits(&p->program);
    uint64_t *values = calloc(graph->n_nodes, sizeof *values);
    uint8_t *in = arena_new(&p->arena, n_in, 1), *out = arena_new(&p->arena, n_out, 1);
    sotto_circuit *circuit = NULL;

    ck_assert_ptr_nonnull(values);
    fill_inputs(p, values + 1);
    graph_simulate(graph, values);
    ck_assert_int_eq(emit_circuit(context, &circuit, graph, outputs, &p->program), SOTTO_OK);
    for (unsigned lane = 0; lane < 16; lane++) {
        const uint8_t *expected;

        for (uint64_t i = 0; i < n_in; i++) in[i] = values[1 + i] >> lane & 1;
        expected = word_evaluate(&p->program, &p->arena, in);
        ck_assert_int_eq(sotto_circuit_evaluate(context, out, circuit, in), SOTTO_OK);
        for (uint64_t i = 0; i < n_out; i++) {
            ck_assert_msg(expected[i] == (graph_value(values, outputs[i]) >> lane & 1),
                          "output bit %llu (of %u, %u, %u bits: %s, %s, %s) is wrong",
                          (unsigned long long)i, p->results[0]->width, p->results[1]->width,
                          p->results[2]->width, word_op_name((enum word_op)p->results[0]->op),
                          word_op_name((enum word_op)p->results[1]->op),
                          word_op_name((enum word_op)p->results[2]->op));
            ck_assert_uint_eq(out[i], expected[i]);
        }
    }
    sotto_circuit_free(circuit);
    free(values);
}

static void check_programs(bool are_sums)
{
    struct sotto_context *context = test_context();
    const char *text = getenv("BACK_PROGRAMS");
    uint64_t n = text != NULL ? strtoull(text, NULL, 10) : N_PROGRAMS;

    if (setjmp(compile_failed) != 0) ck_abort_msg("compilation failed");
    for (uint64_t seed = 1; seed <= n; seed++) {
        struct random_program p;
        struct graph graph;
        literal *outputs;

        make_program(&p, seed, are_sums);
        graph_init(&graph, &p.arena);
        outputs = arena_new(&p.arena, word_program_output_bits(&p.program), sizeof *outputs);
        lower_program(&graph, outputs, &p.program);
        if (text != NULL) printf("# program %llu\n", (unsigned long long)seed);
        check_lanes(&p, &graph, outputs, context);
        graph_wipe(&graph);
        arena_free(&p.arena);
    }
    sotto_context_free(context);
}

START_TEST(random_programs)
{
    check_programs(false);
}
END_TEST

START_TEST(random_sums)
{
    check_programs(true);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lowering");
    TCase *tests = tcase_create("lowering");
    SRunner *runner = srunner_create(suite);
    int n_failed;

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, random_programs);
    tcase_add_test(tests, random_sums);
    srunner_run_all(runner, CK_ENV);
    n_failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return n_failed == 0 ? 0 : 1;
}
