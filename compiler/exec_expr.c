/* Symbolic execution of expressions; see exec.h. */
#include "compiler/exec.h"
#include "compiler/value.h"

static struct value of_word(struct word *word)
{
    return (struct value){.word = word};
}

size_t exec_stack_used(const struct exec *x)
{
    char here;
    const char *at = &here;

    return at < x->stack_base ? (size_t)(x->stack_base - at) : (size_t)(at - x->stack_base);
}

struct value exec_nothing(struct exec *x, const struct type *type, source_pos position)
{
    if (type->kind == TYPE_POINTER) return (struct value){.pointer = pointer_null(x)};
    if (type_is_record(type)) {
        struct object *object = object_new(x, "", (struct type *)(uintptr_t)type, position);

        object_clear(x, object);
        return (struct value){.object = object};
    }
    return of_word(word_const(x->graph, type->bits > 0 ? type->bits : 1, 0));
}

/* ---------------------------------------------------------------------------- load and store -- */

struct word *memory_form(struct exec *x, struct word *word, const struct type *type)
{
    return word_resize(x->graph, word, (uint32_t)type->size * 8,
                       type->is_signed && type_is_integer(type));
}

/* Every scalar of a type in turn, with its offset. */
static void copy_record(struct exec *x, struct type *type, int64_t offset, const struct pointer *to,
                        const struct pointer *from, source_pos position)
{
    uint64_t slot, start, len;

    for (uint64_t at = 0; at < type->size; at += len) {
        if (!memory_find(type, at, &slot, &start, &len)) {
            len = 1;
            continue;
        }
        pointer_write(x, pointer_shift(x, to, offset + (int64_t)at), len,
                      pointer_read(x, pointer_shift(x, from, offset + (int64_t)at), len, position),
                      position);
    }
}

struct value exec_load(struct exec *x, const struct pointer *p, struct type *type,
                       const struct member *bit_field, source_pos position)
{
    struct content content;
    struct object *object;

    if (type_is_record(type)) {
        object = object_new(x, "a copy", type, position);
        copy_record(x, type, 0, pointer_to(x, object, 0), p, position);
        return (struct value){.object = object};
    }
    content = pointer_read(x, p, type->size, position);
    if (type->kind == TYPE_POINTER) {
        if (content.pointer == NULL) {
            if (!word_is_zero(content.word))
                diag_error(x->diag, position, "a number is read as a pointer");
            content.pointer = pointer_null(x);
        }
        return (struct value){.pointer = content.pointer};
    }
    if (content.word == NULL) {
        diag_error(x->diag, position, "a pointer is read as a number");
        return exec_nothing(x, type, position);
    }
    if (bit_field != NULL && bit_field->bit_width > 0)
        return of_word(word_resize(
            x->graph,
            word_extract(x->graph, content.word, bit_field->bit_offset, bit_field->bit_width),
            type->bits, type->is_signed));
    return of_word(word_extract(x->graph, content.word, 0, type->bits));
}

static struct word *with_field(struct exec *x, struct word *unit, const struct member *field,
                               struct word *value)
{
    struct word *parts[3];
    uint32_t n = 0, end = field->bit_offset + field->bit_width;

    if (field->bit_offset > 0) parts[n++] = word_extract(x->graph, unit, 0, field->bit_offset);
    parts[n++] = word_resize(x->graph, value, field->bit_width, false);
    if (end < unit->width) parts[n++] = word_extract(x->graph, unit, end, unit->width - end);
    return word_concat(x->graph, parts, n);
}

/* The bits around a bit-field, which need not have been written. */
static struct content quiet_read(struct exec *x, const struct pointer *p, uint64_t size,
                                 source_pos position)
{
    bool was_quiet = x->is_quiet;
    struct content content;

    x->is_quiet = true;
    content = pointer_read(x, p, size, position);
    x->is_quiet = was_quiet;
    return content;
}

