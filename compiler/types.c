/* The types of C; see types.h. */
#include "compiler/types.h"

#include <string.h>

static struct type integer(const char *name, uint32_t bits, bool is_signed, uint32_t order)
{
    return (struct type){.kind = TYPE_INTEGER,
                         .name = name,
                         .bits = bits,
                         .is_signed = is_signed,
                         .size = bits / 8,
                         .align = bits / 8,
                         .rank = bits * 8 + order};
}

void types_init(struct types *types, struct arena *arena)
{
    *types = (struct types){.arena = arena};
    types->void_type = (struct type){.kind = TYPE_VOID, .name = "void", .size = 1, .align = 1};
    types->bool_type = (struct type){
        .kind = TYPE_BOOL, .name = "bool", .bits = 1, .size = 1, .align = 1, .rank = 1};
    types->char_type = integer("char", 8, true, 1);
    types->schar_type = integer("signed char", 8, true, 1);
    types->uchar_type = integer("unsigned char", 8, false, 1);
    types->short_type = integer("short", 16, true, 1);
    types->ushort_type = integer("unsigned short", 16, false, 1);
    types->int_type = integer("int", 32, true, 1);
    types->uint_type = integer("unsigned int", 32, false, 1);
    types->long_type = integer("long", 64, true, 1);
    types->ulong_type = integer("unsigned long", 64, false, 1);
    types->llong_type = integer("long long", 64, true, 2);
    types->ullong_type = integer("unsigned long long", 64, false, 2);
    types->int128_type = integer("__int128", 128, true, 1);
    types->uint128_type = integer("unsigned __int128", 128, false, 1);
    types->float_type = (struct type){
        .kind = TYPE_FLOAT, .name = "float", .bits = 32, .size = 4, .align = 4, .is_signed = true};
    types->double_type = (struct type){.kind = TYPE_DOUBLE,
                                       .name = "double",
                                       .bits = 64,
                                       .size = 8,
                                       .align = 8,
                                       .is_signed = true};
    types->error_type = (struct type){
        .kind = TYPE_ERROR, .name = "?", .bits = 32, .size = 4, .align = 4, .is_signed = true};
}

struct type *type_bit_int(struct types *types, uint32_t bits, bool is_signed)
{
    struct type *type = arena_new(types->arena, 1, sizeof *type);
    uint32_t size = bits <= 8 ? 1 : bits <= 16 ? 2 : bits <= 32 ? 4 : (bits + 63) / 64 * 8;

    *type = integer("_BitInt", bits, is_signed, 0);
    type->is_bit_precise = true;
    type->size = size;
    type->align = size < 8 ? size : 8;
    return type;
}

struct type *type_pointer(struct types *types, struct type *base)
{
    struct type *type = arena_new(types->arena, 1, sizeof *type);

    *type = (struct type){.kind = TYPE_POINTER, .base = base, .bits = 64, .size = 8, .align = 8};
    return type;
}

struct type *type_array(struct types *types, struct type *base, uint64_t n)
{
    struct type *type = arena_new(types->arena, 1, sizeof *type);

    *type = (struct type){
        .kind = TYPE_ARRAY, .base = base, .n = n, .size = base->size * n, .align = base->align};
    return type;
}

struct type *type_function(struct types *types, struct type *result, struct parameter *parameters)
{
    struct type *type = arena_new(types->arena, 1, sizeof *type);

    *type = (struct type){
        .kind = TYPE_FUNCTION, .base = result, .parameters = parameters, .size = 1, .align = 1};
    return type;
}

struct type *type_qualified(struct types *types, struct type *type)
{
    struct type *copy;

    if (type->is_const) return type;
    if (type->qualified != NULL) return type->qualified;
    copy = arena_new(types->arena, 1, sizeof *copy);
    *copy = *type;
    copy->is_const = true;
    copy->original = type;
    if (type->kind == TYPE_ARRAY) copy->base = type_qualified(types, type->base);
    type->qualified = copy;
    return copy;
}

