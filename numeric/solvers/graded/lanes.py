"""Arithmetic on lanes: some dozens of points side by side, for compiled code.

The last index of every array is the point, contiguous, so that each loop over it becomes vector
instructions.  Complex numbers are kept as two real arrays for the same reason.  Loops over rows and
lanes are written out: ``x[:] = y`` makes Numba compile how arrays broadcast, again in each function
that holds it.
"""

from typing import Any

import numpy as np

from numeric.solvers.compiled import njit

COMPILED: Any = {
    "fastmath": {"contract", "nsz"},  # fused multiply-add, no signed zeros; NaN still means NaN
    "error_model": "numpy",  # 1/0 is infinite
    "nogil": True,
    "cache": True,
}
# Of functions that only compiled code calls: Python must not.  The doors that Numba makes for it
# unpack each array of a `Program`.  Without them, and with the loops of `fill` and its like, the
# first compilation took 31 s instead of 49 s, side by side on two busy cores
INNER: Any = {**COMPILED, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


@njit(**INNER)
def fill(x: Any, value: float) -> None:
    """Set all of x."""
    for i in range(x.shape[0]):
        for z in range(x.shape[1]):
            x[i, z] = value


@njit(**INNER)
def copy(x: Any, into: Any) -> None:
    """Set ``into``, of the same shape, to x."""
    for i in range(x.shape[0]):
        for z in range(x.shape[1]):
            into[i, z] = x[i, z]


@njit(**INNER)
def add(x: Any, into: Any) -> None:
    """Add x to ``into``, of the same shape."""
    for i in range(x.shape[0]):
        for z in range(x.shape[1]):
            into[i, z] += x[i, z]


@njit(**INNER)
def add_size(x: Any, into: Any) -> None:
    """Add |x| to ``into``, of the same shape."""
    for i in range(x.shape[0]):
        for z in range(x.shape[1]):
            into[i, z] += abs(x[i, z])


@njit(**INNER)
def zeros(rows: int, lanes: int) -> Any:
    """An array of zeros, of one type for the compiler wherever it is made."""
    return np.zeros((rows, lanes))


@njit(**INNER)
def nothing(x: Any) -> Any:
    """No source: empty arrays of the type that `relax` takes."""
    return zeros(0, x[0].shape[1]), zeros(0, x[0].shape[1])


@njit(**INNER)
def load(values: Any, start: int, re: Any, im: Any) -> None:
    """Points from ``start`` on; the last one is repeated until the lanes are full."""
    last = values.shape[1] - 1
    for i in range(values.shape[0]):
        for z in range(re.shape[1]):
            value = values[i, min(start + z, last)]
            re[i, z] = value.real
            im[i, z] = value.imag


@njit(**INNER, inline="always")
def combine(source, weight, first, last, x, out):  # type: ignore[no-untyped-def]
    """Sum of rows first to last of x; the first row sets, the others add."""
    lanes = out.size
    for r in range(first, last):
        s0, s1, s2 = source[r, 0], source[r, 1], source[r, 2]
        s3, s4, s5 = source[r, 3], source[r, 4], source[r, 5]
        w0, w1, w2 = weight[r, 0], weight[r, 1], weight[r, 2]
        w3, w4, w5 = weight[r, 3], weight[r, 4], weight[r, 5]
        if r > first:
            for z in range(lanes):
                out[z] += (w0 * x[s0, z] + w1 * x[s1, z] + w2 * x[s2, z]) + (
                    w3 * x[s3, z] + w4 * x[s4, z] + w5 * x[s5, z]
                )
        elif w3 != 0.0 or w4 != 0.0 or w5 != 0.0:
            for z in range(lanes):
                out[z] = (w0 * x[s0, z] + w1 * x[s1, z] + w2 * x[s2, z]) + (
                    w3 * x[s3, z] + w4 * x[s4, z] + w5 * x[s5, z]
                )
        else:  # the sums of a sparse matrix are short
            for z in range(lanes):
                out[z] = w0 * x[s0, z] + w1 * x[s1, z] + w2 * x[s2, z]


@njit(**INNER, inline="always")
def total(sums, s, f_re, f_im, x_re, x_im, re, im, u, v):  # type: ignore[no-untyped-def]
    """Sum number s into re + i im; u and v are work space."""
    g = sums.group[s]
    combine(sums.source, sums.real, sums.row[g], sums.row[g + 1], x_re, re)
    combine(sums.source, sums.imag, sums.row[g], sums.row[g + 1], x_im, im)
    for g in range(sums.group[s] + 1, sums.group[s + 1]):
        f = sums.factor[g]
        combine(sums.source, sums.real, sums.row[g], sums.row[g + 1], x_re, u)
        combine(sums.source, sums.imag, sums.row[g], sums.row[g + 1], x_im, v)
        for z in range(re.size):
            re[z] += f_re[f, z] * u[z] - f_im[f, z] * v[z]
            im[z] += f_re[f, z] * v[z] + f_im[f, z] * u[z]


@njit(**INNER, inline="always")
def subtract(a_re, a_im, a, x_re, x_im, x, y_re, y_im, y):  # type: ignore[no-untyped-def]
    """y -= a x for rows a, x, y."""
    for z in range(y_re.shape[1]):
        # read everything before writing anything: one test for overlap, then vectors
        r, s, u, v = a_re[a, z], a_im[a, z], x_re[x, z], x_im[x, z]
        re, im = y_re[y, z], y_im[y, z]
        y_re[y, z] = re - r * u + s * v
        y_im[y, z] = im - r * v - s * u


@njit(**INNER, inline="always")
def subtract_wrong(o, p, a_re, a_im, a, x_re, x_im, x, y):  # type: ignore[no-untyped-def]
    """x -= a x for rows a, x of the product and y of the sum, the parts of a times o and p."""
    for z in range(x_re.shape[1]):
        r, s, u, v = o * a_re[a, z], p * a_im[a, z], x_re[x, z], x_im[x, z]
        re, im = x_re[y, z], x_im[y, z]
        x_re[y, z] = re - r * u + s * v
        x_im[y, z] = im - r * v - s * u


@njit(**INNER, inline="always")
def multiply(a_re, a_im, a, x_re, x_im, x):  # type: ignore[no-untyped-def]
    """x *= a for rows a, x."""
    for z in range(x_re.shape[1]):
        r, s, u, v = a_re[a, z], a_im[a, z], x_re[x, z], x_im[x, z]
        x_re[x, z] = r * u - s * v
        x_im[x, z] = r * v + s * u
