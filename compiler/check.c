/* gc-cc --check; see check.h. */
#include "compiler/check.h"

#include "base/memory.h"
#include "compiler/ast.h"
#include "compiler/check_host.h"
#include "compiler/check_value.h"
#include "compiler/status.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BATCH 256
#define MAX_BATCH_LEN ((uint64_t)32 << 20)
#define MAX_EXHAUSTIVE_BITS 30
#define SECONDS_A_RUN 10
#define CANNOT_LOAD 3
#define N_SIGNALS 3

struct checking {
    struct sotto_context *context;
    const struct word_program *program;
    const sotto_circuit *circuit;
    struct check_host host;
    struct check_random random;
    uint64_t n_in, n_out; /* bits of all inputs, of the outputs that the host has */
    uint64_t n;           /* inputs in all */
    uint64_t n_left_out;
    bool exhaustive;
    /* Shared with the child that runs the host's function. */
    unsigned char *shared;
    size_t shared_len;
    volatile uint64_t *n_done;
    uint8_t *inputs, *host_outputs;
    uint8_t *outputs; /* of the circuit */
    uint64_t batch;
    void **objects;
};

static volatile sig_atomic_t caught_signal;

static void catch_signal(int signal)
{
    caught_signal = signal;
}

/* ------------------------------------------------------------------------------------ inputs -- */

static void choose_input(struct checking *c, uint8_t *bits, uint64_t number)
{
    if (c->exhaustive) {
        for (uint64_t i = 0; i < c->n_in; i++) bits[i] = number >> i & 1;
        return;
    }
    if (number < 2) {
        memset(bits, (int)number, c->n_in);
        return;
    }
    for (uint64_t i = 0; i < c->program->n_inputs; i++) {
        check_choose(&c->random, bits, c->program->inputs[i].type);
        bits += c->program->inputs[i].bits;
    }
}

/* --------------------------------------------------------------------------- the host's side -- */

static bool is_hosts(const struct word_value *value)
{
    return value->kind != VALUE_EXCEEDED;
}

static void run_one(struct checking *c, check_run_fn *run, uint64_t at)
{
    const struct word_program *program = c->program;
    const uint8_t *in = c->inputs + at * c->n_in;
    uint8_t *out = c->host_outputs + at * c->n_out;

    for (uint64_t i = 0; i < check_n_values(program); i++) {
        const struct word_value *value = check_value(program, i);

        memset(c->objects[i], 0, value->type->size);
        if (i >= program->n_inputs) continue;
        check_to_memory(c->objects[i], in, value->type);
        in += value->bits;
    }
    run(c->objects);
    for (uint64_t i = 0; i < program->n_outputs; i++) {
        const struct word_value *value = &program->outputs[i];

        if (!is_hosts(value)) continue;
        check_from_memory(out, c->objects[program->n_inputs + i], value->type);
        out += value->bits;
    }
}

/* In the child: inputs first to end, one only where the program keeps something between calls. */
static void run_child(struct checking *c, uint64_t first, uint64_t end)
{
    void *object = dlopen(c->host.object, RTLD_NOW | RTLD_LOCAL);
    void *symbol = object != NULL ? dlsym(object, CHECK_RUN) : NULL;
    check_run_fn *run;

    if (symbol == NULL) _exit(CANNOT_LOAD);
    memcpy(&run, &symbol, sizeof run);
    if (c->program->has_state) end = first + 1;
    for (; first < end; first++) {
        (void)alarm(SECONDS_A_RUN);
        run_one(c, run, first);
        (*c->n_done)++;
    }
    _exit(0);
}

/* What the host does not define or does not end is marked, and left out. */
static sotto_err run_host(struct checking *c, uint64_t n, uint8_t *left_out)
{
    *c->n_done = 0;
    while (*c->n_done < n) {
        uint64_t before = *c->n_done;
        pid_t child = fork();
        int status;

        if (child == 0) {
            (void)signal(SIGINT, SIG_DFL);
            (void)signal(SIGTERM, SIG_DFL);
            (void)signal(SIGHUP, SIG_DFL);
            (void)signal(SIGILL, SIG_DFL);
            (void)signal(SIGFPE, SIG_DFL);
            (void)signal(SIGSEGV, SIG_DFL);
            run_child(c, before, n);
        }
        if (child < 0) return fail(c->context, SOTTO_ERR_LIMIT, "cannot start a process");
        status = check_wait(child, &caught_signal);
        if (caught_signal != 0) return SOTTO_ERR_INTERRUPTED;
        if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT_LOAD)
            return fail(c->context, SOTTO_ERR_INTERNAL, "--check: cannot load %s", c->host.object);
        if (WIFSIGNALED(status) || *c->n_done == before) left_out[(*c->n_done)++] = 1;
    }
    return SOTTO_OK;
}

