/* Self-signed Ed25519 certificates (RFC 5280, RFC 8410); see certificate.h. */
#include "net/certificate.h"

#include <openssl/evp.h>
#include <sodium.h>
#include <string.h>

#define X509_VERSION_3_FIELD 2

/* The name says nothing: whoever watches the network learns no more than that sotto runs. */
static bool set_names(X509 *certificate)
{
    static const unsigned char name[] = "sotto";
    X509_NAME *subject = X509_get_subject_name(certificate);

    return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, name, -1, -1, 0) == 1 &&
           X509_set_issuer_name(certificate, subject) == 1;
}

static bool fill(X509 *certificate, EVP_PKEY *key_pair)
{
    return X509_set_version(certificate, X509_VERSION_3_FIELD) == 1 &&
           ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(certificate), -CERTIFICATE_CLOCK_SKEW) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(certificate), CERTIFICATE_CLOCK_SKEW) != NULL &&
           set_names(certificate) && X509_set_pubkey(certificate, key_pair) == 1 &&
           X509_sign(certificate, key_pair, NULL) > 0;
}

void certificate_new(X509 **certificate, EVP_PKEY **key_pair,
                     const uint8_t seed[CREDENTIALS_KEY_LEN])
{
    X509 *made = X509_new();
    EVP_PKEY *pair =
        EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, CREDENTIALS_KEY_LEN);

    if (made == NULL || pair == NULL || !fill(made, pair)) {
        X509_free(made);
        EVP_PKEY_free(pair);
        made = NULL;
        pair = NULL;
    }
    *certificate = made;
    *key_pair = pair;
}

bool certificate_key(uint8_t key[CREDENTIALS_KEY_LEN], X509 *certificate)
{
    EVP_PKEY *public_key = X509_get0_pubkey(certificate);
    uint8_t raw[CREDENTIALS_KEY_LEN];
    size_t raw_len = sizeof raw;

    if (public_key == NULL || EVP_PKEY_is_a(public_key, "ED25519") != 1) return false;
    if (EVP_PKEY_get_raw_public_key(public_key, raw, &raw_len) != 1) return false;
    if (raw_len != sizeof raw) return false;
    memcpy(key, raw, sizeof raw);
    return true;
}

const char *certificate_fault(X509 *certificate, const uint8_t pinned[CREDENTIALS_KEY_LEN])
{
    uint8_t key[CREDENTIALS_KEY_LEN];

    if (!certificate_key(key, certificate)) return "does not hold an Ed25519 key";
    if (sodium_memcmp(key, pinned, sizeof key) != 0) return "holds another key";
    if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) != 0 ||
        X509_verify(certificate, X509_get0_pubkey(certificate)) != 1) {
        return "is not signed by its own key";
    }
    return NULL;
}

const char *certificate_time_fault(X509 *certificate)
{
    /* Zero means a time that cannot be read. */
    if (X509_cmp_current_time(X509_get0_notBefore(certificate)) >= 0) return "is not valid yet";
    if (X509_cmp_current_time(X509_get0_notAfter(certificate)) <= 0) return "has expired";
    return NULL;
}
