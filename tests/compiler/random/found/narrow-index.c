signed entry_1(GARBLER _BitInt(3) a1, EVALUATOR unsigned char a2[8], OUTPUT unsigned *digest_)
{
    unsigned char b1[8];
    for (int i = 0; i < 8; i++)
        b1[i] = a2[i];
    *digest_ = AT(u8, b1, 8, a1);
    AT(u8, b1, 8, a1) = 1;
    return b1[7];
}
#ifndef __GC_CC__
const char signature_1[] = "g a1 s3;e a2 [8]u8;o result s32;o digest_ u32;";
void run_1(const uint8_t *in, uint8_t *out)
{
    _BitInt(3) a1;
    unsigned char a2[8];
    unsigned digest_ = 0;
    a1 = take(&in, 3);
    for (int i = 0; i < 8; i++)
        a2[i] = take(&in, 8);
    int result = entry_1(a1, a2, &digest_);
    give(&out, (u128_t)result, 32);
    give(&out, digest_, 32);
    *out = exceeded;
}
#endif
