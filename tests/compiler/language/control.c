/* Every way to leave a loop or a switch, under public and secret conditions; recursion. */
#include <sotto-circuit.h>
#include <stdint.h>
static int power(int x, int n)
{
    return n == 0 ? 1 : x * power(x, n - 1);
}
static int find(const int *p, int n, int x)
{
    for (int i = 0; i < n; i++) {
        if (p[i] == x) return i;
        if (p[i] < 0) continue;
        if (p[i] > 1000) break;
    }
    return -1;
}
static void swap(int *a, int *b)
{
    int t = *a;
    *a = *b;
    *b = t;
}
static int twice(int x)
{
    return 2 * x;
}
static int square(int x)
{
    return x * x;
}
int control(GARBLER int a[6], EVALUATOR int x, OUTPUT int o[8])
{
    int b[6], n = 0, (*f)(int) = x & 1 ? twice : square, *p = a;
    for (int i = 0; i < 6; i++) b[i] = a[i] & 7;
    o[0] = find(a, 6, x) + 10 * find(b, 6, x & 7);
    switch (x & 15) {
    case 0:
    case 1: n = 5;
    case 2: n += 7; break;
    case 3 ... 6: n = 9; break;
    default: n = -1;
    case 12: n ^= 3;
    }
    o[1] = n;
    for (int i = 0; i < 6; i++)
        for (int j = i + 1; j < 6; j++)
            if (b[i] > b[j]) swap(&b[i], &b[j]);
    o[2] = b[0] + 8 * b[1] + 64 * b[2] + 512 * b[5];
    o[3] = power(x, 5);
    o[4] = f(x);
    n = x & 31;
#pragma gc bound 12
    while (n > 1) n = n % 2 ? n - 1 : n / 2, o[5]++;
    if (x > 3) p++;
    o[6] = *p++ + p[1];
    do {
        if (x & 2) break;
        o[7] += 3;
    } while (o[7] < 10);
    return n;
}
