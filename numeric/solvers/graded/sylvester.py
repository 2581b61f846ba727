"""The sweeps where a grade holds many states, as those of three modes and more do.

They need no compiled code (large batches have it, `numeric.solvers.graded.pointwise`), and serve
small batches of two modes as well.

The idea and its derivation stand in `numeric.solvers.graded.sweeps`.  There the matrix of a block
of the density matrix is eliminated, which fills in: 441 unknowns between the states of five quanta
of three modes.  But it is a Sylvester equation,

    G_m X + X G_n' = R,    G_m = i K_mm,

and takes the eigenvectors of matrices of 21 rows only, V_m^-1 G_m V_m = diag(l_m):

    X = V_m Y V_n',    Y_ij = (V_m^-1 R V_n'^-1)_ij / (l_m,i + conj(l_n,j)).

(R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972), with eigenvectors in place of Schur
vectors: a batch of matrices has them at once, and equal losses make them orthogonal.)  Near an
exceptional point, and behind a cascade, they are nearly parallel: there each point is solved with
those of matrices next to G (`numeric.solvers.graded.forms.moved`), to which GMRES adds the rest.

That error is measured at the end: the residual of the whole equation, and the rounding of each of
its terms, go through one more sweep.  The arithmetic stands in `numeric.solvers.graded.strips`.
"""

from contextlib import suppress
from dataclasses import dataclass, fields
from functools import partial
from typing import Any, cast

import numpy as np

from numeric.lindblad.space import Cut, space
from numeric.solvers.graded.resummation import Resummation
from numeric.solvers.graded.strips import Strips
from numeric.solvers.graded.swept import GradedSolution, doubtful
from numeric.solvers.threads import PACKED, loaded, spread
from systems import Model
from systems.values import EPSILON, Arrays

# Points that travel together: enough to pay for the calls, few enough for their numbers to stay in
# the cache, which asks for so many elements of their matrices.  Points of the ring took, in us of
# processor time for 32, 48 and 64 of them, 306, 186, 169 with 20 states and 511, 503, 547 with 35;
# for 12, 18, 24 and 36 of them 1113, 1077, 1081, 1186 with 56 and, at random values, 1393, 1298,
# 1260, 1358; for 8, 12, 16 and 24 of them 2750, 2683, 2786, 3023 with 84
LANES, CACHED = 64, 72_000
# At 220 states 8 points take less than 4 and 16; of more states memory counts
FEWEST, ELEMENTS = 8, 400_000
# Points of a small batch that travel together, and elements of their matrices up to which calls
# take longer than products: 30 points took, in packs of 8, 16 and 32, 31, 22 and 19 ms of processor
# time with 36 states of two modes, 14, 9 and 6 ms with 20 states of three
COMPANY, SHORT = 32, 50_000
# Points times the cube of states from which on compiled sweeps are used: they save a third of the
# time, half a second in all, which is what Numba takes to load
WORTH = 2e8
# Sweeps from which on a point is given up that will not be done within the limit, found for
# `numeric.solvers.graded.kernel`
TRIAL = 12
# The same of a point by itself with many states, and how many more may be needed: their sum takes
# some twenty sweeps at half the price, for any drive
SOON, FEW = 2, 16
# What round-off leaves of a population against the largest one of its grade: smaller changes do not
# delay convergence
FLOOR = 64 * EPSILON
# Condition of an eigenvalue from which on a point is solved with vectors that are moved apart:
# sweeps lose as many digits
SKEW = 1e3
# Relative residual of a sum by GMRES, of its refinement, and of what is only to be estimated
ACCURACY, CORRECTION, ROUGH = 1e-11, 1e-6, 1e-2
FAINTEST = 1e-12  # amplitude below which elements are no longer made larger there
TINY = 1e-300  # keeps a quotient of two zeros from being NaN; far below all that counts


@dataclass(frozen=True)
class Swept:
    """Populations (point, state) that add up to one, in the order of the space.

    >>> Swept(np.ones((1, 1)), np.zeros((1, 1)), np.zeros(1), np.array([3])).sweeps.tolist()
    [3]
    """

    populations: np.ndarray
    error: np.ndarray  # of the populations (point, state), absolute
    remainder: np.ndarray  # largest relative change of a population by further sweeps, (point,)
    sweeps: np.ndarray  # made, (point,)
    rho: np.ndarray | None = None  # density matrices (point, state, state), if asked for


