"""The lists that the compiled sweeps run through, from the matrices of a master equation.

Every term of the master equation is a coefficient, which varies from point to point, times
``A X B^T`` with real matrices, which do not.  Terms inside a block of equal grades form its
matrix; the others feed a block from outside.  Half of the blocks is enough: the others are
their conjugates, which turns the sign of an imaginary part.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array, identity, kron

from numeric.solvers.graded.elimination import TooLarge, eliminate
from numeric.solvers.graded.kernel import Program, System
from numeric.solvers.graded.sums import Entries, join, list_sums

__all__ = ["Term", "TooLarge", "assemble"]


class Term(NamedTuple):
    """``ratio`` times coefficient number ``factor`` times ``left @ X @ right.T`` (None: one)."""

    factor: int
    ratio: float
    left: csr_array | None
    right: csr_array | None


def assemble(
    grades: np.ndarray, vectors: np.ndarray, terms: Sequence[Term], factors: int
) -> Program:
    """The program for ``0 = sum of terms`` between the states of a basis.

    ``grades`` are those of the Fock states.  ``vectors`` (Fock state, basis state) are ascending
    in the grade.  ``factors`` is the number of coefficients.
    """
    size, (_, level) = len(grades), np.unique(grades, return_inverse=True)
    grades = np.sort(grades)
    effective = join([_read_left(term) for term in terms if term.right is None])
    upward = effective.where(grades[effective.column] <= grades[effective.row])
    pairs = _Pairs(grades, diagonal=all(_is_diagonal(term, grades) for term in terms))
    return Program(
        pairs.left,
        pairs.right,
        _system(np.sort(level), upward, factors),
        _system(pairs.block, join([pairs.read(term) for term in terms]), factors),
        list_sums(size, size, _linear(vectors)),
        list_sums(size, len(pairs.left), pairs.populations(vectors)),
    )


class _Pairs:
    """The elements (i, j) that are kept, block after block in the order of the sweep.

    Where all blocks have a ``diagonal`` matrix, i <= j is enough also for equal grades.
    """

    def __init__(self, grades: np.ndarray, diagonal: bool) -> None:
        self.size = len(grades)
        i, j = np.divmod(np.arange(self.size**2), self.size)
        kept = i <= j if diagonal else grades[i] <= grades[j]
        i, j = i[kept], j[kept]
        order = np.lexsort((i, j, grades[i], grades[i] + grades[j]))
        i, j = self.left, self.right = i[order], j[order]
        key = (grades[i] + grades[j]) * (grades.max() + 1) + grades[i]
        self.block = np.unique(key, return_inverse=True)[1]
        self.number, self.sign = np.empty((2, self.size, self.size), dtype=int)
        self.number[j, i], self.sign[j, i] = range(len(order)), -1
        self.number[i, j], self.sign[i, j] = range(len(order)), 1

    def read(self, term: Term) -> Entries:
        """The term as entries between elements."""
        left, right = (identity(self.size) if m is None else m for m in term[2:])
        rows = csr_array(kron(left, right, format="csr"))[self.left * self.size + self.right]
        matrix = coo_array(rows)
        e, pair = matrix.coords
        number, sign = self.number.flat[pair], self.sign.flat[pair]
        return Entries(e, number, 0 * e + term.factor, term.ratio * matrix.data, sign)

    def populations(self, vectors: np.ndarray) -> Entries:
        """Diagonal of ``vectors X vectors'``; the elements left out count as conjugates."""
        weights = np.where(self.sign[self.right, self.left] > 0, 1, 2)
        products = vectors[:, self.left] * vectors[:, self.right] * weights
        i, e = np.nonzero(products)
        return Entries.plain(i, e, products[i, e])


def _is_diagonal(term: Term, grades: np.ndarray) -> bool:
    for matrix in (term.left, term.right):
        if matrix is not None:
            i, j = coo_array(matrix).coords
            if np.any((grades[i] == grades[j]) & (i != j)):
                return False
    return True


def _read_left(term: Term) -> Entries:
    matrix = coo_array(term.left)
    i, j = matrix.coords
    return Entries(i, j, 0 * i + term.factor, term.ratio * matrix.data, 0 * i + 1)


def _linear(vectors: np.ndarray) -> Entries:
    i, a = np.nonzero(vectors)
    return Entries.plain(i, a, vectors[i, a])


def _system(block: np.ndarray, entries: Entries, factors: int) -> System:
    inside = block[entries.row] == block[entries.column]
    starts = np.searchsorted(block, np.arange(block[-1] + 2))
    matrix = eliminate(starts, entries.where(inside), factors)
    return System(starts, matrix, list_sums(len(block), len(block), entries.where(~inside)))
