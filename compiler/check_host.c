/* Building the host's side of --check; see check_host.h. */
#include "compiler/check_host.h"

#include "base/memory.h"
#include "compiler/ast.h"
#include "compiler/host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRAPS                                                                                      \
    "-fsanitize=shift,integer-divide-by-zero,bounds,object-size,null,float-cast-overflow,builtin"
#define MAX_SHOWN 2000 /* bytes of the compiler's messages */

uint64_t check_n_values(const struct word_program *program)
{
    return program->n_inputs + program->n_outputs;
}

const struct word_value *check_value(const struct word_program *program, uint64_t i)
{
    return i < program->n_inputs ? &program->inputs[i] : &program->outputs[i - program->n_inputs];
}

/* -------------------------------------------------------------------------------- types as C -- */

static void put_declaration(FILE *file, const struct type *type, const char *name);

/* Structs are written out: one of equal layout is passed in the same way. */
static void put_members(FILE *file, const struct type *type)
{
    fputs(type->kind == TYPE_UNION ? "union {" : "struct {", file);
    for (const struct member *member = type->members; member != NULL; member = member->next) {
        put_declaration(file, member->type, member->name != NULL ? member->name : "");
        if (member->bit_width > 0 || (member->name == NULL && !type_is_record(member->type)))
            fprintf(file, ":%u", member->bit_width);
        fputc(';', file);
    }
    fputc('}', file);
}

static void put_integer(FILE *file, const struct type *type)
{
    static const char *const names[] = {"char", "short", "int", "long", "__int128"};
    size_t i = 0;

    fputs(type->is_signed ? "signed " : "unsigned ", file);
    if (type->is_bit_precise) {
        fprintf(file, "_BitInt(%u)", type->bits);
        return;
    }
    while (i < 4 && UINT32_C(8) << i < type->bits) i++;
    fputs(names[i], file);
}

static void put_declaration(FILE *file, const struct type *type, const char *name)
{
    const struct type *base = type;

    while (base->kind == TYPE_ARRAY) base = base->base;
    if (type_is_record(base)) put_members(file, base);
    else if (base->kind == TYPE_BOOL) fputs("_Bool", file);
    else if (type_is_floating(base)) fputs(base->kind == TYPE_FLOAT ? "float" : "double", file);
    else if (base->kind == TYPE_VOID) fputs("void", file);
    else put_integer(file, base);
    fprintf(file, " %s", name);
    for (; type->kind == TYPE_ARRAY; type = type->base)
        fprintf(file, "[%llu]", (unsigned long long)type->n);
}

/* ------------------------------------------------------------------------------- the program -- */

/* What is put into the text of the program: locals of the interface take their values from outside
 * where they are declared, and leave them there when their scope ends. */
static void put_at_declarator(FILE *file, const struct word_value *value, uint64_t i, bool is_input)
{
    const char *name = value->name;

    if (!is_input) {
        fprintf(file, " __attribute__((cleanup(gc_check_out_%llu)))", (unsigned long long)i);
        if (!value->symbol->has_init) fputs(" = {0}", file);
    } else if (value->type->kind != TYPE_ARRAY) {
        fprintf(file, " = *(__typeof__(%s) *)gc_check_value[%llu]", name, (unsigned long long)i);
    }
}

static void put_at_end(FILE *file, const struct word_value *value, uint64_t i, bool is_input)
{
    if (!is_input || value->type->kind != TYPE_ARRAY) return;
    fprintf(file, " __builtin_memcpy((void *)%s, gc_check_value[%llu], sizeof %s);", value->name,
            (unsigned long long)i, value->name);
}

/* The next place from position on where something is put in. */
static source_pos next_place(const struct word_program *program, source_pos from, source_pos end)
{
    for (uint64_t i = 0; i < check_n_values(program); i++) {
        const struct word_value *value = check_value(program, i);

        if (value->kind != VALUE_LOCAL) continue;
        if (value->symbol->declarator_end >= from && value->symbol->declarator_end < end)
            end = value->symbol->declarator_end;
        if (value->symbol->declaration_end >= from && value->symbol->declaration_end < end)
            end = value->symbol->declaration_end;
    }
    return end;
}

static void put_text(FILE *file, const struct word_program *program, const char *text,
                     size_t text_len)
{
    source_pos at = 0, end = (source_pos)text_len, next;

    for (; at < end; at = next) {
        for (uint64_t i = 0; i < check_n_values(program) && at > 0; i++) {
            const struct word_value *value = check_value(program, i);

            if (value->kind != VALUE_LOCAL) continue;
            if (value->symbol->declarator_end == at)
                put_at_declarator(file, value, i, i < program->n_inputs);
            if (value->symbol->declaration_end == at)
                put_at_end(file, value, i, i < program->n_inputs);
        }
        next = next_place(program, at + 1, end);
        (void)fwrite(text + at, 1, next - at, file);
    }
}

/* C leaves the size of memcmp's result open; in circuits it is -1, 0 or 1. A program that defines a
 * memcmp of its own keeps it. */
