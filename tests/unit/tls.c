/* TLS channels: who is let in, who is not, and what an attacker on the wire achieves. */
#include "tests/support/suite.h"
#include "tests/unit/parties.h"

#include "net/credentials.h"
#include "net/tls.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>

/* ------------------------------------------------------------------------------ credentials -- */

static struct sotto_credentials make_identity(uint8_t own, uint8_t peer)
{
    struct sotto_credentials made = {.kind = SOTTO_CREDENTIALS_IDENTITY};
    uint8_t seed[crypto_sign_SEEDBYTES], expanded[crypto_sign_SECRETKEYBYTES];

    memset(seed, peer, sizeof seed);
    crypto_sign_seed_keypair(made.peer_key, expanded, seed);
    memset(made.secret, own, sizeof made.secret);
    crypto_sign_seed_keypair(made.public_key, expanded, made.secret);
    return made;
}

static struct sotto_credentials make_psk(uint8_t byte)
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

static void session_init(struct session *session, int server_fd, int client_fd)
{
    snprintf(session->addresses[0], sizeof session->addresses[0], "fd:%d", server_fd);
    snprintf(session->addresses[1], sizeof session->addresses[1], "fd:%d", client_fd);
    party_init(&session->server, session->addresses[0], NULL, &session->credentials[0]);
    party_init(&session->client, NULL, session->addresses[1], &session->credentials[1]);
}

static void session_open(struct session *session, struct sotto_credentials server,
                         struct sotto_credentials client)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    session->credentials[0] = server;
    session->credentials[1] = client;
    session_init(session, ends[0], ends[1]);
}

static void session_run(struct session *session)
{
    party_start(&session->server);
    party_start(&session->client);
    party_join(&session->server);
    party_join(&session->client);
}

static void session_wipe(struct session *session)
{
    party_wipe(&session->server);
    party_wipe(&session->client);
}

START_TEST(two_identities_meet)
{
    struct session session;
    char key[SOTTO_PUBLIC_KEY_SIZE];

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    public_key_text(key, session.credentials[0].peer_key);
    ck_assert_str_eq(sotto_channel_peer(session.server.channel), key);
    ck_assert_ptr_nonnull(strstr(session.server.connected, key));
    public_key_text(key, session.credentials[1].peer_key);
    ck_assert_str_eq(sotto_channel_peer(session.client.channel), key);
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.server.channel),
                      sotto_channel_bytes_received(session.client.channel));
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.client.channel),
                      sotto_channel_bytes_received(session.server.channel));
    ck_assert_uint_lt(session.client.opening_sent, 700);
    ck_assert_uint_lt(session.server.opening_sent, 700);
    ck_assert_int_eq(session.server.n_plaintext, 0);
    session_wipe(&session);
}
END_TEST

START_TEST(a_throw_away_pair_meets)
{
    struct session session;
    sotto_credentials *one, *other;

    session_open(&session, make_psk(0), make_psk(0));
    ck_assert_int_eq(sotto_credentials_pair(session.server.context, &one, &other), SOTTO_OK);
    session.server.options.credentials = one;
    session.client.options.credentials = other;
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    session_wipe(&session);
    sotto_credentials_free(one);
    sotto_credentials_free(other);
}
END_TEST

START_TEST(a_shared_key_lets_in)
{
    struct session session;

    session_open(&session, make_psk(7), make_psk(7));
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    ck_assert_str_eq(sotto_channel_peer(session.server.channel), "psk");
    ck_assert_str_eq(sotto_channel_peer(session.client.channel), "psk");
    ck_assert_uint_lt(session.client.opening_sent + session.server.opening_sent, 800);
    session_wipe(&session);
}
END_TEST

