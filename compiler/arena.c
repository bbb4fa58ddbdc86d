/* Memory of one compilation; see arena.h. */
#include "compiler/arena.h"

#include "base/checked.h"
#include "base/memory.h"
#include "sotto.h"

#include <stdalign.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_LEN ((size_t)1 << 20)

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) unsigned char bytes[];
};

void arena_init(struct arena *arena, uint64_t max_len, jmp_buf *on_error)
{
    *arena = (struct arena){.max_len = max_len, .on_error = on_error};
}

void arena_free(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *next = arena->blocks->next;

        mem_free(arena->blocks);
        arena->blocks = next;
    }
    arena->at = NULL;
    arena->left = 0;
    arena->n_taken = 0;
}

static struct arena_block *take_block(struct arena *arena, size_t len)
{
    struct arena_block *block;
    uint64_t total;
    size_t whole;

    if (!add_size(&whole, len, sizeof *block) || !add_u64(&total, arena->n_taken, whole) ||
        total > arena->max_len)
        longjmp(*arena->on_error, SOTTO_ERR_LIMIT);
    block = mem_new(whole, 1);
    if (block == NULL) longjmp(*arena->on_error, SOTTO_ERR_MEMORY);
    arena->n_taken = total;
    return block;
}

/* A large piece gets a block of its own, behind the one that small pieces are cut from. */
static void *take_large(struct arena *arena, size_t len)
{
    struct arena_block *block = take_block(arena, len);

    if (arena->blocks == NULL) {
        arena->blocks = block;
        block->next = NULL;
    } else {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    }
    return block->bytes;
}

void *arena_new(struct arena *arena, uint64_t n, size_t size)
{
    size_t len;
    void *piece;

    if (!mul_size(&len, n, size) || len > SIZE_MAX / 2) longjmp(*arena->on_error, SOTTO_ERR_LIMIT);
    len = (len + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    if (len > BLOCK_LEN / 4) return take_large(arena, len);
    if (len > arena->left) {
        struct arena_block *block = take_block(arena, BLOCK_LEN);

        block->next = arena->blocks;
        arena->blocks = block;
        arena->at = block->bytes;
        arena->left = BLOCK_LEN;
    }
    piece = arena->at;
    arena->at += len;
    arena->left -= len;
    return piece;
}

void *arena_grow(struct arena *arena, void *elements, uint64_t n, uint64_t *capacity, size_t size)
{
    uint64_t larger;
    void *copy;

    if (n < *capacity) return elements;
    larger = *capacity == 0 ? 8 : *capacity * 2;
    copy = arena_new(arena, larger, size);
    if (n > 0) memcpy(copy, elements, n * size);
    *capacity = larger;
    return copy;
}

char *arena_text(struct arena *arena, const char *text, size_t text_len)
{
    char *copy = arena_new(arena, (uint64_t)text_len + 1, 1);

    if (text_len > 0) memcpy(copy, text, text_len);
    return copy;
}

char *arena_format_va(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int len;

    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (len < 0) longjmp(*arena->on_error, SOTTO_ERR_INTERNAL);
    text = arena_new(arena, (uint64_t)len + 1, 1);
    (void)vsnprintf(text, (size_t)len + 1, format, args);
    return text;
}

char *arena_format(struct arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = arena_format_va(arena, format, args);
    va_end(args);
    return text;
}
