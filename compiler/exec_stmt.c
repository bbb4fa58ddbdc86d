/* Symbolic execution of statements; see exec.h. */
#include "compiler/exec.h"
#include "compiler/value.h"

/* Runs of a loop that nothing public has ended, or has changed in: beyond them nothing will. */
#define MAX_SECRET_RUNS 4096

/* -------------------------------------------------------------------------------- variables -- */

void exec_bind(struct exec *x, struct symbol *symbol, struct object *object)
{
    struct binding *binding = arena_new(x->arena, 1, sizeof *binding);

    *binding = (struct binding){x->bindings, symbol, symbol->object};
    x->bindings = binding;
    symbol->object = object;
}

void exec_unbind(struct exec *x, struct binding *down)
{
    for (; x->bindings != down; x->bindings = x->bindings->next)
        x->bindings->symbol->object = x->bindings->old;
}

/* The object that the interface made for a local INPUT_ or OUTPUT_, or NULL. */
static struct object *preset(const struct exec *x, const struct symbol *symbol)
{
    for (const struct binding *binding = x->presets; binding != NULL; binding = binding->next)
        if (binding->symbol == symbol) return binding->old;
    return NULL;
}

/* The length of an array must be known here: it says how much memory there is. */
static void check_length(struct exec *x, const struct symbol *symbol)
{
    struct content *content = &symbol->object->slots[0].content;
    uint64_t n = word_is_const(content->word) ? word_value_u64(content->word) : 0;

    if (n > 0 && n <= MAX_OBJECT_LEN) return;
    if (word_is_const(content->word)) {
        diag_error(x->diag, symbol->position, "the length of an array is %lld, not 1 to 2^32",
                   (long long)n);
    } else {
        diag_error(x->diag, symbol->position, "the length of an array depends on secret values");
        diag_hint(x->diag, "give it its greatest length");
    }
    content->word = word_const(x->graph, 64, 1);
}

/* The type that an array of variable length has from its declaration on. */
static struct type *sized_type(struct exec *x, struct type *type, source_pos position)
{
    struct type *base;
    uint64_t n, size;

    if (!type_is_variable(type)) return type;
    base = sized_type(x, type->base, position);
    n = exec_array_len(x, type);
    if (__builtin_mul_overflow(n, base->size, &size) || size > MAX_OBJECT_LEN) {
        diag_error(x->diag, position, "the array is too large");
        n = 1;
    }
    return type_array(x->types, base, n);
}

static void declare(struct exec *x, struct stmt *stmt)
{
    struct symbol *symbol = stmt->symbol;
    struct object *object = x->n_calls == 1 ? preset(x, symbol) : NULL;
    struct object *fresh = NULL;

    /* A label of a switch can be behind the declaration, but then the object must not be used. */
    if (is_dead(x) && (symbol->is_length || type_is_variable(symbol->type))) {
        exec_bind(x, symbol, NULL);
        return;
    }
    if (object == NULL)
        object = object_new(x, symbol->name, sized_type(x, symbol->type, stmt->position),
                            stmt->position);
    exec_bind(x, symbol, object);
    if (!symbol->has_init || is_dead(x)) return;
    if (object->birth == x->frame->serial && preset(x, symbol) == NULL) {
        exec_initialize(x, object, symbol);
        if (symbol->is_length) check_length(x, symbol);
        return;
    }
    fresh = object_new(x, symbol->name, symbol->type, stmt->position);
    exec_initialize(x, fresh, symbol);
    for (uint64_t i = 0; i < object->n_slots; i++)
        slot_set(x, object, &object->slots[i], fresh->slots[i].content);
}

/* --------------------------------------------------------------------------------- selection -- */

/* Whether there is anything to run yet. */
static bool begin_stmt(struct exec *x, const struct stmt *stmt)
{
    x->stop = x->stop || diag_is_full(x->diag);
    if (x->stop) return false;
    x->graph->position = stmt->position;
    return true;
}

/* An if with a secret condition whose other side runs. */
struct open_if {
    struct open_if *outer;
    const struct stmt *stmt;
    struct word *condition;
    struct branch then;
    struct frame *base; /* of the other side */
};

static struct branch run_then(struct exec *x, const struct stmt *stmt, struct word *condition)
{
    struct frame *base;

    frame_push(x, condition);
    base = x->frame;
    exec_stmt(x, stmt->body);
    frame_pop_to(x, base);
    return frame_close(x);
}

