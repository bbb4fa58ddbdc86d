/* The circuits that gc-bench makes on the spot, as Bristol text; see bench.h. */
#include "bench.h"

#define WORD 32
#define N_WIDE 48

const char *const bench_circuit_names[BENCH_N_CIRCUITS] = {
    "independent ANDs", "dependent ANDs", "32-bit comparison",
    "32-bit x y + x",   "16 XORs an AND", "48 of x y + x",
};

/* Gates as they are added; wires are numbered as they come. */
struct text_circuit {
    struct buffer gates;
    unsigned n_gates;
    unsigned n_wires;
};

static unsigned add_gate(struct text_circuit *c, const char *gate, unsigned a, unsigned b)
{
    buffer_addf(&c->gates, "2 1 %u %u %u %s\n", a, b, c->n_wires, gate);
    c->n_gates++;
    return c->n_wires++;
}

/* A copy, since outputs are the last wires. */
static void add_output(struct text_circuit *c, unsigned wire)
{
    buffer_addf(&c->gates, "1 1 %u %u EQW\n", wire, c->n_wires++);
    c->n_gates++;
}

/* ((a ^ carry) & (b ^ carry)) ^ carry, one AND; the sum bit is a ^ b ^ carry. */
static unsigned add_carry(struct text_circuit *c, unsigned a, unsigned b, unsigned carry)
{
    unsigned a_c = add_gate(c, "XOR", a, carry), b_c = add_gate(c, "XOR", b, carry);

    return add_gate(c, "XOR", add_gate(c, "AND", a_c, b_c), carry);
}

/* sum += addend over n bits, modulo 2^n. */
static void add_words(struct text_circuit *c, unsigned *sum, const unsigned *addend, unsigned n)
{
    unsigned carry = 0;

    for (unsigned i = 0; i < n; i++) {
        unsigned a = sum[i], half = add_gate(c, "XOR", a, addend[i]);

        sum[i] = i == 0 ? half : add_gate(c, "XOR", half, carry);
        if (i + 1 == n) break;
        carry = i == 0 ? add_gate(c, "AND", a, addend[i]) : add_carry(c, a, addend[i], carry);
    }
}

static void make_independent(struct text_circuit *c, unsigned n)
{
    for (unsigned i = 0; i < n; i++) (void)add_gate(c, "AND", i, n + i);
}

static void make_dependent(struct text_circuit *c, unsigned n)
{
    unsigned at = 0;

    for (unsigned i = 0; i < n; i++) at = add_gate(c, "XOR", add_gate(c, "AND", at, 1), i % 2);
}

/* Rows of XORs over all inputs, then an AND of every pair. */
static void make_free(struct text_circuit *c, unsigned n)
{
    unsigned first = 0;

    for (unsigned row = 0; row < 8; row++) {
        unsigned begin = c->n_wires;

        for (unsigned i = 0; i < 2 * n; i++)
            (void)add_gate(c, "XOR", first + i, first + (i + 1) % (2 * n));
        first = begin;
    }
    for (unsigned i = 0; i < n; i++) (void)add_gate(c, "AND", first + i, first + n + i);
}

/* a < b: where the bits differ, b's decides, else what the lower bits said. */
static void make_compare(struct text_circuit *c)
{
    unsigned borrow = 0;

    for (unsigned i = 0; i < WORD; i++) {
        unsigned a = i, b = WORD + i, differ = add_gate(c, "XOR", a, b), with;

        with = i == 0 ? b : add_gate(c, "XOR", b, borrow);
        with = add_gate(c, "AND", differ, with);
        borrow = i == 0 ? with : add_gate(c, "XOR", with, borrow);
    }
    for (unsigned i = 0; i < WORD; i++) add_output(c, borrow);
}

/* sum += x y, modulo 2^WORD, where x is WORD wires from the first on. */
static void multiply(struct text_circuit *c, unsigned *sum, unsigned x, unsigned y)
{
    unsigned row[WORD];

    for (unsigned j = 0; j < WORD; j++) {
        for (unsigned i = 0; i + j < WORD; i++) row[i] = add_gate(c, "AND", x + i, y + j);
        add_words(c, sum + j, row, WORD - j);
    }
}

/* x y + x of each of n pairs of words. */
static void make_multiply(struct text_circuit *c, unsigned n)
{
    unsigned sums[N_WIDE][WORD];

    for (unsigned k = 0; k < n; k++) {
        for (unsigned i = 0; i < WORD; i++) sums[k][i] = k * WORD + i;
        multiply(c, sums[k], k * WORD, (n + k) * WORD);
    }
    for (unsigned k = 0; k < n; k++)
        for (unsigned i = 0; i < WORD; i++) add_output(c, sums[k][i]);
}

sotto_err bench_make_circuit(sotto_context *context, sotto_circuit **circuit,
                             enum bench_circuit which)
{
    static const unsigned widths[BENCH_N_CIRCUITS][3] = {
        {256, 256, 256},    {1, 1, 1},       {WORD, WORD, WORD},
        {WORD, WORD, WORD}, {256, 256, 256}, {N_WIDE * WORD, N_WIDE * WORD, N_WIDE * WORD}};
    const unsigned *width = widths[which];
    struct text_circuit made = {.n_wires = width[0] + width[1]};
    struct buffer text = {0};
    sotto_err err = SOTTO_ERR_MEMORY;

    switch (which) {
    case BENCH_INDEPENDENT: make_independent(&made, width[0]); break;
    case BENCH_DEPENDENT: make_dependent(&made, 4096); break;
    case BENCH_COMPARE: make_compare(&made); break;
    case BENCH_FREE: make_free(&made, width[0]); break;
    default: make_multiply(&made, width[0] / WORD); break;
    }
    buffer_addf(&text, "%u %u\n2 %u %u\n1 %u\n", made.n_gates, made.n_wires, width[0], width[1],
                width[2]);
    if (made.gates.data != NULL) buffer_add(&text, made.gates.data, made.gates.len);
    if (!text.failed && !made.gates.failed)
        err =
            sotto_circuit_parse(context, circuit, bench_circuit_names[which], text.data, text.len);
    buffer_free(&text);
    buffer_free(&made.gates);
    return err;
}
