"""How many quanta a cut has to hold, read off how populations fall towards it.

S_q is what the shell of q quanta at a side of the cut contributes to a moment, B what lies beyond
the cut (`numeric.tail`).  Near the cut these are taken as

    ln S_(Q+x) = ln S_Q + s x + c x^2/2,

with the slope s and the curvature c of the last half of the shells: thermal and squeezed light has
c = 0, coherent light falls faster and faster.  What is missing beyond Q + x is then about
B exp(s x + c x^2/2), which tells the x that leaves less than the tolerance.

`advise` makes of this, and of the classical light (`numeric.classical`), what to ask for where a
truncation was too small.  A way is named only where what it takes fits, with room to spare: a
search (``order``, ``limit``) needs two quanta more than what holds its tolerance, a truncation of
one's own (``quanta``) what holds the numbers to a figure's accuracy.  Linear light in any bath
needs none: it is Gaussian, and its covariances have all moments (`numeric.gaussian`).
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import ceil, isqrt

import numpy as np

from numeric.arguments import largest
from numeric.classical import LIGHT, reach
from numeric.heat import held
from numeric.paths import tops_on_the_way
from numeric.solvers.solution import Solution
from numeric.space import Cut, Side, count_states, hull, levels, show_cut, sides, wider
from numeric.tail import (
    FLAT,
    escape,
    fall,
    falling_factorials,
    missing,
    missing_at,
    shells,
    steepness,
)
from systems import Model
from systems.ladder import is_two_level

# Times the quanta that the last shells ask for, to be tried in this order until the cut fits: of
# squeezed light cut at 14 they ask for half of what holds it, of one of 50 quanta cut at 25 for
# a third.  More of one mode alone cost little, of several modes a power of it
ROOMS, ROOMS_OF_SEVERAL = (3.0,), (1.5, 1.25)
CLOSER = 0.1  # of what it may be off, the tolerance to which a truncation of one's own is proposed
THERMAL = 0.3  # the same of what a bath fills, whose law is known
PAIRS = 2  # the order of n and g2, which are wanted first
FAR = 10**6  # quanta: what is farther away is as far

SEEN = 10.0  # times its error that a population has to be, for its fall to tell how to grow
ROOM = 8  # quanta from which on there is a slope of its own in either quarter
# Relative change of the slope of a line: squeezed light has 5 %, Poisson's law 40 %
STRAIGHT = 0.15


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
    held = shells(found, side, falling_factorials(found.space, modes))
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
    each = falling_factorials(found.space, modes)
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


def visible(found: Solution) -> Solution:
    """The solution without populations that are nothing but round-off: their fall means nothing.

    >>> from numeric.space import Space
    >>> from sympy.physics.quantum.boson import BosonOp
    >>> rho, error = np.diag([1.0, 1e-17]) + 0j, np.full(2, 1e-16)
    >>> found = Solution.of(Space([BosonOp("a")], 1), rho, error, 0.0, "ok", "by hand")
    >>> visible(found).populations
    array([[1., 0.]])
    """
    seen = found.populations > SEEN * found.error
    return replace(found, populations=np.where(seen, found.populations, 0.0))


def advise(
    model: Model,
    found: Sequence[Solution],
    light: Sequence[np.ndarray],
    order: int | None,
    tolerance: float,
    moved: float,
    pairs_known: bool = False,
    looked: bool = False,
    limit: int | None = None,
    searches: bool = True,
    falls: Sequence[np.ndarray] = (),
    around: float = np.nan,
) -> str:
    """What to ask `steady_state` for instead, in words that may be typed.

    ``found`` are solutions that were too small at all of their points, ``light`` the quanta of the
    classical light there, each (points, modes).  ``order`` is the highest correlation for which
    the truncation was chosen, None where it was given; ``pairs_known`` says that n and g2 are
    converged and only higher orders are not.  ``moved`` is by how much a number of a truncation
    of one's own may be off.  ``looked`` says that it was looked for bright light without a cut that
    holds it (`numeric.bright`), or cannot be; ``limit`` is how many states were asked for, which
    are not advised again; ``searches`` that a search by default goes as far as anything does;
    ``falls`` are those of what baths fill (`numeric.heat`), (points, modes) for each solution, and
    ``around`` is how many states it takes around an amplitude, where that is foretold.

    >>> from numeric.solvers.choice import solve_points
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": 2.0})
    >>> few = solve_points(kerr.MODEL, arrays, np.arange(1), 4, "direct")
    >>> advise(kerr.MODEL, [few], [np.zeros((1, 1))], None, 1e-3, 1e-3)
    'Leave out `quanta`, or give more (`quanta=21`).'
    >>> advise(kerr.MODEL, [few], [np.zeros((1, 1))], 3, 1e-8, 1e-3, pairs_known=True)
    'Ask for `order=2`, or more states (`limit=547`), or a truncation of your own (`quanta=18`).'
    """

    def least(highest: int, within: float, room: float = ROOMS_OF_SEVERAL[-1]) -> Cut:
        pairs = zip(found, light, strict=True)
        cuts = [enough(model, one, n, highest, within, room) for one, n in pairs]
        return hull(model.modes, cuts)

    fits, most = partial(_fits, model), isqrt(largest(model))
    rooms = ROOMS if len(model.modes) == 1 else ROOMS_OF_SEVERAL
    proposed = [least(order or 4, CLOSER * moved, room) for room in rooms]
    if order is None:
        given = [wider(one.space.cut, 2) for one in found]
        proposed = [hull(model.modes, [own, *given]) for own in proposed]
    own = next(filter(fits, proposed), proposed[-1])
    # the search looks for all orders of a truncation that is given
    by_all, by_pairs = (fits(wider(least(k, tolerance), 2)) for k in (order or 4, PAIRS))
    typed = f"`quanta={show_cut(model, own)}`"
    if order is None and (by_all or _unknown(own)):  # the search sees more
        plenty = f"more{f' ({typed})' if fits(own) else ''}."
        return f"Leave out `quanta`, or give {plenty}" if searches else f"Give {plenty}"
    ways = ["`order=2`"] if order is not None and pairs_known and order > PAIRS else []
    more = (limit or 0) < most
    if by_all and more:
        ways.append(f"more states (`limit={most}`)")
    elif by_pairs and not ways and (more or order != PAIRS):
        ways.append(f"`order=2` with more states (`limit={most}`)")
    if fits(own):
        ways.append(f"a truncation of your own ({typed})")
    if not (looked or by_all):
        ways += _around(model, light, given=order is None)
    if not ways and order is not None:
        ways = _already(model, found, order, moved)
    if ways:
        return f"Ask for {', or '.join(ways)}."
    pairs = least(PAIRS, CLOSER * moved)
    if falls and np.any(np.vstack(falls)):  # what a bath fills is known without a cut
        warm = held(np.max(np.vstack(falls), axis=0), PAIRS, THERMAL * moved)
        tops = zip(levels(model.modes, pairs), warm.tolist(), strict=True)
        pairs = tuple(top or kept - 1 for kept, top in tops)
        if fits(pairs):
            typed = f"`quanta={show_cut(model, pairs)}`"
            return f"Ask for a truncation of your own ({typed}), for n and g2."
        return _none(model, pairs, "a colder bath")
    return _none(model, own if fits(pairs) else pairs, around=around)


def _already(model: Model, found: Sequence[Solution], order: int, moved: float) -> list[str]:
    """The truncation that was solved last, where it is one's own that holds n and g2 at least."""
    cut = hull(model.modes, [one.space.cut for one in found])
    for highest, what in ((order, ""), (PAIRS, ", for n and g2")):
        if _fits(model, cut) and all(_holds(model, one, highest, moved) for one in found):
            return [f"a truncation of your own (`quanta={show_cut(model, cut)}`){what}"]
    return []


