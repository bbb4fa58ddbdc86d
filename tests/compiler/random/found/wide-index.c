struct r3_230 {
    double m1[3];
    __int128 m2;
};
STATE(0) static struct r3_230 g5_230;
struct r3_230 entry_230(GARBLER __int128 a6, GARBLER struct r3_230 a7, EVALUATOR const unsigned long long a8[2][3], GARBLER int32_t a9[3], OUTPUT unsigned *digest_, OUTPUT unsigned *o10)
{
    if (0) {
    } else {
        struct r3_230 s11 = a7;
        a9[2] = ((CLZ((u32_t)(AT2(u64, a8, 2, 3, s11.m2, 0)))));
    }
    g5_230.m1[0] = abs((int)(((a9[2]))));
    return g5_230;
}
#ifndef __GC_CC__
const char signature_230[] = "g a6 s128;g a7 {m1:[3]d,m2:s128};e a8 [2][3]u64;g a9 [3]s32;o result {m1:[3]d,m2:s128};o digest_ u32;o o10 u32;";
void run_230(const uint8_t *in, uint8_t *out)
{
    static __int128 a6;
    a6 = take(&in, 128);
    static struct r3_230 a7;
    for (int i0_ = 0; i0_ < 3; i0_++) { a7.m1[i0_] = take_f64(&in); } a7.m2 = take(&in, 128); 
    static unsigned long long a8[2][3];
    for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 3; i1_++) { a8[i0_][i1_] = take(&in, 64); } }
    static int32_t a9[3];
    for (int i0_ = 0; i0_ < 3; i0_++) { a9[i0_] = take(&in, 32); }
    static unsigned o10;
    memset(&o10, 0, sizeof o10);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(230)
    struct r3_230 result = entry_230(a6, a7, a8, a9, &digest_, &o10);
    for (int i0_ = 0; i0_ < 3; i0_++) { give_f64(&out, result.m1[i0_]); } give(&out, (u128_t)(result.m2), 128); 
    give(&out, (u128_t)(digest_), 32);
    give(&out, (u128_t)(o10), 32);
    *out = exceeded;
}
#endif
