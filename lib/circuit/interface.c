/*
 * Interfaces, once made: what can be asked of them, the one of a circuit that has no file, and the
 * digest for the handshake: SHA-256 over
 *   "sotto-interface/1" and a NUL,
 *   the function's name,
 *   the number of inputs, and of each its name, its owner and its type,
 *   the number of outputs, and of each its name and its type;
 * a name is its length and its bytes; a type is its kind, its width, its number of members, and
 * the type of an array's elements or the name and type of each field of a struct. Kinds and owners
 * take a byte, numbers 8 bytes, little-endian.
 */
#include "circuit/interface.h"

#include "base/memory.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------------------------ types -- */

static uint64_t n_stored_members(const struct sotto_type *type)
{
    return type->kind == SOTTO_TYPE_ARRAY ? 1 : type->n_members;
}

/* Recursion is bounded by MAX_TYPE_DEPTH. */
void type_free(struct sotto_type *type)
{
    if (type == NULL) return;
    for (uint64_t i = 0; type->members != NULL && i < n_stored_members(type); i++) {
        mem_free(type->members[i].name);
        type_free(type->members[i].type);
    }
    mem_free(type->members);
    mem_free(type);
}

sotto_type_kind sotto_type_get_kind(const sotto_type *type)
{
    return type->kind;
}

uint64_t sotto_type_bits(const sotto_type *type)
{
    return type->bits;
}

uint64_t sotto_type_n_members(const sotto_type *type)
{
    return type->n_members;
}

const sotto_type *sotto_type_member(const sotto_type *type, uint64_t member)
{
    if (type->kind == SOTTO_TYPE_ARRAY) return type->members[0].type;
    return member < type->n_members ? type->members[member].type : NULL;
}

const char *sotto_type_member_name(const sotto_type *type, uint64_t member)
{
    if (type->kind != SOTTO_TYPE_STRUCT || member >= type->n_members) return NULL;
    return type->members[member].name;
}

/* -------------------------------------------------------------------------------- interface -- */

struct sotto_interface *interface_new(const struct sotto_circuit *circuit)
{
    struct sotto_interface *interface = mem_new(1, sizeof *interface);

    if (interface == NULL) return NULL;
    interface->inputs = mem_new(circuit->n_inputs, sizeof *interface->inputs);
    interface->outputs = mem_new(circuit->n_outputs, sizeof *interface->outputs);
    if (interface->inputs == NULL || interface->outputs == NULL) {
        sotto_interface_free(interface);
        return NULL;
    }
    interface->n_inputs = circuit->n_inputs;
    interface->n_outputs = circuit->n_outputs;
    return interface;
}

static void free_values(struct interface_value *values, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        mem_free(values[i].name);
        type_free(values[i].type);
    }
    mem_free(values);
}

void sotto_interface_free(sotto_interface *interface)
{
    if (interface == NULL) return;
    free_values(interface->inputs, interface->n_inputs);
    free_values(interface->outputs, interface->n_outputs);
    mem_free(interface->function);
    mem_free(interface);
}

const char *sotto_interface_function(const sotto_interface *interface)
{
    return interface->function;
}

uint64_t sotto_interface_n_inputs(const sotto_interface *interface)
{
    return interface->n_inputs;
}

uint64_t sotto_interface_n_outputs(const sotto_interface *interface)
{
    return interface->n_outputs;
}

const char *sotto_interface_input_name(const sotto_interface *interface, uint64_t input)
{
    return input < interface->n_inputs ? interface->inputs[input].name : NULL;
}

sotto_role sotto_interface_input_owner(const sotto_interface *interface, uint64_t input)
{
    return input < interface->n_inputs ? interface->inputs[input].owner : SOTTO_GARBLER;
}

const sotto_type *sotto_interface_input_type(const sotto_interface *interface, uint64_t input)
{
    return input < interface->n_inputs ? interface->inputs[input].type : NULL;
}

const char *sotto_interface_output_name(const sotto_interface *interface, uint64_t output)
{
    return output < interface->n_outputs ? interface->outputs[output].name : NULL;
}

const sotto_type *sotto_interface_output_type(const sotto_interface *interface, uint64_t output)
{
    return output < interface->n_outputs ? interface->outputs[output].type : NULL;
}

uint64_t sotto_interface_role_bits(const sotto_interface *interface, sotto_role role)
{
    uint64_t bits = 0;

    for (uint64_t i = 0; i < interface->n_inputs; i++)
        if (interface->inputs[i].owner == role) bits += interface->inputs[i].type->bits;
    return bits;
}

/* ---------------------------------------------------------------------------------- default -- */

static bool make_value(struct interface_value *value, uint64_t number, uint64_t bits)
{
    char name[24];
    int len = snprintf(name, sizeof name, "%" PRIu64, number);

    value->name = mem_text(name, (size_t)len);
    value->type = mem_new(1, sizeof *value->type);
    if (value->name == NULL || value->type == NULL) return false;
    value->type->kind = SOTTO_TYPE_UNSIGNED;
    value->type->bits = bits;
    return true;
}

