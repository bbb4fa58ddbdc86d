/* Signals of the tools. */
#include "signals.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static sotto_context *volatile watched;
static volatile sig_atomic_t seen;

static void on_signal(int number)
{
    seen = number;
    if (watched != NULL) sotto_context_interrupt(watched);
}

void signals_install(void)
{
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action;

    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        struct sigaction old;

        /* What the caller ignores, as nohup does, stays ignored. */
        if (sigaction(ends[i], NULL, &old) == 0 && old.sa_handler == SIG_IGN) continue;
        action.sa_handler = on_signal;
        /* No SA_RESTART: a read that waits for the user returns. */
        action.sa_flags = (int)SA_RESETHAND;
        sigaction(ends[i], &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}

void signals_watch(sotto_context *context)
{
    watched = context;
    if (seen != 0 && context != NULL) sotto_context_interrupt(context);
}

static void on_child(int number)
{
    int saved = errno;
    siginfo_t info;

    (void)number;
    memset(&info, 0, sizeof info);
    /* Only looked at: the parent collects it later. */
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0 &&
        (info.si_code != CLD_EXITED || info.si_status != 0) && watched != NULL)
        sotto_context_interrupt(watched);
    errno = saved;
}

void signals_watch_child(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_child;
    action.sa_flags = SA_NOCLDSTOP | SA_RESTART;
    sigaction(SIGCHLD, &action, NULL);
}

void signals_hold(int hold)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGCHLD);
    sigprocmask(hold ? SIG_BLOCK : SIG_UNBLOCK, &set, NULL);
}

int signals_seen(void)
{
    return seen;
}
