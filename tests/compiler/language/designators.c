/* Initialisers: designators, nesting, strings, compound literals, tables in several dimensions. */
#include <sotto-circuit.h>
#include <stdint.h>
struct point { int x, y; };
struct shape { const char name[6]; struct point corners[3]; unsigned filled : 1, colour : 5; };
enum kind { NONE, SQUARE = 3, CIRCLE };
static const uint8_t table[2][3] = {[1] = {7, [2] = 9}, [0] = {[1] = 5}};
static struct shape shapes[] = {
    [CIRCLE] = {"round", {{1, 2}, [2].y = 8}, 1, .colour = 17}, [SQUARE].corners[1] = {-3, 4}};
static int area(const struct point *p)
{
    return p->x * p->y;
}
int f(GARBLER struct point a, EVALUATOR uint8_t i, OUTPUT struct point out[2], OUTPUT int o[4])
{
    struct point local[] = {a, {.y = a.x}, {0}};
    int zeros[8] = {0}, partial[5] = {1, 2};
    char text[] = "ab\x01" "c";
    o[0] = table[i & 1][i % 3] + (int)sizeof shapes / (int)sizeof *shapes;
    o[1] = shapes[i % 5].corners[i % 3].y + shapes[i % 5].colour + shapes[CIRCLE].name[i % 6];
    o[2] = area(&(struct point){a.x, i}) + zeros[i & 7] + partial[i % 5];
    o[3] = text[i % 5] + (int[]){4, 5, 6}[i % 3] + "xyz"[i & 3];
    out[0] = (struct point){.y = 5, .x = a.y};
    out[1] = local[i & 1];
    return i % 2 ? local[2].x : (int)(unsigned)SQUARE;
}
