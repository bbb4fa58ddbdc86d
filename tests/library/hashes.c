/* AES and the hash functions of circuits/: the standards' vectors, and OpenSSL on random inputs. */
#include "tests/library/lanes.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#define N_ROUNDS 4 /* of 64 random inputs each */
#define MAX_MESSAGE 512

static void random_bytes_of(uint8_t *bytes, size_t n, uint64_t *seed)
{
    for (size_t i = 0; i < n; i++) bytes[i] = (uint8_t)test_next(seed);
}

/* --------------------------------------------------------------------------------------- AES -- */

static void openssl_aes(uint8_t out[16], const uint8_t *key, unsigned key_bits,
                        const uint8_t block[16])
{
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int n = 0;

    ck_assert_int_eq(EVP_EncryptInit_ex(cipher,
                                        key_bits == 128 ? EVP_aes_128_ecb() : EVP_aes_256_ecb(),
                                        NULL, key, NULL),
                     1);
    ck_assert_int_eq(EVP_EncryptUpdate(cipher, out, &n, block, 16), 1);
    ck_assert_int_eq(n, 16);
    EVP_CIPHER_CTX_free(cipher);
}

static void check_aes(unsigned key_bits, const char *name, const uint8_t known[16])
{
    struct lanes *lanes = lanes_open(name, key_bits + 128, 128);
    uint8_t keys[N_LANES][32], blocks[N_LANES][16], expected[16], got[16];
    uint64_t seed = key_bits;

    for (int round = 0; round < N_ROUNDS; round++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            random_bytes_of(keys[lane], 32, &seed);
            random_bytes_of(blocks[lane], 16, &seed);
            for (unsigned i = 0; lane == 0 && i < 32; i++) keys[0][i] = (uint8_t)i;
            for (unsigned i = 0; lane == 0 && i < 16; i++) blocks[0][i] = (uint8_t)(i * 0x11);
            lanes_set_bytes(lanes, lane, 0, keys[lane], key_bits / 8);
            lanes_set_bytes(lanes, lane, key_bits, blocks[lane], 16);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            openssl_aes(expected, keys[lane], key_bits, blocks[lane]);
            lanes_get_bytes(lanes, lane, 0, got, 16);
            ck_assert_mem_eq(got, expected, 16);
            if (lane == 0) ck_assert_mem_eq(got, known, 16);
        }
    }
    lanes_close(lanes);
}

START_TEST(aes_128) /* FIPS 197, appendix C.1 */
{
    static const uint8_t known[16] = {0x69, 0xc4, 0xe0, 0xd8, 0x6a, 0x7b, 0x04, 0x30,
                                      0xd8, 0xcd, 0xb7, 0x80, 0x70, 0xb4, 0xc5, 0x5a};

    check_aes(128, "aes128", known);
}
END_TEST

START_TEST(aes_256) /* FIPS 197, appendix C.3 */
{
    static const uint8_t known[16] = {0x8e, 0xa2, 0xb7, 0xca, 0x51, 0x67, 0x45, 0xbf,
                                      0xea, 0xfc, 0x49, 0x90, 0x4b, 0x49, 0x60, 0x89};

    check_aes(256, "aes256", known);
}
END_TEST

/* ------------------------------------------------------------------------------------- SHA-2 -- */

static const uint8_t initial_256[32] = {
    0x6a, 0x09, 0xe6, 0x67, 0xbb, 0x67, 0xae, 0x85, 0x3c, 0x6e, 0xf3, 0x72, 0xa5, 0x4f, 0xf5, 0x3a,
    0x51, 0x0e, 0x52, 0x7f, 0x9b, 0x05, 0x68, 0x8c, 0x1f, 0x83, 0xd9, 0xab, 0x5b, 0xe0, 0xcd, 0x19};
static const uint8_t initial_512[64] = {
    0x6a, 0x09, 0xe6, 0x67, 0xf3, 0xbc, 0xc9, 0x08, 0xbb, 0x67, 0xae, 0x85, 0x84, 0xca, 0xa7, 0x3b,
    0x3c, 0x6e, 0xf3, 0x72, 0xfe, 0x94, 0xf8, 0x2b, 0xa5, 0x4f, 0xf5, 0x3a, 0x5f, 0x1d, 0x36, 0xf1,
    0x51, 0x0e, 0x52, 0x7f, 0xad, 0xe6, 0x82, 0xd1, 0x9b, 0x05, 0x68, 0x8c, 0x2b, 0x3e, 0x6c, 0x1f,
    0x1f, 0x83, 0xd9, 0xab, 0xfb, 0x41, 0xbd, 0x6b, 0x5b, 0xe0, 0xcd, 0x19, 0x13, 0x7e, 0x21, 0x79};

