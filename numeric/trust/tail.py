"""What lies beyond the cut, read off the populations of the last shells.

S_q is the population of all states with q quanta, in all or in one mode, as the cut counts them: at
a *side* of `numeric.lindblad.space`, and what lies beyond is the sum over all sides.  Near the cut
it falls by a factor g per quantum, which the last four shells tell (four, because pairs fill every
other one).  The first shell that is missing would hold about

    S_(Q+1) = max(S_Q g, S_(Q-1) g^2),

the ones beyond it a geometric series.  They are missing from a moment themselves (`missing`), and
they would have fed the shells below by quantum jumps, which matters where interference empties
those (`supply`: an upper estimate, as if every quantum fell into the least favourable state).

A state may be left so slowly that two more quanta hardly change it, although almost all of the
light belongs to another one beyond the cut (a bistable Kerr mode).  The way there shows as a
second hump of the populations, however small: unless it falls off before the cut, its size, and
with it everything, is that of the cut (`escape`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from math import ceil
from typing import TypeAlias

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from numeric.lindblad.space import Side, Space
from numeric.solvers.solution import Solution

# What counts as a second hump was tried on 360 Kerr modes with drawn values, bistable ones among
# them, at truncations of 12 to 34 quanta against one of 70.  In 2,801 cases two more quanta moved
# the mean number by less than 1e-3; 5 of these were wrong: all 5 are seen, 14 right ones refused.
ROOM = 12  # quanta from which on it is looked for: from 16 on one of the 5 is missed, at 20 three
# Of the main hump, where it may stand: 1e-5 misses one.  Its fall per quantum: 0.6 refuses 58 right
# ones, 1.0 misses two
APART, LEVEL = 1e-3, 0.8
BENT = 1.2  # by what factor it falls more slowly than the flank before it; 1.05 to 3 do alike
VISIBLE = 100  # times its round-off: populations below that make humps of noise; 1 to 1000 do alike
# Times the cube root of the quanta, how wide the wave of a swing is where it turns: of 5 x 14 to
# 5 x 35 states of three mirrors the errors were up to 1.2 of what such shells hold
TURN = 1.5
# Times the fall over the quanta between two truncations that the finer one may be off by, of their
# difference.  Two powers of ten for unequal couplings, two for a resonance beyond the cut
CAUTION = 1e4
FLAT = 1 - 1e-6  # a series that does not fall faster than this has no sum to speak of


Words: TypeAlias = tuple[tuple[int, ...], ...]  # modes of each of many moments


@lru_cache(maxsize=512)
def falling_factorials(space: Space, modes: tuple[int, ...]) -> np.ndarray:
    """Diagonal of a_i' a_j' ... a_j a_i for every state, shape (states,); ones without modes.

    It is made once, and not to be changed.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> falling_factorials(Space([BosonOp("a")], 3), (0,))
    array([0., 1., 2., 3.])
    """
    powers = [space.falling(mode, modes.count(mode)) for mode in sorted(set(modes))]
    product = np.asarray(np.prod([np.ones(space.size), *powers], axis=0))
    product.flags.writeable = False
    return product


@lru_cache(maxsize=128)
def falling_rows(space: Space, words: Words) -> np.ndarray:
    """The same for many words of modes, shape (words, states).

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> falling_rows(Space([BosonOp("a")], 3), ((0,), (0, 0)))
    array([[0., 1., 2., 3.],
           [0., 0., 2., 6.]])
    """
    rows = np.array([falling_factorials(space, word) for word in words]) + 0.0
    rows.flags.writeable = False
    return rows


def shells(
    found: Solution, side: Side, weight: np.ndarray | float = 1.0, last: int | None = None
) -> np.ndarray:
    """What each shell of a side contributes to the mean of a diagonal, shape (points, top + 1).

    Of several diagonals at once, ``weight`` (words, states), it is (words, points, top + 1).
    Of so many ``last`` shells only, if a number is given: what is not asked for takes no time.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> (side,) = found.space.sides
    >>> numbers = shells(found, side, falling_factorials(found.space, (0,)))  # of the mean number
    >>> shells(found, side)[0, :3], numbers[0, :3]
    (array([0.5  , 0.25 , 0.125]), array([0.  , 0.25, 0.25]))
    >>> shells(found, side, falling_rows(found.space, ((), (0,)))).shape  # both at once
    (2, 1, 6)
    """
    some, of = _members(found.space, side, last)
    weights = np.broadcast_to(weight, (*np.shape(weight)[:-1], found.space.size))[..., some]
    each = weights[..., None, :] * of.T
    held = each.reshape(-1, len(some)) @ np.maximum(found.populations[:, some], 0.0).T
    return held.reshape(*each.shape[:-1], -1).swapaxes(-1, -2)


@lru_cache(maxsize=512)
def _members(space: Space, side: Side, last: int | None) -> tuple[np.ndarray, np.ndarray]:
    """The states of the last shells of a side, and which shell each one belongs to, made once."""
    first = 0 if last is None else max(side.top + 1 - last, 0)
    shell = side.shells(space.occupations)
    some = np.flatnonzero(shell >= first)
    return some, (shell[some, None] == np.arange(first, side.top + 1)).astype(float)


def top_shells(found: Solution) -> np.ndarray:
    """Population of the last two shells of every side, per point: pairs leave every other empty.

    >>> coherent = np.exp(-0.01) * 0.01 ** np.arange(4) / np.array([1, 1, 2, 6])
    >>> found = Solution.mixture(coherent)
    >>> bool(top_shells(found)[0] == coherent[2] + coherent[3])
    True
    """
    last = [shells(found, side, last=2).sum(axis=1) for side in found.space.sides]
    return np.where(found.found, np.sum([np.zeros(len(found.points)), *last], axis=0), np.nan)


def fall(found: Solution, side: Side) -> np.ndarray:
    """By which factor the populations of the last four shells fall per quantum, at most `FLAT`.

    The larger shell of the last two is compared with the larger of the two before.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> fall(found, found.space.sides[0])
    array([0.5])
    """
    return np.asarray(found.once(_fall, side))


def _fall(found: Solution, side: Side) -> np.ndarray:
    # with a shell in each row the comparisons of two rows are vector instructions
    population = np.ascontiguousarray(shells(found, side, last=4).T)
    outer, inner = population[-2:], population[-4:-2]
    if side.top == 1:
        outer, inner = population[1:], population[:1]
    steps = len(inner) + np.argmax(outer, axis=0) - np.argmax(inner, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.max(outer, axis=0) / np.max(inner, axis=0)
    return np.asarray(np.minimum(np.nan_to_num(ratio, nan=0.0) ** (1 / steps), FLAT))


def fallen(found: Solution, side: Side, steps: int) -> np.ndarray:
    """By which factor the populations have fallen over so many ``steps`` to the last shell.

    The larger shell of the last two is compared with the larger of the two that are so much inner.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> fallen(found, found.space.sides[0], 3)
    array([0.125])
    """
    population = shells(found, side, last=steps + 2)
    outer, inner = population[:, -2:].max(axis=1), population[:, :2].max(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.minimum(np.nan_to_num(outer / inner, nan=0.0), 1.0))


def steepness(found: Solution) -> np.ndarray:
    """The factor per quantum by which populations fall at the side where they fall least.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> steepness(found)
    array([0.5])
    """
    falls = [fall(found, side) for side in found.space.sides]
    return np.max([np.zeros(len(found.points)), *falls], axis=0)


def missing(found: Solution, modes: tuple[int, ...]) -> np.ndarray:
    """What the shells beyond the cut hold of <a_i' a_j' ... a_j a_i>, per point.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> bool(missing(found, (0,))[0] > 2 ** -6.0)  # six quanta alone would add 6 * 2**-7
    True
    """
    return np.asarray(found.once(_missing, modes) if len(modes) < 2 else _missing(found, modes))


def _missing(found: Solution, modes: tuple[int, ...]) -> np.ndarray:
    return _sum(found, lambda side: missing_at(found, side, modes))


def missing_at(found: Solution, side: Side, modes: tuple[int, ...]) -> np.ndarray:
    """The same beyond one side of the cut only.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> (side,) = found.space.sides
    >>> bool(missing_at(found, side, (0,)) == missing(found, (0,)))
    True
    """
    return np.asarray(missing_each(found, side, (modes,))[0])


def missing_each(found: Solution, side: Side, words: Words) -> np.ndarray:
    """The same for many words of modes at once, (words, points).

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> both = missing_each(found, found.space.sides[0], ((0,), (0, 0)))
    >>> [bool(one == missing(found, word)) for one, word in zip(both, ((0,), (0, 0)))]
    [True, True]
    """
    held = shells(found, side, falling_rows(found.space, words), last=2)
    growth = np.array([_growth(side, word) for word in words])
    g = np.minimum(fall(found, side) * growth[:, None], FLAT)
    return np.asarray(np.maximum(held[..., -1] * g, held[..., -2] * g**2) / (1 - g))


def turned(found: Solution, side: Side, words: Words) -> np.ndarray:
    """By what share of itself a cut of a pushed mode turns back each moment, (words, points).

    A mirror swings, and one that meets the last shells is reflected there: these are emptied, what
    was to come returns, and a moment is off, up or down in turns as the cut grows, by about half of
    what its last shells hold of it.  These are as many as a turning point is wide (`TURN`).

    >>> found = Solution.mixture(0.5 ** np.arange(1, 10))  # halves with every quantum
    >>> turned(found, found.space.sides[0], ((),)).round(4)  # half of what three shells hold
    array([[0.0068]])
    """
    held = shells(found, side, falling_rows(found.space, words))
    last = held[..., -ceil(TURN * side.top ** (1 / 3)) :].sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.nan_to_num(last / held.sum(axis=-1), nan=0.0) / 2)


def supply(found: Solution) -> np.ndarray:
    """Quanta in the shells beyond the cut, which jumps and the drive would hand on, per point.

    An upper estimate of what the cut costs anything with values up to one: a probability.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> supply(found)  # six quanta of the first shell beyond, and as many again
    array([0.09375])
    """
    return _sum(found, lambda side: supply_at(found, side))


def supply_at(found: Solution, side: Side) -> np.ndarray:
    """The same beyond one side of the cut only.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> supply_at(found, found.space.sides[0])
    array([0.09375])
    """
    population, g = shells(found, side, last=2), fall(found, side)
    first = np.maximum(population[:, -1] * g, population[:, -2] * g**2)
    quanta = (side.limit + side.unit) // side.lightest
    return np.asarray(quanta * first / (1 - g))


def fed(found: Solution, modes: tuple[int, ...]) -> np.ndarray:
    """By how much <a_i' a_j' ... a_j a_i> may change at most through what lies beyond.

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> bool(fed(found, (0,))[0] > supply(found)[0])
    True
    """
    largest = np.max(falling_factorials(found.space, modes))
    return largest * _sum(found, lambda side: supply_at(found, side) * _growth(side, modes))


def _growth(side: Side, modes: tuple[int, ...]) -> float:
    """By which factor n (n - 1) ... grows from the last shell of a side to the next."""
    some = [side.weights[mode] for mode in modes if side.weights[mode]]
    w = min(some, default=1)
    top, more = side.limit // w, -(-side.unit // w)  # quanta that are kept, and those of a shell
    k = np.arange(min(len(some), top))
    return float(np.prod((top + more - k) / (top - k)))


def _sum(found: Solution, at: Callable[[Side], np.ndarray]) -> np.ndarray:
    return np.sum([np.zeros(len(found.points)), *map(at, found.space.sides)], axis=0)


def escape(found: Solution) -> np.ndarray:
    """Share of a second hump that lies beyond the cut, per point; zero where there is none.

    A hump is where populations stop falling (`LEVEL`, `BENT`) after having fallen far (`APART`).

    >>> found = Solution.mixture(0.5 ** np.arange(1, 7))  # halves with every quantum
    >>> escape(found)  # one hump
    array([0.])
    """
    return np.asarray(found.once(_escape))


def _escape(found: Solution) -> np.ndarray:
    return _sum(found, lambda side: _escape_at(found, side))


def _escape_at(found: Solution, side: Side) -> np.ndarray:
    if side.top < ROOM:
        return np.zeros(len(found.points))
    # neighbours together: pairs leave every other shell empty
    each = shells(found, side), _noise(found, side)
    pair, noise = (np.maximum(s[:, :-1], s[:, 1:]) for s in each)
    with np.errstate(divide="ignore", invalid="ignore"):
        falls = pair[:, 1:] / pair[:, :-1]
        hump = (falls > LEVEL) & (falls > BENT * _steepest(falls))
        hump &= pair[:, :-1] < APART * np.maximum.accumulate(pair, axis=1)[:, :-1]
        hump &= pair[:, 1:] > VISIBLE * noise[:, 1:]
        size = np.max(np.where(hump, pair[:, 1:], 0.0), axis=1)
        return np.asarray(np.where(size > 0, supply_at(found, side) / size, 0.0))


def _steepest(falls: np.ndarray) -> np.ndarray:
    """The smallest of each of the falls and of the `ROOM` before it, (points, falls).

    Before those a flank may have been steeper without a valley: the tail of pushed phonons bends
    slowly, to a straight one.
    """
    before = np.pad(falls, ((0, 0), (ROOM, 0)), constant_values=np.inf)
    return np.asarray(np.fmin.reduce(sliding_window_view(before, ROOM + 1, axis=1), axis=2))


def _noise(found: Solution, side: Side) -> np.ndarray:
    return shells(replace(found, populations=found.error), side)
