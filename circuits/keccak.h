/* The permutation Keccak-f[1600] (FIPS 202, section 3), for the programs that use it. */
#ifndef CIRCUITS_KECCAK_H
#define CIRCUITS_KECCAK_H

#include <stdint.h>

/* Rotations of lane x + 5 y, section 3.2.2. */
static const int rotations[25] = {
    0, 1, 62, 28, 27, 36, 44, 6, 55, 20, 3, 10, 43, 25, 39, 41, 45, 15, 21, 8, 18, 2, 61, 56, 14,
};

/* Section 3.2.5. */
static const uint64_t round_constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

static inline uint64_t rotate_left(uint64_t x, int n)
{
    return n == 0 ? x : x << n | x >> (64 - n);
}

/* Theta. */
static inline void mix_columns(uint64_t a[25])
{
    uint64_t parity[5];

    for (int x = 0; x < 5; x++) parity[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
    for (int i = 0; i < 25; i++) a[i] ^= parity[(i + 4) % 5] ^ rotate_left(parity[(i + 1) % 5], 1);
}

/* Rho, pi and chi. */
static inline void move_and_combine(uint64_t a[25])
{
    uint64_t b[25];

    for (int x = 0; x < 5; x++)
        for (int y = 0; y < 5; y++)
            b[y + 5 * ((2 * x + 3 * y) % 5)] = rotate_left(a[x + 5 * y], rotations[x + 5 * y]);
    for (int x = 0; x < 5; x++)
        for (int y = 0; y < 25; y += 5)
            a[x + y] = b[x + y] ^ (~b[(x + 1) % 5 + y] & b[(x + 2) % 5 + y]);
}

static inline void keccak_f1600(uint64_t a[25])
{
    for (int round = 0; round < 24; round++) {
        mix_columns(a);
        move_and_combine(a);
        a[0] ^= round_constants[round];
    }
}

#endif
