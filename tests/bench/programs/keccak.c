/* The permutation Keccak-f[1600] (FIPS 202). */
#include <sotto-circuit.h>
#include <stdint.h>

static const uint64_t constants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

static uint64_t rotl(uint64_t x, int n)
{
    return n == 0 ? x : x << n | x >> (64 - n);
}

static void round_of(uint64_t a[25], uint64_t constant)
{
    uint64_t b[25], c[5];
    int x = 1, y = 0;

    for (int i = 0; i < 5; i++) c[i] = a[i] ^ a[i + 5] ^ a[i + 10] ^ a[i + 15] ^ a[i + 20];
    for (int i = 0; i < 25; i++) a[i] ^= c[(i + 4) % 5] ^ rotl(c[(i + 1) % 5], 1);
    b[0] = a[0];
    for (int t = 0; t < 24; t++) {
        int next = (2 * x + 3 * y) % 5;

        b[y + 5 * next] = rotl(a[x + 5 * y], (t + 1) * (t + 2) / 2 % 64);
        x = y;
        y = next;
    }
    for (int j = 0; j < 25; j += 5)
        for (int i = 0; i < 5; i++)
            a[j + i] = b[j + i] ^ (~b[j + (i + 1) % 5] & b[j + (i + 2) % 5]);
    a[0] ^= constant;
}

void keccak(GARBLER const uint64_t in[25], OUTPUT uint64_t out[25])
{
    uint64_t a[25];

    for (int i = 0; i < 25; i++) a[i] = in[i];
    for (int i = 0; i < 24; i++) round_of(a, constants[i]);
    for (int i = 0; i < 25; i++) out[i] = a[i];
}
