/* Contexts and error reports; see error.h. */
#include "base/error.h"

#include "base/memory.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *sotto_err_name(sotto_err err)
{
    switch (err) {
    case SOTTO_OK: return "success";
    case SOTTO_ERR_USAGE: return "usage";
    case SOTTO_ERR_INPUT: return "invalid input";
    case SOTTO_ERR_CIRCUIT: return "invalid circuit";
    case SOTTO_ERR_LIMIT: return "over a limit";
    case SOTTO_ERR_MEMORY: return "out of memory";
    case SOTTO_ERR_IO: return "cannot write";
    case SOTTO_ERR_CONNECT: return "cannot connect";
    case SOTTO_ERR_TIMEOUT: return "timed out";
    case SOTTO_ERR_DISCONNECTED: return "peer disconnected";
    case SOTTO_ERR_AUTHENTICATION: return "authentication failed";
    case SOTTO_ERR_MISMATCH: return "the two sides disagree";
    case SOTTO_ERR_PROTOCOL: return "protocol violation";
    case SOTTO_ERR_ABORTED: return "peer aborted";
    case SOTTO_ERR_CHECK: return "consistency check failed";
    case SOTTO_ERR_INTERRUPTED: return "interrupted";
    case SOTTO_ERR_INTERNAL: return "internal error";
    }
    return "unknown error";
}

const char *sotto_version(void)
{
    return PACKAGE_VERSION;
}

void sotto_limits_default(sotto_limits *limits)
{
    *limits = (sotto_limits){
        .max_gates = UINT64_C(1) << 30,
        .max_wires = UINT64_C(1) << 30,
        .max_values = UINT64_C(1) << 16,
        .max_file_bytes = UINT64_C(64) << 30,
        .max_memory = UINT64_C(8) << 30,
        .max_instances = UINT64_C(1) << 32,
    };
}

/* A pipe rather than a flag alone, so that a poll() in progress wakes up. */
static bool open_wake_pipe(struct sotto_context *context)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return false;
    context->wake_read = ends[0];
    context->wake_write = ends[1];
    return true;
}

sotto_err sotto_context_new(sotto_context **context, const sotto_limits *limits)
{
    struct sotto_context *made;

    if (context == NULL) return SOTTO_ERR_USAGE;
    if (sodium_init() < 0) return SOTTO_ERR_INTERNAL;
    made = mem_new(1, sizeof *made);
    if (made == NULL) return SOTTO_ERR_MEMORY;
    if (!open_wake_pipe(made)) {
        mem_free(made);
        return SOTTO_ERR_MEMORY;
    }
    if (limits != NULL) made->limits = *limits;
    else sotto_limits_default(&made->limits);
    *context = made;
    return SOTTO_OK;
}

void sotto_context_free(sotto_context *context)
{
    if (context == NULL) return;
    close(context->wake_read);
    close(context->wake_write);
    mem_free(context);
}

const char *sotto_context_message(const sotto_context *context)
{
    return context->failure.message;
}

const char *sotto_context_hint(const sotto_context *context)
{
    return context->failure.hint;
}

void sotto_context_interrupt(sotto_context *context)
{
    ssize_t written;

    atomic_store(&context->interrupted, true);
    written = write(context->wake_write, "", 1);
    (void)written; /* a full pipe is readable already */
}

/* ASCII controls, and both bytes of a C1 control in UTF-8 (C2 80 to C2 9F). */
static bool is_control(const char *text, size_t text_len, size_t at)
{
    unsigned char before = at > 0 ? (unsigned char)text[at - 1] : 0;
    unsigned char c = (unsigned char)text[at];
    unsigned char after = at + 1 < text_len ? (unsigned char)text[at + 1] : 0;

    if (c < 0x20 || c == 0x7f) return true;
    if (c == 0xc2) return after >= 0x80 && after < 0xa0;
    return before == 0xc2 && c >= 0x80 && c < 0xa0;
}

char *escape_text(char *out, size_t out_size, const char *text, size_t text_len)
{
    size_t at = 0;

    for (size_t i = 0; i < text_len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = !is_control(text, text_len, i);
        size_t need = plain ? 1 : 4;

        if (at + need + 4 > out_size) {
            snprintf(out + at, out_size - at, "...");
            return out;
        }
        if (plain) out[at++] = (char)c;
        else at += (size_t)snprintf(out + at, out_size - at, "\\x%02x", c);
    }
    out[at] = '\0';
    return out;
}

/* NULL: the calling thread reports in contexts. */
static _Thread_local struct failure *aside_of_thread;

void failure_aside(struct failure *aside)
{
    aside_of_thread = aside;
}

static struct failure *failure_of(struct sotto_context *context)
{
    return aside_of_thread != NULL ? aside_of_thread : &context->failure;
}

void failure_keep(struct failure *kept, const struct sotto_context *context)
{
    *kept = aside_of_thread != NULL ? *aside_of_thread : context->failure;
}

void failure_restore(const struct failure *kept, struct sotto_context *context)
{
    *failure_of(context) = *kept;
}

sotto_err fail_va(struct sotto_context *context, sotto_err err, const char *format, va_list args)
{
    struct failure *failure = failure_of(context);
    char text[sizeof failure->message];

    vsnprintf(text, sizeof text, format, args);
    escape_text(failure->message, sizeof failure->message, text, strlen(text));
    failure->hint[0] = '\0';
    return err;
}

sotto_err fail(struct sotto_context *context, sotto_err err, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fail_va(context, err, format, args);
    va_end(args);
    return err;
}

void add_hint(struct sotto_context *context, const char *format, ...)
{
    struct failure *failure = failure_of(context);
    char text[sizeof failure->hint];
    size_t at = strlen(failure->hint);
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (at + 8 > sizeof failure->hint) return;
    if (at > 0) failure->hint[at++] = '\n';
    escape_text(failure->hint + at, sizeof failure->hint - at, text, strlen(text));
}

sotto_err fail_memory(struct sotto_context *context)
{
    return fail(context, SOTTO_ERR_MEMORY, "out of memory");
}

sotto_err check_interrupt(struct sotto_context *context)
{
    if (!atomic_load_explicit(&context->interrupted, memory_order_relaxed)) return SOTTO_OK;
    return fail(context, SOTTO_ERR_INTERRUPTED, "interrupted");
}
