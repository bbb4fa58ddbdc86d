/* Pointers: known sets of targets, and reads and writes through them; see exec.h. */
#include "compiler/exec.h"

#include <string.h>

#define MAX_DECODE 4096
#define MAX_TARGETS 4096
#define MAX_INDEX 128 /* bits */

static struct pointer *new_pointer(struct exec *x, uint64_t n)
{
    struct pointer *pointer = arena_new(x->arena, 1, sizeof *pointer);

    pointer->n = n;
    pointer->targets = arena_new(x->arena, n, sizeof *pointer->targets);
    return pointer;
}

static struct pointer *single(struct exec *x, struct target target)
{
    struct pointer *pointer = new_pointer(x, 1);

    target.condition = word_const(x->graph, 1, 1);
    pointer->targets[0] = target;
    return pointer;
}

struct pointer *pointer_to(struct exec *x, struct object *object, int64_t offset)
{
    return single(x, (struct target){.object = object, .offset = offset});
}

struct pointer *pointer_null(struct exec *x)
{
    return single(x, (struct target){0});
}

struct pointer *pointer_to_function(struct exec *x, struct symbol *function)
{
    return single(x, (struct target){.function = function});
}

static bool same_place(const struct target *a, const struct target *b)
{
    const struct term *s = a->terms, *t = b->terms;

    if (a->object != b->object || a->function != b->function || a->offset != b->offset)
        return false;
    for (; s != NULL && t != NULL; s = s->next, t = t->next)
        if (s->index != t->index || s->stride != t->stride || s->n != t->n ||
            s->is_whole != t->is_whole)
            return false;
    return s == t;
}

static void add_target(struct exec *x, struct pointer *out, const struct target *target,
                       struct word *condition)
{
    if (word_is_zero(condition)) return;
    for (uint64_t i = 0; i < out->n; i++)
        if (same_place(&out->targets[i], target)) {
            out->targets[i].condition =
                word_binary(x->graph, WORD_XOR, out->targets[i].condition, condition);
            return;
        }
    out->targets[out->n] = *target;
    out->targets[out->n++].condition = condition;
}

struct pointer *pointer_mux(struct exec *x, struct word *condition, const struct pointer *a,
                            const struct pointer *b)
{
    struct pointer *out = new_pointer(x, a->n + b->n);
    struct word *other = word_not(x->graph, condition);

    out->n = 0;
    for (uint64_t i = 0; i < a->n; i++)
        add_target(x, out, &a->targets[i], word_and(x->graph, condition, a->targets[i].condition));
    for (uint64_t i = 0; i < b->n; i++)
        add_target(x, out, &b->targets[i], word_and(x->graph, other, b->targets[i].condition));
    if (out->n == 1) out->targets[0].condition = word_const(x->graph, 1, 1);
    return out;
}

/* -------------------------------------------------------------------------------- arithmetic -- */

static struct pointer *copy(struct exec *x, const struct pointer *p)
{
    struct pointer *out = new_pointer(x, p->n);

    memcpy(out->targets, p->targets, p->n * sizeof *p->targets);
    return out;
}

struct pointer *pointer_shift(struct exec *x, const struct pointer *p, int64_t bytes)
{
    struct pointer *out = copy(x, p);

    if (bytes == 0) return out;
    for (uint64_t i = 0; i < out->n; i++)
        if (__builtin_add_overflow(out->targets[i].offset, bytes, &out->targets[i].offset))
            out->targets[i].offset = INT64_MIN; /* outside of every object */
    return out;
}

struct pointer *pointer_outside(struct exec *x, const struct pointer *p)
{
    struct pointer *out = copy(x, p);

    for (uint64_t i = 0; i < out->n; i++) {
        out->targets[i].offset = INT64_MIN / 2;
        out->targets[i].terms = NULL; /* or an index could lead back */
    }
    return out;
}

static struct term *new_term(struct exec *x, struct word *index, uint64_t stride, uint64_t n,
                             bool is_whole)
{
    struct term *term = arena_new(x->arena, 1, sizeof *term);

    *term = (struct term){NULL, index, stride, n, is_whole};
    return term;
}

