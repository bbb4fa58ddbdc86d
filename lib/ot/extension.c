/* OT extension; see extension.h. */
#include "ot/extension.h"

#include "base/memory.h"
#include "base/random.h"
#include "crypto/oracle.h"
#include "crypto/prg.h"

/* Where a chunk is. Zero, what wiped memory holds, is the end. */
enum stage { STAGE_FAILED, STAGE_READY, STAGE_CHOSEN, STAGE_CHALLENGED, STAGE_CHECKED };

/* A chunk in the making. */
struct chunk {
    enum stage stage;
    uint64_t number;
    size_t n_blocks; /* without the extra ones */
    block challenge; /* sender */
    block *columns;  /* 128 of them */
    block *choices;  /* receiver: with the extra ones */
};

/* What both parties hold. In guarded memory with the expanded leaves behind it; the columns, as
 * secret as the leaves they come from, are bulk memory. */
struct extension {
    struct extension_terms terms;
    uint64_t next;       /* counter of the leaves' next block */
    uint64_t n_begun;    /* chunks */
    uint64_t n_done;     /* of these, those whose rows have been taken */
    size_t stride;       /* of the columns, in blocks */
    block *memory;       /* of all that follows, and of the chunks' columns and choices */
    block *coefficients; /* of the check */
    block *scratch;      /* receiver: sums of all leaves */
    struct chunk chunks[EXTENSION_N_OPEN];
};

struct extension_sender {
    struct extension extension;
    block delta;
    struct aes_key keys[]; /* of leaf y of group g at (g << width) + y */
};

struct extension_receiver {
    struct extension extension;
    struct aes_key keys[];
};

/* Whole cache lines, an odd number of them: neighbouring columns then fall into different sets of
 * the cache. */
static size_t stride_of(const struct extension_terms *terms)
{
    size_t all = EXTENSION_ALL_BLOCKS(terms->max_blocks, terms->malicious);
    size_t lines = (all + 3) / 4;

    return (lines | 1) * 4;
}

/* Columns and choices of each chunk, coefficients and scratch. */
#define N_COLUMNS(stride) ((size_t)(EXTENSION_N_OPEN * (N_BASE_OTS + 1) + 2) * (stride))

static sotto_err extension_init(struct extension *extension, struct sotto_context *context,
                                const struct extension_terms *terms)
{
    size_t stride = stride_of(terms);
    block *memory = bulk_new(N_COLUMNS(stride), BLOCK_LEN);

    if (memory == NULL) return fail_memory(context);
    extension->terms = *terms;
    extension->stride = stride;
    extension->memory = extension->coefficients = memory;
    extension->scratch = memory + stride;
    memory += 2 * stride;
    for (size_t i = 0; i < EXTENSION_N_OPEN; i++, memory += (N_BASE_OTS + 1) * stride)
        extension->chunks[i] = (struct chunk){
            .stage = STAGE_READY, .columns = memory, .choices = memory + N_BASE_OTS * stride};
    return SOTTO_OK;
}

static void extension_wipe(struct extension *extension)
{
    bulk_free(extension->memory, N_COLUMNS(extension->stride), BLOCK_LEN);
    mem_wipe(extension, sizeof *extension);
}

static sotto_err check_terms(struct sotto_context *context, const struct extension_terms *terms)
{
    if (!tree_width_is_valid(terms->width))
        return fail(context, SOTTO_ERR_USAGE, "OT extension: no width of %u: 1, 2, 4 or 8",
                    terms->width);
    if (terms->max_blocks == 0 || terms->max_blocks > EXTENSION_MAX_BLOCKS)
        return fail(context, SOTTO_ERR_INTERNAL, "OT extension: chunks of %zu blocks",
                    terms->max_blocks);
    return SOTTO_OK;
}

/* The chunk that is begun next, and the one that every other step is for. */
static struct chunk *newest(struct extension *extension)
{
    return &extension->chunks[extension->n_begun % EXTENSION_N_OPEN];
}

static struct chunk *oldest(struct extension *extension)
{
    return &extension->chunks[extension->n_done % EXTENSION_N_OPEN];
}

static struct chunk *second(struct extension *extension)
{
    return &extension->chunks[(extension->n_done + 1) % EXTENSION_N_OPEN];
}

