/*
 * Cheating peers. One party runs against a recording of its honest peer in which the test has
 * changed something: frames of another type or length, doubled, dropped, swapped, invalid group
 * elements, single bits. The party must notice what it can, must never read or write out of bounds
 * or wait for what cannot come, and shows no output unless the run succeeds (SEC-13, SEC-17,
 * SEC-22). What a semi-honest run cannot notice, a changed table or colour on a channel without
 * TLS, gives another output and nothing worse.
 */
#include "ot/base.h"
#include "ot/extension.h"
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

static const int owners[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};

/* Both victims, with an extension and without. */
#define N_STAGES 4

static sotto_role victim_of(int number)
{
    return (sotto_role)(number % 2);
}

/* Inputs without an extension: as many as make what follows a hello longer than a hello may be. */
#define N_DIRECT 16

static void set_stage(struct stage *stage, int number)
{
    char *text = wide_circuit(N_DIRECT, 1);

    if (number < 2) stage_init(stage, tiny_circuit, owners, 2, SOTTO_OT_IKNP, victim_of(number));
    else stage_init(stage, text, owners, 2, SOTTO_OT_BASE, victim_of(number));
    free(text);
}

/* Runs the victim against bytes, after which the peer says no more. */
static sotto_err play(struct stage *stage, const struct record *bytes)
{
    struct record sent = {0};
    bool has_done;

    side_replay(stage->victim, &sent, bytes->bytes, bytes->len, FAREWELL_LISTEN);
    has_done = frames_have(bytes, FRAME_DONE);
    if (stage->victim->err != SOTTO_OK) ck_assert(side_is_untouched(stage->victim));
    else ck_assert_msg(has_done, "success before the peer's DONE");
    ck_assert_msg(stage->victim->err != SOTTO_ERR_INTERNAL, "%s", stage->victim->message);
    record_wipe(&sent);
    return stage->victim->err;
}

static void copy_peer(struct record *copy, const struct stage *stage)
{
    *copy = (struct record){0};
    record_append(copy, stage->peer.bytes, stage->peer.len);
}

static size_t frame_end(const struct frame_view *frame)
{
    return frame->at + FRAME_HEADER_LEN + frame->len;
}

/* Everything before frame number first, bytes [from, to), then all from frame number next on. */
static sotto_err splice(struct stage *stage, size_t first, size_t from, size_t to, size_t next)
{
    const struct record *peer = &stage->peer;
    size_t rest = next < stage->n_frames ? stage->frames[next].at : peer->len;
    struct record spliced = {0};
    sotto_err err;

    record_append(&spliced, peer->bytes, stage->frames[first].at);
    record_append(&spliced, peer->bytes + from, to - from);
    record_append(&spliced, peer->bytes + rest, peer->len - rest);
    err = play(stage, &spliced);
    record_wipe(&spliced);
    return err;
}

static const struct frame_view *find_frame(const struct stage *stage, enum frame_type type)
{
    for (size_t i = 0; i < stage->n_frames; i++)
        if (stage->frames[i].type == type) return &stage->frames[i];
    ck_abort_msg("no such frame");
    return NULL;
}

/* The stage itself is sound: an unchanged recording succeeds with the right outputs. */
START_TEST(cheat_honest_replay)
{
    struct stage stage;

    set_stage(&stage, _i);
    ck_assert_int_eq(play(&stage, &stage.peer), SOTTO_OK);
    ck_assert(memcmp(stage.victim->outputs, stage.expected, stage.victim->outputs_len) == 0);
    stage_wipe(&stage);
}
END_TEST

/* ------------------------------------------------------------------------------------ frames -- */

/* A DONE that becomes a sign of life leaves the garbler waiting for the DONE. */
static bool is_allowed_elsewhere(const struct stage *stage, const struct frame_view *frame,
                                 unsigned type)
{
    return type == FRAME_PROGRESS && frame->type == FRAME_DONE &&
           stage->victim->role == SOTTO_GARBLER;
}

