/* Operations on symbols. */
#include "apps/nn/symbol.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void symbol_free(struct symbol *symbol)
{
    tensor_free(&symbol->index);
    tensor_free(&symbol->mul);
    tensor_free(&symbol->add);
    step_free(&symbol->rows);
    memset(symbol, 0, sizeof *symbol);
}

/* ---------------------------------------------------------------------------------------- rows */

static bool all_finite(const double *x, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++)
        if (!isfinite(x[i])) return false;
    return true;
}

/** Names the constants of a node that hold what is no number. */
static int fail_finite(struct lowering *lowering, const struct node *node, const char *message)
{
    node_fail(lowering->report, node, "%s", message);
    for (size_t i = 0; i < node->n_inputs; i++) {
        const struct value *value =
            node->inputs[i] == NO_VALUE ? NULL : &lowering->graph->values[node->inputs[i]];
        char part[SHOWN_SIZE];

        if (value == NULL || value->tensor.data == NULL) continue;
        for (uint64_t e = 0; e < value->tensor.n; e++) {
            if (isfinite(value->tensor.data[e])) continue;
            report_hint(lowering->report, "Element %llu of its input '%s' is %g.",
                        (unsigned long long)(e + 1), shown(part, value->name, strlen(value->name)),
                        value->tensor.data[e]);
            break;
        }
    }
    return STATUS_CIRCUIT;
}

static void name_step(struct step *step, const struct node *node)
{
    snprintf(step->name, sizeof step->name, "%s%s%s", node->type, node->name[0] != '\0' ? " " : "",
             node->name);
    /* Names come from strangers, and go to terminals. */
    for (char *c = step->name; *c != '\0'; c++)
        if (*c < 0x20 || *c > 0x7e) *c = '?';
}

int symbol_rows(struct lowering *lowering, struct symbol *out, const struct node *node,
                const struct tensor *shape, struct term *term, uint64_t n_rows, const double *bias)
{
    struct symbol made = {.kind = SYMBOL_ROWS};

    made.rows.terms = new_array(1, sizeof *term);
    if (made.rows.terms == NULL) {
        term_free(term);
        return report_memory(lowering->report);
    }
    made.rows.terms[0] = *term;
    made.rows.n_terms = 1;
    memset(term, 0, sizeof *term);
    made.rows.n_rows = n_rows;
    made.rows.bias = new_array(n_rows, sizeof *bias);
    made.index = *shape;
    made.index.data = NULL;
    if (made.rows.bias == NULL || tensor_allocate(lowering->report, &made.index) != STATUS_OK) {
        symbol_free(&made);
        return report_memory(lowering->report);
    }
    if (bias != NULL) memcpy(made.rows.bias, bias, n_rows * sizeof *bias);
    for (uint64_t i = 0; i < made.index.n; i++) made.index.data[i] = (double)(i + 1);
    name_step(&made.rows, node);
    *out = made;
    if (all_finite(out->rows.bias, n_rows) &&
        all_finite(out->rows.terms[0].weights, out->rows.terms[0].n_weights))
        return STATUS_OK;
    symbol_free(out);
    return fail_finite(lowering, node, "a weight is not a finite number");
}

/** The term by which element e is mul[e] times its activation, in the row rows[e] - 1. */
static int diagonal(struct report *report, struct term *term, const struct symbol *x,
                    const double *rows)
{
    uint64_t n = x->index.n;

    *term = (struct term){.kind = TERM_SPARSE, .n_elements = n, .n_weights = n};
    term->source = new_array(n, sizeof *term->source);
    term->begin = new_array(n + 1, sizeof *term->begin);
    term->rows = new_array(n, sizeof *term->rows);
    term->weights = new_array(n, sizeof *term->weights);
    if (term->source == NULL || term->begin == NULL || term->rows == NULL ||
        term->weights == NULL) {
        if (term->weights == NULL) term->n_weights = 0;
        term_free(term);
        return report_memory(report);
    }
    for (uint64_t i = 0; i < n; i++) {
        term->source[i] = (uint32_t)x->index.data[i];
        term->begin[i + 1] = i + 1;
        term->rows[i] = (uint32_t)(rows == NULL ? i : (uint64_t)rows[i] - 1);
        term->weights[i] = x->mul.data[i];
    }
    return STATUS_OK;
}

int symbol_to_rows(struct lowering *lowering, struct symbol *symbol, const struct node *node)
{
    struct symbol made;
    struct term term;

    if (symbol->kind == SYMBOL_ROWS) return STATUS_OK;
    if (diagonal(lowering->report, &term, symbol, NULL) != STATUS_OK ||
        symbol_rows(lowering, &made, node, &symbol->index, &term, symbol->index.n,
                    symbol->add.data) != STATUS_OK)
        return lowering->report->status;
    symbol_free(symbol);
    *symbol = made;
    return STATUS_OK;
}

