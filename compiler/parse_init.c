/* Initialisers; productions of C11 6.7.9. They come out flat: values and where each goes. */
#include "compiler/bits.h"
#include "compiler/parse.h"

#include <string.h>

/* Where in the object the next value goes. */
struct place {
    struct type *type;
    uint64_t offset;
    struct member *bit_field;
};

struct init_list {
    struct init_item *first, **tail;
    bool has_designator; /* what is there may be written over */
};

static void initialize(struct parser *p, struct init_list *list, struct place place,
                       struct expr *pending);

static void add_item(struct parser *p, struct init_list *list, struct place place,
                     struct expr *value)
{
    struct init_item *item = arena_new(p->arena, 1, sizeof *item);

    *item = (struct init_item){.offset = place.offset,
                               .type = place.type,
                               .bit_field = place.bit_field,
                               .value = sema_convert(p->sema, value, place.type, "initializing")};
    *list->tail = item;
    list->tail = &item->next;
}

static bool is_char_array(const struct type *type)
{
    return type->kind == TYPE_ARRAY && type->base->kind == TYPE_INTEGER && type->base->bits == 8 &&
           !type->base->is_bit_precise;
}

static struct place element(const struct place *array, uint64_t index)
{
    return (struct place){array->type->base, array->offset + index * array->type->base->size, NULL};
}

static struct place member_place(const struct place *record, struct member *member)
{
    return (struct place){member->type, record->offset + member->offset,
                          member->bit_width > 0 ? member : NULL};
}

/* The next member that takes a value: unnamed bit-fields take none. */
static struct member *next_member(struct member *member)
{
    while (member != NULL && member->name == NULL && !type_is_record(member->type))
        member = member->next;
    return member;
}

/* ------------------------------------------------------------------------------- designators -- */

static uint64_t designated_index(struct parser *p, const struct place *at)
{
    struct word *index;

    expect(p, "[");
    index = sema_constant(p->sema, constant_expression(p), "an array designator");
    expect(p, "]");
    if (index == NULL) return 0;
    if (bits_len(index->bits, index->width) > 32 ||
        (!at->type->is_incomplete && index->bits[0] >= at->type->n)) {
        diag_error(p->diag, here(p), "the designator is beyond the end of the array");
        return 0;
    }
    return index->bits[0];
}

/* A direct member, or the unnamed one that holds it: then the name is still to be read. */
static struct member *designated_member(struct parser *p, const struct type *record)
{
    const char *name = (peek(p) + 1)->text;

    for (struct member *member = record->members; member != NULL; member = member->next) {
        uint64_t offset = 0;

        if (member->name == name && name[0] != '\0') {
            p->at += 2;
            return member;
        }
        if (member->name == NULL && type_is_record(member->type) &&
            sema_find_member(member->type, name, &offset) != NULL)
            return member;
    }
    diag_error(p->diag, here(p), "'%s' has no member '%s'", type_text(p->arena, record), name);
    longjmp(*p->recover, 1);
}

/* Whether another value of an aggregate without braces follows. */
static bool take_separator(struct parser *p)
{
    if (!next_is(p, ",") || second_is(p, "}") || second_is(p, "[") || second_is(p, "."))
        return false;
    p->at++;
    return true;
}

static struct member *member_after(const struct type *record, const struct member *member)
{
    return record->kind == TYPE_UNION ? NULL : next_member(member->next);
}

/* designation = ("[" constant-expression "]" | "." name)* "="; what is left of it, then a value,
 * and values for what comes after it in the aggregates that it names [6.7.9, 17] */
static void designation(struct parser *p, struct init_list *list, struct place place)
{
    list->has_designator = true;
    if (next_is(p, "[") && place.type->kind == TYPE_ARRAY) {
        uint64_t i = designated_index(p, &place);

        designation(p, list, element(&place, i));
        while (++i < place.type->n && take_separator(p))
            initialize(p, list, element(&place, i), NULL);
    } else if (next_is(p, ".") && type_is_record(place.type)) {
        struct member *member = designated_member(p, place.type);

        designation(p, list, member_place(&place, member));
        while ((member = member_after(place.type, member)) != NULL && take_separator(p))
            initialize(p, list, member_place(&place, member), NULL);
    } else if (next_is(p, "[") || next_is(p, ".")) {
        syntax_error(p, "a designator that fits the type");
    } else {
        take(p, "=");
        initialize(p, list, place, NULL);
    }
}

/* A list in braces or a string replaces all that was given for its aggregate before
 * [6.7.9, 19]. */
static void drop_items(struct init_list *list, const struct place *place)
{
    struct init_item **at = &list->first;

    if (!list->has_designator) return;
    while (*at != NULL) {
        uint64_t offset = (*at)->offset;

        if (offset >= place->offset && offset - place->offset < place->type->size)
            *at = (*at)->next;
        else at = &(*at)->next;
    }
    list->tail = at;
}

static void string_elements(struct parser *p, struct init_list *list, const struct place *array,
                            const struct token *token)
{
    uint64_t n = array->type->n;

    drop_items(list, array);
    if (token->text_len > n) diag_error(p->diag, token->position, "the string is too long");
    for (uint64_t i = 0; i < n && i < token->text_len; i++) {
        struct word *word = word_const(p->sema->graph, 8, (unsigned char)token->text[i]);

        add_item(p, list, element(array, i),
                 sema_const(p->sema, token->position, array->type->base, word));
    }
}

/* -------------------------------------------------------------------------------- aggregates -- */

