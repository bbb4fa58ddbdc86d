/* Asking without echo. */
#include "ask.h"
#include "signals.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/** Reads byte by byte: what follows the line is left for the next question. */
static int read_line(struct report *report, struct buffer *line, int fd)
{
    char c = '\0';

    buffer_add(line, "", 0);
    for (;;) {
        ssize_t n;

        if (signals_seen() != 0) return report_interrupted(report);
        n = read(fd, &c, 1);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0)
            return report_fail(report, STATUS_INPUT, "cannot read the answer: %s", strerror(errno));
        if (n == 0 && line->len == 0)
            return report_fail(report, STATUS_INPUT, "the input ended before a figure was given");
        if (n == 0 || c == '\n') break;
        buffer_add_char(line, c);
    }
    explicit_bzero(&c, sizeof c);
    return line->failed ? report_memory(report) : STATUS_OK;
}

static void print_prompt(int fd, const char *prompt)
{
    (void)!write(fd, prompt, strlen(prompt));
}

static int ask_terminal(struct report *report, struct buffer *answer, const char *prompt, int fd)
{
    struct termios saved, silent;
    int status;

    if (tcgetattr(fd, &saved) != 0)
        return report_fail(report, STATUS_INPUT, "cannot use the terminal: %s", strerror(errno));
    silent = saved;
    silent.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
    /* Before the prompt: whoever answers at once must not see the answer. */
    if (tcsetattr(fd, TCSAFLUSH, &silent) != 0)
        return report_fail(report, STATUS_INPUT, "cannot switch the terminal's echo off: %s",
                           strerror(errno));
    print_prompt(fd, prompt);
    status = read_line(report, answer, fd);
    tcsetattr(fd, TCSAFLUSH, &saved);
    print_prompt(fd, "\n");
    return status;
}

int ask(struct report *report, struct buffer *answer, const char *prompt, bool stdin_is_taken)
{
    int status, fd;

    if (!stdin_is_taken && !isatty(STDIN_FILENO)) return read_line(report, answer, STDIN_FILENO);
    fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (fd < 0 && stdin_is_taken)
        return report_fail(report, STATUS_INPUT, "there is no terminal to ask on");
    status = ask_terminal(report, answer, prompt, fd < 0 ? STDIN_FILENO : fd);
    if (fd >= 0) close(fd);
    return status;
}