/* ------------------------------------------------------------------------------------ layout -- */

static uint64_t round_up(uint64_t n, uint64_t align)
{
    return (n + align - 1) / align * align;
}

/* System V: a bit-field never crosses a unit of its declared type. */
static uint64_t place_bit_field(struct member *member, uint64_t bit)
{
    uint64_t unit = member->type->size * 8;

    if (bit / unit != (bit + member->bit_width - 1) / unit) bit = round_up(bit, unit);
    member->offset = bit / unit * member->type->size;
    member->bit_offset = (uint32_t)(bit % unit);
    return bit + member->bit_width;
}

/* The const form of a type that was not complete when it was named. */
static void complete_qualified(struct type *type)
{
    struct type *copy = type->qualified;

    if (copy == NULL) return;
    *copy = *type;
    copy->is_const = true;
    copy->original = type;
    copy->qualified = NULL;
}

void type_lay_out(struct type *type)
{
    bool is_union = type->kind == TYPE_UNION;
    uint64_t bit = 0, size = 0;

    type->align = 1;
    for (struct member *member = type->members; member != NULL; member = member->next) {
        uint64_t align = member->type->align;

        if (is_union) bit = 0;
        if (member->bit_width > 0) {
            bit = place_bit_field(member, bit);
        } else if (member->name == NULL && !type_is_record(member->type)) {
            bit = round_up(bit, member->type->size * 8); /* a zero-width bit-field */
        } else {
            member->offset = round_up((bit + 7) / 8, align);
            bit = (member->offset + member->type->size) * 8;
        }
        /* An unnamed bit-field does not raise the alignment. */
        if (align > type->align && (member->name != NULL || type_is_record(member->type)))
            type->align = align;
        if ((bit + 7) / 8 > size) size = (bit + 7) / 8;
    }
    type->size = round_up(size, type->align);
    type->is_incomplete = false;
    complete_qualified(type);
}

/* ------------------------------------------------------------------------------- conversions -- */

bool type_is_integer(const struct type *type)
{
    return type->kind == TYPE_INTEGER || type->kind == TYPE_BOOL || type->kind == TYPE_ERROR;
}

bool type_is_floating(const struct type *type)
{
    return type->kind == TYPE_FLOAT || type->kind == TYPE_DOUBLE;
}

bool type_is_arithmetic(const struct type *type)
{
    return type_is_integer(type) || type_is_floating(type);
}

bool type_is_scalar(const struct type *type)
{
    return type_is_arithmetic(type) || type->kind == TYPE_POINTER;
}

bool type_is_record(const struct type *type)
{
    return type->kind == TYPE_STRUCT || type->kind == TYPE_UNION;
}

bool type_is_variable(const struct type *type)
{
    for (; type->kind == TYPE_ARRAY; type = type->base)
        if (type->length != NULL) return true;
    return false;
}

/* C 6.3.1.1: what int can hold becomes int; bit-precise types stay. A bit-field of an ordinary type
 * counts by its width. */
struct type *type_promoted(struct types *types, struct type *type, uint32_t bit_field_width)
{
    uint32_t bits = bit_field_width > 0 ? bit_field_width : type->bits;

    if (type->kind == TYPE_BOOL) return &types->int_type;
    if (type->kind != TYPE_INTEGER || type->is_bit_precise) return type;
    if (bits < 32 || (bits == 32 && type->is_signed)) return &types->int_type;
    if (bits == 32) return &types->uint_type;
    return type;
}

static struct type *unsigned_of(struct types *types, struct type *type)
{
    if (!type->is_signed) return type;
    if (type->is_bit_precise) return type_bit_int(types, type->bits, false);
    if (type->bits == 128) return &types->uint128_type;
    if (type->bits == 32) return &types->uint_type;
    return type->rank == types->llong_type.rank ? &types->ullong_type : &types->ulong_type;
}