def solve(
    model: Model,
    arrays: Arrays,
    quanta: Cut,
    tolerance: float,
    limit: int,
    density: bool = False,
    sweeps: type[Strips] = Strips,
) -> Swept:
    """Sweep until no population changes by more than ``tolerance``; at most ``limit`` times.

    Where the sweeps diverge, their sum is found by `numeric.solvers.graded.resummation`.
    ``arrays`` have one dimension.  A point that is done gets no further terms, so its result
    does not depend on its neighbours.  With ``density`` the density matrices are kept.  ``sweeps``
    may be those of `numeric.solvers.graded.pointwise`.  Where a grade does not decay nothing is
    found: all numbers are NaN.  Raises `NoGrading` where a jump does not lower the grade.

    >>> from systems.library import kerr_ring
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr_ring.MODEL, {**kerr_ring.VALUES, "Delta": [0.0, 1.0]})
    >>> flat = {name: np.broadcast_to(array, (2,)) for name, array in arrays.items()}
    >>> found = solve(kerr_ring.MODEL, flat, quanta=3, tolerance=1e-11, limit=60, density=True)
    >>> found.rho.shape, bool(np.allclose(np.trace(found.rho, axis1=1, axis2=2), 1))
    ((2, 20, 20), True)
    """
    with np.errstate(all="ignore"):  # of points that diverge: their remainder tells
        count, equation = len(next(iter(arrays.values()))), None
        found, skew = _none(model, arrays, quanta, density), np.full(count, np.inf)
        with suppress(np.linalg.LinAlgError):
            equation = sweeps(model, arrays, quanta)
            found = _sweep(equation, equation.leading(), tolerance, limit, density)
            skew = equation.skew
        for point in np.flatnonzero(~((found.remainder <= tolerance) & (skew <= SKEW))).tolist():
            one, apart = {name: x[[point]] for name, x in arrays.items()}, not skew[point] <= SKEW
            with suppress(np.linalg.LinAlgError):
                if equation is None or count > 1 or apart or sweeps is not Strips:
                    equation = Strips(model, one, quanta, apart)
                _replace(found, point, _sum(equation, density))
    return found


def _none(model: Model, arrays: Arrays, quanta: Cut, density: bool) -> Swept:
    """Points of which nothing is found."""
    count, size = len(next(iter(arrays.values()))), space(model.modes, quanta).size
    rho = np.full((count, size, size), np.nan, dtype=complex) if density else None
    none, left = np.full((count, size), np.nan), np.full(count, np.inf)
    return Swept(none, np.ones((count, size)), left, np.zeros(count, dtype=int), rho)


def solve_packs(
    model: Model,
    arrays: Arrays,
    quanta: Cut,
    tolerance: float = 1e-11,
    limit: int = 60,
    density: bool = False,
    compiled: bool | None = None,
) -> GradedSolution:
    """The points in packs, on all cores, as `numeric.solvers.graded.solve` returns them.

    By compiled sweeps if ``compiled``, and where None if there is enough to do.

    >>> from systems.library import kerr_ring
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr_ring.MODEL, {**kerr_ring.VALUES, "Delta": [0.0, 1.0]})
    >>> flat = {name: np.broadcast_to(array, (2,)) for name, array in arrays.items()}
    >>> solve_packs(kerr_ring.MODEL, flat, quanta=3).populations.shape
    (2, 20)
    """
    count, on = len(next(iter(arrays.values()))), space(model.modes, quanta)
    lanes, sweeps = _lanes(on.size, count), _sweeps(on.size, count, compiled)

    def work(start: int) -> dict[str, Any]:
        pack = {name: array[start : start + lanes] for name, array in arrays.items()}
        found = solve(model, pack, quanta, tolerance, limit, density, sweeps)
        populations = found.populations
        converged = np.isfinite(populations).all(axis=1) & (found.remainder <= tolerance)
        return {
            "populations": populations,
            "error": found.error,
            "remainder": found.remainder,
            "sweeps": found.sweeps,
            "converged": converged,
            "doubtful": doubtful(on, populations, found.error),
            **({"density": found.rho} if density else {}),
        }

    parts = spread(work, [(start,) for start in range(0, count, lanes)])
    return GradedSolution(on, **{n: np.concatenate([p[n] for p in parts]) for n in parts[0]})


def _sweeps(states: int, points: int, compiled: bool | None) -> type[Strips]:
    if compiled is None:  # no bit depends on what happens to be loaded
        compiled = points * states**3 >= WORTH
    if compiled:
        return cast(type[Strips], loaded("numeric.solvers.graded.pointwise").Pointwise)
    return Strips


