/* HyCC: rows copied into arrays of the length that a parameter says, and headers for the host. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
typedef int32_t DT;
typedef struct {
    DT rows[3 * 4];
} InputA;
typedef struct {
    DT row[4];
} InputB;
typedef struct {
    DT products[3];
} Output;
DT inner(DT *a, DT *b, unsigned len)
{
    DT sum = 0;
    for (unsigned i = 0; i < len; i++) sum += a[i] * b[i];
    return sum;
}
void multiply(DT *a, DT *b, DT *OUTPUT_res, unsigned n_rows, unsigned len)
{
    for (unsigned i = 0; i < n_rows; i++) {
        DT row[len];
        memcpy(row, a + i * len, len * sizeof(DT));
        OUTPUT_res[i] = inner(row, b, len);
    }
}
Output mpc_main(InputA INPUT_A, InputB INPUT_B)
{
    Output out;
    multiply(INPUT_A.rows, INPUT_B.row, out.products, 3, 4);
    return out;
}
#ifdef TEST
int main(void)
{
    printf("%d\n", mpc_main((InputA){{1}}, (InputB){{2}}).products[0]);
}
#endif