/* SEC-11: the binding is the same at both ends and never the same again. */
START_TEST(bindings_are_shared_and_fresh)
{
    uint8_t earlier[CHANNEL_BINDING_LEN] = {0};

    for (int i = 0; i < 4; i++) {
        struct session session;
        bool psk = i % 2 == 1;

        session_open(&session, psk ? make_psk(7) : make_identity(1, 2),
                     psk ? make_psk(7) : make_identity(2, 1));
        session_run(&session);
        ck_assert_mem_eq(session.server.binding, session.client.binding, CHANNEL_BINDING_LEN);
        ck_assert_mem_ne(session.server.binding, earlier, CHANNEL_BINDING_LEN);
        memcpy(earlier, session.server.binding, sizeof earlier);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: who is refused. A peer that is refused after its own side of the handshake has ended
 * hears of it at its first receive. */
static const struct {
    const char *name;
    char kinds[2]; /* of server and client: i identity, p pre-shared key */
    uint8_t server[2], client[2];
    const char *server_says, *client_says;
} refusals[] = {
    {"the server pins another key", "ii", {1, 3}, {2, 1}, "holds another key", "refused our"},
    {"the client pins another key", "ii", {1, 2}, {2, 3}, "refused our", "holds another key"},
    {"both pin other keys", "ii", {1, 3}, {2, 4}, "refused our", "holds another key"},
    {"the keys are swapped", "ii", {1, 1}, {2, 2}, "refused our", "holds another key"},
    {"two pre-shared keys", "pp", {7, 0}, {8, 0}, "another pre-shared key", "refused our"},
    {"psk against identity", "pi", {7, 0}, {2, 1}, "credentials are of another kind", "refused"},
    {"identity against psk", "ip", {1, 2}, {7, 0}, "refused our", "pre-shared key is"},
};

static struct sotto_credentials make(char kind, const uint8_t bytes[2])
{
    return kind == 'i' ? make_identity(bytes[0], bytes[1]) : make_psk(bytes[0]);
}

START_TEST(unfitting_credentials_are_refused)
{
    struct session session;

    session_open(&session, make(refusals[_i].kinds[0], refusals[_i].server),
                 make(refusals[_i].kinds[1], refusals[_i].client));
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert_int_eq(session.client.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert_message(session.server.context, refusals[_i].server_says);
    ck_assert_message(session.client.context, refusals[_i].client_says);
    ck_assert(!session.server.opened);
    ck_assert_uint_lt(session.server.elapsed, 3000);
    ck_assert_uint_lt(session.client.elapsed, 3000);
    session_wipe(&session);
}
END_TEST

/* The refusal is reported as such though a failed send comes before the first receive. */
START_TEST(a_refusal_is_heard_by_a_party_that_sends)
{
    struct session session;
    sotto_err err = SOTTO_OK;

    session_open(&session, make_identity(1, 3), make_identity(2, 1));
    session.client.opens_only = true;
    session_run(&session);
    ck_assert(session.client.opened);
    for (int i = 0; i < 1000 && err == SOTTO_OK; i++) {
        err = channel_send(session.client.channel, (const uint8_t *)"x", 1);
    }
    ck_assert_int_eq(err, SOTTO_ERR_AUTHENTICATION);
    ck_assert_message(session.client.context, "refused our identity");
    session_wipe(&session);
}
END_TEST

/* ------------------------------------------------------------------- peers of another making -- */

/** A TLS peer that is not ours, for one handshake over a descriptor. */
struct stranger {
    bool is_server;
    int version; /* TLS1_2_VERSION or TLS1_3_VERSION */
    bool has_certificate;
    uint8_t seed;     /* of the certificate's key */
    uint8_t signer;   /* of the key that signs it */
    long from, until; /* seconds from now */
    bool has_chain;   /* a second certificate is sent along */
    bool uses_p256;   /* instead of Ed25519 */
    int fd;
    pthread_t thread;
    bool connected;
    char heard[GREETING_LEN];
};

static EVP_PKEY *stranger_key(uint8_t seed)
{
    uint8_t raw[32];

    memset(raw, seed, sizeof raw);
    return EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, raw, sizeof raw);
}

static X509 *stranger_certificate(const struct stranger *stranger, EVP_PKEY *key)
{
    EVP_PKEY *signer = stranger->uses_p256 ? NULL : stranger_key(stranger->signer);
    X509 *made = X509_new();

    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), 1);
    X509_gmtime_adj(X509_getm_notBefore(made), stranger->from);
    X509_gmtime_adj(X509_getm_notAfter(made), stranger->until);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC,
                               (const unsigned char *)"sotto", -1, -1, 0);
    X509_set_issuer_name(made, X509_get_subject_name(made));
    X509_set_pubkey(made, key);
    if (signer != NULL) ck_assert_int_gt(X509_sign(made, signer, NULL), 0);
    else ck_assert_int_gt(X509_sign(made, key, EVP_sha256()), 0);
    EVP_PKEY_free(signer);
    return made;
}

