/* Connection options and what is told about the connection. */
#include "connect.h"
#include "sink.h"

#include <string.h>

static int exclude_options(struct report *report, struct cli *cli)
{
    int status = cli_exclude(report, cli, "listen", "connect");

    if (status == STATUS_OK) status = cli_exclude(report, cli, "psk", "identity");
    if (status == STATUS_OK) status = cli_exclude(report, cli, "psk", "peer");
    return status;
}

static int check_credentials(struct report *report, const struct cli *cli)
{
    bool identity = cli_has(cli, "identity"), peer = cli_has(cli, "peer");

    if (identity == peer) return STATUS_OK;
    if (identity) {
        report_fail(report, STATUS_USAGE, "--identity needs --peer: whom to expect");
        report_hint(report, "the peer prints its key with gc-keygen --public FILE");
    } else {
        report_fail(report, STATUS_USAGE, "--peer needs --identity: who you are");
        report_hint(report, "make one with gc-keygen -o FILE");
    }
    return STATUS_USAGE;
}

static int parse_times(struct report *report, sotto_channel_options *options, const struct cli *cli)
{
    int status = cli_duration(report, cli, &options->connect_timeout, "connect-timeout");

    if (status == STATUS_OK)
        status = cli_duration(report, cli, &options->idle_timeout, "idle-timeout");
    if (status == STATUS_OK) status = cli_duration(report, cli, &options->max_time, "max-time");
    return status;
}

int connection_parse(struct report *report, struct connection *connection, struct cli *cli)
{
    int status = exclude_options(report, cli);

    if (status == STATUS_OK) status = check_credentials(report, cli);
    if (status == STATUS_OK) status = parse_times(report, &connection->options, cli);
    if (status != STATUS_OK) return status;
    connection->tool = cli->tool->name;
    connection->quiet = cli_has(cli, "quiet");
    connection->verbose = cli_has(cli, "verbose");
    connection->options.listen = cli_text(cli, "listen");
    connection->options.connect = cli_text(cli, "connect");
    connection->options.insecure = cli_has(cli, "insecure");
    connection->options.keep_listening = cli_has(cli, "keep-listening");
    if (connection->options.listen != NULL || connection->options.connect != NULL) return STATUS_OK;
    report_fail(report, STATUS_USAGE, "no address given");
    report_hint(report, "one party gives --listen ADDR, the other one --connect ADDR");
    return STATUS_USAGE;
}

static bool ends_with(const char *text, const char *suffix)
{
    size_t len = strlen(text), suffix_len = strlen(suffix);

    return len >= suffix_len && strcmp(text + len - suffix_len, suffix) == 0;
}

/** What the channel tells, for people. A port that was not known before is told in any case. */
static void on_notice(void *user, sotto_notice notice, const char *text)
{
    const struct connection *connection = user;
    const char *before = NULL, *after = "";

    switch (notice) {
    case SOTTO_NOTICE_LISTENING:
        if (!connection->quiet || ends_with(connection->options.listen, ":0"))
            before = "listening on ";
        break;
    case SOTTO_NOTICE_CONNECTING:
        if (!connection->quiet) before = "connecting to ";
        break;
    case SOTTO_NOTICE_CONNECTED:
        if (connection->verbose) before = "connected: ";
        break;
    case SOTTO_NOTICE_STRANGER:
        if (!connection->quiet) before = "ignored a caller: ";
        break;
    case SOTTO_NOTICE_PLAINTEXT:
        if (!connection->quiet)
            before = "warning: the connection is not encrypted and the peer is "
                     "not authenticated",
            text = "";
        break;
    }
    if (before == NULL) return;
    fprintf(stderr, "%s: %s", connection->tool, before);
    print_escaped(stderr, text);
    fprintf(stderr, "%s\n", after);
    fflush(stderr);
}

int connection_prepare(struct report *report, sotto_context *context, struct connection *connection,
                       const struct cli *cli)
{
    const char *identity = cli_text(cli, "identity"), *psk = cli_text(cli, "psk");
    sotto_err err = SOTTO_OK;

    if (identity != NULL)
        err = sotto_credentials_identity(context, &connection->credentials, identity,
                                         cli_text(cli, "peer"));
    else if (psk != NULL) err = sotto_credentials_psk(context, &connection->credentials, psk);
    if (err != SOTTO_OK) return report_library(report, context, err);
    connection->options.credentials = connection->credentials;
    connection->options.notice = on_notice;
    connection->options.notice_user = connection;
    return report_library(report, context, sotto_channel_check(context, &connection->options));
}

/** The address that the peer would listen on for us to reach it. */
static void peer_address(char *out, size_t out_size, const char *dialled)
{
    const char *colon = strrchr(dialled, ':');
    bool is_port = colon != NULL && strncmp(dialled, "unix:", 5) != 0;

    snprintf(out, out_size, "%s", is_port ? colon : dialled);
}

/** Completes "Is the other side running?" by the command that starts it. */
static void hint_peer(struct report *report, const struct connection *connection,
                      const char *peer_command)
{
    size_t len = strlen(report->hint);
    char address[128];

    if (!ends_with(report->hint, "Is the other side running?")) return;
    peer_address(address, sizeof address, connection->options.connect);
    snprintf(report->hint + len, sizeof report->hint - len, "  %s --listen %s", peer_command,
             address);
}

int connection_open(struct report *report, sotto_context *context, sotto_channel **channel,
                    struct connection *connection, const char *peer_command)
{
    int status =
        connection->complete != NULL ? connection->complete(report, connection) : STATUS_OK;

    if (status != STATUS_OK) return status;
    status =
        report_library(report, context, sotto_channel_open(context, channel, &connection->options));
    if (connection->options.connect != NULL) hint_peer(report, connection, peer_command);
    return status;
}

bool connection_is_stdio(const struct connection *connection)
{
    const char *address = connection->options.listen != NULL ? connection->options.listen
                                                             : connection->options.connect;

    return address != NULL && strcmp(address, "stdio:") == 0;
}

int connection_check_output(struct report *report, const struct connection *connection,
                            const struct cli *cli)
{
    if (!connection_is_stdio(connection) || !sink_is_stdout(cli_text(cli, "output")))
        return STATUS_OK;
    report_fail(report, STATUS_USAGE, "standard output is the connection to the peer");
    report_hint(report, "say with -o FILE where the result goes");
    return STATUS_USAGE;
}

void connection_free(struct connection *connection)
{
    sotto_credentials_free(connection->credentials);
    connection->credentials = NULL;
}
