/*
 * RO(label, fields...): BLAKE2b-256 over a length-prefixed encoding of a domain-separation label
 * and fields (PRIMITIVES in sotto-protocol(7)). Each field is preceded by its length in 8 bytes.
 */
#ifndef SOTTO_CRYPTO_ORACLE_H
#define SOTTO_CRYPTO_ORACLE_H

#include <sodium.h>
#include <stddef.h>
#include <stdint.h>

#define ORACLE_LEN 32

struct oracle {
    crypto_generichash_state state;
};

void oracle_begin(struct oracle *oracle, const char *label);
void oracle_field(struct oracle *oracle, const void *field, size_t field_len);
void oracle_number(struct oracle *oracle, uint64_t number); /* a field of 8 bytes */
/** Writes out_len bytes, 16 to 64, and wipes the state. Lengths separate domains. */
void oracle_end(struct oracle *oracle, uint8_t *out, size_t out_len);

#endif
