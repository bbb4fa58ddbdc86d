/*
 * Two lists in order become one. The garbler and the evaluator give COUNT numbers each, a power of
 * two, in order; unsigned, or two's complement with SIGNED. Lists that are not in order give the
 * same numbers in some order.
 */
#include "merge-network.h"

#include <sotto-circuit.h>

void merge(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT], OUTPUT word sorted[N_ALL])
{
    word all[N_ALL];

    gather(all, a, b);
    merge_halves(all, N_ALL, 1);
    for (int i = 0; i < N_ALL; i++) sorted[i] = all[i];
}
