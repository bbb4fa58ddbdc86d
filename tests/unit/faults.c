/*
 * Faults that every run survives: a peer that leaves at any byte, is killed, drips or falls silent;
 * an allocation that fails at any call; an interrupt at any moment. Each ends within its time with
 * the right error and no output, and leaves no secret behind in memory.
 */
#include "garble/kernels.h"
#include "proto/tables.h"
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/replica.h"
#include "tests/support/search.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static const int owners[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};

/* Two sides over one task. */
struct cast {
    struct task task;
    struct side *sides[2];
};

static void cast_init(struct cast *cast, const char *text, size_t n_owners, uint64_t n_rounds)
{
    uint64_t state = 8;

    task_init(&cast->task, text, owners, n_owners);
    cast->task.options.n_rounds = n_rounds;
    for (int role = 0; role < 2; role++) {
        cast->sides[role] = side_new(&cast->task, (sotto_role)role);
        side_draw_inputs(cast->sides[role], &state);
    }
}

static void cast_wipe(struct cast *cast)
{
    side_free(cast->sides[0]);
    side_free(cast->sides[1]);
    task_wipe(&cast->task);
}

/* The part of a record that was passed on. */
static bool has_passed_done(const struct relay_stream *stream)
{
    struct record passed = stream->sent;

    if (stream->cut_at < passed.len) passed.len = stream->cut_at;
    return frames_have(&passed, FRAME_DONE);
}

/* Success needs the peer's DONE; without success there is no output. */
static void check_end(const struct side *side, bool has_heard_done)
{
    if (side->err == SOTTO_OK) ck_assert_msg(has_heard_done, "success before the peer's DONE");
    else ck_assert(side_is_untouched(side));
    if (!has_heard_done && side->err != SOTTO_ERR_ABORTED)
        ck_assert_msg(side->err == SOTTO_ERR_DISCONNECTED, "%s: %s", sotto_err_name(side->err),
                      side->message);
    ck_assert(side->seconds < SOON / 1e3);
}

/* ---------------------------------------------------------------------------------- a peer leaves
 * -- */

/* SEC-13, SEC-17: either direction is cut at every byte, alone or with the other one. */
START_TEST(faults_cut_anywhere)
{
    sotto_role role = (sotto_role)(_i / 2);
    struct cast cast;
    struct relay relay;
    size_t len;

    cast_init(&cast, alone_circuit, 1, 1);
    relay_init(&relay);
    pair_run(cast.sides[0], cast.sides[1], &relay);
    pair_check(cast.sides[0], cast.sides[1]);
    len = relay.streams[role].sent.len;
    relay_wipe(&relay);
    ck_assert_uint_gt(len, 200);
    for (size_t at = 0; at < len; at++) {
        relay_init(&relay);
        relay.streams[role].cut_at = at;
        relay.streams[role].cuts_both = _i % 2 == 1;
        pair_run(cast.sides[at % 2], cast.sides[1 - at % 2], &relay);
        ck_assert_int_ne(cast.sides[1 - role]->err, SOTTO_OK);
        check_end(cast.sides[1 - role], has_passed_done(&relay.streams[role]));
        check_end(cast.sides[role], has_passed_done(&relay.streams[1 - role]));
        relay_wipe(&relay);
    }
    cast_wipe(&cast);
}
END_TEST

/* SEC-13: the same with oblivious transfers, against a recording that ends at every byte: the peer
 * goes on listening, or (every so often) is gone altogether. */
#if defined(__SANITIZE_ADDRESS__)
#define WITH_ADDRESS_SANITIZER true
#elif defined(__has_feature)
#define WITH_ADDRESS_SANITIZER __has_feature(address_sanitizer)
#else
#define WITH_ADDRESS_SANITIZER false
#endif

#define N_PARTS 4

