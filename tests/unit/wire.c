/*
 * Frames and the table of messages, against a peer that is a socket in the test's hand. The order
 * of messages is written down here a second time, from the drawing in wire.h.
 */
#include "net/wire.h"

#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define SILENCE 60 /* milliseconds after which a peer counts as silent */

struct fixture {
    struct sotto_context *context;
    struct sotto_channel *channel;
    struct wire wire;
    int peer;
};

static sotto_role other(sotto_role role)
{
    return role == SOTTO_GARBLER ? SOTTO_EVALUATOR : SOTTO_GARBLER;
}

static void setup(struct fixture *f, sotto_role role)
{
    int fds[2], size = 1 << 20;

    f->context = test_context();
    ck_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    setsockopt(fds[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ck_assert(channel_over(f->context, &f->channel, fds[0], fds[0], SILENCE) == SOTTO_OK);
    wire_init(&f->wire, f->channel, role);
    f->peer = fds[1];
}

static void teardown(struct fixture *f)
{
    if (f->peer >= 0) close(f->peer);
    sotto_channel_free(f->channel);
    sotto_context_free(f->context);
}

static void peer_says(struct fixture *f, const void *bytes, size_t len)
{
    ck_assert_int_eq(send(f->peer, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL), (ssize_t)len);
}

static void peer_frames(struct fixture *f, unsigned type, const void *payload, size_t len)
{
    uint8_t header[FRAME_HEADER_LEN] = {
        (uint8_t)type,       0, 0, 0, (uint8_t)len, (uint8_t)(len >> 8), (uint8_t)(len >> 16),
        (uint8_t)(len >> 24)};

    peer_says(f, header, sizeof header);
    if (len > 0) peer_says(f, payload, len);
}

/* How many bytes wait for the peer. */
static size_t peer_hears(struct fixture *f, uint8_t *bytes, size_t size)
{
    ssize_t n = recv(f->peer, bytes, size, MSG_DONTWAIT);

    return n > 0 ? (size_t)n : 0;
}

/* --------------------------------------------------------------------------------- the table -- */

/* What may follow what, written as sentences: a row is a sender's last frame and its successors, of
 * runs and of OT handles in both models. Chunks of OTs that an OT handle prepares have no MASKED;
 * their CORRECTION comes later, and no check with it, since their CHOICES had theirs. */
#define END FRAME_NONE
static const enum frame_type order[2][N_FRAME_TYPES][12] =
    {
        [SOTTO_GARBLER] =
            {
                [FRAME_NONE] = {FRAME_HELLO, END},
                [FRAME_HELLO] = {FRAME_BASE_RECEIVER, FRAME_BASE_SENDER, FRAME_SEED, FRAME_PROBE,
                                 END},
                [FRAME_PROBE] = {FRAME_PROBE, FRAME_BASE_RECEIVER, END},
                [FRAME_BASE_RECEIVER] = {FRAME_SEED, FRAME_BASE_ANSWER, FRAME_MASKED, END},
                [FRAME_BASE_SENDER] = {FRAME_MASKED, END},
                [FRAME_SEED] = {FRAME_TABLES, FRAME_DECODE, FRAME_PUBLIC, FRAME_SHARES, FRAME_DONE,
                                FRAME_CHALLENGE, END},
                [FRAME_TABLES] = {FRAME_TABLES, FRAME_DECODE, FRAME_PUBLIC, FRAME_SHARES,
                                  FRAME_DONE, FRAME_CHALLENGE, END},
                [FRAME_DECODE] = {FRAME_TABLES, FRAME_DECODE, FRAME_PUBLIC, FRAME_SHARES,
                                  FRAME_DONE, FRAME_CHALLENGE, END},
                [FRAME_PUBLIC] = {FRAME_TABLES, FRAME_DECODE, FRAME_PUBLIC, FRAME_SHARES,
                                  FRAME_DONE, END},
                [FRAME_SHARES] = {FRAME_TABLES, FRAME_DECODE, FRAME_PUBLIC, FRAME_SHARES,
                                  FRAME_DONE, END},
                [FRAME_BASE_ANSWER] = {FRAME_CHALLENGE, FRAME_SEED, END},
                [FRAME_CHALLENGE] = {FRAME_CHALLENGE, FRAME_MASKED, FRAME_TABLES, FRAME_DECODE,
                                     FRAME_DONE, END},
                [FRAME_MASKED] = {FRAME_MASKED, FRAME_CHALLENGE, FRAME_SEED, END},
            },
        [SOTTO_EVALUATOR] =
            {
                [FRAME_NONE] = {FRAME_HELLO, END},
                [FRAME_HELLO] = {FRAME_BASE_SENDER, FRAME_BASE_RECEIVER, FRAME_PROGRESS,
                                 FRAME_COLOURS, FRAME_DONE, FRAME_PROBE, END},
                [FRAME_BASE_RECEIVER] = {FRAME_PROGRESS, FRAME_COLOURS, FRAME_DONE, END},
                [FRAME_PROBE] = {FRAME_PROBE, FRAME_EXTENSION, END},
                [FRAME_EXTENSION] = {FRAME_BASE_SENDER, END},
                [FRAME_BASE_SENDER] = {FRAME_BASE_PROOF, FRAME_TREES, FRAME_CHOICES, FRAME_PROGRESS,
                                       FRAME_COLOURS, FRAME_PUBLIC, FRAME_SHARES, FRAME_DONE, END},
                [FRAME_BASE_PROOF] = {FRAME_TREES, FRAME_CHOICES, END},
                [FRAME_TREES] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                 FRAME_SHARES, FRAME_DONE, END},
                [FRAME_CHOICES] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                   FRAME_SHARES, FRAME_DONE, FRAME_ANSWER, FRAME_CORRECTION, END},
                [FRAME_PROGRESS] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                    FRAME_SHARES, FRAME_DONE, END},
                [FRAME_COLOURS] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                   FRAME_SHARES, FRAME_DONE, END},
                [FRAME_PUBLIC] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                  FRAME_SHARES, FRAME_DONE, END},
                [FRAME_SHARES] = {FRAME_CHOICES, FRAME_PROGRESS, FRAME_COLOURS, FRAME_PUBLIC,
                                  FRAME_SHARES, FRAME_DONE, END},
                [FRAME_ANSWER] = {FRAME_CHOICES, FRAME_CORRECTION, FRAME_ANSWER, FRAME_PROGRESS,
                                  FRAME_COLOURS, FRAME_DONE, END},
                [FRAME_CORRECTION] = {FRAME_CORRECTION, FRAME_CHOICES, END},
            },
};

