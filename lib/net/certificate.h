/* The certificates that carry identities through TLS: self-signed, made anew for each connection,
 * judged by the pinned key and nothing else that they say. */
#ifndef SOTTO_NET_CERTIFICATE_H
#define SOTTO_NET_CERTIFICATE_H

#include "net/credentials.h"

#include <openssl/x509.h>

/** Clocks of the two parties may differ by so many seconds: a certificate is valid from so long
 *  before it was made until so long after. */
#define CERTIFICATE_CLOCK_SKEW (7L * 24 * 60 * 60)

/** Makes a key pair of an Ed25519 seed and a self-signed certificate for it, valid now. Both are
 *  NULL when OpenSSL fails. */
void certificate_new(X509 **certificate, EVP_PKEY **key_pair,
                     const uint8_t seed[CREDENTIALS_KEY_LEN]);

/** The raw Ed25519 public key of a certificate; false when it holds another kind of key. */
bool certificate_key(uint8_t key[CREDENTIALS_KEY_LEN], X509 *certificate);

/** What is wrong with the peer's certificate, in words that follow "the peer's certificate"; NULL
 *  when it holds the pinned key and is signed by it. */
const char *certificate_fault(X509 *certificate, const uint8_t pinned[CREDENTIALS_KEY_LEN]);

/** The same for its times; NULL when it is valid now. */
const char *certificate_time_fault(X509 *certificate);

#endif
