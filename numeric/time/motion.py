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

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from scipy.sparse import bmat, csc_array, identity, kron

from numeric.liouvillian import Liouvillian
from numeric.solvers.scaling import loss_scale, raising, scaled, weights
from numeric.solvers.solution import Solution, judged, with_shell_errors
from numeric.space import Space
from numeric.time.course import SAMPLES, Course
from numeric.time.initial import Start
from numeric.time.integration import Integrator, Term
from systems import Model
from systems.status import Status
from systems.values import Arrays, evaluate

SMALLEST = 1e-60  # scale of an amplitude: with ten quanta its powers stay in the range of floats
# Tolerances, relative to the norm, with which each equation is integrated twice: the difference
# tells the error.  That of the tighter one is a thousandth of it if errors follow the tolerance; a
# tenth is counted on.  Of linear light, which is known exactly, the true errors of P_0 to P_3
# stayed below this estimate at drives of 1e-6 to 0.3 of the loss, on resonance and off it.
LOOSE, TIGHT, TRUSTED = 1e-10, 1e-13, 0.1
ROUNDING = 5e-15  # of an element: what some thousand steps leave of it
WEAK = 0.3  # share of a jump up to which it pays to part off what jumps made: it doubles the work
Pair = tuple[np.ndarray, np.ndarray]  # psi and the matrices, or psi and delta


@dataclass(frozen=True)
class Span:
    """What moves between two times: found once for all points of a batch."""

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
    """

    def __init__(
        self, course: Course, span: Span, point: int, equation: Liouvillian, start: Start
    ) -> None:
        on, along = equation.space, {name: a[:, point] for name, a in span.grid.items()}
        self.span, self.unit = span, _unit(equation, along)
        s, grades = (
            _scale(course.model, along, span.places, start),
            on.occupations @ weights(course.model),
        )
        self.shrink = s**grades
        ket = start.ket_on(on)
        self.part = _part(course.model, s) if ket is not None else 1.0
        self.pure = ket is not None and self.part <= WEAK
        if not self.pure:
            self.part, ket = 1.0, None
        rho = start.on(on) / np.multiply.outer(self.shrink, self.shrink)
        psi = np.zeros(on.size, dtype=complex) if ket is None else ket / self.shrink
        both = np.concatenate([rho.ravel(), 0 * rho.ravel()]) if self.pure else rho.ravel()
        values = {name: a[0] for name, a in along.items()}
        terms = _Terms(course, equation, values, s, grades)
        kets = [terms.amplitudes()] if self.pure else []
        matrices = terms.split(self.part) if self.pure else terms.whole()
        self.integrators = [
            [Integrator(part, self.unit, tolerance, span.jumps, span.grain)
             for part in (*kets, matrices)]
            for tolerance in (LOOSE, TIGHT)
        ]  # fmt: skip
        self.ends: list[Pair] = [(psi, both), (psi, both)]

    def through(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Density matrices (times, states, states) and the errors of populations (times, states).

        ``times`` rise from that at which the last call ended (or, in a period, began).
        """
        paths = [
            self._follow(end, times, several)
            for end, several in zip(self.ends, self.integrators, strict=True)
        ]
        self.ends = [(psi[-1], y[-1]) for psi, y in paths]
        (psi, delta), (d_psi, d_delta) = self._read(paths[1]), self._apart(*paths)
        rho = psi[:, :, None] * psi.conj()[:, None] + self.part * delta
        size, off = abs(psi), TRUSTED * d_psi
        change = 2 * size * off + off**2 + self.part * TRUSTED * d_delta
        held = size**2 + self.part * abs(np.einsum("tii->ti", delta))
        outer = np.multiply.outer(self.shrink, self.shrink)
        return rho * outer, (change + ROUNDING * held) * self.shrink**2

    def _follow(self, end: Pair, times: np.ndarray, several: list[Integrator]) -> Pair:
        psi, y = end
        found = several[0](psi, times) if self.pure else np.tile(psi, (len(times), 1))
        return found, several[-1](y, times)

    def _read(self, path: Pair) -> Pair:
        """psi and delta, (times, states) and (times, states, states)."""
        psi, y = path
        size = psi.shape[1]
        return psi, y[:, -(size**2) :].reshape(-1, size, size)

    def _apart(self, one: Pair, other: Pair) -> tuple[np.ndarray, np.ndarray]:
        """How far two paths are apart, in psi and in the populations of delta."""
        (psi, delta), (psi_2, delta_2) = self._read(one), self._read(other)
        return abs(psi - psi_2), abs(np.einsum("tii->ti", delta - delta_2))


