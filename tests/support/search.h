/* Looks for secrets in all memory of this process that can be read and written. What is looked for
 * is kept masked, lest the search finds itself. */
#ifndef SOTTO_TESTS_SEARCH_H
#define SOTTO_TESTS_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#define SEARCH_MASK UINT8_C(0xa9)
#define SEARCH_LEN 16

/** counts[k] is how often masked[k] stands in memory without its mask. */
void search_memory(size_t *counts, const uint8_t (*masked)[SEARCH_LEN], size_t n_masked);

/** Frames of earlier calls lie dead on the stack. They are the compiler's, not the library's, and
 *  the next calls overwrite them; so does this one. */
void search_burn_stack(void);

#endif
