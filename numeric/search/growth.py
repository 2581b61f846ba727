"""How the search for a truncation grows, point by point.

`numeric.search.truncation` solves, `numeric.search.start` says with which cut a point starts; here
is said which one comes next, from what its last shells show.
"""

from collections import defaultdict
from dataclasses import dataclass, replace
from functools import cache, partial
from math import ceil
from typing import TypeAlias

import numpy as np

from numeric.lindblad.paths import paths_held, tops_on_the_way
from numeric.lindblad.scaling import weights
from numeric.lindblad.space import (
    Cut,
    Grouped,
    Side,
    alike,
    count_states,
    covers,
    graded,
    largest_side,
    levels,
    limits,
    resized,
    wider,
)
from numeric.search.classical import by_mode, held_against, reach, reach_at
from numeric.search.projection import distant, needed, settling, visible
from numeric.search.start import PAIRS, STRIDE, SearchStart
from numeric.solvers.solution import Solution
from numeric.trust.judge import is_short, newly_held, results, settled_each, share
from numeric.trust.power import power
from numeric.trust.tail import FLAT, missing, steepness
from numeric.trust.worth import MOVED, Measured
from systems.ladder import is_two_level

GROWTH = 0.5  # by how much of itself a truncation grows at most in one step, and two quanta
MORE = 1.2  # times the estimate: to grow once too far costs less than to grow twice
# States below which cuts grow by two quanta and multiples of it: solves take a tenth of a second
WALKS = 30
# Times the limit that a cut has to keep for a search to end there without it: the projection for
# squeezed light of 50 quanta was 515 from a cut of 93, 836 from 180 (some 1,500 are needed)
FARTHER = 1.5
FAR = 10**6  # quanta: what is farther away is as far
# Times its excess that a number is to get better by: of 30 phonons beside four photons, whose tail
# bends up, 3 asked for one pair of solves more, 30 for none too many
MISSED = 30.0
# Power of the quanta with which populations have to fall for g2 to be worth a search: what lies
# beyond Q quanta falls as Q^(3 - p), and powers get less towards their limit (`trust.power`)
SLOWEST = 5.0
# Times the states that one more quantum has to keep, for it to be tried where two do not fit: three
# modes of up to 14 quanta, five of up to 24
STEP = 1.2
# Quanta around an amplitude, and what lies beyond them, from which on the light may not be there.
# Beside an atom in a cavity of 80 to 400 quanta 21 leave 3 % or less, and 32 leave 0.2 %; where
# pairs excite the atom, whose two states turn the light both ways, they leave 30 % and 34 %
SEEN, FULL = 20, 0.1

Excess: TypeAlias = dict[int, np.ndarray]


