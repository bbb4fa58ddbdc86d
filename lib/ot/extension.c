/* OT extension; see extension.h. */
#include "ot/extension.h"

#include "base/memory.h"

#define MAX_COLUMN_BLOCKS ((size_t)N_BASE_OTS * EXTENSION_MAX_BLOCKS)

/* Both live in guarded memory. The columns are as secret as the keys they come from. */
struct extension_sender {
    block delta;
    struct prg column[N_BASE_OTS];
    block columns[MAX_COLUMN_BLOCKS];
};

struct extension_receiver {
    struct prg column[N_BASE_OTS][2];
    block columns[MAX_COLUMN_BLOCKS];
    block masks[EXTENSION_MAX_BLOCKS];
};

static sotto_err check_blocks(struct sotto_context *context, size_t n_blocks)
{
    if (n_blocks <= EXTENSION_MAX_BLOCKS) return SOTTO_OK;
    return fail(context, SOTTO_ERR_INTERNAL, "OT extension: %zu blocks at once", n_blocks);
}

sotto_err extension_sender_new(struct sotto_context *context, struct extension_sender **sender,
                               const block keys[N_BASE_OTS], const block *delta)
{
    struct extension_sender *made = guarded_new(sizeof *made);

    if (made == NULL) return fail_memory(context);
    made->delta = *delta;
    for (size_t j = 0; j < N_BASE_OTS; j++) prg_init(&made->column[j], &keys[j], 0);
    *sender = made;
    return SOTTO_OK;
}

void extension_sender_free(struct extension_sender *sender)
{
    guarded_free(sender);
}

/* q_j = PRG(k_j) ^ delta_j u_j, then the transpose. */
sotto_err extension_sender_extend(struct extension_sender *sender, struct sotto_context *context,
                                  block *rows, const uint8_t *message, size_t n_blocks)
{
    sotto_err err = check_blocks(context, n_blocks);

    if (err != SOTTO_OK) return err;
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        uint64_t bit = sender->delta.half[j / 64] >> j % 64;
        block *q = sender->columns + j * n_blocks;
        const uint8_t *u = message + j * n_blocks * BLOCK_LEN;

        prg_blocks(&sender->column[j], q, n_blocks);
        for (size_t b = 0; b < n_blocks; b++)
            q[b] = block_xor(q[b], block_times_bit(block_load(u + b * BLOCK_LEN), bit));
    }
    crypto_kernels()->transpose(rows, sender->columns, n_blocks, n_blocks);
    return SOTTO_OK;
}

sotto_err extension_receiver_new(struct sotto_context *context,
                                 struct extension_receiver **receiver,
                                 const block keys[N_BASE_OTS][2])
{
    struct extension_receiver *made = guarded_new(sizeof *made);

    if (made == NULL) return fail_memory(context);
    for (size_t j = 0; j < N_BASE_OTS; j++)
        for (size_t c = 0; c < 2; c++) prg_init(&made->column[j][c], &keys[j][c], 0);
    *receiver = made;
    return SOTTO_OK;
}

void extension_receiver_free(struct extension_receiver *receiver)
{
    guarded_free(receiver);
}

/* t_j = PRG(k_j^0) and u_j = t_j ^ PRG(k_j^1) ^ r, then the transpose of the t_j. */
sotto_err extension_receiver_extend(struct extension_receiver *receiver,
                                    struct sotto_context *context, block *rows, uint8_t *message,
                                    const block *choices, size_t n_blocks)
{
    sotto_err err = check_blocks(context, n_blocks);

    if (err != SOTTO_OK) return err;
    for (size_t j = 0; j < N_BASE_OTS; j++) {
        block *t = receiver->columns + j * n_blocks;
        uint8_t *u = message + j * n_blocks * BLOCK_LEN;

        prg_blocks(&receiver->column[j][0], t, n_blocks);
        prg_blocks(&receiver->column[j][1], receiver->masks, n_blocks);
        for (size_t b = 0; b < n_blocks; b++) {
            block masked = block_xor(t[b], block_xor(receiver->masks[b], choices[b]));

            block_store(u + b * BLOCK_LEN, masked);
        }
    }
    crypto_kernels()->transpose(rows, receiver->columns, n_blocks, n_blocks);
    return SOTTO_OK;
}
