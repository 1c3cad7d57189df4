#!/usr/bin/python3
"""Writes tables.yaml: the tables of math.yaml that no formula gives. Same output on every run.

    isa/machines/math/tables.py > isa/machines/math/tables.yaml

Needs mpmath (Debian: python3-mpmath). Polynomials interpolate in Chebyshev points, which is within a few per cent of
the best polynomial; computed with 200 bits and rounded once to f32.
"""
import functools

from mpmath import mp, mpf

mp.prec = 200


def f32(x):
    """x rounded to f32; what is smaller than every normal f32 is nothing but rounding errors of a zero."""
    with mp.workprec(24):
        return +mpf(x) if abs(x) >= mpf(2) ** -126 else mpf(0)


def polynomial(f, low, high, center, degree):
    """Coefficients, lowest first, of the polynomial in (x - center) that interpolates f in Chebyshev points of [low, high]."""
    n = degree + 1
    points = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (2 * k + 1) / (2 * n)) for k in range(n)]
    rows = mp.matrix(n, n)
    for r, x in enumerate(points):
        for c in range(n):
            rows[r, c] = (x - center) ** c
    return list(mp.lu_solve(rows, mp.matrix([f(x) for x in points])))


def odd_segments(f, slope, top, first=-4, bits=3, degree=4):
    """An odd function over x >= 0, f'(0) = slope: 64 segments, 2**bits for each binade from 2**first up to `top`.

    Entry 0 is [0, 2**first): f(x) = x + x p(x). The others are c0 + d p(d), d the distance from the segment's middle.
    Beyond `top`, f is 1.
    """
    tables = [[] for _ in range(degree + 1)]
    # Exact at 0, where p is at least 0, so that -0 stays -0: the interval begins where the first of its points is 0.
    end = mpf(2) ** first
    begin = end - 2 * end / (1 + mp.cos(mp.pi / (2 * degree)))
    inner = polynomial(lambda x: f(x) / x - slope if abs(x) > mpf(2) ** -99 else 0, begin, end, 0, degree - 1)
    inner[0] = slope - 1
    for i in range(64):
        binade, part = divmod(i - 1, 1 << bits)
        width = mpf(2) ** (first + binade - bits)
        low = mpf(2) ** (first + binade) + part * width
        if i == 0:
            row = [0] + inner
        elif low < top:
            row = polynomial(f, low, low + width, low + width / 2, degree)
        else:
            row = [1] + [0] * degree
        for table, value in zip(tables, row):
            table.append(f32(value))
    return tables


LN2_8 = f32(mp.log(2) / 8)  # the distance of two segments' middles in sigmoid, exactly as it is used


def sigmoid_segments():
    """sigmoid(x) for x <= 0 around n * LN2_8, divided by 2**(n >> 3); entry n & 255, n >= -248.

    Entries 8 to 15 (n = -248 to -241) are for all smaller n as well: there sigmoid is exp.
    """
    tables = [[] for _ in range(4)]
    for i in range(256):
        n = -((256 - i) % 256)
        n = n if n >= -248 else 0  # entries 1 to 7 are not used
        middle, half = n * LN2_8, LN2_8 / 2
        row = polynomial(lambda x: 1 / (1 + mp.exp(-x)), middle - half, middle + half, middle, 3)
        row = row if n or not i else [0] * 4
        for table, value in zip(tables, row):
            table.append(f32(value / mpf(2) ** (n >> 3)))
    return tables


def sigmoid_drift():
    """-n (ln2/8 - LN2_8) for n = -8 i - 4, from the entry where sigmoid is exp on; 0 before."""
    return [f32(0) if i < 31 else f32((8 * i + 4 - 248) * (mp.log(2) / 8 - LN2_8)) for i in range(256)]


LOG_OFF = 0x3F335555  # two thirds of a segment below 1 and one above it: as far on both sides


