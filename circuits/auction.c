/*
 * A second-price auction (Vickrey's): the highest bid wins and pays the second highest. Two houses
 * hold sealed bids, COUNT each: the garbler those of bidders 0 to COUNT - 1, the evaluator those of
 * the COUNT that follow. The results are the winner, the first of several, and the price; the
 * winning bid stays secret. A tournament compares less than a list that is gone through does.
 */
#include "list.h"

#include <sotto-circuit.h>
#include <stdbool.h>

struct leader {
    word best, second;
    uint8_t at;
};

/* Of two groups of bidders, the earlier ones first: the loser and the winner's runner-up are who
 * can be second. */
static struct leader leader_of_both(struct leader a, struct leader b)
{
    bool is_later = b.best > a.best;
    struct leader winner = is_later ? b : a;
    word loser = is_later ? a.best : b.best;

    if (loser >= winner.second) winner.second = loser;
    return winner;
}

void auction(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT], OUTPUT uint8_t *winner,
             OUTPUT word *price)
{
    struct leader leaders[N_ALL];
    word all[N_ALL];

    gather(all, a, b);
    for (int i = 0; i < N_ALL; i++) leaders[i] = (struct leader){all[i], 0, (uint8_t)i};
    for (int n = 1; n < N_ALL; n *= 2)
        for (int i = 0; i + n < N_ALL; i += 2 * n)
            leaders[i] = leader_of_both(leaders[i], leaders[i + n]);
    *winner = leaders[0].at;
    *price = leaders[0].second;
}
