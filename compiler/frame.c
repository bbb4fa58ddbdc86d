/* Secret control flow: frames, exits and their merging; see exec.h. */
#include "compiler/exec.h"

void frame_push(struct exec *x, struct word *guard)
{
    struct frame *frame = arena_new(x->arena, 1, sizeof *frame);

    frame->outer = x->frame;
    frame->serial = ++x->serial;
    frame->guard = guard;
    frame->live = word_const(x->graph, 1, 1);
    x->frame = frame;
}

bool is_dead(const struct exec *x)
{
    return x->stop || word_is_zero(x->frame->live);
}

struct branch branch_none(struct exec *x, bool is_live)
{
    return (struct branch){.live = word_const(x->graph, 1, is_live)};
}

/* Takes the innermost frame off and gives every slot that it changed its old content back. */
struct branch frame_close(struct exec *x)
{
    struct frame *frame = x->frame;

    for (struct change *change = frame->changes; change != NULL; change = change->next) {
        change->here = change->slot->content;
        change->slot->content = change->old;
        change->slot->stamp = change->old_stamp;
    }
    x->frame = frame->outer;
    return (struct branch){frame->changes, frame->live, frame->exits};
}

static void merge_changes(struct exec *x, struct word *condition, struct branch a, struct branch b)
{
    struct change *only_b = NULL, *next;

    for (struct change *change = a.changes; change != NULL; change = change->next) {
        change->other = change->old;
        change->slot->change = change;
    }
    for (struct change *change = b.changes; change != NULL; change = next) {
        next = change->next;
        if (change->slot->change != NULL) {
            change->slot->change->other = change->here;
        } else {
            change->next = only_b;
            only_b = change;
        }
    }
    for (struct change *change = a.changes; change != NULL; change = change->next) {
        struct word *word = change->here.word != NULL ? change->here.word : change->other.word;

        change->slot->change = NULL;
        slot_set(
            x, change->object, change->slot,
            content_mux(x, condition, change->here, change->other, word != NULL ? word->width : 0));
    }
    for (struct change *change = only_b; change != NULL; change = change->next) {
        struct word *word = change->here.word != NULL ? change->here.word : change->old.word;

        slot_set(
            x, change->object, change->slot,
            content_mux(x, condition, change->old, change->here, word != NULL ? word->width : 0));
    }
}

void frame_exit(struct exec *x, uint64_t target, struct word *condition)
{
    struct exit_path *path;

    if (word_is_zero(condition)) return;
    for (path = x->frame->exits; path != NULL; path = path->next)
        if (path->target == target) {
            /* Paths that left at different times are different paths. */
            path->condition = word_binary(x->graph, WORD_XOR, path->condition, condition);
            return;
        }
    path = arena_new(x->arena, 1, sizeof *path);
    *path = (struct exit_path){x->frame->exits, target, condition};
    x->frame->exits = path;
}

static struct word *exit_condition(struct exec *x, const struct exit_path *exits, uint64_t target)
{
    for (; exits != NULL; exits = exits->next)
        if (exits->target == target) return exits->condition;
    return word_const(x->graph, 1, 0);
}

void frame_merge(struct exec *x, struct word *condition, struct branch a, struct branch b)
{
    merge_changes(x, condition, a, b);
    x->frame->live = word_mux(x->graph, condition, a.live, b.live);
    for (struct exit_path *path = a.exits; path != NULL; path = path->next)
        frame_exit(x, path->target,
                   word_mux(x->graph, condition, path->condition,
                            exit_condition(x, b.exits, path->target)));
    for (struct exit_path *path = b.exits; path != NULL; path = path->next)
        if (word_is_zero(exit_condition(x, a.exits, path->target)))
            frame_exit(x, path->target,
                       word_and(x->graph, word_not(x->graph, condition), path->condition));
}

void frame_pop_to(struct exec *x, struct frame *down)
{
    while (x->frame != down) {
        struct word *guard = x->frame->guard;
        struct branch branch = frame_close(x);

        frame_merge(x, guard, branch, branch_none(x, false));
    }
}

void frame_arrive(struct exec *x, uint64_t target)
{
    struct exit_path **at = &x->frame->exits;

    while (*at != NULL && (*at)->target != target) at = &(*at)->next;
    if (*at == NULL) return;
    x->frame->live = word_binary(x->graph, WORD_XOR, x->frame->live, (*at)->condition);
    *at = (*at)->next;
    /* Every path is live or has left, so when none is away all are here. */
    if (x->frame->exits == NULL) x->frame->live = word_const(x->graph, 1, 1);
}

void frame_settle(struct exec *x)
{
    if (!word_is_const(x->frame->live)) frame_push(x, x->frame->live);
}

bool frame_has_exit(const struct exec *x, const struct frame *down, uint64_t target)
{
    for (const struct frame *frame = x->frame;; frame = frame->outer) {
        for (const struct exit_path *path = frame->exits; path != NULL; path = path->next)
            if (path->target == target) return true;
        if (frame == down) return false;
    }
}