static void give_certificate(const struct stranger *stranger, SSL_CTX *settings)
{
    EVP_PKEY *key = stranger->uses_p256 ? EVP_EC_gen("P-256") : stranger_key(stranger->seed);
    X509 *certificate = stranger_certificate(stranger, key);

    ck_assert_int_eq(SSL_CTX_use_certificate(settings, certificate), 1);
    ck_assert_int_eq(SSL_CTX_use_PrivateKey(settings, key), 1);
    if (stranger->has_chain) SSL_CTX_add1_chain_cert(settings, certificate);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void *stranger_run(void *user)
{
    struct stranger *stranger = user;
    SSL_CTX *settings = SSL_CTX_new(TLS_method());
    struct timeval patience = {.tv_sec = 5};
    SSL *ssl;

    setsockopt(stranger->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    SSL_CTX_set_min_proto_version(settings, stranger->version);
    SSL_CTX_set_max_proto_version(settings, stranger->version);
    if (stranger->has_certificate) give_certificate(stranger, settings);
    ssl = SSL_new(settings);
    SSL_set_fd(ssl, stranger->fd);
    if (stranger->is_server) SSL_set_accept_state(ssl);
    else SSL_set_connect_state(ssl);
    stranger->connected = SSL_do_handshake(ssl) == 1 && SSL_write(ssl, "hello", 5) == 5 &&
                          SSL_read(ssl, stranger->heard, GREETING_LEN) == GREETING_LEN;
    SSL_free(ssl);
    SSL_CTX_free(settings);
    close(stranger->fd);
    ERR_clear_error();
    return NULL;
}

#define DAY (24L * 60 * 60)

static const struct {
    struct stranger stranger;
    const char *says; /* NULL: let in */
} strangers[] = {
    /* The first shows that the others fail for the reason that is theirs. */
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = -DAY, .until = DAY}, NULL},
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = -DAY, .until = -60}, "has expired"},
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = 60, .until = DAY}, "not valid yet"},
    {{.has_certificate = true, .seed = 2, .signer = 3, .from = -DAY, .until = DAY},
     "not signed by its own key"},
    {{.has_certificate = true, .seed = 3, .signer = 3, .from = -DAY, .until = DAY},
     "holds another key"},
    {{.has_certificate = true,
      .seed = 2,
      .signer = 2,
      .from = -DAY,
      .until = DAY,
      .has_chain = true},
     "is one of a chain"},
    {{.has_certificate = true, .uses_p256 = true, .from = -DAY, .until = DAY}, ""},
    {{.has_certificate = false}, ""},
    {{.has_certificate = true,
      .seed = 2,
      .signer = 2,
      .from = -DAY,
      .until = DAY,
      .version = TLS1_2_VERSION},
     "TLS"},
};

/* SEC-12: as a client (loop index even) and as a server (odd). */
START_TEST(strangers_are_judged_by_the_pinned_key)
{
    struct stranger stranger = strangers[_i / 2].stranger;
    const char *says = strangers[_i / 2].says;
    struct sotto_credentials credentials = make_identity(1, 2);
    struct party party;
    char address[16];
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    stranger.is_server = _i % 2 == 1;
    stranger.fd = ends[1];
    if (stranger.version == 0) stranger.version = TLS1_3_VERSION;
    party_init(&party, stranger.is_server ? NULL : address, stranger.is_server ? address : NULL,
               &credentials);
    ck_assert_int_eq(pthread_create(&stranger.thread, NULL, stranger_run, &stranger), 0);
    party_run(&party);
    pthread_join(stranger.thread, NULL);
    if (says == NULL) {
        ck_assert_int_eq(party.err, SOTTO_OK);
        ck_assert(stranger.connected);
        ck_assert_mem_eq(stranger.heard, "hello", GREETING_LEN);
    } else {
        ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
        ck_assert(!party.opened);
        ck_assert(!stranger.connected);
        ck_assert_message(party.context, says);
    }
    ck_assert_uint_lt(party.elapsed, 3000);
    party_wipe(&party);
}
END_TEST

/* The pre-shared key is asked of everybody: a stranger without it, whatever else it shows. */
START_TEST(strangers_without_the_shared_key_are_refused)
{
    struct stranger stranger = strangers[0].stranger;
    struct sotto_credentials credentials = make_psk(7);
    struct party party;
    char address[16];
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    stranger.is_server = _i == 1;
    stranger.fd = ends[1];
    stranger.version = TLS1_3_VERSION;
    party_init(&party, _i == 0 ? address : NULL, _i == 1 ? address : NULL, &credentials);
    ck_assert_int_eq(pthread_create(&stranger.thread, NULL, stranger_run, &stranger), 0);
    party_run(&party);
    pthread_join(stranger.thread, NULL);
    ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert(!party.opened && !stranger.connected);
    party_wipe(&party);
}
END_TEST

