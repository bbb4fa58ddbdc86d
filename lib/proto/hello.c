/* The hello; see hello.h. */
#include "proto/hello.h"

#include "base/cursor.h"
#include "base/memory.h"
#include "base/random.h"
#include "crypto/oracle.h"
#include "ot/extension.h"

#include <stdio.h>

/* The layout: a fixed start that every version shares, then the fields of this version in order. */
static const uint8_t magic[8] = {'s', 'o', 't', 't', 'o', 'm', 'p', 'c'};

#define VERSION_AT sizeof magic
#define VERSION_LEN 4
#define NONCE_LEN 32
#define DIGEST_LEN 32

enum hello_field {
    FIELD_ROLE,
    FIELD_CIRCUIT,
    FIELD_INTERFACE,
    FIELD_REVEAL,
    FIELD_SECURITY,
    FIELD_SCHEME,
    FIELD_OT,
    FIELD_OT_WIDTH,
    FIELD_OT_SECURITY,
    FIELD_SCHEDULE,
    FIELD_FRAME_MAX,
    FIELD_INSTANCES,
    FIELD_ROUNDS,
    FIELD_CHAIN_OUTPUT,
    FIELD_CHAIN_INPUT,
    FIELD_BINDING,
    FIELD_NONCE,
    N_HELLO_FIELDS
};

/* Values of the fields that have one choice so far. */
#define SECURITY_SEMI_HONEST 0
#define SCHEME_HALF_GATES 1

/* Values of FIELD_OT. */
#define OT_IKNP 1
#define OT_SOFTSPOKEN 2
#define OT_OPEN 3 /* its k follows; see ot_choice.h */
#define OT_DIRECT 4

static const char *const role_names[] = {"garbler", "evaluator"};
static const char *const reveal_names[] = {"both", "garbler", "evaluator"};
static const char *const security_names[] = {"semi-honest", "malicious"};
static const char *const scheme_names[] = {"none", "half-gates"};
static const char *const ot_names[] = {"none", "iknp", "softspoken", "auto", "base"};

#define NAMES(list) list, sizeof list / sizeof list[0]

static const struct field_rule {
    const char *what; /* "the two sides disagree on ..." */
    size_t len;
    const char *const *names; /* of small numbers, or NULL */
    size_t n_names;
    const char *hint;
} field_rules[N_HELLO_FIELDS] = {
    [FIELD_ROLE] = {"the role", 1, NAMES(role_names), "one side garbles, the other evaluates"},
    [FIELD_CIRCUIT] = {"the circuit", DIGEST_LEN, NULL, 0,
                       "both sides must use the same circuit file: compare gc-info's digest"},
    [FIELD_INTERFACE] = {"the interface", DIGEST_LEN, NULL, 0,
                         "names, types and owners of the inputs must be the same on both sides"},
    [FIELD_REVEAL] = {"who learns the result", 1, NAMES(reveal_names),
                      "give both sides the same --reveal"},
    [FIELD_SECURITY] = {"the security model", 1, NAMES(security_names), NULL},
    [FIELD_SCHEME] = {"the garbling scheme", 1, NAMES(scheme_names), NULL},
    [FIELD_OT] = {"the OT extension", 1, NAMES(ot_names), "give both sides the same --ot"},
    [FIELD_OT_WIDTH] = {"the OT extension's k", 1, NULL, 0, "give both sides the same --ot"},
    [FIELD_OT_SECURITY] = {"the adversary model of the oblivious transfers", 1,
                           NAMES(security_names), "give both sides the same --ot-security"},
    [FIELD_SCHEDULE] = {"the schedule version", 4, NULL, 0, NULL},
    [FIELD_FRAME_MAX] = {"the frame size", 4, NULL, 0, NULL},
    [FIELD_INSTANCES] = {"the number of instances", 8, NULL, 0,
                         "both sides must give the same number of inputs"},
    [FIELD_ROUNDS] = {"the number of rounds", 8, NULL, 0, NULL},
    [FIELD_CHAIN_OUTPUT] = {"the chained output", 8, NULL, 0, NULL},
    [FIELD_CHAIN_INPUT] = {"the chained input", 8, NULL, 0, NULL},
    [FIELD_BINDING] = {"the channel they are on", CHANNEL_BINDING_LEN, NULL, 0,
                       "somebody may sit between the two sides"},
    [FIELD_NONCE] = {"the nonce", NONCE_LEN, NULL, 0, NULL},
};

