"""The lists that the compiled sweeps run through, from the matrices of a master equation.

Every term of the master equation is a coefficient, which varies from point to point, times
``A X B^T`` with real matrices, which do not.  Terms inside a block of equal grades form its
matrix; the others feed a block from outside.  Half of the blocks is enough: the others are
their conjugates, which turns the sign of an imaginary part.

What the kernel does with a point is therefore the same for all of them, and is worked out
once, as integers: which numbers enter a sum and with which weights
(`numeric.solvers.graded.sums`), and which entries are subtracted from which in the elimination of
a block (`numeric.solvers.graded.elimination`).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array

from numeric.solvers.graded.elimination import check_size, put_together, renumbered, steps_of
from numeric.solvers.graded.program import BlockSystem, Elimination, Program
from numeric.solvers.graded.sums import Entries, is_symmetric, join, list_sums


def eliminate(starts: np.ndarray, inside: Entries, factors: int) -> Elimination:
    """The steps for blocks of unknowns from ``starts[b]`` to ``starts[b+1]``.

    ``inside`` are the terms of minus the matrix; entries are numbered: pivots, then block by block
    those off the diagonal.  ``factors`` is the number of coefficients.  Raises `TooLarge` if there
    are more than `elimination.LARGEST` operations.

    A full symmetric matrix of two unknowns has three entries that are kept, and one product:

    >>> row, column = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> minus = Entries.plain(row, column, np.array([-2.0, -1.0, -1.0, -3.0]))
    >>> steps = eliminate(np.array([0, 2]), minus, factors=1)
    >>> steps.size, len(steps.target)
    (3, 1)
    """
    count, symmetric = int(starts[-1]), is_symmetric(inside)
    if symmetric:
        inside = inside.where(inside.row <= inside.column)
    off = inside.row != inside.column
    pairs = inside.row * count + inside.column
    others = np.unique(pairs[off])
    numbers = np.where(off, count + np.searchsorted(others, pairs), inside.row)
    used, known = count, count + len(others)
    ends = np.searchsorted(others, starts * count)
    blocks, operations = [], 0
    for (first, last), (begin, end) in zip(
        *(pairwise(each.tolist()) for each in (starts, ends)), strict=True
    ):
        i, j = np.divmod(others[begin:end], count)
        places = np.asarray((i - first) * (last - first) + j - first, dtype=np.int64)
        own = steps_of(last - first, places.tobytes(), symmetric)
        blocks.append(renumbered(own, first, used))
        used, operations = used + own.size - (last - first), operations + len(own.target)
        check_size(last - first, operations)
    entries = Entries(numbers, inside.factor, 0 * numbers, -inside.weight, 0 * numbers + 1)
    return Elimination(used, list_sums(known, factors, entries), *put_together(blocks))


class Sandwich(NamedTuple):
    """``ratio`` times coefficient number ``factor`` times ``left @ X @ right.T`` (None: one).

    It is one term of the master equation; X is the density matrix in the basis of the sweeps.

    >>> Sandwich(factor=0, ratio=1.0, left=None, right=None).left is None
    True
    """

    factor: int
    ratio: float
    left: csr_array | None
    right: csr_array | None


def assemble(
    grades: np.ndarray, vectors: np.ndarray, terms: Sequence[Sandwich], factors: int
) -> Program:
    """The program for ``0 = sum of terms`` between the states of a basis.

    ``grades`` are those of the Fock states.  ``vectors`` (Fock state, basis state) are ascending
    in the grade.  ``factors`` is the number of coefficients.  The amplitudes obey the terms that
    stand on the left of X only, which are those of H_eff, without what lowers the grade; the
    elements obey all terms.  Raises `TooLarge`, see `eliminate`.

    >>> number = csr_array(np.diag([0.0, 1.0]))  # one mode with at most one quantum that is lost
    >>> up = csr_array(np.array([[0.0, 0], [1, 0]]))
    >>> terms = [Sandwich(1, -0.5, number, None), Sandwich(1, -0.5, None, number),
    ...          Sandwich(2, 1.0, up, None), Sandwich(2, 1.0, None, up)]
    >>> program = assemble(np.array([0, 1]), np.eye(2), terms, factors=3)
    >>> program.left, program.right  # rho_00, rho_01 and rho_11
    (array([0, 0, 1]), array([0, 1, 1]))
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

    def read(self, term: Sandwich) -> Entries:
        """The term as entries between elements."""
        e, i, weight = _entries(term.left, self.left)
        which, j, other = _entries(term.right, self.right[e])
        e, i, weight = e[which], i[which], weight[which] * other
        number, sign = self.number[i, j], self.sign[i, j]
        return Entries(e, number, 0 * e + term.factor, term.ratio * weight, sign)

    def populations(self, vectors: np.ndarray) -> Entries:
        """Diagonal of ``vectors X vectors'``; the elements left out count as conjugates."""
        weights = np.where(self.sign[self.right, self.left] > 0, 1, 2)
        products = vectors[:, self.left] * vectors[:, self.right] * weights
        i, e = np.nonzero(products)
        return Entries.plain(i, e, products[i, e])


def _entries(
    matrix: csr_array | None, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The entries of some rows: in which of them, in which column, and their values."""
    if matrix is None:
        return np.arange(len(rows)), rows, np.ones(len(rows))
    counts = np.diff(matrix.indptr)[rows]
    which = np.repeat(np.arange(len(rows)), counts)
    before = np.cumsum(counts) - counts
    where = np.arange(len(which)) + np.repeat(matrix.indptr[rows] - before, counts)
    return which, matrix.indices[where], matrix.data[where]


def _is_diagonal(term: Sandwich, grades: np.ndarray) -> bool:
    for matrix in (term.left, term.right):
        if matrix is not None:
            i, j = coo_array(matrix).coords
            if np.any((grades[i] == grades[j]) & (i != j)):
                return False
    return True


def _read_left(term: Sandwich) -> Entries:
    matrix = coo_array(term.left)
    i, j = matrix.coords
    return Entries(i, j, 0 * i + term.factor, term.ratio * matrix.data, 0 * i + 1)


def _linear(vectors: np.ndarray) -> Entries:
    i, a = np.nonzero(vectors)
    return Entries.plain(i, a, vectors[i, a])


def _system(block: np.ndarray, entries: Entries, factors: int) -> BlockSystem:
    inside = block[entries.row] == block[entries.column]
    starts = np.searchsorted(block, np.arange(block[-1] + 2))
    matrix = eliminate(starts, entries.where(inside), factors)
    return BlockSystem(starts, matrix, list_sums(len(block), len(block), entries.where(~inside)))
