/*
 * A network in normal form, which the quantiser makes from a graph, the .gcnn format stores, the
 * integer reference runs and the planner prices.
 *
 * All values that are not accumulators are *activations*, numbered from 0: first the inputs, then
 * the outputs of each step in turn. A step is either linear - rows that are sums of activations
 * times weights plus a bias, each followed by one activation function - or a max-pool. The last
 * step is linear and its rows are the scores.
 *
 * The same structure carries two kinds of numbers. In a float network weights and biases are real
 * and an activation is a real number. In a quantised one they are integers, held in doubles, which
 * represent all integers below 2^53: no accumulator comes near that, as net_bound() proves.
 * There activation i is an unsigned integer of activation_bits() bits that stands for the real
 * number value * scale[i] + zero[i].
 */
#ifndef SOTTO_APPS_NN_NET_H
#define SOTTO_APPS_NN_NET_H

#include "apps/nn/graph.h"
#include "apps/nn/ops.h"

/** Bits of inputs and of hidden activations. */
#define INPUT_BITS 8
#define HIDDEN_BITS 7
#define HIDDEN_MAX ((1 << HIDDEN_BITS) - 1)

/** The narrowest and the widest ring Z_{2^k} of accumulators, which have a sign. */
#define MIN_RING 2
#define MAX_RING 32

/** Bounds of a network, far beyond what can be run. */
#define MAX_ACTIVATIONS (UINT64_C(1) << 24)
#define MAX_STEPS 4096
#define MAX_TERMS 64
#define MAX_WEIGHTS (UINT64_C(1) << 28)
#define MAX_STEP_NAME 64

enum term_kind {
    TERM_DENSE, /**< weight of (row r, element i) is weights[i * n_rows + r] */
    TERM_CONV,  /**< see struct convolution; weights[(o * group_in + c) * |kernel| + k] */
    TERM_SPARSE /**< element i meets rows[begin[i] .. begin[i + 1]), each with the weight there */
};

/** Element (c, p) of channel c at place p is number c * |in| + p; row (o, p) is o * |out| + p. */
struct convolution {
    struct window window;
    uint64_t groups;
    uint64_t group_in;  /**< input channels of a group */
    uint64_t group_out; /**< output channels of a group */
};

/** A linear map from some activations to the rows of its step. */
struct term {
    enum term_kind kind;
    uint64_t n_elements;
    uint32_t *source; /**< of each element: its activation plus 1, or 0 for the constant 0 */
    struct convolution conv;
    uint64_t *begin; /**< TERM_SPARSE: n_elements + 1 of them */
    uint32_t *rows;  /**< TERM_SPARSE: n_weights of them */
    uint64_t n_weights;
    double *weights; /**< NULL in a description without its secrets */
};

/** What becomes of an accumulator a, in integers. sat(x) is x clamped to 0..127, >> rounds down,
 *  half(s) is 2^(s-1), or 0 for s = 0. The rounding constants are part of the bias already. */
enum activation {
    ACTIVATION_NONE,     /**< a is a score */
    ACTIVATION_RELU,     /**< sat(a >> shift) */
    ACTIVATION_LEAKY,    /**< t = clamp(a >> shift, -128, 127); t = t < 0 ? (t * slope) >> 7 : t;
                              sat(t + offset) */
    ACTIVATION_SQUARE,   /**< t = clamp(a >> shift, -127, 127); sat((t * t + half(square_shift))
                              >> square_shift) */
    ACTIVATION_IDENTITY, /**< of float networks only: quantised, it is a RELU whose bias holds an
                              offset */
};

enum step_kind { STEP_LINEAR, STEP_MAX_POOL };

struct step {
    enum step_kind kind;
    char name[MAX_STEP_NAME];
    uint64_t first;  /**< its first activation */
    uint64_t n_rows; /**< rows of a linear step; activations of either kind */

    struct term *terms;
    size_t n_terms;
    double *bias; /**< n_rows; NULL in a description without its secrets */

    enum activation activation;
    double alpha;          /**< float: slope of a LEAKY on its negative side */
    double cap;            /**< float: upper bound of a RELU, or INFINITY */
    unsigned ring;         /**< k: accumulators are integers modulo 2^k, two's complement */
    unsigned shift;        /**< below ring */
    unsigned slope;        /**< LEAKY: 0..128, in units of 1/128 */
    unsigned offset;       /**< LEAKY: 0..127 */
    unsigned square_shift; /**< SQUARE: at most 14 */

