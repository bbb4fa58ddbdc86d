/* What gc-bench found out about this machine, for predictions: its JSON, read back. */
#ifndef SOTTO_APPS_PROFILE_H
#define SOTTO_APPS_PROFILE_H

#include "report.h"

#include <stdbool.h>

/** Rows of gc-bench, in AND gates a second. */
struct profile_rates {
    double independent; /**< ANDs that do not wait for each other */
    double dependent;   /**< each waits for the one before */
    double mixed;       /**< 16 XORs with every independent AND */
    double multiply;    /**< x y + x: what the runs of two parties compute */
};

struct profile {
    struct profile_rates one[2];  /**< a single instance, garbled and evaluated */
    struct profile_rates many[2]; /**< many side by side */
    /* Runs of two parties, without and with TLS. */
    double start_seconds[2];     /**< a handful of gates, connection included, 32 base OTs */
    double extension_seconds[2]; /**< the same with those of an extension */
    double chained[2];           /**< x y + x again and again, in AND gates a second */
    double at_once[2];           /**< many instances of it */
};

/** Instances from which on a run counts as many: so many stand side by side. */
#define PROFILE_MANY 8

/** What is predicted. */
struct profile_run {
    const sotto_circuit_stats *stats;
    uint64_t n_instances;
    unsigned n_base_ots; /**< as in sotto_cost */
    bool with_tls;
    double bytes; /**< both ways */
    /* The link; infinitely fast when there is none but this machine. */
    double bits_per_second;
    double wait_seconds; /**< for answers: round trips times what one takes */
};

/** Reads the output of gc-bench --json. STATUS_INPUT when it is not that, or lacks a row. */
int profile_load(struct report *report, struct profile *profile, const char *path);

/** Seconds from connecting to the results: computing and sending overlap, waiting does not. */
double profile_predict(const struct profile *profile, const struct profile_run *run);

#endif