static bool is_allowed(sotto_role sender, enum frame_type last, unsigned type)
{
    for (const enum frame_type *next = order[sender][last]; *next != END; next++)
        if ((unsigned)*next == type) return true;
    return false;
}

/* SEC-13: every type byte after every frame from either sender, expected by the receiver or not. */
START_TEST(wire_receives_by_the_table)
{
    sotto_role sender = (sotto_role)(_i / N_FRAME_TYPES);
    enum frame_type last = (enum frame_type)(_i % N_FRAME_TYPES);

    for (unsigned type = 0; type < 256; type++) {
        struct fixture f;
        uint8_t payload[1];
        sotto_err err;

        setup(&f, other(sender));
        f.wire.last_received = last;
        peer_frames(&f, type, NULL, 0);
        shutdown(f.peer, SHUT_WR);
        err = wire_receive(&f.wire, payload, (enum frame_type)type, 0);
        if (is_allowed(sender, last, type)) ck_assert_int_eq(err, SOTTO_OK);
        else if (type == FRAME_ABORT) ck_assert_int_eq(err, SOTTO_ERR_ABORTED);
        else ck_assert_int_eq(err, SOTTO_ERR_PROTOCOL);
        if (err == SOTTO_OK) ck_assert_int_eq((int)f.wire.last_received, (int)type);
        teardown(&f);
    }
}
END_TEST

