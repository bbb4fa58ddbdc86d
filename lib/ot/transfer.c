/* Random and chosen OT from correlated rows; see transfer.h. */
#include "ot/transfer.h"

#include "base/memory.h"

/* Rows hashed per kernel call: keeps the scratch on the stack. */
#define CHUNK 128

static sotto_err reserve(struct sotto_context *context, struct label_hash *hash, uint64_t *first,
                         uint64_t n)
{
    if (take_tweaks(hash, first, n)) return SOTTO_OK;
    return fail(context, SOTTO_ERR_LIMIT, "too many oblivious transfers in one session");
}

sotto_err random_ot_send(struct sotto_context *context, block (*pads)[2], struct label_hash *hash,
                         const block *rows, size_t n, const block *delta)
{
    const struct crypto_kernels *kernels = crypto_kernels();
    block shifted[CHUNK], digests[2][CHUNK];
    uint64_t first;
    sotto_err err = reserve(context, hash, &first, n);

    if (err != SOTTO_OK) return err;
    for (size_t at = 0; at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;

        for (size_t i = 0; i < count; i++) shifted[i] = block_xor(rows[at + i], *delta);
        kernels->hash(digests[0], rows + at, &hash->start, first + at, count);
        kernels->hash(digests[1], shifted, &hash->start, first + at, count);
        for (size_t i = 0; i < count; i++) {
            pads[at + i][0] = digests[0][i];
            pads[at + i][1] = digests[1][i];
        }
    }
    mem_wipe(shifted, sizeof shifted);
    mem_wipe(digests, sizeof digests);
    return SOTTO_OK;
}

sotto_err random_ot_receive(struct sotto_context *context, block *pads, struct label_hash *hash,
                            const block *rows, size_t n)
{
    uint64_t first;
    sotto_err err = reserve(context, hash, &first, n);

    if (err != SOTTO_OK) return err;
    crypto_kernels()->hash(pads, rows, &hash->start, first, n);
    return SOTTO_OK;
}

sotto_err chosen_ot_send(struct sotto_context *context, block (*ciphertexts)[2],
                         struct label_hash *hash, const block *rows, const block (*messages)[2],
                         size_t n, const block *delta)
{
    block pads[CHUNK][2];
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;

        err = random_ot_send(context, pads, hash, rows + at, count, delta);
        for (size_t i = 0; err == SOTTO_OK && i < count; i++)
            for (size_t c = 0; c < 2; c++)
                ciphertexts[at + i][c] = block_xor(messages[at + i][c], pads[i][c]);
    }
    mem_wipe(pads, sizeof pads);
    return err;
}

sotto_err chosen_ot_receive(struct sotto_context *context, block *messages, struct label_hash *hash,
                            const block *rows, const block (*ciphertexts)[2],
                            const uint8_t *choices, size_t n)
{
    sotto_err err = random_ot_receive(context, messages, hash, rows, n);

    if (err != SOTTO_OK) return err;
    for (size_t i = 0; i < n; i++) {
        block difference = block_xor(ciphertexts[i][0], ciphertexts[i][1]);
        block chosen = block_xor(ciphertexts[i][0], block_times_bit(difference, choices[i]));

        messages[i] = block_xor(messages[i], chosen);
    }
    return SOTTO_OK;
}
