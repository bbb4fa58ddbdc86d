/* Tests of lib/crypto: the kernels of every instruction set, the PRG, tweaks, oracle and group. */
#include "base/cpu.h"
#include "crypto/group.h"
#include "crypto/hash.h"
#include "crypto/oracle.h"
#include "crypto/prg.h"
#include "tests/support/blocks.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>

/* Lengths that every kernel is tried on: all small ones, and some larger. */
#define N_SMALL 71
static const size_t large_counts[] = {96, 127, 128, 129, 255, 300, 511, 1000};
#define N_LARGE (sizeof large_counts / sizeof large_counts[0])
#define N_COUNTS (N_SMALL + N_LARGE)

static size_t count_number(size_t i)
{
    return i < N_SMALL ? i : large_counts[i - N_SMALL];
}

static block hex_block(const char *hex)
{
    block x;

    ck_assert_int_eq(sodium_hex2bin((uint8_t *)&x, sizeof x, hex, 32, NULL, NULL, NULL), 0);
    return x;
}

static void assert_block(block got, block expected)
{
    ck_assert_mem_eq(&got, &expected, sizeof got);
}

static void assert_ref(block got, struct ref_block expected)
{
    ck_assert_mem_eq(&got, expected.byte, sizeof got);
}

/* A loop test: number isa. An unsupported set is left out, the portable one never. */
static const struct crypto_kernels *kernels_of(int isa)
{
    if (!cpu_force((enum cpu_isa)isa)) return NULL;
    ck_assert_int_eq(crypto_kernels()->isa, isa);
    return crypto_kernels();
}

/* Points to room for n blocks that ends where the heap block ends: sanitizers see an overrun. */
static block *new_blocks(size_t n)
{
    block *blocks = aligned_alloc(sizeof(block), n > 0 ? n * sizeof(block) : sizeof(block));

    ck_assert_ptr_nonnull(blocks);
    return blocks;
}

/* SEC-4: FIPS-197 appendices B and C.1, against the reference. */
START_TEST(reference_aes_known_answers)
{
    struct ref_block key = to_ref(hex_block("2b7e151628aed2a6abf7158809cf4f3c"));
    struct ref_block plain = to_ref(hex_block("3243f6a8885a308d313198a2e0370734"));
    struct ref_block cipher = ref_aes(key, plain);

    assert_ref(hex_block("3925841d02dc09fbdc118597196a0b32"), cipher);
    ck_assert(ref_equal(ref_aes_inverse(key, cipher), plain));
    key = to_ref(hex_block("000102030405060708090a0b0c0d0e0f"));
    plain = to_ref(hex_block("00112233445566778899aabbccddeeff"));
    cipher = ref_aes(key, plain);
    assert_ref(hex_block("69c4e0d86a7b0430d8cdb78070b4c55a"), cipher);
    ck_assert(ref_equal(ref_aes_inverse(key, cipher), plain));
}
END_TEST

/* FIPS-197 appendix A.1. */
START_TEST(key_expansion_known_answers)
{
    static const char *const expected[11] = {
        "2b7e151628aed2a6abf7158809cf4f3c", "a0fafe1788542cb123a339392a6c7605",
        "f2c295f27a96b9435935807a7359f67f", "3d80477d4716fe3e1e237e446d7a883b",
        "ef44a541a8525b7fb671253bdb0bad00", "d4d1c6f87c839d87caf2b8bc11f915bc",
        "6d88a37a110b3efddbf98641ca0093fd", "4e54f70e5f5fc9f384a64fb24ea6dc4f",
        "ead27321b58dbad2312bf5607f8d292f", "ac7766f319fadc2128d12941575c006e",
        "d014f9a8c9ee2589e13f0cc8b6630ca6",
    };
    const struct crypto_kernels *kernels = kernels_of(_i);
    block seed = hex_block(expected[0]);
    struct aes_key key;

    if (kernels == NULL) return;
    kernels->expand_key(&key, &seed);
    for (size_t i = 0; i < 11; i++) assert_block(key.round[i], hex_block(expected[i]));
}
END_TEST

