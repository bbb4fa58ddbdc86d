/* Listens on an address until a caller comes. */
#ifndef SOTTO_NET_LISTENER_H
#define SOTTO_NET_LISTENER_H

#include "net/address.h"
#include "net/deadline.h"

#include <sys/types.h>

#define LISTENER_MAX_SOCKETS DEADLINE_MAX_FDS

struct listener {
    int fds[LISTENER_MAX_SOCKETS]; /* one for each address that the name stands for */
    size_t n_fds;
    char text[ADDRESS_TEXT_SIZE]; /* the bound address, with the port that was chosen */
    char path[sizeof((struct sockaddr_un *)NULL)->sun_path]; /* "": nothing to remove */
    dev_t device;                                            /* of the socket at path */
    ino_t inode;
};

/** Binds a TCP or unix address and listens. A dead unix socket is replaced, anything else at its
 *  path is left alone. SOTTO_ERR_CONNECT names the address and the cause. */
sotto_err listener_open(struct listener *listener, struct sotto_context *context,
                        const struct address *address, const struct addrinfo *found) CHECKED;

/** Waits for a caller. *fd is non-blocking, peer receives its numeric host ("" on a unix
 *  socket). */
sotto_err listener_accept(struct listener *listener, struct sotto_context *context, int *fd,
                          char *peer, size_t peer_size, const struct deadline *deadline) CHECKED;

/** Stops listening and removes the unix socket, if it is still ours. May be called twice. */
void listener_close(struct listener *listener);

#endif