    uint64_t *begin;  /**< STEP_MAX_POOL: n_rows + 1 of them */
    uint32_t *pooled; /**< STEP_MAX_POOL: row r is the maximum of activations
                           pooled[begin[r] .. begin[r + 1]), at least one */
    bool is_wide;     /**< STEP_MAX_POOL: these, and so the step's own, have INPUT_BITS */
};

/** What the model makes of its scores. Labels do not depend on it. */
enum outcome_kind { OUTCOME_SCORES, OUTCOME_SIGMOID, OUTCOME_SOFTMAX };

struct net {
    unsigned rank; /**< of the input, for those who make one */
    uint64_t dims[TENSOR_MAX_RANK];
    uint64_t n_inputs;
    struct step *steps;
    size_t n_steps;
    uint64_t n_activations;
    uint64_t n_scores;
    enum outcome_kind outcome;
    bool answers_label; /**< the model ends in ArgMax: it has no scores to give */
    double *scale;      /**< quantised: of each activation */
    double *zero;       /**< quantised: likewise */
    double score_scale; /**< quantised: a score stands for so much */
};

/** Which part an activation is of: 0 for the inputs, s + 1 for step s. */
size_t net_part(const struct net *net, uint64_t activation);

/** Bits of an activation of a quantised network. */
unsigned activation_bits(const struct net *net, uint64_t activation);

/** Frees, and wipes weights. */
void term_free(struct term *term);
void step_free(struct step *step);
void net_free(struct net *net);

int term_copy(struct report *report, struct term *copy, const struct term *term);

/** Rows that a convolution has. */
static inline uint64_t convolution_rows(const struct convolution *conv)
{
    return conv->groups * conv->group_out * volume(conv->window.out);
}

/** Products of an activation and a weight that the term stands for. */
uint64_t term_products(const struct term *term, uint64_t n_rows);

/**
 * The column of an element: which rows it meets, and with which weights. rows and weights have room
 * for term_column_max() entries; weights may be NULL, and is to be for a description without
 * secrets. Returns the number of entries: it and rows are public, weights are the model owner's. No
 * row comes twice. Elements whose source is 0 have columns that nobody needs.
 */
uint64_t term_column(const struct term *term, uint64_t n_rows, uint64_t element, uint32_t *rows,
                     int64_t *weights);
uint64_t term_column_max(const struct term *term, uint64_t n_rows);

/** Adds the term to rows; values holds the activations. Exact for integers. */
int term_apply(struct report *report, double *rows, const struct term *term, uint64_t n_rows,
               const double *values);

/** Runs a float network; values has room for n_activations, inputs stand there already. */
int net_run_float(struct report *report, const struct net *net, double *values, double *scores);

/** The accumulators of a linear step; free with free_secret(), whatever is returned. */
int step_rows(struct report *report, double **rows, const struct step *step, const double *values);

/** Runs a max-pool. */
void step_pool(const struct step *step, double *values);

double step_activate_float(const struct step *step, double x);

/** Runs a quantised one, which is what the secure run computes bit for bit. */
int net_run_integer(struct report *report, const struct net *net, double *values, int64_t *scores);

/** The activation function of a quantised step. */
int64_t step_activate(const struct step *step, int64_t accumulator);

/** The largest magnitude that any accumulator of a quantised linear step can have, whatever its
 *  inputs: the maximum over rows of bias + the sum of weight * largest activation over the positive
 *  weights, and of minus the same over the negative ones. */
int net_bound(struct report *report, double *bound, const struct net *net, const struct step *step);

/** Bits of the ring that holds accumulators up to bound: ceil(log2(bound + 1)) + 1, or MIN_RING for
 *  those that are all 0. */
unsigned ring_for(double bound);

/** Index of the largest score, the lowest one among equals; of a single score, whether it is
 *  positive. */
uint64_t net_label(const int64_t *scores, uint64_t n_scores);
uint64_t net_label_float(const double *scores, uint64_t n_scores);

#endif
