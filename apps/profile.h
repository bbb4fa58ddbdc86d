/* What gc-bench found out about this machine, for predictions: its JSON, read back. */
#ifndef SOTTO_APPS_PROFILE_H
#define SOTTO_APPS_PROFILE_H

#include "report.h"

struct profile {
    double start_seconds; /**< a run of a handful of gates on one machine, connection included */
    double and_rate;      /**< AND gates a second of one instance, both parties at once, with TLS */
    double many_rate;     /**< likewise of many instances */
};

/** Instances from which on a run counts as many: so many stand side by side. */
#define PROFILE_MANY 8

/** Reads the output of gc-bench --json. STATUS_INPUT when it is not that, or lacks a row. */
int profile_load(struct report *report, struct profile *profile, const char *path);

/** Seconds of a run of n_and gates in all that sends so many bytes in so many round
 *  trips: computing and sending overlap, waiting for answers does not. */
double profile_predict(const struct profile *profile, uint64_t n_and, uint64_t n_instances,
                       double bytes, double bits_per_second, double round_trips,
                       double rtt_seconds);

#endif
