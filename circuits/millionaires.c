/* Yao's millionaires: who is richer? The garbler and the evaluator each give a figure. */
#include <sotto-circuit.h>

#include <stdbool.h>
#include <stdint.h>

void millionaires(GARBLER uint64_t alice, EVALUATOR uint64_t bob, OUTPUT bool *alice_richer,
                  OUTPUT bool *bob_richer)
{
    bool is_more = alice > bob;

    *alice_richer = is_more;
    *bob_richer = (alice != bob) ^ is_more; /* more implies different: no second comparison */
}
