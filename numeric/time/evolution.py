"""The master equation in time: pulses, kicks, transients, from any state and with any drive.

    d rho/dt = L(t) rho,      rho(t_0) given

`numeric.time.integration` follows it in scaled variables, so that numbers keep their relative
accuracy however weak the drive is.  What comes out is a state with one row per time: all that a
steady state tells, a time tells as well, judged by the same rules.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from scipy.sparse import csc_array

from numeric.arguments import check_quanta
from numeric.certificate import results, settled
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.solvers.scaling import loss_scale, raising, scaled, weights
from numeric.solvers.solution import Solution, judged, with_shell_errors
from numeric.state import SteadyState
from numeric.time.course import SAMPLES, Course, read_course
from numeric.time.initial import Start, read_start
from numeric.time.integration import Term, integrate
from numeric.truncation import TruncationSearch
from systems import Model
from systems.progress import Report, bar, silent
from systems.status import Status
from systems.values import Arrays, Values, evaluate

HIGHEST = 24  # quanta up to which a truncation is searched: a minute for one mode
SMALLEST = 1e-60  # scale of an amplitude: with ten quanta its powers stay in the range of floats


@dataclass(frozen=True)
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
    course: Course | None = None
    start: Start | None = None

    @cached_property
    def _whole_finer(self) -> Solution:
        """All times with two more quanta."""
        quanta = self.blocks[0].space.quanta + 2
        assert self.course is not None
        assert self.start is not None
        return follow(self.course, self.arrays, self.times, self.start, quanta)

    def _refined(self, block: Solution) -> Solution:
        """The same points with two more quanta, evolved from the start."""
        return self._whole_finer.at(block.points)


def evolve(
    model: Model,
    values: Values,
    times: Any,
    initial: Any = None,
    quanta: int | None = None,
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
    progress: bool = True,
) -> Evolution:
    """The state at each of ``times``, from ``initial`` at the first one (by default the vacuum).

    A value may be a callable of time, or a DataArray with the dimension ``time``; any other array
    is a batch.  ``times`` rise, in the inverse unit of the rates; results have one row per time:
    the shape ``(times, ...batch)``.  ``initial`` is an occupation, a `qutip.Qobj` (ket or density
    matrix) on the product of the modes' spaces, a steady state, or another evolution, which then
    goes on from its last time.

    The truncation is chosen as for `steady_state`, at all times together (``quanta=None``), or
    given.  Numbers are right to about 1e-10 relative at any drive; what is lost (a population far
    below what the drive makes) is NaN with the status "not resolved", and where the integrator
    gives up the status is "not converged".  A pulse shorter than a thousandth of the whole span
    may be overlooked: give it a span of its own.  Raises `ValueError` or `TypeError` for bad
    arguments.

    A mode that a pulse has filled decays as exp(-gamma t):

    >>> from systems.library import kerr
    >>> values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": lambda t: 0.1 * (t < 1)}
    >>> early, late = evolve(kerr.MODEL, values, [0.0, 2.0, 3.0]).number("a")[1:]
    >>> round(float(late / early), 8) == round(float(np.exp(-1)), 8)
    True
    """
    course, when = read_course(model, values), read_times(times)
    search = TruncationSearch(quanta, tolerance, limit, order)
    search.check(model)
    start, arrays = read_start(model, initial), course.at(when)
    if quanta is not None and quanta < start.quanta:
        raise ValueError(
            f"Argument `quanta` must be at least {start.quanta} for this `initial`, but is "
            f"{quanta}."
        )

    def solve(q: int) -> Solution:
        return follow(course, arrays, when, start, q, report)

    with bar(progress) as report:
        if quanta is not None:
            pair: tuple[Solution, Solution | None] = (solve(int(quanta)), None)
        else:
            pair = _search(model, search, max(order, start.quanta), solve)
    known = model, arrays, (pair[0],), search.certified, tolerance, (pair[1],)
    return Evolution(*known, times=when, course=course, start=start)


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
    model: Model, search: TruncationSearch, lowest: int, solve: Callable[[int], Solution]
) -> tuple[Solution, Solution]:
    """The first truncation with which all results at all times are settled, and the next one."""
    highest = search.limit or max(HIGHEST, lowest + 2)
    coarse = solve(lowest)
    for quanta in range(lowest, highest - 1, 2):
        fine = solve(quanta + 2)
        if _is_settled(model, search, coarse, fine):
            return coarse.compared(fine), fine
        previous, coarse = coarse, fine
    return coarse.compared(previous).with_status(Status.NOT_CONVERGED), previous


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
    quanta: int,
    report: Report = silent,
) -> Solution:
    """All points of a batch at all times, with one truncation: rows of time, then of the batch."""
    model = course.model
    check_quanta(model, quanta)
    equation, span = liouvillian(model, quanta), Span.of(course, arrays, times)
    on, count = equation.space, next(iter(span.grid.values())).shape[1]
    shape, points = (len(times), count, on.size), len(times) * count
    by_point, errors = np.empty((*shape, on.size), dtype=complex), np.empty(shape)
    for point in range(count):
        report(f"{quanta} quanta", point, count)
        by_point[:, point], errors[:, point] = _follow(course, span, point, equation, start)
    rho, error = by_point.reshape(points, on.size, on.size), errors.reshape(points, on.size)
    failed = ~np.isfinite(rho).all(axis=(1, 2))
    status, names = np.full((2, points), None)
    status[:], names[:] = Status.OK, "evolution"
    status[failed] = Status.NOT_CONVERGED
    trace = abs(np.einsum("pii->p", rho) - 1)
    populations = np.einsum("pii->pi", rho).real
    found = Solution(on, np.arange(points), populations, error, trace, status, names, rho)
    return with_shell_errors(judged(found))


@dataclass(frozen=True)
class Span:
    """What moves between the first and the last time: found once for all points of a batch."""

    times: np.ndarray
    places: np.ndarray  # times all over the span
    grid: Arrays  # the values there, of the shape (places, points)
    jumps: list[tuple[float, float]]
    grain: float

    @classmethod
    def of(cls, course: Course, arrays: Arrays, times: np.ndarray) -> "Span":
        """The span of some times; ``arrays`` are the values there."""
        first, last = float(times[0]), float(times[-1])
        if not course.moving or first == last:
            return cls(times, times, _flattened(arrays), [], np.inf)
        places = np.linspace(first, last, SAMPLES)
        grid = _flattened(course.at(places))
        return cls(times, places, grid, *course.look(first, last))


def _flattened(arrays: Arrays) -> Arrays:
    """Arrays of the shape (times, points)."""
    return {name: array.reshape(len(array), -1) for name, array in arrays.items()}


def _follow(
    course: Course, span: Span, point: int, equation: Liouvillian, start: Start
) -> tuple[np.ndarray, np.ndarray]:
    """One point of the batch: its density matrices at all times and the errors of populations."""
    on, along = equation.space, {name: a[:, point] for name, a in span.grid.items()}
    s, unit = _scale(course.model, along, span.places, start), _unit(equation, along)
    grades = on.occupations @ weights(course.model)
    size = s ** np.add.outer(grades, grades)
    terms = scaled_terms(course, equation, {name: a[0] for name, a in along.items()}, s)
    begin = (start.on(on) / size).ravel()
    sigma, error = integrate(terms, begin, span.times, unit, span.jumps, span.grain)
    rho = sigma.reshape(-1, on.size, on.size) * size
    return rho, np.einsum("tii->ti", error.reshape(rho.shape)) * size.diagonal()


def _scale(model: Model, along: Arrays, grid: np.ndarray, start: Start) -> float:
    """The amplitude of one grade, at most: what drives bring in or what is there at the start.

    A drive of the rate r fills (r/kappa)^(1/g) against a loss, and no more than its area.
    """
    w = weights(model)
    with np.errstate(divide="ignore", invalid="ignore"):
        sizes = [
            min(np.nanmax(rate / loss_scale(model, along), initial=0.0), np.trapezoid(rate, grid))
            ** (1 / raised)
            for raised, rate in raising(model, w, along)
        ]
    grades, p = start.occupations @ w, start.rho.diagonal().real
    there = (grades > 0) & (p > 0)
    s = max([*sizes, *(p[there] ** (0.5 / grades[there]))], default=0.0)
    return float(np.clip(s, SMALLEST, 1.0)) if s > 0 else 1.0


def _unit(equation: Liouvillian, along: Arrays) -> float:
    """The largest coefficient at any time: a rate by which times are measured."""
    sizes = [np.max(abs(evaluate(e, along))) for e in equation.expressions]
    return float(np.max(sizes, initial=0.0)) or 1.0


def scaled_terms(
    course: Course, equation: Liouvillian, values: dict[str, Any], s: float
) -> list[Term]:
    """The parts of L in scaled variables, each with a number or a function of time."""
    grades = equation.space.occupations @ weights(course.model)
    pairs = np.add.outer(grades, grades).ravel()
    still = equation.coefficients({name: np.array([x]) for name, x in values.items()})[0]
    parts = [scaled(csc_array(part), s, pairs) for part in equation.total.parts]
    count = len(equation.expressions)
    terms = list[Term]()
    for k, expression in enumerate(equation.expressions):
        left, right, jump = (parts[k + i * count] for i in range(3))
        if course.moves(expression):
            c = course.coefficient(expression, values)
            terms += [(csc_array(left + jump), c), (right, _conjugate(c))]
        else:
            constant = complex(still[k])
            terms += [(csc_array(left + jump), constant), (right, constant.conjugate())]
    return terms


def _conjugate(c: Callable[[float], complex]) -> Callable[[float], complex]:
    return lambda t: c(t).conjugate()
