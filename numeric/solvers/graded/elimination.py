"""Sparse LU factorisation of many matrices of one pattern: the steps, worked out in advance.

Pivots are taken from the diagonal, in an order that keeps the fill-in small; no pivoting by
size.  The matrices are those of blocks of `sweeps`, whose Hermitian part is positive
where every state of the block decays.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

from numeric.solvers.graded.kernel import Elimination
from numeric.solvers.graded.sums import Entries, list_sums

NOTHING = np.zeros(0, dtype=int)
LARGEST = 10_000_000  # operations; each is kept as an integer


class TooLarge(ValueError):
    """The steps would not fit into memory: a direct solver serves better."""


class Step(NamedTuple):
    """One pivot: which unknown, and `Elimination`'s lists for it."""

    unknown: int
    lower: np.ndarray
    below: np.ndarray
    upper: np.ndarray
    after: np.ndarray
    target: np.ndarray


def eliminate(starts: np.ndarray, inside: Entries, factors: int) -> Elimination:
    """The steps for blocks of unknowns from ``starts[b]`` to ``starts[b+1]``.

    ``inside`` are the terms of minus the matrix; entries are numbered: pivots, other entries of
    the matrix, fill-in.  Raises `TooLarge`.
    """
    count = int(starts[-1])
    off = inside.row != inside.column
    pairs = inside.row * count + inside.column
    others = np.unique(pairs[off])
    numbers = np.where(off, count + np.searchsorted(others, pairs), inside.row)
    used, known, operations = count + len(others), count + len(others), 0
    steps: list[Step] = []
    for first, last in pairwise(starts):
        mine = off & (inside.row >= first) & (inside.row < last)
        if not mine.any():  # a diagonal block
            steps += [Step(unknown, *[NOTHING] * 5) for unknown in range(first, last)]
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


def _step(number: np.ndarray, order: np.ndarray, t: int, first: int) -> Step:
    e, rest = order[t], order[t + 1 :]
    below, after = rest[number[rest, e] >= 0], rest[number[e, rest] >= 0]
    target = number[np.ix_(below, after)].ravel()
    return Step(first + e, number[below, e], first + below, number[e, after], first + after, target)


def _lists(steps: Sequence[Step]) -> list[np.ndarray]:
    lists = [np.array([step.unknown for step in steps])]
    for name in ("lower", "upper", "target"):
        lengths = [len(getattr(step, name)) for step in steps]
        lists.append(np.cumsum([0, *lengths]))
    parts = [np.concatenate(part) for part in list(zip(*steps, strict=True))[1:]]
    return [*lists, *parts]
