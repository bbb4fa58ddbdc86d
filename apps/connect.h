/* The connection options that gc-run and gc-millionaires share. */
#ifndef SOTTO_APPS_CONNECT_H
#define SOTTO_APPS_CONNECT_H

#include "cli.h"

/** Rows of a tool's option table; commands is the mask of the commands that connect. */
#define CONNECTION_OPTIONS(commands)                                                                \
    {"listen",                                                                                      \
     0,                                                                                             \
     CLI_TEXT,                                                                                      \
     "ADDR",                                                                                        \
     commands,                                                                                      \
     "wait for the peer at host:port, [v6]:port, :port, unix:/path, stdio: or fd:N; port 0 picks "  \
     "a free one and prints it"},                                                                   \
        {"connect", 0, CLI_TEXT, "ADDR", commands, "connect to the peer; retries until it is up"},  \
        {"identity", 0, CLI_TEXT, "FILE", commands, "own identity, made by gc-keygen"},             \
        {"peer", 0, CLI_TEXT, "KEY|FILE", commands, "the peer's public key, or a file with it"},    \
        {"psk", 0, CLI_TEXT, "FILE", commands, "pre-shared key, instead of --identity and --peer"}, \
        {"insecure",                                                                                \
         0,                                                                                         \
         CLI_FLAG,                                                                                  \
         NULL,                                                                                      \
         commands,                                                                                  \
         "allow a connection without credentials off this machine: anybody may read it"},           \
        {"keep-listening", 0,                                                                       \
         CLI_FLAG,         NULL,                                                                    \
         commands,         "ignore callers that fail authentication, and wait on"},                 \
        {"connect-timeout",                                                                         \
         0,                                                                                         \
         CLI_TEXT,                                                                                  \
         "TIME",                                                                                    \
         commands,                                                                                  \
         "give up reaching the peer after this time (30s when connecting, no limit when "           \
         "listening)"},                                                                             \
        {"idle-timeout", 0,        CLI_TEXT,                                                        \
         "TIME",         commands, "give up when the peer is silent for so long (60s)"},            \
    {                                                                                               \
        "max-time", 0, CLI_TEXT, "TIME", commands, "give up when the whole run takes longer"        \
    }

struct connection {
    sotto_channel_options options;
    /** Unless NULL: waits for what the options still lack, last thing before connecting. */
    int (*complete)(struct report *report, struct connection *connection);
    void *complete_user;
    sotto_credentials *credentials;
    const char *tool;
    bool quiet;
    bool verbose;
};

/** Checks the options' usage and fills connection->options but for credentials. */
int connection_parse(struct report *report, struct connection *connection, struct cli *cli);

/** Loads the credentials and checks that the address may be used with them. Nothing is bound or
 *  dialled. */
int connection_prepare(struct report *report, sotto_context *context, struct connection *connection,
                       const struct cli *cli);

/** Opens the channel and tells on stderr what it waits for. When the peer cannot be reached, the
 *  hint shows the peer's command line: peer_command followed by its address. */
int connection_open(struct report *report, sotto_context *context, sotto_channel **channel,
                    struct connection *connection, const char *peer_command);

/** Whether the connection is standard input and output. */
bool connection_is_stdio(const struct connection *connection);

/** STATUS_USAGE when the connection is standard output, and --output does not take elsewhere what
 *  this party has to print. */
int connection_check_output(struct report *report, const struct connection *connection,
                            const struct cli *cli);

void connection_free(struct connection *connection);

#endif
