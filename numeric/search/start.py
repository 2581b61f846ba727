"""With which truncation the search of a point starts, from its drive, its light and its baths.

The drive says how many terms of its series matter, the classical light of each mode and what a bath
fills, or others push into it, how many quanta a mode holds by itself.  What comes next says
`numeric.search.growth`.
"""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from math import ceil, log, sqrt

import numpy as np

from numeric.lindblad.heat import held
from numeric.lindblad.paths import on_the_way
from numeric.lindblad.scaling import scale, weights
from numeric.lindblad.space import Cut, Grouped, count_states, graded, limits, resized, wider
from numeric.search.classical import SPREAD, Branches, by_mode, reach
from numeric.search.pushed import LEAST, swung
from numeric.solvers.memory import LARGEST_SWEPT, keeps_a_charge, largest
from systems import Model
from systems.grading import change_of
from systems.ladder import is_two_level
from systems.values import Arrays, select

LIMIT = 500  # states that are tried by default: 250,000 unknowns, some seconds and up to 2 GB
HIGHER = 300  # of them those that are tried where only g3 and higher orders are not converged yet
# The same where some modes hold quanta of their own and a drive of up to so much of the loss orders
# the others: the sweeps of `solvers.staircase` take 3 kB and 11 us for an unknown there (3 photons
# and 120 phonons: 0.7 GB, 2.6 s), and five times as long at half the loss
# (of cold modes, whose quanta fall off unless light fills them far, fewer are worth it)
ROOMY, HIGHER_ROOMY, GENTLE = 900, 600, 0.3
# The same of three modes and more that are swept, at any drive: the most, four modes with twelve
# quanta or five with nine, take 9 to 16 CPU seconds and 2.9 GB
BY_SWEEPS = 2002
MOST = 1000  # quanta beyond which it is all the same: they do not fit
# Quanta beyond ``order`` that the drive alone may ask for at the start, where it is not weak: the
# estimate is of independent light, and blockade needs fewer
AHEAD = 6
# Quanta from one cut to the next of one mode, alone or beside atoms, whose cuts grow little: so few
# cuts serve all points.  19 states for 15 take a third more time, and one more cut of 100 points as
# much as two; where a step of two would just do, it often does not.  Beyond `WIDE` quanta beside
# atoms it is twice as many: 5, 9, 13, 21, 29, ...
STRIDE, WIDE = 4, 13
# Quanta more for one mode, where they cost little: Poisson's law is skewed, x = 5.5 deviations of
# it are (x^2 - 1)/6 more (E. A. Cornish and R. A. Fisher, Rev. Inst. Int. Stat. 5, 307 (1938))
SKEWED = 4
# Standard deviations of the brighter of two branches of one mode that a search starts with: what a
# cut reflects changes branches, so that it has to hold more than such light
BETWEEN = 9.0
# By how much of itself a cut grows that changes branches more often than the light does: of 143
# quanta 257 did and 281, at 1e-39 and 1e-57 of the loss, where the light does at 1e-65
FARTHER = 0.2
PAIRS = 2  # the highest order of what is wanted first: n and g2
PROBE = 8  # of the limit, how small a part tells whether classical light that does not fit is there
# Of the limit, how small a part shows how thermal populations fall: a slope takes 16 quanta
LOOK = 4
NEARLY = 0.9  # of what a bath asks for, what is worth a search: its estimate is of all its light
HALF = 0.5  # the same of what others push into a mode, as n needs less of it than g2
FEWER = 0.7  # of its states that a cut mode by mode may keep at most, to be worth a new start
# The same where jumps bring quanta in, and a warm mode holds more than the light beside it: with a
# Kerr mode beside one, totals of 17 and 22 quanta leave g4 beyond 1e-8, and no more is searched for
# g4; the cut (9, 22) has it in 230 states
FEWER_OF_WARM = 1.0


def default_room(model: Model, solver: str = "auto") -> int:
    """States that a search tries by default, where no mode holds quanta of its own.

    >>> from systems.library import kerr, kerr_ring
    >>> [default_room(one.MODEL) for one in (kerr, kerr_ring)]
    [500, 2002]
    """
    if solver in ("auto", "direct") and keeps_a_charge(model):
        return ROOMY
    return BY_SWEEPS if largest(model, solver) == LARGEST_SWEPT else LIMIT


