/* Values of --check; see check_value.h. */
#include "compiler/check_value.h"

#include <inttypes.h>
#include <string.h>

/* A number within a value. */
struct leaf {
    const struct type *type;
    const struct member *field; /* a bit-field, or NULL */
    uint64_t offset;            /* in bytes, from the object's start */
    uint64_t first_bit;         /* from the value's first */
    uint32_t n_bits;
};

typedef void leaf_fn(void *user, const struct leaf *leaf);

static uint32_t leaf_bits(const struct type *type, const struct member *field)
{
    return field != NULL ? field->bit_width : type->bits;
}

static bool is_named_or_record(const struct member *member)
{
    return member->name != NULL || type_is_record(member->type);
}

/* Calls for each number in the order of the interface; the bit behind the last. */
static uint64_t each_leaf(const struct type *type, const struct member *field, uint64_t offset,
                          uint64_t bit, leaf_fn *call, void *user)
{
    struct leaf leaf = {type, field, offset, bit, leaf_bits(type, field)};

    if (type->kind == TYPE_ARRAY) {
        for (uint64_t i = 0; i < type->n; i++)
            bit = each_leaf(type->base, NULL, offset + i * type->base->size, bit, call, user);
        return bit;
    }
    if (!type_is_record(type)) {
        call(user, &leaf);
        return bit + leaf.n_bits;
    }
    for (const struct member *member = type->members; member != NULL; member = member->next) {
        if (is_named_or_record(member))
            bit = each_leaf(member->type, member->bit_width > 0 ? member : NULL,
                            offset + member->offset, bit, call, user);
        if (type->kind == TYPE_UNION) break;
    }
    return bit;
}

/* ------------------------------------------------------------------------------------ memory -- */

struct copying {
    unsigned char *memory;
    uint8_t *bits;
};

/* Where bit i of a number is, on a little-endian host. */
static unsigned char *byte_of(unsigned char *memory, const struct leaf *leaf, uint64_t i,
                              uint32_t *shift)
{
    if (leaf->field != NULL) i += leaf->field->bit_offset;
    *shift = (uint32_t)(i % 8);
    return memory + leaf->offset + i / 8;
}

static void store_leaf(void *user, const struct leaf *leaf)
{
    struct copying *copying = user;
    uint64_t n = leaf->field != NULL ? leaf->n_bits : leaf->type->size * 8;
    bool sign = leaf->type->is_signed && copying->bits[leaf->first_bit + leaf->n_bits - 1] != 0;

    for (uint64_t i = 0; i < n; i++) {
        bool bit = i < leaf->n_bits ? copying->bits[leaf->first_bit + i] != 0 : sign;
        uint32_t shift;
        unsigned char *byte = byte_of(copying->memory, leaf, i, &shift);

        *byte = (unsigned char)((*byte & ~(1u << shift)) | (unsigned)bit << shift);
    }
}

static void load_leaf(void *user, const struct leaf *leaf)
{
    struct copying *copying = user;

    for (uint64_t i = 0; i < leaf->n_bits; i++) {
        uint32_t shift;
        const unsigned char *byte = byte_of(copying->memory, leaf, i, &shift);

        copying->bits[leaf->first_bit + i] = *byte >> shift & 1;
    }
}

void check_to_memory(unsigned char *memory, const uint8_t *bits, const struct type *type)
{
    struct copying copying = {memory, (uint8_t *)(uintptr_t)bits};

    memset(memory, 0, type->size);
    (void)each_leaf(type, NULL, 0, 0, store_leaf, &copying);
}

void check_from_memory(uint8_t *bits, const unsigned char *memory, const struct type *type)
{
    struct copying copying = {(unsigned char *)(uintptr_t)memory, bits};

    (void)each_leaf(type, NULL, 0, 0, load_leaf, &copying);
}

/* ------------------------------------------------------------------------------------ inputs -- */

struct choosing {
    struct check_random *random;
    uint8_t *bits;
};

/* Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014, figure 17. */
uint64_t check_next(struct check_random *random)
{
    uint64_t z = random->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static void fill(uint8_t *bits, uint64_t n, bool bit)
{
    memset(bits, bit, n);
}

static void choose_random(struct check_random *random, uint8_t *bits, uint64_t n)
{
    for (uint64_t i = 0, word = 0; i < n; i++, word >>= 1) {
        if (i % 64 == 0) word = check_next(random);
        bits[i] = word & 1;
    }
}

/* 0, -1, the greatest and least ones, small numbers of either sign, random ones. */
static void choose_integer(struct check_random *random, uint8_t *bits, uint64_t n)
{
    uint64_t choice = check_next(random) % 12, small = check_next(random) % 16;

    fill(bits, n, choice == 1 || choice == 3 || choice == 5);
    if (choice == 2) bits[n - 1] = 1;
    if (choice == 3) bits[n - 1] = 0;
    if (choice == 4 || choice == 5)
        for (uint64_t i = 0; i < n && i < 4; i++) bits[i] = small >> i & 1;
    if (choice == 6 && random->last_n == n) memmove(bits, random->last, n);
    else if (choice >= 6) choose_random(random, bits, n);
    if (choice == 7) fill(bits + n / 2, n - n / 2, false);
}

/* Zeros, infinities, NaNs, subnormals, numbers near 1, integers, random patterns. */
static void choose_float(struct check_random *random, uint8_t *bits, uint32_t n)
{
    uint32_t n_mantissa = n == 32 ? 23 : 52, n_exponent = n - n_mantissa - 1;
    uint64_t choice = check_next(random) % 10, bias = (UINT64_C(1) << (n_exponent - 1)) - 1;
    uint64_t exponent = bias + check_next(random) % 24;

    choose_random(random, bits, n);
    if (choice < 3) fill(bits, n_mantissa, choice == 2);
    if (choice == 3) fill(bits, n_mantissa - 4, false);
    if (choice < 2 || choice == 4) fill(bits + n_mantissa, n_exponent, choice == 1);
    if (choice == 5 && check_next(random) % 2 == 0) fill(bits + n_mantissa, n_exponent, true);
    if (choice == 3 || choice >= 6)
        for (uint32_t i = 0; i < n_exponent && choice < 9; i++)
            bits[n_mantissa + i] = exponent >> i & 1;
    /* C says nothing of signalling NaNs: they are quiet. */
    if (memchr(bits + n_mantissa, 0, n_exponent) == NULL && memchr(bits, 1, n_mantissa) != NULL)
        bits[n_mantissa - 1] = 1;
}

static void choose_leaf(void *user, const struct leaf *leaf)
{
    struct choosing *choosing = user;
    uint8_t *bits = choosing->bits + leaf->first_bit;

    if (leaf->type->kind == TYPE_FLOAT || leaf->type->kind == TYPE_DOUBLE)
        choose_float(choosing->random, bits, leaf->n_bits);
    else choose_integer(choosing->random, bits, leaf->n_bits);
    choosing->random->last = bits;
    choosing->random->last_n = leaf->n_bits;
}

void check_choose(struct check_random *random, uint8_t *bits, const struct type *type)
{
    struct choosing choosing = {random, bits};

    (void)each_leaf(type, NULL, 0, 0, choose_leaf, &choosing);
}

static void normalise_leaf(void *user, const struct leaf *leaf)
{
    uint8_t *bits = (uint8_t *)user + leaf->first_bit;
    uint32_t n_mantissa = leaf->n_bits == 32 ? 23 : 52;

    if (leaf->type->kind != TYPE_FLOAT && leaf->type->kind != TYPE_DOUBLE) return;
    if (memchr(bits + n_mantissa, 0, leaf->n_bits - n_mantissa - 1) != NULL) return;
    if (memchr(bits, 1, n_mantissa) == NULL) return;
    fill(bits, leaf->n_bits, false);
    fill(bits + n_mantissa - 1, leaf->n_bits - n_mantissa, true);
}

void check_normalise(uint8_t *bits, const struct type *type)
{
    (void)each_leaf(type, NULL, 0, 0, normalise_leaf, bits);
}

/* -------------------------------------------------------------------------------------- text -- */

static void print_float(FILE *file, const uint8_t *bits, uint32_t n)
{
    uint64_t pattern = 0;
    uint32_t low;
    double wide;
    float narrow;

    for (uint32_t i = 0; i < n; i++) pattern |= (uint64_t)bits[i] << i;
    low = (uint32_t)pattern;
    memcpy(&narrow, &low, sizeof narrow);
    memcpy(&wide, &pattern, sizeof wide);
    if (n == 32) fprintf(file, "%.9g", (double)narrow);
    else fprintf(file, "%.17g", wide);
}

static void print_hex(FILE *file, const uint8_t *bits, uint32_t n)
{
    fputs("0x", file);
    for (uint32_t digit = (n + 3) / 4; digit-- > 0;) {
        unsigned value = 0;

        for (uint32_t i = 0; i < 4 && 4 * digit + i < n; i++)
            value |= (unsigned)bits[4 * digit + i] << i;
        fprintf(file, "%x", value);
    }
}

static void print_integer(FILE *file, const uint8_t *bits, uint32_t n, bool is_signed)
{
    uint64_t value = is_signed && bits[n - 1] != 0 ? UINT64_MAX : 0;

    if (n > 64) {
        print_hex(file, bits, n);
        return;
    }
    for (uint32_t i = 0; i < n; i++) value = (value & ~(UINT64_C(1) << i)) | (uint64_t)bits[i] << i;
    if (is_signed) fprintf(file, "%" PRId64, (int64_t)value);
    else fprintf(file, "%" PRIu64, value);
}

/* Bits behind the value. */
static const uint8_t *print(FILE *file, const uint8_t *bits, const struct type *type,
                            const struct member *field)
{
    uint32_t n = leaf_bits(type, field);

    if (type->kind == TYPE_ARRAY) {
        for (uint64_t i = 0; i < type->n; i++) {
            fputs(i == 0 ? "[" : ",", file);
            bits = print(file, bits, type->base, NULL);
        }
        fputs("]", file);
        return bits;
    }
    if (type_is_record(type)) {
        const char *separator = "{";

        for (const struct member *member = type->members; member != NULL; member = member->next) {
            if (is_named_or_record(member)) {
                fprintf(file, "%s\"%s\":", separator, member->name != NULL ? member->name : "");
                bits = print(file, bits, member->type, member->bit_width > 0 ? member : NULL);
                separator = ",";
            }
            if (type->kind == TYPE_UNION) break;
        }
        fputs("}", file);
        return bits;
    }
    if (type->kind == TYPE_BOOL) fputs(bits[0] != 0 ? "true" : "false", file);
    else if (type_is_floating(type)) print_float(file, bits, n);
    else print_integer(file, bits, n, type->is_signed);
    return bits + n;
}

void check_print(FILE *file, const uint8_t *bits, const struct type *type)
{
    (void)print(file, bits, type, NULL);
}
