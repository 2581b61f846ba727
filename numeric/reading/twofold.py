"""A batch that is solved twice: in the truncation of its blocks, and in another.

What a truncation is worth shows where the same points are solved with two more quanta.  Where the
truncation was chosen, the search has solved both.  Where it was given, the last shells tell
(`numeric.trust.tail`), and where they leave room for doubt the points in doubt are solved once
more.  A point that the sweeps over many do not resolve is solved by itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from math import ceil
from typing import Any, Self

import numpy as np

from numeric.frames.displaced import DisplacedState
from numeric.frames.means import Means, refusal
from numeric.lindblad.paths import paths_held
from numeric.lindblad.space import Cut, count_states, covers, limits, resized, wider
from numeric.reading.batches import Batch
from numeric.reading.observable import Observable
from numeric.search.classical import Branches, branches, held_against, reach
from numeric.search.pushed import PAIR, pushed_sides, steps
from numeric.solvers.choice import STEADY, matrices, solve_points
from numeric.solvers.memory import largest
from numeric.solvers.nojump import KINDS
from numeric.solvers.solution import Solution, join
from numeric.trust.excitations import is_whole, narrowed
from numeric.trust.judge import finer_of, is_short
from numeric.trust.tail import turned
from numeric.trust.worth import MOVED, Measured
from systems.progress import bar
from systems.status import Status
from systems.values import Arrays, select

# Relative change by the cut, at most, that is believed without a second solve: a thousandth of
# what is allowed, as the last shells tell orders of magnitude
CLEAR = 1e-6


@dataclass(frozen=True, repr=False)
class Twofold(Batch):
    """Blocks of solutions, and the same points in another truncation where that is known.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> isinstance(state, Twofold), int(state.quanta), int(state.finer.quanta)
    (True, 3, 5)
    """

    order: int | None = None  # highest g^(k) for which the truncation was chosen; None: not chosen
    tolerance: float = MOVED  # by which a number may change with two more quanta, relative
    others: tuple[Solution | None, ...] = ()  # the same points in another truncation, where known
    # solves points of one dimension each by itself; None where all were solved so
    alone: Callable[[Arrays], Self] | None = None
    bright: tuple[Means, ...] = ()  # points that are known without a cut that holds their light
    looked: bool = False  # for those, or there is nothing to look for
    limit: int | None = None  # states that were asked for
    named: str = "auto"  # the solver that was asked for
    kind = "steady state"

    def _seen(self, own: np.ndarray, name: str) -> np.ndarray:
        """Something of every point, from `bright` for those that it knows."""
        own = own.copy()
        for state in self.bright:
            own[state.points] = getattr(state, name)
        return own

    @property
    def _cuts(self) -> list[Cut]:
        """The cuts of the points that are known by their cut."""
        known = np.concatenate([np.arange(0), *(state.points for state in self.bright)])
        own = [block for block in self.blocks if not np.isin(block.points, known).all()]
        return list(dict.fromkeys(block.space.cut for block in own))

    @cached_property
    def finer(self) -> Self:
        """The same points with two more quanta, each solved once: its numbers are judged by these.

        Where the search ended before it settled, it is two quanta fewer, which it has solved; of a
        mode that others push it is a share of its quanta more, or fewer (`search.pushed.steps`).

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> int(steady_state(kerr.MODEL, kerr.VALUES, quanta=3).finer.quanta)
        5
        """
        pairs = [self._pair(i, np.arange(len(b.points))) for i, b in enumerate(self.blocks)]
        alone = partial(_finer, self.alone) if self.alone else None
        blocks = tuple(fine for _, fine in pairs)
        return replace(self, blocks=blocks, others=self.blocks, alone=alone)

    def around(self, light: DisplacedState) -> Self:
        """Points that are known in a displaced frame, as steady states there.

        A batch of one dimension, of the model of b with a = alpha + b; its ``arrays`` also hold
        the values of the model and the amplitudes.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> linear = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 100.0}
        >>> state = steady_state(kerr.MODEL, linear, frame="displaced")
        >>> state.around(state.bright[0]).probability((0,)).round(9)  # b stays empty
        array([1.])
        """
        places = np.arange(len(light.points))
        found = replace(light.found, points=places, status=light.status)
        other = None if light.other is None else replace(light.other, points=places)
        known: dict[str, Any] = {"model": light.shifted, "arrays": light.arrays_around}
        known |= {"blocks": (found,), "others": (other,), "bright": (), "alone": None}
        return replace(self, **known)

    @cached_property
    def narrower(self) -> Self:
        """The same points without states of more quanta than are whole, see `trust.excitations`.

        Of a model that is whole, and of a state without such states, it is the state itself.

        >>> from numeric import steady_state
        >>> from systems.library import many_emitters as many
        >>> model = replace(many.MODEL, collective="b")
        >>> int(steady_state(model, many.VALUES, quanta=4).narrower.quanta)
        2
        """
        quanta = narrowed(self.model)
        if quanta is None or all(cut == quanta for cut in self._cuts):
            return self
        solve = partial(solve_points, self.model, self.arrays, cut=quanta, solver="auto")
        blocks = tuple(solve(block.points) for block in self.blocks)
        return replace(self, blocks=blocks, others=(None,) * len(blocks), alone=None)

    def elements(self) -> np.ndarray:
        """The density matrices as a plain array, also of labelled values.

        See `numeric.SteadyState.restricted_density_matrix`.

        >>> from numeric import steady_state
        >>> from systems.library import kerr
        >>> steady_state(kerr.MODEL, kerr.VALUES, quanta=3).elements().shape
        (4, 4)
        """
        if self.bright and not self._cuts:
            raise refusal(self.model, "A density matrix")
        largest = self.space
        rho = np.full((self._points, largest.size, largest.size), np.nan, dtype=complex)
        for block in self.blocks:
            where = largest.positions(block.space)
            (rows,) = np.nonzero(block.status == Status.OK)
            points = block.points[rows]
            rho[points] = 0
            found = matrices(self.model, self.arrays, block, rows)
            rho[np.ix_(points, where, where)] = found
        return rho.reshape(*self.shape, largest.size, largest.size)

    def _judged(self, what: Observable) -> Measured:
        """A number, its round-off and what its truncation is worth, of every point."""
        if self.order is None:
            found = self._truncated(self._joined([what.read(block) for block in self.blocks]), what)
        else:
            found = self._joined([what.searched(*pair) for pair in self._pairs])
        if is_whole(self.model):
            return found
        # who gives ``excited`` wants its numbers, as with a truncation that is given
        lost = self._join([what.guesses(block) for block in self.blocks])
        size = abs(found.value) if what.relative else 1.0
        return replace(found, cut=found.cut + lost * size, moved=max(found.moved, MOVED))

    def _joined(self, parts: list[Measured]) -> Measured:
        """What is read off each block, put together."""
        denominators = zip(*(part.denominators for part in parts), strict=True)
        cuts = [np.broadcast_to(part.cut, part.value.shape) for part in parts]
        return Measured(
            self._join([part.value for part in parts]),
            self._join([part.roundoff for part in parts]),
            tuple(
                (self._join([n for n, _ in d]), self._join([e for _, e in d])) for d in denominators
            ),
            resolved=parts[0].resolved,
            cut=self._join(cuts),
            moved=parts[0].moved,
        )

    def _truncated(self, found: Measured, what: Observable) -> Measured:
        """With what a truncation that was given changes: at most, or measured in case of doubt.

        Only points in doubt are solved again, and only once (`_pair`).  Where the cut lacks states
        on the way to the occupations that count (`paths_held`) the last shells tell nothing.
        """

        def lacking(block: Solution) -> np.ndarray:
            complete = paths_held(self.model, np.array(what.ways), block.space.cut).all()
            return np.full(len(block.points), not complete)

        def swings(block: Solution) -> np.ndarray:
            return self._turned(what, block)

        words, cut = found.status(self._words), self._gather(what.most)
        cut = cut + abs(found.value) * self._gather(swings)
        doubt = (words == Status.OK) & ~(cut <= CLEAR * abs(found.value)) & (cut > 0)
        doubt |= (words == Status.OK) & (self._gather(is_short) | self._gather(lacking))
        for i, block in enumerate(self.blocks):
            (rows,) = np.nonzero(doubt[block.points])
            if rows.size:
                some, other = self._pair(i, rows)
                if other is some and len(some.space.sides) > 1:
                    continue  # a short side tells too little to say more than the most
                lost = is_short(finer_of(some, other))
                moved = np.where(lost, np.inf, what.change(some, other))
                moved = moved + abs(found.value[some.points]) * self._turned(what, some, other)
                cut[block.points[rows]] = np.where(np.isnan(moved), np.inf, moved)
        return replace(found, cut=np.where(words == Status.OK, cut, 0.0))

    def _turned(self, what: Observable, *every: Solution) -> np.ndarray:
        """By what share of itself the least of some cuts turns a number, where modes are pushed.

        A cut by all quanta that another one with more of all confirms is known by that.
        """
        words = tuple(tuple(np.repeat(range(len(way)), way).tolist()) for way in what.ways)
        shares, alone = [], all(one is every[0] for one in every)
        for one in every:
            here = select(self.arrays, one.points)
            flags = pushed_sides(self.model, here, one.space.cut, mixed=alone)
            own = zip(limits(self.model.modes, one.space.cut), flags, strict=True)
            each = [turned(one, s, words).max(axis=0) for s, far in own if far]
            shares.append(np.sum([np.zeros(len(one.points)), *each], axis=0))
        return np.asarray(np.min(shares, axis=0))

    def _pair(self, i: int, rows: np.ndarray) -> tuple[Solution, Solution]:
        """Some rows of a block, and the same points with another truncation, each solved once."""
        some, known = self.blocks[i].take(rows), self._solved.get(i)
        if known is None and self._between(i) is None and not self._wider(self.blocks[i]):
            return some, some  # too large: what is missing is all that is known
        new = some if known is None else some.take(~np.isin(some.points, known.points))
        if new.points.size:
            between = self._between(i)
            added = self._refined(new) if between is None else self._at(new, between)
            known = self._solved[i] = added if known is None else join([known, added])
        assert known is not None
        return some, known.at(some.points)

    @cached_property
    def _solved(self) -> dict[int, Solution]:
        """Points that were solved with another truncation, by the block that they belong to."""
        near = ((i, one) for i, (_, one) in enumerate(self._pairs) if self._between(i) is None)
        return {i: other for i, other in near if other is not None}

    def _between(self, i: int) -> Cut | None:
        """Two quanta fewer than in a block that was compared with one far coarser; else None.

        That tells what moments are worth, but too little of what follows in time.
        """
        now, other = self.blocks[i].space.cut, self._pairs[i][1]
        far = other is not None and covers(now, wider(other.space.cut, 3))
        return wider(now, -2) if far else None

    def _at(self, block: Solution, cut: Cut) -> Solution:
        """The same points with that truncation."""
        with bar() as report:
            found = solve_points(self.model, self.arrays, block.points, cut, "auto", report)
        return held_against(self.model, found, self._light(block))

    @property
    def _pairs(self) -> list[tuple[Solution, Solution | None]]:
        return list(zip(self.blocks, self.others or [None] * len(self.blocks), strict=True))

    def _refined(self, block: Solution) -> Solution:
        """The same points with two more quanta, by the solver that found them if it is named."""
        if not np.any(block.found):
            return block
        name = str(block.solver[0])
        solver = name if name in {*STEADY, *KINDS} - {"direct"} else "auto"
        with bar() as report:
            for more in self._wider(block):
                found = solve_points(self.model, self.arrays, block.points, more, solver, report)
                if found.found.any():
                    break
        return held_against(self.model, found, self._light(block))

    def _light(self, block: Solution) -> Branches:
        return branches(self.model, select(self.arrays, block.points))

    def _wider(self, block: Solution) -> list[Cut]:
        """Second truncations for a block, the best first: those of more quanta that fit.

        Where they do not fit on all sides, they do on the shorter ones, if on any: of these the
        last shells tell least, but of a mode that others push, which has fewer then.  Where a
        classical branch lies beyond the cut the first is one that holds them all, if that fits.
        """
        now, choices = block.space.cut, list(self._widened(block))
        if is_short(block).any():
            light = self._light(block.take(is_short(block)))
            every = limits(self.model.modes, now)
            # each mode's light in full, as it may come together
            least = [
                np.max(reach(light.quanta) @ np.array(side.weights)) / side.unit for side in every
            ]
            tops = [max(side.top, ceil(n)) for side, n in zip(every, least, strict=True)]
            choices.insert(0, resized(self.model.modes, now, tops))
        name = str(block.solver[0])
        most = largest(self.model, "auto" if name == "graded" else name)
        return [c for c in choices if count_states(self.model.modes, c) ** 2 <= most]

    def _widened(self, block: Solution) -> Iterator[Cut]:
        """The cut with more quanta on all sides, on all but the longest, ..., on the shortest.

        In the end with one more there.  Where modes are pushed, whose last shells tell too little
        (`numeric.search.pushed.steps`), it has fewer of theirs first, with two more beside or less.
        """
        now = block.space.cut
        tops = np.array([side.top for side in limits(self.model.modes, now)])
        more = np.array(steps(self.model, select(self.arrays, block.points), now))
        rank, far = np.argsort(np.argsort(tops, kind="stable")), more > PAIR
        by = [more]
        by += [np.where(far, -more, beside) for beside in (PAIR, 1, 0) if far.any()]
        by += [PAIR * (rank < count) for count in range(len(tops), 0, -1)]
        by.append(1 * (rank < 1))
        for step in by:
            yield resized(self.model.modes, now, (tops + step).tolist())

    def _solved_alone(self, points: np.ndarray) -> list[tuple[np.ndarray, Self]]:
        """What is known of points solved each by itself, these points included.

        Each is solved once, when a number is first asked for that the sweeps do not resolve: a
        point by itself may have more digits.
        """
        if not points.size or self.alone is None:
            return []
        new = np.setdiff1d(points, np.concatenate([points[:0], *(p for p, _ in self._alone)]))
        if new.size:
            self._alone.append((new, self.alone(select(self.arrays, new))))
        return self._alone

    @cached_property
    def _alone(self) -> list[tuple[np.ndarray, Self]]:
        """Points that `_solved_alone` has solved, in parts."""
        return []


def _finer(alone: Callable[[Arrays], Twofold], arrays: Arrays) -> Twofold:
    """The points solved each by itself, with two more quanta."""
    return alone(arrays).finer
