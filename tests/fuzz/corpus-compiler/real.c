double f(__garbler double a, __evaluator float b, __garbler int i)
{
    double c = a * b + i / 3.0 - (float)i;
    if (a < b) c = sqrt(fabs(c)); else c = fmin(c, a) + 0x1.8p3 + 1e-310;
    i = (int)c + (unsigned char)b + (_Bool)a;
    return -c + i;
}
