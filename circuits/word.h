/* The type of the programs that come in several widths: BITS is 8, 16, 32 or 64. */
#ifndef CIRCUITS_WORD_H
#define CIRCUITS_WORD_H

#include <stdint.h>

#ifndef BITS
#define BITS 32
#endif

#define JOIN_NAMES(a, b, c) a##b##c
#define JOIN(a, b, c) JOIN_NAMES(a, b, c)

#ifdef SIGNED
typedef JOIN(int, BITS, _t) word;
#else
typedef JOIN(uint, BITS, _t) word;
#endif

#endif
