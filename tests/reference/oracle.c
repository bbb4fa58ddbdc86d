/* BLAKE2b and the random oracle, slowly; see oracle.h. */
#include "tests/reference/oracle.h"

#include <stdlib.h>
#include <string.h>

/* RFC 7693, 2.6: the first 64 bits of the fractions of the square roots of the first 8 primes. */
static const uint64_t iv[8] = {
    0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
    0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
};

/* RFC 7693, 2.7; rounds 10 and 11 are rounds 0 and 1. */
static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

static uint64_t load(const uint8_t *bytes)
{
    uint64_t x = 0;

    for (int i = 7; i >= 0; i--) x = x << 8 | bytes[i];
    return x;
}

static uint64_t rotate(uint64_t x, int n)
{
    return x >> n | x << (64 - n);
}

/* RFC 7693, 3.1: G. */
static void mix(uint64_t *v, int a, int b, int c, int d, uint64_t x, uint64_t y)
{
    v[a] += v[b] + x;
    v[d] = rotate(v[d] ^ v[a], 32);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 24);
    v[a] += v[b] + y;
    v[d] = rotate(v[d] ^ v[a], 16);
    v[c] += v[d];
    v[b] = rotate(v[b] ^ v[c], 63);
}

/* RFC 7693, 3.2: F; n_bytes is how many have been read with this block. */
static void compress(uint64_t h[8], const uint8_t block[128], uint64_t n_bytes, int is_last)
{
    uint64_t v[16], m[16];

    for (int i = 0; i < 16; i++) m[i] = load(block + 8 * i);
    for (int i = 0; i < 8; i++) {
        v[i] = h[i];
        v[8 + i] = iv[i];
    }
    v[12] ^= n_bytes;
    if (is_last) v[14] = ~v[14];
    for (int round = 0; round < 12; round++) {
        const uint8_t *s = sigma[round % 10];

        for (int i = 0; i < 4; i++) mix(v, i, 4 + i, 8 + i, 12 + i, m[s[2 * i]], m[s[2 * i + 1]]);
        for (int i = 0; i < 4; i++)
            mix(v, i, 4 + (i + 1) % 4, 8 + (i + 2) % 4, 12 + (i + 3) % 4, m[s[8 + 2 * i]],
                m[s[9 + 2 * i]]);
    }
    for (int i = 0; i < 8; i++) h[i] ^= v[i] ^ v[8 + i];
}

void ref_blake2b(uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len)
{
    uint8_t last[128] = {0};
    size_t at = 0;
    uint64_t h[8];

    memcpy(h, iv, sizeof h);
    h[0] ^= 0x01010000 ^ out_len;
    for (; in_len - at > 128; at += 128) compress(h, in + at, at + 128, 0);
    if (in_len > at) memcpy(last, in + at, in_len - at);
    compress(h, last, in_len, 1);
    for (size_t i = 0; i < out_len; i++) out[i] = (uint8_t)(h[i / 8] >> i % 8 * 8);
}

static void append(struct ref_oracle *oracle, const void *bytes, size_t len)
{
    uint8_t *grown = realloc(oracle->bytes, oracle->len + len + 1);

    if (grown == NULL) abort();
    if (len > 0) memcpy(grown + oracle->len, bytes, len);
    oracle->bytes = grown;
    oracle->len += len;
}

static void append_number(struct ref_oracle *oracle, uint64_t number)
{
    uint8_t bytes[8];

    for (int i = 0; i < 8; i++) bytes[i] = (uint8_t)(number >> 8 * i);
    append(oracle, bytes, sizeof bytes);
}

void ref_oracle_begin(struct ref_oracle *oracle, const char *label)
{
    *oracle = (struct ref_oracle){NULL, 0};
    ref_oracle_field(oracle, label, strlen(label));
}

void ref_oracle_field(struct ref_oracle *oracle, const void *field, size_t field_len)
{
    append_number(oracle, field_len);
    append(oracle, field, field_len);
}

void ref_oracle_number(struct ref_oracle *oracle, uint64_t number)
{
    append_number(oracle, 8);
    append_number(oracle, number);
}

void ref_oracle_end(struct ref_oracle *oracle, uint8_t out[32])
{
    ref_oracle_number(oracle, 32);
    ref_blake2b(out, 32, oracle->bytes, oracle->len);
    free(oracle->bytes);
}