START_TEST(faults_recording_ends_anywhere)
{
    struct stage stage;
    size_t first, last;

    stage_init(&stage, tiny_circuit, owners, 2, SOTTO_OT_IKNP, (sotto_role)(_i / N_PARTS));
    first = stage.peer.len * (size_t)(_i % N_PARTS) / N_PARTS;
    last = stage.peer.len * (size_t)(_i % N_PARTS + 1) / N_PARTS;
    for (size_t at = first; at < last; at++) {
        enum farewell farewell = at % 16 == 5 ? FAREWELL_CLOSE : FAREWELL_LISTEN;

        side_replay(stage.victim, NULL, stage.peer.bytes, at, farewell);
        ck_assert_msg(stage.victim->err == SOTTO_ERR_DISCONNECTED, "byte %zu: %s", at,
                      stage.victim->message);
        ck_assert(side_is_untouched(stage.victim));
        ck_assert(stage.victim->seconds < SOON / 1e3);
    }
    stage_wipe(&stage);
}
END_TEST

/* A peer that leaves after its DONE has done its part. */
START_TEST(faults_peer_leaves_after_done)
{
    struct stage stage;

    stage_init(&stage, tiny_circuit, owners, 2, SOTTO_OT_IKNP, (sotto_role)_i);
    side_replay(stage.victim, NULL, stage.peer.bytes, stage.peer.len, FAREWELL_LISTEN);
    ck_assert_int_eq(stage.victim->err, SOTTO_OK);
    ck_assert(memcmp(stage.victim->outputs, stage.expected, stage.victim->outputs_len) == 0);
    stage_wipe(&stage);
}
END_TEST

static void die_in_phase(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    const int *fatal = user;

    (void)done;
    (void)total;
    if ((int)phase == *fatal) raise(SIGKILL);
}

START_TEST(faults_peer_is_killed)
{
    struct cast cast;
    int fatal = _i / 2;

    cast_init(&cast, tiny_circuit, 2, 50000);
    cast.sides[_i % 2]->progress = die_in_phase;
    cast.sides[_i % 2]->progress_user = &fatal;
    cast.sides[_i % 2]->may_die = true;
    pair_run(cast.sides[1 - _i % 2], cast.sides[_i % 2], NULL);
    check_end(cast.sides[1 - _i % 2], false);
    cast_wipe(&cast);
}
END_TEST

/* ------------------------------------------------------------------------------------------ time
 * -- */

#define SILENCE 80

/* The peer stops in front of every frame, and within each. */
START_TEST(faults_peer_falls_silent)
{
    struct stage stage;

    stage_init(&stage, tiny_circuit, owners, 2, SOTTO_OT_IKNP, (sotto_role)_i);
    stage.victim->idle_timeout = SILENCE;
    for (size_t i = 0; i < 2 * stage.n_frames; i++) {
        size_t at = stage.frames[i / 2].at + (i % 2) * 5;

        side_replay(stage.victim, NULL, stage.peer.bytes, at, FAREWELL_NONE);
        ck_assert_msg(stage.victim->err == SOTTO_ERR_TIMEOUT, "%s", stage.victim->message);
        ck_assert(side_is_untouched(stage.victim));
        ck_assert(stage.victim->seconds >= SILENCE / 1000.0 - 0.005);
        ck_assert(stage.victim->seconds < SOON / 1e3);
    }
    stage_wipe(&stage);
}
END_TEST

/* A slow line is not silence: bytes come one by one, over longer than the limit in all. */
START_TEST(faults_slow_drip)
{
    struct cast cast;
    struct relay relay;

    cast_init(&cast, _i == 0 ? alone_circuit : tiny_circuit, _i == 0 ? 1 : 2, 1);
    relay_init(&relay);
    for (int role = 0; role < 2; role++) {
        relay.streams[role].drip = _i == 0 ? 12000 : 100;
        cast.sides[role]->idle_timeout = _i == 0 ? 2000 : PATIENCE;
    }
    pair_run(cast.sides[0], cast.sides[1], &relay);
    pair_check(cast.sides[0], cast.sides[1]);
    if (_i == 0) ck_assert(cast.sides[0]->seconds > 2.1);
    relay_wipe(&relay);
    cast_wipe(&cast);
}
END_TEST

START_TEST(faults_short_delays)
{
    struct cast cast;

    cast_init(&cast, alone_circuit, 1, 1);
    for (size_t at = 0; at < 300; at += 60) {
        struct relay relay;

        relay_init(&relay);
        for (int role = 0; role < 2; role++) {
            relay.streams[role].delay_at = at;
            relay.streams[role].delay = 30;
        }
        pair_run(cast.sides[0], cast.sides[1], &relay);
        pair_check(cast.sides[0], cast.sides[1]);
        relay_wipe(&relay);
    }
    cast_wipe(&cast);
}
END_TEST