bool symbol_is_plain(const struct symbol *symbol)
{
    if (symbol->index.n != symbol->rows.n_rows) return false;
    for (uint64_t i = 0; i < symbol->index.n; i++)
        if (symbol->index.data[i] != (double)(i + 1)) return false;
    return true;
}

bool symbol_is_permutation(const struct symbol *symbol)
{
    bool *seen = new_array(symbol->rows.n_rows, sizeof *seen);
    bool good = seen != NULL && symbol->index.n == symbol->rows.n_rows;

    for (uint64_t i = 0; good && i < symbol->index.n; i++) {
        uint64_t row = (uint64_t)symbol->index.data[i];

        good = row != 0 && !seen[row - 1];
        if (good) seen[row - 1] = true;
    }
    free(seen);
    return good;
}

/* --------------------------------------------------------------------------------------- steps */

int append_step(struct lowering *lowering, struct step *step)
{
    struct net *net = lowering->net;

    if (net->n_steps == MAX_STEPS || net->n_activations + step->n_rows > MAX_ACTIVATIONS) {
        step_free(step);
        return report_fail(lowering->report, STATUS_LIMIT, "the network is too large");
    }
    step->first = net->n_activations;
    if (step->kind == STEP_MAX_POOL || step->activation != ACTIVATION_NONE)
        net->n_activations += step->n_rows;
    net->steps[net->n_steps++] = *step;
    memset(step, 0, sizeof *step);
    return STATUS_OK;
}

int symbol_finish(struct lowering *lowering, struct symbol *symbol, enum activation activation,
                  double alpha, double cap)
{
    uint64_t first = lowering->net->n_activations;
    size_t step = lowering->net->n_steps;

    symbol->rows.activation = activation;
    symbol->rows.alpha = alpha;
    symbol->rows.cap = cap;
    if (append_step(lowering, &symbol->rows) != STATUS_OK) return lowering->report->status;
    lowering->nonnegative[step] = activation == ACTIVATION_RELU || activation == ACTIVATION_SQUARE;
    symbol->kind = SYMBOL_ACTIVATIONS;
    symbol->mul = symbol->add = symbol->index;
    symbol->mul.data = symbol->add.data = NULL;
    if (tensor_allocate(lowering->report, &symbol->mul) != STATUS_OK ||
        tensor_allocate(lowering->report, &symbol->add) != STATUS_OK)
        return lowering->report->status;
    for (uint64_t i = 0; i < symbol->index.n; i++) {
        symbol->index.data[i] += (double)first;
        symbol->mul.data[i] = 1;
    }
    return STATUS_OK;
}

int symbol_to_activations(struct lowering *lowering, struct symbol *symbol)
{
    if (symbol->kind != SYMBOL_ROWS) return STATUS_OK;
    return symbol_finish(lowering, symbol, ACTIVATION_IDENTITY, 0, INFINITY);
}

bool symbol_nonnegative(const struct lowering *lowering, const struct symbol *symbol)
{
    const struct net *net = lowering->net;

    if (symbol->kind != SYMBOL_ACTIVATIONS) return false;
    for (uint64_t i = 0; i < symbol->index.n; i++) {
        uint64_t activation = (uint64_t)symbol->index.data[i];
        size_t part;

        if (symbol->add.data[i] < 0 || symbol->mul.data[i] < 0) return false;
        if (activation == 0) continue;
        part = net_part(net, activation - 1);
        if (part == 0 || !lowering->nonnegative[part - 1]) return false;
    }
    return true;
}

/* -------------------------------------------------------------------------------------- affine */

/** Multiplies the rows of a term; false when rows that share weights differ. */
static bool scale_term(struct term *term, uint64_t n_rows, const double *factor)
{
    uint64_t places = volume(term->conv.window.out);
    uint64_t each = term->conv.group_in * volume(term->conv.window.kernel);

    if (term->kind == TERM_CONV) {
        for (uint64_t r = 0; r < n_rows; r++)
            if (factor[r] != factor[r / places * places]) return false;
        for (uint64_t e = 0; e < term->n_weights; e++)
            term->weights[e] *= factor[e / each * places];
        return true;
    }
    for (uint64_t e = 0; e < term->n_weights; e++)
        term->weights[e] *= factor[term->kind == TERM_DENSE ? e % n_rows : term->rows[e]];
    return true;
}

