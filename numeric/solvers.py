"""The solvers by name, behind one signature."""

from collections.abc import Callable

import numpy as np
import qutip

from numeric import reference
from numeric.liouvillian import Liouvillian
from numeric.reference import Solution
from systems.values import Arrays

FLOOR = 1e-15  # absolute error of `qutip.steadystate` in rho, measured


def solve_qutip(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states from `qutip.steadystate`, one after the other."""
    found = [_solve_qutip(equation, c) for c in equation.coefficients(arrays)]
    rho, residual = np.array([f[0] for f in found]), np.array([f[1] for f in found])
    return Solution(rho, np.full(rho.shape[:2], FLOOR), residual)


def _solve_qutip(equation: Liouvillian, c: np.ndarray) -> tuple[np.ndarray, float]:
    L, size = equation.matrix(c), equation.space.size
    # QuTiP stacks columns, which exchanges the two indices of both sides
    swap = np.arange(size**2).reshape(size, size).T.ravel()
    stacked = L.tocsr()[swap][:, swap]
    dims = qutip.to_super(qutip.Qobj(np.eye(size), dims=equation.space.dims))._dims
    rho = qutip.steadystate(qutip.Qobj(stacked, dims=dims)).full()
    return rho, float(np.max(abs(L @ rho.ravel())) / np.max(abs(L) @ abs(rho.ravel())))


SOLVERS: dict[str, Callable[[Liouvillian, Arrays], Solution]] = {
    "direct": reference.solve,
    "qutip": solve_qutip,
}
