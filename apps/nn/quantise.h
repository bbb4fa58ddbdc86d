/*
 * From a float network to one of integers: int8 weights, inputs of 8 bits, hidden activations of 7,
 * a power-of-two shift for each layer. Scales are chosen step by step on calibration rows, each
 * step seeing what the quantised steps before it give.
 */
#ifndef SOTTO_APPS_NN_QUANTISE_H
#define SOTTO_APPS_NN_QUANTISE_H

#include "apps/nn/data.h"
#include "apps/nn/net.h"

/** Rows that calibration looks at, at most. */
#define CALIBRATION_ROWS 256

/** Sets the input's encoding, the integer parameters, weights and biases of net, a float network;
 *  whole_bytes says that inputs are bytes as they stand. STATUS_CIRCUIT when an accumulator would
 *  overflow the widest ring. */
int quantise(struct report *report, struct net *net, const struct dataset *rows, bool whole_bytes);

/** Encodes one raw row into the inputs of a quantised network. */
void encode_row(double *inputs, const struct net *net, const double *row);

/** Rows for want of real ones: bytes from a fixed generator. */
int noise_rows(struct report *report, struct dataset *rows, uint64_t n_rows, uint64_t n_columns);

#endif
