/*
 * The hello: whatever must agree is compared before any secret is used. Each field has a test
 * (SEC-11). Where the API can make two parties disagree both are real; the rest is done by changing
 * bytes of a recorded hello.
 */
#include "proto/hello.h"

#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int garbler_first[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};
static const int evaluator_first[] = {SOTTO_EVALUATOR, SOTTO_GARBLER};

static const char other_circuit[] = "2 4\n2 1 1\n2 1 1\n2 1 0 1 2 XOR\n2 1 0 1 3 AND\n";

static const char disagreement[] = "the two sides disagree on %s: %s here, %s at the peer";

static void only_hello_was_sent(const struct record *record)
{
    struct frame_view frames[4];

    ck_assert_uint_eq(frames_find(frames, 4, record), 1);
    ck_assert_uint_eq(frames[0].type, FRAME_HELLO);
    ck_assert_uint_eq(frames[0].len, hello_len());
    ck_assert_uint_eq(record->len, FRAME_HEADER_LEN + hello_len());
}

/* ---------------------------------------------------------------------------- two real sides -- */

/* Both refuse and name the field and both values; neither sends more than its hello. The values
 * are NULL for digests, which only need to differ. */
static void must_disagree(struct side *here, struct side *there, const char *field,
                          const char *value_here, const char *value_there)
{
    struct relay relay;
    char text[256], prefix[128];

    relay_init(&relay);
    pair_run(here, there, &relay);
    ck_assert_int_eq(here->err, SOTTO_ERR_MISMATCH);
    ck_assert_int_eq(there->err, SOTTO_ERR_MISMATCH);
    ck_assert(side_is_untouched(here) && side_is_untouched(there));
    if (value_here != NULL) {
        snprintf(text, sizeof text, disagreement, field, value_here, value_there);
        ck_assert_str_eq(here->message, text);
        snprintf(text, sizeof text, disagreement, field, value_there, value_here);
        ck_assert_str_eq(there->message, text);
    } else {
        snprintf(prefix, sizeof prefix, "the two sides disagree on %s: ", field);
        ck_assert(strncmp(here->message, prefix, strlen(prefix)) == 0);
        ck_assert(strncmp(there->message, prefix, strlen(prefix)) == 0);
        ck_assert_str_ne(here->message, there->message); /* the values change places */
    }
    only_hello_was_sent(&relay.streams[0].sent);
    only_hello_was_sent(&relay.streams[1].sent);
    relay_wipe(&relay);
}

/* Two tasks that differ in what the caller has set; here garbles. */
static void tasks_must_disagree(const struct task *a, const struct task *b, const char *field,
                                const char *value_a, const char *value_b)
{
    struct side *here = side_new(a, SOTTO_GARBLER);
    struct side *there = side_new(b, SOTTO_EVALUATOR);

    must_disagree(here, there, field, value_a, value_b);
    side_free(here);
    side_free(there);
}

struct two_tasks {
    struct task a;
    struct task b;
};

static void two_tasks_init(struct two_tasks *tasks)
{
    task_init(&tasks->a, square_circuit, garbler_first, 2);
    task_init(&tasks->b, square_circuit, garbler_first, 2);
}

static void two_tasks_wipe(struct two_tasks *tasks)
{
    task_wipe(&tasks->a);
    task_wipe(&tasks->b);
}

START_TEST(hello_same_tasks_agree)
{
    struct two_tasks tasks;
    struct side *here, *there;

    two_tasks_init(&tasks);
    here = side_new(&tasks.a, SOTTO_GARBLER);
    there = side_new(&tasks.b, SOTTO_EVALUATOR);
    pair_run(here, there, NULL);
    pair_check(here, there);
    side_free(here);
    side_free(there);
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_same_role) /* SEC-11 */
{
    static const char *const names[] = {"garbler", "evaluator"};
    struct two_tasks tasks;
    struct side *here, *there;

    two_tasks_init(&tasks);
    here = side_new(&tasks.a, (sotto_role)_i);
    there = side_new(&tasks.b, (sotto_role)_i);
    pair_run(here, there, NULL);
    ck_assert_int_eq(here->err, SOTTO_ERR_MISMATCH);
    ck_assert_int_eq(there->err, SOTTO_ERR_MISMATCH);
    ck_assert_ptr_nonnull(strstr(here->message, "the role"));
    ck_assert_ptr_nonnull(strstr(here->message, names[_i]));
    ck_assert_str_eq(here->message, there->message);
    ck_assert_str_ne(here->hint, "");
    side_free(here);
    side_free(there);
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_other_circuit) /* SEC-11 */
{
    struct task a, b;

    task_init(&a, square_circuit, garbler_first, 2);
    task_init(&b, other_circuit, garbler_first, 2);
    tasks_must_disagree(&a, &b, "the circuit", NULL, NULL);
    task_wipe(&a);
    task_wipe(&b);
}
END_TEST

