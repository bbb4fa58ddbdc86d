/* __int128 in all operations, mixed with narrower types. */
#include <sotto-circuit.h>
#include <stdint.h>
typedef unsigned __int128 u128;
static u128 mix(u128 a, int shift)
{
    return (a << (shift & 127)) | (a >> (127 - (shift & 127)));
}
__int128 f(GARBLER __int128 a, EVALUATOR unsigned __int128 b, EVALUATOR int64_t c,
           OUTPUT u128 wide[3])
{
    wide[0] = (u128)a * b;
    wide[1] = mix(b, (int)c);
    wide[2] = (a < c) + (b > (u128)c) * 2 + ((__int128)c * c >> 60);
    return c == 0 ? a - (__int128)b : a / c + a % c;
}
