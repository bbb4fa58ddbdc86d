/*
 * Version 1, windowed level scheduling. The gates are taken in file order, WINDOW at a time. In a
 * window, a gate's level is the number of the window's ANDs on the longest path to it; a free gate
 * of level l stands in span l, and so does an AND whose inputs have level l at most, with l of one
 * of them: all ANDs of a span are independent. Within a span file order is kept. The free gates
 * behind a window's last batch join the next window's first span.
 *
 * Slots are then given in the order of the schedule. A wire's slot is free again after its last
 * reader: at once for a free gate, whose result may take its input's slot, and after the whole
 * batch for ANDs. The slot that was freed last is taken first, since its label is likely in the
 * cache. Outputs keep their slots to the end.
 */
#include "circuit/schedule.h"

#include "base/memory.h"

#include <inttypes.h>
#include <string.h>

#define WINDOW (UINT32_C(1) << 16)
#define READS_KEPT UINT32_MAX /* never freed: an output, or too many readers to count */

struct scheduler {
    struct sotto_context *context;
    const struct sotto_circuit *circuit;
    struct schedule *schedule;
    uint32_t *slots;      /* of each wire */
    uint32_t *reads;      /* of each wire that are still to come */
    uint32_t *free_slots; /* a stack */
    uint64_t n_free_slots;
    uint64_t free_capacity;
    uint64_t steps_capacity;
    uint32_t *levels;  /* of the window's gates: the level of the span */
    uint32_t *order;   /* the window's gates, by span, free gates first */
    uint32_t *buckets; /* two a span: the ends of its free gates and of its ANDs in order */
};

/* ----------------------------------------------------------------------------------- memory -- */

