"""How a steady state answers a small disturbance: (z - L)^-1 applied to what is put on it.

    x = (z - L)^-1 source,      Re z >= 0

in the scaled variables of `numeric.lindblad.scaling`.  A source without a trace, as that of every
spectrum, leaves one as well, also at z = 0 where L is singular: the row of the vacuum, which
follows from the others, is replaced by Tr x = 0.

Every number is computed with two truncations, which tell what the cut costs, and what rounding
does is solved for with the same factors (`numeric.solvers.refinement.solve_refined` does so for
steady states).  `respond` does this for all points of a batch; of bright light in the frame of its
amplitude, or in closed form.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array, identity

from numeric.arguments import check_factorable
from numeric.frames.displaced import DisplacedState
from numeric.frames.gaussian import GaussianState
from numeric.frames.means import check_followed
from numeric.frames.shift import Shift
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.scaling import EPSILON
from numeric.reading.twofold import Twofold
from numeric.solvers.choice import matrices
from numeric.solvers.direct import FACTORABLE
from numeric.solvers.refinement import generic, with_first_row
from numeric.solvers.solution import Solution
from numeric.solvers.threads import one_thread
from numeric.time.exponential import Tick, unheard
from numeric.time.shifted import ITERABLE, Factors, Iterated, Shifts, solvable
from numeric.trust.excitations import MARGIN, check_jumps, is_whole
from numeric.trust.expectation import element_errors, operator_matrices
from numeric.trust.worth import MOVED, RESOLVED, Known, Measured
from systems.ladder import Ladder
from systems.progress import Report, silent
from systems.status import Estimate
from systems.values import select

# Inverses that are kept: of all sensor states of one pair of filters.  And bytes that they may take
HELD, MEMORY = 12, 2 * 2**30
WHAT = "a spectrum (also with two more quanta)"  # what needs so many states
# Values and round-off, (count,) each; of linear light (points, count)
Read: TypeAlias = Callable[["Response"], Known]
ReadLinear: TypeAlias = Callable[[GaussianState], Known]


class Response:
    """One steady state in scaled variables: ``rho`` (states, states), with its ``error``.

    ``shrink`` (states) is s^g: elements of a density matrix are shrink_i x_ij shrink_j, those of an
    operator A are A_ij shrink_j/shrink_i.  Rates are divided by ``unit``.  ``frame`` is that of a
    state around an amplitude: fields are given as those of the model without it.  ``tick`` hears
    which share of what is read off is done.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> response = Response(state, state.blocks[0], 0)
    >>> response.rho.shape, bool(abs(response.trace(response.rho) - 1) < 1e-12)
    ((4, 4), True)
    """

    def __init__(
        self,
        state: Twofold,
        block: Solution,
        row: int,
        frame: Shift | None = None,
        tick: Tick = unheard,
    ) -> None:
        self.space, self.frame, self.tick = block.space, frame, tick
        self.arrays = select(state.arrays, block.points[[row]])
        equation = liouvillian(state.model, block.space.cut)
        c, s = equation.rows(self.arrays)
        point = equation.rescaled(c[0], s[0])
        self.unit, self.shrink, self.L = float(np.max(abs(c[0]))) or 1.0, point.shrink, point.L
        self.size = np.multiply.outer(self.shrink, self.shrink)
        rows = np.array([row])
        errors = element_errors(block.populations[rows], block.error[rows])
        self.rho = matrices(state.model, state.arrays, block, rows)[0] / self.size
        self.error = errors[0] / self.size
        self._shifts = Shifts(block.space, point.K)
        self._solvers: dict[tuple[complex, bool], Solve] = {}

    def field(self, words: Ladder) -> np.ndarray:
        """A field at this point, scaled; as words (`numeric.trust.expectation.field_words`)."""
        words = self.frame.field(words) if self.frame else words
        b = operator_matrices(words, self.arrays, self.space)[0]
        return np.asarray(b * self.shrink / self.shrink[:, None])

    def adjoint(self, scaled: np.ndarray) -> np.ndarray:
        """The adjoint of a scaled operator, scaled."""
        squared = self.shrink**2
        return np.asarray(scaled.conj().T * squared / squared[:, None])

    def trace(self, x: np.ndarray) -> complex:
        """Tr of a scaled density matrix."""
        return complex(np.sum(np.diagonal(x) * self.shrink**2))

    def solver(self, z: complex, traceless: bool = False) -> "Solve":
        """(z - L)^-1 as a function of scaled matrices, ``z`` in the unit of the rates.

        ``traceless`` is for sources without a trace, and then also right for z = 0.  Those of the
        last shifts are kept: the same are asked for at other filters, and for what an error of the
        state makes, which is solved for ``roughly``.
        """
        if (z, traceless) not in self._solvers:
            found = self._solver(z, traceless)
            most = min(HELD, max(1, MEMORY // found.inverse.bytes))
            while len(self._solvers) >= most:
                del self._solvers[next(iter(self._solvers))]
            self._solvers[z, traceless] = found
        return self._solvers[z, traceless]

    def _solver(self, z: complex, traceless: bool) -> "Solve":
        count = self.L.shape[0]
        system = csc_array(z / self.unit * identity(count, format="csc") - self.L)
        if traceless:
            system = with_first_row(system, np.diag(self.shrink**2).ravel().astype(complex))
        return Solve(self._shifts.inverse(system, z / self.unit), self.unit, traceless)

    def shake(self) -> np.ndarray:
        """By what its error may move the steady state, in phases without a pattern."""
        shift = self.error * generic(self.rho.size).reshape(self.rho.shape)
        return np.asarray((shift + shift.conj().T) / 2)


@dataclass(frozen=True)
class Solve:
    """(z - L)^-1 applied to scaled matrices; without a trace where the source has none.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> response = Response(state, state.blocks[0], 0)
    >>> found = response.solver(0.5)(response.rho)  # what is stationary is divided by z
    >>> bool(np.allclose(found, response.rho / 0.5))
    True
    """

    inverse: Factors | Iterated
    unit: float
    traceless: bool

    def __call__(self, source: np.ndarray, roughly: bool = False) -> np.ndarray:
        right = source.ravel().astype(complex) / self.unit
        if self.traceless:
            right[0] = 0
        solve = self.inverse.roughly if roughly else self.inverse.solve
        return solve(right).reshape(source.shape)


@one_thread
def respond(
    state: Twofold,
    read: Read,
    count: int,
    report: Report = silent,
    read_linear: ReadLinear | None = None,
    frame: Shift | None = None,
) -> Estimate:
    """``count`` numbers for each point of a batch, from two truncations; shape (points, count).

    ``read`` takes a `Response` and returns the numbers and their round-off, each (count,), and
    ``read_linear`` the same of linear light that is known without a cut, (points, count).  The
    value is that of the finer truncation.  Raises `ValueError` for too many unknowns.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES)
    >>> def read(response):
    ...     return np.array([response.trace(response.rho).real]), np.zeros(1)
    >>> respond(state, read, 1).value.round(12)
    array([[1.]])
    """
    check_followed(state.bright, WHAT, isqrt(ITERABLE), more=2)
    parts = [(np.arange(int(np.prod(state.shape))), _of_cut(state, read, count, report, frame))]
    for light in state.bright:
        if isinstance(light, GaussianState):
            assert read_linear is not None
            value, roundoff = read_linear(light)
            found = Measured(value.ravel(), roundoff.ravel())
            words = found.status(np.repeat(light.status, count))
            known = Estimate(found.value, found.error, words)
        elif isinstance(light, DisplacedState):
            known = respond(state.around(light), read, count, report, frame=light.frame)
        parts.append((light.points, known))
    return _together(parts, count)


def _together(parts: list[tuple[np.ndarray, Estimate]], count: int) -> Estimate:
    """The numbers of all points, those of later parts instead of those before."""
    shape = (len(parts[0][0]), count)
    value, error = np.full(shape, np.nan, dtype=complex), np.full(shape, np.nan)
    words = np.full(shape, None)
    for points, found in parts:
        for whole, part in ((value, found.value), (error, found.error), (words, found.status)):
            whole[points] = np.reshape(part, (-1, count))
    return Estimate(value if np.any(np.iscomplex(value)) else value.real, error, words)


def _of_cut(
    state: Twofold, read: Read, count: int, report: Report, frame: Shift | None
) -> Estimate:
    """The numbers of the points that are known by their cut; of others NaN."""
    points = int(np.prod(state.shape))
    value, roundoff, cut = np.full((3, points, count), np.nan, dtype=complex)
    held = np.ones(points, dtype=bool)
    for light in state.bright:
        held[light.points] = False
    done = 0
    check_jumps(state.model, "a response in time")

    def tick(share: float) -> None:
        report("response", int((done + share) * count), points * count)

    def at(of: Twofold, block: Solution, row: int, begun: float) -> Response:
        return Response(of, block, row, frame, lambda share: tick(begun + share / 2))

    tick(0)
    finer = state.finer.blocks if held.any() else ()
    for i, (coarse, fine) in enumerate(zip(state.blocks, finer, strict=False)):
        unknowns = solvable(fine.space, FACTORABLE)
        for one in (coarse, fine):
            how = unknowns, WHAT, state.order, frame is not None
            check_factorable(state.model, one.space.cut, *how)
        known = coarse.found & fine.found & held[coarse.points]
        for row in map(int, np.flatnonzero(known)):
            point = coarse.points[row]
            before, _ = read(at(state, coarse, row, 0))
            value[point], roundoff[point] = read(at(state, fine, row, 0.5))
            cut[point] = abs(value[point] - before)
            if not is_whole(state.model):
                without, _ = read(at(state.narrower, state.narrower.blocks[i], row, 0.5))
                cut[point] += MARGIN * abs(value[point] - without)
            done += 1
            tick(0)
    real = value.real if not np.any(np.iscomplex(value)) else value
    measured = Measured(
        real.ravel(),
        roundoff.real.ravel(),
        cut=np.nan_to_num(cut.real.ravel(), nan=np.inf),
        moved=MOVED if state.order is None else RESOLVED,
    )
    words = measured.status(np.repeat(np.ravel(state._words), count))
    return Estimate(measured.value, measured.error, words)


def rounding(response: Response, operator: np.ndarray) -> np.ndarray:
    """What rounding and the error of the state may change in ``operator rho``, with phases.

    >>> from numeric import steady_state
    >>> from systems.library import kerr
    >>> state = steady_state(kerr.MODEL, kerr.VALUES, quanta=3)
    >>> response = Response(state, state.blocks[0], 0)
    >>> import sympy as sp
    >>> bool(abs(rounding(response, response.field({((0,), (1,)): sp.S.One}))).max() < 1e-13)
    True
    """
    size = abs(operator) @ (response.error + EPSILON * abs(response.rho))
    return np.asarray(size * generic(size.size).reshape(size.shape))


def read_frequencies(omegas: Any, name: str = "omegas") -> np.ndarray:
    """Frequencies as an array of floats of the same shape, checked; ``name`` is their argument's.

    >>> read_frequencies([0, 1])
    array([0., 1.])
    """
    found = np.asarray(omegas)
    if found.dtype.kind not in "iuf" or not found.size:
        raise TypeError(f"Argument `{name}` must be a number or an array, but is {omegas!r}.")
    if not np.isfinite(found).all():
        raise ValueError(f"Argument `{name}` must be finite, but holds NaN or infinity.")
    return found.astype(float)
