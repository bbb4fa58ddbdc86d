/* memcpy, memmove, memset, memcmp, abs, the builtins and the functions of math.h. */
#include <sotto-circuit.h>
#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
struct record { int32_t a; uint16_t b[2]; };
int f(GARBLER struct record r, EVALUATOR uint32_t x, EVALUATOR int64_t w, EVALUATOR float g,
      EVALUATOR double h, OUTPUT uint8_t bytes[12], OUTPUT int o[9], OUTPUT float m[4],
      OUTPUT double n[4])
{
    struct record s;
    uint8_t buffer[12];
    assert(sizeof r == 8);
    memset(buffer, (int)x, sizeof buffer);
    memcpy(buffer + 1, &r, sizeof r);
    memmove(buffer + 2, buffer, 6);
    memcpy(bytes, buffer, 12);
    memcpy(&s, buffer + 3, sizeof s);
    o[0] = memcmp(&s, &r, sizeof s) < 0;
    o[1] = memcmp(buffer, bytes, 5);
    o[2] = __builtin_popcount(x) + 100 * __builtin_popcountll((unsigned long long)w);
    o[3] = x ? __builtin_clz(x) + 100 * __builtin_ctz(x) : -1;
    o[4] = w ? __builtin_clzll((unsigned long long)w) + 100 * __builtin_ctzll((unsigned long long)w) : -1;
    o[5] = abs(s.a == INT32_MIN ? 1 : s.a);
    o[6] = (int)labs(w == INT64_MIN ? 0 : w);
    o[7] = __builtin_memcmp(&r.a, &x, 4) > 0;
    o[8] = (int)llabs(-(long long)r.b[0]);
    m[0] = fabsf(g);
    m[1] = sqrtf(g);
    m[2] = fminf(g, (float)h == 0 ? 1.0f : (float)h);
    m[3] = fmaxf(g, (float)h == 0 ? 1.0f : (float)h);
    n[0] = fabs(h);
    n[1] = sqrt(h);
    n[2] = fmin(h, 2.5);
    n[3] = fmax(h, (double)g == 0 ? 1.0 : (double)g);
    return s.b[1];
}
