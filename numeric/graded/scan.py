"""Scans of the drive alone: one series serves all drives.

Where every term of H that raises or lowers the grade by r orders is proportional to drive**r,
and every jump lowers it by one order, each correction of `numeric.graded.sweeps` is a power of the
drive:

    p_i(xi) = sum_s c_is (xi/xi_0)^(2 (g_i + s)),

with g_i the grade of the state i in orders of the drive.  The coefficients c_is are found at the
largest drive xi_0 of the scan: the sweeps that are enough there are enough at all others.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from numeric.graded.kernel import TINY, Result
from systems import Model
from systems.values import Arrays

FEWEST = 4  # drives per point of the other parameters from which on a series pays


@dataclass(frozen=True)
class Scan:
    """A batch sorted by all parameters but the drive.

    ``points`` are the indices, in the batch, of the largest drive of every group; ``group`` is
    the number of the group of each point of the batch, ``ratio`` its drive over the largest.
    """

    points: np.ndarray
    group: np.ndarray
    ratio: np.ndarray

    def members(self, first: int, last: int) -> np.ndarray:
        """The points of the groups from ``first`` to ``last``."""
        return np.flatnonzero((first <= self.group) & (self.group < last))


def find_scan(model: Model, arrays: Arrays) -> Scan | None:
    """How a batch of one dimension scans the drive, or None if it does not."""
    drive = abs(arrays[str(model.drive)])
    if np.all(drive == drive[0]) or not is_homogeneous(model):
        return None
    others = np.array([array for name, array in arrays.items() if name != str(model.drive)])
    _, group = np.unique(others, axis=1, return_inverse=True)
    count = group.max() + 1
    if len(drive) < FEWEST * count:
        return None
    order = np.lexsort((drive, group))
    points = order[np.searchsorted(group[order], np.arange(count), side="right") - 1]
    largest = drive[points][group]
    return Scan(points, group, drive / np.where(largest > 0, largest, 1))


@lru_cache(maxsize=32)
def is_homogeneous(model: Model) -> bool:
    """Whether the corrections are powers of the drive."""
    grading = model.grading
    if model.orders or any(model.drive in loss.rate.free_symbols for loss in model.losses):
        return False
    orders = [(w, c, abs(grading.raises(w))) for w, c in model.ladder.items()]
    jumps = [(w, x) for ladder in model.jumps for w, x in ladder.items()]
    return all(
        grading.raises(w) == -grading.unit and set(model.by_order(x)) == {0} for w, x in jumps
    ) and all(
        {order * grading.unit for order in model.by_order(c)} == {raised} for _, c, raised in orders
    )


def sum_series(result: Result, group: np.ndarray, ratio: np.ndarray, orders: np.ndarray) -> Result:
    """The result at drives that are ``ratio`` times that of their ``group``.

    ``orders`` are the g_i of the Fock states.
    """
    x = (ratio**2)[:, None]
    total = np.zeros((len(group), len(orders)))
    for s in range(result.sweeps.max(), -1, -1):
        total = total * x + result.series[group, s]
    last, powers = result.sweeps[group], x**orders
    populations = total * powers
    trace = populations.sum(axis=1, keepdims=True)
    # round-off falls at least as fast as the leading order
    error = (result.error * result.series.sum(axis=(1, 2))[:, None])[group] * powers
    changes = [_largest(result.series[group, s] * x ** s[:, None], total) for s in (last - 1, last)]
    remainder = _remainder(*changes)
    return Result(populations / trace, error / trace, remainder, last, *_nothing(len(group)))


def _largest(change: np.ndarray, total: np.ndarray) -> np.ndarray:
    return np.max(abs(change) / (abs(total) + TINY), axis=1)


def _remainder(before: np.ndarray, change: np.ndarray) -> np.ndarray:
    """As in `numeric.graded.kernel.accumulate`."""
    decay = change / (before + TINY)
    with np.errstate(divide="ignore"):
        return np.where(decay < 1, change * decay / (1 - decay), np.inf)


def _nothing(points: int) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros((points, 0), dtype=complex), np.zeros((points, 0, 0))
