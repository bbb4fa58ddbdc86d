/* Objects of the program and their slots; see exec.h. */
#include "compiler/exec.h"

#define ONE_BIT(x, value) word_const((x)->graph, 1, value)

/* Whether a type's memory is kept byte by byte. */
static bool is_raw(const struct type *type)
{
    if (type->kind == TYPE_UNION) return true;
    if (type->kind != TYPE_STRUCT) return false;
    for (const struct member *member = type->members; member != NULL; member = member->next)
        if (member->bit_width > 0) return true;
    return false;
}

uint64_t memory_n_slots(struct type *type)
{
    uint64_t n = 0;

    if (type->n_slots > 0) return type->n_slots;
    if (is_raw(type)) n = type->size;
    else if (type->kind == TYPE_ARRAY) n = type->n * memory_n_slots(type->base);
    else if (type->kind == TYPE_STRUCT)
        for (struct member *member = type->members; member != NULL; member = member->next)
            n += memory_n_slots(member->type);
    else n = 1;
    type->n_slots = n;
    return n;
}

static struct member *member_at(struct type *type, uint64_t offset, uint64_t *slot)
{
    *slot = 0;
    for (struct member *member = type->members; member != NULL; member = member->next) {
        if (offset >= member->offset && offset < member->offset + member->type->size) return member;
        *slot += memory_n_slots(member->type);
    }
    return NULL;
}

bool memory_find(struct type *type, uint64_t offset, uint64_t *slot, uint64_t *start, uint64_t *len)
{
    uint64_t at = 0, index, skipped;

    *slot = 0;
    for (;;) {
        if (is_raw(type)) {
            *slot += offset;
            *start = at + offset;
            *len = 1;
            return offset < type->size;
        }
        if (type->kind == TYPE_ARRAY) {
            index = offset / type->base->size;
            *slot += index * memory_n_slots(type->base);
            at += index * type->base->size;
            offset -= index * type->base->size;
            type = type->base;
        } else if (type->kind == TYPE_STRUCT) {
            struct member *member = member_at(type, offset, &skipped);

            if (member == NULL) return false;
            *slot += skipped;
            at += member->offset;
            offset -= member->offset;
            type = member->type;
        } else {
            *start = at;
            *len = type->size;
            return true;
        }
    }
}

struct object *object_new(struct exec *x, const char *name, struct type *type, source_pos position)
{
    struct object *object = arena_new(x->arena, 1, sizeof *object);

    object->name = name;
    object->type = type;
    object->position = position;
    object->birth = x->frame->serial;
    object->depth = x->n_calls;
    object->n_slots = memory_n_slots(type);
    object->slots = arena_new(x->arena, object->n_slots, sizeof *object->slots);
    return object;
}

static void clear_slots(struct exec *x, struct slot *slots, struct type *type)
{
    uint64_t n = memory_n_slots(type), each;

    if (is_raw(type)) {
        for (uint64_t i = 0; i < n; i++) slots[i].content.word = word_const(x->graph, 8, 0);
    } else if (type->kind == TYPE_ARRAY) {
        each = memory_n_slots(type->base);
        for (uint64_t i = 0; i < type->n; i++) clear_slots(x, slots + i * each, type->base);
    } else if (type->kind == TYPE_STRUCT) {
        for (struct member *member = type->members; member != NULL; member = member->next) {
            clear_slots(x, slots, member->type);
            slots += memory_n_slots(member->type);
        }
    } else if (type->kind == TYPE_POINTER) {
        slots->content.pointer = pointer_null(x);
    } else {
        slots->content.word = word_const(x->graph, (uint32_t)type->size * 8, 0);
    }
}

void object_clear(struct exec *x, struct object *object)
{
    clear_slots(x, object->slots, object->type);
}

/* -------------------------------------------------------------------------------- changes -- */

/* Logs the content of a slot before the innermost frame changes it for the first time. */
static void touch(struct exec *x, struct object *object, struct slot *slot)
{
    struct frame *frame = x->frame;
    struct change *change;

    if (frame->outer == NULL || object->birth == frame->serial || slot->stamp == frame->serial)
        return;
    change = arena_new(x->arena, 1, sizeof *change);
    change->object = object;
    change->slot = slot;
    change->old = slot->content;
    change->old_stamp = slot->stamp;
    change->next = frame->changes;
    frame->changes = change;
    slot->stamp = frame->serial;
}

/* Whether a public condition may come out otherwise for it; a pointer's targets are not looked at.
 */
static bool is_public_change(struct content old, struct content new)
{
    if (new.pointer != NULL) return true;
    if (old.word == NULL || new.word == NULL) return false;
    return word_is_const(old.word) || word_is_const(new.word);
}

static void note_public_change(struct exec *x, const struct object *object)
{
    x->n_public_changes++;
    if (x->call != NULL && object->depth < x->call->changed) x->call->changed = object->depth;
}

void slot_set(struct exec *x, struct object *object, struct slot *slot, struct content content)
{
    if (slot->content.word == content.word && slot->content.pointer == content.pointer) return;
    touch(x, object, slot);
    if (is_public_change(slot->content, content)) note_public_change(x, object);
    slot->content = content;
}

struct content content_mux(struct exec *x, struct word *condition, struct content a,
                           struct content b, uint32_t bits)
{
    struct content result = {NULL, NULL};