#define LIVELY_RUN UINT64_C(2500000) /* rounds of two ANDs */

/* The evaluator tells now and then that it is alive, and the garbler has much to say before it
 * listens: on a line that holds few small messages neither may wait for the other. */
START_TEST(faults_signs_of_life_do_not_block)
{
    struct cast cast;

    ck_assert_uint_gt(tables_n_progress(LIVELY_RUN * 2 * TABLE_LEN), 50);
    cast_init(&cast, tiny_circuit, 2, LIVELY_RUN);
    for (int role = 0; role < 2; role++) {
        cast.sides[role]->isa = CPU_PORTABLE;
        cast.sides[role]->send_buffer = 1;
        cast.sides[role]->idle_timeout = SOON;
    }
    pair_run(cast.sides[0], cast.sides[1], NULL);
    pair_check(cast.sides[0], cast.sides[1]);
    cast_wipe(&cast);
}
END_TEST

/* ------------------------------------------------------------------------------------- interrupts
 * -- */

#define LONG_RUN (UINT64_C(1) << 40) /* rounds, whose tables take days */

/* At any moment: the call ends at once, and the peer learns that nobody is there. */
START_TEST(faults_interrupt)
{
    static const uint64_t delays[] = {1, 3000, 10000, 30000, 100000, 300000};
    struct side *victim, *peer;
    struct cast cast;

    cast_init(&cast, tiny_circuit, 2, LONG_RUN);
    victim = cast.sides[_i % 2];
    peer = cast.sides[1 - _i % 2];
    /* A victim that is slower than its peer never waits for it. */
    if (_i / 2 % 2 == 1) victim->isa = CPU_PORTABLE;
    victim->interrupt_after = delays[_i / 4];
    pair_run(victim, peer, NULL);
    ck_assert_msg(victim->err == SOTTO_ERR_INTERRUPTED, "%s", victim->message);
    ck_assert(side_is_untouched(victim));
    ck_assert_msg(victim->seconds < SOON / 1e3, "after %.1f s", victim->seconds);
    ck_assert(peer->err == SOTTO_ERR_DISCONNECTED || peer->err == SOTTO_ERR_ABORTED);
    ck_assert(side_is_untouched(peer));
    cast_wipe(&cast);
}
END_TEST

/* A run may take long without saying anything: free gates alone, round after round. Neither side
 * then notices the other. */
START_TEST(faults_interrupt_of_free_gates)
{
    struct cast cast;
    int n_interrupted = 0;

    cast_init(&cast, "1 3\n2 1 1\n1 1\n2 1 0 1 2 XOR\n", 2, UINT64_C(1) << 40);
    for (int role = 0; role < 2; role++) cast.sides[role]->interrupt_after = 50000;
    pair_run(cast.sides[0], cast.sides[1], NULL);
    for (int role = 0; role < 2; role++) {
        sotto_err err = cast.sides[role]->err;

        /* The one that is interrupted first ends the run of the other. */
        n_interrupted += err == SOTTO_ERR_INTERRUPTED;
        ck_assert(err == SOTTO_ERR_INTERRUPTED || err == SOTTO_ERR_ABORTED ||
                  err == SOTTO_ERR_DISCONNECTED);
        ck_assert(cast.sides[role]->seconds < SOON / 1e3);
    }
    ck_assert_int_ge(n_interrupted, 1);
    cast_wipe(&cast);
}
END_TEST

/* ------------------------------------------------------------------------------------ allocations
 * -- */

static const uint8_t opaque_abort[FRAME_HEADER_LEN] = {FRAME_ABORT};

/* The number of allocations of a whole session. */
static uint64_t count_allocations(struct stage *stage)
{
    side_replay(stage->victim, NULL, stage->peer.bytes, stage->peer.len, FAREWELL_LISTEN);
    ck_assert_int_eq(stage->victim->err, SOTTO_OK);
    ck_assert_uint_gt(stage->victim->n_allocations, 5);
    return stage->victim->n_allocations;
}

/* SEC-19: whatever fails, what leaves is the start of an honest run and perhaps one ABORT. Leaks
 * are found by the sanitizers. */
