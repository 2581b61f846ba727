"""A master equation in blocks that are Sylvester equations, for some points together.

The idea stands in `numeric.solvers.graded.sylvester`.  Of a Hermitian matrix the elements from the
diagonal on downward are kept, in *strips*: the columns of one grade, from its own states on, one
strip after the other in one long vector.  So each block is a contiguous matrix, and nearly all
that is left to do are products of matrices.  What runs through a strip is what the drive raises
with U, from the left and from the right,

    R_ji = S_ji + sum_k U_jk X_ki + sum_k X_jk U_ik',

and in the eigenvectors of both sides the rest is a multiplication.  The source S is all that comes
from higher grades, jumps and the lowering part of the drive: a sparse matrix that acts on the
long vector and, for elements above the diagonal, on its conjugate.
"""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import combinations
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from numeric.lindblad.space import Cut, space
from numeric.solvers.graded.equation import equation_of, lowers, read
from numeric.solvers.graded.forms import ROUNDINGS, dagger, diagonalise, left, moved, right, short
from numeric.solvers.graded.placement import Layout, Pair
from numeric.solvers.graded.raising import Dense, Sparse
from systems import Model
from systems.grading import NoGrading
from systems.ladder import Word
from systems.values import EPSILON, Arrays

# States from which on what the drive raises is gathered: at 120 a point of the ring takes the same
# either way
MANY = 120
LARGE = 500  # states of which tables take 0.1 GB and more


def lay_out(model: Model, quanta: Cut) -> Layout:
    """Where the elements lie, made once; of many states the last one is kept.

    >>> from systems.library import kerr
    >>> lay_out(kerr.MODEL, 2).blocks
    (slice(0, 1, None), slice(1, 2, None), slice(2, 3, None))
    """
    large = space(model.modes, quanta).size > LARGE
    return (_last if large else _kept)(model, quanta)


def _made(model: Model, quanta: Cut) -> Layout:
    on = space(model.modes, quanta)
    return Layout.of(on.word, on.occupations @ np.array(model.driven_grading.weights))


_kept, _last = lru_cache(maxsize=32)(_made), lru_cache(maxsize=1)(_made)


