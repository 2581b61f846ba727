"""The periodic steady state of a drive that repeats itself: two tones, a train of pulses.

    d rho/dt = L(t) rho,      L(t + T) = L(t),      rho(t + T) = rho(t)

It is what an evolution from the vacuum becomes: period after period is followed, in scaled
variables (`numeric.time.integration`), until two periods in a row are the same.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from numeric.arguments import check_quanta, is_real
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import Cut, show_cut
from numeric.solvers.solution import Solution
from numeric.time.course import Course, read_course
from numeric.time.evolution import Evolution, read_search, truncated
from numeric.time.initial import read_start
from numeric.time.motion import Motion, Span, gathered
from systems import Model
from systems.progress import Report, bar, silent
from systems.status import Status
from systems.values import Arrays, Values

PERIODS = 2_000  # that are followed at most: some minutes for a short period
SAME = 1e-10  # relative change of a population over one period that counts as none
REPEATS = 1e-9  # relative to the largest value: by how much a value may differ after a period


def periodic_state(
    model: Model,
    values: Values,
    period: float,
    times: Any = None,
    quanta: int | Mapping[str, int] | None = None,
    tolerance: float = 1e-8,
    limit: int | None = None,
    order: int = 4,
    progress: bool = True,
) -> Evolution:
    """The state that repeats itself with the period, one row for each of ``times``.

    ``values`` hold callables of time that have this period (in the inverse unit of the rates);
    ``times`` lie anywhere, in rising order and within one period (by default 24 even ones from 0
    on).  The result and the other arguments are those of `evolve`.  The status is "not converged"
    where the state still changes after `PERIODS` periods.  Raises `ValueError` for values that do
    not repeat themselves, and as `evolve` does.

    A mode driven by two tones holds what both make, and their beat:

    >>> from systems import Loss, Model
    >>> import sympy as sp
    >>> from sympy.physics.quantum import Dagger
    >>> from systems.kerr import a, gamma
    >>> F = sp.Symbol("F")
    >>> H = F * Dagger(a) + sp.conjugate(F) * a
    >>> two = {"gamma": 1.0, "F": lambda t: 0.01 * (1 + np.exp(-2j * t))}
    >>> state = periodic_state(Model("two tones", H, (Loss(gamma, a),), F), two, np.pi, [0.0], 3)
    >>> exact = abs(0.01 / 0.5j + 0.01 / (2 + 0.5j)) ** 2
    >>> bool(np.isclose(state.number("a")[0], exact, rtol=1e-6))
    True
    """
    if not (is_real(period) and 0 < period < np.inf):
        raise ValueError(f"Argument `period` must be positive, but is {period!r}.")
    when = np.linspace(0, period, 24, endpoint=False) if times is None else np.asarray(times)
    if when.ndim != 1 or not when.size or np.any(np.diff(when) < 0) or np.ptp(when) > period:
        raise ValueError(
            "Argument `times` must rise and lie within one period, but spans "
            f"{np.ptp(when) if when.size else 0:g} of {period:g}."
        )
    course = read_course(model, values)
    _check_period(course, float(when[0]), float(period))
    arrays = course.at(when.astype(float), times)
    with bar(progress) as report:
        solve = partial(_settle, course, arrays, when.astype(float), float(period), report=report)
        search = read_search(model, quanta, tolerance, limit, order)
        return truncated(model, search, arrays, when.astype(float), solve, read_start(model, None))


def _check_period(course: Course, start: float, period: float) -> None:
    """Raise for a value that is another one after a period."""
    places = start + period * np.linspace(0, 1, 17)[:-1]
    for name, function in course.moving.items():
        now, later = (np.array([complex(function(t)) for t in places + d]) for d in (0, period))
        if np.any(abs(later - now) > REPEATS * np.max(abs(now))):
            raise ValueError(
                f"Argument `period` must be one of value `{name}`, but after {period:g} it is "
                "another one."
            )


def _settle(
    course: Course,
    arrays: Arrays,
    times: np.ndarray,
    period: float,
    quanta: Cut,
    report: Report = silent,
) -> Solution:
    """All points of a batch at the times of the period from which on nothing changes."""
    check_quanta(course.model, show_cut(course.model, quanta))
    whole, equation = np.append(times, times[0] + period), liouvillian(course.model, quanta)
    span, start = Span.of(course, course.at(whole), whole), read_start(course.model, None)
    rows, late = [], []
    for point in range(span.points):

        def tick(period: int, left: float, before: int = 100 * point) -> None:
            # a change that falls as exp(-t) has so many percent of its digits behind it
            words = f"{show_cut(course.model, quanta)} quanta, period {period + 1}"
            report(words, before + int(100 * left), 100 * span.points)

        rho, error, settled = _settled(Motion(course, span, point, equation, start), whole, tick)
        rows.append((rho[:-1], error[:-1]))
        late.append(not settled)
    found = gathered(equation.space, rows)
    words = found.status.reshape(len(times), -1)
    words[:, np.array(late)] = Status.NOT_CONVERGED
    return replace(found, status=words.ravel())


def _settled(
    motion: Motion, whole: np.ndarray, tick: Callable[[int, float], None]
) -> tuple[np.ndarray, np.ndarray, bool]:
    """Matrices and errors over the first period that ends as it began, and whether one did.

    ``tick`` hears how many periods have passed, and which share of the digits is there.
    """
    done = 0.0
    for period in range(PERIODS):

        def heard(share: float, period: int = period, done: float = done) -> None:
            tick(period, done)

        heard(0.0)
        rho, error = motion.through(whole, heard)
        first, last = (np.diagonal(rho[i]).real for i in (0, -1))
        if not np.isfinite(rho).all():
            break
        change, same = abs(last - first), SAME * abs(last) + error[-1]
        if np.all(change <= same):
            return rho, error, True
        with np.errstate(divide="ignore", invalid="ignore"):
            lacking = np.log(np.nanmax(change / same)) / -np.log(SAME)
        done = max(done, min(1 - float(lacking), 0.99)) if np.isfinite(lacking) else done
    return rho, error, False
