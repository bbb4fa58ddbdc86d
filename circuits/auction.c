/*
 * A second-price auction (Vickrey's): the highest bid wins and pays the second highest. Two houses
 * hold sealed bids, COUNT each: the garbler those of bidders 0 to COUNT - 1, the evaluator those of
 * the COUNT that follow. The results are the winner, the first of several, and the price; the
 * winning bid stays secret.
 */
#include "list.h"

#include <sotto-circuit.h>

void auction(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT], OUTPUT uint8_t *winner,
             OUTPUT word *price)
{
    word all[N_ALL], best, second = 0;
    uint8_t at = 0;

    gather(all, a, b);
    best = all[0];
    for (int i = 1; i < N_ALL; i++) {
        word lower = all[i];

        if (all[i] > best) {
            lower = best;
            best = all[i];
            at = (uint8_t)i;
        }
        if (lower > second) second = lower;
    }
    *winner = at;
    *price = second;
}
