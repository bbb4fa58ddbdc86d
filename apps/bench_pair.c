/* Runs of two parties, and what the wire and the memory can do at most; see bench.h. */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK_LEN ((size_t)256 << 10)

/* A session that is ready to run. */
struct prepared {
    sotto_interface *interface;
    sotto_session *session;
    uint8_t *inputs, *outputs;
};

static sotto_err prepare(sotto_context *context, struct prepared *prepared,
                         const struct bench_session *session)
{
    sotto_session_options options = {
        .role = session->role,
        .n_rounds = session->n_rounds,
        .n_instances = session->n_instances,
        .n_threads = session->n_threads,
        .ot = session->ot,
    };
    uint64_t n = session->n_instances > 0 ? session->n_instances : 1;
    sotto_err err =
        sotto_interface_default(context, &prepared->interface, session->circuit, NULL, 0);

    if (err != SOTTO_OK) return err;
    prepared->inputs =
        new_array(n, sotto_interface_role_bits(prepared->interface, session->role) + 1);
    prepared->outputs = new_array(n, sotto_circuit_output_bits(session->circuit, 0) + 1);
    if (prepared->inputs == NULL || prepared->outputs == NULL) return SOTTO_ERR_MEMORY;
    return sotto_session_new(context, &prepared->session, session->circuit, prepared->interface,
                             &options);
}

static sotto_err run_prepared(struct bench_session *session, struct prepared *prepared,
                              sotto_channel *channel)
{
    sotto_err err =
        sotto_session_run(prepared->session, prepared->outputs, channel, prepared->inputs);

    if (err == SOTTO_OK) sotto_session_get_stats(prepared->session, &session->stats);
    return err;
}

static void release(struct prepared *prepared)
{
    sotto_session_free(prepared->session);
    sotto_interface_free(prepared->interface);
    free(prepared->inputs);
    free(prepared->outputs);
}

int bench_run_session(struct report *report, sotto_context *context, struct bench_session *session,
                      sotto_channel *channel)
{
    struct prepared prepared = {NULL, NULL, NULL, NULL};
    sotto_err err = prepare(context, &prepared, session);

    if (err == SOTTO_OK) err = run_prepared(session, &prepared, channel);
    release(&prepared);
    return report_library(report, context, err);
}

/* ---------------------------------------------------------------------------- two parties here */

/* In memory that both processes share. */
struct party {
    struct report report;
    struct bench_session session;
    double bytes_per_second;
    char address[64]; /* the garbler's; posted once it listens */
    sem_t listening;
    int status;
};

/* What the two children know of each other and of the job. */
struct job {
    struct party *parties; /* of each role, shared */
    const sotto_credentials *credentials[2];
    uint64_t n_bytes;
};

static void on_notice(void *user, sotto_notice notice, const char *text)
{
    struct party *party = user;

    if (notice != SOTTO_NOTICE_LISTENING) return;
    snprintf(party->address, sizeof party->address, "%s", text);
    sem_post(&party->listening);
}

static sotto_err open_channel(sotto_context *context, sotto_channel **channel,
                              const struct job *job, sotto_role role)
{
    struct party *garbler = &job->parties[SOTTO_GARBLER];
    sotto_channel_options options = {.credentials = job->credentials[role]};

    if (role == SOTTO_GARBLER) {
        options.listen = "127.0.0.1:0";
        options.notice = on_notice;
        options.notice_user = garbler;
    } else options.connect = garbler->address;
    return sotto_channel_open(context, channel, &options);
}

