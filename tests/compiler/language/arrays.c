/* Arrays of several dimensions with secret indices, read and written; arrays in structs. */
#include <sotto-circuit.h>
#include <stdint.h>
struct grid { uint8_t cell[3][2][4]; int sum[3]; };
static int cube[3][4][2];
int f(GARBLER struct grid g, EVALUATOR uint8_t i, EVALUATOR uint8_t j, OUTPUT struct grid *out, OUTPUT int o[4])
{
    unsigned a = i % 3, b = j % 2, c = (unsigned)(i ^ j) & 3;
    g.cell[a][b][c] ^= 0xff;
    g.cell[c % 3][1][b + a] = g.cell[a][b][c] + 1;
    g.sum[a] += g.cell[a][0][0];
    for (int k = 0; k < 3; k++)
        for (unsigned l = 0; l < 4; l++) cube[k][l][b] = g.cell[k][b][l] - k;
    cube[a][c][1 - b]--;
    o[0] = cube[a][c][b];
    o[1] = cube[2][c][0] + cube[a][3][1];
    o[2] = (&cube[0][0][0])[8 * a + 2 * c + b];
    o[3] = g.sum[a] - g.sum[(a + 1) % 3];
    *out = g;
    return (int)sizeof cube + (int)(sizeof *cube / sizeof **cube);
}
