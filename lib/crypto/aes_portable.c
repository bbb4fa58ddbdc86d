/* Bit-sliced AES-128 (FIPS-197); see aes_portable.h. */
#include "crypto/aes_portable.h"

#include "base/memory.h"

#define N_ROUNDS 10

static const uint8_t round_constants[N_ROUNDS] = {0x01, 0x02, 0x04, 0x08, 0x10,
                                                  0x20, 0x40, 0x80, 0x1b, 0x36};

/*
 * The S-box inverts in GF(2^8) built as a tower of quadratic extensions, each with a normal basis
 * (Canright, "A Very Compact S-Box for AES", CHES 2005):
 *   GF(2^2) = GF(2)[W],   W^2 + W + 1 = 0, elements h W^2 + l W
 *   GF(2^4) = GF(2^2)[Z], Z^2 + Z + W = 0, elements h Z^4 + l Z
 *   GF(2^8) = GF(2^4)[Y], Y^2 + Y + W^2 Z = 0, elements h Y^16 + l Y
 * Every variable holds 64 elements' worth of one coordinate.
 */
struct gf4 {
    uint64_t h, l;
};

struct gf16 {
    struct gf4 h, l;
};

static inline struct gf4 gf4_add(struct gf4 a, struct gf4 b)
{
    return (struct gf4){a.h ^ b.h, a.l ^ b.l};
}

static inline struct gf4 gf4_multiply(struct gf4 a, struct gf4 b)
{
    uint64_t cross = (a.h ^ a.l) & (b.h ^ b.l);

    return (struct gf4){cross ^ (a.h & b.h), cross ^ (a.l & b.l)};
}

/* The inverse too: x^3 = 1 for all x but 0. */
static inline struct gf4 gf4_square(struct gf4 a)
{
    return (struct gf4){a.l, a.h};
}

static inline struct gf4 gf4_times_w(struct gf4 a)
{
    return (struct gf4){a.h ^ a.l, a.h};
}

static inline struct gf16 gf16_add(struct gf16 a, struct gf16 b)
{
    return (struct gf16){gf4_add(a.h, b.h), gf4_add(a.l, b.l)};
}

static inline struct gf16 gf16_multiply(struct gf16 a, struct gf16 b)
{
    struct gf4 cross = gf4_times_w(gf4_multiply(gf4_add(a.h, a.l), gf4_add(b.h, b.l)));

    return (struct gf16){gf4_add(cross, gf4_multiply(a.h, b.h)),
                         gf4_add(cross, gf4_multiply(a.l, b.l))};
}

/* The constant of GF(2^8)'s polynomial times a^2. */
static inline struct gf16 gf16_scaled_square(struct gf16 a)
{
    return (struct gf16){{a.l.l ^ a.h.l, a.h.h ^ a.l.h}, {a.l.h, a.l.h ^ a.l.l}};
}

/* With norm N = h l + W (h + l)^2, the inverse of h Z^4 + l Z is (l Z^4 + h Z) / N. */
static inline struct gf16 gf16_invert(struct gf16 a)
{
    struct gf4 trace = gf4_times_w(gf4_square(gf4_add(a.h, a.l)));
    struct gf4 inverse_norm = gf4_square(gf4_add(trace, gf4_multiply(a.h, a.l)));

    return (struct gf16){gf4_multiply(inverse_norm, a.l), gf4_multiply(inverse_norm, a.h)};
}

/* Replaces h Y^16 + l Y by its inverse; 0 stays 0. */
static inline void gf256_invert(struct gf16 *h, struct gf16 *l)
{
    struct gf16 trace = gf16_scaled_square(gf16_add(*h, *l));
    struct gf16 inverse_norm = gf16_invert(gf16_add(trace, gf16_multiply(*h, *l)));
    struct gf16 old_h = *h;

    *h = gf16_multiply(inverse_norm, *l);
    *l = gf16_multiply(inverse_norm, old_h);
}

/* From AES's polynomial basis into the tower: x maps to the tower's element 0x56. */
static inline void to_tower(struct gf16 *h, struct gf16 *l, const uint64_t *a)
{
    uint64_t a06 = a[0] ^ a[6];
    uint64_t a056 = a[5] ^ a06;
    uint64_t a0567 = a[7] ^ a056;
    uint64_t a13 = a[1] ^ a[3];

    h->h.h = a[4] ^ a056;
    h->h.l = a[1] ^ a[2] ^ a0567;
    h->l.h = a0567;
    h->l.l = a[1] ^ a056;
    l->h.h = a[0];
    l->h.l = a13 ^ a[0] ^ a[4] ^ a[7];
    l->l.h = a13 ^ a[2] ^ a06;
    l->l.l = a056;
}

