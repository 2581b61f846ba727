"""What a series in the drive adds up to, from its first terms.

The steady state solves linear equations that are polynomials in the drive, so that its moments and
populations are rational functions, and all with one denominator: the determinant.  A denominator
``q_0 + q_1 x + ... + q_n x^n`` with ``q_0 = 1`` (x counts the orders of the terms and is 1 at the
drive in question) approximates it when

    sum_j q_j f_(i-j) = 0      at the highest known orders i

for several series f at once, in least squares; the sum of any series with terms f_0 ... f_k is then

    sum_(i<=k) (sum_j q_j f_(i-j)) / sum_j q_j.

One series alone gives its Pade approximant (Baker and Graves-Morris, Pade Approximants, ch. 8, for
several at once), n = 0 the Taylor sum.  A numerator of its own for each series makes this work
where a leading term vanishes by interference; one denominator for all keeps quotients consistent.

Quotients of series, as g^(k) is one, are taken term by term (`ratio`).
"""

from functools import reduce
from typing import Any

import numpy as np

# Relative to the largest singular value.  Terms carry a round-off of up to 1e-11 (`assessment`);
# what is below ten times that is not in the series.
CUTOFF = 1e-10
# Largest phase of a zero that is taken to be real: half the digits, the root of the round-off at
# which two real zeros meet and leave the axis, and some more.
REAL = 1e-6


def denominator(family: np.ndarray, degree: int) -> np.ndarray:
    """The denominator of at most this degree for a family: array (degree + 1, points).

    ``family`` has shape (series, terms, points).  A steady state has no pole at any drive: where
    the denominator vanishes between no drive and this one, its degree is lowered.

    >>> geometric = np.array([[[1.0], [-0.5], [0.25]]])  # 1/(1 + x/2)
    >>> denominator(geometric, 1).ravel().round(12)
    array([1. , 0.5])
    """
    chosen = np.zeros((degree + 1, family.shape[-1]))
    chosen[0] = 1
    undecided = np.arange(family.shape[-1])
    for n in range(degree, 0, -1):
        if not undecided.size:
            break
        q = fit(family[..., undecided], n)
        regular = ~has_pole(q)
        chosen[: n + 1, undecided[regular]] = q[:, regular]
        undecided = undecided[~regular]
    return chosen


def fit(family: np.ndarray, degree: int) -> np.ndarray:
    """The least-squares denominator of exactly this degree: array (degree + 1, points).

    ``family`` is as in `denominator`; the constant term of the denominator is 1.

    >>> geometric = np.array([[[1.0], [-0.5], [0.25]]])  # 1/(1 + x/2)
    >>> fit(geometric, 1).ravel().round(12)
    array([1. , 0.5])
    """
    count, terms, points = family.shape
    # in the scale of the series itself, so that one polynomial serves all drives
    scale = _ratio_of_terms(family)
    f = family / scale ** np.arange(terms)[:, None]
    sizes = np.abs(f).max(axis=1, keepdims=True)
    f = np.divide(f, sizes, out=np.zeros_like(f), where=sizes > 0)
    orders = range(terms - 1, terms - 1 - -(-degree // count), -1)
    known = [[f[:, i - j] if i >= j else 0 * f[:, 0] for j in range(1, degree + 1)] for i in orders]
    matrix = np.array(known).transpose(3, 0, 2, 1).reshape(points, -1, degree)
    right = -np.array([f[:, i] for i in orders]).transpose(2, 0, 1).reshape(points, -1, 1)
    q = np.linalg.pinv(matrix, rcond=CUTOFF) @ right
    return (
        np.concatenate([np.ones((1, points)), q[..., 0].T])
        * scale ** np.arange(degree + 1)[:, None]
    )


def _ratio_of_terms(family: np.ndarray) -> np.ndarray:
    """By what the terms of the series typically grow from order to order, per point."""
    orders = np.arange(1, family.shape[1])[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.abs(family[:, 1:] / family[:, :1]) ** (1 / orders)
    middle = np.median(growth.max(axis=1), axis=0)
    return np.where(np.isfinite(middle) & (middle > 0), middle, 1.0)


def quotient(terms: np.ndarray, q: np.ndarray) -> np.ndarray:
    """The sum of a series of shape (terms, points) over a denominator: array (points).

    >>> quotient(np.array([[1.0], [-0.5]]), np.array([[1.0], [0.5]])).round(12)
    array([0.66666667])
    """
    partial = np.cumsum(terms, axis=0)
    top = sum(q_j * partial[len(terms) - 1 - j] for j, q_j in enumerate(q) if j < len(terms))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(top / q.sum(axis=0))


def pade(terms: np.ndarray) -> np.ndarray:
    """The Pade approximant of one series, of equal degrees or one more below: array (points).

    ``terms`` has shape (terms, points).  Exact for a rational function of these degrees:

    >>> pade(np.array([[1.0], [-0.5]])).round(6)
    array([0.666667])
    """
    return quotient(terms, fit(terms[None], len(terms) // 2)) if len(terms) > 1 else terms[0]


def has_pole(q: np.ndarray) -> np.ndarray:
    """Whether the denominator vanishes at some 0 < x <= 1, per point.

    >>> has_pole(np.array([[1.0, 1.0], [-2.0, 2.0]]))  # 1 - 2x and 1 + 2x
    array([ True, False])
    """
    y = _inverse_zeros(q)
    return np.any((np.abs(y.imag) <= REAL * np.abs(y)) & (y.real >= 1), axis=0)


def radius(q: np.ndarray) -> np.ndarray:
    """Distance |x| of the nearest zero: up to there the Taylor series converges.

    >>> radius(np.array([[1.0], [0.0], [0.25]]))  # 1 + x^2/4 vanishes at +-2i
    array([2.])
    """
    with np.errstate(divide="ignore"):
        return 1 / np.max(np.abs(_inverse_zeros(q)), axis=0)


def _inverse_zeros(q: np.ndarray) -> np.ndarray:
    """The eigenvalues of the companion matrix: array (degree, points)."""
    degree, points = q.shape[0] - 1, q.shape[1]
    companion = np.zeros((points, degree, degree))
    companion[:, 0, :] = -q[1:].T
    companion[:, np.arange(1, degree), np.arange(degree - 1)] = 1
    return np.linalg.eigvals(companion).T


def ratio(above: Any, *below: Any) -> list[Any]:
    """``above/(below_1 below_2 ...)`` as a list of terms; NaN where ``below`` vanishes.

    Each is a sequence of terms, arrays or closed forms, powers of the drive included.

    >>> [float(x) for x in ratio(np.array([1.0, 1.0]), np.array([1.0, 0.5]))]
    [1.0, 0.5]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        return reduce(_divide, below, list(above))


def _divide(f: Any, g: Any) -> list[Any]:
    h: list[Any] = []
    for j, rest in enumerate(f):
        for i, term in enumerate(h):
            rest = rest - term * g[j - i]
        h.append(rest / g[0])
    return h
