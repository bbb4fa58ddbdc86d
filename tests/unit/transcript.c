/*
 * What leaves: the bytes of both directions. With repeatable randomness they are the same on every
 * machine and are compared with tests/kat/transcript.txt, so that a change of the wire format shows
 * as a changed line there; run with UPDATE_KAT=1 to write the file anew. They are also re-derived
 * from the definitions, and searched for what must never leave.
 */
#include "base/random.h"
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/replica.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int garbler_first[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};
static const int evaluator_first[] = {SOTTO_EVALUATOR, SOTTO_GARBLER};

/* Constants among the outputs and in front of gates, an inverter of each, and an AND of both. */
static const char constant_circuit[] = "10 12\n2 1 1\n1 5\n"
                                       "1 1 1 2 EQ\n"
                                       "1 1 0 3 EQ\n"
                                       "2 1 0 2 4 AND\n"
                                       "2 1 1 2 5 XOR\n"
                                       "2 1 4 5 6 AND\n"
                                       "2 1 2 3 7 AND\n"
                                       "1 1 2 8 EQW\n"
                                       "1 1 2 9 INV\n"
                                       "2 1 6 2 10 XOR\n"
                                       "2 1 6 3 11 XOR\n";

/* The first AND's input is a sum that cancels out: the same label in every instance. */
static const char fixed_circuit[] = "5 7\n2 1 1\n1 1\n"
                                    "2 1 0 1 2 XOR\n"
                                    "2 1 2 0 3 XOR\n"
                                    "2 1 3 1 4 XOR\n"
                                    "2 1 4 0 5 AND\n"
                                    "2 1 5 1 6 XOR\n";

/* What is recorded. Each scene has a name in the baseline. */
static const struct scene {
    const char *name;
    const char *text;
    const int *owners;
    size_t n_owners;
    uint64_t width; /* with no text: of wide_circuit() */
    sotto_reveal reveal;
    uint64_t n_instances;
    uint64_t n_rounds;
    sotto_ot_extension ot;
} scenes[] = {
    {"tiny", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 1, 1, SOTTO_OT_IKNP},
    {"tiny-swapped", tiny_circuit, evaluator_first, 2, 0, SOTTO_REVEAL_BOTH, 1, 1, SOTTO_OT_IKNP},
    {"tiny-garbler", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_GARBLER, 3, 1, SOTTO_OT_IKNP},
    {"tiny-evaluator", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_EVALUATOR, 3, 1,
     SOTTO_OT_IKNP},
    {"tiny-chained", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 2, 5, SOTTO_OT_IKNP},
    {"alone", alone_circuit, garbler_first, 1, 0, SOTTO_REVEAL_BOTH, 1, 1, SOTTO_OT_IKNP},
    {"constants", constant_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 2, 1, SOTTO_OT_IKNP},
    {"lanes", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 8, 1, SOTTO_OT_IKNP},
    {"lanes-and-more", constant_circuit, evaluator_first, 2, 0, SOTTO_REVEAL_BOTH, 19, 1,
     SOTTO_OT_IKNP},
    {"fixed", fixed_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 9, 1, SOTTO_OT_IKNP},
    {"wide", NULL, garbler_first, 2, 100, SOTTO_REVEAL_BOTH, 2, 1, SOTTO_OT_IKNP},
    {"many", NULL, evaluator_first, 2, 70, SOTTO_REVEAL_BOTH, 130, 1, SOTTO_OT_IKNP},
    {"windows", NULL, garbler_first, 2, 64, SOTTO_REVEAL_BOTH, 513, 1, SOTTO_OT_IKNP},
    {"base", tiny_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 3, 1, SOTTO_OT_BASE},
    {"base-swapped", NULL, evaluator_first, 2, 128, SOTTO_REVEAL_EVALUATOR, 1, 1, SOTTO_OT_BASE},
    {"base-lanes", constant_circuit, garbler_first, 2, 0, SOTTO_REVEAL_BOTH, 19, 1, SOTTO_OT_BASE},
};

#define N_SCENES (sizeof scenes / sizeof scenes[0])

/* A recorded run. */
struct take {
    struct task task;
    struct side *sides[2];
    struct record sent[2];
};

