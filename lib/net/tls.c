/* TLS 1.3 through OpenSSL; see tls.h. */
#include "net/tls.h"

#include "base/memory.h"
#include "net/certificate.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <string.h>

/* Records are gathered so that a long message takes few calls to the system. */
#define OUT_CAPACITY ((size_t)64 * 1024)
#define IN_CAPACITY ((size_t)64 * 1024)

/* AES-GCM keys age: RFC 8446, 5.5 allows 2^24.5 full records. */
#define KEY_LIFETIME (UINT64_C(1) << 23)

static const unsigned char psk_identity[] = "sotto";
static const char exporter_label[] = "EXPORTER-sotto-channel-binding";

struct tls {
    struct sotto_context *context;
    struct transport *transport;
    const struct sotto_credentials *credentials;
    SSL_CTX *settings;
    SSL *ssl;
    BIO_METHOD *method;
    /* What the transport said last. A failed write is kept back from OpenSSL, so that the peer's
     * last words can still be read. */
    sotto_err read_err;
    sotto_err write_err;
    bool saw_end;
    uint64_t n_records; /* counted towards the present key */
    uint64_t key_lifetime;
    uint64_t bytes_before; /* the transport had received when the handshake began */
    const char *fault;     /* what is wrong with the peer's certificate */
    bool fault_is_time;
    bool fault_has_key;
    uint8_t fault_key[CREDENTIALS_KEY_LEN];
    size_t out_len;
    size_t in_at;
    size_t in_len;
    uint8_t out[OUT_CAPACITY];
    uint8_t in[IN_CAPACITY];
};

/* -------------------------------------------------------------------------------- the BIO -- */

static void flush(struct tls *tls)
{
    if (tls->write_err == SOTTO_OK && tls->out_len > 0) {
        tls->write_err = transport_write(tls->transport, tls->out, tls->out_len);
    }
    tls->out_len = 0;
}

static int bio_write(BIO *bio, const char *data, size_t data_len, size_t *written)
{
    struct tls *tls = BIO_get_data(bio);

    *written = data_len;
    if (data_len > OUT_CAPACITY - tls->out_len) flush(tls);
    while (data_len > 0) {
        size_t piece =
            data_len < OUT_CAPACITY - tls->out_len ? data_len : OUT_CAPACITY - tls->out_len;

        memcpy(tls->out + tls->out_len, data, piece);
        tls->out_len += piece;
        data += piece;
        data_len -= piece;
        if (tls->out_len == OUT_CAPACITY) flush(tls);
    }
    return 1;
}

/* Whether more can be expected of the transport: not once it timed out or was interrupted. */
static bool is_alive(const struct tls *tls)
{
    return tls->read_err == SOTTO_OK &&
           (tls->write_err == SOTTO_OK || tls->write_err == SOTTO_ERR_DISCONNECTED);
}

static bool fill(struct tls *tls)
{
    size_t got = 0;

    if (!is_alive(tls)) return false;
    tls->read_err = transport_read(tls->transport, tls->in, IN_CAPACITY, &got);
    tls->saw_end = tls->read_err == SOTTO_OK && got == 0;
    tls->in_at = 0;
    tls->in_len = got;
    return got > 0;
}

static int bio_read(BIO *bio, char *data, size_t capacity, size_t *got)
{
    struct tls *tls = BIO_get_data(bio);
    size_t left;

    *got = 0;
    if (tls->in_at == tls->in_len && !fill(tls)) return 0;
    left = tls->in_len - tls->in_at;
    *got = capacity < left ? capacity : left;
    memcpy(data, tls->in + tls->in_at, *got);
    tls->in_at += *got;
    return 1;
}

static long bio_control(BIO *bio, int command, long number, void *pointer)
{
    struct tls *tls = BIO_get_data(bio);

    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_EOF) return tls->saw_end;
    if (command != BIO_CTRL_FLUSH) return 0;
    flush(tls);
    return 1;
}

static bool attach_transport(struct tls *tls)
{
    BIO *bio;

    tls->method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "sotto transport");
    if (tls->method == NULL || BIO_meth_set_write_ex(tls->method, bio_write) != 1 ||
        BIO_meth_set_read_ex(tls->method, bio_read) != 1 ||
        BIO_meth_set_ctrl(tls->method, bio_control) != 1) {
        return false;
    }
    bio = BIO_new(tls->method);
    if (bio == NULL) return false;
    BIO_set_data(bio, tls);
    BIO_set_init(bio, 1);
    SSL_set_bio(tls->ssl, bio, bio);
    return true;
}

