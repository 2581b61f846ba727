"""Steady states of large truncations: iteration over the quantum jumps.

Without jumps the master equation is a Sylvester equation of the small matrix K,

    S X = -i (K X - X K') = F,

solved in the eigenbasis of K at the price of a few products of small matrices.  What it leaves
out, the jumps J, is small at weak drive; GMRES (Y. Saad, "Iterative Methods for Sparse Linear
Systems", chapters 6 and 9) for

    (S + J) S^-1 Y = Y + J S^-1 Y = F,    X = S^-1 Y,

takes some ten steps there and some fifty at strong drive, where an LU factorisation of L
(states^2 unknowns) takes seconds or does not fit.  A step costs S^-1 and J; L itself is only needed
for what is left in the end.

The unit s of an amplitude (`numeric.scaling`) counts here.  Where s is far below the amplitudes
that there are, as of bright light around an amplitude, the eigenvectors of the scaled K are nearly
parallel and S^-1 loses digits: s is raised until they are not (`well_scaled`).

S has a null vector of its own, psi psi' with K psi = e |0>.  In the basis (psi, |1>, |2>, ...)

    K - e |0><0|  =  ( 0  k  )        k = K_0b,   K_r = K_bb - psi_b k,
                     ( 0  K_r ),

the rest follows block by block; the element X_00 is free, as it has to be
(`numeric.solvers.vacuum` fixes it), and the equation of that element is dropped.  What e makes,
and the equation that is dropped here, is counted with the jumps.
"""

from copy import copy
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array, csr_array
from scipy.sparse.linalg import LinearOperator, gmres

from numeric.liouvillian import Liouvillian
from numeric.scaling import Scaled, amplitudes
from numeric.solvers.refinement import FAILURES
from numeric.solvers.solution import Solution, unscaled
from numeric.solvers.vacuum import from_vacuum, holds
from systems.status import Status

# Steps of GMRES before it starts afresh, and how often: strong drives took some fifty in all
STEPS, RESTARTS = 60, 3
# Of the residual by one solve, which is refined twice: three times that is beyond the round-off
REDUCTION = 1e-10
CORRECTION = 1e-4  # the same of a correction to that, whose own error is corrected once more
ROUGH = 1e-2  # the same for an error
FAILED = 1e-6  # what a solve must at least reduce it to: two refinements square it twice
# Condition of an eigenvalue of K up to which its vectors are good: weak drives have 3 to 6 whatever
# the cut; 1e3 takes half again as many steps as 10, 1e5 four times as many, and 1e7 fails
SKEW = 30.0
SCALES = 25  # that are tried between s and one


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
    try:
        point, inverse = well_scaled(equation.rescaled(c, s))
    except FAILURES:
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, "iterative")

    def invert(system: csc_array, K: np.ndarray) -> Iteration:
        return Iteration(system, point.jump, inverse)

    found = from_vacuum(point, invert)
    status = Status.OK if holds(point, found) else Status.NOT_CONVERGED
    return unscaled(equation.space, point, found[0], found[1], status, "iterative")


def well_scaled(point: Scaled) -> tuple[Scaled, "NoJumps"]:
    """The point with s raised as far as the eigenvectors of K ask for, and its S^-1.

    >>> from numeric.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> weak = equation.rescaled(c, s)
    >>> well_scaled(weak)[0] is weak, well_scaled(weak.with_scale(1e-4))[0].s > 1e-3
    (True, True)
    """
    inverse = NoJumps(point.K)
    for s in np.geomspace(point.s, 1.0, SCALES):
        better = inverse.with_scale(s / point.s, point.grades)
        if better.skew <= SKEW:
            break
    return (point, inverse) if s == point.s else (point.with_scale(float(s)), better)


