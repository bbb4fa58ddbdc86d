/* Dialling with retries; see dialler.h. */
#include "net/dialler.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

/* The pause doubles from the first to the longest: two parties started together lose no time, and
 * one that waits for long costs next to nothing. */
#define FIRST_PAUSE 2
#define LONGEST_PAUSE 500

/* An address that does not answer may not use up the time of those that follow it. */
#define ATTEMPT_TIME_OF_MANY 3000

struct target {
    const struct sockaddr *address;
    socklen_t address_len;
};

struct dialler {
    struct sotto_context *context;
    struct deadline *deadline;
    uint64_t dial_end;
    uint64_t n_rounds;
    int error;        /* of the last attempt */
    bool is_hopeless; /* no attempt of the last round failed in a way that time may heal */
    struct target failed;
};

static bool may_heal(int error)
{
    switch (error) {
    case ECONNREFUSED:
    case ECONNRESET:
    case ECONNABORTED:
    case ETIMEDOUT:
    case EHOSTUNREACH:
    case EHOSTDOWN:
    case ENETUNREACH:
    case ENETDOWN:
    case ENOENT:
    case EAGAIN:
    case EADDRNOTAVAIL: return true;
    default: return false;
    }
}

/* A connection to a free port of this machine may meet itself when the system happens to choose
 * that very port as its source. */
static bool is_to_itself(int fd)
{
    struct sockaddr_storage own = {0}, peer = {0};
    socklen_t own_len = sizeof own, peer_len = sizeof peer;

    if (getsockname(fd, (struct sockaddr *)&own, &own_len) != 0) return false;
    if (own.ss_family == AF_UNIX) return false;
    if (getpeername(fd, (struct sockaddr *)&peer, &peer_len) != 0) return false;
    return own_len == peer_len && memcmp(&own, &peer, own_len) == 0;
}

/* Waits for a connection under way; *error is what became of it. */
static sotto_err await_connection(struct dialler *dialler, int *error, int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLOUT};
    socklen_t error_len = sizeof *error;
    sotto_err err = deadline_wait(dialler->context, dialler->deadline, &one, 1);

    if (err == SOTTO_ERR_TIMEOUT && deadline_phase_over(dialler->deadline)) {
        *error = ETIMEDOUT;
        return SOTTO_OK;
    }
    if (err != SOTTO_OK) return err;
    if (getsockopt(fd, SOL_SOCKET, SO_ERROR, error, &error_len) != 0) *error = errno;
    return SOTTO_OK;
}

/* One attempt. *error is 0 when *fd is connected. */
static sotto_err attempt(struct dialler *dialler, int *fd, int *error, const struct target *target)
{
    int kind = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    int made = socket(target->address->sa_family, kind, 0);
    sotto_err err = SOTTO_OK;

    if (made < 0) {
        *error = errno;
        return SOTTO_OK;
    }
    *error = 0;
    if (connect(made, target->address, target->address_len) != 0) *error = errno;
    if (*error == EINPROGRESS || *error == EINTR) err = await_connection(dialler, error, made);
    if (err == SOTTO_OK && *error == 0 && is_to_itself(made)) *error = ECONNREFUSED;
    if (err == SOTTO_OK && *error == 0) *fd = made;
    else close(made);
    return err;
}

static void begin_attempt(const struct dialler *dialler, bool is_only)
{
    uint64_t now = clock_now();
    uint64_t left = dialler->dial_end > now ? dialler->dial_end - now : 0;

    if (!is_only && left > ATTEMPT_TIME_OF_MANY) left = ATTEMPT_TIME_OF_MANY;
    deadline_phase(dialler->deadline, left);
}

/* Tries every address once. *fd stays -1 when none answers. */
static sotto_err try_all(struct dialler *dialler, int *fd, const struct target *targets,
                         size_t n_targets)
{
    dialler->n_rounds++;
    dialler->is_hopeless = true;
    for (size_t i = 0; i < n_targets; i++) {
        sotto_err err;

        begin_attempt(dialler, n_targets == 1);
        err = attempt(dialler, fd, &dialler->error, &targets[i]);
        if (err != SOTTO_OK || *fd >= 0) return err;
        dialler->failed = targets[i];
        if (may_heal(dialler->error)) dialler->is_hopeless = false;
    }
    return SOTTO_OK;
}

