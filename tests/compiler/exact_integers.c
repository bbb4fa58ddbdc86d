/*
 * Integer operations of C on all values of up to six bits, at every level of -O, from the text of a
 * program to its circuit, against a slow reference: operands as _BitInt, as bit-fields, as masked
 * and as sign-extended words, and as constants.
 */
#include "tests/compiler/levels.h"
#include "tests/compiler/simulate.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <stdio.h>

#define MAX_BITS 6
#define WORD_BITS 32
#define RESULT_BITS 64

enum form { PRECISE, FIELD, MASKED, EXTENDED, CONSTANT };

struct operand {
    enum form form;
    unsigned bits;
    bool is_signed;
    int64_t constant;
};

struct type {
    unsigned bits;
    bool is_signed;
};

enum operation {
    ADD,
    SUB,
    MUL,
    DIV,
    REM,
    AND,
    OR,
    XOR,
    SHL,
    SHR,
    LT,
    LE,
    GT,
    GE,
    EQ,
    NE,
    BOTH,
    EITHER,
    CHOICE,
    NEGATED,
    INVERTED,
    N_OPERATIONS
};

#define N_ASSIGNING 10 /* the first ones have a form op= */

static const char *const patterns[N_OPERATIONS] = {
    "A + B",  "A - B",  "A * B",  "A / B",  "A % B",     "A & B", "A | B",
    "A ^ B",  "A << B", "A >> B", "A < B",  "A <= B",    "A > B", "A >= B",
    "A == B", "A != B", "A && B", "A || B", "A ? A : B", "-A",    "~A"};

/* --------------------------------------------------------------------------------- reference -- */

static int64_t wrap(int64_t value, struct type type)
{
    uint64_t low = (uint64_t)value << (64 - type.bits);

    return type.is_signed ? (int64_t)low >> (64 - type.bits) : (int64_t)(low >> (64 - type.bits));
}

/* Bit-fields become int, extended words are int, masked ones unsigned; _BitInt stays. */
static struct type promoted(const struct operand *x)
{
    if (x->form == PRECISE || x->form == CONSTANT) return (struct type){x->bits, x->is_signed};
    return (struct type){WORD_BITS, x->form != MASKED};
}

static struct type common(struct type a, struct type b)
{
    if (a.bits != b.bits) return a.bits > b.bits ? a : b;
    return (struct type){a.bits, a.is_signed && b.is_signed};
}

static int64_t quotient(int64_t a, int64_t b, struct type type)
{
    if (b == 0) return type.is_signed && a < 0 ? 1 : -1;
    return a / b;
}

static int64_t reference(enum operation op, int64_t a, int64_t b, struct type at, struct type bt)
{
    struct type type = op == SHL || op == SHR || op >= NEGATED ? at : common(at, bt);
    unsigned count = (unsigned)((uint32_t)b % type.bits);
    int64_t x = wrap(a, type), y = wrap(b, type);

    switch (op) {
    case ADD: return wrap(x + y, type);
    case SUB: return wrap(x - y, type);
    case MUL: return wrap(x * y, type);
    case DIV: return wrap(quotient(x, y, type), type);
    case REM: return wrap(y == 0 ? x : x % y, type);
    case AND: return wrap(x & y, type);
    case OR: return wrap(x | y, type);
    case XOR: return wrap(x ^ y, type);
    case SHL: return wrap((int64_t)((uint64_t)x << count), type);
    case SHR: return wrap(x >> count, type);
    case LT: return x < y;
    case LE: return x <= y;
    case GT: return x > y;
    case GE: return x >= y;
    case EQ: return x == y;
    case NE: return x != y;
    case BOTH: return a != 0 && b != 0;
    case EITHER: return a != 0 || b != 0;
    case CHOICE: return a != 0 ? x : y;
    case NEGATED: return wrap(-x, type);
    default: return wrap(~x, type);
    }
}

/* ----------------------------------------------------------------------------------- program -- */

static unsigned input_bits(const struct operand *x)
{
    if (x->form == CONSTANT) return 0;
    return x->form == PRECISE || x->form == FIELD ? x->bits : WORD_BITS;
}

static void print_type(FILE *out, const struct operand *x, char name)
{
    if (x->form == PRECISE || x->form == CONSTANT)
        fprintf(out, "%s _BitInt(%u)", x->is_signed ? "signed" : "unsigned", x->bits);
    else if (x->form == FIELD) fprintf(out, "struct %c", name);
    else fprintf(out, "%s", x->form == MASKED ? "unsigned" : "int");
}

