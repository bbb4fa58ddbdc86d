/*
 * sotto.h - two-party secure computation of Boolean circuits.
 *
 * Two parties who do not trust each other, the garbler and the evaluator, compute a circuit on
 * their joint inputs and learn nothing but its outputs. The protocol is Yao's, with half-gates
 * garbling (Zahur, Rosulek, Evans, EUROCRYPT 2015) and IKNP oblivious-transfer extension (Ishai,
 * Kilian, Nissim, Petrank, CRYPTO 2003), inside a mutually authenticated TLS 1.3 channel.
 *
 * Adversary model: SEMI-HONEST. Both parties are assumed to follow the protocol; each may try to
 * learn more from what it sees. A garbler that departs from the protocol can garble another
 * function than the agreed one, and an evaluator that departs from it can lie to the garbler about
 * the outputs. See SECURITY.md.
 *
 * Conventions
 *   Argument order   the handle, then outputs, then in/outs, then inputs; a length follows its
 *                    array.
 *   Errors           every fallible function returns sotto_err and writes its outputs only when it
 *                    returns SOTTO_OK. The text of the last failure of a context is in
 *                    sotto_context_message() and sotto_context_hint().
 *   Ownership        *_new, *_load and *_open create a handle that the caller frees with the
 *                    matching *_free; every *_free accepts NULL. Handles are opaque.
 *   Threads          a context, a channel and a session each have one owner at a time. A circuit
 *                    and an interface are immutable once loaded and may be shared by threads.
 *   Bits             values cross this interface as arrays of bytes, one byte a bit, each 0 or 1,
 *                    bit 0 (the least significant, the circuit's first wire) first.
 *   Units            counts n_* are uint64_t, byte lengths *_len are size_t, times are in
 *                    milliseconds unless a name says otherwise.
 */
#ifndef SOTTO_H
#define SOTTO_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SOTTO_API __attribute__((visibility("default")))
#define SOTTO_CHECKED __attribute__((visibility("default"), warn_unused_result))
#else
#define SOTTO_API
#define SOTTO_CHECKED
#endif

/* ---------------------------------------------------------------------------------- errors -- */

/** Result of every fallible function. The command-line exit status of each stands in brackets. */
typedef enum sotto_err {
    SOTTO_OK = 0,             /**< success */
    SOTTO_ERR_USAGE,          /**< a wrong argument or call order; the caller's bug [2] */
    SOTTO_ERR_INPUT,          /**< an input value or a credentials file is invalid [3] */
    SOTTO_ERR_CIRCUIT,        /**< a circuit or interface file is invalid or unreadable [4] */
    SOTTO_ERR_LIMIT,          /**< a well-formed request exceeds a limit [6] */
    SOTTO_ERR_MEMORY,         /**< memory could not be allocated [6] */
    SOTTO_ERR_IO,             /**< a local file or stream could not be written [10] */
    SOTTO_ERR_CONNECT,        /**< the peer cannot be reached or the address not bound [20] */
    SOTTO_ERR_TIMEOUT,        /**< the peer stayed silent, or a time limit ran out [21] */
    SOTTO_ERR_DISCONNECTED,   /**< the peer closed the connection during the run [22] */
    SOTTO_ERR_AUTHENTICATION, /**< the peer is not who it should be, or a record is forged [23] */
    SOTTO_ERR_MISMATCH,       /**< the two sides were started with different parameters [24] */
    SOTTO_ERR_PROTOCOL,       /**< the peer sent a malformed or out-of-order frame [24] */
    SOTTO_ERR_ABORTED,        /**< the peer gave up and said so [25] */
    SOTTO_ERR_CHECK,          /**< a consistency check failed: the peer may be cheating [26] */
    SOTTO_ERR_INTERRUPTED,    /**< sotto_context_interrupt() was called [130, 143] */
    SOTTO_ERR_INTERNAL        /**< a bug in this library [70] */
} sotto_err;

