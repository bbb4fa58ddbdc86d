/* The choice of kernels at run time. */
#include "crypto/kernels.h"

const struct crypto_kernels *crypto_kernels(void)
{
    switch (cpu_isa()) {
#if defined(__x86_64__)
    case CPU_VAES512: return &crypto_kernels_vaes512;
    case CPU_VAES256: return &crypto_kernels_vaes256;
    case CPU_AESNI: return &crypto_kernels_aesni;
#endif
    default: return &crypto_kernels_portable;
    }
}