/* FIPS-197 appendices B and C.1 as one-block keystreams: the plaintext is stream and counter. */
START_TEST(aes_known_answers)
{
    static const char *const cases[][3] = {
        {"2b7e151628aed2a6abf7158809cf4f3c", "3243f6a8885a308d313198a2e0370734",
         "3925841d02dc09fbdc118597196a0b32"},
        {"000102030405060708090a0b0c0d0e0f", "00112233445566778899aabbccddeeff",
         "69c4e0d86a7b0430d8cdb78070b4c55a"},
    };
    const struct crypto_kernels *kernels = kernels_of(_i);

    if (kernels == NULL) return;
    for (size_t i = 0; i < 2; i++) {
        block seed = hex_block(cases[i][0]), plain = hex_block(cases[i][1]), out;
        struct aes_key key;

        kernels->expand_key(&key, &seed);
        kernels->keystream(&out, &key, plain.half[1], plain.half[0], 1);
        assert_block(out, hex_block(cases[i][2]));
    }
}
END_TEST

/* Every S-box input in every position of the state, and random keys. */
START_TEST(aes_equals_the_reference)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 3;

    if (kernels == NULL) return;
    for (unsigned i = 0; i < 256; i++) {
        block seed = random_block(&state), x = block_of(0, 0), out;
        struct aes_key key;

        memset(&x, (int)i, sizeof x);
        x = block_xor(x, seed); /* the first S-box layer sees i everywhere */
        kernels->expand_key(&key, &seed);
        kernels->keystream(&out, &key, x.half[1], x.half[0], 1);
        assert_ref(out, ref_aes(to_ref(seed), to_ref(x)));
    }
}
END_TEST

/* All counts, with the counter running over 2^64 in half of them. */
START_TEST(keystream_equals_the_reference)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 4;

    if (kernels == NULL) return;
    for (size_t c = 0; c < N_COUNTS; c++) {
        size_t n = count_number(c);
        block seed = random_block(&state), *out = new_blocks(n);
        uint64_t stream = test_next(&state);
        uint64_t first = c % 2 == 0 ? test_next(&state) : UINT64_C(0) - n / 2;
        struct aes_key key;

        kernels->expand_key(&key, &seed);
        kernels->keystream(out, &key, stream, first, n);
        for (size_t i = 0; i < n; i++) {
            assert_ref(out[i], ref_prg(to_ref(seed), stream, first + i));
        }
        free(out);
    }
}
END_TEST

/* Tweaks whose low 32 bits overflow, and all 64, at every place of a vector. */
static uint64_t first_tweak(size_t c, uint64_t *state)
{
    uint64_t random = test_next(state);

    if (c % 4 == 0) return UINT64_C(0) - c % 23;
    if (c % 4 == 1) return (random & ~UINT64_C(0xffffffff)) - c % 37;
    return random;
}

START_TEST(hash_equals_the_reference)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 5;

    if (kernels == NULL) return;
    for (size_t c = 0; c < N_COUNTS; c++) {
        size_t n = count_number(c);
        block start = random_block(&state), *in = new_blocks(n), *out = new_blocks(n);
        uint64_t first = first_tweak(c, &state);

        for (size_t i = 0; i < n; i++) in[i] = random_block(&state);
        kernels->hash(out, in, &start, first, n);
        for (size_t i = 0; i < n; i++) {
            assert_ref(out[i], ref_hash(to_ref(in[i]), first + i, to_ref(start)));
        }
        kernels->hash(in, in, &start, first, n); /* in place */
        ck_assert(n == 0 || memcmp(in, out, n * sizeof *in) == 0);
        free(in);
        free(out);
    }
}
END_TEST

/* SEC-4: H of fixed inputs; the answers come from another AES (OpenSSL's) and the definition. */
START_TEST(hash_known_answers)
{
    block start = hex_block("000102030405060708090a0b0c0d0e0f");
    block x = hex_block("00112233445566778899aabbccddeeff");
    const struct crypto_kernels *kernels = kernels_of(_i);
    block out;

    if (kernels == NULL) return;
    kernels->hash(&out, &x, &start, 0, 1);
    assert_block(out, hex_block("242cf2151eac7c3756cde5400aafd3b6"));
    kernels->hash(&out, &x, &start, UINT64_C(0x0123456789abcdef), 1);
    assert_block(out, hex_block("7ded6d1d5edbc38c55360d50834d62a2"));
}
END_TEST

static uint64_t bit_of(const block *x, size_t i)
{
    return x->half[i / 64] >> i % 64 & 1;
}