START_TEST(wire_sends_by_the_table) /* SEC-13 */
{
    sotto_role sender = (sotto_role)(_i / N_FRAME_TYPES);
    enum frame_type last = (enum frame_type)(_i % N_FRAME_TYPES);

    for (unsigned type = 0; type < N_FRAME_TYPES; type++) {
        struct fixture f;
        uint8_t frame[FRAME_HEADER_LEN], heard[64];
        sotto_err err;

        setup(&f, sender);
        f.wire.last_sent = last;
        err = wire_send(&f.wire, (enum frame_type)type, frame, 0);
        if (is_allowed(sender, last, type)) {
            ck_assert_int_eq(err, SOTTO_OK);
            ck_assert_uint_eq(peer_hears(&f, heard, sizeof heard), FRAME_HEADER_LEN);
        } else {
            ck_assert_int_eq(err, SOTTO_ERR_INTERNAL);
            ck_assert_uint_eq(peer_hears(&f, heard, sizeof heard), 0);
        }
        teardown(&f);
    }
}
END_TEST

/* SEC-13: a frame that the table allows is refused when the receiver waits for another. */
START_TEST(wire_refuses_another_type)
{
    for (unsigned type = FRAME_HELLO; type < N_FRAME_TYPES; type++) {
        struct fixture f;
        uint8_t payload[16];
        bool passes = type == FRAME_DONE || type == FRAME_PROGRESS;

        if (!is_allowed(SOTTO_EVALUATOR, FRAME_CHOICES, type)) continue;
        setup(&f, SOTTO_GARBLER);
        f.wire.last_received = FRAME_CHOICES;
        peer_frames(&f, type, NULL, 0);
        peer_frames(&f, FRAME_DONE, NULL, 0);
        ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_DONE, 0),
                         passes ? SOTTO_OK : SOTTO_ERR_PROTOCOL);
        teardown(&f);
    }
}
END_TEST

/* Who speaks TLS to a party without credentials is told apart; later it is a frame as any other. */
START_TEST(wire_tells_of_tls)
{
    static const uint8_t record[] = {0x16, 0x03, 0x01, 0x01, 0x80, 0x01, 0x00, 0x01};
    uint8_t payload[1];

    for (int role = 0; role < 2; role++) {
        for (int late = 0; late < 2; late++) {
            struct fixture f;
            bool told;

            setup(&f, (sotto_role)role);
            if (late == 1) f.wire.last_received = FRAME_HELLO;
            peer_says(&f, record, sizeof record);
            ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_HELLO, 1), SOTTO_ERR_PROTOCOL);
            told = strstr(sotto_context_message(f.context), "speaks TLS") != NULL &&
                   strstr(sotto_context_hint(f.context), "--identity") != NULL &&
                   strstr(sotto_context_hint(f.context), "--insecure") != NULL;
            ck_assert_int_eq(told, late == 0);
            teardown(&f);
        }
    }
}
END_TEST

/* ----------------------------------------------------------------------------------- lengths -- */

/* What a claimed length gives when the receiver expects 100 bytes; the payload follows as far as
 * it fits the socket. */
static sotto_err receive_claim(uint32_t claim, const uint8_t padding[3])
{
    static const uint8_t payload[200];
    const uint8_t header[FRAME_HEADER_LEN] = {FRAME_SEED,
                                              padding[0],
                                              padding[1],
                                              padding[2],
                                              (uint8_t)claim,
                                              (uint8_t)(claim >> 8),
                                              (uint8_t)(claim >> 16),
                                              (uint8_t)(claim >> 24)};
    uint8_t room[100 + 1];
    struct fixture f;
    sotto_err err;

    setup(&f, SOTTO_EVALUATOR);
    f.wire.last_received = FRAME_HELLO;
    peer_says(&f, header, sizeof header);
    peer_says(&f, payload, sizeof payload);
    room[100] = 0x77;
    err = wire_receive(&f.wire, room, FRAME_SEED, 100);
    ck_assert_uint_eq(room[100], 0x77);
    teardown(&f);
    return err;
}

