/*
 * sotto-share.h - garbled wires and arithmetic shares between two parties, over a channel of
 * sotto.h: what secure inference is made of.
 *
 * A mixed session holds private values in two forms. As *wires* each bit of a value is a garbled
 * wire: the garbler knows both of its labels, the evaluator one. As *shares* a value is the sum,
 * modulo 2^k, of a number at each party. Linear algebra takes wires to shares: the garbler's
 * weights times the values, one message, no reply. A circuit takes shares, or wires, to wires, each
 * party putting in what it holds as its private bits. Nothing is revealed until a call says so.
 *
 * Adversary model: semi-honest. Both parties make the same calls, with the same shapes, in the same
 * order. Shapes, bit widths and circuits are known to both; weights are the garbler's alone. A
 * failure is terminal: secrets are wiped, the peer is told, later calls return SOTTO_ERR_USAGE.
 *
 * Conventions are those of sotto.h. Bits are one byte each.
 */
#ifndef SOTTO_SHARE_H
#define SOTTO_SHARE_H

#include <sotto.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Told again and again by sotto_mixed_project() and sotto_mixed_apply() how many of their values
 *  or instances are done, from the thread that called them. It is not to use the session. */
typedef void (*sotto_mixed_progress_fn)(void *user, uint64_t n_done, uint64_t n_all);

/** What a session is made with. Zero-initialise, then set what is needed. */
typedef struct sotto_mixed_options {
    sotto_role role;    /**< the garbler has the weights */
    unsigned ot_width;  /**< k of the OT extension, as in sotto_ot_options; both must agree */
    uint64_t n_threads; /**< that hash; 0 means 1; this party's own matter */
    sotto_mixed_progress_fn progress; /**< may be NULL */
    void *progress_user;              /**< passed to progress */
} sotto_mixed_options;

/** One party's side of a session. One owner at a time. */
typedef struct sotto_mixed sotto_mixed;

/** n values of so many bits each, as garbled wires. Belongs to the session that made it. */
typedef struct sotto_wires sotto_wires;

/** Shakes hands over channel and runs the base OTs. context is the one that channel was opened
 *  with; both must outlive the session, and nothing else may use the channel meanwhile.
 *  SOTTO_ERR_USAGE, _MEMORY, _MISMATCH, _PROTOCOL, or what the channel fails with. */
SOTTO_CHECKED sotto_err sotto_mixed_open(sotto_context *context, sotto_mixed **mixed,
                                         sotto_channel *channel,
                                         const sotto_mixed_options *options);

/** Wipes every secret and frees the session; when it was not finished the peer is told. Wires made
 *  by it are freed on their own. */
SOTTO_API void sotto_mixed_free(sotto_mixed *mixed);

/** Tells the peer len bytes that are no secret, such as shapes: one call here is one
 *  sotto_mixed_hear() there. At most SOTTO_MIXED_PUBLIC_MAX bytes. */
#define SOTTO_MIXED_PUBLIC_MAX ((size_t)16 << 20)
SOTTO_CHECKED sotto_err sotto_mixed_tell(sotto_mixed *mixed, const uint8_t *data, size_t len);

/** Hears what the peer tells: *data is freed by the caller with sotto_mixed_forget().
 *  SOTTO_ERR_PROTOCOL when it is longer than max_len. */
SOTTO_CHECKED sotto_err sotto_mixed_hear(sotto_mixed *mixed, uint8_t **data, size_t *len,
                                         size_t max_len);
SOTTO_API void sotto_mixed_forget(uint8_t *data);

/** The evaluator's private values: n_values of value_bits bits each, the lowest bit of a value
 *  first. bits is NULL at the garbler. */
SOTTO_CHECKED sotto_err sotto_mixed_input(sotto_mixed *mixed, sotto_wires **wires,
                                          const uint8_t *bits, uint64_t n_values,
                                          unsigned value_bits);

SOTTO_API uint64_t sotto_wires_n_values(const sotto_wires *wires);
SOTTO_API unsigned sotto_wires_value_bits(const sotto_wires *wires);
/** Wipes and frees them. */
SOTTO_API void sotto_wires_free(sotto_wires *wires);

/** Puts values together: number i of *wires is value values[i] of parts[part[i]]. All parts have
 *  values of the same width. Local; the parts stay as they are. */
