"""How many quanta a cut has to hold, read off how populations fall towards it.

S_q is what the shell of q quanta at a side of the cut contributes to a moment, B what lies beyond
the cut (`numeric.trust.tail`).  Near the cut these are taken as

    ln S_(Q+x) = ln S_Q + s x + c x^2/2,

with the slope s and the curvature c of the last half of the shells: thermal and squeezed light has
c = 0, coherent light falls faster and faster.  What is missing beyond Q + x is then about
B exp(s x + c x^2/2), which tells the x that leaves less than the tolerance.

`numeric.search.advice` makes of this what to ask for where a truncation was too small.
"""

from dataclasses import replace
from functools import partial
from math import ceil

import numpy as np

from numeric.lindblad.paths import tops_on_the_way
from numeric.lindblad.space import Cut, Side, count_states, levels, limits, resized, sides
from numeric.search.classical import reach
from numeric.solvers.solution import Solution
from numeric.trust.tail import (
    CAUTION,
    FLAT,
    Words,
    fall,
    falling_factorials,
    falling_rows,
    missing_each,
    shells,
    steepness,
)
from systems import Model
from systems.ladder import is_two_level

# Times the quanta that the last shells ask for, to be tried in this order until the cut fits: of
# squeezed light cut at 14 they ask for half of what holds it, of one of 50 quanta cut at 25 for
# a third.  More of one mode alone cost little, of several modes a power of it
ROOMS, ROOMS_OF_SEVERAL = (3.0, 1.5), (1.5, 1.25)
FAR = 10**6  # quanta: what is farther away is as far

SEEN = 10.0  # times its error that a population has to be, for its fall to tell how to grow
ROOM = 8  # quanta from which on there is a slope of its own in either quarter
# Relative change of the slope of a line: squeezed light has 5 %, Poisson's law 40 %
STRAIGHT = 0.15
# Powers of e by which a cut itself makes populations fall over its quanta, where light lies beyond:
# of squeezed light of 1 to 100 quanta cut at 18 to 199 they ask for e/(e - 2.2) of what is seen
BENT = 2.2


def needed(found: Solution, side: Side, words: Words, tolerance: float | np.ndarray) -> np.ndarray:
    """Quanta at this side that hold every <a_i' a_j' ... a_j a_i> up to ``tolerance``, (points,).

    Each word is the modes of one of them.  The tolerance is relative, one for all points or for
    each.  Infinite where populations do not fall towards the cut; a moment that vanishes needs
    none.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 14))  # halves with every quantum
    >>> (side,) = found.space.sides
    >>> needed(found, side, ((),), 3e-3), needed(found, side, ((),), 1e-6)
    (array([8.]), array([19.]))
    """
    top, held = side.top, shells(found, side, falling_rows(found.space, words))
    slope, curvature = _slopes(found, side, held)
    size, beyond = held.sum(axis=-1), missing_each(found, side, words)
    # what lies above each number of quanta, up to the cut and beyond it
    above = np.cumsum(held[..., ::-1], axis=-1)[..., ::-1]
    above = np.concatenate([above[..., 1:] + beyond[..., None], beyond[..., None]], axis=-1)
    enough = above <= (tolerance * size)[..., None]
    with np.errstate(divide="ignore", invalid="ignore"):
        lacking = np.log(beyond / (tolerance * size))
    more = top + np.ceil(_steps(lacking, slope, curvature))
    each = np.where(enough.any(axis=-1), np.argmax(enough, axis=-1), more) * (size > 0)
    return np.asarray(each.max(axis=0))


