/*
 * gc-run: runs a circuit, as one party of the protocol, as both on this machine, or in the clear.
 * Checks go from the cheap to the costly: usage, credentials, circuit, inputs, output file, memory;
 * only then the peer is waited for.
 */
#include "connect.h"
#include "inputs.h"
#include "ot_kind.h"
#include "output.h"
#include "play.h"
#include "progress.h"
#include "signals.h"
#include "sink.h"

#include <string.h>
#include <time.h>

enum command { GARBLE, EVALUATE, LOCAL, CLEAR };

#define ONE_PARTY (1u << GARBLE | 1u << EVALUATE)
#define CRYPTO (ONE_PARTY | 1u << LOCAL)

static const char *const usage[] = {
    "garble CIRCUIT (--listen ADDR | --connect ADDR) [OPTION...]",
    "evaluate CIRCUIT (--listen ADDR | --connect ADDR) [OPTION...]",
    "local CIRCUIT [OPTION...]",
    "clear CIRCUIT [OPTION...]",
    NULL,
};

static const struct cli_command commands[] = {
    [GARBLE] = {"garble", "be the garbler"},
    [EVALUATE] = {"evaluate", "be the evaluator"},
    [LOCAL] = {"local", "be both, as two processes on this machine with throw-away keys"},
    [CLEAR] = {"clear", "evaluate without any cryptography, for debugging"},
};

static const struct cli_option options[] = {
    CONNECTION_OPTIONS(ONE_PARTY),
    {"input", 'i', CLI_LIST, "NAME=VALUE", CLI_ALL,
     "an input; NAME=@FILE reads a file, NAME=- standard input. Other users of this machine may "
     "see what stands on a command line"},
    {"inputs", 0, CLI_TEXT, "FILE", CLI_ALL,
     "inputs from a .json, .jsonl or .csv file, one row an instance"},
    {"instances", 0, CLI_TEXT, "N", CLI_ALL, "run the circuit on N independent inputs"},
    {"interface", 0, CLI_TEXT, "FILE|none", CLI_ALL,
     "names and types of the values (the circuit's sibling .json)"},
    {"owner", 0, CLI_LIST, "N=ROLE", CLI_ALL,
     "without an interface: input N belongs to the garbler or the evaluator"},
    {"reveal", 0, CLI_TEXT, "both|garbler|evaluator", CRYPTO, "who learns the result (both)"},
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object, on failure too"},
    {"output-format", 0, CLI_TEXT, "dec|hex|bin|csv", CLI_ALL, "how results are written (dec)"},
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL, "write the result to FILE, whole or not at all"},
    {"exit-result", 0, CLI_FLAG, NULL, CLI_ALL,
     "exit with 0 when the one-bit result is true, 1 when it is false"},
    {"security", 0, CLI_TEXT, "MODEL", CRYPTO,
     "adversary model: semi-honest; malicious is not built yet"},
    {"ot", 0, CLI_TEXT, "KIND", CRYPTO,
     "oblivious-transfer extension: iknp, or softspoken=2, =4 or =8, which sends less and hashes "
     "more; softspoken alone is softspoken=2; base is none, for at most 128 input bits of the "
     "evaluator; auto fits it to them and to the link (auto)"},
    {"ot-security", 0, CLI_TEXT, "semi-honest|malicious", CRYPTO,
     "check of the oblivious transfers alone; malicious transfers keep the garbler's inputs from "
     "an evaluator that cheats there; the run stays semi-honest (semi-honest)"},
    {"threads", 0, CLI_TEXT, "N", CRYPTO, "hash on so many threads, 64 at most (1)"},
    {"max-memory", 0, CLI_TEXT, "SIZE", CLI_ALL, "refuse a circuit that needs more (8G)"},
    {"stats", 0, CLI_FLAG, NULL, CLI_ALL, "tell on stderr what the run took"},
    {"dry-run", 0, CLI_FLAG, NULL, CLI_ALL, "check everything, but bind, dial and run nothing"},
    {"progress", 0, CLI_TEXT, "auto|always|never", CRYPTO, "show progress (auto: on a terminal)"},
    {"verbose", 'v', CLI_FLAG, NULL, CLI_ALL, "tell more"},
    {"quiet", 'q', CLI_FLAG, NULL, CLI_ALL,
     "tell errors only; a single output is printed without its name"},
};

