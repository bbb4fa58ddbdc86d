struct r4_693 {
    int m1[1];
    int16_t m2;
    uint16_t m3[1];
};
uint16_t entry_693(GARBLER int a20[3], GARBLER const int64_t a21[2], GARBLER struct r4_693 a22, OUTPUT unsigned *digest_, OUTPUT struct r4_693 *o23, OUTPUT int64_t o24[3])
{
    AT(s32, (*o23).m1, 1, (int)(1)) ^= 1;
    return (0);
}
#ifndef __GC_CC__
const char signature_693[] = "g a20 [3]s32;g a21 [2]s64;g a22 {m1:[1]s32,m2:s16,m3:[1]u16};o result u16;o digest_ u32;o o23 {m1:[1]s32,m2:s16,m3:[1]u16};o o24 [3]s64;";
void run_693(const uint8_t *in, uint8_t *out)
{
    static int a20[3];
    for (int i0_ = 0; i0_ < 3; i0_++) { a20[i0_] = take(&in, 32); }
    static int64_t a21[2];
    for (int i0_ = 0; i0_ < 2; i0_++) { a21[i0_] = take(&in, 64); }
    static struct r4_693 a22;
    for (int i0_ = 0; i0_ < 1; i0_++) { a22.m1[i0_] = take(&in, 32); } a22.m2 = take(&in, 16); for (int i0_ = 0; i0_ < 1; i0_++) { a22.m3[i0_] = take(&in, 16); } 
    static struct r4_693 o23;
    memset(&o23, 0, sizeof o23);
    static int64_t o24[3];
    memset(&o24, 0, sizeof o24);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(693)
    uint16_t result = entry_693(a20, a21, a22, &digest_, &o23, o24);
    give(&out, (u128_t)(result), 16);
    give(&out, (u128_t)(digest_), 32);
    for (int i0_ = 0; i0_ < 1; i0_++) { give(&out, (u128_t)(o23.m1[i0_]), 32); } give(&out, (u128_t)(o23.m2), 16); for (int i0_ = 0; i0_ < 1; i0_++) { give(&out, (u128_t)(o23.m3[i0_]), 16); } 
    for (int i0_ = 0; i0_ < 3; i0_++) { give(&out, (u128_t)(o24[i0_]), 64); }
    *out = exceeded;
}
#endif