START_TEST(wire_refuses_another_length) /* SEC-13 */
{
    static const uint32_t claims[] = {0,          1,          98,         99,        101,
                                      102,        200,        0x164,      0x10064,   0x1000064,
                                      0x80000064, 0x7fffffff, 0x80000000, 0xffffffff};
    static const uint8_t zero[3];

    ck_assert_int_eq(receive_claim(100, zero), SOTTO_OK);
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++)
        ck_assert_int_eq(receive_claim(claims[i], zero), SOTTO_ERR_PROTOCOL);
}
END_TEST

START_TEST(wire_refuses_padding) /* SEC-13 */
{
    for (int bit = 0; bit < 24; bit++) {
        uint8_t padding[3] = {0};

        padding[bit / 8] = (uint8_t)(1 << bit % 8);
        ck_assert_int_eq(receive_claim(100, padding), SOTTO_ERR_PROTOCOL);
    }
}
END_TEST

/* SEC-13, SEC-14: no more than the largest frame, even for a receiver who would take it. */
START_TEST(wire_bounds_frames)
{
    static uint8_t frame[FRAME_HEADER_LEN + FRAME_MAX_LEN + 1];
    const uint32_t over = FRAME_MAX_LEN + 1;
    const uint8_t header[FRAME_HEADER_LEN] = {
        FRAME_TABLES, 0, 0, 0, (uint8_t)over, (uint8_t)(over >> 8), (uint8_t)(over >> 16), 0};
    struct fixture f;

    setup(&f, SOTTO_EVALUATOR);
    f.wire.last_received = FRAME_SEED;
    peer_says(&f, header, sizeof header);
    ck_assert_int_eq(wire_receive(&f.wire, frame, FRAME_TABLES, over), SOTTO_ERR_PROTOCOL);
    teardown(&f);

    setup(&f, SOTTO_GARBLER);
    f.wire.last_sent = FRAME_SEED;
    ck_assert_int_eq(wire_send(&f.wire, FRAME_TABLES, frame, over), SOTTO_ERR_INTERNAL);
    ck_assert_uint_eq(peer_hears(&f, frame, sizeof frame), 0);
    ck_assert_int_eq(wire_send(&f.wire, FRAME_TABLES, frame, FRAME_MAX_LEN), SOTTO_OK);
    teardown(&f);
}
END_TEST

START_TEST(wire_range_of_lengths) /* SEC-13 */
{
    for (size_t len = 0; len <= 40; len++) {
        uint8_t payload[40] = {0}, room[40];
        struct fixture f;
        size_t got = 1234;
        sotto_err err;

        setup(&f, SOTTO_EVALUATOR);
        peer_frames(&f, FRAME_HELLO, payload, len);
        err = wire_receive_up_to(&f.wire, room, &got, FRAME_HELLO, 12, 32);
        if (len >= 12 && len <= 32) {
            ck_assert_int_eq(err, SOTTO_OK);
            ck_assert_uint_eq(got, len);
        } else {
            ck_assert_int_eq(err, SOTTO_ERR_PROTOCOL);
            ck_assert_uint_eq(got, 1234);
        }
        teardown(&f);
    }
}
END_TEST

/* ---------------------------------------------------------------- signs of life and of death -- */

