/*
 * Speed of the kernels on one thread, for each instruction set of this machine, in millions of
 * blocks (hash, keystream), rows (transpose) or ANDs (garble, evaluate) a second: the median of
 * repeats over data that stays in the first-level cache.
 */
#include "base/cpu.h"
#include "crypto/kernels.h"
#include "garble/kernels.h"
#include "tests/support/support.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define N_REPEATS 15
#define REPEAT_NS UINT64_C(20000000)

#define N_ANDS 256
#define N_HASHES 512
#define N_TRANSPOSE_BLOCKS 4

static struct {
    block labels[3 * N_ANDS], out[N_HASHES], rows[128 * N_TRANSPOSE_BLOCKS];
    block columns[128 * N_TRANSPOSE_BLOCKS];
    uint8_t tables[N_ANDS * TABLE_LEN];
    struct slot_gate gates[N_ANDS];
    struct aes_key key;
    block delta, start;
} data;

static void fill_data(void)
{
    uint64_t state = 1;

    for (size_t i = 0; i < 3 * N_ANDS; i++) {
        data.labels[i] = block_of(test_next(&state), test_next(&state));
    }
    for (size_t i = 0; i < 128 * N_TRANSPOSE_BLOCKS; i++) {
        data.columns[i] = block_of(test_next(&state), test_next(&state));
    }
    for (uint32_t i = 0; i < N_ANDS; i++) {
        uint32_t a = (uint32_t)test_next(&state) % (2 * N_ANDS);
        uint32_t b = (uint32_t)test_next(&state) % (2 * N_ANDS);

        data.gates[i] = (struct slot_gate){2 * N_ANDS + i, a, b};
    }
    data.delta = block_of(test_next(&state), test_next(&state) | 1);
    data.start = block_of(test_next(&state), test_next(&state));
}

/* One run of something; returns how many units it did. */
typedef uint64_t (*run_fn)(const struct crypto_kernels *crypto,
                           const struct garble_kernels *garbling);

static uint64_t run_hash(const struct crypto_kernels *crypto, const struct garble_kernels *garbling)
{
    (void)garbling;
    crypto->hash(data.out, data.labels, &data.start, 12345, N_HASHES);
    return N_HASHES;
}

static uint64_t run_keystream(const struct crypto_kernels *crypto,
                              const struct garble_kernels *garbling)
{
    (void)garbling;
    crypto->keystream(data.out, &data.key, 0, 0, N_HASHES);
    return N_HASHES;
}

static uint64_t run_transpose(const struct crypto_kernels *crypto,
                              const struct garble_kernels *garbling)
{
    (void)garbling;
    crypto->transpose(data.rows, data.columns, N_TRANSPOSE_BLOCKS, N_TRANSPOSE_BLOCKS);
    return 128 * N_TRANSPOSE_BLOCKS;
}

static uint64_t run_garble(const struct crypto_kernels *crypto,
                           const struct garble_kernels *garbling)
{
    (void)crypto;
    garbling->garble(data.labels, data.tables, data.gates, N_ANDS, &data.delta, &data.start, 0);
    return N_ANDS;
}

static uint64_t run_evaluate(const struct crypto_kernels *crypto,
                             const struct garble_kernels *garbling)
{
    (void)crypto;
    garbling->evaluate(data.labels, data.tables, data.gates, N_ANDS, &data.start, 0);
    return N_ANDS;
}

/* ANDs that each wait for the one before, a call for each. */
static uint64_t run_chain(const struct crypto_kernels *crypto,
                          const struct garble_kernels *garbling)
{
    (void)crypto;
    for (uint32_t i = 0; i < N_ANDS; i++) {
        struct slot_gate gate = {2 * N_ANDS + i, i > 0 ? 2 * N_ANDS + i - 1 : 0, i};

        garbling->garble(data.labels, data.tables, &gate, 1, &data.delta, &data.start, i);
    }
    return N_ANDS;
}

/* Of this thread: what else the machine does counts as little as can be. */
static double seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Median of N_REPEATS speeds, in millions a second. */
static double measure(run_fn run, enum cpu_isa isa)
{
    const struct crypto_kernels *crypto;
    const struct garble_kernels *garbling;
    double speed[N_REPEATS];

    if (!cpu_force(isa)) return 0;
    crypto = crypto_kernels();
    garbling = garble_kernels();
    crypto->expand_key(&data.key, &data.start);
    for (size_t i = 0; i < N_REPEATS; i++) {
        double begin = seconds_now(), end;
        uint64_t units = 0;

        do {
            units += run(crypto, garbling);
            end = seconds_now();
        } while ((end - begin) * 1e9 < (double)REPEAT_NS);
        speed[i] = (double)units / (end - begin) / 1e6;
    }
    qsort(speed, N_REPEATS, sizeof speed[0], compare);
    return speed[N_REPEATS / 2];
}

#if defined(__x86_64__)
#include <immintrin.h>

/* AES-NI as a naive program has it: one block after another under stored round keys. */
__attribute__((target("aes"))) static uint64_t
run_single_blocks(const struct crypto_kernels *crypto, const struct garble_kernels *garbling)
{
    (void)crypto, (void)garbling;
    for (size_t i = 0; i < N_HASHES; i++) {
        __m128i x =
            _mm_xor_si128(_mm_load_si128((const __m128i *)(const void *)&data.labels[i]),
                          _mm_load_si128((const __m128i *)(const void *)&data.key.round[0]));

        for (size_t round = 1; round < 10; round++) {
            x = _mm_aesenc_si128(
                x, _mm_load_si128((const __m128i *)(const void *)&data.key.round[round]));
        }
        x = _mm_aesenclast_si128(
            x, _mm_load_si128((const __m128i *)(const void *)&data.key.round[10]));
        _mm_store_si128((__m128i *)(void *)&data.out[i], x);
        __asm__ volatile("" : : "x"(x) : "memory");
    }
    return N_HASHES;
}
#endif

int main(void)
{
    static const struct {
        const char *name;
        run_fn run;
    } rows[] = {
        {"keystream, blocks", run_keystream}, {"hash, blocks", run_hash},
        {"transpose, rows", run_transpose},   {"garble, ANDs", run_garble},
        {"evaluate, ANDs", run_evaluate},     {"garble one by one", run_chain},
    };

    fill_data();
    printf("%-22s", "M/s, one thread");
    for (int isa = 0; isa < CPU_N_ISAS; isa++) {
        if (cpu_supports((enum cpu_isa)isa)) printf(" %9s", cpu_isa_name((enum cpu_isa)isa));
    }
    printf("\n");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        printf("%-22s", rows[i].name);
        for (int isa = 0; isa < CPU_N_ISAS; isa++) {
            if (!cpu_supports((enum cpu_isa)isa)) continue;
            printf(" %9.1f", measure(rows[i].run, (enum cpu_isa)isa));
            fflush(stdout);
        }
        printf("\n");
    }
#if defined(__x86_64__)
    if (cpu_supports(CPU_AESNI)) {
        printf("%-22s %9s %9.1f\n", "single AES-NI blocks", "",
               measure(run_single_blocks, CPU_AESNI));
    }
#endif
    return 0;
}