START_TEST(transpose_equals_a_bit_loop)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 6;

    if (kernels == NULL) return;
    for (size_t n = 0; n <= 9; n++) {
        block *columns = new_blocks(128 * n), *rows = new_blocks(128 * n);

        for (size_t i = 0; i < 128 * n; i++) columns[i] = random_block(&state);
        kernels->transpose(rows, columns, n, n);
        for (size_t row = 0; row < 128 * n; row++) {
            for (size_t j = 0; j < 128; j++) {
                uint64_t expected = bit_of(&columns[j * n + row / 128], row % 128);

                ck_assert_uint_eq(bit_of(&rows[row], j), expected);
            }
        }
        free(columns);
        free(rows);
    }
}
END_TEST

/* Larger matrices: equal to the portable kernel, and its own inverse block by block. */
START_TEST(transpose_equals_the_portable_one)
{
    const struct crypto_kernels *kernels = kernels_of(_i);
    uint64_t state = 7;

    if (kernels == NULL) return;
    for (size_t n = 31; n <= 34; n++) {
        block *columns = new_blocks(128 * n), *rows = new_blocks(128 * n);
        block *expected = new_blocks(128 * n);

        for (size_t i = 0; i < 128 * n; i++) columns[i] = random_block(&state);
        kernels->transpose(rows, columns, n, n);
        crypto_kernels_portable.transpose(expected, columns, n, n);
        ck_assert_mem_eq(rows, expected, 128 * n * sizeof *rows);
        kernels->transpose(expected, rows, 1, 1);
        for (size_t j = 0; j < 128; j++) assert_block(expected[j], columns[j * n]);
        free(columns);
        free(rows);
        free(expected);
    }
}
END_TEST

/* The same stream whatever the pieces it is drawn in; other streams differ. */
START_TEST(prg_in_pieces)
{
    block seed = hex_block("2b7e151628aed2a6abf7158809cf4f3c");
    block whole[100], pieces[100], other;
    struct prg prg;

    if (kernels_of(_i) == NULL) return;
    prg_init(&prg, &seed, 7);
    prg_blocks(&prg, whole, 100);
    prg_init(&prg, &seed, 7);
    for (size_t at = 0, len = 0; at < 100; at += len, len++) {
        prg_blocks(&prg, pieces + at, len < 100 - at ? len : 100 - at);
    }
    ck_assert_mem_eq(whole, pieces, sizeof whole);
    for (size_t i = 0; i < 100; i++) assert_ref(whole[i], ref_prg(to_ref(seed), 7, i));
    prg_init(&prg, &seed, 8);
    prg_blocks(&prg, &other, 1);
    ck_assert_mem_ne(&other, &whole[0], sizeof other);
    prg_wipe(&prg);
    for (size_t i = 0; i < sizeof prg; i++) ck_assert_uint_eq(((uint8_t *)&prg)[i], 0);
}
END_TEST

/* SEC-5: tweaks are consecutive and unique; the counter refuses to wrap and stays as it was. */
START_TEST(tweaks_do_not_wrap)
{
    struct label_hash hash = {.start = block_of(1, 2), .next = 10};
    uint64_t first = 99;

    ck_assert(take_tweaks(&hash, &first, 5));
    ck_assert_uint_eq(first, 10);
    ck_assert(take_tweaks(&hash, &first, 0));
    ck_assert_uint_eq(first, 15);
    hash.next = UINT64_MAX - 3;
    ck_assert(take_tweaks(&hash, &first, 2));
    ck_assert_uint_eq(first, UINT64_MAX - 3);
    ck_assert(!take_tweaks(&hash, &first, 2));
    ck_assert_uint_eq(first, UINT64_MAX - 3);
    ck_assert_uint_eq(hash.next, UINT64_MAX - 1);
    ck_assert(!take_tweaks(&hash, &first, UINT64_MAX));
    ck_assert(take_tweaks(&hash, &first, 1));
    ck_assert_uint_eq(first, UINT64_MAX - 1);
    ck_assert(!take_tweaks(&hash, &first, 1));
}
END_TEST

/* RO over a label and two fields. */
static void ask(uint8_t *out, size_t out_len, const char *label, const char *a, const char *b)
{
    struct oracle oracle;

    oracle_begin(&oracle, label);
    oracle_field(&oracle, a, strlen(a));
    oracle_field(&oracle, b, strlen(b));
    oracle_end(&oracle, out, out_len);
}