/* As the tools do: what needs no peer is done before the connection is made. */
static sotto_err compute(const struct job *job, sotto_role role, sotto_context *context)
{
    struct party *garbler = &job->parties[SOTTO_GARBLER];
    struct bench_session *session = &job->parties[role].session;
    struct prepared prepared = {NULL, NULL, NULL, NULL};
    sotto_channel *channel = NULL;
    double begin;
    sotto_err err = job->n_bytes == 0 ? prepare(context, &prepared, session) : SOTTO_OK;

    while (role == SOTTO_EVALUATOR && sem_wait(&garbler->listening) != 0 && errno == EINTR)
        continue;
    begin = bench_clock();
    if (err == SOTTO_OK) err = open_channel(context, &channel, job, role);
    if (err == SOTTO_OK && job->n_bytes > 0)
        err = sotto_measure_channel(channel, &job->parties[role].bytes_per_second,
                                    role == SOTTO_GARBLER, job->n_bytes);
    else if (err == SOTTO_OK) err = run_prepared(session, &prepared, channel);
    session->seconds = bench_clock() - begin;
    sotto_channel_free(channel);
    release(&prepared);
    return err;
}

static void run_party(const struct job *job, sotto_role role, sotto_context *context)
{
    struct party *party = &job->parties[role];
    sotto_err err = compute(job, role, context);
    struct rusage usage;

    party->status = report_library(&party->report, context, err);
    getrusage(RUSAGE_SELF, &usage);
    party->session.peak_bytes = (uint64_t)usage.ru_maxrss * 1024;
}

static void live_as_party(const struct job *job, sotto_role role)
{
    struct party *party = &job->parties[role];
    sotto_context *context = NULL;
    sotto_err err = sotto_context_new(&context, NULL);

    bench_pin_party(role, party->session.n_threads);
    party->status = report_library(&party->report, NULL, err);
    if (err == SOTTO_OK) run_party(job, role, context);
    if (party->status != STATUS_OK) sem_post(&party->listening);
    sotto_context_free(context);
}

static pid_t start_party(const struct job *job, sotto_role role)
{
    pid_t child = fork();

    if (child != 0) return child;
    live_as_party(job, role);
    _exit(0);
}

static int make_credentials(struct report *report, sotto_credentials *credentials[2])
{
    sotto_context *context = NULL;
    sotto_err err = sotto_context_new(&context, NULL);
    int status;

    if (err == SOTTO_OK) err = sotto_credentials_pair(context, &credentials[0], &credentials[1]);
    status = report_library(report, context, err);
    sotto_context_free(context);
    return status;
}

static void stop_children(const pid_t children[2])
{
    for (size_t i = 0; i < 2; i++)
        if (children[i] > 0) kill(children[i], SIGKILL);
}

/* When a child cannot be started, or dies, so must the other: it may wait for ever. */
static bool run_children(const struct job *job)
{
    pid_t children[2], child = 0;
    bool fine = true;

    for (size_t i = 0; i < 2; i++) {
        children[i] = start_party(job, (sotto_role)i);
        fine = fine && children[i] > 0;
    }
    if (!fine) stop_children(children);
    while (child >= 0 || errno == EINTR) {
        int child_status = 0;

        child = wait(&child_status);
        for (size_t i = 0; i < 2; i++)
            if (children[i] == child) children[i] = 0;
        if (child < 0 || child_status == 0) continue;
        fine = false;
        stop_children(children);
    }
    return fine;
}

static int collect(struct report *report, struct bench_pair *pair, const struct party *parties)
{
    for (size_t i = 0; i < 2; i++) {
        if (parties[i].status != STATUS_OK) {
            *report = parties[i].report;
            return parties[i].status;
        }
        pair->sessions[i] = parties[i].session;
    }
    pair->bytes_per_second = parties[SOTTO_EVALUATOR].bytes_per_second;
    return STATUS_OK;
}

