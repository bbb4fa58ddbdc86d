/*
 * The edit distance (Levenshtein's) of two strings of LENGTH bytes: the fewest insertions, removals
 * and replacements of a byte that make one the other. The garbler gives one string, the evaluator
 * the other.
 *
 * Neighbours in the table of distances differ by -1, 0 or 1 (Ukkonen, Information and Control 64,
 * 1985), so the differences are kept instead of the distances. From a corner of the table go one
 * step down, one step right, or both; let down and right be what the single steps add, and rise
 * what both add. Then rise is 0 when the bytes are equal or either step adds -1, else 1; and the
 * other two sides of the square add rise - down and rise - right.
 */
#include <sotto-circuit.h>

#include <stdbool.h>
#include <stdint.h>

#ifndef LENGTH
#define LENGTH 8
#endif

/* -1, 0 or 1. */
struct step {
    bool odd; /* not 0 */
    bool negative;
};

/* rise - step, where a step of -1 implies a rise of 0. */
static struct step subtract(bool rise, struct step step)
{
    return (struct step){.odd = rise ^ step.odd, .negative = !rise & (step.odd ^ step.negative)};
}

uint8_t edit_distance(GARBLER const uint8_t a[LENGTH], EVALUATOR const uint8_t b[LENGTH])
{
    struct step right[LENGTH], down;
    uint8_t distance = 0;

    for (int j = 0; j < LENGTH; j++) right[j] = (struct step){.odd = true, .negative = false};
    for (int i = 0; i < LENGTH; i++) {
        down = (struct step){.odd = true, .negative = false};
        for (int j = 0; j < LENGTH; j++) {
            bool rise = a[i] != b[j] & !down.negative & !right[j].negative;
            struct step next_down = subtract(rise, right[j]);

            right[j] = subtract(rise, down);
            down = next_down;
        }
    }
    /* LENGTH and the steps of the last row, each as (1 + step) - 1: the ones cancel LENGTH. */
    for (int j = 0; j < LENGTH; j++)
        distance += (right[j].odd ^ right[j].negative) + !right[j].negative;
    return distance;
}
