"""The steady state by one factorisation a point: slow, plain, and the judge of faster solvers.

The equation of `numeric.solvers.vacuum` is solved by a sparse LU factorisation of the scaled L
(T. A. Davis, "Direct Methods for Sparse Linear Systems", chapters 6 and 7) and refined.
Where the vacuum is (nearly) empty there is no such scale and the trace equation is right.
A second null vector of L makes the system singular: then the steady state is not unique.
What a symmetry keeps apart from the populations is left out (`numeric.lindblad.sector`).  One mode
beside atoms has an order of elimination of its own (`numeric.solvers.dissection`).
"""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from numeric.lindblad.liouvillian import Liouvillian
from numeric.lindblad.scaling import EPSILON, Scaled
from numeric.lindblad.sector import Within
from numeric.lindblad.space import Space
from numeric.solvers.dissection import dissected, dissects
from numeric.solvers.metastable import metastable
from numeric.solvers.refinement import (
    FAILURES,
    SINGULAR,
    Found,
    generic,
    solve_refined,
    with_first_row,
)
from numeric.solvers.solution import Solution, each, unscaled
from numeric.solvers.vacuum import EMPTIEST, from_vacuum, holds, square
from systems.status import Status
from systems.values import Arrays

Invert: TypeAlias = Callable[..., Any]  # of a system, with the evolution between jumps ``K``

# Unknowns up to which the factors fit in memory and patience; beyond it only iterating is tried,
# which is faster from a quarter of them on (`choice.LARGE`)
FACTORABLE = 30_000
# Of the largest element of a column, what a pivot may be: it costs up to eight of sixteen digits,
# which two steps of refinement restore
DIAGONAL = 1e-8
FAINT = 1e-2  # of the largest rate, what is strong enough to tell a slow decay from none
FEW = 30  # quanta up to which light that leaves the vacuum empty does not fit: 14 photons take 40
# Gap up to which light may stay on a branch for so long that few digits of the state are left
METASTABLE = 1e-9
BACKWARD = 1e-10  # residual of a solution, relative to its terms, that refinement brings to 1e-16