@functools.cache
def log_inverses(bits=7):
    """1/c for each segment of [0.7, 1.4), c near its middle so that log(c) and log2(c) are nearly f32; 1 around 1."""
    out = []
    for i in range(1 << bits):
        ends = [as_float(LOG_OFF + (j << (23 - bits))) for j in (i, i + 1)]
        if ends[0] <= 1 < ends[1]:
            out.append(mpf(1))
            continue
        scale = 1 << (bits + 11)
        low, high = ends
        if abs(low - 1) < (high - low) or abs(high - 1) < (high - low):  # beside 1 the logarithm is small: c nearer to it
            middle = (3 * low + high) / 4 if low > 1 else (low + 3 * high) / 4
        else:
            middle = (low + high) / 2
        near = int(mp.nint(scale / middle))
        out.append(min((mpf(near + k) / scale for k in range(-90, 91)), key=log_rounding))
    return out


def log_rounding(v):
    """How much log(v) and log2(v) lose as f32, relative to them."""
    logs = [mp.log(v), mp.log(v) / mp.log(2)]
    return max(abs(log - f32(log)) / abs(log) for log in logs)


def as_float(pattern):
    return (mpf(pattern & 0x7FFFFF) / (1 << 23) + 1) * mpf(2) ** ((pattern >> 23) - 127)


def seeds(f, segments):
    """Best lines s0 + s1 m for f over each (low, high)."""
    tables = [[], []]
    for low, high in segments:
        row = polynomial(f, low, high, 0, 1)
        for table, value in zip(tables, row):
            table.append(f32(value))
    return tables


def all_tables():
    """Name, what it is, values."""
    for k, table in enumerate(odd_segments(mp.tanh, mpf(1), 9)):
        yield f"TANH{k}", f"tanh, coefficient {k} of each segment", table
    for k, table in enumerate(odd_segments(mp.erf, 2 / mp.sqrt(mp.pi), 4)):
        yield f"ERF{k}", f"erf, coefficient {k} of each segment", table
    for k, table in enumerate(sigmoid_segments()):
        yield f"SIGMOID{k}", f"sigmoid, coefficient {k} of each segment", table
    yield "SIGMOID_DRIFT", "what the middles of sigmoid's segments are off where it is exp", sigmoid_drift()
    yield "LOG_INVERSE", "log and log2: 1/c, c about the middle of each segment", log_inverses()
    yield "LOG", "log(c)", [f32(-mp.log(v)) for v in log_inverses()]
    yield "LOG2", "log2(c)", [f32(-mp.log(v) / mp.log(2)) for v in log_inverses()]
    for k, table in enumerate(seeds(lambda m: 1 / m, [(1 + mpf(i) / 64, 1 + mpf(i + 1) / 64) for i in range(64)])):
        yield f"RECIPROCAL{k}", f"line through 1/m, coefficient {k}", table
    halves = [(2 + mpf(i) / 16, 2 + mpf(i + 1) / 16) for i in range(32)] + [
        (1 + mpf(i) / 32, 1 + mpf(i + 1) / 32) for i in range(32)
    ]
    for k, table in enumerate(seeds(lambda m: 1 / mp.sqrt(m), halves)):
        yield f"RSQRT{k}", f"line through 1/sqrt(m), coefficient {k}; m in [2, 4), then in [1, 2)", table


def number(x):
    return mp.nstr(x, 9, strip_zeros=True) if x else "0"


def main():
    print("# Written by tables.py: the tables of math.yaml that no formula gives.")
    print("tables:")
    for name, what, values in all_tables():
        print(f"  {name}: # {what}")
        print("    type: f32")
        lines, line = [], "    values: ["
        for i, value in enumerate(values):
            word = number(value) + ("]" if i + 1 == len(values) else ", ")
            if len(line + word) > 118:
                lines.append(line.rstrip())
                line = "             "
            line += word
        print("\n".join(lines + [line]))


if __name__ == "__main__":
    main()