START_TEST(cheat_wrong_type) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        const struct frame_view *frame = &stage.frames[i];

        for (unsigned type = 0; type < 256; type += type < 16 ? 1 : 37) {
            struct record changed;
            sotto_err expected = SOTTO_ERR_PROTOCOL;

            if (type == frame->type) continue;
            copy_peer(&changed, &stage);
            changed.bytes[frame->at] = (uint8_t)type;
            if (type == FRAME_ABORT && frame->len == 0) expected = SOTTO_ERR_ABORTED;
            if (is_allowed_elsewhere(&stage, frame, type)) expected = SOTTO_ERR_DISCONNECTED;
            ck_assert_int_eq(play(&stage, &changed), expected);
            record_wipe(&changed);
        }
    }
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_wrong_length) /* SEC-13, SEC-14 */
{
    static const uint32_t changes[] = {1, UINT32_MAX, 0x100, 0x40000, 0x1000000, 0x80000000};
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        const struct frame_view *frame = &stage.frames[i];

        for (size_t k = 0; k < sizeof changes / sizeof changes[0]; k++) {
            uint32_t len = (uint32_t)frame->len + changes[k];
            struct record changed;

            copy_peer(&changed, &stage);
            for (size_t b = 0; b < 4; b++)
                changed.bytes[frame->at + 4 + b] = (uint8_t)(len >> 8 * b);
            ck_assert_int_eq(play(&stage, &changed), SOTTO_ERR_PROTOCOL);
            record_wipe(&changed);
        }
    }
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_doubled_frame) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        const struct frame_view *frame = &stage.frames[i];
        bool is_last = frame->type == FRAME_DONE; /* nobody reads beyond it */

        ck_assert_int_eq(splice(&stage, i, frame->at, frame_end(frame), i),
                         is_last ? SOTTO_OK : SOTTO_ERR_PROTOCOL);
    }
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_dropped_frame) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        bool is_last = i + 1 == stage.n_frames;

        ck_assert_int_eq(splice(&stage, i, 0, 0, i + 1),
                         is_last ? SOTTO_ERR_DISCONNECTED : SOTTO_ERR_PROTOCOL);
    }
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_swapped_frames) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i + 1 < stage.n_frames; i++) {
        const struct frame_view *a = &stage.frames[i], *b = &stage.frames[i + 1];
        struct record swapped = {0};

        record_append(&swapped, stage.peer.bytes, a->at);
        record_append(&swapped, stage.peer.bytes + b->at, frame_end(b) - b->at);
        record_append(&swapped, stage.peer.bytes + a->at, frame_end(a) - a->at);
        record_append(&swapped, stage.peer.bytes + frame_end(b), stage.peer.len - frame_end(b));
        ck_assert_int_eq(play(&stage, &swapped), SOTTO_ERR_PROTOCOL);
        record_wipe(&swapped);
    }
    stage_wipe(&stage);
}
END_TEST

/* A frame of no content in front of frame number i. */
static sotto_err insert_empty(struct stage *stage, size_t i, enum frame_type type)
{
    const uint8_t header[FRAME_HEADER_LEN] = {(uint8_t)type};
    struct record changed = {0};
    size_t at = stage->frames[i].at;
    sotto_err err;

    record_append(&changed, stage->peer.bytes, at);
    record_append(&changed, header, sizeof header);
    record_append(&changed, stage->peer.bytes + at, stage->peer.len - at);
    err = play(stage, &changed);
    record_wipe(&changed);
    return err;
}

/* Signs of life come from an evaluator, and not before its part of the base OTs. */
START_TEST(cheat_progress_anywhere) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        uint8_t next = stage.frames[i].type;
        bool is_allowed = victim_of(_i) == SOTTO_GARBLER &&
                          (next == FRAME_CHOICES || next == FRAME_COLOURS || next == FRAME_DONE);

        ck_assert_int_eq(insert_empty(&stage, i, FRAME_PROGRESS),
                         is_allowed ? SOTTO_OK : SOTTO_ERR_PROTOCOL);
    }
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_abort_anywhere) /* SEC-13, SEC-19 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++)
        ck_assert_int_eq(insert_empty(&stage, i, FRAME_ABORT), SOTTO_ERR_ABORTED);
    stage_wipe(&stage);
}
END_TEST

START_TEST(cheat_empty_frame_anywhere) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        for (int type = FRAME_NONE; type < FRAME_ABORT; type++) {
            sotto_err err;

            if (type == FRAME_PROGRESS || type == stage.frames[i].type) continue;
            err = insert_empty(&stage, i, (enum frame_type)type);
            ck_assert_int_eq(err, SOTTO_ERR_PROTOCOL);
        }
    }
    stage_wipe(&stage);
}
END_TEST

/* -------------------------------------------------------------------------------- group elements
 * -- */

