"""The Sylvester equation of a triangle, for Hermitian matrices, block by block.

    -i (T X - X T') = F,    F = F',    X = X',

with T from a Schur form (R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972)).  LAPACK
solves it element by element; in blocks nearly all of the work is products of matrices (I. Jonsson
and B. Kagstrom, ACM Trans. Math. Softw. 28, 392 (2002)), half of them, as X is Hermitian: column
after column of blocks, from the last one on, down to the diagonal.
"""

import numpy as np
from scipy.linalg import get_lapack_funcs

# Rows of a block: 24 to 48 take the same, 16 and 64 a tenth more.  LAPACK takes 0.1 us an element
# within a block, which is half of all of 500 rows
BLOCK = 32


def sylvester(T: np.ndarray, F: np.ndarray) -> np.ndarray:
    """X, with T upper triangular; in the precision of F, which is complex and Hermitian.

    >>> T = np.array([[1 - 0.5j, 0.3], [0, 1 - 0.5j]])  # an exceptional point
    >>> X = sylvester(T, np.eye(2) + 0j)
    >>> np.round(-1j * (T @ X - X @ T.conj().T), 12).real
    array([[1., 0.],
           [0., 1.]])
    """
    (solve,) = get_lapack_funcs(("trsyl",), (T, F))
    found, blocks = np.empty_like(F), _blocks(T)
    for n, column in reversed([*enumerate(blocks)]):
        upper, known = slice(0, column.stop), slice(column.stop, None)
        rest = 1j * F[upper, column] - T[upper, known] @ found[known, column]
        rest += found[upper, known] @ T[column, known].conj().T
        for row in reversed(blocks[: n + 1]):
            X, scale, _ = solve(T[row, row], T[column, column], rest[row], tranb="C", isgn=-1)
            X /= scale
            found[row, column], found[column, row] = X, X.conj().T
            above = slice(0, row.start)
            rest[above] -= T[above, row] @ X
    return found


def _blocks(T: np.ndarray) -> list[slice]:
    return [slice(k, k + BLOCK) for k in range(0, len(T), BLOCK)]
