/* Circuits for the tests, as Bristol Fashion text. */
#ifndef SOTTO_TESTS_CIRCUITS_H
#define SOTTO_TESTS_CIRCUITS_H

#include <stddef.h>
#include <stdint.h>

/** Two inputs of two bits, two ANDs, two outputs in one value. */
extern const char tiny_circuit[];

/** The same with one input of four bits: without an evaluator's input there is no OT. */
extern const char alone_circuit[];

/** Both inputs' and outputs' values are single bits, so that every output fits every input. */
extern const char square_circuit[];

/** Two inputs of width bits; one output: their AND bit by bit, n_copies times. Free with free(). */
char *wide_circuit(uint64_t width, uint64_t n_copies);

/** A random circuit with every kind of gate, inputs of no width, outputs that are inputs or
 *  constants. owners receives one for each input. Free with free(). */
#define RANDOM_CIRCUIT_INPUTS 5
char *random_circuit(int owners[RANDOM_CIRCUIT_INPUTS], size_t *n_owners, uint64_t *state);

#endif
