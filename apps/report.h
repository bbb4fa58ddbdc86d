/*
 * What went wrong, for the user: one line, hints below it, and the exit status. Functions of the
 * tools return a status and leave the words in a report; the tool prints it once, at the end.
 */
#ifndef SOTTO_APPS_REPORT_H
#define SOTTO_APPS_REPORT_H

#include "sotto.h"

#include <stdio.h>

/** Exit statuses; the table stands in each man page. */
enum status {
    STATUS_OK = 0,
    STATUS_FALSE = 1,
    STATUS_USAGE = 2,
    STATUS_INPUT = 3,
    STATUS_CIRCUIT = 4,
    STATUS_LIMIT = 6,
    STATUS_OUTPUT = 10,
    STATUS_CONNECT = 20,
    STATUS_TIMEOUT = 21,
    STATUS_DISCONNECTED = 22,
    STATUS_AUTHENTICATION = 23,
    STATUS_MISMATCH = 24,
    STATUS_ABORTED = 25,
    STATUS_CHECK = 26,
    STATUS_INTERNAL = 70,
    STATUS_SIGNAL = 128
};

struct report {
    int status;
    char message[2048];
    char hint[2048];
};

/** Sets status and message, clears the hint. Returns status. */
int report_fail(struct report *report, int status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Appends a line to the hint. */
void report_hint(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Puts a place and a colon before the message. */
void report_at(struct report *report, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

int report_memory(struct report *report);

/** 128 plus the signal that was seen; STATUS_DISCONNECTED when it was a child that failed. */
int report_interrupted(struct report *report);

/** Takes over the library's account of err; STATUS_OK, and no change, for SOTTO_OK. */
int report_library(struct report *report, const sotto_context *context, sotto_err err);

/** Prints "TOOL: message" and the hints below it, indented; control characters are escaped. */
void report_print(FILE *stream, const struct report *report, const char *tool);

/** Writes text to stream with control characters as \xNN. */
void print_escaped(FILE *stream, const char *text);

/** How many characters of a refused value are shown. */
#define SHOWN_MAX 40
/** Room for a refused value, the dots that tell that it was cut, and the NUL. */
#define SHOWN_SIZE (SHOWN_MAX + 4)

/** Cuts a refused value to what may be shown of it. Returns out. */
const char *shown(char out[SHOWN_SIZE], const char *text, size_t text_len);

#endif
