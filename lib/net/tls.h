/*
 * TLS 1.3 (RFC 8446) over a transport, through OpenSSL: mutual authentication by pinned Ed25519
 * keys or by an external pre-shared key with ephemeral X25519, TLS_AES_128_GCM_SHA256, and nothing
 * else: no tickets, no resumption, no early data.
 */
#ifndef SOTTO_NET_TLS_H
#define SOTTO_NET_TLS_H

#include "base/checked.h"
#include "net/credentials.h"
#include "net/transport.h"

#define TLS_BINDING_LEN 32

/** A message is cut into records of this many bytes (RFC 8446, 5.1) and the rest. */
#define TLS_RECORD_LEN 16384

struct tls;

/** Has OpenSSL load its algorithms, which takes longer than a handshake, so that this can happen
 *  before the peer is there. Changes nothing else. */
void tls_warm_up(const struct sotto_credentials *credentials);

/** Performs the handshake as the server or the client. credentials and transport must outlive the
 *  handle. SOTTO_ERR_AUTHENTICATION when the peer is refused or refuses us; a client whose key the
 *  server refuses may learn it only from the first tls_receive(), since in TLS 1.3 its handshake
 *  ends before the server has seen its certificate. */
sotto_err tls_open(struct sotto_context *context, struct tls **tls, struct transport *transport,
                   const struct sotto_credentials *credentials, bool is_server) CHECKED;

void tls_free(struct tls *tls);

/** Sends all of data. When that fails because the peer is gone, tls_receive() still works. */
sotto_err tls_send(struct tls *tls, const uint8_t *data, size_t data_len) CHECKED;

/** Receives what there is, at least one byte. SOTTO_ERR_DISCONNECTED at the end of the stream;
 *  SOTTO_ERR_AUTHENTICATION for a forged record or the peer's refusal. */
sotto_err tls_receive(struct tls *tls, uint8_t *data, size_t capacity, size_t *got) CHECKED;

/** Whether bytes from the peer are here that tls_receive() has not given out. */
bool tls_has_input(const struct tls *tls);

/** Exported keying material of this connection (RFC 8446, 7.5). */
sotto_err tls_binding(struct tls *tls, uint8_t binding[TLS_BINDING_LEN]) CHECKED;

/** Tells the peer that nothing follows (close_notify). Failures are of no consequence. */
void tls_close_notify(struct tls *tls);

/** For tests: sends under new keys after every n_records records. */
void tls_set_key_lifetime(struct tls *tls, uint64_t n_records);

/** Records of a tls_send() of so many bytes. */
static inline uint64_t tls_n_records(uint64_t data_len)
{
    return ceil_div_u64(data_len, TLS_RECORD_LEN);
}

/** Bytes that TLS adds to what it carries. */
struct tls_overhead {
    uint64_t handshake[2]; /* from the client, from the server */
    uint64_t record;       /* each */
    uint64_t key_update;
    uint64_t closing; /* close_notify */
};

/** Finds them out by a connection in memory, with credentials that are made for it and thrown away:
 *  how long OpenSSL's messages are is its own matter. SOTTO_ERR_MEMORY or SOTTO_ERR_INTERNAL. */
sotto_err tls_measure(struct sotto_context *context, struct tls_overhead *overhead,
                      sotto_credentials_kind kind) CHECKED;

/** Bytes of a whole connection in one direction, for so many of data in so many records. */
uint64_t tls_len(const struct tls_overhead *overhead, uint64_t data_len, uint64_t n_records,
                 bool is_server);

#endif
