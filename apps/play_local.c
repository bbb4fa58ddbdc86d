/*
 * Both parties on this machine: the parent garbles and listens on a port of the loopback interface,
 * its child evaluates. One pipe tells the child the port, another one brings its result home. Each
 * process drops the other party's inputs as soon as it is alone.
 */
#include "buffer.h"
#include "play.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/** How long one process waits for the other to appear. */
#define MEETING_TIMEOUT 30000

/** What the child sends home, before its outputs. */
struct reply {
    struct report report;
    sotto_session_stats stats;
    uint64_t outputs_len;
};

/** What the two processes share. */
struct pair {
    struct inputs inputs[2]; /* by sotto_role */
    sotto_credentials *credentials[2];
    int address_pipe[2];
    int reply_pipe[2];
};

static bool write_all(int fd, const void *memory, size_t len)
{
    const char *at = memory;

    while (len > 0) {
        ssize_t n = write(fd, at, len);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        at += n;
        len -= (size_t)n;
    }
    return true;
}

/** Bytes read until len or the end. */
static size_t read_all(int fd, void *memory, size_t len)
{
    char *at = memory;
    size_t got = 0;

    while (got < len) {
        ssize_t n = read(fd, at + got, len - got);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) break;
        got += (size_t)n;
    }
    return got;
}

static void close_end(int *fd)
{
    if (*fd >= 0) close(*fd);
    *fd = -1;
}

static void pair_free(struct pair *pair)
{
    for (int i = 0; i < 2; i++) {
        inputs_free(&pair->inputs[i]);
        sotto_credentials_free(pair->credentials[i]);
        close_end(&pair->address_pipe[i]);
        close_end(&pair->reply_pipe[i]);
    }
}

static int pair_new(struct report *report, sotto_context *context, struct pair *pair,
                    const struct program *program, const struct inputs *both)
{
    int status = STATUS_OK;

    *pair = (struct pair){.address_pipe = {-1, -1}, .reply_pipe = {-1, -1}};
    for (int role = 0; role < 2 && status == STATUS_OK; role++)
        status =
            inputs_of_role(report, &pair->inputs[role], both, program->interface, (sotto_role)role);
    if (status != STATUS_OK) return status;
    if (pipe2(pair->address_pipe, O_CLOEXEC) != 0 || pipe2(pair->reply_pipe, O_CLOEXEC) != 0)
        return report_fail(report, STATUS_LIMIT, "cannot make a pipe: %s", strerror(errno));
    return report_library(
        report, context,
        sotto_credentials_pair(context, &pair->credentials[0], &pair->credentials[1]));
}

/* ---------------------------------------------------------------------------------------- child */

/** The garbler's, which the parent sends once it listens. */
struct awaited_address {
    char text[128];
    int fd;
};

static int await_address(struct report *report, struct connection *connection)
{
    struct awaited_address *address = connection->complete_user;
    size_t len = read_all(address->fd, address->text, sizeof address->text - 1);

    if (len == 0)
        return report_fail(report, STATUS_DISCONNECTED, "the garbler ended before it listened");
    address->text[len] = '\0';
    connection->options.connect = address->text;
    return STATUS_OK;
}

static int run_evaluator(struct report *report, sotto_context *context, struct play *play,
                         struct pair *pair)
{
    struct awaited_address address = {.fd = pair->address_pipe[0]};
    struct connection connection = {
        .options = {.credentials = pair->credentials[SOTTO_EVALUATOR],
                    .connect_timeout = MEETING_TIMEOUT},
        .complete = await_address,
        .complete_user = &address,
    };

    play->options.role = SOTTO_EVALUATOR;
    play->inputs = &pair->inputs[SOTTO_EVALUATOR];
    return play_party(report, context, play, &connection, false);
}

/** The child's life; it ends here, without the parent's clean-up. */
static void evaluate_and_exit(struct play *play, struct pair *pair, const sotto_limits *limits)
{
    struct reply reply = {0};
    sotto_context *context = NULL;
    bool sent;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    inputs_free(&pair->inputs[SOTTO_GARBLER]);
    close_end(&pair->address_pipe[1]);
    close_end(&pair->reply_pipe[0]);
    /* The parent's context shares its wake-up with the parent. */
    signals_watch(NULL);
    if (report_library(&reply.report, NULL, sotto_context_new(&context, limits)) == STATUS_OK) {
        signals_watch(context);
        signals_hold(0);
        run_evaluator(&reply.report, context, play, pair);
    }
    reply.stats = play->stats;
    reply.outputs_len = play->outputs_len;
    sent = write_all(pair->reply_pipe[1], &reply, sizeof reply) &&
           write_all(pair->reply_pipe[1], play->outputs, play->outputs_len);
    signals_watch(NULL);
    play_free(play);
    pair_free(pair);
    sotto_context_free(context);
    _exit(sent && reply.report.status == STATUS_OK ? 0 : 1);
}

