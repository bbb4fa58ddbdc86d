/*
 * A byte stream to the peer: a transport, with TLS over it when there are credentials, with
 * deadlines, counted bytes and an interruptible wait. Failures are reported in the context the
 * channel was opened with.
 */
#ifndef SOTTO_NET_CHANNEL_H
#define SOTTO_NET_CHANNEL_H

#include "base/error.h"

#define CHANNEL_BINDING_LEN 32

/** Sends all of data; returns once the system has taken it. SOTTO_ERR_DISCONNECTED, _TIMEOUT,
 *  _AUTHENTICATION (TLS failure, or the peer's refusal, which a dialler may learn only now),
 *  _INTERRUPTED. Once a direction has failed it stays failed, with the same error. After an
 *  interrupt a short message that need not wait is still sent, so that the peer can be told. */
sotto_err channel_send(struct sotto_channel *channel, const uint8_t *data, size_t data_len) CHECKED;

/** Receives exactly data_len bytes. */
sotto_err channel_receive(struct sotto_channel *channel, uint8_t *data, size_t data_len) CHECKED;

/** Whether the peer has said something that waits to be received, or has left. Does not wait. */
bool channel_has_input(const struct sotto_channel *channel);

/** After a failed send: whether bytes from the peer can still be read, so that its last words (an
 *  abort) are heard. channel_receive() then reads them without waiting long. */
bool channel_readable(struct sotto_channel *channel);

/** Keying material that both ends of this very TLS connection share and nobody else has (RFC 8446,
 *  7.5); zeros on a plaintext channel. */
sotto_err channel_binding(struct sotto_channel *channel,
                          uint8_t binding[CHANNEL_BINDING_LEN]) CHECKED;

/** Tells the peer that nothing follows, by TLS's close_notify where there is TLS. What the peer
 *  still sends can be received. */
void channel_end_sending(struct sotto_channel *channel);

/** Reads up to the peer's close_notify, for at most a second: so that all that it sent is counted.
 *  Nothing else is expected, and what comes is dropped; without TLS there is nothing to wait for.
 */
void channel_await_end(struct sotto_channel *channel);

/** Ends the sending side, then reads and drops what the peer still sends until it closes, for at
 *  most a second: so that our last frame is not lost to a reset. Sends nothing of its own but
 *  TLS's close_notify. */
void channel_finish(struct sotto_channel *channel);

struct sotto_context *channel_context(struct sotto_channel *channel);

/** For tests: a channel over a connected descriptor pair, without TLS. Takes over both
 *  descriptors (they may be the same). */
sotto_err channel_over(struct sotto_context *context, struct sotto_channel **channel, int read_fd,
                       int write_fd, uint64_t idle_timeout) CHECKED;

#endif
