"""Where the elements of a density matrix lie that is swept in strips, at all points of a batch.

What strips are stands in `numeric.solvers.graded.strips`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from systems.ladder import Word

Entries: TypeAlias = tuple[np.ndarray, np.ndarray, np.ndarray]  # rows, columns, weights
Pair: TypeAlias = tuple[Word | None, Word | None]
Side: TypeAlias = tuple[np.ndarray, np.ndarray]  # which state each one comes from, and its weight


@dataclass(frozen=True)
class Layout:
    """Where everything lies, the same at all points of a model and a truncation.

    States are in the ``order`` of their grades.  Those of grade g are ``blocks[g]``, and its strip
    are the elements ``strips[g]``.  Element e is X[row[e], column[e]]; those of the populations
    are ``diagonal``.  A word takes a state to one other at most.

    >>> layout = Layout.of(lambda word: np.eye(3), np.arange(3))
    >>> layout.row.tolist(), layout.column.tolist()
    ([0, 1, 2, 1, 2, 2], [0, 0, 0, 1, 1, 2])
    """

    matrix: Callable[[Word], Any]  # of a word, in the order of the space
    order: np.ndarray
    blocks: tuple[slice, ...]

    @staticmethod
    def of(matrix: Callable[[Word], Any], grades: np.ndarray) -> "Layout":
        """From the grades of all states."""
        order = np.argsort(grades, kind="stable")
        starts = np.append(np.flatnonzero(np.diff(grades[order], prepend=-1)), len(grades))
        return Layout(matrix, order, tuple(slice(*pair) for pair in pairwise(starts.tolist())))

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.order)

    @cached_property
    def strips(self) -> list[slice]:
        """Where the strip of each grade lies."""
        lengths = [(self.size - b.start) * (b.stop - b.start) for b in self.blocks]
        return [slice(*pair) for pair in pairwise(np.cumsum([0, *lengths]).tolist())]

    @cached_property
    def row(self) -> np.ndarray:
        """The row of each element."""
        rows = [np.repeat(np.arange(b.start, self.size), b.stop - b.start) for b in self.blocks]
        return np.concatenate(rows)

    @cached_property
    def column(self) -> np.ndarray:
        """The column of each element."""
        columns = [np.tile(np.arange(b.start, b.stop), self.size - b.start) for b in self.blocks]
        return np.concatenate(columns)

    @cached_property
    def starts(self) -> np.ndarray:
        """The first state of each grade, and the number of states."""
        return np.array([*(block.start for block in self.blocks), self.size])

    @cached_property
    def flat(self) -> np.ndarray:
        """Where the elements are in a matrix that is read row by row."""
        return self.row * self.size + self.column

    @cached_property
    def phases(self) -> np.ndarray:
        """Phases of the elements without a pattern: roundings that have them do not cancel.

        They are those of `numeric.solvers.refinement.generic`.
        """
        return np.exp(1j * (self.row**2 - self.column**2))

    @cached_property
    def diagonal(self) -> np.ndarray:
        """The elements of the populations."""
        return np.flatnonzero(self.row == self.column)

    def entries(self, word: Word) -> Entries:
        """Rows, columns and weights of the matrix of a word, made once."""
        if word not in self._words:
            matrix, place = self.matrix(word).tocoo(), np.argsort(self.order)
            self._words[word] = place[matrix.row], place[matrix.col], matrix.data.real
        return self._words[word]

    def side(self, word: Word | None) -> Side:
        """From which state the word leads to each one, and its weight; None changes nothing."""
        if word is None:
            return np.arange(self.size), np.ones(self.size)
        source, weight = np.zeros(self.size, dtype=int), np.zeros(self.size)
        rows, columns, weights = self.entries(word)
        source[rows], weight[rows] = columns, weights
        return source, weight

    def sparse(self, pairs: tuple[Pair, ...]) -> tuple[np.ndarray, ...]:
        """The matrix, on a vector and its conjugate, that takes X to the sum of all A X B'.

        Where its rows begin, its columns, which pair (A, B) each entry is of, and its weight; made
        once.
        """
        if pairs not in self._sums:
            entries = [self._sandwich(*map(self.side, pair)) for pair in pairs]
            counts = np.zeros(len(self.row), dtype=int)
            for rows, _, _ in entries:  # a pair has one entry in a row at most
                counts[rows] += 1
            # small and without a sign, as compiled code reads them in every sweep
            begin = np.append(0, np.cumsum(counts)).astype(np.uint32)
            columns = np.empty(begin[-1], dtype=np.uint32)
            kinds = np.empty(begin[-1], dtype=np.uint16)
            weights, free = np.empty(begin[-1]), begin[:-1].copy()
            for kind, (rows, some, weight) in enumerate(entries):
                place = free[rows]
                columns[place], kinds[place], weights[place] = some, kind, weight
                free[rows] += 1
            self._sums[pairs] = begin, columns, kinds, weights
        return self._sums[pairs]

    def pattern(self, pairs: tuple[Pair, ...], points: int) -> tuple[np.ndarray, np.ndarray]:
        """Where the rows of such a matrix begin and its columns, for so many points.

        Made once for the most points: those of fewer are its beginning.
        """
        begin, columns, _, _ = self.sparse(pairs)
        length, entries = len(self.row), len(columns)
        if pairs not in self._patterns or len(self._patterns[pairs][1]) < points * entries:
            each = np.arange(points)[:, None]
            starts = np.append((begin[:-1] + entries * each).ravel(), points * entries)
            where = (columns + 2 * length * each).ravel()
            small = points * max(entries, 2 * length) < 2**31
            kind = np.int32 if small else np.int64
            self._patterns[pairs] = starts.astype(kind), where.astype(kind)
        starts, where = self._patterns[pairs]
        return starts[: points * length + 1], where[: points * entries]

    def _sandwich(self, left: Side, right: Side) -> Entries:
        weights = left[1][self.row] * right[1][self.column]
        (rows,) = np.nonzero(weights)
        one, two = left[0][self.row[rows]], right[0][self.column[rows]]
        return rows, self._place[one, two], weights[rows]

    @cached_property
    def _words(self) -> dict[Word, Entries]:
        return {}

    @cached_property
    def _patterns(self) -> dict[tuple[Pair, ...], tuple[np.ndarray, np.ndarray]]:
        return {}

    @cached_property
    def _sums(self) -> dict[tuple[Pair, ...], tuple[np.ndarray, ...]]:
        return {}

    @cached_property
    def _place(self) -> np.ndarray:
        """Which element X[i, j] is, those above the diagonal in the conjugate."""
        count, place = len(self.row), np.empty((self.size, self.size), dtype=int)
        place[self.column, self.row] = count + np.arange(count)
        place[self.row, self.column] = np.arange(count)
        return place
