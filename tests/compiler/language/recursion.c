/* Recursion that a public value ends, deeper than what is taken for endless: an argument, a member,
 * a variable outside of the call, a pointer; and one that the known zeros of a secret end. */
#include <sotto-circuit.h>
#include <stdint.h>
struct state {
    int left;
    int secret;
};
struct cursor {
    const char *at, *end;
    int secret;
};
struct node {
    const struct node *up;
    int value;
};
static int depth;

static int by_argument(int n, int a)
{
    if (n == 0 || a == 5) return a;
    return by_argument(n - 1, 2 * a + 1);
}
static int by_global(int a)
{
    if (depth == 400) return a;
    depth++;
    if (a == 5) return 7;
    return by_global(a ^ 3);
}
static int by_member(struct state *s)
{
    if (s->left-- == 0) return s->secret;
    if (s->secret == 9) return 1;
    return by_member(s);
}
static int by_value(struct state s)
{
    if (s.left-- == 0) return s.secret;
    if (s.secret == 9) return 1;
    return by_value(s);
}
static int by_cursor(struct cursor c)
{
    if (c.at == c.end) return c.secret;
    c.at++;
    return c.secret == 9 ? 1 : by_cursor(c);
}
static int by_pointer(const struct node *up, const struct node *to)
{
    int sum = 0;
    struct node here = {up, to->value + 1};
    if (here.value < 400) return by_pointer(&here, &here);
    for (const struct node *at = &here; at; at = at->up) sum += at->value;
    return sum;
}
static int odd(int n, int a);
static int even(int n, int a)
{
    if (n == 0) return a;
    if (a == 3) return 1;
    return odd(n - 1, a + 1);
}
static int odd(int n, int a)
{
    return n == 0 ? -a : even(n - 1, a ^ 5);
}
static int take(int *n)
{
    return (*n)--;
}
static int by_helper(int *n, int a)
{
    if (a == 4) return 2;
    return take(n) == 0 ? a : by_helper(n, a);
}
static int by_zeros(uint64_t x)
{
    return x == 0 ? 0 : 1 + by_zeros(x >> 1);
}
void recursion(GARBLER int8_t a, GARBLER uint64_t wide, EVALUATOR int8_t b, OUTPUT int o[10])
{
    struct state s = {400, a}, t = {400, b};
    struct node first = {0, 0};
    char text[400] = {0};
    struct cursor c = {text, text + 400, b};
    int n = 400;
    o[0] = by_argument(400, a);
    depth = 0;
    o[1] = by_global(b);
    o[2] = by_member(&s);
    o[3] = by_value(t);
    o[4] = by_pointer(0, &first) + a;
    o[5] = even(400, b);
    o[6] = by_helper(&n, a);
    o[7] = by_zeros(wide);
    o[8] = by_zeros((unsigned char)a >> 3);
    o[9] = by_cursor(c);
}
