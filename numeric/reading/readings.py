"""What can be read off a state: moments, probabilities, the mean of an operator.

Each is an `numeric.reading.observable.Observable`, and says for itself what the truncation is worth
to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar

import numpy as np

from numeric.lindblad.paths import paths_held
from numeric.reading.observable import Observable
from numeric.solvers.choice import matrices
from numeric.solvers.solution import Solution
from numeric.trust.excitations import coherence, guessed, missed
from numeric.trust.expectation import element_errors, is_hermitian, mean, operator_matrices
from numeric.trust.judge import beyond, finer_of, is_short, measure, moment, settled, share
from numeric.trust.tail import escape, missing, supply
from numeric.trust.worth import MOVED, RESOLVED, SURE, Measured
from systems.ladder import Ladder, Occupation, is_two_level
from systems.values import Arrays, select

# Points whose density matrices are held at a time: some 50 MB of 28 states
CHUNK = 4096


@dataclass(frozen=True)
class NormalMoment(Observable):
    """<a_i' a_j' ... a_j a_i> of the modes at these positions, over the mean numbers if asked.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> (block,) = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, quanta=8).blocks
    >>> g3 = NormalMoment(kerr.MODEL, (0, 0, 0), normalised=True, tolerance=1e-8)
    >>> g3.read(block).value.round(6)  # of coherent light
    array([1.])
    """

    modes: tuple[int, ...]
    normalised: bool
    tolerance: float
    relative: ClassVar[bool] = True

    @property
    def ways(self) -> Sequence[Occupation]:
        return [tuple(self.modes.count(i) for i in range(len(self.model.modes)))]

    def read(self, block: Solution) -> Measured:
        return measure(block, self.modes, self.normalised)

    def searched(self, block: Solution, other: Solution | None) -> Measured:
        if other is None:
            return self.read(block)
        return settled(block, other, self.modes, self.normalised, self.tolerance, self.model)

    def most(self, block: Solution) -> np.ndarray:
        size = abs(self.read(block).value)
        with np.errstate(invalid="ignore"):  # of an empty mode anything beyond is too much
            share = size * beyond(block, self.modes, self.normalised, bound=True)
        return np.where(size > 0, share, supply(block))

    def change(self, block: Solution, other: Solution) -> np.ndarray:
        before, after = (self.read(one).value for one in (block, other))
        more = beyond(finer_of(block, other), self.modes, self.normalised, bound=False)
        return abs(after - before) + abs(after) * more

    def guesses(self, block: Solution) -> np.ndarray:
        return missed(self.model, block, self.modes, self.normalised)


@dataclass(frozen=True)
class CrossMoment(NormalMoment):
    """The same of different modes where the truncation was chosen for either, not for both.

    >>> from numeric import steady_state
    >>> from systems.library import kerr_dimer
    >>> (block,) = steady_state(kerr_dimer.MODEL, kerr_dimer.VALUES).blocks
    >>> g2 = CrossMoment(kerr_dimer.MODEL, (0, 1), normalised=True, tolerance=1e-8)
    >>> bool(g2.searched(block, None).cut[0] < 1e-8)
    True
    """

    def searched(self, block: Solution, other: Solution | None) -> Measured:
        cut = _lifted(self._kept(block), block, other)
        return replace(self.read(block), cut=cut, moved=RESOLVED)

    def _kept(self, block: Solution) -> np.ndarray:
        """How much two more quanta change it; zero where that was not computed."""
        if block.cut is None:
            return np.zeros(len(block.points))
        changed = replace(block, populations=block.cut)
        with np.errstate(divide="ignore", invalid="ignore"):
            numbers = np.prod([abs(moment(block, (mode,))[0]) for mode in self.modes], axis=0)
            return np.nan_to_num(moment(changed, self.modes)[0] / numbers, nan=0.0)


@dataclass(frozen=True)
class Population(Observable):
    """Probability to find so many quanta in each mode; None stands for any number of them.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> (block,) = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, quanta=8).blocks
    >>> single, some = (Population(kerr.MODEL, (n,)).read(block).value[0] for n in (1, None))
    >>> bool(single < some), round(float(some), 12)
    (True, 1.0)
    """

    occupation: tuple[int | None, ...]

    @property
    def ways(self) -> Sequence[Occupation]:
        return [tuple(n or 0 for n in self.occupation)]

    def read(self, block: Solution) -> Measured:
        held = self._held(block)
        value, error = (part[:, held].sum(axis=1) for part in (block.populations, block.error))
        return Measured(value, error, resolved=SURE)

    def searched(self, block: Solution, other: Solution | None) -> Measured:
        cut, held = np.zeros(len(block.points)), self._held(block)
        if not held.any() and self._exists:
            cut += np.inf
        elif block.cut is not None:
            cut = block.cut[:, held].sum(axis=1)
        return replace(self.read(block), cut=_lifted(cut, block, other), moved=SURE)

    def most(self, block: Solution) -> np.ndarray:
        return supply(block)

    def change(self, block: Solution, other: Solution) -> np.ndarray:
        before, after = (self.read(one).value for one in (block, other))
        return abs(after - before) + abs(after) * missing(finer_of(block, other), ())

    def guesses(self, block: Solution) -> np.ndarray:
        return guessed(self.model, block, quanta=sum(self.ways[0]))

    @property
    def _exists(self) -> bool:
        """Whether a larger cut has such states: a two-level system never holds two quanta."""
        pairs = zip(self.model.modes, self.occupation, strict=True)
        return not any(is_two_level(mode) and (n or 0) > 1 for mode, n in pairs)

    def _held(self, block: Solution) -> np.ndarray:
        """Which states of a block have these quanta."""
        wanted = [(i, n) for i, n in enumerate(self.occupation) if n is not None]
        on, quanta = [i for i, _ in wanted], [n for _, n in wanted]
        return np.asarray((block.space.occupations[:, on] == quanta).all(axis=1))


@dataclass(frozen=True)
class Mean(Observable):
    """Tr[O rho] of the operator O with these ``words``, real where O is Hermitian.

    >>> from numeric import steady_state
    >>> from numeric.trust.expectation import read_operator
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0}, quanta=8)
    >>> amplitude = Mean(kerr.MODEL, read_operator(kerr.MODEL, kerr.a), state.arrays)
    >>> (found,) = amplitude.read(state.blocks[0]).value
    >>> bool(np.isclose(abs(found) ** 2, state.number("a")))
    True
    """

    words: Ladder
    arrays: Arrays

    @property
    def ways(self) -> Sequence[Occupation]:
        vacuum = (0,) * len(self.model.modes)  # an operator that is zero has no words
        return [side for word in self.words for side in word] or [vacuum]

    @cached_property
    def _is_real(self) -> bool:
        return is_hermitian(self.words)

    def read(self, block: Solution) -> Measured:
        value = np.full(len(block.points), np.nan, dtype=float if self._is_real else complex)
        error = np.full(len(block.points), np.nan)
        for rows in np.array_split(np.flatnonzero(block.found), 1 + len(value) // CHUNK):
            some = block.take(rows)
            rho = matrices(self.model, self.arrays, block, rows)
            errors = element_errors(some.populations, some.error)
            found, error[rows] = mean(self._matrices(some), rho, errors)
            value[rows] = found.real if self._is_real else found
        return Measured(value, error)

    def searched(self, block: Solution, other: Solution | None) -> Measured:
        found = self.read(block)
        if other is None:
            return found
        lost = np.isnan(found.value) | is_short(finer_of(block, other))
        return replace(found, cut=np.where(lost, np.inf, self._moved(found, block, other)))

    def most(self, block: Solution) -> np.ndarray:
        return np.asarray(supply(block) * self._size(block))

    def change(self, block: Solution, other: Solution) -> np.ndarray:
        return self._moved(self.read(block), block, other)

    def _moved(self, before: Measured, block: Solution, other: Solution) -> np.ndarray:
        fine, after = finer_of(block, other), self.read(other)
        ways = paths_held(self.model, np.array(self.ways), fine.space.cut, beyond=1).all()
        counts = share(block, other) if ways else 1.0
        moved = abs(after.value - before.value) * counts + missing(fine, ()) * self._size(fine)
        # what is zero without any round-off is so whatever the cut
        empty = (before.value == 0) & (before.roundoff + after.roundoff == 0)
        return np.asarray(np.where(empty & (after.value == 0), 0.0, moved))

    def guesses(self, block: Solution) -> np.ndarray:
        return np.asarray(coherence(self.model, block) * self._size(block))

    def _size(self, block: Solution) -> np.ndarray:
        """The largest sum of moduli in a row of O, per point: what a probability of one adds."""
        return np.asarray(np.max(np.sum(abs(self._matrices(block)), axis=2), axis=1))

    def _matrices(self, block: Solution) -> np.ndarray:
        return operator_matrices(self.words, select(self.arrays, block.points), block.space)


def _lifted(changed: np.ndarray, block: Solution, other: Solution | None) -> np.ndarray:
    """What the search changed; all where most may lie beyond the cut."""
    changed = np.nan_to_num(changed, nan=np.inf)
    if other is None:
        return changed
    fine = finer_of(block, other)
    lost = (escape(fine) + missing(fine, ()) >= MOVED) | ~other.found | is_short(fine)
    return np.where(lost, np.inf, changed)
