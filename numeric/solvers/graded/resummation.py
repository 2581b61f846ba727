"""The sum of the sweeps where they diverge, or are many: strong drive of several modes.

A sweep turns one correction into the next, delta_(s+1) = T delta_s, and the steady state is the sum

    rho = psi psi' + delta,    (1 - T) delta = T psi psi',

whether or not the series 1 + T + T^2 + ... converges (`numeric.solvers.graded.sweeps`).  GMRES
(`numeric.solvers.krylov`) solves for delta in some twenty to fifty sweeps at drives of one to two
losses, where the series ends at a third of the loss; nearly all of them in single precision, at
half the price.  T is linear on Hermitian matrices with real factors only, and so the vectors here
are real.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numeric.solvers.krylov import Krylov, Map, Rounds

SHORT = 100  # times the residual that is asked for, what is no failure: round-off ends there


@dataclass(frozen=True)
class Resummation:
    """1 + T + T^2 + ... of a map of vectors of one dimension, whether it converges or not.

    ``unit`` is the size in which each element is measured: small elements that are to keep their
    digits have a small one.  ``rough`` is T in single precision.

    >>> def twice(x):
    ...     return 2 * x.conj()
    >>> series = Resummation(twice, twice, np.ones(1))
    >>> series(np.array([3.0 + 3j]), 1e-9).round(6)  # -1 of what is real, 1/3 of what is imaginary
    array([-3.+1.j])
    """

    step: Map  # T
    rough: Map
    unit: np.ndarray

    def __call__(self, source: np.ndarray, accuracy: float) -> np.ndarray:
        """x with (1 - T) x = source to this relative residual; NaN where GMRES does not find it."""
        return self._complex(self._solve(self._real(source), accuracy, SHORT * accuracy))

    @cached_property
    def _solve(self) -> Rounds:
        size, short = 2 * len(self.unit), self.unit.astype(np.float32)
        exact, rough = self._rest(self.step, self.unit), self._rest(self.rough, short)
        first = Krylov(rough, size, np.float32)
        return Rounds(exact, first, lambda: Krylov(exact, size, np.float64))

    def _rest(self, step: Map, unit: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """1 - T of real vectors in these units."""
        number = np.result_type(unit, np.complex64)

        def rest(y: np.ndarray) -> np.ndarray:
            made = step(y.view(number) * unit)
            made /= unit
            return np.subtract(y, made.view(y.dtype), out=made.view(y.dtype))

        return rest

    def _real(self, x: np.ndarray) -> np.ndarray:
        return (x / self.unit).view(float)

    def _complex(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(y.view(complex) * self.unit)
