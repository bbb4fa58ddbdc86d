/*
 * Two parties of a run for the tests: each in a process of its own over a plaintext channel, if
 * need be with somebody in the middle who records, cuts, changes and delays what they say; or one
 * party alone, which is fed the bytes that its peer once sent. Everything here fails the running
 * Check test when the system lets it down.
 */
#ifndef SOTTO_TESTS_PAIR_H
#define SOTTO_TESTS_PAIR_H

#include "base/cpu.h"
#include "tests/support/relay.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** What is run: shared by both parties, unless a test wants them to disagree. */
struct task {
    sotto_circuit *circuit;
    sotto_interface *interface;
    sotto_session_options options; /* the role is the party's */
    uint64_t n_bits[2];            /* input bits of each role, one instance */
    uint64_t n_output_bits;        /* of one instance */
};

/** Parses text; owners as in sotto_interface_default(). One instance and one round, revealed to
 *  both, until the caller changes options. */
void task_init(struct task *task, const char *text, const int *owners, size_t n_owners);
void task_wipe(struct task *task);
uint64_t task_n_instances(const struct task *task);

/** What the run must give: sotto_circuit_evaluate(), instance by instance and round by round, on
 *  both parties' inputs. Free with free(). */
uint8_t *task_expected(const struct task *task, const uint8_t *garbler_inputs,
                       const uint8_t *evaluator_inputs);

/** What outputs hold before a run, and still must afterwards when a party learns nothing. */
#define UNTOUCHED 0xa5

/** One party, in memory that a child shares. The first part is what it is given. */
struct side {
    const struct task *task;
    sotto_role role;
    uint64_t seed;            /* of its randomness; 0: real */
    enum cpu_isa isa;         /* CPU_N_ISAS: as found */
    uint64_t heap_fail_at;    /* number of the allocation that fails; 0: none */
    uint64_t idle_timeout;    /* milliseconds */
    uint64_t interrupt_after; /* microseconds after the session was made; 0: never */
    int send_buffer;          /* bytes that its socket holds, at least; 0: the default */
    uint64_t max_memory;      /* limit of the context; 0: the default */
    const sotto_credentials *credentials; /* NULL: plaintext */
    bool passes_null;           /* NULL for inputs and outputs wherever the API allows it */
    bool may_die;               /* of SIGKILL, without failing the test */
    sotto_progress_fn progress; /* called in the party's own process */
    void *progress_user;
    uint8_t *inputs;
    uint64_t inputs_len;

    sotto_err err; /* of the first call that failed */
    bool is_made;  /* sotto_session_new() succeeded */
    char message[1024];
    char hint[1024];
    uint64_t n_allocations; /* from sotto_session_new() to the end of the run */
    double seconds;         /* that the run took */
    sotto_session_stats stats;
    uint8_t *outputs;
    uint64_t outputs_len;
};

/** Inputs are all 0, outputs UNTOUCHED. */
struct side *side_new(const struct task *task, sotto_role role);
void side_free(struct side *side);

/** Draws the inputs. */
void side_draw_inputs(struct side *side, uint64_t *state);

/** Back to how it was made, but for what it is given. */
void side_reset(struct side *side);

/** Whether the outputs are what they were before. */
bool side_is_untouched(const struct side *side);

/** Whether it learns the result. */
bool side_learns(const struct side *side);

/** Runs the party in this process over a connected socket, which it takes over. */
void side_run(struct side *side, int fd);

/** Runs both parties: here in this process, there in a child. relay may be NULL. Fails the test
 *  when the child dies of anything. */
void pair_run(struct side *here, struct side *there, struct relay *relay);

/** Fails the test unless both succeeded and whoever learns has the expected outputs. */
void pair_check(const struct side *here, const struct side *there);

/** How the peer of a party alone leaves once all is said. */
enum farewell {
    FAREWELL_CLOSE,  /* closes its socket */
    FAREWELL_LISTEN, /* ends its own direction and goes on reading */
    FAREWELL_NONE    /* falls silent */
};

/** Runs the party in this process against a peer that says bytes, which must fit a socket's
 *  buffer, whatever it hears. sent, when not NULL, receives what the party said. */
void side_replay(struct side *side, struct record *sent, const uint8_t *bytes, size_t len,
                 enum farewell farewell);

/** A recorded run of both parties with repeatable randomness, and one of them to be fed again with
 *  what its peer said, changed by the test. */
#define STAGE_SEED 41 /* of the garbler; the evaluator's is the next */
#define STAGE_MAX_FRAMES 64

struct stage {
    struct task task;
    struct side *victim; /* with its inputs and seed */
    uint8_t *expected;
    struct record own;                          /* what the victim said */
    struct record peer;                         /* what its peer said */
    struct frame_view frames[STAGE_MAX_FRAMES]; /* of the peer's */
    size_t n_frames;
};

void stage_init(struct stage *stage, const char *text, const int *owners, size_t n_owners,
                sotto_ot_extension ot, sotto_role victim);
void stage_wipe(struct stage *stage);

#endif
