/* gc-millionaires: Yao's millionaires find out who is richer, and nothing else. */
#include "ask.h"
#include "output.h"
#include "play.h"
#include "signals.h"
#include "sink.h"
#include "values.h"

#include <string.h>

static const char *const usage[] = {
    "--listen ADDR [OPTION...]",
    "--connect ADDR [OPTION...]",
    "--local [OPTION...]",
    NULL,
};

static const struct cli_option options[] = {
    CONNECTION_OPTIONS(CLI_ALL),
    {"local", 0, CLI_FLAG, NULL, CLI_ALL,
     "both parties on this machine, asked one after the other"},
    {"circuit", 0, CLI_TEXT, "FILE", CLI_ALL, "use this circuit instead of the installed one"},
    {"json", 0, CLI_FLAG, NULL, CLI_ALL, "print one JSON object, on failure too"},
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL, "write the answer to FILE, whole or not at all"},
    {"stats", 0, CLI_FLAG, NULL, CLI_ALL, "tell on stderr what the run took"},
    {"verbose", 'v', CLI_FLAG, NULL, CLI_ALL, "tell more"},
    {"quiet", 'q', CLI_FLAG, NULL, CLI_ALL, "tell errors and the answer only"},
};

static const struct cli_tool tool = {
    .name = "gc-millionaires",
    .usage = usage,
    .about = "Tells two people which of them is richer, without telling either what the other "
             "one has. Each is asked for a figure, which is not shown; a line of standard input "
             "is read when there is no terminal.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes = "The one who listens garbles. Every option can also come from the environment: "
             "--peer from GC_PEER. The folder of circuits can come from GC_CIRCUITS_DIR.\n\n"
             "Security: SEMI-HONEST. Both parties are assumed to follow the protocol. A party "
             "that cheats is not caught: it may learn the other's figure or lie about the "
             "answer. The connection is encrypted and the peer authenticated when --identity "
             "and --peer, or --psk, are given.",
};

struct game {
    struct report report;
    struct cli cli;
    sotto_context *context;
    sotto_limits limits;
    struct connection connection;
    struct program program;
    struct inputs inputs; /* ours; with --local Alice's and then Bob's */
    struct play play;
    struct sink sink;
    bool local;
    bool json_on_stdout;
};

/* ---------------------------------------------------------------------------------- preparation */

static int parse_local(struct game *game)
{
    static const char *const excluded[] = {"listen", "connect"};
    int status = STATUS_OK;

    for (size_t i = 0; i < 2 && status == STATUS_OK; i++)
        status = cli_exclude(&game->report, &game->cli, "local", excluded[i]);
    return status;
}

static int parse_options(struct game *game)
{
    int status = parse_local(game);

    game->local = cli_has(&game->cli, "local");
    game->json_on_stdout = cli_has(&game->cli, "json");
    if (status != STATUS_OK || game->local) return status;
    status = connection_parse(&game->report, &game->connection, &game->cli);
    if (status != STATUS_OK) return status;
    game->play.options.role =
        game->connection.options.listen != NULL ? SOTTO_GARBLER : SOTTO_EVALUATOR;
    game->json_on_stdout &= !connection_is_stdio(&game->connection);
    return connection_check_output(&game->report, &game->connection, &game->cli);
}

static int make_context(struct game *game)
{
    sotto_err err;

    sotto_limits_default(&game->limits);
    err = sotto_context_new(&game->context, &game->limits);
    if (err != SOTTO_OK) return report_library(&game->report, NULL, err);
    signals_watch(game->context);
    return STATUS_OK;
}

static bool has_input(const sotto_interface *interface, uint64_t input, const char *name,
                      sotto_role owner)
{
    return strcmp(sotto_interface_input_name(interface, input), name) == 0 &&
           sotto_interface_input_owner(interface, input) == owner;
}

static bool has_output(const sotto_interface *interface, uint64_t output, const char *name)
{
    const sotto_type *type = sotto_interface_output_type(interface, output);

    return strcmp(sotto_interface_output_name(interface, output), name) == 0 &&
           sotto_type_get_kind(type) == SOTTO_TYPE_BOOL;
}

static bool is_millionaires(const sotto_interface *interface)
{
    return sotto_interface_n_inputs(interface) == 2 && sotto_interface_n_outputs(interface) == 2 &&
           has_input(interface, 0, "alice", SOTTO_GARBLER) &&
           has_input(interface, 1, "bob", SOTTO_EVALUATOR) &&
           has_output(interface, 0, "alice_richer") && has_output(interface, 1, "bob_richer");
}

static int load_circuit(struct game *game)
{
    const char *given = cli_text(&game->cli, "circuit");
    struct program_options wanted = {0};
    struct buffer path = {0};
    int status;

    if (given != NULL) buffer_add_text(&path, given);
    else buffer_addf(&path, "%s/millionaires.txt", program_folder());
    status = path.failed
                 ? report_memory(&game->report)
                 : program_load(&game->report, game->context, &game->program, path.data, &wanted);
    if (status == STATUS_OK && !is_millionaires(game->program.interface))
        status = report_fail(&game->report, STATUS_CIRCUIT,
                             "%s is not the millionaires' circuit: it needs inputs alice and bob, "
                             "outputs alice_richer and bob_richer",
                             path.data);
    buffer_free(&path);
    return status;
}

/* --------------------------------------------------------------------------------------- asking */

/* What was typed unseen is not shown when it is refused either. */
static int refuse_unseen(struct report *report, const char *name, const sotto_type *type)
{
    char called[TYPE_NAME_SIZE];

    report_fail(report, STATUS_INPUT, "%s is not a value of type %s", name,
                type_name(called, type));
    report_hint(report, "write a whole number such as 5300000 or 5_300_000");
    return STATUS_INPUT;
}

