/* The types of stdint.h under their other name, for circuits: there is nothing to print. */
#ifndef GC_INTTYPES_H
#define GC_INTTYPES_H

#include <stdint.h>

#endif
