"""Steady states of photons that push a mirror far, known without the phonons of its swing.

In states that lean where the photons push the mirror (`numeric.frames.leaning`) few phonons are
left: 34 in place of 65 for four photons with g = 0.7 omega, and 110 in place of 270 with 2 omega,
and g^(4) of all modes is known in a tenth of the time.

Quanta and phonons grow together until the numbers stay, each by as many as the last shells ask for
(`numeric.search.projection.needed`), by two and by a tenth at least.  Where a strong drive
foretells more than fits, a probe of few phonons says first how many of both it takes.  All of what
the last step changed counts against a number.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import ceil, log
from typing import ClassVar, TypeAlias

import numpy as np
import sympy as sp

from numeric.frames.leaning import (
    LeaningEquation,
    LeaningStaircase,
    LeaningStates,
    equation_of,
)
from numeric.frames.means import Compared, settled, sure
from numeric.lindblad.heat import fall_of_baths, held
from numeric.lindblad.scaling import EPSILON, scale, weights
from numeric.lindblad.space import count_states, graded, show_cut, space
from numeric.search.classical import LIGHT, branches
from numeric.search.projection import needed
from numeric.search.pushed import pushes, swung
from numeric.solvers.iteration import HermitianIteration
from numeric.solvers.refinement import SINGULAR, solve_refined
from numeric.solvers.solution import Solution
from numeric.trust.tail import top_shells
from numeric.trust.worth import Measured
from systems import Model
from systems.ladder import Occupation, Word, is_two_level
from systems.progress import Report, silent
from systems.sides import CutSide, group
from systems.status import Status
from systems.values import Arrays, evaluate_sum

# Of the amplitude to which photons let a mirror swing, what they leave it with at rest, and phonons
# that are taken beside: g4 to 1e-8 takes 34, 66 and 140 with g of 0.7, 1.2 and 2 omega
LEFT, BESIDE = 0.63, 2
MORE, FEWEST = 1.1, 4  # times the phonons that are tried next, and how many more at least
ROOM = 1300  # states by default: 1,100 take 10 s and 1 GB
# Amplitude of one grade from which on, where what is foretold does not fit, a probe with a third of
# the phonons tells more; times those that it asks for, and quanta beyond.  With g = 0.9 omega and a
# drive of 0.3 of the loss 106 phonons were foretold, a probe with 42 asked for 50, and 75 do
BRISK, PROBE, AFTER, ALSO = 0.15, 3, 1.5, 2
STRONG = 0.7  # amplitude of one grade up to which steps over what lowers a grade are few
# Quanta beyond the order that the drive may ask for at the start, and the fewest: pairs that
# nothing blocks take five where the drive is a tenth of the loss
SEVERAL, START = 4, 5
PAIRS, TRIPLES = 2, 3


Pair: TypeAlias = tuple[int, int]  # quanta of the light, and phonons


@dataclass(frozen=True)
class _Solved:
    """rho (states, states) of trace one, the errors of its elements, and its states."""

    on: LeaningStates
    rho: np.ndarray
    error: np.ndarray
    residual: float

    @cached_property
    def populations(self) -> Solution:
        """Those of the leaning states, as if phonons were counted there."""
        on, modes = self.on, self.on.model.modes
        light = CutSide(tuple(int(i != on.mirror) for i in range(len(modes))), on.quanta)
        phonons = CutSide(tuple(int(i == on.mirror) for i in range(len(modes))), on.phonons - 1)
        every = space(modes, group(modes, [light, phonons]))
        states = every.occupations.tolist()
        places = [on.position(tuple(n)) * on.phonons + n[on.mirror] for n in states]
        p, error = (part.diagonal()[places].real for part in (self.rho, self.error))
        return replace(
            Solution.none(every, np.arange(1), Status.OK), populations=p[None], error=error[None]
        )


@dataclass(frozen=True)
class PolaronState(Compared):
    """The steady state of one point in leaning states; see `numeric.frames.means.Compared`.

    ``shown`` are its numbers, ``before`` those with fewer quanta and phonons.

    >>> from systems.library import optomechanics
    >>> far = {"Delta": 0.49, "omega": 1.0, "g": 0.7, "kappa": 0.1, "gamma": 0.01, "xi": 0.005}
    >>> arrays = {name: np.array([x]) for name, x in far.items()}
    >>> (state,) = polaron_states(optomechanics.MODEL, arrays, np.arange(1), 1e-4, order=2)
    >>> round(float(state.measured("correlation", "a").value[0]), 4)
    0.4782
    """

    name: ClassVar[str] = "polaron"

    shown: _Solved
    before: _Solved

    @property
    def quanta(self) -> np.ndarray:
        """Quanta of the light that were kept, (points,)."""
        return np.array([self.shown.on.quanta])

    @property
    def kept(self) -> np.ndarray:
        """Quanta of the light, and phonons around where it pushes, (points,)."""
        on, count = self.shown.on, len(self.model.modes)
        light = [int(i != on.mirror) for i in range(count)]
        phonons = [int(i == on.mirror) for i in range(count)]
        sides = [CutSide(tuple(light), on.quanta), CutSide(tuple(phonons), on.phonons - 1)]
        return np.array([show_cut(self.model, group(self.model.modes, sides))], dtype=object)

    @property
    def top(self) -> np.ndarray:
        """Population of the last shells of light and phonons, (points,)."""
        return top_shells(self.shown.populations)

    def mean(self, word: Word) -> Measured:
        """<a'^p a^q>, with what fewer quanta and phonons change."""
        (value, error), (other, _) = (_weighed(one, word) for one in (self.shown, self.before))
        return Measured(np.array([value]), np.array([error]), cut=np.array([abs(value - other)]))

    def occupied(self, occupation: Occupation) -> Measured:
        """The probability of an occupation of all modes."""
        on = self.shown.on
        light, k = on.position(occupation), occupation[on.mirror]
        if light < 0:
            return sure(np.zeros(1), np.zeros(1), np.full(1, np.inf))
        (value, error), (other, _) = (_law(one, light, k + 1) for one in (self.shown, self.before))
        return sure(value[[k]], error[[k]], abs(value - other)[[k]])

    def marginal(self, mode: int, n: int) -> Measured:
        """P(n) of one mode."""
        shown, before = (_marginal(one, mode, n) for one in (self.shown, self.before))
        return sure(*shown, abs(shown[0] - before[0]))

    def levels(self, mode: int) -> int:
        """Numbers of quanta that P(n) is shown for."""
        on = self.shown.on
        if mode != on.mirror:
            return on.light.levels[mode - (mode > on.mirror)]
        return on.phonons


