/* CBMC-GC: inputs as parameters, the result returned. */
#include <stdint.h>
#define SIZE 16
uint8_t mpc_main(uint8_t INPUT_A_vector[SIZE], uint8_t INPUT_B_vector[SIZE]) {
    uint8_t count = 0;
    for (int i = 0; i < SIZE; i++) {
        uint8_t x = INPUT_A_vector[i] ^ INPUT_B_vector[i];
        while (0) x++;
        for (int j = 0; j < 8; j++) count += x >> j & 1;
    }
    return count;
}
