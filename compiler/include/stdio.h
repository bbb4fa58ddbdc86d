/* For programs that include it: a circuit has no input or output but its parameters and results. */
#ifndef GC_STDIO_H
#define GC_STDIO_H

#include <stddef.h>

#endif