static const struct cli_tool tool = {
    .name = "gc-run",
    .usage = usage,
    .about = "Computes a Boolean circuit on the secret inputs of two parties, who learn the "
             "result and nothing else.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .min_operands = 1,
    .max_operands = 1,
    .notes =
        "CIRCUIT - is standard input, which has an interface only with --interface.\n\n"
        "Every option but --input and --owner can also come from the environment: --peer from "
        "GC_PEER, --max-time from GC_MAX_TIME. Inputs can come from GC_INPUT_name.\n\n"
        "Security: SEMI-HONEST. Both parties are assumed to follow the protocol. A party that "
        "cheats is not caught: a cheating garbler can run another function than the agreed one "
        "and may so learn the other's input, a cheating evaluator can lie about the result. "
        "--ot-security malicious changes neither. The "
        "connection is encrypted and the peer authenticated when --identity and --peer, or "
        "--psk, are given.",
};

/** All that a command works with. */
struct run {
    struct report report;
    struct cli cli;
    sotto_context *context;
    sotto_limits limits;
    struct connection connection;
    struct program program;
    struct inputs inputs;
    struct play play;
    struct progress progress;
    struct sink sink;
    uint64_t n_instances; /* as asked for; 0: not said */
    uint64_t max_memory;  /* likewise */
    enum output_format format;
    bool json_on_stdout; /* stdout is ours, and not the connection */
};

/* -------------------------------------------------------------------------------------- options */

static int parse_security(struct run *run)
{
    static const char *const models[] = {"semi-honest", "malicious"};
    unsigned model;
    int status = cli_choice(&run->report, &run->cli, &model, "security", models, 2, 0);

    if (status != STATUS_OK || model == 0) return status;
    report_fail(&run->report, STATUS_USAGE, "--security malicious is not built yet");
    report_hint(&run->report, "only --security semi-honest is");
    return STATUS_USAGE;
}

#define MAX_THREADS 64

static int parse_threads(struct run *run)
{
    uint64_t n;
    int status = cli_count(&run->report, &run->cli, &n, "threads");

    if (status == STATUS_OK && n > MAX_THREADS)
        return report_fail(&run->report, STATUS_USAGE, "--threads %llu: at most %d",
                           (unsigned long long)n, MAX_THREADS);
    run->play.options.n_threads = n;
    return status;
}

static int parse_crypto(struct run *run)
{
    static const char *const reveals[] = {"both", "garbler", "evaluator"};
    unsigned reveal = SOTTO_REVEAL_BOTH;
    bool show_progress;
    int status = cli_choice(&run->report, &run->cli, &reveal, "reveal", reveals, 3, reveal);

    if (status == STATUS_OK) status = parse_security(run);
    if (status == STATUS_OK) status = ot_kind_parse(&run->report, &run->cli, &run->play.options);
    if (status == STATUS_OK) status = parse_threads(run);
    if (status == STATUS_OK)
        status = progress_parse(&run->report, &run->progress, &show_progress, &run->cli);
    if (status != STATUS_OK) return status;
    run->play.options.reveal = (sotto_reveal)reveal;
    run->play.options.role = run->cli.command == EVALUATE ? SOTTO_EVALUATOR : SOTTO_GARBLER;
    if (show_progress) {
        run->play.options.progress = progress_show;
        run->play.options.progress_user = &run->progress;
    }
    return STATUS_OK;
}

/** Standard input serves one thing: the connection, the circuit or an input. */
static int check_stdin(struct run *run)
{
    const char *use = NULL;

    if (program_is_stdin(run->cli.operands[0])) use = "the circuit";
    if (connection_is_stdio(&run->connection)) {
        if (use != NULL)
            return report_fail(&run->report, STATUS_USAGE,
                               "standard input is the connection to the peer: the circuit cannot "
                               "be read from it");
        use = "the connection to the peer";
    }
    return inputs_check_usage(&run->report, cli_list(&run->cli, "input"), use);
}

static int parse_party(struct run *run)
{
    bool learns = play_learns(&run->play.options);
    int status = connection_parse(&run->report, &run->connection, &run->cli);

    if (status == STATUS_OK) run->json_on_stdout &= !connection_is_stdio(&run->connection);
    if (status == STATUS_OK && (learns || cli_has(&run->cli, "json")))
        status = connection_check_output(&run->report, &run->connection, &run->cli);
    if (status != STATUS_OK || learns) return status;
    if (cli_has(&run->cli, "exit-result"))
        return report_fail(&run->report, STATUS_USAGE,
                           "--exit-result: this party does not learn the result");
    return STATUS_OK;
}

