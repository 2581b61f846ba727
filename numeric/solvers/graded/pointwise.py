"""The sweeps of `numeric.solvers.graded.strips` in compiled code, one point after the other.

The numbers of one point stay in the cache of a core, and threads do not wait for one another as
they do between calls of NumPy.  Products of eigenvectors are those of BLAS; what a word of ladder
operators makes of a matrix, one number of a row at most, is taken element by element.
"""

from typing import Any, NamedTuple

import numpy as np

from numeric.solvers.compiled import compile_once, njit
from numeric.solvers.graded.lanes import COMPILED, INNER
from numeric.solvers.graded.strips import Strips


class Plan(NamedTuple):
    """Where everything lies, the same for all points.

    Entry e of U leads from state ``column[e]``, of grade ``below[e]``, to ``row[e]``; those that
    lead to grade g begin at ``entries[g]``.

    >>> from systems.library import kerr
    >>> arrays = {name: np.full(2, x) for name, x in kerr.VALUES.items()}
    >>> Pointwise(kerr.MODEL, arrays, quanta=2).plan.row  # the drive leads from 0 to 1, from 1 to 2
    array([1, 2])
    """

    starts: np.ndarray  # of the states of each grade, and their number
    strips: np.ndarray  # of the strip of each grade, and the number of elements
    columns: np.ndarray  # of the same of columns down to the diagonal
    mirror: np.ndarray  # where in these each element of the strips is, conjugated
    squares: np.ndarray  # of the eigenvectors of each grade, and how many numbers these are
    row: np.ndarray
    column: np.ndarray
    below: np.ndarray
    entries: np.ndarray


class Parts(NamedTuple):
    """What a sweep multiplies with, first index the point, second one all numbers of the grades.

    >>> from systems.library import kerr
    >>> arrays = {name: np.full(2, x) for name, x in kerr.VALUES.items()}
    >>> Pointwise(kerr.MODEL, arrays, quanta=2).parts.vectors.shape
    (2, 3)
    """

    U: np.ndarray
    vectors: np.ndarray
    inverse: np.ndarray
    vectors_dagger: np.ndarray
    inverse_dagger: np.ndarray
    scale: np.ndarray  # 1 / (l_m,i + conj(l_n,j)) of each element


class Pointwise(Strips):
    """The same equation and the same vectors, swept by compiled code.

    >>> from systems.library import kerr
    >>> arrays = {name: np.full(2, x) for name, x in kerr.VALUES.items()}
    >>> one, two = (kind(kerr.MODEL, arrays, quanta=3) for kind in (Pointwise, Strips))
    >>> x = two.leading()
    >>> bool(np.allclose(one.sweep(one.fed(x)), two.sweep(two.fed(x)), rtol=1e-12, atol=0))
    True
    """

    def _prepare(self) -> None:
        starts, wide = self.layout.starts, np.diff(self.layout.starts)
        row, column = self._raising()
        below = np.searchsorted(starts, column, side="right") - 1
        strips = np.array([0, *(strip.stop for strip in self.layout.strips)])
        columns, squares = (np.append(0, np.cumsum(wide * rows)) for rows in (starts[1:], wide))
        grade = np.searchsorted(starts, self.layout.row, side="right") - 1
        mirror = columns[grade] + self.layout.column * wide[grade] + self.layout.row - starts[grade]
        entries = np.searchsorted(row, starts)
        self.plan = Plan(
            starts, strips, columns, mirror.astype(np.uint32), squares, row, column, below, entries
        )
        U = np.ascontiguousarray(self.half[:, row, column])
        values = np.ascontiguousarray(np.concatenate([f.values for f in self.forms], axis=1))
        forms = self._joined("vectors"), self._joined("inverse")
        if all(form.orthogonal for form in self.forms):
            adjoints = forms[::-1]
        else:
            adjoints = self._joined("vectors_dagger"), self._joined("inverse_dagger")
        scale = np.empty((self.points, len(mirror)), dtype=complex)
        self.parts = Parts(U, *forms, *adjoints, scale)
        compile_once(_invert_sums, self.plan, values, scale)
        _invert_sums(self.plan, values, scale)

    def _raising(self) -> tuple[np.ndarray, np.ndarray]:
        """Rows and columns of what the drive raises, row by row."""
        words = [self.layout.entries(word)[:2] for word in self.raising]
        filled = np.zeros((self.layout.size, self.layout.size), dtype=bool)
        for row, column in words:
            filled[row, column] = True
        row, column = np.nonzero(filled)
        return row.copy(), column.copy()  # side by side in memory they are of another type

    def _joined(self, name: str) -> np.ndarray:
        """The matrices of all forms, in one row a point."""
        return joined([getattr(form, name) for form in self.forms])

    def fed(self, x: np.ndarray) -> np.ndarray:
        """What comes from higher grades, in new memory."""
        begin, columns, kinds, weights = self.layout.sparse(tuple(self.feed.terms))
        x, made = np.ascontiguousarray(x), np.empty(x.shape, dtype=complex)
        arguments = begin, columns, kinds, weights, self.feed.coefficients, x, made
        compile_once(_gather, *arguments)
        _gather(*arguments)
        return made

    def sweep(self, source: np.ndarray) -> np.ndarray:
        """Solve all blocks for a Hermitian source and what the drive raises, as in `Strips`."""
        source = np.ascontiguousarray(source)
        compile_once(_sweep, self.plan, self.parts, source)
        _sweep(self.plan, self.parts, source)
        return source

    def evolved(self, x: np.ndarray) -> np.ndarray:
        """-i K X + i X K' without what lowers the grade, of vectors."""
        x, made, G = np.ascontiguousarray(x), np.empty(x.shape, dtype=complex), joined(self.G)
        compile_once(_evolve, self.plan, G, self.parts.U, x, made)
        _evolve(self.plan, G, self.parts.U, x, made)
        return made


