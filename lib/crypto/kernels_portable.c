/* The portable kernels: plain C, constant time; what all others are tested against. */
#include "crypto/aes_portable.h"
#include "crypto/kernels.h"

#include "base/memory.h"

static size_t at_most(size_t n, size_t limit)
{
    return n < limit ? n : limit;
}

static void portable_keystream(block *out, const struct aes_key *key, uint64_t stream,
                               uint64_t first, size_t n)
{
    struct aes_sliced_key sliced;
    block blocks[AES_SLICE_BLOCKS];

    aes_portable_slice_key(&sliced, key);
    for (size_t i = 0; i < n; i += AES_SLICE_BLOCKS) {
        for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) blocks[j] = block_of(stream, first + i + j);
        aes_portable_encrypt(blocks, &sliced);
        memcpy(out + i, blocks, at_most(n - i, AES_SLICE_BLOCKS) * sizeof *out);
    }
    mem_wipe(&sliced, sizeof sliced);
    mem_wipe(blocks, sizeof blocks);
}

/* The last group is padded with zero blocks, whose hashes are dropped. */
static void portable_hash(block *out, const block *in, const block *start, uint64_t first, size_t n)
{
    block x[AES_SLICE_BLOCKS], y[AES_SLICE_BLOCKS], keys[AES_SLICE_BLOCKS];

    for (size_t i = 0; i < n; i += AES_SLICE_BLOCKS) {
        size_t len = at_most(n - i, AES_SLICE_BLOCKS);

        for (size_t j = 0; j < AES_SLICE_BLOCKS; j++) {
            x[j] = j < len ? block_sigma(in[i + j]) : block_of(0, 0);
            y[j] = x[j];
            keys[j] = block_xor(*start, block_of(0, first + i + j));
        }
        aes_portable_encrypt_rekeyed(y, 1, keys);
        for (size_t j = 0; j < len; j++) out[i + j] = block_xor(y[j], x[j]);
    }
    mem_wipe(x, sizeof x);
    mem_wipe(y, sizeof y);
}

/* Transposes a 64 by 64 matrix in place, swapping ever smaller squares (Warren, "Hacker's Delight",
 * section 7-3). */
static void transpose_square(uint64_t *rows)
{
    uint64_t mask = UINT64_C(0x00000000ffffffff);

    for (unsigned size = 32; size != 0; size >>= 1, mask ^= mask << size) {
        for (size_t i = 0; i < 64; i = (i + size + 1) & ~(size_t)size) {
            uint64_t t = (rows[i] >> size ^ rows[i + size]) & mask;

            rows[i + size] ^= t;
            rows[i] ^= t << size;
        }
    }
}

static void portable_transpose(block *rows, const block *columns, size_t n_blocks)
{
    uint64_t square[64];

    for (size_t b = 0; b < n_blocks; b++) {
        for (size_t quadrant = 0; quadrant < 4; quadrant++) {
            size_t from = quadrant >> 1, to = quadrant & 1;
            const block *source = columns + 64 * to * n_blocks + b;
            block *target = rows + 128 * b + 64 * from;

            for (size_t j = 0; j < 64; j++) square[j] = source[j * n_blocks].half[from];
            transpose_square(square);
            for (size_t i = 0; i < 64; i++) target[i].half[to] = square[i];
        }
    }
    mem_wipe(square, sizeof square);
}

const struct crypto_kernels crypto_kernels_portable = {
    .isa = CPU_PORTABLE,
    .expand_key = aes_portable_expand_key,
    .keystream = portable_keystream,
    .hash = portable_hash,
    .transpose = portable_transpose,
};
