/*
 * Tokens to typed trees: recursive descent, one function for each production of C's grammar, named
 * after it. A syntax error ends the declaration or statement that it stands in, by a jump to the
 * nearest block; everything around it is still read.
 */
#ifndef SOTTO_COMPILER_PARSE_H
#define SOTTO_COMPILER_PARSE_H

#include "compiler/lex.h"
#include "compiler/sema.h"

#define MAX_NESTING 400

struct scope_entry {
    struct scope_entry *next;
    const char *name;
    struct symbol *symbol; /* NULL for a tag */
    struct type *tag;
};

struct scope {
    struct scope *outer;
    struct scope_entry *entries;
};

/** What the tree of a whole program consists of, in the order of the text. */
struct unit {
    struct symbol **functions; /* with a body */
    struct symbol **variables; /* globals and local statics */
    uint64_t n_functions, n_variables;
    uint64_t functions_capacity, variables_capacity;
};

struct parser {
    struct arena *arena;
    struct lexer *lexer;
    struct diag *diag;
    struct sema *sema;
    struct unit *unit;
    uint64_t at; /* of the next token */
    struct scope *scope;
    struct symbol *function;
    struct stmt **lengths;    /* end of the list for objects that hold the lengths of arrays; NULL
                                 where lengths must be constant */
    struct stmt *switch_stmt; /* the one that case labels belong to */
    bool labels_fit;          /* no other statement between it and here */
    uint32_t n_loops;         /* around the current statement */
    uint32_t n_switches;
    uint64_t n_leaving; /* statements so far that leave a loop or switch: break and return */
    uint32_t depth;
    uint32_t block_depth;
    jmp_buf *recover;
};

/** Reads the whole program into unit; false when there were errors. */
bool parse(struct unit *unit, struct arena *arena, struct lexer *lexer, struct diag *diag,
           struct sema *sema);

/* ------------------------------------------------------------- shared by the parse_*.c files -- */

struct specifiers {
    struct type *type;
    bool is_typedef, is_static, is_extern;
    bool is_untagged; /* a struct or union without a tag, defined here */
    enum owner owner;
};

struct declarator {
    struct type *type;
    const char *name; /* NULL for an abstract one */
    source_pos position;
    struct parameter *parameters; /* of the function that it declares itself */
};

static inline const struct token *peek(const struct parser *p)
{
    return &p->lexer->tokens[p->at];
}
static inline source_pos here(const struct parser *p)
{
    return peek(p)->position;
}

/** Whether the token is this keyword or punctuator. */
bool token_is(const struct token *token, const char *text);
bool next_is(const struct parser *p, const char *text);
bool second_is(const struct parser *p, const char *text);
bool take(struct parser *p, const char *text);
void expect(struct parser *p, const char *text);
const struct token *expect_name(struct parser *p);
__attribute__((noreturn)) void syntax_error(struct parser *p, const char *expected);
void enter_nesting(struct parser *p);

void scope_open(struct parser *p);
void scope_close(struct parser *p);
struct symbol *scope_find(const struct parser *p, const char *name);
struct symbol *scope_find_here(const struct parser *p, const char *name);
/** The scope of what is declared outside of functions. */
struct scope *scope_of_file(const struct parser *p);
void scope_add(struct parser *p, struct symbol *symbol);

bool is_type_name(const struct parser *p, const struct token *token);
bool starts_declaration(const struct parser *p);
void declaration_specifiers(struct parser *p, struct specifiers *out);
struct declarator declarator(struct parser *p, struct type *type);
struct type *type_name(struct parser *p);
void static_assertion(struct parser *p);
/** A declaration inside a function: appends STMT_DECLAREs to the list. */
struct stmt **local_declaration(struct parser *p, struct stmt **tail);
void external_declaration(struct parser *p);
/** Items of the initialiser of an object of the type, whose missing length is filled in. */
struct init_item *initializer(struct parser *p, struct type **type);
/** Attributes that mean nothing to a circuit; the others are refused. */
void skip_attributes(struct parser *p);
/** Storage classes, qualifiers and marks of ownership: true when the next token was one. */
bool take_qualifier(struct parser *p, struct specifiers *out, bool *is_const);
struct type *struct_specifier(struct parser *p);
struct type *enum_specifier(struct parser *p);
/** Reports a name that circuit C knows but does not have; false for others. */
bool refuse_name(struct parser *p, const struct token *token);
/** Reports the next token when it is an attribute that changes what a program means. */
void refuse_attribute(struct parser *p);
/** GARBLER, EVALUATOR and OUTPUT stand before parameters only. */
void refuse_mark(struct parser *p, const struct specifiers *specifiers, source_pos position);
/** "WHAT not supported" at the next token; instead: a hint, or NULL. */
void refuse(struct parser *p, const char *what, const char *instead);

struct expr *expression(struct parser *p);
struct expr *assignment_expression(struct parser *p);
struct expr *constant_expression(struct parser *p);

struct stmt *compound_statement(struct parser *p);
/** The same in the scope of the parameters, which its declarations may not repeat. */
struct stmt *function_body(struct parser *p);
struct stmt *new_stmt(struct parser *p, enum stmt_kind kind);

#endif
