/* switch with fall-through, early return, break and continue under secret conditions. */
#include <sotto-circuit.h>
#include <stdint.h>
static int classify(int x)
{
    int n = 0;
    switch (x & 7) {
    case 0: n++; /* fall through */
    case 1: n += 10;
    case 2:
        if (x > 100) break;
        n += 100;
    case 3: return n + 3;
    default: n = -1; /* fall through */
    case 6: n *= 5; break;
    case 5: {
        n = 77;
        if (x < 0) return n;
        break;
    }
    }
    return n;
}
static int search(const int a[6], int x)
{
    int at = -1;
    for (int i = 0; i < 6; i++) {
        if (a[i] == 0) continue;
        for (int j = i; j < 6; j++) {
            if (a[j] == x) return 10 * i + j;
            if (a[j] > x) break;
            at += j;
        }
        if (at > 12) break;
        switch (a[i] & 3) {
        case 0: continue;
        case 1: at += 5; break;
        default: break;
        }
        at++;
    }
    return at;
}
/* The labels stand before plain statements, and what is switched on is public at first. */
static int steps(const int a[6], int x)
{
    int state = 0, n = 0;
    for (int i = 0; i < 6; i++) {
        switch (state) {
        case 0:
            n = a[i];
            state = 1;
            break;
        case 1:
            if (a[i] == x) break;
            n += 100;
            break;
        default: n = -1;
        }
        switch (i) {
        case 2: n *= 3; break;
        case 3:
        case 4:
            n -= x;
            if (x < 0) state = 7;
            break;
        case 5: n++;
        default: n ^= 1;
        }
    }
    return n;
}
/* Conditions of which one part is public. */
static int ends(const int a[6], int x)
{
    int n = 0, i, at = 5;
    for (i = 0; i < 6 && a[i] != x; i++) n += a[i];
    while (at > 0 && a[at] > x) at--;
    for (int j = 0; n != 3 && j < 4; j++) n = n * 5 + 1;
    for (int j = 0; j < 3 && n-- > 0 && j < n; j++) i += 2;
    int runs = 0;
    do i += n & 1;
    while (++runs < 4 && i < x);
    return n + 10 * i + 100 * at + 1000 * runs;
}
int f(GARBLER const int a[6], EVALUATOR int x, OUTPUT int o[5])
{
    int b[6], i = 0;
    for (i = 0; i < 6; i++) b[i] = a[i] & 7;
    o[0] = classify(x);
    o[1] = search(b, x & 7);
    o[3] = steps(b, x & 7);
    o[4] = ends(b, x & 7);
    for (i = 0; i < 6; ++i)
        if (a[i] == x) break;
    o[2] = i;
    do {
        if (x & 1) break;
        if (x & 2) continue;
        i += 100;
    } while (0);
    if (x > 5 && (b[0] = 9, x < 50)) return b[0];
    return x > 3 ? x < 9 ? i : -i : b[0] + i++ + i;
}
