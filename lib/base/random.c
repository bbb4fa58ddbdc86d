/* Random bytes through libsodium; see random.h. */
#include "base/random.h"

#include <sodium.h>

void random_bytes(void *memory, size_t len)
{
    randombytes_buf(memory, len);
}
