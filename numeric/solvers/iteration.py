"""A linear system solved by GMRES, preconditioned by the inverse of its main part.

    L S^-1 Y = F,    X = S^-1 Y,

with L the ``system`` and S^-1 the ``inverse``, as of the evolution between jumps
(`numeric.solvers.iterative`).  Where both take Hermitian matrices to Hermitian matrices, as the
master equation does, a matrix is handed on as one real number for each of its elements: the
coefficients of the steps are real, and many steps, whose speed is that of memory, take half of it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.sparse import csr_array, issparse

from numeric.solvers.krylov import Krylov, Rounds

# Of the residual by one solve, which is refined twice: three times that is beyond the round-off
REDUCTION = 1e-10
CORRECTION = 1e-4  # the same of a correction to that, whose own error is corrected once more
ROUGH = 1e-2  # the same for an error
FAILED = 1e-6  # what a solve must at least reduce it to: two refinements square it twice


class Iteration:
    """A linear system solved by GMRES, preconditioned by the inverse S^-1 of its main part.

    It has the ``solve`` of a factorisation.

    >>> from scipy.sparse import csc_array
    >>> from numeric.solvers.iterative import NoJumps
    >>> K, one = np.array([[0, 0.1], [0.1, 1 - 0.5j]]), np.eye(2)
    >>> system = -1j * (np.kron(K, one) - np.kron(one, K.conj()))  # no jumps
    >>> system[0] = [1, 0, 0, 0]
    >>> X = Iteration(csc_array(system), NoJumps(K)).solve(system[:, 0] + system[:, 3])
    >>> abs(X.round(9))
    array([1., 0., 0., 1.])
    """

    single: type = np.complex64
    double: type = np.complex128

    def __init__(self, system: Any, inverse: Any) -> None:
        matrix = csr_array(system) if issparse(system) else system
        # at half the price, for the first digits of every solution
        rough = self._steps(matrix.astype(np.complex64), inverse.rounded(), self.single)
        self._rounds = Rounds(
            lambda x: self._packed(matrix.dot(x)),
            rough,
            lambda: self._steps(matrix, inverse, self.double),
        )

    def solve(self, source: np.ndarray) -> np.ndarray:
        """The solution; NaN if GMRES does not find it.

        >>> from scipy.sparse import csc_array
        >>> from numeric.solvers.iterative import NoJumps
        >>> K = np.array([[0, 0.1], [0.1, 1 - 0.5j]])
        >>> empty = csc_array((4, 4), dtype=complex)
        >>> Iteration(empty, NoJumps(K)).solve(np.ones(4)).real  # singular
        array([nan, nan, nan, nan])
        """
        return self._rounds(self._packed(source), REDUCTION, FAILED)

    def again(self, source: np.ndarray) -> np.ndarray:
        """The solution for what another one left: few digits of a small correction."""
        return self._rounds(self._packed(source), CORRECTION, ROUGH)

    def roughly(self, source: np.ndarray) -> np.ndarray:
        """The solution to two digits, as is enough for an error."""
        return self._rounds(self._packed(source), ROUGH, ROUGH * 10)

    def _steps(self, matrix: Any, inverse: Any, number: type) -> Krylov:
        return Krylov(
            lambda x: self._packed(matrix.dot(x)),
            matrix.shape[0],
            number,
            lambda y: inverse(self._unpacked(y)),
        )

    def _packed(self, flat: np.ndarray) -> np.ndarray:
        """What the steps see of a flat matrix."""
        return flat

    def _unpacked(self, seen: np.ndarray) -> np.ndarray:
        return seen


class HermitianIteration(Iteration):
    """The same of Hermitian matrices, or of the Hermitian part of a source.

    ``sizes`` are those of the matrices that one vector has, one after the other; by default it is
    one.  Re X + Im X is what the steps see of X: a real matrix, as long as X is (its symmetric part
    is Re X, its antisymmetric one Im X).

    >>> from scipy.sparse import csc_array
    >>> from numeric.solvers.iterative import NoJumps
    >>> K, one = np.array([[0, 0.1], [0.1, 1 - 0.5j]]), np.eye(2)
    >>> system = -1j * (np.kron(K, one) - np.kron(one, K.conj()))
    >>> system[0] = [1, 0, 0, 0]
    >>> X = HermitianIteration(csc_array(system), NoJumps(K)).solve(system @ [0, 1j, -1j, 1])
    >>> X.round(9) + 0
    array([0.+0.j, 0.+1.j, 0.-1.j, 1.+0.j])
    """

    single = np.float32
    double = np.float64

    def __init__(self, system: Any, inverse: Any, sizes: Sequence[int] = ()) -> None:
        self._sizes = list(sizes) or [round(system.shape[0] ** 0.5)]
        super().__init__(system, inverse)

    def _packed(self, flat: np.ndarray) -> np.ndarray:
        return self._each(flat, _real)

    def _unpacked(self, seen: np.ndarray) -> np.ndarray:
        return self._each(seen, _hermitian)

    def _each(self, flat: np.ndarray, change: Any) -> np.ndarray:
        ends = np.cumsum([size**2 for size in self._sizes])
        parts = np.split(flat, ends[:-1])
        pairs = zip(parts, self._sizes, strict=True)
        made = [change(part.reshape(size, size)).ravel() for part, size in pairs]
        return np.concatenate(made) if len(made) > 1 else made[0]


def _real(X: np.ndarray) -> np.ndarray:
    """Re H + Im H of the Hermitian part H of a matrix."""
    return np.asarray((X.real + X.imag + (X.real - X.imag).T) / 2)


def _hermitian(P: np.ndarray) -> np.ndarray:
    """The Hermitian matrix H of which P is Re H + Im H."""
    X = np.empty(P.shape, dtype=np.result_type(P, np.complex64))
    X.real, X.imag = (P + P.T) / 2, (P - P.T) / 2
    return X
