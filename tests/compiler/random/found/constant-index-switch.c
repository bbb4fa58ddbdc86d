uint16_t entry_664(GARBLER uint8_t a5[2][5], GARBLER int a6, EVALUATOR unsigned a7[1], GARBLER unsigned long a8, OUTPUT unsigned *digest_, OUTPUT unsigned long *o9, OUTPUT unsigned short *o10)
{
    switch (((AT2(u8, a5, 2, 5, 1, (-1))))) {
    default: {
            a5[(0) & 1][0] = 0;
    }
    case 2: {
    }
    }
    unsigned seen_ = 0;
    seen_ = seen_ * 3 ^ (unsigned)a5[0][0];
    *digest_ = seen_;
    return 0;
}
#ifndef __GC_CC__
const char signature_664[] = "g a5 [2][5]u8;g a6 s32;e a7 [1]u32;g a8 u64;o result u16;o digest_ u32;o o9 u64;o o10 u16;";
void run_664(const uint8_t *in, uint8_t *out)
{
    static uint8_t a5[2][5];
    for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 5; i1_++) { a5[i0_][i1_] = take(&in, 8); } }
    static int a6;
    a6 = take(&in, 32);
    static unsigned a7[1];
    for (int i0_ = 0; i0_ < 1; i0_++) { a7[i0_] = take(&in, 32); }
    static unsigned long a8;
    a8 = take(&in, 64);
    static unsigned long o9;
    memset(&o9, 0, sizeof o9);
    static unsigned short o10;
    memset(&o10, 0, sizeof o10);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(664)
    uint16_t result = entry_664(a5, a6, a7, a8, &digest_, &o9, &o10);
    give(&out, (u128_t)(result), 16);
    give(&out, (u128_t)(digest_), 32);
    give(&out, (u128_t)(o9), 64);
    give(&out, (u128_t)(o10), 16);
    *out = exceeded;
}
#endif
