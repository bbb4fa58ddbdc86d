/* Programs include it for tests of their own on the host: a circuit has no input or output. */
#ifndef GC_STDIO_H
#define GC_STDIO_H

#include <stddef.h>

#endif