static struct term *append_term(struct exec *x, const struct term *terms, struct term *last)
{
    struct term *first = NULL, **tail = &first;

    for (; terms != NULL; terms = terms->next) {
        *tail = arena_new(x->arena, 1, sizeof **tail);
        **tail = *terms;
        tail = &(*tail)->next;
    }
    *tail = last;
    return first;
}

/* The constant index times the stride, or false when it is no address at all. */
static bool constant_step(struct exec *x, struct word *index, bool is_signed, uint64_t stride,
                          int64_t *bytes)
{
    struct word *wide = word_resize(x->graph, index, 64, is_signed);

    if (!word_is_const(index)) return false;
    if (__builtin_mul_overflow((int64_t)word_value_u64(wide), (int64_t)stride, bytes))
        *bytes = INT64_MAX / 2;
    return true;
}

struct pointer *pointer_element(struct exec *x, const struct pointer *p, struct word *index,
                                bool is_signed, uint64_t stride, uint64_t n)
{
    struct pointer *out;
    int64_t bytes;

    if (constant_step(x, index, is_signed, stride, &bytes)) return pointer_shift(x, p, bytes);
    /* -1 of a narrow _BitInt must not look like an element. */
    if (is_signed && index->width < 64 && n > UINT64_C(1) << (index->width - 1))
        index = word_resize(x->graph, index, 64, true);
    out = copy(x, p);
    for (uint64_t i = 0; i < out->n; i++)
        out->targets[i].terms =
            append_term(x, out->targets[i].terms, new_term(x, index, stride, n, false));
    return out;
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t r = a % b;

        a = b;
        b = r;
    }
    return a;
}

/* Bits of a signed number that says all of the word. */
static uint32_t significant(const struct word *word)
{
    return word->width - word->signs + 1;
}

/* Widths of parts of an address: none wraps, or an index far outside would come back into the
 * object. Fewer than 2^30 indices of 64 bits times strides below 2^34 fit in MAX_INDEX. */
static uint32_t index_width(uint32_t n_bits)
{
    if (n_bits < 64) return 64;
    return n_bits < MAX_INDEX ? n_bits : MAX_INDEX;
}

static struct word *scaled(struct exec *x, struct word *index, uint64_t factor)
{
    uint32_t n_factor = 65 - (uint32_t)__builtin_clzll(factor);
    uint32_t width = index_width(significant(index) + n_factor);
    struct word *constant = word_const(x->graph, width, factor);

    return word_binary(x->graph, WORD_MUL, word_resize(x->graph, index, width, true), constant);
}

static struct word *index_sum(struct exec *x, struct word *a, struct word *b)
{
    uint32_t n_a = significant(a), n_b = significant(b);
    uint32_t width = index_width((n_a > n_b ? n_a : n_b) + 1);

    b = word_resize(x->graph, b, width, true);
    return word_binary(x->graph, WORD_ADD, word_resize(x->graph, a, width, true), b);
}

/* All secret parts as one index, in units that divide every stride. */
static struct term *one_term(struct exec *x, const struct term *terms, struct word *index,
                             uint64_t stride)
{
    uint64_t unit = stride;
    struct word *sum;

    for (const struct term *term = terms; term != NULL; term = term->next)
        unit = gcd(unit, term->stride);
    sum = scaled(x, index, stride / unit);
    for (const struct term *term = terms; term != NULL; term = term->next)
        sum = index_sum(x, sum, scaled(x, term->index, term->stride / unit));
    return new_term(x, sum, unit, 0, true);
}

/* An index of 64 bits; one of more that does not fit is far outside of every object. */
static struct word *narrowed(struct exec *x, struct word *index, bool is_signed)
{
    struct word *low = word_resize(x->graph, index, 64, is_signed), *fits;

    if (index->width <= 64) return low;
    fits = word_binary(x->graph, WORD_EQ, index, word_resize(x->graph, low, index->width, true));
    return word_mux(x->graph, fits, low, word_const_signed(x->graph, 64, INT64_MIN / 2));
}

