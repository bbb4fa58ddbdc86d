/*
 * The passes over the gate graph: recipes against their truth tables, every pass against evaluation
 * on all assignments of small random graphs, and what each is there to save. SEC-23
 */
#include "tests/compiler/back.h"
#include "tests/support/suite.h"

#include "compiler/mc.h"
#include "compiler/mc_classes.h"
#include "compiler/pass.h"

#define N_GRAPHS 600
#define MAX_INPUTS 9
#define MAX_GATES 90
#define MAX_OUTPUTS 4

struct subject {
    struct arena arena;
    struct graph graph;
    literal outputs[MAX_OUTPUTS];
    unsigned n_outputs;
};

static void start(struct subject *subject, unsigned n_inputs)
{
    *subject = (struct subject){.n_outputs = 0};
    arena_init(&subject->arena, UINT64_C(1) << 32, &compile_failed);
    graph_init(&subject->graph, &subject->arena);
    for (unsigned i = 0; i < n_inputs; i++) (void)graph_input(&subject->graph);
}

static void stop(struct subject *subject)
{
    graph_wipe(&subject->graph);
    arena_free(&subject->arena);
}

static literal input(unsigned i)
{
    return (1 + i) << 1;
}

static uint64_t run(struct subject *subject, uint64_t passes)
{
    if (setjmp(compile_failed) != 0) ck_abort_msg("a pass failed");
    pass_run(&subject->graph, subject->outputs, subject->n_outputs, passes | PASS_CHECKED);
    return graph_count(&subject->graph, subject->outputs, subject->n_outputs).n_and;
}

static uint64_t all_passes(void)
{
    return pass_set_of_level(PASS_MAX_LEVEL);
}

/* ----------------------------------------------------------------------------------- recipes -- */

static uint64_t repeated(uint64_t table, unsigned n_variables)
{
    for (unsigned i = n_variables; i < TRUTH_MAX_VARIABLES; i++) {
        table &= (UINT64_C(1) << (1u << i)) - 1;
        table |= table << (1u << i);
    }
    return table;
}

static void check_recipe(struct mc *mc, uint64_t table, unsigned most)
{
    struct recipe recipe;

    mc_recipe(mc, &recipe, table);
    ck_assert_uint_eq(recipe_evaluate(&recipe), table);
    ck_assert_uint_le(recipe.n_ands, most);
}

/* Turan Sonmez and Peralta, LightSec 2014: how many classes need how many ANDs. */
START_TEST(test_classes)
{
    static const unsigned expected[] = {1, 1, 3, 17, 26};
    unsigned found[5] = {0};

    for (unsigned i = 0; i < N_CLASSES; i++) {
        struct spectrum spectrum = spectrum_of((uint32_t)recipe_evaluate(&mc_classes[i]));

        ck_assert_uint_le(mc_classes[i].n_ands, 4);
        found[mc_classes[i].n_ands]++;
        for (unsigned j = 0; j < i; j++)
            ck_assert_uint_ne(spectrum_of((uint32_t)recipe_evaluate(&mc_classes[j])).signature,
                              spectrum.signature);
    }
    for (unsigned i = 0; i < 5; i++) ck_assert_uint_eq(found[i], expected[i]);
}
END_TEST

/* A function of degree d needs d - 1 ANDs at least; all of four variables do with three. */
static unsigned degree(uint64_t table)
{
    uint64_t anf = truth_anf(table);
    unsigned most = 0;

    for (unsigned m = 0; m < 64; m++)
        if ((anf >> m & 1) != 0 && (unsigned)__builtin_popcount(m) > most)
            most = (unsigned)__builtin_popcount(m);
    return most;
}

START_TEST(test_four_variables)
{
    struct arena arena;
    struct mc *mc;

    if (setjmp(compile_failed) != 0) ck_abort_msg("out of memory");
    arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
    mc = mc_new(&arena);
    for (uint64_t table = 0; table < UINT64_C(1) << 16; table++) {
        struct recipe recipe;

        check_recipe(mc, repeated(table, 4), 3);
        mc_recipe(mc, &recipe, repeated(table, 4));
        if (degree(repeated(table, 4)) > 1)
            ck_assert_uint_ge(recipe.n_ands, degree(repeated(table, 4)) - 1);
    }
    arena_free(&arena);
}
END_TEST

