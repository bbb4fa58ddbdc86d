/*
 * How often a run waits for the other side. The test stands between the parties and lets messages
 * through in turns: once neither party has said anything for a while, both get what the other has
 * said so far. So every turn is a flight: one-way messages, crossing or not, that somebody waits
 * for; what a run needs is what sotto_session_predict() says.
 */
#include "tests/support/circuits.h"
#include "tests/support/pair.h"
#include "tests/support/suite.h"
#include "tests/support/support.h"

#include <check.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUIET_TIME 150 /* milliseconds; a party that is held up longer makes one flight two */
#define N_TRIES 20

/* A party in a process of its own, and what it has said in this turn. */
struct corner {
    struct side *side;
    pid_t child;
    int fd; /* -1 once the party has closed */
    uint8_t said[1 << 16];
    size_t len;
};

static void start(struct corner *corner, const struct task *task, sotto_role role)
{
    int ends[2];

    ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    corner->side = side_new(task, role);
    corner->child = fork();
    ck_assert_int_ge(corner->child, 0);
    if (corner->child == 0) {
        close(ends[1]);
        side_run(corner->side, ends[0]);
        _exit(0);
    }
    close(ends[0]);
    corner->fd = ends[1];
    corner->len = 0;
}

static void hear(struct corner *corner)
{
    ssize_t n = read(corner->fd, corner->said + corner->len, sizeof corner->said - corner->len);

    ck_assert_uint_lt(corner->len, sizeof corner->said);
    if (n > 0) {
        corner->len += (size_t)n;
        return;
    }
    close(corner->fd);
    corner->fd = -1;
}

/* Listens to both until they are quiet; false when both have closed. */
static bool hear_both(struct corner corners[2])
{
    struct pollfd fds[2];

    do {
        for (size_t i = 0; i < 2; i++) fds[i] = (struct pollfd){corners[i].fd, POLLIN, 0};
        if (poll(fds, 2, QUIET_TIME) <= 0) return true;
        for (size_t i = 0; i < 2; i++)
            if (fds[i].revents != 0) hear(&corners[i]);
    } while (corners[0].fd >= 0 || corners[1].fd >= 0);
    return false;
}

static void tell(struct corner *from, const struct corner *to)
{
    /* A party may have left after its last word. */
    if (to->fd >= 0) (void)send(to->fd, from->said, from->len, MSG_NOSIGNAL);
    from->len = 0;
}

static void end(struct corner *corner)
{
    int status;

    ck_assert_int_eq(waitpid(corner->child, &status, 0), corner->child);
    ck_assert_int_eq(status, 0);
    if (corner->fd >= 0) close(corner->fd);
}

static uint64_t count_flights(const struct task *task)
{
    static struct corner corners[2];
    uint64_t n_flights = 0;
    bool more = true;

    for (size_t i = 0; i < 2; i++) start(&corners[i], task, (sotto_role)i);
    while (more) {
        more = hear_both(corners);
        if (corners[0].len == 0 && corners[1].len == 0) continue;
        n_flights++;
        tell(&corners[0], &corners[1]);
        tell(&corners[1], &corners[0]);
    }
    for (size_t i = 0; i < 2; i++) end(&corners[i]);
    pair_check(corners[0].side, corners[1].side);
    for (size_t i = 0; i < 2; i++) side_free(corners[i].side);
    return n_flights;
}

static const int garbler_first[] = {SOTTO_GARBLER, SOTTO_EVALUATOR};
static const int all_garbler[] = {SOTTO_GARBLER, SOTTO_GARBLER};

static const struct flight_case {
    const int *owners;
    sotto_reveal reveal;
    sotto_ot_extension ot;
    uint64_t n_flights; /* as gc-bench(1) counts them */
} cases[] = {
    {garbler_first, SOTTO_REVEAL_BOTH, SOTTO_OT_IKNP, 6},
    {garbler_first, SOTTO_REVEAL_GARBLER, SOTTO_OT_IKNP, 6},
    {garbler_first, SOTTO_REVEAL_EVALUATOR, SOTTO_OT_IKNP, 5},
    {garbler_first, SOTTO_REVEAL_BOTH, SOTTO_OT_SOFTSPOKEN, 6},
    {garbler_first, SOTTO_REVEAL_BOTH, SOTTO_OT_BASE, 5},
    {garbler_first, SOTTO_REVEAL_GARBLER, SOTTO_OT_BASE, 5},
    {garbler_first, SOTTO_REVEAL_EVALUATOR, SOTTO_OT_BASE, 4},
    {garbler_first, SOTTO_REVEAL_BOTH, SOTTO_OT_AUTO, 5},
    {all_garbler, SOTTO_REVEAL_EVALUATOR, SOTTO_OT_IKNP, 3},
    {all_garbler, SOTTO_REVEAL_EVALUATOR, SOTTO_OT_BASE, 3},
};
#define N_CASES (sizeof cases / sizeof cases[0])

START_TEST(flights_are_as_predicted)
{
    const struct flight_case *flight_case = &cases[_i];
    struct sotto_context *context = test_context();
    uint64_t least = UINT64_MAX;
    struct task task;
    sotto_cost cost;

    task_init(&task, tiny_circuit, flight_case->owners, 2);
    task.options.reveal = flight_case->reveal;
    task.options.ot = flight_case->ot;
    ck_assert_int_eq(
        sotto_session_predict(context, &cost, task.circuit, task.interface, &task.options),
        SOTTO_OK);
    ck_assert_uint_eq(cost.flights, flight_case->n_flights);
    for (size_t i = 0; i < N_TRIES && least > cost.flights; i++) {
        uint64_t n = count_flights(&task);

        least = n < least ? n : least;
    }
    ck_assert_uint_eq(least, cost.flights);
    task_wipe(&task);
    sotto_context_free(context);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flights");
    TCase *flights = tcase_create("flights");

    tcase_set_timeout(flights, 120);
    tcase_add_loop_test(flights, flights_are_as_predicted, 0, N_CASES);
    suite_add_tcase(suite, flights);
    return run_suite(suite);
}