/* C 6.3.1.8, the usual arithmetic conversions. */
struct type *type_common(struct types *types, struct type *a, struct type *b)
{
    struct type *wide, *narrow;

    if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR) return &types->error_type;
    if (a->kind == TYPE_DOUBLE || b->kind == TYPE_DOUBLE) return &types->double_type;
    if (a->kind == TYPE_FLOAT || b->kind == TYPE_FLOAT) return &types->float_type;
    a = type_promoted(types, a, 0);
    b = type_promoted(types, b, 0);
    if (a->is_signed == b->is_signed) return a->rank >= b->rank ? a : b;
    wide = a->rank >= b->rank ? a : b;
    narrow = wide == a ? b : a;
    if (!wide->is_signed || wide->bits > narrow->bits) return wide;
    return unsigned_of(types, wide);
}

static bool same_parameters(const struct type *a, const struct type *b)
{
    const struct parameter *x = a->parameters, *y = b->parameters;

    for (; x != NULL && y != NULL; x = x->next, y = y->next)
        if (!type_equal(x->type, y->type)) return false;
    return x == y;
}

/* Lengths that are not known are taken to be the same [6.7.6.2, 6]. */
static bool same_length(const struct type *a, const struct type *b)
{
    return a->n == b->n || a->length != NULL || b->length != NULL;
}

bool type_equal(const struct type *a, const struct type *b)
{
    if (a->original != NULL) a = a->original;
    if (b->original != NULL) b = b->original;
    if (a == b || a->kind == TYPE_ERROR || b->kind == TYPE_ERROR) return true;
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case TYPE_POINTER: return type_equal(a->base, b->base);
    case TYPE_ARRAY: return type_equal(a->base, b->base) && same_length(a, b);
    case TYPE_INTEGER:
        return a->bits == b->bits && a->is_signed == b->is_signed && a->rank == b->rank;
    case TYPE_FUNCTION: return type_equal(a->base, b->base) && same_parameters(a, b);
    case TYPE_STRUCT:
    case TYPE_UNION: return false;
    default: return true;
    }
}

bool type_compatible(const struct type *a, const struct type *b)
{
    const struct parameter *x = a->parameters, *y = b->parameters;

    if (!type_equal(a, b)) return false;
    if (a->kind == TYPE_INTEGER) return strcmp(a->name, b->name) == 0; /* char has three kinds */
    if (a->kind == TYPE_POINTER || a->kind == TYPE_ARRAY)
        return a->base->is_const == b->base->is_const && type_compatible(a->base, b->base);
    if (a->kind != TYPE_FUNCTION) return true;
    for (; x != NULL && y != NULL; x = x->next, y = y->next)
        if (!type_compatible(x->type, y->type)) return false;
    return type_compatible(a->base, b->base);
}

const char *type_text(struct arena *arena, const struct type *type)
{
    const char *qualifier = type->is_const ? "const " : "";

    switch (type->kind) {
    case TYPE_POINTER: return arena_format(arena, "%s *", type_text(arena, type->base));
    case TYPE_ARRAY:
        if (type->length != NULL) return arena_format(arena, "%s[*]", type_text(arena, type->base));
        return arena_format(arena, "%s[%llu]", type_text(arena, type->base),
                            (unsigned long long)type->n);
    case TYPE_FUNCTION: return arena_format(arena, "%s()", type_text(arena, type->base));
    case TYPE_STRUCT:
    case TYPE_UNION:
        return arena_format(arena, "%s%s %s", qualifier,
                            type->kind == TYPE_STRUCT ? "struct" : "union",
                            type->name != NULL ? type->name : "{...}");
    case TYPE_INTEGER:
        if (type->is_bit_precise)
            return arena_format(arena, "%s%s_BitInt(%u)", qualifier,
                                type->is_signed ? "" : "unsigned ", type->bits);
        break;
    default: break;
    }
    return arena_format(arena, "%s%s", qualifier, type->name);
}
