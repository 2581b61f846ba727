"""What a drive that raises the grade, U, makes of blocks of the density matrix: U X and X U'.

U has one element in a row for each of its words.  Of few states a product with the whole matrix is
faster, as it takes one call; of many, to gather these elements.
"""

from dataclasses import dataclass
from functools import reduce
from operator import iadd

import numpy as np


@dataclass(frozen=True)
class Dense:
    """X U' as a product of matrices, (point, ...).

    >>> U = np.array([[[0, 2j], [1, 0]]])
    >>> Dense.of(U).right(np.eye(2)[None] + 0j).tolist() == U.conj().swapaxes(1, 2).tolist()
    True
    """

    dagger: np.ndarray

    @classmethod
    def of(cls, U: np.ndarray) -> "Dense":
        return cls(U.conj().swapaxes(1, 2).copy())

    def left(self, x: np.ndarray) -> np.ndarray:
        """U X."""
        return np.asarray(self.dagger.conj().swapaxes(1, 2) @ x)

    def right(self, x: np.ndarray) -> np.ndarray:
        """X U'."""
        return np.asarray(x @ self.dagger)

    def rounded(self) -> "Dense":
        """The same in single precision."""
        return Dense(self.dagger.astype(np.complex64))


@dataclass(frozen=True)
class Sparse:
    """The same element by element: entry s of row r stands in ``columns[s, r]``.

    ``weights`` have the shape (entry, point, row).

    >>> U, x = np.array([[[0, 2j], [1, 0]]]), np.array([[[1, 2], [3, 4 + 1j]]])
    >>> gathered = Sparse.of(U)
    >>> np.allclose(gathered.left(x), U @ x), np.allclose(gathered.right(x), Dense.of(U).right(x))
    (True, True)
    """

    columns: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, U: np.ndarray) -> "Sparse":
        """From a matrix (point, row, column)."""
        filled = np.any(U != 0, axis=0)
        entries = int(filled.sum(axis=1).max(initial=1))
        columns = np.argsort(~filled, axis=1, kind="stable")[:, :entries].T
        rows = np.arange(U.shape[1])
        return cls(columns, np.array([U[:, rows, some] for some in columns]))

    def left(self, x: np.ndarray) -> np.ndarray:
        """U X."""
        return reduce(
            iadd,
            (
                np.take(x, some, axis=1) * w[:, :, None]
                for some, w in zip(self.columns, self.weights, strict=True)
            ),
        )

    def right(self, x: np.ndarray) -> np.ndarray:
        """X U'."""
        return reduce(
            iadd,
            (
                np.take(x, some, axis=2) * w.conj()[:, None]
                for some, w in zip(self.columns, self.weights, strict=True)
            ),
        )

    def rounded(self) -> "Sparse":
        """The same in single precision."""
        return Sparse(self.columns, self.weights.astype(np.complex64))