START_TEST(test_five_and_six_variables)
{
    struct arena arena;
    struct mc *mc;
    uint64_t seed = 5;

    if (setjmp(compile_failed) != 0) ck_abort_msg("out of memory");
    arena_init(&arena, UINT64_C(1) << 30, &compile_failed);
    mc = mc_new(&arena);
    for (unsigned i = 0; i < 20000; i++) {
        uint64_t table = test_next(&seed), sparse = table & test_next(&seed) & test_next(&seed);

        check_recipe(mc, repeated(i % 2 == 0 ? table : sparse, 5), 4);
        if (i % 16 == 0) check_recipe(mc, table, RECIPE_MAX_ANDS);
        if (i % 16 == 1) check_recipe(mc, sparse, RECIPE_MAX_ANDS);
        /* Quadratic functions: half as many as there are variables. */
        check_recipe(mc, truth_anf(table & (TRUTH_AFFINE | TRUTH_QUADRATIC)), 3);
    }
    arena_free(&arena);
}
END_TEST

/* ------------------------------------------------------------------------------------ graphs -- */

/* Gates over the newest and any older nodes, so that graphs are deep and shared. */
static void fill(struct subject *subject, unsigned n_inputs, unsigned n_gates, uint64_t *seed)
{
    literal made[MAX_INPUTS + MAX_GATES];
    unsigned n = 0;

    for (unsigned i = 0; i < n_inputs; i++) made[n++] = input(i);
    for (unsigned i = 0; i < n_gates; i++) {
        literal a = made[test_next(seed) % n] ^ (test_next(seed) & 1);
        literal b = made[n - 1 - test_next(seed) % (n < 12 ? n : 12)] ^ (test_next(seed) & 1);

        made[n++] = test_next(seed) % 3 == 0 ? graph_xor(&subject->graph, a, b)
                                             : graph_and(&subject->graph, a, b);
    }
    subject->n_outputs = 1 + test_next(seed) % MAX_OUTPUTS;
    for (unsigned i = 0; i < subject->n_outputs; i++)
        subject->outputs[i] = made[n - 1 - test_next(seed) % (n < 20 ? n : 20)];
}

/* The outputs on all assignments, word after word of 64. */
static void take_tables(uint64_t (*tables)[MAX_OUTPUTS], const struct subject *subject,
                        unsigned n_inputs)
{
    uint64_t *values = calloc((size_t)subject->graph.n_nodes + 1, sizeof *values);
    unsigned n_words = n_inputs > 6 ? 1u << (n_inputs - 6) : 1;

    ck_assert_ptr_nonnull(values);
    for (unsigned word = 0; word < n_words; word++) {
        for (unsigned i = 0; i < n_inputs; i++)
            values[1 + i] = i < 6 ? truth_variable(i) : 0 - (uint64_t)(word >> (i - 6) & 1);
        graph_simulate(&subject->graph, values);
        for (unsigned i = 0; i < subject->n_outputs; i++)
            tables[word][i] = graph_value(values, subject->outputs[i]);
    }
    free(values);
}

static void check_random_graph(uint64_t *seed, uint64_t passes, bool plain)
{
    static uint64_t before[8][MAX_OUTPUTS], after[8][MAX_OUTPUTS];
    unsigned n_inputs = 2 + (unsigned)(test_next(seed) % (MAX_INPUTS - 1));
    struct subject subject;
    uint64_t n_and;

    memset(before, 0, sizeof before);
    memset(after, 0, sizeof after);
    start(&subject, n_inputs);
    subject.graph.plain = plain;
    fill(&subject, n_inputs, 1 + (unsigned)(test_next(seed) % MAX_GATES), seed);
    take_tables(before, &subject, n_inputs);
    n_and = graph_count(&subject.graph, subject.outputs, subject.n_outputs).n_and;
    ck_assert_uint_le(run(&subject, passes), n_and);
    take_tables(after, &subject, n_inputs);
    ck_assert_mem_eq(before, after, sizeof before);
    stop(&subject);
}

START_TEST(test_each_pass)
{
    unsigned n;

    (void)pass_list(&n);
    ck_assert_uint_gt(n, 2);
    for (unsigned pass = 0; pass < n; pass++) {
        uint64_t seed = pass;

        for (unsigned i = 0; i < N_GRAPHS; i++)
            check_random_graph(&seed, UINT64_C(1) << pass, i % 4 == 0);
    }
}
END_TEST

