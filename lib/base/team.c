/* Threads that share a loop; see team.h. */
#include "base/team.h"

#include "base/memory.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SPINS 2000 /* looks at a counter before giving the processor away */

/* What one thread writes while others look stands in lines of its own; processors fetch them in
 * pairs. */
#define APART __attribute__((aligned(128)))

/*
 * The tasks of a loop that are one thread's to begin with: the same ones in every loop of as many
 * tasks, whose data are then in its cache. Who has done its own takes what others have not begun.
 *
 * tickets holds the number of the loop in its high half and the tasks that nobody has taken yet in
 * its low half. Who takes one, by compare and swap, may read what the loop is: the owner changes it
 * only when every task has been done. So nobody waits for a thread that has no task, and a late one
 * finds none, or some of a later loop.
 */
struct share {
    atomic_uint_fast64_t tickets;
    uint64_t first;              /* task number of ticket 1 */
    atomic_uint_fast64_t n_done; /* of its tasks, whoever did them */
} APART;

struct worker {
    struct team *team;
    pthread_t thread;
    uint64_t number; /* of its share; the owner's is 0 */
    double seconds;  /* of processor time in tasks, when that is measured */
} APART;

struct team {
    struct worker workers[TEAM_MAX_THREADS];
    uint64_t n_threads; /* the owner included */
    uint64_t n_started; /* workers that run; they do not look at it */
    bool is_measured;
    bool is_pinned;
    cpu_set_t allowed; /* to the owner, before it was pinned */
    uint32_t loop;
    team_fn task;
    void *argument;
    struct share shares[TEAM_MAX_THREADS];
    APART atomic_uint n_asleep;
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

void team_relax(unsigned n_looks)
{
    if (n_looks < SPINS) relax();
    else (void)sched_yield();
}

static bool take_ticket(struct share *share, uint64_t *ticket)
{
    uint64_t tickets = atomic_load(&share->tickets);

    do {
        *ticket = tickets & UINT32_MAX;
        if (*ticket == 0) return false;
    } while (!atomic_compare_exchange_weak(&share->tickets, &tickets, tickets - 1));
    return true;
}

static double processor_seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* The share's tasks that nobody has begun, by the thread with this number. They count as done, and
 * the owner may go on, when all has been written that the thread has to tell. */
static void do_share(struct team *team, struct share *share, uint64_t number)
{
    uint64_t ticket, n = 0;
    double begin = 0;

    if (!take_ticket(share, &ticket)) return;
    if (team->is_measured) begin = processor_seconds();
    do {
        team->task(team->argument, share->first + ticket - 1);
        n++;
    } while (take_ticket(share, &ticket));
    if (team->is_measured) team->workers[number].seconds += processor_seconds() - begin;
    atomic_fetch_add(&share->n_done, n);
}

/* The thread's own tasks, then those of the others. */
static void do_tasks(struct team *team, uint64_t number)
{
    for (uint64_t i = 0; i < team->n_threads; i++)
        do_share(team, &team->shares[(number + i) % team->n_threads], number);
}

static bool may_go_on(struct team *team)
{
    for (uint64_t i = 0; i < team->n_threads; i++)
        if ((atomic_load(&team->shares[i].tickets) & UINT32_MAX) > 0) return true;
    return atomic_load(&team->is_over);
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
    const struct worker *worker = argument;
    struct team *team = worker->team;

    while (!atomic_load(&team->is_over)) {
        do_tasks(team, worker->number);
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

/* Signals are for the threads of the caller. The shares of threads that do not start are done by
 * the others. */
static void start_workers(struct team *team)
{
    sigset_t all, saved;

    sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &saved);
    for (uint64_t i = 1; i < team->n_threads; i++, team->n_started++) {
        struct worker *worker = &team->workers[i];

        *worker = (struct worker){.team = team, .number = i};
        if (pthread_create(&worker->thread, NULL, work, worker) != 0) break;
    }
    (void)pthread_sigmask(SIG_SETMASK, &saved, NULL);
}

struct team *team_new(uint64_t n_threads)
{
    struct team *team;

    if (n_threads < 2) return NULL;
    team = bulk_new(1, sizeof *team); /* for the alignment */
    if (team == NULL) return NULL;
    if (pthread_mutex_init(&team->lock, NULL) != 0 || pthread_cond_init(&team->begun, NULL) != 0) {
        bulk_free(team, 1, sizeof *team);
        return NULL;
    }
    team->n_threads = n_threads < TEAM_MAX_THREADS ? n_threads : TEAM_MAX_THREADS;
    start_workers(team);
    return team;
}

void team_free(struct team *team)
{
    if (team == NULL) return;
    atomic_store(&team->is_over, true);
    (void)pthread_mutex_lock(&team->lock);
    (void)pthread_cond_broadcast(&team->begun);
    (void)pthread_mutex_unlock(&team->lock);
    for (uint64_t i = 1; i <= team->n_started; i++)
        (void)pthread_join(team->workers[i].thread, NULL);
    (void)pthread_cond_destroy(&team->begun);
    (void)pthread_mutex_destroy(&team->lock);
    if (team->is_pinned)
        (void)pthread_setaffinity_np(pthread_self(), sizeof team->allowed, &team->allowed);
    bulk_free(team, 1, sizeof *team);
}

/* Number n of the processors, which are one at least, modulo how many there are. */
static size_t processor_of(const cpu_set_t *processors, uint64_t n)
{
    uint64_t left = n % (uint64_t)CPU_COUNT(processors);
    size_t i = 0;

    while (!CPU_ISSET(i, processors) || left-- > 0) i++;
    return i;
}

static void pin(pthread_t thread, size_t processor)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET(processor, &one);
    (void)pthread_setaffinity_np(thread, sizeof one, &one);
}

void team_pin(struct team *team)
{
    if (team == NULL || team->is_pinned) return;
    CPU_ZERO(&team->allowed);
    if (pthread_getaffinity_np(pthread_self(), sizeof team->allowed, &team->allowed) != 0 ||
        CPU_COUNT(&team->allowed) < 1)
        return;
    team->is_pinned = true;
    for (uint64_t i = 0; i <= team->n_started; i++)
        pin(i == 0 ? pthread_self() : team->workers[i].thread, processor_of(&team->allowed, i));
}

uint64_t team_size(const struct team *team)
{
    return team != NULL ? team->n_started + 1 : 1;
}

void team_measure(struct team *team)
{
    if (team != NULL) team->is_measured = true;
}

double team_seconds(const struct team *team, uint64_t i)
{
    return team != NULL ? team->workers[i].seconds : 0;
}

/* Where share number i of n tasks begins. */
static uint64_t begin_of_share(const struct team *team, uint64_t i, uint64_t n)
{
    return i * n / team->n_threads;
}

/* The fence is between the tickets and the look for sleepers, who look for tickets after they have
 * said that they sleep. */
static void hand_out(struct team *team, uint64_t first, uint64_t n)
{
    team->loop++;
    for (uint64_t i = 0; i < team->n_threads; i++) {
        uint64_t begin = begin_of_share(team, i, n), end = begin_of_share(team, i + 1, n);
        struct share *share = &team->shares[i];

        share->first = first + begin;
        atomic_store_explicit(&share->n_done, 0, memory_order_relaxed);
        atomic_store_explicit(&share->tickets, (uint64_t)team->loop << 32 | (end - begin),
                              memory_order_release);
    }
    atomic_thread_fence(memory_order_seq_cst);
    wake_workers(team);
}

static void wait_for_share(struct share *share, uint64_t n)
{
    for (unsigned i = 0; atomic_load(&share->n_done) < n; i++) team_relax(i);
}

/* At most 2^32 - 1 tasks, as many as there are tickets. */
static void run_some(struct team *team, uint64_t first, uint64_t n)
{
    hand_out(team, first, n);
    do_tasks(team, 0);
    for (uint64_t i = 0; i < team->n_threads; i++)
        wait_for_share(&team->shares[i],
                       begin_of_share(team, i + 1, n) - begin_of_share(team, i, n));
}

void team_run(struct team *team, team_fn task, void *argument, uint64_t n)
{
    uint64_t len;

    if (team == NULL || team->n_started == 0 || n < 2) {
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
