/* Pools of label slots; see slots.h. */
#include "circuit/slots.h"

#include "base/memory.h"

#include <string.h>

bool make_room(void **array, uint64_t *capacity, uint64_t n, size_t size)
{
    uint64_t wanted = *capacity == 0 ? 64 : 2 * *capacity;
    void *grown;

    if (n < *capacity) return true;
    grown = mem_resize(*array, *capacity, wanted, size);
    if (grown == NULL) return false;
    *array = grown;
    *capacity = wanted;
    return true;
}

void slots_begin(struct slots *slots, uint32_t n)
{
    slots->n_slots = n;
    slots->next = (n + slots->block - 1) / slots->block * slots->block;
}

void slots_wipe(struct slots *slots)
{
    for (unsigned i = 0; i < MAX_POOLS; i++) {
        mem_free(slots->pools[i].free);
        mem_free(slots->pools[i].late);
    }
    *slots = (struct slots){0};
}

static uint32_t take_fresh(struct slots *slots, struct slot_pool *pool)
{
    uint32_t slot;

    if (pool->block_at == pool->block_end) {
        pool->block_at = slots->next;
        pool->block_end = slots->next += slots->block;
    }
    slot = pool->block_at++;
    if (slot >= slots->n_slots) slots->n_slots = slot + 1;
    return slot;
}

uint32_t slots_take_other(struct slots *slots, unsigned pool, uint32_t round, uint32_t *last_round)
{
    struct slot_pool *own = &slots->pools[pool];
    struct late_slot late;

    if (own->late_at == own->n_late || own->late[own->late_at].round >= round)
        return take_fresh(slots, own);
    late = own->late[own->late_at++];
    if (*last_round < late.round) *last_round = late.round;
    return late.slot;
}

bool slots_grow(struct slot_pool *pool)
{
    void *array = pool->free;
    bool ok = make_room(&array, &pool->free_capacity, pool->n_free, sizeof *pool->free);

    pool->free = array;
    return ok;
}

/* Moves the queue to the start of its array where half of that is behind it. */
static void close_up(struct slot_pool *pool)
{
    if (pool->late_at <= pool->n_late / 2) return;
    pool->n_late -= pool->late_at;
    memmove(pool->late, pool->late + pool->late_at, pool->n_late * sizeof *pool->late);
    pool->late_at = 0;
}

bool slots_free_late(struct slots *slots, unsigned pool, uint32_t slot, uint32_t round)
{
    struct slot_pool *own = &slots->pools[pool];
    void *array = own->late;
    bool ok;

    if (own->n_late == own->late_capacity) close_up(own);
    ok = make_room(&array, &own->late_capacity, own->n_late, sizeof *own->late);
    own->late = array;
    if (ok) own->late[own->n_late++] = (struct late_slot){slot, round};
    return ok;
}
