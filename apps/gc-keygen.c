/* gc-keygen: makes identities and pre-shared keys. */
#include "cli.h"
#include "signals.h"

static const char *const usage[] = {
    "-o FILE",
    "--psk -o FILE",
    "--public FILE",
    NULL,
};

static const struct cli_option options[] = {
    {"output", 'o', CLI_TEXT, "FILE", CLI_ALL,
     "write the new secret to FILE, which only you may read; an existing file is left alone"},
    {"psk", 0, CLI_FLAG, NULL, CLI_ALL,
     "make a pre-shared key: both parties need the same file, brought over a safe way"},
    {"public", 0, CLI_TEXT, "FILE", CLI_ALL, "print the public key of the identity in FILE"},
};

static const struct cli_tool tool = {
    .name = "gc-keygen",
    .usage = usage,
    .about = "Makes the identity by which a party proves to its peer who it is, and prints the "
             "public key that the peer expects with --peer.",
    .options = options,
    .n_options = sizeof options / sizeof options[0],
    .notes = "Security: the key authenticates and encrypts the connection. What runs inside is "
             "SEMI-HONEST: it protects the inputs from a peer that follows the protocol, not from "
             "one that cheats.",
    .no_environment = true, /* GC_PSK and GC_OUTPUT are meant for gc-run */
};

static int check_usage(struct report *report, struct cli *cli)
{
    bool output = cli_has(cli, "output"), public = cli_has(cli, "public");

    if (public && (output || cli_has(cli, "psk")))
        report_fail(report, STATUS_USAGE, "--public goes with no other option");
    else if (!public && !output)
        report_fail(report, STATUS_USAGE, "no file given: the new secret needs -o FILE");
    else return STATUS_OK;
    report_hint(report, "see gc-keygen --help");
    return STATUS_USAGE;
}

static int print_line(struct report *report, const char *line)
{
    puts(line);
    return cli_flush(report);
}

static int execute(struct report *report, sotto_context *context, const struct cli *cli)
{
    const char *path = cli_text(cli, "output");
    char key[SOTTO_PUBLIC_KEY_SIZE];
    sotto_err err;

    if (cli_has(cli, "psk"))
        return report_library(report, context, sotto_psk_create(context, path));
    err = path == NULL ? sotto_identity_public(context, key, cli_text(cli, "public"))
                       : sotto_identity_create(context, key, path);
    if (err != SOTTO_OK) return report_library(report, context, err);
    return print_line(report, key);
}

int main(int argc, char **argv)
{
    struct report report = {0};
    struct cli cli = {0};
    sotto_context *context = NULL;
    int status;

    signals_install();
    status = cli_parse(&report, &cli, &tool, argc, argv);
    if (status == STATUS_OK && !cli.done) {
        status = check_usage(&report, &cli);
        if (status == STATUS_OK)
            status = report_library(&report, NULL, sotto_context_new(&context, NULL));
        if (status == STATUS_OK) {
            signals_watch(context);
            status = execute(&report, context, &cli);
        }
    }
    if (status != STATUS_OK) cli_report(&report, &tool, "", false);
    signals_watch(NULL);
    sotto_context_free(context);
    cli_free(&cli);
    return status;
}
