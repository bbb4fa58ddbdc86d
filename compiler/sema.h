/*
 * Makes typed expressions: checks the operands of each, adds the conversions that C makes on its
 * own, and evaluates constant expressions. A mistake is reported once and gives an EXPR_ERROR,
 * which every other constructor takes without another word.
 */
#ifndef SOTTO_COMPILER_SEMA_H
#define SOTTO_COMPILER_SEMA_H

#include "compiler/ast.h"
#include "compiler/diag.h"

struct sema {
    struct arena *arena;
    struct diag *diag;
    struct types types;
    struct word_graph *graph;
};

void sema_init(struct sema *sema, struct arena *arena, struct diag *diag, struct word_graph *graph);

struct expr *sema_error(struct sema *sema, source_pos position);
struct expr *sema_const(struct sema *sema, source_pos position, struct type *type,
                        struct word *word);
struct expr *sema_symbol(struct sema *sema, source_pos position, struct symbol *symbol);
struct expr *sema_string(struct sema *sema, source_pos position, const char *text, size_t text_len);
struct expr *sema_compound(struct sema *sema, source_pos position, struct symbol *symbol);

struct expr *sema_unary(struct sema *sema, source_pos position, enum operator op, struct expr *a);
struct expr *sema_address(struct sema *sema, source_pos position, struct expr *a);
struct expr *sema_deref(struct sema *sema, source_pos position, struct expr *a);
struct expr *sema_member(struct sema *sema, source_pos position, struct expr *a, const char *name);
struct expr *sema_binary(struct sema *sema, source_pos position, enum operator op, struct expr *a,
                         struct expr *b);
/** is_and: a && b, else a || b. */
struct expr *sema_logical(struct sema *sema, source_pos position, bool is_and, struct expr *a,
                          struct expr *b);
struct expr *sema_condition(struct sema *sema, source_pos position, struct expr *a, struct expr *b,
                            struct expr *c);
struct expr *sema_comma(struct sema *sema, source_pos position, struct expr *a, struct expr *b);
struct expr *sema_assign(struct sema *sema, source_pos position, struct expr *a, struct expr *b);
struct expr *sema_assign_op(struct sema *sema, source_pos position, enum operator op,
                            struct expr *a, struct expr *b);
/** a++ or a--, by op OP_ADD or OP_SUB. */
struct expr *sema_post(struct sema *sema, source_pos position, enum operator op, struct expr *a);
struct expr *sema_cast(struct sema *sema, source_pos position, struct type *type, struct expr *a);
struct expr *sema_call(struct sema *sema, source_pos position, struct expr *a,
                       struct expr **arguments, uint64_t n_arguments);

/** a as a value: arrays and functions become pointers. */
struct expr *sema_value(struct sema *sema, struct expr *a);
/** a as if assigned to an object of the type; what names the place for messages. */
struct expr *sema_convert(struct sema *sema, struct expr *a, struct type *type, const char *what);
/** A scalar for if, while, && and so on. */
struct expr *sema_truth(struct sema *sema, struct expr *a);

bool sema_is_constant(struct sema *sema, struct expr *a);
/** The value of an integer constant expression, or NULL after a report. */
struct word *sema_constant(struct sema *sema, struct expr *a, const char *what);

struct member *sema_find_member(const struct type *type, const char *name, uint64_t *offset);

#endif