START_TEST(hello_other_owners) /* SEC-11 */
{
    struct task a, b;

    task_init(&a, square_circuit, garbler_first, 2);
    task_init(&b, square_circuit, evaluator_first, 2);
    tasks_must_disagree(&a, &b, "the interface", NULL, NULL);
    task_wipe(&a);
    task_wipe(&b);
}
END_TEST

START_TEST(hello_other_names) /* SEC-11 */
{
    struct two_tasks tasks;

    two_tasks_init(&tasks);
    ck_assert_str_eq(sotto_interface_input_name(tasks.b.interface, 1), "1");
    tasks.b.interface->inputs[1].name[0] = 'x';
    tasks_must_disagree(&tasks.a, &tasks.b, "the interface", NULL, NULL);
    tasks.b.interface->inputs[1].name[0] = '1';
    tasks.b.interface->outputs[0].name[0] = 'x';
    tasks_must_disagree(&tasks.a, &tasks.b, "the interface", NULL, NULL);
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_other_types) /* SEC-11 */
{
    struct two_tasks tasks;

    two_tasks_init(&tasks);
    tasks.b.interface->inputs[0].type->kind = SOTTO_TYPE_BOOL;
    tasks_must_disagree(&tasks.a, &tasks.b, "the interface", NULL, NULL);
    tasks.b.interface->inputs[0].type->kind = SOTTO_TYPE_UNSIGNED;
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_other_reveal) /* SEC-11 */
{
    static const char *const names[] = {"both", "garbler", "evaluator"};

    for (int a = 0; a < 3; a++) {
        for (int b = 0; b < 3; b++) {
            struct two_tasks tasks;

            if (a == b) continue;
            two_tasks_init(&tasks);
            tasks.a.options.reveal = (sotto_reveal)a;
            tasks.b.options.reveal = (sotto_reveal)b;
            tasks_must_disagree(&tasks.a, &tasks.b, "who learns the result", names[a], names[b]);
            two_tasks_wipe(&tasks);
        }
    }
}
END_TEST

START_TEST(hello_other_instances) /* SEC-11 */
{
    struct two_tasks tasks;

    two_tasks_init(&tasks);
    tasks.a.options.n_instances = 3;
    tasks.b.options.n_instances = 4;
    tasks_must_disagree(&tasks.a, &tasks.b, "the number of instances", "3", "4");
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_other_rounds) /* SEC-11 */
{
    struct two_tasks tasks;

    two_tasks_init(&tasks);
    tasks.a.options.n_rounds = 2;
    tasks_must_disagree(&tasks.a, &tasks.b, "the number of rounds", "2", "1");
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_other_chain) /* SEC-11 */
{
    struct two_tasks tasks;

    two_tasks_init(&tasks);
    tasks.a.options.n_rounds = tasks.b.options.n_rounds = 2;
    tasks.b.options.chain_output = 1;
    tasks_must_disagree(&tasks.a, &tasks.b, "the chained output", "0", "1");
    tasks.b.options.chain_output = 0;
    tasks.b.options.chain_input = 1;
    tasks_must_disagree(&tasks.a, &tasks.b, "the chained input", "0", "1");
    two_tasks_wipe(&tasks);
}
END_TEST

START_TEST(hello_unused_chain_does_not_matter)
{
    struct two_tasks tasks;
    struct side *here, *there;

    two_tasks_init(&tasks);
    tasks.a.options.chain_output = 77;
    here = side_new(&tasks.a, SOTTO_GARBLER);
    there = side_new(&tasks.b, SOTTO_EVALUATOR);
    pair_run(here, there, NULL);
    pair_check(here, there);
    side_free(here);
    side_free(there);
    two_tasks_wipe(&tasks);
}
END_TEST

/* ---------------------------------------------------------------------------- crafted hellos -- */