static void open_take(struct take *take, const struct scene *scene, enum cpu_isa isa)
{
    char *text = scene->text == NULL ? wide_circuit(scene->width, 1) : NULL;
    uint64_t state = 12;

    task_init(&take->task, text != NULL ? text : scene->text, scene->owners, scene->n_owners);
    free(text);
    take->task.options.reveal = scene->reveal;
    take->task.options.n_instances = scene->n_instances;
    take->task.options.n_rounds = scene->n_rounds;
    take->task.options.ot = scene->ot;
    for (int role = 0; role < 2; role++) {
        take->sides[role] = side_new(&take->task, (sotto_role)role);
        take->sides[role]->seed = 1001 + (uint64_t)role;
        take->sides[role]->isa = isa;
        side_draw_inputs(take->sides[role], &state);
    }
}

static void shoot(struct take *take)
{
    struct relay relay;

    relay_init(&relay);
    pair_run(take->sides[0], take->sides[1], &relay);
    pair_check(take->sides[0], take->sides[1]);
    for (int role = 0; role < 2; role++) {
        record_wipe(&take->sent[role]);
        record_append(&take->sent[role], relay.streams[role].sent.bytes,
                      relay.streams[role].sent.len);
    }
    relay_wipe(&relay);
}

static void close_take(struct take *take)
{
    for (int role = 0; role < 2; role++) {
        side_free(take->sides[role]);
        record_wipe(&take->sent[role]);
    }
    task_wipe(&take->task);
}

/* ---------------------------------------------------------------------------------- baseline -- */

#define BASELINE_MAX 8192

/* The baseline's lines: scene, direction, length, SHA-256. */
static void describe_scene(char *text, size_t size, const struct scene *scene, enum cpu_isa isa)
{
    static const char *const names[] = {"garbler", "evaluator"};
    struct take take = {0};

    open_take(&take, scene, isa);
    shoot(&take);
    for (int role = 0; role < 2; role++) {
        uint8_t digest[crypto_hash_sha256_BYTES];
        char hex[2 * sizeof digest + 1];
        size_t at = strlen(text);

        crypto_hash_sha256(digest, take.sent[role].bytes, take.sent[role].len);
        sodium_bin2hex(hex, sizeof hex, digest, sizeof digest);
        snprintf(text + at, size - at, "%s %s %zu %s\n", scene->name, names[role],
                 take.sent[role].len, hex);
    }
    close_take(&take);
}

static const char *baseline_path(void)
{
    static char path[4096];
    const char *folder = getenv("SRCDIR");

    snprintf(path, sizeof path, "%s/tests/kat/transcript.txt", folder != NULL ? folder : ".");
    return path;
}

static void write_baseline(const char *text)
{
    FILE *file = fopen(baseline_path(), "w");

    ck_assert_msg(file != NULL, "cannot write %s", baseline_path());
    ck_assert(fputs(text, file) >= 0);
    ck_assert(fclose(file) == 0);
}

/* Tells of the first line that differs. */
static void must_match_baseline(const char *text, const char *baseline)
{
    size_t at = 0, line = 0;

    while (text[at] != '\0' && text[at] == baseline[at])
        if (text[at++] == '\n') line = at;
    ck_assert_msg(text[at] == baseline[at], "not in the baseline: %.*s",
                  (int)strcspn(text + line, "\n"), text + line);
}

START_TEST(transcript_baseline)
{
    char text[BASELINE_MAX] = "";
    char *baseline;

    if (!cpu_supports((enum cpu_isa)_i)) return;
    for (size_t i = 0; i < N_SCENES; i++)
        describe_scene(text, sizeof text, &scenes[i], (enum cpu_isa)_i);
    if (getenv("UPDATE_KAT") != NULL && _i == CPU_PORTABLE) write_baseline(text);
    baseline = test_read_file(baseline_path(), NULL);
    ck_assert_msg(baseline != NULL, "cannot read %s", baseline_path());
    must_match_baseline(text, baseline);
    free(baseline);
}
END_TEST

/* ----------------------------------------------------------------------------- re-derivation -- */

static void must_equal(const struct record *sent, enum frame_type type, const void *bytes,
                       size_t len)
{
    struct record payloads = {0};

    frames_collect(&payloads, sent, type);
    ck_assert_uint_eq(payloads.len, len);
    ck_assert(len == 0 || memcmp(payloads.bytes, bytes, len) == 0);
    record_wipe(&payloads);
}

/* Packed colours of the zero-labels (is_active: of the labels that the outputs really take). */
static uint8_t *colours_of(const struct take *take, const struct replica *replica, bool is_active)
{
    uint64_t n = task_n_instances(&take->task) * take->task.n_output_bits;
    uint8_t *expected = task_expected(&take->task, take->sides[0]->inputs, take->sides[1]->inputs);
    uint8_t *colours = calloc(n / 8 + 1, 1);

    for (uint64_t i = 0; i < n; i++) {
        unsigned colour = replica->output_labels[i].byte[0] & 1;

        if (is_active) colour ^= expected[i]; /* delta's lowest bit is one */
        colours[i / 8] |= (uint8_t)(colour << i % 8);
    }
    free(expected);
    return colours;
}