/* --------------------------------------------------------------------------------------- parent */

/** Passes the address on once it is bound. */
static void send_address(void *user, sotto_notice notice, const char *text)
{
    struct pair *pair = user;

    if (notice != SOTTO_NOTICE_LISTENING) return;
    /* A child that is gone shows by SIGCHLD. */
    (void)!write_all(pair->address_pipe[1], text, strlen(text));
    close_end(&pair->address_pipe[1]);
}

static int run_garbler(struct report *report, sotto_context *context, struct play *play,
                       struct pair *pair)
{
    struct connection connection = {
        .options = {.listen = "127.0.0.1:0",
                    .credentials = pair->credentials[SOTTO_GARBLER],
                    .connect_timeout = MEETING_TIMEOUT,
                    .notice = send_address,
                    .notice_user = pair},
    };

    play->options.role = SOTTO_GARBLER;
    play->inputs = &pair->inputs[SOTTO_GARBLER];
    return play_party(report, context, play, &connection, false);
}

/** The child's outputs take the place of the garbler's, who has none. */
static int take_outputs(struct report *report, struct play *play, const struct reply *reply, int fd)
{
    play->outputs_len = (size_t)reply->outputs_len;
    play->outputs = new_array(play->outputs_len, 1);
    if (play->outputs == NULL) return report_memory(report);
    if (read_all(fd, play->outputs, play->outputs_len) == play->outputs_len) return STATUS_OK;
    play_free(play);
    return report_fail(report, STATUS_DISCONNECTED, "the evaluator ended unexpectedly");
}

/** Failures at the garbler that only follow from the other side's. */
static bool is_consequence(const struct report *report)
{
    return report->status == STATUS_DISCONNECTED || report->status == STATUS_ABORTED;
}

/** Joins what both processes say: the failure that came first is told. */
static int join(struct report *report, struct play *play, struct pair *pair)
{
    struct reply reply;
    bool have_reply = read_all(pair->reply_pipe[0], &reply, sizeof reply) == sizeof reply;

    if (have_reply && reply.report.status != STATUS_OK &&
        (report->status == STATUS_OK || is_consequence(report)))
        *report = reply.report;
    if (report->status != STATUS_OK && (have_reply || !is_consequence(report)))
        return report->status;
    if (!have_reply)
        return report_fail(report, STATUS_DISCONNECTED, "the evaluator ended unexpectedly");
    if (play->outputs != NULL) return STATUS_OK;
    return take_outputs(report, play, &reply, pair->reply_pipe[0]);
}

static int garble_and_join(struct report *report, sotto_context *context, struct play *play,
                           struct pair *pair, pid_t child)
{
    int status;

    inputs_free(&pair->inputs[SOTTO_EVALUATOR]);
    close_end(&pair->address_pipe[0]);
    close_end(&pair->reply_pipe[1]);
    run_garbler(report, context, play, pair);
    /* An address that was never sent tells the child to end. */
    close_end(&pair->address_pipe[1]);
    if (signals_seen() != 0) kill(child, SIGTERM);
    status = join(report, play, pair);
    if (status != STATUS_OK) play_free(play);
    close_end(&pair->reply_pipe[0]);
    while (waitpid(child, NULL, 0) < 0 && errno == EINTR) continue;
    return status;
}

static int check_session(struct report *report, sotto_context *context, struct play *play,
                         struct pair *pair)
{
    play->options.role = SOTTO_GARBLER;
    play->inputs = &pair->inputs[SOTTO_GARBLER];
    return play_party(report, context, play, NULL, true);
}

int play_local(struct report *report, sotto_context *context, struct play *play,
               struct inputs *both, const sotto_limits *limits, bool dry_run)
{
    struct pair pair;
    pid_t child;
    int status = pair_new(report, context, &pair, play->program, both);

    inputs_wipe(both);
    if (status == STATUS_OK && dry_run) status = check_session(report, context, play, &pair);
    if (status == STATUS_OK && !dry_run) {
        fflush(NULL);
        signals_watch_child();
        signals_hold(1);
        child = fork();
        if (child == 0) evaluate_and_exit(play, &pair, limits);
        signals_hold(0);
        status = child < 0 ? report_fail(report, STATUS_LIMIT, "cannot start a process: %s",
                                         strerror(errno))
                           : garble_and_join(report, context, play, &pair, child);
    }
    pair_free(&pair);
    return status;
}