/* SEC-6: where a field ends, what the label is and how much is asked for all matter. */
START_TEST(oracle_binds_everything)
{
    uint8_t reference[64], answer[64];
    struct oracle oracle;

    ask(reference, 32, "label", "ab", "c");
    ask(answer, 32, "label", "ab", "c");
    ck_assert_mem_eq(reference, answer, 32);
    ask(answer, 32, "label", "a", "bc");
    ck_assert_mem_ne(reference, answer, 32);
    ask(answer, 32, "label", "abc", "");
    ck_assert_mem_ne(reference, answer, 32);
    ask(answer, 32, "labela", "b", "c");
    ck_assert_mem_ne(reference, answer, 32);
    ask(answer, 32, "Label", "ab", "c");
    ck_assert_mem_ne(reference, answer, 32);
    for (size_t len = 16; len <= 64; len++) {
        if (len == 32) continue;
        ask(answer, len, "label", "ab", "c");
        ck_assert_mem_ne(reference, answer, 16);
    }
    oracle_begin(&oracle, "label");
    oracle_field(&oracle, "ab", 2);
    oracle_field(&oracle, "c", 1);
    oracle_number(&oracle, 0);
    oracle_end(&oracle, answer, 32);
    ck_assert_mem_ne(reference, answer, 32);
}
END_TEST

/* RO written out: BLAKE2b-256 over lengths and fields, the output's length last. */
START_TEST(oracle_is_blake2b_of_the_encoding)
{
    static const uint8_t encoding[] = "\x03\0\0\0\0\0\0\0pad\x02\0\0\0\0\0\0\0xy\0\0\0\0\0\0\0\0"
                                      "\x08\0\0\0\0\0\0\0\xef\xcd\xab\x89\x67\x45\x23\x01"
                                      "\x08\0\0\0\0\0\0\0\x20\0\0\0\0\0\0";
    uint8_t expected[32], answer[32];
    struct oracle oracle;

    oracle_begin(&oracle, "pad");
    oracle_field(&oracle, "xy", 2);
    oracle_field(&oracle, NULL, 0);
    oracle_number(&oracle, UINT64_C(0x0123456789abcdef));
    oracle_end(&oracle, answer, sizeof answer);
    crypto_generichash(expected, sizeof expected, encoding, sizeof encoding, NULL, 0);
    ck_assert_mem_eq(answer, expected, sizeof expected);
    for (size_t i = 0; i < sizeof oracle; i++) ck_assert_uint_eq(((uint8_t *)&oracle)[i], 0);
}
END_TEST

static group_element hex_element(const char *hex)
{
    group_element e;

    ck_assert_int_eq(sodium_hex2bin(e.bytes, sizeof e.bytes, hex, 64, NULL, NULL, NULL), 0);
    return e;
}

/* RFC 9496, appendix A.1: i G for i from 1 to 15. */
static const char *const small_multiples[15] = {
    "e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76",
    "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919",
    "94741f5d5d52755ece4f23f044ee27d5d1ea1e2bd196b462166b16152a9d0259",
    "da80862773358b466ffadfe0b3293ab3d9fd53c5ea6c955358f568322daf6a57",
    "e882b131016b52c1d3337080187cf768423efccbb517bb495ab812c4160ff44e",
    "f64746d3c92b13050ed8d80236a7f0007c3b3f962f5ba793d19a601ebb1df403",
    "44f53520926ec81fbd5a387845beb7df85a96a24ece18738bdcfa6a7822a176d",
    "903293d8f2287ebe10e2374dc1a53e0bc887e592699f02d077d5263cdd55601c",
    "02622ace8f7303a31cafc63f8fc48fdc16e1c8c8d234b2f0d6685282a9076031",
    "20706fd788b2720a1ed2a5dad4952b01f413bcf0e7564de8cdc816689e2db95f",
    "bce83f8ba5dd2fa572864c24ba1810f9522bc6004afe95877ac73241cafdab42",
    "e4549ee16b9aa03099ca208c67adafcafa4c3f3e4e5303de6026e3ca8ff84460",
    "aa52e000df2e16f55fb1032fc33bc42742dad6bd5a8fc0be0167436c5948501f",
    "46376b80f409b29dc2b5f6f0c52591990896e5716f41477cd30085ab7f10301e",
    "e0c418f7c8d9c4cdd7395b93ea124f3ad99021bb681dfc3302a9d99a2e53e64e",
};

