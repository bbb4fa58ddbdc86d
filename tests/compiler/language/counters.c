/* Loops that count: down, past the end of their type, by more than one, and such whose counter
 * something else changes or that something else ends. */
#include <sotto-circuit.h>
#include <stdint.h>

static int shared;

static void lower(int *p)
{
    *p += 30;
    shared += 3;
}

static int find(int a)
{
    for (int i = 0; i < 10; i--)
        if (i == -5) return a + i;
    return 0;
}

int counters(GARBLER int a, EVALUATOR int b, OUTPUT int o[13])
{
    int *p;

    for (int i = 0; i < 13; i++) o[i] = b;
    for (uint8_t i = 250; i > 5; i++) o[0] += a;
    for (signed char i = 120; i >= 0; i++) o[1] ^= a + i;
    for (short i = 10; i != 4; i -= 3) o[2] += a ^ i;
    for (unsigned i = 5; i < 6; i--) o[3] += a ^ (int)i;
    for (int i = 1; i < 100; i++) {
        o[4] ^= a + i;
        i *= 2;
    }
    for (int i = 0; i < 100; i--) lower(&i), o[5] += a ^ i;
    for (shared = 0; shared < 20; shared--) lower(&o[6]);
    for (int i = 0; i < 10; i--) {
        o[7] += a & i;
        if (i == -7) break;
    }
    for (int64_t i = INT64_MAX - 3; i > 0; i += 2) o[8] ^= a + (int)i;
    for (uint64_t i = 3; 9 != i; i += 2) {
        for (int k = 5; k >= (short)2; k--) o[9] += a ^ k;
        if (i == 5) continue;
        o[9]++;
    }
    for (unsigned i = 3; i + 1 > 0; i--) o[10] -= a;
    for (int i = 0, *q = &i; i < 10; i--) *q += 4, o[11] ^= a + i;
    {
        int i = 7;

        p = &i;
        for (i = 0; i < 10; i--) *p = *p * 2 + 5, o[12] -= a ^ i;
    }
    return find(a);
}
