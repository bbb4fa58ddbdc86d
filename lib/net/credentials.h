/* Identities, pre-shared keys and peers' public keys: their files, and the handle that holds them
 * in guarded memory. */
#ifndef SOTTO_NET_CREDENTIALS_H
#define SOTTO_NET_CREDENTIALS_H

#include "base/error.h"

#define CREDENTIALS_KEY_LEN 32

/** What helps where the credentials of the two sides do not go together. */
#define CREDENTIALS_HINT                                                                           \
    "both sides need credentials that fit: --identity and the other's key as --peer, or the same " \
    "--psk"

/** Lives in guarded memory as a whole. */
struct sotto_credentials {
    sotto_credentials_kind kind;
    uint8_t secret[CREDENTIALS_KEY_LEN];     /* Ed25519 seed (RFC 8032), or the pre-shared key */
    uint8_t public_key[CREDENTIALS_KEY_LEN]; /* ours; identities only */
    uint8_t peer_key[CREDENTIALS_KEY_LEN];   /* the pinned one; identities only */
};

/** Writes the one-line text of a public key. */
void public_key_text(char text[SOTTO_PUBLIC_KEY_SIZE], const uint8_t key[CREDENTIALS_KEY_LEN]);

#endif
