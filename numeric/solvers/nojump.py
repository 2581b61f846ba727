"""The state between two quantum jumps: three approximations that are not the master equation.

    i d psi/dt = K psi,    K = H - (i/2) sum_k rate_k L_k' L_k

has no stationary state but zero.  What is called its steady state is one of

- "unnormalised": psi_0 = 1 and (K psi)_n = 0 for n > 0: the vacuum's own equation is dropped,
  the back-action of every amplitude on the lower ones is kept; probabilities are |psi_n|^2;
- "normalised": the same, divided by its norm;
- "slowest": the eigenvector of K that decays most slowly, normalised: what is left after a long
  time without any jump.

They lack what the jumps feed back, which fills the interference zeros of psi.
"""

from functools import partial

import numpy as np

from numeric.lindblad.liouvillian import Liouvillian
from numeric.lindblad.scaling import EPSILON, Scaled, amplitudes
from numeric.solvers.solution import Solution, each
from systems.status import Status
from systems.values import Arrays

KINDS = ("unnormalised", "normalised", "slowest")
# Roundings that the largest amplitude is wrong by: a bound for the few hundred products of a
# solve with partial pivoting and one step of refinement
ROUNDINGS = 10


def solve(equation: Liouvillian, arrays: Arrays, kind: str) -> Solution:
    """States of one of the `KINDS` for arrays of one dimension, each on its own.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> found = solve(liouvillian(kerr.MODEL, 2), arrays, "unnormalised")
    >>> found.populations[0, :2].round(4)  # C_0 = 1, |C_1|^2 near (2 xi/gamma)^2
    array([1.  , 0.04])
    """
    return each(partial(solve_point, equation, kind=kind), *equation.rows(arrays))


def solve_point(equation: Liouvillian, c: np.ndarray, s: float, kind: str) -> Solution:
    """The state at one point: a row of coefficients and its scale.

    "not unique" where K has a second state that does not decay.  The error counts round-off only:
    what the jumps would change is the approximation itself.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> found = solve_point(equation, c, s, kind="normalised")
    >>> round(float(found.populations.sum()), 12)
    1.0
    """
    point, on = equation.rescaled(c, s), equation.space
    scaled_psi = _slowest(point.K) if kind == "slowest" else amplitudes(point.K)
    if not np.isfinite(scaled_psi).all():
        return Solution.none(on, np.arange(1), Status.NOT_UNIQUE, kind)
    psi = point.shrink * scaled_psi
    norm = 1.0 if kind == "unnormalised" else np.linalg.norm(psi)
    # every scaled amplitude carries the round-off of the largest one
    error = ROUNDINGS * EPSILON * np.max(abs(scaled_psi)) * point.shrink / norm
    rho = np.outer(psi, psi.conj()) / norm**2
    error = error * (2 * abs(psi) / norm + error)
    return Solution.of(on, rho, error, _residual(point, scaled_psi, kind), Status.OK, kind)


def _residual(point: Scaled, psi: np.ndarray, kind: str) -> float:
    """How well (K psi)_n = 0 for n > 0 is solved, or K psi = value psi, relative to its terms."""
    driven = point.K @ psi
    if kind == "slowest":  # psi_0 = 1: the eigenvalue is (K psi)_0
        driven = driven - driven[0] * psi
    balance = np.max(abs(point.K) @ abs(psi))
    return float(np.max(abs(driven[1:]), initial=0.0) / (balance or 1.0))


def _slowest(K: np.ndarray) -> np.ndarray:
    """The eigenvector of K whose eigenvalue has the largest imaginary part, with psi_0 = 1."""
    values = np.linalg.eigvals(K)
    # one step of inverse iteration restores the digits of the small amplitudes
    return amplitudes(K - values[np.argmax(values.imag)] * np.eye(len(K)))