static int parse_options(struct run *run)
{
    static const char *const formats[] = {"dec", "hex", "bin", "csv"};
    unsigned format;
    int status = cli_choice(&run->report, &run->cli, &format, "output-format", formats, 4, 0);

    run->format = (enum output_format)format;
    run->json_on_stdout = cli_has(&run->cli, "json");
    if (status == STATUS_OK)
        status = cli_count(&run->report, &run->cli, &run->n_instances, "instances");
    if (status == STATUS_OK)
        status = cli_size(&run->report, &run->cli, &run->max_memory, "max-memory");
    if (status == STATUS_OK && run->cli.command != CLEAR) status = parse_crypto(run);
    if (status == STATUS_OK && (1u << run->cli.command & ONE_PARTY)) status = parse_party(run);
    return status == STATUS_OK ? check_stdin(run) : status;
}

/* ---------------------------------------------------------------------------------- preparation */

static int make_context(struct run *run)
{
    sotto_err err;

    sotto_limits_default(&run->limits);
    if (run->max_memory != 0) run->limits.max_memory = run->max_memory;
    err = sotto_context_new(&run->context, &run->limits);
    if (err != SOTTO_OK) return report_library(&run->report, NULL, err);
    signals_watch(run->context);
    return STATUS_OK;
}

/** --exit-result needs a result of one bit. */
static int check_exit_result(struct run *run)
{
    uint64_t bits = output_bits(run->program.interface);

    if (!cli_has(&run->cli, "exit-result") || bits == 1) return STATUS_OK;
    return report_fail(&run->report, STATUS_USAGE,
                       "--exit-result needs a result of one bit; this circuit has %llu",
                       (unsigned long long)bits);
}

static int collect_inputs(struct run *run)
{
    struct inputs_request request = {
        .interface = run->program.interface,
        .party = 1u << run->cli.command & ONE_PARTY ? (int)run->play.options.role : PARTY_BOTH,
        .given = cli_list(&run->cli, "input"),
        .file = cli_text(&run->cli, "inputs"),
        .n_instances = run->n_instances,
        .limits = &run->limits,
    };
    int status = inputs_collect(&run->report, &run->inputs, &request);

    if (status == STATUS_OK && cli_has(&run->cli, "exit-result") && run->inputs.n_instances != 1)
        status = report_fail(&run->report, STATUS_USAGE, "--exit-result needs a single instance");
    return status;
}

static void describe(const struct run *run)
{
    const sotto_interface *interface = run->program.interface;
    const char *const owners[] = {"garbler", "evaluator"};
    char type[TYPE_NAME_SIZE];

    if (!cli_has(&run->cli, "verbose")) return;
    for (uint64_t i = 0; i < sotto_interface_n_inputs(interface); i++)
        fprintf(stderr, "%s: input %s: %s of the %s\n", tool.name,
                sotto_interface_input_name(interface, i),
                type_name(type, sotto_interface_input_type(interface, i)),
                owners[sotto_interface_input_owner(interface, i)]);
    for (uint64_t i = 0; i < sotto_interface_n_outputs(interface); i++)
        fprintf(stderr, "%s: output %s: %s\n", tool.name, sotto_interface_output_name(interface, i),
                type_name(type, sotto_interface_output_type(interface, i)));
}

static int load_program(struct run *run)
{
    struct program_options wanted = {
        .interface = cli_text(&run->cli, "interface"),
        .owners = cli_list(&run->cli, "owner"),
        .any_owner = run->cli.command == CLEAR,
    };

    return program_load(&run->report, run->context, &run->program, run->cli.operands[0], &wanted);
}

/** Everything that can go wrong before the peer is needed. */
static int prepare(struct run *run)
{
    int status = make_context(run);

    if (status == STATUS_OK && (1u << run->cli.command & ONE_PARTY))
        status = connection_prepare(&run->report, run->context, &run->connection, &run->cli);
    if (status == STATUS_OK) status = load_program(run);
    if (status == STATUS_OK) status = check_exit_result(run);
    if (status == STATUS_OK) status = collect_inputs(run);
    if (status == STATUS_OK)
        status = sink_open(&run->report, &run->sink, cli_text(&run->cli, "output"));
    if (status == STATUS_OK) describe(run);
    return status;
}

/* ------------------------------------------------------------------------------------- commands */

static int run_party(struct run *run)
{
    struct buffer command = {0};
    int status;

    buffer_addf(&command, "%s %s %s", tool.name, run->cli.command == GARBLE ? "evaluate" : "garble",
                run->cli.operands[0]);
    run->play.inputs = &run->inputs;
    run->play.peer_command = command.failed ? tool.name : command.data;
    status = play_party(&run->report, run->context, &run->play, &run->connection,
                        cli_has(&run->cli, "dry-run"));
    buffer_free(&command);
    return status;
}

