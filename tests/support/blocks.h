/* Blocks for the tests: random ones, and as the references take them. */
#ifndef SOTTO_TESTS_BLOCKS_H
#define SOTTO_TESTS_BLOCKS_H

#include "crypto/block.h"
#include "tests/reference/reference.h"
#include "tests/support/support.h"

static inline block random_block(uint64_t *state)
{
    uint64_t high = test_next(state);

    return block_of(high, test_next(state));
}

static inline struct ref_block to_ref(block x)
{
    struct ref_block r;

    block_store(r.byte, x);
    return r;
}

#endif
