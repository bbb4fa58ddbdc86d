/* Channels: policy, opening, buffered reading, the farewell; see channel.h. */
#include "net/channel.h"

#include "base/memory.h"
#include "net/address.h"
#include "net/dialler.h"
#include "net/listener.h"
#include "net/tls.h"
#include "net/transport.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_DIAL_TIME 30000
#define DEFAULT_IDLE_TIME 60000

/* How long the last words of a failed run and the peer's end of the stream are waited for. */
#define FAREWELL_TIME 1000

/* Small messages are served from here; large ones are received in place. */
#define BUFFER_LEN ((size_t)64 * 1024)

/* Shorter messages still leave when the context has been interrupted, as long as that takes no
 * wait: the peer can be told that the run is off. */
#define LAST_WORDS_LEN 4096

struct sotto_channel {
    struct sotto_context *context;
    sotto_channel_options options; /* its texts are used while the channel is opened only */
    struct deadline deadline;
    struct transport transport;
    struct tls *tls; /* NULL: plaintext */
    sotto_err send_err;
    sotto_err receive_err; /* once set, the direction stays failed */
    bool is_finished;
    size_t buffer_at;
    size_t buffer_len;
    uint8_t *buffer;
    char peer[SOTTO_PUBLIC_KEY_SIZE];
};

/* ----------------------------------------------------------------------------------- policy -- */

static uint64_t idle_time(const sotto_channel_options *options)
{
    return options->idle_timeout > 0 ? options->idle_timeout : DEFAULT_IDLE_TIME;
}

static sotto_err parse_options(struct sotto_context *context, struct address *address,
                               const sotto_channel_options *options)
{
    if (options == NULL || (options->listen == NULL) == (options->connect == NULL)) {
        return fail(context, SOTTO_ERR_USAGE,
                    "a channel needs an address: either to listen on or to connect to");
    }
    if (options->listen != NULL) {
        return address_parse(context, address, options->listen, ADDRESS_LISTEN);
    }
    return address_parse(context, address, options->connect, ADDRESS_CONNECT);
}

/* Without credentials nothing may leave this machine, unless the user says so (SEC-12). */
static sotto_err check_policy(struct sotto_context *context, const struct address *address,
                              const struct addrinfo *found, const sotto_channel_options *options)
{
    if (options->credentials != NULL || options->insecure) return SOTTO_OK;
    if (address_is_local(address, found)) return SOTTO_OK;
    (void)fail(context, SOTTO_ERR_USAGE,
               "%s is not on this machine: a connection to it needs credentials", address->text);
    add_hint(context, "give --identity and --peer, or --psk (gc-keygen makes them)");
    add_hint(context, "--insecure runs without encryption and authentication");
    return SOTTO_ERR_USAGE;
}

/* A name is resolved once: what the policy has judged is what is dialled. */
static sotto_err find_address(struct sotto_context *context, struct address *address,
                              struct addrinfo **found, const sotto_channel_options *options)
{
    sotto_err err = parse_options(context, address, options);

    *found = NULL;
    if (err == SOTTO_OK && address->kind == ADDRESS_TCP) {
        err = address_resolve(context, found, address);
    }
    if (err != SOTTO_OK) return err;
    err = check_policy(context, address, *found, options);
    if (err == SOTTO_OK) return SOTTO_OK;
    if (*found != NULL) freeaddrinfo(*found);
    *found = NULL;
    return err;
}

sotto_err sotto_channel_check(sotto_context *context, const sotto_channel_options *options)
{
    struct address address;
    struct addrinfo *found;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    err = parse_options(context, &address, options);
    if (err != SOTTO_OK || options->credentials != NULL || options->insecure) return err;
    err = find_address(context, &address, &found, options);
    if (err == SOTTO_OK && found != NULL) freeaddrinfo(found);
    return err;
}

/* ---------------------------------------------------------------------------------- opening -- */

static void tell(const struct sotto_channel *channel, sotto_notice notice, const char *text)
{
    if (channel->options.notice == NULL) return;
    channel->options.notice(channel->options.notice_user, notice, text);
}

static void tell_connected(const struct sotto_channel *channel, const char *host)
{
    const char *key = channel->peer;
    char text[512];

    if (channel->tls == NULL) {
        snprintf(text, sizeof text, "%s, not encrypted, not authenticated", host);
    } else if (channel->options.credentials->kind == SOTTO_CREDENTIALS_PSK) {
        snprintf(text, sizeof text, "%s, TLS 1.3, pre-shared key", host);
    } else {
        snprintf(text, sizeof text, "%s, TLS 1.3, %s", host, key);
    }
    tell(channel, SOTTO_NOTICE_CONNECTED, text);
}

