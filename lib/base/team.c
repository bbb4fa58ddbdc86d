/* Threads that share a loop; see team.h. */
#include "base/team.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define SPINS 2000 /* looks at a counter before giving the processor away */

/*
 * tickets holds the number of the loop in its high half and the tasks that nobody has taken yet in
 * its low half. Who takes one, by compare and swap, may read what the loop is: the owner changes it
 * only when every task has been done. So nobody waits for a thread that has no task, and a late one
 * finds none, or some of a later loop.
 */
struct team {
    pthread_t threads[TEAM_MAX_THREADS];
    uint64_t n_workers; /* besides the owner */
    uint32_t loop;
    team_fn task;
    void *argument;
    uint64_t first; /* task number of ticket 1 */
    atomic_uint_fast64_t tickets;
    atomic_uint_fast64_t n_done;
    atomic_uint n_asleep;
    atomic_bool is_over;
    pthread_mutex_t lock; /* for sleeping only */
    pthread_cond_t begun;
};

static void relax(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
}

static bool take_ticket(struct team *team, uint64_t *ticket)
{
    uint64_t tickets = atomic_load(&team->tickets);

    do {
        *ticket = tickets & UINT32_MAX;
        if (*ticket == 0) return false;
    } while (!atomic_compare_exchange_weak(&team->tickets, &tickets, tickets - 1));
    return true;
}

static void do_tasks(struct team *team)
{
    uint64_t ticket;

    while (take_ticket(team, &ticket)) {
        team->task(team->argument, team->first + ticket - 1);
        atomic_fetch_add(&team->n_done, 1);
    }
}

static bool may_go_on(struct team *team)
{
    return (atomic_load(&team->tickets) & UINT32_MAX) > 0 || atomic_load(&team->is_over);
}

static void wait_for_tasks(struct team *team)
{
    for (unsigned i = 0; i < SPINS; i++) {
        if (may_go_on(team)) return;
        relax();
    }
    (void)pthread_mutex_lock(&team->lock);
    atomic_fetch_add(&team->n_asleep, 1);
    while (!may_go_on(team)) (void)pthread_cond_wait(&team->begun, &team->lock);
    atomic_fetch_sub(&team->n_asleep, 1);
    (void)pthread_mutex_unlock(&team->lock);
}

static void *work(void *argument)
{
    struct team *team = argument;

    while (!atomic_load(&team->is_over)) {
        do_tasks(team);
        wait_for_tasks(team);
    }
    return NULL;
}

static void wake_workers(struct team *team)
{
    if (atomic_load(&team->n_asleep) == 0) return;
    (void)pthread_mutex_lock(&team->lock);
    (void)pthread_cond_broadcast(&team->begun);
    (void)pthread_mutex_unlock(&team->lock);
}

/* Signals are for the threads of the caller. */
static void start_workers(struct team *team, uint64_t n)
{
    sigset_t all, saved;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &saved);
    while (team->n_workers < n &&
           pthread_create(&team->threads[team->n_workers], NULL, work, team) == 0)
        team->n_workers++;
    (void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
}

struct team *team_new(uint64_t n_threads)
{
    struct team *team;

    if (n_threads < 2) return NULL;
    team = mem_new(1, sizeof *team);
    if (team == NULL) return NULL;
    if (pthread_mutex_init(&team->lock, NULL) != 0 || pthread_cond_init(&team->begun, NULL) != 0) {
        mem_free(team);
        return NULL;
    }
    start_workers(team, (n_threads < TEAM_MAX_THREADS ? n_threads : TEAM_MAX_THREADS) - 1);
    return team;
}

void team_free(struct team *team)
{
    if (team == NULL) return;
    atomic_store(&team->is_over, true);
    (void)pthread_mutex_lock(&team->lock);
    (void)pthread_cond_broadcast(&team->begun);
    (void)pthread_mutex_unlock(&team->lock);
    for (uint64_t i = 0; i < team->n_workers; i++) (void)pthread_join(team->threads[i], NULL);
    (void)pthread_cond_destroy(&team->begun);
    (void)pthread_mutex_destroy(&team->lock);
    mem_free(team);
}

/* At most 2^32 - 1 tasks, as many as there are tickets. */
static void run_some(struct team *team, uint64_t first, uint64_t n)
{
    team->first = first;
    atomic_store(&team->n_done, 0);
    team->loop++;
    atomic_store(&team->tickets, (uint64_t)team->loop << 32 | n);
    wake_workers(team);
    do_tasks(team);
    for (unsigned i = 0; atomic_load(&team->n_done) < n; i++) {
        if (i < SPINS) relax();
        else (void)sched_yield();
    }
}

void team_run(struct team *team, team_fn task, void *argument, uint64_t n)
{
    uint64_t len;

    if (team == NULL || team->n_workers == 0 || n < 2) {
        for (uint64_t i = 0; i < n; i++) task(argument, i);
        return;
    }
    team->task = task;
    team->argument = argument;
    for (uint64_t first = 0; first < n; first += len) {
        len = n - first < UINT32_MAX ? n - first : UINT32_MAX;
        run_some(team, first, len);
    }
}
