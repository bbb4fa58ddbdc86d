/* Loops with a bound; the flag tells when it was too small. */
#include <sotto-circuit.h>
#include <stdint.h>
static unsigned gcd(unsigned a, unsigned b)
{
#pragma gc bound 12
    while (b != 0) {
        unsigned t = a % b;
        a = b;
        b = t;
    }
    return a;
}
int f(GARBLER uint8_t a, EVALUATOR uint8_t b, OUTPUT int *log)
{
    int n = 0;
    unsigned x = a;
#pragma gc bound 8
    do {
        if (x == 1) break;
        n++;
        x >>= 1;
    } while (x);
#pragma gc bound 9
    for (int i = 0; i < (b & 7); i++) n += i == 3 ? 100 : 1;
    *log = n;
    return (int)gcd(a, b);
}
