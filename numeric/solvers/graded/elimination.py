"""The elimination of the blocks of a sweep, as the lists that the compiled code runs through.

Pivots are taken from the diagonal, in an order that keeps the fill-in small and without pivoting
by size: the Hermitian part of a block is positive where each of its states decays.  What is done
with a block depends on nothing but where its matrix has entries.  Blocks of a larger cut have the
patterns of those of a smaller one, and so each pattern is worked out once.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import splu

# Operations of an elimination; each is kept as an integer: 80 MB
LARGEST = 10_000_000


class TooLarge(ValueError):
    """The steps would not fit into memory: a direct solver serves better.

    >>> issubclass(TooLarge, ValueError)
    True
    """


class Steps(NamedTuple):
    """How a block is eliminated, in numbers of its own: fields as those of `kernel.Elimination`.

    Entries are numbered: pivots, then what is below and beside the pivot of each step.

    >>> both = np.array([1, 2], dtype=np.int64)  # a full matrix of two unknowns: one product
    >>> steps_of(2, both.tobytes()).target.tolist()
    [0]
    """

    size: int
    place: np.ndarray  # of the entries off the diagonal, as they were given
    unknown: np.ndarray
    lower_count: np.ndarray  # entries of each step; in `Elimination` stands where they begin
    upper_count: np.ndarray
    target_count: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    below: np.ndarray
    after: np.ndarray
    target: np.ndarray


@lru_cache(maxsize=256)
def steps_of(size: int, others: bytes, symmetric: bool = False) -> Steps:
    """The steps for a block of so many unknowns, with ``others`` as entries off its diagonal.

    They are places in the matrix, read row by row, as the bytes of integers of 64 bits; of a
    ``symmetric`` matrix one half of them.

    >>> steps_of(3, bytes()).unknown.tolist()  # nothing to eliminate
    [0, 1, 2]
    """
    places, there = np.frombuffer(others, dtype=np.int64), np.eye(size, dtype=bool)
    if not places.size:
        none, zero = np.zeros(0, dtype=int), np.zeros(size, dtype=int)
        return Steps(size, none, np.arange(size), *[zero] * 5, *[none] * 3)
    there.flat[places] = True
    if symmetric:
        there |= there.T
    order = _order(there)
    below, after = _fill_in(there[np.ix_(order, order)])
    entry, used = np.diag(order), size
    first = np.empty((2, size), dtype=int)
    for t, (rows, columns) in enumerate(zip(below, after, strict=True)):
        first[:, t] = used
        entry[rows, t] = used + np.arange(len(rows))
        used += len(rows)
        if symmetric:
            entry[t, columns] = entry[rows, t]
        else:
            first[1, t] = used
            entry[t, columns] = used + np.arange(len(columns))
            used += len(columns)
    targets = []
    for rows, columns in zip(below, after, strict=True):
        products = entry[rows[:, None], columns]
        targets.append(products[np.tril_indices(len(rows))] if symmetric else products.ravel())
    rank = np.argsort(order)
    place = entry[np.ix_(rank, rank)].flat[places]
    counts = [np.array([len(part) for part in parts]) for parts in (below, after, targets)]
    lists = [order[np.concatenate(below)], order[np.concatenate(after)], np.concatenate(targets)]
    return Steps(used, place, order, *counts, *first, *lists)


def _fill_in(there: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Rows below and columns after each pivot, for a pattern in the order of the elimination."""
    below, after, operations = list[np.ndarray](), list[np.ndarray](), 0
    for t in range(len(there)):
        below.append(t + 1 + there[t + 1 :, t].nonzero()[0])
        after.append(t + 1 + there[t, t + 1 :].nonzero()[0])
        there[below[t][:, None], after[t]] = True
        operations += len(below[t]) * len(after[t])
        check_size(len(there), operations)
    return below, after


def check_size(unknowns: int, operations: int) -> None:
    """Raise `TooLarge` where blocks up to one of so many ``unknowns`` take too many operations.

    >>> check_size(4, 10) is None
    True
    """
    if operations > LARGEST:
        raise TooLarge(
            f"The elimination of a block of {unknowns} elements needs more than "
            f"{LARGEST:,} operations; a direct solver serves better."
        )


def _order(there: np.ndarray) -> np.ndarray:
    """Minimum degree, as SuperLU finds it for a matrix with entries ``there``."""
    pattern = csc_array(there + len(there) * np.eye(len(there)))
    factors = splu(pattern, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    return np.argsort(factors.perm_c)


def renumbered(own: Steps, first: int, used: int) -> Steps:
    """The steps for unknowns from ``first`` on, with entries off the diagonal from ``used`` on.

    >>> renumbered(steps_of(1, bytes()), first=7, used=9).unknown
    array([7])
    """
    pivots = len(own.unknown)
    names = np.concatenate([first + np.arange(pivots), used + np.arange(own.size - pivots)])
    return own._replace(
        place=names[own.place],
        unknown=first + own.unknown,
        lower=used - pivots + own.lower,
        upper=used - pivots + own.upper,
        below=first + own.below,
        after=first + own.after,
        target=names[own.target],
    )


def put_together(blocks: Sequence[Steps]) -> list[np.ndarray]:
    """The steps of all blocks, one after the other, as `Elimination` has them after its entries.

    Lists that are read in every sweep are integers of 32 bits.

    >>> put_together([steps_of(1, bytes()), steps_of(1, bytes())])[2].tolist()  # nothing to do
    [0, 0, 0]
    """
    _, places, unknown, *counts_and_lists = zip(*blocks, strict=True)
    pivots = np.arange(sum(len(part) for part in unknown))
    whole = [np.concatenate(part) for part in counts_and_lists]
    starts = [np.concatenate([[0], np.cumsum(count)]) for count in whole[:3]]
    lists = [part.astype(np.uint32) for part in whole[5:]]
    place = np.concatenate([pivots, *places])
    return [place, np.concatenate(unknown), *starts, *whole[3:5], *lists]