/** A short English name of an error class, for logs. Never NULL; static storage. */
SOTTO_API const char *sotto_err_name(sotto_err err);

/** The library's version, "MAJOR.MINOR.PATCH". Static storage. */
SOTTO_API const char *sotto_version(void);

/* ---------------------------------------------------------------------------------- context -- */

/** Bounds on what a file or a peer may make the library do; checked before memory is taken. */
typedef struct sotto_limits {
    uint64_t max_gates;      /**< gates of a circuit, MAND by width */
    uint64_t max_wires;      /**< wires of a circuit */
    uint64_t max_values;     /**< input plus output values of a circuit */
    uint64_t max_file_bytes; /**< bytes of a circuit or interface file */
    uint64_t max_memory;     /**< bytes a single session may hold */
    uint64_t max_instances;  /**< instances of a circuit in one session */
} sotto_limits;

/** Fills *limits with defaults: 2^30 gates and wires, 2^16 values, 64 GiB of text, 8 GiB of
 *  memory, 2^32 instances. */
SOTTO_API void sotto_limits_default(sotto_limits *limits);

/** Carries the limits, the text of the last failure and the interrupt flag. One owner at a time,
 *  except for sotto_context_interrupt(). */
typedef struct sotto_context sotto_context;

/** Creates a context. limits may be NULL for the defaults and is copied.
 *  Returns SOTTO_ERR_MEMORY, or SOTTO_ERR_INTERNAL when libsodium cannot be initialised. */
SOTTO_CHECKED sotto_err sotto_context_new(sotto_context **context, const sotto_limits *limits);
SOTTO_API void sotto_context_free(sotto_context *context);

/** One line that tells what failed and where, without a trailing newline; "" when nothing has.
 *  Never contains a secret. Valid until the next call with this context. */
SOTTO_API const char *sotto_context_message(const sotto_context *context);

/** What the user can do about the last failure; "" when there is nothing to say; several lines are
 *  separated by '\n'. Valid until the next call with this context. */
SOTTO_API const char *sotto_context_hint(const sotto_context *context);

/** Makes the running call with this context return SOTTO_ERR_INTERRUPTED soon, and every later one
 *  at once. Async-signal-safe, and may be called from any thread. */
SOTTO_API void sotto_context_interrupt(sotto_context *context);

/* ---------------------------------------------------------------------------------- circuit -- */

/** An immutable, validated Boolean circuit. May be shared by threads. */
typedef struct sotto_circuit sotto_circuit;

/** Text formats of circuits. */
typedef enum sotto_format {
    SOTTO_FORMAT_FASHION, /**< Bristol Fashion: numbers of inputs and outputs, EQ, EQW, MAND */
    SOTTO_FORMAT_BRISTOL  /**< the older Bristol format: one or two inputs, one output */
} sotto_format;

/** Gate counts of a circuit as its file states them, and what they cost. */
typedef struct sotto_circuit_stats {
    sotto_format format;    /**< of the file it was read from */
    uint64_t n_gates;       /**< gates, as in the header */
    uint64_t n_wires;       /**< wires, as in the header */
    uint64_t n_and;         /**< gates that cost one AND: AND, OR, NAND, NOR, and MAND by width */
    uint64_t n_xor;         /**< XOR and XNOR gates */
    uint64_t n_inv;         /**< INV (NOT) gates */
    uint64_t n_copy;        /**< EQ and EQW gates */
    uint64_t n_and_garbled; /**< ANDs left once constants are folded: what a run garbles */
    uint64_t and_depth;     /**< most garbled ANDs on a path from an input to an output */
    uint64_t n_slots;       /**< labels alive at once in a run: the live width of its schedule */
    uint64_t n_xor_run;     /**< XORs left, inverters included: what a run computes */
    uint64_t schedule_len;  /**< bytes of the schedule in memory */
    uint64_t n_batched[8];  /**< garbled ANDs by how many are done at once: 1 at [0] to 8 at [7] */
} sotto_circuit_stats;

