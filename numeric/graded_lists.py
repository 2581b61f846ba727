"""The lists that the compiled sweeps run through, from the matrices of a master equation.

Every term of the master equation is a coefficient, which varies from point to point, times
``A X B^T`` with real matrices, which do not.  Terms inside a block of equal grades form its
matrix; the others feed a block from outside.  Half of the blocks is enough: the others are
their conjugates, which turns the sign of an imaginary part.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csr_array, identity, kron

from numeric.graded_kernel import ROW, Elimination, Program, Sums, System

NEGLIGIBLE = 1e-13  # relative: what rotations leave where terms cancel
LARGEST = 20_000_000  # operations of an elimination that are worth a list


class TooLarge(ValueError):
    """The lists would not fit: a direct solver serves better."""


class Term(NamedTuple):
    """``ratio`` times coefficient number ``factor`` times ``left @ X @ right.T`` (None: one)."""

    factor: int
    ratio: float
    left: csr_array | None
    right: csr_array | None


class Entries(NamedTuple):
    """Sum ``row`` has ``weight`` times coefficient ``factor`` times number ``column``.

    Where ``sign`` is -1 the conjugate of that number enters.
    """

    row: np.ndarray
    column: np.ndarray
    factor: np.ndarray
    weight: np.ndarray
    sign: np.ndarray

    def where(self, mask: np.ndarray) -> "Entries":
        return Entries(*(field[mask] for field in self))


def assemble(
    grades: np.ndarray, vectors: np.ndarray, terms: Sequence[Term], factors: int
) -> Program:
    """The program for basis states with ``grades`` (ascending), for ``0 = sum of terms``.

    ``vectors`` (Fock state, basis state) leads from elements to populations; ``factors`` is the
    number of coefficients.
    """
    size = len(grades)
    effective = _join([_read_left(term) for term in terms if term.right is None])
    upward = effective.where(grades[effective.column] <= grades[effective.row])
    pairs = _Pairs(grades, diagonal=all(_is_diagonal(term, grades) for term in terms))
    return Program(
        pairs.left,
        pairs.right,
        _system(np.unique(grades, return_inverse=True)[1], upward, factors),
        _system(pairs.block, _join([pairs.read(term) for term in terms]), factors),
        _sums(size, size, _linear(vectors)),
        _sums(size, len(pairs.left), pairs.populations(vectors)),
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
        order = np.lexsort((j, i, grades[i], grades[i] + grades[j]))
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
        return Entries(i, e, 0 * i, products[i, e], 0 * i + 1)


def _join(parts: Sequence[Entries]) -> Entries:
    return Entries(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


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
    return Entries(i, a, 0 * i, vectors[i, a], 0 * i + 1)


def _system(block: np.ndarray, entries: Entries, factors: int) -> System:
    inside = block[entries.row] == block[entries.column]
    starts = np.searchsorted(block, np.arange(block[-1] + 2))
    matrix = _eliminate(starts, entries.where(inside), factors)
    return System(starts, matrix, _sums(len(block), len(block), entries.where(~inside)))


def _eliminate(starts: np.ndarray, inside: Entries, factors: int) -> Elimination:
    """The steps of an LU factorisation, block by block, fill-in included.

    Entries are numbered: the pivots, the other entries of the matrix, the fill-in.
    """
    count = int(starts[-1])
    pairs = inside.row * count + inside.column
    others = np.unique(pairs[inside.row != inside.column])
    numbers = np.where(
        inside.row == inside.column, inside.row, count + np.searchsorted(others, pairs)
    )
    used = known = count + len(others)
    steps: list[tuple[np.ndarray, ...]] = []
    for first, last in pairwise(starts):
        mine = (inside.row >= first) & (inside.row < last)
        i, j = inside.row[mine] - first, inside.column[mine] - first
        number = _fill_in(i, j, last - first)
        new = number >= 0
        number[new] = used + np.arange(new.sum())
        number[i, j] = numbers[mine]
        np.fill_diagonal(number, np.arange(first, last))
        used += new.sum()
        steps += [_step(number, e, first) for e in range(last - first)]
    entries = Entries(numbers, inside.factor, 0 * numbers, -inside.weight, 0 * numbers + 1)
    lists = [_ragged(column) for column in zip(*steps, strict=True)]
    (down, lower), (_, before), (back, upper), (_, after), (scaled, column), *rest = lists
    (update, target), (_, one), (_, two) = rest
    return Elimination(
        int(used), _sums(known, factors, entries), down, lower, before, back, upper, after,
        scaled, column, update, target, one, two,
    )  # fmt: skip


def _fill_in(i: np.ndarray, j: np.ndarray, size: int) -> np.ndarray:
    """0 at the entries that the elimination of a block adds to those given, -1 elsewhere."""
    number = np.full((size, size), -1)
    number[i, j] = 0
    for e in range(size):
        below, right = (
            np.flatnonzero(line[e + 1 :] == 0) + e + 1 for line in (number.T[e], number[e])
        )
        number[np.ix_(below, right)] = 0
    np.fill_diagonal(number, -1)
    number[i, j] = -1
    return number


def _step(number: np.ndarray, e: int, first: int) -> tuple[np.ndarray, ...]:
    """What the pivot e of a block needs: see `Elimination`."""
    row, column = number[e], number[:, e]
    before, after = np.flatnonzero(row[:e] >= 0), e + 1 + np.flatnonzero(row[e + 1 :] >= 0)
    below = e + 1 + np.flatnonzero(column[e + 1 :] >= 0)
    shape = len(below), len(after)
    one, two = np.broadcast_to(column[below, None], shape), np.broadcast_to(row[after], shape)
    update = number[np.ix_(below, after)].ravel(), one.ravel(), two.ravel()
    return row[before], first + before, row[after], first + after, column[below], *update


def _ragged(parts: Sequence[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    ends = np.cumsum([0, *(len(part) for part in parts)])
    return ends, np.concatenate(parts).astype(np.int64)


def _sums(count: int, zero: int, entries: Entries) -> Sums:
    """``count`` sums of these entries; number ``zero`` always holds zero and fills up rows."""
    keys, where = np.unique(
        np.stack([entries.row, entries.factor, entries.column]), axis=1, return_inverse=True
    )
    weights = np.stack(
        [np.bincount(where, entries.weight), np.bincount(where, entries.weight * entries.sign)]
    )
    size = abs(weights).max(axis=0)
    keys, weights = (a[:, size > NEGLIGIBLE * size.max()] for a in (keys, weights))
    # every sum has a group of factor 0
    lonely = np.setdiff1d(np.arange(count), keys[0, keys[1] == 0])
    keys = np.hstack([keys, [lonely, 0 * lonely, 0 * lonely + zero]])
    weights = np.hstack([weights, np.zeros((2, len(lonely)))])
    order = np.lexsort(keys[::-1])
    (row, factor, column), weights = keys[:, order], weights[:, order]
    # entries of the same sum and factor are a group, filled up to whole rows
    first = np.flatnonzero(np.diff(row, prepend=-1) | np.diff(factor, prepend=-1))
    length = np.diff(first, append=len(row))
    ends = np.concatenate([[0], np.cumsum(-(-length // ROW))])
    slot = np.repeat(ROW * ends[:-1] - first, length) + np.arange(len(row))
    source, filled = np.full(ROW * ends[-1], zero, np.uint32), np.zeros((2, ROW * ends[-1]))
    source[slot], filled[:, slot] = column, weights
    group = np.searchsorted(row[first], np.arange(count + 1))
    rows = (array.reshape(-1, ROW) for array in (source, *filled))
    return Sums(group, factor[first], ends, *rows)
