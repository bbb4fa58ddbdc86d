/*
 * Random bytes from the operating system. The library has one implementation, random.c; the tests
 * link another one in its place to make transcripts repeatable.
 */
#ifndef SOTTO_BASE_RANDOM_H
#define SOTTO_BASE_RANDOM_H

#include <stddef.h>

/** Fills memory from getrandom() through libsodium; aborts the process when the system has no
 *  randomness to give. Never repeats across fork(). */
void random_bytes(void *memory, size_t len);

#endif
