/* One instance on several threads; see crew.h. */
#include "garble/crew.h"

#include "base/memory.h"

sotto_err crew_new(struct crew **crew, struct sotto_context *context,
                   const struct schedule *schedule, struct team *team)
{
    uint64_t n = team_size(team) < N_STRANDS ? team_size(team) : N_STRANDS;
    struct crew *made = mem_new(1, sizeof *made);

    if (made == NULL) return fail_memory(context);
    *made = (struct crew){.schedule = schedule, .context = context, .team = team};
    made->members = bulk_new(n, sizeof *made->members);
    for (; made->members != NULL && made->n_members < n; made->n_members++) {
        struct engine *engine = &made->members[made->n_members].engine;

        engine->keys = bulk_new(1, sizeof *engine->keys);
        if (engine->keys == NULL) break;
    }
    if (made->n_members < n) {
        crew_free(made);
        return fail_memory(context);
    }
    *crew = made;
    return SOTTO_OK;
}

void crew_free(struct crew *crew)
{
    if (crew == NULL) return;
    for (uint32_t i = 0; i < crew->n_members; i++)
        bulk_free(crew->members[i].engine.keys, 1, sizeof *crew->members[i].engine.keys);
    bulk_free(crew->members, crew->n_members, sizeof *crew->members);
    mem_free(crew);
}

/* Moves on to the thread's first turn from its place on. */
static void find_turn(const struct crew *crew, struct crew_member *member)
{
    const struct schedule *schedule = crew->schedule;
    uint32_t number = (uint32_t)(member - crew->members), round = UINT32_MAX;

    while (member->turn < schedule->n_turns &&
           schedule->turns[member->turn].strand % crew->n_members != number)
        member->turn++;
    if (member->turn < schedule->n_turns) round = schedule->turns[member->turn].round;
    member->has_begun = false;
    atomic_store_explicit(&member->round, round, memory_order_release);
}

void crew_begin(struct crew *crew, const struct engine *engine)
{
    crew->and_at = 0;
    for (uint32_t i = 0; i < crew->n_members; i++) {
        struct crew_member *member = &crew->members[i];

        member->engine = (struct engine){
            .kernels = engine->kernels,
            .hash = {.start = engine->hash.start},
            .labels = engine->labels,
            .n_labels = engine->n_labels,
            .n_lanes = 1,
            .delta = engine->delta,
            .keys = member->engine.keys,
        };
        member->turn = 0;
        member->has_failed = false;
        find_turn(crew, member);
    }
}

/* Until all turns of the rounds up to this one are done. */
static void wait_for_round(struct crew *crew, uint32_t round)
{
    for (uint32_t i = 0; i < crew->n_members; i++)
        for (unsigned n = 0;
             atomic_load_explicit(&crew->members[i].round, memory_order_acquire) <= round; n++)
            team_relax(n);
}

static void begin_turn(struct crew *crew, struct crew_member *member)
{
    const struct schedule_turn *turn = &crew->schedule->turns[member->turn];

    wait_for_round(crew, turn->last_round);
    schedule_source_turn(&member->source, crew->schedule, member->turn);
    member->and_at = turn->and_gate;
    member->has_begun = true;
    engine_resume(&member->engine, &member->source.source);
}

/* What is left of the turn at hand, within the stretch. False when the tweaks run out. */
static bool run_turn(const struct crew *crew, struct crew_member *member)
{
    uint64_t end = crew->schedule->turns[member->turn + 1].and_gate;
    size_t at = (size_t)(member->and_at - crew->and_at) * TABLE_LEN, len, done;
    uint8_t *garbled = crew->garbled != NULL ? crew->garbled + at : NULL;
    const uint8_t *received = crew->garbled == NULL ? crew->received + at : NULL;

    if (end > crew->end) end = crew->end;
    len = (size_t)(end - member->and_at) * TABLE_LEN;
    member->engine.hash.next = 2 * (crew->offset + member->and_at);
    member->and_at = end;
    return engine_run_part(&member->engine, garbled, received, &done, len);
}

/* No turns any more. Who waits for them goes on, with labels that were never made: nothing that
 * comes of it is used. */
static void give_up(const struct crew *crew, struct crew_member *member)
{
    member->has_failed = true;
    member->turn = crew->schedule->n_turns;
    find_turn(crew, member);
}

/* The thread's turns within the stretch. Those that it waits for begin before its own, so they are
 * in this stretch or were in another. */
static void run_member(void *argument, uint64_t number)
{
    struct crew *crew = argument;
    struct crew_member *member = &crew->members[number];
    const struct schedule *schedule = crew->schedule;
    bool is_last = crew->end == schedule->n_and;

    while (member->turn < schedule->n_turns) {
        if (!member->has_begun) {
            if (schedule->turns[member->turn].and_gate >= crew->end && !is_last) return;
            begin_turn(crew, member);
        }
        if (!run_turn(crew, member)) {
            give_up(crew, member);
            return;
        }
        if (!member->engine.finished) return;
        member->turn++;
        find_turn(crew, member);
    }
}

sotto_err crew_run(struct crew *crew, uint8_t *garbled, const uint8_t *received, uint64_t n,
                   uint64_t first)
{
    crew->garbled = garbled;
    crew->received = received;
    crew->end = crew->and_at + n;
    crew->offset = first - crew->and_at;
    team_run(crew->team, run_member, crew, crew->n_members);
    for (uint32_t i = 0; i < crew->n_members; i++)
        if (crew->members[i].has_failed) return fail_tweaks(crew->context);
    crew->and_at = crew->end;
    return SOTTO_OK;
}
