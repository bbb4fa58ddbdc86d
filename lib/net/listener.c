/* Listening on TCP and unix sockets; see listener.h. */
#include "net/listener.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define BACKLOG 16

static sotto_err fail_bind(struct sotto_context *context, const struct address *address, int error)
{
    const char *cause = error == EADDRINUSE ? "address already in use" : strerror(error);

    (void)fail(context, SOTTO_ERR_CONNECT, "cannot listen on %s: %s", address->text, cause);
    if (error == EADDRINUSE) {
        add_hint(context, "another program listens there: stop it, or choose another port");
    }
    if (error == EADDRNOTAVAIL) add_hint(context, "this machine does not have that address");
    if (error == EACCES && address->kind == ADDRESS_TCP && address->port < 1024) {
        add_hint(context, "ports below 1024 are reserved: choose a larger one");
    }
    return SOTTO_ERR_CONNECT;
}

/* ------------------------------------------------------------------------------------- TCP -- */

static uint16_t bound_port(int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t bound_len = sizeof bound;
    uint16_t port = 0;

    if (getsockname(fd, (struct sockaddr *)&bound, &bound_len) != 0) return 0;
    if (bound.ss_family == AF_INET) {
        port = ntohs(((struct sockaddr_in *)&bound)->sin_port);
    } else if (bound.ss_family == AF_INET6) {
        port = ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    }
    return port;
}

/* Binds one resolved address; port 0 leaves the choice to the system. The error, or 0. */
static int bind_tcp(int *fd, const struct addrinfo *one, uint16_t port)
{
    struct sockaddr_storage where = {0};
    int on = 1, made, error;

    memcpy(&where, one->ai_addr, one->ai_addrlen);
    if (where.ss_family == AF_INET) ((struct sockaddr_in *)&where)->sin_port = htons(port);
    else ((struct sockaddr_in6 *)&where)->sin6_port = htons(port);
    made = socket(one->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) return errno;
    /* IPv4 has a socket of its own. */
    if (setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        (one->ai_family == AF_INET6 &&
         setsockopt(made, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) != 0) ||
        bind(made, (struct sockaddr *)&where, one->ai_addrlen) != 0 || listen(made, BACKLOG) != 0) {
        error = errno;
        close(made);
        return error;
    }
    *fd = made;
    return 0;
}

static bool is_bound(const struct listener *listener, const struct addrinfo *until,
                     const struct addrinfo *found)
{
    if (listener->n_fds == 0) return false;
    for (const struct addrinfo *one = found; one != until; one = one->ai_next) {
        if (one->ai_addrlen == until->ai_addrlen &&
            memcmp(one->ai_addr, until->ai_addr, until->ai_addrlen) == 0) {
            return true;
        }
    }
    return false;
}

/* Binds every address at the same port. An address family that this machine lacks is passed over
 * as long as another one works. The error, or 0. */
static int bind_all(struct listener *listener, const struct addrinfo *found, uint16_t port)
{
    int last_error = EADDRNOTAVAIL;

    for (const struct addrinfo *one = found; one != NULL; one = one->ai_next) {
        int error;

        if (listener->n_fds == LISTENER_MAX_SOCKETS) break;
        if (one->ai_family != AF_INET && one->ai_family != AF_INET6) continue;
        if (is_bound(listener, one, found)) continue; /* a name may stand for one twice */
        error = bind_tcp(&listener->fds[listener->n_fds], one, port);
        if (error == 0) {
            if (port == 0) port = bound_port(listener->fds[listener->n_fds]);
            listener->n_fds++;
            continue;
        }
        last_error = error;
        if (error != EAFNOSUPPORT && error != EADDRNOTAVAIL) {
            listener_close(listener);
            return error;
        }
    }
    return listener->n_fds > 0 ? 0 : last_error;
}

/* How often a chosen port may turn out to be taken in the other address family. */
#define PORT_TRIES 8

static sotto_err listen_tcp(struct listener *listener, struct sotto_context *context,
                            const struct address *address, const struct addrinfo *found)
{
    int error = EADDRINUSE;

    for (int i = 0; i < PORT_TRIES && error == EADDRINUSE; i++) {
        error = bind_all(listener, found, address->port);
        if (address->port != 0) break;
    }
    if (error != 0) return fail_bind(context, address, error);
    address_with_port(listener->text, address, bound_port(listener->fds[0]));
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------ unix sockets -- */

/* Serialises those who find the same dead socket, lest one removes the live one of the other.
 * -1 when the folder cannot be locked: then bind() still lets one alone succeed. */
static int lock_folder(const char *path)
{
    char folder[sizeof((struct sockaddr_un *)NULL)->sun_path + 2];
    const struct timespec pause = {.tv_nsec = 10 * 1000 * 1000};
    char *slash;
    int fd;

    snprintf(folder, sizeof folder, "%s", path);
    slash = strrchr(folder, '/');
    if (slash == NULL) snprintf(folder, sizeof folder, ".");
    else slash[slash == folder] = '\0';
    fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return -1;
    for (int i = 0; i < 100 && flock(fd, LOCK_EX | LOCK_NB) != 0; i++) nanosleep(&pause, NULL);
    return fd;
}

/* Whether a process has the socket at path open. A datagram socket may not connect to a stream
 * socket, but is told in different words whether there is one; and its owner notices nothing. */
static bool is_dead(const struct sockaddr_un *where)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool refused;

    if (fd < 0) return false;
    refused =
        connect(fd, (const struct sockaddr *)where, sizeof *where) != 0 && errno == ECONNREFUSED;
    close(fd);
    return refused;
}

