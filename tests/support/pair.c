/* Two parties of a run for the tests; see pair.h. */
#include "tests/support/pair.h"

#include "tests/support/support.h"

#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define GUARD_LEN 64 /* bytes behind the outputs that nobody may write */

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

/* ------------------------------------------------------------------------------------ tasks -- */

void task_init(struct task *task, const char *text, const int *owners, size_t n_owners)
{
    struct sotto_context *context = test_context();
    sotto_err err;

    *task = (struct task){.options = {.n_instances = 1, .n_rounds = 1}};
    err = sotto_circuit_parse(context, &task->circuit, "test", text, strlen(text));
    ck_assert_msg(err == SOTTO_OK, "%s\n%s", sotto_context_message(context), text);
    err = sotto_interface_default(context, &task->interface, task->circuit, owners, n_owners);
    ck_assert_msg(err == SOTTO_OK, "%s", sotto_context_message(context));
    for (int role = 0; role < 2; role++)
        task->n_bits[role] = sotto_interface_role_bits(task->interface, (sotto_role)role);
    for (uint64_t i = 0; i < sotto_circuit_n_outputs(task->circuit); i++)
        task->n_output_bits += sotto_circuit_output_bits(task->circuit, i);
    sotto_context_free(context);
}

void task_wipe(struct task *task)
{
    sotto_interface_free(task->interface);
    sotto_circuit_free(task->circuit);
}

uint64_t task_n_instances(const struct task *task)
{
    return task->options.n_instances > 0 ? task->options.n_instances : 1;
}

/* Puts both parties' bits of one instance in the circuit's order. */
static void merge_inputs(const struct task *task, uint8_t *merged, const uint8_t *inputs[2])
{
    for (uint64_t i = 0; i < sotto_circuit_n_inputs(task->circuit); i++) {
        sotto_role owner = sotto_interface_input_owner(task->interface, i);
        uint64_t n = sotto_circuit_input_bits(task->circuit, i);

        memcpy(merged, inputs[owner], n);
        merged += n;
        inputs[owner] += n;
    }
}

static uint64_t first_bit(const struct task *task, bool is_output, uint64_t value)
{
    uint64_t at = 0;

    for (uint64_t i = 0; i < value; i++)
        at += is_output ? sotto_circuit_output_bits(task->circuit, i)
                        : sotto_circuit_input_bits(task->circuit, i);
    return at;
}

uint8_t *task_expected(const struct task *task, const uint8_t *garbler_inputs,
                       const uint8_t *evaluator_inputs)
{
    const sotto_session_options *options = &task->options;
    struct sotto_context *context = test_context();
    const uint8_t *inputs[2] = {garbler_inputs, evaluator_inputs};
    uint8_t *merged = malloc(task->n_bits[0] + task->n_bits[1] + 1);
    uint8_t *outputs = malloc(task_n_instances(task) * task->n_output_bits + 1);

    for (uint64_t i = 0; i < task_n_instances(task); i++) {
        uint8_t *out = outputs + i * task->n_output_bits;

        merge_inputs(task, merged, inputs);
        for (uint64_t round = 0; round == 0 || round < options->n_rounds; round++) {
            if (round > 0)
                memcpy(merged + first_bit(task, false, options->chain_input),
                       out + first_bit(task, true, options->chain_output),
                       sotto_circuit_input_bits(task->circuit, options->chain_input));
            ck_assert_int_eq(sotto_circuit_evaluate(context, out, task->circuit, merged), SOTTO_OK);
        }
    }
    free(merged);
    sotto_context_free(context);
    return outputs;
}

/* ------------------------------------------------------------------------------------ sides -- */

static void *map_shared(size_t len)
{
    void *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    ck_assert_msg(memory != MAP_FAILED, "mmap: %s", strerror(errno));
    return memory;
}

struct side *side_new(const struct task *task, sotto_role role)
{
    struct side *side = map_shared(sizeof *side);

    side->task = task;
    side->role = role;
    side->isa = CPU_N_ISAS;
    side->idle_timeout = PATIENCE;
    side->inputs_len = task_n_instances(task) * task->n_bits[role];
    side->outputs_len = task_n_instances(task) * task->n_output_bits;
    side->inputs = map_shared(side->inputs_len + 1);
    side->outputs = map_shared(side->outputs_len + GUARD_LEN);
    side_reset(side);
    return side;
}

void side_free(struct side *side)
{
    munmap(side->outputs, side->outputs_len + GUARD_LEN);
    munmap(side->inputs, side->inputs_len + 1);
    munmap(side, sizeof *side);
}

void side_draw_inputs(struct side *side, uint64_t *state)
{
    for (uint64_t i = 0; i < side->inputs_len; i++) side->inputs[i] = test_next(state) & 1;
}

void side_reset(struct side *side)
{
    side->err = SOTTO_OK;
    side->is_made = false;
    side->message[0] = side->hint[0] = '\0';
    side->stats = (sotto_session_stats){0};
    memset(side->outputs, UNTOUCHED, side->outputs_len + GUARD_LEN);
}

