/* The JSON text of a circuit's interface (sotto-interface/1); names are C's, so nothing is quoted.
 */
#include "compiler/entry.h"

static const char *struct_text(struct arena *arena, const struct type *type)
{
    const char *text = "", *separator = "";

    for (const struct member *member = type->members; member != NULL; member = member->next) {
        const struct type *inner = member->type;
        const char *inner_text;

        if (member->name == NULL && member->bit_width == 0 && !type_is_record(inner)) continue;
        if (member->name == NULL && member->bit_width > 0) continue;
        if (member->bit_width > 0)
            inner_text = arena_format(arena, "\"%sint%u_t\"", inner->is_signed ? "" : "u",
                                      member->bit_width);
        else inner_text = interface_type(arena, inner);
        if (inner_text == NULL || member->name == NULL) return NULL;
        if (inner->kind == TYPE_BOOL) inner_text = "\"bool\"";
        text = arena_format(arena, "%s%s{\"name\":\"%s\",\"type\":%s}", text, separator,
                            member->name, inner_text);
        separator = ",";
    }
    return arena_format(arena, "{\"struct\":[%s]}", text);
}

/* The first member stands for all: none may hold more. */
static const char *union_text(struct arena *arena, const struct type *type)
{
    for (const struct member *member = type->members; member != NULL; member = member->next)
        if (member->type->size != type->size || member->bit_width > 0) return NULL;
    return type->members != NULL ? interface_type(arena, type->members->type) : NULL;
}

const char *interface_type(struct arena *arena, const struct type *type)
{
    const char *inner;

    switch (type->kind) {
    case TYPE_BOOL: return "\"bool\"";
    case TYPE_INTEGER:
        return arena_format(arena, "\"%sint%u_t\"", type->is_signed ? "" : "u", type->bits);
    case TYPE_FLOAT: return "\"float\"";
    case TYPE_DOUBLE: return "\"double\"";
    case TYPE_ARRAY:
        if (type_is_variable(type)) return NULL;
        inner = interface_type(arena, type->base);
        if (inner == NULL) return NULL;
        return arena_format(arena, "{\"array\":%s,\"n\":%llu}", inner, (unsigned long long)type->n);
    case TYPE_STRUCT: return struct_text(arena, type);
    case TYPE_UNION: return union_text(arena, type);
    default: return NULL;
    }
}

const char *interface_text(struct arena *arena, const struct word_program *program)
{
    const char *text = arena_format(
        arena, "{\"schema\":\"sotto-interface/1\",\n \"function\":\"%s\",\n \"inputs\":[",
        program->function);

    for (uint64_t i = 0; i < program->n_inputs; i++)
        text = arena_format(arena, "%s%s\n  {\"name\":\"%s\",\"owner\":\"%s\",\"type\":%s}", text,
                            i > 0 ? "," : "", program->inputs[i].name,
                            program->inputs[i].owner == 0 ? "garbler" : "evaluator",
                            interface_type(arena, program->inputs[i].type));
    text = arena_format(arena, "%s],\n \"outputs\":[", text);
    for (uint64_t i = 0; i < program->n_outputs; i++)
        text =
            arena_format(arena, "%s%s\n  {\"name\":\"%s\",\"type\":%s}", text, i > 0 ? "," : "",
                         program->outputs[i].name, interface_type(arena, program->outputs[i].type));
    return arena_format(arena, "%s]}\n", text);
}