#define HELLO_MAX_LEN 512

struct hello {
    uint8_t bytes[FRAME_HEADER_LEN + HELLO_MAX_LEN]; /* a frame, header room first */
    size_t len;                                      /* of the payload */
};

size_t hello_len(void)
{
    size_t len = VERSION_AT + VERSION_LEN;

    for (size_t i = 0; i < N_HELLO_FIELDS; i++) len += field_rules[i].len;
    return len;
}

static const uint8_t *field(const struct hello *hello, enum hello_field which)
{
    const uint8_t *at = hello->bytes + FRAME_HEADER_LEN + VERSION_AT + VERSION_LEN;

    for (size_t i = 0; i < (size_t)which; i++) at += field_rules[i].len;
    return at;
}

static uint8_t ot_field(const struct plan *plan)
{
    if (plan->ot_is_open) return OT_OPEN;
    if (plan_is_direct(plan)) return OT_DIRECT;
    return plan->ot_width == 1 ? OT_IKNP : OT_SOFTSPOKEN;
}

static sotto_err write_hello(struct hello *hello, struct wire *wire, const struct plan *plan)
{
    struct writer w = writer_over(hello->bytes + FRAME_HEADER_LEN, HELLO_MAX_LEN);
    uint8_t interface[DIGEST_LEN], binding[CHANNEL_BINDING_LEN], nonce[NONCE_LEN];
    sotto_err err = channel_binding(wire->channel, binding);

    if (err != SOTTO_OK) return err;
    interface_digest(interface, plan->interface);
    random_bytes(nonce, sizeof nonce);
    write_bytes(&w, magic, sizeof magic);
    write_uint(&w, PROTOCOL_VERSION, VERSION_LEN);
    write_u8(&w, (uint8_t)wire->role);
    write_bytes(&w, plan->circuit->digest, DIGEST_LEN);
    write_bytes(&w, interface, DIGEST_LEN);
    write_u8(&w, (uint8_t)plan->reveal);
    write_u8(&w, SECURITY_SEMI_HONEST);
    write_u8(&w, SCHEME_HALF_GATES);
    write_u8(&w, ot_field(plan));
    write_u8(&w, (uint8_t)(plan->ot_is_open ? 0 : plan->ot_width));
    write_u8(&w, plan->ot_malicious);
    write_u32(&w, SCHEDULE_VERSION);
    write_u32(&w, (uint32_t)FRAME_MAX_LEN);
    write_u64(&w, plan->n_instances);
    write_u64(&w, plan->n_rounds);
    write_u64(&w, plan->chain_output);
    write_u64(&w, plan->chain_input);
    write_bytes(&w, binding, sizeof binding);
    write_bytes(&w, nonce, sizeof nonce);
    hello->len = w.at;
    if (!w.bad && hello->len == hello_len()) return SOTTO_OK;
    return fail(wire->context, SOTTO_ERR_INTERNAL, "the hello does not fit its layout");
}

/* A field's value as a person would call it: a name, a number, or the start of a digest. */
static void describe(char *text, size_t text_size, const struct field_rule *rule,
                     const uint8_t *value)
{
    struct reader r = reader_over(value, rule->len);
    uint64_t number;

    if (rule->len > 8) {
        snprintf(text, text_size, "%02x%02x%02x%02x%02x%02x%02x%02x...", value[0], value[1],
                 value[2], value[3], value[4], value[5], value[6], value[7]);
        return;
    }
    number = read_uint(&r, rule->len);
    if (number < rule->n_names) snprintf(text, text_size, "%s", rule->names[number]);
    else snprintf(text, text_size, "%llu", (unsigned long long)number);
}

