/*
 * The names, types and owners of a circuit's values; what the public functions hand out, and how
 * the JSON reader fills it in.
 */
#ifndef SOTTO_CIRCUIT_INTERFACE_H
#define SOTTO_CIRCUIT_INTERFACE_H

#include "circuit/circuit.h"

#define MAX_NAME_LEN 255
#define MAX_INTEGER_BITS 4096 /* of a type that has a name */
#define MAX_TYPE_DEPTH 64

/** A field of a struct, or the one element of an array (without a name). */
struct type_member {
    char *name;
    struct sotto_type *type;
};

struct sotto_type {
    sotto_type_kind kind;
    uint64_t bits;
    uint64_t n_members;          /* as sotto_type_n_members() tells */
    struct type_member *members; /* the fields of a struct; a single one for an array */
};

struct interface_value {
    char *name;
    struct sotto_type *type;
    sotto_role owner; /* of an input */
};

struct sotto_interface {
    char *function;
    uint64_t n_inputs;
    uint64_t n_outputs;
    struct interface_value *inputs;
    struct interface_value *outputs;
};

/** An interface whose values are there, but empty; NULL when memory runs out. */
struct sotto_interface *interface_new(const struct sotto_circuit *circuit) CHECKED;

/** Frees a type with all that it holds; accepts NULL and half-made ones. */
void type_free(struct sotto_type *type);

/** SHA-256 over everything that the interface says; see interface.c for the encoding. */
void interface_digest(uint8_t digest[32], const struct sotto_interface *interface);

#endif
