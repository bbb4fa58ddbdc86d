/* Preprocessed C text to tokens; see lex.h. */
#include "compiler/lex.h"

#include "compiler/bits.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct lexer_name {
    struct lexer_name *next;
    const char *text;
    size_t text_len;
    uint32_t hash;
    const char *means; /* of another spelling: the keyword */
    bool is_keyword;
};

static const char *const keywords[] = {"_Alignas",
                                       "_Alignof",
                                       "_Atomic",
                                       "_BitInt",
                                       "_Bool",
                                       "_Complex",
                                       "_Generic",
                                       "_Noreturn",
                                       "_Static_assert",
                                       "_Thread_local",
                                       "__attribute__",
                                       "__evaluator",
                                       "__extension__",
                                       "__garbler",
                                       "__int128",
                                       "__int128_t",
                                       "__output",
                                       "__uint128_t",
                                       "asm",
                                       "auto",
                                       "break",
                                       "case",
                                       "char",
                                       "const",
                                       "continue",
                                       "default",
                                       "do",
                                       "double",
                                       "else",
                                       "enum",
                                       "extern",
                                       "float",
                                       "for",
                                       "goto",
                                       "if",
                                       "inline",
                                       "int",
                                       "long",
                                       "register",
                                       "restrict",
                                       "return",
                                       "short",
                                       "signed",
                                       "sizeof",
                                       "static",
                                       "struct",
                                       "switch",
                                       "typedef",
                                       "typeof",
                                       "union",
                                       "unsigned",
                                       "void",
                                       "volatile",
                                       "while"};

/* As the GNU compilers let them be written, in headers above all. */
static const char *const spellings[][2] = {
    {"__alignof", "_Alignof"}, {"__alignof__", "_Alignof"},      {"__asm", "asm"},
    {"__asm__", "asm"},        {"__attribute", "__attribute__"}, {"__complex__", "_Complex"},
    {"__const", "const"},      {"__const__", "const"},           {"__inline", "inline"},
    {"__inline__", "inline"},  {"__restrict", "restrict"},       {"__restrict__", "restrict"},
    {"__signed", "signed"},    {"__signed__", "signed"},         {"__typeof", "typeof"},
    {"__typeof__", "typeof"},  {"__volatile", "volatile"},       {"__volatile__", "volatile"}};

/* The longest first. */
static const char *const punctuators[] = {
    "...", "<<=", ">>=", "->", "++", "--", "<<", ">>", "<=", ">=", "==", "!=",
    "&&",  "||",  "*=",  "/=", "%=", "+=", "-=", "&=", "^=", "|=", "##", "[",
    "]",   "(",   ")",   "{",  "}",  ".",  "&",  "*",  "+",  "-",  "~",  "!",
    "/",   "%",   "<",   ">",  "^",  "|",  "?",  ":",  ";",  "=",  ",",  "#"};

/* ------------------------------------------------------------------------------------- names -- */

static void grow_names(struct lexer *lexer)
{
    uint64_t n = lexer->n_buckets == 0 ? 512 : lexer->n_buckets * 2;
    struct lexer_name **buckets = arena_new(lexer->arena, n, sizeof(struct lexer_name *));

    for (uint64_t i = 0; i < lexer->n_buckets; i++)
        for (struct lexer_name *name = lexer->names[i], *next; name != NULL; name = next) {
            next = name->next;
            name->next = buckets[name->hash & (n - 1)];
            buckets[name->hash & (n - 1)] = name;
        }
    lexer->names = buckets;
    lexer->n_buckets = n;
}

static struct lexer_name *find_name(struct lexer *lexer, const char *text, size_t text_len)
{
    uint32_t hash = 2166136261u;
    struct lexer_name *name;

    for (size_t i = 0; i < text_len; i++) hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    for (name = lexer->names[hash & (lexer->n_buckets - 1)]; name != NULL; name = name->next)
        if (name->hash == hash && name->text_len == text_len &&
            memcmp(name->text, text, text_len) == 0)
            return name;
    if (lexer->n_names++ >= lexer->n_buckets) grow_names(lexer);
    name = arena_new(lexer->arena, 1, sizeof *name);
    name->text = arena_text(lexer->arena, text, text_len);
    name->text_len = text_len;
    name->hash = hash;
    name->next = lexer->names[hash & (lexer->n_buckets - 1)];
    lexer->names[hash & (lexer->n_buckets - 1)] = name;
    return name;
}

const char *lex_name(struct lexer *lexer, const char *text, size_t text_len)
{
    return find_name(lexer, text, text_len)->text;
}