static sotto_err create(struct sotto_context *context, struct sotto_channel **channel)
{
    struct sotto_channel *made = mem_new(1, sizeof *made);

    if (made == NULL) return fail_memory(context);
    made->context = context;
    made->transport.in.fd = -1;
    made->transport.out.fd = -1;
    made->buffer = mem_new(BUFFER_LEN, 1);
    if (made->buffer == NULL) {
        mem_free(made);
        return fail_memory(context);
    }
    *channel = made;
    return SOTTO_OK;
}

static sotto_err fail_handshake_time(struct sotto_channel *channel)
{
    char text[DURATION_TEXT_SIZE];

    duration_text(text, idle_time(&channel->options));
    if (channel->transport.bytes_received == 0) {
        return fail(channel->context, SOTTO_ERR_TIMEOUT, "no sign of life from the peer for %s",
                    text);
    }
    return fail(channel->context, SOTTO_ERR_TIMEOUT,
                "the peer did not complete the TLS handshake within %s", text);
}

static void name_peer(struct sotto_channel *channel)
{
    const struct sotto_credentials *credentials = channel->options.credentials;

    if (credentials->kind == SOTTO_CREDENTIALS_PSK) memcpy(channel->peer, "psk", sizeof "psk");
    else public_key_text(channel->peer, credentials->peer_key);
}

/* The handshake as a whole may last as long as silence may: a caller that drips cannot hold a
 * listener for longer. A peer that we refuse is given the time to read why. */
static sotto_err secure(struct sotto_channel *channel)
{
    bool is_server = channel->options.listen != NULL;
    sotto_err err;

    if (channel->options.credentials == NULL) return SOTTO_OK;
    deadline_phase(&channel->deadline, idle_time(&channel->options));
    err = tls_open(channel->context, &channel->tls, &channel->transport,
                   channel->options.credentials, is_server);
    if (err == SOTTO_ERR_TIMEOUT && deadline_phase_over(&channel->deadline)) {
        err = fail_handshake_time(channel);
    }
    if (err == SOTTO_ERR_AUTHENTICATION) {
        transport_end_sending(&channel->transport);
        transport_drain(&channel->transport, FAREWELL_TIME);
    }
    deadline_phase(&channel->deadline, DEADLINE_NEVER);
    if (err == SOTTO_OK) name_peer(channel);
    return err;
}

/* Takes over connected descriptors and performs the handshake on them. */
static sotto_err set_up(struct sotto_channel *channel, int read_fd, int write_fd)
{
    sotto_err err = transport_adopt(&channel->transport, channel->context, &channel->deadline,
                                    read_fd, write_fd);

    if (err != SOTTO_OK) return err;
    deadline_set_idle(&channel->deadline, idle_time(&channel->options));
    err = secure(channel);
    if (err != SOTTO_OK) transport_close(&channel->transport);
    return err;
}

static sotto_err fail_listen_time(struct sotto_channel *channel, const struct listener *listener)
{
    char text[DURATION_TEXT_SIZE];

    (void)fail(channel->context, SOTTO_ERR_TIMEOUT, "nobody connected to %s within %s",
               listener->text, duration_text(text, channel->options.connect_timeout));
    add_hint(channel->context, "is the other side running?");
    return SOTTO_ERR_TIMEOUT;
}

/* Whether a caller failed in a way that a listener which keeps listening shrugs off. */
static bool is_stranger(const struct sotto_channel *channel, sotto_err err)
{
    if (!channel->options.keep_listening) return false;
    if (err == SOTTO_ERR_TIMEOUT) return clock_now() < channel->deadline.life_end;
    return err == SOTTO_ERR_AUTHENTICATION || err == SOTTO_ERR_DISCONNECTED;
}

static void tell_stranger(const struct sotto_channel *channel, const char *host)
{
    char text[sizeof channel->context->failure.message + 300];

    snprintf(text, sizeof text, "%s%s%s", host, host[0] != '\0' ? ": " : "",
             sotto_context_message(channel->context));
    tell(channel, SOTTO_NOTICE_STRANGER, text);
}

