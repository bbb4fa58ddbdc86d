/* Flavours of OT from correlated rows; see transfer.h. */
#include "ot/transfer.h"

#include "base/memory.h"
#include "crypto/prg.h"

/* Rows hashed per kernel call: keeps the scratch on the stack. */
#define CHUNK 128

/* Blocks of a long string that are masked at a time. */
#define STRING_BLOCKS 64

#define MAX_INDEX_BITS 8

static sotto_err reserve(struct sotto_context *context, struct label_hash *hash, uint64_t *first,
                         uint64_t n)
{
    if (take_tweaks(hash, first, n)) return SOTTO_OK;
    return fail(context, SOTTO_ERR_LIMIT, "too many oblivious transfers in one session");
}

/* The lowest bits of eight bytes, gathered by a multiplication that moves bit 8 i to bit 56 + i. */
static uint64_t gather_bits(const uint8_t *bits)
{
    uint64_t bytes;

    memcpy(&bytes, bits, sizeof bytes);
    return (bytes & UINT64_C(0x0101010101010101)) * UINT64_C(0x0102040810204080) >> 56;
}

void pack_choices(block *choices, const uint8_t *bits, size_t n)
{
    size_t i = 0;

    memset(choices, 0, (n + 127) / 128 * sizeof *choices);
    for (; n - i >= 8; i += 8) choices[i / 128].half[i / 64 % 2] |= gather_bits(bits + i) << i % 64;
    for (; i < n; i++) choices[i / 128].half[i / 64 % 2] |= (uint64_t)(bits[i] & 1) << i % 64;
}

void correct_rows(block *rows, const block *differences, size_t n, const block *delta)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t bit = differences[i / 128].half[i / 64 % 2] >> i % 64;

        rows[i] = block_xor(rows[i], block_times_bit(*delta, bit));
    }
}

sotto_err random_ot_send(struct sotto_context *context, block (*pads)[2], struct label_hash *hash,
                         const block *rows, size_t n, const block *delta)
{
    uint64_t first;
    sotto_err err = reserve(context, hash, &first, n);

    if (err == SOTTO_OK) crypto_kernels()->hash_pairs(pads, rows, delta, &hash->start, first, n);
    return err;
}

sotto_err random_ot_receive(struct sotto_context *context, block *pads, struct label_hash *hash,
                            const block *rows, size_t n)
{
    uint64_t first;
    sotto_err err = reserve(context, hash, &first, n);

    if (err == SOTTO_OK) crypto_kernels()->hash(pads, rows, &hash->start, first, n);
    return err;
}

static void xor_bytes(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t len)
{
    for (size_t i = 0; i < len; i++) out[i] = a[i] ^ b[i];
}

/* A string is masked by its pad when it fits, else by the pad's keystream of this number. */
static void mask_string(uint8_t *out, const uint8_t *in, size_t len, const block *pad,
                        uint64_t stream)
{
    block mask[STRING_BLOCKS];
    struct prg prg;

    prg_init(&prg, pad, stream);
    for (size_t at = 0; at < len; at += sizeof mask) {
        size_t part = len - at < sizeof mask ? len - at : sizeof mask;

        prg_blocks(&prg, mask, (part + BLOCK_LEN - 1) / BLOCK_LEN);
        xor_bytes(out + at, in + at, (const uint8_t *)mask, part);
    }
    prg_wipe(&prg);
    mem_wipe(mask, sizeof mask);
}

static void mask_short(uint8_t *out, const uint8_t *in, size_t len, const block *pad)
{
    if (len <= BLOCK_LEN) xor_bytes(out, in, (const uint8_t *)pad, len);
    else mask_string(out, in, len, pad, 0);
}

/* Pairs of single blocks, by far the most frequent. */
static void mask_blocks(uint8_t *out, const uint8_t *in, const block *pads, size_t n)
{
    for (size_t i = 0; i < n; i++)
        block_store(out + i * BLOCK_LEN, block_xor(block_load(in + i * BLOCK_LEN), pads[i]));
}

static void select_blocks(uint8_t *out, const uint8_t *pairs, const block *pads,
                          const uint8_t *choices, size_t n)
{
    for (size_t i = 0; i < n; i++, pairs += 2 * BLOCK_LEN) {
        block zero = block_load(pairs), one = block_load(pairs + BLOCK_LEN);
        block chosen = block_xor(zero, block_times_bit(block_xor(zero, one), choices[i]));

        block_store(out + i * BLOCK_LEN, block_xor(chosen, pads[i]));
    }
}

