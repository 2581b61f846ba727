"""Photons that a pulse sends through one port: how many, how often, and how well one at a time.

Let J be the jumps of the port, J rho = eta rate L rho L', with eta the share that is collected.
The state after no click and that after at least one, or two,

    d rho_0/dt = (L - J) rho_0,          d rho_1/dt = (L - J) rho_1 + J rho_0    (one exactly),
    d rho_(>=1)/dt = L rho_(>=1) + J rho_0,       d rho_(>=2)/dt = L rho_(>=2) + J rho_1,

have the probabilities of such counts m as traces, and the factorial moments of m follow from

    d mu_1/dt = L mu_1 + J rho,    d mu_2/dt = L mu_2 + J mu_1,    <m> = Tr mu_1,
    <m (m - 1)> = 2 Tr mu_2 = int int eta^2 rate^2 <L'(t) L'(t') L(t') L(t)> dt dt'.

So g2 = <m (m - 1)>/<m>^2 is the correlation integrated over both clicks, which a source is judged
by, and what is collected drops out of it.  R. J. Cook, Phys. Rev. A 23, 1243 (1981); K. A. Fischer
et al., New J. Phys. 18, 113053 (2016).  No difference of nearly equal numbers is taken, and in
scaled variables (each click takes s^2 of a grade) all is of order one however weak the pulse is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, kron

from numeric.arguments import check_quanta, is_real
from numeric.lindblad.liouvillian import Liouvillian, liouvillian
from numeric.lindblad.space import Cut, count_states, show_cut, wider
from numeric.search.truncation import TruncationSearch
from numeric.time.course import Course, read_course
from numeric.time.evolution import FARTHEST, between, follow, read_search, truncated
from numeric.time.exponential import Tick
from numeric.time.initial import Start, read_start
from numeric.time.integration import Integrator, Term
from numeric.time.motion import LOOSE, ROUNDING, TIGHT, TRUSTED, ScaledEquations, Span
from numeric.trust.excitations import MARGIN, check_jumps, quanta_kept
from numeric.trust.worth import Measured, divide
from systems import Loss, Model
from systems.display import Shown, counts, ends
from systems.labels import Axes, unlabel
from systems.ladder import Mode, label
from systems.progress import Report, bar
from systems.status import Estimate, Status
from systems.values import Arrays, Values, evaluate_sum

# What is followed, and from what by a click: no click, one exactly, at least one, at least two,
# and the two moments, whose own source is the whole state, no click and at least one together
NONE, ONE, SOME, MORE, FIRST, SECOND = range(6)
SOURCES = {ONE: (NONE,), SOME: (NONE,), MORE: (ONE,), FIRST: (NONE, SOME), SECOND: (FIRST,)}
CLICKS = {NONE: 0, ONE: 1, SOME: 1, MORE: 2, FIRST: 1, SECOND: 2}  # that each takes at least
SETTLED = 1e-6  # relative change by two more quanta that ends the search
LEFT = 1e-3  # quanta that may be left inside at the end, per photon counted
# Of the fastest: slower steps to the port take longer than any window.  The tail of a pulse and
# what floats leave of a sine stay below
IDLE = 1e-9
Counts = dict[str, tuple[np.ndarray, np.ndarray]]  # by name: values and round-off, (points,)


@dataclass(frozen=True, repr=False)
class Pulse(Shown):
    """What a pulse sends through a port; every number has the shape of the batch.

    It is labelled where the values are.  ``counts`` maps "photons" (mean number per pulse), "g2",
    "efficiency" (probability of at least one photon), "single" (of exactly one) and "several" (of
    two or more) to their `Estimate`s.  ``advice`` says in words that may be typed what to ask for
    where light is left inside or the truncation does not hold it, and is empty elsewhere.

    >>> from systems.library import kerr
    >>> pulse = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": lambda t: 0.1 * np.exp(-(t - 4)**2)}
    >>> found = emitted(kerr.MODEL, pulse, "a", (0, 30), quanta=4)
    >>> round(float(found.g2), 6)  # coherent light
    1.0
    """

    counts: dict[str, Estimate]
    advice: str = ""  # what to ask for where numbers are not converged

    def _title(self) -> str:
        photons, g2 = (_told(self.counts[name]) for name in ("photons", "g2"))
        return f"photons of a pulse: {photons}, g2 {g2}"

    def _facts(self) -> Mapping[str, str]:
        facts = {name: _told(found) for name, found in self.counts.items()}
        return facts | ({"advice": self.advice} if self.advice else {})

    @property
    def photons(self) -> Any:
        """Mean number of photons per pulse, as far as they are collected."""
        return self.counts["photons"].trusted

    @property
    def g2(self) -> Any:
        """``<m (m - 1)>/<m>^2`` of the number m of photons in a pulse."""
        return self.counts["g2"].trusted

    @property
    def efficiency(self) -> Any:
        """Probability that a pulse brings at least one photon."""
        return self.counts["efficiency"].trusted

    @property
    def single(self) -> Any:
        """Probability that it brings one photon exactly."""
        return self.counts["single"].trusted

    @property
    def several(self) -> Any:
        """Probability that it brings two or more."""
        return self.counts["several"].trusted

    def status(self, name: str) -> Any:
        """What one of the numbers is worth, by its name in ``counts``."""
        return self.counts[name].status


def emitted(
    model: Model,
    values: Values,
    port: Mode | str | Loss,
    window: tuple[float, float],
    initial: Any = None,
    collected: float = 1.0,
    complete: bool = True,
    quanta: int | Mapping[str, int] | None = None,
    progress: bool = True,
    limit: int | None = None,
) -> Pulse:
    """The photons that leave through one loss of the model between two times.

    ``port`` is a loss of the model, or the mode that alone is its operator; ``collected`` the share
    of its photons that are counted.  ``values`` may hold callables of time or DataArrays of time,
    as in `evolve`, and ``initial`` is as there.  A truncation is chosen so that two more quanta
    change no number by more than 1e-6, or ``quanta`` is given, in all or mode by mode.

    A number is NaN where its status is not "ok".  It is "not converged" also where more than a
    thousandth of the light is still inside at the end and could leave through the port at the
    values of that time: extend the ``window``, or with ``complete=False`` ask for what this window
    holds.  Where few quanta do not do, `evolve` says how many the light takes on its way, and from
    there the search goes on as far as `numeric.time.evolution.FARTHEST` states (or ``limit``);
    beyond them ``quanta`` have to be given, of coherent light that never has more than n inside
    about n + 6 sqrt(n) + 6.  Raises `ValueError` or `TypeError` for bad arguments.

    Two photons that are left to themselves come out as two:

    >>> from systems.library import kerr
    >>> dark = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.0}
    >>> found = emitted(kerr.MODEL, dark, "a", (0, 30), initial=(2,), quanta=2)
    >>> round(float(found.photons), 8), round(float(found.g2), 8)
    (2.0, 0.5)
    """
    check_jumps(model, "photons of a pulse")
    number, times = _port(model, port), _window(window)
    course, start = read_course(model, values), read_start(model, initial)
    kept = quanta_kept(model)
    if kept is not None and start.quanta > kept:
        raise ValueError(
            f"Argument `initial` must have at most the {kept} quanta that the emitters keep, but "
            f"has {start.quanta}."
        )
    if not (is_real(collected) and 0 < collected <= 1):
        raise ValueError(f"Argument `collected` must lie between 0 and 1, but is {collected!r}.")
    with bar(progress) as report:
        job = _Job(course, start, times, number, float(collected), report)
        if quanta is None:
            coarse, fine = _searched(job, read_search(model, None, SETTLED, limit, order=2))
        else:
            cut = check_quanta(model, quanta)
            start.check_held(model, cut)
            coarse, fine = job(cut), job(wider(cut, 2))
    moved = SETTLED if quanta is None else 1e-3
    if kept is not None:  # judged by what the states change that are guessed
        coarse, moved = _apart(coarse, fine, job(kept)), max(moved, 1e-3)
    measured = _measured(coarse, fine, moved)
    counted = _estimates(measured, fine, _Batch.of(course, times), complete)
    return Pulse(counted, _advice(measured, fine, complete, kept is not None))


def _searched(job: "_Job", search: TruncationSearch) -> tuple[Counts, Counts]:
    """The numbers with the first truncation that two more quanta do not change, and with these.

    Few quanta are tried; where they do not do, the state alone, a sixth of the equations, is
    followed first, and tells how many it takes.
    """
    model, start = job.course.model, job.start
    cut: Cut = max(2, start.quanta)
    coarse, fine = job(cut), job(wider(cut, 2))
    if _agree(coarse, fine):
        return coarse, fine
    whole = between(job.times)
    along = job.course.at(whole)
    solve = partial(follow, job.course, along, whole, start, report=job.report)
    cut = truncated(model, search, along, whole, solve, start).blocks[0].space.cut
    coarse, fine = job(cut), job(wider(cut, 2))
    most = search.limit or FARTHEST
    while not _agree(coarse, fine) and count_states(model.modes, wider(cut, 4)) <= most:
        cut = wider(cut, 2)
        coarse, fine = fine, job(wider(cut, 2))
    return coarse, fine


def _port(model: Model, port: Mode | str | Loss) -> int:
    """The position of a loss that is given as itself or as the mode that it takes from."""
    if isinstance(port, Loss):
        if port not in model.losses:
            raise ValueError("Argument `port` must be a loss of the model, but is another one.")
        return model.losses.index(port)
    if isinstance(port, sp.Expr) and port not in model.modes:
        raise ValueError(
            f"Argument `port` must be a loss of the model or a mode, but is `{port}`: light of "
            "several modes leaves together where the model has such a Loss."
        )
    wanted = model.modes[model.index(port)]
    word = ((0,) * len(model.modes), model.occupation(wanted))
    found = [i for i, jump in enumerate(model.jumps) if set(jump) == {word}]
    if len(found) != 1:
        raise ValueError(
            f"Argument `port` must name a mode with one loss of its own, but `{label(wanted)}` has "
            f"{len(found)}: hand over the Loss."
        )
    return found[0]


def _window(window: Any) -> np.ndarray:
    times = np.asarray(window)
    if times.shape != (2,) or times.dtype.kind not in "iuf" or not times[0] < times[1]:
        raise ValueError(f"Argument `window` must be two rising times, but is {window!r}.")
    return times.astype(float)


def _apart(coarse: Counts, fine: Counts, without: Counts) -> Counts:
    """The coarse numbers, moved away from the fine ones by `MARGIN` times what others differ."""
    moved = {n: MARGIN * (value - without[n][0]) for n, (value, _) in fine.items()}
    return {n: (value - moved[n], error) for n, (value, error) in coarse.items()}


@dataclass(frozen=True)
class _Job:
    """The equations of one port, to be solved with any truncation."""

    course: Course
    start: Start
    times: np.ndarray
    port: int
    collected: float
    report: Report

    def __call__(self, quanta: Cut) -> Counts:
        """Probabilities, moments and what is left inside, with their round-off."""
        equation = liouvillian(self.course.model, quanta)
        span = Span.of(self.course, self.course.at(self.times), self.times)
        words, found = f"{show_cut(self.course.model, quanta)} quanta", []
        for point in range(span.points):

            def tick(share: float, before: int = 100 * point) -> None:
                self.report(words, before + int(100 * share), 100 * span.points)

            tick(0.0)
            found.append(self._point(equation, span, point, tick))
        return {
            name: (np.array([f[name][0] for f in found]), np.array([f[name][1] for f in found]))
            for name in found[0]
        }

    def _point(
        self, equation: Liouvillian, span: Span, point: int, tick: Tick
    ) -> dict[str, tuple[float, float]]:
        """The numbers of one point of the batch."""
        one = ScaledEquations.of(self.course, span, point, equation, self.start)
        click = one.taken([self.port])
        terms = self._terms(one, click)
        rho = one.scaled_start(self.start)
        begin = np.zeros((len(CLICKS), rho.size), dtype=complex)
        begin[NONE] = rho.ravel()
        ends = []
        for half, tolerance in ((0.0, LOOSE), (0.5, TIGHT)):

            def heard(share: float, before: float = half) -> None:
                tick(before + share / 2)

            follow_all = Integrator(terms, one.unit, tolerance, span.jumps, span.grain)
            last = follow_all(begin.ravel(), between(self.times), heard)[-1]
            ends.append(last.reshape(len(CLICKS), *rho.shape))
        size = np.multiply.outer([click**k for k in CLICKS.values()], one.shrink**2)
        held, apart = (np.einsum("kii->ki", m) * size for m in (ends[1], ends[1] - ends[0]))
        error = TRUSTED * abs(apart) + ROUNDING * abs(held)
        final = {name: array[-1:, point] for name, array in span.grid.items()}
        return self._read(held.real, error, waiting(equation, final, self.port))

    def _terms(self, one: ScaledEquations, click: float) -> list[Term]:
        """All six equations as one: L or L - J on each, and J from its sources."""
        count = len(CLICKS)
        sources, quiet = np.zeros((count, count)), np.zeros((count, count))
        for k, origins in SOURCES.items():
            for origin in origins:
                sources[k, origin] = self.collected * click ** (CLICKS[origin] - CLICKS[k])
        quiet[NONE, NONE] = quiet[ONE, ONE] = -self.collected
        every, fed = csc_array(np.eye(count)), csc_array(sources + quiet)
        whole = one.parts(lambda m: kron(every, m))
        return one.together([*whole, *one.jumps(self.port, lambda m: kron(fed, m))])

    def _read(
        self, held: np.ndarray, error: np.ndarray, quanta: np.ndarray
    ) -> dict[str, tuple[float, float]]:
        """Numbers and round-off from the diagonals of the six matrices, (kinds, states).

        ``quanta`` (states) are those that may still be counted.
        """
        traces, errors = held.sum(axis=1), error.sum(axis=1)
        found = {name: (float(traces[k]), float(errors[k])) for name, k in NAMED.items()}
        inside = (held[NONE] + held[SOME]) @ quanta
        return {**found, "inside": (float(inside), float(error[NONE] @ quanta))}


def waiting(equation: Liouvillian, values: Arrays, port: int) -> np.ndarray:
    """Quanta of every state from which a photon may still leave through a port, zero of others.

    An atom that a photon has left behind in another ground state waits for nothing: no step of H
    or of a jump, at the ``values`` of one point, leads from there to the port.  Steps slower than
    `IDLE` of the fastest are none.

    >>> from systems.library import kerr
    >>> equation = liouvillian(kerr.MODEL, 3)
    >>> at_rest = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 0.0}
    >>> waiting(equation, {name: np.array([x]) for name, x in at_rest.items()}, 0)
    array([0, 1, 2, 3])
    """
    on, model = equation.space, equation.model
    diagonal = np.arange(on.size) * (on.size + 1)
    c = [complex(evaluate_sum(e, values)[0]) for e in equation.expressions]
    whole = sum(x * part for x, part in zip(c, equation.effective_parts, strict=True))
    jumps = sum(x * part for x, part in zip(c, equation.jump_parts, strict=True))
    steps = abs(csc_array(whole)) + abs(csc_array(jumps)[diagonal][:, diagonal])
    steps.data[steps.data < IDLE * np.max(steps.data, initial=0.0)] = 0
    takes = sum(abs(on.word(word)) for word in model.jumps[port])
    ready = np.asarray(takes.sum(axis=0)).ravel() > 0
    for _ in range(on.size):  # a state is ready where one step leads to a state that is
        ready = ready | (steps.T @ ready > 0)
    return np.where(ready, on.occupations.sum(axis=1), 0)


NAMED = {"efficiency": SOME, "single": ONE, "several": MORE, "photons": FIRST, "pairs": SECOND}


def _agree(coarse: Counts, fine: Counts) -> bool:
    """Whether two more quanta change nothing that is resolved."""
    names = [name for name in NAMED if name in coarse]
    return all(
        np.all(abs(coarse[n][0] - fine[n][0]) <= SETTLED * abs(fine[n][0]) + 10 * fine[n][1])
        for n in names
    )


def _measured(coarse: Counts, fine: Counts, moved: float) -> dict[str, Measured]:
    """Every number with its errors, from two truncations."""
    measured = {
        name: Measured(*fine[name], cut=abs(fine[name][0] - coarse[name][0]), moved=moved)
        for name in NAMED
    }
    before, after = _ratio(coarse), _ratio(fine)
    with np.errstate(invalid="ignore"):
        measured["g2"] = replace(after, cut=abs(after.value - before.value), moved=moved)
    return measured


def _estimates(
    measured: dict[str, Measured], fine: Counts, batch: "_Batch", complete: bool
) -> dict[str, Estimate]:
    """Every number with its error and status."""
    photons = fine["photons"][0]
    found = np.full(photons.shape, Status.OK, dtype=object)
    if complete:
        found[_is_left(fine)] = Status.NOT_CONVERGED
    found[~np.isfinite(photons)] = Status.NOT_CONVERGED
    return {
        name: Estimate(*(batch.shown(x, name) for x in (m.value, m.error, m.status(found))))
        for name, m in measured.items()
        if name != "pairs"
    }


def _is_left(found: Counts) -> np.ndarray:
    """Where more light is still inside than the numbers of a whole pulse allow, (points,)."""
    return np.asarray(~(found["inside"][0] <= LEFT * found["photons"][0]))


def _advice(measured: dict[str, Measured], fine: Counts, complete: bool, judged: bool) -> str:
    """What to ask for instead, in words that may be typed, for each reason that there is.

    Of emitters that are ``judged`` by states which are guesses no cut makes the numbers better.
    """
    ways, followed = [], np.isfinite(fine["photons"][0])
    if complete and np.any(_is_left(fine) & followed):
        ways.append(
            "Light is still inside when the window ends: ask for a longer window, or for what "
            "this one holds (`complete=False`)."
        )
    moving = [m.moves & (m.roundoff <= m.resolved * abs(m.value)) for m in measured.values()]
    if np.any(moving) and not judged:
        ways.append(
            "Two more quanta still change the numbers: give a cut that holds the light at its "
            "brightest (`quanta=...`), coherent light of n quanta about n + 6 sqrt(n) + 6."
        )
    if not np.all(followed):
        ways.append("The integrator gave up: ask for a shorter window (`complete=False`).")
    return " ".join(ways)


def _told(found: Estimate) -> str:
    """The numbers that are trusted, and the words of those that are not."""
    trusted = np.ravel(found.status) == Status.OK
    if trusted.all():
        return ends(found.value)
    words = counts(found.status)
    return f"{ends(found.trusted)} ({words})" if trusted.any() else words


@dataclass(frozen=True)
class _Batch:
    """The shape of what comes out, and the names of its axes where the values have some."""

    shape: tuple[int, ...]
    axes: Axes | None

    @classmethod
    def of(cls, course: Course, times: np.ndarray) -> "_Batch":
        """The batch of a course: the same at all times."""
        shape = next(iter(course.at(times).values())).shape[1:]
        return cls(shape, unlabel(course.fixed)[1])

    def shown(self, numbers: np.ndarray, name: str) -> Any:
        """Numbers or words per point in that shape, labelled where the values are."""
        found = np.reshape(numbers, self.shape)[()]
        return found if self.axes is None else self.axes.array(found, name)


def _ratio(found: Counts) -> Measured:
    """<m (m - 1)>/<m>^2 = 2 Tr mu_2/(Tr mu_1)^2."""
    pairs, photons = found["pairs"], found["photons"]
    value, error = divide(2 * pairs[0], 2 * pairs[1], [photons, photons])
    return Measured(value, error, (photons, photons))
