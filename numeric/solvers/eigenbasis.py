"""The Sylvester equation of the evolution between jumps, in eigenvectors of K or Schur vectors.

    -i (K X - X K') = F

takes a few products of small matrices in a basis in which K is diagonal, or a triangle
(`numeric.solvers.triangular`), however many right hand sides there are.  F and X are Hermitian, and
half of a second product is enough.  Eigenvectors that are nearly parallel lose digits:
`Eigenbasis.skew` tells.
"""

from copy import copy
from typing import Self

import numpy as np
from scipy.linalg import schur, solve_triangular

from numeric.solvers.triangular import sylvester

PART = 96  # rows of a product that are made together


class Eigenbasis:
    """K = vectors @ diag(values) @ inverse, and what it inverts.

    ``skew`` is the largest condition of an eigenvalue (G. H. Golub and C. F. Van Loan, "Matrix
    Computations", section 7.2: |left| |right| over their product), one if all vectors are
    orthogonal.

    >>> K = np.array([[1 - 0.5j, 0.3], [0.3, -1j]])
    >>> X = Eigenbasis(K).sylvester(np.eye(2))
    >>> bool(np.allclose(-1j * (K @ X - X @ K.conj().T), np.eye(2)))
    True
    """

    def __init__(self, K: np.ndarray) -> None:
        self.values, self.vectors = np.linalg.eig(K)
        self.inverse = np.linalg.inv(self.vectors)

    @property
    def skew(self) -> float:
        sizes = np.linalg.norm(self.vectors, axis=0) * np.linalg.norm(self.inverse, axis=1)
        return float(np.max(sizes, initial=1.0))

    def sylvester(self, F: np.ndarray) -> np.ndarray:
        """X with -i (K X - X K') = F, both Hermitian."""
        return congruent(self.vectors, self._inside(congruent(self.inverse, F)))

    def solve(self, f: np.ndarray) -> np.ndarray:
        """x with K x = f."""
        return np.asarray(self.vectors @ (self.inverse @ f / self.values))

    def orthogonal(self) -> "Eigenbasis":
        """The same K in Schur vectors.

        >>> K = np.array([[1 - 0.5j, 0.3], [0.1, -1j]])
        >>> bool(np.allclose(Eigenbasis(K).orthogonal().solve(K[0]), np.linalg.solve(K, K[0])))
        True
        """
        return SchurBasis(self.vectors * self.values @ self.inverse)

    def scaled(self, factor: np.ndarray) -> Self:
        """That of K_ij factor_j/factor_i.

        >>> K, factor = np.array([[1 - 0.5j, 0.3], [0.3, -1j]]), np.array([1.0, 2.0])
        >>> other = Eigenbasis(K * factor / factor[:, None])
        >>> both = other.solve(np.ones(2)), Eigenbasis(K).scaled(factor).solve(np.ones(2))
        >>> bool(np.allclose(*both))
        True
        """
        other = copy(self)
        other.vectors, other.inverse = self.vectors / factor[:, None], self.inverse * factor
        return other

    def rounded(self) -> Self:
        """The same in single precision.

        >>> Eigenbasis(np.eye(2)).rounded().solve(np.ones(2, dtype=np.complex64)).dtype
        dtype('complex64')
        """
        other = copy(self)
        with np.errstate(over="ignore"):  # what leaves the range is solved in double precision
            for name in ("values", "vectors", "inverse"):
                setattr(other, name, getattr(self, name).astype(np.complex64))
        return other

    def _inside(self, F: np.ndarray) -> np.ndarray:
        """The solution in this basis."""
        F /= np.subtract.outer(-1j * self.values, -1j * self.values.conj())
        return F


class SchurBasis(Eigenbasis):
    """The same in Schur vectors, which are orthogonal whatever K is; ``values`` is a triangle.

    R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972).  A step takes a tenth to a half
    longer.  To take eigenvectors within blocks of them costs more steps than it saves time.

    >>> K = np.array([[1 - 0.5j, 0], [0.2, 1 - 0.5j]])  # one mode feeds another
    >>> both = SchurBasis(K), Eigenbasis(K + np.diag([0, 1e-6]))
    >>> X, Y = (basis.sylvester(np.ones((2, 2)) + 0j) for basis in both)
    >>> np.allclose(X, Y, rtol=1e-3), [bool(basis.skew > 1e4) for basis in both]
    (True, [False, True])
    """

    def __init__(self, K: np.ndarray) -> None:
        self.values, self.vectors = schur(K, output="complex")
        self.inverse = self.vectors.conj().T

    def solve(self, f: np.ndarray) -> np.ndarray:
        # of a second steady state it is not finite, which is judged by what it leaves
        found = solve_triangular(self.values, self.inverse @ f, check_finite=False)
        return np.asarray(self.vectors @ found)

    def _inside(self, F: np.ndarray) -> np.ndarray:
        return sylvester(self.values, F)


def congruent(A: np.ndarray, F: np.ndarray) -> np.ndarray:
    """A F A' of a Hermitian F.

    >>> A = np.array([[1, 2j], [0, 1]])
    >>> congruent(A, np.eye(2)).tolist()
    [[(5+0j), 2j], [-2j, (1+0j)]]
    """
    half, back = A @ F, A.conj()
    made = np.empty_like(half)
    for k in range(0, len(A), PART):
        rows, below = slice(k, k + PART), slice(k + PART, None)
        made[rows, k:] = half[rows] @ back[k:].T
        made[below, rows] = made[rows, below].conj().T
    return made