def _holds(model: Model, found: Solution, order: int, moved: float) -> bool:
    """Whether far less than ``moved`` of n ... g^(order) of all modes lies beyond the cut."""
    shares = [escape(found)]
    for mode, k in _words(model, found.space.cut, order):
        # g^(k) is divided by the mean number k times
        for word, times in ((mode,) * k, 1), ((mode,), k if k > 1 else 0):
            size = found.populations @ falling_factorials(found.space, word)
            with np.errstate(divide="ignore", invalid="ignore"):
                shares.append(np.nan_to_num(times * missing(found, word) / size, posinf=np.inf))
    return bool(np.max(shares) < CLOSER * moved and not np.any(found.short))


def _around(model: Model, light: Sequence[np.ndarray], given: bool) -> list[str]:
    """How bright light is known without a cut that holds it, if it may be."""
    if model.not_quadratic() is None:
        return ["linear light by its covariances (leave out `quanta`, `frame` and `solver`)"]
    if all(map(is_two_level, model.modes)) or not max(map(np.max, light)) > LIGHT:
        return []
    also = ", without `quanta`" if given else ""
    return [f'light around its classical amplitude (`frame="displaced"`{also})']


def enough(
    model: Model, found: Solution, light: np.ndarray, order: int, tolerance: float, room: float
) -> Cut:
    """A cut that holds n ... g^(order) of every mode at all points of a solution.

    It has ``room`` times the quanta that the last shells ask for, in all or mode by mode, whichever
    keeps fewer states.  Where populations do not fall towards the cut the classical light tells, in
    the same measure (`numeric.classical.reach` has its own room); where there is none the numbers
    are `FAR`.

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
        beyond = np.asarray(spread @ np.array(side[0]) > side[1])
        return ceil(room * _wanted(model, seen, side, order, tolerance, beyond))

    tops = bright.max(axis=0, initial=0)
    for side in sides(modes, tuple(each.tolist())):
        (i,) = np.flatnonzero(side[0])
        tops[i] = max(tops[i], wanted(side))
    # a harmonic's quanta come from as many more of the mode that makes it
    ways = tops_on_the_way(model, order)
    tops = np.where([is_two_level(mode) for mode in modes], 1, np.maximum(tops, ways))
    by_mode = tuple(np.minimum(np.ceil(tops), FAR).astype(int).tolist())
    if len(modes) == 1:
        return by_mode[0]
    if not isinstance(found.space.cut, int):
        return by_mode
    total = max([*ways, *map(wanted, found.space.sides), *bright.sum(axis=1)])
    whole = min(ceil(total), FAR)
    return min((whole, by_mode), key=partial(count_states, modes))


def _wanted(
    model: Model, found: Solution, side: Side, order: int, tolerance: float, beyond: np.ndarray
) -> float:
    """Quanta at a side that all points need, as the last shells and those in the middle tell.

    Where classical light lies beyond the side (``beyond``) the shells show its flank only, and
    where they are full up to the cut they tell nothing.
    """
    words = [(mode,) * k for mode, k in _words(model, found.space.cut, order)]
    near = np.max([needed(found, side, word, tolerance) for word in words], axis=0)
    far = np.nan_to_num([distant(found, side, word, tolerance) for word in words], posinf=0.0)
    near = np.where(steepness(found) < FLAT, np.maximum(near, np.max(far, axis=0)), FAR)
    return float(np.clip(np.max(np.where(beyond, 0, near), initial=0), 0, FAR))


def _words(model: Model, cut: Cut, order: int) -> list[tuple[int, int]]:
    """Modes with the orders of their moments that are looked at."""
    tops = np.array(levels(model.modes, cut)) - 1
    return [(i, k) for i, top in enumerate(tops.tolist()) for k in range(1, min(order, top) + 1)]


def _fits(model: Model, cut: Cut) -> bool:
    return count_states(model.modes, cut) ** 2 <= largest(model)


def _unknown(cut: Cut) -> bool:
    return max(cut if isinstance(cut, tuple) else (cut,)) >= FAR


def _none(model: Model, cut: Cut, instead: str = "a weaker drive", around: float = np.nan) -> str:
    """What is said where no truncation does."""
    most, fewer = isqrt(largest(model)), around < count_states(model.modes, cut)
    if _unknown(cut) or around <= most:
        return f"No truncation that fits ({most} states) is known to do: ask for {instead}."
    needed = f"{around:.0f} are needed around its amplitude" if fewer else ""
    return (
        f"No truncation that fits ({most} states) will do, as some "
        f"{needed or f'{count_states(model.modes, cut)} are needed'}"
        f": ask for {instead}, or a larger loss."
    )
