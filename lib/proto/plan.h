/*
 * The plan of a run: every number that both parties derive from the circuit, its interface and the
 * options before they meet. All lengths on the wire follow from it.
 */
#ifndef SOTTO_PROTO_PLAN_H
#define SOTTO_PROTO_PLAN_H

#include "circuit/circuit.h"
#include "circuit/interface.h"
#include "circuit/schedule.h"
#include "garble/bundle.h"
#include "ot/extension.h"

/* A window is a run of instances whose choices, tables and outputs go back and forth together: as
 * many as this many evaluator input bits cover, so that round trips are few and memory bounded. */
#define WINDOW_CHOICES (UINT64_C(1) << 15)
#define WINDOW_OUTPUTS (UINT64_C(1) << 20) /* output bits of a window, likewise */
#define WINDOW_INSTANCES UINT64_C(4096)

/** Input value that the chained output replaces, as ranges of bits. */
struct chain {
    uint32_t output_bit; /* first output bit of the value */
    uint32_t input_bit;  /* first input bit of the value */
    uint32_t n_bits;     /* 0 when there is one round only */
};

/** Immutable once made. */
struct plan {
    const struct sotto_circuit *circuit;
    const struct sotto_interface *interface;
    struct schedule *schedule; /* owned */
    sotto_reveal reveal;
    /* k of the OT extension; 1 is IKNP. What sends least, where it is open; 0: there is none */
    unsigned ot_width;
    bool ot_is_open; /* it follows from the number of choices and from the link */
    bool ot_malicious;
    uint64_t n_instances;
    uint64_t n_rounds;
    uint64_t chain_output; /* as the options name them; 0 when there is one round only */
    uint64_t chain_input;
    struct chain chain;
    uint64_t n_garbler_bits; /* input bits of one instance, by owner */
    uint64_t n_evaluator_bits;
    uint64_t n_output_bits; /* of one instance */
    uint64_t n_and;         /* of all instances and rounds */
    uint64_t window;        /* instances in a window; the last may be smaller */
    size_t n_bundled;       /* groups of N_LANES instances in a bundle; 0: no lanes */
    uint64_t n_threads;     /* that hash; this party's own matter */
    uint64_t peak_memory;   /* bytes that a party will hold */
};

/** Checks the options and works out the plan. SOTTO_ERR_USAGE, _LIMIT or _MEMORY. */
sotto_err plan_init(struct plan *plan, struct sotto_context *context,
                    const struct sotto_circuit *circuit, const struct sotto_interface *interface,
                    const sotto_session_options *options) CHECKED;
void plan_wipe(struct plan *plan);

/** Instances in the window that starts at instance first. */
static inline uint64_t plan_window(const struct plan *plan, uint64_t first)
{
    uint64_t left = plan->n_instances - first;

    return left < plan->window ? left : plan->window;
}

/** Groups that run side by side from instance number i of a window of n on; 0: it runs alone, as
 *  does what is left of whole groups. */
static inline size_t plan_bundle(const struct plan *plan, uint64_t i, uint64_t n)
{
    uint64_t n_groups = (n - i) / N_LANES;

    return n_groups < plan->n_bundled ? (size_t)n_groups : plan->n_bundled;
}

static inline bool plan_reveals_to(const struct plan *plan, sotto_role role)
{
    return plan->reveal == SOTTO_REVEAL_BOTH ||
           plan->reveal == (role == SOTTO_GARBLER ? SOTTO_REVEAL_GARBLER : SOTTO_REVEAL_EVALUATOR);
}

/** Blocks of 128 OTs for the choices of n instances. */
uint64_t plan_choice_blocks(const struct plan *plan, uint64_t n);

/** Choices of the whole run. */
uint64_t plan_n_choices(const struct plan *plan);

/** Whether the choices are those of base OTs themselves, without an extension. */
static inline bool plan_is_direct(const struct plan *plan)
{
    return plan->ot_width == 0;
}

/** Base OTs of the run; 0 where nothing is chosen. */
size_t plan_n_base_ots(const struct plan *plan);

/** From so many choices on the link is measured, if the extension is open. */
#define OT_MEASURED_BITS 8192

/** Bytes of the message that measures the link: an eighth of what IKNP would send, at most 64 KiB;
 * 0 where nothing is measured. */
size_t plan_probe_len(const struct plan *plan);

struct extension_terms plan_extension_terms(const struct plan *plan,
                                            const uint8_t session_id[SESSION_ID_LEN]);

/** Bytes of tables for n instances. */
uint64_t plan_table_bytes(const struct plan *plan, uint64_t n);

/** Bytes that carry one bit for each output bit of n instances. */
uint64_t plan_output_bytes(const struct plan *plan, uint64_t n);

#endif
