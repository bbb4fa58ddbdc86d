/*
 * Symbolic execution: runs the program once, with words of the graph for its values. What is public
 * (loop counters, indices, sizes) is a constant and steers the run; what is secret becomes a node.
 *
 * A secret condition opens a frame for each side. What a side writes is logged with the old
 * content; when the frame closes the old content comes back and a multiplexer of both is written in
 * the frame below. A jump (break, continue, return) under a secret condition adds an exit to its
 * frame: a condition under which control has left for a target. What follows runs in a frame of its
 * own, guarded by the paths that are still live, and that frame stays open until the jump's target
 * is reached: so a loop counter stays the constant that it is while the loop runs.
 */
#ifndef SOTTO_COMPILER_EXEC_H
#define SOTTO_COMPILER_EXEC_H

#include "compiler/parse.h"

/* ---------------------------------------------------------------------------------- pointers -- */

/** A secret part of an address: index * stride, within [low, high) or the whole object. */
struct term {
    struct term *next;
    struct word *index;
    uint64_t stride;
    uint64_t n;    /* the index is below n (of its own width, unsigned) */
    bool is_whole; /* instead: signed, of 64 bits or more, the place must be in the object */
};

struct target {
    struct word *condition; /* 1 bit; exactly one target's holds */
    struct object *object;  /* NULL: the null pointer, or a function */
    struct symbol *function;
    int64_t offset;
    struct term *terms; /* the outermost dimension first */
};

struct pointer {
    uint64_t n;
    struct target *targets;
};

/* ------------------------------------------------------------------------------------ memory -- */

/** A word or a pointer; neither: never written. */
struct content {
    struct word *word;
    struct pointer *pointer;
};

struct change;

struct slot {
    struct content content;
    struct change *change; /* scratch of merging */
    uint64_t stamp;        /* serial of the last frame that logged it */
};

/** Memory as slots, one for each scalar of the type; unions and structs with bit-fields have one
 *  for each byte. A slot's word has 8 bits for each byte of its size. */
struct object {
    const char *name;
    struct type *type;
    uint64_t n_slots;
    struct slot *slots;
    uint64_t birth; /* serial of the frame it was made in */
    uint32_t depth; /* calls that ran when it was made */
    source_pos position;
};

struct change {
    struct change *next;
    struct object *object;
    struct slot *slot;
    uint64_t old_stamp;
    struct content old;
    struct content here;  /* after this branch */
    struct content other; /* after the other one */
};

struct exit_path {
    struct exit_path *next;
    uint64_t target;
    struct word *condition;
};

struct frame {
    struct frame *outer;
    uint64_t serial;
    struct word *guard;
    struct word *live; /* control is here, given that it entered the frame */
    struct exit_path *exits;
    struct change *changes;
};

/** What a closed frame leaves. */
struct branch {
    struct change *changes;
    struct word *live;
    struct exit_path *exits;
};

struct value {
    struct word *word;
    struct pointer *pointer;
    struct object *object; /* of a struct or union: a copy of its own */
};

struct binding {
    struct binding *next;
    struct symbol *symbol;
    struct object *old;
};

/** A call that is running. */
struct call {
    struct call *outer;
    struct call *same; /* the next outer one of the same function */
    struct symbol *function;
    struct value *arguments;
    uint64_t n_arguments;
    struct frame *frame; /* around it */
    uint32_t depth;      /* of its own objects */
    uint32_t changed;    /* the least depth of an object with a public change in it */
    uint32_t n_alike;    /* calls of the function around it that differ in nothing public */
};

struct exec {
    struct arena *arena;
    struct diag *diag;
    struct sema *sema;
    struct types *types;
    struct word_graph *graph;
    struct frame *frame;
    uint64_t serial;
    uint64_t n_targets; /* jump targets handed out */
    uint64_t break_to, continue_to, return_to;
    uint64_t switch_labels; /* target of the first label of the innermost switch */
    struct stmt *switch_stmt;
    struct frame *switch_frame;
    struct object *result; /* of the running function; NULL for void */
    struct binding *bindings;
    struct symbol *entry;
    struct binding *presets; /* objects of the entry's INPUT_ and OUTPUT_ locals */
    struct object *exceeded; /* one bool: some bound was too small */
    uint64_t bound;          /* of loops without a pragma; 0: none */
    uint64_t n_steps;
    uint64_t max_steps;
    uint64_t n_public_changes; /* of what is known or points, which alone ends public conditions */
    struct call *call;         /* the innermost one */
    uint32_t n_calls;          /* running */
    uint32_t n_loops;          /* around what runs, in all functions */
    struct word_loop *loops;   /* see word.h */
    uint64_t n_dear, loops_capacity;
    bool calls_memcmp; /* the builtin by its plain name, which a program can also define */
    bool is_quiet;     /* a read of what is then written says no warning */
    const char *stack_base;
    size_t max_stack;
    bool stop; /* an error that leaves nothing to go on with */
};

/* memory.c */
uint64_t memory_n_slots(struct type *type);
/** The slot that holds the byte at offset; false for padding. start and len in bytes. */
bool memory_find(struct type *type, uint64_t offset, uint64_t *slot, uint64_t *start,
                 uint64_t *len);