void exec_store(struct exec *x, const struct pointer *p, struct type *type,
                const struct member *bit_field, struct value value, source_pos position)
{
    struct content content = {NULL, value.pointer};

    if (type_is_record(type)) {
        if (value.object != NULL)
            copy_record(x, type, 0, p, pointer_to(x, value.object, 0), position);
        return;
    }
    if (value.pointer == NULL && value.word == NULL) return;
    if (value.pointer == NULL) {
        content.word = memory_form(x, value.word, type);
        if (bit_field != NULL && bit_field->bit_width > 0) {
            struct content unit = quiet_read(x, p, type->size, position);

            if (unit.word == NULL) return;
            content.word = with_field(x, unit.word, bit_field, value.word);
        }
    }
    pointer_write(x, p, type->size, content, position);
}

/* ----------------------------------------------------------------------------------- objects -- */

void exec_initialize(struct exec *x, struct object *object, struct symbol *symbol)
{
    object_clear(x, object);
    for (struct init_item *item = symbol->init; item != NULL; item = item->next) {
        struct value value = exec_expr(x, item->value);

        exec_store(x, pointer_to(x, object, (int64_t)item->offset), item->type, item->bit_field,
                   value, item->value->position);
    }
}

struct object *exec_variable(struct exec *x, struct symbol *symbol, source_pos position)
{
    if (symbol->object != NULL) return symbol->object;
    if (symbol->is_length || type_is_variable(symbol->type))
        diag_error(x->diag, position,
                   "a label of the switch is behind the declaration of this array");
    else diag_error(x->diag, position, "'%s' is not defined in this program", symbol->name);
    symbol->object = object_new(x, symbol->name, symbol->type, symbol->position);
    object_clear(x, symbol->object);
    return symbol->object;
}

static struct object *string_object(struct exec *x, struct expr *e)
{
    if (e->object != NULL) return e->object;
    e->object = object_new(x, "a string", e->type, e->position);
    e->object->birth = 0; /* outlives the frame: logged wherever it is written */
    e->object->depth = 0;
    for (uint64_t i = 0; i < e->type->n; i++)
        e->object->slots[i].content.word =
            word_const(x->graph, 8, i < e->text_len ? (unsigned char)e->text[i] : 0);
    return e->object;
}

/* ------------------------------------------------------------------------------------- sizes -- */

uint64_t exec_array_len(struct exec *x, const struct type *type)
{
    const struct object *length;

    if (type->length == NULL) return type->n;
    length = exec_variable(x, type->length, type->length->position);
    return word_value_u64(length->slots[0].content.word);
}

uint64_t exec_size(struct exec *x, const struct type *type)
{
    uint64_t n;

    if (!type_is_variable(type)) return type->size;
    n = exec_array_len(x, type);
    return n * exec_size(x, type->base);
}

/* ------------------------------------------------------------------------------------ places -- */

static struct pointer *exec_pointer(struct exec *x, struct expr *e)
{
    struct value value = exec_expr(x, e);

    return value.pointer != NULL ? value.pointer : pointer_null(x);
}

static bool is_element(const struct expr *e)
{
    return e->kind == EXPR_DEREF && e->a->kind == EXPR_POINTER_ADD && e->a->a->kind == EXPR_DECAY &&
           e->a->a->a->type->kind == TYPE_ARRAY;
}

static bool is_below(const struct word *constant, uint64_t n)
{
    for (uint32_t i = 1; i < (constant->width + 63) / 64; i++)
        if (constant->bits[i] != 0) return false;
    return word_value_u64(constant) < n;
}

/* a[i] of an array by its name or a member: the index against this dimension. An index that is
 * known means what a secret one would: to be followed, it must be within; its address need not. */
