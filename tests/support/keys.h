/* For kernels that record instead of expanding keys: which keys there would be. */
#ifndef SOTTO_TESTS_SUPPORT_KEYS_H
#define SOTTO_TESTS_SUPPORT_KEYS_H

#include "garble/kernels.h"

#include <check.h>

/* Of the group that stands where number does, words has its first number and the rounds that it
 * has, here. */
static inline size_t test_held_group(uint64_t number)
{
    return (size_t)(number / N_NARROW % (N_KEPT / N_NARROW));
}

/* As the kernels' expand. */
static inline void test_hold_keys(struct narrow_keys *keys, const block *start, uint64_t first,
                                  size_t from, size_t to)
{
    block *held = &keys->words[test_held_group(first)];

    ck_assert_uint_eq(first % N_NARROW, 0);
    if (from == 0) *held = block_of(0, first);
    ck_assert_uint_eq(held->half[0], first);
    ck_assert_uint_eq(held->half[1], from);
    ck_assert_uint_le(to, N_ROUNDS);
    held->half[1] = to;
    keys->start = *start;
}

/* Nothing is hashed under other keys than asked for. */
static inline void test_expect_keys(const struct narrow_keys *keys, uint64_t first, size_t n)
{
    for (uint64_t number = first; number < first + n; number++) {
        const block *held = &keys->words[test_held_group(number)];

        ck_assert_uint_eq(held->half[0], number - number % N_NARROW);
        ck_assert_uint_eq(held->half[1], N_ROUNDS);
    }
}

#endif