def settling(found: Solution, side: Side, words: Words, tolerance: float, most: int) -> np.ndarray:
    """Quanta more at a side of which a comparison of both cuts is likely to settle, (points,).

    The words are those of `needed`.  A change is of the size of what the first missing shell adds,
    and of it the share `numeric.trust.judge.share` counts.  The last two shells tell how both fall,
    or three where pairs leave every other one empty.  Nothing where any number of quanta will do,
    or where no share is left out with at ``most`` so many.

    >>> found = Solution.mixture(0.01 ** np.arange(6))  # two more change 1e-12, g^2 is 1e-4
    >>> (side,) = found.space.sides
    >>> [settling(found, side, ((),), wanted, 6).round(2) for wanted in (1e-8, 1e-14)]
    [array([0.]), array([3.])]
    """
    if side.top < 2:
        return np.zeros(len(found.points))
    each, rows = shells(found, side, last=3), falling_rows(found.space, words)
    held, size = shells(found, side, rows, last=2), rows @ found.populations.T
    with np.errstate(divide="ignore", invalid="ignore"):
        pairs = np.sqrt(each[:, -1] / each[:, -3])
        g = np.minimum(np.nan_to_num(np.fmax(each[:, -1] / each[:, -2], pairs)), FLAT)
        first = np.maximum(held[..., -1] * g, held[..., -2] * g**2)
        excess = np.nan_to_num(np.max(first / (tolerance * size), axis=0))
        steps = np.nan_to_num(np.log(CAUTION * excess) / -np.log(g))
    return np.where((excess > 1) & (CAUTION * g**most < 1), steps, 0.0)


def distant(found: Solution, side: Side, modes: tuple[int, ...], tolerance: float) -> np.ndarray:
    """The same as seen from far away, (points,); NaN where the moment vanishes.

    Populations are taken to fall as they do in the middle half of the shells, where a cut that is
    much too small does not bend them yet.  Infinite unless they fall alike in both quarters of it,
    as those of thermal and squeezed light do: of others nothing can be told from far away.

    >>> found = Solution.mixture(0.1 * 0.9 ** np.arange(41))
    >>> distant(found, found.space.sides[0], (), 1e-8)  # 0.9^q is 1e-8 at q = 175
    array([176.])
    """
    if side.top < 2 * ROOM:
        return np.full(len(found.points), np.inf)
    pair, width = _pairs(shells(found, side)), side.top // 4
    inner, middle, outer = (pair[:, -1 - k * width] for k in (3, 2, 1))
    each = falling_factorials(found.space, modes)
    with np.errstate(divide="ignore", invalid="ignore"):
        least = np.log(tolerance * (found.populations @ each) / np.max(each))
        before, after = (middle - inner) / width, (outer - middle) / width
        straight = abs(before - after) <= STRAIGHT * abs(after)
        lacking = outer - np.log(-np.expm1(after)) - least
        quanta = side.top - width + np.ceil(_steps(lacking, after, np.zeros_like(after)))
    quanta = np.where(straight & (after < 0), quanta, np.inf)
    return np.where(np.isfinite(least), quanta, np.nan)


def bent(found: Solution, side: Side) -> np.ndarray:
    """Times the quanta asked for that are needed, as a cut bends the tail of a mode, (points,).

    Light that leaves the cut takes with it what it would feed back, which makes populations fall by
    `BENT` powers of e over all of the cut although they hardly do without it.  Infinite where they
    fall by less than one power of their own: how far such a tail goes cannot be seen.

    >>> side = Solution.mixture(0.5 ** np.arange(1, 42)).space.sides[0]
    >>> [bent(Solution.mixture(g ** np.arange(41)), side).round(2) for g in (0.5, 0.9, 0.93)]
    [array([1.09]), array([2.09]), array([inf])]
    """
    pair, width = _pairs(shells(found, side)), side.top // 4
    inner, middle, outer = (pair[:, -1 - k * width] for k in (3, 2, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = (middle - inner) / width, (outer - middle) / width
        straight = (abs(before - after) <= STRAIGHT * abs(after)) & (after < 0)
        falls = -after * side.top
        times = np.where(falls > BENT + 1, falls / (falls - BENT), np.inf)
    return np.where(straight, times, 1.0)


def _pairs(held: np.ndarray) -> np.ndarray:
    """Logarithm of what shells hold, neighbours together: pairs leave every other one empty."""
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.maximum(held[..., 1:], held[..., :-1])))


