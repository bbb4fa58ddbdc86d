/* The tweak counter of the label hash; see hash.h. */
#include "crypto/hash.h"

#include "base/checked.h"

bool take_tweaks(struct label_hash *hash, uint64_t *first, uint64_t n)
{
    uint64_t next;

    if (!add_u64(&next, hash->next, n)) return false;
    *first = hash->next;
    hash->next = next;
    return true;
}