@dataclass(frozen=True)
class Growth(SearchStart):
    """How the search of some points grows, from where it has started; see `truncation`.

    >>> from numeric.search.classical import branches
    >>> from numeric.lindblad.heat import fall_of_baths
    >>> from numeric.search.pushed import pushes
    >>> from numeric.solvers.choice import solve_points
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {name: x[None] for name, x in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> light, falls = branches(kerr.MODEL, arrays), fall_of_baths(kerr.MODEL, arrays)
    >>> known = light, falls, pushes(kerr.MODEL, arrays)
    >>> growth = Growth(4, 1e-8, None, kerr.MODEL, np.arange(1), *known, room=500)
    >>> found = [solve_points(kerr.MODEL, arrays, np.arange(1), cut, "direct") for cut in (4, 6)]
    >>> judged = growth.judge(*found)
    >>> bool(judged.moves.any()), growth.grown(*found, judged, judged.moves.any(axis=0))
    (False, [])
    """

    def marked(self, found: Solution) -> Solution:
        """The solution, with the points of which a classical branch lies beyond the cut."""
        return held_against(self.model, found, self.light.at(self._places(found)))

    def leaks(self, found: Solution) -> np.ndarray:
        """Where a cut of one mode that holds both branches decides how much is on which."""
        light = self.light.at(self._places(found)).quanta
        within = [reach_at(side, light) <= side.limit for side in found.space.sides]
        alone = len(self.model.modes) == len(within) == 1
        return is_short(found) & (within[0] if alone else False)

    def _places(self, found: Solution) -> np.ndarray:
        """Where the points of a solution stand among those of the search."""
        return np.searchsorted(self.points, found.points)

    def judge(self, coarse: Solution, fine: Solution) -> Measured:
        """What the finer truncation gives for the results, judged by the coarser one.

        Arrays (results, points): of all modes and all orders up to ``order``, as `_words`.
        """
        return settled_each(fine, coarse, self._words(), self.tolerance, self.model)

    def _words(self) -> list[tuple[int, int]]:
        """Mode and order of each result that has to settle."""
        return [(mode, k) for _, mode, k in self._asked(self.order)]

    def _asked(self, order: int) -> list[tuple[str, int, int]]:
        """All n ... g^(order): one that a cut does not hold is not known from it."""
        return results(self.model, order, order)

    def compared(self, coarse: Solution, fine: Solution) -> Solution:
        """The finer solution, with what of its change counts."""
        ways = paths_held(self.model, fine.space.occupations, fine.space.cut, beyond=1)
        compared = fine.compared(coarse, np.where(ways, share(fine, coarse)[:, None], 1.0))
        if compared.cut is None or not covers(fine.space.cut, wider(coarse.space.cut, 3)):
            return compared
        return replace(compared, cut=compared.cut * np.where(ways, newly_held(fine, coarse), 1.0))

    def ahead(self, found: Solution) -> list[tuple[Cut, np.ndarray]]:
        """What is solved after a first truncation, with rows: two more quanta, or as many as lack.

        Where the last shells say that two more will not do, to solve them would tell nothing new.
        """
        now, every = found.space.cut, np.arange(len(found.points))
        groups: dict[Cut, list[int]] = defaultdict(list)
        kept = count_states(self.model.modes, now)
        if kept < WALKS:
            strides = self._strides(found)
            return [(wider(now, k), np.flatnonzero(strides == k)) for k in _distinct(strides)]
        cuts, next_one = self._wanted(visible(found), now, None), wider(now, self._stride(now))
        places = self._places(found)
        own = np.maximum(self.falls, self.shifts)[places]
        warm, lost = np.any(own, axis=1).tolist(), self._too_warm(places).tolist()
        for row, cut, known, gone in zip(every.tolist(), cuts, warm, lost, strict=True):
            # what a bath fills, or others push, was known before: little is learnt from a new start
            after = next_one if gone or known else self._next(now, cut)
            # what the budget has made smaller than this one has been solved already
            gains = after is not None and count_states(self.model.modes, after) > kept
            groups[after if after is not None and gains else next_one].append(row)
        return [(cut, np.array(group)) for cut, group in groups.items()]

    def _strides(self, found: Solution) -> np.ndarray:
        """Quanta more that are likely to settle what two would leave open, (points,).

        They are even, so that few cuts serve all points, and multiples of `STRIDE` where cuts grow
        little; at most about as many as there are.  Of light around an amplitude all that a step
        changes counts: two do there.
        """
        now, least = found.space.cut, self._stride(found.space.cut)
        if self.around or not (self._is_one(now) and found.space.sides):  # an atom alone is whole
            return np.full(len(found.points), least)
        words = tuple((mode,) * k for mode, k in self._words())
        top, stride = largest_side(now), STRIDE if self.is_narrow else 2
        most = max(2 * STRIDE, top - 1) if self.is_narrow else max(2, top + top % 2)
        while most > least and not self.fits(wider(now, most)):
            most -= 2
        (side,) = limits(self.model.modes, now)
        steps = settling(visible(found), side, words, self.tolerance, most)
        strides = np.where(steps > 1, stride * np.ceil(steps / stride), 2)
        few, which = np.unique(np.clip(strides, least, most).astype(int), return_inverse=True)
        landed = [self._landed(now, k) if self.stride(top + k) > STRIDE else k for k in few]
        return np.array(landed)[which]

    def _landed(self, now: Cut, few: int) -> int:
        """At least so ``few`` quanta more, up to a cut that is shared where that fits."""
        more = self.in_strides(largest_side(now) + few) - largest_side(now)
        return more if self.fits(wider(now, more)) else few

    def _stride(self, now: Cut) -> int:
        """Quanta more that tell what a cut is worth: two, or as many as are hardly more states."""
        top = largest_side(now)
        stride = self.stride(top + 1)
        shared = self.is_narrow and top > 2 * STRIDE
        return stride if shared and self.fits(wider(now, stride)) else 2

    def grown(
        self, coarse: Solution, fine: Solution, judged: Measured, moves: np.ndarray
    ) -> list[tuple[Cut | None, np.ndarray]]:
        """The next truncation of points whose results move, with their rows; None: none fits."""
        rows = np.flatnonzero(moves)
        if not rows.size:
            return []
        some, now = visible(fine.take(rows)), fine.space.cut
        orders = np.array([k for _, k in self._words()])
        spare = ~np.any(judged.moves[orders <= PAIRS], axis=0)[rows]
        each = self._excess(judged)[:, rows]
        excess = {order: each[orders <= order].max(axis=0) for order in (PAIRS, self.order)}
        cuts = self._wanted(some, now, excess, coarse.space.cut)
        lost = self._hopeless(some, now)
        if self.around:
            lost |= self._elsewhere(coarse.take(rows), fine.take(rows))
        groups: dict[Cut | None, list[int]] = defaultdict(list)
        # many points ask for few cuts
        following = cache(partial(self._next, now, coarse=coarse.space.cut))
        is_dear = cache(self._is_dear)
        for row, cut, gone, more in zip(rows.tolist(), cuts, lost, spare, strict=True):
            after = None if gone else following(cut)
            groups[None if more and is_dear(after) else after].append(row)
        return [(cut, np.array(group)) for cut, group in groups.items()]

    def _excess(self, judged: Measured) -> np.ndarray:
        """How many times too large each change is, (results, points)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            excess = judged.cut / (self.tolerance * abs(judged.value))
        moved = np.nan_to_num(excess, nan=np.inf, posinf=1 / self.tolerance)
        return np.where(judged.moves, moved, 0.0)

    def _wanted(
        self, found: Solution, now: Cut, excess: Excess | None, coarse: Cut | None = None
    ) -> list[Cut]:
        """The cut that each point asks for: for all orders, or where that is dear for pairs.

        ``excess`` is how many times too large its changes are, by the highest order of the results
        that are looked at, from the ``coarse`` cut that it was compared with, where it is known.
        """
        cuts = self._cuts(found, now, self.order, excess, coarse)
        dear = set(filter(self._is_dear, set(cuts)))
        if dear and self.order > PAIRS:
            fewer = self._cuts(found, now, PAIRS, excess, coarse)
            pairs = zip(cuts, fewer, strict=True)
            return [cheap if cut in dear else cut for cut, cheap in pairs]
        return cuts

    def _cuts(
        self, found: Solution, now: Cut, order: int, excess: Excess | None, coarse: Cut | None
    ) -> list[Cut]:
        """The same for g2 ... g^(``order``): of this kind, or of one that keeps fewer states."""
        same = self._alike(found, now, order, excess, coarse)
        others = [self._sized(found, kind, order) for kind in self._kinds(now)]
        if not others:
            return same
        worth = cache(self._worth)  # many points ask for few cuts
        count = partial(count_states, self.model.modes)
        best = (min(cuts, key=count) for cuts in zip(*others, strict=True))
        return [b if worth(b, cut) else cut for b, cut in zip(best, same, strict=True)]

    def _kinds(self, now: Cut) -> list[Cut]:
        """Other kinds of cut that may keep fewer states, as far as ``now`` holds all of theirs.

        From groups that are counted as the drive makes them none is tried, nor beside one
        two-level system: a total and a cut of the mode differ there by a state.
        """
        modes, kept = self.model.modes, np.array(levels(self.model.modes, now))
        w, bosons = weights(self.model), np.array([not is_two_level(mode) for mode in modes])
        if (len(modes) <= 2 and bosons.sum() <= 1) or isinstance(now, Grouped):
            return []
        ordered = bosons & (w > 0)
        most = np.min((w * kept)[ordered]) - 1 if ordered.any() else np.sum(w)
        kinds: list[Cut] = [
            by_mode(self.model, kept - 1),
            graded(self.model, most, (kept - 1).tolist()),
        ]
        return [kind for kind in kinds if not isinstance(kind, int) and not alike(kind, now)]

    def _is_one(self, cut: Cut) -> bool:
        """Whether a cut limits one sum of the quanta of all modes."""
        return not isinstance(cut, tuple) and len(limits(self.model.modes, cut)) == 1

    def _alike(
        self, found: Solution, now: Cut, order: int, excess: Excess | None, coarse: Cut | None
    ) -> list[Cut]:
        """The same with a cut of the kind of ``now``."""
        modes = self.model.modes
        if not self._is_one(now):
            cuts = self._sized(found, now, order)
            if excess is None or not any(covers(now, cut) for cut in cuts):
                return cuts
            # the last shells promise too much: as much as the changes exceed what they promise
            more = self._sized(found, now, order, np.maximum(MISSED * excess[order], 1.0))
            return [m if covers(now, cut) else cut for cut, m in zip(cuts, more, strict=True)]
        # there is no side where everything is kept
        top = largest_side(now)
        total = np.full(len(found.points), top)
        for side in found.space.sides if excess is None or len(modes) == 1 else ():
            total = self._top(found, side, order)
        if excess is not None:
            same = coarse is not None and alike(coarse, now)
            below = largest_side(coarse) if same and coarse is not None else top - 2
            slow = self._more(top, below, order, excess[order], steepness(found))
            total = np.maximum(slow, total)
        tops = (more if more <= top else self.in_strides(more) for more in total.tolist())
        return [resized(modes, now, [more]) for more in tops]

    def _hopeless(self, found: Solution, now: Cut) -> np.ndarray:
        """Where no cut within the limit will do for n and g2, as far as can be seen, (points,).

        Either classical light does not fit and the last shells are full indeed, or populations
        fall so slowly that many times the limit would be needed.
        """
        places = self._places(found)
        light = reach(self.light.at(places).quanta)
        # of several branches no cut is right without all (`held_against`)
        gone = (missing(found, ()) >= MOVED) | self.light.at(places).several
        gone[gone] = [not self.fits(self._least(row)) for row in light[gone]]
        gone |= self._too_warm(places)
        every = limits(self.model.modes, now)
        gone |= np.any([power(found, side) < SLOWEST for side in found.space.sides], axis=0)
        if self._is_one(now) and len(self.model.modes) > 1:
            return gone  # another kind of cut may do
        tops = np.stack([self._distant(found, side, PAIRS) for side in every], axis=1)
        # of light that is still to come the slope says nothing
        counted = np.stack([light @ side.weights / side.unit for side in every], axis=1)
        seen = np.isfinite(tops).all(axis=1) & (counted <= tops).all(axis=1)
        kept = [
            resized(self.model.modes, now, row)
            for row in np.minimum(np.nan_to_num(tops), FAR).tolist()
        ]
        sizes = np.array([count_states(self.model.modes, cut) for cut in kept])
        return gone | (seen & (sizes > FARTHER * self.limit))

    def _elsewhere(self, coarse: Solution, fine: Solution) -> np.ndarray:
        """Where light is not around the amplitude: more quanta leave as much beyond, (points,)."""
        share, atoms = missing(fine, ()), any(map(is_two_level, self.model.modes))
        far = share >= np.maximum(FULL, missing(coarse, ()))
        return far & (atoms and fine.space.quanta >= SEEN)

    def _too_warm(self, rows: np.ndarray) -> np.ndarray:
        """Where what baths fill does not fit, beside two quanta of the other modes, (rows,)."""
        baths = self._baths(self.falls[rows], PAIRS)
        too = np.zeros(len(rows), dtype=bool)
        for row in np.flatnonzero(baths.any(axis=1)):
            each = by_mode(self.model, np.where(baths[row] > 0, baths[row], PAIRS))
            least = self._graded(PAIRS * max(weights(self.model)), baths[row])
            too[row] = not (self.fits(wider(each, 2)) or self.fits(wider(least, 2)))
        return too

    def _more(
        self, top: int, below: int, highest: int, excess: np.ndarray, g: np.ndarray
    ) -> np.ndarray:
        """Quanta at which a change that is ``excess`` times too large is small enough, (points,).

        It is that of the truncation ``below``, which was compared with ``top``.
        """
        order = min(highest, top)
        slower = np.minimum(g * (top + 1) / (top + 1 - order), FLAT)  # as such moments fall
        steps = MORE * np.log(np.maximum(excess, 1.0)) / -np.log(np.maximum(slower, 1e-12))
        least = max(below // 12, 1)
        more = below + np.maximum(np.ceil(steps), least)
        return np.asarray(np.minimum(more, top + ceil(GROWTH * top)).astype(int))

    def _sized(
        self, found: Solution, kind: Cut, order: int, stricter: np.ndarray | float = 1.0
    ) -> list[Cut]:
        """Per point the cut of a kind beyond whose sides too little lies to matter."""
        modes, ways = self.model.modes, tops_on_the_way(self.model, order)
        tops = [
            np.maximum(self._top(found, side, order, stricter), side.shell_of(ways))
            for side in limits(modes, kind)
        ]
        return [resized(modes, kind, row) for row in np.stack(tops, axis=1).tolist()]

    def _top(
        self, found: Solution, side: Side, order: int, stricter: np.ndarray | float = 1.0
    ) -> np.ndarray:
        """The same for one side, (points,): as many as are needed, at most `GROWTH` more.

        What is seen from far away may be twice as far.
        """
        top, wanted = side.top, self._needed(found, side, order, stricter)
        far = self._distant(found, side, order)
        seen = np.isfinite(far) & (wanted > top)
        most = np.where(seen, np.minimum(2 * top, far), top + ceil(GROWTH * top) + 2)
        wanted = np.minimum(np.where(seen, np.maximum(wanted, far), wanted), most)
        return np.maximum(wanted, min(order, top)).astype(int)

    def _needed(
        self, found: Solution, side: Side, order: int, stricter: np.ndarray | float
    ) -> np.ndarray:
        """Quanta that hold n ... g^(order) of every mode to within the tolerance, (points,)."""
        every = tuple((mode,) * k for _, mode, k in self._asked(order))
        return needed(found, side, every, self.tolerance / stricter)

    def _distant(self, found: Solution, side: Side, order: int) -> np.ndarray:
        """The same as it is seen from far away, (points,); infinite where nothing is."""
        every = [(mode,) * k for _, mode, k in self._asked(order)]
        tolerance = self.tolerance
        tops = np.array([distant(found, side, modes, tolerance) for modes in every])
        return np.max(np.where(np.isnan(tops), 0.0, tops), axis=0)

    def _next(self, now: Cut, wanted: Cut, coarse: Cut | None = None) -> Cut | None:
        """The cut to be solved next after ``now``, or None where none fits.

        Where ``now`` was compared with one that is more than two quanta ``coarse``, and two quanta
        fewer are enough, or nothing larger fits, these come next: they cost less than two more, and
        tell as much.
        """
        less, after = wider(now, -2), self._larger(now, wanted)
        nearer = coarse is not None and covers(less, wider(coarse, 1))
        return less if nearer and (after is None or covers(less, wanted)) else after

    def _between(self, now: Cut) -> Cut | None:
        """Two shells short of the largest cut that fits, between ``now`` and two more shells.

        A shell is as wide as a quantum of the heaviest mode, and has room for cuts in it.  Of a
        total there is one, which counts where few quanta fit.
        """
        if isinstance(now, int):
            kept, more = (count_states(self.model.modes, cut) for cut in (now, now + 1))
            return now - 1 if STEP * kept < more <= self.limit else None
        if not (isinstance(now, Grouped) and self._is_one(now)):
            return None
        ((weights, limit),) = now.sides
        room = 2 * max(weights)
        larger = (limit + more for more in range(room - 1, 0, -1))
        fitting = (top for top in larger if self.fits(Grouped((Side(weights, top),))))
        largest = next(fitting, limit)
        return Grouped((Side(weights, largest - room),)) if largest > max(limit, room) else None

    def _larger(self, now: Cut, wanted: Cut) -> Cut | None:
        """The same with more states than ``now``, or of another kind, so that a search ends.

        From groups, the last kind that is tried, there is no other.
        """
        twice = wider(now, self._stride(now))
        if alike(wanted, now):
            if covers(now, wanted):
                return twice if self.fits(twice) else self._between(now)
            if self._is_one(now):
                wanted = wanted if covers(wanted, twice) else twice
                while not self.fits(wanted) and covers(wanted, wider(twice, 1)):
                    wanted = wider(wanted, -1)
                return wanted if self.fits(wanted) else self._between(now)
        fitted = self._fitting(wanted)
        before, first, after = (
            count_states(self.model.modes, cut) for cut in (now, fitted, wider(fitted, 2))
        )
        same = alike(fitted, now)
        grows = same or isinstance(now, Grouped)
        if first <= before and (grows or fitted != wanted):  # what is wanted does not fit
            return twice if self.fits(twice) else None
        return fitted if (not same or after > before) and after <= self.limit else None


def _distinct(numbers: np.ndarray) -> list[int]:
    return sorted(set(numbers.tolist()))
