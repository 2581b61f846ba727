"""The solvers of the steady state by name, behind one signature.

- "direct": `numeric.reference`, one sparse LU factorisation per point.
- "qutip": `qutip.steadystate`, whose absolute error of about 1e-15 in rho makes it useless at
  weak drive, as an independent check.
- "auto": the fastest of our own that is right, per point.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import qutip

from numeric import reference
from numeric.liouvillian import Liouvillian, liouvillian
from numeric.reference import Solution
from systems import Model
from systems.values import Arrays

FLOOR = 1e-15  # absolute error of `qutip.steadystate` in rho, measured


@dataclass(frozen=True)
class Solved:
    """Populations at some points, shape (points, states), with what they are worth."""

    populations: np.ndarray
    error: np.ndarray  # absolute, estimated
    residual: np.ndarray  # (points,)
    unique: np.ndarray  # (points,)
    solver: np.ndarray  # (points,): names


def solve(model: Model, arrays: Arrays, quanta: int, solver: str) -> Solved:
    """Populations of the steady states for arrays of one dimension."""
    return SOLVERS[solver](model, arrays, quanta)


def density_matrices(model: Model, arrays: Arrays, quanta: int, solver: str) -> np.ndarray:
    """Density matrices, shape (points, states, states), by the direct solver or by QuTiP."""
    equation = liouvillian(model, quanta)
    return (solve_qutip if solver == "qutip" else reference.solve)(equation, arrays).rho


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


def _direct(model: Model, arrays: Arrays, quanta: int) -> Solved:
    return _named("direct", reference.solve(liouvillian(model, quanta), arrays))


def _qutip(model: Model, arrays: Arrays, quanta: int) -> Solved:
    return _named("qutip", solve_qutip(liouvillian(model, quanta), arrays))


def _named(name: str, found: Solution) -> Solved:
    names = np.full(len(found.residual), name, dtype=object)
    return Solved(found.populations, found.error, found.residual, found.unique, names)


SOLVERS: dict[str, Callable[[Model, Arrays, int], Solved]] = {
    "auto": _direct,
    "direct": _direct,
    "qutip": _qutip,
}
