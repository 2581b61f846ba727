"""The extremes of curves over an interval, to the digits that an audit shows.

A statement such as "no blockade for r > 0.6 um" is about the infimum of a curve over an interval,
not over the points of a figure.  It is found on a grid with both ends that is refined around its
smallest value: slower than a minimiser, but it does not stop in the wrong valley, needs no
derivative, and solves all its points together in one batch.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

# a step of 1/32 of the interval, refined twice by sixteen: places to 1/16,000, finer than any
# printed digit
POINTS, ZOOMS = 33, 3

Curve = Callable[[np.ndarray], np.ndarray]


def least(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """The infimum of the curve from ``low`` to ``high``; the ends count.

    Curves over several intervals are searched together: ``low`` and ``high`` of shape (n,), the
    argument and the value of ``curve`` of shape (n, points).  The place is known to half a step
    of the last grid, (high - low)/(points - 1)/16^2/2; a smooth minimum to the square of that.

    >>> round(float(least(lambda x: (x - 0.3) ** 2, 0, 1)), 6)
    0.0
    >>> least(lambda x: x, np.array([0.0, 2.0]), np.array([1.0, 3.0])).tolist()
    [0.0, 2.0]
    """
    return _search(curve, low, high, points)[1]


def greatest(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """The supremum of the curve from ``low`` to ``high``; the ends count.

    >>> round(float(greatest(np.sin, 0, 2)), 6)
    1.0
    """
    return -least(lambda x: -curve(x), low, high, points)


def place_of_least(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """Where the infimum lies: a grid with both ends, refined around its smallest value.

    >>> round(float(place_of_least(np.cos, 2, 4)), 3)
    3.142
    """
    return _search(curve, low, high, points)[0]


def place_of_greatest(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """Where the supremum lies.

    >>> round(float(place_of_greatest(np.sin, 0, 2)), 3)
    1.571
    """
    return place_of_least(lambda x: -curve(x), low, high, points)


def resolution(low: float, high: float, points: int = POINTS) -> float:
    """How far the place that is found may lie from the true one: half a step of the last grid.

    >>> round(1 / resolution(0, 1))
    16384
    """
    return (high - low) / (points - 1) / ((points - 1) / 2) ** (ZOOMS - 1) / 2


def gap(closed: Curve, solved: Curve, low: float, high: float, points: int = POINTS) -> float:
    """The largest distance of a closed form from the master equation, over its maximum.

    >>> round(gap(lambda x: 1.1 * x, lambda x: x, 0, 1), 6)
    0.1
    """
    widest = greatest(lambda x: abs(closed(x) - solved(x)), low, high, points)
    return float(widest / greatest(solved, low, high, points))


def _search(curve: Curve, low: Any, high: Any, points: int) -> tuple[Any, Any]:
    """Place and value of the infimum, after as many refinements as `ZOOMS` says."""
    for _ in range(ZOOMS):
        x = np.linspace(low, high, points, axis=-1)
        y = curve(x)
        i = np.argmin(y, axis=-1)[..., np.newaxis]
        low, high = (_take(x, np.clip(i + step, 0, points - 1)) for step in (-1, 1))
    return _take(x, i), _take(y, i)


def _take(x: np.ndarray, i: np.ndarray) -> Any:
    """One element a row."""
    return np.take_along_axis(x, i, axis=-1)[..., 0]
