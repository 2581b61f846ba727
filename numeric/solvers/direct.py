"""The steady state by one direct solve: slow, plain, and the judge of every faster solver.

In the scaled variables of `numeric.solvers.scaling` the steady state is split as

    rho = psi psi' + delta,      (K psi)_n = 0 for n > 0,   psi_0 = 1,

with K the evolution between two jumps.  psi is what a weak drive makes; delta is what the
jumps change.  With e = (K psi)_0 it obeys, without approximation,

    L delta = -sum_k rate_k L_k psi psi' L_k' + i (e |0><psi| - e* |psi><0|),   delta_00 = 0,

so that an interference zero of psi does not bury delta, which fills it, under round-off.  The
equation of rho_00 follows from the others (the trace is conserved) and makes room for
delta_00 = 0; rho is normalised afterwards.  This keeps the *relative* accuracy of small
populations, which a trace equation of weight one would destroy.

Where the vacuum is (nearly) empty there is no such scale and the trace equation is right.
A second null vector of L makes the system singular: then the steady state is not unique.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from numeric.liouvillian import Liouvillian
from numeric.solvers.scaled import Scaled, amplitudes, rescaled, response, scaled_point
from numeric.solvers.scaling import scale
from systems.status import Status
from systems.values import Arrays

LARGEST = 1e3  # scaled amplitude beyond which psi is no good start and |0> is taken
EMPTIEST = 1e-6  # population of the vacuum below which the trace equation is used
SINGULAR = 1e-14  # relative distance to a singular system at which L has a second null vector
FACTORABLE = 20_000  # unknowns up to which the factors fit in memory and patience
DIAGONAL = (
    1e-8  # of the largest element of a column: what a pivot may be; refinement mends the rest
)
BACKWARD = 1e-10  # residual of a solution, relative to its terms, that refinement brings to 1e-16
EPSILON = float(np.finfo(float).eps)
# of SuperLU ("exactly singular") and LAPACK
FAILURES = (RuntimeError, np.linalg.LinAlgError)


@dataclass(frozen=True)
class Solution:
    """Steady states at some points: what every solver returns."""

    rho: np.ndarray  # (points, states, states), trace one
    error: np.ndarray  # (points, states): of the populations, absolute, estimated
    residual: np.ndarray  # (points,): |L rho|/(|L| |rho|) in the scaled norm
    status: np.ndarray  # (points,): "ok", "not unique" or "not converged"
    solver: np.ndarray  # (points,): names

    @property
    def populations(self) -> np.ndarray:
        """Diagonals of the density matrices, shape (points, states)."""
        return np.diagonal(self.rho, axis1=1, axis2=2).real


Found = tuple[np.ndarray, np.ndarray, float]  # sigma, error of its diagonal, gap


def solve(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states for arrays of one dimension, each on its own."""
    return solve_each(equation, arrays, solve_point)


def solve_each(
    equation: Liouvillian,
    arrays: Arrays,
    one: Callable[..., tuple[Any, ...]],
    threads: int | None = None,
) -> Solution:
    """Collect the steady states that ``one(equation, c, s)`` finds at each point."""
    s, c = scale(equation.model, arrays), equation.coefficients(arrays)
    with ThreadPoolExecutor(threads) as pool:  # the factorisation releases Python's lock
        points = list(pool.map(partial(one, equation), c, s))
    *numbers, status, solver = zip(*points, strict=True)
    words = (np.array(word, dtype=object) for word in (status, solver))
    return Solution(*(np.array(part) for part in numbers), *words)


def solve_point(equation: Liouvillian, c: np.ndarray, s: float) -> tuple[Any, ...]:
    """The fields of a `Solution` at one point."""
    point, (sigma, error, gap) = _found(equation, c, s)
    return finish(point, sigma, error, Status.OK if gap > SINGULAR else Status.NOT_UNIQUE, "direct")


def _found(equation: Liouvillian, c: np.ndarray, s: float) -> tuple[Scaled, Found]:
    point = rescaled(equation, c, s)
    found = from_vacuum(point, factorise)
    if found[2] > SINGULAR and np.trace(point(found[0])).real < 1 / EMPTIEST:
        return point, found
    point = scaled_point(equation, c, 1.0)
    return point, _from_trace(point)


def is_unique(equation: Liouvillian, c: np.ndarray, s: float) -> bool:
    """Whether L has one null vector only, at one point and its scale."""
    return _found(equation, c, s)[1][2] > SINGULAR


