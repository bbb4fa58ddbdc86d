struct r5_1012 {
    int m1;
    long long m2[2][1];
    signed char m3;
    long long m4[2];
};
typedef struct r5_1012 r5_1012_t;
PLACES(r5_1012)
STATE(1012) static struct r5_1012 g6_1012;
struct r5_1012 entry_1012(EVALUATOR int a7, OUTPUT unsigned *digest_)
{
    g6_1012.m3 = ((((struct r5_1012){.m3 = AT2(s64, g6_1012.m2, 2, 1, a7, 0)}).m3 + (a7 || a7)) * SHL(s64, (g6_1012.m4[0] - g6_1012.m2[0][0]), (g6_1012.m2[(a7) & 1][(a7) & 0] && g6_1012.m3)));
    int16_t v8 = CLZ((u32_t)((a7 && AT(s64, g6_1012.m4, 2, AT(s64, g6_1012.m4, 2, a7)))));
    a7 = (((v8 ? g6_1012.m4[0] : g6_1012.m4[(a7) & 1]) ? ((struct r5_1012){.m1 = AT(s64, g6_1012.m4, 2, a7)}).m1 : (g6_1012.m2[1][0] + 0)) - labs((long)(-(a7))));
    a7 += ~((0xffffffffu ? a7 : a7));
    v8 += __builtin_popcount(((struct r5_1012){.m1 = a7}).m1);
    {
    unsigned seen_ = 0;
    seen_ = seen_ * 3 ^ (unsigned)g6_1012.m2[1][0];
    seen_ = seen_ * 3 ^ (unsigned)v8;
    *digest_ = seen_;
    }
    return g6_1012;
}
#ifndef __GC_CC__
const char signature_1012[] = "e a7 s32;o result {m1:s32,m2:[2][1]s64,m3:s8,m4:[2]s64};o digest_ u32;";
void run_1012(const uint8_t *in, uint8_t *out)
{
    static int a7;
    a7 = take(&in, 32);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(1012)
    struct r5_1012 result = entry_1012(a7, &digest_);
    give(&out, (u128_t)(result.m1), 32); for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 1; i1_++) { give(&out, (u128_t)(result.m2[i0_][i1_]), 64); } } give(&out, (u128_t)(result.m3), 8); for (int i0_ = 0; i0_ < 2; i0_++) { give(&out, (u128_t)(result.m4[i0_]), 64); } 
    give(&out, (u128_t)(digest_), 32);
    *out = exceeded;
}
#endif