/* ------------------------------------------------------------------------------------ tokens -- */

static const char *text_at(const struct lexer *lexer)
{
    return lexer->source->text + lexer->at;
}

static struct token *push_token(struct lexer *lexer, enum token_kind kind, uint64_t start)
{
    struct token *token;

    lexer->tokens = arena_grow(lexer->arena, lexer->tokens, lexer->n_tokens, &lexer->capacity,
                               sizeof *lexer->tokens);
    token = &lexer->tokens[lexer->n_tokens++];
    *token = (struct token){.kind = kind, .position = (source_pos)start, .text = ""};
    return token;
}

static bool is_name_start(char c)
{
    return isalpha((unsigned char)c) || c == '_' || c == '$';
}

static bool is_name_part(char c)
{
    return is_name_start(c) || isdigit((unsigned char)c);
}

static void lex_word(struct lexer *lexer)
{
    uint64_t start = lexer->at;
    struct lexer_name *name;
    struct token *token;

    while (is_name_part(*text_at(lexer))) lexer->at++;
    name = find_name(lexer, lexer->source->text + start, lexer->at - start);
    token = push_token(lexer, name->is_keyword ? TOKEN_KEYWORD : TOKEN_NAME, start);
    token->text = name->means != NULL ? name->means : name->text;
    token->text_len = name->text_len;
}

static void know_spellings(struct lexer *lexer, const char *const (*spelled)[2], size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct lexer_name *name = find_name(lexer, spelled[i][0], strlen(spelled[i][0]));

        name->is_keyword = true;
        name->means = lex_name(lexer, spelled[i][1], strlen(spelled[i][1]));
    }
}

/* From here on sotto-circuit.h's words are marks. They are no macros, so that the program's lines
 * stay as they were written. */
static void know_marks(struct lexer *lexer)
{
    static const char *const marks[][2] = {
        {"GARBLER", "__garbler"}, {"EVALUATOR", "__evaluator"}, {"OUTPUT", "__output"}};

    know_spellings(lexer, marks, sizeof marks / sizeof *marks);
}

/* ----------------------------------------------------------------------------------- numbers -- */

static int digit_value(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return 99;
}

__extension__ typedef unsigned __int128 uint128;

/* value = value * base + digit; false when 4096 bits are too few. */
static bool push_digit(uint64_t *value, uint64_t base, uint64_t digit)
{
    uint128 carry = digit;

    for (size_t i = 0; i < 64; i++) {
        carry += (uint128)value[i] * base;
        value[i] = (uint64_t)carry;
        carry >>= 64;
    }
    return carry == 0;
}

static bool read_suffix(const char *text, size_t text_len, uint32_t *suffix)
{
    static const struct {
        const char *text;
        uint32_t suffix;
    } known[] = {
        {"", 0},
        {"u", SUFFIX_UNSIGNED},
        {"l", SUFFIX_LONG},
        {"ul", SUFFIX_UNSIGNED | SUFFIX_LONG},
        {"lu", SUFFIX_UNSIGNED | SUFFIX_LONG},
        {"ll", SUFFIX_LONG_LONG},
        {"ull", SUFFIX_UNSIGNED | SUFFIX_LONG_LONG},
        {"llu", SUFFIX_UNSIGNED | SUFFIX_LONG_LONG},
        {"wb", SUFFIX_BIT_PRECISE},
        {"uwb", SUFFIX_UNSIGNED | SUFFIX_BIT_PRECISE},
        {"wbu", SUFFIX_UNSIGNED | SUFFIX_BIT_PRECISE},
    };
    char lower[4] = "";

    if (text_len > 3) return false;
    for (size_t i = 0; i < text_len; i++) lower[i] = (char)tolower((unsigned char)text[i]);
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(lower, known[i].text) == 0) {
            *suffix = known[i].suffix;
            return true;
        }
    return false;
}

static void lex_integer(struct lexer *lexer, uint64_t start, uint64_t end)
{
    const char *text = lexer->source->text;
    struct token *token = push_token(lexer, TOKEN_INTEGER, start);
    uint64_t at = start, base = 10, digits = 0;
    bool fits = true;

    token->bits = arena_new(lexer->arena, 64, sizeof *token->bits);
    token->bits_width = 4096;
    if (text[at] == '0' && end - at > 1) {
        char kind = (char)tolower((unsigned char)text[at + 1]);

        base = kind == 'x' ? 16 : kind == 'b' ? 2 : 8;
        at += base == 8 ? 1 : 2;
        digits = base == 8;
    }
    for (; at < end; at++) {
        uint64_t digit;

        if (text[at] == '\'') continue;
        digit = (uint64_t)digit_value(text[at]);
        if (digit >= base) break;
        fits = push_digit(token->bits, base, digit) && fits;
        digits++;
    }
    if (!read_suffix(text + at, end - at, &token->suffix) || digits == 0)
        diag_error(lexer->diag, token->position, "invalid number '%.*s'",
                   (int)(end - start > 40 ? 40 : end - start), text + start);
    else if (!fits) diag_error(lexer->diag, token->position, "integer constant is too large");
    if (base == 10) token->suffix |= SUFFIX_DECIMAL;
}

