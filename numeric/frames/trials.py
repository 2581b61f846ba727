"""Displaced frames that are tried, one after the other, until the numbers of a point settle.

They lie around the brightest classical root, around the light without the model's nonlinearity, and
around the faintest root (`numeric.search.classical.amplitudes`).  Where another stable root lies
beyond what a frame holds, light may be there as well, for longer than any number of the frame can
tell: it is then "not converged", however well it has settled.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from numeric.frames.displaced import DisplacedState, Matrices
from numeric.frames.means import beside, settled, some_of
from numeric.frames.shift import shift
from numeric.search.classical import alike, amplitudes, another_beyond, filled
from numeric.solvers.solution import Solution
from systems import Model
from systems.ladder import is_two_level
from systems.status import Status
from systems.values import Arrays

Pair = tuple[Solution, Solution | None]
Least = Callable[[Model, Arrays, np.ndarray], np.ndarray]  # states around amplitudes, (points,)
Search = Callable[[int, Model, Arrays, np.ndarray], Sequence[Pair]]
PAIRS = 2  # the highest order that a frame has to settle, and that is looked for first
NO_ROOT = 1  # which frame lies around the light without the nonlinearity, where none need be


def displaced_states(
    model: Model,
    arrays: Arrays,
    points: np.ndarray,
    search: Search,
    matrices: Matrices,
    tolerance: float,
    order: int,
    keep: bool = False,
    most: float = np.inf,
    least: Least | None = None,
) -> list[DisplacedState]:
    """The points (of flat arrays), each in the first frame in which n and g2 of all modes settle.

    Frames are tried one after the other: around the brightest classical root, around the light
    without the model's nonlinearity, and around the faintest root.  Points that settle in none are
    left out, or (``keep``) shown in the last frame that was tried.  The second frame is none to try
    where the nearest root, seen from it, fills more than ``most`` states, and the others where
    ``least``, what fluctuations around roots take at least (`numeric.frames.fluctuations`), is
    more. ``search`` solves points of a model as `numeric.search.truncation.TruncationSearch` does;
    ``matrices`` gives their density matrices.

    >>> from systems.library import kerr
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    >>> displaced_states(kerr.MODEL, arrays, np.arange(0), lambda *_: [], lambda *_: None, 1e-8, 4)
    []
    """
    if not points.size:
        return []
    given = {name: array.ravel()[points] for name, array in arrays.items()}
    trials = Trials(model, given, points, search, matrices, tolerance, order)
    states, ended, left = list[DisplacedState](), list[DisplacedState](), np.arange(len(points))
    for frame in range(len(trials.frames)):
        rows = trials.worth(frame, left, most, least)
        found, last = trials.settled(frame, rows)
        states, ended, left = [*states, *found], last or ended, trials.beside(left, found)
    return [*states, *(trials.rest(left, ended) if keep else [])]


@dataclass(frozen=True)
class Trials:
    """Frames around amplitudes of some points, and what is solved in them.

    ``given`` are the values at the ``points``; the other fields are those of `displaced_states`.
    A row is the place of a point among these.

    >>> from systems.library import kerr
    >>> given = {n: np.array([x]) for n, x in {**kerr.VALUES, "chi": 1e-3, "xi": 3.0}.items()}
    >>> none = lambda *_: None
    >>> trials = Trials(kerr.MODEL, given, np.arange(1), none, none, 1e-8, 4)
    >>> [trials.worth(frame, np.arange(1)).size for frame in range(3)]  # there is one root only
    [1, 1, 0]
    """

    model: Model
    given: Arrays
    points: np.ndarray
    search: Search
    matrices: Matrices
    tolerance: float
    order: int

    @cached_property
    def frames(self) -> tuple[np.ndarray, ...]:
        """The amplitudes of each frame, (points, modes), NaN where there is none."""
        return amplitudes(self.model, self.given)

    def worth(
        self, frame: int, rows: np.ndarray, most: float = np.inf, least: Least | None = None
    ) -> np.ndarray:
        """Those of the rows that may settle in a frame, and have not been tried in such a one."""
        alphas = self.frames[frame][rows]
        there = np.isfinite(alphas).all(axis=1) & (abs(alphas).max(axis=1, initial=0) > 0)
        for other in self.frames[:frame]:
            there &= ~alike(alphas, other[rows])
        rows = rows[there & ~(self._needed(frame, rows) > most)]
        if least is None or frame == NO_ROOT or not rows.size:
            return rows
        some = {name: array[rows] for name, array in self.given.items()}
        return rows[~(least(self.model, some, self.frames[frame][rows]) > most)]

    def settled(
        self, frame: int, rows: np.ndarray
    ) -> tuple[list[DisplacedState], list[DisplacedState]]:
        """What settles there, and all that was solved last.

        Of what surrounds a bright amplitude n and g2 mostly suffice for all orders of the whole,
        and where not even these settle, more orders do not help.
        """
        done, pairs, ended = list[DisplacedState](), list[DisplacedState](), list[DisplacedState]()
        for highest in sorted({min(self.order, PAIRS), self.order}):
            found = self._around(highest, self.frames[frame][rows], rows)
            ended, rows = found or ended, rows[:0]
            for state in found:
                good = settled(state, self.order if highest < self.order else PAIRS)
                some = settled(state, PAIRS) & ~good
                done += some_of(state, good)
                pairs += some_of(state, some)
                rows = np.union1d(rows, self._rows(state.points[some]))
        left = self.beside(np.arange(len(self.points)), done)
        return [*done, *self.rest(left, pairs)], ended

    def beside(self, rows: np.ndarray, states: Sequence[DisplacedState]) -> np.ndarray:
        """Those of the rows of which none of the states is."""
        return self._rows(beside(self.points[rows], states))

    def rest(self, rows: np.ndarray, states: Sequence[DisplacedState]) -> list[DisplacedState]:
        """What of the states is of these rows."""
        chosen = [some_of(state, np.isin(state.points, self.points[rows])) for state in states]
        return [part for some in chosen for part in some]

    def _rows(self, points: np.ndarray) -> np.ndarray:
        return np.flatnonzero(np.isin(self.points, points))

    def _needed(self, frame: int, rows: np.ndarray) -> np.ndarray:
        """States that light at the nearest root fills around a frame, (rows,).

        NaN where no root is known, and of models with atoms, beside which light may be on none.
        """
        if any(map(is_two_level, self.model.modes)):
            return np.full(len(rows), np.nan)
        bright, _, faint = self.frames
        gaps = [abs(self.frames[frame][rows] - root[rows]) ** 2 for root in (bright, faint)]
        nearest = np.argmin([np.nan_to_num(gap.sum(axis=1), nan=np.inf) for gap in gaps], axis=0)
        gap = np.where(nearest[:, None] == 0, *gaps)
        known = np.isfinite(gap).all(axis=1)
        return np.where(known, filled(self.model, np.nan_to_num(gap), PAIRS), np.nan)

    def _around(self, highest: int, alphas: np.ndarray, rows: np.ndarray) -> list[DisplacedState]:
        """The rows in frames of these amplitudes, in parts of one truncation each."""
        if not rows.size:
            return []
        around = shift(self.model, tuple(np.any(alphas != 0, axis=0).tolist()))
        given = {name: array[rows] for name, array in self.given.items()}
        shifted, values = around.model, around.values(given, alphas)
        states = []
        for found, other in self.search(highest, shifted, values, np.arange(len(rows))):
            at = found.points
            ended = found.found & (found.status == Status.NOT_CONVERGED)  # numbers are judged alone
            some = {name: array[at] for name, array in given.items()}
            parted = another_beyond(self.model, some, alphas[at], found.space.sides)
            words = np.where(ended, Status.OK, found.status)
            states.append(
                DisplacedState(
                    self.model,
                    some,
                    self.points[rows][at],
                    np.where(parted & (words == Status.OK), Status.NOT_CONVERGED, words),
                    self.tolerance,
                    self.order,
                    shifted,
                    values,
                    alphas[at],
                    found,
                    other,
                    self.matrices,
                    around,
                )
            )
        return states