def joined(matrices: list[np.ndarray]) -> np.ndarray:
    """Matrices (point, ...) of all grades, in one row a point.

    >>> joined([np.ones((2, 1, 1)), np.ones((2, 3, 3))]).shape
    (2, 10)
    """
    points, numbers = len(matrices[0]), sum(part[0].size for part in matrices)
    made = np.empty((points, numbers), dtype=complex)
    return np.concatenate([part.reshape(points, -1) for part in matrices], axis=1, out=made)


@njit(**COMPILED)
def _invert_sums(plan: Plan, values: Any, into: Any) -> None:
    """1/(l_i + conj(l_j)) of each element, and zero for that of the vacuum."""
    for point in range(len(values)):
        for grade in range(len(plan.starts) - 1):
            scale, start = _columns_of(plan, into[point], grade), plan.starts[grade]
            for i in range(scale.shape[0]):
                for j in range(scale.shape[1]):
                    one = np.conj(values[point, i]) + values[point, start + j]
                    # Numba's division of complex numbers raises an error where nothing decays
                    scale[i, j] = one * (1 / (one.real**2 + one.imag**2))
        into[point, 0] = 0  # it is one, and has no corrections


@njit(**COMPILED)
def _gather(
    begin: Any, columns: Any, kinds: Any, weights: Any, factors: Any, x: Any, into: Any
) -> None:
    """The sums of `numeric.solvers.graded.placement.Layout.sparse`, each term times its factor."""
    length = x.shape[1]
    both = np.empty(2 * length, np.complex128)
    for point in range(len(x)):
        c = factors[point]
        for i in range(length):
            both[i], both[length + i] = x[point, i], np.conj(x[point, i])
        for i in range(length):
            real, imag = 0.0, 0.0
            for e in range(begin[i], begin[i + 1]):
                factor, y = weights[e] * c[kinds[e]], both[columns[e]]
                real += factor.real * y.real - factor.imag * y.imag
                imag += factor.real * y.imag + factor.imag * y.real
            into[point, i] = complex(real, imag)


@njit(**COMPILED)
def _sweep(plan: Plan, parts: Parts, x: Any) -> None:
    """Solve all blocks of each point in place of their sources, lowest first.

    In strips of columns down to the diagonal no matrix of eigenvectors is wider than what it
    multiplies.
    """
    length = x.shape[1]
    work, half = np.empty(length, np.complex128), np.empty(length, np.complex128)
    made = np.empty(length, np.complex128)
    for point in range(len(x)):
        if np.any(x[point] != 0):  # a point that is done has no source
            own = Parts(
                parts.U[point],
                parts.vectors[point],
                parts.inverse[point],
                parts.vectors_dagger[point],
                parts.inverse_dagger[point],
                parts.scale[point],
            )
            for e in range(length):
                work[plan.mirror[e]] = np.conj(x[point, e])
            for grade in range(len(plan.starts) - 1):
                _raise_columns(plan, own.U, work, grade)
                _solve_columns(plan, own, work, grade, half, made)
            for e in range(length):
                x[point, e] = np.conj(work[plan.mirror[e]])


@njit(**INNER)
def _columns_of(plan: Plan, x: Any, grade: int) -> Any:
    """The columns of a grade down to the diagonal block, as a matrix."""
    states = plan.starts[grade + 1] - plan.starts[grade]
    begin, end = plan.columns[grade], plan.columns[grade + 1]
    return x[begin:end].reshape((plan.starts[grade + 1], states))


@njit(**INNER)
def _raise_columns(plan: Plan, U: Any, x: Any, grade: int) -> None:
    """Add X U' of lower columns to those of a grade, above its diagonal block."""
    made, start = _columns_of(plan, x, grade), plan.starts[grade]
    for e in range(plan.entries[grade], plan.entries[grade + 1]):
        row, column, below, u = plan.row[e] - start, plan.column[e], plan.below[e], np.conj(U[e])
        lower, first = _columns_of(plan, x, below), plan.starts[below]
        for i in range(lower.shape[0]):
            made[i, row] += lower[i, column - first] * u
        for other in range(below + 1, grade):
            beside, first = _columns_of(plan, x, other), plan.starts[other]
            for i in range(beside.shape[1]):
                made[first + i, row] += np.conj(beside[column, i]) * u