/* Back into the polynomial basis, and then the affine map of the S-box. */
static inline void from_tower(uint64_t *b, struct gf16 h, struct gf16 l)
{
    uint64_t t24 = l.h.l ^ h.l.l;
    uint64_t t57 = h.l.h ^ h.h.h;
    uint64_t t17 = l.l.h ^ h.h.h;
    uint64_t t246 = h.h.l ^ t24;

    b[0] = ~(l.l.l ^ t57);
    b[1] = ~(l.l.l ^ h.l.l ^ h.l.h);
    b[2] = t24 ^ l.h.h ^ t17;
    b[3] = t57 ^ t246;
    b[4] = t246;
    b[5] = ~t17;
    b[6] = ~(l.h.l ^ h.h.l);
    b[7] = t24;
}

static void substitute(struct aes_slice *s)
{
    struct gf16 h, l;

    to_tower(&h, &l, s->plane);
    gf256_invert(&h, &l);
    from_tower(s->plane, h, l);
}

/* Row r is a field of 16 bits, a column 4 of them; row r turns by r columns. */
static void shift_rows(struct aes_slice *s)
{
    for (size_t i = 0; i < 8; i++) {
        uint64_t x = s->plane[i];

        x = (x & UINT64_C(0x00000000ffffffff)) | (x >> 8 & UINT64_C(0x00ff00ff00000000)) |
            (x << 8 & UINT64_C(0xff00ff0000000000));
        x = (x & UINT64_C(0x0000ffff0000ffff)) | (x >> 4 & UINT64_C(0x0fff00000fff0000)) |
            (x << 12 & UINT64_C(0xf0000000f0000000));
        s->plane[i] = x;
    }
}

/* Brings row (r + n) mod 4 to row r. */
static inline uint64_t turn_rows(uint64_t x, unsigned n)
{
    return x >> 16 * n | x << (64 - 16 * n);
}

/* out_r = 2 (a_r + a_{r+1}) + a_{r+1} + a_{r+2} + a_{r+3} */
static void mix_columns(struct aes_slice *s)
{
    uint64_t sum[8], rest[8];

    for (size_t i = 0; i < 8; i++) {
        uint64_t next = turn_rows(s->plane[i], 1);

        sum[i] = s->plane[i] ^ next;
        rest[i] = next ^ turn_rows(sum[i], 2);
    }
    for (size_t i = 1; i < 8; i++) s->plane[i] = sum[i - 1] ^ rest[i];
    s->plane[0] = sum[7] ^ rest[0];
    s->plane[1] ^= sum[7];
    s->plane[3] ^= sum[7];
    s->plane[4] ^= sum[7];
}

static void add_round_key(struct aes_slice *s, const struct aes_slice *key)
{
    for (size_t i = 0; i < 8; i++) s->plane[i] ^= key->plane[i];
}

static void middle_round(struct aes_slice *s, const struct aes_slice *key)
{
    substitute(s);
    shift_rows(s);
    mix_columns(s);
    add_round_key(s, key);
}

static void last_round(struct aes_slice *s, const struct aes_slice *key)
{
    substitute(s);
    shift_rows(s);
    add_round_key(s, key);
}

/* One round of four key schedules: word c becomes the xor of words 0 to c and of the core
 * SubWord(RotWord(word 3)) + round constant. */
static void next_round_key(struct aes_slice *key, uint8_t constant)
{
    struct aes_slice core = *key;

    substitute(&core);
    for (size_t i = 0; i < 8; i++) {
        uint64_t x = key->plane[i];
        uint64_t word = turn_rows(core.plane[i], 1) >> 12 & UINT64_C(0x000f000f000f000f);

        word |= word << 4;
        word |= word << 8;
        x ^= x << 4 & UINT64_C(0xfff0fff0fff0fff0);
        x ^= x << 8 & UINT64_C(0xff00ff00ff00ff00);
        key->plane[i] = x ^ word ^ (UINT64_C(0xffff) & (UINT64_C(0) - (constant >> i & 1)));
    }
}

static inline void swap_bits(uint64_t *a, uint64_t *b, unsigned distance, uint64_t mask)
{
    uint64_t t = (*a >> distance ^ *b) & mask;

    *b ^= t;
    *a ^= t << distance;
}