static void run_against_bytes(struct party *party, const char *bytes, bool closes)
{
    static struct sotto_credentials credentials;
    char address[16];
    int ends[2];

    credentials = make_identity(1, 2);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(party, address, NULL, &credentials);
    party->options.idle_timeout = 200;
    ck_assert_int_eq(write(ends[1], bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    if (closes) shutdown(ends[1], SHUT_WR);
    party_run(party);
    close(ends[1]);
}

START_TEST(plaintext_is_refused_by_tls)
{
    struct party party;

    run_against_bytes(&party, "SOTTO hello, this is no TLS", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert_message(party.context, "does not speak TLS");
    party_wipe(&party);
    run_against_bytes(&party, "GET / HTTP/1.0\r\n\r\n", true);
    ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
    party_wipe(&party);
}
END_TEST

START_TEST(a_silent_or_vanished_caller_is_no_refusal)
{
    struct party party;

    run_against_bytes(&party, "", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "no sign of life from the peer for 200 ms");
    ck_assert_uint_lt(party.elapsed, 1000);
    party_wipe(&party);
    run_against_bytes(&party, "\x16\x03\x01", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "did not complete the TLS handshake within 200 ms");
    party_wipe(&party);
    run_against_bytes(&party, "\x16\x03\x01", true);
    ck_assert_int_eq(party.err, SOTTO_ERR_DISCONNECTED);
    party_wipe(&party);
}
END_TEST

/* A record that comes byte by byte: each is a sign of life, yet the handshake ends in time. */
static void *drip(void *user)
{
    static const uint8_t record[] = {0x16, 0x03, 0x01, 0x10, 0x00, 0x01, 0x00, 0x0f, 0xfc};
    int fd = *(int *)user;

    for (size_t i = 0; i < 100; i++) {
        if (send(fd, &record[i < sizeof record ? i : 3], 1, MSG_NOSIGNAL) != 1) break;
        usleep(20 * 1000);
    }
    return NULL;
}

START_TEST(a_dripping_caller_is_shown_the_door)
{
    struct sotto_credentials credentials = make_identity(1, 2);
    struct party party;
    pthread_t thread;
    char address[16];
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(&party, address, NULL, &credentials);
    party.options.idle_timeout = 200;
    ck_assert_int_eq(pthread_create(&thread, NULL, drip, &ends[1]), 0);
    party_run(&party);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_uint_ge(party.elapsed, 200);
    ck_assert_uint_lt(party.elapsed, 1000);
    pthread_join(thread, NULL);
    close(ends[1]);
    party_wipe(&party);
}
END_TEST

/* ------------------------------------------------------------------- attackers on the wire -- */

#define NEVER UINT64_MAX

/** Carries bytes between two descriptors and does one thing to them. Direction 0 is from the
 *  client to the server. */
struct proxy {
    int fds[2]; /* towards the client, towards the server */
    int direction;
    uint64_t cut_at;  /* closes both connections after so many bytes */
    uint64_t flip_at; /* flips a bit of this byte */
    int bit;
    uint64_t carried[2];
    uint8_t record[2][8192];
    pthread_t thread;
};

/* Carries one portion; false at the end of that direction. */
static bool carry(struct proxy *proxy, int direction)
{
    uint8_t data[4096];
    uint64_t at = proxy->carried[direction];
    ssize_t n = recv(proxy->fds[direction], data, sizeof data, 0);

    if (n <= 0) return false;
    if (direction == proxy->direction) {
        if (proxy->cut_at - at < (uint64_t)n) n = (ssize_t)(proxy->cut_at - at);
        if (proxy->flip_at >= at && proxy->flip_at < at + (uint64_t)n) {
            data[proxy->flip_at - at] ^= (uint8_t)(1 << proxy->bit);
        }
    }
    if (at + (uint64_t)n <= sizeof proxy->record[0]) {
        memcpy(proxy->record[direction] + at, data, (size_t)n);
    }
    proxy->carried[direction] += (uint64_t)n;
    if (send(proxy->fds[!direction], data, (size_t)n, MSG_NOSIGNAL) < 0) return false;
    return direction != proxy->direction || proxy->carried[direction] < proxy->cut_at;
}

static void *proxy_run(void *user)
{
    struct proxy *proxy = user;
    bool open[2] = {true, true};

    while (open[0] || open[1]) {
        struct pollfd waits[2] = {{.fd = open[0] ? proxy->fds[0] : -1, .events = POLLIN},
                                  {.fd = open[1] ? proxy->fds[1] : -1, .events = POLLIN}};

        if (proxy->carried[proxy->direction] >= proxy->cut_at) break;
        poll(waits, 2, -1);
        for (int i = 0; i < 2; i++) {
            if (waits[i].revents == 0 || carry(proxy, i)) continue;
            open[i] = false;
            shutdown(proxy->fds[!i], SHUT_WR);
        }
    }
    close(proxy->fds[0]);
    close(proxy->fds[1]);
    return NULL;
}

/* Runs a session of greetings through the proxy. */
static void session_through(struct session *session, struct proxy *proxy, bool psk)
{
    int client[2], server[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, client), 0);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, server), 0);
    session->credentials[0] = psk ? make_psk(7) : make_identity(1, 2);
    session->credentials[1] = psk ? make_psk(7) : make_identity(2, 1);
    session_init(session, server[0], client[0]);
    session->server.options.idle_timeout = 300;
    session->client.options.idle_timeout = 300;
    proxy->fds[0] = client[1];
    proxy->fds[1] = server[1];
    ck_assert_int_eq(pthread_create(&proxy->thread, NULL, proxy_run, proxy), 0);
    session_run(session);
    if (!session->server.opened) sotto_channel_free(session->server.channel);
    pthread_join(proxy->thread, NULL);
}

