static const int16_t t1_922[2][3] = {{32767, (1), (1)}, {(-2), 100, 0}};
static int16_t h2_922(void)
{
    return (short)(AT2(s16, t1_922, 2, 3, (1) & 1, t1_922[(1) & 1][0]));
}
int64_t entry_922(EVALUATOR unsigned a3[2], GARBLER short a4, EVALUATOR int8_t a5[1], EVALUATOR int a6, OUTPUT unsigned *digest_, OUTPUT long *o7)
{
    return ~(h2_922());
}
#ifndef __GC_CC__
const char signature_922[] = "e a3 [2]u32;g a4 s16;e a5 [1]s8;e a6 s32;o result s64;o digest_ u32;o o7 s64;";
void run_922(const uint8_t *in, uint8_t *out)
{
    static unsigned a3[2];
    for (int i0_ = 0; i0_ < 2; i0_++) { a3[i0_] = take(&in, 32); }
    static short a4;
    a4 = take(&in, 16);
    static int8_t a5[1];
    for (int i0_ = 0; i0_ < 1; i0_++) { a5[i0_] = take(&in, 8); }
    static int a6;
    a6 = take(&in, 32);
    static long o7;
    memset(&o7, 0, sizeof o7);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(922)
    int64_t result = entry_922(a3, a4, a5, a6, &digest_, &o7);
    give(&out, (u128_t)(result), 64);
    give(&out, (u128_t)(digest_), 32);
    give(&out, (u128_t)(o7), 64);
    *out = exceeded;
}
#endif
