/* Somebody in the middle of two parties of a test; see relay.h. */
#include "tests/support/relay.h"

#include <check.h>
#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---------------------------------------------------------------------------------- records -- */

void record_append(struct record *record, const void *bytes, size_t len)
{
    if (record->capacity - record->len < len) {
        record->capacity = 2 * record->capacity + len + 65536; /* seldom moved: see faults.c */
        record->bytes = realloc(record->bytes, record->capacity);
        if (record->bytes == NULL) abort();
    }
    if (len > 0) memcpy(record->bytes + record->len, bytes, len);
    record->len += len;
}

void record_wipe(struct record *record)
{
    free(record->bytes);
    *record = (struct record){0};
}

size_t frames_find(struct frame_view *frames, size_t max, const struct record *record)
{
    size_t n = 0;

    for (size_t at = 0; n < max && record->len - at >= FRAME_HEADER_LEN; n++) {
        const uint8_t *header = record->bytes + at;
        size_t len = header[4] | (size_t)header[5] << 8 | (size_t)header[6] << 16;

        frames[n] = (struct frame_view){.type = header[0], .at = at, .len = len};
        at += FRAME_HEADER_LEN + len;
        if (at > record->len) return n + 1;
    }
    return n;
}

bool frames_have(const struct record *record, enum frame_type type)
{
    struct frame_view frames[256];
    size_t n = frames_find(frames, 256, record);

    for (size_t i = 0; i < n; i++)
        if (frames[i].type == type &&
            frames[i].at + FRAME_HEADER_LEN + frames[i].len <= record->len)
            return true;
    return false;
}

uint64_t frames_len(uint64_t len)
{
    return len + FRAME_HEADER_LEN * ((len + FRAME_MAX_LEN - 1) / FRAME_MAX_LEN);
}

/* -------------------------------------------------------------------------------- the relay -- */

void relay_init(struct relay *relay)
{
    *relay = (struct relay){0};
    for (int i = 0; i < 2; i++) {
        struct relay_stream *stream = &relay->streams[i];

        stream->cut_at = stream->flip_at = stream->insert_at = stream->delay_at = NEVER;
        stream->interrupt_at = NEVER;
    }
}

void relay_wipe(struct relay *relay)
{
    for (int i = 0; i < 2; i++) record_wipe(&relay->streams[i].sent);
}

static bool send_all(int fd, const uint8_t *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = send(fd, bytes, len, MSG_NOSIGNAL);

        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        bytes += n;
        len -= (size_t)n;
    }
    return true;
}

static bool send_dripping(const struct relay_stream *stream, const uint8_t *bytes, size_t len)
{
    if (stream->drip == 0) return send_all(stream->to, bytes, len);
    for (size_t i = 0; i < len; i++) {
        if (!send_all(stream->to, bytes + i, 1)) return false;
        usleep((useconds_t)stream->drip);
    }
    return true;
}

/* Bytes up to the next offset at which something happens, of len at most. */
static size_t quiet_length(const struct relay_stream *stream, size_t len)
{
    const uint64_t events[] = {stream->cut_at, stream->insert_at, stream->delay_at,
                               stream->interrupt_at};

    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (events[i] > stream->at && events[i] - stream->at < len)
            len = (size_t)(events[i] - stream->at);
    return len;
}

static void cut(const struct relay_stream *stream)
{
    shutdown(stream->to, stream->cuts_both ? SHUT_RDWR : SHUT_WR);
    if (stream->cuts_both) shutdown(stream->from, SHUT_RDWR);
}

/* False: no more is passed on. */
static bool pass_on(struct relay_stream *stream, uint8_t *bytes, size_t len)
{
    uint64_t flipped = stream->flip_at / 8;

    if (flipped >= stream->at && flipped - stream->at < len)
        bytes[flipped - stream->at] ^= (uint8_t)(1 << stream->flip_at % 8);
    while (len > 0) {
        size_t piece = quiet_length(stream, len);

        if (stream->at == stream->interrupt_at) sotto_context_interrupt(stream->interrupted);
        if (stream->at == stream->delay_at) usleep((useconds_t)(1000 * stream->delay));
        if (stream->at == stream->insert_at &&
            !send_all(stream->to, stream->inserted.bytes, stream->inserted.len))
            return false;
        if (stream->at >= stream->cut_at) return true;
        if (!send_dripping(stream, bytes, piece)) return false;
        stream->at += piece;
        bytes += piece;
        len -= piece;
        if (stream->at == stream->cut_at) cut(stream);
    }
    return true;
}

/* A whole frame, if its sender does not leave before, with the change that is due. */
static ssize_t receive_frame(struct relay_stream *stream, uint8_t *frame)
{
    const struct change *change = stream->change;
    ssize_t n = recv(stream->from, frame, FRAME_HEADER_LEN, MSG_WAITALL), rest;
    uint32_t len;

    if (n < FRAME_HEADER_LEN) return n;
    memcpy(&len, frame + 4, sizeof len);
    ck_assert_uint_le(len, FRAME_MAX_LEN);
    rest = len > 0 ? recv(stream->from, frame + n, len, MSG_WAITALL) : 0;
    if (rest >= 0 && (size_t)rest == len && frame[0] == change->type &&
        stream->n_frames++ == change->number)
        change->apply(frame + n, len);
    return rest < 0 ? rest : n + rest;
}

static void *run_stream(void *user)
{
    struct relay_stream *stream = user;
    bool is_open = true;
    uint8_t bytes[FRAME_HEADER_LEN + FRAME_MAX_LEN];
    ssize_t n;

    if (stream->cut_at == 0) cut(stream);
    while ((n = stream->change != NULL ? receive_frame(stream, bytes)
                                       : recv(stream->from, bytes, sizeof bytes, 0)) > 0 ||
           (n < 0 && errno == EINTR)) {
        if (n < 0) continue;
        record_append(&stream->sent, bytes, (size_t)n);
        if (is_open) is_open = pass_on(stream, bytes, (size_t)n);
        if (!is_open) shutdown(stream->from, SHUT_RD); /* nobody listens: the party shall notice */
    }
    shutdown(stream->to, SHUT_WR);
    sodium_memzero(bytes, sizeof bytes);
    return NULL;
}

void relay_connect(struct relay *relay, int ends[2])
{
    int near[2];

    for (int role = 0; role < 2; role++) {
        int pair[2];

        ck_assert_msg(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0,
                      "socketpair: %s", strerror(errno));
        ends[role] = pair[0];
        near[role] = pair[1];
    }
    for (int role = 0; role < 2; role++) {
        relay->streams[role].from = near[role];
        relay->streams[role].to = near[1 - role];
        relay->streams[role].at = 0;
        relay->streams[role].n_frames = 0;
    }
}

void relay_start(struct relay *relay)
{
    for (int role = 0; role < 2; role++) {
        struct relay_stream *stream = &relay->streams[role];

        ck_assert_int_eq(pthread_create(&stream->thread, NULL, run_stream, stream), 0);
    }
}

void relay_join(struct relay *relay)
{
    for (int role = 0; role < 2; role++)
        ck_assert_int_eq(pthread_join(relay->streams[role].thread, NULL), 0);
    for (int role = 0; role < 2; role++) close(relay->streams[role].from);
}
