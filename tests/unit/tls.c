/* TLS channels: who is let in and who is not. */
#include "tests/support/suite.h"
#include "tests/unit/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <sys/time.h>

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
    for (int i = 0; i < 2; i++) {
        sotto_context *context = i == 0 ? session.server.context : session.client.context;
        bool has_key = strstr(sotto_context_message(context), "holds another key") != NULL;

        ck_assert_hint(context, has_key ? "its public key is" : CREDENTIALS_HINT);
    }
    ck_assert(!session.server.opened);
    ck_assert_uint_lt(session.server.elapsed, SOON);
    ck_assert_uint_lt(session.client.elapsed, SOON);
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
    const char *helps;
} strangers[] = {
    /* The first shows that the others fail for the reason that is theirs. */
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = -DAY, .until = DAY}, NULL, NULL},
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = -DAY, .until = -60},
     "has expired",
     "clocks"},
    {{.has_certificate = true, .seed = 2, .signer = 2, .from = 60, .until = DAY},
     "not valid yet",
     "clocks"},
    {{.has_certificate = true, .seed = 2, .signer = 3, .from = -DAY, .until = DAY},
     "not signed by its own key",
     "fit"},
    {{.has_certificate = true, .seed = 3, .signer = 3, .from = -DAY, .until = DAY},
     "holds another key",
     "its public key is"},
    {{.has_certificate = true,
      .seed = 2,
      .signer = 2,
      .from = -DAY,
      .until = DAY,
      .has_chain = true},
     "is one of a chain",
     "fit"},
    {{.has_certificate = true, .uses_p256 = true, .from = -DAY, .until = DAY}, "", "fit"},
    {{.has_certificate = false}, "", "fit"},
    {{.has_certificate = true,
      .seed = 2,
      .signer = 2,
      .from = -DAY,
      .until = DAY,
      .version = TLS1_2_VERSION},
     "TLS",
     "fit"},
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
        ck_assert_hint(party.context, strangers[_i / 2].helps);
    }
    ck_assert_uint_lt(party.elapsed, SOON);
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

static void run_against_bytes(struct party *party, uint64_t idle_timeout, const char *bytes,
                              bool closes)
{
    static struct sotto_credentials credentials;
    char address[16];
    int ends[2];

    credentials = make_identity(1, 2);
    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    snprintf(address, sizeof address, "fd:%d", ends[0]);
    party_init(party, address, NULL, &credentials);
    party->options.idle_timeout = idle_timeout;
    ck_assert_int_eq(write(ends[1], bytes, strlen(bytes)), (ssize_t)strlen(bytes));
    if (closes) shutdown(ends[1], SHUT_WR);
    party_run(party);
    close(ends[1]);
}

START_TEST(plaintext_is_refused_by_tls)
{
    struct party party;

    run_against_bytes(&party, PATIENCE, "SOTTO hello, this is no TLS", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
    ck_assert_message(party.context, "does not speak TLS");
    party_wipe(&party);
    run_against_bytes(&party, PATIENCE, "GET / HTTP/1.0\r\n\r\n", true);
    ck_assert_int_eq(party.err, SOTTO_ERR_AUTHENTICATION);
    party_wipe(&party);
}
END_TEST

START_TEST(a_silent_or_vanished_caller_is_no_refusal)
{
    struct party party;

    run_against_bytes(&party, 200, "", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "no sign of life from the peer for 200 ms");
    ck_assert_uint_lt(party.elapsed, SOON);
    party_wipe(&party);
    run_against_bytes(&party, 200, "\x16\x03\x01", false);
    ck_assert_int_eq(party.err, SOTTO_ERR_TIMEOUT);
    ck_assert_message(party.context, "did not complete the TLS handshake within 200 ms");
    party_wipe(&party);
    run_against_bytes(&party, PATIENCE, "\x16\x03\x01", true);
    ck_assert_int_eq(party.err, SOTTO_ERR_DISCONNECTED);
    party_wipe(&party);
}
END_TEST

/* A record of 4096 bytes that come one by one, until nobody listens: each is a sign of life, yet
 * the handshake ends in time. */
static void *drip(void *user)
{
    static const uint8_t record[] = {0x16, 0x03, 0x01, 0x10, 0x00, 0x01, 0x00, 0x0f, 0xfc};
    int fd = *(int *)user;

    for (size_t i = 0; send(fd, &record[i < sizeof record ? i : 3], 1, MSG_NOSIGNAL) == 1; i++)
        usleep(20 * 1000);
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
    ck_assert_uint_lt(party.elapsed, SOON);
    pthread_join(thread, NULL);
    close(ends[1]);
    party_wipe(&party);
}
END_TEST

#define N_OF(array) (int)(sizeof(array) / sizeof *(array))

int main(void)
{
    Suite *suite = suite_create("tls");
    TCase *tests = tcase_create("credentials");

    tcase_add_test(tests, two_identities_meet);
    tcase_add_test(tests, a_throw_away_pair_meets);
    tcase_add_test(tests, a_shared_key_lets_in);
    tcase_add_test(tests, bindings_are_shared_and_fresh);
    tcase_add_loop_test(tests, unfitting_credentials_are_refused, 0, N_OF(refusals));
    tcase_add_test(tests, a_refusal_is_heard_by_a_party_that_sends);
    tcase_add_loop_test(tests, strangers_are_judged_by_the_pinned_key, 0, 2 * N_OF(strangers));
    tcase_add_loop_test(tests, strangers_without_the_shared_key_are_refused, 0, 2);
    tcase_add_test(tests, plaintext_is_refused_by_tls);
    tcase_add_test(tests, a_silent_or_vanished_caller_is_no_refusal);
    tcase_add_test(tests, a_dripping_caller_is_shown_the_door);
    tcase_set_timeout(tests, 120);
    suite_add_tcase(suite, tests);
    return run_suite(suite);
}
