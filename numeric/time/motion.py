"""A state that moves, in scaled variables: what no jump has touched, and what the jumps made.

    rho = psi psi' + delta,      i d psi/dt = K psi,      psi(t_0) = the pure state at the start,
    d delta/dt = L delta + sum_k rate_k L_k psi psi' L_k',                delta(t_0) = 0

without approximation: K is the evolution between two jumps.  As for steady states
(`numeric.solvers.vacuum`), an interference zero of psi does not bury delta, which fills it, under
what an integrator leaves.  All elements are divided by s^(g_i + g_j), with s the amplitude of one
grade, and delta by what one jump takes, so that all are of order one at any drive; of a mixed
start all is delta.

psi psi' is followed twice: as amplitudes, which are read, and as a matrix, which feeds delta.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, identity, kron

from numeric.lindblad.liouvillian import Liouvillian
from numeric.lindblad.scaling import loss_scale, raising, scaled, weights
from numeric.lindblad.space import Space
from numeric.solvers.direct import factorise
from numeric.solvers.solution import Solution, with_shell_errors
from numeric.solvers.soundness import judged
from numeric.time.course import SAMPLES, Course
from numeric.time.exponential import Flow, Tick, unheard
from numeric.time.initial import Start
from numeric.time.integration import Integrator, Term
from systems import Model
from systems.status import Status
from systems.values import Arrays, evaluate, evaluate_sum

SMALLEST = 1e-60  # scale of an amplitude: with ten quanta its powers stay in the range of floats
# Tolerances, relative to the norm, with which each equation is integrated twice: the difference
# tells the error.  That of the tighter one is a thousandth of it if errors follow the tolerance; a
# tenth is counted on.  Of linear light, which is known exactly, the true errors of P_0 to P_3
# stayed below this estimate at drives of 1e-6 to 0.3 of the loss, on resonance and off it.
LOOSE, TIGHT, TRUSTED = 1e-10, 1e-13, 0.1
ROUNDING = 5e-15  # of an element: what some thousand steps leave of it
# The same of exponentials: results of products, of rational functions and of an integrator differed
# by up to 1e-12 where the difference of two paths of one kind was less
ROUNDING_STILL = 1e-12
# Share of a jump up to which it pays to part off what jumps made: it doubles the work, and triples
# that of exponentials, which above a hundredth save no more than two of sixteen digits by it
WEAK, WEAK_STILL = 0.3, 0.01
Pair = tuple[np.ndarray, np.ndarray]  # psi and the matrices, or psi and delta


@dataclass(frozen=True)
class Span:
    """What moves between two times: found once for all points of a batch.

    >>> from numeric.time.course import read_course
    >>> from systems.library import kerr
    >>> course = read_course(kerr.MODEL, {**kerr.VALUES, "xi": lambda t: 0.1 * (t < 1)})
    >>> times = np.array([0.0, 3.0])
    >>> span = Span.of(course, course.at(times), times)
    >>> span.points, len(span.jumps)
    (1, 1)
    """

    places: np.ndarray  # times all over the span
    grid: Arrays  # the values there, of the shape (places, points)
    jumps: list[tuple[float, float]]
    grain: float  # the longest step that oversees nothing

    @classmethod
    def of(cls, course: Course, arrays: Arrays, times: np.ndarray) -> "Span":
        """The span of some times; ``arrays`` are the values there."""
        first, last = float(times[0]), float(times[-1])
        if not course.moving or first == last:
            return cls(times, _flattened(arrays), [], np.inf)
        places = np.linspace(first, last, SAMPLES)
        return cls(places, _flattened(course.at(places)), *course.look(first, last))

    @property
    def points(self) -> int:
        """Number of points of the batch."""
        return int(next(iter(self.grid.values())).shape[1])


def _flattened(arrays: Arrays) -> Arrays:
    """Arrays of the shape (times, points)."""
    return {name: array.reshape(len(array), -1) for name, array in arrays.items()}


class Motion:
    """One point of a batch on its way, with one truncation.

    `through` follows it to the last of some times, and goes on from there when called again: a
    second period starts where the first one ended.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from numeric.time.course import read_course
    >>> from numeric.time.initial import read_start
    >>> from systems.library import kerr
    >>> course, times = read_course(kerr.MODEL, kerr.VALUES), np.array([0.0, 1.0])
    >>> span, start = Span.of(course, course.at(times), times), read_start(kerr.MODEL, None)
    >>> motion = Motion(course, span, 0, liouvillian(kerr.MODEL, 3), start)
    >>> rho, error = motion.through(times)
    >>> rho.shape, bool(np.isclose(np.trace(rho[1]), 1)), bool(np.max(error) < 1e-9)
    ((2, 4, 4), True, True)
    """

    def __init__(
        self, course: Course, span: Span, point: int, equation: Liouvillian, start: Start
    ) -> None:
        equations = self.scaled = ScaledEquations.of(course, span, point, equation, start)
        self.shrink, ket = equations.shrink, start.ket_on(equation.space)
        self.part = equations.taken(range(len(course.model.losses))) if ket is not None else 1.0
        weak = WEAK if course.moving else WEAK_STILL
        self.pure = ket is not None and self.part <= weak
        if not self.pure:
            self.part, ket = 1.0, None
        rho = equations.scaled_start(start)
        psi = np.zeros(len(rho), dtype=complex) if ket is None else ket / self.shrink
        both = np.concatenate([rho.ravel(), 0 * rho.ravel()]) if self.pure else rho.ravel()
        self.moving = course.moving
        self.unit, self.span = equations.unit, span
        self.ends: list[Pair] = [(psi, both), (psi, both)]

    @cached_property
    def still(self) -> Flow:
        """The equations where nothing moves."""
        K, L, jump = self.scaled.still()
        fed = jump / self.part if self.pure else None
        return Flow(L, -1j * K, fed, factorise, self.part)

    @cached_property
    def equations(self) -> list[list[Term]]:
        """That of psi, if it is followed, and that of the matrices."""
        if not self.pure:
            return [self.scaled.whole()]
        return [self.scaled.amplitudes(), self.scaled.split(self.part)]

    @cached_property
    def integrators(self) -> list[list[Integrator]]:
        """Loose ones and tight ones, for psi (if it is followed) and for the matrices."""
        return [
            [Integrator(terms, self.unit, tolerance, self.span.jumps, self.span.grain)
             for terms in self.equations]
            for tolerance in (LOOSE, TIGHT)
        ]  # fmt: skip

    def through(self, times: np.ndarray, tick: Tick = unheard) -> tuple[np.ndarray, np.ndarray]:
        """Density matrices (times, states, states) and the errors of populations (times, states).

        ``times`` rise from that at which the last call ended (or, in a period, began); ``tick``
        hears which share is done.
        """
        leaps = not self.moving and self.still.pays(times)
        paths = self._leaps(times, tick) if leaps else self._steps(times, tick)
        trusted = 1.0 if leaps else TRUSTED  # round-off of both is alike
        self.ends = [(psi[-1], y[-1]) for psi, y in paths]
        (psi, delta), (d_psi, d_delta) = self._read(paths[1]), self._apart(*paths)
        rho = psi[:, :, None] * psi.conj()[:, None] + self.part * delta
        size, off = abs(psi), trusted * d_psi
        change = 2 * size * off + off**2 + self.part * trusted * d_delta
        held = size**2 + self.part * abs(np.einsum("tii->ti", delta))
        outer = np.multiply.outer(self.shrink, self.shrink)
        rounding = ROUNDING_STILL if leaps else ROUNDING
        return rho * outer, (change + rounding * held) * self.shrink**2

    def _leaps(self, times: np.ndarray, tick: Tick) -> list[Pair]:
        """Both paths by exponentials: nothing moves."""
        psi, y = self.ends[1]
        _, delta = self._read((psi[None], y[None]))
        return [(psi, self._joined(psi, delta)) for psi, delta in
                self.still.through(psi, delta[0], times, tick)]  # fmt: skip

    def _steps(self, times: np.ndarray, tick: Tick) -> list[Pair]:
        """Both paths by integrators, one half of the work each."""

        def first(share: float) -> None:
            tick(share / 2)

        def second(share: float) -> None:
            tick((1 + share) / 2)

        every = zip(self.ends, self.integrators, (first, second), strict=True)
        return [self._follow(end, times, several, heard) for end, several, heard in every]

    def _joined(self, psi: np.ndarray, delta: np.ndarray) -> np.ndarray:
        """The numbers of the second equation, (times, numbers)."""
        flat = delta.reshape(len(delta), -1)
        if not self.pure:
            return flat
        both = psi[:, :, None] * psi.conj()[:, None]
        return np.hstack([both.reshape(len(psi), -1), flat])

    def _follow(self, end: Pair, times: np.ndarray, several: list[Integrator], tick: Tick) -> Pair:
        psi, y = end
        found = several[0](psi, times) if self.pure else np.tile(psi, (len(times), 1))
        return found, several[-1](y, times, tick)

    def _read(self, path: Pair) -> Pair:
        """psi and delta, (times, states) and (times, states, states)."""
        psi, y = path
        size = psi.shape[1]
        return psi, y[:, -(size**2) :].reshape(-1, size, size)

    def _apart(self, one: Pair, other: Pair) -> tuple[np.ndarray, np.ndarray]:
        """How far two paths are apart, in psi and in the populations of delta."""
        (psi, delta), (psi_2, delta_2) = self._read(one), self._read(other)
        return abs(psi - psi_2), abs(np.einsum("tii->ti", delta - delta_2))


Part = tuple[Any, sp.Expr, bool]  # a matrix, its coefficient, and whether that is conjugated


@dataclass(frozen=True)
class ScaledEquations:
    """The equations of one point in scaled variables: matrices with numbers or functions of time.

    ``values`` are the numbers of what does not move, ``s`` the amplitude of one grade, ``grades``
    those of the states, and ``unit`` a rate by which times are measured.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from numeric.time.course import read_course
    >>> from numeric.time.initial import read_start
    >>> from systems.library import kerr
    >>> course, times = read_course(kerr.MODEL, kerr.VALUES), np.array([0.0, 1.0])
    >>> span, start = Span.of(course, course.at(times), times), read_start(kerr.MODEL, None)
    >>> equations = ScaledEquations.of(course, span, 0, liouvillian(kerr.MODEL, 1), start)
    >>> [matrix.shape for matrix, _ in equations.whole()], equations.shrink
    ([(4, 4)], array([1. , 0.1]))
    """

    course: Course
    equation: Liouvillian
    values: dict[str, Any]
    s: float
    grades: np.ndarray
    unit: float

    @classmethod
    def of(
        cls, course: Course, span: Span, point: int, equation: Liouvillian, start: Start
    ) -> "ScaledEquations":
        """Those of one point of a batch."""
        along = {name: a[:, point] for name, a in span.grid.items()}
        s = _scale(course.model, along, span.places, start)
        grades = equation.space.occupations @ weights(course.model)
        values = {name: a[0] for name, a in along.items()}
        return cls(course, equation, values, s, grades, _unit(equation, along))

    @property
    def shrink(self) -> np.ndarray:
        """s^g of every state: rho_ij = shrink_i sigma_ij shrink_j."""
        return np.asarray(self.s**self.grades)

    def scaled_start(self, start: Start) -> np.ndarray:
        """The density matrix at the start, (states, states)."""
        outer = np.multiply.outer(self.shrink, self.shrink)
        return np.asarray(start.on(self.equation.space) / outer)

    def taken(self, losses: Iterable[int]) -> float:
        """How much smaller what a jump leaves is, in scaled variables: s to the grades it takes."""
        w, model = weights(self.course.model), self.course.model
        grades = [int(w @ q - w @ p) for i in losses for p, q in model.jumps[i]]
        return float(self.s ** (2 * max(min(grades, default=0), 0)))

    def still(self) -> tuple[np.ndarray, csc_array, csc_array]:
        """K, L and the part of L that the jumps make, where nothing moves."""
        c = self.equation.coefficients({n: np.array([x]) for n, x in self.values.items()})[0]
        pairs = np.add.outer(self.grades, self.grades).ravel()
        K, L, jump = self.equation.written(c)
        L, jump = (scaled(part, self.s, pairs) for part in (L, jump))
        return self._small(K).toarray(), L, jump

    def amplitudes(self) -> list[Term]:
        """-i K."""
        parts = map(self._small, self.equation.effective_parts)
        expressions = self.equation.expressions
        return self.together([(-1j * m, e, False) for m, e in zip(parts, expressions, strict=True)])

    def whole(self) -> list[Term]:
        """L, on matrices flattened row by row."""
        return self.together(self.parts(lambda left: left))

    def split(self, part: float) -> list[Term]:
        """On psi psi' and delta/part: K on both, and jumps from the first to the second."""
        both = identity(2)
        jumps = csc_array(np.array([[0, 0], [1 / part, 1]]))
        return self.together(self.parts(lambda m: kron(both, m), lambda m: kron(jumps, m)))

    def parts(
        self, lift: Callable[[Any], Any], lift_jump: Callable[[Any], Any] | None = None
    ) -> list[Part]:
        """L in parts, each lifted to a larger space: what stands beside rho, and the jumps."""
        pairs = np.add.outer(self.grades, self.grades).ravel()
        one, found = identity(self.equation.space.size), list[Part]()
        several = zip(
            self.equation.effective_parts,
            self.equation.jump_parts,
            self.equation.expressions,
            strict=True,
        )
        for effective, jump, expression in several:
            K = self._small(effective)
            found.append((lift(-1j * kron(K, one)), expression, False))
            found.append((lift(1j * kron(one, K.conj())), expression, True))
            if jump.nnz:
                lifted = (lift_jump or lift)(scaled(jump, self.s, pairs))
                found.append((lifted, expression, False))
        return found

    def jumps(self, loss: int, lift: Callable[[Any], Any]) -> list[Part]:
        """The jumps of one loss alone, lifted."""
        model, on = self.course.model, self.equation.space
        found = list[Part]()
        for left, x in model.jumps[loss].items():
            for right, y in model.jumps[loss].items():
                A, B = (self._small(on.word(word)) for word in (left, right))
                rate = model.losses[loss].rate * x * sp.conjugate(y)
                found.append((lift(kron(A, B.conj())), rate, False))
        return found

    def _small(self, part: Any) -> csc_array:
        return scaled(csc_array(part), self.s, self.grades)

    def together(self, parts: Iterable[Part]) -> list[Term]:
        """The sum of all parts, those with one function of time as one term."""
        arrays = {name: np.array([x]) for name, x in self.values.items()}
        still: Any = 0
        moving: dict[sp.Expr, Any] = {}
        for matrix, e, conjugated in parts:
            if self.course.moves(e):
                e = sp.conjugate(e) if conjugated else e
                moving[e] = moving.get(e, 0) + csc_array(matrix)
            else:
                c = complex(evaluate_sum(e, arrays)[0])
                still = still + (c.conjugate() if conjugated else c) * csc_array(matrix)
        found: list[Term] = [] if isinstance(still, int) else [(csc_array(still), 1.0)]
        moved = [(csc_array(m), self.course.coefficient(e, self.values)) for e, m in moving.items()]
        return [*found, *moved]


def gathered(on: Space, rows: list[tuple[np.ndarray, np.ndarray]]) -> Solution:
    """A solution of rows of time, then of the batch, from what `Motion.through` gave per point.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> vacuum = np.diag([1.0, 0.0])[None]
    >>> gathered(Space([BosonOp("a")], 1), [(vacuum, np.zeros((1, 2)))]).status
    array(['ok'], dtype=object)
    """
    rho, error = (np.stack(parts, axis=1) for parts in zip(*rows, strict=True))
    rho, error = rho.reshape(-1, on.size, on.size), error.reshape(-1, on.size)
    failed = ~np.isfinite(rho).all(axis=(1, 2))
    status, names = np.full((2, len(rho)), None)
    status[:], names[:] = Status.OK, "evolution"
    status[failed] = Status.NOT_CONVERGED
    trace = abs(np.einsum("pii->p", rho) - 1)
    populations = np.einsum("pii->pi", rho).real
    found = Solution(on, np.arange(len(rho)), populations, error, trace, status, names, rho)
    # an estimate from one difference may be too small by chance: what lies below zero shows it
    return judged(with_shell_errors(found))


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