static struct proxy idle_proxy(int direction)
{
    return (struct proxy){.direction = direction, .cut_at = NEVER, .flip_at = NEVER};
}

/* SEC-13: a peer that goes after any byte of the handshake, or of the greeting behind it, is
 * never taken for one that has said all. */
START_TEST(a_cut_at_any_byte_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    struct proxy proxy = idle_proxy(direction);
    struct session session;
    uint64_t handshake, end;

    session_through(&session, &proxy, psk);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    handshake = direction == 0 ? session.client.opening_sent : session.server.opening_sent;
    end = handshake + 5 + GREETING_LEN + 17; /* a record header, and the tag and type behind */
    session_wipe(&session);
    for (uint64_t at = 0; at < end; at++) {
        struct party *deaf = direction == 0 ? &session.server : &session.client;

        proxy = idle_proxy(direction);
        proxy.cut_at = at;
        session_through(&session, &proxy, psk);
        ck_assert_msg(deaf->err == SOTTO_ERR_DISCONNECTED, "cut at %d: %d", (int)at, deaf->err);
        ck_assert_int_eq(deaf->opened, at >= handshake);
        ck_assert_uint_lt(session.server.elapsed, 2500);
        ck_assert_uint_lt(session.client.elapsed, 2500);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: no bit of what is encrypted can be changed unnoticed; the exceptions are the version
 * bytes of plaintext record headers, which RFC 8446, 5.1 has the receiver ignore. */
START_TEST(a_flipped_bit_is_noticed)
{
    int direction = _i % 2;
    bool psk = _i / 2 == 1;
    struct proxy proxy = idle_proxy(direction);
    struct session session;
    uint64_t handshake, end;

    session_through(&session, &proxy, psk);
    handshake = direction == 0 ? session.client.opening_sent : session.server.opening_sent;
    end = handshake + 5 + GREETING_LEN + 17;
    session_wipe(&session);
    for (uint64_t at = 0; at < end; at += at < handshake ? 3 : 1) {
        struct party *deaf = direction == 0 ? &session.server : &session.client;

        if (at == 1 || at == 2) continue;
        proxy = idle_proxy(direction);
        proxy.flip_at = at;
        proxy.bit = (int)(at % 8);
        session_through(&session, &proxy, psk);
        ck_assert_msg(deaf->err != SOTTO_OK, "bit of byte %d flipped", (int)at);
        if (at >= handshake && at != handshake + 3 && at != handshake + 4) {
            ck_assert_int_eq(deaf->err, SOTTO_ERR_AUTHENTICATION);
        }
        ck_assert_uint_lt(deaf->elapsed, 2500);
        session_wipe(&session);
    }
}
END_TEST

/* SEC-12: what a client sent once is worth nothing to whoever recorded it. */
START_TEST(a_replayed_client_is_refused)
{
    struct proxy proxy = idle_proxy(0);
    struct session session;
    struct party server;
    char address[16];
    int ends[2];

    session_through(&session, &proxy, _i == 1);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(&server, address, NULL, &session.credentials[0]);
    ck_assert_int_eq(write(ends[1], proxy.record[0], proxy.carried[0]), (ssize_t)proxy.carried[0]);
    shutdown(ends[1], SHUT_WR);
    party_run(&server);
    ck_assert_int_eq(server.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert(!server.opened);
    close(ends[1]);
    party_wipe(&server);
    session_wipe(&session);
}
END_TEST

/* -------------------------------------------------------------------------------- the stream -- */

/* An end without it is a_cut_at_any_byte_is_noticed(). */
START_TEST(a_freed_channel_sends_close_notify)
{
    struct session session;
    uint64_t before;
    uint8_t byte;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    ck_assert_int_eq(session.server.err, SOTTO_OK);
    before = sotto_channel_bytes_received(session.server.channel);
    sotto_channel_free(session.client.channel);
    session.client.channel = NULL;
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_DISCONNECTED);
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_DISCONNECTED);
    /* One record: header, alert, type and tag. */
    ck_assert_uint_eq(sotto_channel_bytes_received(session.server.channel) - before,
                      5 + 2 + 1 + 16);
    session_wipe(&session);
}
END_TEST

/* What TLS adds is known before: to the handshake of either end, to messages and at the end. */
START_TEST(overhead_is_as_measured)
{
    static const uint8_t message[40000]; /* three records */
    sotto_credentials_kind kind = (sotto_credentials_kind)_i;
    struct tls_overhead overhead;
    uint8_t heard[sizeof message + 1];
    struct session session;

    if (kind == SOTTO_CREDENTIALS_PSK) session_open(&session, make_psk(7), make_psk(7));
    else session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    ck_assert_int_eq(tls_measure(session.server.context, &overhead, kind), SOTTO_OK);
    ck_assert_uint_eq(session.client.opening_sent, overhead.handshake[0]);
    ck_assert_uint_eq(session.server.opening_sent, overhead.handshake[1]);
    ck_assert_int_eq(channel_send(session.client.channel, message, sizeof message), SOTTO_OK);
    channel_end_sending(session.client.channel);
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.client.channel),
                      tls_len(&overhead, sizeof message, 3, false));
    /* Who has said all can still listen. */
    ck_assert_int_eq(channel_send(session.server.channel, message, 2), SOTTO_OK);
    ck_assert_int_eq(channel_receive(session.client.channel, heard, 2), SOTTO_OK);
    channel_end_sending(session.server.channel);
    channel_await_end(session.client.channel);
    ck_assert_uint_eq(sotto_channel_bytes_received(session.client.channel),
                      tls_len(&overhead, 2, 1, true));
    ck_assert_int_eq(channel_send(session.client.channel, message, 1), SOTTO_ERR_USAGE);
    session_wipe(&session);
}
END_TEST

