"""Steady states at weak drive by sweeps over the grades, many parameter points at a time.

Between two jumps the system evolves with ``K = H - (i/2) sum_k rate_k L_k' L_k``.  Let a state
with n quanta have the grade n (`systems.grading`).  The undriven part of K conserves the grade
and is block diagonal, the drive raises it (U) or lowers it (D), jumps lower it.  With
``G_m = i K_mm`` the block ``rho_mn`` of the steady state obeys

    G_m rho_mn + rho_mn G_n' = -i (U + D) rho + i rho (U + D)' + sum_k rate_k L_k rho L_k'.

Weak drive, of order eps: rho_mn = eps^(m+n) sigma_mn.  U connects sigma with lower grades and
costs nothing; D and the jumps connect it with higher grades and cost eps^2 each.  Solve the
blocks upward in m + n, in place: a sweep is exact in U, and sweep after sweep adds one order
in eps^2.  The scale eps itself appears nowhere in this arithmetic: it acts element by element.

The sweeps compute corrections, not rho itself:

1. Leading order.  Without jumps and D, ``rho = psi psi'`` with G_m psi_m = -i (U psi)_m and
   psi_0 = 1.  Where psi vanishes by interference, so does |psi|^2, with no round-off in between.
2. Each sweep turns one correction into the next, beginning with psi psi'.  All of them obey
   the same linear recursion, delta_(s+1) = (upward part)^-1 (D and jumps) delta_s, so that one
   array holds delta_s above the block being solved and delta_(s+1) below it.
3. rho = psi psi' + delta_1 + delta_2 + ..., which is the Taylor series in eps^2.  It stops when
   no population changes any more; where it diverges the point is reported, not returned.

Jumps that conserve the grade (dephasing) belong to the matrix of a block.  The leading order is
mixed then; it is the first sweep that starts from the vacuum.

Where a grade holds many states, `numeric.solvers.graded.sylvester` solves the blocks.  Elsewhere
the matrix of a block is factorised once per point, as a sparse LU without pivoting: losses give
it a positive real part, which bounds the growth, and exceptional points are nothing special to
it.  In a basis where K is diagonal (`numeric.solvers.graded.basis`) a block solve is one division.
There a small population can be the difference of larger ones; such points are solved again in
the Fock basis, where small elements keep their relative accuracy.

How much accuracy is left is measured: the leading order and the first correction are computed
again with every operation wrong by up to 1e-7 on purpose (`kernel.probe`): the
terms that add up to a pivot, of which large couplings leave little, the factors, and with them
what grows in an elimination without pivoting, the right-hand sides and the solutions.
What this changes, scaled down to double precision, estimates the round-off of each population.
Points where it may exceed 1e-8 in a mean number or a pair correlation are left to other solvers.
Small populations of several quanta often remain uncertain: the amplitudes that feed them
interfere, which no solver in double precision follows much better.  Their error says so, and
whoever asks for them (`numeric.reading.twofold`) has those points solved one by one.
"""

from dataclasses import fields, replace
from typing import Any

import numpy as np

from numeric.lindblad.space import Cut, Space, count_states
from numeric.solvers.compiled import compile_once
from numeric.solvers.graded import kernel, sylvester
from numeric.solvers.graded.company import foretold, sorted_by_need
from numeric.solvers.graded.kernel import TINY
from numeric.solvers.graded.kinds import Kind, needed_kind
from numeric.solvers.graded.problem import Problem, pose
from numeric.solvers.graded.program import Program, Result
from numeric.solvers.graded.scan import Scan, find_scan, sum_series
from numeric.solvers.graded.swept import RELATIVE, GradedSolution, doubtful
from numeric.solvers.graded.vectors import WIDTH
from numeric.solvers.threads import cores, spread
from systems import Model
from systems.values import Arrays

# Points that a thread takes at a time, which bounds the memory, and bytes of their numbers: a tenth
# of a second, as a thread goes on until its slab is done when the rest has been interrupted
SLAB, BRIEF = 4096, 64_000_000
# Populations of more than so many quanta count above FLOOR only: amplitudes that interfere to such
# a small rest leave no digits to a factorisation either
QUANTA, FLOOR = 4, 1e-20
ROUNDINGS = 16  # EPSILON that errors in a probe stand for: against 60 digits up to 12 were needed
EPSILON = float(np.finfo(float).eps)
# Quanta of the cut on which it is foretold how many sweeps a point needs, and sweeps made there.  A
# pack makes so many on average as points come, sorted by what 1, 2 and 3 quanta foretell, and by
# what is needed: the map at random drives 18, 16, 13, 12, 10, two general modes 15, 11, 9, 9, 7, a
# dimer 31, 18, 15, 14, 12
SMALL, FIRST = 2, 2
# States from which on a sweep takes longer than to foretell their number
STATES = 12
SERIES = 1024  # series that are kept at a time: 60 corrections of 28 states are 14 MB