static const struct sha2 {
    const char *block, *compress; /* circuits */
    const uint8_t *initial;
    const EVP_MD *(*openssl)(void);
    size_t hash_len, block_len;
} sha2s[] = {
    {"sha256-block", "sha256-compress", initial_256, EVP_sha256, 32, 64},
    {"sha512-block", "sha512-compress", initial_512, EVP_sha512, 64, 128},
};

/* Pads a message of len bytes to n_blocks blocks; lengths here are below 2^13 bits. */
static void pad(uint8_t *padded, const struct sha2 *sha, size_t n_blocks, const uint8_t *message,
                size_t len)
{
    size_t padded_len = n_blocks * sha->block_len;

    memset(padded, 0, padded_len);
    memcpy(padded, message, len);
    padded[len] = 0x80;
    padded[padded_len - 2] = (uint8_t)(len >> 5);
    padded[padded_len - 1] = (uint8_t)(len << 3);
}

static void check_hash(const EVP_MD *kind, const uint8_t *got, const uint8_t *message, size_t len)
{
    uint8_t expected[EVP_MAX_MD_SIZE];
    unsigned expected_len;

    ck_assert_int_eq(EVP_Digest(message, len, expected, &expected_len, kind, NULL), 1);
    ck_assert_mem_eq(got, expected, expected_len);
}

/* Messages of one block, of every length in turn; the first is the standard's "abc". */
START_TEST(sha2_block)
{
    const struct sha2 *sha = &sha2s[_i];
    struct lanes *lanes = lanes_open(sha->block, 8 * sha->block_len, 8 * sha->hash_len);
    size_t max_len = sha->block_len - sha->block_len / 8 - 1;
    uint8_t messages[N_LANES][128] = {{'a', 'b', 'c'}}, padded[128], got[64];
    size_t lens[N_LANES] = {3};
    uint64_t seed = sha->hash_len;

    for (int round = 0; round < N_ROUNDS; round++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            if (round + lane > 0) {
                lens[lane] = (round * N_LANES + lane) % (max_len + 1);
                random_bytes_of(messages[lane], lens[lane], &seed);
            }
            pad(padded, sha, 1, messages[lane], lens[lane]);
            lanes_set_bytes(lanes, lane, 0, padded, sha->block_len);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            lanes_get_bytes(lanes, lane, 0, got, sha->hash_len);
            check_hash(sha->openssl(), got, messages[lane], lens[lane]);
        }
    }
    lanes_close(lanes);
}
END_TEST

/* Messages of three blocks, each block's result the next one's state. */
START_TEST(sha2_compress)
{
    const struct sha2 *sha = &sha2s[_i];
    size_t block_len = sha->block_len, least = 2 * block_len - block_len / 8;
    struct lanes *lanes =
        lanes_open(sha->compress, 8 * (sha->hash_len + block_len), 8 * sha->hash_len);
    uint8_t messages[N_LANES][MAX_MESSAGE], padded[3 * 128], states[N_LANES][64];
    uint64_t seed = sha->hash_len + 1;

    for (unsigned lane = 0; lane < N_LANES; lane++) {
        random_bytes_of(messages[lane], MAX_MESSAGE, &seed);
        memcpy(states[lane], sha->initial, sha->hash_len);
    }
    for (size_t block = 0; block < 3; block++) {
        for (unsigned lane = 0; lane < N_LANES; lane++) {
            pad(padded, sha, 3, messages[lane], least + lane);
            lanes_set_bytes(lanes, lane, 0, states[lane], sha->hash_len);
            lanes_set_bytes(lanes, lane, 8 * sha->hash_len, padded + block * block_len, block_len);
        }
        lanes_run(lanes);
        for (unsigned lane = 0; lane < N_LANES; lane++)
            lanes_get_bytes(lanes, lane, 0, states[lane], sha->hash_len);
    }
    for (unsigned lane = 0; lane < N_LANES; lane++)
        check_hash(sha->openssl(), states[lane], messages[lane], least + lane);
    lanes_close(lanes);
}
END_TEST

