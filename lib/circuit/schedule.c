/*
 * Version 2, list scheduling over a sliding window. The WINDOW oldest gates in file order that are
 * not done are candidates; as gates are done, younger ones enter. Two things alternate:
 *
 *   1. every free gate whose inputs are known runs, the oldest first, and what it enables with it;
 *   2. of the ANDs whose inputs are known, the oldest form the next batch: all of them when they
 *      are fewer than GROUP, else as many whole groups of GROUP as there are, MAX_BATCH at most.
 *
 * So a batch is filled with ANDs from further on in the file when the oldest have to wait, and the
 * width of the kernels is used, while the window bounds how many labels that keeps alive.
 *
 * Slots are given in the order of the schedule. A wire's slot is free again after its last reader:
 * at once for a free gate, whose result may take its input's slot, and after the whole batch for
 * ANDs. The slot that was freed last is taken first, since its label is likely in the cache.
 * Outputs keep their slots to the end.
 */
#include "circuit/schedule.h"

#include "base/memory.h"

#include <inttypes.h>

#define WINDOW (UINT32_C(1) << 14) /* a power of two */
#define GROUP 8                    /* ANDs that the widest kernel takes at once */
#define MAX_BATCH 1024
#define GATES_PER_CHECK (UINT64_C(1) << 20)
#define READS_KEPT UINT32_MAX /* never freed: an output, or too many readers to count */

/* A set of places in the window, in two levels: bit i of summary tells whether words[i] has any. */
struct place_set {
    uint64_t words[WINDOW / 64];
    uint64_t summary[(WINDOW / 64 + 63) / 64];
    uint32_t n;
};

/* The gates from first up to next stand in the window, gate k at place k % WINDOW. */
struct window {
    uint32_t first; /* the oldest that is not done */
    uint32_t next;  /* the first that has not entered yet */
    uint8_t is_done[WINDOW];
    uint8_t n_waits[WINDOW];        /* operands that are not known yet */
    uint32_t readers[WINDOW];       /* the first waiting operand, or NO_READER; see operand_of() */
    uint32_t following[2 * WINDOW]; /* of each operand: the next one that waits for the same gate */
    struct place_set free_gates;    /* whose operands are known */
    struct place_set and_gates;
    uint32_t batch[MAX_BATCH];
};

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
    struct window *window;
};

/* ----------------------------------------------------------------------------------- memory -- */

