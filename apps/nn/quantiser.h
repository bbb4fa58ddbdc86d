/* What the parts of the quantiser share. */
#ifndef SOTTO_APPS_NN_QUANTISER_H
#define SOTTO_APPS_NN_QUANTISER_H

#include "apps/nn/data.h"
#include "apps/nn/net.h"

/** Weights of layers are 8-bit integers, of either sign alike. */
#define WEIGHT_MAX 127
/** Accumulators, and weights, that a choice of scales is judged by. */
#define MAX_SAMPLES 100000

struct range {
    double low, high;
};

struct quantiser {
    struct report *report;
    struct net *net;
    uint64_t n_rows; /**< of calibration */
    double *real;    /**< activations of each row in the float network */
    double *whole;   /**< and in the quantised one */
    double *samples; /**< float accumulators of the step */
    uint64_t n_samples;
    struct range range; /**< of all float accumulators of the step, and 0 */
    double energy;      /**< sum over a row's weights of the mean square of what they meet */
};

/** A choice of scales for one step. */
struct candidate {
    struct step step;   /**< its integer parameters */
    double accumulator; /**< what a unit of the accumulator stands for */
    double scale, zero; /**< of the activations that come out */
    double error;
};

/** What is added to the accumulator beside the float bias. */
double extra_bias(const struct candidate *candidate);

/** Chooses scales for a step whose weights meet integers already; for the last one the finest. */
int choose_scales(struct quantiser *q, struct candidate *best, const struct step *step);

/** Sets the encoding of inputs. Tables have a range for each column, images one for all. */
void choose_encoding(struct net *net, const struct dataset *rows, bool whole_bytes);

#endif
