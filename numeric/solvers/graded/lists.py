"""The lists that the compiled sweeps run through, from the matrices of a master equation.

Every term of the master equation is a coefficient, which varies from point to point, times
``A X B^T`` with real matrices, which do not.  Terms inside a block of equal grades form its
matrix; the others feed a block from outside.  Half of the blocks is enough: the others are
their conjugates, which turns the sign of an imaginary part.

What the kernel does with a point is therefore the same for all of them, and is worked out here
once, as integers: which numbers enter a sum and with which weights (`list_sums`), and which
entries are subtracted from which in the elimination of a block (`eliminate`).  Pivots are taken
from the diagonal, in an order that keeps the fill-in small and without pivoting by size: the
Hermitian part of a block is positive where each of its states decays.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import coo_array, csc_array, csr_array, identity, kron
from scipy.sparse.linalg import splu

from numeric.solvers.graded.kernel import ROW, BlockSystem, Elimination, Program, Sums

# Relative: what rotations leave where terms cancel is a few roundings, 1e-16; a weight that
# counts is a square root of small integers against the largest one
NEGLIGIBLE = 1e-13
# Operations of an elimination; each is kept as an integer: 80 MB
LARGEST = 10_000_000
NOTHING = np.zeros(0, dtype=int)


class Entries(NamedTuple):
    """Sum ``row`` has ``weight`` times coefficient ``factor`` times number ``column``.

    Where ``sign`` is -1 the conjugate of that number enters.  All five are arrays with one number
    per entry; entries of the same row, factor and column add up.

    >>> row, column = np.array([0, 1]), np.array([2, 2])
    >>> entries = Entries.plain(row, column, np.array([0.5, 0.25]))
    >>> entries.factor, entries.sign
    (array([0, 0]), array([1, 1]))
    """

    row: np.ndarray
    column: np.ndarray
    factor: np.ndarray
    weight: np.ndarray
    sign: np.ndarray

    @classmethod
    def plain(cls, row: np.ndarray, column: np.ndarray, weight: np.ndarray) -> "Entries":
        """Entries without a coefficient: factor number 0 is one.

        >>> row, column = np.array([0, 1]), np.array([2, 2])
        >>> entries = Entries.plain(row, column, np.array([0.5, 0.25]))
        >>> entries.weight
        array([0.5 , 0.25])
        """
        return cls(row, column, 0 * row, weight, 0 * row + 1)

    def where(self, mask: np.ndarray) -> "Entries":
        """The entries that a mask or an array of indices picks.

        >>> row, column = np.array([0, 1]), np.array([2, 2])
        >>> entries = Entries.plain(row, column, np.array([0.5, 0.25]))
        >>> entries.where(entries.row == 1).weight
        array([0.25])
        """
        return Entries(*(field[mask] for field in self))


def join(parts: Sequence[Entries]) -> Entries:
    """All entries of these parts, one part after the other.

    >>> one = Entries.plain(np.array([0]), np.array([2]), np.array([0.5]))
    >>> join([one, one]).column.tolist()
    [2, 2]
    """
    return Entries(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


def list_sums(count: int, zero: int, entries: Entries) -> Sums:
    """``count`` sums of these entries; number ``zero`` always holds zero and fills up rows.

    Entries that are negligible beside the largest one are left out: they are what is left of terms
    that cancel.  A sum without entries is zero.

    >>> row, column = np.array([0, 0]), np.array([0, 1])
    >>> sums = list_sums(2, 5, Entries.plain(row, column, np.array([1.0, 2.0])))
    >>> sums.source[0].tolist(), sums.real[0].tolist()  # x_0 + 2 x_1, filled up with x_5
    ([0, 1, 5, 5, 5, 5], [1.0, 2.0, 0.0, 0.0, 0.0, 0.0])
    """
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


class TooLarge(ValueError):
    """The steps would not fit into memory: a direct solver serves better.

    >>> issubclass(TooLarge, ValueError)
    True
    """


class Pivot(NamedTuple):
    """One pivot: which unknown, and `Elimination`'s lists for it, with the same names.

    >>> Pivot(3, *[NOTHING] * 5).target.size  # of a diagonal block
    0
    """

    unknown: int
    lower: np.ndarray
    below: np.ndarray
    upper: np.ndarray
    after: np.ndarray
    target: np.ndarray


def eliminate(starts: np.ndarray, inside: Entries, factors: int) -> Elimination:
    """The steps for blocks of unknowns from ``starts[b]`` to ``starts[b+1]``.

    ``inside`` are the terms of minus the matrix; entries are numbered: pivots, other entries of
    the matrix, fill-in.  ``factors`` is the number of coefficients.  Raises `TooLarge` if there
    are more than `LARGEST` operations.

    A full matrix of two unknowns has four entries, and one product to be subtracted:

    >>> row, column = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    >>> minus = Entries.plain(row, column, np.array([-2.0, -1.0, -1.0, -3.0]))
    >>> steps = eliminate(np.array([0, 2]), minus, factors=1)
    >>> steps.size, len(steps.target)
    (4, 1)
    """
    count = int(starts[-1])
    off = inside.row != inside.column
    pairs = inside.row * count + inside.column
    others = np.unique(pairs[off])
    numbers = np.where(off, count + np.searchsorted(others, pairs), inside.row)
    used, known, operations = count + len(others), count + len(others), 0
    steps: list[Pivot] = []
    for first, last in pairwise(starts):
        mine = off & (inside.row >= first) & (inside.row < last)
        if not mine.any():  # a diagonal block
            steps += [Pivot(unknown, *[NOTHING] * 5) for unknown in range(first, last)]
            continue
        number = np.full((last - first, last - first), -1)
        number[inside.row[mine] - first, inside.column[mine] - first] = numbers[mine]
        np.fill_diagonal(number, np.arange(first, last))
        order = _order(number)
        used = _fill_in(number, order, used)
        steps += [_step(number, order, t, first) for t in range(last - first)]
        operations += sum(len(step.target) for step in steps[first:])
        if operations > LARGEST:
            raise TooLarge(
                f"The elimination of a block of {last - first} elements needs more than "
                f"{LARGEST:,} operations; a direct solver serves better."
            )
    entries = Entries(numbers, inside.factor, 0 * numbers, -inside.weight, 0 * numbers + 1)
    return Elimination(used, list_sums(known, factors, entries), *_lists(steps))


def _order(number: np.ndarray) -> np.ndarray:
    """Minimum degree, as SuperLU finds it for a matrix of this pattern."""
    pattern = csc_array((number >= 0).astype(float) + len(number) * np.eye(len(number)))
    factors = splu(pattern, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    return np.argsort(factors.perm_c)


def _fill_in(number: np.ndarray, order: np.ndarray, used: int) -> int:
    """Number what the elimination adds to the pattern, in place; how many are used then."""
    for t, e in enumerate(order):
        rest = order[t + 1 :]
        below, after = rest[number[rest, e] >= 0], rest[number[e, rest] >= 0]
        block = number[np.ix_(below, after)]
        new = block < 0
        block[new] = used + np.arange(np.count_nonzero(new))
        number[np.ix_(below, after)] = block
        used += int(np.count_nonzero(new))
    return used


def _step(number: np.ndarray, order: np.ndarray, t: int, first: int) -> Pivot:
    e, rest = order[t], order[t + 1 :]
    below, after = rest[number[rest, e] >= 0], rest[number[e, rest] >= 0]
    target = number[np.ix_(below, after)].ravel()
    return Pivot(
        first + e, number[below, e], first + below, number[e, after], first + after, target
    )


def _lists(steps: Sequence[Pivot]) -> list[np.ndarray]:
    lists = [np.array([step.unknown for step in steps])]
    for name in ("lower", "upper", "target"):
        lengths = [len(getattr(step, name)) for step in steps]
        lists.append(np.cumsum([0, *lengths]))
    parts = [np.concatenate(part) for part in list(zip(*steps, strict=True))[1:]]
    return [*lists, *parts]


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