@dataclass(frozen=True)
class SearchStart:
    """How the search of some points starts, within which budget; see `numeric.search.truncation`.

    ``order`` and ``tolerance`` say what has to settle, ``asked`` is the limit that was asked for.

    >>> from numeric.search.classical import branches
    >>> from numeric.lindblad.heat import fall_of_baths
    >>> from numeric.search.pushed import pushes
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {name: x[None] for name, x in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> light, falls = branches(kerr.MODEL, arrays), fall_of_baths(kerr.MODEL, arrays)
    >>> known = light, falls, pushes(kerr.MODEL, arrays)
    >>> start = SearchStart(4, 1e-8, None, kerr.MODEL, np.arange(1), *known, LIMIT)
    >>> ((cut, points),) = start.starts(arrays)
    >>> 4 <= cut < 12  # quanta, two short of those it is compared with
    True
    """

    order: int
    tolerance: float
    asked: int | None
    model: Model
    points: np.ndarray
    light: Branches  # of these points
    falls: np.ndarray  # of what baths fill, (points, modes)
    shifts: np.ndarray  # by what one quantum pushes each mode, (points, modes)
    room: int  # most states by default
    around: bool = False  # an amplitude, which the light may not be at after all

    @property
    def limit(self) -> int:
        """Most states: at least what it takes to hold g^(order), whatever the default is."""
        least = count_states(self.model.modes, self.order + 1)
        return self.asked or max(self.room, least)

    def fits(self, cut: Cut) -> bool:
        return count_states(self.model.modes, cut) <= self.limit

    @property
    def is_narrow(self) -> bool:
        """Whether one mode holds all quanta, alone or beside atoms: its cuts grow little."""
        return not self.around and sum(not is_two_level(mode) for mode in self.model.modes) == 1

    def in_strides(self, quanta: int) -> int:
        """Those of a cut that also serves other points: 5, 9, 13, ... where cuts grow little."""
        stride = self.stride(quanta)
        shared = stride * ceil((quanta + 3) / stride) - 3
        return shared if self.is_narrow and quanta > STRIDE - 1 else quanta

    def stride(self, quanta: int) -> int:
        """Quanta from the cut before that is shared to the one of so many."""
        return 2 * STRIDE if quanta > WIDE and len(self.model.modes) > 1 else STRIDE

    def starts(self, arrays: Arrays) -> list[tuple[Cut, np.ndarray]]:
        """The first truncation of each point, two quanta short of its second."""
        order, some = self.order, select(arrays, self.points)
        small = scale(self.model, some)
        with np.errstate(divide="ignore"):
            terms = log(self.tolerance) / np.log(small**2)
        orders = list(range(max(order, PAIRS), PAIRS - 1, -1))
        drives = [self._drive(terms, min(k, order)) for k in orders]
        held = [self._held(k, small) for k in orders]
        quanta = reach(self.light.quanta)
        if len(self.model.modes) == 1:  # of several a wider start keeps a power more
            wide = reach(self.light.quanta, BETWEEN)
            quanta = np.where(self.light.several[:, None] & (wide < self.limit - 2), wide, quanta)
        keys = np.column_stack([*drives, quanta, *held]).astype(int)
        kinds, which = _kinds(keys)
        found: dict[Cut, list[int]] = defaultdict(list)
        for k, row in enumerate(kinds):
            firsts, tops = np.split(row, [len(orders)])
            light, *own = np.split(tops, 1 + len(orders))
            warm = self._warm(light, list(zip(firsts.tolist(), own, strict=True)))
            found[warm if any(own[-1]) else self._first(int(firsts[0]), light)].append(k)
        masks = ((cut, np.isin(which, ks)) for cut, ks in found.items())
        return [(cut, self.points[mask]) for cut, mask in masks]

    def _drive(self, terms: np.ndarray, order: int) -> np.ndarray:
        """Quanta that so many terms of the series in the drive ask for, (points,)."""
        # all that the leading order passes through; what the next one does comes with two more
        least = max(order, on_the_way(self.model, order) - 1)
        most = max(least, self.order + AHEAD - self.is_narrow)
        # quanta that push a mode block each other: each is rarer by the drive's fourth power
        wanted = np.where(self.shifts.any(axis=1), order - 1 + np.ceil(terms / 2), 1 + terms)
        return np.floor(np.clip(np.nan_to_num(wanted, posinf=np.inf), least, most))

    def _baths(self, falls: np.ndarray, order: int) -> np.ndarray:
        """Quanta that baths ask for, (points, modes)."""
        return held(falls, min(order, self.order), self.tolerance)

    def _held(self, order: int, s: np.ndarray) -> np.ndarray:
        """The same, or those that others push into a mode, whichever are more."""
        pushed = swung(self.shifts, min(order, self.order), self.tolerance, s)
        return np.maximum(self._baths(self.falls, order), pushed)

    def _first(self, first: int, tops: np.ndarray) -> Cut:
        """A total of ``first`` quanta, or what classical light of so many in each mode takes."""
        order = self.order
        alone = SKEWED if len(tops) == 1 and any(tops) else 0
        total: Cut = self.in_strides(max(first, int(sum(tops)) + alone))
        each = by_mode(self.model, np.maximum(tops, order))
        even = self._graded(first, tops)
        if isinstance(even, Grouped) and all(weights(self.model)):
            total = min((total, even), key=partial(count_states, self.model.modes))
        cut = each if any(tops) and len(tops) > 1 and self._worth(each, total) else total
        # classical light that does not fit: a small cut tells whether it is there at all
        fits = not any(tops) or self.fits(self._least(tops))
        small = max(self.limit // PROBE, count_states(self.model.modes, order + 2))
        return self._fitting(cut, self.limit if fits else small)

    def _warm(self, light: np.ndarray, wanted: list[tuple[int, np.ndarray]]) -> Cut:
        """What baths fill, and others push, beside modes that the drive orders.

        ``wanted`` are the quanta of these and of the others for all orders, down to pairs: the
        first that fit are taken, in all or mode by mode, whichever keeps fewer states.  What does
        not fit even for pairs is looked at in a small cut.
        """
        for first, baths in wanted:
            cut = self._beside(first + 1, light, baths)  # to grow once more costs as much again
            if not self._is_dear(wider(cut, 2)):
                return cut
        sizes = [count_states(self.model.modes, one) for one in (self._fitting(cut), cut)]
        if sizes[0] >= (HALF if self.shifts.any() else NEARLY) * sizes[1]:
            return self._fitting(cut)
        fewer = (self._beside(k, light, baths) for k in range(first, PAIRS - 1, -1))
        least = count_states(self.model.modes, self.order + 2)
        small = self._fitting(cut, max(self.limit // LOOK, least))
        return next((one for one in fewer if self.fits(wider(one, 2))), small)

    def _beside(self, first: int, light: np.ndarray, baths: np.ndarray) -> Cut:
        """So many quanta of what the drive orders, beside those of light and baths."""
        own = np.maximum(light, baths)
        each = by_mode(self.model, np.where(baths > 0, own, np.maximum(light, first)))
        every: list[Cut] = [each, first + int(np.sum(own)), self._graded(first, own)]
        return min(every, key=partial(count_states, self.model.modes))

    def _graded(self, quanta: int, tops: np.ndarray) -> Cut:
        """The cut that counts so many quanta as the drive makes them, or more of light."""
        w = weights(self.model)
        limit = max(quanta * min(w[w > 0], default=1), int(w @ tops))
        return graded(self.model, limit, np.maximum(tops, 1).tolist())

    def _worth(self, each: Cut, total: Cut) -> bool:
        """Whether a cut mode by mode keeps so few states that it is worth a new start."""
        fewer, most = count_states(self.model.modes, wider(each, 2)), FEWER
        if any(sum(change_of(word)) > 0 for jump in self.model.jumps for word in jump):
            most = FEWER_OF_WARM
        return fewer <= most * count_states(self.model.modes, wider(total, 2))

    def farther(self, cut: Cut) -> Cut | None:
        """The cut of one mode after such a one, or None where none fits."""
        (top,) = limits(self.model.modes, cut)
        larger = self.in_strides(top.limit + ceil(FARTHER * top.limit))
        larger = larger if self.fits(larger) else self.limit - 1
        return larger if larger > top.limit else None

    def _fitting(self, cut: Cut, limit: int | None = None) -> Cut:
        """The cut, made smaller until two more quanta fit into the budget."""
        while count_states(self.model.modes, wider(cut, 2)) > (limit or self.limit):
            tops = [side.top for side in limits(self.model.modes, cut)]
            if max(tops) <= 1:
                break
            tops[tops.index(max(tops))] -= 1
            cut = resized(self.model.modes, cut, tops)
        return cut

    def _is_dear(self, after: Cut | None) -> bool:
        """Whether it keeps more states than g3 and higher orders are worth, or than may be kept."""
        if after is None:
            return False
        if self.asked is not None:
            return not self.fits(after)
        worth = {LIMIT: HIGHER, ROOMY: HIGHER_ROOMY}.get(self.room, self.room)
        if keeps_a_charge(self.model):  # 780 states take 5 s
            worth = self.room
        return count_states(self.model.modes, after) > worth

    def _least(self, tops: np.ndarray) -> Cut:
        """The least cut that may do for classical light that would be given ``tops`` quanta."""
        deviation = (np.sqrt(SPREAD**2 + 4 * tops) - SPREAD) / 2  # tops are n + SPREAD sqrt(n)
        spread = LEAST * sqrt(-2 * log(self.tolerance))  # exp(-x^2/2) of it lies beyond
        kept = np.minimum(deviation**2 + spread * deviation, MOST).astype(int).tolist()
        modes, each = self.model.modes, tuple(kept)
        return min((sum(each), each), key=partial(count_states, modes))


def _kinds(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows that differ, and which of them each row is; `np.unique` sorts rows slowly."""
    which = np.zeros(len(keys), dtype=int)
    for column in keys.T[np.any(keys != keys[:1], axis=0)]:
        _, found = np.unique(column, return_inverse=True)
        _, which = np.unique(which * (found.max() + 1) + found, return_inverse=True)
    return keys[np.unique(which, return_index=True)[1]], which
