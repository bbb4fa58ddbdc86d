/* What the commands of gc-nn share: options, models of either format, accuracy. */
#ifndef SOTTO_APPS_NN_COMMAND_H
#define SOTTO_APPS_NN_COMMAND_H

#include "apps/cli.h"
#include "apps/nn/data.h"
#include "apps/nn/lower.h"
#include "apps/nn/onnx.h"
#include "apps/nn/plan.h"
#include "apps/sink.h"

#define NN_SCHEMA "gc-nn/1"

struct command {
    struct report report;
    struct cli cli;
    struct sink sink;
    struct buffer out; /**< for the sink */
    bool json, quiet;
    enum plan_reveal reveal;
    bool reveals_logits; /**< scores, whatever the model makes of them */
    struct preprocessing raw;
    struct onnx_constants constants; /**< inputs of a model that always are the same */
    bool whole_bytes; /**< inputs are bytes as they stand: one of --input-scale and so on was given
                       */
};

/** The commands; each fills command->out. */
int command_check(struct command *command);
int command_quantize(struct command *command);
int command_clear(struct command *command);
int command_serve(struct command *command);
int command_query(struct command *command);
int command_layer(struct command *command);
int command_bench(struct command *command);

/** Reads --input-scale, --input-mean, --input-std. */
int command_preprocessing(struct command *command);
void preprocessing_free(struct preprocessing *raw);

/** Reads every --constant. */
int command_constants(struct command *command);

/** A .gcnn model has what these options tell inside it. */
int command_refuse_onnx_options(struct command *command, const char *path);

/** Whether the file begins as a .gcnn model does; STATUS_CIRCUIT when it cannot be opened. */
int command_is_gcnn(struct command *command, bool *is_gcnn, const char *path);

/** A float network from an ONNX file. */
int command_load_onnx(struct command *command, struct graph *graph, struct net *net,
                      const char *path);

/** Quantises it; path is the file that it comes from. */
int command_quantise(struct command *command, struct net *net, const struct dataset *rows,
                     const char *path);

/** Reads --labels, or nothing when it is not given: as many as rows, of a model with that many
 *  scores. */
int command_labels(struct command *command, struct dataset *labels, uint64_t n_rows,
                   uint64_t n_scores);

/** Runs one row through either kind of network. scores are integers of a quantised one. */
int run_row_integer(struct report *report, const struct net *net, double *values, int64_t *scores,
                    const double *row);
int run_row_float(struct report *report, const struct net *net, double *values, double *scores,
                  const double *row);

/** What a score means to the user, once what stands at the model's output is applied. */
double score_meaning(const struct net *net, double score);

/** Refuses scores where the model has none to give. Where logits are revealed, takes away what
 *  stands behind them. */
int check_scores(struct command *command, struct net *net);

/** Appends the answer to row number row: its label, and its scores, one of the two kinds, where
 *  those are revealed. NULL scores are not printed. */
void add_answer(struct command *command, const struct net *net, uint64_t row, uint64_t label,
                const double *scores, const int64_t *accumulators);

/** Appends {"correct":...,"rows":...} without braces. */
void add_accuracy(struct buffer *out, const char *name, uint64_t n_correct, uint64_t n_rows);

#endif
