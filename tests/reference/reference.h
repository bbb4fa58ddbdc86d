/*
 * Slow references for the tests, written from the definitions byte by byte (FIPS-197;
 * PRIMITIVES and GARBLING in sotto-protocol(7)). They share no code with the library and are not
 * constant time.
 */
#ifndef SOTTO_TESTS_REFERENCE_H
#define SOTTO_TESTS_REFERENCE_H

#include <stdbool.h>
#include <stdint.h>

/** 128 bits; bit 0 is bit 0 of byte[0]. */
struct ref_block {
    uint8_t byte[16];
};

struct ref_block ref_xor(struct ref_block a, struct ref_block b);
bool ref_equal(struct ref_block a, struct ref_block b);

/** AES-128 and its inverse. */
struct ref_block ref_aes(struct ref_block key, struct ref_block plain);
struct ref_block ref_aes_inverse(struct ref_block key, struct ref_block cipher);

/** Block number `counter` of stream number `stream` of PRG(seed). */
struct ref_block ref_prg(struct ref_block seed, uint64_t stream, uint64_t counter);

/** sigma(xL || xR) = (xL ^ xR) || xL. */
struct ref_block ref_sigma(struct ref_block x);

/** S ^ i, the key of tweak i. */
struct ref_block ref_tweaked_key(struct ref_block start, uint64_t tweak);

/** A hash on labels: H(x, tweak) under start. */
typedef struct ref_block (*ref_hash_fn)(struct ref_block x, uint64_t tweak, struct ref_block start);

/** The protocol's H. */
struct ref_block ref_hash(struct ref_block x, uint64_t tweak, struct ref_block start);

/** WEAK: AES(x) ^ x, as published engines had it; see PRIMITIVES in sotto-protocol(7). */
struct ref_block ref_hash_without_sigma(struct ref_block x, uint64_t tweak, struct ref_block start);

/** The product in GF(2^128) modulo x^128 + x^7 + x^2 + x + 1. */
struct ref_block ref_multiply(struct ref_block a, struct ref_block b);

/** What a half-gate sends. */
struct ref_table {
    struct ref_block t_g, t_e;
};

/** What both parties know of an AND. */
struct ref_and {
    ref_hash_fn hash;
    struct ref_block start;
    uint64_t tweak_a, tweak_b; /* i and i' of GARBLING in sotto-protocol(7) */
};

/** Returns the zero-label of the output. */
struct ref_block ref_garble(struct ref_table *table, const struct ref_and *gate,
                            struct ref_block a0, struct ref_block b0, struct ref_block delta);

/** Returns the active label of the output. */
struct ref_block ref_evaluate(const struct ref_table *table, const struct ref_and *gate,
                              struct ref_block a, struct ref_block b);

#endif