/** Reads a circuit from a file in either format; the third non-blank line tells which.
 *  Accepted beyond the published formats: CRLF, tabs, extra blanks and blank lines, no final
 *  newline, '#' lines, OR NOT NAND NOR XNOR, inputs of width zero.
 *  Returns SOTTO_ERR_CIRCUIT with "file:line: what" as the message, SOTTO_ERR_LIMIT,
 *  SOTTO_ERR_MEMORY or SOTTO_ERR_INTERRUPTED. */
SOTTO_CHECKED sotto_err sotto_circuit_load(sotto_context *context, sotto_circuit **circuit,
                                           const char *path);

/** As sotto_circuit_load(), from text_len bytes of memory; name stands for the file in messages. */
SOTTO_CHECKED sotto_err sotto_circuit_parse(sotto_context *context, sotto_circuit **circuit,
                                            const char *name, const char *text, size_t text_len);

SOTTO_API void sotto_circuit_free(sotto_circuit *circuit);

/** Receives consecutive pieces of a text; returns 0 to go on, anything else to stop. */
typedef int (*sotto_write_fn)(void *user, const char *text, size_t text_len);

/** Writes the canonical circuit as text. In SOTTO_FORMAT_BRISTOL a circuit has at most two inputs
 *  and one output (SOTTO_ERR_USAGE otherwise). A write that fails is SOTTO_ERR_IO. */
SOTTO_CHECKED sotto_err sotto_circuit_write(sotto_context *context, const sotto_circuit *circuit,
                                            sotto_format format, sotto_write_fn write, void *user);

/** Numbers of input and output values, and the width in bits of each. */
SOTTO_API uint64_t sotto_circuit_n_inputs(const sotto_circuit *circuit);
SOTTO_API uint64_t sotto_circuit_n_outputs(const sotto_circuit *circuit);
SOTTO_API uint64_t sotto_circuit_input_bits(const sotto_circuit *circuit, uint64_t input);
SOTTO_API uint64_t sotto_circuit_output_bits(const sotto_circuit *circuit, uint64_t output);

/** Counts gates and schedules the circuit to find its AND depth and live width: linear in its size.
 *  Returns SOTTO_ERR_MEMORY or SOTTO_ERR_LIMIT. */
SOTTO_CHECKED sotto_err sotto_circuit_measure(sotto_context *context, sotto_circuit_stats *stats,
                                              const sotto_circuit *circuit);

/** SHA-256 over the canonical circuit: the same for two files that differ in layout, gate spelling
 *  or copies only. */
SOTTO_API void sotto_circuit_digest(const sotto_circuit *circuit, uint8_t digest[32]);

/** Evaluates in the clear, without any cryptography. outputs and inputs hold all values one after
 *  another, one byte a bit; their lengths are the sums of the widths. For debugging and tests. */
SOTTO_CHECKED sotto_err sotto_circuit_evaluate(sotto_context *context, uint8_t *outputs,
                                               const sotto_circuit *circuit, const uint8_t *inputs);

/** Visits every gate of the canonical circuit in order, for drawing and export. Wires 0 and 1 are
 *  the constants, then come the input bits; gate k drives wire 2 + (input bits) + k. is_and tells
 *  AND from XOR; an XOR with wire 1 is an inverter. Stops when visit returns non-zero. */
typedef int (*sotto_gate_fn)(void *user, uint32_t out, uint32_t a, uint32_t b, int is_and);
SOTTO_API void sotto_circuit_visit(const sotto_circuit *circuit, sotto_gate_fn visit, void *user);

/** Canonical wire of one bit of an output value. */
SOTTO_API uint32_t sotto_circuit_output_wire(const sotto_circuit *circuit, uint64_t output,
                                             uint64_t bit);

/* -------------------------------------------------------------------------------- interface -- */

/** Who plays which part. */
typedef enum sotto_role { SOTTO_GARBLER = 0, SOTTO_EVALUATOR = 1 } sotto_role;

