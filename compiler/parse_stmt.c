/* Statements; productions of C11 6.8. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

static struct stmt *statement(struct parser *p);

struct stmt *new_stmt(struct parser *p, enum stmt_kind kind)
{
    struct stmt *stmt = arena_new(p->arena, 1, sizeof *stmt);

    *stmt = (struct stmt){.kind = kind, .position = here(p)};
    return stmt;
}

static struct expr *condition(struct parser *p)
{
    struct expr *value;

    expect(p, "(");
    value = sema_truth(p->sema, expression(p));
    expect(p, ")");
    return value;
}

/* --------------------------------------------------------------------------------- selection -- */

/* "if" "(" expression ")" statement ("else" statement)? A chain of else if may be longer than
 * statements may nest. */
static struct stmt *if_statement(struct parser *p)
{
    struct stmt *first = NULL, **tail = &first;
    bool labels_fit = p->labels_fit, has_other = true;

    p->labels_fit = false;
    while (has_other && next_is(p, "if")) {
        struct stmt *stmt = *tail = new_stmt(p, STMT_IF);

        expect(p, "if");
        stmt->value = condition(p);
        stmt->body = statement(p);
        tail = &stmt->other;
        has_other = take(p, "else");
    }
    if (has_other) *tail = statement(p);
    p->labels_fit = labels_fit;
    return first;
}

/* "switch" "(" expression ")" statement */
static struct stmt *switch_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_SWITCH), *outer = p->switch_stmt;
    bool labels_fit = p->labels_fit;

    expect(p, "switch");
    expect(p, "(");
    stmt->value = sema_value(p->sema, expression(p));
    expect(p, ")");
    if (!type_is_integer(stmt->value->type)) {
        diag_error(p->diag, stmt->value->position, "a switch needs an integer, not '%s'",
                   type_text(p->arena, stmt->value->type));
        stmt->value = sema_error(p->sema, stmt->position);
    }
    stmt->value = sema_convert(p->sema, stmt->value,
                               type_promoted(&p->sema->types, stmt->value->type, 0), "switching");
    p->switch_stmt = stmt;
    p->labels_fit = true;
    p->n_switches++;
    stmt->body = statement(p);
    p->n_switches--;
    p->labels_fit = labels_fit;
    p->switch_stmt = outer;
    return stmt;
}

static struct word *case_value(struct parser *p)
{
    struct expr *value = constant_expression(p);

    value = sema_convert(p->sema, value, p->switch_stmt->value->type, "case label of");
    return sema_constant(p->sema, value, "a case label");
}

static void check_duplicate(struct parser *p, const struct stmt *label)
{
    for (uint64_t i = 0; i < p->switch_stmt->n_cases; i++) {
        const struct stmt *other = p->switch_stmt->cases[i];

        if (label->is_default
                ? other->is_default
                : !other->is_default && other->low == label->low && label->low != NULL)
            diag_error(p->diag, label->position, "this label stands twice in the switch");
    }
}

/* "case" constant-expression ("..." constant-expression)? ":" | "default" ":" */
static struct stmt *case_label(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_CASE), *in = p->switch_stmt;

    if (in == NULL) {
        diag_error(p->diag, here(p), "a label outside of a switch");
        longjmp(*p->recover, 1);
    }
    if (!p->labels_fit) {
        diag_error(p->diag, here(p), "a case label inside another statement is not supported");
        diag_hint(p->diag, "put the label directly into the block of the switch");
        longjmp(*p->recover, 1);
    }
    if (take(p, "default")) {
        stmt->is_default = true;
    } else {
        expect(p, "case");
        stmt->low = stmt->high = case_value(p);
        if (take(p, "...")) stmt->high = case_value(p);
    }
    expect(p, ":");
    check_duplicate(p, stmt);
    in->cases =
        arena_grow(p->arena, in->cases, in->n_cases, &in->cases_capacity, sizeof *in->cases);
    in->cases[in->n_cases++] = stmt;
    return stmt;
}

/* case-label+ statement. There may be more labels than statements may nest. */
static struct stmt *case_statement(struct parser *p)
{
    struct stmt *first = NULL, **tail = &first;

    while (next_is(p, "case") || next_is(p, "default")) {
        *tail = case_label(p);
        tail = &(*tail)->body;
    }
    *tail = next_is(p, "}") ? new_stmt(p, STMT_EMPTY) : statement(p);
    return first;
}

/* ------------------------------------------------------------------------------------- loops -- */

static struct stmt *loop_body(struct parser *p)
{
    bool labels_fit = p->labels_fit;
    struct stmt *body;

