/* The product of two 8 x 8 matrices of 32-bit integers, modulo 2^32; the garbler gives the left
 * one, the evaluator the right one. */
#include <sotto-circuit.h>

#include <stdint.h>

#define N 8

struct matrix {
    int32_t at[N][N];
};

struct matrix product(GARBLER struct matrix a, EVALUATOR struct matrix b)
{
    struct matrix c;

    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            uint32_t sum = 0;

            for (int k = 0; k < N; k++) sum += (uint32_t)a.at[i][k] * (uint32_t)b.at[k][j];
            c.at[i][j] = (int32_t)sum;
        }
    }
    return c;
}