    if (word_is_const(condition)) return word_is_zero(condition) ? b : a;
    if (a.pointer != NULL || b.pointer != NULL) {
        if (a.pointer == NULL) return b;
        if (b.pointer == NULL) return a;
        result.pointer = pointer_mux(x, condition, a.pointer, b.pointer);
        return result;
    }
    if (a.word == NULL && b.word == NULL) return result;
    if (a.word == NULL) a.word = word_const(x->graph, bits, 0);
    if (b.word == NULL) b.word = word_const(x->graph, bits, 0);
    result.word = word_mux(x->graph, condition, a.word, b.word);
    return result;
}

/* ----------------------------------------------------------------------------------- reading -- */

/* n bytes from the middle of one slot. */
static struct word *read_piece(struct exec *x, struct object *object, uint64_t slot, uint64_t first,
                               uint64_t n, uint64_t len, source_pos position)
{
    struct content content = object->slots[slot].content;

    if (content.pointer != NULL) {
        diag_error(x->diag, position, "the bytes of a pointer in '%s' are not numbers",
                   object->name);
        return word_const(x->graph, (uint32_t)n * 8, 0);
    }
    if (content.word == NULL) {
        warn_unwritten(x, object, position);
        content.word = word_const(x->graph, (uint32_t)len * 8, 0);
    }
    return word_extract(x->graph, content.word, (uint32_t)first * 8, (uint32_t)n * 8);
}

/* A read that does not match a slot: its bytes, padding as zeros. */
static struct word *gather(struct exec *x, struct object *object, uint64_t offset, uint64_t size,
                           source_pos position)
{
    struct word **parts = arena_new(x->arena, size, sizeof *parts);
    uint32_t n_parts = 0;

    for (uint64_t at = 0; at < size;) {
        uint64_t slot, start, len, first, n = 1;

        if (memory_find(object->type, offset + at, &slot, &start, &len)) {
            first = offset + at - start;
            n = len - first < size - at ? len - first : size - at;
            parts[n_parts++] = read_piece(x, object, slot, first, n, len, position);
        } else {
            parts[n_parts++] = word_const(x->graph, 8, 0);
        }
        at += n;
    }
    return word_concat(x->graph, parts, n_parts);
}

static bool is_outside(const struct object *object, int64_t offset, uint64_t size)
{
    return offset < 0 || (uint64_t)offset > object->type->size ||
           size > object->type->size - (uint64_t)offset;
}

struct content memory_read(struct exec *x, struct object *object, int64_t offset, uint64_t size,
                           source_pos position)
{
    struct content content = {NULL, NULL};
    uint64_t slot, start, len;

    if (is_outside(object, offset, size)) {
        content.word = word_const(x->graph, (uint32_t)size * 8, 0);
        return content;
    }
    if (!memory_find(object->type, (uint64_t)offset, &slot, &start, &len) ||
        start != (uint64_t)offset || len != size) {
        content.word = gather(x, object, (uint64_t)offset, size, position);
        return content;
    }
    content = object->slots[slot].content;
    if (content.word == NULL && content.pointer == NULL) {
        warn_unwritten(x, object, position);
        content.word = word_const(x->graph, (uint32_t)size * 8, 0);
    }
    return content;
}

/* ----------------------------------------------------------------------------------- writing -- */

/* Replaces n bytes in the middle of a slot. */
static void write_piece(struct exec *x, struct object *object, uint64_t slot, uint64_t first,
                        uint64_t n, uint64_t len, struct word *word, struct word *enable)
{
    struct content old = object->slots[slot].content, new = {NULL, NULL};
    struct word *parts[3], *whole = old.word;
    uint32_t n_parts = 0;

    if (whole == NULL) whole = word_const(x->graph, (uint32_t)len * 8, 0);
    if (first > 0) parts[n_parts++] = word_extract(x->graph, whole, 0, (uint32_t)first * 8);
    parts[n_parts++] = word;
    if (first + n < len)
        parts[n_parts++] = word_extract(x->graph, whole, (uint32_t)(first + n) * 8,
                                        (uint32_t)(len - first - n) * 8);
    new.word = word_concat(x->graph, parts, n_parts);
    slot_set(x, object, &object->slots[slot], content_mux(x, enable, new, old, (uint32_t)len * 8));
}

void memory_write(struct exec *x, struct object *object, int64_t offset, uint64_t size,
                  struct content content, struct word *enable)
{
    uint64_t slot, start, len, first, n;

    if (is_outside(object, offset, size) || word_is_zero(enable)) return;
    if (memory_find(object->type, (uint64_t)offset, &slot, &start, &len) &&
        start == (uint64_t)offset && len == size) {
        slot_set(x, object, &object->slots[slot],
                 content_mux(x, enable, content, object->slots[slot].content, (uint32_t)size * 8));
        return;
    }
    if (content.word == NULL) return;
    for (uint64_t at = 0; at < size; at += n) {
        n = 1;
        if (!memory_find(object->type, (uint64_t)offset + at, &slot, &start, &len)) continue;
        first = (uint64_t)offset + at - start;
        n = len - first < size - at ? len - first : size - at;
        write_piece(x, object, slot, first, n, len,
                    word_extract(x->graph, content.word, (uint32_t)at * 8, (uint32_t)n * 8),
                    enable);
    }
}