/* A peer that never ends its side is not waited for for long. */
START_TEST(the_end_is_not_awaited_for_ever)
{
    struct session session;
    uint64_t started;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    channel_end_sending(session.client.channel);
    started = clock_now();
    channel_await_end(session.client.channel);
    ck_assert_uint_ge(clock_now() - started, 900);
    ck_assert_uint_lt(clock_now() - started, 5000);
    session_wipe(&session);
}
END_TEST

START_TEST(measuring_fails_cleanly)
{
    struct sotto_context *context = test_context();
    sotto_err err = SOTTO_ERR_MEMORY;

    for (uint64_t n = 1; err != SOTTO_OK; n++) {
        struct tls_overhead overhead;

        test_heap_fail_at(n);
        err = tls_measure(context, &overhead, SOTTO_CREDENTIALS_IDENTITY);
        test_heap_fail_at(0);
        ck_assert(err == SOTTO_OK || err == SOTTO_ERR_MEMORY);
        ck_assert_uint_lt(n, 100);
        if (n == 1) ck_assert_int_eq(err, SOTTO_ERR_MEMORY);
    }
    sotto_context_free(context);
}
END_TEST

START_TEST(last_words_are_heard_over_tls)
{
    struct session session;
    uint8_t words[5];
    sotto_err err = SOTTO_OK;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    ck_assert_int_eq(channel_send(session.client.channel, (const uint8_t *)"abort", 5), SOTTO_OK);
    sotto_channel_free(session.client.channel);
    session.client.channel = NULL;
    for (int i = 0; i < 100 && err == SOTTO_OK; i++) {
        err = channel_send(session.server.channel, (const uint8_t *)"x", 1);
    }
    ck_assert_int_eq(err, SOTTO_ERR_DISCONNECTED);
    ck_assert(channel_readable(session.server.channel));
    ck_assert_int_eq(channel_receive(session.server.channel, words, 5), SOTTO_OK);
    ck_assert_mem_eq(words, "abort", 5);
    session_wipe(&session);
}
END_TEST

