/*
 * Tables of 256 entries that are made of inverses in GF(2^8), as the S-box of AES, its inverse and
 * every linear image of them (the tables of fast AES programs) are: 32 ANDs.
 */
#ifndef SOTTO_COMPILER_SBOX_H
#define SOTTO_COMPILER_SBOX_H

#include "compiler/anf.h"

#define SBOX_N_AND 32

/** Realises the functions (normal forms of 8 variables) when each of them is an affine combination
 *  of the products that the S-box of AES, or its inverse, is made of. Returns whether it did. */
bool sbox_realise(struct graph *graph, literal *out, const struct anf_space *functions,
                  const literal *variables);

#endif