static void join_sides(struct exec *x, const struct open_if *branch, struct branch other)
{
    x->graph->position = branch->stmt->position;
    frame_merge(x, branch->condition, branch->then, other);
    frame_settle(x);
}

/* Runs an if up to its other side, which is left to run, or NULL; a secret condition that has one
 * opens a frame for it. */
static struct stmt *enter_if(struct exec *x, const struct stmt *stmt, struct open_if **open)
{
    struct open_if here = {.outer = *open, .stmt = stmt};

    if (!begin_stmt(x, stmt)) return NULL;
    here.condition = exec_truth(x, stmt->value);
    if (word_is_zero(here.condition)) return stmt->other;
    if (word_is_const(here.condition)) {
        exec_stmt(x, stmt->body);
        return NULL;
    }
    here.then = run_then(x, stmt, here.condition);
    if (stmt->other == NULL || x->stop) {
        join_sides(x, &here, branch_none(x, true));
        return NULL;
    }
    frame_push(x, word_not(x->graph, here.condition));
    here.base = x->frame;
    *open = arena_new(x->arena, 1, sizeof **open);
    **open = here;
    return stmt->other;
}

/* A chain of else if takes as many frames as it has conditions, but no stack. */
static void exec_if(struct exec *x, struct stmt *stmt)
{
    struct open_if *open = NULL;

    while (stmt != NULL && stmt->kind == STMT_IF) stmt = enter_if(x, stmt, &open);
    if (stmt != NULL) exec_stmt(x, stmt);
    for (; open != NULL; open = open->outer) {
        frame_pop_to(x, open->base);
        join_sides(x, open, frame_close(x));
    }
}

/* Whether the value is one of a label's. */
static struct word *label_match(struct exec *x, const struct stmt *label, struct word *value,
                                const struct type *type)
{
    struct word *in_reach;

    if (label->low == NULL || label->high == NULL) return word_const(x->graph, 1, 0);
    if (label->low == label->high) return word_binary(x->graph, WORD_EQ, value, label->low);
    in_reach = value_binary(x->graph, OP_LE, type, value, label->high, type);
    return word_and(x->graph, value_binary(x->graph, OP_GE, type, value, label->low, type),
                    in_reach);
}

/* Control leaves for the label that matches; the first one where ranges overlap. */
static void enter_switch(struct exec *x, struct stmt *stmt, struct word *value)
{
    struct word *rest = word_const(x->graph, 1, 1);
    uint64_t fallback = x->break_to;

    for (uint64_t i = 0; i < stmt->n_cases; i++) {
        struct stmt *label = stmt->cases[i];
        struct word *match;

        if (label->is_default) {
            fallback = x->switch_labels + i;
            continue;
        }
        match = label_match(x, label, value, stmt->value->type);
        if (label->low != label->high) match = word_and(x->graph, match, rest);
        frame_exit(x, x->switch_labels + i, match);
        rest = word_binary(x->graph, WORD_XOR, rest, match);
    }
    frame_exit(x, fallback, rest);
    x->frame->live = word_const(x->graph, 1, 0);
}

static void check_labels(struct exec *x, const struct stmt *stmt)
{
    for (uint64_t i = 0; i < stmt->n_cases; i++) {
        if (!frame_has_exit(x, x->frame, x->switch_labels + i)) continue;
        diag_error(x->diag, stmt->cases[i]->position,
                   "a case label inside a statement of the switch is not supported");
        diag_hint(x->diag, "put the label directly into the block of the switch");
        frame_arrive(x, x->switch_labels + i);
    }
}

static void exec_switch(struct exec *x, struct stmt *stmt)
{
    struct value value = exec_expr(x, stmt->value);
    struct exec saved = *x;

    if (value.word == NULL) return;
    x->break_to = ++x->n_targets;
    x->switch_labels = x->n_targets + 1;
    x->n_targets += stmt->n_cases;
    x->switch_stmt = stmt;
    x->switch_frame = x->frame;
    enter_switch(x, stmt, value.word);
    exec_stmt(x, stmt->body);
    frame_pop_to(x, saved.frame);
    check_labels(x, stmt);
    frame_arrive(x, x->break_to);
    x->break_to = saved.break_to;
    x->switch_labels = saved.switch_labels;
    x->switch_stmt = saved.switch_stmt;
    x->switch_frame = saved.switch_frame;
    frame_settle(x);
}