struct pointer *pointer_add(struct exec *x, const struct pointer *p, struct word *index,
                            bool is_signed, uint64_t stride)
{
    struct word *wide = narrowed(x, index, is_signed);
    struct pointer *out;
    int64_t bytes;

    if (constant_step(x, wide, true, stride, &bytes)) return pointer_shift(x, p, bytes);
    out = copy(x, p);
    for (uint64_t i = 0; i < out->n; i++)
        out->targets[i].terms = one_term(x, out->targets[i].terms, wide, stride);
    return out;
}

struct word *pointer_offset(struct exec *x, const struct pointer *p, struct object **object,
                            source_pos position)
{
    struct word *offset = NULL;

    for (uint64_t i = 0; i < p->n; i++) {
        const struct target *target = &p->targets[i];
        struct word *here = word_const_signed(x->graph, 64, target->offset);

        if (target->object == NULL || (i > 0 && target->object != *object)) {
            diag_error(x->diag, position, "the pointer does not stay within one object");
            return NULL;
        }
        *object = target->object;
        for (const struct term *term = target->terms; term != NULL; term = term->next) {
            struct word *part = word_resize(x->graph, term->index, 64, true);

            part = word_binary(x->graph, WORD_MUL, part, word_const(x->graph, 64, term->stride));
            here = word_binary(x->graph, WORD_ADD, here, part);
        }
        offset = i == 0 ? here : word_mux(x->graph, target->condition, here, offset);
    }
    return offset;
}

struct word *pointer_equal(struct exec *x, const struct pointer *a, const struct pointer *b)
{
    struct word *result = word_const(x->graph, 1, 0);

    for (uint64_t i = 0; i < a->n; i++)
        for (uint64_t k = 0; k < b->n; k++) {
            const struct target *s = &a->targets[i], *t = &b->targets[k];
            struct pointer left = {1, &a->targets[i]}, right = {1, &b->targets[k]};
            struct word *both = word_and(x->graph, s->condition, t->condition), *same, *to;
            struct object *object;

            if (s->object != t->object || s->function != t->function) continue;
            same = word_const(x->graph, 1, 1);
            if (s->object != NULL) {
                to = pointer_offset(x, &right, &object, 0);
                same = word_binary(x->graph, WORD_EQ, pointer_offset(x, &left, &object, 0), to);
            }
            result = word_or(x->graph, result, word_and(x->graph, both, same));
        }
    return result;
}

/* ------------------------------------------------------------------------------------ access -- */

/* The index of the first element within reach, and how many there are. */
static void term_range(const struct target *target, const struct term *term, int64_t *low,
                       uint64_t *n)
{
    int64_t size = (int64_t)target->object->type->size, stride = (int64_t)term->stride;

    *low = 0;
    *n = term->n;
    if (term->index->width < 32 && *n > UINT64_C(1) << term->index->width)
        *n = UINT64_C(1) << term->index->width;
    if (!term->is_whole) return;
    if (target->offset >= 0) *low = -(target->offset / stride);
    else *low = (-target->offset + stride - 1) / stride;
    *n = size > target->offset + *low * stride
             ? (uint64_t)((size - target->offset - *low * stride + stride - 1) / stride)
             : 0;
}

static struct word *term_index(struct exec *x, const struct term *term, int64_t low)
{
    if (low == 0) return term->index;
    return word_binary(x->graph, WORD_SUB, term->index,
                       word_const_signed(x->graph, term->index->width, low));
}

/* Pointers at a secret index: the choice among them by comparisons. */
static struct content select_pointers(struct exec *x, struct word *index,
                                      const struct content *elements, uint64_t n)
{
    struct content result = elements[0];

    for (uint64_t i = 1; i < n; i++) {
        struct word *here =
            word_binary(x->graph, WORD_EQ, index, word_const(x->graph, index->width, i));

        result = content_mux(x, here, elements[i], result, 64);
    }
    return result;
}