static sotto_err disagree(struct sotto_context *context, const struct field_rule *rule,
                          const uint8_t *ours, const uint8_t *theirs)
{
    char here[32], there[32];

    describe(here, sizeof here, rule, ours);
    describe(there, sizeof there, rule, theirs);
    fail(context, SOTTO_ERR_MISMATCH, "the two sides disagree on %s: %s here, %s at the peer",
         rule->what, here, there);
    if (rule->hint != NULL) add_hint(context, "%s", rule->hint);
    return SOTTO_ERR_MISMATCH;
}

static sotto_err check_version(struct sotto_context *context, const struct hello *theirs)
{
    struct reader r = reader_over(theirs->bytes + FRAME_HEADER_LEN, theirs->len);
    const uint8_t *start = read_span(&r, sizeof magic);
    uint64_t version = read_uint(&r, VERSION_LEN);

    if (r.bad || memcmp(start, magic, sizeof magic) != 0)
        return fail(context, SOTTO_ERR_PROTOCOL, "the peer does not speak this protocol");
    if (version != PROTOCOL_VERSION) {
        fail(context, SOTTO_ERR_MISMATCH,
             "the two sides disagree on the protocol version: %d here, %llu at the peer",
             PROTOCOL_VERSION, (unsigned long long)version);
        add_hint(context, "install the same version of sotto on both sides");
        return SOTTO_ERR_MISMATCH;
    }
    if (theirs->len == hello_len()) return SOTTO_OK;
    return fail(context, SOTTO_ERR_PROTOCOL, "the peer sent a hello of %zu bytes instead of %zu",
                theirs->len, hello_len());
}

/* Whether the two values go together: roles are opposite, nonces differ, all else is equal. */
static bool fits(enum hello_field which, const uint8_t *here, const uint8_t *there)
{
    bool equal = memcmp(here, there, field_rules[which].len) == 0;

    if (which == FIELD_ROLE) return *here + *there == SOTTO_GARBLER + SOTTO_EVALUATOR;
    return which == FIELD_NONCE ? !equal : equal;
}

static sotto_err compare(struct sotto_context *context, const struct hello *ours,
                         const struct hello *theirs)
{
    for (size_t i = 0; i < N_HELLO_FIELDS; i++) {
        const uint8_t *here = field(ours, (enum hello_field)i);
        const uint8_t *there = field(theirs, (enum hello_field)i);

        if (!fits((enum hello_field)i, here, there))
            return disagree(context, &field_rules[i], here, there);
    }
    return SOTTO_OK;
}

/* Both sides hash the garbler's hello first. Nonces and channel binding are in the hellos. */
static void derive_session_id(uint8_t session_id[SESSION_ID_LEN], sotto_role role,
                              const struct hello *ours, const struct hello *theirs)
{
    const struct hello *garbler = role == SOTTO_GARBLER ? ours : theirs;
    const struct hello *evaluator = role == SOTTO_GARBLER ? theirs : ours;
    struct oracle oracle;

    oracle_begin(&oracle, "session id");
    oracle_field(&oracle, garbler->bytes + FRAME_HEADER_LEN, garbler->len);
    oracle_field(&oracle, evaluator->bytes + FRAME_HEADER_LEN, evaluator->len);
    oracle_end(&oracle, session_id, SESSION_ID_LEN);
}

sotto_err hello_exchange(struct wire *wire, uint8_t session_id[SESSION_ID_LEN],
                         const struct plan *plan)
{
    struct hello ours = {.len = 0}, theirs = {.len = 0};
    sotto_err err = write_hello(&ours, wire, plan);

    if (err == SOTTO_OK) err = wire_send(wire, FRAME_HELLO, ours.bytes, ours.len);
    if (err == SOTTO_OK)
        err = wire_receive_up_to(wire, theirs.bytes + FRAME_HEADER_LEN, &theirs.len, FRAME_HELLO,
                                 VERSION_AT + VERSION_LEN, HELLO_MAX_LEN);
    if (err == SOTTO_OK) err = check_version(wire->context, &theirs);
    if (err == SOTTO_OK) err = compare(wire->context, &ours, &theirs);
    if (err == SOTTO_OK) derive_session_id(session_id, wire->role, &ours, &theirs);
    return err;
}
