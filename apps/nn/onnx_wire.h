/* Protobuf messages of ONNX from hostile bytes, and their tensors. Only the importer sees them. */
#ifndef SOTTO_APPS_NN_ONNX_WIRE_H
#define SOTTO_APPS_NN_ONNX_WIRE_H

#include "apps/nn/onnx.pb-c.h"
#include "apps/nn/tensor.h"

/** Unpacks with bounded depth and memory; NULL and STATUS_CIRCUIT in the report when the bytes are
 *  no such message. Free with protobuf_c_message_free_unpacked(message, NULL). */
ProtobufCMessage *wire_unpack(struct report *report, const ProtobufCMessageDescriptor *descriptor,
                              const uint8_t *data, size_t data_len, const char *name);

/** Reads a TensorProto; what names it in messages. */
int wire_tensor(struct report *report, struct tensor *tensor, const Onnx__TensorProto *proto,
                const char *what);

#endif