static bool all_untouched(const uint8_t *bytes, uint64_t len)
{
    for (uint64_t i = 0; i < len; i++)
        if (bytes[i] != UNTOUCHED) return false;
    return true;
}

bool side_is_untouched(const struct side *side)
{
    return all_untouched(side->outputs, side->outputs_len + GUARD_LEN);
}

bool side_learns(const struct side *side)
{
    sotto_reveal reveal = side->task->options.reveal;

    if (reveal == SOTTO_REVEAL_BOTH) return true;
    return (reveal == SOTTO_REVEAL_GARBLER) == (side->role == SOTTO_GARBLER);
}

struct alarm {
    struct sotto_context *context;
    uint64_t after;
};

static void *interrupt_later(void *user)
{
    const struct alarm *alarm = user;

    usleep((useconds_t)alarm->after);
    sotto_context_interrupt(alarm->context);
    return NULL;
}

static void run_session(struct side *side, sotto_session *session, sotto_channel *channel,
                        struct sotto_context *context)
{
    bool needs_outputs = side_learns(side) && side->outputs_len > 0;
    uint8_t *outputs = side->passes_null && !needs_outputs ? NULL : side->outputs;
    const uint8_t *inputs = side->passes_null && side->inputs_len == 0 ? NULL : side->inputs;
    struct alarm alarm = {context, side->interrupt_after};
    pthread_t thread;
    double begin = now();

    if (alarm.after > 0) ck_assert(pthread_create(&thread, NULL, interrupt_later, &alarm) == 0);
    side->err = sotto_session_run(session, outputs, channel, inputs);
    side->seconds = now() - begin;
    if (alarm.after > 0) pthread_join(thread, NULL);
    snprintf(side->message, sizeof side->message, "%s", sotto_context_message(context));
    snprintf(side->hint, sizeof side->hint, "%s", sotto_context_hint(context));
    sotto_session_get_stats(session, &side->stats);
}

/* A spent session refuses to run again, whatever became of it, and leaves the channel alone. */
static void check_spent(struct side *side, sotto_session *session, sotto_channel *channel)
{
    uint64_t sent = sotto_channel_bytes_sent(channel);
    uint8_t *outputs = malloc(side->outputs_len + 1);

    memset(outputs, UNTOUCHED, side->outputs_len + 1);
    if (sotto_session_run(session, outputs, channel, side->inputs) != SOTTO_ERR_USAGE ||
        sotto_channel_bytes_sent(channel) != sent || !all_untouched(outputs, side->outputs_len))
        side->err = SOTTO_ERR_INTERNAL;
    free(outputs);
}

static struct sotto_context *make_context(const struct side *side)
{
    struct sotto_context *context = test_context();

    if (side->max_memory > 0) context->limits.max_memory = side->max_memory;
    return context;
}

/* With credentials the garbler is TLS's server. The channel must not wait for ever. */
static sotto_err open_channel(struct side *side, struct sotto_context *context,
                              sotto_channel **channel, int fd)
{
    char address[32];
    sotto_channel_options options = {
        .credentials = side->credentials,
        .connect_timeout = side->idle_timeout,
        .idle_timeout = side->idle_timeout,
    };

    if (side->credentials == NULL)
        return channel_over(context, channel, fd, fd, side->idle_timeout);
    snprintf(address, sizeof address, "fd:%d", fd);
    if (side->role == SOTTO_GARBLER) options.listen = address;
    else options.connect = address;
    return sotto_channel_open(context, channel, &options);
}

void side_run(struct side *side, int fd)
{
    struct sotto_context *context = make_context(side);
    sotto_session_options options = side->task->options;
    sotto_session *session = NULL;
    sotto_channel *channel = NULL;

    options.role = side->role;
    options.progress = side->progress;
    options.progress_user = side->progress_user;
    if (side->send_buffer > 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &side->send_buffer, sizeof side->send_buffer);
    if (side->isa != CPU_N_ISAS) ck_assert(cpu_force(side->isa));
    side->err = open_channel(side, context, &channel, fd);
    test_random_seed(side->seed);
    test_heap_fail_at(side->heap_fail_at);
    if (side->err == SOTTO_OK)
        side->err = sotto_session_new(context, &session, side->task->circuit, side->task->interface,
                                      &options);
    side->is_made = side->err == SOTTO_OK;
    if (!side->is_made)
        snprintf(side->message, sizeof side->message, "%s", sotto_context_message(context));
    if (side->is_made) {
        run_session(side, session, channel, context);
        side->n_allocations = test_heap_count();
        test_heap_fail_at(0);
        check_spent(side, session, channel);
    }
    test_heap_fail_at(0);
    sotto_session_free(session);
    sotto_channel_free(channel);
    sotto_context_free(context);
}

/* ------------------------------------------------------------------------------------ pairs -- */

static void make_sockets(int fds[2])
{
    ck_assert_msg(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0, "socketpair: %s",
                  strerror(errno));
}