/* The whole run from the definitions: every byte of tables and colours. */
START_TEST(transcript_rederived) /* SEC-4 */
{
    const struct scene *scene = &scenes[_i];
    struct take take = {0};
    struct replica replica;
    size_t colours_len;

    if (scene->n_rounds > 1 || scene->n_instances > 512) return; /* the replica has one pass */
    open_take(&take, scene, CPU_N_ISAS);
    shoot(&take);
    replica_init(&replica, &take.task, (const struct side *[]){take.sides[0], take.sides[1]},
                 take.sent);
    must_equal(&take.sent[0], FRAME_MASKED, replica.masked.bytes, replica.masked.len);
    must_equal(&take.sent[0], FRAME_SEED, replica.label_seed.byte, 16);
    must_equal(&take.sent[0], FRAME_TABLES, replica.tables.bytes, replica.tables.len);
    colours_len = (size_t)(task_n_instances(&take.task) * take.task.n_output_bits + 7) / 8;
    for (int role = 0; role < 2; role++) {
        uint8_t *colours = colours_of(&take, &replica, role == SOTTO_EVALUATOR);
        bool is_sent = scene->reveal == SOTTO_REVEAL_BOTH || scene->reveal == 2 - (unsigned)role;

        must_equal(&take.sent[role], role == SOTTO_GARBLER ? FRAME_DECODE : FRAME_COLOURS, colours,
                   is_sent ? colours_len : 0);
        free(colours);
    }
    replica_wipe(&replica);
    close_take(&take);
}
END_TEST

/* ----------------------------------------------------------------------- what must not leave -- */

/* A constant's active label is zero on purpose, and zeros are everywhere. */
static bool contains(const struct record *record, struct ref_block needle)
{
    const struct ref_block nothing = {{0}};

    if (ref_equal(needle, nothing)) return false;
    return memmem(record->bytes, record->len, needle.byte, sizeof needle.byte) != NULL;
}

/* SEC-18: neither delta nor both labels of a wire, at any offset of what the garbler sends; nor
 * what would give them away at once, the exclusive or of two neighbouring blocks. */
static void check_send_side(const struct take *take, const struct replica *replica)
{
    const struct record *sent = &take->sent[SOTTO_GARBLER];
    uint64_t n = task_n_instances(&take->task) * (take->task.n_bits[0] + take->task.n_bits[1]);
    uint64_t n_out = task_n_instances(&take->task) * take->task.n_output_bits;

    ck_assert(!contains(sent, replica->delta));
    for (uint64_t i = 0; i < n + n_out; i++) {
        struct ref_block zero = i < n ? replica->input_labels[i] : replica->output_labels[i - n];
        struct ref_block one = ref_xor(zero, replica->delta);

        ck_assert(!contains(sent, zero));
        ck_assert(!contains(sent, one));
    }
    for (size_t at = 0; at + 32 <= sent->len; at++) {
        struct ref_block a, b;

        memcpy(a.byte, sent->bytes + at, 16);
        memcpy(b.byte, sent->bytes + at + 16, 16);
        ck_assert(!ref_equal(ref_xor(a, b), replica->delta));
    }
}

START_TEST(transcript_holds_no_labels) /* SEC-18 */
{
    const struct scene *scene = &scenes[_i];
    struct take take = {0};
    struct replica replica;
    struct record spoilt = {0};

    if (scene->n_rounds > 1 || scene->n_instances > 3) return;
    open_take(&take, scene, CPU_N_ISAS);
    shoot(&take);
    replica_init(&replica, &take.task, (const struct side *[]){take.sides[0], take.sides[1]},
                 take.sent);
    check_send_side(&take, &replica);
    /* The search finds what is there. */
    record_append(&spoilt, take.sent[0].bytes, take.sent[0].len);
    record_append(&spoilt, replica.delta.byte, 16);
    ck_assert(contains(&spoilt, replica.delta));
    record_wipe(&spoilt);
    replica_wipe(&replica);
    close_take(&take);
}
END_TEST

static int compare_blocks(const void *a, const void *b)
{
    return memcmp(a, b, 16);
}