/* ---------------------------------------------------------------------------------- failures -- */

static sotto_err fail_openssl(struct tls *tls, const char *doing)
{
    bool no_memory = ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;

    ERR_clear_error();
    if (no_memory) return fail_memory(tls->context);
    return fail(tls->context, SOTTO_ERR_INTERNAL, "OpenSSL failed while %s", doing);
}

static sotto_err fail_certificate(struct tls *tls)
{
    char text[SOTTO_PUBLIC_KEY_SIZE];

    (void)fail(tls->context, SOTTO_ERR_AUTHENTICATION,
               "the peer is not who it should be: its certificate %s", tls->fault);
    if (tls->fault_has_key) {
        public_key_text(text, tls->fault_key);
        add_hint(tls->context, "its public key is %s", text);
    } else if (tls->fault_is_time) {
        add_hint(tls->context, "check the clocks of both machines");
    } else {
        add_hint(tls->context, CREDENTIALS_HINT);
    }
    return SOTTO_ERR_AUTHENTICATION;
}

/* An alert of the peer's. It says why only in outline: details stay at the side that refused. */
static sotto_err fail_alert(struct tls *tls, int alert)
{
    const char *what;

    switch (alert) {
    case SSL_AD_BAD_CERTIFICATE:
    case SSL_AD_UNSUPPORTED_CERTIFICATE:
    case SSL_AD_CERTIFICATE_REVOKED:
    case SSL_AD_CERTIFICATE_EXPIRED:
    case SSL_AD_CERTIFICATE_UNKNOWN:
    case SSL_AD_UNKNOWN_CA:
    case SSL_AD_ACCESS_DENIED:
    case SSL_AD_DECRYPT_ERROR:
    case TLS13_AD_CERTIFICATE_REQUIRED: what = "the peer refused our identity"; break;
    case SSL_AD_UNKNOWN_PSK_IDENTITY:
    case SSL_AD_ILLEGAL_PARAMETER:
    case SSL_AD_HANDSHAKE_FAILURE:
    case TLS13_AD_MISSING_EXTENSION: what = "the peer refused our credentials"; break;
    case SSL_AD_PROTOCOL_VERSION: what = "the peer does not speak TLS 1.3"; break;
    case SSL_AD_BAD_RECORD_MAC: what = "the peer received a forged or damaged record"; break;
    default: what = "the peer gave up the TLS connection"; break;
    }
    (void)fail(tls->context, SOTTO_ERR_AUTHENTICATION, "%s (TLS alert %d)", what, alert);
    add_hint(tls->context, CREDENTIALS_HINT);
    return SOTTO_ERR_AUTHENTICATION;
}

static sotto_err fail_reason(struct tls *tls, int reason)
{
    const char *what;

    switch (reason) {
    case SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC:
        what = "a record from the peer is forged or damaged";
        break;
    case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE: what = "the peer showed no identity"; break;
    case SSL_R_BINDER_DOES_NOT_VERIFY: what = "the peer has another pre-shared key"; break;
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_WRONG_SSL_VERSION:
    case SSL_R_VERSION_TOO_LOW: what = "the peer does not speak TLS 1.3"; break;
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_HTTPS_PROXY_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_BAD_RECORD_TYPE: what = "the peer does not speak TLS"; break;
    case SSL_R_NO_SHARED_CIPHER:
    case SSL_R_NO_SUITABLE_SIGNATURE_ALGORITHM:
    case SSL_R_NO_SUITABLE_KEY_SHARE:
    case SSL_R_NO_SHARED_SIGNATURE_ALGORITHMS:
    case SSL_R_NO_SHARED_GROUPS: what = "the peer's credentials are of another kind"; break;
    default: what = "the peer broke the rules of TLS"; break;
    }
    (void)fail(tls->context, SOTTO_ERR_AUTHENTICATION, "%s", what);
    add_hint(tls->context, CREDENTIALS_HINT);
    return SOTTO_ERR_AUTHENTICATION;
}

/* Turns what OpenSSL and the transport left behind into a report. A failure of the transport comes
 * first: its text is in the context already, and OpenSSL's only follows from it. */
