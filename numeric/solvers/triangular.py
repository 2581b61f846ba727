"""The Sylvester equation between triangular matrices, block by block.

    -i (T X - X T') = F

with T from a Schur form (R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972)).  LAPACK
solves it element by element; in blocks nearly all of the work is products of matrices (I. Jonsson
and B. Kagstrom, ACM Trans. Math. Softw. 28, 392 (2002)).
"""

import numpy as np
from scipy.linalg import get_lapack_funcs

BLOCK = 48  # rows of a block: 32 to 64 take the same; 16 and 128 a fifth to a half more


def sylvester(T: np.ndarray, F: np.ndarray) -> np.ndarray:
    """X, with T upper triangular; in the precision of F, which is complex.

    >>> T = np.array([[1 - 0.5j, 0.3], [0, 1 - 0.5j]])  # an exceptional point
    >>> X = sylvester(T, np.eye(2) + 0j)
    >>> np.round(-1j * (T @ X - X @ T.conj().T), 12).real
    array([[1., 0.],
           [0., 1.]])
    """
    (solve,) = get_lapack_funcs(("trsyl",), (T, F))
    rest, found = 1j * F, np.empty_like(F)
    blocks = [slice(k, k + BLOCK) for k in reversed(range(0, len(T), BLOCK))]
    for row in blocks:
        for column in blocks:
            one, scale, _ = solve(
                T[row, row], T[column, column], rest[row, column], tranb="C", isgn=-1
            )
            found[row, column] = one / scale
            left = slice(0, column.start)
            rest[row, left] += found[row, column] @ T[left, column].conj().T
        above = slice(0, row.start)
        rest[above] -= T[above, row] @ found[row]
    return found
