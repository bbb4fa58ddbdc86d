/*
 * Which of two numbers is less, or are they equal? Unsigned, or two's complement with SIGNED. The
 * garbler gives a, the evaluator b; the results are a < b and a == b.
 */
#include "word.h"

#include <sotto-circuit.h>

#include <stdbool.h>

void compare(GARBLER word a, EVALUATOR word b, OUTPUT bool *less, OUTPUT bool *equal)
{
    *less = a < b;
    *equal = a == b;
}