static pid_t start_child(struct side *side, int fd, const int *others, size_t n_others)
{
    pid_t parent = getpid(), pid;

    fflush(NULL);
    pid = fork();
    ck_assert_msg(pid >= 0, "fork: %s", strerror(errno));
    if (pid > 0) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    for (size_t i = 0; i < n_others; i++) close(others[i]);
    side_run(side, fd);
    _exit(0);
}

static void await_child(const struct side *side, pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        ck_assert_msg(errno == EINTR, "waitpid: %s", strerror(errno));
    if (side->may_die && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) return;
    ck_assert_msg(status == 0, "the other party died: wait status %d", status);
}

static void run_direct(struct side *here, struct side *there)
{
    int fds[2];
    pid_t pid;

    make_sockets(fds);
    pid = start_child(there, fds[1], fds, 1);
    close(fds[1]);
    side_run(here, fds[0]);
    await_child(there, pid);
}

static void run_relayed(struct side *here, struct side *there, struct relay *relay)
{
    int ends[2];
    pid_t pid;

    relay_connect(relay, ends);
    pid = start_child(there, ends[there->role],
                      (int[]){ends[here->role], relay->streams[0].from, relay->streams[1].from}, 3);
    close(ends[there->role]);
    relay_start(relay);
    side_run(here, ends[here->role]);
    relay_join(relay);
    await_child(there, pid);
}

void pair_run(struct side *here, struct side *there, struct relay *relay)
{
    side_reset(here);
    side_reset(there);
    if (relay == NULL) run_direct(here, there);
    else run_relayed(here, there, relay);
}

static void check_outputs(const struct side *side, const uint8_t *expected)
{
    ck_assert_msg(side->err == SOTTO_OK, "role %d: %s: %s", side->role, sotto_err_name(side->err),
                  side->message);
    ck_assert(all_untouched(side->outputs + side->outputs_len, GUARD_LEN));
    if (!side_learns(side)) ck_assert(side_is_untouched(side));
    else ck_assert(memcmp(side->outputs, expected, side->outputs_len) == 0);
}

void pair_check(const struct side *here, const struct side *there)
{
    const struct side *garbler = here->role == SOTTO_GARBLER ? here : there;
    const struct side *evaluator = here->role == SOTTO_GARBLER ? there : here;
    uint8_t *expected = task_expected(here->task, garbler->inputs, evaluator->inputs);

    check_outputs(here, expected);
    check_outputs(there, expected);
    free(expected);
}

/* -------------------------------------------------------------------------------- one alone -- */

/* Room for all that a small session says, so that nobody has to read meanwhile. */
static void widen(int fd)
{
    int len = 1 << 20;

    (void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &len, sizeof len);
}

void side_replay(struct side *side, struct record *sent, const uint8_t *bytes, size_t len,
                 enum farewell farewell)
{
    uint8_t heard[4096];
    int fds[2];
    ssize_t n;

    make_sockets(fds);
    widen(fds[0]);
    widen(fds[1]);
    side_reset(side);
    for (size_t at = 0; at < len; at += (size_t)n) {
        n = send(fds[1], bytes + at, len - at, MSG_DONTWAIT | MSG_NOSIGNAL);
        ck_assert_msg(n > 0, "send: %s", strerror(errno));
    }
    if (farewell == FAREWELL_LISTEN) shutdown(fds[1], SHUT_WR);
    if (farewell == FAREWELL_CLOSE) {
        ck_assert(sent == NULL);
        close(fds[1]);
    }
    side_run(side, fds[0]);
    if (farewell == FAREWELL_CLOSE) return;
    while ((n = recv(fds[1], heard, sizeof heard, 0)) > 0)
        if (sent != NULL) record_append(sent, heard, (size_t)n);
    close(fds[1]);
}

void stage_init(struct stage *stage, const char *text, const int *owners, size_t n_owners,
                sotto_ot_extension ot, sotto_role victim)
{
    struct side *sides[2];
    uint64_t state = 17;
    struct relay relay;

    *stage = (struct stage){0};
    task_init(&stage->task, text, owners, n_owners);
    stage->task.options.ot = ot;
    for (int role = 0; role < 2; role++) {
        sides[role] = side_new(&stage->task, (sotto_role)role);
        sides[role]->seed = STAGE_SEED + (uint64_t)role;
        side_draw_inputs(sides[role], &state);
    }
    relay_init(&relay);
    pair_run(sides[0], sides[1], &relay);
    pair_check(sides[0], sides[1]);
    stage->expected = task_expected(&stage->task, sides[0]->inputs, sides[1]->inputs);
    stage->own = relay.streams[victim].sent;
    stage->peer = relay.streams[1 - victim].sent;
    stage->n_frames = frames_find(stage->frames, STAGE_MAX_FRAMES, &stage->peer);
    stage->victim = sides[victim];
    side_free(sides[1 - victim]);
}

void stage_wipe(struct stage *stage)
{
    side_free(stage->victim);
    record_wipe(&stage->own);
    record_wipe(&stage->peer);
    task_wipe(&stage->task);
    free(stage->expected);
}
