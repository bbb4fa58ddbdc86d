/* The random oracle; see oracle.h. */
#include "crypto/oracle.h"

#include "base/memory.h"

#include <string.h>

/* libsodium's BLAKE2b fails only on lengths out of range, which these are not. */
static void absorb(struct oracle *oracle, const void *bytes, size_t len)
{
    (void)crypto_generichash_update(&oracle->state, bytes, len);
}

void oracle_begin(struct oracle *oracle, const char *label)
{
    (void)crypto_generichash_init(&oracle->state, NULL, 0, ORACLE_LEN);
    oracle_field(oracle, label, strlen(label));
}

void oracle_field(struct oracle *oracle, const void *field, size_t field_len)
{
    uint64_t len = field_len;

    absorb(oracle, &len, sizeof len);
    if (field_len > 0) absorb(oracle, field, field_len);
}

void oracle_number(struct oracle *oracle, uint64_t number)
{
    oracle_field(oracle, &number, sizeof number);
}

/* The output's length is the last field, so that outputs of two lengths are unrelated; a length
 * other than 32 is BLAKE2b of that length keyed with the digest. */
void oracle_end(struct oracle *oracle, uint8_t *out, size_t out_len)
{
    uint8_t digest[ORACLE_LEN];

    oracle_number(oracle, out_len);
    (void)crypto_generichash_final(&oracle->state, digest, sizeof digest);
    if (out_len == ORACLE_LEN) memcpy(out, digest, sizeof digest);
    else (void)crypto_generichash(out, out_len, NULL, 0, digest, sizeof digest);
    mem_wipe(digest, sizeof digest);
    mem_wipe(oracle, sizeof *oracle);
}
