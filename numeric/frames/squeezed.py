"""Squeezed light around a classical amplitude: the master equation in a squeezed frame.

Near a turning point or a threshold the light around its amplitude is squeezed, and two modes with
each other, so that a displaced frame takes hundreds of states for what is nearly Gaussian.  With a
= alpha + U c + V c' (`numeric.frames.squeeze`), U and V taken from the linearised light, few quanta
of c are left: those of thermal light, and what is not Gaussian.  Any U and V give the same numbers,
and only decide how many quanta there are; everything else is as in a displaced frame
(`numeric.frames.displaced`): means of words of a are sums of those of words of c, with all their
errors.

P(n) of a is not shown: a quantum of c is no number of quanta of a, and the squeezed frame of many
modes has no matrix that turns one into the other within a cut.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, ClassVar, Self, TypeAlias

import numpy as np

from numeric.frames.covariances import PAIRS, Squeezing, cheapest
from numeric.frames.displaced import DisplacedState, Matrices
from numeric.frames.means import settled
from numeric.frames.shift import displaced, shift
from numeric.frames.squeeze import Squeeze, squeeze, squeezed
from numeric.lindblad.space import Cut, count_states, covers, sides, wider
from numeric.search.classical import alike, amplitudes, another_beyond
from numeric.solvers.solution import Solution
from numeric.trust.tail import fall, missing_at
from numeric.trust.worth import MOVED, Measured
from systems import Model
from systems.ladder import Occupation, Word
from systems.status import Status
from systems.values import Arrays

Frames: TypeAlias = Callable[[Model, Arrays, np.ndarray], Sequence[Squeezing]]
Solve: TypeAlias = Callable[[Model, Arrays, Cut], Solution]  # one point, with a cut
LOST = 1e6  # times too large: a change that says no more
STEEPEST = 0.01  # factor per quantum by which populations are taken to fall at least


@dataclass(frozen=True)
class SqueezedState(DisplacedState):
    """Steady states that were solved in a squeezed frame; see `numeric.frames.means.Means`.

    ``U`` and ``V`` (points, modes, modes) belong to the frame, a = alpha + U c + V c'.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> bright = {"Delta": 0.1, "chi": 2e-3, "gamma": 1.0, "xi": 6.0}
    >>> state = steady_state(kerr.MODEL, bright, frame="squeezed")
    >>> state.solver, round(float(state.number("a"))), int(state.quanta) < 30
    ('squeezed', 83, True)
    """

    name: ClassVar[str] = "squeezed"

    U: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))
    V: np.ndarray = field(default_factory=lambda: np.zeros((0, 0, 0)))

    def around(self, word: Word) -> list[tuple[Word, np.ndarray]]:
        """A word of a in words of c, with their coefficients, (points,) each."""
        known = dict(displaced(word, self.alphas))
        return list(squeezed(known, self.U, self.V, self.shifted.modes).items())

    def take(self, rows: np.ndarray) -> Self:
        """Some of the points, a mask."""
        return replace(super().take(rows), U=self.U[rows], V=self.V[rows])

    @property
    def arrays_around(self) -> Arrays:
        """All values at these points: of the model, of the frame and of the model in it."""
        assert isinstance(self.frame, Squeeze)
        return {**super().arrays_around, **self.frame.symbols(self.U, self.V)}

    def marginal(self, mode: int, n: int) -> Measured:
        """Refused: it would take a cut that holds all the light."""
        raise _unknown("P(n)")

    def occupied(self, occupation: Occupation) -> Measured:
        """Refused as well."""
        raise _unknown("The probability of an occupation")


def squeezed_states(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    frames: Frames,
    solve: Solve,
    matrices: Matrices,
    tolerance: float,
    order: int,
    most: int,
) -> list[SqueezedState]:
    """The points (of flat arrays) in squeezed frames in which n and g2 of all modes settle.

    Frames are those around the brightest classical root, and around the faintest one where it is
    another, as ``frames`` finds them (`numeric.frames.fluctuations.squeezings`).  One that would
    take more than ``most`` states is given up.  ``solve`` solves one point of a model with a cut;
    ``matrices`` are those of `numeric.frames.displaced.displaced_states`.

    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> nothing = np.arange(0), lambda *_: [], lambda *_: None, lambda *_: None
    >>> squeezed_states(kerr.MODEL, arrays, *nothing, 1e-8, 4, 300)
    []
    """
    states: list[SqueezedState] = []
    if not points.size:
        return states
    given = {name: array.ravel()[points] for name, array in arrays.items()}
    brightest, _, faintest = amplitudes(model, given)
    other = alike(faintest, brightest)
    left = np.ones(len(points), dtype=bool)
    for alphas in (brightest, np.where(other[:, None], np.nan, faintest)):
        for frame in frames(model, given, alphas):
            for row in np.flatnonzero(left[frame.points]):
                here = frame.at(np.array([row]))
                known = _Search(here, given, points, matrices, tolerance, order), solve, most
                if (state := _settled_in(*known)) is not None:
                    states.append(state)
                    left[here.points] = False
    return states


@dataclass(frozen=True)
class _Search:
    """One point in its squeezed frame."""

    frame: Squeezing
    given: Arrays
    points: np.ndarray
    matrices: Matrices
    tolerance: float
    order: int

    @cached_property
    def shown(self) -> tuple[Squeeze, Arrays]:
        """The model of c and its values."""
        frame = self.frame
        around = shift(frame.model, tuple(np.any(frame.alphas != 0, axis=0).tolist()))
        values = around.values(self.arrays, frame.alphas)
        return squeeze(around, values, frame.U, frame.V, f"{frame.model.name}, squeezed")

    @cached_property
    def arrays(self) -> Arrays:
        return {name: array[self.frame.points] for name, array in self.given.items()}

    def state(self, found: Solution, other: Solution) -> SqueezedState:
        """What a cut and one with two quanta fewer know."""
        frame, (shown, values) = self.frame, self.shown
        ended = found.status == Status.NOT_CONVERGED  # numbers are judged alone
        words = np.where(ended, Status.OK, found.status)
        parted = another_beyond(
            frame.model, self.arrays, frame.alphas, found.space.sides, frame.seen
        )
        words[~(found.found & other.found) | parted] = Status.NOT_CONVERGED
        return SqueezedState(
            frame.model,
            self.arrays,
            self.points[frame.points],
            words,
            self.tolerance,
            self.order,
            shown.model,
            values,
            frame.alphas,
            found,
            other,
            self.matrices,
            shown,
            U=frame.U,
            V=frame.V,
        )


def _settled_in(search: _Search, solve: Solve, most: int) -> SqueezedState | None:
    """The point in the smallest cut that holds it for all orders, or else for g2, or None.

    Where no cut that fits does, but the light is plainly there, it is what the last one knows: no
    other road would know more.
    """
    shown, values = search.shown
    (cut,), best, seen = search.frame.starts(), None, None
    solved = dict[Cut, Solution]()
    modes = shown.model.modes
    while count_states(modes, wider(cut, 2)) <= most:
        for one in (cut, wider(cut, 2)):
            if one not in solved:
                solved[one] = solve(shown.model, values, one)
        state = search.state(solved[wider(cut, 2)], solved[cut])
        if state.status[0] != Status.OK:
            return best
        if settled(state, PAIRS)[0]:
            best = state
        if settled(state, search.order)[0]:
            return state
        excess = {k: _excess(state, k) for k in (search.order, PAIRS)}
        cut, pairs = (_grown(state, cut, excess[k]) for k in (search.order, PAIRS))
        if best is None and count_states(modes, wider(cut, 2)) > most:
            cut, seen = pairs, state if excess[PAIRS] * search.tolerance < MOVED else None
    return best or seen


def _excess(state: SqueezedState, order: int) -> float:
    """How many times too large the largest change of n ... g^(order) is."""
    largest = 1.0
    for mode in state.model.modes:
        for k in range(1, order + 1):
            asked: tuple[Any, ...] = ("number", mode) if k == 1 else ("correlation", mode, k)
            one = state.measured(*asked)
            if one.status(state.status)[0] == Status.NOT_CONVERGED:
                with np.errstate(divide="ignore", invalid="ignore"):
                    excess = (one.cut / (state.tolerance * abs(one.value)))[0]
                largest = max(largest, float(np.nan_to_num(excess, nan=LOST, posinf=LOST)))
    return min(largest, LOST)


def _grown(state: SqueezedState, cut: Cut, excess: float) -> Cut:
    """The next cut to be compared with two quanta more, of a state that is known by these."""
    model, found = state.model, state.found
    kept = cut if isinstance(cut, tuple) else (cut,) * len(model.modes)
    tops, every = np.array(kept), sides(model.modes, kept)
    beyond = [float(missing_at(found, side, ())[0]) for side in every]
    for side, one in zip(every, beyond, strict=True):
        share, slope = one / (max(beyond) or 1.0), float(fall(found, side)[0])
        steps = np.log(max(excess * share, 1.0)) / -np.log(max(slope, STEEPEST))
        tops[np.array(side.weights) > 0] += int(np.ceil(steps))
    grown = cheapest(model, tops.tolist())
    # what is solved already costs nothing, and is more where it does not cost much
    return wider(cut, 2) if covers(wider(cut, 2), grown) else grown


def _unknown(what: str) -> ValueError:
    """That probabilities are not known in a squeezed frame, and what to ask for instead."""
    return ValueError(
        f"{what} of light that is squeezed around an amplitude would need a cut that holds it all; "
        "ask for numbers and correlations, or for a truncation of your own (`quanta=...`)."
    )