static void lex_floating(struct lexer *lexer, uint64_t start, uint64_t end)
{
    size_t len = end - start;
    char *copy = arena_text(lexer->arena, lexer->source->text + start, len), *rest;
    struct token *token = push_token(lexer, TOKEN_FLOATING, start);
    char last = (char)tolower((unsigned char)copy[len - 1]);
    bool is_hex = len > 1 && (copy[1] == 'x' || copy[1] == 'X');

    if (last == 'f' && (!is_hex || strpbrk(copy, "pP") != NULL)) {
        token->suffix = SUFFIX_FLOAT;
        token->floating = (double)strtof(copy, &rest);
        if (*rest != '\0') rest++;
    } else {
        token->floating = strtod(copy, &rest);
        if (*rest == 'l' || *rest == 'L') {
            diag_error(lexer->diag, token->position, "long double is not supported");
            diag_hint(lexer->diag, "write the constant without the suffix '%c'", *rest);
            return;
        }
    }
    if (*rest != '\0') diag_error(lexer->diag, token->position, "invalid number '%.40s'", copy);
}

/* A preprocessing number of C: digits, letters, points and signed exponents. */
static void lex_number(struct lexer *lexer)
{
    uint64_t start = lexer->at;
    const char *text = lexer->source->text;
    bool is_hex = text[start] == '0' && (text[start + 1] == 'x' || text[start + 1] == 'X');
    bool is_floating = false;

    for (;; lexer->at++) {
        char c = text[lexer->at];

        if (c == '.') is_floating = true;
        if (strchr(is_hex ? "pP" : "eE", c) != NULL && c != '\0') {
            is_floating = true;
            if (text[lexer->at + 1] == '+' || text[lexer->at + 1] == '-') lexer->at++;
            continue;
        }
        if (!is_name_part(c) && c != '.') break;
    }
    if (is_floating) lex_floating(lexer, start, lexer->at);
    else lex_integer(lexer, start, lexer->at);
}

/* ----------------------------------------------------------------------- characters, strings -- */

static uint32_t lex_escape(struct lexer *lexer)
{
    static const char letters[] = "abfnrtv\\'\"?e", values[] = "\a\b\f\n\r\t\v\\'\"?\033";
    const char *found;
    uint32_t value = 0;
    char c = *text_at(lexer);

    if (c >= '0' && c <= '7') {
        for (int i = 0; i < 3 && *text_at(lexer) >= '0' && *text_at(lexer) <= '7'; i++)
            value = value * 8 + (uint32_t)(lexer->source->text[lexer->at++] - '0');
        return value;
    }
    if (c == 'x' && digit_value(text_at(lexer)[1]) < 16) {
        lexer->at++;
        while (digit_value(*text_at(lexer)) < 16)
            value = value * 16 + (uint32_t)digit_value(lexer->source->text[lexer->at++]);
        return value;
    }
    found = c == '\0' ? NULL : strchr(letters, c);
    if (found == NULL) {
        diag_error(lexer->diag, (source_pos)lexer->at, "unknown escape sequence");
        return 0;
    }
    lexer->at++;
    return (unsigned char)values[found - letters];
}

/* One character before the closing quote, or false at it or at the end of the line. */
static bool lex_character(struct lexer *lexer, char quote, uint64_t start, char *out)
{
    char c = *text_at(lexer);

    if (c == quote) {
        lexer->at++;
        return false;
    }
    if (c == '\0' || c == '\n') {
        diag_error(lexer->diag, (source_pos)start, "missing closing %c", quote);
        return false;
    }
    lexer->at++;
    *out = c == '\\' ? (char)lex_escape(lexer) : c;
    return true;
}

