/*
 * Somebody in the middle of two parties of a test, who records, cuts, changes and delays what they
 * say, and what such a record holds. Everything here fails the running Check test when the system
 * lets it down.
 */
#ifndef SOTTO_TESTS_RELAY_H
#define SOTTO_TESTS_RELAY_H

#include "net/wire.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes of one direction. */
struct record {
    uint8_t *bytes;
    size_t len;
    size_t capacity;
};

void record_append(struct record *record, const void *bytes, size_t len);
void record_wipe(struct record *record);

/** A frame in a record. */
struct frame_view {
    uint8_t type;
    size_t at;  /* of its header */
    size_t len; /* of its payload */
};

/** Takes a record apart into at most max frames. The last one may be cut short. */
size_t frames_find(struct frame_view *frames, size_t max, const struct record *record);

/** Whether the record holds a whole frame of this type. */
bool frames_have(const struct record *record, enum frame_type type);

/** Bytes of a message in frames. */
uint64_t frames_len(uint64_t len);

/** What becomes of the payload of one frame. */
struct change {
    enum frame_type type;
    unsigned number; /* of those of its type, from 0 */
    void (*apply)(uint8_t *payload, size_t len);
};

#define NEVER UINT64_MAX

/** What happens to what one party sends. Offsets count the bytes that it sent. Zero-initialising
 *  does not give one that does nothing: use relay_init(). */
struct relay_stream {
    uint64_t cut_at;             /* passes on so many bytes only; NEVER */
    bool cuts_both;              /* and ends the other direction too */
    uint64_t flip_at;            /* flips this bit; NEVER */
    uint64_t insert_at;          /* puts bytes of its own before this offset; NEVER */
    struct record inserted;      /* owned by the caller */
    uint64_t delay_at;           /* waits before it passes on this byte; NEVER */
    uint64_t delay;              /* milliseconds */
    uint64_t drip;               /* microseconds that it waits after every single byte; 0: none */
    uint64_t interrupt_at;       /* interrupts a party before it passes on this byte; NEVER */
    sotto_context *interrupted;  /* its context */
    const struct change *change; /* NULL: none; else the party says frames on a plaintext channel */
    struct record sent;          /* all that the party sent */

    /* At work. */
    int from, to;
    uint64_t at;       /* bytes passed on */
    unsigned n_frames; /* of the type that is changed */
    pthread_t thread;
};

/** The man in the middle. streams[r] comes from the party of role r. */
struct relay {
    struct relay_stream streams[2];
};

void relay_init(struct relay *relay);
void relay_wipe(struct relay *relay);

/** ends[r] receives the socket of the party of role r. */
void relay_connect(struct relay *relay, int ends[2]);

/** Passes on what they say from now on. */
void relay_start(struct relay *relay);

/** Waits until both parties have closed, or shut down, their ends. */
void relay_join(struct relay *relay);

#endif
