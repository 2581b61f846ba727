"""Sums of many terms as lists that compiled code runs through: see `kernel.Sums`."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from numeric.solvers.graded.kernel import ROW, Sums

NEGLIGIBLE = 1e-13  # relative: what rotations leave where terms cancel


class Entries(NamedTuple):
    """Sum ``row`` has ``weight`` times coefficient ``factor`` times number ``column``.

    Where ``sign`` is -1 the conjugate of that number enters.
    """

    row: np.ndarray
    column: np.ndarray
    factor: np.ndarray
    weight: np.ndarray
    sign: np.ndarray

    @classmethod
    def plain(cls, row: np.ndarray, column: np.ndarray, weight: np.ndarray) -> "Entries":
        """Entries without a coefficient."""
        return cls(row, column, 0 * row, weight, 0 * row + 1)

    def where(self, mask: np.ndarray) -> "Entries":
        return Entries(*(field[mask] for field in self))


def join(parts: Sequence[Entries]) -> Entries:
    """All entries of these parts."""
    return Entries(*(np.concatenate(fields) for fields in zip(*parts, strict=True)))


def list_sums(count: int, zero: int, entries: Entries) -> Sums:
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
