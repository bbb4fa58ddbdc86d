__int128 f(__garbler unsigned _BitInt(7) a, __evaluator _BitInt(70) b, __garbler __int128 c)
{
    _BitInt(33) d = a * b;
    c <<= a;
    return c / (b + 1) + d % 9 - (a > 3 ? b : -b);
}