@dataclass(frozen=True)
class Feed:
    """What terms c A X B' make of X, as one sparse matrix for all points.

    The matrix acts on the vectors of all points and their conjugates, one after the other.

    >>> from systems.library import kerr
    >>> loss = {(((0,), (1,)), ((0,), (1,))): np.array([3.0 + 0j])}
    >>> feed = Feed(lay_out(kerr.MODEL, 1), loss)
    >>> feed(np.array([[0.8, 0.0, 0.2 + 0j]])).real.round(6).tolist()  # the rate times the upper
    [[0.6, 0.0, 0.0]]
    """

    layout: Layout
    terms: dict[Pair, np.ndarray]  # coefficients (point) of pairs of words; None stands for no word
    number: Any = complex  # type of the numbers

    @cached_property
    def coefficients(self) -> np.ndarray:
        """Those of the terms, (point, term)."""
        return np.array(list(self.terms.values())).T.copy()

    @cached_property
    def _matrix(self) -> csr_array:
        points, length = len(self.coefficients), len(self.layout.row)
        _, _, kinds, weights = self.layout.sparse(tuple(self.terms))
        starts, where = self.layout.pattern(tuple(self.terms), points)
        data = np.take(self.coefficients, kinds, axis=1)
        data *= weights
        shape = points * length, 2 * points * length
        return csr_array((data.ravel().astype(self.number, copy=False), where, starts), shape=shape)

    @cached_property
    def _both(self) -> np.ndarray:
        """Room for vectors and their conjugates: to get it anew would take longer."""
        return np.empty((len(self.coefficients), 2 * len(self.layout.row)), dtype=self.number)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """The vectors (point, element) that it makes of vectors."""
        self._both[:, : x.shape[1]] = x
        np.conjugate(x, out=self._both[:, x.shape[1] :])
        return np.asarray(self._matrix @ self._both.ravel()).reshape(x.shape)

    def rounded(self) -> "Feed":
        """The same in single precision."""
        return replace(self, number=np.complex64)

    def bound(self, s: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """What |c A| |s><s| |B'| is the outer product of, for each term, (point, state) both."""
        left, right = [], []
        for pair, c in self.terms.items():
            (source, weight), (other, weight_) = map(self.layout.side, pair)
            left.append(abs(c)[:, None] * abs(weight) * s[:, source])
            right.append(abs(weight_) * s[:, other])
        return left, right


class Strips:
    """The equation of some points that travel together; vectors have the shape (point, element).

    Raises `NoGrading` where a jump raises the grade or conserves it: then a block is no Sylvester
    equation.

    >>> from systems.library import kerr_ring
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr_ring.MODEL, {**kerr_ring.VALUES, "Delta": [0.5]})
    >>> flat = {name: np.broadcast_to(array, (1,)) for name, array in arrays.items()}
    >>> equation = Strips(kerr_ring.MODEL, flat, quanta=2)
    >>> [block.stop - block.start for block in equation.blocks]  # states of 0, 1 and 2 quanta
    [1, 3, 6]
    >>> x = equation.leading()
    >>> bool(np.abs(equation.sweep(equation.fed(x))).max() < np.abs(x).max())
    True
    """

    def __init__(self, model: Model, arrays: Arrays, quanta: Cut, apart: bool = False) -> None:
        """With ``apart`` sweeps solve blocks of an equation next to it, whose vectors are apart."""
        self.apart = apart
        if not lowers(model):
            raise NoGrading("The jumps have to lower the number of quanta, but one does not.")
        words, jumps, unit = read(model, arrays)
        self.layout, self.points = lay_out(model, quanta), len(unit)
        self.blocks, made = self.layout.blocks, {w: -1j * c / unit for w, c in words.items()}
        raises = _raises(model)
        lowering = {w: c for w, c in made.items() if raises[w] < 0}
        self.raising = [w for w in made if raises[w] > 0]
        self._half({w: c for w, c in made.items() if w not in lowering})
        terms: dict[Pair, np.ndarray] = {pair: c / unit for pair, c in jumps.items()}
        terms |= {(word, None): c for word, c in lowering.items()}
        terms |= {(None, word): c.conj() for word, c in lowering.items()}
        self.feed = Feed(self.layout, terms)
        self._solvers()

    def _half(self, words: dict[Word, np.ndarray]) -> None:
        """-i K without its lowering part, and how large its terms are, (point, i, j)."""
        shape = self.points, self.layout.size, self.layout.size
        self.half, self.sizes = np.zeros(shape, dtype=complex), np.zeros(shape)
        for word, c in words.items():
            rows, columns, weights = self.layout.entries(word)
            self.half[:, rows, columns] += c[:, None] * weights
            self.sizes[:, rows, columns] += abs(c)[:, None] * abs(weights)

    def _solvers(self) -> None:
        """What a sweep multiplies with: eigenvectors and inverse sums, and what is made of them."""
        self.G = [-self.half[:, b, b] for b in self.blocks]
        self.forms = [diagonalise(moved(G) if self.apart else G) for G in self.G]
        self._prepare()

    @property
    def many(self) -> bool:
        """Whether there are so many states that what the drive raises is gathered."""
        return self.layout.size >= MANY

    def _prepare(self) -> None:
        """Raising matrices, and what leads from them to eigenvectors."""
        raised, blocks = {pair: U for pair, U in self._raised() if np.any(U)}, self.blocks
        if self.many:
            self.forms = [form.real() for form in self.forms]
        self.raised = {pair: (Sparse if self.many else Dense).of(U) for pair, U in raised.items()}
        self.lowest = list(range(len(blocks)))
        if not self.many:
            self.lowest = [min([j, *(k for i, k in raised if i == j)]) for j in self.lowest]
        self.inward = []
        # what leads from all rows that raise to a block, and from its own, to its eigenvectors
        for form, block, k in zip(self.forms, blocks, self.lowest, strict=True):
            U = self.half[:, block, blocks[k].start : block.start]
            inverse = form.inverse
            fed = inverse if self.many else np.concatenate([inverse @ U, inverse], axis=2)
            self.inward.append(fed)
        row, column = self.layout.row, self.layout.column
        values = np.concatenate([form.values for form in self.forms], axis=1)
        sums = values[:, row] + values[:, column].conj()
        sums[:, 0] = 1
        scale = 1 / sums
        scale[:, 0] = 0  # the vacuum's element is one, and has no corrections
        self.scale = list(self.cut(scale))

    def _raised(self) -> Iterator[tuple[tuple[int, int], np.ndarray]]:
        """The blocks U_jk by which block j is fed from lower blocks k."""
        for k, j in combinations(range(len(self.blocks)), 2):
            yield (j, k), self.half[:, self.blocks[j], self.blocks[k]]

    def cut(self, x: np.ndarray) -> Iterator[np.ndarray]:
        """The strips of vectors, (point, row, column), without a copy."""
        for block, strip in zip(self.blocks, self.layout.strips, strict=True):
            shape = self.points, self.layout.size - block.start, block.stop - block.start
            yield x[:, strip].reshape(shape)

    def leading(self) -> np.ndarray:
        """psi psi' with psi_0 = 1 and G_m psi_m = -i (U psi)_m."""
        psi = np.zeros((self.points, self.layout.size, 1), dtype=complex)
        psi[:, 0] = 1
        for G, block in zip(self.G[1:], self.blocks[1:], strict=True):
            fed = self.half[:, block, : block.start] @ psi[:, : block.start]
            psi[:, block] = np.linalg.solve(G, fed)
        left, right = psi[:, :, 0], psi[:, :, 0].conj()
        # in new memory: a product that overwrites a factor, as of many points, has other last bits
        return np.multiply(
            np.take(left, self.layout.row, axis=1), np.take(right, self.layout.column, axis=1)
        )

    @property
    def skew(self) -> np.ndarray:
        """The largest condition of an eigenvalue, (point,): 1 where all vectors are orthogonal."""
        return np.asarray(np.max([form.skew for form in self.forms], axis=0))

    def rounded(self) -> "Strips":
        """The same in single precision, for `step`.

        >>> from systems.library import kerr
        >>> arrays = {name: np.array([x]) for name, x in kerr.VALUES.items()}
        >>> equation = Strips(kerr.MODEL, arrays, quanta=2)
        >>> x = equation.leading()
        >>> rough = equation.rounded().step(x.astype(np.complex64))
        >>> rough.dtype, bool(np.allclose(rough, equation.step(x), rtol=1e-5, atol=0))
        (dtype('complex64'), True)
        """
        other = copy(self)
        other.half, other.feed = short(self.half), self.feed.rounded()
        other.G, other.inward, other.scale = (
            [short(part) for part in parts] for parts in (self.G, self.inward, self.scale)
        )
        other.raised = {pair: U.rounded() for pair, U in self.raised.items()}
        other.forms = [form.rounded() for form in self.forms]
        return other

    def fed(self, x: np.ndarray) -> np.ndarray:
        """What comes from higher grades, in new memory."""
        return self.feed(x)

    def step(self, x: np.ndarray) -> np.ndarray:
        """T x: one more sweep of what comes from higher grades.

        Where sweeps solve a neighbouring equation it is what leaves the solution of this one alone.
        """
        if not self.apart:
            return self.sweep(self.fed(x))
        return x + self.sweep(self.evolved(x) + self.fed(x))

    def sweep(self, source: np.ndarray) -> np.ndarray:
        """Solve all blocks for a Hermitian source and what the drive raises, lowest first.

        The vacuum element stays zero.  The source is overwritten.
        """
        parts = list(self.cut(source))
        for i, (block, x, form) in enumerate(zip(self.blocks, parts, self.forms, strict=True)):
            self._raise(i, parts, x)
            half = right(x, form.inverse_dagger)
            for j, own in enumerate(self.blocks[i:], i):
                first = max(self.blocks[self.lowest[j]].start, block.start)
                rows = shifted(own, block.start)
                if self.many:
                    self._raise_rows(j, block, half, half)
                # rows of lower grades hold the solution already
                fed = half[:, first - block.start : rows.stop]
                y = left(self.inward[j][:, :, -fed.shape[1] :], fed)
                y *= self.scale[i][:, rows]
                left(self.forms[j].vectors, y, out=half[:, rows])
            right(half, form.vectors_dagger, out=x)
        return source

    def _raise(self, i: int, parts: list[np.ndarray], into: np.ndarray) -> None:
        """Add what U makes of lower strips in strip i, from the right, and from the left of X_ki.

        The latter lie above the diagonal: they are adjoints of what the strips hold.
        """
        block = self.blocks[i]
        rows = slice(block.start, block.stop)
        for (j, k), U in self.raised.items():
            if not k < i <= j:
                continue
            lower = parts[k][:, rows.start - self.blocks[k].start :]
            if j == i:
                raised = U.right(lower)
                into += raised
                into[:, : rows.stop - rows.start] += dagger(raised[:, : rows.stop - rows.start])
            else:
                own = self.blocks[j]
                some = shifted(own, block.start)
                into[:, some] += dagger(U.right(lower[:, : rows.stop - rows.start]))

    def _raise_rows(self, j: int, block: slice, x: np.ndarray, into: np.ndarray) -> None:
        """Add what U makes of rows of lower grades, from the one of this block on, in rows j."""
        rows = shifted(self.blocks[j], block.start)
        for (own, k), U in self.raised.items():
            if own == j and self.blocks[k].start >= block.start:
                into[:, rows] += U.left(x[:, shifted(self.blocks[k], block.start)])

    def evolved(self, x: np.ndarray) -> np.ndarray:
        """-i K X + i X K' without what lowers the grade, of vectors."""
        made = np.empty_like(x)
        parts = list(self.cut(x))
        for i, (block, out) in enumerate(zip(self.blocks, self.cut(made), strict=True)):
            if self.many:
                self._evolve_rows(i, parts[i], out)
            else:
                np.matmul(self.half[:, block.start :, block.start :], parts[i], out=out)
            out -= parts[i] @ dagger(self.G[i])
            self._raise(i, parts, out)
        return made

    def _evolve_rows(self, i: int, x: np.ndarray, out: np.ndarray) -> None:
        """-i K X of strip i, block by block."""
        for j, own in enumerate(self.blocks[i:], i):
            rows = shifted(own, self.blocks[i].start)
            np.matmul(-self.G[j], x[:, rows], out=out[:, rows])
            self._raise_rows(j, self.blocks[i], x, out)

    def matrix(self, x: np.ndarray) -> np.ndarray:
        """Hermitian matrices (point, i, j) from vectors."""
        whole = np.empty((self.points, self.layout.size, self.layout.size), dtype=complex)
        for block, strip in zip(self.blocks, self.cut(x), strict=True):
            whole[:, block, block.start :] = dagger(strip)
            whole[:, block.start :, block] = strip
        return whole

    def rest(self, x: np.ndarray) -> np.ndarray:
        """What one more sweep makes of the residual of the solution x and of its roundings.

        Elements of a positive matrix are at most |x_ij| = s_i s_j with s_i^2 = x_ii, and so
        each term of L x is bounded by the same products.
        """
        s = np.sqrt(abs(x[:, self.layout.diagonal]))
        half = (self.sizes @ s[:, :, None])[:, :, 0]
        one, two = self.feed.bound(s)
        # a sum of outer products is a product of matrices
        sizes = np.stack([*one, half, s], 2) @ np.stack([*two, s, half], 1)
        left = self.evolved(x)
        left += self.fed(x)
        rounding = np.take(sizes.reshape(len(x), -1), self.layout.flat, axis=1)
        left += rounding * (ROUNDINGS * EPSILON * self.layout.phases)
        return self.sweep(left)

    def error(self, x: np.ndarray) -> np.ndarray:
        """Absolute error of the populations of the solution x, (point, state), by that."""
        return abs(self.rest(x)[:, self.layout.diagonal])


@lru_cache(maxsize=256)
def _raises(model: Model) -> dict[Word, int]:
    """By how much each word of H_eff raises the grade."""
    return {word: model.driven_grading.raises(word) for word in equation_of(model).words}


def shifted(block: slice, start: int) -> slice:
    """Where a block lies in what begins at ``start``.

    >>> shifted(slice(4, 10), 4)
    slice(0, 6, None)
    """
    return slice(block.start - start, block.stop - start)
