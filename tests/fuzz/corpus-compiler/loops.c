int f(int a[6], int x)
{
    static int n = 3;
    int s = 0;
    for (int i = 0, j = 6; i < j; i++, j--) { if (a[i] == x) break; if (a[j - 1] < 0) continue; s += i; }
#pragma gc bound 4
    while (x & 15) { x -= 3; if (s > 9) return s; }
    do { s ^= n; n--; } while (n);
    switch (x & 3) { case 0: s++; case 1: s = 2; break; case 2 ... 3: s *= 3; default: s--; }
    return s;
}
