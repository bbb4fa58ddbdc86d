/* The entry function and its interface; see entry.h. */
#include "compiler/entry.h"

#include "compiler/value.h"

#include <string.h>

/* A parameter or local that crosses the interface. */
struct crossing {
    struct symbol *symbol;
    struct type *type; /* what crosses: of a pointer to an output, what it points to */
    const char *name;
    enum owner owner;
    source_pos position;
    struct object *object; /* NULL: the returned value */
    bool is_local;
};

struct entry {
    struct exec *x;
    struct symbol *function;
    struct crossing *crossings; /* parameters in order, then locals */
    uint64_t n_crossings;
    uint64_t capacity;
    uint64_t n_input_bits;
};

/* ------------------------------------------------------------------------------ the function -- */

static struct symbol *find_function(struct exec *x, const struct unit *unit, const char *name)
{
    struct symbol *only = NULL;
    uint64_t n_public = 0;

    for (uint64_t i = 0; i < unit->n_functions; i++) {
        struct symbol *function = unit->functions[i];

        if (strcmp(function->name, name != NULL ? name : "mpc_main") == 0) return function;
        if (function->is_static) continue;
        only = function;
        n_public++;
    }
    if (name == NULL && n_public == 1) return only;
    if (name != NULL) diag_error(x->diag, 0, "there is no function '%s' in this program", name);
    else if (n_public == 0) diag_error(x->diag, 0, "there is no function in this program");
    else {
        diag_error(x->diag, only->position, "several functions could be the circuit");
        diag_hint(x->diag, "name one with -f, make the others static, or call it mpc_main");
    }
    return NULL;
}

/* ------------------------------------------------------------------------------------ owners -- */

static bool begins_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* By its mark, or by its name as CBMC-GC and HyCC write it. */
static enum owner owner_of(const struct symbol *symbol, uint32_t mark)
{
    if (mark != OWNER_NONE) return (enum owner)mark;
    if (begins_with(symbol->name, "INPUT_A")) return OWNER_GARBLER;
    if (begins_with(symbol->name, "INPUT_B")) return OWNER_EVALUATOR;
    if (begins_with(symbol->name, "OUTPUT_")) return OWNER_OUTPUT;
    return OWNER_NONE;
}

static struct crossing *add_crossing(struct entry *entry, struct symbol *symbol, struct type *type,
                                     enum owner owner)
{
    struct crossing *crossing;

    entry->crossings = arena_grow(entry->x->arena, entry->crossings, entry->n_crossings,
                                  &entry->capacity, sizeof *entry->crossings);
    crossing = &entry->crossings[entry->n_crossings++];
    *crossing = (struct crossing){.symbol = symbol,
                                  .type = type,
                                  .name = symbol->name,
                                  .owner = owner,
                                  .position = symbol->position};
    return crossing;
}

/* The type that crosses for a parameter, or NULL after a report. */
static struct type *crossing_type(struct exec *x, const struct parameter *parameter,
                                  enum owner owner)
{
    struct type *type = parameter->declared;

    if (type->kind == TYPE_POINTER && owner == OWNER_OUTPUT) {
        if (!type->base->is_incomplete && type->base->kind != TYPE_VOID) return type->base;
    } else if (type->kind == TYPE_POINTER) {
        diag_error(x->diag, parameter->position, "input '%s' is a pointer", parameter->name);
        diag_hint(x->diag, "give an array with its length: T %s[N]", parameter->name);
        return NULL;
    } else if (type->kind == TYPE_ARRAY && (type->is_incomplete || type->length != NULL)) {
        diag_error(x->diag, parameter->position, "'%s' has no constant length", parameter->name);
        diag_hint(x->diag, "give it one: %s[N]", parameter->name);
        return NULL;
    } else if (type->kind != TYPE_ARRAY && owner == OWNER_OUTPUT) {
        diag_error(x->diag, parameter->position, "output '%s' is neither a pointer nor an array",
                   parameter->name);
        return NULL;
    }
    return type;
}

static void collect_parameters(struct entry *entry)
{
    struct exec *x = entry->x;
    const struct parameter *parameter = entry->function->type->parameters;

    for (uint64_t i = 0; parameter != NULL; parameter = parameter->next, i++) {
        struct symbol *symbol = entry->function->parameters[i];
        enum owner owner = owner_of(symbol, parameter->owner);
        struct type *type = crossing_type(x, parameter, owner);

        if (type != NULL) add_crossing(entry, symbol, type, owner);
    }
}

