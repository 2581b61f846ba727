"""The solvers by name, behind one signature.

Of the master equation:

- "direct": `numeric.reference`, one sparse LU factorisation per point.
- "qutip": `qutip.steadystate`, whose absolute error of about 1e-15 in rho makes it useless at
  weak drive, as an independent check.
- "auto": the fastest of our own that is right, per point.

Of the evolution between jumps: the kinds of `numeric.nojump`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import qutip

from numeric import nojump, reference
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.reference import Solution
from systems import Model
from systems.values import Arrays

FLOOR = 1e-15  # absolute error of `qutip.steadystate` in rho, measured


def solve_qutip(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states from `qutip.steadystate`, one after the other."""
    found = [_solve_qutip(equation, c) for c in equation.coefficients(arrays)]
    rho, residual = np.array([f[0] for f in found]), np.array([f[1] for f in found])
    error, unique = np.full(rho.shape[:2], FLOOR), np.ones(len(rho), dtype=bool)
    return Solution(rho, error, residual, unique)


def _solve_qutip(equation: Liouvillian, c: np.ndarray) -> tuple[np.ndarray, float]:
    L, size = equation.matrix(c), equation.space.size
    # QuTiP stacks columns, which exchanges the two indices of both sides
    swap = np.arange(size**2).reshape(size, size).T.ravel()
    stacked = L.tocsr()[swap][:, swap]
    dims = qutip.to_super(qutip.Qobj(np.eye(size), dims=equation.space.dims))._dims
    rho = qutip.steadystate(qutip.Qobj(stacked, dims=dims)).full()
    return rho, float(np.max(abs(L @ rho.ravel())) / np.max(abs(L) @ abs(rho.ravel())))


DENSITY: dict[str, Callable[[Liouvillian, Arrays], Solution]] = {
    "direct": reference.solve,
    "qutip": solve_qutip,
    **nojump.KINDS,
}
STEADY = ("auto", "direct", "qutip")  # those of the master equation


@dataclass(frozen=True)
class Solved:
    """Populations at some points, shape (points, states), with what they are worth."""

    populations: np.ndarray
    error: np.ndarray  # absolute, estimated
    residual: np.ndarray  # (points,)
    unique: np.ndarray  # (points,)
    solver: np.ndarray  # (points,): names


def solve(model: Model, arrays: Arrays, quanta: int, solver: str) -> Solved:
    """Populations for arrays of one dimension."""
    name = "direct" if solver == "auto" else solver
    found = DENSITY[name](liouvillian(model, quanta), arrays)
    names = np.full(len(found.residual), name, dtype=object)
    return Solved(found.populations, found.error, found.residual, found.unique, names)


def density_matrices(model: Model, arrays: Arrays, quanta: int, solver: str) -> np.ndarray:
    """Density matrices, shape (points, states, states), for arrays of one dimension."""
    return DENSITY.get(solver, reference.solve)(liouvillian(model, quanta), arrays).rho
