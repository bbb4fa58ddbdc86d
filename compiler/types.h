/* The types of C as the language knows them (LP64), and the conversions between them. */
#ifndef SOTTO_COMPILER_TYPES_H
#define SOTTO_COMPILER_TYPES_H

#include "compiler/arena.h"
#include "compiler/word.h"

#include <stdbool.h>

#define MAX_BIT_INT 4096
#define MAX_OBJECT_LEN (UINT64_C(1) << 32)

enum type_kind {
    TYPE_VOID,
    TYPE_BOOL,
    TYPE_INTEGER, /* char to __int128, enumerations, _BitInt */
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_POINTER,
    TYPE_ARRAY,
    TYPE_STRUCT,
    TYPE_UNION,
    TYPE_FUNCTION,
    TYPE_ERROR /* of an expression already reported */
};

struct symbol;

struct member {
    struct member *next;
    const char *name; /* NULL for an unnamed struct or union */
    struct type *type;
    uint64_t offset;     /* in bytes */
    uint32_t bit_offset; /* of a bit-field, from offset */
    uint32_t bit_width;  /* 0: not a bit-field */
    source_pos position;
};

struct parameter {
    struct parameter *next;
    const char *name; /* NULL when left out */
    struct type *type;
    struct type *declared; /* before an array became a pointer */
    source_pos position;
    uint32_t owner; /* enum owner of ast.h */
};

struct type {
    enum type_kind kind;
    bool is_signed;
    bool is_bit_precise;
    bool is_const;
    bool is_incomplete;
    bool is_enum;
    uint32_t bits; /* of a value: 1 for bool */
    uint32_t rank;
    uint64_t size; /* in bytes */
    uint64_t align;
    struct type *base;     /* of pointer, array; result of a function */
    uint64_t n;            /* elements of an array */
    struct symbol *length; /* of an array of variable length: what holds it while n is 0 */
    const char *name;      /* keyword or tag */
    struct member *members;
    struct parameter *parameters;
    struct type *original;  /* what a qualified type was copied from */
    struct type *qualified; /* the copy that type_qualified() made */
    uint64_t n_slots;       /* see memory.h; 0: not counted yet */
};

/** The types without parts; made once per compilation. */
struct types {
    struct arena *arena;
    struct type void_type, bool_type;
    struct type char_type, schar_type, uchar_type, short_type, ushort_type, int_type, uint_type;
    struct type long_type, ulong_type, llong_type, ullong_type, int128_type, uint128_type;
    struct type float_type, double_type, error_type;
};

void types_init(struct types *types, struct arena *arena);

struct type *type_bit_int(struct types *types, uint32_t bits, bool is_signed);
struct type *type_pointer(struct types *types, struct type *base);
struct type *type_array(struct types *types, struct type *base, uint64_t n);
struct type *type_function(struct types *types, struct type *result, struct parameter *parameters);
struct type *type_qualified(struct types *types, struct type *type);

/** Sets offsets, size and alignment of a struct or union as the host's ABI does. */
void type_lay_out(struct type *type);

struct type *type_promoted(struct types *types, struct type *type, uint32_t bit_field_width);
struct type *type_common(struct types *types, struct type *a, struct type *b);

bool type_is_integer(const struct type *type);
bool type_is_floating(const struct type *type);
bool type_is_arithmetic(const struct type *type);
bool type_is_scalar(const struct type *type);
bool type_is_record(const struct type *type);
/** An array of variable length, or of such arrays: its size is 0 here, see exec_size(). */
bool type_is_variable(const struct type *type);
/** Same type apart from qualifiers and from the kinds of char. */
bool type_equal(const struct type *a, const struct type *b);
/** The same type but for the qualifiers of a and b themselves [C11 6.2.7]. */
bool type_compatible(const struct type *a, const struct type *b);

/** As C spells it, for messages. */
const char *type_text(struct arena *arena, const struct type *type);

#endif