/* Removes a dead socket; anything else is left alone and refused. */
static sotto_err clear_path(struct sotto_context *context, const struct address *address,
                            const struct sockaddr_un *where)
{
    struct stat status;

    if (lstat(where->sun_path, &status) != 0) {
        return errno == ENOENT ? SOTTO_OK : fail_bind(context, address, errno);
    }
    if (!S_ISSOCK(status.st_mode)) {
        (void)fail(context, SOTTO_ERR_CONNECT, "cannot listen on %s: the file there is no socket",
                   address->text);
        add_hint(context, "choose another path");
        return SOTTO_ERR_CONNECT;
    }
    if (!is_dead(where)) return fail_bind(context, address, EADDRINUSE);
    if (unlink(where->sun_path) != 0) return fail_bind(context, address, errno);
    return SOTTO_OK;
}

/* Linux gives the file the mode of the unbound socket, so there is no moment at which it is open
 * to others; nobody can connect before listen() anyway, and a mode that came out otherwise is
 * refused by then. The error, or 0. */
static int bind_unix(struct listener *listener, int fd, const struct sockaddr_un *where)
{
    struct stat status;

    if (fchmod(fd, 0600) != 0) return errno;
    if (bind(fd, (const struct sockaddr *)where, sizeof *where) != 0) return errno;
    if (lstat(where->sun_path, &status) != 0) return errno;
    memcpy(listener->path, where->sun_path, sizeof listener->path);
    listener->device = status.st_dev;
    listener->inode = status.st_ino;
    if ((status.st_mode & 077) != 0) return EPERM;
    return listen(fd, BACKLOG) == 0 ? 0 : errno;
}

static sotto_err listen_unix(struct listener *listener, struct sotto_context *context,
                             const struct address *address)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    int lock = lock_folder(address->path);
    sotto_err err;
    int fd, error;

    memcpy(where.sun_path, address->path, sizeof where.sun_path);
    err = clear_path(context, address, &where);
    if (err != SOTTO_OK) goto out;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    error = fd < 0 ? errno : bind_unix(listener, fd, &where);
    if (fd >= 0) listener->fds[listener->n_fds++] = fd;
    if (error != 0) err = fail_bind(context, address, error);
    else snprintf(listener->text, sizeof listener->text, "%s", address->text);
out:
    if (lock >= 0) close(lock);
    return err;
}

/* ----------------------------------------------------------------------------------- callers -- */

sotto_err listener_open(struct listener *listener, struct sotto_context *context,
                        const struct address *address, const struct addrinfo *found)
{
    sotto_err err;

    *listener = (struct listener){.n_fds = 0};
    if (address->kind == ADDRESS_UNIX) err = listen_unix(listener, context, address);
    else err = listen_tcp(listener, context, address, found);
    if (err != SOTTO_OK) listener_close(listener);
    return err;
}

/* Errors of a caller that has gone again, which are no concern of ours (accept(2)). */
static bool is_callers_error(int error)
{
    switch (error) {
    case EAGAIN:
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    case EPERM:
    case ENETDOWN:
    case ENETUNREACH:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ETIMEDOUT: return true;
    default: return false;
    }
}

sotto_err listener_accept(struct listener *listener, struct sotto_context *context, int *fd,
                          char *peer, size_t peer_size, const struct deadline *deadline)
{
    struct pollfd waits[LISTENER_MAX_SOCKETS];

    for (;;) {
        sotto_err err;

        for (size_t i = 0; i < listener->n_fds; i++) {
            waits[i] = (struct pollfd){.fd = listener->fds[i], .events = POLLIN};
        }
        err = deadline_wait(context, deadline, waits, listener->n_fds);
        if (err != SOTTO_OK) return err;
        for (size_t i = 0; i < listener->n_fds; i++) {
            struct sockaddr_storage from = {0};
            socklen_t from_len = sizeof from;
            int caller;

            if (waits[i].revents == 0) continue;
            caller = accept4(listener->fds[i], (struct sockaddr *)&from, &from_len,
                             SOCK_CLOEXEC | SOCK_NONBLOCK);
            if (caller >= 0) {
                address_numeric(peer, peer_size, (struct sockaddr *)&from, from_len);
                *fd = caller;
                return SOTTO_OK;
            }
            if (!is_callers_error(errno)) {
                return fail(context, SOTTO_ERR_CONNECT, "cannot accept a caller on %s: %s",
                            listener->text, strerror(errno));
            }
        }
    }
}

/* The path may by now belong to somebody else's socket. */
static void remove_socket(const struct listener *listener)
{
    struct stat status;

    if (listener->path[0] == '\0' || lstat(listener->path, &status) != 0) return;
    if (status.st_dev == listener->device && status.st_ino == listener->inode) {
        (void)unlink(listener->path);
    }
}

void listener_close(struct listener *listener)
{
    remove_socket(listener);
    listener->path[0] = '\0';
    for (size_t i = 0; i < listener->n_fds; i++) close(listener->fds[i]);
    listener->n_fds = 0;
}
