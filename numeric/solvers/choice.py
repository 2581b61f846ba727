"""The solvers by name, behind one signature.

Of the master equation:

- "graded": `graded.sweeps`, compiled sweeps over many points at once, for weak drive.
- "direct": `numeric.solvers.direct`, one sparse LU factorisation per point.
- "iterative": `numeric.solvers.iterative`, for truncations whose factors are large.
- "qutip": `qutip.steadystate`, whose absolute error of about 1e-15 in rho makes it useless at
  weak drive, as an independent check.  What it is worth is judged here, as for the others.
- "auto": the fastest of our own that is right, per point: "graded" for many points where it
  converges, "direct" or "iterative" for the others.

Of the evolution between jumps: the kinds of `numeric.solvers.nojump`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import qutip

from numeric.liouvillian import Liouvillian, liouvillian
from numeric.solvers import direct as reference
from numeric.solvers import graded, iterative, nojump
from numeric.solvers.cancellation import cancels
from numeric.solvers.direct import FACTORABLE, Solution, error_of, is_unique, solve_each
from numeric.solvers.graded.lists import TooLarge
from numeric.solvers.judgement import is_positive, judged
from numeric.stability import decays
from systems import Model
from systems.grading import NoGrading
from systems.ladder import is_two_level
from systems.status import Status
from systems.values import Arrays

REFUSALS = (ValueError, RuntimeError, ArithmeticError, MemoryError)  # what libraries end with


def solve_qutip(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states from `qutip.steadystate`, one after the other."""
    return solve_each(equation, arrays, _solve_qutip, threads=1)


def _solve_qutip(equation: Liouvillian, c: np.ndarray, s: float) -> tuple[Any, ...]:
    rho = _steady_qutip(equation, c)
    if not is_unique(equation, c, s):
        status = Status.NOT_UNIQUE
    else:
        status = Status.OK if np.isfinite(rho).all() else Status.NOT_CONVERGED
    if status != Status.OK:
        nothing = np.full_like(rho, np.nan)
        return nothing, nothing[0].real, np.nan, status, "qutip"
    L, flat = equation.matrix(c), rho.ravel()
    residual = np.max(abs(L @ flat)) / (np.max(abs(L) @ abs(flat)) or 1.0)
    return rho, error_of(equation, c, rho), float(residual), status, "qutip"


def _steady_qutip(equation: Liouvillian, c: np.ndarray) -> np.ndarray:
    """The density matrix; NaN where QuTiP finds none."""
    L, size = equation.matrix(c), equation.space.size
    # QuTiP stacks columns, which exchanges the two indices of both sides
    swap = np.arange(size**2).reshape(size, size).T.ravel()
    stacked = L.tocsr()[swap][:, swap]
    dims = qutip.to_super(qutip.Qobj(np.eye(size), dims=equation.space.dims))._dims
    try:
        return np.asarray(qutip.steadystate(qutip.Qobj(stacked, dims=dims)).full())
    except REFUSALS:  # judged by `is_unique`
        return np.full((size, size), np.nan, dtype=complex)


DENSITY: dict[str, Callable[[Liouvillian, Arrays], Solution]] = {
    "direct": reference.solve,
    "iterative": iterative.solve,
    "qutip": solve_qutip,
    **nojump.KINDS,
}
STEADY = ("auto", "direct", "iterative", "qutip")  # those of the master equation


# Unknowns from which on iterating is faster than factorising, measured: with two modes 28 states
# take the same, 45 a third, 66 a tenth of the time; with three modes 84 a sixtieth.  The factors of
# one mode (also with atoms) are bands, which iterating never beats.
LARGE = 1_500
# From so many points on the sweeps are worth the time to prepare (and to compile) them: a second
# for 56 states, of which a point by itself takes 50 ms
MANY = 32


@dataclass(frozen=True)
class Solved:
    """A `Solution` of which the density matrices are kept only if asked for."""

    populations: np.ndarray
    error: np.ndarray
    residual: np.ndarray
    status: np.ndarray
    solver: np.ndarray
    rho: np.ndarray | None


def solve(model: Model, arrays: Arrays, quanta: int, solver: str, density: bool) -> Solved:
    """Solutions for arrays of one dimension, point by point."""
    equation = liouvillian(model, quanta)
    several = sum(not is_two_level(mode) for mode in model.modes) > 1
    large = equation.space.size**2 > (LARGE if several else FACTORABLE)
    name = "iterative" if large else "direct"
    found = DENSITY[name if solver == "auto" else solver](equation, arrays)
    if solver in STEADY:
        found = judged(found)
    rho = found.rho if density else None
    return Solved(found.populations, found.error, found.residual, found.status, found.solver, rho)


def sweep(
    model: Model, arrays: Arrays, quanta: int, density: bool
) -> tuple[Solved, np.ndarray] | None:
    """Solutions by "graded", all points at once, and a mask of those that can be trusted.

    None where the sweeps do not apply: few points, no grading, jumps that raise it.
    """
    count = len(next(iter(arrays.values())))
    if count < MANY:
        return None
    try:
        found = graded.solve(model, arrays, quanta, density=density)
    except (NoGrading, TooLarge):
        return None
    status, solver = (np.full(count, word, dtype=object) for word in ("ok", "graded"))
    numbers = (found.populations, found.error, found.remainder)
    # the sweeps start from the empty state without a drive, which has to be the only one
    trusted = found.converged & ~found.doubtful & decays(model, arrays)
    trusted &= ~cancels(model, arrays) & is_positive(found.populations, found.error)
    return Solved(*numbers, status, solver, found.density), trusted


def density_matrices(model: Model, arrays: Arrays, quanta: int, solver: str) -> np.ndarray:
    """Density matrices, shape (points, states, states), by the solver of that name."""
    if solver == "graded":
        return np.asarray(graded.solve(model, arrays, quanta, density=True).density)
    found = DENSITY[solver](liouvillian(model, quanta), arrays)
    return judged(found).rho if solver in STEADY else found.rho