/** Factors and addends come by element, and are wanted by row. */
static int affine_rows(struct lowering *lowering, struct symbol *symbol, const struct node *node,
                       const double *mul, const double *add)
{
    struct step *rows = &symbol->rows;
    double *factor = new_array(rows->n_rows, sizeof *factor);

    if (factor == NULL) return report_memory(lowering->report);
    for (uint64_t i = 0; i < symbol->index.n; i++) {
        uint64_t row = (uint64_t)symbol->index.data[i] - 1;

        factor[row] = mul[i];
        rows->bias[row] = rows->bias[row] * mul[i] + add[i];
    }
    if (!all_finite(factor, rows->n_rows) || !all_finite(rows->bias, rows->n_rows))
        fail_finite(lowering, node, "a factor is not a finite number");
    for (size_t t = 0; lowering->report->status == STATUS_OK && t < rows->n_terms; t++)
        if (!scale_term(&rows->terms[t], rows->n_rows, factor))
            node_fail(lowering->report, node,
                      "factors that differ within a channel are not supported behind Conv");
    free(factor);
    return lowering->report->status;
}

int symbol_affine(struct lowering *lowering, struct symbol *symbol, const struct node *node,
                  const double *mul, const double *add)
{
    if (symbol->kind == SYMBOL_ROWS && !symbol_is_permutation(symbol) &&
        symbol_to_activations(lowering, symbol) != STATUS_OK)
        return lowering->report->status;
    if (symbol->kind == SYMBOL_ROWS) return affine_rows(lowering, symbol, node, mul, add);
    for (uint64_t i = 0; i < symbol->index.n; i++) {
        symbol->mul.data[i] *= mul[i];
        symbol->add.data[i] = symbol->add.data[i] * mul[i] + add[i];
    }
    if (!all_finite(symbol->mul.data, symbol->mul.n) ||
        !all_finite(symbol->add.data, symbol->add.n))
        return fail_finite(lowering, node, "a factor is not a finite number");
    return STATUS_OK;
}

/* ----------------------------------------------------------------------------------------- sum */

/** Appends a term, which is taken over. */
static int add_term(struct lowering *lowering, struct step *rows, struct term *term,
                    const struct node *node)
{
    struct term *grown = NULL;

    if (rows->n_terms < MAX_TERMS) grown = new_array(rows->n_terms + 1, sizeof *grown);
    if (grown == NULL) {
        term_free(term);
        return node_fail(lowering->report, node, "too many summands");
    }
    memcpy(grown, rows->terms, rows->n_terms * sizeof *grown);
    grown[rows->n_terms++] = *term;
    memset(term, 0, sizeof *term);
    free(rows->terms);
    rows->terms = grown;
    return STATUS_OK;
}

static int add_rows(struct lowering *lowering, struct symbol *a, struct symbol *b,
                    const struct node *node)
{
    for (uint64_t r = 0; r < a->rows.n_rows; r++) a->rows.bias[r] += b->rows.bias[r];
    for (size_t t = 0; t < b->rows.n_terms; t++)
        if (add_term(lowering, &a->rows, &b->rows.terms[t], node) != STATUS_OK)
            return lowering->report->status;
    return STATUS_OK;
}

/** Adds activations b, element by element, to rows a in whatever order these are. */
static int add_activations(struct lowering *lowering, struct symbol *a, const struct symbol *b,
                           const struct node *node)
{
    struct term term;

    if (diagonal(lowering->report, &term, b, a->index.data) != STATUS_OK)
        return lowering->report->status;
    for (uint64_t i = 0; i < a->index.n; i++)
        a->rows.bias[(uint64_t)a->index.data[i] - 1] += b->add.data[i];
    return add_term(lowering, &a->rows, &term, node);
}

int symbol_sum(struct lowering *lowering, struct symbol *a, struct symbol *b,
               const struct node *node)
{
    struct symbol swap;
    bool same = a->kind == SYMBOL_ROWS && b->kind == SYMBOL_ROWS &&
                a->rows.n_rows == b->rows.n_rows && symbol_is_permutation(a) &&
                memcmp(a->index.data, b->index.data, a->index.n * sizeof *a->index.data) == 0;

    if (same) return add_rows(lowering, a, b, node);
    if (a->kind == SYMBOL_ROWS && !symbol_is_permutation(a) &&
        symbol_to_activations(lowering, a) != STATUS_OK)
        return lowering->report->status;
    if (b->kind == SYMBOL_ROWS && (a->kind == SYMBOL_ROWS || !symbol_is_permutation(b)) &&
        symbol_to_activations(lowering, b) != STATUS_OK)
        return lowering->report->status;
    if (b->kind == SYMBOL_ROWS) {
        swap = *a;
        *a = *b;
        *b = swap;
    }
    if (symbol_to_rows(lowering, a, node) != STATUS_OK) return lowering->report->status;
    return add_activations(lowering, a, b, node);
}
