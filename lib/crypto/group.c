/* ristretto255 through libsodium; see group.h. */
#include "crypto/group.h"

#include "base/ct.h"
#include "base/memory.h"
#include "base/random.h"

#include <sodium.h>

_Static_assert(GROUP_ELEMENT_LEN == crypto_core_ristretto255_BYTES, "element length");
_Static_assert(GROUP_SCALAR_LEN == crypto_core_ristretto255_SCALARBYTES, "scalar length");
_Static_assert(GROUP_HASH_LEN == crypto_core_ristretto255_HASHBYTES, "hash length");

/* 512 bits reduced modulo the order: within 2^-259 of uniform. Zero, of chance 2^-252, becomes one
 * without a branch. */
void group_random_scalar(group_scalar *scalar)
{
    uint8_t wide[crypto_core_ristretto255_NONREDUCEDSCALARBYTES];

    random_bytes(wide, sizeof wide);
    crypto_core_ristretto255_scalar_reduce(scalar->bytes, wide);
    scalar->bytes[0] |= (uint8_t)sodium_is_zero(scalar->bytes, sizeof scalar->bytes);
    mem_wipe(wide, sizeof wide);
    ct_mark_secret(scalar, sizeof *scalar);
}

/* libsodium's verdict on its operands and product. It is public: for what an honest party computes
 * it is always the same, and a peer's elements are no secret. */
static bool succeeded(int result)
{
    ct_mark_public(&result, sizeof result);
    return result == 0;
}

bool group_is_valid(const group_element *element)
{
    /* All zeros is the identity, and a valid encoding. */
    return crypto_core_ristretto255_is_valid_point(element->bytes) == 1 &&
           sodium_is_zero(element->bytes, sizeof element->bytes) == 0;
}

bool group_base_multiply(group_element *product, const group_scalar *scalar)
{
    group_element made;

    if (!succeeded(crypto_scalarmult_ristretto255_base(made.bytes, scalar->bytes))) return false;
    *product = made;
    mem_wipe(&made, sizeof made);
    return true;
}

bool group_multiply(group_element *product, const group_scalar *scalar,
                    const group_element *element)
{
    group_element made;

    if (!succeeded(crypto_scalarmult_ristretto255(made.bytes, scalar->bytes, element->bytes))) {
        return false;
    }
    *product = made;
    mem_wipe(&made, sizeof made);
    return true;
}

bool group_add(group_element *sum, const group_element *a, const group_element *b)
{
    group_element made;

    if (!succeeded(crypto_core_ristretto255_add(made.bytes, a->bytes, b->bytes))) return false;
    *sum = made;
    mem_wipe(&made, sizeof made);
    return true;
}

bool group_subtract(group_element *difference, const group_element *a, const group_element *b)
{
    group_element made;

    if (!succeeded(crypto_core_ristretto255_sub(made.bytes, a->bytes, b->bytes))) return false;
    *difference = made;
    mem_wipe(&made, sizeof made);
    return true;
}

void group_from_hash(group_element *element, const uint8_t hash[GROUP_HASH_LEN])
{
    (void)crypto_core_ristretto255_from_hash(element->bytes, hash);
}