/* What is left of the time for connecting, which began then. */
static uint64_t time_left(const struct sotto_channel *channel, uint64_t started)
{
    uint64_t timeout = channel->options.connect_timeout;
    uint64_t spent = clock_now() - started;

    if (timeout == 0) return DEADLINE_NEVER;
    return timeout > spent ? timeout - spent : 0;
}

/* Waits for callers until one is accepted or the wait is over. The wait of a listener counts from
 * its start, whatever strangers do meanwhile. */
static sotto_err serve(struct sotto_channel *channel, struct listener *listener)
{
    uint64_t started = clock_now();
    char host[256];

    for (;;) {
        sotto_err err;
        int fd;

        deadline_set_idle(&channel->deadline, 0);
        deadline_phase(&channel->deadline, time_left(channel, started));
        err =
            listener_accept(listener, channel->context, &fd, host, sizeof host, &channel->deadline);
        if (err == SOTTO_ERR_TIMEOUT && deadline_phase_over(&channel->deadline)) {
            return fail_listen_time(channel, listener);
        }
        if (err != SOTTO_OK) return err;
        if (!channel->options.keep_listening) listener_close(listener);
        err = set_up(channel, fd, fd);
        if (err != SOTTO_OK && is_stranger(channel, err)) {
            tell_stranger(channel, host);
            continue;
        }
        if (err == SOTTO_OK) tell_connected(channel, host[0] != '\0' ? host : listener->text);
        return err;
    }
}

static void warm_up(const struct sotto_channel *channel)
{
    if (channel->options.credentials != NULL) tls_warm_up(channel->options.credentials);
}

static sotto_err open_listening(struct sotto_channel *channel, const struct address *address,
                                const struct addrinfo *found)
{
    struct listener listener;
    sotto_err err = listener_open(&listener, channel->context, address, found);

    if (err != SOTTO_OK) return err;
    tell(channel, SOTTO_NOTICE_LISTENING, listener.text);
    warm_up(channel);
    err = serve(channel, &listener);
    listener_close(&listener);
    return err;
}

static sotto_err open_dialling(struct sotto_channel *channel, const struct address *address,
                               const struct addrinfo *found)
{
    uint64_t timeout = channel->options.connect_timeout;
    sotto_err err;
    int fd;

    tell(channel, SOTTO_NOTICE_CONNECTING, address->text);
    warm_up(channel);
    err = dial(channel->context, &fd, &channel->deadline, address, found,
               timeout > 0 ? timeout : DEFAULT_DIAL_TIME);
    if (err == SOTTO_OK) err = set_up(channel, fd, fd);
    if (err == SOTTO_OK) tell_connected(channel, address->text);
    return err;
}

/* Descriptors that somebody else has connected already. */
static sotto_err open_given(struct sotto_channel *channel, const struct address *address)
{
    bool is_stdio = address->kind == ADDRESS_STDIO;
    sotto_notice notice =
        address->use == ADDRESS_LISTEN ? SOTTO_NOTICE_LISTENING : SOTTO_NOTICE_CONNECTING;
    sotto_err err;

    if (!is_stdio && fcntl(address->fd, F_GETFD) < 0) {
        return fail(channel->context, SOTTO_ERR_CONNECT, "%s is not an open descriptor",
                    address->text);
    }
    tell(channel, notice, address->text);
    err = set_up(channel, is_stdio ? STDIN_FILENO : address->fd,
                 is_stdio ? STDOUT_FILENO : address->fd);
    if (err == SOTTO_OK) tell_connected(channel, address->text);
    return err;
}

static sotto_err open_address(struct sotto_channel *channel, const struct address *address,
                              const struct addrinfo *found)
{
    if (channel->options.credentials == NULL) {
        tell(channel, SOTTO_NOTICE_PLAINTEXT, address->text);
    }
    if (address->kind == ADDRESS_STDIO || address->kind == ADDRESS_DESCRIPTOR) {
        return open_given(channel, address);
    }
    if (address->use == ADDRESS_LISTEN) return open_listening(channel, address, found);
    return open_dialling(channel, address, found);
}