static void print_value(FILE *out, const struct operand *x, char name)
{
    unsigned shift = WORD_BITS - x->bits;

    switch (x->form) {
    case PRECISE: fprintf(out, "%c", name); return;
    case FIELD: fprintf(out, "%c.x", name); return;
    case MASKED: fprintf(out, "(%c & %uu)", name, (1u << x->bits) - 1); return;
    case EXTENDED: fprintf(out, "((int)((unsigned)%c << %u) >> %u)", name, shift, shift); return;
    default:
        fputs("((", out);
        print_type(out, x, name);
        fprintf(out, ")(%lld))", (long long)x->constant);
    }
}

static void print_pattern(FILE *out, const char *pattern, const struct operand *a,
                          const struct operand *b)
{
    for (; *pattern != '\0'; pattern++)
        if (*pattern == 'A') print_value(out, a, 'a');
        else if (*pattern == 'B') print_value(out, b, 'b');
        else fputc(*pattern, out);
}

/* A field's result goes back into the field, a _BitInt's into its own width. */
static bool has_assignments(const struct operand *a)
{
    return a->form == PRECISE || a->form == FIELD;
}

static unsigned n_results(const struct operand *a)
{
    return N_OPERATIONS + (has_assignments(a) ? N_ASSIGNING : 0);
}

static void print_parameter(FILE *out, const struct operand *x, char name)
{
    if (x->form == CONSTANT) return;
    fprintf(out, "%s ", name == 'a' ? "__garbler" : "__evaluator");
    print_type(out, x, name);
    fprintf(out, " %c, ", name);
}

static char *print_program(const struct operand *a, const struct operand *b, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);

    ck_assert_ptr_nonnull(out);
    for (unsigned i = 0; i < 2; i++) {
        const struct operand *x = i == 0 ? a : b;

        if (x->form == FIELD)
            fprintf(out, "struct %c { %s x : %u; };\n", "ab"[i],
                    x -> is_signed ? "int" : "unsigned", x->bits);
    }
    fputs("void f(", out);
    print_parameter(out, a, 'a');
    print_parameter(out, b, 'b');
    fprintf(out, "__output long o[%u])\n{\n", n_results(a));
    for (unsigned op = 0; op < N_OPERATIONS; op++) {
        fprintf(out, "o[%u] = ", op);
        print_pattern(out, patterns[op], a, b);
        fputs(";\n", out);
    }
    for (unsigned op = 0; op < N_ASSIGNING && has_assignments(a); op++) {
        fputs("{ ", out);
        print_type(out, a, 'a');
        fprintf(out, " t = a; t%s %.*s= ", a->form == FIELD ? ".x" : "",
                (int)strlen(patterns[op]) - 4, patterns[op] + 2);
        print_value(out, b, 'b');
        fprintf(out, "; o[%u] = t%s; }\n", N_OPERATIONS + op, a->form == FIELD ? ".x" : "");
    }
    fputs("}\n", out);
    fclose(out);
    return text;
}

/* ------------------------------------------------------------------------------------- check -- */

static int64_t expected(unsigned which, const struct operand *a, const struct operand *b, int64_t x,
                        int64_t y)
{
    struct type own = {a->bits, a->is_signed};

    if (which < N_OPERATIONS)
        return reference((enum operation)which, x, y, promoted(a), promoted(b));
    return wrap(reference((enum operation)(which - N_OPERATIONS), x, y, promoted(a), promoted(b)),
                own);
}

/* Bits above a masked or extended operand are noise. */
static void set_input(struct simulation *s, unsigned first, const struct operand *x, unsigned lane,
                      int64_t value, uint64_t *seed)
{
    uint64_t bits = test_next(seed) << x->bits | ((uint64_t)value & ((1u << x->bits) - 1));

    for (unsigned i = 0; i < input_bits(x); i++)
        lane_set(&s->inputs[first + i], lane, bits >> i & 1);
}

static void check_lane(const struct simulation *s, const struct operand *a, const struct operand *b,
                       unsigned lane, int64_t x, int64_t y, const char *text, int level)
{
    for (unsigned which = 0; which < n_results(a); which++) {
        int64_t want = expected(which, a, b, x, y);
        uint64_t got = 0;

        for (unsigned i = 0; i < RESULT_BITS; i++)
            got |= (uint64_t)lane_get(simulation_output(s, which * RESULT_BITS + i), lane) << i;
        ck_assert_msg((int64_t)got == want,
                      "-O%d, o[%u] of a = %lld, b = %lld is %lld, not %lld:\n%s", level, which,
                      (long long)x, (long long)y, (long long)got, (long long)want, text);
    }
}

static unsigned n_values(const struct operand *x)
{
    return x->form == CONSTANT ? 1 : 1u << x->bits;
}

static int64_t value_of(const struct operand *x, unsigned index)
{
    return x->form == CONSTANT ? x->constant : wrap(index, (struct type){x->bits, x->is_signed});
}