START_TEST(faults_allocation)
{
    struct stage stage;
    uint64_t n;

    stage_init(&stage, tiny_circuit, owners, 2, SOTTO_OT_IKNP, (sotto_role)_i);
    n = count_allocations(&stage);
    for (uint64_t k = 1; k <= n; k++) {
        struct record sent = {0};

        stage.victim->heap_fail_at = k;
        side_replay(stage.victim, &sent, stage.peer.bytes, stage.peer.len, FAREWELL_LISTEN);
        ck_assert_msg(stage.victim->err == SOTTO_ERR_MEMORY, "allocation %llu: %s",
                      (unsigned long long)k, sotto_err_name(stage.victim->err));
        ck_assert(side_is_untouched(stage.victim));
        ck_assert_str_ne(stage.victim->message, "");
        if (stage.victim->is_made) {
            ck_assert_uint_ge(sent.len, sizeof opaque_abort);
            sent.len -= sizeof opaque_abort;
            ck_assert(memcmp(sent.bytes + sent.len, opaque_abort, sizeof opaque_abort) == 0);
        }
        ck_assert_uint_lt(sent.len, stage.own.len);
        ck_assert(sent.len == 0 || memcmp(sent.bytes, stage.own.bytes, sent.len) == 0);
        record_wipe(&sent);
    }
    stage.victim->heap_fail_at = n + 1;
    side_replay(stage.victim, NULL, stage.peer.bytes, stage.peer.len, FAREWELL_LISTEN);
    ck_assert_int_eq(stage.victim->err, SOTTO_OK);
    stage_wipe(&stage);
}
END_TEST

START_TEST(faults_allocation_at_the_peer)
{
    struct cast cast;
    struct side *here, *there;
    uint64_t n;

    cast_init(&cast, tiny_circuit, 2, 1);
    here = cast.sides[_i];
    there = cast.sides[1 - _i];
    pair_run(here, there, NULL);
    pair_check(here, there);
    n = there->n_allocations;
    for (uint64_t k = 1; k <= n; k++) {
        there->heap_fail_at = k;
        pair_run(here, there, NULL);
        ck_assert_int_eq(there->err, SOTTO_ERR_MEMORY);
        ck_assert_int_eq(here->err, there->is_made ? SOTTO_ERR_ABORTED : SOTTO_ERR_DISCONNECTED);
        ck_assert(side_is_untouched(here));
        ck_assert(side_is_untouched(there));
        ck_assert(here->seconds < SOON / 1e3);
    }
    cast_wipe(&cast);
}
END_TEST

/* ------------------------------------------------------------------------------------ memory scan
 * -- */

/* What must not be found, kept masked lest the search finds itself. In shared memory: the process
 * that works the secrets out is not the one that is searched. */
#define N_NEEDLES 7
#define NEEDLE_LEN SEARCH_LEN

struct needles {
    const char *names[N_NEEDLES];
    uint8_t masked[N_NEEDLES][NEEDLE_LEN];
    size_t n;
    volatile size_t n_found[N_NEEDLES]; /* most at any time while the run was on */
    volatile size_t n_left[N_NEEDLES];  /* when it was over */
};

static void add_needle(struct needles *needles, const char *name, const uint8_t *secret)
{
    for (size_t i = 0; i < NEEDLE_LEN; i++)
        needles->masked[needles->n][i] = secret[i] ^ SEARCH_MASK;
    needles->names[needles->n++] = name;
}

/* Of the first and the last transfer without an extension, which leaves nothing of the base OTs but
 * rows: labels of the evaluator's inputs. */
static void add_direct_needles(struct needles *needles, const struct replica *replica,
                               const struct stage *stage)
{
    const struct ref_block *labels = replica->input_labels + stage->task.n_bits[SOTTO_GARBLER];
    bool is_sender = stage->victim->role == SOTTO_GARBLER;
    size_t last = replica->n_base_ots - 1;

    if (is_sender) add_needle(needles, "base OT scalar r", replica->r.bytes);
    else add_needle(needles, "base OT scalar a, last", replica->a[last].bytes);
    for (size_t j = 0; j <= last; j += last) {
        bool choice = !is_sender && stage->victim->inputs[j] != 0;
        struct ref_block one = ref_xor(labels[j], replica->delta);

        add_needle(needles, "row", choice ? one.byte : labels[j].byte);
    }
}