/* RFC 9496, appendix A.2, with the identity as one more: not elements for us. */
static const char *const bad_encodings[] = {
    /* the identity */
    "0000000000000000000000000000000000000000000000000000000000000000",
    /* not canonical */
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    /* negative */
    "0100000000000000000000000000000000000000000000000000000000000000",
    "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ed57ffd8c914fb201471d1c3d245ce3c746fcbe63a3679d51b6a516ebebe0e20",
    "c34c4e1826e5d403b78e246e88aa051c36ccf0aafebffe137d148a2bf9104562",
    "c940e5a4404157cfb1628b108db051a8d439e1a421394ec4ebccb9ec92a8ac78",
    "47cfc5497c53dc8e61c91d17fd626ffb1c49e2bca94eed052281b510b1117a24",
    "f1c6165d33367351b0da8f6e4511010c68174a03b6581212c71c0e1d026c3c72",
    "87260f7a2f12495118360f02c26a470f450dadf34a413d21042b43b9d93e1309",
    /* x^2 not a square */
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
    "de6a7b00deadc788eb6b6c8d20c0ae96c2f2019078fa604fee5b87d6e989ad7b",
    "bcab477be20861e01e4a0e295284146a510150d9817763caf1a6f4b422d67042",
    "2a292df7e32cababbd9de088d1d1abec9fc0440f637ed2fba145094dc14bea08",
    "f4a9e534fc0d216c44b218fa0c42d99635a0127ee2e53c712f70609649fdff22",
    "8268436f8c4126196cf64b3c7ddbda90746a378625f9813dd9b8457077256731",
    "2810e5cbc2cc4d4eece54f61c6f69758e289aa7ab440b3cbeaa21995c2f4232b",
    /* x y negative */
    "3eb858e78f5a7254d8c9731174a94f76755fd3941c0ac93735c07ba14579630e",
    "a45fdc55c76448c049a1ab33f17023edfb2be3581e9c7aade8a6125215e04220",
    "d483fe813c6ba647ebbfd3ec41adca1c6130c2beeee9d9bf065c8d151c5f396e",
    "8a2e1d30050198c65a54483123960ccc38aef6848e1ec8f5f780e8523769ba32",
    "32888462f8b486c68ad7dd9610be5192bbeaf3b443951ac1a8118419d9fa097b",
    "227142501b9d4355ccba290404bde41575b037693cef1f438c47f8fbf35d1165",
    "5c37cc491da847cfeb9281d407efc41e15144c876e0170b499a96a22ed31e01e",
    "445425117cb8c90edcbc7c1cc0e74f747f2c1efa5630a967c64f287792a48a4b",
    /* y = 0 */
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
};

START_TEST(group_known_answers)
{
    group_element generator = hex_element(small_multiples[0]), sum = generator;

    for (uint8_t i = 1; i <= 15; i++) {
        group_element expected = hex_element(small_multiples[i - 1]), product;
        group_scalar scalar = {{i}};

        ck_assert(group_is_valid(&expected));
        ck_assert(group_base_multiply(&product, &scalar));
        ck_assert_mem_eq(&product, &expected, sizeof product);
        ck_assert(group_multiply(&product, &scalar, &generator));
        ck_assert_mem_eq(&product, &expected, sizeof product);
        ck_assert_mem_eq(&sum, &expected, sizeof sum);
        ck_assert(group_add(&sum, &sum, &generator));
        ck_assert(group_subtract(&product, &sum, &generator));
        ck_assert_mem_eq(&product, &expected, sizeof product);
    }
}
END_TEST

/* SEC-6 */
START_TEST(group_rejects_bad_elements)
{
    group_element bad = hex_element(bad_encodings[_i]), product;
    group_element generator = hex_element(small_multiples[0]);
    group_scalar scalar = {{3}}, zero = {{0}};
    bool is_identity = sodium_is_zero(bad.bytes, sizeof bad.bytes) == 1;

    memset(&product, 0x55, sizeof product);
    ck_assert(!group_is_valid(&bad));
    ck_assert(!group_multiply(&product, &scalar, &bad));
    ck_assert(!group_multiply(&product, &zero, &generator));
    ck_assert(!group_base_multiply(&product, &zero));
    if (!is_identity) {
        ck_assert(!group_add(&product, &generator, &bad));
        ck_assert(!group_add(&product, &bad, &generator));
        ck_assert(!group_subtract(&product, &generator, &bad));
        ck_assert(!group_subtract(&product, &bad, &generator));
    }
    for (size_t i = 0; i < sizeof product; i++) ck_assert_uint_eq(product.bytes[i], 0x55);
}
END_TEST

