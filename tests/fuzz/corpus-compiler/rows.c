int f(__garbler int t[4][4], __evaluator long i, __evaluator long j)
{
    int (*row)[4] = t + i, *p = &(*row)[0];
    p += j;
    *p = 7;
    return *p + p[i];
}
