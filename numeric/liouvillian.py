"""The master equation on the cut space, as a sum of constant matrices with scalar coefficients.

    d rho/dt = L rho = -i (K rho - rho K') + sum_k rate_k L_k rho L_k',
    K = H - (i/2) sum_k rate_k L_k' L_k        (evolution between two quantum jumps)

Every normal-ordered word of H and every pair of words of a jump operator is one constant
sparse matrix; the values of the parameters only enter the coefficients.  Density matrices are
flattened row by row: A rho B becomes kron(A, B^T).

H and the L_k are projected onto the cut space first and multiplied afterwards, so that the cut
equation is again of Lindblad form: trace one and positive, whatever the cut.  For jumps that
lower the number of quanta the order makes no difference.
"""

from functools import lru_cache

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, csr_array, identity, kron

from numeric.operators import Space, space
from systems import Model
from systems.values import Arrays, evaluate


class Liouvillian:
    """The parts of L for one model and one cut; ``coefficients`` and ``matrix`` assemble it."""

    def __init__(self, model: Model, quanta: int) -> None:
        self.model, self.space = model, space(model.modes, quanta)
        self.expressions: list[sp.Expr] = []
        effective: list[csr_array] = []
        jumps: list[csr_array | None] = []
        none = (0,) * len(model.modes)
        for word, coefficient in model.ladder.items():
            if word == (none, none):
                continue  # a constant energy commutes with everything
            self.expressions.append(coefficient)
            effective.append(self.space.word(word))
            jumps.append(None)
        for loss, jump in zip(model.losses, model.jumps, strict=True):
            for left, x in jump.items():
                for right, y in jump.items():
                    A, B = self.space.word(left), self.space.word(right)
                    self.expressions.append(loss.rate * x * sp.conjugate(y))
                    effective.append(-0.5j * (B.conj().T @ A))
                    jumps.append(kron(A, B.conj()))
        self._effective = np.array([part.toarray() for part in effective])
        nothing = csr_array((self.space.size**2,) * 2, dtype=complex)
        self.jump = Combination([nothing if part is None else part for part in jumps])
        # K multiplies from the left with its coefficient, K' from the right with its conjugate
        one = identity(self.space.size)
        self._left = Combination([-1j * kron(part, one) for part in effective])
        self._right = Combination([1j * kron(one, part.conj()) for part in effective])
        self.total = Combination([*self._left.parts, *self._right.parts, *self.jump.parts])

    def coefficients(self, arrays: Arrays) -> np.ndarray:
        """Coefficients of the parts, shape (points, parts), for arrays of one dimension."""
        return np.stack([evaluate(e, arrays).astype(complex) for e in self.expressions], axis=-1)

    def effective(self, c: np.ndarray) -> np.ndarray:
        """K for each row of coefficients, shape (..., states, states)."""
        return np.tensordot(c, self._effective, axes=1)

    def matrix(self, c: np.ndarray) -> csc_array:
        """L for one row of coefficients."""
        return self.total(np.concatenate([c, c.conj(), c]))

    def diagonal_terms(self, c: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How large the terms are whose sums, with cancellation, are the diagonals of L and K."""
        parts = np.einsum("kii->ki", abs(self._effective))
        return self.total.diagonal_terms(np.concatenate([c, c.conj(), c])), abs(c) @ parts


class Combination:
    """A sum of constant sparse matrices on their common pattern."""

    def __init__(self, parts: list[csr_array]) -> None:
        self.parts, self.shape = parts, parts[0].shape
        entries = [csr_array(part).tocoo() for part in parts]
        # position in the flattened, column-major matrix: unique and sorted, as CSC wants it
        flat = np.concatenate([e.col.astype(np.int64) * self.shape[0] + e.row for e in entries])
        positions, where = np.unique(flat, return_inverse=True)
        owner = np.repeat(np.arange(len(parts)), [e.nnz for e in entries])
        data = np.concatenate([e.data for e in entries])
        self._weights = csr_array((data, (where, owner)), shape=(positions.size, len(parts)))
        self.columns, self.rows = np.divmod(positions, self.shape[0])
        self._ends = np.searchsorted(self.columns, np.arange(self.shape[1] + 1))

    def __call__(self, c: np.ndarray) -> csc_array:
        return csc_array((self._weights @ c, self.rows, self._ends), shape=self.shape)

    def diagonal_terms(self, c: np.ndarray) -> np.ndarray:
        """Sums of the absolute values of the terms whose sums are the diagonal."""
        sizes, on = abs(self._weights) @ abs(c), self.rows == self.columns
        return np.bincount(self.rows[on], sizes[on], self.shape[0])


@lru_cache(maxsize=32)
def liouvillian(model: Model, quanta: int) -> Liouvillian:
    """The Liouvillian of a model with at most ``quanta`` quanta, built once."""
    return Liouvillian(model, quanta)


def space_of(model: Model, quanta: int) -> Space:
    """The cut space of a model."""
    return space(model.modes, quanta)
