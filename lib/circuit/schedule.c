/*
 * Version 3, list scheduling over sliding windows. The WINDOW oldest gates in file order that are
 * not done are candidates; as gates are done, younger ones enter. Two things alternate, a step:
 *
 *   1. every free gate whose inputs are known runs, the oldest first, and what it enables with it;
 *   2. of the ANDs whose inputs are known, the oldest form the next batch: all of them when they
 *      are fewer than GROUP, else as many whole groups of GROUP as there are, MAX_BATCH at most.
 *
 * So a batch is filled with ANDs from further on in the file when the oldest have to wait, and the
 * width of the kernels is used, while the window bounds how many labels that keeps alive.
 *
 * A circuit of at least 2 MIN_SEGMENT gates and WIDE ANDs for each level of its depth is wide.
 * Unless instances of it run side by side, threads can share it: it is cut into segments of the
 * file, each from MIN_SEGMENT gates to MAX_SEGMENT, where the fewest wires lead from the segment to
 * what comes behind it, at the first such place. N_STRANDS strands, each with a window of
 * STRAND_WINDOW gates, have a segment at a time; who is through with one takes the next in file
 * order. In every round the strands have a turn one after the other: steps until there are TURN
 * ANDs, of which the last batch fills up whole groups, or until nothing is left that can run. What
 * a strand has done is known to the others from the following round on.
 *
 * Slots are given in the order of the schedule. A wire's slot is free again after its last reader:
 * at once for a free gate, whose result may take its input's slot, and after the whole batch for
 * ANDs. The slot that was freed last is taken first, since its label is likely in the cache.
 * Outputs keep their slots to the end. Strands have slots of their own, SLOT_BLOCK at a time; one
 * that another strand has read is free after the round of its last reader, and is taken after the
 * others; inputs keep theirs to the end.
 */
#include "circuit/schedule.h"

#include "base/memory.h"
#include "circuit/slots.h"

#include <inttypes.h>

#define WINDOW (UINT32_C(1) << 14) /* a power of two */
#define GROUP SCHEDULE_GROUP
#define MAX_BATCH 1024
#define WIDE 256
#define MIN_SEGMENT (UINT32_C(1) << 13)
#define MAX_SEGMENT (UINT32_C(1) << 15)
#define STRAND_WINDOW (UINT32_C(1) << 12)
#define TURN 1024
#define SLOT_BLOCK 16
#define GATES_PER_CHECK (UINT64_C(1) << 20)
#define READS_KEPT UINT32_MAX /* never freed: an output, or too many readers to count */

/* A set of places in the window, in two levels: bit i of summary tells whether words[i] has any. */
struct place_set {
    uint64_t words[WINDOW / 64];
    uint64_t summary[(WINDOW / 64 + 63) / 64];
    uint32_t n;
};

/* An operand that a gate of another strand makes. */
struct foreign {
    uint32_t operand;
    uint32_t driver;
};

/* The gates from first up to next stand in the window, gate k at place k % WINDOW. */
struct window {
    uint32_t begin; /* of the segment */
    uint32_t end;
    uint32_t first; /* the oldest that is not done */
    uint32_t next;  /* the first that has not entered yet */
    uint8_t is_done[WINDOW];
    uint8_t n_waits[WINDOW];        /* operands that are not known yet */
    uint32_t readers[WINDOW];       /* the first waiting operand, or NO_READER; operand_of() */
    uint32_t following[2 * WINDOW]; /* of each operand: the next that waits for the same gate */
    struct place_set free_gates;    /* whose operands are known */
    struct place_set and_gates;
    uint32_t batch[MAX_BATCH];
    struct foreign foreign[2 * STRAND_WINDOW];
    uint32_t n_foreign;
};

struct scheduler {
    struct sotto_context *context;
    const struct sotto_circuit *circuit;
    struct schedule *schedule;
    uint32_t *wire_slots;
    uint32_t *reads;  /* of each wire that are still to come */
    uint32_t *traces; /* of each gate, when there are strands; see trace_of() */
    struct slots slots;
    uint64_t steps_capacity;
    uint64_t turns_capacity;
    uint64_t n_checked; /* gates when an interrupt was looked for */
    struct window *windows;
    struct window *window; /* of the strand at hand */
    bool is_narrow;        /* whatever the circuit */
    uint32_t n_strands;
    uint32_t limit; /* gates in a window */
    uint32_t strand;
    uint32_t round;
    uint32_t last_round; /* of the turn at hand; see struct schedule_turn */
    uint32_t next_segment;
};

/* ----------------------------------------------------------------------------------- memory -- */

