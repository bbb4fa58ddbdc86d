/* Sessions of gc-nn; see party.h. */
#include "apps/nn/party.h"

#include "apps/nn/gcnn.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The offer: these letters, flags (1 byte), the most rows (8 bytes, little-endian), and the
 * description of the network as a .gcnn file without secrets. The question: the number of rows. */
#define OFFER_MAGIC "sottonn1"
#define MAGIC_LEN 8
#define NUMBER_LEN 8
#define OFFER_HEADER_LEN (MAGIC_LEN + 1 + NUMBER_LEN)
#define REVEALS_SCORES 1

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void put_number(uint8_t bytes[NUMBER_LEN], uint64_t number)
{
    for (int i = 0; i < NUMBER_LEN; i++) bytes[i] = (uint8_t)(number >> 8 * i);
}

static uint64_t get_number(const uint8_t bytes[NUMBER_LEN])
{
    uint64_t number = 0;

    for (int i = 0; i < NUMBER_LEN; i++) number |= (uint64_t)bytes[i] << 8 * i;
    return number;
}

static int library(struct report *report, const struct secure *secure, sotto_err err)
{
    return report_library(report, secure->context, err);
}

static int open_session(struct report *report, struct secure *secure, sotto_role role,
                        sotto_channel *channel, const struct party_options *options)
{
    const sotto_mixed_options mixed_options = {
        .role = role,
        .ot_width = options->ot_width,
        .n_threads = options->n_threads,
        .progress = options->progress != NULL ? secure_hear_progress : NULL,
        .progress_user = secure,
    };

    secure->channel = channel;
    return library(report, secure,
                   sotto_mixed_open(secure->context, &secure->mixed, channel, &mixed_options));
}

/* What has been spent until now is the set-up's. */
static void end_setup(struct party_cost *cost, const struct secure *secure, double since)
{
    cost->setup_seconds = seconds_now() - since;
    cost->setup_sent = sotto_channel_bytes_sent(secure->channel);
    cost->setup_received = sotto_channel_bytes_received(secure->channel);
}

/* ------------------------------------------------------------------------- the model's owner -- */

static int tell_offer(struct report *report, struct secure *secure, const struct offer *offer)
{
    struct buffer message = {0};
    uint8_t number[NUMBER_LEN];
    int status;

    put_number(number, offer->max_rows);
    buffer_add_text(&message, OFFER_MAGIC);
    buffer_add_char(&message, offer->reveals_scores ? REVEALS_SCORES : 0);
    buffer_add(&message, (const char *)number, sizeof number);
    gcnn_write(&message, secure->net, true);
    status =
        message.failed
            ? report_memory(report)
            : library(report, secure,
                      sotto_mixed_tell(secure->mixed, (const uint8_t *)message.data, message.len));
    buffer_free(&message);
    return status;
}

static int hear_question(struct report *report, struct secure *secure, uint64_t *n_rows,
                         const struct offer *offer)
{
    uint8_t *data;
    size_t len;
    uint64_t wanted;
    int status = library(report, secure, sotto_mixed_hear(secure->mixed, &data, &len, NUMBER_LEN));

    if (status != STATUS_OK) return status;
    wanted = len == NUMBER_LEN ? get_number(data) : 0;
    sotto_mixed_forget(data);
    if (len != NUMBER_LEN)
        return report_fail(report, STATUS_MISMATCH, "the peer's question is not of this version");
    if (wanted > offer->max_rows)
        return report_fail(report, STATUS_MISMATCH,
                           "the peer asks for %llu rows, and was offered %llu at most",
                           (unsigned long long)wanted, (unsigned long long)offer->max_rows);
    *n_rows = wanted;
    return STATUS_OK;
}

static void show_progress(struct secure *secure, const struct party_options *options)
{
    secure->progress = options->progress;
    secure->progress_user = options->progress_user;
}

int party_serve(struct report *report, struct secure *secure, struct party_cost *cost,
                uint64_t *n_rows, sotto_channel *channel, const struct offer *offer,
                const struct party_options *options)
{
    double start = seconds_now();
    int status = open_session(report, secure, SOTTO_GARBLER, channel, options);

    if (status == STATUS_OK) status = tell_offer(report, secure, offer);
    if (status == STATUS_OK) status = hear_question(report, secure, n_rows, offer);
    if (status != STATUS_OK) return status;
    end_setup(cost, secure, start);
    start = seconds_now();
    show_progress(secure, options);
    status = secure_run(report, secure, NULL, NULL, NULL, *n_rows);
    cost->online_seconds = seconds_now() - start;
    return status == STATUS_OK ? library(report, secure, sotto_mixed_finish(secure->mixed))
                               : status;
}

/* -------------------------------------------------------------------------- the data's owner -- */

static int parse_offer(struct report *report, struct net *net, struct offer *offer,
                       const uint8_t *data, size_t len)
{
    if (len < OFFER_HEADER_LEN || memcmp(data, OFFER_MAGIC, MAGIC_LEN) != 0 ||
        data[MAGIC_LEN] > REVEALS_SCORES)
        return report_fail(report, STATUS_MISMATCH, "the peer's offer is not of this version");
    offer->reveals_scores = data[MAGIC_LEN] == REVEALS_SCORES;
    offer->max_rows = get_number(data + MAGIC_LEN + 1);
    return gcnn_parse(report, net, data + OFFER_HEADER_LEN, len - OFFER_HEADER_LEN, true,
                      "the peer's description of its model");
}

int party_hear(struct report *report, struct secure *secure, struct party_cost *cost,
               struct net *net, struct offer *offer, sotto_context *context, sotto_channel *channel,
               const struct party_options *options)
{
    double start = seconds_now();
    sotto_mixed *mixed;
    uint8_t *data;
    size_t len;
    int status;

    *secure = (struct secure){.context = context};
    status = open_session(report, secure, SOTTO_EVALUATOR, channel, options);
    if (status != STATUS_OK) return status;
    status = library(report, secure,
                     sotto_mixed_hear(secure->mixed, &data, &len, SOTTO_MIXED_PUBLIC_MAX));
    if (status != STATUS_OK) return status;
    status = parse_offer(report, net, offer, data, len);
    sotto_mixed_forget(data);
    if (status != STATUS_OK) return status;
    mixed = secure->mixed;
    status = secure_init(report, secure, context, net, SOTTO_EVALUATOR, offer->reveals_scores);
    secure->context = context;
    secure->mixed = mixed;
    secure->channel = channel;
    show_progress(secure, options);
    end_setup(cost, secure, start);
    return status;
}

int party_ask(struct report *report, struct secure *secure, struct party_cost *cost,
              uint64_t *labels, int64_t *scores, const uint8_t *inputs, uint64_t n_rows)
{
    double start = seconds_now();
    uint8_t number[NUMBER_LEN];
    int status;

    put_number(number, n_rows);
    status = library(report, secure, sotto_mixed_tell(secure->mixed, number, sizeof number));
    if (status == STATUS_OK) status = secure_run(report, secure, labels, scores, inputs, n_rows);
    cost->online_seconds = seconds_now() - start;
    if (status == STATUS_OK) status = library(report, secure, sotto_mixed_finish(secure->mixed));
    return status;
}

void party_close(struct secure *secure)
{
    sotto_mixed_free(secure->mixed);
    secure_wipe(secure);
}