sotto_err chosen_ot_send(struct sotto_context *context, uint8_t *ciphertexts,
                         struct label_hash *hash, const block *rows, const uint8_t *messages,
                         size_t message_len, size_t n, const block *delta)
{
    block pads[CHUNK][2];
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;
        size_t offset = at * 2 * message_len;

        err = random_ot_send(context, pads, hash, rows + at, count, delta);
        if (err == SOTTO_OK && message_len == BLOCK_LEN) {
            mask_blocks(ciphertexts + offset, messages + offset, pads[0], 2 * count);
            continue;
        }
        for (size_t i = 0; err == SOTTO_OK && i < 2 * count; i++, offset += message_len)
            mask_short(ciphertexts + offset, messages + offset, message_len, &pads[i / 2][i % 2]);
    }
    mem_wipe(pads, sizeof pads);
    return err;
}

sotto_err chosen_ot_receive(struct sotto_context *context, uint8_t *messages,
                            struct label_hash *hash, const block *rows, const uint8_t *ciphertexts,
                            size_t message_len, const uint8_t *choices, size_t n)
{
    block pads[CHUNK];
    sotto_err err = SOTTO_OK;

    for (size_t at = 0; err == SOTTO_OK && at < n; at += CHUNK) {
        size_t count = n - at < CHUNK ? n - at : CHUNK;

        err = random_ot_receive(context, pads, hash, rows + at, count);
        if (err == SOTTO_OK && message_len == BLOCK_LEN) {
            select_blocks(messages + at * BLOCK_LEN, ciphertexts + at * 2 * BLOCK_LEN, pads,
                          choices + at, count);
            continue;
        }
        for (size_t i = 0; err == SOTTO_OK && i < count; i++) {
            const uint8_t *pair = ciphertexts + (at + i) * 2 * message_len;
            uint8_t *message = messages + (at + i) * message_len;

            ct_select_bytes(message, pair + message_len, pair, message_len,
                            ct_mask(choices[at + i]));
            mask_short(message, message, message_len, &pads[i]);
        }
    }
    mem_wipe(pads, sizeof pads);
    return err;
}

size_t packed_len(size_t n_elements, unsigned element_bits)
{
    return (n_elements * element_bits + 7) / 8;
}

static uint64_t element_mask(unsigned bits)
{
    return UINT64_MAX >> (64 - bits);
}

/* Element number index of a packed vector; bytes beyond its end are taken as zero. */
static uint64_t unpack(const uint8_t *packed, size_t len, size_t index, unsigned bits)
{
    size_t at = index * bits / 8, shift = index * bits % 8;
    size_t have = len - at < 9 ? len - at : 9;
    uint8_t bytes[9] = {0};
    uint64_t low;

    memcpy(bytes, packed + at, have);
    memcpy(&low, bytes, sizeof low);
    if (shift > 0) low = low >> shift | (uint64_t)bytes[8] << (64 - shift);
    return low & element_mask(bits);
}

/* The vector must have been zero. */
static void pack(uint8_t *packed, size_t len, size_t index, unsigned bits, uint64_t element)
{
    size_t at = index * bits / 8, shift = index * bits % 8;
    size_t have = len - at < 9 ? len - at : 9;
    uint64_t low = (element & element_mask(bits)) << shift;
    uint8_t bytes[9];

    memcpy(bytes, &low, sizeof low);
    bytes[8] = (uint8_t)(shift > 0 ? (element & element_mask(bits)) >> (64 - shift) : 0);
    for (size_t i = 0; i < have; i++) packed[at + i] |= bytes[i];
}

/* g(L): pads are vectors too, packed like what they mask. */
static void expand_pad(uint8_t *out, size_t len, const block *pad)
{
    memset(out, 0, len);
    mask_short(out, out, len, pad);
}

/* message = g0 - g1 + terms; the share is g0. */
static void mask_vector(uint64_t *shares, uint8_t *message, uint8_t *pads[2], const uint64_t *terms,
                        size_t n_elements, unsigned bits)
{
    size_t len = packed_len(n_elements, bits);

    memset(message, 0, len);
    for (size_t e = 0; e < n_elements; e++) {
        uint64_t g0 = unpack(pads[0], len, e, bits), g1 = unpack(pads[1], len, e, bits);

        shares[e] = g0;
        pack(message, len, e, bits, g0 - g1 + terms[e]);
    }
}

sotto_err vector_ot_send(struct sotto_context *context, uint64_t *shares, uint8_t *message,
                         struct label_hash *hash, const block *rows, const uint64_t *terms,
                         size_t n_elements, unsigned element_bits, size_t n, const block *delta)
{
    size_t len = packed_len(n_elements, element_bits);
    uint8_t *scratch = bulk_new(len, 2);
    uint8_t *vectors[2] = {scratch, scratch + len};
    sotto_err err = scratch != NULL ? SOTTO_OK : fail_memory(context);
    block pads[1][2];

    for (size_t i = 0; err == SOTTO_OK && i < n; i++) {
        err = random_ot_send(context, pads, hash, rows + i, 1, delta);
        if (err != SOTTO_OK) break;
        for (size_t c = 0; c < 2; c++) expand_pad(vectors[c], len, &pads[0][c]);
        mask_vector(shares + i * n_elements, message + i * len, vectors, terms + i * n_elements,
                    n_elements, element_bits);
    }
    mem_wipe(pads, sizeof pads);
    bulk_free(scratch, len, 2);
    return err;
}