def _uncertain(on: Space, populations: np.ndarray, error: np.ndarray) -> np.ndarray:
    """Whether round-off may exceed `RELATIVE` in a population that `FLOOR` says counts."""
    floor = np.where(on.occupations.sum(axis=1) <= QUANTA, -1.0, FLOOR)
    uncertain = ~(error <= RELATIVE * populations) & (error + abs(populations) > floor)
    return np.asarray(uncertain.any(axis=1))


def solve(
    model: Model,
    arrays: Arrays,
    quanta: Cut,
    tolerance: float = 1e-11,
    limit: int = 60,
    density: bool = False,
) -> GradedSolution:
    """Steady states at all points of ``arrays`` (as `systems.values.read_values` returns them).

    At most ``limit`` sweeps are made; a point is converged when the estimated relative change
    of every population is below ``tolerance``.  With ``density`` the density matrices are kept, of
    shape (..., states, states).  Raises `NoGrading` where no kind of sweep serves the model and the
    cut, and `TooLarge` if the steps of an elimination would not fit into memory.

    >>> from systems import kerr
    >>> from systems.values import read_values
    >>> values = {"Delta": 0.0, "chi": 5.0, "gamma": 1.0, "xi": np.array([1e-3, 1e-2])}
    >>> found = solve(kerr.MODEL, read_values(kerr.MODEL, values), quanta=4)
    >>> found.populations.shape
    (2, 5)
    >>> found.moment(0).round(8)  # (2 xi/gamma)^2 of a mode at weak drive
    array([4.0000e-06, 3.9968e-04])
    """
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    flat = {name: np.broadcast_to(array, shape).ravel() for name, array in arrays.items()}
    wide = needed_kind(model, quanta) == Kind.SYLVESTER
    scan = None if density or wide else find_scan(model, flat)
    if wide:
        solution = sylvester.solve_packs(model, flat, quanta, tolerance, limit, density, True)
    elif scan:
        solution = _solve_scan(model, flat, scan, quanta, tolerance, limit)
    else:
        solution = _solve_sorted(model, flat, quanta, tolerance, limit, density)
    shaped = {n: a.reshape(shape + a.shape[1:]) for n, a in _arrays(solution).items()}
    return replace(solution, **shaped)


def _solve_sorted(
    model: Model, arrays: Arrays, quanta: Cut, tolerance: float, limit: int, density: bool
) -> GradedSolution:
    """All points, beside others that need as many sweeps."""

    def needs(points: np.ndarray) -> np.ndarray:
        small = pose(model, _select(arrays, points), SMALL, diagonal=False)
        first = _solve(small, 0.0, FIRST, depth=FIRST + 1)
        with np.errstate(invalid="ignore", over="ignore"):  # of points that diverge
            change = abs(first.series[:, FIRST]) / (abs(first.populations) + TINY)
        return foretold(change.max(axis=1), FIRST, tolerance, limit)

    points, few = len(next(iter(arrays.values()))), count_states(model.modes, quanta) < STATES
    order = None if density or few else sorted_by_need(needs, points)
    if order is None:
        return _solve_points(model, arrays, quanta, tolerance, limit, density)
    found = _solve_points(model, _select(arrays, order), quanta, tolerance, limit, density)
    return _rearranged(found, np.argsort(order))


def _solve_points(
    model: Model, arrays: Arrays, quanta: Cut, tolerance: float, limit: int, density: bool
) -> GradedSolution:
    # off-diagonal elements are wanted one by one: keep their relative accuracy
    problem = pose(model, arrays, quanta, diagonal=not density)
    solution = _read(problem, _solve(problem, tolerance, limit, density), tolerance)
    unsure = _uncertain(problem.space, solution.populations, solution.error)
    (again,) = np.nonzero((unsure | solution.doubtful) & solution.converged)
    if problem.is_rotated and again.size:
        problem = pose(model, _select(arrays, again), quanta, diagonal=False)
        _replace(solution, again, _read(problem, _solve(problem, tolerance, limit), tolerance))
    return solution