static struct content read_terms(struct exec *x, const struct target *target,
                                 const struct term *term, int64_t offset, uint64_t size,
                                 source_pos position)
{
    struct content *elements, result = {NULL, NULL};
    struct word **words, *index;
    bool has_pointers = false;
    int64_t low;
    uint64_t n;

    if (term == NULL) return memory_read(x, target->object, offset, size, position);
    term_range(target, term, &low, &n);
    if (n == 0) {
        result.word = word_const(x->graph, (uint32_t)size * 8, 0);
        return result;
    }
    elements = arena_new(x->arena, n, sizeof *elements);
    words = arena_new(x->arena, n, sizeof *words);
    for (uint64_t i = 0; i < n; i++) {
        elements[i] =
            read_terms(x, target, term->next, offset + (low + (int64_t)i) * (int64_t)term->stride,
                       size, position);
        has_pointers = has_pointers || elements[i].pointer != NULL;
        words[i] = elements[i].word;
    }
    index = term_index(x, term, low);
    if (has_pointers) return select_pointers(x, index, elements, n);
    result.word = word_select(x->graph, index, words, (uint32_t)n);
    return result;
}

static bool check_target(struct exec *x, const struct pointer *p, const struct target *target,
                         uint64_t size, source_pos position)
{
    if (target->object == NULL) {
        /* Other targets may be meant: a null pointer is never followed in a defined run. */
        if (p->n == 1)
            diag_error(x->diag, position,
                       target->function != NULL ? "a function is no object"
                                                : "a null pointer is followed");
        return false;
    }
    if (target->terms == NULL &&
        (target->offset < 0 || (uint64_t)target->offset + size > target->object->type->size))
        diag_warning(x->diag, position, "outside of '%s': a read gives 0, a write changes nothing",
                     target->object->name);
    return true;
}

struct content pointer_read(struct exec *x, const struct pointer *p, uint64_t size,
                            source_pos position)
{
    struct content result = {NULL, NULL};
    uint64_t first_word;
    bool first = true;

    for (uint64_t i = 0; i < p->n; i++) {
        const struct target *target = &p->targets[i];
        struct content here;

        if (!check_target(x, p, target, size, position)) continue;
        first_word = x->graph->n_words;
        here = read_terms(x, target, target->terms, target->offset, size, position);
        if (target->terms != NULL) warn_index(x, target->object, first_word, false, position);
        result = first ? here : content_mux(x, target->condition, here, result, (uint32_t)size * 8);
        first = false;
    }
    if (first) result.word = word_const(x->graph, (uint32_t)size * 8, 0);
    return result;
}

static void write_terms(struct exec *x, const struct target *target, const struct term *term,
                        int64_t offset, uint64_t size, struct content content, struct word *enable)
{
    struct word *index, *high, *chunk;
    uint64_t n, n_chunks;
    int64_t low;

    if (term == NULL) {
        memory_write(x, target->object, offset, size, content, enable);
        return;
    }
    term_range(target, term, &low, &n);
    if (n == 0) return;
    index = term_index(x, term, low);
    n_chunks = (n + MAX_DECODE - 1) / MAX_DECODE;
    high = index->width > 12 ? word_extract(x->graph, index, 12, index->width - 12) : NULL;
    for (uint64_t c = 0; c < n_chunks; c++) {
        uint64_t len = n - c * MAX_DECODE < MAX_DECODE ? n - c * MAX_DECODE : MAX_DECODE;

        if (n_chunks == 1) {
            chunk = word_decode(x->graph, index, enable, (uint32_t)len);
        } else {
            struct word *here =
                word_binary(x->graph, WORD_EQ, high, word_const(x->graph, high->width, c));

            here = word_and(x->graph, enable, here);
            chunk =
                word_decode(x->graph, word_extract(x->graph, index, 0, 12), here, (uint32_t)len);
        }
        for (uint64_t i = 0; i < len; i++)
            write_terms(x, target, term->next,
                        offset + (low + (int64_t)(c * MAX_DECODE + i)) * (int64_t)term->stride,
                        size, content, word_extract(x->graph, chunk, (uint32_t)i, 1));
    }
}

void pointer_write(struct exec *x, const struct pointer *p, uint64_t size, struct content content,
                   source_pos position)
{
    uint64_t first_word;

    for (uint64_t i = 0; i < p->n; i++) {
        const struct target *target = &p->targets[i];

        if (!check_target(x, p, target, size, position)) continue;
        first_word = x->graph->n_words;
        write_terms(x, target, target->terms, target->offset, size, content, target->condition);
        if (target->terms != NULL) warn_index(x, target->object, first_word, true, position);
    }
}
