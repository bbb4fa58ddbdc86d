/*
 * Reads interfaces from JSON, schema "sotto-interface/1", strictly: every key is known, given once
 * and of the right type, and every width is the circuit's. A message names the place as a path
 * from the top: inputs[1].type.array.
 */
#include "circuit/interface.h"
#include "circuit/text.h"

#include "base/checked.h"
#include "base/memory.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define SCHEMA "sotto-interface/1"
#define MAX_INTERFACE_LEN (UINT64_C(64) << 20)
#define MAX_PATH_LEN 400

struct loader {
    struct sotto_context *context;
    const char *file;
    char path[MAX_PATH_LEN]; /* of what is being read */
    struct text *text;
    sotto_err read_err;
};

/* ----------------------------------------------------------------------------------- errors -- */

/* Goes down into a key or an element; the returned length goes back up. */
static size_t enter(struct loader *loader, const char *format, ...) PRINTF_LIKE(2, 3);

static size_t enter(struct loader *loader, const char *format, ...)
{
    size_t len = strlen(loader->path);
    va_list args;

    va_start(args, format);
    vsnprintf(loader->path + len, sizeof loader->path - len, format, args);
    va_end(args);
    return len;
}

static size_t enter_key(struct loader *loader, const char *key)
{
    return enter(loader, "%s%s", loader->path[0] == '\0' ? "" : ".", key);
}

static void leave(struct loader *loader, size_t len)
{
    loader->path[len] = '\0';
}

static sotto_err refuse(struct loader *loader, const char *format, ...) PRINTF_LIKE(2, 3);

static sotto_err refuse(struct loader *loader, const char *format, ...)
{
    const char *place = loader->path[0] == '\0' ? "top level" : loader->path;
    char what[256];
    va_list args;

    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return fail(loader->context, SOTTO_ERR_CIRCUIT, "%s: %s: %s", text_short_name(loader->file),
                place, what);
}

/* A short form of any value for a message: only strings are quoted. */
static struct shown show_json(const json_t *value)
{
    struct shown shown;
    char *text = shown.text;
    size_t size = sizeof shown.text;

    switch (json_typeof(value)) {
    case JSON_STRING: return show(json_string_value(value), json_string_length(value));
    case JSON_INTEGER:
        snprintf(text, size, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        break;
    case JSON_REAL: snprintf(text, size, "%#g", json_real_value(value)); break;
    case JSON_TRUE: snprintf(text, size, "true"); break;
    case JSON_FALSE: snprintf(text, size, "false"); break;
    case JSON_NULL: snprintf(text, size, "null"); break;
    case JSON_ARRAY: snprintf(text, size, "[...]"); break;
    default: snprintf(text, size, "{...}"); break;
    }
    return shown;
}

/* ------------------------------------------------------------------------------------- keys -- */

static bool is_listed(const char *key, const char *const *keys)
{
    while (*keys != NULL && strcmp(*keys, key) != 0) keys++;
    return *keys != NULL;
}

/* Whether value is an object with exactly these keys. */
static sotto_err check_keys(struct loader *loader, const json_t *value, const char *const *keys)
{
    const char *key;
    json_t *object = (json_t *)(uintptr_t)value; /* only read: jansson's iterators want it so */

    if (!json_is_object(value)) return refuse(loader, "%s is not an object", show_json(value).text);
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        key = json_object_iter_key(at);
        if (!is_listed(key, keys))
            return refuse(loader, "unknown key %s", show(key, strlen(key)).text);
    }
    for (; *keys != NULL; keys++)
        if (json_object_get(value, *keys) == NULL) return refuse(loader, "no key \"%s\"", *keys);
    return SOTTO_OK;
}

static bool is_name(const char *text, size_t len)
{
    if (len == 0 || len > MAX_NAME_LEN || (*text >= '0' && *text <= '9')) return false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (!((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
              c == '_'))
            return false;
    }
    return true;
}

/* The name under a key of an object, which has it. */
static sotto_err read_name(struct loader *loader, char **name, const json_t *object,
                           const char *key)
{
    const json_t *value = json_object_get(object, key);
    size_t up = enter_key(loader, key);

    if (!json_is_string(value)) return refuse(loader, "%s is not a string", show_json(value).text);
    if (!is_name(json_string_value(value), json_string_length(value))) {
        refuse(loader, "%s is not a name", show_json(value).text);
        add_hint(loader->context,
                 "A name is a letter or '_', then letters, digits and '_', at most %d.",
                 MAX_NAME_LEN);
        return SOTTO_ERR_CIRCUIT;
    }
    *name = mem_text(json_string_value(value), json_string_length(value));
    if (*name == NULL) return fail_memory(loader->context);
    leave(loader, up);
    return SOTTO_OK;
}

