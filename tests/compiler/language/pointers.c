/* Pointers chosen by a secret, into objects, arrays of arrays, structs; arithmetic, comparisons. */
#include <sotto-circuit.h>
#include <stdint.h>
#include <stddef.h>
struct node { int value; struct { short s[2]; } in; };
static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static void bump(int *p, int by) { *p += by; }
static int total(int (*m)[4], int n)
{
    int s = 0;
    for (int i = 0; i < n; i++)
        for (int *p = m[i]; p != m[i] + 4; p++) s = s * 3 + *p;
    return s;
}
int f(GARBLER const int a[3][4], EVALUATOR unsigned i, OUTPUT int o[8], OUTPUT struct node *out)
{
    int m[3][4], x = a[0][0], y = a[1][1], *p, *q, **pp;
    struct node nodes[3] = {{1, {{2, 3}}}, {4, {{5, 6}}}, {7, {{8, 9}}}}, *n = &nodes[i % 3];
    int (*ops[2])(int, int) = {add, sub}, (*op)(int, int) = i & 4 ? add : sub;
    for (int r = 0; r < 3; r++)
        for (int c = 0; c < 4; c++) m[r][c] = a[r][c] & 255;
    p = i & 1 ? &x : &y;
    *p += 5;
    q = i & 2 ? &m[i % 3][1] : p;
    *q ^= 0x55;
    bump(&m[2][i & 3], 7);
    pp = i & 8 ? &p : &q;
    **pp += 1;
    *pp = &x;
    *p += 1000;
    o[0] = x; o[1] = y;
    o[2] = total(m, 3) + *(*(m + i % 3) + (i & 3));
    o[3] = ops[i & 1](x, 3) + op(y, 2);
    n->value += n->in.s[i & 1];
    n->in.s[1] = (short)n->value;
    *out = nodes[(i + 1) % 3];
    p = &m[0][0] + i % 12;
    q = &m[1][2];
    o[4] = (p < q) + 2 * (p == q) + 4 * (p >= &m[0][3]);
    o[5] = (int)(p - q);
    o[6] = p[0] + (p == &m[2][3] ? 0 : 1[p]);
    p -= i % 12;
    o[7] = *p++ + *++p + (p ? 1 : 0) + !q;
    return nodes[i % 3].in.s[1];
}