@njit(**INNER)
def _solve_columns(plan: Plan, parts: Parts, x: Any, grade: int, half: Any, made: Any) -> None:
    """Solve the blocks of these columns one after the other, each for what those above raise.

    The source of a diagonal block is Hermitian: half of it is solved for, with what is raised from
    the left, and the adjoint added.
    """
    columns, start = _columns_of(plan, x, grade), plan.starts[grade]
    rows, states = columns.shape
    inward = half[: rows * states].reshape((rows, states))
    scale = _columns_of(plan, parts.scale, grade)
    for i in range(start, rows):
        for j in range(states):
            columns[i, j] *= 0.5
    np.dot(columns, _square_of(plan, parts.inverse_dagger, grade), inward)
    for other in range(grade + 1):
        _raise_rows(plan, parts.U, inward, inward, 0, other)
        first, last = plan.starts[other], plan.starts[other + 1]
        y = made[: (last - first) * states].reshape((last - first, states))
        np.dot(_square_of(plan, parts.inverse, other), inward[first:last], y)
        for i in range(last - first):
            for j in range(states):
                y[i, j] *= scale[first + i, j]
        np.dot(_square_of(plan, parts.vectors, other), y, inward[first:last])
    np.dot(inward, _square_of(plan, parts.vectors_dagger, grade), columns)
    for i in range(states):
        for j in range(i + 1):
            columns[start + i, j] += np.conj(columns[start + j, i])
            columns[start + j, i] = np.conj(columns[start + i, j])


@njit(**INNER)
def _strip_of(plan: Plan, x: Any, grade: int) -> Any:
    """The strip of a grade in a vector, as a matrix."""
    start, stop, size = plan.starts[grade], plan.starts[grade + 1], plan.starts[-1]
    return x[plan.strips[grade] : plan.strips[grade + 1]].reshape((size - start, stop - start))


@njit(**INNER)
def _square_of(plan: Plan, matrices: Any, grade: int) -> Any:
    """The matrix of a grade."""
    states = plan.starts[grade + 1] - plan.starts[grade]
    return matrices[plan.squares[grade] : plan.squares[grade + 1]].reshape((states, states))


@njit(**INNER)
def _raise_into(plan: Plan, U: Any, x: Any, into: Any, grade: int) -> None:
    """Add to the strip of a grade X U' of lower ones, and U X of what they hold as adjoints."""
    strip, start = _strip_of(plan, into, grade), plan.starts[grade]
    for e in range(plan.entries[grade], len(U)):
        row, below = plan.row[e] - start, plan.below[e]
        if below < grade:
            offset, column = start - plan.starts[below], plan.column[e] - plan.starts[below]
            lower = _strip_of(plan, x, below)
            if e < plan.entries[grade + 1]:
                for i in range(strip.shape[0]):
                    strip[i, row] += lower[i + offset, column] * np.conj(U[e])
            for j in range(strip.shape[1]):
                strip[row, j] += U[e] * np.conj(lower[j + offset, column])


@njit(**INNER)
def _raise_rows(plan: Plan, U: Any, x: Any, into: Any, grade: int, to: int) -> None:
    """Add what U makes of rows from this grade on in the rows of grade ``to``, in one strip."""
    start = plan.starts[grade]
    for e in range(plan.entries[to], plan.entries[to + 1]):
        if plan.below[e] >= grade:
            row, column = plan.row[e] - start, plan.column[e] - start
            for j in range(x.shape[1]):
                into[row, j] += U[e] * x[column, j]


@njit(**COMPILED)
def _evolve(plan: Plan, G: Any, U: Any, x: Any, into: Any) -> None:
    """-G X - X G' and what U raises, of each point; few elements of G are not zero."""
    for point in range(len(x)):
        for grade in range(len(plan.starts) - 1):
            strip, made = _strip_of(plan, x[point], grade), _strip_of(plan, into[point], grade)
            made[:] = 0
            square = _square_of(plan, G[point], grade)
            rows, columns = np.nonzero(square)
            factors = np.empty(len(rows), np.complex128)
            for e in range(len(rows)):
                factors[e] = np.conj(square[rows[e], columns[e]])
            for i in range(len(strip)):
                source, target = strip[i], made[i]
                for e in range(len(rows)):
                    target[rows[e]] -= source[columns[e]] * factors[e]
            _evolve_rows(plan, G[point], U[point], strip, made, grade)
            _raise_into(plan, U[point], x[point], into[point], grade)


@njit(**INNER)
def _evolve_rows(plan: Plan, G: Any, U: Any, x: Any, into: Any, grade: int) -> None:
    """Add -G X and U X to a strip, block by block."""
    start, states = plan.starts[grade], x.shape[1]
    for other in range(grade, len(plan.starts) - 1):
        first, square = plan.starts[other] - start, _square_of(plan, G, other)
        rows, columns = np.nonzero(square)
        for e in range(len(rows)):
            row, column, factor = first + rows[e], first + columns[e], square[rows[e], columns[e]]
            for j in range(states):
                into[row, j] -= factor * x[column, j]
        _raise_rows(plan, U, x, into, grade, other)