START_TEST(silence_after_the_handshake_is_a_timeout)
{
    struct session session;
    uint8_t byte;
    uint64_t started;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session.server.options.idle_timeout = 100;
    session_run(&session);
    started = clock_now();
    ck_assert_int_eq(channel_receive(session.server.channel, &byte, 1), SOTTO_ERR_TIMEOUT);
    ck_assert_message(session.server.context, "no sign of life from the peer for 100 ms");
    ck_assert_uint_lt(clock_now() - started, 600);
    session_wipe(&session);
}
END_TEST

START_TEST(an_interrupt_ends_a_handshake)
{
    struct session session;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    party_start(&session.server);
    usleep(50 * 1000);
    sotto_context_interrupt(session.server.context);
    party_join(&session.server);
    ck_assert_int_eq(session.server.err, SOTTO_ERR_INTERRUPTED);
    ck_assert_uint_lt(session.server.elapsed, 1000);
    session_wipe(&session);
}
END_TEST

#define BULK_LEN ((size_t)64 << 20)

static void *send_bulk(void *user)
{
    struct party *party = user;
    uint8_t *data = malloc(BULK_LEN);

    for (size_t i = 0; i < BULK_LEN; i++) data[i] = (uint8_t)(i * 7 + (i >> 16));
    party->err = channel_send(party->channel, data, BULK_LEN);
    free(data);
    return NULL;
}

START_TEST(bulk_data_arrive_whole_over_tls)
{
    struct session session;
    uint8_t *data = malloc(BULK_LEN);
    uint64_t state = 3;

    session_open(&session, make_identity(1, 2), make_identity(2, 1));
    session.client.opens_only = true;
    session.server.opens_only = true;
    session_run(&session);
    ck_assert_int_eq(pthread_create(&session.client.thread, NULL, send_bulk, &session.client), 0);
    for (size_t at = 0; at < BULK_LEN;) {
        size_t piece = (size_t)(test_next(&state) % 200000);

        if (piece > BULK_LEN - at) piece = BULK_LEN - at;
        ck_assert_int_eq(channel_receive(session.server.channel, data + at, piece), SOTTO_OK);
        at += piece;
    }
    party_join(&session.client);
    ck_assert_int_eq(session.client.err, SOTTO_OK);
    for (size_t i = 0; i < BULK_LEN; i++) {
        if (data[i] != (uint8_t)(i * 7 + (i >> 16))) ck_abort_msg("byte %zu differs", i);
    }
    ck_assert_uint_eq(sotto_channel_bytes_sent(session.client.channel),
                      sotto_channel_bytes_received(session.server.channel));
    free(data);
    session_wipe(&session);
}
END_TEST

/* One end of TLS without a channel around it. */
struct bare {
    struct sotto_context *context;
    struct sotto_credentials credentials;
    struct deadline deadline;
    struct transport transport;
    struct tls *tls;
    sotto_err err;
    pthread_t thread;
};

#define N_MESSAGES 50

/* Sends under keys that last for three records only. */
static void *renewing_sender(void *user)
{
    struct bare *bare = user;
    uint8_t message[100];

    bare->err = tls_open(bare->context, &bare->tls, &bare->transport, &bare->credentials, false);
    if (bare->err == SOTTO_OK) tls_set_key_lifetime(bare->tls, 3);
    for (int i = 0; i < N_MESSAGES && bare->err == SOTTO_OK; i++) {
        memset(message, i, sizeof message);
        bare->err = tls_send(bare->tls, message, sizeof message);
    }
    return NULL;
}