/* One character is a char that became int; of several the first is on top, as hosts have it. */
static void lex_character_constant(struct lexer *lexer)
{
    uint64_t start = lexer->at++;
    struct token *token = push_token(lexer, TOKEN_INTEGER, start);
    uint32_t value = 0;
    size_t n = 0;
    char c = 0;

    for (; lex_character(lexer, '\'', start, &c); n++) value = value << 8 | (unsigned char)c;
    if (n == 1) value = (uint32_t)(int32_t)(signed char)c;
    if (n < 1 || n > 4)
        diag_error(lexer->diag, token->position, "a character constant has one to four characters");
    else if (n > 1) {
        diag_warning(lexer->diag, token->position, "a constant of several characters is a number");
        diag_hint(lexer->diag, "a string stands in double quotes");
    }
    token->bits = arena_new(lexer->arena, 1, sizeof *token->bits);
    token->bits[0] = value;
    token->bits_width = 32;
    token->suffix = SUFFIX_CHARACTER;
}

static void lex_string(struct lexer *lexer)
{
    uint64_t start = lexer->at++, n = 0, capacity = 0;
    char *text = arena_grow(lexer->arena, NULL, 0, &capacity, 1), c;
    struct token *last = lexer->n_tokens > 0 ? &lexer->tokens[lexer->n_tokens - 1] : NULL;

    while (lex_character(lexer, '"', start, &c)) {
        text = arena_grow(lexer->arena, text, n, &capacity, 1);
        text[n++] = c;
    }
    if (last == NULL || last->kind != TOKEN_STRING) {
        last = push_token(lexer, TOKEN_STRING, start);
        last->text = arena_text(lexer->arena, text, n);
        last->text_len = n;
    } else {
        char *joined = arena_new(lexer->arena, last->text_len + n + 1, 1);

        memcpy(joined, last->text, last->text_len);
        memcpy(joined + last->text_len, text, n);
        last->text = joined;
        last->text_len += n;
    }
}

/* -------------------------------------------------------------------------------- directives -- */

static void skip_blanks(struct lexer *lexer)
{
    while (*text_at(lexer) == ' ' || *text_at(lexer) == '\t') lexer->at++;
}

static bool take_word(struct lexer *lexer, const char *word)
{
    size_t len = strlen(word);

    skip_blanks(lexer);
    if (strncmp(text_at(lexer), word, len) != 0 || is_name_part(text_at(lexer)[len])) return false;
    lexer->at += len;
    return true;
}

static void skip_line(struct lexer *lexer)
{
    while (*text_at(lexer) != '\0' && *text_at(lexer) != '\n') lexer->at++;
}

/* # 12 "file" flags, or #line 12 "file" */
static void lex_line_mark(struct lexer *lexer)
{
    const char *file = lexer->source->spans[lexer->source->n_spans - 1].file;
    uint64_t line = 0;

    for (; isdigit((unsigned char)*text_at(lexer)); lexer->at++)
        if (line < UINT32_MAX) line = line * 10 + (uint64_t)(*text_at(lexer) - '0');
    skip_blanks(lexer);
    if (*text_at(lexer) == '"') {
        uint64_t n = lexer->n_tokens;

        /* A mark is not a string: it must not join one before it. */
        push_token(lexer, TOKEN_LINE_END, lexer->at);
        lex_string(lexer);
        file = lexer->tokens[lexer->n_tokens - 1].text;
        lexer->n_tokens = n;
    }
    skip_line(lexer);
    if (*text_at(lexer) == '\n')
        source_mark(lexer->source, (source_pos)(lexer->at + 1), file, line);
}

/* #pragma gc bound N; others are the host compiler's. */
static void lex_pragma(struct lexer *lexer, uint64_t start)
{
    if (take_word(lexer, "gc")) {
        if (take_word(lexer, "bound")) {
            push_token(lexer, TOKEN_BOUND, start);
            lexer->in_pragma = true;
            return;
        }
        if (take_word(lexer, "marks")) {
            know_marks(lexer);
            skip_line(lexer);
            return;
        }
        skip_blanks(lexer);
        diag_error(lexer->diag, (source_pos)lexer->at, "unknown '#pragma gc'");
        diag_hint(lexer->diag, "there is '#pragma gc bound N' before a loop");
    }
    if (take_word(lexer, "pack") || take_word(lexer, "scalar_storage_order")) {
        diag_error(lexer->diag, (source_pos)start,
                   "a pragma that changes layouts is not supported");
        diag_hint(lexer->diag, "leave it out: a circuit has no memory layout");
    }
    skip_line(lexer);
}