/** Kinds of value types. */
typedef enum sotto_type_kind {
    SOTTO_TYPE_BOOL,     /**< one bit */
    SOTTO_TYPE_UNSIGNED, /**< unsigned integer of any width, zero included */
    SOTTO_TYPE_SIGNED,   /**< two's complement integer */
    SOTTO_TYPE_FLOAT,    /**< IEEE 754 binary32 */
    SOTTO_TYPE_DOUBLE,   /**< IEEE 754 binary64 */
    SOTTO_TYPE_ARRAY,    /**< n elements of one type, in order */
    SOTTO_TYPE_STRUCT    /**< named fields in order, without padding */
} sotto_type_kind;

/** The type of a value; owned by its interface. */
typedef struct sotto_type sotto_type;

SOTTO_API sotto_type_kind sotto_type_get_kind(const sotto_type *type);
/** Width in bits, of the whole value. */
SOTTO_API uint64_t sotto_type_bits(const sotto_type *type);
/** Elements of an array or fields of a struct; 0 for scalars. */
SOTTO_API uint64_t sotto_type_n_members(const sotto_type *type);
/** Type of the elements of an array (any index) or of field number member of a struct. */
SOTTO_API const sotto_type *sotto_type_member(const sotto_type *type, uint64_t member);
/** Name of field number member of a struct; NULL for other kinds. */
SOTTO_API const char *sotto_type_member_name(const sotto_type *type, uint64_t member);

/** Names, types and owners of a circuit's values. Immutable; may be shared by threads; does not
 *  refer to its circuit once made. */
typedef struct sotto_interface sotto_interface;

/** Reads the JSON interface (schema "sotto-interface/1") of circuit from a file and checks it
 *  against the circuit's widths. Returns SOTTO_ERR_CIRCUIT when it is unreadable or wrong. */
SOTTO_CHECKED sotto_err sotto_interface_load(sotto_context *context, sotto_interface **interface,
                                             const sotto_circuit *circuit, const char *path);

/** Makes the interface of a circuit that has no file: values are called "0", "1", ... and are
 *  unsigned integers of the circuit's widths; input 0 belongs to the garbler and input 1 to the
 *  evaluator unless owners says otherwise. owners[i] is a sotto_role or -1 for unsaid, n_owners
 *  may be 0. Returns SOTTO_ERR_USAGE, naming the input, when a third or later one has no owner. */
SOTTO_CHECKED sotto_err sotto_interface_default(sotto_context *context, sotto_interface **interface,
                                                const sotto_circuit *circuit, const int *owners,
                                                size_t n_owners);

SOTTO_API void sotto_interface_free(sotto_interface *interface);

/** Name of the function, "" when unknown. */
SOTTO_API const char *sotto_interface_function(const sotto_interface *interface);
SOTTO_API uint64_t sotto_interface_n_inputs(const sotto_interface *interface);
SOTTO_API const char *sotto_interface_input_name(const sotto_interface *interface, uint64_t input);
SOTTO_API sotto_role sotto_interface_input_owner(const sotto_interface *interface, uint64_t input);
SOTTO_API const sotto_type *sotto_interface_input_type(const sotto_interface *interface,
                                                       uint64_t input);
SOTTO_API uint64_t sotto_interface_n_outputs(const sotto_interface *interface);
SOTTO_API const char *sotto_interface_output_name(const sotto_interface *interface,
                                                  uint64_t output);
SOTTO_API const sotto_type *sotto_interface_output_type(const sotto_interface *interface,
                                                        uint64_t output);

/** Bits of all inputs that belong to role. */
SOTTO_API uint64_t sotto_interface_role_bits(const sotto_interface *interface, sotto_role role);

/* ------------------------------------------------------------------------------ credentials -- */

/** What a party authenticates itself and its peer with: an Ed25519 identity and the peer's pinned
 *  public key, or a pre-shared key. Held in guarded memory. */
typedef struct sotto_credentials sotto_credentials;