/* What is no element: the identity, encodings that are not canonical or negative, of no point, and
 * of points off the group. From RFC 9496, A.3, and the field's order 2^255 - 19. */
static const char *const bad_elements[] = {
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "00ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "f3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0100000000000000000000000000000000000000000000000000000000000080",
    "26948d35ca62e643e26a83177332e6b6afeb9d08e4268b650f1f5bbd8d81d371",
    "4eac077a713c57b4f4397629a4145982c661f48044dd3f96427d40b147d9742f",
};

#define N_BAD_ELEMENTS (sizeof bad_elements / sizeof bad_elements[0])

static sotto_err replace_element(struct stage *stage, enum frame_type type, size_t at,
                                 const char *hex)
{
    struct record changed;
    size_t len;
    sotto_err err;

    copy_peer(&changed, stage);
    ck_assert(sodium_hex2bin(changed.bytes + find_frame(stage, type)->at + FRAME_HEADER_LEN + at,
                             GROUP_ELEMENT_LEN, hex, strlen(hex), NULL, &len, NULL) == 0);
    ck_assert_uint_eq(len, GROUP_ELEMENT_LEN);
    err = play(stage, &changed);
    record_wipe(&changed);
    return err;
}

/* Of the receiver of the base OTs the elements are changed of whom the victim is the sender, and
 * the other way round. */
static void send_bad_elements(int number, bool is_sender, size_t n_ots)
{
    const size_t places[] = {0, 1, n_ots / 2, n_ots - 1};
    struct stage stage;

    set_stage(&stage, number);
    for (size_t i = 0; i < N_BAD_ELEMENTS; i++) {
        enum frame_type type = is_sender ? FRAME_BASE_RECEIVER : FRAME_BASE_SENDER;
        size_t at = is_sender ? BASE_SEED_LEN + places[i % 4] * GROUP_ELEMENT_LEN : 0;

        ck_assert_int_eq(replace_element(&stage, type, at, bad_elements[i]), SOTTO_ERR_PROTOCOL);
    }
    stage_wipe(&stage);
}

START_TEST(cheat_bad_elements) /* SEC-6 */
{
    send_bad_elements(SOTTO_GARBLER, false, N_BASE_OTS);
    send_bad_elements(SOTTO_EVALUATOR, true, N_BASE_OTS);
}
END_TEST

/* Without an extension the roles are the other way round, and there is one for each input bit. */
START_TEST(cheat_bad_elements_without_extension) /* SEC-6 */
{
    send_bad_elements(2 + SOTTO_GARBLER, true, N_DIRECT);
    send_bad_elements(2 + SOTTO_EVALUATOR, false, N_DIRECT);
}
END_TEST

/* ------------------------------------------------------------------------------------------ bits
 * -- */

static sotto_err flip(struct stage *stage, size_t at, unsigned bit)
{
    struct record changed;
    sotto_err err;

    copy_peer(&changed, stage);
    changed.bytes[at] ^= (uint8_t)(1 << bit);
    err = play(stage, &changed);
    record_wipe(&changed);
    return err;
}

START_TEST(cheat_flipped_headers) /* SEC-13 */
{
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        for (unsigned bit = 0; bit < 8 * FRAME_HEADER_LEN; bit++) {
            size_t at = stage.frames[i].at + bit / 8;
            unsigned type = stage.frames[i].type ^ (bit < 8 ? 1u << bit : 0);
            sotto_err expected = SOTTO_ERR_PROTOCOL;

            if (type == FRAME_ABORT && bit < 8 && stage.frames[i].len == 0)
                expected = SOTTO_ERR_ABORTED;
            ck_assert_int_eq(flip(&stage, at, bit % 8), expected);
        }
    }
    stage_wipe(&stage);
}
END_TEST

