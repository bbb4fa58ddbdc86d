/*
 * Label slots as a schedule gives them out. Each strand has a pool of its own, so that what threads
 * write side by side shares no cache line, and a slot always returns to the pool it came from.
 */
#ifndef SOTTO_CIRCUIT_SLOTS_H
#define SOTTO_CIRCUIT_SLOTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MAX_POOLS 8

/** A slot that another strand has read, and the round of its last reader. */
struct late_slot {
    uint32_t slot;
    uint32_t round;
};

struct slot_pool {
    uint32_t *free; /* a stack */
    uint64_t n_free;
    uint64_t free_capacity;
    struct late_slot *late; /* a queue from late_at on */
    uint64_t n_late;
    uint64_t late_at;
    uint64_t late_capacity;
    uint32_t block_at; /* fresh slots that are left */
    uint32_t block_end;
};

struct slots {
    struct slot_pool pools[MAX_POOLS];
    uint32_t block;   /* fresh slots that a pool takes at once, in a row that is so aligned */
    uint32_t next;    /* the first that no pool has */
    uint32_t n_slots; /* all that were taken are below */
};

/** Zero-initialised, with the block set; the first n slots are nobody's. */
void slots_begin(struct slots *slots, uint32_t n);
void slots_wipe(struct slots *slots);

/** Room for one more element in an array that doubles. */
bool make_room(void **array, uint64_t *capacity, uint64_t n, size_t size)
    __attribute__((warn_unused_result));

/** What slots_take() does when none was freed at once, and slots_free() when the stack is full. */
uint32_t slots_take_other(struct slots *slots, unsigned pool, uint32_t round, uint32_t *last_round);
bool slots_grow(struct slot_pool *pool) __attribute__((warn_unused_result));

/** Takes the slot of a pool that was freed last; else one whose last round was before this one,
 *  which *last_round is then not below; else a fresh one. */
static inline uint32_t slots_take(struct slots *slots, unsigned pool, uint32_t round,
                                  uint32_t *last_round)
{
    struct slot_pool *own = &slots->pools[pool];

    if (own->n_free > 0) return own->free[--own->n_free];
    return slots_take_other(slots, pool, round, last_round);
}

/** Gives a slot back, at once or after a round. False when memory runs out. */
__attribute__((warn_unused_result)) static inline bool slots_free(struct slots *slots,
                                                                  unsigned pool, uint32_t slot)
{
    struct slot_pool *own = &slots->pools[pool];

    if (own->n_free == own->free_capacity && !slots_grow(own)) return false;
    own->free[own->n_free++] = slot;
    return true;
}
bool slots_free_late(struct slots *slots, unsigned pool, uint32_t slot, uint32_t round)
    __attribute__((warn_unused_result));

#endif