/** The two kinds of them. */
typedef enum sotto_credentials_kind {
    SOTTO_CREDENTIALS_IDENTITY,
    SOTTO_CREDENTIALS_PSK,
    SOTTO_N_CREDENTIALS /**< how many there are */
} sotto_credentials_kind;

/** Bytes of a public key line with its terminating NUL: "sotto-ed25519:" and 43 base64url digits.
 */
#define SOTTO_PUBLIC_KEY_SIZE 58

/** Makes a new identity and writes it to path with mode 0600. An existing file is left alone
 *  (SOTTO_ERR_IO). public_key receives the one-line public key. */
SOTTO_CHECKED sotto_err sotto_identity_create(sotto_context *context,
                                              char public_key[SOTTO_PUBLIC_KEY_SIZE],
                                              const char *path);

/** Reads the public key of the identity in path. SOTTO_ERR_INPUT when the file is not an identity
 *  or others may read it. */
SOTTO_CHECKED sotto_err sotto_identity_public(sotto_context *context,
                                              char public_key[SOTTO_PUBLIC_KEY_SIZE],
                                              const char *path);

/** Makes a new 256-bit pre-shared key and writes it to path with mode 0600; an existing file is
 *  left alone (SOTTO_ERR_IO). */
SOTTO_CHECKED sotto_err sotto_psk_create(sotto_context *context, const char *path);

/** Credentials from the identity in a file and the peer's public key: either the key line itself
 *  or the path of a file that holds it. */
SOTTO_CHECKED sotto_err sotto_credentials_identity(sotto_context *context,
                                                   sotto_credentials **credentials,
                                                   const char *identity_path, const char *peer);

/** Credentials from a pre-shared key file. */
SOTTO_CHECKED sotto_err sotto_credentials_psk(sotto_context *context,
                                              sotto_credentials **credentials, const char *path);

/** Two throw-away identities that trust each other and nobody else, for two parties of one
 *  process or of a process and its child. */
SOTTO_CHECKED sotto_err sotto_credentials_pair(sotto_context *context, sotto_credentials **first,
                                               sotto_credentials **second);

SOTTO_API void sotto_credentials_free(sotto_credentials *credentials);

/* ---------------------------------------------------------------------------------- channel -- */

/** What a channel tells while it is being opened. */
typedef enum sotto_notice {
    SOTTO_NOTICE_LISTENING,  /**< waiting; text is the bound address, with the chosen port */
    SOTTO_NOTICE_CONNECTING, /**< dialling; text is the address */
    SOTTO_NOTICE_CONNECTED,  /**< connected; text describes the peer and the protection */
    SOTTO_NOTICE_STRANGER,   /**< a caller failed authentication and was ignored */
    SOTTO_NOTICE_PLAINTEXT   /**< the channel is neither encrypted nor authenticated */
} sotto_notice;

typedef void (*sotto_notice_fn)(void *user, sotto_notice notice, const char *text);

/** How to reach the peer. Zero-initialise, then set what is needed. */
typedef struct sotto_channel_options {
    const char *listen;  /**< address to listen on, or NULL */
    const char *connect; /**< address to dial, or NULL; exactly one of the two is set */
    const sotto_credentials *credentials; /**< NULL: no encryption and no authentication */
    int insecure;             /**< allow no credentials off loopback, pipes and unix sockets */
    int keep_listening;       /**< ignore callers that fail authentication and wait on */
    uint64_t connect_timeout; /**< 0: 30 s for a dialler, no limit for a listener */
    uint64_t idle_timeout;    /**< 0: 60 s */
    uint64_t max_time;        /**< of the whole life of the channel; 0: no limit */
    sotto_notice_fn notice;   /**< may be NULL */
    void *notice_user;        /**< passed to notice */
} sotto_channel_options;

/** A connection to the peer, authenticated by TLS 1.3 when it has credentials. */
typedef struct sotto_channel sotto_channel;