static void exec_block(struct exec *x, struct stmt *stmt);

static void arrive_at_label(struct exec *x, const struct stmt *label)
{
    uint64_t index = 0;

    while (index < x->switch_stmt->n_cases && x->switch_stmt->cases[index] != label) index++;
    frame_pop_to(x, x->switch_frame);
    frame_arrive(x, x->switch_labels + index);
    frame_settle(x);
}

/* All labels before a statement, then the statement. */
static void exec_case(struct exec *x, struct stmt *stmt)
{
    if (x->switch_stmt == NULL) return;
    for (; stmt->kind == STMT_CASE && begin_stmt(x, stmt); stmt = stmt->body)
        arrive_at_label(x, stmt);
    exec_block(x, stmt);
}

/* ------------------------------------------------------------------------------------- loops -- */

/* The bound is used up and control may still want another run. */
static void mark_exceeded(struct exec *x, struct word *condition)
{
    struct slot *slot = &x->exceeded->slots[0];
    struct content content = slot->content;

    content.word = word_or(x->graph, content.word, word_resize(x->graph, condition, 8, false));
    slot_set(x, x->exceeded, slot, content);
}

static void refuse_loop(struct exec *x, const struct stmt *stmt)
{
    diag_error(x->diag, stmt->position, "the number of runs of this loop depends on secret values");
    diag_hint(x->diag, "write '#pragma gc bound N' before it, N the most runs there can be");
}

/* A loop without a condition of its own, as for (;;). */
static bool is_unconditional(const struct stmt *stmt)
{
    return stmt->value == NULL || stmt->value->kind == EXPR_CONST;
}

/* The bound of a loop that only secrets end, be it by its condition or by jumps; 0 for none. */
static uint64_t loop_bound(const struct exec *x, const struct stmt *stmt, const struct frame *down,
                           const struct word *condition, bool has_public)
{
    bool is_left = is_unconditional(stmt) && x->frame != down;

    if (stmt->bound != 0) return stmt->bound;
    return is_left || (!word_is_const(condition) && !has_public) ? x->bound : 0;
}

/* The condition before a run: false when the loop is over for all. A part of it that is public, as
 * in i < n && !found, will end the loop and takes the place of a bound. */
static bool loop_goes_on(struct exec *x, struct stmt *stmt, const struct frame *down,
                         uint64_t n_runs)
{
    struct word *condition = word_const(x->graph, 1, 1);
    bool has_public = false;
    uint64_t bound;

    if (stmt->value != NULL && !(stmt->is_do && n_runs == 0))
        condition = exec_conjunction(x, stmt->value, &has_public);
    if (word_is_zero(condition)) return false;
    bound = loop_bound(x, stmt, down, condition, has_public);
    if (!word_is_const(condition) && bound == 0 && !has_public) {
        refuse_loop(x, stmt);
        return false;
    }
    if (bound != 0 && n_runs >= bound) {
        mark_exceeded(x, condition);
        return false;
    }
    if (!word_is_const(condition)) {
        frame_exit(x, x->break_to, word_not(x->graph, condition));
        x->frame->live = condition;
        frame_settle(x);
    }
    return true;
}

static void refuse_endless(struct exec *x, const struct stmt *stmt)
{
    diag_error(x->diag, stmt->position, "this loop does not seem to end");
    x->stop = true;
}

static bool refuse_steps(struct exec *x, const struct stmt *stmt)
{
    refuse_endless(x, stmt);
    diag_hint(x->diag,
              "write '#pragma gc bound N' before it, N the most runs there can be; "
              "--max-runs allows more than %llu",
              (unsigned long long)x->max_steps);
    return false;
}

static bool count_step(struct exec *x, const struct stmt *stmt)
{
    return ++x->n_steps <= x->max_steps || refuse_steps(x, stmt);
}

/* Running a loop up to the limit takes long: one that counts beyond it is refused before. */
static bool can_end(struct exec *x, const struct stmt *stmt)
{
    if (x->stop) return false;
    if (stmt->bound != 0) return true;
    return !loop_outlasts(stmt, x->max_steps - x->n_steps) || refuse_steps(x, stmt);
}

