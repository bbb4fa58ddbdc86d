/* Which oblivious transfers a run takes; see ot_kind.h. */
#include "ot_kind.h"

int ot_kind_parse(struct report *report, const struct cli *cli, sotto_session_options *options)
{
    static const struct {
        sotto_ot_extension extension;
        unsigned width;
    } values[] = {{SOTTO_OT_AUTO, 0},       {SOTTO_OT_BASE, 0},       {SOTTO_OT_IKNP, 1},
                  {SOTTO_OT_SOFTSPOKEN, 2}, {SOTTO_OT_SOFTSPOKEN, 2}, {SOTTO_OT_SOFTSPOKEN, 4},
                  {SOTTO_OT_SOFTSPOKEN, 8}};
    static const char *const kinds[] = {"auto",         "base",         "iknp",        "softspoken",
                                        "softspoken=2", "softspoken=4", "softspoken=8"};
    static const char *const models[] = {"semi-honest", "malicious"};
    unsigned kind, model;
    int status = cli_choice(report, cli, &kind, "ot", kinds, sizeof kinds / sizeof kinds[0], 0);

    if (status == STATUS_OK) status = cli_choice(report, cli, &model, "ot-security", models, 2, 0);
    if (status != STATUS_OK) return status;
    options->ot = values[kind].extension;
    options->ot_width = values[kind].width;
    options->ot_malicious = model == 1;
    return STATUS_OK;
}

void ot_kind_add(struct buffer *out, unsigned width, unsigned n_base_ots, const char *none,
                 const char *quote)
{
    if (n_base_ots == 0) buffer_add_text(out, none);
    else if (width == 0) buffer_addf(out, "%sbase%s", quote, quote);
    else if (width == 1) buffer_addf(out, "%siknp%s", quote, quote);
    else buffer_addf(out, "%ssoftspoken=%u%s", quote, width, quote);
}
