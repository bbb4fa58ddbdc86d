/*
 * Selection without branches, and the marks by which valgrind's memcheck checks it: a secret is
 * 'undefined' memory, so a branch or an address that depends on one is reported.
 */
#ifndef SOTTO_BASE_CT_H
#define SOTTO_BASE_CT_H

#include <stddef.h>
#include <stdint.h>

#ifdef SOTTO_WITH_VALGRIND
#include <valgrind/memcheck.h>
#define ct_mark_secret(memory, len) VALGRIND_MAKE_MEM_UNDEFINED((memory), (len))
/** Declassifies; each use says why the value may be known. */
#define ct_mark_public(memory, len) VALGRIND_MAKE_MEM_DEFINED((memory), (len))
#else
#define ct_mark_secret(memory, len) ((void)(memory), (void)(len))
#define ct_mark_public(memory, len) ((void)(memory), (void)(len))
#endif

/** Hides from the compiler that x comes from a single bit, lest it makes a branch of the mask. */
static inline uint64_t ct_barrier(uint64_t x)
{
    __asm__("" : "+r"(x));
    return x;
}

/** All ones when the lowest bit of bit is set, else 0. */
static inline uint64_t ct_mask(uint64_t bit)
{
    return ct_barrier(UINT64_C(0) - (bit & 1));
}

/** a where mask is all ones, b where it is 0. */
static inline uint64_t ct_select(uint64_t mask, uint64_t a, uint64_t b)
{
    return b ^ (mask & (a ^ b));
}

/** Copies a (mask all ones) or b (mask 0) into out; out may be either. */
static inline void ct_select_bytes(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t len,
                                   uint64_t mask)
{
    for (size_t i = 0; i < len; i++) out[i] = (uint8_t)ct_select(mask, a[i], b[i]);
}

#endif
