/* Warnings about what costs more than it looks, and about values that nobody has written. */
#include "compiler/exec.h"
#include "compiler/word_cost.h"

#define DEAR_DIVISION 64    /* ANDs */
#define DEAR_ACCESS 10000   /* ANDs */
#define WATCHED_LOOP 100000 /* ANDs, estimated: its gates are counted, see loop_cost.h */

void warn_unwritten(struct exec *x, const struct object *object, source_pos position)
{
    if (x->is_quiet) return;
    if (object == x->result) {
        diag_warning(x->diag, position, "'%s' ends without returning a value: it is 0",
                     x->call->function->name);
        diag_hint(x->diag, "write 'return' and the value");
        return;
    }
    diag_warning(x->diag, position, "'%s' is read before it is written: the value is 0",
                 object->name);
    diag_hint(x->diag, "give it a value where it is declared");
}

void warn_division(struct exec *x, const struct word *a, const struct word *b, source_pos position)
{
    struct word *operands[] = {(struct word *)(uintptr_t)a, (struct word *)(uintptr_t)b};
    struct word quotient = {.op = WORD_UDIV, .operands = operands, .width = a->width};
    uint64_t cost = word_cost(&quotient);

    if (word_is_const(b) || cost < DEAR_DIVISION) return;
    diag_warning(x->diag, position, "a division by a secret costs about %llu ANDs",
                 (unsigned long long)cost);
    diag_hint(x->diag, "narrower types cost less, a constant divisor much less, a shift nothing");
}

void warn_index(struct exec *x, const struct object *object, uint64_t first, bool is_write,
                source_pos position)
{
    uint64_t cost = word_cost_since(x->graph, first);

    if (cost < DEAR_ACCESS) return;
    diag_warning(x->diag, position, "%s '%s' at a secret index costs about %llu ANDs",
                 is_write ? "writing" : "reading", object->name, (unsigned long long)cost);
    diag_hint(x->diag, "every element is visited: one loop over all of them costs no more");
}

void note_loop(struct exec *x, uint64_t first, source_pos position)
{
    if (word_cost_since(x->graph, first) < WATCHED_LOOP) return;
    x->loops = arena_grow(x->arena, x->loops, x->n_dear, &x->loops_capacity, sizeof *x->loops);
    x->loops[x->n_dear++] =
        (struct word_loop){.position = position, .first = first, .end = x->graph->n_words};
}
