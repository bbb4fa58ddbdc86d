/* Two parties of a channel as two threads of a test, for the tests of lib/net. */
#ifndef SOTTO_TESTS_PARTIES_H
#define SOTTO_TESTS_PARTIES_H

#include "base/memory.h"
#include "net/channel.h"
#include "net/deadline.h"
#include "tests/support/support.h"

#include <check.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define GREETING_LEN 5

struct party {
    struct sotto_context *context;
    sotto_channel_options options;
    sotto_channel *channel;
    bool opens_only; /* else it also greets the other, hears its greeting and finishes */
    sotto_err err;   /* of the first call that failed */
    bool opened;
    uint8_t binding[CHANNEL_BINDING_LEN];
    uint64_t opening_sent, opening_received;
    uint64_t elapsed; /* milliseconds */
    char bound[300];
    char connected[600];
    int n_strangers, n_plaintext;
    sem_t listening;
    pthread_t thread;
};

static inline void party_notice(void *user, sotto_notice notice, const char *text)
{
    struct party *party = user;

    if (notice == SOTTO_NOTICE_PLAINTEXT) party->n_plaintext++;
    if (notice == SOTTO_NOTICE_STRANGER) party->n_strangers++;
    if (notice == SOTTO_NOTICE_CONNECTED) {
        snprintf(party->connected, sizeof party->connected, "%s", text);
    }
    if (notice != SOTTO_NOTICE_LISTENING) return;
    snprintf(party->bound, sizeof party->bound, "%s", text);
    sem_post(&party->listening);
}

static inline void party_init(struct party *party, const char *listen, const char *dial,
                              const sotto_credentials *credentials)
{
    memset(party, 0, sizeof *party);
    party->context = test_context();
    party->options.listen = listen;
    party->options.connect = dial;
    party->options.credentials = credentials;
    party->options.connect_timeout = PATIENCE;
    party->options.idle_timeout = PATIENCE;
    party->options.notice = party_notice;
    party->options.notice_user = party;
    sem_init(&party->listening, 0, 0);
}

static inline sotto_err party_greet(struct party *party)
{
    uint8_t heard[GREETING_LEN];
    sotto_err err = channel_send(party->channel, (const uint8_t *)"hello", GREETING_LEN);

    if (err == SOTTO_OK) err = channel_receive(party->channel, heard, sizeof heard);
    if (err == SOTTO_OK) ck_assert_mem_eq(heard, "hello", GREETING_LEN);
    return err;
}

static inline void *party_run(void *user)
{
    struct party *party = user;
    uint64_t started = clock_now();

    party->err = sotto_channel_open(party->context, &party->channel, &party->options);
    party->opened = party->err == SOTTO_OK;
    if (party->opened) {
        party->opening_sent = sotto_channel_bytes_sent(party->channel);
        party->opening_received = sotto_channel_bytes_received(party->channel);
        party->err = channel_binding(party->channel, party->binding);
    }
    if (party->err == SOTTO_OK && !party->opens_only) {
        party->err = party_greet(party);
        channel_finish(party->channel);
    }
    party->elapsed = clock_now() - started;
    return NULL;
}

static inline void party_start(struct party *party)
{
    ck_assert_int_eq(pthread_create(&party->thread, NULL, party_run, party), 0);
}

static inline void party_await_listening(struct party *party)
{
    while (sem_wait(&party->listening) != 0) continue;
}

static inline void party_join(struct party *party)
{
    ck_assert_int_eq(pthread_join(party->thread, NULL), 0);
}

static inline void party_wipe(struct party *party)
{
    sotto_channel_free(party->channel);
    sotto_context_free(party->context);
    sem_destroy(&party->listening);
}

/** Starts a listener, then a dialler to the address that the listener has bound. */
static inline void parties_meet(struct party *listener, struct party *dialler)
{
    party_start(listener);
    party_await_listening(listener);
    dialler->options.connect = listener->bound;
    party_start(dialler);
    party_join(dialler);
    party_join(listener);
}

#define ck_assert_message(context, part)                                                           \
    ck_assert_msg(strstr(sotto_context_message(context), (part)) != NULL, "message: %s",           \
                  sotto_context_message(context))
#define ck_assert_hint(context, part)                                                              \
    ck_assert_msg(strstr(sotto_context_hint(context), (part)) != NULL, "hint: %s",                 \
                  sotto_context_hint(context))

#endif