int bench_run_pair(struct report *report, struct bench_pair *pair)
{
    sotto_credentials *credentials[2] = {NULL, NULL};
    const size_t len = 2 * sizeof(struct party);
    struct party *parties =
        mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = parties != MAP_FAILED ? STATUS_OK : report_memory(report);

    if (status == STATUS_OK && pair->with_tls) status = make_credentials(report, credentials);
    if (status == STATUS_OK) {
        struct job job = {parties, {credentials[0], credentials[1]}, pair->n_bytes};

        for (size_t i = 0; i < 2; i++) {
            parties[i].session = pair->sessions[i];
            parties[i].session.role = (sotto_role)i;
            sem_init(&parties[i].listening, 1, 0);
        }
        if (!run_children(&job))
            status = report_fail(report, STATUS_INTERNAL, "a party did not end by itself");
    }
    if (status == STATUS_OK) status = collect(report, pair, parties);
    if (parties != MAP_FAILED) munmap(parties, len);
    sotto_credentials_free(credentials[0]);
    sotto_credentials_free(credentials[1]);
    return status;
}

/* ------------------------------------------------------------------------------------ baselines */

struct pipe_end {
    int fd;
    double seconds;
    double bytes;
};

/* Writes for a while. */
static void *write_chunks(void *argument)
{
    struct pipe_end *end = argument;
    double begin = bench_clock();
    uint8_t *chunk = new_array(CHUNK_LEN, 1);

    bench_pin(0);
    while (chunk != NULL && send(end->fd, chunk, CHUNK_LEN, MSG_NOSIGNAL) > 0)
        if (bench_clock() - begin >= end->seconds) break;
    shutdown(end->fd, SHUT_WR);
    free(chunk);
    return NULL;
}

static void read_chunks(struct pipe_end *end)
{
    uint8_t *chunk = new_array(CHUNK_LEN, 1);
    double begin = bench_clock();
    ssize_t n;

    while (chunk != NULL && (n = recv(end->fd, chunk, CHUNK_LEN, 0)) > 0) end->bytes += (double)n;
    end->seconds = bench_clock() - begin;
    free(chunk);
}

bool bench_connect_here(int fds[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr = {.s_addr = htonl(INADDR_LOOPBACK)}};
    socklen_t len = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool ready = listener >= 0 && bind(listener, (struct sockaddr *)&address, len) == 0 &&
                 listen(listener, 1) == 0 &&
                 getsockname(listener, (struct sockaddr *)&address, &len) == 0;

    fds[0] = fds[1] = -1;
    if (ready) fds[0] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (ready && connect(fds[0], (struct sockaddr *)&address, len) == 0)
        fds[1] = accept(listener, NULL, NULL);
    if (listener >= 0) close(listener);
    if (fds[1] >= 0) return true;
    if (fds[0] >= 0) close(fds[0]);
    return false;
}

int bench_raw_tcp(struct report *report, double *per_second, double seconds)
{
    struct pipe_end writer = {.seconds = seconds}, reader = {.bytes = 0};
    pthread_t thread;
    int fds[2];
    bool started;

    if (!bench_connect_here(fds))
        return report_fail(report, STATUS_CONNECT, "no connection to this machine itself: %s",
                           strerror(errno));
    writer.fd = fds[0];
    reader.fd = fds[1];
    started = pthread_create(&thread, NULL, write_chunks, &writer) == 0;
    if (started) {
        read_chunks(&reader);
        pthread_join(thread, NULL);
        *per_second = reader.bytes / reader.seconds;
    }
    close(fds[0]);
    close(fds[1]);
    return started ? STATUS_OK : report_memory(report);
}

int bench_memcpy(struct report *report, double *per_second, double seconds)
{
    uint8_t *from = new_array(CHUNK_LEN, 1), *to = new_array(CHUNK_LEN, 1);
    double begin = bench_clock(), bytes = 0;
    int status = from != NULL && to != NULL ? STATUS_OK : report_memory(report);

    while (status == STATUS_OK && bench_clock() - begin < seconds) {
        memcpy(to, from, CHUNK_LEN);
        __asm__ volatile("" : : "r"(to), "r"(from) : "memory");
        bytes += (double)CHUNK_LEN;
    }
    *per_second = bytes / (bench_clock() - begin);
    free(from);
    free(to);
    return status;
}