def _solve_scan(
    model: Model, arrays: Arrays, scan: Scan, quanta: Cut, tolerance: float, limit: int
) -> GradedSolution:
    parts, done = [], []
    for first in range(0, len(scan.points), SERIES):
        members = scan.members(first, first + SERIES)
        base = _select(arrays, scan.points[first : first + SERIES])
        problem = pose(model, base, quanta, diagonal=False)
        result = _solve(problem, tolerance, limit, depth=limit + 1)
        group, ratio = scan.group[members] - first, scan.ratio[members]
        orders = problem.grades / model.driven_grading.unit
        parts.append(_read(problem, sum_series(result, group, ratio, orders), tolerance, group))
        done.append(members)
    joined: dict[str, Any] = {
        n: np.concatenate([getattr(part, n) for part in parts]) for n in _arrays(parts[0])
    }
    solution = _rearranged(replace(parts[0], **joined), np.argsort(np.concatenate(done)))
    # a drive that is far too strong makes numbers too large for the whole group
    (lost,) = np.nonzero(~np.isfinite(solution.populations).all(axis=1))
    if lost.size:
        alone = _solve_points(model, _select(arrays, lost), quanta, tolerance, limit, density=False)
        _replace(solution, lost, alone)
    return solution


def _rearranged(solution: GradedSolution, points: np.ndarray) -> GradedSolution:
    return replace(solution, **{name: array[points] for name, array in _arrays(solution).items()})


def _replace(solution: GradedSolution, points: np.ndarray, better: GradedSolution) -> None:
    for name in _arrays(solution):
        getattr(solution, name)[points] = getattr(better, name)


def _select(arrays: Arrays, points: np.ndarray) -> Arrays:
    return {name: array[points] for name, array in arrays.items()}


def _arrays(solution: GradedSolution) -> dict[str, Any]:
    found = {field.name: getattr(solution, field.name) for field in fields(solution)}
    return {name: array for name, array in found.items() if isinstance(array, np.ndarray)}


def _solve(
    problem: Problem, tolerance: float, limit: int, density: bool = False, depth: int = 0
) -> Result:
    """The batch in slabs, on all cores: the compiled code runs outside Python's lock.

    ``depth`` is how many terms of the series are kept for `scan`, none by default.
    """
    points = problem.factors.shape[1]
    result = _empty(problem, points, density, depth)
    # a few slabs for every core, so that none waits for long
    threads = cores()
    most = min(SLAB, BRIEF // _numbers(problem.program)) // WIDTH
    size = WIDTH * max(1, min(most, 1 + points // (4 * threads * WIDTH)))

    def work(start: int) -> None:
        slab = slice(start, start + size)
        factors, part = problem.factors[:, slab].copy(), Result(*(a[slab] for a in result))
        kernel.solve(problem.program, factors, problem.pure, tolerance, limit, part)

    arguments = problem.program, problem.factors, problem.pure, tolerance, limit, result
    compile_once(kernel.solve, *arguments)
    spread(work, [(start,) for start in range(0, points, size)], threads)
    return result


def _numbers(program: Program) -> int:
    """Bytes that a point takes while it is swept."""
    return 16 * (program.elements.matrix.size + len(program.left))


def _read(
    problem: Problem, result: Result, tolerance: float, group: Any = slice(None)
) -> GradedSolution:
    """What `solve` found; ``group`` (result) are the points of the problem that results are of."""
    trace = result.populations.sum(axis=1, keepdims=True)
    probes = result.probes[:, 0] + result.probes[:, 1]
    with np.errstate(invalid="ignore", over="ignore"):  # of points that diverge
        populations = result.populations / trace
        # what the probe does not see: the rounding of the sum of the corrections itself
        rounding = ROUNDINGS * EPSILON * problem.cancellation[group][:, None] / trace
        error = (probes + result.terms) * rounding
    # an element that cancels to nothing is unknown: no probability is further off than by one
    error = np.nan_to_num(error, copy=False, nan=1.0, posinf=1.0)
    converged = np.isfinite(trace[:, 0]) & (result.remainder <= tolerance)
    rho = None
    if result.density.shape[1]:
        with np.errstate(invalid="ignore"):  # of points that are not converged
            rho = problem.density(result.density / trace)
    doubts = doubtful(problem.space, populations, error)
    numbers = populations, error, result.remainder, result.sweeps, converged, doubts
    return GradedSolution(problem.space, *numbers, rho)


def _empty(problem: Problem, points: int, density: bool, depth: int = 0) -> Result:
    elements = len(problem.program.left) if density else 0
    return Result(
        np.empty((points, problem.space.size)),
        np.empty((points, problem.space.size)),
        np.empty((points, 2, problem.space.size)),
        np.empty(points),
        np.empty(points, dtype=np.int64),
        np.zeros((points, elements), dtype=complex),
        np.zeros((points, depth, problem.space.size)),
    )