static uint64_t n_circuit_wires(const struct sotto_circuit *circuit)
{
    return (uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates;
}

static uint64_t bytes_needed(const struct sotto_circuit *circuit)
{
    return (uint64_t)circuit->n_gates * sizeof(struct slot_gate) +
           n_circuit_wires(circuit) * 2 * sizeof(uint32_t) + sizeof(struct window);
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
    scheduler->window = mem_new(1, sizeof *scheduler->window);
    return scheduler->slots != NULL && scheduler->reads != NULL && scheduler->window != NULL &&
           allocate_schedule(scheduler->schedule, scheduler->circuit);
}

static void release(struct scheduler *scheduler)
{
    mem_free(scheduler->slots);
    mem_free(scheduler->reads);
    mem_free(scheduler->free_slots);
    mem_free(scheduler->window);
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

/* ------------------------------------------------------------------------------------- sets -- */

static void set_add(struct place_set *set, uint32_t place)
{
    uint32_t word = place / 64;

    set->words[word] |= UINT64_C(1) << place % 64;
    set->summary[word / 64] |= UINT64_C(1) << word % 64;
    set->n++;
}

static void set_remove(struct place_set *set, uint32_t place)
{
    uint32_t word = place / 64;

    set->words[word] &= ~(UINT64_C(1) << place % 64);
    if (set->words[word] == 0) set->summary[word / 64] &= ~(UINT64_C(1) << word % 64);
    set->n--;
}

/* The first place from 'from' on, WINDOW when there is none. */
static uint32_t set_next_above(const struct place_set *set, uint32_t from)
{
    uint32_t word = from / 64;
    uint64_t bits = set->words[word] & UINT64_MAX << from % 64;

    if (bits != 0) return word * 64 + (uint32_t)__builtin_ctzll(bits);
    if (++word == WINDOW / 64) return WINDOW;
    bits = set->summary[word / 64] & UINT64_MAX << word % 64;
    for (word /= 64; bits == 0; bits = set->summary[word])
        if (++word == sizeof set->summary / sizeof set->summary[0]) return WINDOW;
    word = word * 64 + (uint32_t)__builtin_ctzll(bits);
    return word * 64 + (uint32_t)__builtin_ctzll(set->words[word]);
}

/* The oldest gate of a set that is not empty, from gate 'from' on; places wrap around. */
static uint32_t set_oldest(const struct place_set *set, uint32_t from)
{
    uint32_t place = set_next_above(set, from % WINDOW);

    if (place == WINDOW) place = set_next_above(set, 0);
    return from + (place - from) % WINDOW;
}

/* ------------------------------------------------------------------------------- the window -- */

#define NO_READER UINT32_MAX

/* An operand of a gate in the window is its place and which of the two it is. */
static uint32_t operand_of(uint32_t place, uint32_t which)
{
    return 2 * place + which;
}

/* Counts the gate's operand as waited for unless its wire is known. */
static void wait_for(struct scheduler *scheduler, uint32_t gate, uint32_t wire, uint32_t which)
{
    struct window *window = scheduler->window;
    uint32_t driver = wire - circuit_first_gate_wire(scheduler->circuit); /* wraps for an input */
    uint32_t place = gate % WINDOW, from = driver % WINDOW;

    if (driver - window->first >= gate - window->first || window->is_done[from]) return;
    window->following[operand_of(place, which)] = window->readers[from];
    window->readers[from] = operand_of(place, which);
    window->n_waits[place]++;
}

static void become_known(struct window *window, uint32_t place, bool is_and)
{
    set_add(is_and ? &window->and_gates : &window->free_gates, place);
}

static void enter(struct scheduler *scheduler, uint32_t gate)
{
    struct window *window = scheduler->window;
    struct gate entering = scheduler->circuit->gates[gate];
    uint32_t place = gate % WINDOW;

    window->is_done[place] = 0;
    window->n_waits[place] = 0;
    window->readers[place] = NO_READER;
    wait_for(scheduler, gate, gate_a(entering), 0);
    wait_for(scheduler, gate, entering.b, 1);
    if (window->n_waits[place] == 0) become_known(window, place, gate_is_and(entering));
}

/* Lets done gates leave at the old end and others enter at the young one. */
static void slide(struct scheduler *scheduler)
{
    struct window *window = scheduler->window;
    uint32_t n_gates = scheduler->circuit->n_gates;

    while (window->first < window->next && window->is_done[window->first % WINDOW]) window->first++;
    while (window->next < n_gates && window->next - window->first < WINDOW) {
        enter(scheduler, window->next);
        window->next++;
    }
}

/* The gate's result is known: gates that waited for nothing else become candidates. */
static void finish(struct scheduler *scheduler, uint32_t gate)
{
    struct window *window = scheduler->window;
    uint32_t reader = window->readers[gate % WINDOW];

    window->is_done[gate % WINDOW] = 1;
    for (; reader != NO_READER; reader = window->following[reader]) {
        uint32_t place = reader / 2;
        uint32_t waiting = window->first + (place - window->first) % WINDOW;

        if (--window->n_waits[place] == 0)
            become_known(window, place, gate_is_and(scheduler->circuit->gates[waiting]));
    }
}

/* ------------------------------------------------------------------------------------ spans -- */

static bool schedule_free_gate(struct scheduler *scheduler, uint32_t i)
{
    struct schedule *schedule = scheduler->schedule;
    uint32_t wire = circuit_first_gate_wire(scheduler->circuit) + i;
    struct gate gate = scheduler->circuit->gates[i];
    struct slot_gate *slot_gate = &schedule->free_gates[schedule->n_free++];

    slot_gate->a = scheduler->slots[gate_a(gate)];
    slot_gate->b = scheduler->slots[gate.b];
    if (!drop_read(scheduler, gate_a(gate)) || !drop_read(scheduler, gate.b)) return false;
    slot_gate->out = take_slot(scheduler, wire);
    return drop_unread(scheduler, wire);
}

/* Runs every free gate that can run. What one enables is younger than it is, so one way through
 * the window is enough before others enter. */
static bool run_free_gates(struct scheduler *scheduler)
{
    struct window *window = scheduler->window;

    while (window->free_gates.n > 0) {
        uint32_t gate = window->first;

        while (window->free_gates.n > 0) {
            gate = set_oldest(&window->free_gates, gate);
            set_remove(&window->free_gates, gate % WINDOW);
            if (!schedule_free_gate(scheduler, gate)) return false;
            finish(scheduler, gate);
        }
        slide(scheduler);
    }
    return true;
}

/* No slot is freed before all results of the batch have theirs. */
static bool schedule_batch(struct scheduler *scheduler, uint32_t n)
{
    struct schedule *schedule = scheduler->schedule;
    const struct gate *gates = scheduler->circuit->gates;
    const uint32_t *batch = scheduler->window->batch;
    uint32_t first_wire = circuit_first_gate_wire(scheduler->circuit);

    for (uint32_t i = 0; i < n; i++)
        schedule->and_gates[schedule->n_and++] = (struct slot_gate){
            .out = take_slot(scheduler, first_wire + batch[i]),
            .a = scheduler->slots[gate_a(gates[batch[i]])],
            .b = scheduler->slots[gates[batch[i]].b],
        };
    for (uint32_t i = 0; i < n; i++)
        if (!drop_read(scheduler, gate_a(gates[batch[i]])) ||
            !drop_read(scheduler, gates[batch[i]].b) ||
            !drop_unread(scheduler, first_wire + batch[i]))
            return false;
    return true;
}

/* Takes the oldest ANDs that can run; returns how many. */
static uint32_t take_batch(struct window *window)
{
    uint32_t n = window->and_gates.n, gate = window->first;

    if (n > GROUP) n -= n % GROUP;
    if (n > MAX_BATCH) n = MAX_BATCH;
    for (uint32_t i = 0; i < n; i++) {
        gate = set_oldest(&window->and_gates, gate);
        set_remove(&window->and_gates, gate % WINDOW);
        window->batch[i] = gate;
    }
    return n;
}

static bool add_step(struct scheduler *scheduler, uint64_t n_free, uint32_t n_and)
{
    struct schedule *schedule = scheduler->schedule;
    void *array = schedule->steps;
    bool ok =
        make_room(&array, &scheduler->steps_capacity, schedule->n_steps, sizeof *schedule->steps);

    schedule->steps = array;
    if (ok) schedule->steps[schedule->n_steps++] = (struct schedule_step){(uint32_t)n_free, n_and};
    return ok;
}

/* Free gates, then a batch. */
static bool schedule_step(struct scheduler *scheduler)
{
    uint64_t n_free = scheduler->schedule->n_free;
    uint32_t n;

    if (!run_free_gates(scheduler)) return false;
    n = take_batch(scheduler->window);
    if (!schedule_batch(scheduler, n) ||
        !add_step(scheduler, scheduler->schedule->n_free - n_free, n))
        return false;
    for (uint32_t i = 0; i < n; i++) finish(scheduler, scheduler->window->batch[i]);
    slide(scheduler);
    return true;
}

/* ------------------------------------------------------------------------------------ whole -- */

static sotto_err run(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;
    struct schedule *schedule = scheduler->schedule;
    sotto_err err = check_interrupt(scheduler->context);

    if (err != SOTTO_OK) return err;
    if (!allocate(scheduler)) return fail_memory(scheduler->context);
    count_reads(scheduler);
    schedule->and_depth = find_depth(scheduler);
    if (!place_inputs(scheduler)) return fail_memory(scheduler->context);
    slide(scheduler);
    while (schedule->n_free + schedule->n_and < circuit->n_gates) {
        uint64_t n_before = schedule->n_free + schedule->n_and;

        if (!schedule_step(scheduler)) return fail_memory(scheduler->context);
        if (n_before / GATES_PER_CHECK == (schedule->n_free + schedule->n_and) / GATES_PER_CHECK)
            continue;
        err = check_interrupt(scheduler->context);
        if (err != SOTTO_OK) return err;
    }
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        schedule->output_slots[i] = scheduler->slots[circuit->outputs[i]];
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

/* With free XORs the label of a wire is a sum of labels of inputs and AND results. Where all of
 * them cancel out, as in x ^ y ^ x ^ y, it is the same in every instance, and two instances that
 * hash it under the same key give the difference of the other operand's labels away, hence delta.
 * Sums of random marks find such operands: a sum that is not empty is zero by chance only. */
static bool find_fixed_operand(const struct schedule *schedule, uint64_t *marks)
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

static sotto_err look_for_fixed_operands(struct sotto_context *context, struct schedule *schedule)
{
    uint64_t *marks = mem_new(schedule->n_slots, sizeof *marks);

    if (marks == NULL) return fail_memory(context);
    schedule->has_fixed_operand = find_fixed_operand(schedule, marks);
    mem_free(marks);
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
    if (err == SOTTO_OK) err = look_for_fixed_operands(context, scheduler.schedule);
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

/* As kernels take them: whole groups, and what is left of each batch. */
static void count_batches(const struct schedule *schedule, uint64_t n_batched[GROUP])
{
    for (uint64_t i = 0; i < schedule->n_steps; i++) {
        uint32_t n = schedule->steps[i].n_and, rest = n % GROUP;

        n_batched[GROUP - 1] += n - rest;
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