def _lanes(states: int, points: int) -> int:
    """How many of the points travel together, with work for each of `PACKED` cores if it is worth.

    It depends on nothing else, so that no bit depends on the machine.
    """
    fitting = min(LANES, CACHED // states**2, -(-points // PACKED))
    short = min(COMPANY, SHORT // states**2)
    return max(1, fitting, short, min(FEWEST, ELEMENTS // states**2))


def _sweep(equation: Strips, x: np.ndarray, tolerance: float, limit: int, density: bool) -> Swept:
    """The sum of all sweeps from a first one, x, and what is left of it per point.

    Changes fall by a ratio r a sweep, at least from some sweep on: the remaining sum is at most
    change r/(1 - r), with r the worse of the last two ratios.  Where r is 1 or more nothing is
    known of it.
    """
    diagonal, total, ratio = equation.layout.diagonal, x.copy(), np.full(len(x), 0.5)
    before, remainder = np.ones(len(x)), np.full(len(x), np.inf)
    p = np.take(x, diagonal, axis=1)  # the populations, here and in each change
    sweeps, last = np.zeros(len(x), dtype=int), abs(p)
    hopeless = np.zeros(len(x), dtype=bool)
    trial, most = (SOON, SOON + FEW) if equation.many and len(x) == 1 else (TRIAL, limit)
    # a point that is done or given up stays as it is, however long its neighbours take
    while np.any(open_ := (remainder > tolerance) & ~hopeless) and (made := sweeps.max()) < limit:
        x = equation.sweep(equation.fed(x))
        if not open_.all():  # asked for point by point it takes three times as long
            x[~open_] = 0
        total += x
        new = np.take(x, diagonal, axis=1)
        p += new
        last = np.where(open_[:, None], abs(new), last)
        change = _change(last, abs(p), equation.blocks)
        now = np.where(open_, change / (before + TINY), ratio)
        decay, least = np.maximum(now, ratio), np.minimum(now, ratio)
        left = np.where(decay < 1, change * decay / (1 - decay), np.inf)
        remainder, sweeps = np.where(open_, left, remainder), sweeps + open_
        if made >= trial:
            hopeless |= ~(change * least ** (max(most - made, 0)) <= tolerance)
        before, ratio = np.where(open_, change, before), now
    if hopeless.all():  # nobody asks for the error of what is not found
        return _read(equation, total, abs(total[:, diagonal]), remainder, sweeps, density)
    # what further sweeps would add, to the solution and to its error
    further = (np.minimum(ratio, 0.9) / (1 - np.minimum(ratio, 0.9)))[:, None]
    error = equation.error(total) * (1 + further) + last * further
    return _read(equation, total, error, remainder, sweeps, density)


def _sum(equation: Strips, density: bool) -> Swept:
    """The same at a point where the sweeps diverge, or are many: refined once.

    Elements are measured by the amplitudes that the drive makes without jumps, grade by grade.
    """
    first, layout = equation.leading(), equation.layout
    psi = np.sqrt(abs(first[0, layout.diagonal]))
    largest = [np.full(b.stop - b.start, np.max(psi[b])) for b in equation.blocks]
    unit = np.clip(np.concatenate(largest), FAINTEST, 1.0)
    twice = np.where(layout.row == layout.column, 1.0, np.sqrt(0.5))  # beside the diagonal

    step, rough = (partial(_step, one) for one in (equation, equation.rounded()))
    series = Resummation(step, rough, unit[layout.row] * unit[layout.column] * twice)
    fed = equation.sweep(equation.fed(first))[0]
    found = series(fed, ACCURACY)
    total = first + found + series(fed + step(found) - found, CORRECTION)
    error = series(equation.rest(total)[0], ROUGH)[layout.diagonal]
    # what GMRES leaves is part of that error
    left, none = np.array([ACCURACY * CORRECTION]), np.zeros(1, dtype=int)
    return _read(equation, total, abs(error)[None], left, none, density)


def _step(equation: Strips, x: np.ndarray) -> np.ndarray:
    return equation.step(x[None])[0]


def _replace(found: Swept, point: int, better: Swept) -> None:
    for one in (field.name for field in fields(Swept)):
        if getattr(found, one) is not None:
            getattr(found, one)[point] = getattr(better, one)[0]


def _read(
    equation: Strips,
    total: np.ndarray,
    error: np.ndarray,
    remainder: np.ndarray,
    sweeps: np.ndarray,
    density: bool,
) -> Swept:
    """What is kept of the sums of all points, with trace one and in the order of the space."""
    diagonal, back = equation.layout.diagonal, np.argsort(equation.layout.order)
    p = total[:, diagonal].real
    # what need not converge may come out negative: no digit of it is known
    unknown = (p < 0) & (p >= -_floors(p, equation.blocks))
    error = np.where(unknown, np.maximum(error, -p), error)
    trace = p.sum(axis=1, keepdims=True)
    populations, error = (p / trace)[:, back], (error / trace)[:, back]
    # dividing by the trace spreads its error
    error = error + abs(populations) * error.sum(axis=1, keepdims=True)
    rho = equation.matrix(total / trace)[:, back[:, None], back] if density else None
    return Swept(populations, error, remainder, sweeps, rho)


def _change(new: np.ndarray, p: np.ndarray, blocks: tuple[slice, ...]) -> np.ndarray:
    """The largest relative change of a population, beyond what round-off does, per point."""
    floors = _floors(p, blocks)
    return np.asarray(np.max(np.maximum(new - floors, 0) / (p + floors + TINY), axis=1))


def _floors(p: np.ndarray, blocks: tuple[slice, ...]) -> np.ndarray:
    """What of each population does not delay convergence, (points, states)."""
    largest = np.maximum.reduceat(p, [block.start for block in blocks], axis=1)
    return np.repeat(FLOOR * largest, [block.stop - block.start for block in blocks], axis=1)
