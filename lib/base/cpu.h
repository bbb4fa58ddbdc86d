/* Instruction sets that the kernels come in, and which one this machine gets. */
#ifndef SOTTO_BASE_CPU_H
#define SOTTO_BASE_CPU_H

#include <stdbool.h>

/** Each includes those before it. */
enum cpu_isa {
    CPU_PORTABLE, /* plain C, constant time */
    CPU_AESNI,    /* AES-NI, SSSE3, SSE4.1, PCLMULQDQ */
    CPU_VAES256,  /* AVX2, VAES and VPCLMULQDQ on 256-bit registers */
    CPU_VAES512,  /* AVX-512 F, BW, DQ, VL; VAES and VPCLMULQDQ on 512-bit registers; GFNI */
    CPU_N_ISAS
};

const char *cpu_isa_name(enum cpu_isa isa);

/** Whether the processor has the instructions and the operating system saves the registers. */
bool cpu_supports(enum cpu_isa isa);

/** The best supported set; found once, then constant. */
enum cpu_isa cpu_isa(void);

/** For tests: makes cpu_isa() answer isa from now on. False, and no change, when unsupported. */
bool cpu_force(enum cpu_isa isa);

#endif