/* -------------------------------------------------------------------------------- comparison -- */

static void normalise_outputs(const struct checking *c, uint8_t *bits)
{
    for (uint64_t i = 0; i < c->program->n_outputs; i++) {
        const struct word_value *value = &c->program->outputs[i];

        if (!is_hosts(value)) continue;
        check_normalise(bits, value->type);
        bits += value->bits;
    }
}

static void print_line(const char *what, const struct word_value *value, const uint8_t *bits)
{
    fprintf(stderr, "  %s %s = ", what, value->name);
    check_print(stderr, bits, value->type);
    fputc('\n', stderr);
}

static void print_difference(const struct checking *c, const uint8_t *in, const uint8_t *host,
                             const uint8_t *circuit)
{
    fputs("gc-cc: the circuit and the function differ: this is a bug in gc-cc, unless C leaves\n"
          "  open what the program does\n",
          stderr);
    for (uint64_t i = 0; i < c->program->n_inputs; i++) {
        print_line("input", &c->program->inputs[i], in);
        in += c->program->inputs[i].bits;
    }
    for (uint64_t i = 0; i < c->program->n_outputs; i++) {
        const struct word_value *value = &c->program->outputs[i];

        if (!is_hosts(value)) continue;
        if (memcmp(host, circuit, value->bits) != 0) {
            print_line("the function gives", value, host);
            print_line("the circuit gives", value, circuit);
        }
        host += value->bits;
        circuit += value->bits;
    }
}

/* The flag comes last: whether the bound of a loop was too small for this input. */
static bool bound_was_exceeded(const struct checking *c)
{
    uint64_t n = c->program->n_outputs;

    return n > 0 && !is_hosts(&c->program->outputs[n - 1]) && c->outputs[c->n_out] != 0;
}

/* 0, an error, or STATUS_INTERNAL as *differs. */
static sotto_err compare_batch(struct checking *c, uint64_t n, const uint8_t *left_out,
                               bool *differs)
{
    for (uint64_t i = 0; i < n && !*differs; i++) {
        uint8_t *host = c->host_outputs + i * c->n_out;
        sotto_err err =
            sotto_circuit_evaluate(c->context, c->outputs, c->circuit, c->inputs + i * c->n_in);

        if (err != SOTTO_OK) return err;
        if (caught_signal != 0) return SOTTO_ERR_INTERRUPTED;
        if (left_out[i] != 0 || bound_was_exceeded(c)) {
            c->n_left_out++;
            continue;
        }
        normalise_outputs(c, host);
        normalise_outputs(c, c->outputs);
        *differs = memcmp(host, c->outputs, c->n_out) != 0;
        if (*differs) print_difference(c, c->inputs + i * c->n_in, host, c->outputs);
    }
    return SOTTO_OK;
}

/* ----------------------------------------------------------------------------------- the run -- */

static sotto_err compare_all(struct checking *c, bool *differs)
{
    uint8_t left_out[MAX_BATCH];
    sotto_err err = SOTTO_OK;

    for (uint64_t at = 0; at < c->n && err == SOTTO_OK && !*differs; at += c->batch) {
        uint64_t n = c->n - at < c->batch ? c->n - at : c->batch;

        memset(left_out, 0, sizeof left_out);
        for (uint64_t i = 0; i < n; i++) choose_input(c, c->inputs + i * c->n_in, at + i);
        err = run_host(c, n, left_out);
        if (err == SOTTO_OK) err = compare_batch(c, n, left_out, differs);
    }
    return err;
}