static void collect_locals(struct entry *entry)
{
    for (uint64_t i = 0; i < entry->function->n_locals; i++) {
        struct symbol *symbol = entry->function->locals[i];
        enum owner owner = owner_of(symbol, OWNER_NONE);

        if (owner == OWNER_NONE || (owner != OWNER_OUTPUT && symbol->has_init)) continue;
        add_crossing(entry, symbol, symbol->type, owner)->is_local = true;
    }
}

/* With no marks at all, exactly two inputs are the garbler's and the evaluator's. */
static void default_owners(struct entry *entry)
{
    struct crossing *unmarked[2] = {NULL, NULL};
    uint64_t n_unmarked = 0, n_inputs = 0;

    for (uint64_t i = 0; i < entry->n_crossings; i++) {
        struct crossing *crossing = &entry->crossings[i];

        if (crossing->owner != OWNER_OUTPUT) n_inputs++;
        if (crossing->owner != OWNER_NONE) continue;
        if (n_unmarked < 2) unmarked[n_unmarked] = crossing;
        n_unmarked++;
    }
    if (n_unmarked == 0) return;
    if (n_unmarked == 2 && n_inputs == 2) {
        unmarked[0]->owner = OWNER_GARBLER;
        unmarked[1]->owner = OWNER_EVALUATOR;
        return;
    }
    diag_error(entry->x->diag, unmarked[0]->position, "whose input is '%s'?", unmarked[0]->name);
    diag_hint(entry->x->diag,
              "#include <sotto-circuit.h> and write GARBLER, EVALUATOR or OUTPUT before it");
}

/* ------------------------------------------------------------------------------------ leaves -- */

struct leaf {
    struct type *type;
    int64_t offset;
    struct member *field;
};

struct leaves {
    struct leaf *leaves;
    uint64_t n;
    uint64_t capacity;
};

static void add_leaves(struct exec *x, struct leaves *out, struct type *type, int64_t offset,
                       struct member *field)
{
    if (type->kind == TYPE_ARRAY) {
        for (uint64_t i = 0; i < type->n; i++)
            add_leaves(x, out, type->base, offset + (int64_t)(i * type->base->size), NULL);
    } else if (type_is_record(type)) {
        for (struct member *member = type->members; member != NULL; member = member->next) {
            if (member->name != NULL || type_is_record(member->type))
                add_leaves(x, out, member->type, offset + (int64_t)member->offset,
                           member->bit_width > 0 ? member : NULL);
            if (type->kind == TYPE_UNION) break;
        }
    } else {
        out->leaves =
            arena_grow(x->arena, out->leaves, out->n, &out->capacity, sizeof *out->leaves);
        out->leaves[out->n++] = (struct leaf){type, offset, field};
    }
}

static uint32_t leaf_bits(const struct leaf *leaf)
{
    return leaf->field != NULL ? leaf->field->bit_width : leaf->type->bits;
}

static struct value leaf_input(struct exec *x, const struct leaf *leaf, uint64_t first_bit)
{
    struct word *word = word_input(x->graph, leaf_bits(leaf), first_bit);

    return (struct value){.word =
                              word_resize(x->graph, word, leaf->type->bits, leaf->type->is_signed)};
}

/* Fills an object with input bits; their number. */
static uint64_t fill_input(struct exec *x, struct object *object, uint64_t first_bit)
{
    struct leaves leaves = {0};
    uint64_t bits = 0;

    object_clear(x, object);
    add_leaves(x, &leaves, object->type, 0, NULL);
    for (uint64_t i = 0; i < leaves.n; i++) {
        const struct leaf *leaf = &leaves.leaves[i];
        struct value input = leaf_input(x, leaf, first_bit + bits);

        exec_store(x, pointer_to(x, object, leaf->offset), leaf->type, leaf->field, input,
                   object->position);
        bits += leaf_bits(leaf);
    }
    return bits;
}

static void read_output(struct exec *x, struct word_value *out, struct object *object)
{
    struct leaves leaves = {0};

    add_leaves(x, &leaves, object->type, 0, NULL);
    out->words = arena_new(x->arena, leaves.n, sizeof *out->words);
    out->n_words = leaves.n;
    for (uint64_t i = 0; i < leaves.n; i++) {
        const struct leaf *leaf = &leaves.leaves[i];
        struct value value = exec_load(x, pointer_to(x, object, leaf->offset), leaf->type,
                                       leaf->field, object->position);

        out->words[i] = word_resize(x->graph, value.word, leaf_bits(leaf), false);
        out->bits += leaf_bits(leaf);
    }
}