SOTTO_CHECKED sotto_err sotto_mixed_gather(sotto_mixed *mixed, sotto_wires **wires,
                                           const sotto_wires *const *parts, size_t n_parts,
                                           const uint32_t *part, const uint64_t *values,
                                           uint64_t n_values);

/** Where something comes from: number i is value values[i] of wires; NULL values: value i. */
typedef struct sotto_operand {
    const sotto_wires *wires;
    const uint64_t *values;
} sotto_operand;

/** The weights that meet one value: weights[i] times the value is added to share number first_row +
 *  rows[i]. Both parties give the same rows. */
typedef struct sotto_column {
    uint64_t first_row;
    const uint32_t *rows;   /**< NULL: rows 0, 1, 2, ... */
    const int32_t *weights; /**< the garbler's; not used at the evaluator */
    uint64_t n;
} sotto_column;

/** Gives the column of operand number i; what it points to stays valid until the next call. */
typedef void (*sotto_column_fn)(void *user, sotto_column *column, uint64_t i);

/** What a linear layer is. */
typedef struct sotto_linear {
    unsigned ring_bits; /**< k: 1 to 32. Values have at most 16 bits */
    int is_signed;      /**< values are two's complement, not unsigned */
    uint64_t n_shares;
    sotto_column_fn column;
    void *user;
} sotto_linear;

/** Adds to this party's n_shares shares, modulo 2^ring_bits, those of the sum of the operand's
 * first n_values values times their columns. sotto_linear_bytes() go from the garbler to the
 * evaluator. */
SOTTO_CHECKED sotto_err sotto_mixed_project(sotto_mixed *mixed, uint32_t *shares,
                                            const sotto_operand *operand, uint64_t n_values,
                                            const sotto_linear *linear);

/** Bytes that the garbler sends for n_values values of value_bits bits, frame headers excluded. */
SOTTO_API uint64_t sotto_linear_bytes(const sotto_linear *linear, uint64_t n_values,
                                      unsigned value_bits);

/** Runs n_instances instances of a circuit. bits holds this party's private input bits, instance
 *  after instance, in the circuit's order; interface says whose each input is. operands is NULL, or
 *  has an element for each input of the circuit; where its wires are not NULL the input comes from
 *  them, instance i taking number i, and takes no private bits. The outputs of an instance are one
 * value of *wires. */
SOTTO_CHECKED sotto_err sotto_mixed_apply(sotto_mixed *mixed, sotto_wires **wires,
                                          const sotto_circuit *circuit,
                                          const sotto_interface *interface, const uint8_t *bits,
                                          const sotto_operand *operands, uint64_t n_instances);

/** As sotto_mixed_apply() and then sotto_mixed_share_bits(), for less: shares receives this party's
 *  shares of the outputs' bits, instance after instance, the exclusive or of both parties' being
 * the bit. Where all inputs are private bits, an AND whose result goes into no other AND takes two
 * bits instead of 32 bytes. */
SOTTO_CHECKED sotto_err sotto_mixed_apply_shared(sotto_mixed *mixed, uint8_t *shares,
                                                 const sotto_circuit *circuit,
                                                 const sotto_interface *interface,
                                                 const uint8_t *bits, const sotto_operand *operands,
                                                 uint64_t n_instances);

/** Reveals the values: bits receives n_values * value_bits of them at a party that learns them and
 *  may be NULL at the other. */
SOTTO_CHECKED sotto_err sotto_mixed_reveal(sotto_mixed *mixed, uint8_t *bits,
                                           const sotto_wires *wires, sotto_reveal reveal);

/** This party's shares of the values' bits: the exclusive or of both parties' is the value.
 *  Local. */
SOTTO_CHECKED sotto_err sotto_mixed_share_bits(sotto_mixed *mixed, uint8_t *bits,
                                               const sotto_wires *wires);

/** Reveals n values from their shares modulo 2^ring_bits: values are unchanged at a party that does
 *  not learn them; values may be shares. */
SOTTO_CHECKED sotto_err sotto_mixed_reveal_shares(sotto_mixed *mixed, uint32_t *values,
                                                  const uint32_t *shares, uint64_t n,
                                                  unsigned ring_bits, sotto_reveal reveal);

/** Ends a session: returns once the peer has done the same. */
SOTTO_CHECKED sotto_err sotto_mixed_finish(sotto_mixed *mixed);

#ifdef __cplusplus
}
#endif

#endif
