"""One point of the master equation in the variables of `numeric.solvers.scaling`."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csc_array

from numeric.liouvillian import Liouvillian
from numeric.solvers.scaling import weights


@dataclass(frozen=True)
class Scaled:
    """One point of a Liouvillian in scaled variables and in units of its largest coefficient."""

    L: csc_array
    jump: csc_array
    K: np.ndarray
    terms: csc_array  # sums of the absolute values of what adds up to the elements of L
    terms_K: np.ndarray  # and to the diagonal of K
    s: float
    shrink: np.ndarray  # s^g: rho_ij = shrink_i sigma_ij shrink_j

    def __call__(self, sigma: np.ndarray) -> np.ndarray:
        return self.shrink[:, None] * sigma * self.shrink


def scaled_point(equation: Liouvillian, c: np.ndarray, s: float) -> Scaled:
    """The equation at one point, for one row of coefficients and its scale."""
    s, grades = float(s), equation.space.occupations @ weights(equation.model)
    pairs, c = np.add.outer(grades, grades).ravel(), c / (np.max(abs(c)) or 1.0)
    terms = scaled(equation.terms(c), s, pairs)
    L, jump = scaled(equation.matrix(c), s, pairs), scaled(equation.jump(c), s, pairs)
    K = scaled(csc_array(equation.effective(c)), s, grades).toarray()
    return Scaled(L, jump, K, terms, equation.diagonal_terms(c), s, s**grades)


def scaled(matrix: csc_array, s: float, grades: np.ndarray) -> csc_array:
    """matrix_(row)(column) s^(g_column - g_row)."""
    lowered = np.repeat(grades, np.diff(matrix.indptr)) - grades[matrix.indices]
    factor = float(s) ** lowered
    return csc_array((matrix.data * factor, matrix.indices, matrix.indptr), shape=matrix.shape)


def amplitudes(K: np.ndarray) -> np.ndarray:
    """psi with psi_0 = 1 and (K psi)_n = 0 for n > 0; infinite where there is none."""
    vacuum = np.eye(len(K), dtype=complex)[0]
    psi = response(K, vacuum)
    if not np.isfinite(psi).all():
        return psi
    return psi + response(K, vacuum - np.vstack([vacuum, K[1:]]) @ psi)


def response(K: np.ndarray, source: np.ndarray) -> np.ndarray:
    """psi with psi_0 = source_0, (K psi)_n = source_n for n > 0; infinite where there is none."""
    try:
        return np.linalg.solve(np.vstack([np.eye(len(K))[0], K[1:]]), source)
    except np.linalg.LinAlgError:
        return np.full_like(source, np.inf)


def rescaled(equation: Liouvillian, c: np.ndarray, s: float) -> Scaled:
    """The equation at one point, its scale raised until no scaled amplitude exceeds one.

    The estimate of `numeric.solvers.scaling` is too small for a mode whose own loss is small.
    """
    point = scaled_point(equation, c, s)
    grades = np.maximum(equation.space.occupations @ weights(equation.model), 1)
    excess = float(np.max(abs(amplitudes(point.K)) ** (1 / grades)))
    return point if excess <= 1 else scaled_point(equation, c, min(1.0, s * excess))
