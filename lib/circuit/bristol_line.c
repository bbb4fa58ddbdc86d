/* The lines of Bristol circuit files; see bristol.h. */
#include "circuit/bristol.h"

#include "base/memory.h"

#include <string.h>

#define FIRST_CAPACITY 64
#define MAX_DIGITS 19 /* 10^19 - 1 fits 64 bits */

static const struct {
    char text[5];
    uint8_t len;
} gate_names[] = {
    [KIND_NONE] = {"", 0},     [KIND_XOR] = {"XOR", 3}, [KIND_AND] = {"AND", 3},
    [KIND_INV] = {"INV", 3},   [KIND_EQW] = {"EQW", 3}, [KIND_EQ] = {"EQ", 2},
    [KIND_MAND] = {"MAND", 4}, [KIND_OR] = {"OR", 2},   [KIND_NOT] = {"NOT", 3},
    [KIND_NAND] = {"NAND", 4}, [KIND_NOR] = {"NOR", 3}, [KIND_XNOR] = {"XNOR", 4},
};
#define N_GATE_NAMES (sizeof gate_names / sizeof gate_names[0])

const char *gate_kind_name(enum gate_kind kind)
{
    return gate_names[kind].text;
}

static enum gate_kind find_kind(const char *word, size_t len)
{
    for (size_t i = 1; i < N_GATE_NAMES; i++)
        if (len == gate_names[i].len && memcmp(word, gate_names[i].text, len) == 0)
            return (enum gate_kind)i;
    return KIND_NONE;
}

void bristol_line_wipe(struct bristol_line *line)
{
    mem_free(line->numbers);
    line->numbers = NULL;
    line->capacity = 0;
}

static bool grow(struct bristol_line *line)
{
    uint64_t wanted = line->capacity == 0 ? FIRST_CAPACITY : 2 * line->capacity;
    uint64_t *numbers = mem_resize(line->numbers, line->capacity, wanted, sizeof *numbers);

    if (numbers == NULL) return false;
    line->numbers = numbers;
    line->capacity = wanted;
    return true;
}

static inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What may follow a word; '\0' also stands for the end of the text. */
static inline bool ends_word(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\0';
}

static size_t word_len(const struct text *text)
{
    const char *at = text->at;

    while (!ends_word(*at)) at++;
    return (size_t)(at - text->at);
}

static sotto_err refuse_control(const struct text *text)
{
    if (*text->at == '\r')
        return text_fail(text, text->line, SOTTO_ERR_CIRCUIT,
                         "a carriage return without a line feed");
    return text_fail(text, text->line, SOTTO_ERR_CIRCUIT, "a NUL byte");
}

/* A line feed, with or without a carriage return before it. */
static bool take_line_end(struct text *text)
{
    if (*text->at == '\n') text->at += 1;
    else if (*text->at == '\r' && text->at[1] == '\n') text->at += 2;
    else return false;
    text->line++;
    return true;
}

static sotto_err skip_comment(struct text *text)
{
    for (;;) {
        sotto_err err = text_skip_blanks(text);

        if (err != SOTTO_OK || text_at_end(text) || take_line_end(text)) return err;
        if (*text->at == '\0' || *text->at == '\r') return refuse_control(text);
        text->at++;
    }
}

static sotto_err refuse_byte_order_mark(const struct text *text)
{
    text_fail(text, 1, SOTTO_ERR_CIRCUIT, "the file starts with a byte order mark");
    add_hint(text->context, "Save it as plain text, without a byte order mark.");
    return SOTTO_ERR_CIRCUIT;
}

sotto_err bristol_skip_blank_lines(struct text *text)
{
    bool at_start = text->n_fetched == 0;

    for (;;) {
        sotto_err err = text_skip_blanks(text);

        if (err != SOTTO_OK || text_at_end(text)) return err;
        if (at_start && strncmp(text->at, "\xef\xbb\xbf", 3) == 0)
            return refuse_byte_order_mark(text);
        at_start = false;
        if (take_line_end(text)) continue;
        if (*text->at != '#') return SOTTO_OK;
        err = skip_comment(text);
        if (err != SOTTO_OK) return err;
    }
}

static inline sotto_err read_number(struct text *text, struct bristol_line *line)
{
    const char *at = text->at;
    uint64_t value = 0;

    while (is_digit(*at)) value = 10 * value + (uint64_t)(*at++ - '0');
    if (!ends_word(*at))
        return text_fail(text, line->line, SOTTO_ERR_CIRCUIT, "%s is not a number",
                         show(text->at, word_len(text)).text);
    if (at - text->at > MAX_DIGITS)
        return text_fail(text, line->line, SOTTO_ERR_CIRCUIT, "%s is too large a number",
                         show(text->at, (size_t)(at - text->at)).text);
    if (line->n < line->max_kept) {
        if (line->n >= line->capacity && !grow(line)) return fail_memory(text->context);
        line->numbers[line->n] = value;
    }
    line->n++;
    text->at = at;
    return SOTTO_OK;
}

static bool is_last_word(const struct text *text, size_t len)
{
    const char *at = text->at + len;

    while (*at == ' ' || *at == '\t') at++;
    return ends_word(*at);
}

/* A word that is neither a number nor a gate. The shortest gate has four numbers before its name.
 */
static sotto_err refuse_word(const struct text *text, const struct bristol_line *line)
{
    size_t len = word_len(text);
    struct shown word = show(text->at, len);
    bool is_name = line->n >= 4 && is_letter(*text->at) && is_last_word(text, len);
    char upper[8] = "";

    if (!is_name)
        return text_fail(text, line->line, SOTTO_ERR_CIRCUIT, "%s is not a number", word.text);
    text_fail(text, line->line, SOTTO_ERR_CIRCUIT, "%s is not a gate", word.text);
    for (size_t i = 0; i < len && i < sizeof upper - 1; i++)
        upper[i] =
            (char)(text->at[i] >= 'a' && text->at[i] <= 'z' ? text->at[i] - 32 : text->at[i]);
    if (find_kind(upper, strlen(upper)) != KIND_NONE)
        add_hint(text->context, "Gates are written in upper case: %s.", upper);
    else add_hint(text->context, "Gates are XOR AND INV EQ EQW MAND, and OR NOT NAND NOR XNOR.");
    return SOTTO_ERR_CIRCUIT;
}

/* The name of the gate, behind which nothing may follow. */
static sotto_err read_name(struct text *text, struct bristol_line *line)
{
    size_t len = word_len(text);
    sotto_err err;

    line->kind = find_kind(text->at, len);
    if (line->kind == KIND_NONE) return refuse_word(text, line);
    text->at += len;
    err = text_skip_blanks(text);
    if (err != SOTTO_OK || text_at_end(text) || ends_word(*text->at)) return err;
    return text_fail(text, line->line, SOTTO_ERR_CIRCUIT, "%s stands behind the gate",
                     show(text->at, word_len(text)).text);
}

sotto_err bristol_line_read(struct text *text, struct bristol_line *line)
{
    sotto_err err = bristol_skip_blank_lines(text);

    if (err != SOTTO_OK) return err;
    line->at_end = text_at_end(text);
    if (line->at_end) return SOTTO_OK;
    line->n = 0;
    line->kind = KIND_NONE;
    line->line = text->line;
    while (err == SOTTO_OK && !text_at_end(text) && !take_line_end(text)) {
        if (is_digit(*text->at)) err = read_number(text, line);
        else if (ends_word(*text->at)) err = refuse_control(text);
        else err = read_name(text, line);
        if (err == SOTTO_OK) err = text_skip_blanks(text);
    }
    return err;
}