/* Of the first and the last transfer. */
static void add_base_needles(struct needles *needles, const struct replica *replica, bool is_sender)
{
    size_t last = replica->n_base_ots - 1;

    if (is_sender) {
        add_needle(needles, "base OT scalar r", replica->r.bytes);
        add_needle(needles, "other base OT key, first", replica->other_keys[0].byte);
        add_needle(needles, "other base OT key, last", replica->other_keys[last].byte);
    } else {
        add_needle(needles, "base OT scalar a, first", replica->a[0].bytes);
        add_needle(needles, "base OT scalar a, last", replica->a[last].bytes);
    }
    add_needle(needles, "base OT key, first", replica->chosen_keys[0].byte);
    add_needle(needles, "base OT key, last", replica->chosen_keys[last].byte);
}

static void find_needles(struct needles *needles, const struct stage *stage)
{
    sotto_role victim = stage->victim->role;
    struct side *peer = side_new(&stage->task, (sotto_role)(1 - victim));
    const struct side *sides[2];
    struct record sent[2];
    struct replica replica;

    peer->seed = STAGE_SEED + (uint64_t)peer->role;
    sides[victim] = stage->victim;
    sides[1 - victim] = peer;
    sent[victim] = stage->own;
    sent[1 - victim] = stage->peer;
    replica_init(&replica, &stage->task, sides, sent);
    if (victim == SOTTO_GARBLER) add_needle(needles, "delta", replica.delta.byte);
    add_needle(needles, "label seed", replica.label_seed.byte);
    if (replica.base_sender == SOTTO_GARBLER) add_direct_needles(needles, &replica, stage);
    else add_base_needles(needles, &replica, replica.base_sender == victim);
    replica_wipe(&replica);
}

static void search_during_run(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    struct needles *needles = user;
    size_t counts[N_NEEDLES];

    (void)phase;
    (void)done;
    (void)total;
    search_memory(counts, (const uint8_t(*)[SEARCH_LEN])needles->masked, needles->n);
    for (size_t i = 0; i < needles->n; i++)
        if (counts[i] > needles->n_found[i]) needles->n_found[i] = counts[i];
}

/* Runs the victim on len bytes of the recording; the record goes first, since it holds the seed of
 * the garbler's labels. */
static void run_victim(struct stage *stage, size_t len)
{
    int fds[2], size = 1 << 20;

    ck_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0);
    setsockopt(fds[1], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    ck_assert(send(fds[1], stage->peer.bytes, len, MSG_NOSIGNAL) == (ssize_t)len);
    shutdown(fds[1], SHUT_WR);
    sodium_memzero(stage->peer.bytes, stage->peer.len);
    sodium_memzero(stage->own.bytes, stage->own.len);
    side_run(stage->victim, fds[0]);
}

/* In a child, so that nothing of one search is left for the next. */
static void in_child(void (*act)(struct needles *, struct stage *, size_t), struct needles *needles,
                     struct stage *stage, size_t len)
{
    pid_t pid;
    int status = 1;

    fflush(NULL);
    pid = fork();
    ck_assert_int_ge(pid, 0);
    if (pid == 0) {
        act(needles, stage, len);
        _exit(0);
    }
    ck_assert_int_eq(waitpid(pid, &status, 0), pid);
    ck_assert_int_eq(status, 0);
}

static void act_find_needles(struct needles *needles, struct stage *stage, size_t len)
{
    (void)len;
    find_needles(needles, stage);
}

static void act_search_during(struct needles *needles, struct stage *stage, size_t len)
{
    stage->victim->progress = search_during_run;
    stage->victim->progress_user = needles;
    run_victim(stage, len);
}

static void act_search_after(struct needles *needles, struct stage *stage, size_t len)
{
    size_t counts[N_NEEDLES];

    run_victim(stage, len);
    search_burn_stack();
    search_memory(counts, (const uint8_t(*)[SEARCH_LEN])needles->masked, needles->n);
    for (size_t i = 0; i < needles->n; i++) needles->n_left[i] = counts[i];
}