/* Enters a step: the stage must be right, or the extension is dead or the caller mistaken. */
static sotto_err enter(const struct chunk *chunk, struct sotto_context *context, enum stage stage)
{
    if (chunk->stage == stage) return SOTTO_OK;
    return fail(context, SOTTO_ERR_USAGE,
                chunk->stage == STAGE_FAILED ? "OT extension: used after a failure"
                                             : "OT extension: a step out of order");
}

static sotto_err begin_chunk(struct extension *extension, struct sotto_context *context,
                             size_t n_blocks)
{
    struct chunk *chunk = newest(extension);
    sotto_err err = enter(chunk, context, STAGE_READY);

    if (err != SOTTO_OK) return err;
    if (n_blocks > extension->terms.max_blocks)
        return fail(context, SOTTO_ERR_INTERNAL, "OT extension: %zu blocks at once", n_blocks);
    chunk->n_blocks = n_blocks;
    chunk->number = extension->n_begun;
    return SOTTO_OK;
}

static size_t all_blocks(const struct extension *extension, const struct chunk *chunk)
{
    return EXTENSION_ALL_BLOCKS(chunk->n_blocks, extension->terms.malicious);
}

static void end_expansion(struct extension *extension, struct chunk *chunk)
{
    extension->next += all_blocks(extension, chunk);
    extension->n_begun++;
    chunk->stage = extension->terms.malicious ? STAGE_CHOSEN : STAGE_CHECKED;
}

static void expand_keys(struct aes_key *keys, const block *leaves, unsigned width)
{
    for (size_t i = 0; i < TREE_N_LEAVES(width); i++)
        crypto_kernels()->expand_key(&keys[i], &leaves[i]);
}

static sotto_err take_rows(struct extension *extension, struct sotto_context *context, block *rows)
{
    struct chunk *chunk = oldest(extension);
    sotto_err err = enter(chunk, context, STAGE_CHECKED);

    if (err != SOTTO_OK) return err;
    crypto_kernels()->transpose(rows, chunk->columns, extension->stride, chunk->n_blocks);
    extension->n_done++;
    chunk->stage = STAGE_READY;
    return SOTTO_OK;
}

/* A coefficient for each block of the chunk; 1 for the last, which masks the sum. */
static void draw_coefficients(struct extension *extension, const struct chunk *chunk,
                              const block *challenge)
{
    size_t n = all_blocks(extension, chunk);
    struct prg prg;

    prg_init(&prg, challenge, chunk->number);
    prg_blocks(&prg, extension->coefficients, n - 1);
    prg_wipe(&prg);
    extension->coefficients[n - 1] = block_of(0, 1);
}

/* The digest of all folded columns, minus delta_j x at the sender. */
static void digest_columns(const struct extension *extension, const struct chunk *chunk,
                           uint8_t digest[EXTENSION_DIGEST_LEN], const block *delta, const block *x)
{
    block folded[N_BASE_OTS];
    struct oracle oracle;

    for (size_t j = 0; j < N_BASE_OTS; j++) {
        crypto_kernels()->fold(&folded[j], chunk->columns + j * extension->stride,
                               extension->coefficients, all_blocks(extension, chunk));
        if (delta == NULL) continue;
        folded[j] = block_xor(folded[j], block_times_bit(*x, delta->half[j / 64] >> j % 64));
    }
    oracle_begin(&oracle, "OT extension: check");
    oracle_field(&oracle, extension->terms.session_id, SESSION_ID_LEN);
    oracle_number(&oracle, chunk->number);
    oracle_field(&oracle, folded, sizeof folded);
    oracle_end(&oracle, digest, EXTENSION_DIGEST_LEN);
    mem_wipe(folded, sizeof folded);
}

static struct tree_terms tree_terms_of(const struct extension_terms *terms)
{
    return (struct tree_terms){
        .width = terms->width,
        .malicious = terms->malicious,
        .session_id = terms->session_id,
    };
}

static sotto_err plant_sender(struct extension_sender *sender, struct sotto_context *context,
                              const block *keys, const uint8_t *trees,
                              const struct extension_terms *terms)
{
    const struct tree_terms tree = tree_terms_of(terms);
    size_t leaves_len = TREE_N_LEAVES(terms->width) * BLOCK_LEN;
    block *leaves = guarded_new(leaves_len);
    sotto_err err =
        leaves != NULL ? extension_init(&sender->extension, context, terms) : fail_memory(context);

    if (err == SOTTO_OK) err = tree_puncture(context, leaves, trees, &tree, keys, &sender->delta);
    if (err == SOTTO_OK) expand_keys(sender->keys, leaves, terms->width);
    guarded_free(leaves);
    return err;
}

