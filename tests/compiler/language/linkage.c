/* Declarations in blocks of what stands at file scope: hidden by other names, and not yet defined
 * there. */
#include <sotto-circuit.h>
int hidden = 1;
static int internal = 4;
int mpc_main(GARBLER int a, EVALUATOR int b)
{
    int hidden = a, sum = hidden, later(int);
    {
        extern int hidden, internal;

        hidden += b;
        sum = sum * 3 + hidden + internal;
    }
    {
        int internal = sum;
        {
            extern int last[];
            int last_but_one(int x);

            sum += internal + last[1] + last_but_one(hidden);
        }
    }
    return sum - later(hidden);
}
int last[2] = {5, 6};
int last_but_one(int x)
{
    return later(x) * 2;
}
int later(int x)
{
    return x + internal + last[0];
}