/* The layout, counted from the start of the payload. */
#define MAGIC_AT 0
#define VERSION_AT 8
#define ROLE_AT 12
#define CIRCUIT_AT 13
#define INTERFACE_AT 45
#define REVEAL_AT 77
#define SECURITY_AT 78
#define SCHEME_AT 79
#define OT_AT 80
#define OT_WIDTH_AT 81
#define OT_SECURITY_AT 82
#define SCHEDULE_AT 83
#define FRAME_MAX_AT 87
#define INSTANCES_AT 91
#define ROUNDS_AT 99
#define CHAIN_OUTPUT_AT 107
#define CHAIN_INPUT_AT 115
#define BINDING_AT 123
#define NONCE_AT 155
#define HELLO_LEN 187

static void set_stage(struct stage *stage, sotto_role victim)
{
    stage_init(stage, square_circuit, garbler_first, 2, SOTTO_OT_IKNP, victim);
    ck_assert_uint_eq(hello_len(), HELLO_LEN);
}

/* Plays the peer's part with len bytes of its hello at offset at replaced, the rest as recorded. */
static void play(struct stage *stage, struct record *sent, size_t at, const void *bytes, size_t len)
{
    struct record changed = {0};

    record_append(&changed, stage->peer.bytes, stage->peer.len);
    memcpy(changed.bytes + FRAME_HEADER_LEN + at, bytes, len);
    side_replay(stage->victim, sent, changed.bytes, changed.len, FAREWELL_LISTEN);
    record_wipe(&changed);
}

/* The replay itself is sound: with nothing changed the run succeeds. */
START_TEST(hello_replay_unchanged)
{
    struct record sent = {0};
    struct stage stage;

    set_stage(&stage, (sotto_role)_i);
    play(&stage, &sent, 0, stage.peer.bytes + FRAME_HEADER_LEN, 8);
    ck_assert_msg(stage.victim->err == SOTTO_OK, "%s", stage.victim->message);
    ck_assert_uint_eq(sent.len, stage.own.len);
    ck_assert(memcmp(sent.bytes, stage.own.bytes, sent.len) == 0);
    record_wipe(&sent);
    stage_wipe(&stage);
}
END_TEST

static const struct crafted {
    size_t at;
    size_t len;
    const char *what;   /* NULL: the peer does not speak the protocol */
    const char *values; /* "... here, ... at the peer"; NULL: a digest */
    uint8_t bytes[8];   /* at offset at; further bytes of a field stay */
} crafted[] = {
    {MAGIC_AT, 1, NULL, NULL, {'S'}},
    {MAGIC_AT + 7, 1, NULL, NULL, {'C'}},
    {VERSION_AT, 4, "the protocol version", "3 here, 0 at the peer", {0}},
    {VERSION_AT, 4, "the protocol version", "3 here, 1 at the peer", {1}},
    {VERSION_AT, 4, "the protocol version", "3 here, 4294967295 at the peer", {255, 255, 255, 255}},
    {ROLE_AT, 1, "the role", NULL, {2}},
    {ROLE_AT, 1, "the role", NULL, {255}},
    {CIRCUIT_AT, 1, "the circuit", NULL, {0}},
    {CIRCUIT_AT + 31, 1, "the circuit", NULL, {0}},
    {INTERFACE_AT, 1, "the interface", NULL, {0}},
    {INTERFACE_AT + 31, 1, "the interface", NULL, {0}},
    {REVEAL_AT, 1, "who learns the result", "both here, evaluator at the peer", {2}},
    {REVEAL_AT, 1, "who learns the result", "both here, 3 at the peer", {3}},
    {SECURITY_AT, 1, "the security model", "semi-honest here, malicious at the peer", {1}},
    {SECURITY_AT, 1, "the security model", "semi-honest here, 255 at the peer", {255}},
    {SCHEME_AT, 1, "the garbling scheme", "half-gates here, none at the peer", {0}},
    {SCHEME_AT, 1, "the garbling scheme", "half-gates here, 2 at the peer", {2}},
    {OT_AT, 1, "the OT extension", "iknp here, none at the peer", {0}},
    {OT_AT, 1, "the OT extension", "iknp here, softspoken at the peer", {2}},
    {OT_AT, 1, "the OT extension", "iknp here, auto at the peer", {3}},
    {OT_AT, 1, "the OT extension", "iknp here, base at the peer", {4}},
    {OT_WIDTH_AT, 1, "the OT extension's k", "1 here, 2 at the peer", {2}},
    {OT_SECURITY_AT,
     1,
     "the adversary model of the oblivious transfers",
     "semi-honest here, malicious at the peer",
     {1}},
    {SCHEDULE_AT, 4, "the schedule version", NULL, {9}},
    {SCHEDULE_AT + 3, 1, "the schedule version", NULL, {1}},
    {FRAME_MAX_AT, 4, "the frame size", "262144 here, 262145 at the peer", {1, 0, 4, 0}},
    {FRAME_MAX_AT, 4, "the frame size", "262144 here, 0 at the peer", {0}},
    {INSTANCES_AT, 8, "the number of instances", "1 here, 0 at the peer", {0}},
    {INSTANCES_AT, 8, "the number of instances", "1 here, 2 at the peer", {2}},
    {INSTANCES_AT + 7,
     1,
     "the number of instances",
     "1 here, 9223372036854775809 at the peer",
     {0x80}},
    {ROUNDS_AT, 8, "the number of rounds", "1 here, 2 at the peer", {2}},
    {ROUNDS_AT + 7, 1, "the number of rounds", NULL, {1}},
    {CHAIN_OUTPUT_AT, 8, "the chained output", "0 here, 1 at the peer", {1}},
    {CHAIN_OUTPUT_AT + 7, 1, "the chained output", NULL, {1}},
    {CHAIN_INPUT_AT, 8, "the chained input", "0 here, 1 at the peer", {1}},
    {CHAIN_INPUT_AT + 7, 1, "the chained input", NULL, {1}},
    {BINDING_AT, 1, "the channel they are on", NULL, {1}},
    {BINDING_AT + 31, 1, "the channel they are on", NULL, {1}},
};

