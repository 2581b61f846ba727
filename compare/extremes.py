"""The extremes of curves over an interval, to the digits that an audit shows."""

from collections.abc import Callable
from typing import Any

import numpy as np

POINTS, ZOOMS = 33, 3  # a step of 1/32 of the interval, refined twice by sixteen

Curve = Callable[[np.ndarray], np.ndarray]


def least(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """The infimum of the curve from ``low`` to ``high``; the ends count.

    Curves over several intervals are searched together: ``low`` and ``high`` of shape (n,), the
    argument and the value of ``curve`` of shape (n, points).
    """
    return _search(curve, low, high, points)[1]


def greatest(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """The supremum of the curve from ``low`` to ``high``; the ends count."""
    return -least(lambda x: -curve(x), low, high, points)


def place_of_least(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """Where the infimum lies: a grid with both ends, refined around its smallest value."""
    return _search(curve, low, high, points)[0]


def place_of_greatest(curve: Curve, low: Any, high: Any, points: int = POINTS) -> Any:
    """Where the supremum lies."""
    return place_of_least(lambda x: -curve(x), low, high, points)


def gap(closed: Curve, solved: Curve, low: float, high: float, points: int = POINTS) -> float:
    """The largest distance of a closed form from the master equation, over its maximum."""
    widest = greatest(lambda x: abs(closed(x) - solved(x)), low, high, points)
    return float(widest / greatest(solved, low, high, points))


def _search(curve: Curve, low: Any, high: Any, points: int) -> tuple[Any, Any]:
    for _ in range(ZOOMS):
        x = np.linspace(low, high, points, axis=-1)
        y = curve(x)
        i = np.argmin(y, axis=-1)[..., np.newaxis]
        low, high = (_take(x, np.clip(i + step, 0, points - 1)) for step in (-1, 1))
    return _take(x, i), _take(y, i)


def _take(x: np.ndarray, i: np.ndarray) -> Any:
    return np.take_along_axis(x, i, axis=-1)[..., 0]
