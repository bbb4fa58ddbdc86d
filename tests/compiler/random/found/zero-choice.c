struct r4_1128 {
    int m1[1];
    int32_t m2[3];
    unsigned char m3;
};
typedef struct r4_1128 r4_1128_t;
PLACES(r4_1128)
struct r7_1128 {
    unsigned long m5[4];
    int64_t m6[2][4];
};
typedef struct r7_1128 r7_1128_t;
PLACES(r7_1128)
static const int t8_1128[8] = {127};
struct r7_1128 entry_1128(EVALUATOR int a9[1], EVALUATOR signed char a10[2], OUTPUT unsigned *digest_, OUTPUT int *o11, OUTPUT struct r7_1128 *o12)
{
    if (REM(s32, (100 ? a9[0] : a9[0]), (unsigned char)(AT(u64, (*o12).m5, 4, 1)))) {
        if (((unsigned long)(a9[(t8_1128[5]) & 0]) < -(1ul))) {
            (*o11) = (a10[0] & REM(s32, ((*o11) ? 2147483647 : 1), SHR(s32, a10[(1ul) & 1], AT(s32, t8_1128, 8, 3000000000u))));
        } else {
            (*o12) = ((((struct r4_1128){.m3 = t8_1128[2]}).m3 > (4294967296 || 3000000000u))) ? (*o12) : (*o12);
        }
        if ((!((*o12).m5[1]) ? (t8_1128[(a10[0]) & 7] + AT(u64, (*o12).m5, 4, (*o11))) : ((*o12).m5[3] * AT(s8, a10, 2, (*o11))))) return (*o12);
    } else {
        if ((~(t8_1128[5]) ? (AT(s32, t8_1128, 8, AT2(s64, (*o12).m6, 2, 4, t8_1128[3], (*o11))) * AT(s32, t8_1128, 8, t8_1128[((*o11)) & 7])) : (a10[0] - AT(s8, a10, 2, 3)))) {
            if (((a9[0] ^ (-5L)) ^ ((struct r4_1128){.m3 = 100}).m3)) return (*o12);
            for (int i13 = 0; i13 < 2; i13++) {
                a9[0] <<= ((unsigned)(DIV(s32, (a9[0] & AT(s32, t8_1128, 8, i13)), (-7))) % 32u);
                ((*o12).m5[i13])++;
            }
        }
        struct r4_1128 s14 ZERO;
    }
    bool c16 = DIV(s64, ((*o12).m6[0][1] ? (*o12).m6[0][3] : (*o12).m6[((*o11)) & 1][(AT(s32, t8_1128, 8, 0x7fff)) & 3]), 0);
    signed char *p15 = c16 ? a10 + 0 : a10;
    HOST(const void *p15_base = c16 ? (void *)a10 : (void *)a10; int p15_n = c16 ? 2 : 2;)
    {
    int i18 = 0;
    do {
        AT(u64, (*o12).m5, 4, (p15 != 0)) &= ((AT(s32, t8_1128, 8, i18) + AT(u64, (*o12).m5, 4, (*o11))) + (10ul && 1L));
        bool v19 = ((ATP(s8, p15_base, p15_n, p15, (*o12).m6[i18][3]) < AT(s8, a10, 2, (*o12).m5[(t8_1128[0]) & 3])) != (a9[0] + (*o12).m5[2]));
        switch ((REM(s64, (*p15 - (*o12).m6[1][(i18) & 3]), REM(s32, AT(s32, t8_1128, 8, ATP(s8, p15_base, p15_n, p15, REM(u32, (unsigned)(a10[0]), 3))), AT(s32, a9, 1, a10[i18])))) & 7) {
        case 2: {
            (*o11) = (p15 != 0);
        }
        case 6: {
            switch ((SHR(s32, ((*o11) == *p15), ((*o11) & (*o12).m5[i18]))) & 7) {
            case 5: {
                *p15 *= (~(0x7fff) ^ (3 >= a10[i18]));
            }
            case 3: {
                (*o12).m6[((unsigned char)(a10[i18])) & 1][((i18 ? (*o12).m5[i18] : 0xffffffffu)) & 3] = (-((p15 != 0)) ^ (p15 != 0));
                a10[((i18 || t8_1128[i18])) & 1] = __builtin_popcount(((ATP(s8, p15_base, p15_n, p15, i18) ^ i18) - (uint64_t)(0xfedcba9876543210ul)));
            }
            case 0: {
                ATP(s8, p15_base, p15_n, p15, i18) &= (long long)(((*o12).m5[i18] * 255));
                v19 = -(AT(s32, t8_1128, 8, (-5L)));
            }
                break;
            case 6: {
                (*o12).m5[3] -= (~(*p15) <= (v19 ? i18 : ATP(s8, p15_base, p15_n, p15, i18)));
                a10[0] ^= 1;
            }
                break;
            default: {
                v19 = (((p15 != 0) < (bool)(a9[0])) | (a9[0] ? i18 : a9[0]));
            }
                break;
            }
            unsigned long v20 = ((t8_1128[i18] ? t8_1128[i18] : (*o11)) != (p15 != 0));
        }
            break;
        }
    } while (++i18 < 2);
    }
    a10[1] ^= 1;
    *p15 ^= 1;
    (*o11) = (uint8_t)(((ATP(s8, p15_base, p15_n, p15, 1) & (*o11)) | (a9[0] ^ 1000u)));
    int *p21 = a9 + 0;
    a9[0] = (int32_t)(((p15 != 0) & (a9[(7) & 0] || (*o11))));
    {
    unsigned seen_ = 0;
    seen_ = seen_ * 3 ^ (unsigned)(*o11);
    *digest_ = seen_;
    }
    return (*o12);
}
#ifndef __GC_CC__
const char signature_1128[] = "e a9 [1]s32;e a10 [2]s8;o result {m5:[4]u64,m6:[2][4]s64};o digest_ u32;o o11 s32;o o12 {m5:[4]u64,m6:[2][4]s64};";
void run_1128(const uint8_t *in, uint8_t *out)
{
    static int a9[1];
    for (int i0_ = 0; i0_ < 1; i0_++) { a9[i0_] = take(&in, 32); }
    static signed char a10[2];
    for (int i0_ = 0; i0_ < 2; i0_++) { a10[i0_] = take(&in, 8); }
    static int o11;
    memset(&o11, 0, sizeof o11);
    static struct r7_1128 o12;
    memset(&o12, 0, sizeof o12);
    static unsigned digest_;
    digest_ = 0;
    PUT_BACK(1128)
    struct r7_1128 result = entry_1128(a9, a10, &digest_, &o11, &o12);
    for (int i0_ = 0; i0_ < 4; i0_++) { give(&out, (u128_t)(result.m5[i0_]), 64); } for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 4; i1_++) { give(&out, (u128_t)(result.m6[i0_][i1_]), 64); } } 
    give(&out, (u128_t)(digest_), 32);
    give(&out, (u128_t)(o11), 32);
    for (int i0_ = 0; i0_ < 4; i0_++) { give(&out, (u128_t)(o12.m5[i0_]), 64); } for (int i0_ = 0; i0_ < 2; i0_++) { for (int i1_ = 0; i1_ < 4; i1_++) { give(&out, (u128_t)(o12.m6[i0_][i1_]), 64); } } 
    *out = exceeded;
}
#endif
