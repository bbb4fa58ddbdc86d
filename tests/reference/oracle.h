/*
 * BLAKE2b (RFC 7693) and the random oracle on it (RO of PRIMITIVES in sotto-protocol(7)), written
 * from the definitions; like all of this folder, apart from the library and slow.
 */
#ifndef SOTTO_TESTS_REFERENCE_ORACLE_H
#define SOTTO_TESTS_REFERENCE_ORACLE_H

#include <stddef.h>
#include <stdint.h>

/** Without a key; out_len is 1 to 64. */
void ref_blake2b(uint8_t *out, size_t out_len, const uint8_t *in, size_t in_len);

/** The encoding of a label and fields so far. */
struct ref_oracle {
    uint8_t *bytes;
    size_t len;
};

void ref_oracle_begin(struct ref_oracle *oracle, const char *label);
void ref_oracle_field(struct ref_oracle *oracle, const void *field, size_t field_len);
void ref_oracle_number(struct ref_oracle *oracle, uint64_t number);
/** The 32 bytes of RO; frees the encoding. */
void ref_oracle_end(struct ref_oracle *oracle, uint8_t out[32]);

#endif
