/*
 * ristretto255 (RFC 9496) through libsodium: prime order, no cofactor, canonical encodings only.
 * Scalars are secret; every function is constant time in them.
 */
#ifndef SOTTO_CRYPTO_GROUP_H
#define SOTTO_CRYPTO_GROUP_H

#include <stdbool.h>
#include <stdint.h>

#define GROUP_ELEMENT_LEN 32
#define GROUP_SCALAR_LEN 32
#define GROUP_HASH_LEN 64 /* uniform bytes that make an element */

typedef struct group_element {
    uint8_t bytes[GROUP_ELEMENT_LEN];
} group_element;

typedef struct group_scalar {
    uint8_t bytes[GROUP_SCALAR_LEN];
} group_scalar;

#define GROUP_CHECKED __attribute__((warn_unused_result))

/** A uniform non-zero scalar. */
void group_random_scalar(group_scalar *scalar);

/** Whether bytes encode an element canonically and it is not the identity. For peers' elements. */
bool group_is_valid(const group_element *element) GROUP_CHECKED;

/** product = scalar * G. False when it is the identity (scalar 0). */
bool group_base_multiply(group_element *product, const group_scalar *scalar) GROUP_CHECKED;

/** product = scalar * element. False when element is invalid or the product is the identity. */
bool group_multiply(group_element *product, const group_scalar *scalar,
                    const group_element *element) GROUP_CHECKED;

/** False when an operand is not canonical. */
bool group_add(group_element *sum, const group_element *a, const group_element *b) GROUP_CHECKED;
bool group_subtract(group_element *difference, const group_element *a,
                    const group_element *b) GROUP_CHECKED;

/** The element that uniform bytes hash to; nobody knows its discrete logarithm. */
void group_from_hash(group_element *element, const uint8_t hash[GROUP_HASH_LEN]);

#endif