/** Checks addresses and credentials as sotto_channel_open() would, binding and dialling nothing.
 *  Returns SOTTO_ERR_USAGE for a malformed address, or when the address needs credentials. */
SOTTO_CHECKED sotto_err sotto_channel_check(sotto_context *context,
                                            const sotto_channel_options *options);

/** Connects to the peer: "host:port", "[v6]:port", ":port", "unix:/path", "stdio:" or "fd:N".
 *  A dialler retries until connect_timeout. options is copied, credentials must outlive the
 *  channel. Returns SOTTO_ERR_USAGE, _CONNECT, _TIMEOUT, _AUTHENTICATION, _DISCONNECTED,
 *  _INTERRUPTED or _MEMORY. */
SOTTO_CHECKED sotto_err sotto_channel_open(sotto_context *context, sotto_channel **channel,
                                           const sotto_channel_options *options);

/** Closes the channel, removes a unix socket it made, wipes its keys. */
SOTTO_API void sotto_channel_free(sotto_channel *channel);

/** Bytes that the socket carried so far in each direction, TLS and handshakes included. */
SOTTO_API uint64_t sotto_channel_bytes_sent(const sotto_channel *channel);
SOTTO_API uint64_t sotto_channel_bytes_received(const sotto_channel *channel);

/** The authenticated peer: its public key line, "psk", or "" on a plaintext channel. */
SOTTO_API const char *sotto_channel_peer(const sotto_channel *channel);

/* ---------------------------------------------------------------------------------- session -- */

/** Which party learns the outputs. */
typedef enum sotto_reveal {
    SOTTO_REVEAL_BOTH = 0,
    SOTTO_REVEAL_GARBLER = 1,
    SOTTO_REVEAL_EVALUATOR = 2
} sotto_reveal;

/** Phases of a run, in order. */
typedef enum sotto_phase {
    SOTTO_PHASE_HANDSHAKE,
    SOTTO_PHASE_OBLIVIOUS_TRANSFER,
    SOTTO_PHASE_GATES,
    SOTTO_PHASE_OUTPUT
} sotto_phase;

/** Called now and then during a run; done of total garbled gates of all instances. */
typedef void (*sotto_progress_fn)(void *user, sotto_phase phase, uint64_t done, uint64_t total);

/** OT extensions by which the evaluator's inputs are turned into labels. */
typedef enum sotto_ot_extension {
    SOTTO_OT_IKNP = 0,       /**< 16 bytes an input bit */
    SOTTO_OT_SOFTSPOKEN = 1, /**< SoftSpokenOT (Roy, CRYPTO 2022): 16 / k bytes, more hashing */
    /** SOTTO_OT_BASE where that is possible, else one of them: what sends least when the evaluator
     *  has less than 8192 input bits in all, or what is fastest on the link, which the evaluator
     *  measures after the hello. */
    SOTTO_OT_AUTO = 2,
    /** No extension: base transfers themselves, for at most 128 input bits in all, 48 bytes each.
     * Not with ot_malicious. */
    SOTTO_OT_BASE = 3
} sotto_ot_extension;

/** What is run. Both parties must agree on everything but role, progress and inputs.
 *  Zero-initialise, then set what is needed. */