    p->n_loops++;
    p->labels_fit = false;
    body = statement(p);
    p->labels_fit = labels_fit;
    p->n_loops--;
    return body;
}

/* "while" "(" expression ")" statement */
static struct stmt *while_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_LOOP);

    expect(p, "while");
    stmt->value = condition(p);
    stmt->body = loop_body(p);
    return stmt;
}

/* "do" statement "while" "(" expression ")" ";" */
static struct stmt *do_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_LOOP);

    expect(p, "do");
    stmt->is_do = true;
    stmt->body = loop_body(p);
    expect(p, "while");
    stmt->value = condition(p);
    expect(p, ";");
    return stmt;
}

/* The variable that a step moves by a constant, or NULL. */
static struct symbol *stepped_variable(const struct expr *step)
{
    if (step == NULL || (step->kind != EXPR_ASSIGN_OP && step->kind != EXPR_POST)) return NULL;
    if ((step->op != OP_ADD && step->op != OP_SUB) || step->b->kind != EXPR_CONST) return NULL;
    if (step->a->kind != EXPR_VARIABLE || step->a->symbol->is_global) return NULL;
    return step->a->symbol;
}

/* "for" "(" (declaration | expression? ";") expression? ";" expression? ")" statement */
static struct stmt *for_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_LOOP);
    uint64_t n_leaving = p->n_leaving, n_writes;
    struct symbol *counter;

    expect(p, "for");
    expect(p, "(");
    scope_open(p);
    if (starts_declaration(p)) {
        *local_declaration(p, &stmt->init) = NULL;
    } else if (!take(p, ";")) {
        stmt->init = new_stmt(p, STMT_EXPR);
        stmt->init->value = expression(p);
        expect(p, ";");
    }
    if (!next_is(p, ";")) stmt->value = sema_truth(p->sema, expression(p));
    expect(p, ";");
    if (!next_is(p, ")")) stmt->step = expression(p);
    expect(p, ")");
    counter = stepped_variable(stmt->step);
    n_writes = counter != NULL ? counter->n_writes : 0;
    stmt->body = loop_body(p);
    if (counter != NULL && counter->n_writes == n_writes && p->n_leaving == n_leaving)
        stmt->counter = counter;
    scope_close(p);
    return stmt;
}

/* "#pragma gc bound" constant-expression, before a loop */
static struct stmt *bounded_loop(struct parser *p)
{
    source_pos position = here(p);
    struct word *bound;
    struct stmt *stmt;

    p->at++;
    bound = sema_constant(p->sema, constant_expression(p), "the bound of a loop");
    if (peek(p)->kind != TOKEN_LINE_END) syntax_error(p, "the end of the line");
    p->at++;
    if (!next_is(p, "for") && !next_is(p, "while") && !next_is(p, "do")) {
        diag_error(p->diag, position, "'#pragma gc bound' must stand before a loop");
        return statement(p);
    }
    stmt = statement(p);
    if (bound != NULL && (word_is_zero(bound) || bits_len(bound->bits, bound->width) > 31))
        diag_error(p->diag, position, "the bound of a loop must be between 1 and 2^31 - 1");
    else if (bound != NULL) stmt->bound = bound->bits[0];
    return stmt;
}

/* ------------------------------------------------------------------------------------- jumps -- */

static struct stmt *jump_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, next_is(p, "break") ? STMT_BREAK : STMT_CONTINUE);

    if (stmt->kind == STMT_BREAK && p->n_loops == 0 && p->n_switches == 0)
        diag_error(p->diag, stmt->position, "'break' outside of a loop or switch");
    if (stmt->kind == STMT_CONTINUE && p->n_loops == 0)
        diag_error(p->diag, stmt->position, "'continue' outside of a loop");
    p->n_leaving += stmt->kind == STMT_BREAK;
    p->at++;
    expect(p, ";");
    return stmt;
}

/* "return" expression? ";" */
static struct stmt *return_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_RETURN);
    struct type *result = p->function->type->base;

    expect(p, "return");
    p->n_leaving++;
    if (!next_is(p, ";")) stmt->value = expression(p);
    expect(p, ";");
    if (stmt->value == NULL) {
        if (result->kind != TYPE_VOID)
            diag_error(p->diag, stmt->position, "this function returns '%s'",
                       type_text(p->arena, result));
    } else if (result->kind == TYPE_VOID) {
        if (stmt->value->type->kind != TYPE_VOID)
            diag_error(p->diag, stmt->position, "this function returns nothing");
    } else {
        stmt->value = sema_convert(p->sema, stmt->value, result, "returning");
    }
    return stmt;
}

__attribute__((noreturn)) static void refuse_statement(struct parser *p, const char *what,
                                                       const char *instead)
{
    refuse(p, what, instead);
    longjmp(*p->recover, 1);
}

