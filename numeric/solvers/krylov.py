"""GMRES whose steps are kept: what every solve of one equation leaves to those after it.

Y. Saad, "Iterative Methods for Sparse Linear Systems", chapters 6 and 9.  Steps are made in single
precision as long as that reduces what is left, which is known in double.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from scipy.linalg import solve_triangular

Map: TypeAlias = Callable[[np.ndarray], np.ndarray]

ROUNDS = 8  # of steps for one solve, at most: strong drives take three of some twenty steps
SLOW = 0.1  # to what a round has to reduce what is left, for single precision to be kept
# Steps of one solve at most: pairs far above their threshold, in 484 states, gain a digit in 90 and
# three more in the next 30.  Those that are kept, and bytes that they may take: strong drives take
# 60 to 160 for all solves of a point together, such pairs 300; fewer than `FEWEST` are no use
STEPS, KEPT, FEWEST, MEMORY = 160, 300, 80, 2**30
ROOM = 20  # for so many more a solve uses what is kept; with less it starts afresh
# To what steps in single precision reduce what is left at best: its round-off, with room for
# eigenvectors that are not orthogonal
DIGITS = 1e-4
# Of what was left a step before, up to which residuals are good steps: where they stagnate they are
# nearly parallel, and the last row of Q is the step, as in Arnoldi's process
FALLING = 0.9
ENOUGH = 0.7  # of a vector that Gram and Schmidt leave, to be orthogonal: Saad, section 6.3.2


class Rounds:
    """x with A x = f, by rounds of steps: those of ``first``, and of ``second()`` where they fail.

    >>> A = np.diag([1.0, 2.0, 4.0])
    >>> single = Krylov(A.astype(np.float32).dot, 3, np.float32)
    >>> solve = Rounds(A.dot, single, lambda: Krylov(A.dot, 3, np.float64))
    >>> solve(np.ones(3), 1e-12, 1e-9).round(11).tolist()
    [1.0, 0.5, 0.25]
    """

    def __init__(self, system: Map, first: "Krylov", second: Callable[[], "Krylov"]) -> None:
        self.system, self._steps, self._second = system, first, second

    def __call__(self, source: np.ndarray, reduction: float, failed: float) -> np.ndarray:
        """x to a relative residual of ``reduction``, NaN where it is above ``failed``."""
        size = before = float(np.linalg.norm(source))
        found, left = np.zeros_like(source), source
        with np.errstate(all="ignore"):  # a failure is judged by what it leaves
            for _ in range(ROUNDS):
                if not before > reduction * size:
                    break
                slow, asked = SLOW * before, min(SLOW, reduction * size / before) / 2
                more = found + before * self._steps(left / before, asked)
                rest = source - self.system(more)
                after = float(np.linalg.norm(rest))
                if after < before:
                    found, left, before = more, rest, after
                # near round-off it stagnates before it reaches its tolerance, which does no harm
                if not after < slow and not self._steps.cut and not self._doubled():
                    break
        return found if before <= failed * size else np.full_like(found, np.nan)

    def _doubled(self) -> bool:
        """Whether there is another precision, and if so it is taken from now on."""
        if single := self._steps.is_single:
            self._steps = self._second()
        return single


class Krylov:
    """Some steps of GMRES for A = L S^-1, which serve the sources that come later as well.

    L is the ``system``, and S^-1 the ``inverse`` of its main part, if any is known.  A p = Q R
    holds for all steps so far, with orthonormal rows of Q, so that for any source f the part of it
    in their span is solved for at once, and p = f - Q Q'f, scaled, is the next step: the residual,
    as in "simpler GMRES" (H. F. Walker and L. Zhou, Numer. Linear Algebra Appl. 1, 571 (1994); P.
    Jiranek, M. Rozloznik and M. H. Gutknecht, SIAM J. Matrix Anal. Appl. 30, 1483 (2008), for its
    stability).  Vectors have the type ``number``, single precision or double, real or complex.

    >>> A, f = np.diag([1.0, 2.0, 4.0]), np.ones(3)
    >>> steps = Krylov(A.dot, 3, np.float64)
    >>> x, count = steps(f, 1e-9), steps.count
    >>> x.round(6).tolist(), steps(f, 1e-9).round(6).tolist(), steps.count == count
    ([1.0, 0.5, 0.25], [1.0, 0.5, 0.25], True)
    """

    def __init__(self, system: Map, size: int, number: type, inverse: Map | None = None) -> None:
        self.system, self.inverse = system, inverse or np.asarray
        self.number, self.count = np.dtype(number), 0
        self.cut = False  # whether there was no room for all steps of the last solve
        self.most = int(np.clip(MEMORY // (2 * size * self.number.itemsize), FEWEST, KEPT))
        self._p, self._q = np.empty((2, self.most, size), dtype=self.number)
        self._r = self._parts(self.most)

    def __call__(self, source: np.ndarray, wanted: float) -> np.ndarray:
        """What solves for a source of norm one up to a norm that is wanted, in `STEPS` at most."""
        if self.count > self.most - ROOM:
            self.count = 0
        if self.is_single:
            wanted = max(wanted, DIGITS)
        left = source.astype(self.number)
        parts, begun = self._parts(), self.count
        last = min(begun + STEPS, self.most)
        left -= self._project(left, parts)
        before = np.inf
        while (size := float(np.linalg.norm(left))) > wanted and self.count < last:
            falls = size <= FALLING * before
            if not self._step(left / size if falls else self._q[self.count - 1]):
                break
            before = size
            q, k = self._q[self.count - 1], self.count - 1
            parts[k] = np.vdot(q, left)
            left -= parts[k].astype(self.number) * q
        n = self.count
        self.cut = n == self.most < begun + STEPS
        steps = solve_triangular(self._r[:n, :n], parts[:n], check_finite=False)
        return self.inverse(steps.astype(self.number) @ self._p[:n])

    @property
    def is_single(self) -> bool:
        """Whether its vectors are in single precision."""
        return bool(np.finfo(self.number).bits == 32)

    def _parts(self, *more: int) -> np.ndarray:
        """Coefficients of all steps, in double precision."""
        return np.zeros((self.most, *more), dtype=np.result_type(self.number, np.float64))

    def _step(self, p: np.ndarray) -> bool:
        """One more row of P and Q, and column of R, if there is anything new in A p."""
        k, parts = self.count, self._parts()
        made = self.system(self.inverse(p))
        before = float(np.linalg.norm(made))
        made -= self._project(made, parts)
        if not np.linalg.norm(made) > ENOUGH * before:
            made -= self._project(made, parts)
        parts[k] = size = float(np.linalg.norm(made))
        if not 0 < size < np.inf:
            return False
        np.divide(made, size, out=self._q[k])
        self._p[k], self._r[:, k], self.count = p, parts, k + 1
        return True

    def _project(self, x: np.ndarray, parts: np.ndarray) -> np.ndarray:
        """The part of x in the span of Q, whose coefficients are added to ``parts``."""
        q = self._q[: self.count]
        found = np.conj(q @ x.conj())  # no copy of Q is made
        parts[: self.count] += found
        return np.asarray(found @ q)