static sotto_err report_failure(struct tls *tls, int result)
{
    int kind = SSL_get_error(tls->ssl, result);
    unsigned long error = ERR_peek_error();
    int reason = ERR_GET_REASON(error);

    ERR_clear_error();
    if (tls->read_err != SOTTO_OK) return tls->read_err;
    if (!is_alive(tls)) return tls->write_err;
    if (kind == SSL_ERROR_ZERO_RETURN || tls->saw_end) {
        return fail(tls->context, SOTTO_ERR_DISCONNECTED, "the peer closed the connection");
    }
    if (tls->fault != NULL) return fail_certificate(tls);
    if (reason == ERR_R_MALLOC_FAILURE) return fail_memory(tls->context);
    if (reason > SSL_AD_REASON_OFFSET && reason < SSL_AD_REASON_OFFSET + 256) {
        return fail_alert(tls, reason - SSL_AD_REASON_OFFSET);
    }
    return fail_reason(tls, reason);
}

/* ------------------------------------------------------------------------------- credentials -- */

/* Replaces OpenSSL's chain building: one certificate, judged by the functions of certificate.h
 * alone. A peer is told no more than bad_certificate, whatever the fault. */
static int verify_peer(X509_STORE_CTX *chain, void *user)
{
    struct tls *tls = user;
    X509 *certificate = X509_STORE_CTX_get0_cert(chain);

    if (tls->credentials->kind != SOTTO_CREDENTIALS_IDENTITY || certificate == NULL) {
        tls->fault = "is not asked for: a pre-shared key is";
    } else if (sk_X509_num(X509_STORE_CTX_get0_untrusted(chain)) != 1) {
        tls->fault = "is one of a chain";
    } else {
        tls->fault = certificate_fault(certificate, tls->credentials->peer_key);
        tls->fault_has_key =
            tls->fault != NULL && certificate_key(tls->fault_key, certificate) &&
            memcmp(tls->fault_key, tls->credentials->peer_key, sizeof tls->fault_key) != 0;
    }
    if (tls->fault == NULL) {
        tls->fault = certificate_time_fault(certificate);
        tls->fault_is_time = tls->fault != NULL;
    }
    if (tls->fault == NULL) return 1;
    X509_STORE_CTX_set_error(chain, X509_V_ERR_CERT_REJECTED);
    return 0;
}

static bool use_identity(struct tls *tls)
{
    X509 *certificate;
    EVP_PKEY *key_pair;
    bool used;

    certificate_new(&certificate, &key_pair, tls->credentials->secret);
    used = certificate != NULL && SSL_CTX_use_certificate(tls->settings, certificate) == 1 &&
           SSL_CTX_use_PrivateKey(tls->settings, key_pair) == 1;
    X509_free(certificate);
    EVP_PKEY_free(key_pair);
    return used;
}

/* An external pre-shared key enters OpenSSL as a session to resume. */
static SSL_SESSION *psk_session(SSL *ssl)
{
    static const unsigned char suite[] = {0x13, 0x01}; /* TLS_AES_128_GCM_SHA256 */
    const struct tls *tls = SSL_get_app_data(ssl);
    const SSL_CIPHER *cipher = SSL_CIPHER_find(ssl, suite);
    SSL_SESSION *session = SSL_SESSION_new();

    if (session == NULL || cipher == NULL ||
        SSL_SESSION_set1_master_key(session, tls->credentials->secret, CREDENTIALS_KEY_LEN) != 1 ||
        SSL_SESSION_set_cipher(session, cipher) != 1 ||
        SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) != 1) {
        SSL_SESSION_free(session);
        return NULL;
    }
    return session;
}

static int offer_psk(SSL *ssl, const EVP_MD *digest, const unsigned char **identity,
                     size_t *identity_len, SSL_SESSION **session)
{
    *session = NULL;
    if (digest != NULL && !EVP_MD_is_a(digest, "SHA256")) return 1; /* nothing fits */
    *session = psk_session(ssl);
    *identity = psk_identity;
    *identity_len = sizeof psk_identity - 1;
    return *session != NULL;
}

static int find_psk(SSL *ssl, const unsigned char *identity, size_t identity_len,
                    SSL_SESSION **session)
{
    *session = NULL;
    if (identity_len != sizeof psk_identity - 1 ||
        memcmp(identity, psk_identity, identity_len) != 0) {
        return 1; /* not known: the handshake goes on without, and fails for lack of a key */
    }
    *session = psk_session(ssl);
    return *session != NULL;
}

/* ---------------------------------------------------------------------------------- settings -- */

