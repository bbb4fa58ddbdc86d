/*
 * How fast gc-cc compiles, and with how much memory: gates a second and peak memory at each level.
 *   compile_speed GC-CC [N]
 * compiles the product of two N x N matrices of int (16). Exit 1 when a level misses its target at
 * N = 16: a million gates a second of processor time at -O1, 120 s and 4 GB at -O2.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIN_GATES_PER_SECOND 1e6
#define MAX_SECONDS 120.0
#define MAX_KIB (4u << 20)

struct run {
    unsigned long long n_gates;
    double wall;
    double cpu;
    long peak_kib;
};

static double seconds(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int write_program(const char *path, unsigned n)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) return -1;
    fprintf(file,
            "void f(__garbler const int a[%u][%u], __evaluator const int b[%u][%u],"
            " __output int c[%u][%u]) {\n"
            "    for (int i = 0; i < %u; i++) for (int j = 0; j < %u; j++) {\n"
            "        int s = 0;\n"
            "        for (int k = 0; k < %u; k++) s += a[i][k] * b[k][j];\n"
            "        c[i][j] = s;\n    }\n}\n",
            n, n, n, n, n, n, n, n, n);
    return fclose(file);
}

static unsigned long long count_after(const char *text, const char *name)
{
    const char *at = strstr(text, name);

    return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

/* Runs gc-cc and reads its counts from a pipe. */
static int compile(struct run *run, const char *gc_cc, const char *path, const char *level)
{
    char text[512] = "";
    size_t len = 0;
    ssize_t got;
    struct rusage usage;
    int pipes[2], status;
    double start = now();
    pid_t child;

    if (pipe(pipes) != 0 || (child = fork()) < 0) return -1;
    if (child == 0) {
        (void)dup2(pipes[1], STDOUT_FILENO);
        execl(gc_cc, gc_cc, path, level, "-w", "--stats", (char *)NULL);
        _exit(127);
    }
    (void)close(pipes[1]);
    while (len < sizeof text - 1 && (got = read(pipes[0], text + len, sizeof text - 1 - len)) > 0)
        len += (size_t)got;
    (void)close(pipes[0]);
    if (wait4(child, &status, 0, &usage) != child || status != 0) return -1;
    *run =
        (struct run){count_after(text, "\"and\":") + count_after(text, "\"xor\":"), now() - start,
                     seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss};
    return 0;
}

int main(int argc, char **argv)
{
    static const char *const levels[] = {"-O0", "-O1", "-O2"};
    unsigned n = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 16;
    char path[] = "/tmp/compile_speed.XXXXXX";
    int file = argc > 1 ? mkstemp(path) : -1, status = 0;
    struct run run;

    if (file < 0 || close(file) != 0 || write_program(path, n) != 0) return 2;
    printf("%-6s %10s %9s %9s %12s %10s\n", "level", "gates", "wall s", "cpu s", "gates/cpu s",
           "peak MiB");
    for (unsigned i = 0; i < 3; i++) {
        if (compile(&run, argv[1], path, levels[i]) != 0) {
            fprintf(stderr, "compile_speed: %s failed\n", argv[1]);
            status = 2;
            break;
        }
        printf("%-6s %10llu %9.2f %9.2f %12.0f %10ld\n", levels[i], run.n_gates, run.wall, run.cpu,
               (double)run.n_gates / run.cpu, run.peak_kib / 1024);
        if (n != 16) continue;
        if (i == 1 && (double)run.n_gates / run.cpu < MIN_GATES_PER_SECOND) status = 1;
        if (i == 2 && (run.cpu > MAX_SECONDS || run.peak_kib > (long)MAX_KIB)) status = 1;
    }
    (void)unlink(path);
    return status;
}
