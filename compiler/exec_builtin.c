/* The library functions that circuit C knows; see exec.h. */
#include "compiler/exec.h"
#include "compiler/value.h"

#include <string.h>

#define MAX_COMPARED 1024 /* bytes in one word */

/* The constant third argument, or false after a report. */
static bool byte_count(struct exec *x, struct expr *e, struct word *n, uint64_t *count)
{
    if (word_is_const(n) && word_value_u64(n) <= MAX_OBJECT_LEN) {
        *count = word_value_u64(n);
        return true;
    }
    diag_error(x->diag, e->arguments[2]->position,
               "the number of bytes must be known when the program is compiled");
    diag_hint(x->diag, "write a loop with a condition inside");
    return false;
}

/* Bytes from a place to the end of the slot that starts there; 1 inside of a slot or padding. */
static uint64_t slot_len(const struct pointer *p, uint64_t left)
{
    const struct target *target = &p->targets[0];
    uint64_t slot, start, len;

    if (target->object == NULL || target->offset < 0) return 1;
    if ((uint64_t)target->offset >= target->object->type->size) return 1;
    if (!memory_find(target->object->type, (uint64_t)target->offset, &slot, &start, &len)) return 1;
    return start == (uint64_t)target->offset && len <= left ? len : 1;
}

struct copied {
    uint64_t at, len;
    struct content content;
};

/* memcpy and memmove: everything is read before anything is written. */
static struct value copy_bytes(struct exec *x, struct expr *e, const struct value *arguments)
{
    struct pointer *to = arguments[0].pointer, *from = arguments[1].pointer;
    struct copied *copied = NULL;
    uint64_t n = 0, n_copied = 0, capacity = 0, len;

    if (!byte_count(x, e, arguments[2].word, &n)) return arguments[0];
    for (uint64_t at = 0; at < n; at += len) {
        struct pointer *here = pointer_shift(x, from, (int64_t)at);

        len = slot_len(pointer_shift(x, to, (int64_t)at), n - at);
        copied = arena_grow(x->arena, copied, n_copied, &capacity, sizeof *copied);
        copied[n_copied++] = (struct copied){at, len, pointer_read(x, here, len, e->position)};
    }
    for (uint64_t i = 0; i < n_copied; i++)
        pointer_write(x, pointer_shift(x, to, (int64_t)copied[i].at), copied[i].len,
                      copied[i].content, e->position);
    return arguments[0];
}

static struct value set_bytes(struct exec *x, struct expr *e, const struct value *arguments)
{
    struct word *byte = word_extract(x->graph, arguments[1].word, 0, 8);
    struct pointer *to = arguments[0].pointer;
    uint64_t n = 0, len;

    if (!byte_count(x, e, arguments[2].word, &n)) return arguments[0];
    for (uint64_t at = 0; at < n; at += len) {
        struct pointer *here = pointer_shift(x, to, (int64_t)at);
        struct word **parts;
        struct content content = {NULL, NULL};

        len = slot_len(here, n - at);
        parts = arena_new(x->arena, len, sizeof *parts);
        for (uint64_t i = 0; i < len; i++) parts[i] = byte;
        content.word = word_concat(x->graph, parts, (uint32_t)len);
        pointer_write(x, here, len, content, e->position);
    }
    return arguments[0];
}

static bool has_padding(const struct pointer *p, uint64_t n)
{
    uint64_t slot, start, len;

    for (uint64_t i = 0; i < p->n; i++) {
        const struct target *target = &p->targets[i];

        if (target->object == NULL || target->terms != NULL || target->offset < 0) continue;
        for (uint64_t at = (uint64_t)target->offset; at < (uint64_t)target->offset + n; at++)
            if (at < target->object->type->size &&
                !memory_find(target->object->type, at, &slot, &start, &len))
                return true;
    }
    return false;
}

/* Bytes as one number, the first byte on top: its order is that of memcmp. */
static struct word *big_endian(struct exec *x, const struct pointer *p, uint64_t first, uint64_t n,
                               source_pos position)
{
    struct word **parts = arena_new(x->arena, n, sizeof *parts);

    for (uint64_t i = 0; i < n; i++) {
        struct content content =
            pointer_read(x, pointer_shift(x, p, (int64_t)(first + n - 1 - i)), 1, position);

        parts[i] = content.word != NULL ? content.word : word_const(x->graph, 8, 0);
    }
    return word_concat(x->graph, parts, (uint32_t)n);
}