static uint64_t n_circuit_wires(const struct sotto_circuit *circuit)
{
    return (uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates;
}

static uint64_t bytes_needed(const struct sotto_circuit *circuit)
{
    return (uint64_t)circuit->n_gates * sizeof(struct slot_gate) +
           n_circuit_wires(circuit) * 2 * sizeof(uint32_t);
}

static sotto_err check_memory_limit(struct sotto_context *context,
                                    const struct sotto_circuit *circuit)
{
    uint64_t needed = bytes_needed(circuit);

    if (needed <= context->limits.max_memory) return SOTTO_OK;
    return fail(context, SOTTO_ERR_LIMIT,
                "scheduling the circuit takes %" PRIu64 " bytes, over the limit of %" PRIu64,
                needed, context->limits.max_memory);
}

static bool allocate_schedule(struct schedule *schedule, const struct sotto_circuit *circuit)
{
    schedule->n_input_wires = circuit->n_input_wires;
    schedule->n_output_wires = circuit->n_output_wires;
    schedule->free_gates = mem_new(circuit->n_gates - circuit->n_and, sizeof(struct slot_gate));
    schedule->and_gates = mem_new(circuit->n_and, sizeof(struct slot_gate));
    schedule->output_slots = mem_new(circuit->n_output_wires, sizeof(uint32_t));
    return schedule->free_gates != NULL && schedule->and_gates != NULL &&
           schedule->output_slots != NULL;
}

static bool allocate(struct scheduler *scheduler)
{
    uint64_t n_wires = n_circuit_wires(scheduler->circuit);

    scheduler->slots = mem_new(n_wires, sizeof(uint32_t));
    scheduler->reads = mem_new(n_wires, sizeof(uint32_t));
    scheduler->levels = mem_new(WINDOW, sizeof(uint32_t));
    scheduler->order = mem_new(WINDOW, sizeof(uint32_t));
    scheduler->buckets = mem_new(2 * ((uint64_t)WINDOW + 1) + 1, sizeof(uint32_t));
    return scheduler->slots != NULL && scheduler->reads != NULL && scheduler->levels != NULL &&
           scheduler->order != NULL && scheduler->buckets != NULL &&
           allocate_schedule(scheduler->schedule, scheduler->circuit);
}

static void release(struct scheduler *scheduler)
{
    mem_free(scheduler->slots);
    mem_free(scheduler->reads);
    mem_free(scheduler->free_slots);
    mem_free(scheduler->levels);
    mem_free(scheduler->order);
    mem_free(scheduler->buckets);
}

/* Room for one more element in an array that doubles. */
static bool make_room(void **array, uint64_t *capacity, uint64_t n, size_t size)
{
    uint64_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *grown;

    if (n < *capacity) return true;
    grown = mem_resize(*array, *capacity, wanted, size);
    if (grown == NULL) return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

/* ------------------------------------------------------------------------------------ wires -- */

static void add_read(struct scheduler *scheduler, uint32_t wire)
{
    scheduler->reads[wire] += scheduler->reads[wire] != READS_KEPT;
}

static void count_reads(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        add_read(scheduler, gate_a(circuit->gates[i]));
        add_read(scheduler, circuit->gates[i].b);
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        scheduler->reads[circuit->outputs[i]] = READS_KEPT;
    scheduler->reads[WIRE_ZERO] = scheduler->reads[WIRE_ONE] = READS_KEPT;
}

/* The depth of every wire, in the array that will hold the slots. */
static uint64_t find_depth(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;
    uint32_t *depths = scheduler->slots;
    uint32_t *out = depths + circuit_first_gate_wire(circuit);
    uint32_t deepest = 0;

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        struct gate gate = circuit->gates[i];
        uint32_t a = depths[gate_a(gate)], b = depths[gate.b];

        out[i] = (a > b ? a : b) + gate_is_and(gate);
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        if (depths[circuit->outputs[i]] > deepest) deepest = depths[circuit->outputs[i]];
    return deepest;
}

static bool free_slot(struct scheduler *scheduler, uint32_t slot)
{
    void *array = scheduler->free_slots;
    bool ok =
        make_room(&array, &scheduler->free_capacity, scheduler->n_free_slots, sizeof(uint32_t));

    scheduler->free_slots = array;
    if (ok) scheduler->free_slots[scheduler->n_free_slots++] = slot;
    return ok;
}

static uint32_t take_slot(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t slot = scheduler->n_free_slots > 0 ? scheduler->free_slots[--scheduler->n_free_slots]
                                                : scheduler->schedule->n_slots++;

    scheduler->slots[wire] = slot;
    return slot;
}

/* One reader of the wire is done. */
static bool drop_read(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t *reads = &scheduler->reads[wire];

    if (*reads == READS_KEPT || --*reads > 0) return true;
    return free_slot(scheduler, scheduler->slots[wire]);
}

/* A wire that nobody reads is free again as soon as it was written. */
static bool drop_unread(struct scheduler *scheduler, uint32_t wire)
{
    return scheduler->reads[wire] > 0 || free_slot(scheduler, scheduler->slots[wire]);
}

/* Constants and inputs stand in the first slots, the lowest of the unread ones is taken first. */
static bool place_inputs(struct scheduler *scheduler)
{
    uint32_t n = circuit_first_gate_wire(scheduler->circuit);

    for (uint32_t i = 0; i < n; i++) scheduler->slots[i] = i;
    scheduler->schedule->n_slots = n;
    for (uint32_t i = n; i > 0; i--)
        if (!drop_unread(scheduler, i - 1)) return false;
    return true;
}

/* ------------------------------------------------------------------------------------ spans -- */

/* The span of each of the n gates from first; returns how many spans there are. An AND's result is
 * one level above its span. */
static uint32_t find_levels(struct scheduler *scheduler, uint32_t first, uint32_t n)
{
    const struct gate *gates = scheduler->circuit->gates + first;
    uint32_t first_wire = circuit_first_gate_wire(scheduler->circuit) + first;
    uint32_t *levels = scheduler->levels;
    uint32_t highest = 0;

    for (uint32_t i = 0; i < n; i++) {
        uint32_t a = gate_a(gates[i]) - first_wire, b = gates[i].b - first_wire;
        uint32_t level_a = a < n ? levels[a] : 0, level_b = b < n ? levels[b] : 0;

        levels[i] = (level_a > level_b ? level_a : level_b) + gate_is_and(gates[i]);
        if (levels[i] > highest) highest = levels[i];
    }
    for (uint32_t i = 0; i < n; i++) levels[i] -= gate_is_and(gates[i]);
    return highest + 1;
}

/* Counting sort by span, free gates before ANDs. Afterwards bucket k ends at buckets[k]. */
static void sort_window(struct scheduler *scheduler, uint32_t first, uint32_t n, uint32_t n_spans)
{
    const struct gate *gates = scheduler->circuit->gates + first;
    uint32_t *buckets = scheduler->buckets;
    uint32_t at = 0;

    memset(buckets, 0, (2 * (size_t)n_spans) * sizeof *buckets);
    for (uint32_t i = 0; i < n; i++) buckets[2 * scheduler->levels[i] + gate_is_and(gates[i])]++;
    for (uint32_t k = 0; k < 2 * n_spans; k++) {
        uint32_t size = buckets[k];

        buckets[k] = at;
        at += size;
    }
    for (uint32_t i = 0; i < n; i++)
        scheduler->order[buckets[2 * scheduler->levels[i] + gate_is_and(gates[i])]++] = first + i;
}

static bool schedule_free_gates(struct scheduler *scheduler, uint32_t from, uint32_t to)
{
    struct schedule *schedule = scheduler->schedule;
    uint32_t first_wire = circuit_first_gate_wire(scheduler->circuit);

    for (uint32_t i = from; i < to; i++) {
        uint32_t wire = first_wire + scheduler->order[i];
        struct gate gate = scheduler->circuit->gates[scheduler->order[i]];
        struct slot_gate *slot_gate = &schedule->free_gates[schedule->n_free++];

        slot_gate->a = scheduler->slots[gate_a(gate)];
        slot_gate->b = scheduler->slots[gate.b];
        if (!drop_read(scheduler, gate_a(gate)) || !drop_read(scheduler, gate.b)) return false;
        slot_gate->out = take_slot(scheduler, wire);
        if (!drop_unread(scheduler, wire)) return false;
    }
    return true;
}

/* No slot is freed before all results of the batch have theirs. */
static bool schedule_batch(struct scheduler *scheduler, uint32_t from, uint32_t to)
{
    struct schedule *schedule = scheduler->schedule;
    const struct gate *gates = scheduler->circuit->gates;
    uint32_t first_wire = circuit_first_gate_wire(scheduler->circuit);

    for (uint32_t i = from; i < to; i++) {
        struct gate gate = gates[scheduler->order[i]];

        schedule->and_gates[schedule->n_and++] = (struct slot_gate){
            .out = take_slot(scheduler, first_wire + scheduler->order[i]),
            .a = scheduler->slots[gate_a(gate)],
            .b = scheduler->slots[gate.b],
        };
    }
    for (uint32_t i = from; i < to; i++) {
        struct gate gate = gates[scheduler->order[i]];

        if (!drop_read(scheduler, gate_a(gate)) || !drop_read(scheduler, gate.b) ||
            !drop_unread(scheduler, first_wire + scheduler->order[i]))
            return false;
    }
    return true;
}

/* Adds to the last step as long as that has no ANDs. */
static bool add_step(struct scheduler *scheduler, uint32_t n_free, uint32_t n_and)
{
    struct schedule *schedule = scheduler->schedule;
    struct schedule_step *last;

    if (n_free == 0 && n_and == 0) return true;
    if (schedule->n_steps == 0 || schedule->steps[schedule->n_steps - 1].n_and > 0) {
        void *array = schedule->steps;
        bool ok = make_room(&array, &scheduler->steps_capacity, schedule->n_steps,
                            sizeof *schedule->steps);

        schedule->steps = array;
        if (!ok) return false;
        schedule->n_steps++;
    }
    last = &schedule->steps[schedule->n_steps - 1];
    last->n_free += n_free;
    last->n_and += n_and;
    return true;
}

static bool schedule_window(struct scheduler *scheduler, uint32_t first, uint32_t n)
{
    uint32_t n_spans = find_levels(scheduler, first, n);
    uint32_t at = 0;

    sort_window(scheduler, first, n, n_spans);
    for (uint32_t span = 0; span < n_spans; span++) {
        uint32_t free_end = scheduler->buckets[2 * span];
        uint32_t and_end = scheduler->buckets[2 * span + 1];

        if (!schedule_free_gates(scheduler, at, free_end) ||
            !schedule_batch(scheduler, free_end, and_end) ||
            !add_step(scheduler, free_end - at, and_end - free_end))
            return false;
        at = and_end;
    }
    return true;
}

/* ------------------------------------------------------------------------------------ whole -- */

static sotto_err run(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;
    struct schedule *schedule = scheduler->schedule;

    if (!allocate(scheduler)) return fail_memory(scheduler->context);
    count_reads(scheduler);
    schedule->and_depth = find_depth(scheduler);
    if (!place_inputs(scheduler)) return fail_memory(scheduler->context);
    for (uint32_t first = 0; first < circuit->n_gates;) {
        uint32_t left = circuit->n_gates - first;
        uint32_t n = left < WINDOW ? left : WINDOW;
        sotto_err err = check_interrupt(scheduler->context);

        if (err != SOTTO_OK) return err;
        if (!schedule_window(scheduler, first, n)) return fail_memory(scheduler->context);
        first += n;
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        schedule->output_slots[i] = scheduler->slots[circuit->outputs[i]];
    return SOTTO_OK;
}

/* Lets go of the room for steps that were not needed. */
static sotto_err trim_steps(struct sotto_context *context, struct schedule *schedule)
{
    struct schedule_step *steps =
        mem_resize(schedule->steps, schedule->n_steps, schedule->n_steps, sizeof *steps);

    if (steps == NULL) return fail_memory(context);
    schedule->steps = steps;
    return SOTTO_OK;
}

sotto_err schedule_new(struct sotto_context *context, struct schedule **schedule,
                       const struct sotto_circuit *circuit)
{
    struct scheduler scheduler = {.context = context, .circuit = circuit};
    sotto_err err = check_memory_limit(context, circuit);

    if (err != SOTTO_OK) return err;
    scheduler.schedule = mem_new(1, sizeof *scheduler.schedule);
    err = scheduler.schedule == NULL ? fail_memory(context) : run(&scheduler);
    release(&scheduler);
    if (err == SOTTO_OK) err = trim_steps(context, scheduler.schedule);
    if (err == SOTTO_OK) *schedule = scheduler.schedule;
    else schedule_free(scheduler.schedule);
    return err;
}

void schedule_free(struct schedule *schedule)
{
    if (schedule == NULL) return;
    mem_free(schedule->free_gates);
    mem_free(schedule->and_gates);
    mem_free(schedule->steps);
    mem_free(schedule->output_slots);
    mem_free(schedule);
}

uint64_t schedule_memory(const struct schedule *schedule)
{
    return sizeof *schedule + (schedule->n_free + schedule->n_and) * sizeof(struct slot_gate) +
           schedule->n_steps * sizeof(struct schedule_step) +
           schedule->n_output_wires * sizeof(uint32_t);
}

static bool next_span(struct gate_source *source, struct gate_span *span)
{
    struct schedule_source *walk = (struct schedule_source *)source; /* its first member */
    const struct schedule *schedule = walk->schedule;
    struct schedule_step step;

    if (walk->step == schedule->n_steps) return false;
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
    *source = (struct schedule_source){.source = {.next = next_span}, .schedule = schedule};
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
    stats->schedule_len = schedule_memory(schedule);
    schedule_free(schedule);
    return SOTTO_OK;
}