struct object *object_new(struct exec *x, const char *name, struct type *type, source_pos position);
/** Fills every slot with zero bits (null pointers have none). */
void object_clear(struct exec *x, struct object *object);
struct content memory_read(struct exec *x, struct object *object, int64_t offset, uint64_t size,
                           source_pos position);
/** content where enable holds; a word of 8 * size bits. */
void memory_write(struct exec *x, struct object *object, int64_t offset, uint64_t size,
                  struct content content, struct word *enable);
struct content content_mux(struct exec *x, struct word *condition, struct content a,
                           struct content b, uint32_t bits);
void slot_set(struct exec *x, struct object *object, struct slot *slot, struct content content);

/* frame.c */
void frame_push(struct exec *x, struct word *guard);
struct branch frame_close(struct exec *x);
void frame_merge(struct exec *x, struct word *condition, struct branch a, struct branch b);
/** Closes every frame above down, each against nothing on its other side. */
void frame_pop_to(struct exec *x, struct frame *down);
void frame_exit(struct exec *x, uint64_t target, struct word *condition);
/** Control that left for target arrives here. */
void frame_arrive(struct exec *x, uint64_t target);
/** After a statement: opens a frame when some paths have left. */
void frame_settle(struct exec *x);
bool frame_has_exit(const struct exec *x, const struct frame *down, uint64_t target);
struct branch branch_none(struct exec *x, bool is_live);
bool is_dead(const struct exec *x);

/* pointer.c */
struct pointer *pointer_to(struct exec *x, struct object *object, int64_t offset);
struct pointer *pointer_null(struct exec *x);
struct pointer *pointer_to_function(struct exec *x, struct symbol *function);
struct pointer *pointer_mux(struct exec *x, struct word *condition, const struct pointer *a,
                            const struct pointer *b);
struct pointer *pointer_shift(struct exec *x, const struct pointer *p, int64_t bytes);
/** Outside of every object that p may point to. */
struct pointer *pointer_outside(struct exec *x, const struct pointer *p);
/** Element index of an array of n. */
struct pointer *pointer_element(struct exec *x, const struct pointer *p, struct word *index,
                                bool is_signed, uint64_t stride, uint64_t n);
/** p + index of elements of stride bytes. */
struct pointer *pointer_add(struct exec *x, const struct pointer *p, struct word *index,
                            bool is_signed, uint64_t stride);
struct content pointer_read(struct exec *x, const struct pointer *p, uint64_t size,
                            source_pos position);
void pointer_write(struct exec *x, const struct pointer *p, uint64_t size, struct content content,
                   source_pos position);
struct word *pointer_equal(struct exec *x, const struct pointer *a, const struct pointer *b);
/** Byte offset of a single-object pointer as a signed 64-bit word; NULL after a report. */
struct word *pointer_offset(struct exec *x, const struct pointer *p, struct object **object,
                            source_pos position);

/* exec_call.c */
struct value exec_call(struct exec *x, struct symbol *function, struct value *arguments,
                       uint64_t n_arguments, source_pos position);

/* exec_expr.c */
/** Bytes between here and where the run began. */
size_t exec_stack_used(const struct exec *x);
/** What an expression that was refused is worth. */
struct value exec_nothing(struct exec *x, const struct type *type, source_pos position);
struct value exec_expr(struct exec *x, struct expr *e);
struct word *exec_truth(struct exec *x, struct expr *e);
/** The truth of operands that && joins, or of another expression; sets *has_public when one of them
 *  is public without being a constant of the program. */
struct word *exec_conjunction(struct exec *x, struct expr *e, bool *has_public);
struct pointer *exec_place(struct exec *x, struct expr *e);
struct value exec_load(struct exec *x, const struct pointer *p, struct type *type,
                       const struct member *bit_field, source_pos position);
void exec_store(struct exec *x, const struct pointer *p, struct type *type,
                const struct member *bit_field, struct value value, source_pos position);
void exec_initialize(struct exec *x, struct object *object, struct symbol *symbol);
struct object *exec_variable(struct exec *x, struct symbol *symbol, source_pos position);
/** Elements and bytes of a type, whose arrays of variable length have the lengths of now. */
uint64_t exec_array_len(struct exec *x, const struct type *type);
uint64_t exec_size(struct exec *x, const struct type *type);
struct word *memory_form(struct exec *x, struct word *word, const struct type *type);

/* exec_warn.c */
void warn_unwritten(struct exec *x, const struct object *object, source_pos position);
/** Integers: a / b or a % b. */
void warn_division(struct exec *x, const struct word *a, const struct word *b, source_pos position);
/** An access at a secret index has made the words from first on. */
void warn_index(struct exec *x, const struct object *object, uint64_t first, bool is_write,
                source_pos position);
/** The loop has made the words from first on: remembers it when it may be dear. */
void note_loop(struct exec *x, uint64_t first, source_pos position);

/* exec_builtin.c */
struct value exec_builtin(struct exec *x, struct expr *e);

/* exec_count.c */
/** Whether a loop has a counter by which its condition holds n_runs times in turn. */
bool loop_outlasts(const struct stmt *loop, uint64_t n_runs);

/* exec_stmt.c */
void exec_stmt(struct exec *x, struct stmt *stmt);
void exec_bind(struct exec *x, struct symbol *symbol, struct object *object);
void exec_unbind(struct exec *x, struct binding *down);

#endif
