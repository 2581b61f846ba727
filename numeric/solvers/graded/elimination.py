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

    Entries are numbered: pivots, other entries of the matrix row by row, fill-in.

    >>> both = np.array([1, 2], dtype=np.int64)  # a full matrix of two unknowns: one product
    >>> steps_of(2, both.tobytes()).target.tolist()
    [0]
    """

    size: int
    unknown: np.ndarray
    lower_count: np.ndarray  # entries of each step; in `Elimination` stands where they begin
    upper_count: np.ndarray
    target_count: np.ndarray
    lower: np.ndarray
    below: np.ndarray
    upper: np.ndarray
    after: np.ndarray
    target: np.ndarray


@lru_cache(maxsize=256)
def steps_of(size: int, others: bytes) -> Steps:
    """The steps for a block of so many unknowns, with ``others`` as entries off its diagonal.

    They are places in the matrix, read row by row, as the bytes of integers of 64 bits.

    >>> steps_of(3, bytes()).unknown.tolist()  # nothing to eliminate
    [0, 1, 2]
    """
    places, number = np.frombuffer(others, dtype=np.int64), np.full((size, size), -1)
    if not places.size:
        none, zero = np.zeros(0, dtype=int), np.zeros(size, dtype=int)
        return Steps(size, np.arange(size), *[zero] * 3, *[none] * 5)
    number.flat[places] = size + np.arange(len(places))
    np.fill_diagonal(number, np.arange(size))
    order, used, operations = _order(number), size + len(places), 0
    number = number[np.ix_(order, order)]
    lists: list[tuple[np.ndarray, ...]] = []
    for t in range(size):
        below = t + 1 + (number[t + 1 :, t] >= 0).nonzero()[0]
        after = t + 1 + (number[t, t + 1 :] >= 0).nonzero()[0]
        target = number[below[:, None], after]
        operations += target.size
        check_size(size, operations)
        new = target < 0
        if fill := int(np.count_nonzero(new)):
            target[new] = used + np.arange(fill)
            number[below[:, None], after] = target
            used += fill
        lists.append(
            (number[below, t], order[below], number[t, after], order[after], target.ravel())
        )
    counts = np.array([[len(part) for part in (one[0], one[2], one[4])] for one in lists])
    return Steps(
        used, order, *counts.T, *(np.concatenate(part) for part in zip(*lists, strict=True))
    )


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


def _order(number: np.ndarray) -> np.ndarray:
    """Minimum degree, as SuperLU finds it for a matrix of this pattern."""
    pattern = csc_array((number >= 0).astype(float) + len(number) * np.eye(len(number)))
    factors = splu(pattern, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})
    return np.argsort(factors.perm_c)


def renumbered(own: Steps, names: np.ndarray, first: int) -> Steps:
    """The steps with the ``names`` of entries of all blocks, for unknowns from ``first`` on.

    >>> renumbered(steps_of(1, bytes()), np.array([7]), 7).unknown
    array([7])
    """
    return own._replace(
        unknown=first + own.unknown,
        lower=names[own.lower],
        below=first + own.below,
        upper=names[own.upper],
        after=first + own.after,
        target=names[own.target],
    )


def put_together(blocks: Sequence[Steps]) -> list[np.ndarray]:
    """The steps of all blocks, one after the other, as `Elimination` has them after its entries.

    >>> put_together([steps_of(1, bytes()), steps_of(1, bytes())])[1].tolist()  # nothing to do
    [0, 0, 0]
    """
    _, unknown, *counts_and_lists = zip(*blocks, strict=True)
    whole = [np.concatenate(part) for part in counts_and_lists]
    starts = [np.concatenate([[0], np.cumsum(count)]) for count in whole[:3]]
    return [np.concatenate(unknown), *starts, *whole[3:]]
