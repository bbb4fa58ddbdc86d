/* What gc-bench measures and how: rows of repeated figures, circuits to measure with, and runs of
 * two parties. */
#ifndef SOTTO_APPS_BENCH_H
#define SOTTO_APPS_BENCH_H

#include "buffer.h"

#include <stdbool.h>

#define BENCH_MAX_REPEATS 101
#define BENCH_MAX_ROWS 512
#define BENCH_NAME_LEN 80

/** Figures of one kind, a value a repeat. */
struct bench_row {
    char name[BENCH_NAME_LEN];
    const char *unit;
    double values[BENCH_MAX_REPEATS]; /**< sorted once the row is complete */
    size_t n_values;
    const struct bench_row *baseline; /**< what it is compared with, or NULL */
};

struct bench {
    struct report *report;
    sotto_context *context;
    size_t n_repeats;
    double seconds;              /**< of one repeat */
    uint64_t n_threads;          /**< that a party hashes with; 0 or 1: one */
    const struct bench_row *aes; /**< what hashing is compared with; NULL before it is known */
    const struct bench_row *tcp; /**< what channels are compared with, likewise */
    struct bench_row rows[BENCH_MAX_ROWS];
    size_t n_rows;
};

/** The next row; NULL when there are too many. */
struct bench_row *bench_add(struct bench *bench, const struct bench_row *baseline, const char *unit,
                            const char *format, ...) __attribute__((format(printf, 4, 5)));
void bench_value(struct bench_row *row, double value);
/** Sorts the values; the median is in the middle. */
void bench_finish(struct bench_row *row);
double bench_median(const struct bench_row *row);

/** The mean of the middle half of the values. Runs of two processes come in two kinds, as the two
 *  fall into step, and the median is of the one or of the other by chance: predictions use this. */
double bench_middle(const struct bench_row *row);

void bench_print(struct buffer *out, const struct bench *bench);
void bench_print_json(struct buffer *out, const struct bench *bench);

/** Looks which processors the tool may use. */
void bench_pin_begin(void);
/** Binds the calling thread to number n of them, modulo how many there are. */
void bench_pin(unsigned n);
/** Lets the calling thread, and those that it starts, run on all of them. */
void bench_unpin(void);
/** Binds a party, which the calling thread is, to a processor that the other one leaves it where
 *  both are on one machine. With more threads than one they go where the system puts them. */
void bench_pin_party(sotto_role role, uint64_t n_threads);
double bench_clock(void);
/** Of the calling thread. */
double bench_processor_clock(void);

/** Circuits that are made on the spot; each has two inputs and chains output 0 to input 0. */
enum bench_circuit {
    BENCH_INDEPENDENT, /**< 256 ANDs that do not wait for each other */
    BENCH_DEPENDENT,   /**< 4096 ANDs that each wait for the one before */
    BENCH_COMPARE,     /**< a < b, 32 bits: the millionaires */
    BENCH_MULTIPLY,    /**< x y + x, 32 bits */
    BENCH_FREE,        /**< 256 independent ANDs after 4096 XORs */
    BENCH_WIDE,        /**< 48 of x y + x, 32 bits, side by side */
    BENCH_N_CIRCUITS
};

extern const char *const bench_circuit_names[BENCH_N_CIRCUITS];
sotto_err bench_make_circuit(sotto_context *context, sotto_circuit **circuit,
                             enum bench_circuit which);

/** A session of one party: the circuit chained so many times, or so many instances of it. What
 *  stands from stats on is filled in. */
struct bench_session {
    const sotto_circuit *circuit;
    sotto_role role;
    uint64_t n_rounds;
    uint64_t n_instances;
    uint64_t n_threads;
    sotto_ot_extension ot;
    sotto_session_stats stats;
    double seconds;      /**< of a pair: from before the dialler dialled to its end */
    uint64_t peak_bytes; /**< of a pair: the memory of the party's process */
};

int bench_run_session(struct report *report, sotto_context *context, struct bench_session *session,
                      sotto_channel *channel);

/** Both parties in processes and on processors of their own, over TCP to this machine. */
struct bench_pair {
    struct bench_session sessions[2];
    uint64_t n_bytes; /**< not 0: so many bytes are passed, and nothing is computed */
    bool with_tls;
    double bytes_per_second;
};

int bench_run_pair(struct report *report, struct bench_pair *pair);

/** Rows of oblivious transfers, n_transfers at a time: between two threads on processors of their
 *  own, over TCP to this machine; or with the peer of a channel. baseline may be NULL. */
int bench_ot_here(struct bench *bench, const struct bench_row *baseline, uint64_t n_transfers);
int bench_ot_with_peer(struct bench *bench, sotto_channel *channel, bool is_sender,
                       uint64_t n_transfers);

/** A TCP connection from this process to itself; false leaves errno. */
bool bench_connect_here(int fds[2]);

/** Rows of speeds in memory, of whole runs on this machine, and of runs with a peer. */
int bench_measure_memory(struct bench *bench, sotto_circuit *const circuits[BENCH_N_CIRCUITS]);
int bench_measure_runs(struct bench *bench, sotto_circuit *const circuits[BENCH_N_CIRCUITS]);
int bench_measure_with_peer(struct bench *bench, sotto_channel *channel, sotto_role role,
                            sotto_circuit *const circuits[BENCH_N_CIRCUITS]);

/** A row of a speed; *result, unless result is NULL, is the row. */
int bench_measure_speed(struct bench *bench, const struct bench_row **result,
                        const struct bench_row *baseline, const sotto_speed_options *options,
                        const char *name);
/** Rows of one circuit in memory. */
int bench_measure_circuit(struct bench *bench, const struct bench_row *baseline, const char *name,
                          const sotto_circuit *circuit);
/** A row of what the machine does by itself, in bytes a second. */
typedef int (*bench_raw_fn)(struct report *report, double *per_second, double seconds);
int bench_measure_raw(struct bench *bench, const struct bench_row **result, const char *name,
                      bench_raw_fn measure);

/** Bytes a second through a TCP connection to this machine, and through memcpy(). */
int bench_raw_tcp(struct report *report, double *per_second, double seconds);
int bench_memcpy(struct report *report, double *per_second, double seconds);

#endif