/* Names of one list may not repeat. The set is jansson's, which is hashed. */
static sotto_err add_to_names(struct loader *loader, json_t *names, const char *name)
{
    if (json_object_get(names, name) != NULL)
        return refuse(loader, "the name \"%s\" is given twice", name);
    if (json_object_set_new(names, name, json_true()) != 0) return fail_memory(loader->context);
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------------ types -- */

static sotto_err read_type(struct loader *loader, struct sotto_type **type, const json_t *value,
                           int depth);

/* The N of intN_t and uintN_t, or 0. */
static uint64_t integer_width(const char *digits)
{
    uint64_t width = 0;

    if (*digits == '0') return 0;
    while (*digits >= '0' && *digits <= '9' && width <= MAX_INTEGER_BITS)
        width = 10 * width + (uint64_t)(*digits++ - '0');
    return strcmp(digits, "_t") == 0 && width <= MAX_INTEGER_BITS ? width : 0;
}

static bool name_scalar(struct sotto_type *type, const char *name)
{
    static const struct {
        const char *name;
        sotto_type_kind kind;
        uint64_t bits;
    } fixed[] = {
        {"bool", SOTTO_TYPE_BOOL, 1},
        {"float", SOTTO_TYPE_FLOAT, 32},
        {"double", SOTTO_TYPE_DOUBLE, 64},
    };

    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++) {
        if (strcmp(name, fixed[i].name) != 0) continue;
        type->kind = fixed[i].kind;
        type->bits = fixed[i].bits;
        return true;
    }
    type->kind = name[0] == 'u' ? SOTTO_TYPE_UNSIGNED : SOTTO_TYPE_SIGNED;
    if (name[0] == 'u') name++;
    type->bits = strncmp(name, "int", 3) == 0 ? integer_width(name + 3) : 0;
    return type->bits > 0;
}

static sotto_err read_scalar(struct loader *loader, struct sotto_type *type, const json_t *value)
{
    if (name_scalar(type, json_string_value(value))) return SOTTO_OK;
    refuse(loader, "%s is not a type", show_json(value).text);
    add_hint(loader->context,
             "Types are bool, uintN_t and intN_t with N from 1 to %d, float, double, "
             "{\"array\":T,\"n\":N} and {\"struct\":[...]}.",
             MAX_INTEGER_BITS);
    return SOTTO_ERR_CIRCUIT;
}

/* n elements of a type that has bits: an array without bits has no elements. */
static sotto_err measure_array(struct loader *loader, struct sotto_type *type, const json_t *n)
{
    uint64_t element = type->members[0].type->bits;
    size_t up = enter_key(loader, "n");

    if (!json_is_integer(n) || json_integer_value(n) < 0)
        return refuse(loader, "%s is not a number of elements", show_json(n).text);
    type->n_members = (uint64_t)json_integer_value(n);
    if (element == 0 && type->n_members > 0) return refuse(loader, "the elements have no bits");
    if (!mul_u64(&type->bits, element, type->n_members))
        return refuse(loader, "%s elements are too many", show_json(n).text);
    leave(loader, up);
    return SOTTO_OK;
}

static sotto_err read_array(struct loader *loader, struct sotto_type *type, const json_t *value,
                            int depth)
{
    static const char *const keys[] = {"array", "n", NULL};
    sotto_err err = check_keys(loader, value, keys);
    size_t up;

    if (err != SOTTO_OK) return err;
    type->kind = SOTTO_TYPE_ARRAY;
    type->members = mem_new(1, sizeof *type->members);
    if (type->members == NULL) return fail_memory(loader->context);
    up = enter_key(loader, "array");
    err = read_type(loader, &type->members[0].type, json_object_get(value, "array"), depth + 1);
    if (err != SOTTO_OK) return err;
    leave(loader, up);
    return measure_array(loader, type, json_object_get(value, "n"));
}

static sotto_err read_field(struct loader *loader, struct type_member *field, const json_t *value,
                            json_t *names, int depth)
{
    static const char *const keys[] = {"name", "type", NULL};
    sotto_err err = check_keys(loader, value, keys);
    size_t up;

    if (err == SOTTO_OK) err = read_name(loader, &field->name, value, "name");
    if (err == SOTTO_OK) err = add_to_names(loader, names, field->name);
    if (err != SOTTO_OK) return err;
    up = enter_key(loader, "type");
    err = read_type(loader, &field->type, json_object_get(value, "type"), depth + 1);
    if (err == SOTTO_OK) leave(loader, up);
    return err;
}

