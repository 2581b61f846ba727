"""The steady state as what the drive makes of the vacuum, plus what the jumps change.

In the scaled variables of `numeric.lindblad.scaling` the steady state is split as

    rho = psi psi' + delta,      (K psi)_n = 0 for n > 0,   psi_0 = 1,

with K the evolution between two jumps.  psi is what a weak drive makes; delta is what the
jumps change.  With e = (K psi)_0 it obeys, without approximation,

    L delta = -sum_k rate_k L_k psi psi' L_k' + i (e |0><psi| - e* |psi><0|),   delta_00 = 0,

so that an interference zero of psi does not bury delta, which fills it, under round-off.  The
equation of rho_00 follows from the others (the trace is conserved) and makes room for
delta_00 = 0; rho is normalised afterwards.  This keeps the *relative* accuracy of small
populations, which a trace equation of weight one would destroy.

How the linear system is inverted is left to the solver: `direct` factorises, `iterative` iterates.
The solution and its error are those of `numeric.solvers.refinement`.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numeric.lindblad.scaling import EPSILON, Scaled, amplitudes, response
from numeric.solvers.refinement import SINGULAR, Found, generic, solve_refined, with_first_row

# Scaled amplitude beyond which psi is no good start and |0> is taken: psi psi' would be a million
# times what it is to approximate
LARGEST = 1e3
# Population of the vacuum below which a solution that starts from it loses digits: all is counted
# in units of that population, so that six of sixteen digits are gone here
EMPTIEST = 1e-6


def from_vacuum(point: Scaled, invert: Callable[..., Any]) -> Found:
    """psi psi' + delta, its diagonal's error and the gap, with the vacuum's population one.

    ``invert(system, K=...)`` returns an object whose ``solve`` is the inverse of the system, and
    may raise one of `FAILURES`.  The gap is how far the system is from a singular one, relative.

    >>> from numeric.lindblad.liouvillian import liouvillian
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
    # where psi is dark the jumps make nothing of it: a sum that cancels, up to its round-off
    sizes = abs(point.jump) @ abs(start)
    how = partial(invert, K=point.K), point.terms, sizes
    delta, error, gap = solve_refined(system, source, *how)
    return square(start + delta, off + error, gap)


def holds(point: Scaled, found: Found) -> bool:
    """Whether a solution that starts from the vacuum is the only one, and the vacuum not empty.

    >>> from numeric.lindblad.liouvillian import liouvillian
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
