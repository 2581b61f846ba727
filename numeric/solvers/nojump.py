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

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from numeric.liouvillian import Liouvillian
from numeric.solvers.direct import EPSILON, Solution, solve_each
from numeric.solvers.scaled import amplitudes, rescaled
from systems.status import Status
from systems.values import Arrays


def _solve(equation: Liouvillian, arrays: Arrays, kind: str) -> Solution:
    return solve_each(equation, arrays, partial(_solve_point, kind=kind))


def _solve_point(equation: Liouvillian, c: np.ndarray, s: float, kind: str) -> tuple[Any, ...]:
    point = rescaled(equation, c, s)
    scaled_psi = _slowest(point.K) if kind == "slowest" else amplitudes(point.K)
    if not np.isfinite(scaled_psi).all():
        nothing = np.full(point.K.shape, np.nan)
        return nothing, nothing[0], np.nan, Status.NOT_UNIQUE, kind
    psi = point.shrink * scaled_psi
    norm = 1.0 if kind == "unnormalised" else np.linalg.norm(psi)
    # every scaled amplitude carries the round-off of the largest one
    error = 10 * EPSILON * np.max(abs(scaled_psi)) * point.shrink
    driven = point.K @ scaled_psi
    if kind == "slowest":  # psi_0 = 1: the eigenvalue is (K psi)_0
        driven = driven - driven[0] * scaled_psi
    balance = np.max(abs(point.K) @ abs(scaled_psi))
    residual = np.max(abs(driven[1:]), initial=0.0) / (balance or 1.0)
    psi, error = psi / norm, error / norm
    return (
        np.outer(psi, psi.conj()),
        error * (2 * abs(psi) + error),
        float(residual),
        Status.OK,
        kind,
    )


def _slowest(K: np.ndarray) -> np.ndarray:
    values = np.linalg.eigvals(K)
    # one step of inverse iteration restores the digits of the small amplitudes
    return amplitudes(K - values[np.argmax(values.imag)] * np.eye(len(K)))


KINDS: dict[str, Callable[[Liouvillian, Arrays], Solution]] = {
    kind: partial(_solve, kind=kind) for kind in ("unnormalised", "normalised", "slowest")
}
