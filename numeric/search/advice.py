"""What to ask `steady_state` for where a truncation was too small, in words that may be typed.

Made of what the last shells ask for (`numeric.search.projection`) and of the classical light
(`numeric.search.classical`).  A way is named only where what it takes fits, with room to spare: a
search (``order``, ``limit``) needs two quanta more than what holds its tolerance, a truncation of
one's own (``quanta``) what holds the numbers to a figure's accuracy.  Linear light in any bath
needs none: it is Gaussian, and its covariances have all moments (`numeric.frames.gaussian`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, isqrt, log10

import numpy as np

from numeric.lindblad.heat import held
from numeric.lindblad.space import (
    Cut,
    count_states,
    hull,
    largest_side,
    levels,
    limits,
    resized,
    show_cut,
    wider,
)
from numeric.search.classical import LIGHT
from numeric.search.projection import FAR, ROOMS, ROOMS_OF_SEVERAL, enough, moments_within
from numeric.search.start import HIGHER, LIMIT, ROOMY, default_room
from numeric.solvers.memory import largest
from numeric.solvers.solution import Solution
from numeric.trust.power import power
from numeric.trust.tail import escape, falling_factorials, missing
from systems import Model
from systems.ladder import is_two_level

CLOSER = 0.1  # of what it may be off, the tolerance to which a truncation of one's own is proposed
THERMAL = 0.3  # the same of what a bath fills, whose law is known
PAIRS = 2  # the order of n and g2, which are wanted first
FARTHER = 2.0  # times the states that solvers settle, how many may be needed for those to be tried
ROOM = 1.5  # times the largest change that is known, for a tolerance to ask for


@dataclass(frozen=True)
class Shortage:
    """Solutions that were too small at all of their points, and what is known of them.

    ``light`` are the quanta of the classical light there, each (points, modes).  ``order`` is the
    highest correlation for which the truncation was chosen, None where it was given;
    ``pairs_known`` says that n and g2 are converged and only higher orders are not.  ``moved`` is
    by how much a number of a truncation of one's own may be off.  ``looked`` says that it was
    looked for bright light without a cut that holds it (`numeric.frames.bright`), or cannot be;
    ``limit`` is how many states were asked for, which are not advised again; ``searches`` that a
    search by default goes as far as anything does; ``falls`` are those of what baths fill
    (`numeric.lindblad.heat`), (points, modes) for each solution, and ``around`` is how many states
    it takes around an amplitude, where that is foretold.  ``named`` is the solver, for which it has
    to fit.  ``changes`` are by how much of themselves n ... g^(order), and n and g2,
    moved at most, and ``given`` the same where the last truncations are judged as given ones.
    ``solvable`` unknowns are those that can be solved for, as far as is known.

    >>> from numeric.solvers.choice import solve_points
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, {**kerr.VALUES, "xi": 2.0})
    >>> few = solve_points(kerr.MODEL, arrays, np.arange(1), 4, "direct")
    >>> given = Shortage(kerr.MODEL, [few], [np.zeros((1, 1))], None, 1e-3, 1e-3)
    >>> given.advice
    'Leave out `quanta`, or give more (`quanta=21`).'
    >>> chosen = Shortage(kerr.MODEL, [few], [np.zeros((1, 1))], 3, 1e-8, 1e-3, pairs_known=True)
    >>> chosen.advice
    'Ask for `order=2`, or more states (`limit=547`), or a truncation of your own (`quanta=18`).'
    """

    model: Model
    found: Sequence[Solution]
    light: Sequence[np.ndarray]
    order: int | None
    tolerance: float
    moved: float
    pairs_known: bool = False
    looked: bool = False
    limit: int | None = None
    searches: bool = True
    falls: Sequence[np.ndarray] = ()
    around: float = np.nan
    named: str = "auto"
    changes: tuple[float, float] = (np.inf, np.inf)
    given: tuple[float, float] = (0.0, 0.0)
    solvable: float = np.inf

    @property
    def advice(self) -> str:
        """What to ask for instead, a sentence."""
        if np.isfinite(slowest := self._power):
            last = hull(self.model.modes, [one.space.cut for one in self.found])
            return (
                f"Populations fall as a power of the quanta, by now {slowest:.1f}: no truncation "
                "holds such moments, which may not exist. Ask for probabilities with a truncation "
                f"of your own ({self._typed(last)}), or add a loss of pairs."
            )
        own = self._own
        if self.order is None and (self._by_all or _unknown(own)):  # the search sees more
            plenty = f"more{f' ({self._typed(own)})' if self._is_judged(own) else ''}."
            return f"Leave out `quanta`, or give {plenty}" if self.searches else f"Give {plenty}"
        ways = self._ways()
        if not ways and self.order is not None:
            ways = self._already(self.order)
        return f"Ask for {', or '.join(ways)}." if ways else self._fewer()

    @property
    def _power(self) -> float:
        """The least power with which populations fall; infinite where they fall faster."""
        each = [np.min(power(one, s)) for one in self.found for s in one.space.sides]
        return float(min(each, default=np.inf))

    def _ways(self) -> list[str]:
        """What leads to all that was asked for, or to n and g2 of it."""
        low = self.order is not None and self.pairs_known and self.order > PAIRS
        ways = ["`order=2`"] if low else []
        more = (self.limit or 0) < self._most
        if self._by_all and more:
            ways.append(f"more states (`limit={self._most}`)")
        elif self._searched(PAIRS) and not ways and (more or self.order != PAIRS):
            ways.append(f"`order=2` with more states (`limit={self._most}`){self._without}")
        if self.order is not None and any(map(self._bounded, (self.order, PAIRS))):
            ways.insert(0, "no `limit`")
        if self.order is not None and not set(ways) - {"`order=2`"}:
            ways += self._looser()
        if self._is_judged(self._own):
            ways.append(f"a truncation of your own ({self._typed(self._own)})")
        if self._is_hard:
            return ways or self._solved()
        return ways if self.looked or self._by_all else ways + self._around()

    @property
    def _is_hard(self) -> bool:
        """Whether solvers settle fewer states than fit."""
        return self.solvable < largest(self.model, self.named)

    def _solved(self) -> list[str]:
        """The largest truncation that solvers settle, where that is larger than what was solved.

        Where many times as many states are needed it would be of no use.
        """
        if count_states(self.model.modes, self._own) > FARTHER * self._most:
            return []
        own = shrunk(self.model, self._own, self._most)
        more = count_states(self.model.modes, own) > max(one.space.size for one in self.found)
        return [f"the largest truncation that can be solved ({self._typed(own)})"] if more else []

    def _looser(self) -> list[str]:
        """The tolerance to which all is known that was asked for, or else n and g2 of it."""
        for change, also in zip(self.changes, ("", "`order=2` with "), strict=True):
            if 0 < ROOM * change < self.moved:
                return [f"{also}{loose(change)}{'' if also else self._roomy}"]
        return []

    @property
    def _roomy(self) -> str:
        """The states that such a search needs besides, as fewer are tried for g3 and higher."""
        last = hull(self.model.modes, [one.space.cut for one in self.found])
        dear = default_room(self.model, self.named) in (LIMIT, ROOMY) and self.limit is None
        if self.order == PAIRS or not dear or count_states(self.model.modes, last) <= HIGHER:
            return ""
        return f" and `limit={self._most}`"

    def _fewer(self) -> str:
        """What is said where nothing leads there: n and g2 alone, or that no truncation does."""
        pairs = self._least(PAIRS, CLOSER * self.moved)
        if not self.falls or not np.any(np.vstack(self.falls)):
            return self._for_pairs(pairs) or self._none(pairs, around=self.around)
        # what a bath fills is known without a cut
        warm = held(np.max(np.vstack(self.falls), axis=0), PAIRS, THERMAL * self.moved)
        tops = zip(levels(self.model.modes, pairs), warm.tolist(), strict=True)
        pairs = tuple(top or kept - 1 for kept, top in tops)
        if less := self._for_pairs(pairs):
            return less
        # one hot mode needs no cut that holds it (`numeric.frames.warm`), but states of the others
        return self._none(pairs, f"{'' if self.limit is None else 'no `limit`, '}a colder bath")

    def _for_pairs(self, cut: Cut) -> str:
        """Asks for a cut that does for n and g2; empty where it does not fit."""
        own = f"Ask for a truncation of your own ({self._typed(cut)}), for n and g2."
        return own if self._is_judged(cut) else ""

    def _none(self, cut: Cut, instead: str = "", around: float = np.nan) -> str:
        """What is said where no truncation does."""
        instead = instead or f"a weaker {'pump' if self.model.drive is None else 'drive'}"
        fits = f"No truncation that fits ({self._most} states)"
        if _unknown(cut) or around <= self._most:
            return f"{fits} is known to do: ask for {instead}."
        states = count_states(self.model.modes, cut)
        needed = f"{states} are needed"
        if around < states:
            needed = f"{around:.0f} are needed around its amplitude"
        return f"{fits} will do, as some {needed}: ask for {instead}, or a larger loss."

    @cached_property
    def _own(self) -> Cut:
        """A truncation of one's own, with as much room as fits; the smallest where none fits."""
        rooms = ROOMS if len(self.model.modes) == 1 else ROOMS_OF_SEVERAL
        cuts = [self._least(self.order or 4, CLOSER * self.moved, room) for room in rooms]
        if self.order is None:
            given = [wider(one.space.cut, 2) for one in self.found]
            cuts = [hull(self.model.modes, [cut, *given]) for cut in cuts]
        return next(filter(self._is_judged, cuts), cuts[-1])

    @cached_property
    def _by_all(self) -> bool:
        """Whether a search gets there; it looks for all orders of a truncation that is given."""
        return self._searched(self.order or 4)

    def _bounded(self, highest: int) -> bool:
        """Whether a search for n ... g^(highest) gets there by default, but not in the limit."""
        needed = count_states(self.model.modes, wider(self._least(highest, self.tolerance), 2))
        return self.limit is not None and self.limit < needed <= default_room(
            self.model, self.named
        )

    def _searched(self, highest: int) -> bool:
        """Whether what a search for n ... g^(highest) has to solve fits."""
        return self._fits(wider(self._least(highest, self.tolerance), 2))

    def _least(self, highest: int, within: float, room: float = ROOMS_OF_SEVERAL[-1]) -> Cut:
        """A cut that holds n ... g^(highest) of all points to this accuracy."""
        pairs = zip(self.found, self.light, strict=True)
        cuts = [enough(self.model, one, n, highest, within, room) for one, n in pairs]
        return hull(self.model.modes, cuts)

    def _already(self, order: int) -> list[str]:
        """The truncation that was solved last, if it is one's own that holds n and g2 at least."""
        cut = hull(self.model.modes, [one.space.cut for one in self.found])
        each = zip((order, PAIRS), self.given, ("", ", for n and g2"), strict=True)
        for highest, change, what in each:
            holds = change < self.moved and all(self._holds(one, highest) for one in self.found)
            if holds and self._fits(cut):
                return [f"a truncation of your own ({self._typed(cut)}){what}"]
        return []

    def _holds(self, found: Solution, order: int) -> bool:
        """Whether far less than ``moved`` of n ... g^(order) of all modes lies beyond the cut."""
        shares = [escape(found)]
        for mode, k in moments_within(self.model, found.space.cut, order):
            # g^(k) is divided by the mean number k times
            for word, times in ((mode,) * k, 1), ((mode,), k if k > 1 else 0):
                size = found.populations @ falling_factorials(found.space, word)
                with np.errstate(divide="ignore", invalid="ignore"):
                    shares.append(np.nan_to_num(times * missing(found, word) / size, posinf=np.inf))
        return bool(np.max(shares) < CLOSER * self.moved and not np.any(found.short))

    def _around(self) -> list[str]:
        """How bright light is known without a cut that holds it, if it may be."""
        if self.model.not_quadratic() is None:
            return ["linear light by its covariances (leave out `quanta`, `frame` and `solver`)"]
        if all(map(is_two_level, self.model.modes)) or not max(map(np.max, self.light)) > LIGHT:
            return []
        return [f'light around its classical amplitude (`frame="displaced"`{self._without})']

    @property
    def _without(self) -> str:
        """What a search has to be asked for besides."""
        return ", without `quanta`" if self.order is None else ""

    @property
    def _most(self) -> int:
        """States that fit."""
        return isqrt(int(min(largest(self.model, self.named), self.solvable)))

    def _fits(self, cut: Cut) -> bool:
        return count_states(self.model.modes, cut) <= self._most

    def _is_judged(self, cut: Cut) -> bool:
        """Whether a cut fits, and with it what a given one is judged by: one more on a side.

        Of a cut with one side its last shells tell enough, where no larger one is tried in vain.
        """
        every = limits(self.model.modes, cut)
        tops = [side.top for side in every]
        tops[int(np.argmin(tops))] += len(every) > 1 or self._is_hard
        return self._fits(cut) and self._fits(resized(self.model.modes, cut, tops))

    def _typed(self, cut: Cut) -> str:
        return f"`quanta={show_cut(self.model, cut)}`"


def loose(change: float) -> str:
    """The next power of ten above a change, as a tolerance to ask for.

    >>> loose(3e-7)
    '`tolerance=1e-6`'
    """
    return f"`tolerance=1e{ceil(log10(ROOM * change))}`"


def shrunk(model: Model, cut: Cut, states: int) -> Cut:
    """The cut with fewer quanta on its longest sides, so that one quantum more keeps so few states.

    With that one it is judged.

    >>> from systems.library import kerr, kerr_dimer
    >>> shrunk(kerr.MODEL, 40, 30), shrunk(kerr_dimer.MODEL, (9, 4), 30)
    (28, (3, 4))
    """
    while count_states(model.modes, wider(cut, 1)) > states:
        tops = [side.top for side in limits(model.modes, cut)]
        if max(tops) <= 1:
            break
        tops[int(np.argmax(tops))] -= 1
        cut = resized(model.modes, cut, tops)
    return cut


def _unknown(cut: Cut) -> bool:
    return largest_side(cut) >= FAR
