/* gc-nn: neural networks, from an ONNX file to what a secure run computes. */
#include "apps/nn/command.h"

#include "apps/signals.h"

#include <string.h>

enum command_number { CHECK, QUANTIZE, CLEAR };

static const char *const usage[] = {
    "check MODEL [OPTION...]",
    "quantize MODEL.onnx --calibrate FILE -o FILE [OPTION...]",
    "clear MODEL --input FILE [OPTION...]",
    NULL,
};

static const struct cli_command commands[] = {
    [CHECK] = {"check", "list the layers of a model, and price a secure run of it"},
    [QUANTIZE] = {"quantize", "make a .gcnn file of integers from an ONNX model"},
    [CLEAR] = {"clear", "run a model in the clear, exactly as a secure run computes it"},
};

#define OF(command) (1u << (command))

static const struct cli_option options[] = {
    {"calibrate", 0, CLI_TEXT, "FILE", OF(CHECK) | OF(QUANTIZE),
     "rows that scales are chosen by: .npy, .csv, IDX or raw bytes"},
    {"input", 'i', CLI_TEXT, "FILE", OF(CLEAR), "rows to run the model on, in the same formats"},
    {"labels", 0, CLI_TEXT, "FILE", OF(QUANTIZE) | OF(CLEAR),
     "the right label of each row: tells the accuracy"},
    {"input-scale", 0, CLI_TEXT, "NUMBERS", CLI_ALL,
     "rows are bytes x, of which an ONNX model gets (x * scale - mean) / std; one number, or one "
     "for each channel (1)"},
    {"input-mean", 0, CLI_TEXT, "NUMBERS", CLI_ALL, "see --input-scale (0)"},
    {"input-std", 0, CLI_TEXT, "NUMBERS", CLI_ALL, "see --input-scale (1)"},
    {"reveal", 0, CLI_TEXT, "label|scores", OF(CHECK) | OF(CLEAR),
     "what the data owner learns (label)"},
    {"integers", 0, CLI_FLAG, NULL, OF(CLEAR), "print scores as the integers that they are"},
    {"bandwidth", 0, CLI_TEXT, "RATE", OF(CHECK),
     "predict the time for so many bits a second (100M, 1G), with --rtt"},
    {"rtt", 0, CLI_TEXT, "TIME", OF(CHECK), "predict the time for this round trip (20ms)"},
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object, on failure too"},
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL,
     "write the model or the result to FILE, whole or not at all"},
    {"quiet", 'q', CLI_FLAG, NULL, CLI_ALL, "tell errors only"},
};

static const struct cli_tool tool = {
    .name = "gc-nn",
    .usage = usage,
    .about = "Prepares neural networks for secure inference: integers that a garbled circuit can "
             "compute exactly.",
    .commands = commands,
    .n_commands = sizeof commands / sizeof commands[0],
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .min_operands = 1,
    .max_operands = 1,
    .notes = "MODEL is an ONNX model (operator sets 7 to 18) or a .gcnn file that quantize made.",
};

static int parse_options(struct command *command)
{
    static const char *const reveals[] = {"label", "scores"};
    unsigned reveal;
    int status = cli_choice(&command->report, &command->cli, &reveal, "reveal", reveals, 2, 0);

    if (status == STATUS_OK) status = command_preprocessing(command);
    if (status == STATUS_OK)
        status = sink_open(&command->report, &command->sink, cli_text(&command->cli, "output"));
    if (status != STATUS_OK) return status;
    command->reveal = reveal == 0 ? PLAN_REVEAL_LABEL : PLAN_REVEAL_SCORES;
    command->json = cli_has(&command->cli, "json");
    command->quiet = cli_has(&command->cli, "quiet");
    return STATUS_OK;
}

static int execute(struct command *command)
{
    static int (*const run[])(struct command *) = {command_check, command_quantize, command_clear};
    int status = parse_options(command);

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
    cli_free(&command.cli);
    return status;
}
