"""A linear system solved and refined: its solution, the error, and how close to singular it is.

An equation with one steady state has one null vector; where it has a second one (nearly), the
system is ill-conditioned and the steady state not unique.  The *gap* tells: the relative distance
to a singular system, an upper estimate.  Solvers say how they invert; `solve_refined` does the
rest, for those that factorise and those that iterate.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array

from systems.values import EPSILON

# Relative distance to a singular system at which L has a second null vector: some fifty roundings
SINGULAR = 1e-14
# Steps of refinement, and the relative size of one that leaves round-off only to the next
REFINEMENTS, DECISIVE = 2, 1e-7
FAILURES = (RuntimeError, np.linalg.LinAlgError)  # of SuperLU ("exactly singular") and LAPACK
Found: TypeAlias = tuple[np.ndarray, np.ndarray, float]  # solution, its error, gap


def with_first_row(L: csc_array, row: np.ndarray) -> csc_array:
    """L with its first row replaced.

    >>> with_first_row(csc_array(np.eye(2)), np.array([3.0, 4.0])).toarray()
    array([[3., 4.],
           [0., 1.]])
    """
    data = np.where(L.indices == 0, 0, L.data)
    rest = csc_array((data, L.indices, L.indptr), shape=L.shape)
    (columns,) = np.nonzero(row)
    first = csc_array((row[columns], (0 * columns, columns)), shape=L.shape)
    return csc_array(rest + first)


def solve_refined(
    system: csc_array,
    source: np.ndarray,
    invert: Callable[..., Any],
    terms: csc_array,
    sizes: np.ndarray | float = 0.0,
) -> Found:
    """The solution, its error and the relative distance to a singular system.

    The error is what the last correction corrects, and what the rounding of the elements does: on
    the diagonal, and elsewhere if they cancel, they are sums of larger ``terms``; and so are those
    of the source, whose terms add up to ``sizes``.  The distance is 1/|A^-1 v| for a vector v of
    the size of A's rows, an estimate from above of the inverse of the condition number (N. J.
    Higham, "Accuracy and Stability of Numerical Algorithms", chapters 7, 12 and 15).  A system that
    cannot be inverted has the distance zero, and NaN for a solution.

    >>> from numeric.solvers.direct import factorise
    >>> system = csc_array(np.diag([2.0 + 0j, 4.0]))
    >>> solution, error, gap = solve_refined(system, np.ones(2) + 0j, factorise, abs(system))
    >>> solution.real, bool(np.all(error < 1e-15)), gap > 0.1
    (array([0.5 , 0.25]), True, True)
    """
    try:
        inverse = invert(system)
    except FAILURES:
        return np.full_like(source, np.nan), np.full(source.shape, np.inf), 0.0
    roughly = getattr(inverse, "roughly", inverse.solve)  # what is only to be estimated
    again = getattr(inverse, "again", inverse.solve)
    solution = inverse.solve(source)
    for _ in range(REFINEMENTS):
        correction = again(source - system @ solution)
        solution = solution + correction
        if np.max(abs(correction)) <= DECISIVE * np.max(abs(solution)):
            break
    # this last correction only measures the error of what it corrects
    correction = roughly(source - system @ solution)
    solution = solution + correction
    # a generic vector has a part along the near-null direction, which the solve blows up
    probe = generic(source.size)
    size = abs(system) @ np.ones(source.size)
    blown_up = np.max(abs(roughly(size * probe)))
    gap = 1 / blown_up if np.isfinite(blown_up) else 0.0
    rounding = EPSILON * (terms @ abs(solution) + sizes) * probe
    rounding[0] = 0  # the first row is not that of the master equation
    return solution, abs(correction) + abs(roughly(rounding)), float(gap)


def generic(size: int) -> np.ndarray:
    """Phases without a pattern: a vector that is orthogonal to nothing by chance.

    The same in every run, so that results do not depend on a random seed.

    >>> bool(np.all(generic(4) != 0)), generic(4).shape
    (True, (4,))
    """
    return np.exp(1j * np.arange(size) ** 2)