def _slopes(found: Solution, side: Side, held: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slope of the logarithm of what shells hold at the cut, and its curvature, per quantum."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if side.top < ROOM:
            slope = np.log(fall(found, side))
            return slope, np.zeros(len(slope))
        pair, width = _pairs(held), side.top // 4
        inner, middle, outer = (pair[..., -1 - k * width] for k in (2, 1, 0))
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


def visible(found: Solution) -> Solution:
    """The solution without populations that are nothing but round-off: their fall means nothing.

    >>> from numeric.lindblad.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> rho, error = np.diag([1.0, 1e-17]) + 0j, np.full(2, 1e-16)
    >>> found = Solution.of(Space([BosonOp("a")], 1), rho, error, 0.0, "ok", "by hand")
    >>> visible(found).populations
    array([[1., 0.]])
    """
    seen = found.populations > SEEN * found.error
    return replace(found, populations=np.where(seen, found.populations, 0.0))


def enough(
    model: Model, found: Solution, light: np.ndarray, order: int, tolerance: float, room: float
) -> Cut:
    """A cut that holds n ... g^(order) of every mode at all points of a solution.

    It has ``room`` times the quanta that the last shells ask for, in all or mode by mode, whichever
    keeps fewer states.  Where populations do not fall towards the cut the classical light tells, in
    the same measure (`numeric.search.classical.reach` has its own room); where there is none the
    numbers are `FAR`.

    >>> from numeric.solvers.choice import solve_points
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": 1.0})
    >>> some = solve_points(kerr.MODEL, arrays, np.arange(1), 12, "direct")
    >>> enough(kerr.MODEL, some, np.zeros((1, 1)), 2, 1e-8, room=1.25)
    7
    """
    modes, seen = model.modes, visible(found)
    each = np.array(levels(modes, found.space.cut)) - 1
    spread = reach(light)
    bright = np.asarray(spread * max(room / ROOMS[-1], 1.0))

    def wanted(side: Side) -> int:
        beyond = np.asarray(spread @ np.array(side.weights) > side.limit)
        return ceil(room * _wanted(model, seen, side, order, tolerance, beyond))

    tops = bright.max(axis=0, initial=0)
    for side in sides(modes, tuple(each.tolist())):
        i = side.weights.index(1)
        tops[i] = max(tops[i], wanted(side))
    # a harmonic's quanta come from as many more of the mode that makes it
    ways = tops_on_the_way(model, order)
    tops = np.where([is_two_level(mode) for mode in modes], 1, np.maximum(tops, ways))
    by_mode = tuple(np.minimum(np.ceil(tops), FAR).astype(int).tolist())
    if len(modes) == 1:
        return by_mode[0]
    if isinstance(found.space.cut, tuple):
        return by_mode
    every, need = limits(modes, found.space.cut), list[int]()
    for side in every:
        seen_there = wanted(side) if side in found.space.sides else 0
        light = np.max(bright @ np.array(side.weights), initial=0) / side.unit
        need.append(min(max(seen_there, side.shell_of(ways), ceil(float(light))), FAR))
    whole = resized(modes, found.space.cut, need)
    return min((whole, by_mode), key=partial(count_states, modes))


def _wanted(
    model: Model, found: Solution, side: Side, order: int, tolerance: float, beyond: np.ndarray
) -> float:
    """Quanta at a side that all points need, as the last shells and those in the middle tell.

    Where classical light lies beyond the side (``beyond``) the shells show its flank only, and
    where they are full up to the cut they tell nothing.
    """
    words = tuple((mode,) * k for mode, k in moments_within(model, found.space.cut, order))
    near = needed(found, side, words, tolerance)
    far = np.nan_to_num([distant(found, side, word, tolerance) for word in words], posinf=0.0)
    near = np.maximum(near, np.max(far, axis=0))
    if len(model.modes) == 1 and side.top >= ROOM:
        near = np.where(near > side.top, near * bent(found, side), near)
    near = np.where(steepness(found) < FLAT, near, FAR)
    return float(np.clip(np.max(np.where(beyond, 0, near), initial=0), 0, FAR))


def moments_within(model: Model, cut: Cut, order: int) -> list[tuple[int, int]]:
    """Modes with the orders, up to this one, of those of their moments that a cut holds.

    >>> from systems.library import jaynes_cummings
    >>> moments_within(jaynes_cummings.MODEL, 3, order=2)
    [(0, 1), (0, 2), (1, 1)]
    """
    tops = np.array(levels(model.modes, cut)) - 1
    return [(i, k) for i, top in enumerate(tops.tolist()) for k in range(1, min(order, top) + 1)]
