"""Steady states of large truncations: iteration over the quantum jumps.

Without jumps the master equation is a Sylvester equation of the small matrix K,

    S X = -i (K X - X K') = F,

solved in the eigenbasis of K at the price of a few products of small matrices.  What it leaves
out, the jumps, is small at weak drive; GMRES (Y. Saad, "Iterative Methods for Sparse Linear
Systems", chapters 6 and 9) with S^-1 as the preconditioner takes some ten steps there and some
fifty at strong drive, where an LU factorisation of L (states^2 unknowns) takes seconds or does
not fit.

S has a null vector of its own, psi psi' with K psi = e |0>.  In the basis (psi, |1>, |2>, ...)

    K - e |0><0|  =  ( 0  k  )        k = K_0b,   K_r = K_bb - psi_b k,
                     ( 0  K_r ),

the rest follows block by block; the element X_00 is free, as it has to be
(`numeric.solvers.vacuum` fixes it), and the equation of that element is dropped.
"""

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import LinearOperator, gmres

from numeric.liouvillian import Liouvillian
from numeric.scaling import amplitudes
from numeric.solvers.solution import Solution, unscaled
from numeric.solvers.vacuum import from_vacuum, holds
from systems.status import Status

# Steps of GMRES before it starts afresh, and how often: strong drives took some fifty in all
STEPS, RESTARTS = 60, 3
# Of the residual by one solve, which is refined twice: three times that is beyond the round-off
REDUCTION = 1e-10
ROUGH = 1e-2  # the same for an error
FAILED = 1e-6  # what a solve must at least reduce it to: two refinements square it twice


def solve_point(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """The steady state at one point: a row of coefficients and its scale.

    "not converged" where GMRES fails, or the vacuum is nearly empty.

    >>> from numeric.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> found = solve_point(equation, c, s)
    >>> found.populations.shape, str(found.solver[0])
    ((1, 5), 'iterative')
    """
    point = equation.rescaled(c, s)
    found = from_vacuum(point, Iteration)
    status = Status.OK if holds(point, found) else Status.NOT_CONVERGED
    return unscaled(equation.space, point, found[0], found[1], status, "iterative")


class Iteration:
    """A linear system L X = F, but X_00 = F_00, solved by preconditioned GMRES.

    It has the ``solve`` of a factorisation, and is made from the same arguments as
    `direct.factorise`.

    >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
    >>> system = csc_array(np.eye(4) * 2.0 + 0j)
    >>> Iteration(system, K).solve(np.array([2.0, 0, 0, 4.0])).round(9).real + 0
    array([1., 0., 0., 2.])
    """

    def __init__(self, system: csc_array, K: np.ndarray) -> None:
        self.system = system
        self.inverse = LinearOperator(system.shape, NoJumps(K), dtype=complex)

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution; NaN if GMRES does not find it.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> Iteration(csc_array((4, 4), dtype=complex), K).solve(np.ones(4)).real  # singular
        array([nan, nan, nan, nan])
        """
        return self._solve(source, REDUCTION, FAILED)

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The solution to two digits, as is enough for an error."""
        return self._solve(source, ROUGH, ROUGH * 10)

    def _solve(self, source: np.ndarray, reduction: float, failed: float) -> np.ndarray:
        limits = {"restart": STEPS, "maxiter": RESTARTS, "rtol": reduction, "atol": 0}
        with np.errstate(all="ignore"):  # a failure is judged by what it leaves
            found, _ = gmres(self.system, source, M=self.inverse, **limits)
            left = np.linalg.norm(source - self.system @ found)
        # near round-off GMRES stagnates before it reaches its tolerance, which does no harm
        return found if left <= failed * np.linalg.norm(source) else np.full_like(found, np.nan)


class NoJumps:
    """The inverse of S, but with X_00 = F_00; it acts on flattened matrices.

    Raises `RuntimeError` where K has a second state that does not decay.  Near an exceptional
    point of K the eigenvectors are nearly parallel and it is a poor preconditioner, not a wrong
    result.

    >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
    >>> X = NoJumps(K)(np.array([1, 0, 0, 0.2 + 0j])).reshape(2, 2)
    >>> made = -1j * (K @ X - X @ K.conj().T)
    >>> bool(abs(made[1, 1] - 0.2) < 1e-3)  # up to what X_00 = 1 brings along
    True
    """

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
