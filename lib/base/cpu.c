/* Detection of instruction sets; see cpu.h. */
#include "base/cpu.h"

#include <stdatomic.h>
#include <stdint.h>

const char *cpu_isa_name(enum cpu_isa isa)
{
    switch (isa) {
    case CPU_PORTABLE: return "portable";
    case CPU_AESNI: return "aesni";
    case CPU_VAES256: return "vaes256";
    case CPU_VAES512: return "vaes512";
    case CPU_N_ISAS: break;
    }
    return "unknown";
}

#if defined(__x86_64__)

#include <cpuid.h>

/* Register state bits of XCR0 (Intel SDM volume 1, 13.3). */
#define XCR0_AVX UINT64_C(0x06)
#define XCR0_AVX512 UINT64_C(0xe6)

static uint64_t read_xcr0(void)
{
    uint32_t low, high;

    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static enum cpu_isa detect(void)
{
    const uint32_t leaf1_aesni = bit_AES | bit_SSSE3 | bit_SSE4_1 | bit_PCLMUL;
    const uint32_t leaf7_avx512 = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    const uint32_t leaf7_vaes = bit_VAES | bit_VPCLMULQDQ;
    uint32_t eax, ebx1, ecx1, edx, ebx7 = 0, ecx7 = 0;
    uint64_t xcr0;

    if (!__get_cpuid(1, &eax, &ebx1, &ecx1, &edx)) return CPU_PORTABLE;
    if ((ecx1 & leaf1_aesni) != leaf1_aesni) return CPU_PORTABLE;
    if (!__get_cpuid_count(7, 0, &eax, &ebx7, &ecx7, &edx)) return CPU_AESNI;
    if ((ecx1 & bit_OSXSAVE) == 0) return CPU_AESNI;
    xcr0 = read_xcr0();
    if ((xcr0 & XCR0_AVX) != XCR0_AVX || (ebx7 & bit_AVX2) == 0) return CPU_AESNI;
    if ((ecx7 & leaf7_vaes) != leaf7_vaes) return CPU_AESNI;
    if ((xcr0 & XCR0_AVX512) != XCR0_AVX512) return CPU_VAES256;
    if ((ebx7 & leaf7_avx512) != leaf7_avx512 || (ecx7 & bit_GFNI) == 0) return CPU_VAES256;
    return CPU_VAES512;
}

#else

static enum cpu_isa detect(void)
{
    return CPU_PORTABLE;
}

#endif

/* Detected sets are stored plus one, so that 0 means not yet. Two threads that race here store the
 * same answer. */
static _Atomic int detected;
static _Atomic int forced;

static enum cpu_isa best(void)
{
    int known = atomic_load_explicit(&detected, memory_order_relaxed);

    if (known == 0) {
        known = (int)detect() + 1;
        atomic_store_explicit(&detected, known, memory_order_relaxed);
    }
    return (enum cpu_isa)(known - 1);
}

bool cpu_supports(enum cpu_isa isa)
{
    return isa <= best();
}

enum cpu_isa cpu_isa(void)
{
    int choice = atomic_load_explicit(&forced, memory_order_relaxed);

    return choice != 0 ? (enum cpu_isa)(choice - 1) : best();
}

bool cpu_force(enum cpu_isa isa)
{
    if (!cpu_supports(isa)) return false;
    atomic_store_explicit(&forced, (int)isa + 1, memory_order_relaxed);
    return true;
}