static void put_memcmp(FILE *file, const struct word_program *program)
{
    fputs("static int gc_check_memcmp(const void *a, const void *b, unsigned long n)\n"
          "{\n"
          "    const unsigned char *x = a, *y = b;\n"
          "    while (n > 0 && *x == *y) x++, y++, n--;\n"
          "    return n == 0 ? 0 : *x < *y ? -1 : 1;\n"
          "}\n"
          "#define __builtin_memcmp gc_check_memcmp\n",
          file);
    if (program->calls_memcmp) fputs("#define memcmp gc_check_memcmp\n", file);
}

/* Without 'extern', C takes an inline function to be defined in another file as well. */
static void put_inline(FILE *file)
{
    fputs("#define inline\n#define __inline\n#define __inline__\n", file);
}

static void put_head(FILE *file, const struct word_program *program, const char *text)
{
    /* The program has included sotto-circuit.h. */
    if (strstr(text, "#pragma gc marks") != NULL)
        fputs("#define GARBLER\n#define EVALUATOR\n#define OUTPUT\n", file);
    fputs("#define __garbler\n#define __evaluator\n#define __output\n"
          "#define __gc_assert(x) ((void)(x))\n#define main gc_check_main\n",
          file);
    put_inline(file);
    put_memcmp(file, program);
    fprintf(file, "static void *gc_check_value[%llu];\n",
            (unsigned long long)check_n_values(program) + 1);
    for (uint64_t i = program->n_inputs; i < check_n_values(program); i++)
        if (check_value(program, i)->kind == VALUE_LOCAL)
            fprintf(file,
                    "static void gc_check_out_%llu(void *p)\n"
                    "{ __builtin_memcpy(gc_check_value[%llu], p, %llu); }\n",
                    (unsigned long long)i, (unsigned long long)i,
                    (unsigned long long)check_value(program, i)->type->size);
}

/* ---------------------------------------------------------------------------------- the call -- */

static uint64_t value_of(const struct word_program *program, const struct symbol *parameter)
{
    uint64_t i = 0;

    while (i < check_n_values(program) && check_value(program, i)->symbol != parameter) i++;
    return i;
}

static void put_parameter_types(FILE *file, const struct word_program *program)
{
    const struct symbol *entry = program->entry;
    char name[48];

    fputs("typedef ", file);
    put_declaration(file, entry->type->base, "gc_check_result;\n");
    for (uint64_t i = 0; i < entry->n_parameters; i++) {
        (void)snprintf(name, sizeof name, "gc_check_type_%llu;\n", (unsigned long long)i);
        fputs("typedef ", file);
        if (entry->parameters[i]->type->kind == TYPE_POINTER) fprintf(file, "void *%s", name);
        else put_declaration(file, entry->parameters[i]->type, name);
    }
    fputs("typedef gc_check_result gc_check_call(", file);
    for (uint64_t i = 0; i < entry->n_parameters; i++)
        fprintf(file, "%sgc_check_type_%llu", i > 0 ? ", " : "", (unsigned long long)i);
    fprintf(file, "%s);\n", entry->n_parameters == 0 ? "void" : "");
}

/* The program's function is called through a pointer that the compiler cannot look through: the
 * types of the call are ours. */
static void put_tail(FILE *file, const struct word_program *program)
{
    const struct symbol *entry = program->entry;
    uint64_t n = check_n_values(program);

    fputs("\n", file);
    put_parameter_types(file, program);
    fprintf(file,
            "static void *volatile gc_check_entry = (void *)%s;\n"
            "__attribute__((visibility(\"default\"))) void " CHECK_RUN "(void **values);\n"
            "void " CHECK_RUN "(void **values)\n{\n"
            "    for (int i = 0; i < %llu; i++) gc_check_value[i] = values[i];\n    ",
            entry->name, (unsigned long long)n);
    for (uint64_t i = program->n_inputs; i < n; i++)
        if (check_value(program, i)->kind == VALUE_RESULT)
            fprintf(file, "*(gc_check_result *)values[%llu] = ", (unsigned long long)i);
    fputs("((gc_check_call *)gc_check_entry)(", file);
    for (uint64_t i = 0; i < entry->n_parameters; i++) {
        unsigned long long k = value_of(program, entry->parameters[i]);

        if (i > 0) fputs(", ", file);
        if (entry->parameters[i]->type->kind == TYPE_POINTER) fprintf(file, "values[%llu]", k);
        else fprintf(file, "*(gc_check_type_%llu *)values[%llu]", (unsigned long long)i, k);
    }
    fputs(");\n}\n", file);
}

/* ---------------------------------------------------------------------------------- building -- */

static char *path_in(const char *folder, const char *name)
{
    size_t folder_len = strlen(folder), name_len = strlen(name);
    char *path = mem_new(folder_len + name_len + 2, 1);

    if (path == NULL) return NULL;
    memcpy(path, folder, folder_len);
    path[folder_len] = '/';
    memcpy(path + folder_len + 1, name, name_len);
    return path;
}

