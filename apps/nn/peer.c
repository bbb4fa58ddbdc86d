/* The connection of gc-nn's commands; see peer.h. */
#include "apps/nn/peer.h"

#include "apps/nn/file.h"
#include "apps/signals.h"

typedef unsigned long long ull;

#define MAX_THREADS 64
#define DEFAULT_KIND 3 /* of the extensions of --ot */

static int parse_options(struct peer *peer)
{
    static const char *const kinds[] = {"iknp", "softspoken", "softspoken=2", "softspoken=4",
                                        "softspoken=8"};
    static const unsigned widths[] = {1, 2, 2, PLAN_OT_WIDTH, 8};
    struct report *report = &peer->command->report;
    const struct cli *cli = &peer->command->cli;
    uint64_t n_threads;
    bool shows_progress;
    unsigned kind;
    int status = cli_choice(report, cli, &kind, "ot", kinds, 5, DEFAULT_KIND);

    if (status == STATUS_OK) status = cli_count(report, cli, &n_threads, "threads");
    if (status == STATUS_OK) status = progress_parse(report, &peer->progress, &shows_progress, cli);
    if (status != STATUS_OK) return status;
    if (n_threads > MAX_THREADS)
        return report_fail(report, STATUS_USAGE, "--threads %llu: at most %d", (ull)n_threads,
                           MAX_THREADS);
    peer->options = (struct party_options){.ot_width = widths[kind], .n_threads = n_threads};
    if (shows_progress) {
        peer->options.progress = progress_show_rows;
        peer->options.progress_user = &peer->progress;
    }
    peer->stats = cli_has(cli, "stats");
    return connection_parse(report, &peer->connection, &peer->command->cli);
}

int peer_prepare(struct peer *peer, struct command *command)
{
    sotto_err err;
    int status;

    *peer = (struct peer){.command = command};
    status = parse_options(peer);
    if (status != STATUS_OK) return status;
    sotto_limits_default(&peer->limits);
    err = sotto_context_new(&peer->context, &peer->limits);
    if (err != SOTTO_OK) return report_library(&command->report, NULL, err);
    signals_watch(peer->context);
    return connection_prepare(&command->report, peer->context, &peer->connection, &command->cli);
}

int peer_check_stdio(const struct peer *peer)
{
    static const char *const options[] = {"input", "labels"};
    const struct cli *cli = &peer->command->cli;
    struct report *report = &peer->command->report;

    if (!connection_is_stdio(&peer->connection)) return STATUS_OK;
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        const char *path = cli_text(cli, options[i]);

        if (path != NULL && file_is_stdin(path))
            return report_fail(report, STATUS_USAGE,
                               "--%s -: standard input is the connection to the peer", options[i]);
    }
    return connection_check_output(report, &peer->connection, cli);
}

int peer_connect(struct peer *peer, const char *peer_command)
{
    int status = connection_open(&peer->command->report, peer->context, &peer->channel,
                                 &peer->connection, peer_command);

    if (status == STATUS_OK)
        (void)snprintf(peer->who, sizeof peer->who, "%s", sotto_channel_peer(peer->channel));
    return status;
}

void peer_disconnect(struct peer *peer)
{
    sotto_channel_free(peer->channel);
    peer->channel = NULL;
}

void peer_free(struct peer *peer)
{
    peer_disconnect(peer);
    signals_watch(NULL);
    connection_free(&peer->connection);
    sotto_context_free(peer->context);
    peer->context = NULL;
}

/* ----------------------------------------------------------------------------------- costs -- */

static const char *name_of(const struct net *net, size_t i)
{
    return i == 0 ? "inputs" : net->steps[i - 1].name;
}

static void print_line(const char *name, double seconds, uint64_t sent, uint64_t received)
{
    fprintf(stderr, "%10.3f ms  %12llu B sent  %12llu B received  ", 1e3 * seconds, (ull)sent,
            (ull)received);
    print_escaped(stderr, name);
    fputc('\n', stderr);
}

void peer_print_costs(const struct peer *peer, const struct secure *secure,
                      const struct party_cost *cost)
{
    print_line("set-up", cost->setup_seconds, cost->setup_sent, cost->setup_received);
    for (size_t i = 0; i <= secure->net->n_steps; i++)
        print_line(name_of(secure->net, i), secure->costs[i].seconds, secure->costs[i].bytes_sent,
                   secure->costs[i].bytes_received);
    print_line("in all, online", cost->online_seconds,
               sotto_channel_bytes_sent(peer->channel) - cost->setup_sent,
               sotto_channel_bytes_received(peer->channel) - cost->setup_received);
}

static void add_cost(struct buffer *out, const char *name, const struct step_cost *cost)
{
    buffer_add_text(out, "{\"name\":");
    buffer_add_json(out, name);
    buffer_addf(out, ",\"seconds\":%.6f,\"bytes_sent\":%llu,\"bytes_received\":%llu}",
                cost->seconds, (ull)cost->bytes_sent, (ull)cost->bytes_received);
}

void peer_add_costs(struct buffer *out, const struct secure *secure, const struct party_cost *cost)
{
    buffer_addf(out,
                "\"stats\":{\"setup_seconds\":%.6f,\"setup_bytes_sent\":%llu,"
                "\"setup_bytes_received\":%llu,\"online_seconds\":%.6f,\"bytes_sent\":%llu,"
                "\"bytes_received\":%llu,\"layers\":[",
                cost->setup_seconds, (ull)cost->setup_sent, (ull)cost->setup_received,
                cost->online_seconds, (ull)sotto_channel_bytes_sent(secure->channel),
                (ull)sotto_channel_bytes_received(secure->channel));
    for (size_t i = 0; i <= secure->net->n_steps; i++) {
        if (i > 0) buffer_add_char(out, ',');
        add_cost(out, name_of(secure->net, i), &secure->costs[i]);
    }
    buffer_add_text(out, "]}");
}
