/*
 * The order in which a circuit is garbled: spans of free gates and independent ANDs, over as few
 * label slots as are alive at once. Deterministic: both parties derive it from the same circuit,
 * and its version is part of the handshake.
 */
#ifndef SOTTO_CIRCUIT_SCHEDULE_H
#define SOTTO_CIRCUIT_SCHEDULE_H

#include "circuit/circuit.h"
#include "circuit/source.h"

/** Changes whenever the same circuit would be scheduled in another order. The algorithm of each
 *  version stands at the top of schedule.c. */
#define SCHEDULE_VERSION 3

/** ANDs that the widest kernel takes at once. */
#define SCHEDULE_GROUP 8

struct schedule_step {
    uint32_t n_free;
    uint32_t n_and;
};

/** Strands of a wide schedule: what threads can do side by side. */
#define N_STRANDS 8

/** A stretch of one strand. It reads nothing that another strand writes, and writes nothing that
 *  another reads, after round last_round; so it can run as soon as all turns of the rounds up to
 *  there are done. */
struct schedule_turn {
    uint64_t step; /* the first, and what comes before it */
    uint64_t free_gate;
    uint64_t and_gate;
    uint32_t strand;
    uint32_t round; /* from 1 on; a strand has at most one turn in each, in order */
    uint32_t last_round;
};

/** Immutable once made. Input bit i starts in slot N_CONSTANT_SLOTS + i. */
struct schedule {
    struct slot_gate *free_gates;
    struct slot_gate *and_gates;
    struct schedule_step *steps;
    struct schedule_turn
        *turns;             /* in order, and one behind the last; NULL: the schedule is narrow */
    uint32_t *output_slots; /* where each output bit is at the end */
    uint64_t n_free;
    uint64_t n_and;
    uint64_t n_steps;
    uint64_t n_turns;
    uint32_t n_slots; /* constants included */
    uint32_t n_input_wires;
    uint32_t n_output_wires;
    uint64_t and_depth;
    bool has_fixed_operand; /* some AND reads a wire whose label no input has a part in */
};

/** Linear in the circuit. SOTTO_ERR_MEMORY, SOTTO_ERR_LIMIT or SOTTO_ERR_INTERRUPTED. */
sotto_err schedule_new(struct sotto_context *context, struct schedule **schedule,
                       const struct sotto_circuit *circuit) CHECKED;

/** The same without strands, whatever the width: for instances side by side, which threads share
 *  by themselves, and whose labels are many. */
sotto_err schedule_new_narrow(struct sotto_context *context, struct schedule **schedule,
                              const struct sotto_circuit *circuit) CHECKED;
void schedule_free(struct schedule *schedule);

/** Bytes that the schedule holds. */
uint64_t schedule_memory(const struct schedule *schedule);

/** Walks a schedule from its start, or a turn. */
struct schedule_source {
    struct gate_source source; /* first: the engine sees only this */
    const struct schedule *schedule;
    uint64_t step;
    uint64_t end_step;
    uint64_t free_at;
    uint64_t and_at;
};

/** Whether some AND reads a wire whose label no input has a part in. With free XORs the label of a
 *  wire is a sum of labels of inputs and AND results. Where all of them cancel out, as in
 *  x ^ y ^ x ^ y, it is the same in every instance, and two instances that hash it under the same
 *  key give the difference of the other operand's labels away, hence delta. Sums of random marks
 *  find such operands: a sum that is not empty is zero by chance only. marks has n_slots. */
bool schedule_find_fixed_operand(const struct schedule *schedule, uint64_t *marks);

void schedule_source_init(struct schedule_source *source, const struct schedule *schedule);
void schedule_source_turn(struct schedule_source *source, const struct schedule *schedule,
                          uint64_t turn);

#endif
