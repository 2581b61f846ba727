"""The steady state by one direct solve: slow, plain, and the judge of every faster solver.

In the scaled variables of `numeric.scaling` the steady state is split as

    rho = psi psi' + delta,      K psi = e |0>,   psi_0 = 1,

with K the evolution between two jumps.  psi is what a weak drive makes; delta is what the
jumps change.  It obeys, with no approximation,

    L delta = -sum_k rate_k L_k psi psi' L_k' + i (e |0><psi| - e* |psi><0|),   delta_00 = 0,

so that an interference zero of psi does not bury delta, which fills it, under round-off.  The
equation of rho_00 follows from the others (the trace is conserved) and makes room for
delta_00 = 0; rho is normalised afterwards.  This keeps the *relative* accuracy of small
populations, which a trace equation of weight one would destroy.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array
from scipy.sparse.linalg import SuperLU, splu

from numeric.liouvillian import Liouvillian
from numeric.scaling import scale, weights
from systems.values import Arrays

LARGEST = 1e3  # of the scaled amplitudes; beyond it psi is no good start and |0> is taken
EPSILON = float(np.finfo(float).eps)


@dataclass(frozen=True)
class Solution:
    """Density matrices (points, states, states), the error of their populations, residuals."""

    rho: np.ndarray
    error: np.ndarray  # absolute, from the last refinement
    residual: np.ndarray  # relative, in the scaled norm

    @property
    def populations(self) -> np.ndarray:
        """Diagonals of the density matrices, shape (points, states)."""
        return np.diagonal(self.rho, axis1=1, axis2=2).real


def solve(equation: Liouvillian, arrays: Arrays) -> Solution:
    """Steady states for arrays of one dimension, one after the other."""
    s, c = scale(equation.model, arrays), equation.coefficients(arrays)
    grades = equation.space.occupations @ weights(equation.model)
    parts = [_solve_point(equation, row, x, grades) for row, x in zip(c, s, strict=True)]
    rho, error, residual = (np.array(part) for part in zip(*parts, strict=True))
    return Solution(rho, error, residual)


def scaled_amplitudes(K: np.ndarray) -> np.ndarray:
    """psi with psi_0 = 1 and (K psi)_n = 0 for n > 0; the vacuum alone where that fails."""
    vacuum = np.eye(len(K))[0]
    system = np.vstack([vacuum, K[1:]])
    try:
        psi = np.linalg.solve(system, vacuum)
        psi = psi + np.linalg.solve(system, vacuum - system @ psi)
    except np.linalg.LinAlgError:
        return vacuum
    return psi if np.all(abs(psi) < LARGEST) else vacuum


def scaled(matrix: csc_array, s: float, grades: np.ndarray) -> csc_array:
    """matrix_(row)(column) s^(g_column - g_row)."""
    entries = matrix.tocoo()
    lowered = (grades[entries.col] - grades[entries.row]).astype(float)
    return csc_array((entries.data * s**lowered, (entries.row, entries.col)), matrix.shape)


def factorise(matrix: csc_array) -> SuperLU:
    """LU factors; the ordering of A' + A fills in least for Liouvillians."""
    return splu(matrix, permc_spec="MMD_AT_PLUS_A", options={"SymmetricMode": True})


def _solve_point(
    equation: Liouvillian, c: np.ndarray, s: float, grades: np.ndarray
) -> tuple[np.ndarray, np.ndarray, float]:
    size, pairs = len(grades), np.add.outer(grades, grades).ravel()
    L = scaled(equation.matrix(c), s, pairs)
    J = scaled(equation.jump(c), s, pairs)
    K = scaled(csc_array(equation.effective(c)), s, grades).toarray()

    psi = scaled_amplitudes(K)
    start = np.outer(psi, psi.conj())
    back = np.zeros_like(start, dtype=complex)
    back[0] = (K[0] @ psi) * psi.conj()
    source = 1j * (back - back.conj().T).ravel() - J @ start.ravel()
    source[0] = 0  # delta_00 = 0

    system = with_first_row_one(L)
    factors = factorise(system)
    delta = factors.solve(source)
    for _ in range(2):  # the last correction measures the error of what it corrects
        correction = factors.solve(source - system @ delta)
        delta = delta + correction

    sigma = start + delta.reshape(size, size)
    shrink = float(s) ** grades
    rho = shrink[:, None] * (sigma + sigma.conj().T) / 2 * shrink
    trace = np.trace(rho).real
    error = abs(correction.reshape(size, size).diagonal()) + EPSILON * abs(sigma.diagonal())
    balance = abs(L) @ abs(sigma.ravel())
    residual = np.max(abs(L @ sigma.ravel())) / max(np.max(balance), np.finfo(float).tiny)
    return rho / trace, error * shrink**2 / trace, float(residual)


def with_first_row_one(L: csc_array) -> csc_array:
    """L with the equation of element 00 replaced by ``element 00 = ...``."""
    entries = L.tocoo()
    kept = entries.row != 0
    data, rows, columns = entries.data[kept], entries.row[kept], entries.col[kept]
    return csc_array(
        (np.append(data, 1.0), (np.append(rows, 0), np.append(columns, 0))), shape=L.shape
    )
