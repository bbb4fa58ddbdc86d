/* TLS between two parties of a test: credentials made from bytes, a server and a client. */
#ifndef SOTTO_TESTS_TLS_SESSION_H
#define SOTTO_TESTS_TLS_SESSION_H

#include "net/credentials.h"
#include "tests/unit/parties.h"

#include <sodium.h>
#include <sys/socket.h>

static inline struct sotto_credentials make_identity(uint8_t own, uint8_t peer)
{
    struct sotto_credentials made = {.kind = SOTTO_CREDENTIALS_IDENTITY};
    uint8_t seed[crypto_sign_SEEDBYTES], expanded[crypto_sign_SECRETKEYBYTES];

    memset(seed, peer, sizeof seed);
    crypto_sign_seed_keypair(made.peer_key, expanded, seed);
    memset(made.secret, own, sizeof made.secret);
    crypto_sign_seed_keypair(made.public_key, expanded, made.secret);
    return made;
}

static inline struct sotto_credentials make_psk(uint8_t byte)
{
    struct sotto_credentials made = {.kind = SOTTO_CREDENTIALS_PSK};

    memset(made.secret, byte, sizeof made.secret);
    return made;
}

/* A server and a client over a socket pair. */
struct session {
    struct sotto_credentials credentials[2];
    struct party server, client;
    char addresses[2][16];
};

static inline void session_init(struct session *session, int server_fd, int client_fd)
{
    snprintf(session->addresses[0], sizeof session->addresses[0], "fd:%d", server_fd);
    snprintf(session->addresses[1], sizeof session->addresses[1], "fd:%d", client_fd);
    party_init(&session->server, session->addresses[0], NULL, &session->credentials[0]);
    party_init(&session->client, NULL, session->addresses[1], &session->credentials[1]);
}

static inline void session_open(struct session *session, struct sotto_credentials server,
                                struct sotto_credentials client)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    session->credentials[0] = server;
    session->credentials[1] = client;
    session_init(session, ends[0], ends[1]);
}

static inline void session_run(struct session *session)
{
    party_start(&session->server);
    party_start(&session->client);
    party_join(&session->server);
    party_join(&session->client);
}

static inline void session_wipe(struct session *session)
{
    party_wipe(&session->server);
    party_wipe(&session->client);
}

/* A session that is only opened, with an identity at either end. */
static inline void session_establish(struct session *session)
{
    session_open(session, make_identity(1, 2), make_identity(2, 1));
    session->client.opens_only = true;
    session->server.opens_only = true;
    session_run(session);
    ck_assert_int_eq(session->server.err, SOTTO_OK);
    ck_assert_int_eq(session->client.err, SOTTO_OK);
}

#endif