#define N_CRAFTED (sizeof crafted / sizeof crafted[0])

/* What a victim that refused a hello may have sent: its own hello, and an ABORT for a peer that
 * cannot know. */
static void check_silence(const struct record *sent, bool says_abort)
{
    static const uint8_t abort_frame[FRAME_HEADER_LEN] = {FRAME_ABORT};
    struct record hello = *sent;

    hello.len = FRAME_HEADER_LEN + HELLO_LEN;
    ck_assert_uint_eq(sent->len, hello.len + (says_abort ? sizeof abort_frame : 0));
    only_hello_was_sent(&hello);
    if (says_abort)
        ck_assert(memcmp(sent->bytes + hello.len, abort_frame, sizeof abort_frame) == 0);
}

START_TEST(hello_crafted) /* SEC-11 */
{
    const struct crafted *one = &crafted[_i / 2];
    struct record sent = {0};
    struct stage stage;

    set_stage(&stage, (sotto_role)(_i % 2));
    play(&stage, &sent, one->at, one->bytes, one->len);
    ck_assert_int_eq(stage.victim->err,
                     one->what != NULL ? SOTTO_ERR_MISMATCH : SOTTO_ERR_PROTOCOL);
    ck_assert(side_is_untouched(stage.victim));
    if (one->what != NULL) ck_assert_ptr_nonnull(strstr(stage.victim->message, one->what));
    if (one->values != NULL) ck_assert_ptr_nonnull(strstr(stage.victim->message, one->values));
    check_silence(&sent, one->what == NULL);
    record_wipe(&sent);
    stage_wipe(&stage);
}
END_TEST

/* A hello that came back: same nonce. With the role put right no other field tells. */
START_TEST(hello_reflected) /* SEC-3, SEC-11 */
{
    struct record sent = {0};
    struct stage stage;

    set_stage(&stage, (sotto_role)_i);
    play(&stage, &sent, NONCE_AT, stage.own.bytes + FRAME_HEADER_LEN + NONCE_AT, 32);
    ck_assert_int_eq(stage.victim->err, SOTTO_ERR_MISMATCH);
    ck_assert_ptr_nonnull(strstr(stage.victim->message, "the nonce"));
    check_silence(&sent, false);
    record_wipe(&sent);
    stage_wipe(&stage);
}
END_TEST

/* Every single bit: before the nonce each ends the run at once; in the nonce it makes another
 * session, in which nothing fits but nothing breaks either. */
START_TEST(hello_every_bit) /* SEC-11, SEC-13 */
{
    struct stage stage;

    set_stage(&stage, (sotto_role)_i);
    for (size_t bit = 0; bit < 8 * NONCE_AT; bit++) {
        uint8_t changed = stage.peer.bytes[FRAME_HEADER_LEN + bit / 8] ^ (uint8_t)(1 << bit % 8);
        struct record sent = {0};

        play(&stage, &sent, bit / 8, &changed, 1);
        ck_assert_int_eq(stage.victim->err,
                         bit / 8 < VERSION_AT ? SOTTO_ERR_PROTOCOL : SOTTO_ERR_MISMATCH);
        ck_assert(side_is_untouched(stage.victim));
        check_silence(&sent, bit / 8 < VERSION_AT);
        record_wipe(&sent);
    }
    stage_wipe(&stage);
}
END_TEST

