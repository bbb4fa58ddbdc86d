/* Values of the interface as --check needs them: as bits, as the host's memory, as text. */
#ifndef SOTTO_COMPILER_CHECK_VALUE_H
#define SOTTO_COMPILER_CHECK_VALUE_H

#include "compiler/types.h"

#include <stdio.h>

/** A source of inputs: the same ones in every run. */
struct check_random {
    uint64_t state;
    const uint8_t *last; /* the leaf before, for inputs that are equal */
    uint64_t last_n;
};

uint64_t check_next(struct check_random *random);

/** bits, one byte each, in the order of the interface, into an object of the type and back. */
void check_to_memory(unsigned char *memory, const uint8_t *bits, const struct type *type);
void check_from_memory(uint8_t *bits, const unsigned char *memory, const struct type *type);

/** Fills the bits of a value: each number an edge case or random. */
void check_choose(struct check_random *random, uint8_t *bits, const struct type *type);

/** Every NaN becomes the one of circuits. */
void check_normalise(uint8_t *bits, const struct type *type);

/** As gc-run writes it. */
void check_print(FILE *file, const uint8_t *bits, const struct type *type);

#endif
