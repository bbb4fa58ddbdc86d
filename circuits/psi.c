/*
 * Private set intersection: which numbers do both parties have? The garbler and the evaluator give
 * COUNT numbers each, a power of two: in order, without repetition, and none of them 0. The result
 * holds the common ones in order, then zeros.
 *
 * Sort-compare-shuffle (Huang, Evans and Katz, Private Set Intersection: Are Garbled Circuits
 * Better than Custom Protocols?, NDSS 2012): the lists are merged, and a number that both have
 * becomes two neighbours. Their places would tell of numbers that are not common. Instead of a
 * secret shuffle, for which a party would have to bring the switches of a random permutation, the
 * common numbers are moved to the front (Goodrich, Data-oblivious external-memory algorithms, SPAA
 * 2011, section 3): that costs about as much, needs nothing of the parties, and says nothing even
 * to one who knows it.
 */
#include "merge-network.h"

#include <sotto-circuit.h>

/*
 * After merging, number 2k equals its left or its right neighbour when both parties have it, so one
 * place is enough for two. Zero: not common.
 */
static void keep_common(word common[COUNT], const word *all)
{
    for (int i = 0; i < COUNT; i++) {
        word x = all[2 * i];
        int is_common = x == all[2 * i + 1];

        if (i > 0) is_common |= x == all[2 * i - 1];
        common[i] = is_common ? x : 0;
    }
}

/*
 * Each number moves as many places to the front as there are zeros before it, by the powers of two
 * in that distance from the least on; no two meet on the way.
 */
static void move_to_front(word common[COUNT])
{
    uint8_t distance[COUNT], n_zeros = 0;

    for (int i = 0; i < COUNT; i++) {
        distance[i] = common[i] != 0 ? n_zeros : 0;
        n_zeros += common[i] == 0;
    }
    for (int step = 1; step < COUNT; step *= 2) {
        for (int i = 0; i < COUNT; i++) {
            word moved = distance[i] & step ? common[i] : 0;
            uint8_t with = distance[i] & step ? distance[i] : 0;

            common[i] ^= moved;
            distance[i] ^= with;
            if (i < step) continue;
            common[i - step] ^= moved;
            distance[i - step] ^= with;
        }
    }
}

void psi(GARBLER const word a[COUNT], EVALUATOR const word b[COUNT], OUTPUT word both[COUNT])
{
    word all[N_ALL], common[COUNT];

    gather(all, a, b);
    merge_halves(all, N_ALL, 1);
    keep_common(common, all);
    move_to_front(common);
    for (int i = 0; i < COUNT; i++) both[i] = common[i];
}
