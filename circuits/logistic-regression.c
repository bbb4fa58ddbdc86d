/*
 * Logistic regression with a secret model: the garbler gives N weights and a bias, the evaluator a
 * row of N features. The score is bias + the sum of weight times feature, in 2^-SHIFT of 1/16; the
 * results are the label, whether the score is above 0, and its probability 1 / (1 + e^-score) in
 * 255ths, of the score rounded down to a 16th and limited to -8..127/16. Sums are modulo 2^32.
 */
#include "logistic-table.h"

#include <sotto-circuit.h>

#include <stdbool.h>

#ifndef N
#define N 30
#endif
#ifndef SHIFT
#define SHIFT 8
#endif

void logistic_regression(GARBLER const int8_t weights[N], GARBLER int32_t bias,
                         EVALUATOR const uint8_t features[N], OUTPUT bool *label,
                         OUTPUT uint8_t *probability)
{
    int32_t score = bias, sixteenths;

    for (int i = 0; i < N; i++) score += weights[i] * features[i];
    sixteenths = score >> SHIFT;
    if (sixteenths > 127) sixteenths = 127;
    if (sixteenths < -128) sixteenths = -128;
    *label = score > 0;
    *probability = logistic[sixteenths & 255];
}
