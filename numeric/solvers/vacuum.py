"""The steady state as what the drive makes of the vacuum, plus what the jumps change.

In the scaled variables of `numeric.scaling` the steady state is split as

    rho = psi psi' + delta,      (K psi)_n = 0 for n > 0,   psi_0 = 1,

with K the evolution between two jumps.  psi is what a weak drive makes; delta is what the
jumps change.  With e = (K psi)_0 it obeys, without approximation,

    L delta = -sum_k rate_k L_k psi psi' L_k' + i (e |0><psi| - e* |psi><0|),   delta_00 = 0,

so that an interference zero of psi does not bury delta, which fills it, under round-off.  The
equation of rho_00 follows from the others (the trace is conserved) and makes room for
delta_00 = 0; rho is normalised afterwards.  This keeps the *relative* accuracy of small
populations, which a trace equation of weight one would destroy.

How the linear system is inverted is left to the solver: `direct` factorises, `iterative` iterates.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array

from numeric.scaling import EPSILON, Scaled, amplitudes, response

# Scaled amplitude beyond which psi is no good start and |0> is taken: psi psi' would be a million
# times what it is to approximate
LARGEST = 1e3
# Population of the vacuum below which a solution that starts from it loses digits: all is counted
# in units of that population, so that six of sixteen digits are gone here
EMPTIEST = 1e-6
# Relative distance to a singular system at which L has a second null vector: some fifty roundings
SINGULAR = 1e-14
# Steps of refinement, and the relative size of one that leaves round-off only to the next
REFINEMENTS, DECISIVE = 2, 1e-7
FAILURES = (RuntimeError, np.linalg.LinAlgError)  # of SuperLU ("exactly singular") and LAPACK
Found: TypeAlias = tuple[np.ndarray, np.ndarray, float]  # sigma, error of its diagonal, gap


def from_vacuum(point: Scaled, invert: Callable[..., Any]) -> Found:
    """psi psi' + delta, its diagonal's error and the gap, with the vacuum's population one.

    ``invert(system, K=...)`` returns an object whose ``solve`` is the inverse of the system, and
    may raise one of `FAILURES`.  The gap is how far the system is from a singular one, relative.

    >>> from numeric.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> point = equation.rescaled(c, s)
    >>> from numeric.solvers.direct import factorise
    >>> sigma, error, gap = from_vacuum(point, factorise)
    >>> sigma.shape, float(sigma[0, 0].real), gap > 1e-6
    ((5, 5), 1.0, True)
    """
    start, source, off = _split(point)
    source[0] = 0  # delta_00 = 0
    system = with_first_row(point.L, np.eye(1, start.size)[0])
    delta, error, gap = solve_refined(system, source, partial(invert, K=point.K), point.terms)
    return square(start + delta, off + error, gap)


def holds(point: Scaled, found: Found) -> bool:
    """Whether a solution that starts from the vacuum is the only one, and the vacuum not empty.

    >>> from numeric.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> point = equation.rescaled(c, s)
    >>> from numeric.solvers.direct import factorise
    >>> sigma, error, gap = from_vacuum(point, factorise)
    >>> holds(point, (sigma, error, gap))
    True
    """
    return found[2] > SINGULAR and bool(np.trace(point(found[0])).real < 1 / EMPTIEST)


def _split(point: Scaled) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """psi psi', -L psi psi' and the error of the first; the vacuum where psi is no good start.

    The source is written as in the head of this file, not as a product with L: the terms that
    cancel by (K psi)_n = 0 would leave their round-off.
    """
    psi = amplitudes(point.K)
    if not np.all(abs(psi) < LARGEST):
        vacuum = np.eye(1, len(psi) ** 2, dtype=complex)[0]
        return vacuum, -point.L @ vacuum, np.zeros(vacuum.size)
    start, back = np.outer(psi, psi.conj()), np.zeros_like(point.K)
    back[0] = (point.K[0] @ psi) * psi.conj()
    source = 1j * (back - back.conj().T).ravel() - point.jump @ start.ravel()
    # rounding moves psi as a whole: where it vanishes by interference psi psi' stays small
    off = abs(response(point.K, EPSILON * point.terms_K * psi * generic(psi.size)))
    return start.ravel(), source, np.outer(2 * abs(psi) + off, off).ravel()


def square(sigma: np.ndarray, error: np.ndarray, gap: float) -> Found:
    """A flattened density matrix as a matrix, with the error of its diagonal.

    >>> sigma, error, gap = square(np.array([1.0, 0, 0, 2]), np.zeros(4), 0.5)
    >>> sigma.shape, error.shape
    ((2, 2), (2,))
    """
    size = int(np.sqrt(sigma.size))
    sigma, error = sigma.reshape(size, size), error.reshape(size, size)
    return sigma, error.diagonal() + EPSILON * abs(sigma.diagonal()), gap


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
) -> Found:
    """The solution, its error and the relative distance to a singular system.

    The error is what the last correction corrects, and what the rounding of the elements does: on
    the diagonal, and elsewhere if they cancel, they are sums of larger ``terms``.  The distance
    is 1/|A^-1 v| for a vector v of the size of A's rows, an estimate from above of the
    inverse of the condition number (N. J. Higham, "Accuracy and Stability of Numerical
    Algorithms", chapters 7, 12 and 15).  A system that cannot be inverted has the distance
    zero, and NaN for a solution.

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
    solution = inverse.solve(source)
    for _ in range(REFINEMENTS):
        correction = inverse.solve(source - system @ solution)
        solution = solution + correction
        if np.max(abs(correction)) <= DECISIVE * np.max(abs(solution)):
            break
    # this last correction only measures the error of what it corrects
    correction = roughly(source - system @ solution)
    solution = solution + correction
    # a generic vector has a part along the near-null direction, which the solve blows up
    probe = generic(source.size)
    size = np.bincount(system.indices, abs(system.data), source.size)
    blown_up = np.max(abs(roughly(size * probe)))
    gap = 1 / blown_up if np.isfinite(blown_up) else 0.0
    rounding = EPSILON * (terms @ abs(solution)) * probe
    rounding[0] = 0  # the first row is not that of the master equation
    return solution, abs(correction) + abs(roughly(rounding)), float(gap)


def generic(size: int) -> np.ndarray:
    """Phases without a pattern: a vector that is orthogonal to nothing by chance.

    The same in every run, so that results do not depend on a random seed.

    >>> bool(np.all(generic(4) != 0)), generic(4).shape
    (True, (4,))
    """
    return np.exp(1j * np.arange(size) ** 2)