static struct value compare_bytes(struct exec *x, struct expr *e, const struct value *arguments)
{
    struct word *result = word_const(x->graph, 32, 0);
    const struct symbol *called = e->a->a->symbol;
    uint64_t n = 0, n_chunks;

    x->calls_memcmp |= called->is_builtin && strcmp(called->name, "memcmp") == 0;
    if (!byte_count(x, e, arguments[2].word, &n)) return (struct value){.word = result};
    if (has_padding(arguments[0].pointer, n) || has_padding(arguments[1].pointer, n)) {
        diag_error(x->diag, e->position, "memcmp compares padding, which has no value");
        diag_hint(x->diag, "compare the members one by one");
        return (struct value){.word = result};
    }
    n_chunks = (n + MAX_COMPARED - 1) / MAX_COMPARED;
    for (uint64_t c = n_chunks; c-- > 0;) {
        uint64_t first = c * MAX_COMPARED,
                 len = n - first < MAX_COMPARED ? n - first : MAX_COMPARED;
        struct word *a = big_endian(x, arguments[0].pointer, first, len, e->position);
        struct word *b = big_endian(x, arguments[1].pointer, first, len, e->position);
        struct word *above = word_const(x->graph, 32, 1);
        struct word *below = word_const_signed(x->graph, 32, -1);
        struct word *sign = word_mux(x->graph, word_binary(x->graph, WORD_ULT, a, b), below, above);

        result = word_mux(x->graph, word_binary(x->graph, WORD_EQ, a, b), result, sign);
    }
    return (struct value){.word = result};
}

static struct value check_assertion(struct exec *x, struct expr *e, struct word *word)
{
    if (!word_is_const(word)) {
        diag_error(x->diag, e->position, "the asserted condition depends on secret values");
        diag_hint(x->diag, "only what is known when the program is compiled can be asserted");
    } else if (word_is_zero(word)) {
        diag_error(x->diag, e->position, "assertion failed");
    }
    return (struct value){0};
}

static struct word *without_sign(struct exec *x, struct word *word)
{
    return word_resize(x->graph, word_extract(x->graph, word, 0, word->width - 1), word->width,
                       false);
}

struct value exec_builtin(struct exec *x, struct expr *e)
{
    struct value a[3] = {{0}, {0}, {0}};
    struct word *word;

    for (uint64_t i = 0; i < e->n_arguments && i < 3; i++) a[i] = exec_expr(x, e->arguments[i]);
    x->graph->position = e->position;
    word = a[0].word;
    switch (e->builtin) {
    case BUILTIN_MEMCPY:
    case BUILTIN_MEMMOVE: return copy_bytes(x, e, a);
    case BUILTIN_MEMSET: return set_bytes(x, e, a);
    case BUILTIN_MEMCMP: return compare_bytes(x, e, a);
    case BUILTIN_ABS: return (struct value){.word = word_unary(x->graph, WORD_ABS, word)};
    case BUILTIN_POPCOUNT:
        return (struct value){.word = word_convert(x->graph, WORD_POPCOUNT, word, 32)};
    case BUILTIN_CLZ: return (struct value){.word = word_convert(x->graph, WORD_CLZ, word, 32)};
    case BUILTIN_CTZ: return (struct value){.word = word_convert(x->graph, WORD_CTZ, word, 32)};
    case BUILTIN_FABS: return (struct value){.word = without_sign(x, word)};
    case BUILTIN_SQRT: return (struct value){.word = word_unary(x->graph, WORD_FSQRT, word)};
    case BUILTIN_FMIN:
        return (struct value){.word = word_binary(x->graph, WORD_FMIN, word, a[1].word)};
    case BUILTIN_FMAX:
        return (struct value){.word = word_binary(x->graph, WORD_FMAX, word, a[1].word)};
    default: return check_assertion(x, e, word);
    }
}
