/* What const is a part of: structs that were not complete when a const form was named, and the
 * types that _Generic tells apart. */
#include <sotto-circuit.h>
struct later;
typedef const struct later constant_later;
struct list {
    const struct list *const next;
    const int v;
};
struct later {
    int x, y;
};
static int difference(const struct later *p)
{
    return p->x - p->y;
}
int qualified(GARBLER int a, EVALUATOR int b, OUTPUT int chosen[9])
{
    struct list first = {0, a}, second = {&first, b};
    constant_later later = {a, 5};
    const int fixed = 3, *p = &fixed;
    int *const q = &a;
    char c = 0;

    chosen[0] = _Generic(p, int * : 1, const int * : 2);
    chosen[1] = _Generic(q, int * : 1, const int * : 2);
    chosen[2] = _Generic(&q, int ** : 1, int *const * : 2, default : 3);
    chosen[3] = _Generic(fixed, const int : 1, int : 2);
    chosen[4] = _Generic(c, signed char : 1, char : 2, unsigned char : 3);
    chosen[5] = _Generic(&c, signed char * : 1, char * : 2);
    chosen[6] = _Generic(later, struct later : 1, default : 2);
    chosen[7] = _Generic(difference, int (*)(struct later *) : 1, int (*)(constant_later *) : 2);
    chosen[8] = sizeof(constant_later);
    return second.next->v * 3 + second.v + difference(&later);
}