/* What may come of a changed payload. */
static bool is_sound(const struct stage *stage, const struct frame_view *frame, sotto_err err)
{
    switch (frame->type) {
    case FRAME_HELLO: /* but for the nonce, see hello.c */
        return err == SOTTO_ERR_MISMATCH || err == SOTTO_ERR_PROTOCOL || err == SOTTO_OK;
    case FRAME_BASE_SENDER:
    case FRAME_BASE_RECEIVER: return err == SOTTO_ERR_PROTOCOL || err == SOTTO_OK;
    default:
        return err == SOTTO_OK &&
               (frame->type != FRAME_DECODE || stage->victim->role == SOTTO_EVALUATOR);
    }
}

/* Every bit of short frames; of long ones a bit of every so many bytes, another one each time. */
START_TEST(cheat_flipped_payloads) /* SEC-13 */
{
    struct stage stage;
    uint64_t state = 31;

    set_stage(&stage, _i);
    for (size_t i = 0; i < stage.n_frames; i++) {
        const struct frame_view *frame = &stage.frames[i];
        size_t n_bits = 8 * frame->len, step = frame->len <= 64 ? 1 : 131;

        for (size_t bit = 0; bit < n_bits; bit += step) {
            size_t target = step == 1 ? bit : bit + test_next(&state) % step;
            sotto_err err;

            if (target >= n_bits) break;
            err = flip(&stage, frame->at + FRAME_HEADER_LEN + target / 8, target % 8);
            ck_assert_msg(is_sound(&stage, frame, err), "frame type %u bit %zu: %s", frame->type,
                          target, stage.victim->message);
        }
    }
    stage_wipe(&stage);
}
END_TEST

/* SEC-17: without TLS nothing protects the colours, so a flipped one shows in the output: in that
 * bit alone, and in none when it is padding. */
START_TEST(cheat_flipped_colours)
{
    struct stage stage;
    size_t at;

    set_stage(&stage, _i);
    at = find_frame(&stage, victim_of(_i) == SOTTO_GARBLER ? FRAME_COLOURS : FRAME_DECODE)->at;
    for (unsigned bit = 0; bit < 8; bit++) {
        ck_assert_int_eq(flip(&stage, at + FRAME_HEADER_LEN, bit), SOTTO_OK);
        for (unsigned i = 0; i < stage.victim->outputs_len; i++)
            ck_assert_uint_eq(stage.victim->outputs[i], stage.expected[i] ^ (i == bit));
    }
    stage_wipe(&stage);
}
END_TEST

/* Whether the byte so far from the end of a TLS stream is in a record's header (RFC 8446, 5.1). */
static bool is_in_tls_header(const struct record *record, size_t back)
{
    size_t target = record->len - back;

    for (size_t at = 0; at + 5 <= record->len;) {
        size_t len = (size_t)record->bytes[at + 3] << 8 | record->bytes[at + 4];

        if (target < at + 5) return true;
        at += 5 + len;
        if (target < at) return false;
    }
    return false;
}

#define CLOSING_ALERT_LEN (5 + 2 + 1 + 16) /* close_notify in its record */

/* SEC-17: inside TLS every change is noticed by whom it reaches, and no output is shown. A changed
 * header may also make the receiver wait for more than there is. */