def _weighed(one: _Solved, word: Word) -> tuple[complex, float]:
    """A mean and its round-off."""
    entries = one.on.word(word).tocoo()
    row, column = entries.coords
    value = np.sum(entries.data * one.rho[column, row])
    return complex(value), float(np.sum(abs(entries.data) * one.error[column, row]))


def _law(one: _Solved, light: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """The probabilities of a state of the light with k phonons, k below ``count``, and errors."""
    seen, here = one.on.seen(light, count), one.on.beside(light)
    p = np.einsum("kl,lm,km->k", seen, one.rho[here, here], seen.conj(), optimize=True).real
    error = np.einsum("kl,lm,km->k", abs(seen), one.error[here, here], abs(seen), optimize=True)
    return p, error


def _marginal(one: _Solved, mode: int, n: int) -> tuple[np.ndarray, np.ndarray]:
    """P(n) of a mode and its round-off, (1,) each."""
    on = one.on
    if mode == on.mirror:
        laws = [_law(one, light, n + 1) for light in range(on.light.size)]
        p, error = np.sum(laws, axis=0)
        return p[[n]], error[[n]]
    there = np.repeat(on.occupations[:, mode - (mode > on.mirror)] == n, on.phonons)
    p, error = (part.diagonal()[there].real.sum() for part in (one.rho, one.error))
    return np.array([p]), np.array([error])


def leaning(model: Model, arrays: Arrays) -> tuple[int, np.ndarray]:
    """The position of the mirror and where a weak drive pushes it alone, (points,) of arrays.

    -1 where the model has not one mode that is pushed beside those that the drive orders.

    >>> from systems.library import kerr, optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}
    >>> leaning(optomechanics.MODEL, arrays)
    (1, array([ True]))
    """
    w = weights(model)
    own = np.flatnonzero(w == 0)
    count = len(next(iter(arrays.values())))
    if len(own) != 1 or is_two_level(model.modes[own[0]]) or model.collective is not None:
        return -1, np.zeros(count, dtype=bool)
    some = (scale(model, arrays) <= STRONG) & pushes(model, arrays).any(axis=1)
    if some.any():
        some &= np.max(branches(model, arrays).quanta, axis=1) <= LIGHT
    return int(own[0]), np.asarray(some)


def polaron_states(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    tolerance: float,
    order: int,
    limit: int | None = None,
    report: Report = silent,
) -> list[PolaronState]:
    """The points (of flat arrays) that settle, n and g2 at least, each for itself.

    At most ``limit`` states are kept.  ``report`` is told what is being solved.

    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> polaron_states(kerr.MODEL, arrays, np.arange(1), 1e-8, order=4)  # no mirror
    []
    """
    some = {name: array.ravel()[points] for name, array in arrays.items()}
    mirror, fits = leaning(model, some)
    states = []
    for row in np.flatnonzero(fits).tolist():
        at = {name: array[[row]] for name, array in some.items()}
        words = np.array([Status.OK], dtype=object)
        known = partial(PolaronState, model, at, points[[row]], words, tolerance, order)
        room = _Room(model, at, mirror, limit or ROOM, partial(_tell, report, row, len(points)))
        states += _settle(known, room, order, tolerance)
    return states


def _tell(report: Report, done: int, total: int, on: LeaningStates) -> None:
    report(f"{on.quanta} quanta, {on.phonons} phonons", done, total)


def foretold(model: Model, arrays: Arrays, mirror: int, order: int, tolerance: float) -> Pair:
    """Quanta of the light, and phonons, with which one point may settle.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}  # g = 0.4 omega
    >>> foretold(optomechanics.MODEL, arrays, 1, 4, 1e-8)
    (6, 22)
    """
    # pairs of phonons are left by more photons than two
    left = _held(model, arrays, LEFT, max(order, TRIPLES), tolerance)[0, mirror]
    return int(_quanta(model, arrays, order, tolerance)[0]), int(left) + BESIDE


def swinging(model: Model, arrays: Arrays, order: int, tolerance: float) -> np.ndarray:
    """States that it takes to hold the mirror where it swings to, (points,).

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}  # g = 0.4 omega
    >>> swinging(optomechanics.MODEL, arrays, 4, 1e-8)
    array([217])
    """
    some = zip(
        _quanta(model, arrays, order, tolerance).tolist(),
        _held(model, arrays, 1.0, order, tolerance).tolist(),
        strict=True,
    )
    return np.array([count_states(model.modes, graded(model, *one)) for one in some])


def _quanta(model: Model, arrays: Arrays, order: int, tolerance: float) -> np.ndarray:
    """Quanta of light with which points may settle, two less than those they are compared with."""
    with np.errstate(divide="ignore"):
        terms = log(tolerance) / np.log(np.minimum(scale(model, arrays), STRONG) ** 2)
    least = max(order + 1, START)
    return np.clip(order + np.ceil(terms / 2), least, order + SEVERAL).astype(int)


def _held(model: Model, arrays: Arrays, part: float, order: int, tolerance: float) -> np.ndarray:
    """Quanta of a bath, and those that so much of what light pushes leaves, (points, modes)."""
    pushed = swung(part * pushes(model, arrays), order, tolerance, scale(model, arrays))
    bath = held(fall_of_baths(model, arrays), order, tolerance)
    # beside five phonons of a bath what light leaves adds half of its own
    return np.asarray(np.maximum(pushed, bath) + np.minimum(pushed, bath) // 2)


@dataclass(frozen=True)
class _Room:
    """The equations of one point, of so many states at most."""

    model: Model
    arrays: Arrays
    mirror: int
    most: int
    tell: Callable[[LeaningStates], None]

    def fits(self, quanta: int, phonons: int) -> bool:
        return self._states(quanta, phonons).size <= self.most

    def _states(self, quanta: int, phonons: int) -> LeaningStates:
        return LeaningStates(self.model, self.mirror, self._pushes, quanta, phonons)

    def solved(self, quanta: int, phonons: int) -> _Solved | None:
        """The state there, None where it is not found."""
        on = self._states(quanta, phonons)
        self.tell(on)
        return solve(on, self.arrays)

    @cached_property
    def _pushes(self) -> tuple[complex, ...]:
        """What one quantum of each mode of the light moves the mirror by."""
        count, m = len(self.model.modes), self.mirror
        own = self._number((m,), (m,))
        each = (self._number((i, m), (i,)) / own for i in range(count) if i != m)
        return tuple(-push for push in each)

    def _number(self, raised: tuple[int, ...], lowered: tuple[int, ...]) -> complex:
        """The coefficient in H_eff of a word of single operators."""
        count = range(len(self.model.modes))
        p, q = (tuple(int(i in some) for i in count) for some in (raised, lowered))
        coefficient = self.model.effective_ladder.get((p, q), 0)
        return complex(np.ravel(evaluate_sum(sp.sympify(coefficient), self.arrays))[0])


def _settle(
    known: Callable[..., PolaronState], room: _Room, order: int, tolerance: float
) -> list[PolaronState]:
    """The state at the fewest quanta and phonons at which it settles, if n and g2 do.

    Where two of them do not fit for all orders, it is looked for pairs, from what was solved on.
    """
    probe, state, before = _probe(room, order, tolerance), None, None
    for highest in sorted({order, min(order, PAIRS)}, reverse=True):
        following = _first(room, probe, highest, tolerance)
        if before is not None:
            kept = before.on.quanta, before.on.phonons
            following = _next(kept, _asked(before, highest, tolerance))
        while room.fits(*following) and (before or room.fits(*_next(following))):
            now = room.solved(*following)
            if now is None:
                break
            if before is not None:
                state = known(now, before)
                if settled(state, highest).all():
                    break
            before, following = now, _next(following, _asked(now, highest, tolerance))
        if state is not None and settled(state, PAIRS).all():
            return [state]
    return []


def _first(room: _Room, probe: _Solved | None, order: int, tolerance: float) -> Pair:
    """Quanta and phonons that are tried first: as foretold, or as a probe asks."""
    asked = (0, 0) if probe is None else _asked(probe, order, tolerance)
    foretells = foretold(room.model, room.arrays, room.mirror, order, tolerance)
    return (asked[0] + ALSO, ceil(AFTER * asked[1])) if all(asked) else foretells


def _probe(room: _Room, order: int, tolerance: float) -> _Solved | None:
    """The state with few phonons, where a strong drive foretells more than fits."""
    quanta, phonons = foretold(room.model, room.arrays, room.mirror, order, tolerance)
    brisk = np.max(scale(room.model, room.arrays)) > BRISK
    if not brisk or room.fits(*_next((quanta, phonons))):
        return None
    return room.solved(quanta, phonons // PROBE)


def _next(now: Pair, asked: Pair = (0, 0)) -> Pair:
    """Quanta and phonons that are tried next, as many as are asked for at least."""
    quanta, phonons = now
    more = max(phonons + FEWEST, ceil(MORE * phonons))
    return max(asked[0], quanta + 2), max(asked[1], more)


def _asked(now: _Solved, order: int, tolerance: float) -> Pair:
    """Quanta and phonons that the last shells ask for; none where they do not tell."""
    found, modes = now.populations, now.on.model.modes
    words = tuple((i,) * k for i, m in enumerate(modes) for k in range(1, order + 1))
    asked = [0, 0]
    for side in found.space.sides:
        place = int(side.weights[now.on.mirror] > 0)
        asked[place] = int(np.nan_to_num(needed(found, side, words, tolerance)[0], posinf=0))
    return asked[0], asked[1] + 1


def solve(on: LeaningStates, arrays: Arrays) -> _Solved | None:
    """The steady state of one point, None where it is not found or not the only one.

    >>> from systems.library import optomechanics
    >>> arrays = {n: np.array([x]) for n, x in optomechanics.VALUES.items()}
    >>> found = solve(LeaningStates(optomechanics.MODEL, 1, (-0.4,), 2, 12), arrays)
    >>> round(float(np.trace(found.rho).real), 12)
    1.0
    """
    s = float(np.ravel(scale(on.model, arrays))[0])
    equation = equation_of(on, arrays, s)
    vacuum = np.eye(1, equation.shape[0], dtype=complex)[0]
    x, error, gap = solve_refined(equation, vacuum, partial(_iteration, on), abs(equation))
    if not gap > SINGULAR or not np.isfinite(x).all():
        return None
    residual = np.max(abs(equation @ x - vacuum)) / np.max(abs(equation) @ abs(x))
    back = np.multiply.outer(*[s ** on.grades.astype(float)] * 2)
    rho, off = (one.reshape(back.shape) * back for one in (x, error))
    trace, lost = np.trace(rho).real, np.trace(off)
    error = off / trace + abs(rho) / trace * (lost / trace + EPSILON)
    return _Solved(on, rho / trace, error, float(residual))


def _iteration(on: LeaningStates, equation: LeaningEquation) -> HermitianIteration:
    return HermitianIteration(equation, LeaningStaircase(equation, on.phonons))