sotto_err sotto_channel_open(sotto_context *context, sotto_channel **channel,
                             const sotto_channel_options *options)
{
    struct sotto_channel *made = NULL;
    struct address address;
    struct addrinfo *found = NULL;
    sotto_err err;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (channel == NULL) return fail(context, SOTTO_ERR_USAGE, "a channel needs a place");
    err = check_interrupt(context);
    if (err == SOTTO_OK) err = find_address(context, &address, &found, options);
    if (err == SOTTO_OK) err = create(context, &made);
    if (err != SOTTO_OK) goto out;
    made->options = *options;
    deadline_start(&made->deadline, options->max_time);
    err = open_address(made, &address, found);
    if (err != SOTTO_OK) goto out;
    *channel = made;
    made = NULL;
out:
    if (found != NULL) freeaddrinfo(found);
    sotto_channel_free(made);
    return err;
}

sotto_err channel_over(struct sotto_context *context, struct sotto_channel **channel, int read_fd,
                       int write_fd, uint64_t idle_timeout)
{
    struct sotto_channel *made = NULL;
    sotto_err err = create(context, &made);

    if (err != SOTTO_OK) {
        if (write_fd != read_fd) close(write_fd);
        close(read_fd);
        return err;
    }
    made->options.idle_timeout = idle_timeout;
    deadline_start(&made->deadline, 0);
    err = set_up(made, read_fd, write_fd);
    if (err == SOTTO_OK) *channel = made;
    else sotto_channel_free(made);
    return err;
}

/* Tells a peer that is still there that nothing follows (RFC 8446, 6.1). */
static void say_goodbye(struct sotto_channel *channel)
{
    struct failure failure;

    if (channel->tls == NULL || channel->is_finished) return;
    if (channel->send_err != SOTTO_OK || channel->receive_err != SOTTO_OK) return;
    failure_keep(&failure, channel->context);
    deadline_phase(&channel->deadline, FAREWELL_TIME);
    tls_close_notify(channel->tls);
    failure_restore(&failure, channel->context);
}

void sotto_channel_free(sotto_channel *channel)
{
    if (channel == NULL) return;
    say_goodbye(channel);
    tls_free(channel->tls);
    transport_close(&channel->transport);
    mem_wipe(channel->buffer, BUFFER_LEN);
    mem_free(channel->buffer);
    mem_free(channel);
}

/* -------------------------------------------------------------------------------- receiving -- */

/* Receives at least one byte, decrypted. */
static sotto_err receive_some(struct sotto_channel *channel, uint8_t *data, size_t capacity,
                              size_t *got)
{
    sotto_err err;

    if (channel->receive_err != SOTTO_OK) {
        return fail(channel->context, channel->receive_err, "the connection has failed before");
    }
    if (channel->tls != NULL) {
        err = tls_receive(channel->tls, data, capacity, got);
    } else {
        err = transport_read(&channel->transport, data, capacity, got);
        if (err == SOTTO_OK && *got == 0) {
            err = fail(channel->context, SOTTO_ERR_DISCONNECTED, "the peer closed the connection");
        }
    }
    channel->receive_err = err;
    return err;
}

static size_t take_buffered(struct sotto_channel *channel, uint8_t *data, size_t data_len)
{
    size_t left = channel->buffer_len - channel->buffer_at;
    size_t piece = data_len < left ? data_len : left;

    if (piece > 0) memcpy(data, channel->buffer + channel->buffer_at, piece);
    channel->buffer_at += piece;
    return piece;
}

static sotto_err fill_buffer(struct sotto_channel *channel)
{
    size_t got;
    sotto_err err = receive_some(channel, channel->buffer, BUFFER_LEN, &got);

    if (err != SOTTO_OK) return err;
    channel->buffer_at = 0;
    channel->buffer_len = got;
    return SOTTO_OK;
}

sotto_err channel_receive(struct sotto_channel *channel, uint8_t *data, size_t data_len)
{
    deadline_alive(&channel->deadline); /* until now the peer's turn had not come */
    for (;;) {
        size_t got = take_buffered(channel, data, data_len);
        sotto_err err;

        data += got;
        data_len -= got;
        if (data_len == 0) return SOTTO_OK;
        if (data_len >= BUFFER_LEN) {
            err = receive_some(channel, data, data_len, &got);
            if (err != SOTTO_OK) return err;
            data += got;
            data_len -= got;
        } else {
            err = fill_buffer(channel);
            if (err != SOTTO_OK) return err;
        }
    }
}

bool channel_has_input(const struct sotto_channel *channel)
{
    struct pollfd in = {.fd = channel->transport.in.fd, .events = POLLIN};

    if (channel->buffer_at < channel->buffer_len) return true;
    if (channel->tls != NULL && tls_has_input(channel->tls)) return true;
    return in.fd >= 0 && poll(&in, 1, 0) > 0;
}

