/* Absolute values, for circuits. */
#ifndef GC_STDLIB_H
#define GC_STDLIB_H

#include <stddef.h>

int abs(int x);
long labs(long x);
long long llabs(long long x);

#endif
