"""Steady states of large truncations: iteration over the quantum jumps.

Without jumps the master equation is a Sylvester equation of the small matrix K,

    S X = -i (K X - X K') = F,

solved in the eigenbasis of K at the price of a few products of small matrices.  What it leaves
out, the jumps, is small at weak drive; GMRES with S^-1 as the preconditioner takes some ten
steps there and some fifty at strong drive, where an LU factorisation of L (states^2 unknowns)
takes seconds or does not fit.

S has a null vector of its own, psi psi' with K psi = e |0>.  In the basis (psi, |1>, |2>, ...)

    K - e |0><0|  =  ( 0  k  )        k = K_0b,   K_r = K_bb - psi_b k,
                     ( 0  K_r ),

the rest follows block by block; the element X_00 is free, as it has to be (`numeric.solvers.direct`
fixes it), and the equation of that element is dropped.
"""

from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import LinearOperator, gmres

from numeric.liouvillian import Liouvillian
from numeric.solvers.direct import (
    EMPTIEST,
    FACTORABLE,
    SINGULAR,
    Solution,
    finish,
    from_vacuum,
    solve_each,
)
from numeric.solvers.direct import solve_point as solve_directly
from numeric.solvers.scaled import amplitudes, rescaled
from systems.status import Status
from systems.values import Arrays

STEPS, RESTARTS = 60, 3
REDUCTION = 1e-10  # of the residual by one solve, which is then refined
FAILED = 1e-6  # what a solve must at least reduce it to


def solve(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states for arrays of one dimension; "direct" takes over where GMRES fails."""
    return solve_each(equation, arrays, solve_point)


def solve_point(equation: Liouvillian, c: np.ndarray, s: float) -> tuple[Any, ...]:
    """The fields of a `Solution` at one point."""
    point = rescaled(equation, c, s)
    sigma, error, gap = from_vacuum(point, Iteration)
    if gap > SINGULAR and np.trace(point(sigma)).real < 1 / EMPTIEST:
        return finish(point, sigma, error, Status.OK, "iterative")
    if equation.space.size**2 <= FACTORABLE:
        return solve_directly(equation, c, s)
    return finish(point, sigma, error, Status.NOT_CONVERGED, "iterative")


class Iteration:
    """A linear system L X = F, but X_00 = F_00, solved by preconditioned GMRES."""

    def __init__(self, system: csc_array, K: np.ndarray) -> None:
        self.system = system
        self.inverse = LinearOperator(system.shape, NoJumps(K), dtype=complex)

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution; NaN if GMRES does not find it."""
        limits = {"restart": STEPS, "maxiter": RESTARTS, "rtol": REDUCTION, "atol": 0}
        with np.errstate(all="ignore"):  # a failure is judged by what it leaves
            found, _ = gmres(self.system, source, M=self.inverse, **limits)
            left = np.linalg.norm(source - self.system @ found)
        # near round-off GMRES stagnates before it reaches its tolerance, which does no harm
        return found if left <= FAILED * np.linalg.norm(source) else np.full_like(found, np.nan)


class NoJumps:
    """The inverse of S, but with X_00 = F_00."""

    def __init__(self, K: np.ndarray) -> None:
        psi = amplitudes(K)
        if not np.isfinite(psi).all():
            raise RuntimeError("The evolution without jumps has a second stationary state.")
        self.psi, self.row = psi[1:], K[0, 1:]
        self.values, self.vectors = np.linalg.eig(K[1:, 1:] - np.outer(self.psi, self.row))
        self.inverse = np.linalg.inv(self.vectors)

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        F, psi = flat.reshape(len(self.psi) + 1, -1), self.psi
        inner = F[1:, 1:] - np.outer(psi, F[0, 1:]) - np.outer(F[1:, 0], psi.conj())
        inner = self._sylvester(inner)
        column = self._solve(1j * F[1:, 0] + inner @ self.row.conj())
        row = self._solve(1j * F[0, 1:].conj() + inner.conj().T @ self.row.conj()).conj()
        X = np.empty_like(F)
        X[0, 0], X[0, 1:], X[1:, 0] = 0, row, column
        X[1:, 1:] = inner + np.outer(psi, row) + np.outer(column, psi.conj())
        whole = np.append(1, psi)
        return (X + F[0, 0] * np.outer(whole, whole.conj())).ravel()

    def _sylvester(self, F: np.ndarray) -> np.ndarray:
        """X with -i (K_r X - X K_r') = F."""
        inside = 1j * (self.inverse @ F @ self.inverse.conj().T)
        inside /= np.subtract.outer(self.values, self.values.conj())
        return self.vectors @ inside @ self.vectors.conj().T

    def _solve(self, f: np.ndarray) -> np.ndarray:
        """x with K_r x = f."""
        return self.vectors @ (self.inverse @ f / self.values)
