/* The functions of float and double that circuits have. */
#ifndef GC_MATH_H
#define GC_MATH_H

double fabs(double x);
double sqrt(double x);
double fmin(double x, double y);
double fmax(double x, double y);
float fabsf(float x);
float sqrtf(float x);
float fminf(float x, float y);
float fmaxf(float x, float y);

#define INFINITY (1e38f * 1e38f)
#define NAN (0.0f / 0.0f)
#define HUGE_VAL (1e300 * 1e300)

#endif
