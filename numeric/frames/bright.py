"""Which points of a batch are known without a cut that holds all their light, and how.

A cut that holds bright light keeps many states: a hundred photons beside an atom are three hundred,
and two modes of a hundred photons are ten thousand.  Linear light needs none of them
(`numeric.frames.gaussian`), and nearly coherent light the few around its amplitude
(`numeric.frames.displaced`), or, where it is squeezed there, those of other modes
(`numeric.frames.squeezed`).  Weak light beside baths that fill more than a cut may hold is known
as well (`numeric.frames.warm`), and photons that push a mirror far (`numeric.frames.polarons`).  So
`numeric.steady_state` looks there

- first where a bath asks for more than may be kept, or for a cut that would be dear, the swing of a
  mirror fills more than `CROWDED` states, or the light that is foretold fills more than `DEAR`
  states of several modes, or more than its limit (what is known there to a few digits only is
  searched all the same, where a cut fits),
- and again where the search for a cut has ended without n and g2 (so is, around its rest, a mirror
  whose swing fills fewer).

What both leave is a state that is neither: light on two branches far apart, or without a phase.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Protocol

import numpy as np

from numeric.frames.displaced import DisplacedState
from numeric.frames.fluctuations import squeezings, states_around, states_squeezed
from numeric.frames.gaussian import GaussianState, gaussian
from numeric.frames.means import Means, beside, settled, some_of
from numeric.frames.polarons import PolaronState, leaning, polaron_states, swinging
from numeric.frames.squeezed import SqueezedState, squeezed_states
from numeric.frames.trials import PAIRS, displaced_states
from numeric.frames.warm import WarmState, fills, warm_states
from numeric.lindblad.scaling import weights
from numeric.lindblad.space import Cut, count_states, graded
from numeric.search.classical import LIGHT, Branches, amplitudes, branches, filled, held_against
from numeric.search.start import HIGHER_ROOMY, LIMIT
from numeric.solvers.choice import ALONE as ONE_BY_ONE
from numeric.solvers.choice import matrices, solve_points
from numeric.solvers.solution import Solution
from systems import Model
from systems.ladder import is_two_level
from systems.progress import Report
from systems.values import Arrays, select

# States of several modes from which on a displaced frame is tried first: an atom in 35 photons
# (180 states) takes 9 s as it stands and 2 s there, a driven mirror of 90 states 13 s and 2 s
DEAR = 80
# Of the states that are foretold, what a frame may take to be worth it: two emitters that are
# bright on one branch only take 125 as they are (3 s), and as many around any amplitude
FEWER = 0.6
# The same of several modes without atoms, at least: what is foretold counts no fluctuations.  Of a
# mode of 3 quanta beside a faint one (cross-Kerr, as strong as the loss) it is 112 states, 300 are
# too few (25 s), and 247 around the amplitude are enough (5 s)
MODEST = 250
# Times the tolerance of a frame of one mode, where quanta cost little: P(n) of all the light takes
# more of them than its moments, and 1e-2 knows 35 of the 40 that a cut for 35 quanta does
CLOSER = 1e-2
# States of a frame by default, after the last cut that fits was too small: three modes in 220 take
# 3 s, in 455 as long as all that was solved before, 25 s, and pairs above threshold settle in none
LAST = 300
# States of a squeezed frame: two Kerr modes of 400 and of 20 quanta take 221 and 276 (8 and 15 s)
# where a displaced one takes 700 and does not settle; 9 quanta that are bent take 400, a minute
SQUEEZED = 300
ALONE = 250  # the same of one mode alone, whose equation is a narrow band: 289 states take 5 s

# States of a cut beside a bath from which on the damping basis is asked first where several modes
# are driven or warm, so that each grade holds many: two beside 0.02 phonons take 180 s by cuts, and
# 3 s there; and how many states have as many unknowns as may be tried where a cut may do as well.
# The first is that of a cut that holds the swing of a mirror, too: two of 450 and 600 take 6 s, and
# around its rest 1.5 s
CROWDED, SOON = 300, 500
# The same beside one driven mode: cuts of fewer are followed in time, and take some seconds.  A
# mirror of two phonons (g = 0.2 omega, a drive of 0.3 of the loss: 518 states) takes 3 s in the
# damping basis, and over 70 s by cuts and around its rest
WIDE = 400


class Truncations(Protocol):
    """A search for truncations, `numeric.search.truncation.TruncationSearch`.

    >>> from numeric.search.truncation import TruncationSearch
    >>> search: Truncations = TruncationSearch(None, 1e-8, None, order=4)
    """

    @property
    def tolerance(self) -> float: ...
    @property
    def limit(self) -> int | None: ...
    @property
    def order(self) -> int: ...
    def for_frame(
        self, order: int, closer: float = 1.0, limit: int | None = None
    ) -> "Truncations": ...

    def __call__(
        self,
        model: Model,
        arrays: Arrays,
        points: np.ndarray,
        solver: str,
        report: Report,
        light: Branches | None = None,
    ) -> Iterator[tuple[Solution, Solution | None]]: ...


@dataclass(frozen=True)
class BrightSearch:
    """The roads to bright light at the points of a batch, positions in its flattened ``arrays``.

    Each returns what it knows, in parts, and leaves out the points of which it knows nothing.
    ``search`` and ``solver`` solve what is left of the light in a displaced frame.

    >>> from numeric.search.truncation import TruncationSearch
    >>> from systems.library import kerr
    >>> from systems.progress import silent
    >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}  # a weak drive
    >>> search = TruncationSearch(None, 1e-8, None, order=4)
    >>> weak = BrightSearch(kerr.MODEL, arrays, search, "auto", silent)
    >>> weak.ahead(np.arange(1)), weak.afterwards(np.arange(0))
    (([], []), [])
    >>> strong = arrays | {"chi": np.array([1e-4]), "xi": np.array([10.0])}
    >>> bright = BrightSearch(kerr.MODEL, strong, search, "auto", silent)
    >>> (state,) = bright.displaced(np.arange(1))
    >>> round(float(state.measured("number", "a").value[0]))
    390
    """

    model: Model
    arrays: Arrays
    search: Truncations
    solver: str
    report: Report

    def ahead(self, points: np.ndarray) -> tuple[list[Means], list[DisplacedState]]:
        """What is known of points whose cut would be dear, before any is solved as it stands.

        What is known to a few digits only comes second, where a cut that fits may tell more.
        """
        linear, rest = self._linear(points)
        found: list[Means] = [part for state in linear for part in some_of(state, _is_dear(state))]
        warm = self._warm(rest)
        found, rest = [*found, *warm], beside(rest, warm)
        leaning = self._leaning(rest)
        found, rest = [*found, *leaning], beside(rest, leaning)
        if not rest.size:
            return found, []
        sizes, dear = self._dear(rest)
        around = self.around(rest[dear], most=self._most(np.max(sizes[dear], initial=0)))
        fits = rest[dear & (sizes <= (self.search.limit or LIMIT))]
        few = [~settled(one, PAIRS) & np.isin(one.points, fits) for one in around]
        pairs = list(zip(around, few, strict=True))
        known = [part for one, rows in pairs for part in some_of(one, ~rows)]
        return [*found, *known], [part for one, rows in pairs for part in some_of(one, rows)]

    def light(self, points: np.ndarray) -> Branches:
        """Where the light of some points would go without fluctuations, found once for each.

        >>> from numeric.search.truncation import TruncationSearch
        >>> from systems.library import kerr
        >>> from systems.progress import silent
        >>> arrays = {name: np.array([x]) for name, x in {**kerr.VALUES, "xi": 3.0}.items()}
        >>> search = TruncationSearch(None, 1e-8, None, order=4)
        >>> road = BrightSearch(kerr.MODEL, arrays, search, "auto", silent)
        >>> road.light(np.arange(1)).several
        array([False])
        """
        known, light = self._lit
        new = points[~known[points]]
        if new.size:
            some = branches(self.model, select(self.arrays, new))
            light.quanta[new], light.several[new], known[new] = some.quanta, some.several, True
        return light.at(points)

    @cached_property
    def _lit(self) -> tuple[np.ndarray, Branches]:
        """Whether the light of each point has been looked for, and what was found."""
        count = next(iter(self.arrays.values())).size
        none = np.zeros((count, len(self.model.modes)))
        return np.zeros(count, dtype=bool), Branches(none, np.zeros(count, dtype=bool))

    def _most(self, size: float) -> int:
        """States that a frame may take before light that is foretold to fill so many is solved."""
        modes, worth = self.model.modes, int(FEWER * size)
        if len(modes) > 1 and not any(map(is_two_level, modes)):
            worth = max(worth, MODEST, min(int(size), LAST))
        return min(worth, self.search.limit or LIMIT)

    def _dear(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How many states light is foretold to fill, and where a frame is tried first."""
        limit = min(self.search.limit or ALONE, ALONE)
        light = self.light(points).quanta
        sizes = filled(self.model, light)
        # beside a bright mode a faint one keeps what the highest order is compared with
        sizes[sizes > 0] = filled(self.model, light[sizes > 0], self.search.order + 2)
        return sizes, sizes >= (DEAR if len(self.model.modes) > 1 else limit + 1)

    def afterwards(self, points: np.ndarray) -> list[Means]:
        """What is known of points whose search has ended without a cut.

        No frame may take more than `LAST` states unless a limit was given, and where frames of as
        many have been tried `ahead` they are not tried again.
        """
        linear, rest = self._linear(points)
        leaning, most = self._leaning(rest, dear=False), self.search.limit or LAST
        rest = beside(rest, leaning)
        if rest.size:
            light = self.light(rest).quanta
            sizes, dear = self._dear(rest)
            tried = dear & (self._most(np.max(sizes[dear], initial=0)) >= most)
            rest = rest[(np.max(light, axis=1) > LIGHT) & ~tried]
        return [*linear, *leaning, *self.around(rest, most=most)]

    def around(self, points: np.ndarray, most: int) -> list[DisplacedState]:
        """The points in frames around an amplitude, those in which they settle.

        Where fewer states of squeezed light than of displaced light are foretold, it is looked for
        these, and else for those; frames that would take more than ``most`` states are given up.
        """
        if not points.size:
            return []
        root, _, _ = amplitudes(self.model, some := select(self.arrays, points))
        shifted, squeezed = (f(self.model, some, root) for f in (states_around, states_squeezed))
        better = (shifted > min(most, DEAR)) & (squeezed <= FEWER * shifted)
        first = self.squeezed(points[better])
        return [*first, *self.displaced(beside(points, first), most=most)]

    def displaced(
        self, points: np.ndarray, keep: bool = False, most: int | None = None
    ) -> list[DisplacedState]:
        """The points in displaced frames, those in which they settle; with ``keep`` all of them.

        Frames that would take more than ``most`` states are given up.
        """
        model = self.model
        if not points.size or all(map(is_two_level, model.modes)) or model.collective is not None:
            return []
        how = (partial(self._solved, most), matrices, self.search.tolerance, self.search.order)
        limit = min(self.search.limit or np.inf, np.inf if most is None else most)
        # of one mode it is not asked: a few hundred quanta are a narrow band
        least = states_around if len(model.modes) > 1 else None
        return [*displaced_states(model, self.arrays, points, *how, keep, limit, least)]

    def squeezed(self, points: np.ndarray) -> list[SqueezedState]:
        """The points in squeezed frames, those in which they settle."""
        how = (squeezings, self._one, matrices, self.search.tolerance, self.search.order)
        most = self.search.limit or SQUEEZED
        return [*squeezed_states(self.model, self.arrays, points, *how, most)]

    def _one(self, model: Model, arrays: Arrays, cut: Cut) -> Solution:
        """One point of a model, solved with a cut."""
        solver = ONE_BY_ONE if self.solver == "auto" else self.solver
        found = solve_points(model, arrays, np.arange(1), cut, solver, self.report)
        return held_against(model, found, branches(model, arrays))

    def _solved(
        self, most: int | None, order: int, shifted: Model, values: Arrays, some: np.ndarray
    ) -> list[tuple[Solution, Solution | None]]:
        """Some points of a model in its displaced frame, with a truncation chosen there."""
        closer = CLOSER if len(shifted.modes) == 1 else 1.0
        search = self.search.for_frame(order, closer, most)
        return list(search(shifted, values, some, self.solver, self.report))

    def _leaning(self, points: np.ndarray, dear: bool = True) -> list[PolaronState]:
        """The points at which a cut that holds how far light swings a mirror would be dear.

        Or those where it would not be, but may have told nothing.
        """
        if not points.size:
            return []
        how = self.search.order, self.search.tolerance
        some = select(self.arrays, points)
        _, pushed = leaning(self.model, some)
        if not pushed.any():
            return []
        large = swinging(self.model, some, *how) > CROWDED
        asked = points[pushed & (large == dear)]
        return polaron_states(
            self.model, self.arrays, asked, how[1], how[0], self.search.limit, self.report
        )

    def _warm(self, points: np.ndarray) -> list[WarmState]:
        """The points whose baths fill more states than a cut for all orders may keep.

        Also those whose cut is dear: where a cut may hold pairs, they get so many unknowns only.
        """
        if not points.size:
            return []
        order, limit = self.search.order, self.search.limit
        tops = self._filled(points, order)
        if not tops.any():
            return []
        sizes = self._beside(tops, order)
        pairs = self._beside(self._filled(points, PAIRS), PAIRS)
        room = limit or HIGHER_ROOMY
        hot = sizes > room
        bounded = hot & (pairs <= room)  # a cut may hold pairs
        if limit is None:
            bounded |= ~hot & self._crowded(tops)
        return [
            state
            for some, most in ((hot & ~bounded, limit), (bounded, limit or SOON))
            for state in warm_states(
                self.model,
                self.arrays,
                points[some],
                self.search.tolerance,
                order,
                most,
                self.report,
            )
        ]

    def _beside(self, tops: np.ndarray, order: int) -> np.ndarray:
        """States of a cut for g^(``order``) beside what baths fill, (points,); 0 without."""
        kinds, which = np.unique(tops, axis=0, return_inverse=True)
        sizes = [
            count_states(self.model.modes, graded(self.model, order + 2, row)) if any(row) else 0
            for row in kinds.tolist()
        ]
        return np.array(sizes)[np.ravel(which)]

    def _filled(self, points: np.ndarray, order: int) -> np.ndarray:
        """Quanta that baths fill in each mode, (points, modes)."""
        return fills(self.model, select(self.arrays, points), order, self.search.tolerance)

    def _crowded(self, tops: np.ndarray) -> np.ndarray:
        """Where a cut beside baths would be dear: sooner where each grade holds many, (points,)."""
        several = np.count_nonzero(weights(self.model)) > 1
        cuts = [tuple(row) for row in np.where(tops > 0, tops, self.search.order + 2).tolist()]
        sizes = np.array([count_states(self.model.modes, cut) for cut in cuts])
        warm = np.count_nonzero(tops, axis=1)
        least = np.where(several | (warm > 1), CROWDED, WIDE)
        return np.asarray((sizes > least) & (warm > 0))

    def _linear(self, points: np.ndarray) -> tuple[list[GaussianState], np.ndarray]:
        """The points at which the model is linear, known by their covariances, and the others."""
        how = (self.search.tolerance, self.search.order)
        linear = gaussian(self.model, self.arrays, points, *how)
        return linear, beside(points, linear)


def _is_dear(state: GaussianState) -> np.ndarray:
    """Where linear light would fill more than `DEAR` states, per point."""
    tops = np.array([state.filled(i) for i in range(len(state.model.modes))]).T
    return np.array([count_states(state.model.modes, tuple(row)) > DEAR for row in tops])
