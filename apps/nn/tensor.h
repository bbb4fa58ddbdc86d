/*
 * Tensors of the float side: shapes, and elements as doubles whatever their type in the file.
 * A tensor without data stands for a value that is not known yet, so that one function for each
 * node infers shapes, folds constants and evaluates.
 */
#ifndef SOTTO_APPS_NN_TENSOR_H
#define SOTTO_APPS_NN_TENSOR_H

#include "apps/buffer.h"

#define TENSOR_MAX_RANK 8
/** Elements of one tensor: 2 GiB of doubles. */
#define TENSOR_MAX_ELEMENTS (UINT64_C(1) << 28)

/** Element types, with the numbers of onnx.proto. */
enum tensor_type {
    TENSOR_FLOAT = 1,
    TENSOR_UINT8 = 2,
    TENSOR_INT8 = 3,
    TENSOR_UINT16 = 4,
    TENSOR_INT16 = 5,
    TENSOR_INT32 = 6,
    TENSOR_INT64 = 7,
    TENSOR_BOOL = 9,
    TENSOR_FLOAT16 = 10,
    TENSOR_DOUBLE = 11,
    TENSOR_UINT32 = 12,
    TENSOR_UINT64 = 13,
    TENSOR_BFLOAT16 = 16
};

struct tensor {
    enum tensor_type type;
    unsigned rank;
    uint64_t dims[TENSOR_MAX_RANK];
    uint64_t n;   /**< product of dims */
    double *data; /**< row-major; NULL when only the shape is known */
};

/** Whether the number is one of the types above. */
bool tensor_type_known(int64_t number);

/** Bytes of an element in a file. */
size_t tensor_type_size(enum tensor_type type);

bool tensor_is_integer(enum tensor_type type);

/** Whether elements are floats of 16 bits, of either kind. */
static inline bool tensor_is_half(enum tensor_type type)
{
    return type == TENSOR_FLOAT16 || type == TENSOR_BFLOAT16;
}

/** The number that 16 bits stand for in such a type. */
double tensor_from_half(enum tensor_type type, uint16_t bits);

/** Rounds a result to what the type can hold: integers wrap, bool is 0 or 1, float is rounded. */
double tensor_convert(enum tensor_type type, double value);

/** Sets type and shape, without data. STATUS_CIRCUIT naming what when the shape is too large. */
int tensor_shape(struct report *report, struct tensor *tensor, enum tensor_type type, unsigned rank,
                 const uint64_t *dims, const char *what);

/** Gives the tensor zeroed data. */
int tensor_allocate(struct report *report, struct tensor *tensor);

/** A copy with data of its own. */
int tensor_copy(struct report *report, struct tensor *copy, const struct tensor *tensor);

bool tensor_same_shape(const struct tensor *a, const struct tensor *b);

/** Wipes and frees the data. */
void tensor_free(struct tensor *tensor);

/** Appends "2x3x4", or "scalar". */
void tensor_add_shape(struct buffer *out, const struct tensor *tensor);

#endif
