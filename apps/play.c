/* One party of a run. */
#include "play.h"
#include "output.h"

#include <string.h>

bool play_learns(const sotto_session_options *options)
{
    if (options->reveal == SOTTO_REVEAL_BOTH) return true;
    return (options->reveal == SOTTO_REVEAL_GARBLER) == (options->role == SOTTO_GARBLER);
}

static int allocate_outputs(struct report *report, struct play *play)
{
    return new_bits(report, &play->outputs, &play->outputs_len,
                    output_bits(play->program->interface), play->inputs->n_instances,
                    play->max_memory);
}

/** Runs the session over an open channel. The outputs stay only when all went well. */
static int run_session(struct report *report, sotto_context *context, struct play *play,
                       sotto_session *session, sotto_channel *channel)
{
    sotto_err err;

    snprintf(play->peer, sizeof play->peer, "%s", sotto_channel_peer(channel));
    err = sotto_session_run(session, play->outputs, channel, play->inputs->bits);
    sotto_session_get_stats(session, &play->stats);
    return report_library(report, context, err);
}

static int connect_and_run(struct report *report, sotto_context *context, struct play *play,
                           sotto_session *session, struct connection *connection)
{
    sotto_channel *channel = NULL;
    int status = play_learns(&play->options) ? allocate_outputs(report, play) : STATUS_OK;

    if (status == STATUS_OK)
        status = connection_open(report, context, &channel, connection, play->peer_command);
    if (status == STATUS_OK) status = run_session(report, context, play, session, channel);
    sotto_channel_free(channel);
    if (status != STATUS_OK) play_free(play);
    return status;
}

int play_party(struct report *report, sotto_context *context, struct play *play,
               struct connection *connection, bool dry_run)
{
    sotto_session *session = NULL;
    sotto_err err;
    int status;

    play->options.closes_channel = 1;
    err = sotto_session_new(context, &session, play->program->circuit, play->program->interface,
                            &play->options);
    status = report_library(report, context, err);
    if (status == STATUS_OK && !dry_run)
        status = connect_and_run(report, context, play, session, connection);
    sotto_session_free(session);
    return status;
}

void play_free(struct play *play)
{
    free_secret(play->outputs, play->outputs_len);
    play->outputs = NULL;
    play->outputs_len = 0;
}
