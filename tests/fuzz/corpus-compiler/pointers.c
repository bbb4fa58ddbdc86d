struct point { int x, y; unsigned f : 3; int g : 9; struct { char c[4]; } in; };
static struct point table[2] = {{1, 2}, {.y = 4, .in.c = "ab"}};
static int get(const struct point *p, int i) { return p[i].x + p->in.c[i & 3]; }
static int rec(int n, int x) { return n ? rec(n - 1, x * 3 + n) : x; }
union u { int i; float f; unsigned char b[4]; };
int f(__garbler struct point p, __evaluator int x, __output struct point o[2], __output int *q)
{
    struct point *r = x & 1 ? &p : &table[1], c = *r;
    int a[2][3] = {{1}, [1][2] = 5}, *s = a[x & 1];
    union u u = {.i = x};
    u.b[x & 3] ^= 7;
    s += x & 1;
    *s = 4;
    a[x][1]++;
    o[x & 1] = c;
    o[0].f += x;
    *q = get(table, x & 1) + rec(3, x) + (int)u.f + (s - &a[0][0]);
    memcpy(&c, r, sizeof c);
    memset(a, x, sizeof a);
    return memcmp(p.in.c, c.in.c, 4) + ((struct point){.x = 3}).x + a[1][2];
}
