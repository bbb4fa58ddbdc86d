/*
 * Guards around protobuf-c, which bounds neither the depth of nested messages nor the memory that
 * they take: messages are walked along their descriptors first, then unpacked by an allocator that
 * has a limit.
 */
#include "apps/nn/onnx_wire.h"

#include <stdlib.h>
#include <string.h>

/** Messages within messages. Models without subgraphs need 6. */
#define MAX_DEPTH 24
/** Memory for each byte of the file: a varint of one byte becomes an int64_t, and an empty message
 *  of two bytes a structure of 200. */
#define MEMORY_PER_BYTE 24
#define MEMORY_SPARE ((size_t)1 << 20)

struct cursor {
    const uint8_t *at, *end;
};

static bool read_varint(struct cursor *cursor, uint64_t *value)
{
    *value = 0;
    for (unsigned shift = 0; shift < 64 && cursor->at < cursor->end; shift += 7) {
        uint8_t byte = *cursor->at++;

        *value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) return true;
    }
    return false;
}

/** Takes a field's value; content is what a length-delimited one holds, else empty. */
static bool read_field(struct cursor *cursor, struct cursor *content, unsigned wire_type)
{
    uint64_t len = 0;

    *content = (struct cursor){cursor->at, cursor->at};
    if (wire_type == 0) return read_varint(cursor, &len);
    if (wire_type == 1) len = 8;
    else if (wire_type == 5) len = 4;
    else if (wire_type != 2 || !read_varint(cursor, &len)) return false;
    if (len > (uint64_t)(cursor->end - cursor->at)) return false;
    if (wire_type == 2) *content = (struct cursor){cursor->at, cursor->at + len};
    cursor->at += len;
    return true;
}

static bool well_formed(const ProtobufCMessageDescriptor *descriptor, struct cursor cursor,
                        unsigned depth)
{
    if (depth > MAX_DEPTH) return false;
    while (cursor.at < cursor.end) {
        const ProtobufCFieldDescriptor *field;
        struct cursor content;
        uint64_t tag;

        if (!read_varint(&cursor, &tag) || tag >> 3 == 0 || tag >> 3 > UINT32_MAX ||
            !read_field(&cursor, &content, (unsigned)(tag & 7)))
            return false;
        field = protobuf_c_message_descriptor_get_field(descriptor, (unsigned)(tag >> 3));
        if (field != NULL && field->type == PROTOBUF_C_TYPE_MESSAGE && (tag & 7) == 2 &&
            !well_formed(field->descriptor, content, depth + 1))
            return false;
    }
    return true;
}

struct budget {
    size_t left;
};

static void *take(void *user, size_t size)
{
    struct budget *budget = user;

    if (size > budget->left) return NULL;
    budget->left -= size;
    return malloc(size);
}

static void give_back(void *user, void *memory)
{
    (void)user;
    free(memory);
}

ProtobufCMessage *wire_unpack(struct report *report, const ProtobufCMessageDescriptor *descriptor,
                              const uint8_t *data, size_t data_len, const char *name)
{
    struct budget budget = {data_len * MEMORY_PER_BYTE + MEMORY_SPARE};
    ProtobufCAllocator allocator = {take, give_back, &budget};
    ProtobufCMessage *message = NULL;

    if (well_formed(descriptor, (struct cursor){data, data + data_len}, 0))
        message = protobuf_c_message_unpack(descriptor, &allocator, data_len, data);
    if (message == NULL)
        report_fail(report, STATUS_CIRCUIT, "%s is not an ONNX file, or it is truncated", name);
    return message;
}

/* -------------------------------------------------------------------------------------- tensors */

