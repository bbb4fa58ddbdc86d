/*
 * Mutation of C text by its tokens, for libFuzzer: most changes leave something that still parses,
 * so that the fuzzer gets behind the parser. Every other change is libFuzzer's own.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAX_TOKENS 8192

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed);

struct token {
    size_t start, len;
};

/* What is put in place of a token or beside one. */
static const char *const pieces[] = {
    "0",
    "1",
    "-1",
    "2147483647",
    "0x8000000000000000u",
    "1.5f",
    "0.0",
    "1e400",
    "'a'",
    "\"ab\"",
    "63",
    "4096",
    "a",
    "b",
    "x",
    "+",
    "-",
    "*",
    "/",
    "%",
    "<<",
    ">>",
    "&",
    "|",
    "^",
    "&&",
    "||",
    "!",
    "~",
    "++",
    "--",
    "==",
    "<",
    "?",
    ":",
    ",",
    ";",
    "=",
    "+=",
    "<<=",
    "%=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "->",
    ".",
    "int",
    "unsigned",
    "long",
    "char",
    "_Bool",
    "float",
    "double",
    "void",
    "struct",
    "union",
    "enum",
    "const",
    "static",
    "typedef",
    "_BitInt(7)",
    "unsigned _BitInt(70)",
    "__int128",
    "if",
    "else",
    "for",
    "while",
    "do",
    "switch",
    "case",
    "default",
    "break",
    "continue",
    "return",
    "sizeof",
    "__garbler",
    "__evaluator",
    "__output",
    "memcpy",
    "memset",
    "memcmp",
    "memmove",
    "abs",
    "__builtin_popcount",
    "__builtin_clzll",
    "__builtin_ctz",
    "sqrt",
    "fmin",
    "fabsf",
    "...",
    "goto",
    "volatile",
    "_Static_assert",
    "__builtin_offsetof",
    "_Alignof",
    "if (a > b) {",
    "while (a & 3) {",
    "for (int i = 0; i < 3; i++) {",
    "switch (a & 3) { case 0:",
    "(a ? b : x)",
    "[a & 3]",
    "*(&a)",
    "(double)",
    "(_Bool)",
    "(unsigned char)",
    "struct s { int a; unsigned b : 5; char c[3]; }",
    "= {[1] = 2}",
    "\n#pragma gc bound 3\n",
    "a = f(a, b);",
    "return a;",
    "break;",
    "int x = a;",
    "int *p = &a;",
    "int t[4] = {1, 2};",
    "t[a] = b;",
    "p += a;",
};
#define N_PIECES (sizeof pieces / sizeof pieces[0])

static uint32_t next(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

static bool is_word(uint8_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Words, and everything else byte by byte; blanks are between the tokens. */
static size_t split(struct token *tokens, const uint8_t *text, size_t len)
{
    size_t n = 0;

    for (size_t at = 0; at < len && n < MAX_TOKENS;) {
        size_t start = at;

        if (text[at] == ' ' || text[at] == '\n' || text[at] == '\t') {
            at++;
            continue;
        }
        if (is_word(text[at]))
            while (at < len && is_word(text[at])) at++;
        else at++;
        tokens[n++] = (struct token){start, at - start};
    }
    return n;
}

/* The token behind the bracket that closes the one at first; the next token without a bracket. */
static size_t chunk_end(const struct token *tokens, size_t n, const uint8_t *text, size_t first)
{
    size_t depth = 0;

    for (size_t i = first; i < n; i++) {
        uint8_t c = text[tokens[i].start];

        if (c == '(' || c == '[' || c == '{') depth++;
        if ((c == ')' || c == ']' || c == '}') && depth > 0) depth--;
        if (depth == 0) return i + 1;
    }
    return n;
}

/* Replaces len bytes at start by a piece with blanks around; the old size when there is no room. */
static size_t replace(uint8_t *data, size_t size, size_t max_size, size_t start, size_t len,
                      const uint8_t *piece, size_t piece_len)
{
    size_t rest = size - start - len;

    if (piece_len > max_size || size - len + 2 > max_size - piece_len) return size;
    memmove(data + start + piece_len + 2, data + start + len, rest);
    data[start] = ' ';
    memcpy(data + start + 1, piece, piece_len);
    data[start + 1 + piece_len] = ' ';
    return start + piece_len + 2 + rest;
}

static size_t change_tokens(uint8_t *data, size_t size, size_t max_size, uint32_t *state)
{
    static struct token tokens[MAX_TOKENS];
    static uint8_t copy[4096];
    size_t n = split(tokens, data, size), at, end, other, other_end, len, start;
    const char *piece = pieces[next(state) % N_PIECES];

    if (n == 0) return replace(data, size, max_size, 0, 0, (const uint8_t *)piece, strlen(piece));
    at = next(state) % n;
    end = next(state) % 2 == 0 ? at + 1 : chunk_end(tokens, n, data, at);
    start = tokens[at].start;
    len = tokens[end - 1].start + tokens[end - 1].len - start;
    switch (next(state) % 6) {
    case 0: return replace(data, size, max_size, start, len, data, 0);
    case 1: return replace(data, size, max_size, start, 0, (const uint8_t *)piece, strlen(piece));
    case 2: return replace(data, size, max_size, start, len, (const uint8_t *)piece, strlen(piece));
    default: break;
    }
    /* A chunk from elsewhere in the text goes in place of this one or before it. */
    other = next(state) % n;
    other_end = chunk_end(tokens, n, data, other);
    if (next(state) % 4 == 0 && other_end + 6 < n) other_end += next(state) % 6;
    start = tokens[other].start;
    if (tokens[other_end - 1].start + tokens[other_end - 1].len - start > sizeof copy) return size;
    other = tokens[other_end - 1].start + tokens[other_end - 1].len - start;
    memcpy(copy, data + start, other);
    if (next(state) % 3 == 0) len = 0;
    return replace(data, size, max_size, tokens[at].start, len, copy, other);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
    uint32_t state = seed;

    if (next(&state) % 4 == 0) return LLVMFuzzerMutate(data, size, max_size);
    do size = change_tokens(data, size, max_size, &state);
    while (next(&state) % 2 == 0);
    return size;
}

/* A balanced chunk of the second text in place of one of the first. */
size_t LLVMFuzzerCustomCrossOver(const uint8_t *first, size_t first_size, const uint8_t *second,
                                 size_t second_size, uint8_t *out, size_t max_out_size,
                                 unsigned seed)
{
    static struct token tokens[MAX_TOKENS];
    uint32_t state = seed;
    size_t n, at, end, start, len, from, from_len;

    if (first_size > max_out_size) return 0;
    memcpy(out, first, first_size);
    n = split(tokens, second, second_size);
    if (n == 0) return first_size;
    at = next(&state) % n;
    end = chunk_end(tokens, n, second, at);
    from = tokens[at].start;
    from_len = tokens[end - 1].start + tokens[end - 1].len - from;
    n = split(tokens, first, first_size);
    if (n == 0) return first_size;
    at = next(&state) % n;
    end = chunk_end(tokens, n, first, at);
    start = tokens[at].start;
    len = tokens[end - 1].start + tokens[end - 1].len - start;
    return replace(out, first_size, max_out_size, start, len, second + from, from_len);
}