sotto_err vector_ot_receive(struct sotto_context *context, uint64_t *shares,
                            struct label_hash *hash, const block *rows, const uint8_t *message,
                            size_t n_elements, unsigned element_bits, const uint8_t *choices,
                            size_t n)
{
    size_t len = packed_len(n_elements, element_bits);
    uint8_t *vector = bulk_new(len, 1);
    sotto_err err = vector != NULL ? SOTTO_OK : fail_memory(context);
    block pad;

    for (size_t i = 0; err == SOTTO_OK && i < n; i++, message += len) {
        uint64_t mask = ct_mask(choices[i]);

        err = random_ot_receive(context, &pad, hash, rows + i, 1);
        if (err != SOTTO_OK) break;
        expand_pad(vector, len, &pad);
        for (size_t e = 0; e < n_elements; e++) {
            uint64_t sum = unpack(vector, len, e, element_bits);

            sum += mask & unpack(message, len, e, element_bits);
            *shares++ = sum & element_mask(element_bits);
        }
    }
    mem_wipe(&pad, sizeof pad);
    bulk_free(vector, len, 1);
    return err;
}

unsigned one_of_rows(size_t n_messages)
{
    unsigned n_bits = 1;

    while ((size_t)1 << n_bits < n_messages) n_bits++;
    return n_bits;
}

/* Message v is masked by streams number v of the keys that the bits of v select; a receiver that
 * chose r lacks one of them for every other v. */
static void mask_all(uint8_t *ciphertexts, const uint8_t *messages, size_t message_len,
                     size_t n_messages, const block (*keys)[2])
{
    for (size_t v = 0; v < n_messages; v++) {
        uint8_t *out = ciphertexts + v * message_len;

        memmove(out, messages + v * message_len, message_len);
        for (unsigned b = 0; b < one_of_rows(n_messages); b++)
            mask_string(out, out, message_len, &keys[b][v >> b & 1], v);
    }
}

sotto_err one_of_send(struct sotto_context *context, uint8_t *ciphertexts, struct label_hash *hash,
                      const block *rows, const uint8_t *messages, size_t message_len,
                      size_t n_messages, size_t n, const block *delta)
{
    unsigned n_rows = one_of_rows(n_messages);
    block keys[MAX_INDEX_BITS][2];
    sotto_err err = SOTTO_OK;

    for (size_t i = 0; err == SOTTO_OK && i < n; i++) {
        size_t offset = i * n_messages * message_len;

        err = random_ot_send(context, keys, hash, rows + i * n_rows, n_rows, delta);
        if (err == SOTTO_OK)
            mask_all(ciphertexts + offset, messages + offset, message_len, n_messages,
                     (const block(*)[2])keys);
    }
    mem_wipe(keys, sizeof keys);
    return err;
}

/* Reads all ciphertexts and keeps the chosen one: which is a secret. */
static void select_string(uint8_t *out, const uint8_t *strings, size_t len, size_t n,
                          uint64_t index)
{
    memset(out, 0, len);
    for (size_t v = 0; v < n; v++) {
        uint64_t difference = v ^ index;
        uint64_t differs = (difference | (UINT64_C(0) - difference)) >> 63;

        ct_select_bytes(out, out, strings + v * len, len, ct_mask(differs));
    }
}

sotto_err one_of_receive(struct sotto_context *context, uint8_t *messages, struct label_hash *hash,
                         const block *rows, const uint8_t *ciphertexts, size_t message_len,
                         size_t n_messages, const uint8_t *choices, size_t n)
{
    unsigned n_rows = one_of_rows(n_messages);
    block keys[MAX_INDEX_BITS];
    sotto_err err = SOTTO_OK;

    for (size_t i = 0; err == SOTTO_OK && i < n; i++, messages += message_len) {
        err = random_ot_receive(context, keys, hash, rows + i * n_rows, n_rows);
        if (err != SOTTO_OK) break;
        select_string(messages, ciphertexts + i * n_messages * message_len, message_len, n_messages,
                      choices[i]);
        for (unsigned b = 0; b < n_rows; b++)
            mask_string(messages, messages, message_len, &keys[b], choices[i]);
    }
    mem_wipe(keys, sizeof keys);
    return err;
}