/* Every run of 16 bytes in the frames' payloads but the hellos, which repeat what is public. */
static uint8_t (*all_blocks(const struct record *sent, size_t *n))[16]
{
    static struct frame_view frames[STAGE_MAX_FRAMES];
    size_t n_frames = frames_find(frames, STAGE_MAX_FRAMES, sent);
    uint8_t(*blocks)[16] = malloc(16 * (sent->len + 1));

    *n = 0;
    for (size_t i = 0; i < n_frames; i++) {
        if (frames[i].type == FRAME_HELLO) continue;
        for (size_t at = 0; at + 16 <= frames[i].len; at++)
            memcpy(blocks[(*n)++], sent->bytes + frames[i].at + FRAME_HEADER_LEN + at, 16);
    }
    qsort(blocks, *n, 16, compare_blocks);
    return blocks;
}

static size_t count_shared(const struct record *a, const struct record *b)
{
    size_t n_a, n_b, n_shared = 0;
    uint8_t(*blocks_a)[16] = all_blocks(a, &n_a);
    uint8_t(*blocks_b)[16] = all_blocks(b, &n_b);

    for (size_t i = 0; i < n_a; i++)
        if (bsearch(blocks_a[i], blocks_b, n_b, 16, compare_blocks) != NULL) n_shared++;
    free(blocks_a);
    free(blocks_b);
    return n_shared;
}

START_TEST(transcript_never_repeats) /* SEC-3 */
{
    struct take take = {0};
    struct record first[2];
    struct record hellos[2][2] = {{{0}, {0}}, {{0}, {0}}};

    open_take(&take, &scenes[0], CPU_N_ISAS);
    for (int role = 0; role < 2; role++) take.sides[role]->seed = 0;
    shoot(&take);
    for (int role = 0; role < 2; role++) {
        first[role] = take.sent[role];
        take.sent[role] = (struct record){0};
    }
    shoot(&take);
    for (int role = 0; role < 2; role++) {
        for (int other = 0; other < 2; other++)
            ck_assert_uint_eq(count_shared(&first[role], &take.sent[other]), 0);
        ck_assert_uint_gt(count_shared(&first[role], &first[role]), 0); /* it does count */
        frames_collect(&hellos[role][0], &first[role], FRAME_HELLO);
        frames_collect(&hellos[role][1], &take.sent[role], FRAME_HELLO);
        /* The nonce ends the hello, and nothing else of it changes. */
        ck_assert(memcmp(hellos[role][0].bytes, hellos[role][1].bytes, hellos[role][0].len - 32) ==
                  0);
        ck_assert(memcmp(hellos[role][0].bytes + hellos[role][0].len - 32,
                         hellos[role][1].bytes + hellos[role][1].len - 32, 32) != 0);
        record_wipe(&hellos[role][0]);
        record_wipe(&hellos[role][1]);
        record_wipe(&first[role]);
    }
    close_take(&take);
}
END_TEST

/* One party's randomness may fail to be fresh; the other's nonce still makes another session. */
START_TEST(transcript_depends_on_both_nonces) /* SEC-3 */
{
    struct take take = {0};
    struct record first = {0}, second = {0};

    open_take(&take, &scenes[0], CPU_N_ISAS);
    take.sides[1 - _i]->seed = 0;
    shoot(&take);
    frames_collect(&first, &take.sent[SOTTO_GARBLER], FRAME_TABLES);
    shoot(&take);
    frames_collect(&second, &take.sent[SOTTO_GARBLER], FRAME_TABLES);
    ck_assert_uint_eq(first.len, second.len);
    for (size_t at = 0; at < first.len; at += 16)
        ck_assert(memcmp(first.bytes + at, second.bytes + at, 16) != 0);
    record_wipe(&first);
    record_wipe(&second);
    close_take(&take);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("transcript");
    TCase *bytes = tcase_create("bytes");
    TCase *secrets = tcase_create("secrets");

    tcase_add_loop_test(bytes, transcript_baseline, 0, CPU_N_ISAS);
    tcase_add_loop_test(bytes, transcript_rederived, 0, N_SCENES);
    tcase_set_timeout(bytes, 120);
    suite_add_tcase(suite, bytes);
    tcase_add_loop_test(secrets, transcript_holds_no_labels, 0, N_SCENES);
    tcase_add_test(secrets, transcript_never_repeats);
    tcase_add_loop_test(secrets, transcript_depends_on_both_nonces, 0, 2);
    tcase_set_timeout(secrets, 60);
    suite_add_tcase(suite, secrets);
    return run_suite(suite);
}
