/* Symbolic execution of calls, and of recursion that secrets would have to end; see exec.h. */
#include "compiler/exec.h"

#define MAX_CALLS 100000
/* Calls within calls of a function that differ in nothing public: beyond them nothing will end the
 * recursion. What is known of a secret can, such as its leading zeros after each shift. */
#define MAX_ALIKE_CALLS 256

/* --------------------------------------------------------------------------------- recursion -- */

/* Words that steer a run alike: the same one, or secrets of which the same is known. */
static bool words_alike(const struct word *a, const struct word *b)
{
    if (a == b) return true;
    if (a == NULL || b == NULL || word_is_const(a) || word_is_const(b)) return false;
    return a->zeros == b->zeros && a->signs == b->signs && a->max == b->max;
}

static bool pointers_alike(const struct pointer *a, const struct pointer *b)
{
    if (a == b) return true;
    if (a == NULL || b == NULL || a->n != b->n) return false;
    for (uint64_t i = 0; i < a->n; i++) {
        const struct target *s = &a->targets[i], *t = &b->targets[i];

        if (s->object != t->object || s->function != t->function || s->offset != t->offset)
            return false;
    }
    return true;
}

static bool objects_alike(const struct object *a, const struct object *b)
{
    if (a == b) return true;
    if (a == NULL || b == NULL || a->n_slots != b->n_slots) return false;
    for (uint64_t i = 0; i < a->n_slots; i++) {
        const struct content *s = &a->slots[i].content, *t = &b->slots[i].content;

        if (!words_alike(s->word, t->word) || !pointers_alike(s->pointer, t->pointer)) return false;
    }
    return true;
}

/* Whether the call begins as the one of the same function around it did, as far as public values
 * can tell: with such arguments, and with no change of an object that is older than that one. */
static bool is_alike(const struct call *call)
{
    const struct call *same = call->same;

    for (const struct call *at = call->outer; at != same->outer; at = at->outer)
        if (at->changed < same->depth) return false;
    for (uint64_t i = 0; i < call->n_arguments && i < same->n_arguments; i++) {
        const struct value *a = &call->arguments[i], *b = &same->arguments[i];

        if (!words_alike(a->word, b->word) || !pointers_alike(a->pointer, b->pointer) ||
            !objects_alike(a->object, b->object))
            return false;
    }
    return true;
}

/* After an error less is known than would have been, and recursion may go on without end. */
static bool is_too_deep(const struct exec *x, const struct call *call)
{
    if (call->n_alike >= MAX_ALIKE_CALLS) return true;
    if (x->diag->n_errors > 0) return call->depth > MAX_ALIKE_CALLS;
    /* What is left is for the expressions of the innermost call. */
    return call->depth > MAX_CALLS || exec_stack_used(x) > x->max_stack / 8 * 7;
}

static void refuse_recursion(struct exec *x, const struct call *call, source_pos position)
{
    x->stop = true;
    if (x->diag->n_errors > 0) return;
    while (call->same == NULL && call->outer != NULL) call = call->outer; /* one that recurs */
    if (call->n_alike > 0 && call->frame != call->same->frame)
        diag_error(x->diag, position, "the depth of the recursion of '%s' depends on secret values",
                   call->function->name);
    else diag_error(x->diag, position, "the recursion of '%s' does not end", call->function->name);
    diag_hint(x->diag, "end it by a public argument that counts the calls down, or write a loop "
                       "after '#pragma gc bound N'");
}

/* ------------------------------------------------------------------------------------- calls -- */

static void bind_arguments(struct exec *x, const struct call *call, source_pos position)
{
    for (uint64_t i = 0; i < call->n_arguments && i < call->function->n_parameters; i++) {
        struct symbol *parameter = call->function->parameters[i];
        struct object *object = object_new(x, parameter->name, parameter->type, position);

        if (type_is_record(parameter->type)) object_clear(x, object);
        exec_store(x, pointer_to(x, object, 0), parameter->type, NULL, call->arguments[i],
                   position);
        exec_bind(x, parameter, object);
    }
}

static void begin_call(struct exec *x, struct call *call)
{
    call->outer = x->call;
    call->same = call->function->running;
    call->frame = x->frame;
    call->depth = x->n_calls + 1;
    call->changed = UINT32_MAX;
    call->n_alike = call->same != NULL && is_alike(call) ? call->same->n_alike + 1 : 0;
    call->function->running = x->call = call;
    x->n_calls++;
}

/* What has changed in the call has changed in the one around it. */
static void end_call(struct exec *x, const struct call *call)
{
    if (call->outer != NULL && call->changed < call->outer->changed)
        call->outer->changed = call->changed;
    call->function->running = call->same;
    x->call = call->outer;
    x->n_calls--;
}

static struct value run_body(struct exec *x, const struct call *call, source_pos position)
{
    struct type *type = call->function->type->base;

    x->return_to = ++x->n_targets;
    x->result = NULL;
    if (type->kind != TYPE_VOID) x->result = object_new(x, "the result", type, position);
    bind_arguments(x, call, position);
    exec_stmt(x, call->function->body);
    frame_pop_to(x, call->frame);
    frame_arrive(x, x->return_to);
    if (x->stop) return exec_nothing(x, type, position);
    if (type->kind == TYPE_VOID) return (struct value){NULL, NULL, NULL};
    return exec_load(x, pointer_to(x, x->result, 0), type, NULL, position);
}

struct value exec_call(struct exec *x, struct symbol *function, struct value *arguments,
                       uint64_t n_arguments, source_pos position)
{
    struct exec saved = *x;
    struct call call = {.function = function, .arguments = arguments, .n_arguments = n_arguments};
    struct value result;

    if (x->stop) return exec_nothing(x, function->type->base, position);
    if (function->body == NULL) {
        diag_error(x->diag, position, "'%s' is declared but not defined in this program",
                   function->name);
        return exec_nothing(x, function->type->base, position);
    }
    begin_call(x, &call);
    if (is_too_deep(x, &call)) refuse_recursion(x, &call, position);
    result = run_body(x, &call, position);
    exec_unbind(x, saved.bindings);
    end_call(x, &call);
    x->return_to = saved.return_to;
    x->result = saved.result;
    x->break_to = saved.break_to;
    x->continue_to = saved.continue_to;
    return result;
}
