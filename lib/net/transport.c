/* A byte stream over descriptors; see transport.h. */
#include "net/transport.h"

#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* ------------------------------------------------------------------------------ descriptors -- */

static bool end_init(struct transport_end *end, int fd)
{
    struct stat status;

    *end = (struct transport_end){.fd = fd, .saved_flags = -1};
    if (fstat(fd, &status) != 0) return false;
    end->is_socket = S_ISSOCK(status.st_mode);
    if (!end->is_socket) end->saved_flags = fcntl(fd, F_GETFL);
    return end->is_socket || end->saved_flags >= 0;
}

/* Frames are written whole, so waiting to fill a segment would only add delay. Sockets of other
 * families refuse the option. */
static void set_no_delay(const struct transport_end *end)
{
    int on = 1;

    if (end->is_socket) (void)setsockopt(end->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static bool end_unblock(const struct transport_end *end)
{
    if (end->is_socket) return true;
    return fcntl(end->fd, F_SETFL, end->saved_flags | O_NONBLOCK) == 0;
}

/* Standard streams must stay open, lest the next file gets their number and a stray print lands in
 * it; with /dev/null in their place the peer sees the end all the same. */
static void replace_by_null(int fd)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);

    if (null_fd < 0) {
        close(fd);
        return;
    }
    (void)dup2(null_fd, fd);
    close(null_fd);
}

static void end_close(struct transport_end *end)
{
    if (end->fd < 0) return;
    if (end->saved_flags >= 0) (void)fcntl(end->fd, F_SETFL, end->saved_flags);
    if (end->fd <= STDERR_FILENO) replace_by_null(end->fd);
    else close(end->fd);
    end->fd = -1;
}

sotto_err transport_adopt(struct transport *transport, struct sotto_context *context,
                          struct deadline *deadline, int read_fd, int write_fd)
{
    struct transport made = {.context = context, .deadline = deadline};
    bool in_known = end_init(&made.in, read_fd);
    bool out_known = end_init(&made.out, write_fd);

    /* Both sets of flags are read before one is changed: two numbers may share one description. */
    if (in_known && out_known && end_unblock(&made.in) && end_unblock(&made.out)) {
        set_no_delay(&made.out);
        *transport = made;
        return SOTTO_OK;
    }
    (void)fail(context, SOTTO_ERR_CONNECT, "cannot use descriptor %d: %s",
               in_known ? write_fd : read_fd, strerror(errno));
    transport_close(&made);
    return SOTTO_ERR_CONNECT;
}

void transport_close(struct transport *transport)
{
    if (transport->out.fd == transport->in.fd) transport->out.fd = -1;
    end_close(&transport->out);
    end_close(&transport->in);
}

/* ----------------------------------------------------------------------- reading and writing -- */

static bool would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

static sotto_err fail_broken(struct transport *transport, int error)
{
    if (error == EPIPE || error == ECONNRESET) {
        return fail(transport->context, SOTTO_ERR_DISCONNECTED, "the peer closed the connection");
    }
    return fail(transport->context, SOTTO_ERR_DISCONNECTED, "the connection to the peer broke: %s",
                strerror(error));
}

static sotto_err wait_for(struct transport *transport, int fd, short events)
{
    struct pollfd one = {.fd = fd, .events = events};

    return deadline_wait(transport->context, transport->deadline, &one, 1);
}

static ssize_t read_now(const struct transport_end *in, uint8_t *data, size_t capacity)
{
    if (in->is_socket) return recv(in->fd, data, capacity, MSG_DONTWAIT);
    return read(in->fd, data, capacity);
}

sotto_err transport_read(struct transport *transport, uint8_t *data, size_t capacity, size_t *got)
{
    sotto_err err = check_interrupt(transport->context);

    if (err == SOTTO_OK) err = deadline_check_life(transport->context, transport->deadline);
    while (err == SOTTO_OK) {
        ssize_t n = read_now(&transport->in, data, capacity);

        if (n >= 0) {
            transport->bytes_received += (uint64_t)n;
            deadline_alive(transport->deadline);
            *got = (size_t)n;
            return SOTTO_OK;
        }
        if (errno == EINTR) continue;
        if (!would_block(errno)) return fail_broken(transport, errno);
        err = wait_for(transport, transport->in.fd, POLLIN);
    }
    return err;
}

/* A write to a broken pipe raises SIGPIPE, which cannot be asked not to: it is blocked in this
 * thread meanwhile, and taken back unless one was pending before. */
static ssize_t write_pipe(int fd, const uint8_t *data, size_t data_len)
{
    const struct timespec at_once = {0};
    sigset_t sigpipe, saved, pending;
    bool was_pending;
    ssize_t n;
    int error;

    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &sigpipe, &saved);
    n = write(fd, data, data_len);
    error = errno;
    if (n < 0 && error == EPIPE && !was_pending) {
        while (sigtimedwait(&sigpipe, NULL, &at_once) < 0 && errno == EINTR) continue;
    }
    pthread_sigmask(SIG_SETMASK, &saved, NULL);
    errno = error;
    return n;
}

static ssize_t write_now(const struct transport_end *out, const uint8_t *data, size_t data_len)
{
    if (out->is_socket) return send(out->fd, data, data_len, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write_pipe(out->fd, data, data_len);
}

sotto_err transport_write(struct transport *transport, const uint8_t *data, size_t data_len)
{
    sotto_err err = deadline_check_life(transport->context, transport->deadline);

    if (transport->out.fd < 0) return fail_broken(transport, EPIPE);
    while (err == SOTTO_OK && data_len > 0) {
        ssize_t n = write_now(&transport->out, data, data_len);

        if (n >= 0) {
            transport->bytes_sent += (uint64_t)n;
            deadline_alive(transport->deadline);
            data += n;
            data_len -= (size_t)n;
            continue;
        }
        if (errno == EINTR) continue;
        if (!would_block(errno)) return fail_broken(transport, errno);
        err = wait_for(transport, transport->out.fd, POLLOUT);
    }
    return err;
}

/* ---------------------------------------------------------------------------------- the end -- */

void transport_end_sending(struct transport *transport)
{
    if (transport->out.fd < 0) return;
    if (transport->out.is_socket) {
        (void)shutdown(transport->out.fd, SHUT_WR);
    } else if (transport->out.fd != transport->in.fd) {
        end_close(&transport->out);
    }
}

void transport_drain(struct transport *transport, uint64_t duration)
{
    struct failure failure;
    uint8_t dropped[4096];
    size_t got = 1;

    if (transport->in.fd < 0) return;
    failure_keep(&failure, transport->context);
    deadline_phase(transport->deadline, duration);
    while (got > 0) {
        if (transport_read(transport, dropped, sizeof dropped, &got) != SOTTO_OK) break;
        if (deadline_phase_over(transport->deadline)) break;
    }
    mem_wipe(dropped, sizeof dropped);
    failure_restore(&failure, transport->context);
}
