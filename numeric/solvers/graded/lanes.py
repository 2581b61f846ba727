"""Arithmetic on lanes: some dozens of points side by side, for compiled code.

The last index of every array is the point, contiguous, and as many points as fill whole vectors
(`numeric.solvers.graded.vectors`): what counts in time is done with these, the rest in loops over
rows and lanes.  Complex numbers are kept as two real arrays for the same reason.  Loops are written
out: ``x[:] = y`` makes Numba compile how arrays broadcast, again in each function that holds it.
"""

from typing import Any

import numpy as np

from numeric.solvers.compiled import njit
from numeric.solvers.graded.vectors import load, spread

COMPILED: Any = {
    "fastmath": {"contract", "nsz"},  # fused multiply-add, no signed zeros; NaN still means NaN
    "error_model": "numpy",  # 1/0 is infinite
    "nogil": True,
    "cache": True,
}
# Of functions that only compiled code calls: Python must not.  The doors that Numba makes for it
# unpack each array of a `Program`, which costs seconds of the first compilation
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
def load_points(values: Any, start: int, re: Any, im: Any) -> None:
    """Points from ``start`` on; the last one is repeated until the lanes are full."""
    last = values.shape[1] - 1
    for i in range(values.shape[0]):
        for z in range(re.shape[1]):
            value = values[i, min(start + z, last)]
            re[i, z] = value.real
            im[i, z] = value.imag


@njit(**INNER, inline="always")
def combine(source, weight, first, last, x, z):  # type: ignore[no-untyped-def]
    """Sum of terms first to last of rows of x, of the lanes from z on."""
    out = spread(0.0)
    for t in range(first, last):
        out += weight[t] * load(x, source[t], z)
    return out


@njit(**INNER, inline="always")
def total(sums, s, f_re, f_im, x_re, x_im, z):  # type: ignore[no-untyped-def]
    """Sum number s, real and imaginary part, of the lanes from z on."""
    g = sums.group[s]
    re, im = both(sums, g, x_re, x_im, z)
    for g in range(sums.group[s] + 1, sums.group[s + 1]):
        u, v = both(sums, g, x_re, x_im, z)
        r, i = load(f_re, sums.factor[g], z), load(f_im, sums.factor[g], z)
        re += r * u - i * v
        im += r * v + i * u
    return re, im


@njit(**INNER, inline="always")
def both(sums, g, x_re, x_im, z):  # type: ignore[no-untyped-def]
    """Group g of a sum without its factor, real and imaginary part."""
    re, im = spread(0.0), spread(0.0)
    for t in range(sums.term[g], sums.term[g + 1]):
        re += sums.real[t] * load(x_re, sums.source[t], z)
        im += sums.imag[t] * load(x_im, sums.source[t], z)
    return re, im