static void check_nothing_left(const struct needles *needles, const char *when)
{
    for (size_t i = 0; i < needles->n; i++)
        ck_assert_msg(needles->n_left[i] == 0, "%s: %s is left in memory %zu times", when,
                      needles->names[i], needles->n_left[i]);
}

/* SEC-8, SEC-20: after success, after a peer that left or sent nonsense, after memory ran out. */
START_TEST(faults_leave_no_secret)
{
    struct needles *needles =
        mmap(NULL, sizeof *needles, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct stage stage;

    ck_assert(needles != MAP_FAILED);
    stage_init(&stage, tiny_circuit, owners, 2, _i < 2 ? SOTTO_OT_IKNP : SOTTO_OT_BASE,
               (sotto_role)(_i % 2));
    in_child(act_find_needles, needles, &stage, 0);
    /* The search does find them, while they are needed. */
    in_child(act_search_during, needles, &stage, stage.peer.len);
    ck_assert_int_eq(stage.victim->err, SOTTO_OK);
    for (size_t i = 0; i < needles->n; i++)
        ck_assert_msg(needles->n_found[i] > 0, "%s was never in memory", needles->names[i]);
    in_child(act_search_after, needles, &stage, stage.peer.len);
    ck_assert_int_eq(stage.victim->err, SOTTO_OK);
    check_nothing_left(needles, "success");
    for (size_t i = 0; i < stage.n_frames; i++) {
        in_child(act_search_after, needles, &stage, stage.frames[i].at);
        ck_assert_int_eq(stage.victim->err, SOTTO_ERR_DISCONNECTED);
        check_nothing_left(needles, "disconnection");
    }
    for (size_t i = 0; i < stage.n_frames; i++) {
        stage.peer.bytes[stage.frames[i].at + 4] ^= 1;
        in_child(act_search_after, needles, &stage, stage.peer.len);
        stage.peer.bytes[stage.frames[i].at + 4] ^= 1;
        ck_assert_int_eq(stage.victim->err, SOTTO_ERR_PROTOCOL);
        check_nothing_left(needles, "protocol violation");
    }
    for (uint64_t k = count_allocations(&stage); k > 0; k--) {
        stage.victim->heap_fail_at = k;
        in_child(act_search_after, needles, &stage, stage.peer.len);
        ck_assert_int_eq(stage.victim->err, SOTTO_ERR_MEMORY);
        check_nothing_left(needles, "out of memory");
    }
    munmap(needles, sizeof *needles);
    stage_wipe(&stage);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("faults");
    TCase *leaving = tcase_create("a peer leaves");
    TCase *time = tcase_create("time");
    TCase *memory = tcase_create("memory");
    TCase *search = tcase_create("search"); /* reads what valgrind would call undefined */

    tcase_add_loop_test(leaving, faults_cut_anywhere, 0, 4);
    tcase_add_loop_test(leaving, faults_recording_ends_anywhere, 0, 2 * N_PARTS);
    tcase_add_loop_test(leaving, faults_peer_leaves_after_done, 0, 2);
    tcase_add_loop_test(leaving, faults_peer_is_killed, 0, 8);
    tcase_set_timeout(leaving, 120);
    suite_add_tcase(suite, leaving);
    tcase_add_loop_test(time, faults_peer_falls_silent, 0, 2);
    tcase_add_loop_test(time, faults_slow_drip, 0, 2);
    tcase_add_test(time, faults_short_delays);
    tcase_add_test(time, faults_signs_of_life_do_not_block);
    tcase_add_loop_test(time, faults_interrupt, 0, 24);
    tcase_add_test(time, faults_interrupt_of_free_gates);
    tcase_set_timeout(time, 120);
    suite_add_tcase(suite, time);
    tcase_add_loop_test(memory, faults_allocation, 0, 2);
    tcase_add_loop_test(memory, faults_allocation_at_the_peer, 0, 2);
    tcase_set_timeout(memory, 120);
    suite_add_tcase(suite, memory);
    /* AddressSanitizer's own gigabytes would be searched too; the other builds do without them. */
    if (!WITH_ADDRESS_SANITIZER) tcase_add_loop_test(search, faults_leave_no_secret, 0, 4);
    tcase_set_timeout(search, 120);
    suite_add_tcase(suite, search);
    return run_suite(suite);
}
