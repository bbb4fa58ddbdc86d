/* The choice of kernels at run time. */
#include "garble/kernels.h"

const struct garble_kernels *garble_kernels_of(enum cpu_isa isa)
{
    switch (isa) {
#if defined(__x86_64__)
    case CPU_VAES512: return &garble_kernels_vaes512;
    case CPU_VAES256: return &garble_kernels_vaes256;
    case CPU_AESNI: return &garble_kernels_aesni;
#endif
    default: return &garble_kernels_portable;
    }
}

const struct garble_kernels *garble_kernels(void)
{
    return garble_kernels_of(cpu_isa());
}