/* SEC-13: any number of PROGRESS frames where an evaluator may send them, and none elsewhere. */
START_TEST(wire_passes_over_progress)
{
    static const enum frame_type lasts[] = {FRAME_HELLO, FRAME_CHOICES, FRAME_PROGRESS,
                                            FRAME_COLOURS};
    uint8_t payload[3];

    for (size_t i = 0; i < sizeof lasts / sizeof lasts[0]; i++) {
        struct fixture f;

        setup(&f, SOTTO_GARBLER);
        f.wire.last_received = lasts[i];
        for (size_t k = 0; k < 100; k++) peer_frames(&f, FRAME_PROGRESS, NULL, 0);
        peer_frames(&f, FRAME_COLOURS, "abc", 3);
        ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 3), SOTTO_OK);
        ck_assert(memcmp(payload, "abc", 3) == 0);
        teardown(&f);
    }
}
END_TEST

/* SEC-13: signs of life are passed over before their turn, an ABORT is heard, and any other frame
 * waits for its turn to be judged. */
START_TEST(wire_hears_progress_early)
{
    struct fixture f;
    uint8_t payload[3];

    setup(&f, SOTTO_GARBLER);
    f.wire.last_received = FRAME_CHOICES;
    ck_assert_int_eq(wire_hear_progress(&f.wire), SOTTO_OK); /* does not wait */
    for (size_t k = 0; k < 10; k++) peer_frames(&f, FRAME_PROGRESS, NULL, 0);
    ck_assert_int_eq(wire_hear_progress(&f.wire), SOTTO_OK);
    ck_assert(!channel_has_input(f.channel));
    peer_frames(&f, FRAME_PROGRESS, NULL, 0);
    peer_frames(&f, FRAME_COLOURS, "abc", 3);
    peer_frames(&f, FRAME_DONE, NULL, 0);
    for (size_t k = 0; k < 3; k++) ck_assert_int_eq(wire_hear_progress(&f.wire), SOTTO_OK);
    ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 3), SOTTO_OK);
    ck_assert(memcmp(payload, "abc", 3) == 0);
    ck_assert_int_eq(wire_hear_progress(&f.wire), SOTTO_OK);
    ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_DONE, 0), SOTTO_OK);
    teardown(&f);
}
END_TEST

START_TEST(wire_hears_the_end_early) /* SEC-13 */
{
    static const struct {
        unsigned type;
        size_t len;
        sotto_err early, late;
    } cases[] = {
        {FRAME_ABORT, 0, SOTTO_ERR_ABORTED, SOTTO_OK},
        {FRAME_ABORT, 1, SOTTO_ERR_PROTOCOL, SOTTO_OK},
        {FRAME_PROGRESS, 1, SOTTO_ERR_PROTOCOL, SOTTO_OK},
        {FRAME_TABLES, 0, SOTTO_OK, SOTTO_ERR_PROTOCOL},
        {FRAME_COLOURS, 2, SOTTO_OK, SOTTO_ERR_PROTOCOL},
        {255, 0, SOTTO_OK, SOTTO_ERR_PROTOCOL},
    };

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f;
        uint8_t payload[3];

        setup(&f, SOTTO_GARBLER);
        f.wire.last_received = FRAME_CHOICES;
        peer_frames(&f, cases[i].type, "xy", cases[i].len);
        ck_assert_int_eq(wire_hear_progress(&f.wire), cases[i].early);
        if (cases[i].late != SOTTO_OK)
            ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 3), cases[i].late);
        teardown(&f);
    }
}
END_TEST

/* A peer that has left is noticed at once. */
START_TEST(wire_hears_departure_early)
{
    struct fixture f;

    setup(&f, SOTTO_GARBLER);
    f.wire.last_received = FRAME_CHOICES;
    peer_says(&f, "\7\0\0", 3);
    close(f.peer);
    f.peer = -1;
    ck_assert_int_eq(wire_hear_progress(&f.wire), SOTTO_ERR_DISCONNECTED);
    teardown(&f);
}
END_TEST