/* RFC 9496, appendix A.3: from the SHA-512 of these texts. */
START_TEST(group_hashes_known_answers)
{
    static const char *const cases[][2] = {
        {"Ristretto is traditionally a short shot of espresso coffee",
         "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"},
        {"made with the normal amount of ground coffee but extracted with",
         "f26e5b6f7d362d2d2a94c5d0e7602cb4773c95a2e5c31a64f133189fa76ed61b"},
        {"about half the amount of water in the same amount of time",
         "006ccd2a9e6867e6a2c5cea83d3302cc9de128dd2a9a57dd8ee7b9d7ffe02826"},
        {"by using a finer grind.",
         "f8f0c87cf237953c5890aec3998169005dae3eca1fbb04548c635953c817f92a"},
        {"This produces a concentrated shot of coffee per volume.",
         "ae81e7dedf20a497e10c304a765c1767a42d6e06029758d2d7e8ef7cc4c41179"},
        {"Just pulling a normal shot short will produce a weaker shot",
         "e2705652ff9f5e44d3e841bf1c251cf7dddb77d140870d1ab2ed64f1a9ce8628"},
        {"and is not a Ristretto as some believe.",
         "80bd07262511cdde4863f8a7434cef696750681cb9510eea557088f76d9e5065"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        group_element expected = hex_element(cases[i][1]), made;
        uint8_t hash[GROUP_HASH_LEN];

        crypto_hash_sha512(hash, (const uint8_t *)cases[i][0], strlen(cases[i][0]));
        group_from_hash(&made, hash);
        ck_assert_mem_eq(&made, &expected, sizeof made);
        ck_assert(group_is_valid(&made));
    }
}
END_TEST

/* Scalars are reduced, come from the random source and agree: a (b G) = b (a G). */
START_TEST(group_random_scalars_agree)
{
    group_scalar a, b, again, sum;
    group_element a_g, b_g, ab_g, ba_g;

    test_random_seed(11);
    group_random_scalar(&a);
    group_random_scalar(&b);
    ck_assert_mem_ne(&a, &b, sizeof a);
    test_random_seed(11);
    group_random_scalar(&again);
    ck_assert_mem_eq(&a, &again, sizeof a);
    crypto_core_ristretto255_scalar_add(sum.bytes, a.bytes, (const uint8_t[32]){0});
    ck_assert_mem_eq(&a, &sum, sizeof a); /* canonical: adding 0 reduces it no further */
    ck_assert(group_base_multiply(&a_g, &a));
    ck_assert(group_base_multiply(&b_g, &b));
    ck_assert(group_multiply(&ab_g, &a, &b_g));
    ck_assert(group_multiply(&ba_g, &b, &a_g));
    ck_assert_mem_eq(&ab_g, &ba_g, sizeof ab_g);
    ck_assert(group_multiply(&a_g, &a, &a_g)); /* in place */
}
END_TEST

static Suite *crypto_suite(void)
{
    const int n_bad = (int)(sizeof bad_encodings / sizeof bad_encodings[0]);
    Suite *suite = suite_create("crypto");
    TCase *kernels = tcase_create("kernels"), *rest = tcase_create("rest");

    tcase_set_timeout(kernels, 120);
    tcase_add_test(kernels, reference_aes_known_answers);
    tcase_add_loop_test(kernels, key_expansion_known_answers, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, aes_known_answers, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, aes_equals_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, keystream_equals_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, hash_equals_the_reference, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, hash_known_answers, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, transpose_equals_a_bit_loop, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, transpose_equals_the_portable_one, 0, CPU_N_ISAS);
    tcase_add_loop_test(kernels, prg_in_pieces, 0, CPU_N_ISAS);
    suite_add_tcase(suite, kernels);
    tcase_add_test(rest, tweaks_do_not_wrap);
    tcase_add_test(rest, oracle_binds_everything);
    tcase_add_test(rest, oracle_is_blake2b_of_the_encoding);
    tcase_add_test(rest, group_known_answers);
    tcase_add_loop_test(rest, group_rejects_bad_elements, 0, n_bad);
    tcase_add_test(rest, group_hashes_known_answers);
    tcase_add_test(rest, group_random_scalars_agree);
    suite_add_tcase(suite, rest);
    return suite;
}

int main(void)
{
    if (sodium_init() < 0) return EXIT_FAILURE;
    return run_suite(crypto_suite());
}