static bool at_list_end(struct parser *p)
{
    return next_is(p, "}") || (next_is(p, ",") && second_is(p, "}"));
}

/* "{" (designation? initializer ("," ...)*)? ","? "}" of an array; the number of its elements. */
static uint64_t array_list(struct parser *p, struct init_list *list, struct place array)
{
    uint64_t index = 0, n = 0;

    expect(p, "{");
    for (bool first = true; !at_list_end(p); first = false) {
        if (!first) expect(p, ",");
        if (next_is(p, "[")) {
            index = designated_index(p, &array);
            designation(p, list, element(&array, index));
        } else if (!array.type->is_incomplete && index >= array.type->n) {
            diag_error(p->diag, here(p), "too many initialisers for '%s'",
                       type_text(p->arena, array.type));
            longjmp(*p->recover, 1);
        } else {
            initialize(p, list, element(&array, index), NULL);
        }
        if (++index > n) n = index;
    }
    take(p, ",");
    expect(p, "}");
    return n;
}

/* The same of a struct or union. */
static void record_list(struct parser *p, struct init_list *list, struct place record)
{
    struct member *member = next_member(record.type->members);

    expect(p, "{");
    for (bool first = true; !at_list_end(p); first = false) {
        if (!first) expect(p, ",");
        if (next_is(p, ".")) {
            member = designated_member(p, record.type);
            designation(p, list, member_place(&record, member));
        } else if (member == NULL) {
            diag_error(p->diag, here(p), "too many initialisers for '%s'",
                       type_text(p->arena, record.type));
            longjmp(*p->recover, 1);
        } else {
            initialize(p, list, member_place(&record, member), NULL);
        }
        member = member_after(record.type, member);
    }
    take(p, ",");
    expect(p, "}");
}

/* An aggregate whose braces were left out takes as many values as it has places. */
static void without_braces(struct parser *p, struct init_list *list, struct place place,
                           struct expr *pending)
{
    struct member *member;

    if (place.type->kind == TYPE_ARRAY) {
        for (uint64_t i = 0; i < place.type->n; i++, pending = NULL) {
            if (i > 0 && !take_separator(p)) return;
            initialize(p, list, element(&place, i), pending);
        }
        return;
    }
    member = next_member(place.type->members);
    for (bool first = true; member != NULL; first = false, pending = NULL) {
        if (!first && !take_separator(p)) return;
        initialize(p, list, member_place(&place, member), pending);
        member = member_after(place.type, member);
    }
}

/* "{" initializer ","? "}" of a scalar */
static void braced_scalar(struct parser *p, struct init_list *list, struct place place)
{
    expect(p, "{");
    if (!next_is(p, "}")) initialize(p, list, place, NULL);
    take(p, ",");
    expect(p, "}");
}

static bool next_is_string(struct parser *p)
{
    return peek(p)->kind == TOKEN_STRING;
}

static void initialize(struct parser *p, struct init_list *list, struct place place,
                       struct expr *pending)
{
    bool is_aggregate = place.type->kind == TYPE_ARRAY || type_is_record(place.type);

    enter_nesting(p);
    if (pending == NULL && is_char_array(place.type) && next_is_string(p)) {
        string_elements(p, list, &place, peek(p));
        p->at++;
    } else if (pending == NULL && is_char_array(place.type) && next_is(p, "{") &&
               (peek(p) + 1)->kind == TOKEN_STRING) {
        p->at++;
        initialize(p, list, place, NULL);
        take(p, ",");
        expect(p, "}");
    } else if (pending == NULL && next_is(p, "{")) {
        if (is_aggregate) drop_items(list, &place);
        if (place.type->kind == TYPE_ARRAY) array_list(p, list, place);
        else if (type_is_record(place.type)) record_list(p, list, place);
        else braced_scalar(p, list, place);
    } else {
        if (pending == NULL && is_aggregate && place.type->kind == TYPE_ARRAY &&
            next_is_string(p) && is_char_array(place.type->base)) {
            without_braces(p, list, place, NULL);
        } else {
            if (pending == NULL) pending = assignment_expression(p);
            if (is_aggregate &&
                !(type_is_record(place.type) && type_equal(place.type, pending->type)))
                without_braces(p, list, place, pending);
            else add_item(p, list, place, pending);
        }
    }
    p->depth--;
}

/* initializer = assignment-expression | "{" ... "}" */
struct init_item *initializer(struct parser *p, struct type **type)
{
    struct init_list list = {.tail = &list.first};
    struct place place = {.type = *type};
    bool is_open = (*type)->kind == TYPE_ARRAY && (*type)->is_incomplete;
    uint64_t n;

    if (is_open && is_char_array(*type) &&
        (next_is_string(p) || (next_is(p, "{") && (peek(p) + 1)->kind == TOKEN_STRING))) {
        const struct token *token = next_is_string(p) ? peek(p) : peek(p) + 1;

        *type = type_array(&p->sema->types, (*type)->base, (uint64_t)token->text_len + 1);
    } else if (is_open) {
        if (!next_is(p, "{")) syntax_error(p, "'{'");
        n = array_list(p, &list, place);
        *type = type_array(&p->sema->types, (*type)->base, n);
        return list.first;
    } else if ((*type)->kind == TYPE_ARRAY && !next_is(p, "{") && !next_is_string(p)) {
        syntax_error(p, "'{'");
    }
    place.type = *type;
    if (type_is_record(*type) && !next_is(p, "{"))
        add_item(p, &list, place, assignment_expression(p));
    else initialize(p, &list, place, NULL);
    return list.first;
}