START_TEST(wire_refuses_progress_with_content) /* SEC-13 */
{
    struct fixture f;
    uint8_t payload[3];

    setup(&f, SOTTO_GARBLER);
    f.wire.last_received = FRAME_CHOICES;
    peer_frames(&f, FRAME_PROGRESS, "x", 1);
    peer_frames(&f, FRAME_COLOURS, "abc", 3);
    ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 3), SOTTO_ERR_PROTOCOL);
    teardown(&f);
}
END_TEST

/* SEC-13: ABORT is heard after every frame, from either side, also behind signs of life. */
START_TEST(wire_hears_abort_anywhere)
{
    sotto_role sender = (sotto_role)(_i / N_FRAME_TYPES);
    enum frame_type last = (enum frame_type)(_i % N_FRAME_TYPES);
    struct fixture f;
    uint8_t payload[3];

    setup(&f, other(sender));
    f.wire.last_received = last;
    if (is_allowed(sender, last, FRAME_PROGRESS)) peer_frames(&f, FRAME_PROGRESS, NULL, 0);
    peer_frames(&f, FRAME_ABORT, NULL, 0);
    ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_DONE, 0), SOTTO_ERR_ABORTED);
    teardown(&f);
}
END_TEST

START_TEST(wire_refuses_abort_with_content) /* SEC-13, SEC-19 */
{
    struct fixture f;
    uint8_t payload[3];

    setup(&f, SOTTO_GARBLER);
    f.wire.last_received = FRAME_CHOICES;
    peer_frames(&f, FRAME_ABORT, "why", 3);
    ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 3), SOTTO_ERR_PROTOCOL);
    teardown(&f);
}
END_TEST

/* A peer that leaves while we write has its last word heard. */
START_TEST(wire_hears_abort_after_a_broken_write)
{
    static uint8_t frame[FRAME_HEADER_LEN + FRAME_MAX_LEN];
    struct fixture f;
    sotto_err err = SOTTO_OK;

    setup(&f, SOTTO_GARBLER);
    f.wire.last_sent = FRAME_SEED;
    f.wire.last_received = FRAME_CHOICES;
    peer_frames(&f, FRAME_PROGRESS, NULL, 0);
    if (_i == 1) peer_frames(&f, FRAME_ABORT, NULL, 0);
    shutdown(f.peer, SHUT_RDWR);
    for (int i = 0; err == SOTTO_OK && i < 10; i++)
        err = wire_send(&f.wire, FRAME_TABLES, frame, FRAME_MAX_LEN);
    ck_assert_int_eq(err, _i == 1 ? SOTTO_ERR_ABORTED : SOTTO_ERR_DISCONNECTED);
    teardown(&f);
}
END_TEST

/* SEC-19: one frame that says nothing, or nothing at all, whatever the failure was. */
START_TEST(wire_abort_is_opaque)
{
    const uint8_t opaque[FRAME_HEADER_LEN] = {FRAME_ABORT};
    sotto_err err = (sotto_err)_i;
    bool is_silent = err == SOTTO_ERR_DISCONNECTED || err == SOTTO_ERR_AUTHENTICATION ||
                     err == SOTTO_ERR_TIMEOUT || err == SOTTO_ERR_INTERRUPTED ||
                     err == SOTTO_ERR_ABORTED || err == SOTTO_ERR_MISMATCH;
    uint8_t heard[64];
    struct fixture f;
    size_t n;

    setup(&f, SOTTO_GARBLER);
    shutdown(f.peer, SHUT_WR);
    (void)(fail)(f.context, err, "a text that must stay here");
    wire_abort(&f.wire, err);
    ck_assert_str_eq(sotto_context_message(f.context), "a text that must stay here");
    n = peer_hears(&f, heard, sizeof heard);
    ck_assert_uint_eq(n, is_silent ? 0 : sizeof opaque);
    ck_assert(n == 0 || memcmp(heard, opaque, n) == 0);
    teardown(&f);
}
END_TEST