/* Sleeps, but not beyond the end of dialling. */
static sotto_err pause_for(struct dialler *dialler, uint64_t duration)
{
    uint64_t now = clock_now();
    uint64_t left = dialler->dial_end > now ? dialler->dial_end - now : 0;
    sotto_err err;

    deadline_phase(dialler->deadline, duration < left ? duration : left);
    err = deadline_wait(dialler->context, dialler->deadline, NULL, 0);
    if (err == SOTTO_ERR_TIMEOUT && deadline_phase_over(dialler->deadline) &&
        clock_now() < dialler->deadline->life_end) {
        return SOTTO_OK;
    }
    return err;
}

static const char *cause(int error)
{
    switch (error) {
    case ECONNREFUSED: return "connection refused";
    case ETIMEDOUT: return "no answer";
    case ENOENT: return "there is no such socket";
    case EACCES: return "permission denied";
    default: return strerror(error);
    }
}

static sotto_err fail_dial(const struct dialler *dialler, const struct address *address,
                           uint64_t timeout)
{
    sotto_err err = dialler->is_hopeless ? SOTTO_ERR_CONNECT : SOTTO_ERR_TIMEOUT;
    char host[256], duration[DURATION_TEXT_SIZE];

    address_numeric(host, sizeof host, dialler->failed.address, dialler->failed.address_len);
    (void)fail(dialler->context, err, "cannot connect to %s: %s%s%s%s", address->text,
               cause(dialler->error), host[0] != '\0' ? " (" : "", host,
               host[0] != '\0' ? ")" : "");
    if (dialler->is_hopeless) return err;
    add_hint(dialler->context, "tried %" PRIu64 " time%s in %s. Is the other side running?",
             dialler->n_rounds, dialler->n_rounds == 1 ? "" : "s",
             duration_text(duration, timeout));
    return err;
}

static sotto_err dial_targets(struct dialler *dialler, int *fd, const struct address *address,
                              const struct target *targets, size_t n_targets, uint64_t timeout)
{
    uint64_t pause = FIRST_PAUSE;
    int connected = -1;

    for (;;) {
        sotto_err err = try_all(dialler, &connected, targets, n_targets);

        if (err != SOTTO_OK) return err;
        if (connected >= 0) break;
        if (dialler->is_hopeless || clock_now() >= dialler->dial_end) {
            return fail_dial(dialler, address, timeout);
        }
        err = pause_for(dialler, pause);
        if (err != SOTTO_OK) return err;
        pause = 2 * pause < LONGEST_PAUSE ? 2 * pause : LONGEST_PAUSE;
    }
    *fd = connected;
    return SOTTO_OK;
}

#define MAX_TARGETS 16

sotto_err dial(struct sotto_context *context, int *fd, struct deadline *deadline,
               const struct address *address, const struct addrinfo *found, uint64_t timeout)
{
    struct dialler dialler = {.context = context, .deadline = deadline};
    struct sockaddr_un unix_address = {.sun_family = AF_UNIX};
    struct target targets[MAX_TARGETS];
    size_t n_targets = 0;
    sotto_err err;

    if (address->kind == ADDRESS_UNIX) {
        memcpy(unix_address.sun_path, address->path, sizeof unix_address.sun_path);
        targets[n_targets++] = (struct target){.address = (struct sockaddr *)&unix_address,
                                               .address_len = sizeof unix_address};
    }
    for (const struct addrinfo *one = found; one != NULL && n_targets < MAX_TARGETS;
         one = one->ai_next) {
        targets[n_targets++] =
            (struct target){.address = one->ai_addr, .address_len = one->ai_addrlen};
    }
    deadline_phase(deadline, timeout);
    dialler.dial_end = deadline->phase_end;
    err = dial_targets(&dialler, fd, address, targets, n_targets, timeout);
    deadline_phase(deadline, DEADLINE_NEVER);
    return err;
}
