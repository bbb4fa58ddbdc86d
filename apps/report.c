/* Error reports of the tools. */
#include "report.h"
#include "signals.h"

#include <stdarg.h>
#include <string.h>

static const int status_table[] = {
    [SOTTO_OK] = STATUS_OK,
    [SOTTO_ERR_USAGE] = STATUS_USAGE,
    [SOTTO_ERR_INPUT] = STATUS_INPUT,
    [SOTTO_ERR_CIRCUIT] = STATUS_CIRCUIT,
    [SOTTO_ERR_LIMIT] = STATUS_LIMIT,
    [SOTTO_ERR_MEMORY] = STATUS_LIMIT,
    [SOTTO_ERR_IO] = STATUS_OUTPUT,
    [SOTTO_ERR_CONNECT] = STATUS_CONNECT,
    [SOTTO_ERR_TIMEOUT] = STATUS_TIMEOUT,
    [SOTTO_ERR_DISCONNECTED] = STATUS_DISCONNECTED,
    [SOTTO_ERR_AUTHENTICATION] = STATUS_AUTHENTICATION,
    [SOTTO_ERR_MISMATCH] = STATUS_MISMATCH,
    [SOTTO_ERR_PROTOCOL] = STATUS_MISMATCH,
    [SOTTO_ERR_ABORTED] = STATUS_ABORTED,
    [SOTTO_ERR_CHECK] = STATUS_CHECK,
    [SOTTO_ERR_INTERRUPTED] = STATUS_SIGNAL,
    [SOTTO_ERR_INTERNAL] = STATUS_INTERNAL,
};

int report_fail(struct report *report, int status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(report->message, sizeof report->message, format, args);
    va_end(args);
    report->hint[0] = '\0';
    report->status = status;
    return status;
}

void report_hint(struct report *report, const char *format, ...)
{
    size_t at = strlen(report->hint);
    va_list args;

    if (at > 0 && at + 1 < sizeof report->hint) {
        report->hint[at++] = '\n';
        report->hint[at] = '\0';
    }
    va_start(args, format);
    vsnprintf(report->hint + at, sizeof report->hint - at, format, args);
    va_end(args);
}

void report_at(struct report *report, const char *format, ...)
{
    char message[sizeof report->message];
    size_t len;
    va_list args;

    memcpy(message, report->message, sizeof message);
    va_start(args, format);
    vsnprintf(report->message, sizeof report->message, format, args);
    va_end(args);
    len = strlen(report->message);
    snprintf(report->message + len, sizeof report->message - len, ": %s", message);
}

int report_memory(struct report *report)
{
    return report_fail(report, STATUS_LIMIT, "out of memory");
}

int report_interrupted(struct report *report)
{
    if (signals_seen() == 0)
        return report_fail(report, STATUS_DISCONNECTED, "the other process ended unexpectedly");
    return report_fail(report, STATUS_SIGNAL + signals_seen(), "interrupted");
}

int report_library(struct report *report, const sotto_context *context, sotto_err err)
{
    const char *message, *hint;

    if (err == SOTTO_OK) return STATUS_OK;
    if (err == SOTTO_ERR_INTERRUPTED) return report_interrupted(report);
    message = context == NULL ? "" : sotto_context_message(context);
    hint = context == NULL ? "" : sotto_context_hint(context);
    report_fail(report, status_table[err], "%s", *message == '\0' ? sotto_err_name(err) : message);
    if (*hint != '\0') report_hint(report, "%s", hint);
    return report->status;
}

/** Bytes of the well-formed, printable UTF-8 character at text; 0 when there is none. */
static size_t printable(const unsigned char *text)
{
    size_t n;

    if (text[0] < 0x80) return text[0] >= 0x20 && text[0] != 0x7f;
    if (text[0] < 0xc2 || text[0] > 0xf4) return 0;
    n = text[0] < 0xe0 ? 2 : text[0] < 0xf0 ? 3 : 4;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xc0) != 0x80) return 0;
    /* U+0080 to U+009F are control characters too. */
    return text[0] == 0xc2 && text[1] < 0xa0 ? 0 : n;
}

void print_escaped(FILE *stream, const char *text)
{
    const unsigned char *at = (const unsigned char *)text;

    while (*at != '\0') {
        size_t n = printable(at);

        if (n > 0) fwrite(at, 1, n, stream);
        else fprintf(stream, "\\x%02x", *at);
        at += n > 0 ? n : 1;
    }
}

void report_print(FILE *stream, const struct report *report, const char *tool)
{
    char line[sizeof report->hint];
    const char *at = report->hint;

    fprintf(stream, "%s: ", tool);
    print_escaped(stream, report->message);
    fputc('\n', stream);
    while (*at != '\0') {
        size_t len = strcspn(at, "\n");

        memcpy(line, at, len);
        line[len] = '\0';
        fputs("  ", stream);
        print_escaped(stream, line);
        fputc('\n', stream);
        at += len + (at[len] == '\n');
    }
    fflush(stream);
}

const char *shown(char out[SHOWN_SIZE], const char *text, size_t text_len)
{
    size_t len = text_len < SHOWN_MAX ? text_len : SHOWN_MAX;

    for (size_t i = 0; i < len; i++) out[i] = (char)(text[i] == '\0' ? '?' : text[i]);
    strcpy(out + len, len < text_len ? "..." : "");
    return out;
}
