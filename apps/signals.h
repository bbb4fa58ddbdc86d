/* SIGINT and SIGTERM end a tool in order: the library is interrupted, secrets are wiped, files are
 * removed. A second signal kills at once. */
#ifndef SOTTO_APPS_SIGNALS_H
#define SOTTO_APPS_SIGNALS_H

#include "sotto.h"

/** Installs the handlers and ignores SIGPIPE. */
void signals_install(void);

/** The context that a signal interrupts from now on; NULL for none. */
void signals_watch(sotto_context *context);

/** From now on a child process that ends in failure interrupts the watched context too. */
void signals_watch_child(void);

/** Lets SIGINT, SIGTERM, SIGHUP and SIGCHLD wait (1) or pass (0), for the time of a fork. */
void signals_hold(int hold);

/** Number of the signal that was seen first, or 0. */
int signals_seen(void);

#endif
