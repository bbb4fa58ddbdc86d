enum e { A, B = 5, C };
static const unsigned char t[8] = {3, [5] = 1, 4};
long f(__garbler int a, __evaluator unsigned b, __garbler long c, __garbler enum e k)
{
    int x = a++ + --a, *p = &a;
    _Bool q = a && b || !c;
    c += (a << (b & 31)) ^ (a >> 3) ^ ~b;
    c -= a / (int)b + a % 7 - (b / 10u) * (b % 1000u);
    x = q ? *p : (a, b);
    return c + t[b & 7] + t[a] + sizeof(int[3]) + k + B + x - __builtin_popcount(b) +
           __builtin_clzll(c) + __builtin_ctz(a) + abs(a) + (signed char)c + (unsigned short)a;
}
