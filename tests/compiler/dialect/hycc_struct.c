/* HyCC: structs of inputs by value, a struct of outputs returned. */
#include <inttypes.h>
#define LEN 4
typedef struct { int16_t weights[LEN]; int32_t bias; } InputA;
typedef struct { int16_t values[LEN]; } InputB;
typedef struct { int32_t score; _Bool positive; } Output;
static int32_t inner_product(int16_t *a, int16_t *b) {
    int32_t sum = 0;
    for (int i = 0; i < LEN; i++) sum += (int32_t)a[i] * b[i];
    return sum;
}
Output mpc_main(InputA INPUT_A, InputB INPUT_B) {
    Output output;
    output.score = inner_product(INPUT_A.weights, INPUT_B.values) + INPUT_A.bias;
    output.positive = output.score > 0;
    return output;
}
