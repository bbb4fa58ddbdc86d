/* What a schedule is for once it has been made: walking it, and what it tells of its circuit. */
#include "base/memory.h"
#include "circuit/schedule.h"

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL) return;
    mem_free(schedule->free_gates);
    mem_free(schedule->and_gates);
    mem_free(schedule->steps);
    mem_free(schedule->turns);
    mem_free(schedule->output_slots);
    mem_free(schedule);
}

uint64_t schedule_memory(const struct schedule *schedule)
{
    return sizeof *schedule + (schedule->n_free + schedule->n_and) * sizeof(struct slot_gate) +
           schedule->n_steps * sizeof(struct schedule_step) +
           schedule->n_turns * sizeof(struct schedule_turn) +
           schedule->n_output_wires * sizeof(uint32_t);
}

static bool next_span(struct gate_source *source, struct gate_span *span)
{
    struct schedule_source *walk = (struct schedule_source *)source; /* its first member */
    const struct schedule *schedule = walk->schedule;
    struct schedule_step step;

    if (walk->step == walk->end_step) return false;
    step = schedule->steps[walk->step++];
    *span = (struct gate_span){
        .free_gates = schedule->free_gates + walk->free_at,
        .n_free = step.n_free,
        .and_gates = schedule->and_gates + walk->and_at,
        .n_and = step.n_and,
    };
    walk->free_at += step.n_free;
    walk->and_at += step.n_and;
    return true;
}

void schedule_source_init(struct schedule_source *source, const struct schedule *schedule)
{
    *source = (struct schedule_source){
        .source = {.next = next_span},
        .schedule = schedule,
        .end_step = schedule->n_steps,
    };
}

void schedule_source_turn(struct schedule_source *source, const struct schedule *schedule,
                          uint64_t turn)
{
    const struct schedule_turn *at = &schedule->turns[turn];

    *source = (struct schedule_source){
        .source = {.next = next_span},
        .schedule = schedule,
        .step = at[0].step,
        .end_step = at[1].step,
        .free_at = at[0].free_gate,
        .and_at = at[0].and_gate,
    };
}

/* As kernels take them: whole groups, and what is left of each batch. */
static void count_batches(const struct schedule *schedule, uint64_t n_batched[SCHEDULE_GROUP])
{
    for (uint64_t i = 0; i < schedule->n_steps; i++) {
        uint32_t n = schedule->steps[i].n_and, rest = n % SCHEDULE_GROUP;

        n_batched[SCHEDULE_GROUP - 1] += n - rest;
        if (rest > 0) n_batched[rest - 1] += rest;
    }
}

sotto_err sotto_circuit_measure(sotto_context *context, sotto_circuit_stats *stats,
                                const sotto_circuit *circuit)
{
    struct schedule *schedule;
    sotto_err err = schedule_new(context, &schedule, circuit);

    if (err != SOTTO_OK) return err;
    *stats = circuit->file;
    stats->n_and_garbled = circuit->n_and;
    stats->and_depth = schedule->and_depth;
    stats->n_slots = schedule->n_slots;
    stats->n_xor_run = schedule->n_free;
    stats->schedule_len = schedule_memory(schedule);
    count_batches(schedule, stats->n_batched);
    schedule_free(schedule);
    return SOTTO_OK;
}

/* A public pseudorandom sequence (splitmix64). */
static uint64_t next_mark(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

bool schedule_find_fixed_operand(const struct schedule *schedule, uint64_t *marks)
{
    uint64_t state = 0;
    const struct slot_gate *free_gate = schedule->free_gates, *and_gate = schedule->and_gates;
    bool found = false;

    marks[SLOT_ZERO] = marks[SLOT_ONE] = 0;
    for (uint32_t i = 0; i < schedule->n_input_wires; i++)
        marks[N_CONSTANT_SLOTS + i] = next_mark(&state);
    for (uint64_t step = 0; step < schedule->n_steps; step++) {
        for (uint32_t i = 0; i < schedule->steps[step].n_free; i++, free_gate++)
            marks[free_gate->out] = marks[free_gate->a] ^ marks[free_gate->b];
        for (uint32_t i = 0; i < schedule->steps[step].n_and; i++, and_gate++) {
            found |= marks[and_gate->a] == 0 || marks[and_gate->b] == 0;
            marks[and_gate->out] = next_mark(&state);
        }
    }
    return found;
}
