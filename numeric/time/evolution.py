"""The master equation in time: pulses, kicks, transients, from any state and with any drive.

    d rho/dt = L(t) rho,      rho(t_0) given

`numeric.time.motion` follows it in scaled variables, so that numbers keep their relative accuracy
however weak the drive is.  What comes out is a state with one row per time: all that a
steady state tells, a time tells as well, judged by the same rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from numeric.arguments import check_quanta
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import Cut, count_states, covers, show_cut, wider
from numeric.search.classical import branches
from numeric.search.projection import enough
from numeric.search.truncation import TruncationSearch
from numeric.solvers.solution import Solution
from numeric.state import SteadyState
from numeric.time.course import Course, read_course
from numeric.time.initial import Start, read_start
from numeric.time.motion import Motion, Span, gathered
from numeric.trust.judge import results, settled
from systems import Model
from systems.progress import Report, bar, silent
from systems.status import Status
from systems.values import Arrays, Values

HIGHEST = 24  # quanta up to which a truncation is searched step by step: a minute for one mode
# Quanta from which on it goes at once to where the last shells point, with so much room, and states
# up to which it does so: a Kerr mode of 82 states takes some seconds
STEPWISE, ROOM, FARTHEST = 12, 1.25, 200
PLACES = 17  # times of a course that moves, all over the span, at which the search looks as well


@dataclass(frozen=True, repr=False)
class Evolution(SteadyState):
    """A state that moves: the methods of `SteadyState`, with one row per time.

    ``shape`` is that of ``times`` followed by that of the batch, and so is that of every result;
    ``arrays`` hold the values at the times.  ``residual`` of its certificate is by how much the
    trace differs from one.

    >>> from numeric import evolve
    >>> from systems.library import kerr
    >>> found = evolve(kerr.MODEL, {**kerr.VALUES, "xi": lambda t: 0.1 * (t < 1)}, [0.0, 1.0, 4.0])
    >>> found.shape, found.number_status("a").tolist()
    ((3,), ['ok', 'ok', 'ok'])
    """

    times: Any = None
    kind = "evolution"
    searches = False  # beyond `HIGHEST` quanta, where it is not told to (`limit`)
    solve: Callable[[Cut], Solution] | None = None  # all times with so many quanta

    @cached_property
    def _whole_finer(self) -> Solution:
        """All times with two more quanta."""
        assert self.solve is not None
        return self.solve(wider(self.blocks[0].space.cut, 2))

    def _refined(self, block: Solution) -> Solution:
        """The same points with two more quanta, evolved from the start."""
        return self._whole_finer.at(block.points)


def evolve(
    model: Model,
    values: Values,
    times: Any,
    initial: Any = None,
    quanta: int | Mapping[str, int] | None = None,
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
    progress: bool = True,
) -> Evolution:
    """The state at each of ``times``, from ``initial`` at the first one (by default the vacuum).

    A value may be a callable of time, or a DataArray with the dimension ``time``; any other array
    is a batch.  Labelled ``times`` keep their name and coordinates.
    ``times`` rise, in the inverse unit of the rates; results have one row per time:
    the shape ``(times, ...batch)``.  ``initial`` is an occupation, a `qutip.Qobj` (ket or density
    matrix) on the product of the modes' spaces, a steady state, or another evolution, which then
    goes on from its last time.

    The truncation is chosen as for `steady_state`, at all times together (``quanta=None``), or
    given, in all or mode by mode.  The search goes by twos to `HIGHEST` quanta, and on to what the
    last shells ask for as far as that is `FARTHEST` states (or ``limit``); where brighter light
    needs more, ``advice`` says how many.  Numbers are right to about 1e-10
    relative at any drive; what is lost (a population far below what the drive makes) is NaN with
    the status "not resolved", and where the integrator gives up the status is "not converged".
    Where no value moves, steps are exponentials if that is quicker, as it is where rates differ
    much (`numeric.time.exponential`).  A pulse shorter than a thousandth of the whole span may be
    overlooked, unless one as short is met, such as the first one of a train of kicks at the start:
    give it a span of its own.  Raises `ValueError` or `TypeError` for bad arguments.

    A mode that a pulse has filled decays as exp(-gamma t):

    >>> from systems.library import kerr
    >>> values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": lambda t: 0.1 * (t < 1)}
    >>> early, late = evolve(kerr.MODEL, values, [0.0, 2.0, 3.0]).number("a")[1:]
    >>> round(float(late / early), 8) == round(float(np.exp(-1)), 8)
    True
    """
    course, when = read_course(model, values), read_times(times)
    start, arrays = read_start(model, initial), course.at(when, times)
    search = read_search(model, quanta, tolerance, limit, order)
    whole = when if not course.moving or quanta is not None else between(when)
    with bar(progress) as report:
        along, rows = course.at(whole), np.searchsorted(whole, when)
        solve = partial(follow, course, along, whole, start, report=report)
        return truncated(model, search, arrays, when, solve, start, (along, rows))


def truncated(
    model: Model,
    search: TruncationSearch,
    arrays: Arrays,
    times: np.ndarray,
    solve: Callable[[Cut], Solution],
    start: Start,
    course: tuple[Arrays, np.ndarray] | None = None,
) -> Evolution:
    """An evolution with the truncation that was given, or that is large enough at all times.

    ``solve`` follows all times with so many quanta from ``start``; where it follows others between
    them as well, ``course`` has the values at all of them, and which of them are ``times``.  Raises
    `ValueError` for a truncation that does not hold the start.

    >>> from systems.library import kerr
    >>> course, times = read_course(kerr.MODEL, kerr.VALUES), np.array([0.0, 1.0])
    >>> start, search = read_start(kerr.MODEL, None), TruncationSearch(2, 1e-8, None, order=2)
    >>> solve = partial(follow, course, course.at(times), times, start)
    >>> truncated(kerr.MODEL, search, course.at(times), times, solve, start).quanta
    array([2, 2])
    """

    def seen(found: Solution) -> Solution:
        """The times that were asked for."""
        if course is None:
            return found
        points = np.arange(len(found.points)).reshape(-1, count)[course[1]].ravel()
        return replace(found.take(points), points=np.arange(len(points)))

    count = int(np.prod(next(iter(arrays.values())).shape[1:]))
    pair: tuple[Solution, Solution | None]
    if search.quanta is None:
        along = course[0] if course else arrays
        pair = _search(model, search, along, max(search.order, start.quanta), solve, seen)
    else:
        start.check_held(model, search.quanta)
        pair = seen(solve(search.quanta)), None
    known = model, arrays, (pair[0],), search.certified, search.tolerance, (pair[1],)
    # an evolution has no frame of an amplitude that could be asked for
    return Evolution(*known, looked=True, times=times, solve=lambda cut: seen(solve(cut)))


def read_search(
    model: Model, quanta: Any, tolerance: float, limit: int | None, order: int
) -> TruncationSearch:
    """How a truncation is given or looked for; raises for arguments that make no sense.

    >>> from systems.library import kerr_dimer
    >>> read_search(kerr_dimer.MODEL, {"a": 2, "b": 3}, 1e-8, None, order=2).quanta
    (2, 3)
    """
    cut = None if quanta is None else check_quanta(model, quanta)
    search = TruncationSearch(cut, tolerance, limit, order)
    search.check(model)
    return search


def read_times(times: Any) -> np.ndarray:
    """The times as an array of floats, checked: one dimension, rising.

    >>> read_times([0, 1])
    array([0., 1.])
    """
    when = np.asarray(times)
    if when.ndim != 1 or not when.size or when.dtype.kind not in "iuf":
        raise TypeError(f"Argument `times` must be an array of numbers, but is {times!r}.")
    if not np.isfinite(when).all() or np.any(np.diff(when) < 0):
        raise ValueError("Argument `times` must be finite and rise, but does not.")
    return when.astype(float)


def _search(
    model: Model,
    search: TruncationSearch,
    arrays: Arrays,
    lowest: int,
    solve: Callable[[Cut], Solution],
    seen: Callable[[Solution], Solution],
) -> tuple[Solution, Solution]:
    """The first truncation with which all results at all times are settled, and the next one.

    What goes on between the times that are ``seen`` tells how many quanta there are on the way.
    """
    each = count_states(model.modes, max(HIGHEST, lowest + 2))
    most = search.limit or max(each, FARTHEST)
    cut: Cut = lowest
    coarse = previous = solve(cut)
    while count_states(model.modes, more := wider(cut, 2)) <= most:
        fine = solve(more)
        if _is_settled(model, search, seen(coarse), seen(fine)):
            return seen(coarse).compared(seen(fine)), seen(fine)
        previous, coarse, cut = coarse, fine, more
        farther = _farther(model, search, arrays, fine)
        if farther is not None:
            previous, coarse, cut = coarse, solve(farther), farther
        elif search.limit is None and fine.space.quanta >= max(HIGHEST, lowest + 2):
            break
    found = seen(coarse).compared(seen(previous))
    return found.with_status(Status.NOT_CONVERGED), seen(previous)


def between(times: np.ndarray) -> np.ndarray:
    """The times with some between them, at which light may be brighter than at any of these.

    >>> between(np.array([0.0, 16.0]))[:3]
    array([0., 1., 2.])
    """
    return np.union1d(times, np.linspace(times[0], times[-1], PLACES))


def _farther(model: Model, search: TruncationSearch, arrays: Arrays, found: Solution) -> Cut | None:
    """The truncation that the last shells ask for, or the light that the drive makes in the end.

    None where it is near, or where it has too many states.
    """
    if found.space.quanta < STEPWISE:
        return None
    most = search.limit or FARTHEST
    steady = branches(model, {name: a.ravel() for name, a in arrays.items()}).quanta
    wanted = partial(enough, model, found)
    cuts = [
        wanted(light, search.order, search.tolerance, ROOM)
        for light in (np.zeros_like(steady), steady)
    ]
    if isinstance(found.space.cut, int) and found.space.quanta > HIGHEST:
        cuts.append(3 * found.space.cut // 2)  # full up to the cut: nothing tells how far it goes
    for cut in cuts:
        states = count_states(model.modes, wider(cut, 2))
        if found.space.size < states <= most and covers(cut, found.space.cut):
            return cut
    return None


def _is_settled(model: Model, search: TruncationSearch, coarse: Solution, fine: Solution) -> bool:
    judgements = [
        settled(coarse, fine, (mode,) * k, k > 1, search.tolerance)
        for _, mode, k in results(model, coarse.space.quanta, search.order)
    ]
    found = coarse.status == Status.OK
    # what is lost in round-off is no matter of the cut
    moved = [j.moves & (j.roundoff <= j.resolved * abs(j.value)) for j in judgements]
    return not np.any(np.any(moved, axis=0) & found)


def follow(
    course: Course,
    arrays: Arrays,
    times: np.ndarray,
    start: Start,
    quanta: Cut,
    report: Report = silent,
) -> Solution:
    """All points of a batch at all times, with one truncation: rows of time, then of the batch.

    >>> from systems.library import kerr
    >>> course, times = read_course(kerr.MODEL, kerr.VALUES), np.array([0.0, 1.0])
    >>> found = follow(course, course.at(times), times, read_start(kerr.MODEL, None), quanta=2)
    >>> found.populations[0]  # the vacuum
    array([1., 0., 0.])
    """
    check_quanta(course.model, show_cut(course.model, quanta))
    equation, span = liouvillian(course.model, quanta), Span.of(course, arrays, times)
    words, count, rows = f"{show_cut(course.model, quanta)} quanta", len(times), []
    for point in range(span.points):

        def tick(share: float, before: int = point * count) -> None:
            report(words, before + int(share * count), span.points * count)

        tick(0)
        rows.append(Motion(course, span, point, equation, start).through(times, tick))
    return gathered(equation.space, rows)
