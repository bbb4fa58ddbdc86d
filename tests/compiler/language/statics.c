/* Globals and static locals keep their values between calls, each circuit run starts anew. */
#include <sotto-circuit.h>
#include <stdint.h>
static int counter = 5, history[4];
extern int limit;
int limit = 3;
static int next(int by)
{
    static int calls;
    static unsigned char ring[3] = {1, 2};
    ring[calls++ % 3] += (unsigned char)by;
    counter += ring[1];
    if (by > 10) history[calls & 3] = by;
    return counter * calls;
}
static int depth(int n, int x)
{
    return n <= 0 ? x : depth(n - 1, x & 1 ? 3 * x + 1 : x / 2) + n;
}
static int odd(int n);
static int even(int n) { return n == 0 ? 1 : odd(n - 1); }
static int odd(int n) { return n == 0 ? 0 : even(n - 1); }
int f(GARBLER int a, EVALUATOR int b, OUTPUT int o[4])
{
    for (int i = 0; i < limit; i++) o[i] = next(a + i);
    if (b > 0) next(b);
    o[3] = counter + history[1] + history[2] + even(7);
    return depth(6, b & 1023);
}