/* --------------------------------------------------------------------------- the end of a stream
 * -- */

/* SEC-13: a stream that ends within a frame, at every offset, is a peer that left. */
START_TEST(wire_stream_ends)
{
    const uint8_t bytes[FRAME_HEADER_LEN + 4] = {FRAME_COLOURS, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4};

    for (size_t len = 0; len <= sizeof bytes; len++) {
        uint8_t payload[4];
        struct fixture f;

        setup(&f, SOTTO_GARBLER);
        f.wire.last_received = FRAME_CHOICES;
        if (len > 0) peer_says(&f, bytes, len);
        shutdown(f.peer, SHUT_WR);
        ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 4),
                         len == sizeof bytes ? SOTTO_OK : SOTTO_ERR_DISCONNECTED);
        teardown(&f);
    }
}
END_TEST

START_TEST(wire_stream_falls_silent)
{
    const uint8_t bytes[FRAME_HEADER_LEN + 4] = {FRAME_COLOURS, 0, 0, 0, 4, 0, 0, 0, 1, 2, 3, 4};

    for (size_t len = 0; len < sizeof bytes; len += 5) {
        uint8_t payload[4];
        struct fixture f;

        setup(&f, SOTTO_GARBLER);
        f.wire.last_received = FRAME_CHOICES;
        if (len > 0) peer_says(&f, bytes, len);
        ck_assert_int_eq(wire_receive(&f.wire, payload, FRAME_COLOURS, 4), SOTTO_ERR_TIMEOUT);
        teardown(&f);
    }
}
END_TEST

/* ----------------------------------------------------------------------------- long messages -- */

static const size_t long_lengths[] = {
    0,
    1,
    2,
    FRAME_MAX_LEN - 1,
    FRAME_MAX_LEN,
    FRAME_MAX_LEN + 1,
    2 * FRAME_MAX_LEN,
    2 * FRAME_MAX_LEN + 7,
};

#define N_LONG_LENGTHS (sizeof long_lengths / sizeof long_lengths[0])

/* Reads the whole message at the peer's end, frame by frame. */
static void hear_frames(int fd, uint8_t *data, size_t len)
{
    uint8_t header[FRAME_HEADER_LEN];

    while (len > 0) {
        size_t piece = len < FRAME_MAX_LEN ? len : FRAME_MAX_LEN, claim;

        ck_assert_int_eq(recv(fd, header, sizeof header, MSG_WAITALL), sizeof header);
        claim = header[4] | (size_t)header[5] << 8 | (size_t)header[6] << 16;
        ck_assert_uint_eq(header[0], FRAME_TABLES);
        ck_assert_uint_eq(claim, piece);
        ck_assert_int_eq(recv(fd, data, piece, MSG_WAITALL), (ssize_t)piece);
        data += piece;
        len -= piece;
    }
}

/* A child is the peer: it hears the whole message and says it back. */
static pid_t echo_from_child(struct fixture *f, size_t len)
{
    pid_t pid = fork();
    uint8_t *data;

    ck_assert_int_ge(pid, 0);
    if (pid > 0) return pid;
    sotto_channel_free(f->channel); /* its socket is the parent's alone */
    data = malloc(len + 1);
    hear_frames(f->peer, data, len);
    for (size_t at = 0; at < len; at += FRAME_MAX_LEN) {
        size_t piece = len - at < FRAME_MAX_LEN ? len - at : FRAME_MAX_LEN;
        const uint8_t header[FRAME_HEADER_LEN] = {
            FRAME_COLOURS, 0, 0, 0, (uint8_t)piece, (uint8_t)(piece >> 8), (uint8_t)(piece >> 16)};

        ck_assert(send(f->peer, header, sizeof header, MSG_NOSIGNAL) == (ssize_t)sizeof header);
        for (size_t done = 0; done < piece;) {
            ssize_t n = send(f->peer, data + at + done, piece - done, MSG_NOSIGNAL);

            ck_assert(n > 0);
            done += (size_t)n;
        }
    }
    _exit(recv(f->peer, data, 1, 0) == 0 ? 0 : 1); /* not a byte more */
}

