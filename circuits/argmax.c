/*
 * Where the greatest number is. The garbler gives numbers 0 to COUNT - 1, the evaluator the COUNT
 * that follow; unsigned, or two's complement with SIGNED. Of equal ones the first counts.
 */
#include "list.h"

#include <sotto-circuit.h>

uint8_t argmax(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT])
{
    word all[N_ALL], best;
    uint8_t at = 0;

    gather(all, a, b);
    best = all[0];
    for (int i = 1; i < N_ALL; i++) {
        if (all[i] > best) {
            best = all[i];
            at = (uint8_t)i;
        }
    }
    return at;
}