/* ------------------------------------------------------------------------------- the program -- */

/* Whether a second call could find what a first one left. */
static bool has_state(const struct unit *unit)
{
    for (uint64_t i = 0; i < unit->n_variables; i++) {
        const struct type *type = unit->variables[i]->type;

        while (type->kind == TYPE_ARRAY && !type->is_const) type = type->base;
        if (!type->is_const) return true;
    }
    return false;
}

static void make_globals(struct exec *x, struct unit *unit)
{
    for (uint64_t i = 0; i < unit->n_variables; i++) {
        struct symbol *symbol = unit->variables[i];

        if (!symbol->is_defined) continue; /* refused where it is read */
        if (symbol->type->is_incomplete) {
            diag_error(x->diag, symbol->position, "'%s' has an incomplete type", symbol->name);
            continue;
        }
        symbol->object = object_new(x, symbol->name, symbol->type, symbol->position);
        object_clear(x, symbol->object);
    }
    for (uint64_t i = 0; i < unit->n_variables && x->diag->n_errors == 0; i++)
        if (unit->variables[i]->has_init)
            exec_initialize(x, unit->variables[i]->object, unit->variables[i]);
}

static const char crossing_hint[] =
    "numbers cross, arrays and structs of them, and unions whose members have one size";

static void check_crossing(struct exec *x, const struct crossing *crossing)
{
    if (interface_type(x->arena, crossing->type) != NULL) return;
    diag_error(x->diag, crossing->position, "'%s' cannot be an input or output: its type is '%s'",
               crossing->name, type_text(x->arena, crossing->type));
    diag_hint(x->diag, "%s", crossing_hint);
}

static void check_result(struct exec *x, const struct symbol *function)
{
    const struct type *type = function->type->base;

    if (type->kind == TYPE_VOID || interface_type(x->arena, type) != NULL) return;
    diag_error(x->diag, function->position, "'%s' cannot return its output: its type is '%s'",
               function->name, type_text(x->arena, type));
    diag_hint(x->diag, "%s", crossing_hint);
}

/* Objects for everything that crosses; inputs hold their bits, outputs are 0. */
static void make_crossings(struct entry *entry, struct word_program *program)
{
    struct exec *x = entry->x;

    for (uint64_t i = 0; i < entry->n_crossings; i++) {
        struct crossing *crossing = &entry->crossings[i];
        uint64_t bits;

        crossing->object = object_new(x, crossing->name, crossing->type, crossing->position);
        if (crossing->is_local) {
            struct binding *preset = arena_new(x->arena, 1, sizeof *preset);

            *preset = (struct binding){x->presets, crossing->symbol, crossing->object};
            x->presets = preset;
        }
        if (crossing->owner == OWNER_OUTPUT) continue;
        bits = fill_input(x, crossing->object, entry->n_input_bits);
        entry->n_input_bits += bits;
        program->inputs[program->n_inputs++] =
            (struct word_value){.name = crossing->name,
                                .bits = bits,
                                .owner = crossing->owner == OWNER_EVALUATOR,
                                .kind = crossing->is_local ? VALUE_LOCAL : VALUE_PARAMETER,
                                .type = crossing->type,
                                .symbol = crossing->symbol};
    }
}

static struct value argument(struct exec *x, const struct crossing *crossing)
{
    if (crossing->symbol->type->kind == TYPE_POINTER)
        return (struct value){.pointer = pointer_to(x, crossing->object, 0)};
    return exec_load(x, pointer_to(x, crossing->object, 0), crossing->type, NULL,
                     crossing->position);
}

/* What nobody has written is 0. */
static void complete_output(struct exec *x, struct object *object)
{
    struct object *zero = object_new(x, object->name, object->type, object->position);
    uint64_t n = 0;

    object_clear(x, zero);
    for (uint64_t i = 0; i < object->n_slots; i++) {
        if (object->slots[i].content.word != NULL || object->slots[i].content.pointer != NULL)
            continue;
        object->slots[i].content = zero->slots[i].content;
        n++;
    }
    if (n == 0) return;
    if (n == object->n_slots)
        diag_warning(x->diag, object->position, "output '%s' is never written: it is 0",
                     object->name);
    else
        diag_warning(x->diag, object->position,
                     "%llu of the %llu elements of output '%s' are never written: they are 0",
                     (unsigned long long)n, (unsigned long long)object->n_slots, object->name);
    diag_hint(x->diag, "write every element, or leave out what is not needed");
}