/* The memory of a batch, of the circuit's outputs and of the objects of the interface. */
static sotto_err take_memory(struct checking *c)
{
    uint64_t len = c->n_in + c->n_out + 1, n_values = check_n_values(c->program);

    c->batch = MAX_BATCH_LEN / len;
    if (c->batch > MAX_BATCH) c->batch = MAX_BATCH;
    if (c->batch == 0) c->batch = 1;
    c->shared_len = sizeof *c->n_done + c->batch * len;
    c->shared =
        mmap(NULL, c->shared_len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    c->outputs = mem_new(c->n_out + 1, 1);
    c->objects = mem_new(n_values, sizeof *c->objects);
    if (c->shared == MAP_FAILED || c->outputs == NULL || c->objects == NULL)
        return fail_memory(c->context);
    c->n_done = (volatile uint64_t *)c->shared;
    c->inputs = c->shared + sizeof *c->n_done;
    c->host_outputs = c->inputs + c->batch * c->n_in;
    for (uint64_t i = 0; i < n_values; i++) {
        c->objects[i] = mem_new(check_value(c->program, i)->type->size + 16, 1);
        if (c->objects[i] == NULL) return fail_memory(c->context);
    }
    return SOTTO_OK;
}

static void free_memory(struct checking *c)
{
    if (c->shared != MAP_FAILED) (void)munmap(c->shared, c->shared_len);
    for (uint64_t i = 0; c->objects != NULL && i < check_n_values(c->program); i++)
        mem_free(c->objects[i]);
    mem_free(c->objects);
    mem_free(c->outputs);
}

static const int interrupting[N_SIGNALS] = {SIGINT, SIGTERM, SIGHUP};

/* What the caller ignores stays ignored. */
static void catch_signals(struct sigaction *old)
{
    struct sigaction action = {.sa_handler = catch_signal};

    for (size_t i = 0; i < N_SIGNALS; i++) {
        (void)sigaction(interrupting[i], NULL, &old[i]);
        if (old[i].sa_handler != SIG_IGN) (void)sigaction(interrupting[i], &action, NULL);
    }
}

static void restore_signals(const struct sigaction *old)
{
    for (size_t i = 0; i < N_SIGNALS; i++) (void)sigaction(interrupting[i], &old[i], NULL);
}

static void print_agreement(const struct checking *c)
{
    uint64_t n_checked = c->n - c->n_left_out;

    if (n_checked == 0)
        fputs("gc-cc: checked nothing: no input says whether the circuit is right\n", stderr);
    else
        fprintf(stderr, "gc-cc: checked %s%llu inputs: the circuit agrees with the function\n",
                c->exhaustive ? "all " : "", (unsigned long long)n_checked);
    if (c->n_left_out > 0)
        fprintf(stderr,
                "  %llu%s were left out: C does not define what the function does with them,\n"
                "  it does not end, or the bound of a loop is too small\n",
                (unsigned long long)c->n_left_out, n_checked > 0 ? " more" : "");
}

static int check_status(const struct checking *c, sotto_err err, bool differs)
{
    if (err == SOTTO_ERR_INTERRUPTED && caught_signal != 0) {
        (void)raise(caught_signal);
        return STATUS_SIGNAL + caught_signal;
    }
    if (err != SOTTO_OK) return status_report(c->context, err);
    if (differs) return STATUS_INTERNAL;
    print_agreement(c);
    return 0;
}

int check_circuit(struct sotto_context *context, const sotto_circuit *circuit,
                  const struct word_program *program, const char *text, size_t text_len, uint64_t n)
{
    struct checking c = {.context = context,
                         .circuit = circuit,
                         .program = program,
                         .n = n,
                         .n_in = word_program_input_bits(program),
                         .shared = MAP_FAILED};
    struct sigaction old[N_SIGNALS];
    bool differs = false;
    sotto_err err;

    for (uint64_t i = 0; i < program->n_outputs; i++)
        if (is_hosts(&program->outputs[i])) c.n_out += program->outputs[i].bits;
    if (c.n_in <= MAX_EXHAUSTIVE_BITS && UINT64_C(1) << c.n_in <= n) {
        c.exhaustive = true;
        c.n = UINT64_C(1) << c.n_in;
    }
    caught_signal = 0;
    catch_signals(old);
    err = take_memory(&c);
    if (err == SOTTO_OK)
        err = check_build(context, &c.host, program, text, text_len, &caught_signal);
    if (err == SOTTO_OK) err = compare_all(&c, &differs);
    check_release(&c.host);
    free_memory(&c);
    restore_signals(old);
    return check_status(&c, err, differs);
}
