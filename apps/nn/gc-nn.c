/* gc-nn: neural networks, from an ONNX file to what a secure run computes. */
#include "apps/nn/command.h"

#include "apps/connect.h"
#include "apps/signals.h"

#include <string.h>

enum command_number { CHECK, QUANTIZE, CLEAR, SERVE, QUERY, LAYER, BENCH };

static const char *const usage[] = {
    "check MODEL [OPTION...]",
    "quantize MODEL.onnx --calibrate FILE -o FILE [OPTION...]",
    "clear MODEL --input FILE [OPTION...]",
    "serve MODEL.gcnn --listen ADDR [OPTION...]",
    "query --connect ADDR --input FILE [OPTION...]",
    "layer relu|maxpool|argmax|compare --input FILE --ring K [OPTION...]",
    "bench [OPTION...]",
    NULL,
};

static const struct cli_command commands[] = {
    [CHECK] = {"check", "list the layers of a model, and price a secure run of it"},
    [QUANTIZE] = {"quantize", "make a .gcnn file of integers from an ONNX model"},
    [CLEAR] = {"clear", "run a model in the clear, exactly as a secure run computes it"},
    [SERVE] = {"serve", "answer data owners with a model that they do not see"},
    [QUERY] = {"query", "have rows answered by a model's owner who does not see them"},
    [LAYER] = {"layer", "one layer of comparisons alone, on numbers that two parties share"},
    [BENCH] = {"bench", "measure layers and networks between two processes of this machine"},
};

#define OF(command) (1u << (command))
#define PEER (OF(SERVE) | OF(QUERY) | OF(LAYER))

static const struct cli_option options[] = {
    {"calibrate", 0, CLI_TEXT, "FILE", OF(CHECK) | OF(QUANTIZE),
     "rows that scales are chosen by: .npy, .csv, IDX or raw bytes"},
    {"input", 'i', CLI_TEXT, "FILE", OF(CLEAR) | OF(QUERY) | OF(LAYER),
     "rows to run the model on, in the same formats; layer: this party's shares"},
    {"labels", 0, CLI_TEXT, "FILE", OF(QUANTIZE) | OF(CLEAR) | OF(QUERY),
     "the right label of each row: tells the accuracy"},
    {"input-scale", 0, CLI_TEXT, "NUMBERS", OF(CHECK) | OF(QUANTIZE) | OF(CLEAR),
     "rows are bytes x, of which an ONNX model gets (x * scale - mean) / std; one number, or one "
     "for each channel (1)"},
    {"input-mean", 0, CLI_TEXT, "NUMBERS", OF(CHECK) | OF(QUANTIZE) | OF(CLEAR),
     "see --input-scale (0)"},
    {"input-std", 0, CLI_TEXT, "NUMBERS", OF(CHECK) | OF(QUANTIZE) | OF(CLEAR),
     "see --input-scale (1)"},
    {"constant", 0, CLI_LIST, "NAME=NUMBERS", OF(CHECK) | OF(QUANTIZE) | OF(CLEAR),
     "input NAME of an ONNX model always is this number, or list of them"},
    {"reveal", 0, CLI_TEXT, "WHAT", OF(CHECK) | OF(CLEAR) | OF(SERVE) | OF(LAYER),
     "what the data owner learns: label, scores or logits (label); layer: who learns the results, "
     "none, both, garbler or evaluator (none)"},
    {"integers", 0, CLI_FLAG, NULL, OF(CLEAR) | OF(QUERY),
     "print scores as the integers that they are"},
    {"bandwidth", 0, CLI_TEXT, "RATE", OF(CHECK),
     "predict the time for so many bits a second (100M, 1G), with --rtt"},
    {"rtt", 0, CLI_TEXT, "TIME", OF(CHECK), "predict the time for this round trip (20ms)"},
    CONNECTION_OPTIONS(PEER),
    {"max-queries", 0, CLI_TEXT, "N", OF(SERVE), "answer so many rows in all (no limit)"},
    {"once", 0, CLI_FLAG, NULL, OF(SERVE), "end after one session"},
    {"ot", 0, CLI_TEXT, "EXTENSION", PEER,
     "oblivious-transfer extension: iknp, or softspoken=2, =4 or =8, which sends less and hashes "
     "more; both sides must agree (softspoken=4)"},
    {"threads", 0, CLI_TEXT, "N", PEER | OF(BENCH), "threads that hash (1)"},
    {"ring", 0, CLI_TEXT, "K", OF(LAYER), "shares are modulo 2^K, K from 2 to 32"},
    {"shift", 0, CLI_TEXT, "S", OF(LAYER), "relu: divide by 2^S, rounding down, and clamp to 127"},
    {"group", 0, CLI_TEXT, "N", OF(LAYER),
     "maxpool, argmax: so many numbers in a row belong together"},
    {"repeat", 0, CLI_TEXT, "N", OF(BENCH), "times that each row is measured (5)"},
    {"stats", 0, CLI_FLAG, NULL, PEER, "tell on stderr what each layer took"},
    {"progress", 0, CLI_TEXT, "auto|always|never", OF(SERVE) | OF(QUERY),
     "show how many rows and layers are done (auto: on a terminal)"},
    {"verbose", 'v', CLI_FLAG, NULL, PEER, "tell more"},
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object, on failure too"},
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL,
     "write the model or the result to FILE, whole or not at all"},
    {"quiet", 'q', CLI_FLAG, NULL, CLI_ALL, "tell errors only"},
};