static struct pointer *element(struct exec *x, struct expr *e, bool is_followed)
{
    struct expr *sum = e->a, *array = sum->a->a;
    struct pointer *base = exec_place(x, array);
    struct word *index = exec_expr(x, sum->b).word;
    /* What was declared without its length can have got one since. */
    struct type *type = array->kind == EXPR_VARIABLE ? array->symbol->type : array->type;
    uint64_t n = exec_array_len(x, type);

    if (is_followed && word_is_const(index) && !is_below(index, n)) return pointer_outside(x, base);
    return pointer_element(x, base, index, sum->b->type->is_signed, exec_size(x, type->base), n);
}

/* The place of an operand of &, or of an array that becomes a pointer. */
static struct pointer *address(struct exec *x, struct expr *e)
{
    return is_element(e) ? element(x, e, false) : exec_place(x, e);
}

struct pointer *exec_place(struct exec *x, struct expr *e)
{
    struct object *object;

    x->graph->position = e->position;
    switch (e->kind) {
    case EXPR_VARIABLE: return pointer_to(x, exec_variable(x, e->symbol, e->position), 0);
    case EXPR_STRING: return pointer_to(x, string_object(x, e), 0);
    case EXPR_COMPOUND:
        if (e->symbol->is_global && e->symbol->object != NULL)
            return pointer_to(x, e->symbol->object, 0);
        object = object_new(x, e->symbol->name, e->symbol->type, e->position);
        exec_initialize(x, object, e->symbol);
        return pointer_to(x, object, 0);
    case EXPR_DEREF:
        if (is_element(e)) return element(x, e, true);
        return exec_pointer(x, e->a);
    case EXPR_MEMBER: return pointer_shift(x, exec_place(x, e->a), (int64_t)e->member->offset);
    default:
        object = exec_expr(x, e).object; /* a struct that a call or a choice gave */
        return object != NULL ? pointer_to(x, object, 0) : pointer_null(x);
    }
}

/* --------------------------------------------------------------------------------- operators -- */

struct word *exec_truth(struct exec *x, struct expr *e)
{
    struct value value = exec_expr(x, e);
    struct word *result;

    if (e->type->kind != TYPE_POINTER) {
        if (value.word == NULL) return word_const(x->graph, 1, 0);
        return value_truth(x->graph, value.word, e->type);
    }
    result = word_const(x->graph, 1, 0);
    for (uint64_t i = 0; value.pointer != NULL && i < value.pointer->n; i++)
        if (value.pointer->targets[i].object != NULL || value.pointer->targets[i].function != NULL)
            result = word_binary(x->graph, WORD_XOR, result, value.pointer->targets[i].condition);
    return result;
}

static struct value as_int(struct exec *x, struct word *bit, const struct type *type)
{
    return of_word(word_resize(x->graph, bit, type->bits, false));
}

static struct value compare_pointers(struct exec *x, struct expr *e, const struct pointer *a,
                                     const struct pointer *b)
{
    struct object *first = NULL, *second = NULL;
    struct word *left, *right;

    if (e->op == OP_EQ) return as_int(x, pointer_equal(x, a, b), e->type);
    if (e->op == OP_NE) return as_int(x, word_not(x->graph, pointer_equal(x, a, b)), e->type);
    left = pointer_offset(x, a, &first, e->position);
    right = pointer_offset(x, b, &second, e->position);
    if (left == NULL || right == NULL) return exec_nothing(x, e->type, e->position);
    if (first != second) {
        diag_error(x->diag, e->position, "pointers to different objects have no order");
        return exec_nothing(x, e->type, e->position);
    }
    return as_int(x, value_binary(x->graph, e->op, &x->types->long_type, left, right, NULL),
                  e->type);
}

static void check_division(struct exec *x, const struct expr *e, const struct type *type,
                           const struct word *a, const struct word *b)
{
    if ((e->op == OP_DIV || e->op == OP_REM) && type_is_integer(type))
        warn_division(x, a, b, e->position);
}

