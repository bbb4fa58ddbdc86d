/* Vectors over Z_{2^bits}; see ring.h. */
#include "share/ring.h"

#include <string.h>

__extension__ typedef unsigned __int128 word_pair;

/* Two elements at a time go through a word of 128 bits: at most 63 are waiting when 64 more come.
 */
void ring_pack(uint8_t *bytes, const uint32_t *elements, size_t n, unsigned bits)
{
    word_pair waiting = 0;
    unsigned n_waiting = 0;
    size_t i = 0;

    for (; i + 2 <= n; i += 2) {
        uint64_t pair = elements[i] | (uint64_t)elements[i + 1] << bits;

        waiting |= (word_pair)pair << n_waiting;
        n_waiting += 2 * bits;
        if (n_waiting < 64) continue;
        memcpy(bytes, &waiting, 8);
        bytes += 8;
        waiting >>= 64;
        n_waiting -= 64;
    }
    if (i < n) {
        waiting |= (word_pair)elements[i] << n_waiting;
        n_waiting += bits;
    }
    memcpy(bytes, &waiting, (n_waiting + 7) / 8);
}

/* The element that starts at this bit, of bytes that go on for another 8 from there. */
static uint32_t element_at(const uint8_t *bytes, size_t bit)
{
    uint64_t word;

    memcpy(&word, bytes + bit / 8, sizeof word);
    return (uint32_t)(word >> bit % 8);
}

/* The last few are taken from a copy, lest the bytes behind the vector are read. */
void ring_unpack(uint32_t *elements, const uint8_t *bytes, size_t n, unsigned bits)
{
    size_t len = (n * bits + 7) / 8, n_inside = len < 8 ? 0 : ((len - 8) * 8 + 7) / bits + 1;
    size_t i = 0, start;
    uint8_t tail[24] = {0};

    if (n_inside > n) n_inside = n;
    for (; i < n_inside; i++) elements[i] = element_at(bytes, i * bits) & ring_mask(bits);
    start = i * bits / 8;
    if (i < n) memcpy(tail, bytes + start, len - start);
    for (; i < n; i++) elements[i] = element_at(tail, i * bits - 8 * start) & ring_mask(bits);
}

void ring_reduce(uint32_t *elements, size_t n, unsigned bits)
{
    for (size_t i = 0; i < n; i++) elements[i] &= ring_mask(bits);
}
