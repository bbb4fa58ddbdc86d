/* Shapes and storage of tensors. */
#include "apps/nn/tensor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool tensor_type_known(int64_t number)
{
    return (number >= TENSOR_FLOAT && number <= TENSOR_UINT64 && number != 8) ||
           number == TENSOR_BFLOAT16;
}

size_t tensor_type_size(enum tensor_type type)
{
    switch (type) {
    case TENSOR_UINT8:
    case TENSOR_INT8:
    case TENSOR_BOOL: return 1;
    case TENSOR_UINT16:
    case TENSOR_INT16:
    case TENSOR_FLOAT16:
    case TENSOR_BFLOAT16: return 2;
    case TENSOR_FLOAT:
    case TENSOR_INT32:
    case TENSOR_UINT32: return 4;
    default: return 8;
    }
}

bool tensor_is_integer(enum tensor_type type)
{
    return type != TENSOR_FLOAT && type != TENSOR_DOUBLE && type != TENSOR_BOOL &&
           !tensor_is_half(type);
}

/** Bits of the fraction, and exponent of the least normal number. */
static void half_format(enum tensor_type type, int *fraction, int *least)
{
    *fraction = type == TENSOR_FLOAT16 ? 10 : 7;
    *least = type == TENSOR_FLOAT16 ? -14 : -126;
}

double tensor_from_half(enum tensor_type type, uint16_t bits)
{
    int fraction, least;
    uint16_t exponent, significand;
    double value;

    half_format(type, &fraction, &least);
    significand = bits & (uint16_t)((1u << fraction) - 1);
    exponent = (uint16_t)((bits & 0x7fffu) >> fraction);
    if (exponent == 0x7fffu >> fraction) value = significand == 0 ? INFINITY : NAN;
    else if (exponent == 0) value = ldexp(significand, least - fraction);
    else value = ldexp(significand + (1u << fraction), least - fraction + exponent - 1);
    return bits >> 15 != 0 ? -value : value;
}

/** The nearest such number, the even one of two. */
static double round_half(enum tensor_type type, double value)
{
    int fraction, least, exponent;
    double rounded;

    half_format(type, &fraction, &least);
    if (!isfinite(value) || value == 0) return value;
    exponent = ilogb(value);
    if (exponent < least) exponent = least;
    rounded = ldexp(rint(ldexp(value, fraction - exponent)), exponent - fraction);
    return fabs(rounded) >= ldexp(1, 2 - least) ? copysign(INFINITY, value) : rounded;
}

/** The low bits of an integer that a double holds. */
static double wrap(double value, unsigned bits, bool is_signed)
{
    double span = ldexp(1, (int)bits);
    double low = value - span * floor(value / span);

    return is_signed && low >= span / 2 ? low - span : low;
}

double tensor_convert(enum tensor_type type, double value)
{
    if (type == TENSOR_DOUBLE) return value;
    if (type == TENSOR_FLOAT) return (float)value;
    if (tensor_is_half(type)) return round_half(type, value);
    if (type == TENSOR_BOOL) return value != 0;
    if (!isfinite(value)) return 0;
    value = trunc(value);
    /* Doubles do not hold all integers of 64 bits: these saturate by themselves. */
    if (tensor_type_size(type) == 8) return value;
    return wrap(value, 8 * (unsigned)tensor_type_size(type),
                type == TENSOR_INT8 || type == TENSOR_INT16 || type == TENSOR_INT32);
}

int tensor_shape(struct report *report, struct tensor *tensor, enum tensor_type type, unsigned rank,
                 const uint64_t *dims, const char *what)
{
    uint64_t n = 1;

    if (rank > TENSOR_MAX_RANK)
        return report_fail(report, STATUS_CIRCUIT, "%s has %u dimensions; at most %d are supported",
                           what, rank, TENSOR_MAX_RANK);
    /* Empty dimensions count as one here, so that no product of the others overflows later. */
    for (unsigned d = 0; d < rank; d++)
        if (__builtin_mul_overflow(n, dims[d] == 0 ? 1 : dims[d], &n) || n > TENSOR_MAX_ELEMENTS)
            return report_fail(report, STATUS_CIRCUIT, "%s has more than %llu elements", what,
                               (unsigned long long)TENSOR_MAX_ELEMENTS);
    memset(tensor, 0, sizeof *tensor);
    tensor->type = type;
    tensor->rank = rank;
    tensor->n = 1;
    for (unsigned d = 0; d < rank; d++) tensor->n *= tensor->dims[d] = dims[d];
    return STATUS_OK;
}

int tensor_allocate(struct report *report, struct tensor *tensor)
{
    tensor->data = new_array(tensor->n, sizeof *tensor->data);
    return tensor->data == NULL ? report_memory(report) : STATUS_OK;
}

int tensor_copy(struct report *report, struct tensor *copy, const struct tensor *tensor)
{
    *copy = *tensor;
    copy->data = NULL;
    if (tensor->data == NULL) return STATUS_OK;
    if (tensor_allocate(report, copy) != STATUS_OK) return report->status;
    memcpy(copy->data, tensor->data, tensor->n * sizeof *copy->data);
    return STATUS_OK;
}

bool tensor_same_shape(const struct tensor *a, const struct tensor *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, a->rank * sizeof a->dims[0]) == 0;
}

void tensor_free(struct tensor *tensor)
{
    free_secret(tensor->data, tensor->n * sizeof *tensor->data);
    tensor->data = NULL;
}

void tensor_add_shape(struct buffer *out, const struct tensor *tensor)
{
    if (tensor->rank == 0) buffer_add_text(out, "scalar");
    for (unsigned d = 0; d < tensor->rank; d++)
        buffer_addf(out, "%s%llu", d > 0 ? "x" : "", (unsigned long long)tensor->dims[d]);
}
