"""Which points travel together through the compiled sweeps.

`WIDTH` points are swept side by side until the slowest of them is done.  On a map these are
neighbours, which take about as many sweeps.  Of points in no order, as those of random drives, the
slowest of so many takes two to three times the sweeps of an average one: they travel better sorted
by how many they will need.  That is foretold on the smallest cut, where corrections fall by about
the same ratio.
"""

from collections.abc import Callable

import numpy as np

from numeric.solvers.graded.vectors import WIDTH

# Points from which on it is asked, packs that are looked at before all points are, a millisecond in
# all, and how many sweeps fewer are worth what sorting takes, two microseconds a point
FEWEST, LOOK, WORTH = 128 * WIDTH, 12, 4.0


def foretold(change: np.ndarray, sweeps: int, tolerance: float, limit: int) -> np.ndarray:
    """How many sweeps will be made, if some have left a relative ``change``, at most ``limit``.

    Changes fall by the same ratio from sweep to sweep.

    >>> foretold(np.array([1e-4, 1e-2, 2.0]), sweeps=2, tolerance=1e-12, limit=60)
    array([ 6., 12., 60.])
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        needed = np.rint(sweeps * np.log(tolerance) / np.log(change))
    return np.where(change < 1, np.clip(needed, sweeps, limit), limit)


def sorted_by_need(needs: Callable[[np.ndarray], np.ndarray], points: int) -> np.ndarray | None:
    """The order in which points travel, slowest first; None where it is theirs already.

    ``needs`` foretells the sweeps of some of the points.  Points of equal needs keep their order:
    as neighbours they are the more alike.

    >>> n = np.where(np.arange(4096) % 2, 5.0, 20.0)
    >>> sorted_by_need(lambda some: n[some], 4096)[[0, 1, 2047, 2048]]
    array([   0,    2, 4094,    1])
    >>> sorted_by_need(lambda some: np.sort(n)[some], 4096) is None
    True
    """
    if points < FEWEST:
        return None
    packs = np.arange(points // WIDTH * WIDTH).reshape(-1, WIDTH)
    some = needs(packs[:: len(packs) // LOOK].ravel())
    if _made(some) - _made(np.sort(some)) < WORTH:
        return None
    return np.argsort(-needs(np.arange(points)), kind="stable")


def _made(needs: np.ndarray) -> float:
    """Sweeps that packs of points in this order make on average."""
    return float(needs.reshape(-1, WIDTH).max(axis=1).mean())
