"""Sums over numbers of the density matrix, as the lists that the compiled sweeps run through.

`Entries` say which numbers enter which sum, with which weights and coefficients; `list_sums` sorts
them into the rows of a `numeric.solvers.graded.program.Sums`.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from numeric.solvers.graded.program import Sums

# Relative: what rotations leave where terms cancel is a few roundings, 1e-16; a weight that
# counts is a square root of small integers against the largest one
NEGLIGIBLE = 1e-13
# Relative: weights that differ by some roundings of 1e-16 are the same
ROUNDINGS = 1e-14


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


def is_symmetric(entries: Entries) -> bool:
    """Whether the matrix of these entries is symmetric, whatever the coefficients are.

    >>> row, column = np.array([0, 1]), np.array([1, 0])
    >>> [is_symmetric(Entries.plain(row, column, np.array([1.0, w]))) for w in (1.0, 2.0)]
    [True, False]
    """
    row, column, factor, weight, sign = entries
    size = 1 + max(row.max(initial=0), column.max(initial=0))
    one, other = (size * (size * factor + i) + j for i, j in ((row, column), (column, row)))
    where = np.unique(np.concatenate([one, other]), return_inverse=True)[1]
    total = np.bincount(where, np.tile(abs(weight), 2))
    odd = [np.bincount(where, np.concatenate([w, -w])) for w in (weight, weight * sign)]
    return bool((abs(np.array(odd)) <= ROUNDINGS * total).all())


def join(parts: Sequence[Entries]) -> Entries:
    """All entries of these parts, one part after the other.

    >>> one = Entries.plain(np.array([0]), np.array([2]), np.array([0.5]))
    >>> join([one, one]).column.tolist()
    [2, 2]
    """
    return Entries(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


def list_sums(count: int, zero: int, entries: Entries) -> Sums:
    """``count`` sums of these entries; number ``zero`` always holds zero.

    Entries that are negligible beside the largest one are left out: they are what is left of terms
    that cancel.  A sum without entries is zero.

    >>> row, column = np.array([0, 0]), np.array([0, 1])
    >>> sums = list_sums(2, 5, Entries.plain(row, column, np.array([1.0, 2.0])))
    >>> sums.source.tolist(), sums.real.tolist()  # x_0 + 2 x_1, and nothing
    ([0, 1, 5], [1.0, 2.0, 0.0])
    """
    # row, factor and column as one number each, which sorts a hundred times faster than three
    sizes = count, 1 + entries.factor.max(initial=0), 1 + max(zero, entries.column.max(initial=0))
    keys = np.ravel_multi_index((entries.row, entries.factor, entries.column), sizes)
    keys, where = np.unique(keys, return_inverse=True)
    signed = np.bincount(where, entries.weight * entries.sign)
    weights = np.stack([np.bincount(where, entries.weight), signed])
    size = abs(weights).max(axis=0)
    kept = size > NEGLIGIBLE * size.max(initial=0)
    keys, weights = keys[kept], weights[:, kept]
    # every sum has a group of factor 0
    own, factor, _ = np.unravel_index(keys, sizes)
    lonely = np.setdiff1d(np.arange(count), own[factor == 0])
    alone = np.ravel_multi_index((lonely, 0 * lonely, 0 * lonely + zero), sizes)
    keys, weights = np.append(keys, alone), np.hstack([weights, np.zeros((2, len(lonely)))])
    order = np.argsort(keys)
    (row, factor, column), weights = np.unravel_index(keys[order], sizes), weights[:, order]
    return _groups(count, row, factor, column, weights)


def _groups(
    count: int, row: np.ndarray, factor: np.ndarray, column: np.ndarray, weights: np.ndarray
) -> Sums:
    """Sorted entries of the same sum and factor as a group."""
    first = np.flatnonzero(np.diff(row, prepend=-1) | np.diff(factor, prepend=-1))
    group = np.searchsorted(row[first], np.arange(count + 1))
    terms = np.append(first, len(row))
    return Sums(group, factor[first], terms, column.astype(np.uint32), *weights.copy())
