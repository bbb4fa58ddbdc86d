typedef _BitInt(21) sb21_1825_t;
BITINT(sb21_1825, 21)
typedef unsigned _BitInt(34) ub34_1825_t;
BITINT(ub34_1825, 34)
typedef _BitInt(51) sb51_1825_t;
BITINT(sb51_1825, 51)
typedef unsigned _BitInt(63) ub63_1825_t;
BITINT(ub63_1825, 63)
enum e1_1825 { Ae1_1825 = -3, Be1_1825, Ce1_1825 = 9 };
struct r6_1825 {
    uint64_t m2[2][3];
    int m3 : 29;
    int m4;
    int m5;
};
typedef struct r6_1825 r6_1825_t;
PLACES(r6_1825)
struct r8_1825 {
    _BitInt(21) m7[4];
};
typedef struct r8_1825 r8_1825_t;
PLACES(r8_1825)
_BitInt(51) entry_1825(GARBLER const unsigned long long a9[2][1], OUTPUT unsigned *digest_)
{
    if (((AT2(u64, a9, 2, 1, a9[0][0], 1) ? (-1) : 255) + (_BitInt(21))(a9[0][0]))) return (((struct r6_1825){.m4 = AT2(u64, a9, 2, 1, AT2(u64, a9, 2, 1, 0, a9[1][0]), 0)}).m4 && (a9[0][0] & 3));
    ;
    struct r6_1825 s10 ZERO;
    s10.m5 *= (s10.m2[1][0] + (a9[1][0] + s10.m3));
    {
    unsigned seen_ = 0;
    seen_ = seen_ * 3 ^ (unsigned)s10.m4;
    *digest_ = seen_;
    }
    return SHR(s32, (s10.m3 | s10.m4), (a9[0][(s10.m5) & 0] || a9[0][0]));
}
#ifndef __GC_CC__
const char signature_1825[] = "g a9 [2][1]u64;o result s51;o digest_ u32;";
void run_1825(const uint8_t *in, uint8_t *out)
{
    static unsigned long long a9[2][1];
    for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 1; i1_++) { a9[i0_][i1_] = take(&in, 64); } }
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(1825)
    _BitInt(51) result = entry_1825(a9, &digest_);
    give(&out, (u128_t)(result), 51);
    give(&out, (u128_t)(digest_), 32);
    *out = exceeded;
}
#endif
