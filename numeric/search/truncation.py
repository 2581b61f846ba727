"""A truncation that is large enough, for each point of a batch.

A truncation is a cut of the Hilbert space (`systems.sides`): so many quanta in all, in each mode,
or in sums of modes.  It is large enough when its results differ from those of another one with two
quanta fewer (on every side) by no more than the tolerance; the population of the last shell alone
would not tell, because a small one can feed an interference zero.  Two, not one, because light that
comes in pairs leaves every other shell empty.  Where populations fall steeply from shell to shell,
as at weak drive, the difference is an earlier term of a series that falls as steeply, and
`numeric.trust.judge.share` of it counts: so two truncations that lie further apart do as well, and
a small one needs none between it and the last (`numeric.search.projection.settling`).

Each point starts with as many quanta as its drive and its classical light suggest
(`numeric.search.classical`), and in modes that hold quanta of their own as many as their bath does
(`numeric.lindblad.heat`), or as others push into them (`numeric.search.pushed`).  It is solved with
two more, or with as many more as the last shells ask for (`numeric.search.projection`) where two
will plainly not do.  While results move, these shells tell how many quanta are needed, in all or in
which mode: a mode that holds quanta of its own grows alone where that keeps fewer states, beside a
total of those that the drive orders.  Where the drive makes quanta of different grades, such as
those of a second harmonic, each counts as its grade from the start.  Every truncation is solved
once for all points that ask for it, and the finest one of a point is its state.

The search ends at ``limit`` states, a budget of memory: n states are n^2 unknowns, which take
1 to 8 kB each while they are solved.  By default it is `LIMIT` (`ROOMY` or `BY_SWEEPS` where each
takes less), and `HIGHER` for points of which only g3 and higher orders are not converged yet; where
these would need more, the cut is chosen for n and g2.  A search ends early where what it sees of
the tail, what a bath fills, or classical light that the cut does not hold, would take more states
than the limit.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from math import isqrt
from typing import TypeAlias

import numpy as np

from numeric.arguments import check_order, check_quanta, is_real
from numeric.lindblad.heat import fall_of_baths
from numeric.lindblad.scaling import scale
from numeric.lindblad.space import Cut, count_states, covers, space, wider
from numeric.search.advice import shrunk
from numeric.search.classical import Branches, branches, held_against
from numeric.search.growth import Growth
from numeric.search.pushed import pushes
from numeric.search.start import GENTLE, HIGHER_ROOMY, LIMIT, ROOMY, default_room
from numeric.solvers.choice import (
    ALONE,
    FACTORED,
    FEW,
    MANY,
    SMALL,
    SWEPT,
    factors_of_two_atoms,
    is_iterated,
    refactored,
    solve_points,
)
from numeric.solvers.graded.kinds import kind
from numeric.solvers.memory import largest
from numeric.solvers.solution import Solution, join
from numeric.trust.judge import is_short
from numeric.trust.tail import missing
from numeric.trust.worth import MOVED
from systems import Model
from systems.progress import Report
from systems.status import Status
from systems.ungraded import partial_weights
from systems.values import Arrays, check_positive, select

CHUNK = 2**17  # points of which several truncations are held at a time: some 100 MB of two modes
COARSER = 2**24  # numbers of coarser solutions that are handed on (128 MB); of more points none are

# points, what solved them before, and what this was compared with
Entry: TypeAlias = tuple[np.ndarray, Solution | None, Solution | None]


@dataclass(frozen=True)
class TruncationSearch:
    """A fixed truncation, or (``quanta=None``) the search for one of up to ``limit`` states.

    >>> from systems.progress import silent
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> search = TruncationSearch(None, 1e-8, None, order=2)
    >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
    >>> ((found, coarser),) = search(kerr.MODEL, arrays, np.arange(1), "auto", silent)
    >>> found.space.quanta - coarser.space.quanta
    2

    ``tolerance`` is the largest relative change of n and g2 ... g^(``order``) of every mode from
    two quanta fewer.  ``limit=None`` stands for `LIMIT` states.  Points that have not settled there
    are "not converged".
    """

    quanta: Cut | None
    tolerance: float
    limit: int | None
    order: int  # highest g^(k) that has to be converged
    around: bool = False  # an amplitude that light may not be at: it is not looked for further then

    @property
    def certified(self) -> int | None:
        """The highest g^(k) for which truncations are chosen; None where they are given.

        >>> TruncationSearch(None, 1e-8, None, order=3).certified
        3
        """
        return self.order if self.quanta is None else None

    def for_frame(
        self, order: int, closer: float = 1.0, limit: int | None = None
    ) -> "TruncationSearch":
        """The same search around an amplitude, to so many times its tolerance.

        It is for another highest g^(k), and has another ``limit`` if that is smaller.

        >>> TruncationSearch(None, 1e-8, None, order=4).for_frame(2).order
        2
        """
        most = self.limit if limit is None else min(limit, self.limit or LIMIT)
        tolerance = closer * self.tolerance
        return replace(self, order=order, tolerance=tolerance, limit=most, around=True)

    def check(self, model: Model, solver: str = "auto") -> None:
        """Raise `ValueError` or `TypeError` unless the arguments make sense for the model.

        >>> from systems.library import kerr
        >>> TruncationSearch(None, 2.0, None, order=2).check(kerr.MODEL)
        Traceback (most recent call last):
        ValueError: Argument `tolerance` must lie between 0 and 1, but is 2.0.
        """
        if self.quanta is not None:
            if isinstance(self.quanta, int):
                check_quanta(model, self.quanta, solver=solver)
            return
        if not (is_real(self.tolerance) and 0 < self.tolerance < 1):
            raise ValueError(
                f"Argument `tolerance` must lie between 0 and 1, but is {self.tolerance!r}."
            )
        check_order(self.order, self.order)
        if self.quanta is None:  # with two more quanta than it takes, its Liouvillian has to fit
            check_quanta(model, int(self.order) + 2, "order", solver)
        if self.limit is None:
            return
        check_positive("limit", self.limit)
        least = count_states(model.modes, self.order + 2)
        if self.limit < least:
            raise ValueError(
                f"Argument `limit` must be at least {least} states to compare "
                f"g{self.order} with two more quanta, but is {self.limit}."
            )
        if self.limit > (most := isqrt(largest(model, solver))):
            raise ValueError(
                f"Argument `limit` must leave at most {most} states, but is {self.limit}."
            )

    def __call__(
        self,
        model: Model,
        arrays: Arrays,
        points: np.ndarray,
        solver: str,
        report: Report,
        light: Branches | None = None,
    ) -> Iterator[tuple[Solution, Solution | None]]:
        """The points of a flattened batch, solved, in parts of one truncation each.

        With each part comes the coarser truncation of the same points that it was compared with,
        if any is kept.  ``light`` is what `branches` finds at them, where that is known.
        """
        if not points.size:
            return
        if light is None:
            light = branches(model, select(arrays, points))
        if self.quanta is not None:
            given = solve_points(model, arrays, points, self.quanta, solver, report)
            given = held_against(model, given, light)
            # of such a state no density matrix is shown; numbers are judged one by one
            beyond = is_short(given) | (missing(given, ()) >= MOVED)
            for part, word in ((~beyond, Status.OK), (beyond, Status.NOT_CONVERGED)):
                if part.any():
                    yield given.take(part).with_status(word), None
            return
        rooms = self._rooms(model, select(arrays, points), solver)
        parts = [
            (np.flatnonzero(rooms == room)[start : start + CHUNK], room)
            for room in np.unique(rooms).tolist()
            for start in range(0, int(np.sum(rooms == room)), CHUNK)
        ]
        for rows, room in parts:
            some, lit = points[rows], light.at(rows)
            for found, other in self._search(model, arrays, some, lit, solver, report, room):
                if other is None or np.all(found.status == Status.OK):
                    small = other is not None and len(points) * other.space.size <= COARSER
                    yield found, other if small else None
                else:
                    yield found, other

    def _rooms(self, model: Model, arrays: Arrays, solver: str) -> np.ndarray:
        """States that are tried by default, per point."""
        count = len(next(iter(arrays.values())))
        if not partial_weights(model):
            return np.full(count, default_room(model, solver))
        gentle = scale(model, arrays) <= GENTLE
        warm = fall_of_baths(model, arrays).any(axis=1)
        return np.where(gentle, np.where(warm, ROOMY, HIGHER_ROOMY), LIMIT)

    def _most(self, model: Model) -> int | None:
        """States that were asked for, or half of the unknowns that factors take of two atoms.

        That is around an amplitude, where light fills few states or is not there.
        """
        if not (self.around and factors_of_two_atoms(model)):
            return self.limit
        return min(self.limit or LIMIT, isqrt(refactored(model) // 2))

    def _search(
        self,
        model: Model,
        arrays: Arrays,
        points: np.ndarray,
        light: Branches,
        solver: str,
        report: Report,
        room: int,
    ) -> Iterator[tuple[Solution, Solution | None]]:
        """Parts of the points with one truncation each, and the coarser twin of each part.

        Points wait for the next truncation that they ask for, smallest first, with what they were
        solved with before.  One without a state leaves at once: more quanta do not give it one.
        """
        falls = fall_of_baths(model, select(arrays, points))
        how = (self.order, self.tolerance, self._most(model))
        # a stronger drive is not blocked, and the last shells tell more
        gentle = scale(model, select(arrays, points)) <= GENTLE
        shifts = np.where(gentle[:, None], pushes(model, select(arrays, points)), 0.0)
        search = Growth(*how, model, points, light, falls, shifts, room, self.around)
        waiting: dict[Cut, list[Entry]] = defaultdict(list)
        for cut, some in search.starts(arrays):
            waiting[cut].append((some, None, None))
        while waiting:
            cut = min(waiting, key=partial(count_states, model.modes))
            entries = waiting.pop(cut)
            solved = _solve(model, arrays, entries, cut, solver, report)
            for some, before, first in entries:
                found = search.marked(solved.at(some))
                failed = found.status == Status.NOT_CONVERGED
                nearer = _nearer(model, cut, before) if failed.any() else None
                if nearer is not None and before is None:  # a first truncation is made smaller
                    waiting[nearer].append((some[failed], None, None))
                    found, failed = found.take(~failed), failed[~failed]
                if nearer is not None and before is not None:
                    twin = None if first is None else first.take(failed)
                    waiting[nearer].append((some[failed], before.take(failed), twin))
                    found, before = found.take(~failed), before.take(~failed)
                    first = None if first is None else first.take(~failed)
                    failed = failed[~failed]
                if before is not None and failed.any():  # what was solved before is shown, judged
                    last, twin = before.take(failed), found.take(failed)
                    if first is not None:  # by what it was compared with
                        twin = first.take(failed)
                        last = search.compared(twin, last)
                    yield last.with_status(Status.NOT_CONVERGED), twin
                    found, before = found.take(~failed), before.take(~failed)
                none = found.status != Status.OK
                if none.any():
                    yield found.take(none), None if before is None else before.take(none)
                found, coarse = found.take(~none), None if before is None else before.take(~none)
                if (leaks := search.leaks(found)).any():  # nothing settles there: no twin is solved
                    lost, farther = found.take(leaks), search.farther(cut)
                    if farther is None:
                        twin = None if coarse is None else coarse.take(leaks)
                        yield lost.with_status(Status.NOT_CONVERGED), twin
                    else:
                        waiting[farther].append((lost.points, lost, None))
                    found = found.take(~leaks)
                    coarse = None if coarse is None else coarse.take(~leaks)
                if not found.points.size:
                    continue
                if coarse is None:
                    for larger, rows in search.ahead(found):
                        kept = found.take(rows) if covers(larger, wider(cut, 2)) else None
                        waiting[larger].append((found.points[rows], kept, None))
                    continue
                if covers(coarse.space.cut, wider(cut, 2)):
                    coarse, found = found, coarse
                judged = search.judge(coarse, found)
                moves = np.any(judged.moves, axis=0)
                compared = search.compared(coarse, found)
                if not moves.all():
                    yield compared.take(~moves), coarse.take(~moves)
                for after, rows in search.grown(coarse, found, judged, moves):
                    if after is None:
                        ended = compared.take(rows).with_status(Status.NOT_CONVERGED)
                        yield ended, coarse.take(rows)
                    else:
                        fresh = not comparable(after, found.space.cut)
                        kept = None if fresh else found.take(rows)
                        twin = None if fresh else coarse.take(rows)
                        waiting[after].append((found.points[rows], kept, twin))


def comparable(cut: Cut, other: Cut) -> bool:
    """Whether one of two cuts has two quanta more than the other on every side.

    >>> comparable(7, 9), comparable(9, 7), comparable(9, 8), comparable((4, 9), (6, 11))
    (True, True, False, True)
    """
    return covers(cut, wider(other, 2)) or covers(other, wider(cut, 2))


def _nearer(model: Model, cut: Cut, before: Solution | None) -> Cut | None:
    """A smaller cut that may be solved where one failed, after what was solved before; or None.

    It is two quanta more than that where sweeps alone can hold what failed, and as many as factors
    take where these are all that is left.
    """
    states = count_states(model.modes, cut)
    if before is not None and states**2 > largest(model, "direct"):
        return wider(before.space.cut, 2) if covers(cut, wider(before.space.cut, 3)) else None
    most = isqrt(refactored(model))
    if states <= most or not is_iterated(space(model.modes, cut)):
        return None
    fitting = shrunk(model, cut, most)  # with one quantum more
    if before is None:  # two more have to fit
        return wider(fitting, -1)
    largest_one = wider(fitting, 1)
    return largest_one if covers(largest_one, wider(before.space.cut, 2)) else None


def _solve(
    model: Model, arrays: Arrays, entries: list[Entry], cut: Cut, solver: str, report: Report
) -> Solution:
    """All points of the entries.

    Sweeps that failed with fewer quanta are tried again beside points that they serve here, which
    costs next to nothing.
    """
    some = np.concatenate([points for points, *_ in entries])
    swept = _among(next(iter(arrays.values())).size)
    ways = np.concatenate(
        [_ways(model, points, before, cut, solver, swept) for points, before, _ in entries]
    )
    if SWEPT in ways:
        ways[ways == ALONE] = SWEPT
    parts = [
        solve_points(model, arrays, np.sort(some[ways == way]), cut, way, report)
        for way in dict.fromkeys(ways.tolist())
    ]
    return join(parts)


def _among(count: int) -> str:
    """How "auto" sweeps few points of a batch that has so many."""
    return SWEPT if count >= MANY else SMALL if count >= FEW else "auto"


def _ways(
    model: Model, points: np.ndarray, before: Solution | None, cut: Cut, solver: str, swept: str
) -> np.ndarray:
    """The solver of each point, (points,): of "auto", the one that served it with fewer quanta.

    It is called ``swept`` where the sweeps did, or have not been tried yet, as where a search
    starts, or grades have become wide; and factors serve where iterating failed.
    """
    if solver != "auto":
        return np.full(len(points), solver, dtype=object)
    if before is None or kind(model, before.space.cut) != kind(model, cut):
        return np.full(len(points), swept, dtype=object)
    factored = FACTORED if is_iterated(before.space) else ALONE
    named = {"graded": swept, "direct": factored}
    return np.array([named.get(name, ALONE) for name in before.solver.tolist()], dtype=object)