static bool make_values(struct sotto_interface *interface, const struct sotto_circuit *circuit)
{
    bool ok = (interface->function = mem_text("", 0)) != NULL;

    for (uint64_t i = 0; i < circuit->n_inputs && ok; i++)
        ok = make_value(&interface->inputs[i], i, circuit->input_bits[i]);
    for (uint64_t i = 0; i < circuit->n_outputs && ok; i++)
        ok = make_value(&interface->outputs[i], i, circuit->output_bits[i]);
    return ok;
}

static sotto_err refuse_unowned(struct sotto_context *context, uint64_t input)
{
    fail(context, SOTTO_ERR_USAGE, "input %" PRIu64 " has no owner", input);
    add_hint(context,
             "Say whose it is: --owner %" PRIu64 "=garbler or --owner %" PRIu64
             "=evaluator, or in an interface file.",
             input, input);
    return SOTTO_ERR_USAGE;
}

static sotto_err check_owners(struct sotto_context *context, const struct sotto_circuit *circuit,
                              const int *owners, size_t n_owners)
{
    for (size_t i = 0; i < n_owners; i++) {
        if (owners[i] < -1 || owners[i] > SOTTO_EVALUATOR)
            return fail(context, SOTTO_ERR_USAGE, "the owner of input %zu is no role: %d", i,
                        owners[i]);
        if (owners[i] >= 0 && i >= circuit->n_inputs)
            return fail(context, SOTTO_ERR_USAGE,
                        "there is no input %zu to own: the circuit has %" PRIu64, i,
                        circuit->n_inputs);
    }
    for (uint64_t i = 2; i < circuit->n_inputs; i++)
        if (i >= n_owners || owners[i] < 0) return refuse_unowned(context, i);
    return SOTTO_OK;
}

sotto_err sotto_interface_default(sotto_context *context, sotto_interface **interface,
                                  const sotto_circuit *circuit, const int *owners, size_t n_owners)
{
    struct sotto_interface *made;
    sotto_err err = check_owners(context, circuit, owners, n_owners);

    if (err != SOTTO_OK) return err;
    made = interface_new(circuit);
    if (made == NULL || !make_values(made, circuit)) {
        sotto_interface_free(made);
        return fail_memory(context);
    }
    for (uint64_t i = 0; i < circuit->n_inputs; i++) {
        bool said = i < n_owners && owners[i] >= 0;

        made->inputs[i].owner = i == 0 ? SOTTO_GARBLER : SOTTO_EVALUATOR;
        if (said) made->inputs[i].owner = (sotto_role)owners[i];
    }
    *interface = made;
    return SOTTO_OK;
}

/* ----------------------------------------------------------------------------------- digest -- */

static const uint8_t digest_domain[18] = "sotto-interface/1";

static void hash_uint(crypto_hash_sha256_state *state, uint64_t value, size_t len)
{
    uint8_t bytes[8];

    for (size_t i = 0; i < len; i++) bytes[i] = (uint8_t)(value >> (8 * i));
    crypto_hash_sha256_update(state, bytes, len);
}

static void hash_name(crypto_hash_sha256_state *state, const char *name)
{
    size_t len = strlen(name);

    hash_uint(state, len, 8);
    crypto_hash_sha256_update(state, (const uint8_t *)name, len);
}

/* The encoding must not change with the numbers of the public enumerations. */
static uint8_t kind_code(sotto_type_kind kind)
{
    switch (kind) {
    case SOTTO_TYPE_BOOL: return 0;
    case SOTTO_TYPE_UNSIGNED: return 1;
    case SOTTO_TYPE_SIGNED: return 2;
    case SOTTO_TYPE_FLOAT: return 3;
    case SOTTO_TYPE_DOUBLE: return 4;
    case SOTTO_TYPE_ARRAY: return 5;
    case SOTTO_TYPE_STRUCT: return 6;
    }
    return UINT8_MAX;
}

static void hash_type(crypto_hash_sha256_state *state, const struct sotto_type *type)
{
    hash_uint(state, kind_code(type->kind), 1);
    hash_uint(state, type->bits, 8);
    hash_uint(state, type->n_members, 8);
    for (uint64_t i = 0; i < n_stored_members(type); i++) {
        if (type->kind == SOTTO_TYPE_STRUCT) hash_name(state, type->members[i].name);
        hash_type(state, type->members[i].type);
    }
}

void interface_digest(uint8_t digest[32], const struct sotto_interface *interface)
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    crypto_hash_sha256_update(&state, digest_domain, sizeof digest_domain);
    hash_name(&state, interface->function);
    hash_uint(&state, interface->n_inputs, 8);
    for (uint64_t i = 0; i < interface->n_inputs; i++) {
        hash_name(&state, interface->inputs[i].name);
        hash_uint(&state, interface->inputs[i].owner == SOTTO_EVALUATOR, 1);
        hash_type(&state, interface->inputs[i].type);
    }
    hash_uint(&state, interface->n_outputs, 8);
    for (uint64_t i = 0; i < interface->n_outputs; i++) {
        hash_name(&state, interface->outputs[i].name);
        hash_type(&state, interface->outputs[i].type);
    }
    crypto_hash_sha256_final(&state, digest);
}
