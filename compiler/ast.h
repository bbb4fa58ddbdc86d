/*
 * The program as a typed tree. Every conversion that C makes on its own is a node of its own
 * (EXPR_CAST, EXPR_DECAY), so whoever walks the tree needs no rule of C's types.
 */
#ifndef SOTTO_COMPILER_AST_H
#define SOTTO_COMPILER_AST_H

#include "compiler/types.h"

enum owner { OWNER_NONE, OWNER_GARBLER, OWNER_EVALUATOR, OWNER_OUTPUT };

enum symbol_kind { SYMBOL_VARIABLE, SYMBOL_FUNCTION, SYMBOL_TYPEDEF, SYMBOL_CONSTANT };

struct symbol {
    enum symbol_kind kind;
    const char *name;
    struct type *type;
    source_pos position;
    source_pos declarator_end;  /* of a local: behind its declarator */
    source_pos declaration_end; /* and behind the ';' */
    bool is_static;
    bool is_global; /* one object for the whole run: globals and local statics */
    bool is_parameter;
    bool is_defined; /* of a variable: not only declared extern */
    bool is_builtin;
    bool is_addressed; /* of a variable: & stands before its name */
    uint64_t n_writes; /* of a variable: expressions that change it by its name */
    bool is_length;    /* without a name in the program: holds the length of an array */
    enum owner owner;
    struct word *constant;  /* of an enumerator */
    struct init_item *init; /* of a variable */
    bool has_init;
    struct stmt *body; /* of a function */
    struct symbol **parameters;
    uint64_t n_parameters;
    struct symbol **locals; /* of a function: those of its outermost block, in order */
    uint64_t n_locals;
    uint64_t locals_capacity;
    struct call *running;  /* the innermost call of a function */
    uint32_t builtin;      /* enum builtin */
    struct object *object; /* of a global variable, once made */
};

/** One scalar or record of an initialiser: the rest of the object is zero. */
struct init_item {
    struct init_item *next;
    uint64_t offset;
    struct type *type;
    struct member *bit_field; /* NULL when whole */
    struct expr *value;
};

enum expr_kind {
    EXPR_ERROR,
    EXPR_CONST,    /* word */
    EXPR_STRING,   /* text, text_len; an array of char */
    EXPR_VARIABLE, /* symbol */
    EXPR_FUNCTION, /* symbol */
    EXPR_COMPOUND, /* symbol: a compound literal */
    EXPR_UNARY,    /* op of a */
    EXPR_BINARY,   /* a op b, both of one type (shifts: of their own) */
    EXPR_AND,      /* a && b */
    EXPR_OR,
    EXPR_CONDITION, /* a ? b : c */
    EXPR_COMMA,
    EXPR_ASSIGN,       /* a = b */
    EXPR_ASSIGN_OP,    /* a = (type of a)((operation) a op b); operation is the common type */
    EXPR_POST,         /* a++, a--: op, operation as above, b the step */
    EXPR_CAST,         /* a to type */
    EXPR_CALL,         /* a(arguments) */
    EXPR_BUILTIN,      /* builtin(arguments) */
    EXPR_DEREF,        /* *a */
    EXPR_ADDRESS,      /* &a */
    EXPR_DECAY,        /* array to pointer, function to pointer */
    EXPR_MEMBER,       /* a.member */
    EXPR_POINTER_ADD,  /* a + b, b an integer */
    EXPR_POINTER_SUB,  /* a - b, b an integer */
    EXPR_POINTER_DIFF, /* a - b */
};

enum operator{
    OP_ADD,
    OP_SUB,
    OP_MUL,
    OP_DIV,
    OP_REM,
    OP_AND,
    OP_OR,
    OP_XOR,
    OP_SHL,
    OP_SHR,
    OP_EQ,
    OP_NE,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_NEG,
    OP_NOT, /* ~ */
    OP_LOGICAL_NOT
};

enum builtin {
    BUILTIN_NONE,
    BUILTIN_MEMCPY,
    BUILTIN_MEMMOVE,
    BUILTIN_MEMSET,
    BUILTIN_MEMCMP,
    BUILTIN_ABS,
    BUILTIN_POPCOUNT,
    BUILTIN_CLZ,
    BUILTIN_CTZ,
    BUILTIN_FABS,
    BUILTIN_SQRT,
    BUILTIN_FMIN,
    BUILTIN_FMAX,
    BUILTIN_ASSERT
};

struct expr {
    enum expr_kind kind;
    enum operator op;
    source_pos position;
    struct type *type;
    struct type *operation;
    struct expr *a, *b, *c;
    struct word *word;
    struct symbol *symbol;
    struct member *member;
    struct expr **arguments;
    uint64_t n_arguments;
    enum builtin builtin;
    const char *text;
    size_t text_len;
    struct object *object; /* of a string, once made */
};

enum stmt_kind {
    STMT_EMPTY,
    STMT_EXPR,    /* value */
    STMT_DECLARE, /* symbol, with its initialiser */
    STMT_BLOCK,   /* body: a list */
    STMT_IF,      /* value, body, other */
    STMT_SWITCH,  /* value, body */
    STMT_CASE,    /* low .. high, or is_default; body */
    STMT_LOOP,    /* init, value, step, body; is_do: the body first */
    STMT_BREAK,
    STMT_CONTINUE,
    STMT_RETURN /* value or NULL */
};

struct stmt {
    enum stmt_kind kind;
    source_pos position;
    struct stmt *next; /* in a block */
    struct expr *value;
    struct stmt *body, *other, *init;
    struct expr *step;
    struct symbol *counter; /* of a loop that only its condition ends: a variable that only its
                             * step changes, if not through a pointer; or NULL */
    struct symbol *symbol;
    struct word *low, *high; /* of a case */
    struct stmt **cases;     /* of a switch */
    uint64_t n_cases;
    uint64_t cases_capacity;
    uint64_t bound; /* #pragma gc bound: 0 for none */
    bool is_do;
    bool is_default;
};

#endif