static int run_local(struct run *run)
{
    return play_local(&run->report, run->context, &run->play, &run->inputs, &run->limits,
                      cli_has(&run->cli, "dry-run"));
}

static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int evaluate_all(struct run *run)
{
    const sotto_circuit *circuit = run->program.circuit;
    size_t out_width = (size_t)output_bits(run->program.interface);
    size_t in_width = run->inputs.bits_len / (size_t)run->inputs.n_instances;
    sotto_err err = SOTTO_OK;

    for (uint64_t i = 0; i < run->inputs.n_instances && err == SOTTO_OK; i++)
        err = sotto_circuit_evaluate(run->context, run->play.outputs + i * out_width, circuit,
                                     run->inputs.bits + i * in_width);
    return report_library(&run->report, run->context, err);
}

static int run_clear(struct run *run)
{
    double start = seconds_now();
    int status;

    if (!cli_has(&run->cli, "quiet"))
        fprintf(stderr, "%s: evaluating in the clear: no cryptography, nothing is protected\n",
                tool.name);
    if (cli_has(&run->cli, "dry-run")) return STATUS_OK;
    status = new_bits(&run->report, &run->play.outputs, &run->play.outputs_len,
                      output_bits(run->program.interface), run->inputs.n_instances,
                      run->limits.max_memory);
    if (status != STATUS_OK) return status;
    status = evaluate_all(run);
    run->play.stats.seconds = seconds_now() - start;
    return status;
}

/* -------------------------------------------------------------------------------------- results */

static int print_outcome(struct run *run)
{
    struct outcome outcome = {
        .interface = run->program.interface,
        .bits = run->play.outputs,
        .n_instances = run->inputs.n_instances,
        .is_list = run->inputs.is_list,
        .stats = run->play.stats,
        .peer = run->play.peer,
        .security = run->cli.command == CLEAR ? "none" : "semi-honest",
    };
    struct buffer out = {0};
    int status = STATUS_OK;

    buffer_add(&out, "", 0);
    if (cli_has(&run->cli, "json")) output_json(&out, &outcome, run->format);
    else output_text(&out, &outcome, run->format, cli_has(&run->cli, "quiet"));
    if (out.failed) status = report_memory(&run->report);
    else if (out.len > 0) status = sink_write(&run->report, &run->sink, &out);
    buffer_free(&out);
    if (status == STATUS_OK) output_stats(&run->cli, &outcome);
    return status;
}

static int execute(struct run *run)
{
    static int (*const functions[])(struct run *) = {
        [GARBLE] = run_party, [EVALUATE] = run_party, [LOCAL] = run_local, [CLEAR] = run_clear};
    int status = prepare(run);

    run->play.program = &run->program;
    run->play.max_memory = run->limits.max_memory;
    run->play.options.n_instances = run->inputs.n_instances;
    if (status == STATUS_OK) status = functions[run->cli.command](run);
    progress_end(&run->progress);
    if (run->cli.command != CLEAR)
        program_hint_memory(&run->report, run->context, &run->program, &run->limits,
                            &run->play.options);
    if (status != STATUS_OK || cli_has(&run->cli, "dry-run")) return status;
    status = print_outcome(run);
    if (status == STATUS_OK && cli_has(&run->cli, "exit-result"))
        status = run->play.outputs[0] ? STATUS_OK : STATUS_FALSE;
    return status;
}

static void run_free(struct run *run)
{
    signals_watch(NULL);
    sink_close(&run->sink);
    play_free(&run->play);
    inputs_free(&run->inputs);
    program_free(&run->program);
    connection_free(&run->connection);
    sotto_context_free(run->context);
    cli_free(&run->cli);
}

int main(int argc, char **argv)
{
    struct run run = {.sink = {.fd = -1}};
    int status;

    signals_install();
    status = cli_parse(&run.report, &run.cli, &tool, argc, argv);
    run.json_on_stdout = run.cli.json;
    if (status == STATUS_OK && !run.cli.done) status = parse_options(&run);
    if (status == STATUS_OK && !run.cli.done) status = execute(&run);
    if (status != STATUS_OK && status != STATUS_FALSE)
        cli_report(&run.report, &tool, RUN_SCHEMA, run.json_on_stdout);
    run_free(&run);
    return status;
}
