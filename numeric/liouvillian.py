"""The master equation on the cut space, as a sum of constant matrices with scalar coefficients.

    d rho/dt = L rho = -i (K rho - rho K') + sum_k rate_k L_k rho L_k',
    K = H - (i/2) sum_k rate_k L_k' L_k        (evolution between two quantum jumps)

Every normal-ordered word of H and every pair of words of a jump operator is one constant
sparse matrix; the values of the parameters only enter the coefficients.  Density matrices are
flattened row by row: A rho B becomes kron(A, B^T).

H and the L_k are projected onto the cut space first and multiplied afterwards, so that the cut
equation is again of Lindblad form: trace one and positive, whatever the cut.  For jumps that
lower the number of quanta the order makes no difference.

Two artefacts are left out: states that only the cut keeps from decaying (`numeric.stranded`), and
the rounding of elements in which several words cancel (`merge`).
"""

from fractions import Fraction
from functools import lru_cache
from math import isqrt

import numpy as np
import sympy as sp
from scipy.sparse import csc_array, csr_array, diags_array, identity, kron, lil_array

from numeric.space import Space, space
from numeric.stranded import stranded
from systems import Model
from systems.ladder import Word
from systems.values import CANCELS, Arrays, evaluate_sum


class Liouvillian:
    """The parts of L for one model and one cut; ``coefficients`` and ``matrix`` assemble it."""

    def __init__(self, model: Model, quanta: int) -> None:
        self.model, self.space = model, space(model.modes, quanta)
        self.expressions: list[sp.Expr] = []
        self._hops: list[tuple[int, Word]] = []  # number of the coefficient, word
        self._steps: list[list[tuple[int, Word]]] = []  # the same for the words of each loss
        effective: list[csr_array] = []
        jumps: list[csr_array | None] = []
        none = (0,) * len(model.modes)
        for word, coefficient in model.ladder.items():
            if word == (none, none):
                continue  # a constant energy commutes with everything
            self._hops.append((len(self.expressions), word))
            self.expressions.append(coefficient)
            effective.append(self.space.word(word))
            jumps.append(None)
        for loss, jump in zip(model.losses, model.jumps, strict=True):
            self._steps.append([])
            for left, x in jump.items():
                for right, y in jump.items():
                    A, B = self.space.word(left), self.space.word(right)
                    if left == right:
                        self._steps[-1].append((len(self.expressions), left))
                    self.expressions.append(loss.rate * x * sp.conjugate(y))
                    effective.append(-0.5j * (B.conj().T @ A))
                    jumps.append(kron(A, B.conj()))
        self.expressions, effective = merge(self.expressions, effective)
        jumps += [None] * (len(effective) - len(jumps))
        self._effective = np.array([part.toarray() for part in effective])
        nothing = csr_array((self.space.size**2,) * 2, dtype=complex)
        self._jump = Combination([nothing if part is None else part for part in jumps])
        # K multiplies from the left with its coefficient, K' from the right with its conjugate
        one = identity(self.space.size)
        self._left = Combination([-1j * kron(part, one) for part in effective])
        self._right = Combination([1j * kron(one, part.conj()) for part in effective])
        self.total = Combination([*self._left.parts, *self._right.parts, *self._jump.parts])
        self._stranded: dict[bytes, np.ndarray] = {}

    def coefficients(self, arrays: Arrays) -> np.ndarray:
        """Coefficients of the parts, shape (points, parts), for arrays of one dimension."""
        columns = [evaluate_sum(e, arrays).astype(complex) for e in self.expressions]
        return np.stack(columns, axis=-1)

    def effective(self, c: np.ndarray) -> np.ndarray:
        """K for each row of coefficients, shape (..., states, states)."""
        K = np.tensordot(c, self._effective, axes=1)
        for index in np.ndindex(c.shape[:-1]):
            if (lost := self.stranded(c[index])).any():
                K[index][lost] = K[index][:, lost] = 0
                K[index][lost, lost] = -0.5j * np.max(abs(c[index]))
        return K

    def matrix(self, c: np.ndarray) -> csc_array:
        """L for one row of coefficients."""
        L, lost = self.total(np.concatenate([c, c.conj(), c])), self._lost_pairs(c)
        if lost is None:
            return L
        return csc_array(_without(L, lost) - np.max(abs(c)) * diags_array(lost.astype(float)))

    def jump(self, c: np.ndarray) -> csc_array:
        """The part of L that the quantum jumps make, for one row of coefficients."""
        matrix, lost = self._jump(c), self._lost_pairs(c)
        return matrix if lost is None else _without(matrix, lost)

    def terms(self, c: np.ndarray) -> csc_array:
        """How large the terms are whose sums, with cancellation, are the elements of L."""
        return self.total.terms(np.concatenate([c, c.conj(), c]))

    def diagonal_terms(self, c: np.ndarray) -> np.ndarray:
        """The same for the diagonal of K; `merge` leaves no other sums there."""
        return np.asarray(abs(c) @ np.einsum("kii->ki", abs(self._effective)))

    def stranded(self, c: np.ndarray) -> np.ndarray:
        """Mask of the states that only the cut keeps from decaying (`numeric.stranded`).

        They are left out: nothing leads to them, and they decay at a rate of their own.
        """
        present = c != 0
        if present.tobytes() not in self._stranded:
            hops = [word for k, word in self._hops if present[k]]
            jumps = [[word for k, word in step if present[k]] for step in self._steps]
            found = stranded(self.model, self.space.quanta, hops, jumps)
            self._stranded[present.tobytes()] = found
        return self._stranded[present.tobytes()]

    def _lost_pairs(self, c: np.ndarray) -> np.ndarray | None:
        lost = self.stranded(c)
        return np.logical_or.outer(lost, lost).ravel() if lost.any() else None


class Combination:
    """A sum of constant sparse matrices on their common pattern."""

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
        """Sums of the absolute values of the terms: on the diagonal, and where they cancel."""
        sizes, sums = abs(self._weights) @ abs(c), abs(self._weights @ c)
        sizes[(self.rows != self.columns) & (sums > CANCELS * sizes)] = 0
        terms = csc_array((sizes, self.rows, self._ends), shape=self.shape, copy=True)
        terms.eliminate_zeros()  # in place
        return terms


def merge(
    expressions: list[sp.Expr], parts: list[csr_array]
) -> tuple[list[sp.Expr], list[csr_array]]:
    """The same sum of matrices, each element beside the diagonal from one coefficient only.

    F a'(a'a - r) couples |n> and |n + 1> by F sqrt(n + 1) (n - r): a sum of two words, which may
    cancel.  For each n it becomes a coefficient of its own, which `evaluate_sum` gets right.
    """
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


def _without(matrix: csc_array, lost: np.ndarray) -> csc_array:
    """The matrix without the rows and columns ``lost``."""
    keep = diags_array((~lost).astype(float))
    return csc_array(keep @ matrix @ keep)


@lru_cache(maxsize=32)
def liouvillian(model: Model, quanta: int) -> Liouvillian:
    """The Liouvillian of a model with at most ``quanta`` quanta, built once."""
    return Liouvillian(model, quanta)


def space_of(model: Model, quanta: int) -> Space:
    """The cut space of a model."""
    return space(model.modes, quanta)