START_TEST(wire_long_messages)
{
    size_t len = long_lengths[_i];
    uint8_t *data = malloc(len + 1), *back = malloc(len + 1);
    uint64_t state = 3;
    int status = 1;
    struct fixture f;
    pid_t pid;

    for (size_t i = 0; i < len; i++) data[i] = (uint8_t)test_next(&state);
    back[len] = 0x5a;
    setup(&f, SOTTO_GARBLER);
    f.wire.last_sent = FRAME_SEED;
    f.wire.last_received = FRAME_CHOICES;
    pid = echo_from_child(&f, len);
    close(f.peer);
    f.peer = -1;
    ck_assert_int_eq(wire_send_all(&f.wire, FRAME_TABLES, data, len), SOTTO_OK);
    ck_assert_int_eq(wire_receive_all(&f.wire, back, FRAME_COLOURS, len), SOTTO_OK);
    ck_assert(memcmp(data, back, len) == 0);
    ck_assert_uint_eq(back[len], 0x5a);
    teardown(&f);
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
    free(data);
    free(back);
}
END_TEST

/* SEC-13: the pieces of a long message have one length each; another cut is refused. */
START_TEST(wire_long_message_cut_elsewhere)
{
    static uint8_t back[FRAME_MAX_LEN + 1];
    static const uint8_t short_piece[1000];
    struct fixture f;

    setup(&f, SOTTO_GARBLER);
    f.wire.last_received = FRAME_CHOICES;
    peer_frames(&f, FRAME_COLOURS, short_piece, sizeof short_piece);
    ck_assert_int_eq(wire_receive_all(&f.wire, back, FRAME_COLOURS, sizeof back),
                     SOTTO_ERR_PROTOCOL);
    teardown(&f);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("wire");
    TCase *table = tcase_create("table");
    TCase *frames = tcase_create("frames");

    tcase_add_loop_test(table, wire_receives_by_the_table, 0, 2 * N_FRAME_TYPES);
    tcase_add_loop_test(table, wire_sends_by_the_table, 0, 2 * N_FRAME_TYPES);
    tcase_add_test(table, wire_refuses_another_type);
    tcase_add_test(table, wire_tells_of_tls);
    tcase_add_loop_test(table, wire_hears_abort_anywhere, 0, 2 * N_FRAME_TYPES);
    tcase_set_timeout(table, 30);
    suite_add_tcase(suite, table);
    tcase_add_test(frames, wire_refuses_another_length);
    tcase_add_test(frames, wire_refuses_padding);
    tcase_add_test(frames, wire_bounds_frames);
    tcase_add_test(frames, wire_range_of_lengths);
    tcase_add_test(frames, wire_passes_over_progress);
    tcase_add_test(frames, wire_hears_progress_early);
    tcase_add_test(frames, wire_hears_the_end_early);
    tcase_add_test(frames, wire_hears_departure_early);
    tcase_add_test(frames, wire_refuses_progress_with_content);
    tcase_add_test(frames, wire_refuses_abort_with_content);
    tcase_add_loop_test(frames, wire_hears_abort_after_a_broken_write, 0, 2);
    tcase_add_loop_test(frames, wire_abort_is_opaque, SOTTO_ERR_USAGE, SOTTO_ERR_INTERNAL + 1);
    tcase_add_test(frames, wire_stream_ends);
    tcase_add_test(frames, wire_stream_falls_silent);
    tcase_add_loop_test(frames, wire_long_messages, 0, N_LONG_LENGTHS);
    tcase_add_test(frames, wire_long_message_cut_elsewhere);
    tcase_set_timeout(frames, 30);
    suite_add_tcase(suite, frames);
    return run_suite(suite);
}
