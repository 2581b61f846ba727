"""Determinants that are not multiplied out: closed forms that nobody could write flat.

Of ten modes with an energy each there are 55 states of two quanta, and the determinant of H_eff
among them has more terms than a computer holds.  Its matrix has 250 elements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp

Position = tuple[int, int]
WIDEST = 10  # columns of a matrix on a page: what LaTeX's ``matrix`` takes unless told otherwise


class Determinant(sp.Expr):
    """The determinant of a sparse matrix, an expression that SymPy leaves as it is.

    Its arguments are the size of the matrix and, one after the other, row, column and element of
    what is not zero, counted from 0.  It is evaluated by an LU decomposition.

    >>> x, y = sp.symbols("x y")
    >>> whole = Determinant.of(2, {(0, 0): x, (0, 1): y, (1, 0): y, (1, 1): x})
    >>> whole.subs({x: 2, y: 1}).doit()
    3
    """

    is_commutative = True

    @classmethod
    def of(cls, size: int, elements: Mapping[Position, sp.Expr]) -> Determinant:
        """The determinant of a matrix from its elements by position.

        >>> Determinant.of(1, {(0, 0): sp.Symbol("x")})
        Determinant(1, 0, 0, x)
        """
        kept = sorted((at, x) for at, x in elements.items() if x != 0)
        return cls(sp.Integer(size), *(sp.sympify(z) for (i, j), x in kept for z in (i, j, x)))

    @property
    def size(self) -> int:
        """The number of rows.

        >>> Determinant.of(1, {(0, 0): sp.Symbol("x")}).size
        1
        """
        return int(self.args[0])

    @property
    def elements(self) -> dict[Position, sp.Expr]:
        """What is not zero, by position.

        >>> Determinant.of(1, {(0, 0): sp.Symbol("x")}).elements
        {(0, 0): x}
        """
        flat = iter(self.args[1:])
        return {(int(i), int(j)): x for i, j, x in zip(flat, flat, flat, strict=True)}

    def replaced(self, column: int, elements: Mapping[int, sp.Expr]) -> Determinant:
        """The same with another column, from its elements by row: Cramer's numerators.

        >>> x, y = sp.symbols("x y")
        >>> Determinant.of(1, {(0, 0): x}).replaced(0, {0: y})
        Determinant(1, 0, 0, y)
        """
        rest = {at: x for at, x in self.elements.items() if at[1] != column}
        return Determinant.of(self.size, rest | {(i, column): x for i, x in elements.items()})

    def columns(self) -> Iterator[list[sp.Expr]]:
        """The elements of each column.

        >>> list(Determinant.of(1, {(0, 0): sp.Symbol("x")}).columns())
        [[x]]
        """
        elements = self.elements
        for k in range(self.size):
            yield [x for (_, j), x in elements.items() if j == k]

    def numbers(self, arrays: Mapping[str, np.ndarray]) -> tuple[np.ndarray, ...]:
        """The elements at values of the symbols, given by name, in the order of `elements`.

        >>> Determinant.of(1, {(0, 0): sp.Symbol("x")}).numbers({"x": np.array(2.0)})[0].tolist()
        2.0
        """
        elements, found = self.elements, dict[Position, Any]()
        for k in range(self.size):
            column = {at: x for at, x in elements.items() if at[1] == k}
            # numerators differ in a column from one another, and share all others
            names, function = _compile(tuple(column.values()))
            numbers = function(*(arrays[name] for name in names))
            found |= dict(zip(column, numbers, strict=True))
        return tuple(np.broadcast_arrays(*(found[at] for at in elements)))

    def doit(self, **hints: Any) -> sp.Expr:
        """Multiplied out: a polynomial of as many factors in a term as there are rows.

        >>> x, y = sp.symbols("x y")
        >>> Determinant.of(2, {(0, 0): x, (0, 1): y, (1, 0): y, (1, 1): x}).doit()
        x**2 - y**2
        """
        return self._matrix().det()

    def _matrix(self) -> sp.Matrix:
        elements = self.elements
        return sp.Matrix(self.size, self.size, lambda i, j: elements.get((i, j), 0))

    def _numpycode(self, printer: Any) -> str:
        return self._code(printer, "determinant")

    def _mpmathcode(self, printer: Any) -> str:
        return self._code(printer, "wide_determinant")

    def _code(self, printer: Any, name: str) -> str:
        function = printer._module_format(f"{__name__}.{name}")
        values = ", ".join(map(printer._print, self.elements.values()))
        return f"{function}({self.size}, {list(self.elements)}, [{values}])"

    def in_words(self) -> str:
        """What it is of, where its matrix would not fit a page.

        >>> Determinant.of(1, {(0, 0): sp.Symbol("x")}).in_words()
        'determinant of 1 rows with 1 elements'
        """
        return f"determinant of {self.size} rows with {len(self.args) // 3} elements"

    def _latex(self, printer: Any) -> str:
        if self.size > WIDEST:
            return rf"\text{{{self.in_words()}}}"
        printed = str(printer._print(self._matrix()))
        return printed.replace(r"\left[", r"\left|").replace(r"\right]", r"\right|")


@lru_cache(maxsize=4096)
def _compile(elements: tuple[sp.Expr, ...]) -> tuple[list[str], Callable[..., Any]]:
    """The names of the symbols in expressions, and these as a function of their numbers."""
    symbols = sorted(set().union(*(x.free_symbols for x in elements)), key=str)
    function = sp.lambdify(symbols, list(elements), "numpy")
    return [str(symbol) for symbol in symbols], function


def matrix(size: int, positions: Sequence[Position], values: Iterable[Any]) -> np.ndarray:
    """Elements in numbers as matrices: array (*their broadcast shape, size, size).

    >>> matrix(2, [(0, 1)], [np.array([3.0])]).tolist()
    [[[0.0, 3.0], [0.0, 0.0]]]
    """
    arrays = np.broadcast_arrays(*values)
    shape, kind = arrays[0].shape, np.result_type(float, *arrays)
    whole = np.zeros((*shape, size, size), kind)
    for (i, j), array in zip(positions, arrays, strict=True):
        whole[..., i, j] = array
    return whole


def determinant(size: int, positions: Sequence[Position], values: Iterable[Any]) -> np.ndarray:
    """Determinants in numbers: array of the elements' broadcast shape.

    >>> float(determinant(2, [(0, 1), (1, 0)], [2.0, 3.0]).round(12))
    -6.0
    """
    return np.asarray(np.linalg.det(matrix(size, positions, values)))


def wide_determinant(size: int, positions: Sequence[Position], values: Iterable[Any]) -> Any:
    """The same at one point, with the digits that mpmath has been told to keep.

    >>> wide_determinant(1, [(0, 0)], [mpmath.mpf(2)])
    mpf('2.0')
    """
    whole = mpmath.zeros(size)
    for at, value in zip(positions, values, strict=True):
        whole[at] = value
    return mpmath.det(whole)


def sizes(size: int, positions: Sequence[Position], values: Iterable[Any]) -> np.ndarray:
    """How large determinants would be if nothing cancelled in them: array as `determinant`.

    The determinant times the condition number of its matrix, whose rows and columns are brought to
    a length of one before: near a zero it stays as it is, and the determinant does not.

    >>> almost = sizes(2, [(0, 0), (0, 1), (1, 0), (1, 1)], [1.0, 1.0, 1.0, 1.0 + 1e-12])
    >>> 1 < float(almost) < 10
    True
    """
    whole = matrix(size, positions, values)
    with np.errstate(all="ignore"):
        found, even = abs(np.linalg.det(whole)), whole
        for axis in (-1, -2):
            length = np.linalg.norm(even, axis=axis, keepdims=True)
            even = even / np.where(length > 0, length, 1)
        singular = np.linalg.svd(np.nan_to_num(even), compute_uv=False)
        scale = np.prod(np.linalg.norm(whole, axis=-1), axis=-1)
        condition = singular[..., 0] / singular[..., -1]
        return np.where(singular[..., -1] > 0, found * condition, scale)