class Iteration:
    """A linear system (S + J) X = F, but X_00 = F_00, solved by preconditioned GMRES.

    ``system`` is the whole, ``jump`` is J (its first row does not count) and ``inverse`` S^-1.  It
    has the ``solve`` of a factorisation.

    >>> K, one = np.array([[0, 0.1], [0.1, 1 - 0.5j]]), np.eye(2)
    >>> system = -1j * (np.kron(K, one) - np.kron(one, K.conj()))  # no jumps
    >>> system[0] = [1, 0, 0, 0]
    >>> X = Iteration(csc_array(system), csc_array((4, 4)), NoJumps(K)).solve(system[:, 3])
    >>> abs(X.round(9))
    array([0., 0., 0., 1.])
    """

    def __init__(self, system: csc_array, jump: csc_array, inverse: "NoJumps") -> None:
        self.system, self.exact = system, _Steps(csr_array(jump, dtype=complex), inverse)
        # at half the price, for what needs few digits
        self.quick = _Steps(csr_array(jump, dtype=np.complex64), inverse.rounded())

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution; NaN if GMRES does not find it.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> empty = csc_array((4, 4), dtype=complex)
        >>> Iteration(empty, empty, NoJumps(K)).solve(np.ones(4)).real  # singular
        array([nan, nan, nan, nan])
        """
        return self._solve(source, REDUCTION, FAILED, self.exact)

    def again(self, source: np.ndarray) -> np.ndarray:
        """The solution for what another one left: few digits of a small correction."""
        return self._quickly(source, CORRECTION, ROUGH)

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The solution to two digits, as is enough for an error."""
        return self._quickly(source, ROUGH, ROUGH * 10)

    def _quickly(self, source: np.ndarray, reduction: float, failed: float) -> np.ndarray:
        """The solution in single precision; in double where that does not do."""
        found = self._solve(source, reduction, failed, self.quick)
        if np.isnan(found).any():
            return self._solve(source, reduction, failed, self.exact)
        return found

    def _solve(
        self, source: np.ndarray, reduction: float, failed: float, steps: "_Steps"
    ) -> np.ndarray:
        found, left, size = np.zeros_like(source), source, np.linalg.norm(source)
        with np.errstate(all="ignore"):  # a failure is judged by what it leaves
            for _ in range(RESTARTS):
                before = np.linalg.norm(left)
                if not before > reduction * size:
                    break
                found = found + steps(left / before, float(reduction * size / before)) * before
                left = source - self.system @ found
                # near round-off it stagnates before it reaches its tolerance, which does no harm
                if not np.linalg.norm(left) < before / 2:
                    break
        return found if np.linalg.norm(left) <= failed * size else np.full_like(found, np.nan)


@dataclass(frozen=True)
class _Steps:
    """Some steps of GMRES, in the precision of the parts that it is made of."""

    jump: csr_array
    inverse: "NoJumps"

    def __call__(self, source: np.ndarray, wanted: float) -> np.ndarray:
        """What solves for a source of norm one up to a norm that is wanted, in `STEPS` at most."""
        number = self.jump.dtype
        whole = LinearOperator((source.size,) * 2, lambda y: y + self._jumped(y), dtype=number)
        found, _ = gmres(
            whole, source.astype(number), restart=STEPS, maxiter=1, rtol=wanted, atol=0
        )
        return self.inverse(found.astype(number))

    def _jumped(self, flat: np.ndarray) -> np.ndarray:
        """J S^-1 of a flattened matrix; the equation of X_00 has no jumps."""
        X = self.inverse(flat)
        made = self.jump @ X + self.inverse.left_out(X)
        made[0] = 0
        return made


