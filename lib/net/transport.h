/*
 * A byte stream over one or two connected descriptors: sockets, pipes or terminals. Reads and
 * writes wait within the deadline, can be interrupted, count what they moved and never raise
 * SIGPIPE.
 */
#ifndef SOTTO_NET_TRANSPORT_H
#define SOTTO_NET_TRANSPORT_H

#include "net/deadline.h"

/** One direction. A socket is used with MSG_DONTWAIT; other descriptors are made non-blocking,
 *  which their other users see, so the flags are put back at the end. */
struct transport_end {
    int fd; /* -1: closed */
    bool is_socket;
    int saved_flags;
};

struct transport {
    struct sotto_context *context;
    struct deadline *deadline;
    struct transport_end in;
    struct transport_end out; /* may be the descriptor of in */
    uint64_t bytes_sent;
    uint64_t bytes_received;
};

/** Makes a transport of connected descriptors and owns them, also when it fails. Descriptors 0
 *  and 1 are given up in the end by putting /dev/null in their place. */
sotto_err transport_adopt(struct transport *transport, struct sotto_context *context,
                          struct deadline *deadline, int read_fd, int write_fd) CHECKED;

/** Reads what there is, at least one byte; *got is 0 at the end of the stream. A broken connection
 *  is SOTTO_ERR_DISCONNECTED. */
sotto_err transport_read(struct transport *transport, uint8_t *data, size_t capacity,
                         size_t *got) CHECKED;

/** Writes all of data. */
sotto_err transport_write(struct transport *transport, const uint8_t *data,
                          size_t data_len) CHECKED;

/** Ends the sending direction, so that the peer reads the end of the stream. */
void transport_end_sending(struct transport *transport);

/** Reads and drops until the peer ends its direction, for as long as duration milliseconds:
 *  closing a socket with unread bytes would reset the connection and could destroy what we sent
 *  last. */
void transport_drain(struct transport *transport, uint64_t duration);

/** Closes both descriptors. May be called twice. */
void transport_close(struct transport *transport);

#endif