static sotto_err make_folder(struct sotto_context *context, struct check_host *host)
{
    const char *where = getenv("TMPDIR");
    char *folder = path_in(where != NULL && where[0] != '\0' ? where : P_tmpdir, "gc-cc-XXXXXX");

    if (folder == NULL) return fail_memory(context);
    if (mkdtemp(folder) == NULL) {
        sotto_err err =
            fail(context, SOTTO_ERR_IO, "cannot make the folder %s: %s", folder, strerror(errno));

        mem_free(folder);
        return err;
    }
    host->folder = folder;
    host->source = path_in(folder, "check.c");
    host->object = path_in(folder, "check.so");
    host->messages = path_in(folder, "messages");
    if (host->source == NULL || host->object == NULL || host->messages == NULL)
        return fail_memory(context);
    return SOTTO_OK;
}

static sotto_err write_source(struct sotto_context *context, const struct check_host *host,
                              const struct word_program *program, const char *text, size_t text_len)
{
    FILE *file = fopen(host->source, "we");
    bool good;

    if (file == NULL)
        return fail(context, SOTTO_ERR_IO, "cannot write %s: %s", host->source, strerror(errno));
    put_head(file, program, text);
    put_text(file, program, text, text_len);
    put_tail(file, program);
    good = ferror(file) == 0;
    if (fclose(file) == 0 && good) return SOTTO_OK;
    return fail(context, SOTTO_ERR_IO, "cannot write %s", host->source);
}

int check_wait(pid_t child, const volatile sig_atomic_t *caught)
{
    int status = 0;

    while (waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) return -1;
        if (*caught != 0) (void)kill(child, SIGKILL);
    }
    return status;
}

/* Whether the compiler made the object; its messages go into their file. */
static sotto_err run_compiler(struct sotto_context *context, const struct check_host *host,
                              const char *const *flags, uint64_t n_flags,
                              const volatile sig_atomic_t *caught, int *status)
{
    const char *arguments[40];
    const char **command;
    uint64_t n = 0;
    pid_t child;
    int fd;

    while (n < n_flags) {
        arguments[n] = flags[n];
        n++;
    }
    arguments[n++] = host->source;
    arguments[n++] = "-lm";
    arguments[n++] = "-o";
    arguments[n++] = host->object;
    command = host_command(arguments, n);
    if (command == NULL) return fail_memory(context);
    fd = open(host->messages, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    child = fd >= 0 ? host_start(command, fd, fd) : -1;
    if (fd >= 0) (void)close(fd);
    if (child >= 0) *status = check_wait(child, caught);
    mem_free(command);
    if (child < 0) return fail(context, SOTTO_ERR_IO, "cannot start the host's compiler");
    return *caught != 0 ? SOTTO_ERR_INTERRUPTED : SOTTO_OK;
}

/* The first of the compiler's messages, as hints. */
static void show_messages(struct sotto_context *context, const struct check_host *host)
{
    FILE *file = fopen(host->messages, "re");
    char line[256];
    size_t shown = 0;

    if (file == NULL) return;
    while (shown < MAX_SHOWN && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        add_hint(context, "%s", line);
        shown += strlen(line);
    }
    (void)fclose(file);
}

/* With traps where C leaves the result open, or, for compilers that have none, without. Plain
 * arithmetic is that of circuits: it wraps, and is not contracted. */
static sotto_err build(struct sotto_context *context, const struct check_host *host,
                       const volatile sig_atomic_t *caught)
{
    static const char *const flags[] = {
        "-x",
        "c",
        "-undef",
        "-shared",
        "-fPIC",
        "-O1",
        "-w",
        "-fwrapv",
        "-fno-strict-aliasing",
        "-ffp-contract=off",
        "-fvisibility=hidden",
        TRAPS,
        "-fsanitize-undefined-trap-on-error",
    };
    uint64_t n = sizeof flags / sizeof *flags;
    int status = 0;
    sotto_err err = run_compiler(context, host, flags, n, caught, &status);

    if (err == SOTTO_OK && status != 0)
        err = run_compiler(context, host, flags, n - 2, caught, &status);
    if (err != SOTTO_OK || status == 0) return err;
    err = fail(context, SOTTO_ERR_INPUT, "--check: the host's compiler does not take the program");
    show_messages(context, host);
    return err;
}

sotto_err check_build(struct sotto_context *context, struct check_host *host,
                      const struct word_program *program, const char *text, size_t text_len,
                      const volatile sig_atomic_t *caught)
{
    sotto_err err = make_folder(context, host);

    if (err == SOTTO_OK) err = write_source(context, host, program, text, text_len);
    if (err == SOTTO_OK) err = build(context, host, caught);
    return err;
}

void check_release(struct check_host *host)
{
    if (host->source != NULL) (void)unlink(host->source);
    if (host->object != NULL) (void)unlink(host->object);
    if (host->messages != NULL) (void)unlink(host->messages);
    if (host->folder != NULL) (void)rmdir(host->folder);
    mem_free(host->source);
    mem_free(host->object);
    mem_free(host->messages);
    mem_free(host->folder);
    *host = (struct check_host){.folder = NULL};
}