static struct stmt *expression_statement(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_EXPR);

    stmt->value = sema_value(p->sema, expression(p));
    expect(p, ";");
    return stmt;
}

/* statement = case-statement | compound-statement | if-statement | switch-statement
 *           | while-statement | do-statement | for-statement | jump-statement
 *           | return-statement | expression? ";" */
static struct stmt *statement(struct parser *p)
{
    struct stmt *stmt;

    enter_nesting(p);
    skip_attributes(p);
    if (peek(p)->kind == TOKEN_NAME && second_is(p, ":"))
        refuse_statement(p, "labels are", "use loops with break and continue");
    if (next_is(p, "goto")) refuse_statement(p, "goto is", "use loops with break and continue");
    if (next_is(p, "asm")) refuse_statement(p, "inline assembly is", "write it in C");
    if (next_is(p, "case") || next_is(p, "default")) stmt = case_statement(p);
    else if (next_is(p, "{")) stmt = compound_statement(p);
    else if (next_is(p, "if")) stmt = if_statement(p);
    else if (next_is(p, "switch")) stmt = switch_statement(p);
    else if (next_is(p, "while")) stmt = while_statement(p);
    else if (next_is(p, "do")) stmt = do_statement(p);
    else if (next_is(p, "for")) stmt = for_statement(p);
    else if (next_is(p, "break") || next_is(p, "continue")) stmt = jump_statement(p);
    else if (next_is(p, "return")) stmt = return_statement(p);
    else if (peek(p)->kind == TOKEN_BOUND) stmt = bounded_loop(p);
    else if (next_is(p, ";")) {
        stmt = new_stmt(p, STMT_EMPTY);
        p->at++;
    } else {
        stmt = expression_statement(p);
    }
    p->depth--;
    return stmt;
}

/* Braces that are open at the error in the item that begins at start. */
static uint64_t open_braces(struct parser *p, uint64_t start)
{
    uint64_t error = p->at, depth = 0;

    for (p->at = start; p->at < error; p->at++) {
        if (next_is(p, "{")) depth++;
        if (next_is(p, "}") && depth > 0) depth--;
    }
    return depth;
}

/* To behind the next ';' or to a '}' of the block that the error stands in. A declaration goes on
 * behind the braces of an initialiser or a struct, a statement ends with those of its block. */
static void skip_statement(struct parser *p, uint64_t start)
{
    uint64_t depth = open_braces(p, start), parentheses = 0;
    bool goes_on = depth > 0;

    for (; peek(p)->kind != TOKEN_END; p->at++) {
        if (next_is(p, "(")) parentheses++;
        if (next_is(p, ")") && parentheses > 0) parentheses--;
        if (next_is(p, "{")) depth++;
        if (next_is(p, "}")) {
            if (depth == 0) return;
            if (--depth == 0 && !goes_on && parentheses == 0) {
                p->at++;
                return;
            }
        }
        if (next_is(p, ";") && depth == 0) {
            p->at++;
            return;
        }
    }
}

static struct stmt **block_item(struct parser *p, struct stmt **tail)
{
    if (next_is(p, "_Static_assert")) {
        static_assertion(p);
        return tail;
    }
    if (starts_declaration(p)) return local_declaration(p, tail);
    *tail = statement(p);
    return &(*tail)->next;
}

/* One item, or what is left of it after an error. */
static struct stmt **guarded_item(struct parser *p, struct stmt **volatile tail)
{
    struct parser saved = *p;
    struct stmt **volatile end = tail;
    jmp_buf recover;

    p->recover = &recover;
    if (setjmp(recover) == 0) {
        end = block_item(p, tail);
    } else {
        uint64_t at = p->at;

        *p = saved;
        p->at = at;
        skip_statement(p, saved.at);
        *end = NULL;
    }
    p->recover = saved.recover;
    return end;
}

/* compound-statement = "{" (declaration | statement)* "}" */
struct stmt *function_body(struct parser *p)
{
    struct stmt *stmt = new_stmt(p, STMT_BLOCK), **tail = &stmt->body;

    expect(p, "{");
    p->block_depth++;
    while (!next_is(p, "}")) {
        if (peek(p)->kind == TOKEN_END) syntax_error(p, "'}'");
        if (diag_is_full(p->diag)) longjmp(*p->recover, 1);
        tail = guarded_item(p, tail);
    }
    p->block_depth--;
    p->at++;
    return stmt;
}

struct stmt *compound_statement(struct parser *p)
{
    struct stmt *stmt;

    scope_open(p);
    stmt = function_body(p);
    scope_close(p);
    return stmt;
}