/** Blanks around the figure and the carriage return of a foreign line end do not count. */
static struct buffer trimmed(const struct buffer *line)
{
    struct buffer view = *line;

    while (view.len > 0 && strchr(" \t\r", view.data[view.len - 1]) != NULL) view.len--;
    while (view.len > 0 && (*view.data == ' ' || *view.data == '\t')) view.data++, view.len--;
    return view;
}

static int ask_figure(struct game *game, uint8_t *bits, uint64_t input, const char *prompt,
                      const char *name)
{
    const sotto_type *type = sotto_interface_input_type(game->program.interface, input);
    struct buffer line = {0}, view;
    int status = ask(&game->report, &line, prompt, connection_is_stdio(&game->connection));

    if (status == STATUS_OK) {
        view = trimmed(&line);
        status = value_parse(&game->report, bits, name, type, view.data, view.len);
        if (status == STATUS_INPUT) status = refuse_unseen(&game->report, name, type);
    }
    buffer_free(&line);
    return status;
}

static int ask_figures(struct game *game)
{
    const sotto_interface *interface = game->program.interface;
    uint64_t mine = game->play.options.role;
    uint64_t alice = sotto_type_bits(sotto_interface_input_type(interface, 0));
    uint64_t bob = sotto_type_bits(sotto_interface_input_type(interface, 1));
    uint64_t bits = game->local ? alice + bob : mine == 0 ? alice : bob;
    int status;

    game->inputs.n_instances = 1;
    game->inputs.bits_len = (size_t)bits;
    game->inputs.bits = new_array(bits, 1);
    if (game->inputs.bits == NULL) return report_memory(&game->report);
    if (!game->local)
        return ask_figure(game, game->inputs.bits, mine,
                          "Your wealth (not shown): ", "your figure");
    status =
        ask_figure(game, game->inputs.bits, 0, "Alice's wealth (not shown): ", "Alice's figure");
    if (status == STATUS_OK)
        status = ask_figure(game, game->inputs.bits + alice, 1,
                            "Bob's wealth (not shown): ", "Bob's figure");
    return status;
}

static int prepare(struct game *game)
{
    int status = make_context(game);

    if (status == STATUS_OK && !game->local)
        status = connection_prepare(&game->report, game->context, &game->connection, &game->cli);
    if (status == STATUS_OK) status = load_circuit(game);
    if (status == STATUS_OK) status = ask_figures(game);
    if (status == STATUS_OK)
        status = sink_open(&game->report, &game->sink, cli_text(&game->cli, "output"));
    return status;
}

/* --------------------------------------------------------------------------------------- answer */

static int add_sentence(struct game *game, struct buffer *out)
{
    bool alice = game->play.outputs[0], bob = game->play.outputs[1];
    bool mine = game->play.options.role == SOTTO_GARBLER ? alice : bob;

    if (alice && bob)
        return report_fail(&game->report, STATUS_INTERNAL, "each is richer than the other");
    if (game->local)
        buffer_add_text(out, alice ? "Alice is richer.\n"
                             : bob ? "Bob is richer.\n"
                                   : "Alice and Bob are equally wealthy.\n");
    else
        buffer_add_text(out, mine           ? "You are richer.\n"
                             : alice || bob ? "The other one is richer.\n"
                                            : "You are equally wealthy.\n");
    return STATUS_OK;
}

static int print_answer(struct game *game)
{
    struct outcome outcome = {
        .interface = game->program.interface,
        .bits = game->play.outputs,
        .n_instances = 1,
        .stats = game->play.stats,
        .peer = game->play.peer,
        .security = "semi-honest",
    };
    struct buffer out = {0};
    int status = STATUS_OK;

    if (cli_has(&game->cli, "json")) output_json(&out, &outcome, OUTPUT_DEC);
    else status = add_sentence(game, &out);
    if (status == STATUS_OK) status = sink_write(&game->report, &game->sink, &out);
    buffer_free(&out);
    if (status == STATUS_OK) output_stats(&game->cli, &outcome);
    return status;
}

static int execute(struct game *game)
{
    int status = prepare(game);

    game->play.program = &game->program;
    game->play.inputs = &game->inputs;
    game->play.max_memory = game->limits.max_memory;
    game->play.peer_command = tool.name;
    if (status == STATUS_OK)
        status = game->local ? play_local(&game->report, game->context, &game->play, &game->inputs,
                                          &game->limits, false)
                             : play_party(&game->report, game->context, &game->play,
                                          &game->connection, false);
    return status == STATUS_OK ? print_answer(game) : status;
}

static void game_free(struct game *game)
{
    signals_watch(NULL);
    sink_close(&game->sink);
    play_free(&game->play);
    inputs_free(&game->inputs);
    program_free(&game->program);
    connection_free(&game->connection);
    sotto_context_free(game->context);
    cli_free(&game->cli);
}

int main(int argc, char **argv)
{
    struct game game = {.play = {.options = {.ot = SOTTO_OT_AUTO}}, .sink = {.fd = -1}};
    int status;

    signals_install();
    status = cli_parse(&game.report, &game.cli, &tool, argc, argv);
    game.json_on_stdout = game.cli.json;
    if (status == STATUS_OK && !game.cli.done) status = parse_options(&game);
    if (status == STATUS_OK && !game.cli.done) status = execute(&game);
    if (status != STATUS_OK) cli_report(&game.report, &tool, RUN_SCHEMA, game.json_on_stdout);
    game_free(&game);
    return status;
}