@dataclass(frozen=True)
class _Terms:
    """The parts of the equations in scaled variables, each with a number or a function of time."""

    course: Course
    equation: Liouvillian
    values: dict[str, Any]
    s: float
    grades: np.ndarray

    def amplitudes(self) -> list[Term]:
        """-i K."""
        parts = map(self._small, self.equation.effective_parts)
        return self._together([(-1j * part, k, False) for k, part in enumerate(parts)])

    def whole(self) -> list[Term]:
        """L, on matrices flattened row by row."""
        terms = list[tuple[Any, int, bool]]()
        for k, (left, right, jump) in enumerate(self._parts()):
            terms += [(left + jump, k, False), (right, k, True)]
        return self._together(terms)

    def split(self, part: float) -> list[Term]:
        """On psi psi' and delta/part: K on both, and jumps from the first to the second."""
        terms = list[tuple[Any, int, bool]]()
        for k, (left, right, jump) in enumerate(self._parts()):
            terms.append((bmat([[left, None], [jump / part, left + jump]]), k, False))
            terms.append((bmat([[right, None], [None, right]]), k, True))
        return self._together(terms)

    def _parts(self) -> list[tuple[csc_array, csc_array, csc_array]]:
        """What stands before rho, behind it, and around it, for each coefficient."""
        pairs = np.add.outer(self.grades, self.grades).ravel()
        one = identity(self.equation.space.size)
        small = list(map(self._small, self.equation.effective_parts))
        jumps = [scaled(part, self.s, pairs) for part in self.equation.jump_parts]
        return [
            (csc_array(-1j * kron(K, one)), csc_array(1j * kron(one, K.conj())), jump)
            for K, jump in zip(small, jumps, strict=True)
        ]

    def _small(self, part: np.ndarray) -> csc_array:
        return scaled(csc_array(part), self.s, self.grades)

    def _together(self, parts: list[tuple[Any, int, bool]]) -> list[Term]:
        """The sum of matrices with coefficients, those of one function of time as one term.

        Each part is a matrix, the number of its coefficient and whether that is conjugated.
        """
        arrays = {name: np.array([x]) for name, x in self.values.items()}
        numbers = self.equation.coefficients(arrays)[0]
        still: Any = 0
        moving: dict[sp.Expr, Any] = {}
        for matrix, k, conjugated in parts:
            e, c = self.equation.expressions[k], complex(numbers[k])
            if self.course.moves(e):
                e = sp.conjugate(e) if conjugated else e
                moving[e] = moving.get(e, 0) + matrix
            else:
                still = still + (c.conjugate() if conjugated else c) * matrix
        found: list[Term] = [] if isinstance(still, int) else [(csc_array(still), 1.0)]
        moved = [(csc_array(m), self.course.coefficient(e, self.values)) for e, m in moving.items()]
        return [*found, *moved]


def gathered(on: Space, rows: list[tuple[np.ndarray, np.ndarray]]) -> Solution:
    """A solution of rows of time, then of the batch, from what `Motion.through` gave per point."""
    rho, error = (np.stack(parts, axis=1) for parts in zip(*rows, strict=True))
    rho, error = rho.reshape(-1, on.size, on.size), error.reshape(-1, on.size)
    failed = ~np.isfinite(rho).all(axis=(1, 2))
    status, names = np.full((2, len(rho)), None)
    status[:], names[:] = Status.OK, "evolution"
    status[failed] = Status.NOT_CONVERGED
    trace = abs(np.einsum("pii->p", rho) - 1)
    populations = np.einsum("pii->pi", rho).real
    found = Solution(on, np.arange(len(rho)), populations, error, trace, status, names, rho)
    return with_shell_errors(judged(found))


def _part(model: Model, s: float) -> float:
    """How much smaller what a jump leaves is, in scaled variables: s to the grades it takes."""
    w = weights(model)
    taken = [int(w @ q - w @ p) for jump in model.jumps for p, q in jump]
    return float(s ** (2 * max(min(taken, default=0), 0)))


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
