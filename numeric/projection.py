"""How many quanta a cut has to hold, read off how populations fall towards it.

S_q is what the shell of q quanta at a side of the cut contributes to a moment, B what lies beyond
the cut (`numeric.tail`).  Near the cut these are taken as

    ln S_(Q+x) = ln S_Q + s x + c x^2/2,

with the slope s and the curvature c of the last half of the shells: thermal and squeezed light has
c = 0, coherent light falls faster and faster.  What is missing beyond Q + x is then about
B exp(s x + c x^2/2), which tells the x that leaves less than the tolerance.
"""

import numpy as np

from numeric.solvers.solution import Solution
from numeric.space import Side
from numeric.tail import fall, missing_at, shells, weights

ROOM = 8  # quanta from which on there is a slope of its own in either quarter
STRAIGHT = (
    0.15  # relative change of the slope of a line: squeezed light has 5 %, Poisson's law 40 %
)


def needed(
    found: Solution, side: Side, modes: tuple[int, ...], tolerance: float | np.ndarray
) -> np.ndarray:
    """Quanta at this side that hold <a_i' a_j' ... a_j a_i> up to ``tolerance``, (points,).

    The tolerance is relative, one for all points or for each.  Infinite where populations do not
    fall towards the cut; zero where the moment vanishes.

    >>> from numeric.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> thermal = 0.5 ** np.arange(1, 14)  # halves with every quantum
    >>> on = Space([BosonOp("a")], 12)
    >>> found = Solution.of(on, np.diag(thermal) + 0j, np.zeros(13), 0.0, "ok", "by hand")
    >>> needed(found, on.sides[0], (), 3e-3), needed(found, on.sides[0], (), 1e-6)
    (array([8.]), array([19.]))
    """
    top = side[1]
    held = shells(found, side, weights(found.space, modes))
    slope, curvature = _slopes(found, side, held)
    size, beyond = held.sum(axis=1), missing_at(found, side, modes)
    # what lies above each number of quanta, up to the cut and beyond it
    above = np.cumsum(held[:, ::-1], axis=1)[:, ::-1]
    above = np.column_stack([above[:, 1:] + beyond[:, None], beyond])
    enough = above <= np.reshape(tolerance * size, (-1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        lacking = np.log(beyond / (tolerance * size))
    more = top + np.ceil(_steps(lacking, slope, curvature))
    return np.where(enough.any(axis=1), np.argmax(enough, axis=1), more) * (size > 0)


def distant(found: Solution, side: Side, modes: tuple[int, ...], tolerance: float) -> np.ndarray:
    """The same as seen from far away, (points,); NaN where the moment vanishes.

    Populations are taken to fall as they do in the middle half of the shells, where a cut that is
    much too small does not bend them yet.  Infinite unless they fall alike in both quarters of it,
    as those of thermal and squeezed light do: of others nothing can be told from far away.

    >>> from numeric.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> thermal = 0.1 * 0.9 ** np.arange(41)
    >>> on = Space([BosonOp("a")], 40)
    >>> found = Solution.of(on, np.diag(thermal) + 0j, np.zeros(41), 0.0, "ok", "by hand")
    >>> distant(found, on.sides[0], (), 1e-8)  # 0.9^q is 1e-8 at q = 175
    array([176.])
    """
    if side[1] < 2 * ROOM:
        return np.full(len(found.points), np.inf)
    pair, width = _pairs(shells(found, side)), side[1] // 4
    inner, middle, outer = (pair[:, -1 - k * width] for k in (3, 2, 1))
    each = weights(found.space, modes)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.log(tolerance * (found.populations @ each) / np.max(each))
        before, after = (middle - inner) / width, (outer - middle) / width
        straight = abs(before - after) <= STRAIGHT * abs(after)
        lacking = outer - np.log(-np.expm1(after)) - least
        quanta = side[1] - width + np.ceil(_steps(lacking, after, np.zeros_like(after)))
    quanta = np.where(straight & (after < 0), quanta, np.inf)
    return np.where(np.isfinite(least), quanta, np.nan)


def _pairs(held: np.ndarray) -> np.ndarray:
    """Logarithm of what shells hold, neighbours together: pairs leave every other one empty."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(held[:, 1:], held[:, :-1])))


def _slopes(found: Solution, side: Side, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope of the logarithm of what shells hold at the cut, and its curvature, per quantum."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if side[1] < ROOM:
            slope = np.log(fall(found, side))
            return slope, np.zeros(len(slope))
        pair, width = _pairs(held), side[1] // 4
        inner, middle, outer = (pair[:, -1 - k * width] for k in (2, 1, 0))
        first, last = (middle - inner) / width, (outer - middle) / width
        curvature = np.minimum((last - first) / width, 0.0)
        curvature = np.nan_to_num(curvature, nan=0.0, neginf=0.0)
        return np.nan_to_num(last, nan=-np.inf) + curvature * width / 2, curvature


def _steps(lacking: np.ndarray, slope: np.ndarray, curvature: np.ndarray) -> np.ndarray:
    """The x > 0 with lacking + slope x + curvature x^2/2 = 0; infinite where there is none."""
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        root = np.sqrt(slope**2 - 2 * curvature * lacking)
        x = np.where(slope < 0, 2 * lacking / (root - slope), np.inf)
    return np.where(lacking > 0, np.nan_to_num(x, nan=np.inf), 0.0)
