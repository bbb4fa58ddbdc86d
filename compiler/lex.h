/* Preprocessed C text to tokens. */
#ifndef SOTTO_COMPILER_LEX_H
#define SOTTO_COMPILER_LEX_H

#include "compiler/diag.h"

enum token_kind {
    TOKEN_END,
    TOKEN_NAME,
    TOKEN_KEYWORD,
    TOKEN_PUNCTUATOR,
    TOKEN_INTEGER, /* character constants too */
    TOKEN_FLOATING,
    TOKEN_STRING, /* neighbours joined; text is the value, with text_len bytes and a NUL */
    TOKEN_BOUND /* "#pragma gc bound", its expression follows up to TOKEN_LINE_END */,
    TOKEN_LINE_END
};

/** Suffixes of a number. */
#define SUFFIX_UNSIGNED 1
#define SUFFIX_LONG 2
#define SUFFIX_LONG_LONG 4
#define SUFFIX_BIT_PRECISE 8
#define SUFFIX_FLOAT 16
#define SUFFIX_DECIMAL 32 /* not a suffix: written in base ten */
#define SUFFIX_CHARACTER 64

struct token {
    enum token_kind kind;
    source_pos position;
    const char *text; /* names, keywords and punctuators are unique pointers: see lex_name() */
    size_t text_len;
    uint64_t *bits; /* of an integer, bits_width wide */
    uint32_t bits_width;
    uint32_t suffix;
    double floating;
};

struct lexer_name;

struct lexer {
    struct source *source;
    struct diag *diag;
    struct arena *arena;
    struct lexer_name **names; /* hash table of unique spellings */
    uint64_t n_names;
    uint64_t n_buckets;
    struct token *tokens;
    uint64_t n_tokens;
    uint64_t capacity;
    uint64_t at;
    bool in_pragma;
};

/** Splits the whole text of the source; the last token is TOKEN_END. */
void lex(struct lexer *lexer, struct arena *arena, struct source *source, struct diag *diag);

/** The unique pointer for a spelling: equal texts compare equal by address. */
const char *lex_name(struct lexer *lexer, const char *text, size_t text_len);

#endif