static struct value binary(struct exec *x, struct expr *e)
{
    struct value a = exec_expr(x, e->a), b = exec_expr(x, e->b);
    struct word *word;

    x->graph->position = e->position;
    if (a.pointer != NULL && b.pointer != NULL) return compare_pointers(x, e, a.pointer, b.pointer);
    if (a.word == NULL || b.word == NULL) return exec_nothing(x, e->type, e->position);
    check_division(x, e, e->a->type, a.word, b.word);
    word = value_binary(x->graph, e->op, e->a->type, a.word, b.word, e->b->type);
    return of_word(word_resize(x->graph, word, e->type->bits, false));
}

/* Behind the second operand of && or ||, which runs in a frame of its own. */
static void leave_operand(struct exec *x, const struct expr *e)
{
    frame_pop_to(x, x->frame->outer);
    x->frame->live = word_const(x->graph, 1, 1);
    x->graph->position = e->position;
}

struct word *exec_conjunction(struct exec *x, struct expr *e, bool *has_public)
{
    struct word *a, *b;

    if (e->kind != EXPR_AND) {
        a = exec_truth(x, e);
        if (word_is_const(a) && e->kind != EXPR_CONST) *has_public = true;
        return a;
    }
    a = exec_conjunction(x, e->a, has_public);
    if (word_is_zero(a)) return a;
    if (word_is_const(a)) return exec_conjunction(x, e->b, has_public);
    frame_push(x, a);
    b = exec_conjunction(x, e->b, has_public);
    leave_operand(x, e);
    return word_and(x->graph, a, b);
}

static struct word *disjunction(struct exec *x, struct expr *e)
{
    struct word *a = exec_truth(x, e->a), *b;

    if (word_is_const(a)) return word_is_zero(a) ? exec_truth(x, e->b) : a;
    frame_push(x, word_not(x->graph, a));
    b = exec_truth(x, e->b);
    leave_operand(x, e);
    return word_or(x->graph, a, b);
}

static struct value value_mux(struct exec *x, struct word *condition, struct value a,
                              struct value b, struct type *type, source_pos position)
{
    struct value result = {NULL, NULL, NULL};

    if (a.object != NULL && b.object != NULL) {
        struct pointer *to_b = pointer_to(x, b.object, 0);
        struct pointer *either = pointer_mux(x, condition, pointer_to(x, a.object, 0), to_b);

        return exec_load(x, either, type, NULL, position);
    }
    if (a.pointer != NULL && b.pointer != NULL)
        result.pointer = pointer_mux(x, condition, a.pointer, b.pointer);
    if (a.word != NULL && b.word != NULL)
        result.word = word_mux(x->graph, condition, a.word, b.word);
    return result;
}

static struct value conditional(struct exec *x, struct expr *e)
{
    struct word *condition = exec_truth(x, e->a);
    struct branch first, second;
    struct value a, b;

    if (word_is_const(condition)) return exec_expr(x, word_is_zero(condition) ? e->c : e->b);
    frame_push(x, condition);
    a = exec_expr(x, e->b);
    first = frame_close(x);
    frame_push(x, word_not(x->graph, condition));
    b = exec_expr(x, e->c);
    second = frame_close(x);
    x->graph->position = e->position;
    frame_merge(x, condition, first, second);
    return value_mux(x, condition, a, b, e->type, e->position);
}

static struct value cast(struct exec *x, struct expr *e)
{
    struct value value;

    if (e->type->kind == TYPE_BOOL && e->a->type->kind == TYPE_POINTER)
        return of_word(exec_truth(x, e->a));
    value = exec_expr(x, e->a);
    x->graph->position = e->position;
    if (e->type->kind == TYPE_VOID) return (struct value){0};
    if (e->type->kind == TYPE_POINTER)
        return (struct value){.pointer = value.pointer != NULL ? value.pointer : pointer_null(x)};
    if (type_is_record(e->type)) return value;
    if (value.word == NULL) return exec_nothing(x, e->type, e->position);
    return of_word(value_cast(x->graph, value.word, e->a->type, e->type));
}

