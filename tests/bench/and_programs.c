/*
 * The programs of the table of AND counts, as a user would write them: where users differ, in each
 * of the usual ways. Limits are those of the design, or what was reached where that is less.
 */
#include "tests/bench/and_programs.h"

#define G "__garbler "
#define E "__evaluator "
#define O "__output "
#define ROW(program, best, most) .name = program, .best_elsewhere = best, .max_and = most
#define ABC "61626380 0 0 0 0 0 0 0 0 0 0 0 0 0 0 18"

const struct and_program and_programs[] = {
    {ROW("add 32", 31, 31), .text = "int f(int a, int b) { return a + b; }"},
    {ROW("sub 64", 63, 63), .text = "long f(long a, long b) { return a - b; }"},
    {ROW("negate 32", 31, 30), .text = "int f(" G "int a) { return -a; }"},
    {ROW("abs 32", 61, 31), .text = "int f(" G "int a) { return a < 0 ? -a : a; }"},
    {ROW("< 32", 32, 32), .text = "_Bool f(int a, int b) { return a < b; }"},
    {ROW("== 32", 31, 31), .text = "_Bool f(int a, int b) { return a == b; }"},
    {ROW("max 32", 64, 64), .text = "int f(int a, int b) { return a > b ? a : b; }"},
    {ROW("mux 32", 32, 32),
     .text = "int f(" G "_Bool c, " G "int a, " E "int b) { return c ? a : b; }"},
    {ROW("mul 32 to 32", 993, 558), .text = "int f(int a, int b) { return a * b; }"},
    {ROW("mul 64 to 64", 4033, 2142), .text = "long f(long a, long b) { return a * b; }"},
    {ROW("mul 32 to 64", 1689, 1037),
     .text = "unsigned long f(unsigned a, unsigned b) { return (unsigned long)a * b; }"},
    {ROW("mul 64 to 128", 8128, 3463),
     .text = "unsigned _BitInt(128) f(unsigned long a, unsigned long b) "
             "{ return (unsigned _BitInt(128))a * b; }"},
    {ROW("square 32", 722, 254), .text = "int f(" G "int a) { return a * a; }"},
    {ROW("u / 32", 1085, 589), .text = "unsigned f(unsigned a, unsigned b) { return a / b; }"},
    {ROW("u / 64", 4221, 2205),
     .text = "unsigned long f(unsigned long a, unsigned long b) { return a / b; }"},
    {ROW("u / and % 32", 1853, 652), .text = "void f(" G "unsigned a, " E "unsigned b, " O
                                             "unsigned q[1], " O "unsigned r[1]) "
                                             "{ q[0] = a / b; r[0] = a % b; }"},
    {ROW("u / and % 64", 4285, 2332),
     .text = "void f(" G "unsigned long a, " E "unsigned long b, " O "unsigned long q[1], " O
             "unsigned long r[1]) { q[0] = a / b; r[0] = a % b; }"},
    {ROW("s / 32", 1268, 682), .text = "int f(int a, int b) { return a / b; }"},
    {ROW("s / 64", 4664, 2394), .text = "long f(long a, long b) { return a / b; }"},
    {ROW("s % 32", 1300, 745), .text = "int f(int a, int b) { return a % b; }"},
    {ROW("s % 64", 0, 2521), .text = "long f(long a, long b) { return a % b; }"},
    {ROW("u32 / 10", 113, 58), .text = "unsigned f(" G "unsigned a) { return a / 10; }"},
    {ROW("u32 / 1000", 0, 138), .text = "unsigned f(" G "unsigned a) { return a / 1000; }"},
    {ROW("u32 % 1000000", 0, 182), .text = "unsigned f(" G "unsigned a) { return a % 1000000; }"},
    {ROW("shift left 32", 160, 160),
     .text = "unsigned f(unsigned a, unsigned b) { return a << b; }"},
    {ROW("rotate left 32", 320, 144),
     .text = "unsigned f(unsigned a, unsigned b) { return a << (b & 31) | a >> (-b & 31); }"},
    {ROW("popcount 32", 0, 31), .text = "int f(" G "unsigned a) { return __builtin_popcount(a); }"},
    {ROW("popcount 32 loop", 103, 31),
     .text = "int f(" G
             "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) n += a >> i & 1; return n; }"},
    {ROW("popcount 32 if loop", 103, 31),
     .text =
         "int f(" G "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) if (a >> i & 1) n++; "
         "return n; }"},
    {ROW("popcount 32 shift loop", 103, 31),
     .text = "int f(" G
             "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) { n += a & 1; a >>= 1; } "
             "return n; }"},
    {ROW("Hamming 160", 0, 158),
     .text =
         "int f(const unsigned a[5], const unsigned b[5]) { int n = 0; for (int i = 0; i < 5; i++) "
         "for (unsigned x = a[i] ^ b[i], j = 0; j < 32; j++) n += x >> j & 1; return n; }"},
    {ROW("Hamming 1600", 4153, 1597),
     .text = "int f(const unsigned a[50], const unsigned b[50]) { int n = 0; for (int i = 0; i < "
             "50; i++) "
             "for (unsigned x = a[i] ^ b[i], j = 0; j < 32; j++) n += x >> j & 1; return n; }"},
    {ROW("a[16] read", 480, 480),
     .text = "int f(" G "const int a[16], " E "unsigned _BitInt(4) i) { return a[i]; }"},
    {ROW("a[16] write", 536, 526),
     .text = "void f(" G "const int a[16], " E "unsigned _BitInt(4) i, " E "int x, " O
             "int b[16]) { for (int j = 0; j < 16; j++) b[j] = a[j]; b[i] = x; }"},
    {ROW("sum of 32", 961, 935),
     .text = "int f(" G
             "const int a[32]) { int s = 0; for (int i = 0; i < 32; i++) s += a[i]; return s; }"},
    {ROW("matrix 3x3", 27369, 15066),
     .text = "void f(" G "const int a[3][3], " E "const int b[3][3], " O
             "int c[3][3]) { for (int i = 0; "
             "i < 3; i++) for (int j = 0; j < 3; j++) { c[i][j] = 0; for (int k = 0; k < 3; k++) "
             "c[i][j] += a[i][k] * b[k][j]; } }"},
    {ROW("matrix 5x5", 127225, 69750),
     .text = "void f(" G "const int a[5][5], " E "const int b[5][5], " O
             "int c[5][5]) { for (int i = 0; "
             "i < 5; i++) for (int j = 0; j < 5; j++) { int s = 0; for (int k = 0; k < 5; k++) "
             "s += a[i][k] * b[k][j]; c[i][j] = s; } }"},
    {ROW("matrix 8x8", 522304, 285696),
     .text = "void f(" G "const int a[8][8], " E "const int b[8][8], " O
             "int c[8][8]) { for (int i = 0; "
             "i < 8; i++) for (int j = 0; j < 8; j++) { int s = 0; for (int k = 0; k < 8; k++) "
             "s += a[i][k] * b[k][j]; c[i][j] = s; } }"},
    {ROW("squared distance 2-D", 1536, 599),
     .text = "int f(const int a[2], const int b[2]) { int x = a[0] - b[0], y = a[1] - b[1]; "
             "return x * x + y * y; }"},
    {ROW("isqrt 32", 255, 255),
     .text =
         "unsigned f(" G "unsigned x) { unsigned r = 0, rest = 0; for (int i = 0; i < 16; i++) { "
         "rest = rest << 2 | x >> 30; x <<= 2; r <<= 1; unsigned t = r << 1 | 1; "
         "if (rest >= t) { rest -= t; r |= 1; } } return r; }"},
    {ROW("isqrt 32 by bits", 255, 255),
     .text = "unsigned f(" G
             "unsigned x) { unsigned r = 0; for (unsigned b = 1u << 30; b != 0; b >>= 2) { "
             "if (x >= r + b) { x -= r + b; r = (r >> 1) + b; } else r >>= 1; } return r; }"},
    {ROW("median of 3", 192, 160), .text = "int f(" G "int a, " G "int b, " E
                                           "int c) { return a < b ? (b < c ? b : a < c ? c : a) : "
                                           "(a < c ? a : b < c ? c : b); }"},
    {ROW("median of 3 min max", 192, 160), .text = "static int lo(int a, int b) { return a < b ? a "
                                                   ": b; } static int hi(int a, int b) { return "
                                                   "a < b ? b : a; } int f(" G "int a, " G
                                                   "int b, " E "int c) "
                                                   "{ return hi(lo(a, b), lo(hi(a, b), c)); }"},
    {ROW("argmax of 10", 565, 565),
     .text = "unsigned _BitInt(4) f(" G
             "const int a[10]) { int best = a[0]; unsigned _BitInt(4) at = 0; "
             "for (int i = 1; i < 10; i++) if (a[i] > best) { best = a[i]; at = i; } return at; }"},
    {ROW("ReLU(a + b)", 94, 62),
     .text = "int f(int a, int b) { int s = a + b; return s > 0 ? s : 0; }"},
    {ROW("bubble sort 8", 1792, 1792),
     .text = "void f(" G "const unsigned a[8], " O "unsigned s[8]) { for (int i = 0; i < 8; i++) "
             "s[i] = a[i]; for (int i = 0; i < 7; i++) for (int j = 0; j < 7 - i; j++) if (s[j] > "
             "s[j + "
             "1]) "
             "{ unsigned t = s[j]; s[j] = s[j + 1]; s[j + 1] = t; } }"},
    {ROW("edit distance 8x8", 2264, 2264),
     .text = "static unsigned char lo(unsigned char a, unsigned char b) { return a < b ? a : b; } "
             "unsigned char f(const unsigned char a[8], const unsigned char b[8]) { unsigned char "
             "d[9][9]; "
             "for (int i = 0; i < 9; i++) d[i][0] = d[0][i] = i; for (int i = 1; i < 9; i++) for "
             "(int j = "
             "1; "
             "j < 9; j++) d[i][j] = lo(lo(d[i - 1][j] + 1, d[i][j - 1] + 1), "
             "d[i - 1][j - 1] + (a[i - 1] != b[j - 1])); return d[8][8]; }"},
    {ROW("float add", 986, 1000), .text = "float f(float a, float b) { return a + b; }"},
    {ROW("float mul", 3016, 999), .text = "float f(float a, float b) { return a * b; }"},
    {ROW("float div", 3809, 1200), .text = "float f(float a, float b) { return a / b; }"},
    {ROW("float sqrt", 2455, 2455), .text = "float f(" G "float a) { return sqrtf(a); }"},
    {ROW("double mul", 11068, 3388), .text = "double f(double a, double b) { return a * b; }"},
    {ROW("double div", 22741, 4200), .text = "double f(double a, double b) { return a / b; }"},
    {ROW("abs 32 by mask", 61, 31),
     .text = "int f(" G "int a) { int m = a >> 31; return (a ^ m) - m; }"},
    {ROW("abs 32 call", 61, 31), .text = "int f(" G "int a) { return abs(a); }"},
    {ROW("max 32 if", 64, 64),
     .text = "int f(int a, int b) { int m = a; if (b > m) m = b; return m; }"},
    {ROW("|a - b| unsigned 32", 0, 63),
     .text = "unsigned f(unsigned a, unsigned b) { return a > b ? a - b : b - a; }"},
    {ROW("|a - b| unsigned 32 if", 0, 63),
     .text =
         "unsigned f(unsigned a, unsigned b) { unsigned d; if (a < b) d = b - a; else d = a - b; "
         "return d; }"},
    {ROW("max and min 32", 0, 64),
     .text = "void f(int a, int b, " O "int r[2]) { r[0] = a > b ? a : b; r[1] = a < b ? a : b; }"},
    {ROW("isqrt 32 double sqrt", 0, 136),
     .text = "unsigned f(" G "unsigned x) { return (unsigned)sqrt((double)x); }"},
    {ROW("median of 3 swaps", 192, 160),
     .text = "static void sort(int *a, int *b) { if (*a > *b) { int t = *a; *a = *b; *b = t; } } "
             "int f(" G "int a, " G "int b, " E
             "int c) { sort(&a, &b); sort(&b, &c); sort(&a, &b); return b; }"},
    {ROW("median of 3 conditions", 192, 160),
     .text = "int f(" G "int a, " G "int b, " E "int c) { if ((a <= b && b <= c) || (c <= b && b "
             "<= a)) return b; if ((b <= a && a <= c) || "
             "(c <= a && a <= b)) return a; return c; }"},
    {ROW("median of 3 sum", 192, 0),
     .text = "static int lo(int a, int b) { return a < b ? a : b; } static int hi(int a, int b) { "
             "return a "
             "> b ? a : b; } int f(" G "int a, " G "int b, " E
             "int c) { return a + b + c - lo(a, lo(b, c)) - hi(a, hi(b, c)); }"},
    {ROW("median of 3 xor", 192, 160),
     .text =
         "int f(" G "int a, " G "int b, " E
         "int c) { if ((a > b) ^ (a > c)) return a; if ((b < a) ^ (b < c)) return b; return c; }"},
    {ROW("argmax of 10 by index", 565, 565),
     .text = "int f(" G
             "const int a[10]) { int k = 0; for (int i = 1; i < 10; i++) if (a[i] > a[k]) k = "
             "i; return k; }"},
    {ROW("argmax of 10 int", 565, 565),
     .text = "int f(" G
             "const int a[10]) { int max = a[0], k = 0; for (int i = 1; i < 10; i++) { if (max "
             "< a[i]) { k = i; max = a[i]; } } return k; }"},
    {ROW("ReLU(a + b) max", 94, 62), .text = "static int max(int a, int b) { return a > b ? a : b; "
                                             "} int f(int a, int b) { return max(0, a "
                                             "+ b); }"},
    {ROW("ReLU(a + b) if", 94, 62),
     .text = "int f(int a, int b) { int s = a + b; if (s < 0) s = 0; return s; }"},
    {ROW("carry of a + b", 0, 32), .text = "void f(" G "unsigned a, " E "unsigned b, " O
                                           "unsigned s[1], " O
                                           "_Bool c[1]) { s[0] = a + b; c[0] = s[0] < a; }"},
    {ROW("borrow of a - b", 0, 32), .text = "void f(" G "unsigned a, " E "unsigned b, " O
                                            "unsigned d[1], " O
                                            "_Bool c[1]) { d[0] = a - b; c[0] = d[0] > a; }"},
    {ROW("saturating add 32", 0, 64),
     .text = "unsigned f(unsigned a, unsigned b) { unsigned s = a + b; return s < a ? ~0u : s; }"},
    {ROW("a + b or a - b", 0, 31),
     .text = "int f(" G "_Bool c, " G "int a, " E "int b) { return c ? a + b : a - b; }"},
    {ROW("a + b or a - b bytes", 0, 7), .text =
                                            "unsigned char f(" G "_Bool c, " G "unsigned char a, " E
                                            "unsigned char b) { return c ? a + b : a - b; }"},
    {ROW("a + b or a + c", 0, 63),
     .text = "int f(" G "_Bool s, " G "int a, " E "int b, " E
             "int c) { int r; if (s) r = a + b; else r = a + c; return r; }"},
    {ROW("a * b or a * c", 0, 590), .text = "int f(" G "_Bool s, " G "int a, " E "int b, " E
                                            "int c) { return s ? a * b : a * c; }"},
    {ROW("a / b or c / d", 0, 653),
     .text = "unsigned f(" G "_Bool s, " G "unsigned a, " G "unsigned b, " E "unsigned c, " E
             "unsigned d) { unsigned q; if (s) q = a / b; else q = c / d; return q; }"},
    {ROW("s / 8", 0, 31), .text = "int f(" G "int a) { return a / 8; }"},
    {ROW("average", 0, 62), .text = "int f(int a, int b) { return (a + b) / 2; }"},
    {ROW("bubble sort 8 min max", 1792, 1792),
     .text = "void f(" G "const unsigned a[8], " O "unsigned s[8]) { for (int i = 0; i < 8; i++) "
             "s[i] = a[i]; for (int i = 0; i < 8; i++) for "
             "(int j = 0; j + 1 < 8 - i; j++) { unsigned x = s[j], y = s[j + 1]; s[j] = x < y ? x "
             ": y; s[j "
             "+ 1] = x < y ? y : x; } }"},
    {ROW("bubble sort 8 two rules", 1792, 1792),
     .text = "static unsigned lo(unsigned a, unsigned b) { return a < b ? a : b; } static unsigned "
             "hi(unsigned a, unsigned b) { return a > b ? a : b; } void f(" G
             "const unsigned a[8], " O "unsigned s[8]) { for (int i = 0; i < 8; i++) s[i] = a[i]; "
             "for (int i = 0; i < 8; i++) for "
             "(int j = 0; j < 7 - i; j++) { unsigned x = s[j], y = s[j + 1]; s[j] = lo(x, y); s[j "
             "+ 1] = "
             "hi(x, y); } }"},
    {ROW("edit distance 8x8 int", 2264, 2264),
     .text = "int f(const unsigned char a[8], const unsigned char b[8]) { int d[9][9]; for (int i "
             "= 0; i "
             "<= 8; i++) { d[i][0] = i; d[0][i] = i; } for (int i = 1; i <= 8; i++) for (int j = "
             "1; j <= "
             "8; j++) { int cost = a[i - 1] == b[j - 1] ? 0 : 1; int best = d[i - 1][j] + 1; if "
             "(d[i][j - "
             "1] + 1 < best) best = d[i][j - 1] + 1; if (d[i - 1][j - 1] + cost < best) best = d[i "
             "- 1][j "
             "- 1] + cost; d[i][j] = best; } return d[8][8]; }"},
    {ROW("edit distance 8x8 branches", 2264, 2264),
     .text =
         "static int lo(int a, int b) { return a < b ? a : b; } int f(const unsigned char a[8], "
         "const "
         "unsigned char b[8]) { int d[9][9]; for (int i = 0; i <= 8; i++) d[i][0] = d[0][i] = i; "
         "for "
         "(int i = 1; i <= 8; i++) for (int j = 1; j <= 8; j++) { if (a[i - 1] == b[j - 1]) "
         "d[i][j] = "
         "d[i - 1][j - 1]; else d[i][j] = 1 + lo(d[i - 1][j - 1], lo(d[i - 1][j], d[i][j - 1])); } "
         "return d[8][8]; }"},
    {ROW("popcount 32 Kernighan", 103, 0),
     .text = "int f(" G
             "unsigned a) { int n = 0; for (int i = 0; i < 32; i++) if (a != 0) { a &= a - 1; "
             "n++; } return n; }"},
    {ROW("popcount 32 parallel", 103, 0),
     .text =
         "int f(" G "unsigned a) { a = a - (a >> 1 & 0x55555555); a = (a & 0x33333333) + (a >> 2 & "
         "0x33333333); a = (a + (a >> 4)) & 0x0f0f0f0f; return a * 0x01010101 >> 24; }"},
    {ROW("Hamming 160 popcount", 0, 158), .text =
                                              "int f(const unsigned a[5], const unsigned b[5]) { "
                                              "int n = 0; for (int i = 0; i < 5; i++) n "
                                              "+= __builtin_popcount(a[i] ^ b[i]); return n; }"},
    {ROW("Hamming 160 bools", 0, 158), .text = "int f(const _Bool a[160], const _Bool b[160]) { "
                                               "int n = 0; for (int i = 0; i < 160; i++) if "
                                               "(a[i] != b[i]) n++; return n; }"},
    {ROW("Hamming 1600 bytes", 4153, 1597),
     .text =
         "unsigned f(const unsigned char a[200], const unsigned char b[200]) { unsigned n = 0; for "
         "(int i = 0; i < 200; i++) { unsigned char x = a[i] ^ b[i]; for (int j = 0; j < 8; j++) { "
         "if "
         "(x & 1) n++; x >>= 1; } } return n; }"},
    {ROW("squared distance 2-D products", 1536, 599),
     .text = "int f(const int a[2], const int b[2]) { int s = 0; for (int i = 0; i < 2; i++) s += "
             "(a[i] - "
             "b[i]) * (a[i] - b[i]); return s; }"},
    {ROW("256 x 8 random table", 0, 81),
     .text =
         "unsigned char f(" G "unsigned char i) { static const unsigned char t[256] = {12, 225, "
         "235, 29, 206, 43, 111, 109, "
         "59, 54, 216, 156, 101, 153, 38, 112, 121, 41, 56, 125, 163, 232, 164, 186, 8, 124, 36, "
         "15, "
         "177, 197, 208, 159, 127, 73, 181, 49, 48, 149, 190, 180, 192, 157, 126, 142, 133, 170, "
         "162, "
         "237, 17, 136, 161, 172, 221, 31, 183, 239, 34, 82, 24, 218, 245, 57, 25, 60, 200, 213, "
         "141, "
         "165, 227, 85, 66, 234, 179, 155, 129, 100, 108, 114, 167, 252, 21, 238, 194, 151, 174, "
         "72, "
         "175, 228, 185, 226, 117, 81, 244, 214, 132, 83, 58, 209, 44, 105, 137, 147, 211, 51, 68, "
         "248, 116, 6, 210, 20, 61, 242, 144, 255, 19, 168, 10, 102, 22, 122, 217, 128, 39, 178, "
         "69, "
         "89, 229, 70, 143, 184, 224, 87, 205, 23, 110, 9, 75, 94, 27, 145, 64, 134, 171, 131, 88, "
         "118, 62, 30, 191, 193, 11, 115, 2, 148, 96, 93, 107, 140, 4, 103, 253, 188, 65, 14, 45, "
         "233, "
         "169, 47, 199, 123, 78, 90, 79, 182, 86, 219, 152, 207, 150, 154, 77, 84, 16, 67, 37, "
         "201, "
         "106, 92, 5, 76, 98, 243, 251, 220, 52, 160, 173, 138, 50, 80, 74, 202, 42, 223, 250, 53, "
         "1, "
         "0, 33, 32, 113, 212, 158, 35, 18, 204, 195, 246, 99, 196, 46, 71, 104, 55, 187, 3, 231, "
         "146, "
         "26, 139, 97, 240, 222, 120, 95, 28, 40, 230, 13, 247, 63, 198, 119, 249, 7, 135, 236, "
         "166, "
         "254, 215, 241, 176, 203, 91, 189, 130}; return t[i]; }"},
    {ROW("rotate left 32 minus", 320, 144),
     .text = "unsigned f(unsigned a, unsigned b) { b &= 31; return a << b | a >> (32 - b); }"},
    {ROW("AES-128", 6400, 6400), .file = "aes128.c", .function = "aes128", .word_bits = 8,
     .in = "0 1 2 3 4 5 6 7 8 9 a b c d e f 0 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
     .out = "69 c4 e0 d8 6a 7b 04 30 d8 cd b7 80 70 b4 c5 5a"},
    {ROW("AES-128 x * 0x1b", 6400, 6400), .file = "aes128.c", .define = "MULTIPLY",
     .function = "aes128", .word_bits = 8,
     .in = "0 1 2 3 4 5 6 7 8 9 a b c d e f 0 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
     .out = "69 c4 e0 d8 6a 7b 04 30 d8 cd b7 80 70 b4 c5 5a"},
    {ROW("AES-128 branch", 6400, 6400), .file = "aes128.c", .define = "BRANCH",
     .function = "aes128", .word_bits = 8,
     .in = "0 1 2 3 4 5 6 7 8 9 a b c d e f 0 11 22 33 44 55 66 77 88 99 aa bb cc dd ee ff",
     .out = "69 c4 e0 d8 6a 7b 04 30 d8 cd b7 80 70 b4 c5 5a"},
    {ROW("SHA-256", 22272, 21961), .file = "sha256.c", .function = "sha256", .word_bits = 32,
     .in = ABC, .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-256 IV input", 22573, 22335), .file = "sha256.c", .function = "sha256_chained",
     .word_bits = 32,
     .in = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19 " ABC,
     .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-256 with |", 22272, 21961), .file = "sha256.c", .define = "LOGICAL",
     .function = "sha256", .word_bits = 32, .in = ABC,
     .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-256 IV input with |", 22573, 22335), .file = "sha256.c", .define = "LOGICAL",
     .function = "sha256_chained", .word_bits = 32,
     .in = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19 " ABC,
     .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-256 short forms", 22272, 21961), .file = "sha256.c", .define = "SHORT",
     .function = "sha256", .word_bits = 32, .in = ABC,
     .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-256 IV input short forms", 22573, 22335), .file = "sha256.c", .define = "SHORT",
     .function = "sha256_chained", .word_bits = 32,
     .in = "6a09e667 bb67ae85 3c6ef372 a54ff53a 510e527f 9b05688c 1f83d9ab 5be0cd19 " ABC,
     .out = "ba7816bf 8f01cfea 414140de 5dae2223 b00361a3 96177a9c b410ff61 f20015ad"},
    {ROW("SHA-512", 57947, 57652), .file = "sha512.c", .function = "sha512", .word_bits = 64,
     .in = "6162638000000000 0 0 0 0 0 0 0 0 0 0 0 0 0 0 18",
     .out = "ddaf35a193617aba cc417349ae204131 12e6fa4e89a97ea2 0a9eeee64b55d39a 2192992a274fc1a8 "
            "36ba3c23a3feebbd 454d4423643ce80e 2a9ac94fa54ca49f"},
    {ROW("SHA-1", 11515, 10669), .file = "sha1.c", .function = "sha1", .word_bits = 32, .in = ABC,
     .out = "a9993e36 4706816a ba3e2571 7850c26c 9cd0d89d"},
    {ROW("MD5", 9367, 9139), .file = "md5.c", .function = "md5", .word_bits = 32,
     .in = "80636261 0 0 0 0 0 0 0 0 0 0 0 0 0 18 0", .out = "98500190 b04fd23c 7d3f96d6 727fe128"},
    {ROW("DES", 9048, 2784), .file = "des.c", .function = "des", .word_bits = 64,
     .in = "0123456789abcdef 4e6f772069732074", .out = "3fa40e8a984d4815"},
    {ROW("DES flat tables", 9048, 2784), .file = "des.c", .define = "FLAT", .function = "des",
     .word_bits = 64, .in = "0123456789abcdef 4e6f772069732074", .out = "3fa40e8a984d4815"},
    {ROW("Keccak-f[1600]", 38400, 38400), .file = "keccak.c", .function = "keccak", .word_bits = 64,
     .in = "6 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 8000000000000000 0 0 0 0 0 0 0 0",
     .out = "66d71ebff8c6ffa7 62d661a05647c151 fa493be44dff80f5 4a43f8804b0ad882"},
};

const unsigned n_and_programs = sizeof and_programs / sizeof and_programs[0];
