"""Whether what a solver returns is a steady state: one rule for all of them.

A steady state is Hermitian, has trace one and no negative eigenvalue, and L rho vanishes; that it
is the only one its solver says, which has the factors of L.  What is violated by more than the
error of the populations allows is not "ok".
"""

from dataclasses import replace

import numpy as np

from numeric.lindblad.scaling import EPSILON
from numeric.solvers.solution import Solution
from systems.status import Status

# Times its estimated error by which a population may be negative: an estimate is no bound, but the
# tests find none of the solvers off by more against another one
BEYOND = 10
# Of the eigenvalues of rho, whose elements are at most one: a few per state, for some 1,000 states
ROUNDING = 1e4 * EPSILON
# Largest |L rho|/(|L| |rho|): half of the digits; a solver that has not failed leaves round-off
BALANCED = 1e-8


def judged(found: Solution) -> Solution:
    """The solution with the status that its matrices deserve; NaN where that is not "ok".

    "not converged" is a matrix that does not solve the equation (`BALANCED`), "not resolved" one
    that is no density matrix to within its errors (`BEYOND`).  Without matrices nothing can be
    judged.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> def found(*populations):
    ...     on = Space([BosonOp("a")], len(populations) - 1)
    ...     rho = np.diag(populations) + 0j
    ...     return Solution.of(on, rho, np.zeros(on.size), 0.0, "ok", "by hand")
    >>> judged(found(1.25, -0.25)).status  # trace one, but no density matrix
    array(['not resolved'], dtype=object)
    """
    if found.rho is None:
        return found
    status = found.status.copy()
    rho = (found.rho + np.conj(np.swapaxes(found.rho, 1, 2))) / 2
    bent = np.max(abs(found.rho - rho), axis=(1, 2))
    (some,) = np.nonzero(status == Status.OK)
    status[some] = _words(rho[some], found.error[some], bent[some], found.residual[some])
    bad = status != Status.OK
    error, residual = found.error.copy(), found.residual.copy()
    rho[bad], error[bad], residual[bad] = np.nan, np.nan, np.nan
    populations = np.diagonal(rho, axis1=1, axis2=2).real
    return replace(
        found, populations=populations, rho=rho, error=error, residual=residual, status=status
    )


def _words(
    rho: np.ndarray, error: np.ndarray, bent: np.ndarray, residual: np.ndarray
) -> np.ndarray:
    """The word for each matrix: finite and balanced, Hermitian, of trace one, positive.

    ``bent`` is by how much it was not Hermitian.
    """
    words = np.full(len(rho), None)
    words[:] = Status.OK
    there = np.isfinite(rho).all(axis=(1, 2)) & (residual < BALANCED)
    allowed = BEYOND * np.sum(error, axis=1) + ROUNDING
    off = abs(np.einsum("pii->p", rho) - 1)
    lowest = np.zeros(len(rho))
    lowest[there] = np.linalg.eigvalsh(rho[there])[:, 0]
    bad = (bent > allowed) | (off > allowed) | (lowest < -allowed)
    bad |= ~is_positive(np.einsum("pii->pi", rho).real, error)
    words[bad] = Status.NOT_RESOLVED
    words[~there] = Status.NOT_CONVERGED
    return words


def is_positive(populations: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Whether no population is negative beyond its error, per point.

    ``populations`` and ``error`` have the shape (points, states); see `BEYOND` for what is
    allowed.

    >>> is_positive(np.array([[1.0, -1e-18], [1.0, -1e-10]]), np.full((2, 2), 1e-16)).tolist()
    [True, False]
    """
    return np.asarray(np.all(populations >= -BEYOND * error, axis=-1))