/* A hello of another version may be as long as the frame allows; one of ours has its length. */
START_TEST(hello_lengths) /* SEC-13, SEC-14 */
{
    static const struct {
        size_t len;
        sotto_err ours, newer;
    } cases[] = {
        {0, SOTTO_ERR_PROTOCOL, SOTTO_ERR_PROTOCOL},
        {11, SOTTO_ERR_PROTOCOL, SOTTO_ERR_PROTOCOL},
        {12, SOTTO_ERR_PROTOCOL, SOTTO_ERR_MISMATCH},
        {HELLO_LEN - 1, SOTTO_ERR_PROTOCOL, SOTTO_ERR_MISMATCH},
        {HELLO_LEN + 1, SOTTO_ERR_PROTOCOL, SOTTO_ERR_MISMATCH},
        {512, SOTTO_ERR_PROTOCOL, SOTTO_ERR_MISMATCH},
        {513, SOTTO_ERR_PROTOCOL, SOTTO_ERR_PROTOCOL},
    };
    struct stage stage;

    set_stage(&stage, (sotto_role)_i);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int newer = 0; newer < 2; newer++) {
            uint8_t frame[FRAME_HEADER_LEN + 520] = {FRAME_HELLO};
            size_t len = cases[i].len;

            frame[4] = (uint8_t)len;
            frame[5] = (uint8_t)(len >> 8);
            memcpy(frame + FRAME_HEADER_LEN, stage.peer.bytes + FRAME_HEADER_LEN, HELLO_LEN);
            if (newer) frame[FRAME_HEADER_LEN + VERSION_AT] = PROTOCOL_VERSION + 1;
            side_replay(stage.victim, NULL, frame, FRAME_HEADER_LEN + len, FAREWELL_LISTEN);
            ck_assert_int_eq(stage.victim->err, newer ? cases[i].newer : cases[i].ours);
            ck_assert(side_is_untouched(stage.victim));
        }
    }
    stage_wipe(&stage);
}
END_TEST

/* A peer of another kind: the first bytes tell, and it is not waited for. */
START_TEST(hello_from_a_stranger) /* SEC-13 */
{
    static const char greetings[][40] = {
        "GET / HTTP/1.1\r\nHost: example\r\n\r\n",
        "SSH-2.0-OpenSSH_9.2\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    };
    struct stage stage;

    set_stage(&stage, (sotto_role)_i);
    for (size_t i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        struct record sent = {0};

        side_replay(stage.victim, &sent, (const uint8_t *)greetings[i], sizeof greetings[i],
                    FAREWELL_LISTEN);
        ck_assert_int_eq(stage.victim->err, SOTTO_ERR_PROTOCOL);
        check_silence(&sent, true);
        record_wipe(&sent);
    }
    stage_wipe(&stage);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("hello");
    TCase *real = tcase_create("two real sides");
    TCase *crafted_case = tcase_create("crafted hellos");

    tcase_add_test(real, hello_same_tasks_agree);
    tcase_add_loop_test(real, hello_same_role, 0, 2);
    tcase_add_test(real, hello_other_circuit);
    tcase_add_test(real, hello_other_owners);
    tcase_add_test(real, hello_other_names);
    tcase_add_test(real, hello_other_types);
    tcase_add_test(real, hello_other_reveal);
    tcase_add_test(real, hello_other_instances);
    tcase_add_test(real, hello_other_rounds);
    tcase_add_test(real, hello_other_chain);
    tcase_add_test(real, hello_unused_chain_does_not_matter);
    tcase_set_timeout(real, 60);
    suite_add_tcase(suite, real);
    tcase_add_loop_test(crafted_case, hello_replay_unchanged, 0, 2);
    tcase_add_loop_test(crafted_case, hello_crafted, 0, 2 * N_CRAFTED);
    tcase_add_loop_test(crafted_case, hello_reflected, 0, 2);
    tcase_add_loop_test(crafted_case, hello_every_bit, 0, 2);
    tcase_add_loop_test(crafted_case, hello_lengths, 0, 2);
    tcase_add_loop_test(crafted_case, hello_from_a_stranger, 0, 2);
    tcase_set_timeout(crafted_case, 120);
    suite_add_tcase(suite, crafted_case);
    return run_suite(suite);
}
