/* What a struct or union without a declarator adds to the one around it: members when it has no
 * tag, and nothing otherwise. */
#include <sotto-circuit.h>
typedef struct {
    int z;
} untagged;
struct nested {
    int p;
    struct tagged {
        int a;
    };
    untagged;
    struct nested;
    struct nested *next;
    int q;
};
struct anonymous {
    int p;
    struct {
        int a;
        const struct {
            short b;
            char c;
        };
        union {
            long d;
            int e;
        };
    };
    int q;
};
int members(GARBLER int x, EVALUATOR int y, OUTPUT int sizes[3])
{
    struct tagged t = {x};
    struct nested n = {x, .q = y};
    struct anonymous a = {x, {y, {3, 4}, {x}}, 5};

    sizes[0] = sizeof(struct nested);
    sizes[1] = sizeof(struct anonymous);
    sizes[2] = (int)(&n.q - &n.p);
    n.next = &n;
    return t.a + n.next->q + a.a * 3 + a.b + a.c + a.e + a.q;
}
