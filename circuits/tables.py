#!/usr/bin/env python3
"""Writes the headers of constants that programs of this folder include: tables.py FOLDER."""
import os
import sys
from decimal import ROUND_HALF_EVEN, Decimal, getcontext

getcontext().prec = 50
LN2 = Decimal(2).ln()


def rounded(x, bits):
    """x 2^bits, rounded to an integer."""
    return int((Decimal(x) * 2**bits).to_integral_value(ROUND_HALF_EVEN))


def table(kind, name, values, width, comment):
    """One C array; columns as in the rest of the tree."""
    cells = [str(value) + "," for value in values]
    size = max(map(len, cells))
    n = (96 + 1) // (size + 1)
    lines = [" ".join(cells[i:i + n]) for i in range(0, len(cells), n)]
    body = "\n".join("    " + line for line in lines)
    return f"/* {comment} */\nstatic const {kind} {name}[{width}] = {{\n{body}\n}};\n"


def header(name, subject, constants, tables):
    guard = "CIRCUITS_" + name.upper().replace("-", "_").replace(".", "_")
    defines = "".join(f"#define {key} {value}\n" for key, value in constants)
    return (f"/* {subject} Written by tables.py. */\n#ifndef {guard}\n#define {guard}\n\n"
            f"#include <stdint.h>\n\n{defines + chr(10) if defines else ''}" + "\n".join(tables) + "\n#endif\n")


def exp_tables():
    powers = [rounded((Decimal(i - 64) / 128).exp(), 30) for i in range(128)]
    return header("float-exp-table.h", "Constants of the exponential function.",
                  [("LOG2_E_9", f"{rounded(1 / LN2, 9)} /* log2 e, times 2^9 */"),
                   ("LN_2_38", f"{rounded(LN2, 38)}LL /* times 2^38 */")],
                  [table("uint32_t", "powers", powers, 128,
                         "e^((i - 64) / 128) 2^30.")])


def inverses():
    """For the middle m of each 128th of 1..2, 1/m times 2^9; from the 53rd on, of 1/(m/2), for then
    m/2 is nearer to 1. Next to 1 it is 1."""
    result = []
    for i in range(128):
        middle = 1 + (Decimal(i) + Decimal(1) / 2) / 128
        result.append(512 if i == 0 else 256 if i == 127 else rounded(1 / middle, 9))
    return result


def log_of_inverse(i, inverse):
    """-log of what m, or m/2, is multiplied by."""
    return -(Decimal(inverse if i < 53 else 2 * inverse) / 512).ln()


def log1p_ratio(r):
    return Decimal(1) if r == 0 else (1 + r).ln() / r


def log_tables():
    cs = inverses()
    logs = [rounded(log_of_inverse(i, c), 36) for i, c in enumerate(cs)]
    values, slopes = [], []
    for i in range(64):
        start = Decimal(i - 32) / 4096
        width = Decimal(1) / 4096
        low, high = log1p_ratio(start), log1p_ratio(start + width)
        bend = (low + high) / 2 - log1p_ratio(start + width / 2)
        values.append(rounded(low - bend / 2 - 1 + Decimal(1) / 128, 28))
        slopes.append(rounded((high - low) / width + Decimal(1) / 2 + Decimal(1) / 128, 14))
    return header("float-log-table.h", "Constants of the logarithm.",
                  [("LN_2_36", f"{rounded(LN2, 36)}LL /* times 2^36 */"),
                   ("FIRST_HALVED", "53 /* the least index whose m is halved */")],
                  [table("uint16_t", "inverses", cs, 128,
                         "1/m 2^9 for m in the middle of each 128th of 1..2."),
                   table("int64_t", "inverse_logs", logs, 128,
                         "The logarithms that belong to them, times 2^36."),
                   table("uint32_t", "ratios", values, 64,
                         "(log(1 + r) / r - 127/128) 2^28 for r = (i - 32) / 4096, less half of how far"
                         "\n * the curve bends from the line to the next."),
                   table("uint16_t", "ratio_slopes", slopes, 64,
                         "The slopes of these lines, plus 1/2 + 1/128, times 2^14.")])


def logistic_tables():
    scores = [Decimal(i if i < 128 else i - 256) / 16 for i in range(256)]
    values = [int((255 / (1 + (-x).exp())).to_integral_value(ROUND_HALF_EVEN)) for x in scores]
    return header("logistic-table.h", "The logistic function of a score.", [],
                  [table("uint8_t", "logistic", values, 256,
                         "255 / (1 + e^(-i / 16)), where i is the index in two's complement.")])


def main(folder):
    for name, text in (("float-exp-table.h", exp_tables()), ("float-log-table.h", log_tables()),
                       ("logistic-table.h", logistic_tables())):
        with open(os.path.join(folder, name), "w", encoding="ascii") as file:
            file.write(text)


main(sys.argv[1])
