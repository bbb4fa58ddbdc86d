/*
 * The lower median of two lists in order: the greatest of the COUNT least numbers. The garbler and
 * the evaluator give COUNT numbers each, in order; unsigned, or two's complement with SIGNED.
 * The least of a[i] and b[COUNT - 1 - i], for every i, are the COUNT least numbers: the first step
 * of Batcher's bitonic merge.
 */
#include "list.h"

#include <sotto-circuit.h>

word median(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT])
{
    word found = a[0] < b[COUNT - 1] ? a[0] : b[COUNT - 1];

    for (int i = 1; i < COUNT; i++) {
        word x = a[i] < b[COUNT - 1 - i] ? a[i] : b[COUNT - 1 - i];

        if (x > found) found = x;
    }
    return found;
}