START_TEST(hmac)
{
    struct lanes *lanes = lanes_open("hmac-sha256", 512, 256);
    uint8_t keys[N_LANES][32], messages[N_LANES][32], expected[32], got[32];
    uint64_t seed = 198;

    for (unsigned lane = 0; lane < N_LANES; lane++) {
        random_bytes_of(keys[lane], 32, &seed);
        random_bytes_of(messages[lane], 32, &seed);
        lanes_set_bytes(lanes, lane, 0, keys[lane], 32);
        lanes_set_bytes(lanes, lane, 256, messages[lane], 32);
    }
    lanes_run(lanes);
    for (unsigned lane = 0; lane < N_LANES; lane++) {
        ck_assert_ptr_nonnull(
            HMAC(EVP_sha256(), keys[lane], 32, messages[lane], 32, expected, NULL));
        lanes_get_bytes(lanes, lane, 0, got, 32);
        ck_assert_mem_eq(got, expected, 32);
    }
    lanes_close(lanes);
}
END_TEST

/* ------------------------------------------------------------------------------------- SHA-3 -- */

#define RATE 136 /* bytes a block of SHA3-256 */

/* The state is given in two random shares; a message of three blocks is hashed as a sponge. */
static void absorb(struct lanes *lanes, uint8_t states[N_LANES][200],
                   uint8_t messages[N_LANES][MAX_MESSAGE], size_t block, uint64_t *seed)
{
    for (unsigned lane = 0; lane < N_LANES; lane++) {
        uint8_t share[200];
        size_t len = 2 * RATE + lane;

        for (size_t i = 0; i < RATE; i++) {
            size_t at = block * RATE + i;

            states[lane][i] ^= at < len ? messages[lane][at] : at == len ? 6 : 0;
        }
        if (block == 2) states[lane][RATE - 1] ^= 0x80;
        random_bytes_of(share, 200, seed);
        lanes_set_bytes(lanes, lane, 0, share, 200);
        for (size_t i = 0; i < 200; i++) share[i] ^= states[lane][i];
        lanes_set_bytes(lanes, lane, 1600, share, 200);
    }
    lanes_run(lanes);
    for (unsigned lane = 0; lane < N_LANES; lane++)
        lanes_get_bytes(lanes, lane, 0, states[lane], 200);
}

START_TEST(keccak_sponge)
{
    struct lanes *lanes = lanes_open("keccak-f1600", 3200, 1600);
    static uint8_t messages[N_LANES][MAX_MESSAGE], states[N_LANES][200];
    uint64_t seed = 202;

    for (unsigned lane = 0; lane < N_LANES; lane++)
        random_bytes_of(messages[lane], MAX_MESSAGE, &seed);
    for (size_t block = 0; block < 3; block++) absorb(lanes, states, messages, block, &seed);
    for (unsigned lane = 0; lane < N_LANES; lane++)
        check_hash(EVP_sha3_256(), states[lane], messages[lane], 2 * RATE + lane);
    lanes_close(lanes);
}
END_TEST

START_TEST(keccak_of_zero) /* as in the Keccak team's KeccakF-1600-IntermediateValues.txt */
{
    struct lanes *lanes = lanes_open("keccak-f1600", 3200, 1600);

    lanes_run(lanes);
    ck_assert_uint_eq(lanes_get(lanes, 0, 0, 64), UINT64_C(0xf1258f7940e1dde7));
    ck_assert_uint_eq(lanes_get(lanes, 63, 64, 64), UINT64_C(0x84d5ccf933c0478a));
    lanes_close(lanes);
}
END_TEST

START_TEST(sha3_256)
{
    struct lanes *lanes = lanes_open("sha3-256", 512, 256);
    uint8_t messages[N_LANES][64], got[32];
    uint64_t seed = 3;

    for (unsigned lane = 0; lane < N_LANES; lane++) {
        random_bytes_of(messages[lane], 64, &seed);
        lanes_set_bytes(lanes, lane, 0, messages[lane], 64);
    }
    lanes_run(lanes);
    for (unsigned lane = 0; lane < N_LANES; lane++) {
        lanes_get_bytes(lanes, lane, 0, got, 32);
        check_hash(EVP_sha3_256(), got, messages[lane], 64);
    }
    lanes_close(lanes);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("library: hashes");
    TCase *tests = tcase_create("hashes");

    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, aes_128);
    tcase_add_test(tests, aes_256);
    tcase_add_loop_test(tests, sha2_block, 0, 2);
    tcase_add_loop_test(tests, sha2_compress, 0, 2);
    tcase_add_test(tests, hmac);
    tcase_add_test(tests, keccak_sponge);
    tcase_add_test(tests, keccak_of_zero);
    tcase_add_test(tests, sha3_256);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