static uint64_t n_circuit_wires(const struct sotto_circuit *circuit)
{
    return (uint64_t)circuit_first_gate_wire(circuit) + circuit->n_gates;
}

static bool may_be_wide(const struct sotto_circuit *circuit)
{
    return circuit->n_gates >= 2 * MIN_SEGMENT;
}

static uint64_t bytes_needed(const struct sotto_circuit *circuit)
{
    uint64_t n_windows = may_be_wide(circuit) ? N_STRANDS : 1;
    uint64_t n_traces = may_be_wide(circuit) ? circuit->n_gates : 0;

    return (uint64_t)circuit->n_gates * sizeof(struct slot_gate) +
           n_circuit_wires(circuit) * 2 * sizeof(uint32_t) + n_traces * sizeof(uint32_t) +
           n_windows * sizeof(struct window);
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

    scheduler->wire_slots = mem_new(n_wires, sizeof(uint32_t));
    scheduler->reads = mem_new(n_wires, sizeof(uint32_t));
    return scheduler->wire_slots != NULL && scheduler->reads != NULL &&
           allocate_schedule(scheduler->schedule, scheduler->circuit);
}

static bool allocate_strands(struct scheduler *scheduler)
{
    uint64_t n_traces = scheduler->n_strands > 1 ? scheduler->circuit->n_gates : 0;

    scheduler->traces = mem_new(n_traces, sizeof(uint32_t));
    scheduler->windows = mem_new(scheduler->n_strands, sizeof *scheduler->windows);
    return scheduler->traces != NULL && scheduler->windows != NULL;
}

static void release(struct scheduler *scheduler)
{
    mem_free(scheduler->wire_slots);
    mem_free(scheduler->reads);
    mem_free(scheduler->traces);
    mem_free(scheduler->windows);
    slots_wipe(&scheduler->slots);
}

/* --------------------------------------------------------------------------------- segments -- */

/* Of a gate that is done: in which round, by which strand, and whether another strand reads it.
 * Before that its trace is its last reader in file order, 0 for none. Gates are fewer than 2^31,
 * and rounds fewer than there are segments and TURN ANDs, since the strand that has the oldest
 * segment waits for nobody. */
#define TRACE_DONE (UINT32_C(1) << 31)
#define TRACE_SHARED UINT32_C(1)

static uint32_t trace_of(uint32_t round, uint32_t strand)
{
    return TRACE_DONE | (round * N_STRANDS + strand) << 1;
}
static uint32_t trace_round(uint32_t trace)
{
    return (trace & ~TRACE_DONE) / (2 * N_STRANDS);
}
static uint32_t trace_strand(uint32_t trace)
{
    return trace / 2 % N_STRANDS;
}

/* The gate that drives a wire; n_gates or more for an input or a constant. */
static uint32_t driver_of(const struct scheduler *scheduler, uint32_t wire)
{
    return wire - circuit_first_gate_wire(scheduler->circuit);
}

static void trace_readers(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;

    for (uint32_t i = 0; i < circuit->n_gates; i++) {
        uint32_t a = driver_of(scheduler, gate_a(circuit->gates[i]));
        uint32_t b = driver_of(scheduler, circuit->gates[i].b);

        if (a < circuit->n_gates) scheduler->traces[a] = i;
        if (b < circuit->n_gates) scheduler->traces[b] = i;
    }
}

/* Whether this operand of gate i is a wire of the segment that nobody reads behind it. */
static bool ends_at(const struct scheduler *scheduler, uint32_t begin, uint32_t wire, uint32_t i)
{
    uint32_t driver = driver_of(scheduler, wire);

    return driver >= begin && driver < i && scheduler->traces[driver] == i;
}

/* Where the segment from begin on ends. */
static uint32_t cut_segment(const struct scheduler *scheduler, uint32_t begin)
{
    const struct sotto_circuit *circuit = scheduler->circuit;
    uint32_t n = 0, fewest = UINT32_MAX, end = circuit->n_gates;

    for (uint32_t i = begin; i < circuit->n_gates && i - begin < MAX_SEGMENT; i++) {
        uint32_t a = gate_a(circuit->gates[i]), b = circuit->gates[i].b;

        n += scheduler->traces[i] > i;
        n -= ends_at(scheduler, begin, a, i);
        n -= a != b && ends_at(scheduler, begin, b, i);
        if (i + 1 - begin < MIN_SEGMENT || n >= fewest) continue;
        fewest = n;
        end = i + 1;
        if (n == 0) break;
    }
    return end;
}