static sotto_err read_fields(struct loader *loader, struct sotto_type *type, const json_t *fields,
                             json_t *names, int depth)
{
    type->members = mem_new(json_array_size(fields), sizeof *type->members);
    if (type->members == NULL) return fail_memory(loader->context);
    type->n_members = json_array_size(fields);
    for (size_t i = 0; i < type->n_members; i++) {
        size_t up = enter(loader, "[%zu]", i);
        sotto_err err =
            read_field(loader, &type->members[i], json_array_get(fields, i), names, depth);

        if (err != SOTTO_OK) return err;
        if (!add_u64(&type->bits, type->bits, type->members[i].type->bits))
            return refuse(loader, "the struct has too many bits");
        leave(loader, up);
    }
    return SOTTO_OK;
}

static sotto_err read_struct(struct loader *loader, struct sotto_type *type, const json_t *value,
                             int depth)
{
    static const char *const keys[] = {"struct", NULL};
    const json_t *fields = json_object_get(value, "struct");
    sotto_err err = check_keys(loader, value, keys);
    json_t *names;
    size_t up;

    if (err != SOTTO_OK) return err;
    type->kind = SOTTO_TYPE_STRUCT;
    up = enter_key(loader, "struct");
    if (!json_is_array(fields))
        return refuse(loader, "%s is not a list of fields", show_json(fields).text);
    if (json_array_size(fields) == 0) return refuse(loader, "a struct has at least one field");
    names = json_object();
    if (names == NULL) return fail_memory(loader->context);
    err = read_fields(loader, type, fields, names, depth);
    json_decref(names);
    if (err == SOTTO_OK) leave(loader, up);
    return err;
}

/* What is made so far hangs on *type, whatever is returned: the interface frees it. */
static sotto_err read_type(struct loader *loader, struct sotto_type **type, const json_t *value,
                           int depth)
{
    if (depth > MAX_TYPE_DEPTH)
        return refuse(loader, "types are nested more than %d deep", MAX_TYPE_DEPTH);
    *type = mem_new(1, sizeof **type);
    if (*type == NULL) return fail_memory(loader->context);
    if (json_is_string(value)) return read_scalar(loader, *type, value);
    if (json_object_get(value, "array") != NULL) return read_array(loader, *type, value, depth);
    if (json_object_get(value, "struct") != NULL) return read_struct(loader, *type, value, depth);
    return refuse(loader, "%s is not a type", show_json(value).text);
}

/* ----------------------------------------------------------------------------------- values -- */

static sotto_err read_owner(struct loader *loader, sotto_role *owner, const json_t *value)
{
    const char *name = json_string_value(value); /* NULL for other kinds */
    size_t up = enter_key(loader, "owner");

    if (name != NULL && strcmp(name, "garbler") == 0) *owner = SOTTO_GARBLER;
    else if (name != NULL && strcmp(name, "evaluator") == 0) *owner = SOTTO_EVALUATOR;
    else
        return refuse(loader, "%s is neither \"garbler\" nor \"evaluator\"", show_json(value).text);
    leave(loader, up);
    return SOTTO_OK;
}

static sotto_err read_value_type(struct loader *loader, struct sotto_type **type,
                                 const json_t *value, uint64_t bits)
{
    size_t up = enter_key(loader, "type");
    sotto_err err = read_type(loader, type, value, 1);

    if (err != SOTTO_OK) return err;
    if ((*type)->bits != bits)
        return refuse(loader, "the type has %" PRIu64 " bits, the circuit's value %" PRIu64,
                      (*type)->bits, bits);
    leave(loader, up);
    return SOTTO_OK;
}

static sotto_err read_value(struct loader *loader, struct interface_value *made,
                            const json_t *value, uint64_t bits, json_t *names, bool is_input)
{
    static const char *const input_keys[] = {"name", "owner", "type", NULL};
    static const char *const output_keys[] = {"name", "type", NULL};
    sotto_err err = check_keys(loader, value, is_input ? input_keys : output_keys);

    if (err == SOTTO_OK) err = read_name(loader, &made->name, value, "name");
    if (err == SOTTO_OK) err = add_to_names(loader, names, made->name);
    if (err == SOTTO_OK && is_input)
        err = read_owner(loader, &made->owner, json_object_get(value, "owner"));
    if (err != SOTTO_OK) return err;
    return read_value_type(loader, &made->type, json_object_get(value, "type"), bits);
}

