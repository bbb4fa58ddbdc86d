/*
 * Whole runs between two processes over loopback: a circuit chained many times, its first output
 * feeding its input number CHAIN. Prints AND gates a second, bytes and the peak memory of each
 * party, the median of several runs beside the fastest and slowest.
 *
 *   chain CIRCUIT [ROUNDS [CHAIN [REPEATS [plain|tls [iknp|auto]]]]]
 *
 * Uses the public header only.
 */
#include "sotto.h"

#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_REPEATS 101

/* What a party reports to the parent. */
struct outcome {
    double seconds;
    double whole_seconds; /* from before connecting */
    double setup_seconds;
    uint64_t n_and;
    uint64_t bytes;
    long peak_kib;
};

struct setting {
    const char *circuit;
    uint64_t n_rounds;
    uint64_t chain_input;
    sotto_ot_extension ot;
    const sotto_credentials *credentials;
};

static void die(sotto_context *context, const char *what)
{
    fprintf(stderr, "chain: %s: %s\n", what, sotto_context_message(context));
    exit(1);
}

static void tell_port(void *user, sotto_notice notice, const char *text)
{
    int fd = *(int *)user;

    if (notice == SOTTO_NOTICE_LISTENING && write(fd, text, strlen(text)) < 0) exit(1);
}