/* -------------------------------------------------------------------------------- assignment -- */

static const struct member *field_of(const struct expr *e)
{
    return e->kind == EXPR_MEMBER && e->member->bit_width > 0 ? e->member : NULL;
}

static struct value assign(struct exec *x, struct expr *e)
{
    struct pointer *place = exec_place(x, e->a);
    struct value value = exec_expr(x, e->b);

    x->graph->position = e->position;
    exec_store(x, place, e->a->type, field_of(e->a), value, e->position);
    if (field_of(e->a) != NULL) return exec_load(x, place, e->a->type, field_of(e->a), e->position);
    return value;
}

/* pointer + index or pointer - index. */
static struct value moved_pointer(struct exec *x, struct pointer *pointer, const struct type *type,
                                  struct word *index, bool is_signed, bool is_back)
{
    if (is_back) {
        uint32_t width = index->width < 64 ? 64 : index->width + 1;

        index = word_unary(x->graph, WORD_NEG, word_resize(x->graph, index, width, is_signed));
    }
    return (struct value){
        .pointer = pointer_add(x, pointer, index, is_signed || is_back, exec_size(x, type->base))};
}

/* a op= b, ++, --: gives the new value, or the old one for a++ and a--. */
static struct value read_modify_write(struct exec *x, struct expr *e)
{
    struct pointer *place = exec_place(x, e->a);
    struct value old, new, b;
    struct word *word;

    b = exec_expr(x, e->b);
    old = exec_load(x, place, e->a->type, field_of(e->a), e->position);
    x->graph->position = e->position;
    if (old.pointer != NULL) {
        new = moved_pointer(x, old.pointer, e->a->type, b.word, e->b->type->is_signed,
                            e->op == OP_SUB);
    } else {
        word = value_cast(x->graph, old.word, e->a->type, e->operation);
        check_division(x, e, e->operation, word, b.word);
        word = value_binary(x->graph, e->op, e->operation, word, b.word, e->b->type);
        new = of_word(value_cast(x->graph, word, e->operation, e->a->type));
    }
    exec_store(x, place, e->a->type, field_of(e->a), new, e->position);
    if (e->kind == EXPR_POST) return old;
    if (field_of(e->a) != NULL) return exec_load(x, place, e->a->type, field_of(e->a), e->position);
    return new;
}

static struct value pointer_difference(struct exec *x, struct expr *e)
{
    struct value a = exec_expr(x, e->a), b = exec_expr(x, e->b);
    struct object *first = NULL, *second = NULL;
    struct word *left, *right, *size;

    left = pointer_offset(x, a.pointer, &first, e->position);
    right = pointer_offset(x, b.pointer, &second, e->position);
    if (left == NULL || right == NULL) return exec_nothing(x, e->type, e->position);
    if (first != second) {
        diag_error(x->diag, e->position, "pointers to different objects have no difference");
        return exec_nothing(x, e->type, e->position);
    }
    size = word_const(x->graph, 64, exec_size(x, e->a->type->base));
    return of_word(
        word_binary(x->graph, WORD_SDIV, word_binary(x->graph, WORD_SUB, left, right), size));
}

static struct value pointer_step(struct exec *x, struct expr *e)
{
    struct value a = exec_expr(x, e->a), index = exec_expr(x, e->b);

    return moved_pointer(x, a.pointer, e->a->type, index.word, e->b->type->is_signed,
                         e->kind == EXPR_POINTER_SUB);
}

/* ------------------------------------------------------------------------------------- calls -- */

/* A pointer to several functions calls each where it is meant. */
static struct value call_targets(struct exec *x, struct expr *e, const struct pointer *p,
                                 struct value *arguments)
{
    struct value result = exec_nothing(x, e->type, e->position);