sotto_err extension_sender_new(struct sotto_context *context, struct extension_sender **sender,
                               const block keys[N_BASE_OTS], const block *delta,
                               const uint8_t *trees, const struct extension_terms *terms)
{
    struct extension_sender *made;
    sotto_err err = check_terms(context, terms);

    if (err != SOTTO_OK) return err;
    made = guarded_new(sizeof *made + TREE_N_LEAVES(terms->width) * sizeof made->keys[0]);
    if (made == NULL) return fail_memory(context);
    made->delta = *delta;
    err = plant_sender(made, context, keys, trees, terms);
    if (err != SOTTO_OK) extension_sender_free(made);
    else *sender = made;
    return err;
}

void extension_sender_free(struct extension_sender *sender)
{
    if (sender == NULL) return;
    extension_wipe(&sender->extension);
    guarded_free(sender);
}

/* Everything that could be tried again with: delta, leaves, columns. */
static void burn(struct extension_sender *sender)
{
    mem_wipe(sender->keys, TREE_N_LEAVES(sender->extension.terms.width) * sizeof sender->keys[0]);
    mem_wipe(&sender->delta, sizeof sender->delta);
    extension_wipe(&sender->extension);
}

/* w_b ^= alpha_b d: turns the sums of leaves into the columns q_j. */
static void correct(block *column, const uint8_t *d, uint64_t bit, size_t n)
{
    for (size_t i = 0; i < n; i++)
        column[i] = block_xor(column[i], block_times_bit(block_load(d + i * BLOCK_LEN), bit));
}

sotto_err extension_sender_absorb(struct extension_sender *sender, struct sotto_context *context,
                                  const uint8_t *message, size_t n_blocks)
{
    struct extension *e = &sender->extension;
    unsigned width = e->terms.width;
    struct chunk *chunk = newest(e);
    sotto_err err = begin_chunk(e, context, n_blocks);
    size_t n = all_blocks(e, chunk);

    if (err != SOTTO_OK) return err;
    for (size_t g = 0; g < TREE_N_GROUPS(width); g++) {
        block *planes = chunk->columns + g * width * e->stride;

        crypto_kernels()->sum_leaves(planes, e->stride, NULL, sender->keys + (g << width), width,
                                     e->next, n);
        for (size_t b = 0, j = g * width; b < width; b++, j++)
            correct(planes + b * e->stride, message + g * n * BLOCK_LEN,
                    sender->delta.half[j / 64] >> j % 64, n);
    }
    end_expansion(e, chunk);
    return SOTTO_OK;
}

sotto_err extension_sender_challenge(struct extension_sender *sender, struct sotto_context *context,
                                     uint8_t challenge[EXTENSION_CHALLENGE_LEN])
{
    struct chunk *chunk = oldest(&sender->extension);

    /* The chunk behind the oldest may have come before the oldest is checked. */
    if (chunk->stage == STAGE_CHALLENGED) chunk = second(&sender->extension);
    if (enter(chunk, context, STAGE_CHOSEN) != SOTTO_OK) return SOTTO_ERR_USAGE;
    random_bytes(&chunk->challenge, sizeof chunk->challenge);
    block_store(challenge, chunk->challenge);
    chunk->stage = STAGE_CHALLENGED;
    return SOTTO_OK;
}

sotto_err extension_sender_check(struct extension_sender *sender, struct sotto_context *context,
                                 const uint8_t answer[EXTENSION_ANSWER_LEN])
{
    struct extension *e = &sender->extension;
    struct chunk *chunk = oldest(e);
    sotto_err err = enter(chunk, context, STAGE_CHALLENGED);
    uint8_t expected[EXTENSION_DIGEST_LEN];
    block x = block_load(answer);
    int verdict;

    if (err != SOTTO_OK) return err;
    draw_coefficients(e, chunk, &chunk->challenge);
    digest_columns(e, chunk, expected, &sender->delta, &x);
    verdict = sodium_memcmp(expected, answer + BLOCK_LEN, EXTENSION_DIGEST_LEN);
    ct_mark_public(&verdict, sizeof verdict); /* the peer learns whether the run goes on */
    mem_wipe(expected, sizeof expected);
    if (verdict == 0) {
        chunk->stage = STAGE_CHECKED;
        return SOTTO_OK;
    }
    burn(sender);
    return fail(context, SOTTO_ERR_CHECK, "OT extension: the receiver's choices are inconsistent");
}

