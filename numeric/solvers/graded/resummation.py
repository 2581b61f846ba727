"""The sum of the sweeps where they diverge: strong drive of several modes.

A sweep turns one correction into the next, delta_(s+1) = T delta_s, and the steady state is the sum

    rho = psi psi' + delta,    (1 - T) delta = T psi psi',

whether or not the series 1 + T + T^2 + ... converges (`numeric.solvers.graded.sweeps`).  GMRES
(Y. Saad, "Iterative Methods for Sparse Linear Systems", chapter 6) solves for delta in some twenty
to fifty sweeps at drives of one to two losses, where the series ends at a third of the loss.  T is
linear on Hermitian matrices with real factors only, and so the vectors here are real.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, gmres

# Steps after which GMRES starts anew, so many times at most, and bytes that they may take: four
# modes at twice the loss take 52
STEPS, TURNS, MEMORY = 60, 3, 2**30


@dataclass(frozen=True)
class Resummation:
    """1 + T + T^2 + ... of a map of vectors of one dimension, whether it converges or not.

    ``unit`` is the size in which each element is measured: small elements that are to keep their
    digits have a small one.

    >>> twice = Resummation(lambda x: 2 * x.conj(), np.ones(1))
    >>> twice(np.array([3.0 + 3j]), 1e-9).round(6)  # -1 of what is real, 1/3 of what is imaginary
    array([-3.+1.j])
    """

    step: Callable[[np.ndarray], np.ndarray]  # T
    unit: np.ndarray

    def __call__(self, source: np.ndarray, accuracy: float) -> np.ndarray:
        """x with (1 - T) x = source to this relative residual; NaN where GMRES does not find it."""
        scaled = self._real(source)
        steps = int(np.clip(MEMORY // scaled.nbytes, 1, STEPS))

        def rest(y: np.ndarray) -> np.ndarray:
            x = self._complex(y)
            return self._real(x - self.step(x))

        operator = LinearOperator((len(scaled),) * 2, matvec=rest, dtype=float)
        y, failed = gmres(operator, scaled, rtol=accuracy, restart=steps, maxiter=TURNS)
        return self._complex(np.full_like(y, np.nan) if failed else y)

    def size(self, x: np.ndarray) -> float:
        """The norm that is made small.

        >>> Resummation(lambda x: 0 * x, np.array([0.1])).size(np.array([0.3 + 0.4j]))
        5.0
        """
        return float(np.linalg.norm(x / self.unit))

    def _real(self, x: np.ndarray) -> np.ndarray:
        return (x / self.unit).view(float)

    def _complex(self, y: np.ndarray) -> np.ndarray:
        return np.asarray(y.view(complex) * self.unit)
