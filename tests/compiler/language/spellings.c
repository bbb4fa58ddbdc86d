/* Every header that there is, spellings of the GNU compilers, attributes that mean nothing to a
 * circuit, and constants of several characters. */
#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <sotto-circuit.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

__extension__ typedef long long wide __attribute__((unused));
enum kind { SMALL __attribute__((unused)) = 3, LARGE __attribute__((unused)) };
struct __attribute__((may_alias)) pair {
    __signed char x __attribute__((unused));
    __signed__ short y;
} __attribute__((unused));

static __inline int twice(__const int *__restrict p) __attribute((pure, __warn_unused_result__));
static __inline__ __attribute__((noinline)) int twice(const int *__restrict__ p)
{
    return *p * 2;
}

int spellings(GARBLER int a, EVALUATOR __signed char b, OUTPUT wide *o, OUTPUT float *g)
{
    __attribute__((unused)) __typeof(a) c = a, __attribute__((unused)) unused;
    __typeof__(c) *__restrict p = &c;
    struct pair pair = {.x = b, .y = (__extension__(short) a)};
    int __const__ alignment = (int)__alignof(wide) + (int)__alignof__(short);

    switch (a & 3) {
    case 0: c++; __attribute__((fallthrough));
    case 1: c += 'ab'; __attribute__((__fallthrough__));
    case 2: __extension__ c -= '\377a'; break;
    default: c ^= 'abcd' + '\377\0\0\1' + '\377';
    }
    *o = twice(p) + pair.x + LARGE * (wide)pair.y + (int)sizeof(wide);
    *g = b == 5 ? FLT_MAX : b > 5 ? FLT_EPSILON * b : (float)(DBL_MIN * DBL_MAX);
    return c + alignment;
}