static const struct cli_tool tool = {
    .name = "gc-nn",
    .usage = usage,
    .about = "Secure inference: the owner of a neural network answers the owner of data, who "
             "learns the answer and nothing of the network; its owner learns nothing of the data. "
             "The answer is exactly that of the network's integers.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .min_operands = 0,
    .max_operands = 1,
    .notes = "MODEL is an ONNX model (operator sets 7 to 18) or a .gcnn file that quantize made. "
             "serve and layer --listen garble. Every option can also come from the environment: "
             "--peer from GC_PEER.\n\n"
             "Security: SEMI-HONEST. Both parties are assumed to follow the protocol. A party "
             "that cheats is not caught: it may learn more than the answer, or spoil it. Answers "
             "tell something of the network: --max-queries bounds how often. The connection is "
             "encrypted and the peer authenticated when --identity and --peer, or --psk, are "
             "given.",
};

static int parse_options(struct command *command)
{
    static const char *const reveals[] = {"label", "scores", "logits"};
    unsigned reveal = 0;
    int status = command_preprocessing(command);

    if (status == STATUS_OK) status = command_constants(command);
    if (status == STATUS_OK && command->cli.command != LAYER)
        status = cli_choice(&command->report, &command->cli, &reveal, "reveal", reveals, 3, 0);
    if (status == STATUS_OK)
        status = sink_open(&command->report, &command->sink, cli_text(&command->cli, "output"));
    if (status != STATUS_OK) return status;
    command->reveal = reveal == 0 ? PLAN_REVEAL_LABEL : PLAN_REVEAL_SCORES;
    command->reveals_logits = reveal == 2;
    command->json = cli_has(&command->cli, "json");
    command->quiet = cli_has(&command->cli, "quiet");
    return STATUS_OK;
}

/* Which commands are about a model, or a layer. */
static int check_operands(struct command *command)
{
    static const char *const wanted[] = {
        [CHECK] = "a model: gc-nn check MODEL",
        [QUANTIZE] = "a model: gc-nn quantize MODEL.onnx",
        [CLEAR] = "a model: gc-nn clear MODEL",
        [SERVE] = "a model: gc-nn serve MODEL.gcnn",
        [QUERY] = NULL,
        [LAYER] = "what it does: relu, maxpool, argmax or compare",
        [BENCH] = NULL,
    };
    unsigned number = command->cli.command;
    size_t n_wanted = wanted[number] != NULL;

    if (command->cli.n_operands == n_wanted) return STATUS_OK;
    if (n_wanted > 0)
        return report_fail(&command->report, STATUS_USAGE, "%s needs %s", commands[number].name,
                           wanted[number]);
    return report_fail(&command->report, STATUS_USAGE, "%s takes no model", commands[number].name);
}

static int execute(struct command *command)
{
    static int (*const run[])(struct command *) = {
        [CHECK] = command_check, [QUANTIZE] = command_quantize, [CLEAR] = command_clear,
        [SERVE] = command_serve, [QUERY] = command_query,       [LAYER] = command_layer,
        [BENCH] = command_bench,
    };
    int status = check_operands(command);

    if (status == STATUS_OK) status = parse_options(command);
    if (status == STATUS_OK) status = run[command->cli.command](command);
    if (status == STATUS_OK) status = sink_write(&command->report, &command->sink, &command->out);
    return status;
}

int main(int argc, char **argv)
{
    struct command command = {.sink = {.fd = -1}};
    int status;

    signals_install();
    status = cli_parse(&command.report, &command.cli, &tool, argc, argv);
    if (status == STATUS_OK && !command.cli.done) status = execute(&command);
    if (status != STATUS_OK) cli_report(&command.report, &tool, NN_SCHEMA, command.cli.json);
    sink_close(&command.sink);
    buffer_free(&command.out);
    preprocessing_free(&command.raw);
    onnx_constants_free(&command.constants);
    cli_free(&command.cli);
    return status;
}