START_TEST(cheat_flips_under_tls)
{
    sotto_credentials *credentials[2];
    struct sotto_context *context = test_context();
    struct side *sides[2];
    struct record clean;
    struct relay relay;
    struct task task;

    ck_assert(sotto_credentials_pair(context, &credentials[0], &credentials[1]) == SOTTO_OK);
    task_init(&task, alone_circuit, owners, 1);
    for (int role = 0; role < 2; role++) {
        sides[role] = side_new(&task, (sotto_role)role);
        sides[role]->credentials = credentials[role];
    }
    relay_init(&relay);
    pair_run(sides[0], sides[1], &relay);
    pair_check(sides[0], sides[1]);
    clean = relay.streams[_i].sent;
    record_wipe(&relay.streams[1 - _i].sent);
    /* From the end, where the output messages and DONE are, to the hello; but the alert that ends
     * the connection comes after all that is read. */
    for (size_t back = CLOSING_ALERT_LEN + 1; back < 260; back += 3) {
        bool in_header = is_in_tls_header(&clean, back);
        sotto_err err;

        for (int role = 0; role < 2; role++) sides[role]->idle_timeout = in_header ? 300 : PATIENCE;
        relay_init(&relay);
        relay.streams[_i].flip_at = 8 * (clean.len - back) + back % 8;
        pair_run(sides[0], sides[1], &relay);
        relay_wipe(&relay);
        err = sides[1 - _i]->err; /* of whom the change reaches */
        if (in_header) ck_assert_int_ne(err, SOTTO_OK);
        else ck_assert_int_eq(err, SOTTO_ERR_AUTHENTICATION);
        for (int role = 0; role < 2; role++)
            if (sides[role]->err != SOTTO_OK) ck_assert(side_is_untouched(sides[role]));
    }
    record_wipe(&clean);
    for (int role = 0; role < 2; role++) {
        side_free(sides[role]);
        sotto_credentials_free(credentials[role]);
    }
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

/* ------------------------------------------------------------------------------ afterwards -- */

/* SEC-19: what leaves after a failure is one and the same, whatever it was. */
START_TEST(cheat_abort_tells_nothing)
{
    static const uint8_t opaque[FRAME_HEADER_LEN] = {FRAME_ABORT};
    struct stage stage;

    set_stage(&stage, _i);
    for (size_t i = 1; i < stage.n_frames; i++) { /* a bad hello is in hello.c */
        const struct frame_view *frame = &stage.frames[i];
        struct record changed, sent = {0};

        copy_peer(&changed, &stage);
        if (i % 2 == 0 || frame->len < 200) changed.bytes[frame->at + 4] ^= 1;
        else memset(changed.bytes + frame->at + FRAME_HEADER_LEN, 0xff, frame->len);
        side_replay(stage.victim, &sent, changed.bytes, changed.len, FAREWELL_LISTEN);
        if (frame->type != FRAME_CHOICES) {
            ck_assert_int_eq(stage.victim->err, SOTTO_ERR_PROTOCOL);
            ck_assert_uint_ge(sent.len, sizeof opaque);
            ck_assert(memcmp(sent.bytes + sent.len - sizeof opaque, opaque, sizeof opaque) == 0);
            sent.len -= sizeof opaque;
            ck_assert(sent.len <= stage.own.len &&
                      memcmp(sent.bytes, stage.own.bytes, sent.len) == 0);
        }
        record_wipe(&sent);
        record_wipe(&changed);
    }
    stage_wipe(&stage);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("cheat");
    TCase *frames = tcase_create("frames");
    TCase *contents = tcase_create("contents");

    tcase_add_loop_test(frames, cheat_honest_replay, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_wrong_type, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_wrong_length, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_doubled_frame, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_dropped_frame, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_swapped_frames, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_progress_anywhere, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_abort_anywhere, 0, N_STAGES);
    tcase_add_loop_test(frames, cheat_empty_frame_anywhere, 0, N_STAGES);
    tcase_set_timeout(frames, 120);
    suite_add_tcase(suite, frames);
    tcase_add_test(contents, cheat_bad_elements);
    tcase_add_test(contents, cheat_bad_elements_without_extension);
    tcase_add_loop_test(contents, cheat_flipped_headers, 0, N_STAGES);
    tcase_add_loop_test(contents, cheat_flipped_payloads, 0, N_STAGES);
    tcase_add_loop_test(contents, cheat_flipped_colours, 0, N_STAGES);
    tcase_add_loop_test(contents, cheat_flips_under_tls, 0, 2);
    tcase_add_loop_test(contents, cheat_abort_tells_nothing, 0, N_STAGES);
    tcase_set_timeout(contents, 120);
    suite_add_tcase(suite, contents);
    return run_suite(suite);
}