/* Bit i of byte k of word w changes places with bit w of byte k of word i. */
static void transpose_bits(uint64_t *w)
{
    for (size_t i = 0; i < 8; i += 2) {
        swap_bits(&w[i], &w[i + 1], 1, UINT64_C(0x5555555555555555));
    }
    for (size_t i = 0; i < 8; i += i % 2 == 0 ? 1 : 3) {
        swap_bits(&w[i], &w[i + 2], 2, UINT64_C(0x3333333333333333));
    }
    for (size_t i = 0; i < 4; i++) {
        swap_bits(&w[i], &w[i + 4], 4, UINT64_C(0x0f0f0f0f0f0f0f0f));
    }
}

/* Bytes 0 to 3 of x move to bytes 0, 2, 4 and 6. */
static inline uint64_t spread_bytes(uint64_t x)
{
    x = (x | x << 16) & UINT64_C(0x0000ffff0000ffff);
    return (x | x << 8) & UINT64_C(0x00ff00ff00ff00ff);
}

static inline uint64_t gather_bytes(uint64_t x)
{
    x &= UINT64_C(0x00ff00ff00ff00ff);
    x = (x | x >> 8) & UINT64_C(0x0000ffff0000ffff);
    return (x | x >> 16) & UINT64_C(0xffffffff);
}

#define LOW32 UINT64_C(0xffffffff)

/* Word 4 c + j holds columns c and c + 2 of block j, byte by byte in turn. */
static void slice(struct aes_slice *s, const block *blocks)
{
    for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) {
        uint64_t low = blocks[j].half[0], high = blocks[j].half[1];

        s->plane[j] = spread_bytes(low & LOW32) | spread_bytes(high & LOW32) << 8;
        s->plane[4 + j] = spread_bytes(low >> 32) | spread_bytes(high >> 32) << 8;
    }
    transpose_bits(s->plane);
}

static void unslice(block *blocks, const struct aes_slice *s)
{
    struct aes_slice w = *s;

    transpose_bits(w.plane);
    for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) {
        uint64_t even = w.plane[j], odd = w.plane[4 + j];

        blocks[j].half[0] = gather_bytes(even) | gather_bytes(odd) << 32;
        blocks[j].half[1] = gather_bytes(even >> 8) | gather_bytes(odd >> 8) << 32;
    }
}

void aes_portable_expand_key(struct aes_key *key, const block *seed)
{
    block copies[AES_SLICE_BLOCKS] = {*seed, *seed, *seed, *seed};
    struct aes_slice round_key;

    slice(&round_key, copies);
    key->round[0] = *seed;
    for (size_t i = 0; i < N_ROUNDS; i++) {
        next_round_key(&round_key, round_constants[i]);
        unslice(copies, &round_key);
        key->round[i + 1] = copies[0];
    }
    mem_wipe(copies, sizeof copies);
    mem_wipe(&round_key, sizeof round_key);
}

void aes_portable_slice_key(struct aes_sliced_key *sliced, const struct aes_key *key)
{
    block copies[AES_SLICE_BLOCKS];

    for (size_t i = 0; i <= N_ROUNDS; i++) {
        for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) copies[j] = key->round[i];
        slice(&sliced->round[i], copies);
    }
    mem_wipe(copies, sizeof copies);
}

void aes_portable_encrypt(block *blocks, const struct aes_sliced_key *key)
{
    struct aes_slice state;

    slice(&state, blocks);
    add_round_key(&state, &key->round[0]);
    for (size_t i = 1; i < N_ROUNDS; i++) middle_round(&state, &key->round[i]);
    last_round(&state, &key->round[N_ROUNDS]);
    unslice(blocks, &state);
}

void aes_portable_encrypt_rekeyed(block *blocks, size_t n_sets, const block *keys)
{
    struct aes_slice state[2], key;

    slice(&key, keys);
    for (size_t s = 0; s < n_sets; s++) {
        slice(&state[s], blocks + AES_SLICE_BLOCKS * s);
        add_round_key(&state[s], &key);
    }
    for (size_t i = 0; i < N_ROUNDS - 1; i++) {
        next_round_key(&key, round_constants[i]);
        for (size_t s = 0; s < n_sets; s++) middle_round(&state[s], &key);
    }
    next_round_key(&key, round_constants[N_ROUNDS - 1]);
    for (size_t s = 0; s < n_sets; s++) {
        last_round(&state[s], &key);
        unslice(blocks + AES_SLICE_BLOCKS * s, &state[s]);
    }
}