START_TEST(test_all_passes)
{
    uint64_t seed = 99;

    for (unsigned i = 0; i < N_GRAPHS; i++) check_random_graph(&seed, all_passes(), i % 4 == 0);
}
END_TEST

START_TEST(test_same_twice)
{
    struct subject subjects[2];

    for (unsigned i = 0; i < 2; i++) {
        uint64_t seed = 4;

        start(&subjects[i], MAX_INPUTS);
        fill(&subjects[i], MAX_INPUTS, MAX_GATES, &seed);
        (void)run(&subjects[i], all_passes());
    }
    ck_assert_uint_eq(subjects[0].graph.n_nodes, subjects[1].graph.n_nodes);
    ck_assert_mem_eq(subjects[0].graph.nodes, subjects[1].graph.nodes,
                     subjects[0].graph.n_nodes * sizeof(struct graph_node));
    ck_assert_mem_eq(subjects[0].outputs, subjects[1].outputs, sizeof subjects[0].outputs);
    for (unsigned i = 0; i < 2; i++) stop(&subjects[i]);
}
END_TEST

/* ----------------------------------------------------------------------------------- savings -- */

static uint64_t optimised(struct subject *subject, literal output)
{
    uint64_t n_and;

    subject->outputs[0] = output;
    subject->n_outputs = 1;
    n_and = run(subject, all_passes());
    stop(subject);
    return n_and;
}

START_TEST(test_known_functions)
{
    struct subject s;
    struct graph *g = &s.graph;
    literal a = input(0), b = input(1), c = input(2), d = input(3);

    start(&s, 4); /* a b + a c */
    ck_assert_uint_eq(optimised(&s, graph_xor(g, graph_and(g, a, b), graph_and(g, a, c))), 1);
    start(&s, 4); /* a ? b : c */
    ck_assert_uint_eq(optimised(&s, graph_or(g, graph_and(g, a, b), graph_and(g, lit_not(a), c))),
                      1);
    start(&s, 4); /* the majority */
    ck_assert_uint_eq(
        optimised(&s, graph_or(g, graph_and(g, a, b), graph_and(g, c, graph_or(g, a, b)))), 1);
    start(&s, 4); /* the sum, from ANDs alone */
    ck_assert_uint_eq(
        optimised(&s, graph_or(g, graph_and(g, a, lit_not(b)), graph_and(g, lit_not(a), b))), 0);
    start(&s, 4); /* a b c + a b d + c d */
    ck_assert_uint_eq(
        optimised(&s, graph_xor(g, graph_and(g, graph_and(g, a, b), graph_xor(g, c, d)),
                                graph_and(g, c, d))),
        2);
}
END_TEST

static uint64_t n_xor(struct subject *subject)
{
    return graph_count(&subject->graph, subject->outputs, subject->n_outputs).n_xor;
}

static uint64_t only(const char *name)
{
    ck_assert_uint_ne(pass_by_name(name), 0);
    return pass_by_name(name);
}

/* A full adder whose sum is made apart from the operands of its carry. */
START_TEST(test_shared_pair)
{
    struct subject s;
    struct graph *g = &s.graph;
    literal a = input(0), b = input(1), c = input(2);

    start(&s, 3);
    s.outputs[0] = graph_xor(g, graph_xor(g, a, b), c);
    s.outputs[1] = graph_majority(g, a, b, c);
    s.n_outputs = 2;
    ck_assert_uint_eq(n_xor(&s), 5);
    ck_assert_uint_eq(run(&s, only("pairs")), 1);
    ck_assert_uint_eq(n_xor(&s), 4);
    stop(&s);
}
END_TEST

static literal chain_of(struct subject *subject, const literal *terms, unsigned n, bool backwards)
{
    literal sum = LIT_FALSE;

    for (unsigned i = 0; i < n; i++)
        sum = graph_xor(&subject->graph, sum, terms[backwards ? n - 1 - i : i]);
    return sum;
}

/* Sums of more terms than a piece has, of terms that cancel, and of the same terms in two orders.
 */