sotto_err extension_sender_rows(struct extension_sender *sender, struct sotto_context *context,
                                block *rows)
{
    return take_rows(&sender->extension, context, rows);
}

static sotto_err plant_receiver(struct extension_receiver *receiver, struct sotto_context *context,
                                uint8_t *trees, const block (*keys)[2],
                                const struct extension_terms *terms)
{
    const struct tree_terms tree = tree_terms_of(terms);
    block *leaves = guarded_new(TREE_N_LEAVES(terms->width) * BLOCK_LEN);
    sotto_err err = leaves != NULL ? extension_init(&receiver->extension, context, terms)
                                   : fail_memory(context);

    if (err == SOTTO_OK) {
        tree_grow(leaves, trees, &tree, keys);
        expand_keys(receiver->keys, leaves, terms->width);
    }
    guarded_free(leaves);
    return err;
}

sotto_err extension_receiver_new(struct sotto_context *context,
                                 struct extension_receiver **receiver, uint8_t *trees,
                                 const block keys[N_BASE_OTS][2],
                                 const struct extension_terms *terms)
{
    struct extension_receiver *made;
    sotto_err err = check_terms(context, terms);

    if (err != SOTTO_OK) return err;
    made = guarded_new(sizeof *made + TREE_N_LEAVES(terms->width) * sizeof made->keys[0]);
    if (made == NULL) return fail_memory(context);
    err = plant_receiver(made, context, trees, keys, terms);
    if (err != SOTTO_OK) extension_receiver_free(made);
    else *receiver = made;
    return err;
}

void extension_receiver_free(struct extension_receiver *receiver)
{
    if (receiver == NULL) return;
    extension_wipe(&receiver->extension);
    guarded_free(receiver);
}

static void keep_choices(const struct extension *e, struct chunk *chunk, const block *choices)
{
    block *extra = chunk->choices + chunk->n_blocks;

    memcpy(chunk->choices, choices, chunk->n_blocks * BLOCK_LEN);
    if (!e->terms.malicious) return;
    random_bytes(extra, EXTENSION_CHECK_BLOCKS * BLOCK_LEN);
    ct_mark_secret(extra, EXTENSION_CHECK_BLOCKS * BLOCK_LEN);
}

/* d = u ^ r for each group, u being the sum of all its leaves. */
sotto_err extension_receiver_choose(struct extension_receiver *receiver,
                                    struct sotto_context *context, uint8_t *message,
                                    const block *choices, size_t n_blocks)
{
    struct extension *e = &receiver->extension;
    unsigned width = e->terms.width;
    struct chunk *chunk = newest(e);
    sotto_err err = begin_chunk(e, context, n_blocks);
    size_t n = all_blocks(e, chunk);

    if (err != SOTTO_OK) return err;
    keep_choices(e, chunk, choices);
    for (size_t g = 0; g < TREE_N_GROUPS(width); g++, message += n * BLOCK_LEN) {
        crypto_kernels()->sum_leaves(chunk->columns + g * width * e->stride, e->stride, e->scratch,
                                     receiver->keys + (g << width), width, e->next, n);
        for (size_t i = 0; i < n; i++)
            block_store(message + i * BLOCK_LEN, block_xor(e->scratch[i], chunk->choices[i]));
    }
    end_expansion(e, chunk);
    return SOTTO_OK;
}

sotto_err extension_receiver_answer(struct extension_receiver *receiver,
                                    struct sotto_context *context,
                                    uint8_t answer[EXTENSION_ANSWER_LEN],
                                    const uint8_t challenge[EXTENSION_CHALLENGE_LEN])
{
    struct extension *e = &receiver->extension;
    struct chunk *chunk = oldest(e);
    sotto_err err = enter(chunk, context, STAGE_CHOSEN);
    block drawn = block_load(challenge), x;

    if (err != SOTTO_OK) return err;
    draw_coefficients(e, chunk, &drawn);
    crypto_kernels()->fold(&x, chunk->choices, e->coefficients, all_blocks(e, chunk));
    block_store(answer, x);
    digest_columns(e, chunk, answer + BLOCK_LEN, NULL, NULL);
    chunk->stage = STAGE_CHECKED;
    return SOTTO_OK;
}

sotto_err extension_receiver_rows(struct extension_receiver *receiver,
                                  struct sotto_context *context, block *rows)
{
    return take_rows(&receiver->extension, context, rows);
}