def solve(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states for arrays of one dimension, each on its own.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> solve(liouvillian(kerr.MODEL, 4), arrays).status
    array(['ok'], dtype=object)
    """
    return each(partial(solve_point, equation), *equation.rows(arrays))


def solve_point(equation: Liouvillian, c: np.ndarray, s: float) -> Solution:
    """The steady state at one point: a row of coefficients and its scale.

    "not unique" where the gap to a singular system is no more than `SINGULAR`.  Where the steady
    state is the only one all the same (`Liouvillian.is_unique`), light is metastable on two
    branches (`numeric.solvers.metastable`), or it is "not resolved"; so it is where a drive is so
    weak that what it empties decays too slowly.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> found = solve_point(equation, c, s)
    >>> found.populations.shape, found.status[0]
    ((1, 5), 'ok')
    """
    point, (sigma, error, gap) = _found(equation, c, s)
    if gap <= METASTABLE and (found := _metastable(equation, c)) is not None:
        return found
    status = Status.OK if gap > SINGULAR else _singular(equation, c)
    return unscaled(equation.space, point, sigma, error, status, "direct")


def _metastable(equation: Liouvillian, c: np.ndarray) -> Solution | None:
    """The same of light on two branches that it hardly leaves; None of what is not that."""
    if not equation.is_unique(c) or equation.stranded(c).any():
        return None
    point, unit = equation.scaled(c, 1.0), c / np.max(abs(c))
    how = equation.matrix(unit), equation.summands(unit), equation.sector(c), factorise
    if (found := metastable(equation.space, *how)) is None:
        return None
    rho, error, short = found
    whole = unscaled(equation.space, point, rho, error, Status.OK, "direct")
    return replace(whole, short=np.array([short]))


def _singular(equation: Liouvillian, c: np.ndarray) -> Status:
    """What is said of a point where something decays more slowly than round-off can tell."""
    slow = equation.is_unique(c) or _is_left_slowly(equation, c)
    return Status.NOT_RESOLVED if slow else Status.NOT_UNIQUE


def _is_left_slowly(equation: Liouvillian, c: np.ndarray) -> bool:
    """Whether the state is the only one as soon as what is faint in H is stronger, all alike.

    The determinant that vanishes where there is a second one is analytic in this factor: it is zero
    at isolated ones, or at all.
    """
    hops = np.array([not part.nnz for part in equation.jump_parts])
    size = abs(c) / (np.max(abs(c)) or 1.0)
    faint = hops & (size > 0) & (size < FAINT)
    if not faint.any():
        return False
    stronger = np.where(faint, FAINT / np.max(size[faint]), 1.0) * c
    return bool(_found(equation, stronger, 1.0)[1][2] > SINGULAR)


def _found(equation: Liouvillian, c: np.ndarray, s: float) -> tuple[Scaled, Found]:
    """The point in the scaled variables in which it was solved, and the solution.

    Where the vacuum is foretold to be nearly empty, the trace equation comes first.
    """
    point = equation.rescaled(c, s)
    empty = _is_empty(point, equation.space)
    invert = _within(equation.sector(c), equation.space)
    if not empty and holds(point, found := from_vacuum(point, invert)):
        return point, found
    whole = point if point.s == 1 else equation.scaled(c, 1.0)
    by_trace = _from_trace(whole, invert)
    filled = empty and abs(by_trace[0][0, 0]) > EMPTIEST
    if filled and holds(point, found := from_vacuum(point, invert)):
        return point, found
    return whole, by_trace


def _is_empty(point: Scaled, on: Space) -> bool:
    """Whether coherent light, as bright as the response of single quanta, empties the vacuum."""
    if on.quanta <= FEW:
        return False
    ones = np.flatnonzero(on.occupations.sum(axis=1) == 1)
    try:
        alpha = np.linalg.solve(point.K[np.ix_(ones, ones)], -point.K[ones, 0])
    except np.linalg.LinAlgError:
        return False
    return bool(np.exp(-(np.linalg.norm(point.shrink[ones] * alpha) ** 2)) < EMPTIEST)


def _within(unknowns: np.ndarray | None, on: Space) -> Invert:
    """How to factorise a system, of some unknowns only where these are given."""
    if unknowns is None and not dissects(on):
        return factorise
    some = np.arange(on.size**2) if unknowns is None else unknowns

    def factors(system: csc_array, K: np.ndarray | None = None) -> Within:
        if not dissects(on):
            return Within(factorise(_part(system, some)), some)
        ordered = dissected(_part(system, some), on, some)
        return Within(factorise(_part(system, ordered), ordering="NATURAL"), ordered)

    return factors


def _part(system: csc_array, some: np.ndarray) -> csc_array:
    """The rows and columns of some unknowns, in their order."""
    return csc_array(system[some][:, some])


def _from_trace(point: Scaled, invert: Invert) -> Found:
    """The density matrix itself, with trace one.

    Its error is absolute, some 1e-16 of the trace: right where no population is small.
    """
    trace = np.eye(len(point.K)).ravel()
    source = np.eye(1, trace.size, dtype=complex)[0]
    system = with_first_row(point.L, trace)
    return square(*solve_refined(system, source, invert, point.terms))


def assess(equation: Liouvillian, c: np.ndarray, s: float, rho: np.ndarray, name: str) -> Solution:
    """One point that others solved: whether its state is the only one, and how far it is off.

    ``rho`` has the shape (states, states) and trace one.  A state that is no number is "not
    converged".  The residual is that of the equation that is not scaled, as theirs was not.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> rho = solve_point(equation, c, s).rho[0]
    >>> float(assess(equation, c, s, rho, "by hand").residual[0]) < 1e-12
    True
    """
    if not _found(equation, c, s)[1][2] > SINGULAR:
        return Solution.none(equation.space, np.arange(1), _singular(equation, c), name)
    if not np.isfinite(rho).all():
        return Solution.none(equation.space, np.arange(1), Status.NOT_CONVERGED, name)
    L, flat = equation.matrix(c), rho.ravel()
    residual = np.max(abs(L @ flat)) / (np.max(abs(L) @ abs(flat)) or 1.0)
    error = error_of(equation, c, rho)
    return Solution.of(equation.space, rho, error, float(residual), Status.OK, name)


def error_of(equation: Liouvillian, c: np.ndarray, rho: np.ndarray) -> np.ndarray:
    """Absolute error of the populations of a density matrix that others found, shape (states,).

    What one step of refinement would correct, the rounding of L and what is not Hermitian;
    infinite where the trace equation cannot be factorised.

    >>> from numeric.lindblad.liouvillian import liouvillian
    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = {n: v[None] for n, v in read_values(kerr.MODEL, kerr.VALUES).items()}
    >>> equation = liouvillian(kerr.MODEL, 4)
    >>> c, s = (rows[0] for rows in equation.rows(arrays))
    >>> rho = solve_point(equation, c, s).rho[0]
    >>> bool(error_of(equation, c, rho).max() < 1e-12 < error_of(equation, c, rho**2).max())
    True
    """
    point, trace = equation.scaled(c, 1.0), np.eye(len(rho)).ravel()
    system = with_first_row(point.L, trace)
    try:
        inverse = factorise(system)
    except FAILURES:
        return np.full(len(rho), np.inf)
    left = np.eye(1, trace.size, dtype=complex)[0] - system @ rho.ravel()
    rounding = EPSILON * (point.terms @ abs(rho.ravel())) * generic(trace.size)
    rounding[0] = 0
    error = abs(inverse.solve(left)) + abs(inverse.solve(rounding))
    diagonal = rho.diagonal()
    return error.reshape(rho.shape).diagonal() + abs(diagonal.imag) + EPSILON * abs(diagonal)


def factorise(
    matrix: csc_array, K: np.ndarray | None = None, ordering: str = "MMD_AT_PLUS_A"
) -> SuperLU:
    """LU factors; of SuperLU's orderings this one fills in least for Liouvillians.

    MMD_AT_PLUS_A is minimum degree on the pattern of A + A' (T. A. Davis, "Direct Methods for
    Sparse Linear Systems", chapter 7), which the nearly symmetric pattern of L suits.  Pivots
    stay on the diagonal, where the losses stand: other rows would fill the factors in, at up to
    twenty times the work for 45 states.  Only where that loses digits are they exchanged.  The
    ``ordering`` "NATURAL" takes the unknowns as they come.
    ``K`` is not needed here: other solvers are called with it in the same place.

    >>> factorise(csc_array(np.diag([2.0 + 0j, 4.0]))).solve(np.ones(2, dtype=complex))
    array([0.5 +0.j, 0.25+0.j])
    """
    for threshold in (DIAGONAL, 1.0):
        how: Any = {"permc_spec": ordering, "options": {"SymmetricMode": True}}
        factors = splu(matrix, diag_pivot_thresh=threshold, **how)
        if _solves(factors, matrix):
            break
    return factors


def _solves(factors: SuperLU, matrix: csc_array) -> bool:
    """Whether a solution for a generic source is worth refining."""
    source = generic(matrix.shape[0])
    with np.errstate(all="ignore"):
        found = factors.solve(source)
        left, terms = abs(source - matrix @ found), abs(matrix) @ abs(found) + abs(source)
    return bool(np.max(left) <= BACKWARD * np.max(terms))