static void lex_directive(struct lexer *lexer)
{
    uint64_t start = lexer->at++;

    skip_blanks(lexer);
    if (isdigit((unsigned char)*text_at(lexer))) {
        lex_line_mark(lexer);
    } else if (take_word(lexer, "line")) {
        skip_blanks(lexer);
        lex_line_mark(lexer);
    } else if (take_word(lexer, "pragma")) {
        lex_pragma(lexer, start);
    } else {
        diag_error(lexer->diag, (source_pos)start, "unexpected preprocessing directive");
        skip_line(lexer);
    }
}

static bool skip_comment(struct lexer *lexer)
{
    const char *text = text_at(lexer), *end;

    if (text[0] != '/' || (text[1] != '*' && text[1] != '/')) return false;
    if (text[1] == '/') {
        skip_line(lexer);
        return true;
    }
    end = strstr(text + 2, "*/");
    if (end == NULL) {
        diag_error(lexer->diag, (source_pos)lexer->at, "unterminated comment");
        lexer->at = lexer->source->text_len;
    } else {
        lexer->at += (uint64_t)(end + 2 - text);
    }
    return true;
}

static void lex_punctuator(struct lexer *lexer)
{
    for (size_t i = 0; i < sizeof punctuators / sizeof *punctuators; i++) {
        size_t len = strlen(punctuators[i]);

        if (strncmp(text_at(lexer), punctuators[i], len) == 0) {
            struct token *token = push_token(lexer, TOKEN_PUNCTUATOR, lexer->at);

            token->text = lex_name(lexer, punctuators[i], len);
            token->text_len = len;
            lexer->at += len;
            return;
        }
    }
    diag_error(lexer->diag, (source_pos)lexer->at, "unexpected character '%c'", *text_at(lexer));
    lexer->at++;
}

static bool at_line_start(const struct lexer *lexer)
{
    for (uint64_t i = lexer->at; i > 0; i--) {
        char c = lexer->source->text[i - 1];

        if (c == '\n') return true;
        if (c != ' ' && c != '\t') return false;
    }
    return true;
}

/* The length of what makes a literal wide or tells its encoding, as in L'a'; 0 without it. */
static size_t prefix_len(const struct lexer *lexer)
{
    static const char *const prefixes[] = {"L", "u8", "u", "U"};
    const char *text = text_at(lexer);

    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t len = strlen(prefixes[i]);

        if (strncmp(text, prefixes[i], len) == 0 && (text[len] == '\'' || text[len] == '"'))
            return len;
    }
    return 0;
}

static void skip_prefix(struct lexer *lexer, size_t len)
{
    diag_error(lexer->diag, (source_pos)lexer->at,
               "wide characters and those of an encoding are not supported");
    diag_hint(lexer->diag, "leave out the prefix '%.*s'", (int)len, text_at(lexer));
    lexer->at += len;
}

static void lex_one(struct lexer *lexer)
{
    char c = *text_at(lexer);
    size_t prefix = prefix_len(lexer);

    if (c == '\n' && lexer->in_pragma) {
        push_token(lexer, TOKEN_LINE_END, lexer->at);
        lexer->in_pragma = false;
    }
    if (isspace((unsigned char)c)) lexer->at++;
    else if (c == '#' && at_line_start(lexer)) lex_directive(lexer);
    else if (skip_comment(lexer)) return;
    else if (prefix > 0) skip_prefix(lexer, prefix);
    else if (is_name_start(c)) lex_word(lexer);
    else if (isdigit((unsigned char)c)) lex_number(lexer);
    else if (c == '.' && isdigit((unsigned char)text_at(lexer)[1])) lex_number(lexer);
    else if (c == '\'') lex_character_constant(lexer);
    else if (c == '"') lex_string(lexer);
    else if (c == '\0') {
        diag_error(lexer->diag, (source_pos)lexer->at, "NUL byte in the program");
        lexer->at++;
    } else {
        lex_punctuator(lexer);
    }
}

void lex(struct lexer *lexer, struct arena *arena, struct source *source, struct diag *diag)
{
    uint64_t end = source->text_len;

    *lexer = (struct lexer){.source = source, .diag = diag, .arena = arena};
    grow_names(lexer);
    for (size_t i = 0; i < sizeof keywords / sizeof *keywords; i++)
        find_name(lexer, keywords[i], strlen(keywords[i]))->is_keyword = true;
    know_spellings(lexer, spellings, sizeof spellings / sizeof *spellings);
    while (lexer->at < source->text_len) lex_one(lexer);
    if (lexer->in_pragma) push_token(lexer, TOKEN_LINE_END, lexer->at);
    while (end > 0 && isspace((unsigned char)source->text[end - 1])) end--;
    push_token(lexer, TOKEN_END, end);
}
