/*
 * The permutation Keccak-f[1600] of SHA-3 and SHAKE (FIPS 202). Each party gives a share of the
 * state; the state is the exclusive or of both, which costs nothing, so that a party that holds the
 * whole state leaves the other's share 0. Lane x + 5 y of the standard is element x + 5 y.
 */
#include "keccak.h"

#include <sotto-circuit.h>

void keccak(GARBLER const uint64_t a[25], EVALUATOR const uint64_t b[25], OUTPUT uint64_t state[25])
{
    uint64_t lanes[25];

    for (int i = 0; i < 25; i++) lanes[i] = a[i] ^ b[i];
    keccak_f1600(lanes);
    for (int i = 0; i < 25; i++) state[i] = lanes[i];
}