START_TEST(test_random_sums)
{
    uint64_t seed = 8, n_fewer = 0;

    for (unsigned round = 0; round < N_GRAPHS; round++) {
        struct subject s;
        uint64_t before, inputs = 3 + test_next(&seed) % 60;
        literal terms[100];

        start(&s, (unsigned)inputs);
        s.graph.plain = true;
        while (s.n_outputs < MAX_OUTPUTS) {
            unsigned n = 1 + (unsigned)(test_next(&seed) % 100);

            for (unsigned i = 0; i < n; i++)
                terms[i] = input((unsigned)(test_next(&seed) % inputs)) ^ (test_next(&seed) & 1);
            s.outputs[s.n_outputs++] = chain_of(&s, terms, n, false);
            s.outputs[s.n_outputs++] = chain_of(&s, terms, n, true) ^ 1;
        }
        before = n_xor(&s);
        ck_assert_uint_eq(run(&s, only("pairs")), 0);
        ck_assert_uint_le(n_xor(&s), before);
        n_fewer += n_xor(&s) < before;
        stop(&s);
    }
    ck_assert_uint_gt(n_fewer, N_GRAPHS * 9 / 10);
}
END_TEST

/* Nothing in common: the graph stays as it is, to the node. */
START_TEST(test_nothing_shared)
{
    struct subject s;
    uint32_t n_nodes;

    start(&s, 6);
    for (s.n_outputs = 0; s.n_outputs < 3; s.n_outputs++)
        s.outputs[s.n_outputs] =
            graph_xor(&s.graph, input(2 * s.n_outputs), input(2 * s.n_outputs + 1));
    n_nodes = s.graph.n_nodes;
    (void)run(&s, only("pairs"));
    ck_assert_uint_eq(s.graph.n_nodes, n_nodes);
    ck_assert_uint_eq(n_xor(&s), 3);
    stop(&s);
}
END_TEST

/* A sum that no block holds, and one that cancels down to a bit. */
START_TEST(test_long_sums)
{
    struct subject s;
    literal sum = LIT_FALSE, zero = LIT_FALSE;

    start(&s, 200000);
    s.graph.plain = true;
    for (unsigned i = 0; i < 200000; i++) {
        sum = graph_xor(&s.graph, sum, input(i));
        zero = graph_xor(&s.graph, zero, input(i % 1000));
    }
    s.outputs[0] = sum;
    s.outputs[1] = graph_xor(&s.graph, zero, input(7));
    s.n_outputs = 2;
    ck_assert_uint_eq(run(&s, only("pairs")), 0);
    ck_assert_uint_eq(n_xor(&s), 199999);
    ck_assert_uint_eq(s.outputs[1], input(7));
    stop(&s);
}
END_TEST

/* Neither a chain nor what dies at its end may be followed by recursion. */
START_TEST(test_deep_graph)
{
    struct subject s;
    literal chain;

    start(&s, 3);
    chain = input(0);
    for (unsigned i = 0; i < 300000; i++)
        chain = i % 2 == 0 ? graph_and(&s.graph, lit_not(chain), input(1))
                           : graph_xor(&s.graph, chain, graph_and(&s.graph, chain, input(2)));
    s.outputs[0] = chain;
    s.n_outputs = 1;
    ck_assert_uint_le(run(&s, all_passes()), 2);
    stop(&s);
}
END_TEST

/* Allocation number n of a run fails; false when there are fewer. */
static bool runs_out(uint64_t n)
{
    struct subject s;
    uint64_t seed = 3;
    volatile bool failed = false;

    start(&s, MAX_INPUTS);
    fill(&s, MAX_INPUTS, MAX_GATES, &seed);
    if (setjmp(compile_failed) == 0) {
        test_heap_fail_at(n);
        pass_run(&s.graph, s.outputs, s.n_outputs, all_passes());
    } else {
        failed = true;
    }
    test_heap_fail_at(0);
    stop(&s);
    return failed;
}

/* Wherever memory runs out, all is given back. */
START_TEST(test_no_memory)
{
    uint64_t n = 1;

    while (runs_out(n)) n++;
    ck_assert_uint_gt(n, 10);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("passes");
    TCase *tests = tcase_create("passes");

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 600);
    tcase_add_test(tests, test_classes);
    tcase_add_test(tests, test_four_variables);
    tcase_add_test(tests, test_five_and_six_variables);
    tcase_add_test(tests, test_each_pass);
    tcase_add_test(tests, test_all_passes);
    tcase_add_test(tests, test_same_twice);
    tcase_add_test(tests, test_known_functions);
    tcase_add_test(tests, test_shared_pair);
    tcase_add_test(tests, test_random_sums);
    tcase_add_test(tests, test_nothing_shared);
    tcase_add_test(tests, test_long_sums);
    tcase_add_test(tests, test_deep_graph);
    tcase_add_test(tests, test_no_memory);
    return run_suite(suite);
}