def error_of(equation: Liouvillian, c: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Absolute error of the populations of a density matrix that others found, shape (states,).

    What one step of refinement would correct, the rounding of L and what is not Hermitian.
    """
    point, trace = scaled_point(equation, c, 1.0), np.eye(len(rho)).ravel()
    system = with_first_row(point.L, trace)
    try:
        inverse = factorise(system)
    except FAILURES:
        return np.full(len(rho), np.inf)
    left = np.eye(1, trace.size, dtype=complex)[0] - system @ rho.ravel()
    rounding = EPSILON * (point.terms @ abs(rho.ravel())) * _generic(trace.size)
    rounding[0] = 0
    error = abs(inverse.solve(left)) + abs(inverse.solve(rounding))
    diagonal = rho.diagonal()
    return error.reshape(rho.shape).diagonal() + abs(diagonal.imag) + EPSILON * abs(diagonal)


def finish(
    point: Scaled, sigma: np.ndarray, error: np.ndarray, status: str, solver: str
) -> tuple[Any, ...]:
    """The fields of a `Solution` from a scaled density matrix; NaN unless it is "ok"."""
    if status != Status.OK:
        nothing = np.full(sigma.shape, np.nan)
        return nothing, nothing[0], np.nan, status, solver
    sigma = (sigma + sigma.conj().T) / 2
    rho = point(sigma)
    trace = np.trace(rho).real
    balance = np.max(abs(point.L) @ abs(sigma.ravel()))
    residual = np.max(abs(point.L @ sigma.ravel())) / (balance or 1.0)
    error = error * point.shrink**2 / trace
    # dividing by the trace spreads its error
    error = error + rho.diagonal().real / trace * np.sum(error)
    return rho / trace, error, float(residual), status, solver


def from_vacuum(point: Scaled, invert: Callable[..., Any]) -> Found:
    """start + delta, with the vacuum's population one."""
    start, source, off = _split(point)
    source[0] = 0  # delta_00 = 0
    system = with_first_row(point.L, np.eye(1, start.size)[0])
    delta, error, gap = solve_refined(system, source, partial(invert, K=point.K), point.terms)
    return _square(start + delta, off + error, gap)


def _split(point: Scaled) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """psi psi', -L psi psi' and the error of the first; the vacuum where psi is no good start."""
    psi = amplitudes(point.K)
    if not np.all(abs(psi) < LARGEST):
        vacuum = np.eye(1, len(psi) ** 2, dtype=complex)[0]
        return vacuum, -point.L @ vacuum, np.zeros(vacuum.size)
    start, back = np.outer(psi, psi.conj()), np.zeros_like(point.K)
    back[0] = (point.K[0] @ psi) * psi.conj()
    source = 1j * (back - back.conj().T).ravel() - point.jump @ start.ravel()
    # rounding moves psi as a whole: where it vanishes by interference psi psi' stays small
    off = abs(response(point.K, EPSILON * point.terms_K * psi * _generic(psi.size)))
    return start.ravel(), source, np.outer(2 * abs(psi) + off, off).ravel()


def _from_trace(point: Scaled) -> Found:
    """The density matrix itself, with trace one."""
    trace = np.eye(len(point.K)).ravel()
    source = np.eye(1, trace.size, dtype=complex)[0]
    system = with_first_row(point.L, trace)
    return _square(*solve_refined(system, source, factorise, point.terms))


def _square(sigma: np.ndarray, error: np.ndarray, gap: float) -> Found:
    size = int(np.sqrt(sigma.size))
    sigma, error = sigma.reshape(size, size), error.reshape(size, size)
    return sigma, error.diagonal() + EPSILON * abs(sigma.diagonal()), gap


def with_first_row(L: csc_array, row: np.ndarray) -> csc_array:
    """L with its first row replaced."""
    data = np.where(L.indices == 0, 0, L.data)
    rest = csc_array((data, L.indices, L.indptr), shape=L.shape)
    (columns,) = np.nonzero(row)
    first = csc_array((row[columns], (0 * columns, columns)), shape=L.shape)
    return csc_array(rest + first)


def factorise(matrix: csc_array, K: np.ndarray | None = None) -> SuperLU:
    """LU factors; of SuperLU's orderings this one fills in least for Liouvillians.

    Pivots stay on the diagonal, where the losses stand: other rows would fill the factors in, at up
    to twenty times the work for 45 states.  Only where that loses digits are they exchanged.
    """
    for threshold in (DIAGONAL, 1.0):
        ordering: Any = {"permc_spec": "MMD_AT_PLUS_A", "options": {"SymmetricMode": True}}
        factors = splu(matrix, diag_pivot_thresh=threshold, **ordering)
        if _solves(factors, matrix):
            break
    return factors


def _solves(factors: SuperLU, matrix: csc_array) -> bool:
    """Whether a solution for a generic source is worth refining."""
    source = _generic(matrix.shape[0])
    with np.errstate(all="ignore"):
        found = factors.solve(source)
        left, terms = abs(source - matrix @ found), abs(matrix) @ abs(found) + abs(source)
    return bool(np.max(left) <= BACKWARD * np.max(terms))


def solve_refined(
    system: csc_array,
    source: np.ndarray,
    invert: Callable[..., Any],
    terms: csc_array,
) -> tuple[np.ndarray, np.ndarray, float]:
    """The solution, its error and the relative distance to a singular system.

    The error is what the last correction corrects, and what the rounding of the elements does:
    on the diagonal, and elsewhere if they cancel, they are sums of larger ``terms``.
    """
    try:
        inverse = invert(system)
    except FAILURES:
        return np.full_like(source, np.nan), np.full(source.shape, np.inf), 0.0
    solution = inverse.solve(source)
    for _ in range(2):  # the last correction measures the error of what it corrects
        correction = inverse.solve(source - system @ solution)
        solution = solution + correction
    # a generic vector has a part along the near-null direction, which the solve blows up
    probe = _generic(source.size)
    size = np.bincount(system.indices, abs(system.data), source.size)
    blown_up = np.max(abs(inverse.solve(size * probe)))
    gap = 1 / blown_up if np.isfinite(blown_up) else 0.0
    rounding = EPSILON * (terms @ abs(solution)) * probe
    rounding[0] = 0  # the first row is not that of the master equation
    return solution, abs(correction) + abs(inverse.solve(rounding)), float(gap)


def _generic(size: int) -> np.ndarray:
    """Phases without a pattern."""
    return np.exp(1j * np.arange(size) ** 2)
