/* Unions, bit-fields, nested structs and arrays, memcpy between them. */
#include <sotto-circuit.h>
#include <stdint.h>
#include <string.h>
struct inner {
    uint8_t a;
    int16_t b[2];
};
struct outer {
    struct inner in[2];
    unsigned f : 3, g : 7;
    int h : 12;
    _Bool flag;
    long w;
};
union pun {
    uint32_t word;
    int32_t number;
    uint8_t bytes[4];
};
int layout(GARBLER struct outer s, EVALUATOR uint32_t x, OUTPUT struct outer o[1], OUTPUT int r[6])
{
    union pun p = {.word = x};
    struct outer copy = s, list[2] = {[1] = {.in[1].b = {1, 2}, .g = 9}};
    uint8_t raw[8];

    p.bytes[1] ^= 0x5a;
    r[0] = p.number;
    memcpy(raw, &s.w, sizeof raw);
    r[1] = raw[3] + raw[x & 7];
    copy.f += x, copy.h -= s.g, copy.flag = x, copy.in[x & 1].b[1] = (int16_t)x;
    list[x >> 31] = copy;
    *o = list[0];
    r[2] = memcmp(s.in[0].b, s.in[1].b, 4) < 0;
    memset(raw + 2, (int)x, 3);
    memmove(raw + 1, raw, 6);
    r[3] = raw[1] | raw[3] << 8 | raw[6] << 16;
    r[4] = (int)sizeof(struct outer) + list[1].in[1].b[1] + list[1].g;
    r[5] = (int)(&s.in[1].b[1] - &s.in[1].b[0]);
    return copy.h + copy.f;
}