START_TEST(keys_are_renewed)
{
    struct tls_overhead overhead;
    struct bare ends[2];
    int fds[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    for (int i = 0; i < 2; i++) {
        memset(&ends[i], 0, sizeof ends[i]);
        ends[i].context = test_context();
        ends[i].credentials = make_psk(7);
        deadline_start(&ends[i].deadline, 5000);
        ck_assert_int_eq(
            transport_adopt(&ends[i].transport, ends[i].context, &ends[i].deadline, fds[i], fds[i]),
            SOTTO_OK);
    }
    ck_assert_int_eq(pthread_create(&ends[1].thread, NULL, renewing_sender, &ends[1]), 0);
    ck_assert_int_eq(
        tls_open(ends[0].context, &ends[0].tls, &ends[0].transport, &ends[0].credentials, true),
        SOTTO_OK);
    for (size_t at = 0; at < (size_t)N_MESSAGES * 100;) {
        uint8_t message[100];
        size_t got;

        ck_assert_int_eq(tls_receive(ends[0].tls, message, 100 - at % 100, &got), SOTTO_OK);
        for (size_t i = 0; i < got; i++) ck_assert_uint_eq(message[i], (at + i) / 100);
        at += got;
    }
    pthread_join(ends[1].thread, NULL);
    ck_assert_int_eq(ends[1].err, SOTTO_OK);
    ck_assert_int_eq(tls_measure(ends[0].context, &overhead, SOTTO_CREDENTIALS_PSK), SOTTO_OK);
    ck_assert_uint_eq(ends[1].transport.bytes_sent, overhead.handshake[0] +
                                                        N_MESSAGES * (100 + overhead.record) +
                                                        N_MESSAGES / 3 * overhead.key_update);
    for (int i = 0; i < 2; i++) {
        tls_free(ends[i].tls);
        transport_close(&ends[i].transport);
        sotto_context_free(ends[i].context);
    }
}
END_TEST

/* Every allocation of the library's at either end fails once; AddressSanitizer watches for what
 * is left behind. */
START_TEST(failed_allocations_end_cleanly)
{
    bool failed = true;

    for (uint64_t n = 1; failed; n++) {
        struct session session;

        session_open(&session, make_identity(1, 2), make_identity(2, 1));
        session.server.options.idle_timeout = 300;
        session.client.options.idle_timeout = 300;
        test_heap_fail_at(n);
        session_run(&session);
        test_heap_fail_at(0);
        failed = session.server.err == SOTTO_ERR_MEMORY || session.client.err == SOTTO_ERR_MEMORY;
        ck_assert(failed == (session.server.err != SOTTO_OK || session.client.err != SOTTO_OK));
        session_wipe(&session);
        ck_assert_uint_lt(n, 100);
    }
}
END_TEST

#define N_OF(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *cases = tcase_create("credentials");
    TCase *wire = tcase_create("wire");

    tcase_add_test(cases, two_identities_meet);
    tcase_add_test(cases, a_throw_away_pair_meets);
    tcase_add_test(cases, a_shared_key_lets_in);
    tcase_add_test(cases, bindings_are_shared_and_fresh);
    tcase_add_loop_test(cases, unfitting_credentials_are_refused, 0, N_OF(refusals));
    tcase_add_test(cases, a_refusal_is_heard_by_a_party_that_sends);
    tcase_add_loop_test(cases, strangers_are_judged_by_the_pinned_key, 0, 2 * N_OF(strangers));
    tcase_add_loop_test(cases, strangers_without_the_shared_key_are_refused, 0, 2);
    tcase_add_test(cases, plaintext_is_refused_by_tls);
    tcase_add_test(cases, a_silent_or_vanished_caller_is_no_refusal);
    tcase_add_test(cases, a_dripping_caller_is_shown_the_door);
    tcase_set_timeout(cases, 30);
    suite_add_tcase(suite, cases);
    tcase_add_loop_test(wire, a_cut_at_any_byte_is_noticed, 0, 4);
    tcase_add_loop_test(wire, a_flipped_bit_is_noticed, 0, 4);
    tcase_add_loop_test(wire, a_replayed_client_is_refused, 0, 2);
    tcase_add_test(wire, a_freed_channel_sends_close_notify);
    tcase_add_test(wire, last_words_are_heard_over_tls);
    tcase_add_test(wire, silence_after_the_handshake_is_a_timeout);
    tcase_add_test(wire, an_interrupt_ends_a_handshake);
    tcase_add_test(wire, bulk_data_arrive_whole_over_tls);
    tcase_add_test(wire, keys_are_renewed);
    tcase_add_loop_test(wire, overhead_is_as_measured, 0, SOTTO_N_CREDENTIALS);
    tcase_add_test(wire, the_end_is_not_awaited_for_ever);
    tcase_add_test(wire, measuring_fails_cleanly);
    tcase_add_test(wire, failed_allocations_end_cleanly);
    tcase_set_timeout(wire, 300);
    suite_add_tcase(suite, wire);
    return run_suite(suite);
}
