/* gc-nn serve: the model's owner answers data owners, one session after the other. */
#include "apps/nn/gcnn.h"
#include "apps/nn/peer.h"
#include "apps/signals.h"

#include <string.h>

typedef unsigned long long ull;

struct server {
    struct peer peer;
    struct net net;
    struct offer offer;
    bool once;
    uint64_t n_answered;
};

static int load(struct server *server, struct command *command)
{
    struct report *report = &command->report;
    const char *path = command->cli.operands[0];
    bool is_gcnn;
    int status = command_is_gcnn(command, &is_gcnn, path);

    if (status != STATUS_OK) return status;
    if (!is_gcnn) {
        report_fail(report, STATUS_CIRCUIT, "%s is not a .gcnn model", path);
        report_hint(report, "make one of it: gc-nn quantize %s --calibrate ROWS -o MODEL.gcnn",
                    path);
        return STATUS_CIRCUIT;
    }
    status = gcnn_load(report, &server->net, path);
    return status == STATUS_OK ? check_scores(command, &server->net) : status;
}

static int parse(struct server *server, struct command *command)
{
    const char *address;
    int status = cli_count(&command->report, &command->cli, &server->offer.max_rows, "max-queries");

    if (status != STATUS_OK) return status;
    if (!cli_has(&command->cli, "max-queries")) server->offer.max_rows = UINT64_MAX;
    server->offer.reveals_scores = command->reveal == PLAN_REVEAL_SCORES;
    status = peer_prepare(&server->peer, command);
    if (status != STATUS_OK) return status;
    /* What is open already is there once. */
    address = server->peer.connection.options.listen;
    server->once = cli_has(&command->cli, "once") || address == NULL ||
                   strncmp(address, "fd:", 3) == 0 || strcmp(address, "stdio:") == 0;
    return STATUS_OK;
}

/* Rows that were asked are spent, however the session ended: the peer decides whether it fails, and
 * may have its answers by then. */
static void spend(struct server *server, int status, uint64_t n_rows)
{
    bool limited = server->offer.max_rows != UINT64_MAX, answered = status == STATUS_OK;

    if (limited) server->offer.max_rows -= n_rows;
    if (answered) server->n_answered += n_rows;
    if (server->peer.command->quiet || (!answered && (!limited || n_rows == 0))) return;
    fprintf(stderr, "gc-nn: %s %llu %s", answered ? "answered" : "a session failed that asked for",
            (ull)n_rows, n_rows == 1 ? "row" : "rows");
    if (limited) fprintf(stderr, ", %llu left", (ull)server->offer.max_rows);
    fputc('\n', stderr);
    fflush(stderr);
}

static int serve_one(struct server *server)
{
    struct report *report = &server->peer.command->report;
    struct party_cost cost = {0};
    struct secure secure;
    uint64_t n_rows = 0;
    int status = secure_init(report, &secure, server->peer.context, &server->net, SOTTO_GARBLER,
                             server->offer.reveals_scores);

    if (status != STATUS_OK) return status;
    status = peer_connect(&server->peer, "gc-nn query");
    if (status == STATUS_OK)
        status = party_serve(report, &secure, &cost, &n_rows, server->peer.channel, &server->offer,
                             &server->peer.options);
    progress_end(&server->peer.progress);
    if (status == STATUS_OK && server->peer.stats) peer_print_costs(&server->peer, &secure, &cost);
    spend(server, status, n_rows);
    party_close(&secure);
    peer_disconnect(&server->peer);
    return status;
}

/* A session that fails does not end the service, a socket that cannot be had does. */
static bool goes_on(struct server *server, int status)
{
    struct report *report = &server->peer.command->report;

    if (server->once || server->offer.max_rows == 0 || signals_seen() != 0) return false;
    if (status == STATUS_OK) return true;
    if (status < STATUS_TIMEOUT || status > STATUS_CHECK) return false;
    report_print(stderr, report, "gc-nn");
    *report = (struct report){0};
    return true;
}

int command_serve(struct command *command)
{
    struct server server = {0};
    int status = parse(&server, command);

    if (status == STATUS_OK) status = load(&server, command);
    if (status == STATUS_OK) {
        do status = serve_one(&server);
        while (goes_on(&server, status));
    }
    if (status == STATUS_OK && command->json)
        buffer_addf(&command->out,
                    "{\"schema\":\"" NN_SCHEMA "\",\"ok\":true,\"security\":\"semi-honest\","
                    "\"rows\":%llu}\n",
                    (ull)server.n_answered);
    net_free(&server.net);
    peer_free(&server.peer);
    return status;
}