static sotto_err read_list(struct loader *loader, struct interface_value *made, const json_t *list,
                           const uint64_t *widths, uint64_t n, bool is_input)
{
    json_t *names;
    sotto_err err = SOTTO_OK;

    if (!json_is_array(list)) return refuse(loader, "%s is not a list", show_json(list).text);
    if (json_array_size(list) != n)
        return refuse(loader, "the list has %zu values, the circuit %" PRIu64,
                      json_array_size(list), n);
    names = json_object();
    if (names == NULL) return fail_memory(loader->context);
    for (uint64_t i = 0; i < n && err == SOTTO_OK; i++) {
        size_t up = enter(loader, "[%" PRIu64 "]", i);

        err = read_value(loader, &made[i], json_array_get(list, (size_t)i), widths[i], names,
                         is_input);
        if (err == SOTTO_OK) leave(loader, up);
    }
    json_decref(names);
    return err;
}

static sotto_err read_values(struct loader *loader, struct sotto_interface *interface,
                             const struct sotto_circuit *circuit, const json_t *root)
{
    size_t up = enter_key(loader, "inputs");
    sotto_err err = read_list(loader, interface->inputs, json_object_get(root, "inputs"),
                              circuit->input_bits, circuit->n_inputs, true);

    if (err != SOTTO_OK) return err;
    leave(loader, up);
    up = enter_key(loader, "outputs");
    err = read_list(loader, interface->outputs, json_object_get(root, "outputs"),
                    circuit->output_bits, circuit->n_outputs, false);
    if (err == SOTTO_OK) leave(loader, up);
    return err;
}

static sotto_err check_schema(struct loader *loader, const json_t *value)
{
    const char *name = json_string_value(value);
    size_t up = enter_key(loader, "schema");

    if (name == NULL || strcmp(name, SCHEMA) != 0)
        return refuse(loader, "%s is not \"" SCHEMA "\"", show_json(value).text);
    leave(loader, up);
    return SOTTO_OK;
}

/* ------------------------------------------------------------------------------------- file -- */

static sotto_err read_interface(struct loader *loader, struct sotto_interface *interface,
                                const struct sotto_circuit *circuit, const json_t *root)
{
    static const char *const keys[] = {"schema", "function", "inputs", "outputs", NULL};
    sotto_err err = SOTTO_OK;

    /* The schema comes first: in another one, other keys may be right. */
    if (json_object_get(root, "schema") != NULL)
        err = check_schema(loader, json_object_get(root, "schema"));
    if (err == SOTTO_OK) err = check_keys(loader, root, keys);
    if (err == SOTTO_OK) err = read_name(loader, &interface->function, root, "function");
    if (err == SOTTO_OK) err = read_values(loader, interface, circuit, root);
    return err;
}

/* jansson's callback: the next bytes, or -1. */
static size_t fetch(void *buffer, size_t capacity, void *user)
{
    struct loader *loader = user;
    size_t len;

    loader->read_err = text_fetch(loader->text, buffer, &len, capacity);
    return loader->read_err == SOTTO_OK ? len : (size_t)-1;
}

static sotto_err parse_json(struct loader *loader, json_t **root)
{
    json_error_t error;

    *root = json_load_callback(fetch, loader, JSON_REJECT_DUPLICATES, &error);
    if (*root != NULL) return SOTTO_OK;
    if (loader->read_err != SOTTO_OK) return loader->read_err;
    /* Where memory runs out inside its parser jansson says nothing, or calls it bad syntax. */
    if (json_error_code(&error) == json_error_out_of_memory || error.text[0] == '\0')
        return fail_memory(loader->context);
    return fail(loader->context, SOTTO_ERR_CIRCUIT, "%s:%d:%d: %s", text_short_name(loader->file),
                error.line, error.column, error.text);
}

static sotto_err load(struct loader *loader, struct sotto_interface **interface,
                      const struct sotto_circuit *circuit)
{
    json_t *root;
    sotto_err err = parse_json(loader, &root);
    struct sotto_interface *made;

    if (err != SOTTO_OK) return err;
    made = interface_new(circuit);
    err = made == NULL ? fail_memory(loader->context) : read_interface(loader, made, circuit, root);
    json_decref(root);
    if (err == SOTTO_OK) *interface = made;
    else sotto_interface_free(made);
    return err;
}

sotto_err sotto_interface_load(sotto_context *context, sotto_interface **interface,
                               const sotto_circuit *circuit, const char *path)
{
    uint64_t limit = context->limits.max_file_bytes;
    struct text text = {0};
    struct loader loader = {.context = context, .file = path, .text = &text};
    sotto_err err;

    if (limit > MAX_INTERFACE_LEN) limit = MAX_INTERFACE_LEN;
    err = text_open(context, &text, path, limit);
    if (err == SOTTO_OK) err = load(&loader, interface, circuit);
    text_close(&text);
    return err;
}
