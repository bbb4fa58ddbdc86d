double fabs(double x);
double sqrt(double x);
double fmin(double x, double y);
double fmax(double x, double y);
float fabsf(float x);
float sqrtf(float x);
float fminf(float x, float y);
float fmaxf(float x, float y);
typedef signed char int8_t;
typedef short int16_t;
typedef int int32_t;
typedef long int64_t;
typedef unsigned char uint8_t;
typedef unsigned short uint16_t;
typedef unsigned int uint32_t;
typedef unsigned long uint64_t;
typedef int8_t int_least8_t;
typedef int16_t int_least16_t;
typedef int32_t int_least32_t;
typedef int64_t int_least64_t;
typedef uint8_t uint_least8_t;
typedef uint16_t uint_least16_t;
typedef uint32_t uint_least32_t;
typedef uint64_t uint_least64_t;
typedef signed char int_fast8_t;
typedef long int_fast16_t;
typedef long int_fast32_t;
typedef long int_fast64_t;
typedef unsigned char uint_fast8_t;
typedef unsigned long uint_fast16_t;
typedef unsigned long uint_fast32_t;
typedef unsigned long uint_fast64_t;
typedef long intptr_t;
typedef unsigned long uintptr_t;
typedef long intmax_t;
typedef unsigned long uintmax_t;
void floats(__garbler float a, __evaluator float b, __garbler double c, __evaluator int i,
            __output float f[9], __output double d[5], __output int t[6])
{
    f[0] = a + b, f[1] = a - b, f[2] = a * b, f[3] = a / b, f[4] = -a, f[5] = fabsf(b);
    f[6] = sqrtf(a), f[7] = (float)c, f[8] = (float)i;
    d[0] = a, d[1] = c * b, d[2] = sqrt(c), d[3] = i + c, d[4] = (double)(int64_t)i * i;
    t[0] = a < b, t[1] = a == b, t[2] = a >= b, t[3] = a ? 1 : 0, t[4] = !c;
    t[5] = a > -1000 && a < 1000 ? (int)a : 0;
}