typedef struct sotto_session_options {
    sotto_role role;
    sotto_reveal reveal;
    uint64_t n_instances; /**< independent inputs to run the circuit on; 0 means 1 */
    /** Times the circuit is run in a row within an instance; 0 means 1. From the second round on,
     *  the labels of output chain_output take the place of those of input chain_input (equal
     *  widths); the other inputs keep theirs. The outputs of the last round are revealed. */
    uint64_t n_rounds;
    uint64_t chain_output; /**< used when n_rounds > 1 */
    uint64_t chain_input;  /**< used when n_rounds > 1 */
    sotto_ot_extension ot; /**< of the evaluator's inputs */
    unsigned ot_width;     /**< k of SOTTO_OT_SOFTSPOKEN: 2, 4 or 8; 0 means 2 */
    /** Check that the evaluator, and the garbler, follow the protocol of the oblivious transfers.
     *  An evaluator that cheats then learns no more of the garbler's inputs than the outputs for
     *  one choice of its own inputs. It is still semi-honest security: an evaluator can lie about
     *  outputs, and a garbler can garble another function. */
    int ot_malicious;
    sotto_progress_fn progress; /**< may be NULL */
    void *progress_user;        /**< passed to progress */
    /** Threads that hash, where instances side by side or a wide circuit allow it; 0 means 1. This
     *  party's own matter: neither what is sent nor the results depend on it. */
    uint64_t n_threads;
    /** Nothing follows the run on its channel, which both parties say: TLS ends with it, and the
     *  statistics count all that the socket carries. */
    int closes_channel;
} sotto_session_options;

/** One party of one run. Single-use: every session draws its own secrets, and one that has run or
 *  failed refuses to run again. */
typedef struct sotto_session sotto_session;

/** Prepares a run: schedules the circuit and computes what needs no peer, so it is best called
 *  before the channel is opened. circuit, interface and context must outlive the session.
 *  Semi-honest security; see the top of this file.
 *  Returns SOTTO_ERR_USAGE for options that make no sense, SOTTO_ERR_LIMIT or SOTTO_ERR_MEMORY. */
SOTTO_CHECKED sotto_err sotto_session_new(sotto_context *context, sotto_session **session,
                                          const sotto_circuit *circuit,
                                          const sotto_interface *interface,
                                          const sotto_session_options *options);

/** Runs the protocol. inputs holds this party's input bits: for each instance in turn, the bits of
 *  the values it owns in the circuit's order, n_instances * sotto_interface_role_bits(role) bytes.
 *  outputs receives, for each instance in turn, all output bits, and is written only when this
 *  party learns the result and every check has passed; it may be NULL for a party that learns
 *  nothing. On failure the peer is told that the run is off, not why. The session is spent
 *  afterwards, whatever happened; a second call, and one without room for outputs or without inputs
 *  where there are some, is SOTTO_ERR_USAGE and changes nothing. */
SOTTO_CHECKED sotto_err sotto_session_run(sotto_session *session, uint8_t *outputs,
                                          sotto_channel *channel, const uint8_t *inputs);

/** What a run took. */
typedef struct sotto_session_stats {
    uint64_t n_and;          /**< AND gates garbled or evaluated */
    uint64_t bytes_sent;     /**< by the socket, TLS included, since the channel was opened */
    uint64_t bytes_received; /**< likewise */
    double seconds;          /**< from the start of sotto_session_run() to its end */
    double setup_seconds;    /**< part of it until the first table: hello, base OT, inputs */
    unsigned ot_width;       /**< k of the OT extension, 1 being IKNP; 0: there was none */
    unsigned n_base_ots;     /**< base transfers; the evaluator's input bits without extension */
} sotto_session_stats;

/** Statistics of the last sotto_session_run(). */
SOTTO_API void sotto_session_get_stats(const sotto_session *session, sotto_session_stats *stats);

/** Wipes every secret of the session and frees it. */
SOTTO_API void sotto_session_free(sotto_session *session);

/** How many extensions a run may choose from that measures the link: k is 1, 2, 4 or 8. */
#define SOTTO_N_OT_WIDTHS 4

/** What the evaluator sends with one of them; the garbler sends the same with all. */
typedef struct sotto_ot_cost {
    unsigned ot_width;
    uint64_t evaluator_bytes; /**< as in sotto_cost */
    uint64_t evaluator_bytes_tls[SOTTO_N_CREDENTIALS][2];
} sotto_ot_cost;

