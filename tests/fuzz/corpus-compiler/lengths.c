static int sum(int n, const int v[n])
{
    typedef int row[n];
    row copy[2], *p = copy;
    for (int i = 0; i < n; i++) copy[1][i] = v[i];
    return p[1][0] + (int)sizeof *p + (n > 1 ? sum(n - 1, copy[1]) : 0);
}
int f(int a, int b)
{
    int n = 3, v[n];
    for (int i = 0; i < n; i++) v[i] = a << i;
    switch (b & 1) { case 0: { char t[n + 1]; t[b & 3] = 1; return sizeof t; } default: return sum(n, v); }
}