    for (uint64_t i = 0; i < p->n; i++) {
        const struct target *target = &p->targets[i];
        struct value here;

        if (target->function == NULL) {
            if (p->n == 1) {
                diag_error(x->diag, e->position, "a pointer to an unknown function is called");
                diag_hint(x->diag, "choose between calls with if or switch");
            }
            continue;
        }
        if (p->n == 1)
            return exec_call(x, target->function, arguments, e->n_arguments, e->position);
        frame_push(x, target->condition);
        here = exec_call(x, target->function, arguments, e->n_arguments, e->position);
        frame_pop_to(x, x->frame->outer);
        x->frame->live = word_const(x->graph, 1, 1);
        if (e->type->kind != TYPE_VOID)
            result = value_mux(x, target->condition, here, result, e->type, e->position);
    }
    return result;
}

static struct value call(struct exec *x, struct expr *e)
{
    struct value *arguments = arena_new(x->arena, e->n_arguments, sizeof *arguments);
    struct pointer *function = exec_pointer(x, e->a);

    for (uint64_t i = 0; i < e->n_arguments; i++) arguments[i] = exec_expr(x, e->arguments[i]);
    return call_targets(x, e, function, arguments);
}

/* -------------------------------------------------------------------------------- expression -- */

/* A chain of operators is as deep as it is long. */
static struct value refuse_depth(struct exec *x, const struct expr *e)
{
    if (!x->stop) {
        diag_error(x->diag, e->position, "an expression of too many operators");
        diag_hint(x->diag, "write it in parts, each to a variable, or as a loop over an array");
    }
    x->stop = true;
    return exec_nothing(x, e->type, e->position);
}

struct value exec_expr(struct exec *x, struct expr *e)
{
    struct value value;
    bool has_public = false;

    if (exec_stack_used(x) > x->max_stack) return refuse_depth(x, e);
    x->graph->position = e->position;
    switch (e->kind) {
    case EXPR_CONST: return of_word(e->word);
    case EXPR_VARIABLE:
    case EXPR_STRING:
    case EXPR_COMPOUND:
    case EXPR_DEREF:
    case EXPR_MEMBER: return exec_load(x, exec_place(x, e), e->type, field_of(e), e->position);
    case EXPR_DECAY:
        if (e->a->kind == EXPR_FUNCTION)
            return (struct value){.pointer = pointer_to_function(x, e->a->symbol)};
        if (e->a->type->kind == TYPE_FUNCTION) return exec_expr(x, e->a->a);
        return (struct value){.pointer = address(x, e->a)};
    case EXPR_ADDRESS: return (struct value){.pointer = address(x, e->a)};
    case EXPR_UNARY:
        if (e->op == OP_LOGICAL_NOT)
            return as_int(x, word_not(x->graph, exec_truth(x, e->a)), e->type);
        value = exec_expr(x, e->a);
        x->graph->position = e->position;
        return of_word(value_unary(x->graph, e->op, e->a->type, value.word));
    case EXPR_BINARY: return binary(x, e);
    case EXPR_AND: return as_int(x, exec_conjunction(x, e, &has_public), e->type);
    case EXPR_OR: return as_int(x, disjunction(x, e), e->type);
    case EXPR_CONDITION: return conditional(x, e);
    case EXPR_COMMA: exec_expr(x, e->a); return exec_expr(x, e->b);
    case EXPR_ASSIGN: return assign(x, e);
    case EXPR_ASSIGN_OP:
    case EXPR_POST: return read_modify_write(x, e);
    case EXPR_CAST: return cast(x, e);
    case EXPR_CALL: return call(x, e);
    case EXPR_BUILTIN: return exec_builtin(x, e);
    case EXPR_POINTER_ADD:
    case EXPR_POINTER_SUB: return pointer_step(x, e);
    case EXPR_POINTER_DIFF: return pointer_difference(x, e);
    default: return exec_nothing(x, e->type, e->position);
    }
}
