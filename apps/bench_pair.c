/* Runs of two parties, and what the wire and the memory can do at most; see bench.h. */
#include "bench.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK_LEN ((size_t)256 << 10)

int bench_run_session(struct report *report, sotto_context *context, struct bench_session *session,
                      sotto_channel *channel)
{
    sotto_session_options options = {
        .role = session->role,
        .n_rounds = session->n_rounds,
        .n_instances = session->n_instances,
    };
    uint64_t n = session->n_instances > 0 ? session->n_instances : 1;
    sotto_interface *interface = NULL;
    sotto_session *run = NULL;
    uint8_t *inputs = NULL, *outputs = NULL;
    sotto_err err = sotto_interface_default(context, &interface, session->circuit, NULL, 0);

    if (err == SOTTO_OK) {
        inputs = new_array(n, sotto_interface_role_bits(interface, session->role) + 1);
        outputs = new_array(n, sotto_circuit_output_bits(session->circuit, 0) + 1);
        err = inputs != NULL && outputs != NULL ? SOTTO_OK : SOTTO_ERR_MEMORY;
    }
    if (err == SOTTO_OK)
        err = sotto_session_new(context, &run, session->circuit, interface, &options);
    if (err == SOTTO_OK) err = sotto_session_run(run, outputs, channel, inputs);
    if (err == SOTTO_OK) sotto_session_get_stats(run, &session->stats);
    sotto_session_free(run);
    sotto_interface_free(interface);
    free(inputs);
    free(outputs);
    return report_library(report, context, err);
}

/* ---------------------------------------------------------------------------- two parties here */

struct party {
    struct report report;
    struct bench_session *session;
    const sotto_credentials *credentials;
    char address[64]; /* the garbler's; posted once it listens */
    struct party *garbler;
    sem_t listening;
    int status;
};

static void on_notice(void *user, sotto_notice notice, const char *text)
{
    struct party *party = user;

    if (notice != SOTTO_NOTICE_LISTENING) return;
    snprintf(party->address, sizeof party->address, "%s", text);
    sem_post(&party->listening);
}

static void run_party(struct party *party, sotto_context *context)
{
    sotto_channel_options options = {.credentials = party->credentials};
    sotto_channel *channel = NULL;
    sotto_err err;

    if (party->session->role == SOTTO_GARBLER) {
        options.listen = "127.0.0.1:0";
        options.notice = on_notice;
        options.notice_user = party;
    } else {
        while (sem_wait(&party->garbler->listening) != 0 && errno == EINTR) continue;
        options.connect = party->garbler->address;
    }
    err = sotto_channel_open(context, &channel, &options);
    party->status = report_library(&party->report, context, err);
    if (err == SOTTO_OK)
        party->status = bench_run_session(&party->report, context, party->session, channel);
    sotto_channel_free(channel);
}

static void *party_thread(void *argument)
{
    struct party *party = argument;
    sotto_context *context = NULL;
    sotto_err err = sotto_context_new(&context, NULL);

    bench_pin(party->session->role == SOTTO_GARBLER ? 0 : 1);
    party->status = report_library(&party->report, NULL, err);
    if (err == SOTTO_OK) run_party(party, context);
    if (party->status != STATUS_OK) sem_post(&party->listening);
    sotto_context_free(context);
    return NULL;
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

int bench_run_pair(struct report *report, struct bench_pair *pair)
{
    sotto_credentials *credentials[2] = {NULL, NULL};
    static struct party parties[2];
    pthread_t threads[2];
    size_t n_threads = 0;
    double begin;
    int status = STATUS_OK;

    if (pair->with_tls) status = make_credentials(report, credentials);
    if (status != STATUS_OK) return status;
    begin = bench_clock();
    for (size_t i = 0; i < 2; i++) {
        parties[i] = (struct party){.session = &pair->sessions[i], .credentials = credentials[i]};
        parties[i].garbler = &parties[SOTTO_GARBLER];
        pair->sessions[i].role = (sotto_role)i;
        sem_init(&parties[i].listening, 0, 0);
    }
    for (; n_threads < 2; n_threads++)
        if (pthread_create(&threads[n_threads], NULL, party_thread, &parties[n_threads]) != 0)
            break;
    for (size_t i = 0; i < n_threads; i++) pthread_join(threads[i], NULL);
    pair->seconds = bench_clock() - begin;
    for (size_t i = 0; i < 2; i++) {
        if (status == STATUS_OK && parties[i].status != STATUS_OK) *report = parties[i].report;
        if (status == STATUS_OK) status = parties[i].status;
        sem_destroy(&parties[i].listening);
        sotto_credentials_free(credentials[i]);
    }
    return n_threads == 2 ? status : report_memory(report);
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
