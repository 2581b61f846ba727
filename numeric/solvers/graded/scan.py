"""Scans of the drive alone: one series serves all drives.

Where every term of H that raises or lowers the grade by r orders is proportional to drive**r,
and every jump lowers it by one order, each correction of `sweeps` is a power of the
drive:

    p_i(xi) = sum_s c_is (xi/xi_0)^(2 (g_i + s)),

with g_i the grade of the state i in orders of the drive.  The coefficients c_is are found at the
largest drive xi_0 of the scan: the sweeps that are enough there are enough at all others.  The
round-off errors of the c_is are powers of the drive too, and so are their probes.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from numeric.solvers.graded.kernel import TINY
from numeric.solvers.graded.program import Result
from systems import Model
from systems.values import Arrays

# Drives per point of the other parameters from which on a series pays: it is solved in the Fock
# basis, where a point takes three to four times as long as in a diagonal one
FEWEST = 4


@dataclass(frozen=True)
class Scan:
    """A batch sorted by all parameters but the drive.

    ``points`` are the indices, in the batch, of the largest drive of every group; ``group`` is
    the number of the group of each point of the batch, ``ratio`` its drive over the largest,
    which lies between 0 and 1.  Signs and phases of the drive do not matter to populations.

    >>> scan = Scan(points=np.array([1, 2]), group=np.array([0, 0, 1]), ratio=np.ones(3))
    >>> scan.members(0, 1)  # of the first group
    array([0, 1])
    """

    points: np.ndarray
    group: np.ndarray
    ratio: np.ndarray

    def members(self, first: int, last: int) -> np.ndarray:
        """The points of the groups from ``first`` to ``last``.

        >>> scan = Scan(points=np.array([1, 2]), group=np.array([0, 0, 1]), ratio=np.ones(3))
        >>> scan.members(1, 2)
        array([2])
        """
        return np.flatnonzero((first <= self.group) & (self.group < last))


def find_scan(model: Model, arrays: Arrays) -> Scan | None:
    """How a batch of one dimension scans the drive, or None if it does not.

    ``arrays`` hold one value per point.  None also where the corrections are no powers of the
    drive (`is_homogeneous`) or where there are fewer than `FEWEST` drives per group.

    >>> from systems.library import kerr
    >>> arrays = {name: np.ones(4) for name in kerr.VALUES} | {"xi": np.array([1, 2, 4, 3]) / 10}
    >>> scan = find_scan(kerr.MODEL, arrays)
    >>> scan.points.tolist(), scan.group.tolist(), scan.ratio.round(6).tolist()
    ([2], [0, 0, 0, 0], [0.25, 0.5, 1.0, 0.75])
    """
    if model.drive is None:
        return None
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
    """Whether the corrections are powers of the drive.

    So it is where each term of H that changes the grade by r orders is proportional to drive^r,
    no other symbol counts as small, each jump lowers the grade by one order, and neither rates nor
    jumps depend on the drive.

    >>> from systems.library import kerr
    >>> is_homogeneous(kerr.MODEL)
    True
    """
    grading = model.driven_grading
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

    ``result`` holds the terms c_is in ``result.series`` (group, sweep, state); ``group`` and
    ``ratio`` (point) are those of a `Scan`, and ``orders`` the g_i of the Fock states.  The terms
    are added by Horner's rule in x = ratio^2.  Where the series diverges at the largest drive it
    holds as many terms as were allowed, which may still be enough for the others: the remainder
    is estimated anew for each drive.

    >>> series = np.array([[[1.0, 0.5], [-0.1, -0.2]]])  # one group, two sweeps, two states
    >>> nothing = np.zeros((1, 0), dtype=complex)
    >>> sizes = abs(series).sum(axis=1), 1e-16 * abs(series)
    >>> found = Result(series.sum(axis=1), *sizes, np.zeros(1), np.array([1]), nothing, series)
    >>> half = sum_series(found, np.array([0]), np.array([0.5]), np.array([0, 1]))
    >>> half.populations  # 1 - 0.1/4, and (0.5 - 0.2/4)/4
    array([[0.975 , 0.1125]])
    """
    x, last, gain = (ratio**2)[:, None], result.sweeps[group], _gain(result)[group]
    total, terms = np.zeros((2, len(group), len(orders)))
    with np.errstate(over="ignore", invalid="ignore"):
        for s in range(last.max(), -1, -1):
            c = result.series[group, s]
            total, terms = total * x + c, terms * x + abs(c) * (gain if s > 1 else 1)
        changes = [_largest(result.series, group, last - back, x, total) for back in (2, 1, 0)]
    powers = x**orders
    probes = result.probes[group] * np.stack([powers, powers * x], axis=1)
    nothing = np.zeros((len(group), 0), dtype=complex), np.zeros((len(group), 0, 0))
    return Result(total * powers, terms * powers, probes, _remainder(*changes), last, *nothing)


def _gain(result: Result) -> np.ndarray:
    """As in `numeric.solvers.graded.kernel.probe`."""
    first_two = abs(result.series[:, :2])
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        ratios = np.where(first_two > 0, result.probes / first_two, np.inf).min(axis=1)
    largest = np.max(np.where(ratios < np.inf, ratios, 1), axis=1, keepdims=True, initial=1)
    return np.clip(ratios, 1, largest)


def _largest(
    series: np.ndarray, group: np.ndarray, s: np.ndarray, x: np.ndarray, total: np.ndarray
) -> np.ndarray:
    """Largest relative change of a population by term number s; 1 for s = 0, and 2 for -1."""
    changes = abs(series[group, s]) * x ** np.maximum(s, 0)[:, None] / (abs(total) + TINY)
    return np.where(s > 0, changes.max(axis=1), 0.5**s)


def _remainder(first: np.ndarray, second: np.ndarray, third: np.ndarray) -> np.ndarray:
    """As in `numeric.solvers.graded.kernel.accumulate`."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        decay = np.maximum(third / (second + TINY), second / (first + TINY))
        return np.where(decay < 1, third * decay / (1 - decay), np.inf)