/* A loop without a condition of its own that so far only secret conditions have left. */
static bool is_left_by_secrets(struct exec *x, const struct stmt *stmt, const struct frame *down,
                               uint64_t n_runs)
{
    if (n_runs < MAX_SECRET_RUNS || stmt->bound != 0 || x->bound != 0 || x->frame == down)
        return false;
    if (!is_unconditional(stmt)) return false;
    refuse_loop(x, stmt);
    x->stop = true;
    return true;
}

/* A loop whose last n_same runs have changed nothing that a public condition could read. */
static bool is_stuck(struct exec *x, const struct stmt *stmt, const struct frame *down,
                     uint64_t n_same)
{
    if (n_same < MAX_SECRET_RUNS || stmt->bound != 0) return false;
    if (x->frame == down) {
        refuse_endless(x, stmt);
        diag_hint(x->diag, "its runs change nothing that its condition depends on");
    } else {
        refuse_loop(x, stmt);
    }
    x->stop = true;
    return true;
}

static void loop_runs(struct exec *x, struct stmt *stmt)
{
    const struct frame *down = x->frame;
    uint64_t n_changes = x->n_public_changes, n_same = 0;

    for (uint64_t n_runs = 0; count_step(x, stmt) && loop_goes_on(x, stmt, down, n_runs);
         n_runs++) {
        struct frame *base = x->frame;

        exec_stmt(x, stmt->body);
        if (frame_has_exit(x, base, x->continue_to)) {
            frame_pop_to(x, base);
            frame_arrive(x, x->continue_to);
            frame_settle(x);
        }
        if (is_dead(x) || is_left_by_secrets(x, stmt, down, n_runs)) return;
        if (stmt->step != NULL) exec_expr(x, stmt->step);
        n_same = n_changes == x->n_public_changes ? n_same + 1 : 0;
        n_changes = x->n_public_changes;
        if (is_stuck(x, stmt, down, n_same)) return;
    }
}

static void exec_loop(struct exec *x, struct stmt *stmt)
{
    uint64_t break_to = x->break_to, continue_to = x->continue_to;
    struct frame *down = x->frame;
    uint64_t first_word = x->graph->n_words;

    for (struct stmt *init = stmt->init; init != NULL; init = init->next) exec_stmt(x, init);
    x->break_to = ++x->n_targets;
    x->continue_to = ++x->n_targets;
    x->n_loops++;
    if (can_end(x, stmt)) loop_runs(x, stmt);
    x->n_loops--;
    frame_pop_to(x, down);
    frame_arrive(x, x->break_to);
    if (x->n_loops == 0) note_loop(x, first_word, stmt->position);
    x->break_to = break_to;
    x->continue_to = continue_to;
    frame_settle(x);
}

/* ------------------------------------------------------------------------------------- jumps -- */

static void leave(struct exec *x, uint64_t target)
{
    frame_exit(x, target, word_const(x->graph, 1, 1));
    x->frame->live = word_const(x->graph, 1, 0);
}

static void exec_return(struct exec *x, struct stmt *stmt)
{
    if (stmt->value != NULL) {
        struct value value = exec_expr(x, stmt->value);

        if (x->result != NULL)
            exec_store(x, pointer_to(x, x->result, 0), x->result->type, NULL, value,
                       stmt->position);
    }
    leave(x, x->return_to);
}

/* After a jump the rest of a block is skipped, up to a label; its declarations still count. */
static void exec_block(struct exec *x, struct stmt *stmt)
{
    for (; stmt != NULL && !x->stop; stmt = stmt->next)
        if (!is_dead(x) || stmt->kind == STMT_CASE || stmt->kind == STMT_DECLARE)
            exec_stmt(x, stmt);
}

void exec_stmt(struct exec *x, struct stmt *stmt)
{
    if (!begin_stmt(x, stmt)) return;
    switch (stmt->kind) {
    case STMT_EMPTY: return;
    case STMT_EXPR: exec_expr(x, stmt->value); return;
    case STMT_DECLARE: declare(x, stmt); return;
    case STMT_BLOCK: exec_block(x, stmt->body); return;
    case STMT_IF: exec_if(x, stmt); return;
    case STMT_SWITCH: exec_switch(x, stmt); return;
    case STMT_CASE: exec_case(x, stmt); return;
    case STMT_LOOP: exec_loop(x, stmt); return;
    case STMT_BREAK: leave(x, x->break_to); return;
    case STMT_CONTINUE: leave(x, x->continue_to); return;
    case STMT_RETURN: exec_return(x, stmt); return;
    }
}