/* Each party has a processor of its own, as in gc-bench. A machine with one only does without. */
static void pin(sotto_role role)
{
    cpu_set_t one;

    CPU_ZERO(&one);
    CPU_SET((size_t)role, &one);
    (void)sched_setaffinity(0, sizeof one, &one);
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* *begin is when the evaluator, who knows that it is awaited, began to connect. */
static sotto_channel *open_channel(sotto_context *context, double *begin,
                                   const struct setting *setting, sotto_role role, int port_pipe[2])
{
    char address[64] = "127.0.0.1:0";
    sotto_channel_options options = {.credentials = setting->credentials};
    sotto_channel *channel;

    if (role == SOTTO_GARBLER) {
        options.listen = address;
        options.notice = tell_port;
        options.notice_user = &port_pipe[1];
    } else {
        ssize_t len = read(port_pipe[0], address, sizeof address - 1);

        if (len <= 0) exit(1);
        address[len] = '\0';
        options.connect = address;
    }
    *begin = seconds_now();
    if (sotto_channel_open(context, &channel, &options) != SOTTO_OK) die(context, "channel");
    return channel;
}

static void run_party(const struct setting *setting, sotto_role role, int port_pipe[2],
                      int result_fd)
{
    sotto_session_options options = {
        .role = role,
        .n_rounds = setting->n_rounds,
        .chain_input = setting->chain_input,
        .ot = setting->ot,
    };
    sotto_context *context;
    sotto_circuit *circuit;
    sotto_interface *interface;
    sotto_session *session;
    sotto_session_stats stats;
    sotto_channel *channel;
    struct rusage usage;
    struct outcome outcome;
    uint8_t *inputs, *outputs;
    size_t output_bits = 0;
    double begin, end;

    pin(role);
    if (sotto_context_new(&context, NULL) != SOTTO_OK) exit(1);
    if (sotto_circuit_load(context, &circuit, setting->circuit) != SOTTO_OK)
        die(context, "circuit");
    if (sotto_interface_default(context, &interface, circuit, NULL, 0) != SOTTO_OK)
        die(context, "interface");
    for (uint64_t i = 0; i < sotto_circuit_n_outputs(circuit); i++)
        output_bits += sotto_circuit_output_bits(circuit, i);
    inputs = calloc(sotto_interface_role_bits(interface, role) + 1, 1);
    outputs = calloc(output_bits + 1, 1);
    if (inputs == NULL || outputs == NULL) exit(1);
    if (sotto_session_new(context, &session, circuit, interface, &options) != SOTTO_OK)
        die(context, "session");
    channel = open_channel(context, &begin, setting, role, port_pipe);
    if (sotto_session_run(session, outputs, channel, inputs) != SOTTO_OK) die(context, "run");
    end = seconds_now();
    sotto_session_get_stats(session, &stats);
    getrusage(RUSAGE_SELF, &usage);
    outcome = (struct outcome){
        .seconds = stats.seconds,
        .whole_seconds = end - begin,
        .setup_seconds = stats.setup_seconds,
        .n_and = stats.n_and,
        .bytes = stats.bytes_sent,
        .peak_kib = usage.ru_maxrss,
    };
    if (write(result_fd, &outcome, sizeof outcome) != (ssize_t)sizeof outcome) exit(1);
    free(inputs);
    free(outputs);
    sotto_session_free(session);
    sotto_channel_free(channel);
    sotto_interface_free(interface);
    sotto_circuit_free(circuit);
    sotto_context_free(context);
    exit(0);
}

/* Both parties of one run as processes of their own. */
static bool run_once(struct outcome outcomes[2], struct setting *setting,
                     sotto_credentials *credentials[2])
{
    int port_pipe[2], result_pipes[2][2];
    pid_t children[2];
    bool fine = true;

    if (pipe(port_pipe) != 0) return false;
    for (int role = 0; role < 2; role++) {
        if (pipe(result_pipes[role]) != 0) return false;
        children[role] = fork();
        if (children[role] == 0) {
            setting->credentials = credentials[role];
            run_party(setting, (sotto_role)role, port_pipe, result_pipes[role][1]);
        }
        close(result_pipes[role][1]);
    }
    for (int role = 0; role < 2; role++) {
        int status;

        if (read(result_pipes[role][0], &outcomes[role], sizeof outcomes[role]) !=
            (ssize_t)sizeof outcomes[role])
            fine = false;
        if (waitpid(children[role], &status, 0) < 0 || status != 0) fine = false;
        close(result_pipes[role][0]);
    }
    close(port_pipe[0]);
    close(port_pipe[1]);
    return fine;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    struct setting setting = {
        .circuit = argc > 1 ? argv[1] : NULL,
        .n_rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 800,
        .chain_input = argc > 3 ? strtoull(argv[3], NULL, 10) : 1,
    };
    const char *ot = argc > 6 ? argv[6] : "iknp";
    size_t repeats = argc > 4 ? strtoull(argv[4], NULL, 10) : 5;
    bool tls = argc > 5 && strcmp(argv[5], "tls") == 0;
    sotto_credentials *credentials[2] = {NULL, NULL};
    double rates[MAX_REPEATS], whole[MAX_REPEATS];
    struct outcome outcomes[2];
    sotto_context *context;

    setting.ot = strcmp(ot, "auto") == 0 ? SOTTO_OT_AUTO : SOTTO_OT_IKNP;
    if (setting.circuit == NULL || repeats == 0 || repeats > MAX_REPEATS) {
        fprintf(stderr,
                "usage: chain CIRCUIT [ROUNDS [CHAIN [REPEATS [plain|tls [iknp|auto]]]]]\n");
        return 2;
    }
    if (sotto_context_new(&context, NULL) != SOTTO_OK) return 1;
    if (tls && sotto_credentials_pair(context, &credentials[0], &credentials[1]) != SOTTO_OK)
        die(context, "credentials");
    for (size_t i = 0; i < repeats; i++) {
        if (!run_once(outcomes, &setting, credentials)) return 1;
        rates[i] = (double)outcomes[1].n_and / outcomes[1].seconds / 1e6;
        whole[i] = 1e3 * outcomes[1].whole_seconds;
    }
    qsort(whole, repeats, sizeof whole[0], compare_doubles);
    qsort(rates, repeats, sizeof rates[0], compare_doubles);
    printf("%s, %llu rounds, %s: %llu AND gates, %zu runs\n", setting.circuit,
           (unsigned long long)setting.n_rounds, tls ? "TLS" : "plain",
           (unsigned long long)outcomes[1].n_and, repeats);
    printf("  M AND/s          median %.2f  min %.2f  max %.2f\n", rates[repeats / 2], rates[0],
           rates[repeats - 1]);
    printf("  from connecting  median %.2f ms  min %.2f  max %.2f\n", whole[repeats / 2], whole[0],
           whole[repeats - 1]);
    printf("  set-up           %.2f ms (last run)\n", 1e3 * outcomes[1].setup_seconds);
    printf("  bytes sent       garbler %llu  evaluator %llu\n",
           (unsigned long long)outcomes[0].bytes, (unsigned long long)outcomes[1].bytes);
    printf("  peak memory      garbler %ld KiB  evaluator %ld KiB\n", outcomes[0].peak_kib,
           outcomes[1].peak_kib);
    sotto_credentials_free(credentials[0]);
    sotto_credentials_free(credentials[1]);
    sotto_context_free(context);
    return 0;
}
