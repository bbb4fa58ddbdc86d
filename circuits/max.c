/*
 * The greatest of all numbers. The garbler and the evaluator give COUNT numbers each; unsigned, or
 * two's complement with SIGNED.
 */
#include "list.h"

#include <sotto-circuit.h>

word max(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT])
{
    word all[N_ALL], found;

    gather(all, a, b);
    found = all[0];
    for (int i = 1; i < N_ALL; i++)
        if (all[i] > found) found = all[i];
    return found;
}