/* ---------------------------------------------------------------------------------- sending -- */

/* Once a send has failed, looks for what the peer said before it went, within the farewell time.
 * Data stay in the buffer; the result is what ended the search. */
static sotto_err hear_last_words(struct sotto_channel *channel)
{
    if (channel->buffer_at < channel->buffer_len) return SOTTO_OK;
    deadline_phase(&channel->deadline, FAREWELL_TIME);
    return fill_buffer(channel);
}

/* A send finds a broken pipe only; the alert that tells of our refusal is still unread. */
static sotto_err explain_failure(struct sotto_channel *channel, sotto_err err)
{
    struct failure failure;

    if (err != SOTTO_ERR_DISCONNECTED) return err;
    failure_keep(&failure, channel->context);
    if (hear_last_words(channel) == SOTTO_ERR_AUTHENTICATION) return SOTTO_ERR_AUTHENTICATION;
    failure_restore(&failure, channel->context);
    return err;
}

sotto_err channel_send(struct sotto_channel *channel, const uint8_t *data, size_t data_len)
{
    sotto_err err;

    if (channel->send_err != SOTTO_OK) {
        return fail(channel->context, channel->send_err, "the connection has failed before");
    }
    if (channel->is_finished) {
        return fail(channel->context, SOTTO_ERR_USAGE, "the channel is finished");
    }
    deadline_alive(&channel->deadline);
    err = data_len > LAST_WORDS_LEN ? check_interrupt(channel->context) : SOTTO_OK;
    if (err != SOTTO_OK) return err;
    if (channel->tls != NULL) err = tls_send(channel->tls, data, data_len);
    else err = transport_write(&channel->transport, data, data_len);
    if (err == SOTTO_OK) return SOTTO_OK;
    channel->send_err = explain_failure(channel, err);
    return channel->send_err;
}

bool channel_readable(struct sotto_channel *channel)
{
    struct failure failure;
    bool readable;

    failure_keep(&failure, channel->context);
    readable = hear_last_words(channel) == SOTTO_OK;
    failure_restore(&failure, channel->context);
    return readable;
}

/* ------------------------------------------------------------------------------ other calls -- */

sotto_err channel_binding(struct sotto_channel *channel, uint8_t binding[CHANNEL_BINDING_LEN])
{
    if (channel->tls != NULL) return tls_binding(channel->tls, binding);
    memset(binding, 0, CHANNEL_BINDING_LEN);
    return SOTTO_OK;
}

void channel_end_sending(struct sotto_channel *channel)
{
    struct failure failure;

    if (channel->is_finished) return;
    channel->is_finished = true;
    if (channel->tls == NULL || channel->send_err != SOTTO_OK) return;
    failure_keep(&failure, channel->context);
    tls_close_notify(channel->tls);
    failure_restore(&failure, channel->context);
}

void channel_await_end(struct sotto_channel *channel)
{
    struct failure failure;

    if (channel->tls == NULL) return;
    failure_keep(&failure, channel->context);
    deadline_phase(&channel->deadline, FAREWELL_TIME);
    while (channel->receive_err == SOTTO_OK && !deadline_phase_over(&channel->deadline)) {
        channel->buffer_at = channel->buffer_len;
        (void)!fill_buffer(channel);
    }
    deadline_phase(&channel->deadline, DEADLINE_NEVER);
    failure_restore(&failure, channel->context);
}

void channel_finish(struct sotto_channel *channel)
{
    struct failure failure;

    if (channel->is_finished) return;
    failure_keep(&failure, channel->context);
    deadline_phase(&channel->deadline, FAREWELL_TIME);
    channel_end_sending(channel);
    transport_end_sending(&channel->transport);
    transport_drain(&channel->transport, FAREWELL_TIME);
    failure_restore(&failure, channel->context);
}

struct sotto_context *channel_context(struct sotto_channel *channel)
{
    return channel->context;
}

uint64_t sotto_channel_bytes_sent(const sotto_channel *channel)
{
    return channel->transport.bytes_sent;
}

uint64_t sotto_channel_bytes_received(const sotto_channel *channel)
{
    return channel->transport.bytes_received;
}

const char *sotto_channel_peer(const sotto_channel *channel)
{
    return channel->peer;
}