static struct word_value *add_output(struct exec *x, struct word_program *program, const char *name,
                                     struct object *object)
{
    struct word_value *out = &program->outputs[program->n_outputs++];

    out->name = name;
    out->type = object->type;
    read_output(x, out, object);
    return out;
}

static void add_exceeded(struct exec *x, struct word_program *program)
{
    struct word *word = word_extract(x->graph, x->exceeded->slots[0].content.word, 0, 1);

    if (word_is_zero(word)) return;
    add_output(x, program, "bound_exceeded", x->exceeded)->kind = VALUE_EXCEEDED;
}

static const char *result_name(const struct entry *entry)
{
    for (uint64_t i = 0; i < entry->n_crossings; i++)
        if (strcmp(entry->crossings[i].name, "result") == 0) return "returned";
    return "result";
}

static void add_output_crossings(const struct entry *entry, struct word_program *program)
{
    for (uint64_t i = 0; i < entry->n_crossings; i++) {
        const struct crossing *crossing = &entry->crossings[i];
        struct word_value *out;

        if (crossing->owner != OWNER_OUTPUT) continue;
        complete_output(entry->x, crossing->object);
        out = add_output(entry->x, program, crossing->name, crossing->object);
        out->kind = crossing->is_local ? VALUE_LOCAL : VALUE_PARAMETER;
        out->symbol = crossing->symbol;
    }
}

static void call_entry(struct entry *entry, struct word_program *program)
{
    struct exec *x = entry->x;
    struct symbol *function = entry->function;
    struct type *type = function->type->base;
    struct value *arguments = arena_new(x->arena, entry->n_crossings, sizeof *arguments);
    struct object *result = NULL;
    struct value value;

    for (uint64_t i = 0; i < function->n_parameters; i++)
        arguments[i] = argument(x, &entry->crossings[i]);
    value = exec_call(x, function, arguments, function->n_parameters, function->position);
    if (x->diag->n_errors > 0 || x->stop) return;
    if (type->kind != TYPE_VOID) {
        result = object_new(x, result_name(entry), type, function->position);
        object_clear(x, result);
        exec_store(x, pointer_to(x, result, 0), type, NULL, value, function->position);
        add_output(x, program, result->name, result)->kind = VALUE_RESULT;
    }
    add_output_crossings(entry, program);
    if (program->n_outputs == 0) {
        diag_error(x->diag, function->position, "'%s' has no output", function->name);
        diag_hint(x->diag, "return a value, or mark a parameter with OUTPUT");
    }
    add_exceeded(x, program);
}

void entry_run(struct exec *x, struct word_program *program, struct unit *unit,
               const char *function)
{
    struct entry entry = {.x = x, .function = find_function(x, unit, function)};

    if (entry.function == NULL) return;
    frame_push(x, NULL);
    x->exceeded = object_new(x, "bound_exceeded", &x->types->bool_type, entry.function->position);
    object_clear(x, x->exceeded);
    collect_parameters(&entry);
    if (x->diag->n_errors > 0) return;
    collect_locals(&entry);
    default_owners(&entry);
    for (uint64_t i = 0; i < entry.n_crossings; i++) check_crossing(x, &entry.crossings[i]);
    check_result(x, entry.function);
    make_globals(x, unit);
    if (x->diag->n_errors > 0) return;
    *program = (struct word_program){.graph = x->graph,
                                     .function = entry.function->name,
                                     .entry = entry.function,
                                     .has_state = has_state(unit)};
    program->inputs = arena_new(x->arena, entry.n_crossings, sizeof *program->inputs);
    program->outputs = arena_new(x->arena, entry.n_crossings + 2, sizeof *program->outputs);
    make_crossings(&entry, program);
    call_entry(&entry, program);
    if (x->diag->n_errors > 0) return;
    program->loops = x->loops;
    program->n_loops = x->n_dear;
    program->calls_memcmp = x->calls_memcmp;
    program->interface = interface_text(x->arena, program);
}