static void check_circuit(const sotto_circuit *circuit, const struct operand *a,
                          const struct operand *b, const char *text, int level)
{
    unsigned n = n_values(a) * n_values(b);
    struct simulation s;
    uint64_t seed = 1;

    ck_assert_uint_eq(circuit->n_input_wires, input_bits(a) + input_bits(b));
    simulation_init(&s, circuit);
    for (unsigned first = 0; first < n; first += N_LANES) {
        for (unsigned i = 0; i < N_LANES && first + i < n; i++) {
            set_input(&s, 0, a, i, value_of(a, (first + i) % n_values(a)), &seed);
            set_input(&s, input_bits(a), b, i, value_of(b, (first + i) / n_values(a)), &seed);
        }
        simulation_run(&s);
        for (unsigned i = 0; i < N_LANES && first + i < n; i++)
            check_lane(&s, a, b, i, value_of(a, (first + i) % n_values(a)),
                       value_of(b, (first + i) / n_values(a)), text, level);
    }
    simulation_wipe(&s);
}

static void check_pair(const struct operand *a, const struct operand *b)
{
    static const struct compile_options options = {.no_warnings = true};
    sotto_context *context = test_context();
    size_t len = 0;
    char *text = print_program(a, b, &len);

    for (int level = 0; level < N_LEVELS; level++) {
        struct built built;
        sotto_circuit *again;
        sotto_err err = build_circuit(context, &built, text, len, &options, level);

        ck_assert_msg(err == SOTTO_OK, "error %d: %s\n%s", (int)err,
                      err == SOTTO_ERR_INPUT ? built.compilation.diag.messages[0] : "", text);
        ck_assert_int_eq(through_file(context, &again, built.circuit, SOTTO_FORMAT_FASHION),
                         SOTTO_OK);
        check_circuit(again, a, b, text, level);
        sotto_circuit_free(again);
        built_free(&built);
    }
    free(text);
    sotto_context_free(context);
}

/* All widths and signs that a form has; _BitInt of one bit is unsigned. */
static bool is_type(enum form form, unsigned bits, bool is_signed)
{
    if (form == MASKED) return !is_signed;
    if (form == EXTENDED) return is_signed;
    return form == FIELD || bits > 1 || !is_signed;
}

/* wide: all pairs of widths, otherwise those next to each other. */
static void check_forms(enum form first, enum form second, bool all)
{
    for (unsigned i = 0; i < 4 * MAX_BITS * MAX_BITS; i++) {
        struct operand a = {first, i / 4 % MAX_BITS + 1, i & 1, 0};
        struct operand b = {second, i / 4 / MAX_BITS + 1, i >> 1 & 1, 0};

        if (!all && (a.bits > b.bits + 1 || b.bits > a.bits + 1)) continue;
        if (is_type(first, a.bits, a.is_signed) && is_type(second, b.bits, b.is_signed))
            check_pair(&a, &b);
    }
}

START_TEST(precise)
{
    check_forms(PRECISE, PRECISE, true);
}
END_TEST

START_TEST(fields)
{
    check_forms(FIELD, FIELD, true);
}
END_TEST

START_TEST(masked)
{
    check_forms(MASKED, MASKED, true);
}
END_TEST

START_TEST(extended)
{
    check_forms(EXTENDED, EXTENDED, true);
}
END_TEST

START_TEST(mixed)
{
    check_forms(MASKED, EXTENDED, false);
    check_forms(EXTENDED, MASKED, false);
    check_forms(PRECISE, EXTENDED, false);
    check_forms(FIELD, PRECISE, false);
    check_forms(PRECISE, MASKED, false);
}
END_TEST

/* A constant on either side: what strength reduction and tables make of it. */
static void check_constants(enum form form)
{
    for (unsigned bits = 1; bits <= MAX_BITS; bits++)
        for (unsigned is_signed = 0; is_signed < 2; is_signed++)
            for (unsigned i = 0; i < 1u << bits; i++) {
                struct operand a = {form, bits, is_signed, 0}, b = a;

                if (!is_type(form, bits, is_signed) || !is_type(PRECISE, bits, is_signed)) continue;
                b.form = CONSTANT;
                b.constant = wrap(i, (struct type){bits, is_signed});
                check_pair(&a, &b);
                check_pair(&b, &a);
            }
}

START_TEST(constants)
{
    check_constants(PRECISE);
    check_constants(FIELD);
    check_constants(MASKED);
    check_constants(EXTENDED);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("integers, exhaustively");
    TCase *tests = tcase_create("integers");

    suite_add_tcase(suite, tests);
    tcase_set_timeout(tests, 900);
    tcase_add_test(tests, precise);
    tcase_add_test(tests, fields);
    tcase_add_test(tests, masked);
    tcase_add_test(tests, extended);
    tcase_add_test(tests, mixed);
    tcase_add_test(tests, constants);
    return run_suite(suite);
}