class NoJumps:
    """The inverse of S, but with X_00 = F_00; it acts on flattened matrices.

    Raises `RuntimeError` where K has a second state that does not decay.  Near an exceptional
    point of K the eigenvectors are nearly parallel and it is a poor preconditioner, not a wrong
    result.  ``skew`` is the largest condition of an eigenvalue (G. H. Golub and C. F. Van Loan,
    "Matrix Computations", section 7.2: |left| |right| over their product), one if all vectors are
    orthogonal.

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
        self.psi, self.row, self.energy = psi[1:], K[0, 1:], K[0] @ psi
        self.values, self.vectors = np.linalg.eig(K[1:, 1:] - np.outer(self.psi, self.row))
        self.inverse = np.linalg.inv(self.vectors)

    @property
    def skew(self) -> float:
        sizes = np.linalg.norm(self.vectors, axis=0) * np.linalg.norm(self.inverse, axis=1)
        return float(np.max(sizes, initial=1.0))

    def with_scale(self, ratio: float, grades: np.ndarray) -> "NoJumps":
        """The same for K scaled by another s, that many times as large (`Scaled.with_scale`).

        >>> K, scaled = np.array([[0, 0.1], [0.1, 1j]]), np.array([[0, 0.2], [0.05, 1j]])
        >>> both = NoJumps(K).with_scale(2, np.arange(2)), NoJumps(scaled)
        >>> bool(np.allclose(*(inverse(np.arange(4) + 0j) for inverse in both)))
        True
        """
        factor, other = float(ratio) ** grades[1:], copy(self)
        other.psi, other.row = self.psi / factor, self.row * factor
        other.vectors, other.inverse = self.vectors / factor[:, None], self.inverse * factor
        return other

    def __call__(self, flat: np.ndarray) -> np.ndarray:
        F, psi = flat.reshape(len(self.psi) + 1, -1), self.psi
        inner = F[1:, 1:] - np.outer(psi, F[0, 1:])
        inner -= np.outer(F[1:, 0], psi.conj())
        inner = self._sylvester(inner)
        column = self._solve(1j * F[1:, 0] + inner @ self.row.conj())
        row = self._solve(1j * F[0, 1:].conj() + inner.conj().T @ self.row.conj()).conj()
        X = np.empty_like(F)
        X[0, 0], X[0, 1:], X[1:, 0] = 0, row, column
        inner += np.outer(psi, row)
        np.add(inner, np.outer(column, psi.conj()), out=X[1:, 1:])
        if F[0, 0]:
            X += np.outer(F[0, 0] * self._whole, self._whole.conj())
        return X.ravel()

    @property
    def _whole(self) -> np.ndarray:
        """psi with the vacuum."""
        return np.append(self.psi.dtype.type(1), self.psi)

    def rounded(self) -> "NoJumps":
        """The same in single precision.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> NoJumps(K).rounded()(np.ones(4, dtype=np.complex64)).dtype
        dtype('complex64')
        """
        other = copy(self)
        with np.errstate(over="ignore"):  # what leaves the range is solved in double precision
            for name in ("psi", "row", "energy", "values", "vectors", "inverse"):
                setattr(other, name, getattr(self, name).astype(np.complex64))
        return other

    def left_out(self, flat: np.ndarray) -> np.ndarray:
        """S X - F of an X that was found for F, but for the element 00: the parts with e and psi.

        The equation that is dropped is that of psi psi'.

        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> F = np.array([0, 0.1, 0.1, 0.2 + 0j])
        >>> inverse = NoJumps(K)
        >>> X = inverse(F)
        >>> SX = -1j * (K @ X.reshape(2, 2) - X.reshape(2, 2) @ K.conj().T).ravel()
        >>> bool(np.allclose((SX - F)[1:], inverse.left_out(X)[1:]))
        True
        """
        X, psi, row = flat.reshape(len(self.psi) + 1, -1), self._whole, self.row
        column, across = X[1:, 0] - self.psi * X[0, 0], X[0, 1:] - self.psi.conj() * X[0, 0]
        dropped = -1j * (row @ column - across @ row.conj())
        made = np.outer(dropped * psi, psi.conj())
        made[0] -= 1j * self.energy * X[0]
        made[:, 0] += 1j * np.conj(self.energy) * X[:, 0]
        return made.ravel()

    def _sylvester(self, F: np.ndarray) -> np.ndarray:
        """X with -i (K_r X - X K_r') = F."""
        inside = self.inverse @ F @ self.inverse.conj().T
        inside /= np.subtract.outer(-1j * self.values, -1j * self.values.conj())
        return self.vectors @ inside @ self.vectors.conj().T

    def _solve(self, f: np.ndarray) -> np.ndarray:
        """x with K_r x = f."""
        return self.vectors @ (self.inverse @ f / self.values)
