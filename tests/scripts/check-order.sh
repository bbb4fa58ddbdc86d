#!/bin/sh
# Nothing in the compiler is made in an order that C leaves open, and check-order.py finds what is.
# Reports in the Test Anything Protocol.
cd "${SRCDIR:-.}" && [ -e lib/sotto.h ] || exit 1
[ -n "$(command -v python3)" ] || {
    echo "1..0 # SKIP python3 is not there"
    exit 0
}
. tests/scripts/tap.sh

find_faults() { python3 tests/scripts/check-order.py compiler/*.[ch] "$@" >"$work/log" 2>&1; }

find_faults
report $? "the compiler makes everything in an order of its own"

cat >"$work/planted.c" <<'EOF'
static literal inner(struct graph *g, literal a, literal b)
{
    return graph_and(g, a, b);
}

literal planted(struct graph *g, literal a, literal b)
{
    literal in_order[2], *at = in_order, t = graph_and(g, a, b), u = graph_xor(g, t, b);
    literal elements[2] = {inner(g, a, b), inner(g, b, a)};            /* fault */
    literal operands = graph_xor(g, a, b) ^ inner(g, a, b);            /* fault */

    if (graph_and(g, a, b) == 0 && graph_xor(g, a, b) == 0) return graph_or(g, a, b);
    for (unsigned i = 0; i < 2; i++) in_order[i] = graph_xor(g, graph_and(g, a, b), a);
    in_order[0] = a == b ? inner(g, a, b) : graph_mux(g, a, u, b);
    at[graph_and(g, a, b)] = graph_xor(g, a, b);                       /* fault */
    return graph_mux(g, elements[0], lit_not(inner(g, a, b)), /* fault */
                     /* graph_and(g, t, u) */ (operands ? inner(g, b, a) : a));
}
EOF
! find_faults "$work/planted.c"
report $? "a fault is reported by the exit status"
grep -n '/\* fault' "$work/planted.c" | sed "s,^\([0-9]*\):.*,$work/planted.c:\1," >"$work/good"
cmp -s "$work/good" "$work/log"
report $? "arguments, operands, elements and both sides of '=' are faults, sequences are not"
! python3 tests/scripts/check-order.py compiler/word*.[ch] >"$work/log" 2>&1 &&
    grep -q 'no function is called .*graph_and' "$work/log"
report $? "a function that lost its name does not go unnoticed"

finish