/* False when there is none left. */
static bool take_segment(struct scheduler *scheduler)
{
    struct window *window = scheduler->window;
    uint32_t begin = scheduler->next_segment, n_gates = scheduler->circuit->n_gates;

    if (begin == n_gates) return false;
    scheduler->next_segment = scheduler->n_strands > 1 ? cut_segment(scheduler, begin) : n_gates;
    window->begin = window->first = window->next = begin;
    window->end = scheduler->next_segment;
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
    uint32_t *depths = scheduler->wire_slots;
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

static uint32_t take_slot(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t slot =
        slots_take(&scheduler->slots, scheduler->strand, scheduler->round, &scheduler->last_round);

    scheduler->wire_slots[wire] = slot;
    if (scheduler->n_strands > 1)
        scheduler->traces[driver_of(scheduler, wire)] =
            trace_of(scheduler->round, scheduler->strand);
    return slot;
}

/* A wire of a wide schedule is read. */
static void trace_read(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t driver = driver_of(scheduler, wire), *trace;

    if (driver >= scheduler->circuit->n_gates) return;
    trace = &scheduler->traces[driver];
    if (trace_strand(*trace) == scheduler->strand) return;
    *trace |= TRACE_SHARED;
    if (trace_round(*trace) > scheduler->last_round) scheduler->last_round = trace_round(*trace);
}

/* The slot of an operand that is known. */
static uint32_t read_slot(struct scheduler *scheduler, uint32_t wire)
{
    if (scheduler->n_strands > 1) trace_read(scheduler, wire);
    return scheduler->wire_slots[wire];
}

/* The last reader of a wire of a wide schedule is done. */
static bool free_in_strand(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t slot = scheduler->wire_slots[wire], driver = driver_of(scheduler, wire), trace;

    if (driver >= scheduler->circuit->n_gates) return true;
    trace = scheduler->traces[driver];
    if ((trace & TRACE_SHARED) == 0)
        return slots_free(&scheduler->slots, trace_strand(trace), slot);
    return slots_free_late(&scheduler->slots, trace_strand(trace), slot, scheduler->round);
}

static bool free_wire(struct scheduler *scheduler, uint32_t wire)
{
    if (scheduler->n_strands > 1) return free_in_strand(scheduler, wire);
    return slots_free(&scheduler->slots, 0, scheduler->wire_slots[wire]);
}

/* One reader of the wire is done. */
static bool drop_read(struct scheduler *scheduler, uint32_t wire)
{
    uint32_t *reads = &scheduler->reads[wire];

    if (*reads == READS_KEPT || --*reads > 0) return true;
    return free_wire(scheduler, wire);
}

/* A wire that nobody reads is free again as soon as it was written. */
static bool drop_unread(struct scheduler *scheduler, uint32_t wire)
{
    return scheduler->reads[wire] > 0 || free_wire(scheduler, wire);
}

/* Constants and inputs stand in the first slots, the lowest of the unread ones is taken first. */
static bool place_inputs(struct scheduler *scheduler)
{
    uint32_t n = circuit_first_gate_wire(scheduler->circuit);

    for (uint32_t i = 0; i < n; i++) scheduler->wire_slots[i] = i;
    scheduler->slots.block = scheduler->n_strands > 1 ? SLOT_BLOCK : 1;
    slots_begin(&scheduler->slots, n);
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

/* Whether this strand knows what a gate before its segment makes. */
static bool is_known(const struct scheduler *scheduler, uint32_t driver)
{
    uint32_t trace = scheduler->traces[driver];

    if ((trace & TRACE_DONE) == 0) return false;
    return trace_strand(trace) == scheduler->strand || trace_round(trace) < scheduler->round;
}

/* Counts the gate's operand as waited for unless its wire is known. */
static void wait_for(struct scheduler *scheduler, uint32_t gate, uint32_t wire, uint32_t which)
{
    struct window *window = scheduler->window;
    uint32_t driver = driver_of(scheduler, wire);
    uint32_t place = gate % WINDOW, from = driver % WINDOW;

    if (driver >= scheduler->circuit->n_gates) return;
    if (driver < window->begin) {
        if (is_known(scheduler, driver)) return;
        window->foreign[window->n_foreign++] = (struct foreign){operand_of(place, which), driver};
    } else {
        if (driver < window->first || window->is_done[from]) return;
        window->following[operand_of(place, which)] = window->readers[from];
        window->readers[from] = operand_of(place, which);
    }
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

    while (window->first < window->next && window->is_done[window->first % WINDOW]) window->first++;
    while (window->next < window->end && window->next - window->first < scheduler->limit) {
        enter(scheduler, window->next);
        window->next++;
    }
}

/* One operand is known: a gate that waits for no other is a candidate. */
static void stop_waiting(struct scheduler *scheduler, uint32_t operand)
{
    struct window *window = scheduler->window;
    uint32_t place = operand / 2;
    uint32_t gate = window->first + (place - window->first) % WINDOW;

    if (--window->n_waits[place] == 0)
        become_known(window, place, gate_is_and(scheduler->circuit->gates[gate]));
}

static void finish(struct scheduler *scheduler, uint32_t gate)
{
    struct window *window = scheduler->window;
    uint32_t reader = window->readers[gate % WINDOW];

    window->is_done[gate % WINDOW] = 1;
    for (; reader != NO_READER; reader = window->following[reader]) stop_waiting(scheduler, reader);
}

/* What other strands have done in the round before this turn. */
static void hear_of_others(struct scheduler *scheduler)
{
    struct window *window = scheduler->window;
    uint32_t n = 0;

    for (uint32_t i = 0; i < window->n_foreign; i++) {
        struct foreign foreign = window->foreign[i];

        if (is_known(scheduler, foreign.driver)) stop_waiting(scheduler, foreign.operand);
        else window->foreign[n++] = foreign;
    }
    window->n_foreign = n;
}

/* ------------------------------------------------------------------------------------ spans -- */

static bool schedule_free_gate(struct scheduler *scheduler, uint32_t i)
{
    struct schedule *schedule = scheduler->schedule;
    uint32_t wire = circuit_first_gate_wire(scheduler->circuit) + i;
    struct gate gate = scheduler->circuit->gates[i];
    struct slot_gate *slot_gate = &schedule->free_gates[schedule->n_free++];

    slot_gate->a = read_slot(scheduler, gate_a(gate));
    slot_gate->b = read_slot(scheduler, gate.b);
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
            .a = read_slot(scheduler, gate_a(gates[batch[i]])),
            .b = read_slot(scheduler, gates[batch[i]].b),
        };
    for (uint32_t i = 0; i < n; i++)
        if (!drop_read(scheduler, gate_a(gates[batch[i]])) ||
            !drop_read(scheduler, gates[batch[i]].b) ||
            !drop_unread(scheduler, first_wire + batch[i]))
            return false;
    return true;
}

/* Takes the oldest ANDs that can run, at most max, a multiple of GROUP; returns how many. */
static uint32_t take_batch(struct window *window, uint32_t max)
{
    uint32_t n = window->and_gates.n, gate = window->first;

    if (n > GROUP) n -= n % GROUP;
    if (n > max) n = max;
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

/* Free gates, then a batch of at most max. */
static bool schedule_step(struct scheduler *scheduler, uint32_t max)
{
    uint64_t n_free = scheduler->schedule->n_free;
    uint32_t n;

    if (!run_free_gates(scheduler)) return false;
    n = take_batch(scheduler->window, max);
    n_free = scheduler->schedule->n_free - n_free;
    if (!schedule_batch(scheduler, n)) return false;
    if (n_free + n > 0 && !add_step(scheduler, n_free, n)) return false;
    for (uint32_t i = 0; i < n; i++) finish(scheduler, scheduler->window->batch[i]);
    slide(scheduler);
    return true;
}

/* ------------------------------------------------------------------------------------ turns -- */

static uint64_t n_scheduled(const struct scheduler *scheduler)
{
    return scheduler->schedule->n_free + scheduler->schedule->n_and;
}

/* Of the turn that begins here. */
static bool add_turn(struct scheduler *scheduler)
{
    struct schedule *schedule = scheduler->schedule;
    void *array = schedule->turns;
    bool ok = make_room(&array, &scheduler->turns_capacity, schedule->n_turns + 1,
                        sizeof *schedule->turns);

    schedule->turns = array;
    if (!ok) return false;
    schedule->turns[schedule->n_turns] = (struct schedule_turn){
        .step = schedule->n_steps,
        .free_gate = schedule->n_free,
        .and_gate = schedule->n_and,
        .strand = scheduler->strand,
        .round = scheduler->round,
    };
    return true;
}

static sotto_err look_for_interrupt(struct scheduler *scheduler)
{
    if (n_scheduled(scheduler) - scheduler->n_checked < GATES_PER_CHECK) return SOTTO_OK;
    scheduler->n_checked = n_scheduled(scheduler);
    return check_interrupt(scheduler->context);
}

/* ANDs that are left of a turn that began at this one, whole groups. */
static uint32_t left_of_turn(const struct scheduler *scheduler, uint64_t first)
{
    uint64_t n = scheduler->schedule->n_and - first, left = n < TURN ? TURN - n : 0;

    if (scheduler->n_strands == 1) return MAX_BATCH;
    return (uint32_t)(left + GROUP - 1) / GROUP * GROUP;
}

static bool begin_segment(struct scheduler *scheduler)
{
    if (!take_segment(scheduler)) return false;
    slide(scheduler);
    return true;
}

/* Steps, until there are enough or no gate can run. */
static sotto_err run_turn(struct scheduler *scheduler)
{
    uint64_t first = scheduler->schedule->n_and, n;
    struct window *window = scheduler->window;
    sotto_err err = SOTTO_OK;

    for (uint32_t max; err == SOTTO_OK && (max = left_of_turn(scheduler, first)) > 0;) {
        n = n_scheduled(scheduler);
        if (window->first == window->end && !begin_segment(scheduler)) break;
        if (!schedule_step(scheduler, max)) return fail_memory(scheduler->context);
        if (n_scheduled(scheduler) == n) break;
        err = look_for_interrupt(scheduler);
    }
    return err;
}

static sotto_err schedule_turn(struct scheduler *scheduler, uint32_t strand)
{
    struct schedule *schedule = scheduler->schedule;
    uint64_t n_steps = schedule->n_steps;
    sotto_err err;

    scheduler->strand = strand;
    scheduler->window = &scheduler->windows[strand];
    scheduler->last_round = 0;
    if (scheduler->n_strands == 1) return run_turn(scheduler);
    if (!add_turn(scheduler)) return fail_memory(scheduler->context);
    hear_of_others(scheduler);
    err = run_turn(scheduler);
    schedule->turns[schedule->n_turns].last_round = scheduler->last_round;
    schedule->n_turns += schedule->n_steps > n_steps;
    return err;
}

static sotto_err run_rounds(struct scheduler *scheduler)
{
    sotto_err err = SOTTO_OK;

    while (err == SOTTO_OK && n_scheduled(scheduler) < scheduler->circuit->n_gates) {
        scheduler->round++;
        for (uint32_t i = 0; err == SOTTO_OK && i < scheduler->n_strands; i++)
            err = schedule_turn(scheduler, i);
    }
    if (err != SOTTO_OK || scheduler->n_strands == 1) return err;
    return add_turn(scheduler) ? SOTTO_OK : fail_memory(scheduler->context);
}

/* ------------------------------------------------------------------------------------ whole -- */

static bool is_wide(const struct scheduler *scheduler)
{
    return !scheduler->is_narrow && may_be_wide(scheduler->circuit) &&
           scheduler->schedule->and_depth > 0 &&
           scheduler->circuit->n_and / scheduler->schedule->and_depth >= WIDE;
}

static sotto_err run(struct scheduler *scheduler)
{
    const struct sotto_circuit *circuit = scheduler->circuit;
    struct schedule *schedule = scheduler->schedule;
    sotto_err err = check_interrupt(scheduler->context);

    if (err != SOTTO_OK) return err;
    if (!allocate(scheduler)) return fail_memory(scheduler->context);
    count_reads(scheduler);
    schedule->and_depth = find_depth(scheduler);
    scheduler->n_strands = is_wide(scheduler) ? N_STRANDS : 1;
    scheduler->limit = is_wide(scheduler) ? STRAND_WINDOW : WINDOW;
    if (!allocate_strands(scheduler) || !place_inputs(scheduler))
        return fail_memory(scheduler->context);
    if (scheduler->n_strands > 1) trace_readers(scheduler);
    err = run_rounds(scheduler);
    if (err != SOTTO_OK) return err;
    schedule->n_slots = scheduler->slots.n_slots;
    for (uint32_t i = 0; i < circuit->n_output_wires; i++)
        schedule->output_slots[i] = scheduler->wire_slots[circuit->outputs[i]];
    return SOTTO_OK;
}

static sotto_err look_for_fixed_operands(struct sotto_context *context, struct schedule *schedule)
{
    uint64_t *marks = mem_new(schedule->n_slots, sizeof *marks);

    if (marks == NULL) return fail_memory(context);
    schedule->has_fixed_operand = schedule_find_fixed_operand(schedule, marks);
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

static sotto_err make_schedule(struct sotto_context *context, struct schedule **schedule,
                               const struct sotto_circuit *circuit, bool is_narrow)
{
    struct scheduler scheduler = {.context = context, .circuit = circuit, .is_narrow = is_narrow};
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

sotto_err schedule_new(struct sotto_context *context, struct schedule **schedule,
                       const struct sotto_circuit *circuit)
{
    return make_schedule(context, schedule, circuit, false);
}

sotto_err schedule_new_narrow(struct sotto_context *context, struct schedule **schedule,
                              const struct sotto_circuit *circuit)
{
    return make_schedule(context, schedule, circuit, true);
}
