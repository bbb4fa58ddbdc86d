/* Slow references; see reference.h. */
#include "tests/reference/reference.h"

#include <string.h>

struct ref_block ref_xor(struct ref_block a, struct ref_block b)
{
    for (int i = 0; i < 16; i++) a.byte[i] ^= b.byte[i];
    return a;
}

bool ref_equal(struct ref_block a, struct ref_block b)
{
    return memcmp(a.byte, b.byte, 16) == 0;
}

/* FIPS-197, 4.2: multiplication modulo x^8 + x^4 + x^3 + x + 1. */
static uint8_t multiply(uint8_t a, uint8_t b)
{
    uint8_t product = 0;

    for (int i = 0; i < 8; i++) {
        if (b >> i & 1) product ^= a;
        a = (uint8_t)(a << 1 ^ (a & 0x80 ? 0x1b : 0));
    }
    return product;
}

/* The inverse is the power 254; 0 gives 0. */
static uint8_t invert(uint8_t a)
{
    uint8_t power = 1;

    for (int i = 0; i < 254; i++) power = multiply(power, a);
    return power;
}

/* FIPS-197, 5.1.1. */
static uint8_t compute_s_box(uint8_t a)
{
    uint8_t b = invert(a), s = 0;

    for (int i = 0; i < 8; i++) {
        int bit = b >> i ^ b >> (i + 4) % 8 ^ b >> (i + 5) % 8 ^ b >> (i + 6) % 8 ^
                  b >> (i + 7) % 8 ^ 0x63 >> i;

        s = (uint8_t)(s | (bit & 1) << i);
    }
    return s;
}

static uint8_t s_box[256], inverse_s_box[256];

static void make_s_boxes(void)
{
    static bool made;

    for (int a = 0; a < 256 && !made; a++) {
        s_box[a] = compute_s_box((uint8_t)a);
        inverse_s_box[s_box[a]] = (uint8_t)a;
    }
    made = true;
}

struct round_keys {
    struct ref_block round[11];
};

/* FIPS-197, 5.2, on bytes: byte 4 w + i of the whole is byte i of word w. */
static struct round_keys expand(struct ref_block key)
{
    struct round_keys keys;
    uint8_t w[176], constant = 1;

    memcpy(w, key.byte, 16);
    for (int n = 16; n < 176; n += 4) {
        uint8_t t[4];

        memcpy(t, w + n - 4, 4);
        if (n % 16 == 0) {
            uint8_t first = t[0];

            t[0] = s_box[t[1]] ^ constant;
            t[1] = s_box[t[2]];
            t[2] = s_box[t[3]];
            t[3] = s_box[first];
            constant = multiply(constant, 2);
        }
        for (int i = 0; i < 4; i++) w[n + i] = w[n - 16 + i] ^ t[i];
    }
    memcpy(keys.round, w, sizeof w);
    return keys;
}

static struct ref_block shift_rows(struct ref_block s, int direction)
{
    struct ref_block t;

    for (int row = 0; row < 4; row++) {
        for (int column = 0; column < 4; column++) {
            t.byte[4 * column + row] = s.byte[4 * ((column + direction * row + 4) % 4) + row];
        }
    }
    return t;
}

static struct ref_block mix_columns(struct ref_block s, const uint8_t *coefficients)
{
    struct ref_block t;

    for (int i = 0; i < 16; i++) {
        uint8_t sum = 0;

        for (int k = 0; k < 4; k++) {
            sum ^= multiply(coefficients[k], s.byte[i / 4 * 4 + (i + k) % 4]);
        }
        t.byte[i] = sum;
    }
    return t;
}

static struct ref_block substitute(struct ref_block s, const uint8_t *box)
{
    for (int i = 0; i < 16; i++) s.byte[i] = box[s.byte[i]];
    return s;
}

struct ref_block ref_aes(struct ref_block key, struct ref_block plain)
{
    static const uint8_t coefficients[4] = {2, 3, 1, 1};
    struct round_keys keys;
    struct ref_block s;

    make_s_boxes();
    keys = expand(key);
    s = ref_xor(plain, keys.round[0]);
    for (int round = 1; round <= 10; round++) {
        s = shift_rows(substitute(s, s_box), 1);
        if (round < 10) s = mix_columns(s, coefficients);
        s = ref_xor(s, keys.round[round]);
    }
    return s;
}

