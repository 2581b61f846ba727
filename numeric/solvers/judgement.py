"""What makes a matrix a steady state: judged once, for whichever solver found it.

A steady state is Hermitian, has trace one and no negative eigenvalue, and L rho vanishes; that it
is the only one its solver says, which has the factors of L.  What is violated by more than the
error of the populations allows is not "ok".
"""

from dataclasses import replace

import numpy as np

from numeric.solvers.direct import EPSILON, Solution
from systems.status import Status

BEYOND = 10  # times its estimated error by which a population may be negative
ROUNDING = 1e4 * EPSILON  # of the eigenvalues of rho, whose elements are at most one
BALANCED = 1e-8  # largest |L rho|/(|L| |rho|)


def judged(found: Solution) -> Solution:
    """The solution with the status that its matrices deserve; NaN where that is not "ok"."""
    status = found.status.copy()
    good = np.flatnonzero(status == Status.OK)
    rho = (found.rho + np.conj(np.swapaxes(found.rho, 1, 2))) / 2
    bent = np.max(abs(found.rho - rho), axis=(1, 2))
    for point in good:
        status[point] = _word(rho[point], found.error[point], bent[point], found.residual[point])
    bad = status != Status.OK
    error, residual = found.error.copy(), found.residual.copy()
    rho[bad], error[bad], residual[bad] = np.nan, np.nan, np.nan
    return replace(found, rho=rho, error=error, residual=residual, status=status)


def _word(rho: np.ndarray, error: np.ndarray, bent: float, residual: float) -> Status:
    if not (np.isfinite(rho).all() and residual < BALANCED):
        return Status.NOT_CONVERGED
    allowed = BEYOND * np.sum(error) + ROUNDING
    if bent > allowed or abs(np.trace(rho) - 1) > allowed:
        return Status.NOT_RESOLVED
    if np.linalg.eigvalsh(rho)[0] < -allowed:
        return Status.NOT_RESOLVED
    return Status.OK if is_positive(rho.diagonal().real, error) else Status.NOT_RESOLVED


def is_positive(populations: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Whether no population is negative beyond its error, per point."""
    return np.asarray(np.all(populations >= -BEYOND * error, axis=-1))
