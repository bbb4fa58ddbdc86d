/*
 * What the nodes compute. Each function first works out the shapes of its outputs and, when the
 * data of its inputs is there, computes them; see tensor.h.
 */
#ifndef SOTTO_APPS_NN_OPS_H
#define SOTTO_APPS_NN_OPS_H

#include "apps/nn/graph.h"

struct op_call {
    struct report *report;
    const struct node *node;
    unsigned opset;
    const struct tensor *const *in; /**< NULL for an input that is left out */
    size_t n_in;
    struct tensor *out; /**< zeroed; freed by the caller in any case */
    size_t n_out;
};

typedef int (*op_fn)(struct op_call *call);

struct op {
    const char *name;
    op_fn run;
    uint8_t min_in, max_in; /**< max_in 255: any number */
    uint8_t max_out;
    bool constants_only; /**< it takes nothing that depends on the model's input */
};

/** The node type of that name, NULL when it is not supported. */
const struct op *op_find(const char *type);

/** Checks the numbers of inputs and outputs, then runs. */
int op_run(struct op_call *call);

/** Whether all inputs that are there have data. */
bool op_has_data(const struct op_call *call);

/** Starts output 0. *compute tells whether its data is to be computed, and is then allocated. */
int op_output(struct op_call *call, bool *compute, enum tensor_type type, unsigned rank,
              const uint64_t *dims);

/** Output 0 is a function of each element of input 0, of its type. */
typedef double (*op_unary_fn)(const struct node *node, double x);
int op_unary(struct op_call *call, op_unary_fn f);

/** Output 0 is a function of the elements of inputs 0 and 1, broadcast against each other. */
typedef double (*op_binary_fn)(double a, double b);
int op_binary(struct op_call *call, op_binary_fn f, enum tensor_type type);

/** Reads an axis attribute or value, negative ones from the end; limit is the rank, or one more
 *  where a place between axes is meant. */
int op_axis(const struct op_call *call, unsigned *axis, int64_t value, unsigned limit);

/** The integers of an attribute, or of input number in when there is no such attribute; n is 0
 *  when neither is there. The data is to be known. Free with free(). */
int op_integers(const struct op_call *call, int64_t **values, size_t *n, const char *attribute,
                size_t in);

/** Marks the axes that attribute axes or input 1 lists, n of them, none twice, of rank dimensions.
 */
int op_axes(const struct op_call *call, bool marked[TENSOR_MAX_RANK], size_t *n, unsigned rank);

/** Refuses a node that trains: before opset 7 nodes do unless is_test is set. */
int op_check_test(const struct op_call *call);

/** What op_dims() makes of -1. */
#define OPEN_DIMENSION UINT64_MAX

/** The dimensions that input number in holds, none below least, which is 0 or -1. */
int op_dims(const struct op_call *call, uint64_t dims[TENSOR_MAX_RANK], unsigned *rank, size_t in,
            int64_t least);

/** Products that one node, or one term of a network, may take. A secure run sends ten bytes or more
 *  for each. */
#define MAX_PRODUCTS (UINT64_C(1) << 34)

/** Whether n factors are MAX_PRODUCTS at most when multiplied, an empty one counting as 1. */
bool few_products(const uint64_t *factors, size_t n);

/** Refuses a node that takes more of them. */
int op_check_products(const struct op_call *call, const uint64_t *factors, size_t n);

/** A window that slides over up to three spatial dimensions; unused ones are 1. */
struct window {
    uint64_t in[3], kernel[3], stride[3], dilation[3], pad[3], pad_end[3], out[3];
};

/** The spatial dimensions of x and the node's strides, pads, dilations, auto_pad and ceil_mode;
 *  kernel has x->rank - 2 entries. */
int op_window(const struct op_call *call, struct window *window, const struct tensor *x,
              const uint64_t *kernel);

/** The same for a pooling node, whose kernel is an attribute. */
int op_pool_window(const struct op_call *call, struct window *window, const struct tensor *x);

/** For place out (an index over window->out) and kernel place k: the index over window->in, or
 *  UINT64_MAX when it lies in the padding. *beyond, if not NULL, tells that it lies even beyond the
 *  padding, where only a window rounded up by ceil_mode can reach. */
uint64_t window_at(const struct window *window, uint64_t out, uint64_t k, bool *beyond);

static inline uint64_t volume(const uint64_t dims[3])
{
    return dims[0] * dims[1] * dims[2];
}

int op_reshape(struct op_call *call), op_flatten(struct op_call *call);
int op_squeeze(struct op_call *call), op_unsqueeze(struct op_call *call);
int op_transpose(struct op_call *call), op_concat(struct op_call *call);
int op_pad(struct op_call *call), op_gather(struct op_call *call), op_slice(struct op_call *call);
int op_conv(struct op_call *call), op_max_pool(struct op_call *call);
int op_average_pool(struct op_call *call), op_global_average_pool(struct op_call *call);
int op_gemm(struct op_call *call), op_matmul(struct op_call *call);
int op_batch_normalization(struct op_call *call), op_softmax(struct op_call *call);
int op_argmax(struct op_call *call);
int op_abs(struct op_call *call), op_and(struct op_call *call), op_ceil(struct op_call *call);
int op_equal(struct op_call *call), op_expand(struct op_call *call);
int op_floor(struct op_call *call), op_greater(struct op_call *call);
int op_less(struct op_call *call), op_neg(struct op_call *call), op_not(struct op_call *call);
int op_or(struct op_call *call), op_range(struct op_call *call);
int op_reduce_max(struct op_call *call), op_reduce_min(struct op_call *call);
int op_reduce_prod(struct op_call *call), op_reduce_sum(struct op_call *call);
int op_size(struct op_call *call), op_sqrt(struct op_call *call), op_where(struct op_call *call);

#endif
