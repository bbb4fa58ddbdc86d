/* Arrays whose length is public but no constant: of several dimensions, by typedef, through
 * pointers, in recursion and loops, at secret indices; sizeof keeps the length that they were
 * declared with. */
#include <sotto-circuit.h>
#include <stdint.h>
#include <string.h>
static int sum(int n, const int v[n])
{
    int copy[n], total = 0;
    memcpy(copy, v, sizeof copy);
    for (int i = 0; i < n; i++) total += copy[i];
    return n > 1 ? total + sum(n / 2, copy) - copy[n - 1] : total;
}
static unsigned matrix(int n, int m, const uint8_t *from, unsigned i, unsigned j)
{
    typedef uint8_t row[m];
    row a[n], *p = a;
    uint8_t b[n + 1][2][m], (*q)[2][m] = b;
    unsigned out = sizeof a * 1000 + sizeof *p * 100 + sizeof b[0] + sizeof(row);
    for (int k = 0; k < n * m; k++) a[k / m][k % m] = from[k];
    for (int k = 0; k < (n + 1) * 2 * m; k++) (&b[0][0][0])[k] = (uint8_t)k;
    a[i][j] += 3;
    b[i][j & 1][j] ^= a[i][j];
    int n_sizes = 0;
    out += sizeof a[n_sizes++];
    out += sizeof a[0][n_sizes++];
    out += n_sizes;
    p++;
    q += 2;
    out += (*p)[j] + p[1][0] + (unsigned)(p - a) + (unsigned)(&a[n - 1] - &a[0]);
    return out + b[i][j & 1][j] + b[n][1][m - 1] + q[-1][i & 1][j];
}
unsigned f(GARBLER const uint8_t x[12], EVALUATOR uint8_t i, EVALUATOR uint8_t j,
           GARBLER const int v[5], OUTPUT int *s)
{
    unsigned r = matrix(3, 4, x, i % 3, j % 4) ^ matrix(4, 3, x, i % 4, j % 3) << 9;
    *s = sum(5, v);
    if (i & 1) {
        int k = 2;
        uint16_t t[k * 2];
        for (int q = 0; q < 4; q++) t[q] = x[q] << 3;
        k = 9;
        r += t[j % 4] + sizeof t + sizeof(t[0]);
    }
    for (int n = 1; n < 4; n++) {
        uint8_t t[n], u[sizeof t];
        for (int q = 0; q < n; q++) t[q] = u[n - 1 - q] = x[q + n];
        if (j == 7) continue;
        r += t[i % n] * u[j % n];
        if (i == 3) break;
    }
    return r;
}
