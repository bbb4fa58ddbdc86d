/* Initialisers that replace others: strings and lists all that was there, braces around a scalar
 * nothing else. */
#include <sotto-circuit.h>
#include <stdint.h>
struct fields {
    unsigned a : 4, b : 4, c : 8;
};
struct pair {
    char text[4];
    struct {
        int8_t x, y;
    } at;
};
int overrides(GARBLER int8_t a, EVALUATOR int8_t b, OUTPUT char text[8],
              OUTPUT struct pair pairs[2])
{
    char names[2][4] = {[0] = "abcd", [1] = "ef", [0] = "x"};
    struct fields fields = {.a = a, .c = 7, .b = {b}, .c = {9}};
    struct pair given[2] = {[0].text = "abcd", [0].at = {1, a}, [1] = {"efgh", {2, 3}},
                            [0].text = "y",    [0].at = {b},    [1].text = {'z'}};

    for (int i = 0; i < 8; i++) text[i] = names[i / 4][i % 4];
    for (int i = 0; i < 2; i++) pairs[i] = given[i];
    return fields.a + fields.b * 100 + fields.c * 10000;
}