static bool restrict_protocol(SSL_CTX *settings)
{
    int group = NID_X25519;
    int signature[] = {NID_undef, EVP_PKEY_ED25519}; /* its hash is part of it */

    SSL_CTX_set_options(settings, SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                      SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
    SSL_CTX_clear_options(settings, SSL_OP_ENABLE_MIDDLEBOX_COMPAT | SSL_OP_ALLOW_NO_DHE_KEX |
                                        SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_session_cache_mode(settings, SSL_SESS_CACHE_OFF);
    return SSL_CTX_set_min_proto_version(settings, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(settings, TLS1_3_VERSION) == 1 &&
           SSL_CTX_set_ciphersuites(settings, "TLS_AES_128_GCM_SHA256") == 1 &&
           SSL_CTX_set1_groups(settings, &group, 1) == 1 &&
           SSL_CTX_set1_sigalgs(settings, signature, 2) == 1 &&
           SSL_CTX_set_num_tickets(settings, 0) == 1 &&
           SSL_CTX_set_max_send_fragment(settings, TLS_RECORD_LEN) == 1 &&
           SSL_CTX_set_max_early_data(settings, 0) == 1 &&
           SSL_CTX_set_recv_max_early_data(settings, 0) == 1;
}

/* Both sides verify. With a pre-shared key no certificate is ever wanted; the client's callback
 * then refuses any that a server without the key would show. */
static bool set_credentials(struct tls *tls, bool is_server)
{
    int mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;

    SSL_CTX_set_cert_verify_callback(tls->settings, verify_peer, tls);
    if (tls->credentials->kind == SOTTO_CREDENTIALS_IDENTITY) {
        SSL_CTX_set_verify(tls->settings, mode, NULL);
        return use_identity(tls);
    }
    SSL_CTX_set_verify(tls->settings, is_server ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
    if (is_server) SSL_CTX_set_psk_find_session_callback(tls->settings, find_psk);
    else SSL_CTX_set_psk_use_session_callback(tls->settings, offer_psk);
    return true;
}

/* What an administrator's configuration file asks of TLS at large is not for us. */
static bool start_openssl(void)
{
    return OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) == 1;
}

void tls_warm_up(const struct sotto_credentials *credentials)
{
    X509 *certificate = NULL;
    EVP_PKEY *key_pair = NULL;

    if (!start_openssl()) return;
    SSL_CTX_free(SSL_CTX_new(TLS_method()));
    if (credentials->kind == SOTTO_CREDENTIALS_IDENTITY) {
        certificate_new(&certificate, &key_pair, credentials->secret);
    }
    X509_free(certificate);
    EVP_PKEY_free(key_pair);
    ERR_clear_error();
}

/* All but the way to the peer. */
static sotto_err set_up(struct tls *tls, bool is_server)
{
    if (!start_openssl()) return fail_openssl(tls, "starting");
    ERR_clear_error();
    tls->settings = SSL_CTX_new(TLS_method());
    if (tls->settings == NULL || !restrict_protocol(tls->settings) ||
        !set_credentials(tls, is_server)) {
        return fail_openssl(tls, "setting up TLS");
    }
    tls->ssl = SSL_new(tls->settings);
    if (tls->ssl == NULL || SSL_set_app_data(tls->ssl, tls) != 1) {
        return fail_openssl(tls, "setting up TLS");
    }
    if (is_server) SSL_set_accept_state(tls->ssl);
    else SSL_set_connect_state(tls->ssl);
    return SOTTO_OK;
}

/* --------------------------------------------------------------------------------- handshake -- */

/* What the settings promise, asked again of the connection that came of them. */
static sotto_err check_outcome(struct tls *tls)
{
    bool has_psk = SSL_session_reused(tls->ssl) == 1;
    bool has_certificate = SSL_get0_peer_certificate(tls->ssl) != NULL;
    bool wants_psk = tls->credentials->kind == SOTTO_CREDENTIALS_PSK;

    if (SSL_version(tls->ssl) == TLS1_3_VERSION && has_psk == wants_psk &&
        (wants_psk || has_certificate)) {
        return SOTTO_OK;
    }
    return fail(tls->context, SOTTO_ERR_AUTHENTICATION, "the peer is not authenticated");
}

static sotto_err shake_hands(struct tls *tls)
{
    int result;

    ERR_clear_error();
    result = SSL_do_handshake(tls->ssl);
    flush(tls);
    if (result != 1) return report_failure(tls, result);
    if (!is_alive(tls)) return tls->write_err;
    return check_outcome(tls);
}

sotto_err tls_open(struct sotto_context *context, struct tls **tls, struct transport *transport,
                   const struct sotto_credentials *credentials, bool is_server)
{
    struct tls *made = mem_new(1, sizeof *made);
    sotto_err err;

    if (made == NULL) return fail_memory(context);
    made->context = context;
    made->transport = transport;
    made->credentials = credentials;
    made->key_lifetime = KEY_LIFETIME;
    err = set_up(made, is_server);
    if (err == SOTTO_OK && !attach_transport(made)) err = fail_openssl(made, "setting up TLS");
    if (err == SOTTO_OK) err = shake_hands(made);
    if (err == SOTTO_OK) *tls = made;
    else tls_free(made);
    return err;
}

void tls_free(struct tls *tls)
{
    if (tls == NULL) return;
    SSL_free(tls->ssl);
    SSL_CTX_free(tls->settings);
    BIO_meth_free(tls->method);
    mem_free(tls);
}

/* ----------------------------------------------------------------------------------- records -- */

/* The peer is not asked to renew its own keys: it counts for itself. How often keys are renewed
 * depends on the number of records alone, not on how they come in calls, so that it can be told
 * before; a piece's worth of records more under a key is well within what it may be used for. */
static bool renew_key(struct tls *tls, size_t data_len)
{
    tls->n_records += tls_n_records(data_len);
    if (tls->n_records < tls->key_lifetime) return true;
    tls->n_records %= tls->key_lifetime;
    return SSL_key_update(tls->ssl, SSL_KEY_UPDATE_NOT_REQUESTED) == 1;
}

/* A long message is cut so that the key's age is looked at often enough. */
#define PIECE_LEN ((size_t)1 << 30)

sotto_err tls_send(struct tls *tls, const uint8_t *data, size_t data_len)
{
    while (data_len > 0 && tls->write_err == SOTTO_OK) {
        size_t piece = data_len < PIECE_LEN ? data_len : PIECE_LEN;
        size_t written;

        ERR_clear_error();
        if (!renew_key(tls, piece)) return fail_openssl(tls, "renewing a key");
        if (SSL_write_ex(tls->ssl, data, piece, &written) != 1) {
            if (tls->write_err != SOTTO_OK) break;
            return report_failure(tls, 0);
        }
        data += written;
        data_len -= written;
    }
    flush(tls);
    ERR_clear_error();
    return tls->write_err;
}

sotto_err tls_receive(struct tls *tls, uint8_t *data, size_t capacity, size_t *got)
{
    ERR_clear_error();
    if (SSL_read_ex(tls->ssl, data, capacity, got) == 1) return SOTTO_OK;
    return report_failure(tls, 0);
}

bool tls_has_input(const struct tls *tls)
{
    return tls->in_at < tls->in_len || SSL_has_pending(tls->ssl) == 1;
}

sotto_err tls_binding(struct tls *tls, uint8_t binding[TLS_BINDING_LEN])
{
    ERR_clear_error();
    if (SSL_export_keying_material(tls->ssl, binding, TLS_BINDING_LEN, exporter_label,
                                   sizeof exporter_label - 1, NULL, 0, 0) == 1) {
        return SOTTO_OK;
    }
    return fail_openssl(tls, "deriving a channel binding");
}

void tls_close_notify(struct tls *tls)
{
    ERR_clear_error();
    (void)SSL_shutdown(tls->ssl);
    flush(tls);
    ERR_clear_error();
}

void tls_set_key_lifetime(struct tls *tls, uint64_t n_records)
{
    tls->key_lifetime = n_records;
}

/* ---------------------------------------------------------------------------------- overhead -- */

/* Two ends in memory: the client, and the server. */
struct rehearsal {
    struct sotto_credentials *credentials[2];
    struct tls *ends[2];
    BIO *bios[2]; /* held by the ends as well */
};

static void rehearsal_wipe(struct rehearsal *rehearsal)
{
    for (size_t i = 0; i < 2; i++) {
        tls_free(rehearsal->ends[i]);
        BIO_free(rehearsal->bios[i]);
        sotto_credentials_free(rehearsal->credentials[i]);
    }
}

/* Keys that are thrown away: all keys of a kind are of the same length. */
static sotto_err make_credentials(struct rehearsal *rehearsal, struct sotto_context *context,
                                  sotto_credentials_kind kind)
{
    struct sotto_credentials **pair = rehearsal->credentials;
    sotto_err err = sotto_credentials_pair(context, &pair[0], &pair[1]);

    if (err != SOTTO_OK || kind == SOTTO_CREDENTIALS_IDENTITY) return err;
    pair[0]->kind = pair[1]->kind = kind;
    memcpy(pair[1]->secret, pair[0]->secret, sizeof pair[1]->secret);
    return SOTTO_OK;
}

static sotto_err make_end(struct rehearsal *rehearsal, struct sotto_context *context, size_t i)
{
    struct tls *made = mem_new(1, sizeof *made);
    sotto_err err;

    if (made == NULL) return fail_memory(context);
    rehearsal->ends[i] = made;
    made->context = context;
    made->credentials = rehearsal->credentials[i];
    made->key_lifetime = KEY_LIFETIME;
    err = set_up(made, i == 1);
    if (err != SOTTO_OK) return err;
    BIO_up_ref(rehearsal->bios[i]); /* it is asked what was written, later */
    SSL_set_bio(made->ssl, rehearsal->bios[i], rehearsal->bios[i]);
    return SOTTO_OK;
}

static sotto_err rehearse_handshake(struct rehearsal *rehearsal)
{
    const int n_turns = 4; /* each end speaks twice at most, and nobody is waited for */
    int client = 0, server = 0;
    sotto_err err;

    for (int i = 0; i < n_turns && (client != 1 || server != 1); i++) {
        ERR_clear_error();
        client = SSL_do_handshake(rehearsal->ends[0]->ssl);
        server = SSL_do_handshake(rehearsal->ends[1]->ssl);
    }
    if (client != 1 || server != 1) return fail_openssl(rehearsal->ends[0], "rehearsing");
    err = check_outcome(rehearsal->ends[0]);
    return err == SOTTO_OK ? check_outcome(rehearsal->ends[1]) : err;
}

/* A byte, a byte under a new key, and the end, from one end to another that does not listen. */
static sotto_err rehearse_records(struct tls_overhead *overhead, struct tls *tls, BIO *bio)
{
    static const uint8_t byte[1];
    uint64_t begin = BIO_number_written(bio), first, second;
    sotto_err err = tls_send(tls, byte, sizeof byte);

    if (err != SOTTO_OK) return err;
    first = BIO_number_written(bio);
    tls_set_key_lifetime(tls, 1);
    err = tls_send(tls, byte, sizeof byte);
    if (err != SOTTO_OK) return err;
    second = BIO_number_written(bio);
    tls_close_notify(tls);
    overhead->record = first - begin - sizeof byte;
    overhead->key_update = second - first - (first - begin);
    overhead->closing = BIO_number_written(bio) - second;
    return SOTTO_OK;
}

static sotto_err rehearse(struct tls_overhead *overhead, struct rehearsal *rehearsal,
                          struct sotto_context *context, sotto_credentials_kind kind)
{
    struct tls_overhead found;
    sotto_err err = make_credentials(rehearsal, context, kind);

    if (err != SOTTO_OK) return err;
    if (BIO_new_bio_pair(&rehearsal->bios[0], 0, &rehearsal->bios[1], 0) != 1) {
        ERR_clear_error();
        return fail_memory(context);
    }
    err = make_end(rehearsal, context, 0);
    if (err == SOTTO_OK) err = make_end(rehearsal, context, 1);
    if (err == SOTTO_OK) err = rehearse_handshake(rehearsal);
    if (err != SOTTO_OK) return err;
    for (size_t i = 0; i < 2; i++) found.handshake[i] = BIO_number_written(rehearsal->bios[i]);
    err = rehearse_records(&found, rehearsal->ends[0], rehearsal->bios[0]);
    if (err == SOTTO_OK) *overhead = found;
    return err;
}

sotto_err tls_measure(struct sotto_context *context, struct tls_overhead *overhead,
                      sotto_credentials_kind kind)
{
    struct rehearsal rehearsal = {.ends = {NULL, NULL}};
    sotto_err err = rehearse(overhead, &rehearsal, context, kind);

    rehearsal_wipe(&rehearsal);
    return err;
}

uint64_t tls_len(const struct tls_overhead *overhead, uint64_t data_len, uint64_t n_records,
                 bool is_server)
{
    return overhead->handshake[is_server] + data_len + n_records * overhead->record +
           n_records / KEY_LIFETIME * overhead->key_update + overhead->closing;
}