/** What a run of this interface and these options sends, before it runs. */
typedef struct sotto_cost {
    uint64_t n_and;           /**< AND gates of all instances and rounds */
    uint64_t garbler_bytes;   /**< frames from the garbler to the evaluator, without TLS */
    uint64_t evaluator_bytes; /**< frames from the evaluator to the garbler, without TLS */
    /** The same with TLS, from its handshake to the alert that closes it, for a channel that the
     *  run has to itself: by credentials, then by the sotto_role that listens. */
    uint64_t garbler_bytes_tls[SOTTO_N_CREDENTIALS][2];
    uint64_t evaluator_bytes_tls[SOTTO_N_CREDENTIALS][2]; /**< likewise */
    uint64_t peak_memory; /**< bytes of labels, schedule, circuit and buffers of a party */
    uint64_t flights;     /**< one-way messages that are waited for, TLS not counted */
    unsigned ot_width;    /**< k that this is for, 1 being IKNP; 0: no extension */
    unsigned n_base_ots;  /**< base transfers; the evaluator's input bits without extension */
    int ot_is_measured;   /**< it is open: the run measures the link and may take another */
    sotto_ot_cost may_take[SOTTO_N_OT_WIDTHS]; /**< then: what that comes to */
} sotto_cost;

/** Predicts the cost of a run. Bytes are exact, but for an evaluator that takes several seconds for
 *  a stretch of 8192 gates, which sends signs of life meanwhile. TLS's are counted on a handshake
 *  in memory. Returns SOTTO_ERR_USAGE, SOTTO_ERR_LIMIT, SOTTO_ERR_MEMORY or SOTTO_ERR_INTERNAL. */
SOTTO_CHECKED sotto_err sotto_session_predict(sotto_context *context, sotto_cost *cost,
                                              const sotto_circuit *circuit,
                                              const sotto_interface *interface,
                                              const sotto_session_options *options);

/* ------------------------------------------------------------------------------------ speed -- */

/** What can be measured: in memory, on the calling thread alone. */
typedef enum sotto_speed {
    SOTTO_SPEED_AES,          /**< AES-128 blocks in counter mode: what the machine can do */
    SOTTO_SPEED_HASH,         /**< labels hashed, each under a key of its own */
    SOTTO_SPEED_GARBLE,       /**< AND gates of a circuit garbled */
    SOTTO_SPEED_EVALUATE,     /**< AND gates of a circuit evaluated */
    SOTTO_SPEED_GARBLE_MANY,  /**< the same for eight instances side by side */
    SOTTO_SPEED_EVALUATE_MANY /**< likewise */
} sotto_speed;

/** How to measure. Zeroed, it is set but for the circuit and the time. */
typedef struct sotto_speed_options {
    sotto_speed what;
    const sotto_circuit *circuit; /**< may be NULL for _AES and _HASH */
    double seconds;               /**< how long: of this thread's processor time, or with threads
                                       by the clock on the wall */
    uint64_t n_threads;           /**< that share the work on a circuit; 0: this one alone */
    int pins_threads;             /**< not 0: while they are measured, several threads are bound to
                                       processors of their own, of those that this one may use */
    double *thread_loads; /**< n_threads figures, which it fills in: how much of the time each
                               thread was at work, by its processor time; NULL: none */
    const char *instruction_set; /**< of garbling: "portable", "aesni", "vaes256", "vaes512";
                                      NULL: the best that the machine has */
} sotto_speed_options;

/** Repeats something and tells how many units it does in a second. Returns SOTTO_ERR_USAGE (the
 *  machine lacks the instruction set, too), SOTTO_ERR_MEMORY, SOTTO_ERR_LIMIT or
 *  SOTTO_ERR_INTERRUPTED. */
SOTTO_CHECKED sotto_err sotto_measure_speed(sotto_context *context, double *per_second,
                                            const sotto_speed_options *options);

/** Passes n_bytes over a channel, one way, and tells how many went in a second. One side sends, the
 *  other does not, and both give the same n_bytes. The errors are those of a run. */
SOTTO_CHECKED sotto_err sotto_measure_channel(sotto_channel *channel, double *per_second, int sends,
                                              uint64_t n_bytes);

#ifdef __cplusplus
}
#endif

#endif
