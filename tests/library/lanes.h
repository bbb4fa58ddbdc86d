/*
 * The circuits of circuits/, evaluated on 64 inputs at a time: lane k of every wire is bit k of a
 * word. The tests fill the lanes, run, and compare with a reference.
 */
#ifndef SOTTO_TESTS_LIBRARY_LANES_H
#define SOTTO_TESTS_LIBRARY_LANES_H

#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <stdint.h>

#define N_LANES 64

/* An assertion for inner loops: Check's own report each success to the parent process. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg("%s:%d: %s", __FILE__, __LINE__, #condition);               \
    } while (0)

/* As REQUIRE, with what to say. */
#define REQUIRE_MSG(condition, ...)                                                                \
    do {                                                                                           \
        if (!(condition)) ck_abort_msg(__VA_ARGS__);                                               \
    } while (0)

struct lanes;

/** Opens circuits/NAME.txt of the build; the test fails when it cannot, or when its inputs and
 *  outputs have other numbers of bits than these. */
struct lanes *lanes_open(const char *name, uint64_t n_inputs, uint64_t n_outputs);
void lanes_close(struct lanes *lanes);

/** Input bits first to first + n - 1 of one lane, n at most 64. */
void lanes_set(struct lanes *lanes, unsigned lane, uint64_t first, unsigned n, uint64_t value);
void lanes_set_bytes(struct lanes *lanes, unsigned lane, uint64_t first, const uint8_t *bytes,
                     uint64_t n_bytes);
void lanes_run(struct lanes *lanes);

/** Output bits; those of n = 64 or fewer bits as a number. */
uint64_t lanes_get(const struct lanes *lanes, unsigned lane, uint64_t first, unsigned n);
void lanes_get_bytes(const struct lanes *lanes, unsigned lane, uint64_t first, uint8_t *bytes,
                     uint64_t n_bytes);

/** A number of n bits: even, sparse, dense, small or near the ends of its range, in turn. */
uint64_t edge_value(uint64_t *seed, unsigned n);

#endif
