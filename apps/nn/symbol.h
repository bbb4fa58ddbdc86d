/*
 * What a value of the graph is while it is brought into normal form: a constant, activations under
 * an affine map, or rows that wait for their activation function.
 */
#ifndef SOTTO_APPS_NN_SYMBOL_H
#define SOTTO_APPS_NN_SYMBOL_H

#include "apps/nn/net.h"

enum symbol_kind { SYMBOL_NONE, SYMBOL_ACTIVATIONS, SYMBOL_ROWS };

struct symbol {
    enum symbol_kind kind;
    /** Of each element, plus 1: its activation, or its row. 0 for an element that is a constant. */
    struct tensor index;
    struct tensor mul, add; /**< SYMBOL_ACTIVATIONS: element = mul * activation + add */
    struct step rows;       /**< SYMBOL_ROWS: terms and bias so far */
    bool answers_label;
    enum outcome_kind outcome;
};

/** The state of lowering. */
struct lowering {
    struct report *report;
    const struct graph *graph;
    struct net *net;
    struct symbol *symbols; /**< of the graph's values */
    bool *nonnegative;      /**< of each step: its activations are */
};

void symbol_free(struct symbol *symbol);

/** Rows with one term; takes the term over. bias may be NULL for zeros. */
int symbol_rows(struct lowering *lowering, struct symbol *out, const struct node *node,
                const struct tensor *shape, struct term *term, uint64_t n_rows, const double *bias);

/** Turns activations into rows, one for each element, in order. */
int symbol_to_rows(struct lowering *lowering, struct symbol *symbol, const struct node *node);

/** Ends rows by a step with this activation function: they become activations. */
int symbol_finish(struct lowering *lowering, struct symbol *symbol, enum activation activation,
                  double alpha, double cap);

/** Turns rows into activations without changing their values, by a step of its own. */
int symbol_to_activations(struct lowering *lowering, struct symbol *symbol);

/** Whether rows are in the order of elements, one for each. */
bool symbol_is_plain(const struct symbol *symbol);
/** Whether each row belongs to exactly one element. */
bool symbol_is_permutation(const struct symbol *symbol);

/** Element e becomes mul[e] * e + add[e]. */
int symbol_affine(struct lowering *lowering, struct symbol *symbol, const struct node *node,
                  const double *mul, const double *add);

/** Adds b to a; b is used up. */
int symbol_sum(struct lowering *lowering, struct symbol *a, struct symbol *b,
               const struct node *node);

/** Lowers Conv, Gemm, MatMul, AveragePool and GlobalAveragePool of activations. */
int lower_linear(struct lowering *lowering, struct symbol *out, const struct node *node,
                 struct symbol *x);

/** Lowers MaxPool. */
int lower_max_pool(struct lowering *lowering, struct symbol *out, const struct node *node,
                   struct symbol *x);

/** Whether an element can be below zero. */
bool symbol_nonnegative(const struct lowering *lowering, const struct symbol *symbol);

/** Gives the network one more step and its activations; takes the step over. */
int append_step(struct lowering *lowering, struct step *step);

#endif
