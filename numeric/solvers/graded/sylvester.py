"""The sweeps where a grade holds many states, as those of three modes and more do.

The idea and its derivation stand in `numeric.solvers.graded.sweeps`.  There the matrix of a block
of the density matrix is eliminated, which fills in: 441 unknowns between the states of five quanta
of three modes.  But it is a Sylvester equation,

    G_m X + X G_n' = R,    G_m = i K_mm,

and takes the eigenvectors of matrices of 21 rows only, V_m^-1 G_m V_m = diag(l_m):

    X = V_m Y V_n',    Y_ij = (V_m^-1 R V_n'^-1)_ij / (l_m,i + conj(l_n,j)).

(R. H. Bartels and G. W. Stewart, Commun. ACM 15, 820 (1972), with eigenvectors in place of Schur
vectors: a batch of matrices has them at once, and equal losses make them orthogonal.)  Near an
exceptional point they lose digits, which the error of a solution shows.

That error is measured at the end: the residual of the whole equation, and the rounding of each of
its terms, go through one more sweep.  No list is made beforehand; what a model needs are its
ladder words, of which each takes a state to one other state at most.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import pairwise
from typing import Any

import numpy as np

from numeric.solvers.compiled import compile_once, njit
from numeric.solvers.graded.kernel import COMPILED, TRIAL
from numeric.solvers.graded.problem import lowers, read
from numeric.space import space
from systems import Model
from systems.grading import NoGrading
from systems.ladder import Word
from systems.values import Arrays

EPSILON = float(np.finfo(float).eps)
# States of one grade from which on this is faster than an elimination, measured on a ring of three
WIDE = 10
# Points that travel together, whose numbers should stay in the cache.  Measured for the ring at 56
# states: 64, 32, 16, 8, 4 of them take 3.1, 2.8, 3.1, 3.0, 3.7 ms of one core a point
LANES = 32
# Roundings of an element, in EPSILON: those of a sum of some ten terms
ROUNDINGS = 4
# What round-off leaves of a population against the largest one of its grade: smaller changes do not
# delay convergence
FLOOR = 64 * EPSILON


@lru_cache(maxsize=256)
def applies(model: Model, quanta: int) -> bool:
    """Whether three modes or more have a grade with at least `WIDE` states, and all jumps lower it.

    Two modes have few states in a grade, and often a basis in which nothing has to be eliminated.

    >>> from systems.library import kerr_dimer, kerr_ring
    >>> [applies(kerr_ring.MODEL, quanta) for quanta in (2, 3)], applies(kerr_dimer.MODEL, 12)
    ([False, True], False)
    """
    if len(model.modes) < 3:
        return False
    grades = space(model.modes, quanta).occupations @ np.array(model.grading.weights)
    widest = np.max(np.unique(grades, return_counts=True)[1])
    return bool(widest >= WIDE and lowers(model))


@dataclass(frozen=True)
class Terms:
    """Terms ``c_t A_t X B_t'`` with words A and B, in the order of the grades.

    A word takes a state to one other at most, A_i,left(i) = left_weight(i), and B likewise.
    Arrays are of the shape (term, state), and ``coefficient`` of the shape (term, point).

    >>> lower = np.array([[0.0, 1.0], [0.0, 0.0]])
    >>> jump = Terms.of(2, [(lower, lower, np.array([3.0]))])
    >>> x, out = np.array([[[0.8, 0.0], [0.0, 0.2 + 0j]]]), np.zeros((1, 2, 2), complex)
    >>> jump.add(x, out, slice(0, 2), slice(0, 2))
    >>> out[0].real.round(6).tolist()  # the rate times what is in the upper state
    [[0.6, 0.0], [0.0, 0.0]]
    """

    left: np.ndarray
    left_weight: np.ndarray
    right: np.ndarray
    right_weight: np.ndarray
    coefficient: np.ndarray

    @classmethod
    def of(cls, size: int, terms: Sequence[tuple[np.ndarray, np.ndarray, np.ndarray]]) -> "Terms":
        """Terms from matrices A and B of ``size`` states and coefficients (point)."""
        A, B = (np.array([t[side] for t in terms]).reshape(-1, size, size) for side in (0, 1))
        columns = np.array([t[2] for t in terms], dtype=complex).reshape(len(terms), -1)
        return cls(*_word(A), *_word(B), columns)

    def add(self, x: np.ndarray, out: np.ndarray, rows: slice, columns: slice) -> None:
        """Add to ``out`` (point, row, column) what they make of x, in these rows and columns."""
        words = self.left, self.left_weight, self.right, self.right_weight
        _add(x, out, rows.start, columns.start, *words, self.coefficient)

    def compile(self) -> None:
        """Have the compiled code ready."""
        x = np.zeros((1, 1, 1), dtype=complex)
        words = self.left, self.left_weight, self.right, self.right_weight
        compile_once(_add, x, x, 0, 0, *words, self.coefficient)

    def sizes(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """|c A| s and |B| s for s of the shape (point, state), each (term, point, state)."""
        one = abs(self.left_weight)[:, None] * s[:, self.left].swapaxes(0, 1)
        two = abs(self.right_weight)[:, None] * s[:, self.right].swapaxes(0, 1)
        return abs(self.coefficient)[:, :, None] * one, two


def _word(matrices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    source = abs(matrices).argmax(axis=2)
    weight = np.take_along_axis(matrices, source[:, :, None], axis=2)[:, :, 0]
    return source, np.ascontiguousarray(weight)


@njit(**COMPILED)
def _add(
    x: Any, out: Any, first: int, second: int, left: Any, u: Any, right: Any, v: Any, c: Any
) -> None:
    for point in range(out.shape[0]):
        for t in range(len(left)):
            for i in range(out.shape[1]):
                weight = c[t, point] * u[t, first + i]
                if weight != 0.0:
                    row = left[t, first + i]
                    for j in range(out.shape[2]):
                        value = x[point, row, right[t, second + j]]
                        out[point, i, j] += weight * v[t, second + j] * value


@lru_cache(maxsize=32)
def _arrange(model: Model, quanta: int) -> tuple[np.ndarray, list[slice]]:
    """The states in the order of their grades, and where each grade begins and ends."""
    grades = space(model.modes, quanta).occupations @ np.array(model.grading.weights)
    order = np.argsort(grades, kind="stable")
    starts = np.append(np.flatnonzero(np.diff(grades[order], prepend=-1)), len(grades))
    return order, [slice(*pair) for pair in pairwise(starts.tolist())]


@lru_cache(maxsize=512)
def _matrix(model: Model, quanta: int, word: Word) -> np.ndarray:
    order = _arrange(model, quanta)[0]
    return space(model.modes, quanta).word(word).real.toarray()[np.ix_(order, order)]


class Sylvester:
    """The equation of some points that travel together; elements have the shape (point, i, j).

    States are in the order of their grades.  Raises `NoGrading` where a jump raises the grade or
    conserves it: then a block is no Sylvester equation.

    >>> from systems.library import kerr_ring
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr_ring.MODEL, {**kerr_ring.VALUES, "Delta": [0.5]})
    >>> flat = {name: np.broadcast_to(array, (1,)) for name, array in arrays.items()}
    >>> equation = Sylvester(kerr_ring.MODEL, flat, quanta=2)
    >>> [block.stop - block.start for block in equation.blocks]  # states of 0, 1 and 2 quanta
    [1, 3, 6]
    >>> x = equation.leading()
    >>> bool(np.abs(equation.sweep(equation.fed(x))).max() < np.abs(x).max())
    True
    """

    def __init__(self, model: Model, arrays: Arrays, quanta: int) -> None:
        if not lowers(model):
            raise NoGrading("The jumps have to lower the number of quanta, but one does not.")
        words, jumps, unit = read(model, arrays)
        self.order, self.blocks = _arrange(model, quanta)
        self.points, self.size = len(unit), len(self.order)
        self.whole, matrix = slice(0, self.size), partial(_matrix, model, quanta)

        def half(sign: int) -> Terms:
            """-i c W X of the words that raise the grade, lower it or keep it."""
            chosen = [w for w in words if np.sign(model.grading.raises(w)) == sign]
            one = np.eye(self.size)
            return Terms.of(self.size, [(matrix(w), one, -1j * words[w] / unit) for w in chosen])

        self.up, self.level, self.down = (half(sign) for sign in (1, 0, -1))
        pairs = [(matrix(left), matrix(right), c / unit) for (left, right), c in jumps.items()]
        self.jumps = Terms.of(self.size, pairs)
        self.jumps.compile()
        self.G = [self._block(block) for block in self.blocks]
        self.forms = [diagonalise(G) for G in self.G]

    def _block(self, block: slice) -> np.ndarray:
        """G = i K between the states of one grade, (point, i, j)."""
        one = np.zeros((self.points, self.size, self.size), dtype=complex)
        one[:] = np.eye(self.size)
        size = block.stop - block.start
        found = np.zeros((self.points, size, size), dtype=complex)
        self.level.add(one, found, block, block)
        return -found

    def leading(self) -> np.ndarray:
        """psi psi' with psi_0 = 1 and G_m psi_m = -i (U psi)_m."""
        psi = np.zeros((self.points, self.size, self.size), dtype=complex)
        psi[:, 0, 0] = 1
        for G, block in zip(self.G[1:], self.blocks[1:], strict=True):
            fed = np.zeros((self.points, block.stop - block.start, 1), dtype=complex)
            self.up.add(psi, fed, block, self.blocks[0])
            psi[:, block, :1] = np.linalg.solve(G, fed)
        return np.asarray(psi[:, :, :1] @ _dagger(psi[:, :, :1]))

    def fed(self, x: np.ndarray) -> np.ndarray:
        """What jumps and the lowering part of the drive make of x, which is Hermitian."""
        return self._make((self.down,), x)

    def _make(self, halves: Sequence[Terms], x: np.ndarray) -> np.ndarray:
        """The terms of ``halves`` with their conjugates, and the jumps."""
        half, whole = np.zeros_like(x), np.zeros_like(x)
        for terms in halves:
            terms.add(x, half, self.whole, self.whole)
        self.jumps.add(x, whole, self.whole, self.whole)
        whole += half
        whole += _dagger(half)
        return whole

    def sweep(self, source: np.ndarray) -> np.ndarray:
        """Solve all blocks for a Hermitian source and what the drive raises, lowest first.

        The vacuum element stays zero.
        """
        x = np.zeros_like(source)
        for i, j in self._upward():
            rows, columns = self.blocks[i], self.blocks[j]
            one, two = self.forms[i], self.forms[j]
            R = source[:, rows, columns].copy()
            self.up.add(x, R, rows, columns)
            other = np.zeros((self.points, R.shape[2], R.shape[1]), dtype=complex)
            self.up.add(x, other, columns, rows)
            R += _dagger(other)
            Y = one.inverse @ R @ two.inverse_dagger
            Y /= one.values[:, :, None] + two.values.conj()[:, None]
            x[:, rows, columns] = one.vectors @ Y @ two.vectors_dagger
            if i != j:
                x[:, columns, rows] = _dagger(x[:, rows, columns])
        return x

    def _upward(self) -> Iterator[tuple[int, int]]:
        count = len(self.blocks)
        for total in range(1, 2 * count - 1):
            for i in range(max(0, total - count + 1), total // 2 + 1):
                yield i, total - i

    def error(self, x: np.ndarray) -> np.ndarray:
        """Absolute error of the elements of the solution x, by its residual and its roundings.

        Elements of a positive matrix are at most |x_ij| = s_i s_j with s_i^2 = x_ii, and so
        each term of L x is bounded by the same products.
        """
        halves, s = (self.level, self.up, self.down), np.sqrt(abs(np.einsum("pii->pi", x)))
        half = _outer(np.sum([terms.sizes(s)[0].sum(axis=0) for terms in halves], axis=0), s)
        jumped = np.einsum("tpi,tpj->pij", *self.jumps.sizes(s))
        # phases without a pattern, as of `refinement.generic`: roundings do not cancel then
        phase = ROUNDINGS * EPSILON * np.exp(1j * np.arange(self.size) ** 2)
        unit = phase[:, None] * np.exp(-1j * np.arange(self.size) ** 2)
        rounding = (half + half.swapaxes(1, 2) + jumped) * unit
        return abs(self.sweep(self._make(halves, x) + rounding))


def _outer(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    return one[:, :, None] * two[:, None]


@dataclass(frozen=True)
class Form:
    """``vectors @ diag(values) @ inverse`` of a matrix, for each point.

    >>> one = np.eye(2)[None]
    >>> bool(np.all(Form.of(np.ones((1, 2)), one, one).vectors_dagger == one))
    True
    """

    values: np.ndarray
    vectors: np.ndarray
    inverse: np.ndarray
    vectors_dagger: np.ndarray
    inverse_dagger: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray, vectors: np.ndarray, inverse: np.ndarray) -> "Form":
        """With the adjoints, which every sweep needs."""
        return cls(values, vectors, inverse, _dagger(vectors), _dagger(inverse))


def diagonalise(G: np.ndarray) -> Form:
    """Eigenvalues and vectors (point, ...); orthogonal ones where the losses are all equal.

    >>> form = diagonalise(np.array([[[0.5, 0.2j], [0.2j, 0.5]]]))
    >>> form.values.round(6)
    array([[0.5-0.2j, 0.5+0.2j]])
    """
    H, loss = (G - _dagger(G)) / 2j, (G + _dagger(G)) / 2
    rate, one = loss[:, :1, :1].real, np.eye(G.shape[1])
    if np.all(abs(loss - rate * one) <= 4 * EPSILON * abs(rate)):
        energies, vectors = np.linalg.eigh(H)
        return Form.of(rate[:, 0] + 1j * energies, vectors, _dagger(vectors))
    values, vectors = np.linalg.eig(G)
    return Form.of(values, vectors, np.linalg.inv(vectors))


@dataclass(frozen=True)
class Swept:
    """Density matrices (point, state, state) of trace one, in the order of the space.

    >>> Swept(np.eye(1)[None], np.zeros((1, 1)), np.zeros(1), np.array([3])).sweeps.tolist()
    [3]
    """

    rho: np.ndarray
    error: np.ndarray  # of the populations (point, state), absolute
    remainder: np.ndarray  # largest relative change of a population by further sweeps, (point,)
    sweeps: np.ndarray  # made, (point,)


def solve(model: Model, arrays: Arrays, quanta: int, tolerance: float, limit: int) -> Swept:
    """Sweep until no population changes by more than ``tolerance``; at most ``limit`` times.

    ``arrays`` have one dimension.  A point that is done gets no further terms, so its result
    does not depend on its neighbours.  Where a grade of one point does not decay, none of them is
    found: all numbers are NaN.  Raises `NoGrading` where a jump does not lower the grade.

    >>> from systems.library import kerr_ring
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr_ring.MODEL, {**kerr_ring.VALUES, "Delta": [0.0, 1.0]})
    >>> flat = {name: np.broadcast_to(array, (2,)) for name, array in arrays.items()}
    >>> found = solve(kerr_ring.MODEL, flat, quanta=3, tolerance=1e-11, limit=60)
    >>> found.rho.shape, bool(np.allclose(np.trace(found.rho, axis1=1, axis2=2), 1))
    ((2, 20, 20), True)
    """
    try:
        with np.errstate(all="ignore"):  # of points that diverge: their remainder tells
            equation = Sylvester(model, arrays, quanta)
            return _sweep(equation, equation.leading(), tolerance, limit)
    except np.linalg.LinAlgError:
        count, size = len(next(iter(arrays.values()))), space(model.modes, quanta).size
        nothing = np.full((count, size, size), np.nan, dtype=complex)
        left = np.full(count, np.inf)
        return Swept(nothing, np.ones((count, size)), left, np.zeros(count, dtype=int))


def _sweep(equation: Sylvester, x: np.ndarray, tolerance: float, limit: int) -> Swept:
    """The sum of all sweeps from a first one, x, and what is left of it per point.

    Changes fall by a ratio r a sweep, at least from some sweep on: the remaining sum is at most
    change r/(1 - r), with r the worse of the last two ratios.  Where r is 1 or more nothing is
    known of it.
    """
    total, ratio = x.copy(), np.full(len(x), 0.5)
    before, remainder = np.ones(len(x)), np.full(len(x), np.inf)
    sweeps = np.zeros(len(x), dtype=int)
    hopeless = np.zeros(len(x), dtype=bool)
    # a point that is done or given up stays as it is, however long its neighbours take
    while np.any(open_ := (remainder > tolerance) & ~hopeless) and (made := sweeps.max()) < limit:
        x = equation.sweep(equation.fed(x))
        np.add(total, x, out=total, where=open_[:, None, None])
        change = _change(x, total, equation.blocks)
        now = change / (before + 1e-300)
        decay = np.maximum(now, ratio)
        left = np.where(decay < 1, change * decay / (1 - decay), np.inf)
        remainder, sweeps = np.where(open_, left, remainder), sweeps + open_
        if made >= TRIAL:
            hopeless |= change * np.minimum(now, ratio) ** (limit - made) > tolerance
        before, ratio = change, now
    trace = np.einsum("pii->p", total).real
    # what further sweeps would add, to the solution and to its error
    further = np.minimum(ratio, 0.9)[:, None] / (1 - np.minimum(ratio, 0.9)[:, None])
    error, last = (abs(np.einsum("pii->pi", part)) for part in (equation.error(total), x))
    error = (error * (1 + further) + last * further) / trace[:, None]
    back = np.argsort(equation.order)
    rho = (total / trace[:, None, None])[:, back[:, None], back]
    populations = np.einsum("pii->pi", rho).real
    # dividing by the trace spreads its error
    error = error[:, back] + abs(populations) * error.sum(axis=1, keepdims=True)
    return Swept(rho, error, remainder, sweeps)


def _change(x: np.ndarray, total: np.ndarray, blocks: Sequence[slice]) -> np.ndarray:
    """The largest relative change of a population, beyond what round-off does, per point."""
    new, p = (abs(np.einsum("pii->pi", part).real) for part in (x, total))
    worst = np.zeros(len(p))
    for block in blocks:
        floor = FLOOR * p[:, block].max(axis=1, keepdims=True)
        found = np.maximum(new[:, block] - floor, 0) / (p[:, block] + floor + 1e-300)
        worst = np.maximum(worst, found.max(axis=1))
    return worst


def _dagger(matrices: np.ndarray) -> np.ndarray:
    return np.asarray(matrices.conj().swapaxes(-1, -2))
