/*
 * What the tests put in place of the library's seams (heap.c, random.c), and helpers they share.
 * Linked into test programs only.
 */
#ifndef SOTTO_TESTS_SUPPORT_H
#define SOTTO_TESTS_SUPPORT_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/** Milliseconds. However busy the machine, what waits for nothing is done within SOON; a limit that
 *  is not meant to be reached is PATIENCE. */
#define SOON 20000
#define PATIENCE 60000

/** From now on random_bytes() gives a stream that depends on seed only (0: real randomness
 *  again). Per process; a child made by fork() inherits the stream's position. */
void test_random_seed(uint64_t seed);

/** Makes allocation number n from now (counting from 1) fail, and only that one; 0: none. */
void test_heap_fail_at(uint64_t n);

/** Allocations since the last test_heap_fail_at(). */
uint64_t test_heap_count(void);

/** A context with default limits; the test fails when it cannot be made. */
struct sotto_context *test_context(void);

/** Runs one(a) here and other(b) in a thread, until both have returned. */
void test_run_both(void *(*one)(void *), void *a, void *(*other)(void *), void *b);

/** A small fast generator for test data (splitmix64); *state is any seed. Not for secrets. */
uint64_t test_next(uint64_t *state);

/** Reads a whole file into memory (NUL behind, length in *len unless NULL); NULL if unreadable.
 *  Free with free(). */
char *test_read_file(const char *path, size_t *len);

#endif
