"""Sums of constant sparse matrices with scalar coefficients: patterns, and sums that cancel.

`Combination` makes the sum, of as many sets of coefficients as one likes, on a pattern that is
found once.  Where several words of a Hamiltonian make one element, their sum may round off what is
left of it; `merge` gives such an element a coefficient of its own, an exact one.
"""

from fractions import Fraction
from math import isqrt

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, csr_array, diags_array, lil_array

from systems.arithmetic import CANCELS

# Words of a model that is written by hand, at most.  Squeezed frames make 70 of two Kerr modes, all
# of numbers that are rounded already, and 500 sums of them, which take SymPy 15 s at 120 states
WRITTEN = 32


class Combination:
    """A sum of constant sparse matrices on their common pattern.

    The pattern is found once; a new set of coefficients costs one product of a sparse matrix
    (elements by parts) with a vector, instead of one sum of matrices after the other.

    >>> one, two = (csr_array(np.diag(d)) for d in ([1.0, 1.0], [0.0, 1.0]))
    >>> Combination([one, two])(np.array([3.0, 4.0])).toarray()
    array([[3., 0.],
           [0., 7.]])
    """

    def __init__(self, parts: list[csr_array]) -> None:
        self.parts, self.shape = parts, parts[0].shape
        entries = [csr_array(part).tocoo() for part in parts]
        # position in the flattened, column-major matrix: unique and sorted, as CSC wants it
        flat = np.concatenate([e.col.astype(np.int64) * self.shape[0] + e.row for e in entries])
        positions, where = np.unique(flat, return_inverse=True)
        owner = np.repeat(np.arange(len(parts)), [e.nnz for e in entries])
        data = np.concatenate([e.data for e in entries])
        self._weights = csr_array((data, (where, owner)), shape=(positions.size, len(parts)))
        self.columns, self.rows = np.divmod(positions, self.shape[0])
        self._ends = np.searchsorted(self.columns, np.arange(self.shape[1] + 1))

    def __call__(self, c: np.ndarray) -> csc_array:
        return csc_array((self._weights @ c, self.rows, self._ends), shape=self.shape)

    def terms(self, c: np.ndarray) -> csc_array:
        """Sums of the absolute values of the terms: on the diagonal, and where they cancel.

        Beside the diagonal, elements whose terms do not cancel are as exact as their terms, and
        are left out.

        >>> one, two = (csr_array(np.diag(d)) for d in ([1.0, 1.0], [0.0, 1.0]))
        >>> Combination([one, two]).terms(np.array([3.0, -3.0])).diagonal()  # of 3 and of 3 - 3
        array([3., 6.])
        """
        sizes, sums = abs(self._weights) @ abs(c), abs(self._weights @ c)
        sizes[(self.rows != self.columns) & (sums > CANCELS * sizes)] = 0
        terms = csc_array((sizes, self.rows, self._ends), shape=self.shape, copy=True)
        terms.eliminate_zeros()  # in place
        return terms


def cancelling(sizes: csc_array, sums: csc_array) -> csc_array:
    """The same from two matrices: sums of absolute values, and the sums themselves.

    >>> sizes, sums = csc_array(np.full((2, 2), 4.0)), csc_array([[4.0, 1e-9], [4.0, 4.0]])
    >>> cancelling(sizes, sums).toarray()
    array([[4., 4.],
           [0., 4.]])
    """
    safe = abs(sums) - CANCELS * sizes
    safe.data = (safe.data > 0).astype(float)
    safe = safe - diags_array(safe.diagonal())
    terms = csc_array(sizes - sizes * safe)
    terms.eliminate_zeros()  # in place
    return terms


def merge(
    expressions: list[sp.Expr], parts: list[csr_array]
) -> tuple[list[sp.Expr], list[csr_array]]:
    """The same sum of matrices, each element beside the diagonal from one coefficient only.

    F a'(a'a - r) couples |n> and |n + 1> by F sqrt(n + 1) (n - r): a sum of two words, which may
    cancel.  For each n it becomes a coefficient of its own, which `evaluate_sum` gets right.  Of
    more than `WRITTEN` words nothing is merged: what is lost there counts as round-off.

    >>> x, y = sp.symbols("x y")
    >>> steps = csr_array(np.array([[0, 1.0], [0, 0]])), csr_array(np.array([[0, 2.0], [0, 0]]))
    >>> merge([x, y], list(steps))[0]  # a third coefficient for the element that both make
    [x, y, x + 2*y]
    """
    if len(parts) > WRITTEN:
        return expressions, parts
    owners = sum(csr_array((abs(part) > 0).astype(float)) for part in parts)
    if not (csr_array(owners - diags_array(owners.diagonal())) > 1).nnz:
        return expressions, parts
    dense = np.array([part.toarray() for part in parts])
    shared = (np.count_nonzero(dense, axis=0) > 1) & ~np.eye(dense.shape[1], dtype=bool)
    sums: dict[tuple[tuple[int, sp.Expr], ...], lil_array] = {}
    for row, column in np.argwhere(shared):
        element = dense[:, row, column]
        (owners,) = np.nonzero(element)
        first = element[owners[0]]
        ratios = tuple((int(k), _ratio(element[k], first)) for k in owners)
        sums.setdefault(ratios, lil_array(shared.shape, dtype=complex))[row, column] = first
    dense[:, shared] = 0
    merged = [csr_array(part) for part in [*dense, *sums.values()]]
    more = [sp.Add(*(ratio * expressions[k] for k, ratio in ratios)) for ratios in sums]
    return [*expressions, *more], merged


def _ratio(x: complex, y: complex) -> sp.Expr:
    """x/y exactly, for elements of words: halves of roots of integers, up to a phase 1, i, -1, -i.

    The roots are common to all words between two states, so that the ratio is rational.
    """
    square = Fraction(round(4 * abs(x) ** 2), round(4 * abs(y) ** 2))
    root = Fraction(isqrt(square.numerator), isqrt(square.denominator))
    if root**2 != square:  # integers beyond the digits of a float
        root = Fraction(float(abs(x / y)))
    phase = x / y / abs(x / y)
    unit = sp.Integer(round(phase.real)) + sp.I * sp.Integer(round(phase.imag))
    return unit * sp.Rational(root.numerator, root.denominator)
