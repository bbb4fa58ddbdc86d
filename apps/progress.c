/* Progress of a run. */
#include "progress.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/** Bytes of the two ciphertexts of a half-gates AND. */
#define TABLE_BYTES 32
#define TERMINAL_SECONDS 0.1
#define LOG_SECONDS 1.0

enum { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

int progress_parse(struct report *report, struct progress *progress, bool *enabled,
                   const struct cli *cli)
{
    static const char *const words[] = {"auto", "always", "never"};
    const char *term = getenv("TERM");
    unsigned choice;
    int status = cli_choice(report, cli, &choice, "progress", words, 3, PROGRESS_AUTO);

    progress->tool = cli->tool->name;
    progress->on_terminal = isatty(STDERR_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
    *enabled = choice == PROGRESS_ALWAYS ||
               (choice == PROGRESS_AUTO && progress->on_terminal && !cli_has(cli, "quiet"));
    return status;
}

static double seconds_since(const struct timespec *then)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - then->tv_sec) + 1e-9 * (double)(now.tv_nsec - then->tv_nsec);
}

static void print_gates(const struct progress *progress, uint64_t done, uint64_t total)
{
    double seconds = seconds_since(&progress->started);
    double rate = seconds > 0 ? (double)done / seconds : 0;

    fprintf(stderr, "%llu of %llu gates", (unsigned long long)done, (unsigned long long)total);
    if (rate <= 0) return;
    fprintf(stderr, ", %.1f MB/s, %.0f s left", rate * TABLE_BYTES / 1e6,
            (double)(total - done) / rate);
}

/* Often enough to look alive, seldom enough for a log. */
static bool is_due(const struct progress *progress)
{
    return seconds_since(&progress->shown) >=
           (progress->on_terminal ? TERMINAL_SECONDS : LOG_SECONDS);
}

static void begin_line(struct progress *progress)
{
    clock_gettime(CLOCK_MONOTONIC, &progress->shown);
    fprintf(stderr, "%s%s: ", progress->on_terminal ? "\r" : "", progress->tool);
}

static void end_line(struct progress *progress)
{
    /* The end of a longer line that stood here is blotted out. */
    fputs(progress->on_terminal ? "          " : "\n", stderr);
    progress->dirty = progress->on_terminal;
    fflush(stderr);
}

void progress_show(void *user, sotto_phase phase, uint64_t done, uint64_t total)
{
    static const char *const names[] = {"handshake", "oblivious transfer", "", "output"};
    struct progress *progress = user;
    bool new_phase = phase != progress->phase || progress->shown.tv_sec == 0;

    if (new_phase) clock_gettime(CLOCK_MONOTONIC, &progress->started);
    else if (done < total && !is_due(progress)) return;
    progress->phase = phase;
    begin_line(progress);
    if (phase == SOTTO_PHASE_GATES) print_gates(progress, done, total);
    else fputs(names[phase], stderr);
    end_line(progress);
}

void progress_show_rows(void *user, const struct rows_progress *rows)
{
    struct progress *progress = user;
    bool ends = rows->n_done == rows->n_rows;
    uint64_t percent = rows->n_parts == 0 ? 0 : 100 * rows->n_done_parts / rows->n_parts;

    if (progress->shown.tv_sec != 0 && !ends && !is_due(progress)) return;
    begin_line(progress);
    fprintf(stderr, "%llu of %llu rows", (unsigned long long)rows->n_done,
            (unsigned long long)rows->n_rows);
    if (!ends)
        fprintf(stderr, ", layer %llu of %llu, %llu %%", (unsigned long long)rows->layer,
                (unsigned long long)rows->n_layers, (unsigned long long)percent);
    end_line(progress);
}

void progress_end(struct progress *progress)
{
    if (progress->dirty) fputc('\n', stderr);
    progress->dirty = false;
    progress->shown = (struct timespec){0};
}