/** One element of raw data, which is little-endian. */
static double raw_element(const uint8_t *at, enum tensor_type type)
{
    uint64_t bits = 0;
    uint32_t low;
    float f;
    double d;

    for (size_t i = 0; i < tensor_type_size(type); i++) bits |= (uint64_t)at[i] << 8 * i;
    switch (type) {
    case TENSOR_FLOAT:
        low = (uint32_t)bits;
        memcpy(&f, &low, sizeof f);
        return f;
    case TENSOR_DOUBLE: memcpy(&d, &bits, sizeof d); return d;
    case TENSOR_FLOAT16:
    case TENSOR_BFLOAT16: return tensor_from_half(type, (uint16_t)bits);
    case TENSOR_INT8: return (int8_t)bits;
    case TENSOR_INT16: return (int16_t)bits;
    case TENSOR_INT32: return (int32_t)bits;
    case TENSOR_INT64: return (double)(int64_t)bits;
    case TENSOR_BOOL: return bits != 0;
    default: return (double)bits;
    }
}

/** How many elements the typed field of this type has. */
static size_t n_typed(const Onnx__TensorProto *proto, enum tensor_type type)
{
    switch (type) {
    case TENSOR_FLOAT: return proto->n_float_data;
    case TENSOR_DOUBLE: return proto->n_double_data;
    case TENSOR_INT64: return proto->n_int64_data;
    case TENSOR_UINT32:
    case TENSOR_UINT64: return proto->n_uint64_data;
    default: return proto->n_int32_data;
    }
}

static double typed_element(const Onnx__TensorProto *proto, enum tensor_type type, size_t i)
{
    switch (type) {
    case TENSOR_FLOAT: return proto->float_data[i];
    case TENSOR_DOUBLE: return proto->double_data[i];
    case TENSOR_INT64: return (double)proto->int64_data[i];
    case TENSOR_FLOAT16:
    case TENSOR_BFLOAT16: return tensor_from_half(type, (uint16_t)proto->int32_data[i]);
    case TENSOR_UINT32:
    case TENSOR_UINT64: return (double)proto->uint64_data[i];
    default: return tensor_convert(type, proto->int32_data[i]);
    }
}

static int read_shape(struct report *report, struct tensor *tensor, const Onnx__TensorProto *proto,
                      const char *what)
{
    uint64_t dims[TENSOR_MAX_RANK];

    if (proto->n_external_data > 0 || (proto->has_data_location && proto->data_location != 0)) {
        report_fail(report, STATUS_CIRCUIT, "%s has its data in another file", what);
        report_hint(report, "Save the model with its weights inside, as one file.");
        return STATUS_CIRCUIT;
    }
    if (proto->segment != NULL)
        return report_fail(report, STATUS_CIRCUIT, "%s comes in segments", what);
    if (!tensor_type_known(proto->data_type))
        return report_fail(report, STATUS_CIRCUIT, "%s has elements of type %d, not supported",
                           what, proto->data_type);
    if (proto->n_dims > TENSOR_MAX_RANK)
        return report_fail(report, STATUS_CIRCUIT, "%s has %zu dimensions", what, proto->n_dims);
    for (size_t d = 0; d < proto->n_dims; d++) {
        if (proto->dims[d] < 0)
            return report_fail(report, STATUS_CIRCUIT, "%s has a negative dimension", what);
        dims[d] = (uint64_t)proto->dims[d];
    }
    return tensor_shape(report, tensor, (enum tensor_type)proto->data_type, (unsigned)proto->n_dims,
                        dims, what);
}

int wire_tensor(struct report *report, struct tensor *tensor, const Onnx__TensorProto *proto,
                const char *what)
{
    struct tensor shape;
    size_t size, there;
    int status = read_shape(report, &shape, proto, what);

    if (status != STATUS_OK) return status;
    size = tensor_type_size(shape.type);
    there = proto->has_raw_data ? proto->raw_data.len / size : n_typed(proto, shape.type);
    if (there != shape.n || (proto->has_raw_data && proto->raw_data.len % size != 0))
        return report_fail(report, STATUS_CIRCUIT, "%s has %zu elements where its shape has %llu",
                           what, there, (unsigned long long)shape.n);
    status = tensor_allocate(report, &shape);
    if (status != STATUS_OK) return status;
    for (size_t i = 0; i < shape.n; i++)
        shape.data[i] = proto->has_raw_data
                            ? raw_element(proto->raw_data.data + i * size, shape.type)
                            : typed_element(proto, shape.type, i);
    *tensor = shape;
    return STATUS_OK;
}