struct ref_block ref_aes_inverse(struct ref_block key, struct ref_block cipher)
{
    static const uint8_t coefficients[4] = {14, 11, 13, 9};
    struct round_keys keys;
    struct ref_block s = cipher;

    make_s_boxes();
    keys = expand(key);
    for (int round = 10; round >= 1; round--) {
        s = ref_xor(s, keys.round[round]);
        if (round < 10) s = mix_columns(s, coefficients);
        s = substitute(shift_rows(s, -1), inverse_s_box);
    }
    return ref_xor(s, keys.round[0]);
}

static struct ref_block from_numbers(uint64_t high, uint64_t low)
{
    struct ref_block x;

    for (int i = 0; i < 8; i++) {
        x.byte[i] = (uint8_t)(low >> 8 * i);
        x.byte[8 + i] = (uint8_t)(high >> 8 * i);
    }
    return x;
}

struct ref_block ref_prg(struct ref_block seed, uint64_t stream, uint64_t counter)
{
    return ref_aes(seed, from_numbers(stream, counter));
}

struct ref_block ref_sigma(struct ref_block x)
{
    struct ref_block s;

    for (int i = 0; i < 8; i++) {
        s.byte[i] = x.byte[8 + i];
        s.byte[8 + i] = x.byte[8 + i] ^ x.byte[i];
    }
    return s;
}

struct ref_block ref_tweaked_key(struct ref_block start, uint64_t tweak)
{
    return ref_xor(start, from_numbers(0, tweak));
}

struct ref_block ref_hash(struct ref_block x, uint64_t tweak, struct ref_block start)
{
    struct ref_block s = ref_sigma(x);

    return ref_xor(ref_aes(ref_tweaked_key(start, tweak), s), s);
}

struct ref_block ref_hash_without_sigma(struct ref_block x, uint64_t tweak, struct ref_block start)
{
    return ref_xor(ref_aes(ref_tweaked_key(start, tweak), x), x);
}

/* Horner's rule over the bits of b, from the highest on. */
struct ref_block ref_multiply(struct ref_block a, struct ref_block b)
{
    struct ref_block product = {{0}};

    for (int i = 127; i >= 0; i--) {
        int carry = product.byte[15] >> 7;

        for (int k = 15; k > 0; k--)
            product.byte[k] = (uint8_t)(product.byte[k] << 1 | product.byte[k - 1] >> 7);
        product.byte[0] = (uint8_t)(product.byte[0] << 1);
        if (carry) product.byte[0] ^= 0x87;
        if (b.byte[i / 8] >> i % 8 & 1) product = ref_xor(product, a);
    }
    return product;
}

struct ref_block ref_garble(struct ref_table *table, const struct ref_and *gate,
                            struct ref_block a0, struct ref_block b0, struct ref_block delta)
{
    struct ref_block hash_a0 = gate->hash(a0, gate->tweak_a, gate->start);
    struct ref_block hash_a1 = gate->hash(ref_xor(a0, delta), gate->tweak_a, gate->start);
    struct ref_block hash_b0 = gate->hash(b0, gate->tweak_b, gate->start);
    struct ref_block hash_b1 = gate->hash(ref_xor(b0, delta), gate->tweak_b, gate->start);
    struct ref_block c0 = ref_xor(hash_a0, hash_b0);

    table->t_g = ref_xor(hash_a0, hash_a1);
    if (b0.byte[0] & 1) table->t_g = ref_xor(table->t_g, delta);
    table->t_e = ref_xor(ref_xor(hash_b0, hash_b1), a0);
    if (a0.byte[0] & 1) c0 = ref_xor(c0, table->t_g);
    if (b0.byte[0] & 1) c0 = ref_xor(c0, ref_xor(table->t_e, a0));
    return c0;
}

struct ref_block ref_evaluate(const struct ref_table *table, const struct ref_and *gate,
                              struct ref_block a, struct ref_block b)
{
    struct ref_block c = ref_xor(gate->hash(a, gate->tweak_a, gate->start),
                                 gate->hash(b, gate->tweak_b, gate->start));

    if (a.byte[0] & 1) c = ref_xor(c, table->t_g);
    if (b.byte[0] & 1) c = ref_xor(c, ref_xor(table->t_e, a));
    return c;
}
