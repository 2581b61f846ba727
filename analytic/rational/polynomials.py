"""Polynomials in many letters with integer coefficients: FLINT's, and what they lack for us.

The closed forms are quotients of such polynomials, of up to tens of thousands of terms, for which
SymPy's own need forty to a hundred times longer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp
from flint import Ordering, fmpz, fmpz_mpoly, fmpz_mpoly_ctx
from flint.utils.flint_exceptions import DomainError

Polynomial = fmpz_mpoly
Ring = fmpz_mpoly_ctx
Matrix = list[list[Polynomial]]


class Singular(ValueError):
    """A matrix of polynomials has no inverse: its determinant vanishes for all letters.

    >>> x, y = ring(2).gens()
    >>> solve([[x, y], [x, y]], [[x], [y]])
    Traceback (most recent call last):
        ...
    analytic.rational.polynomials.Singular: Argument `matrix` must have an inverse, ...
    """


@dataclass(frozen=True, eq=False)
class Irreducible:
    """An irreducible polynomial as the key of a dictionary: FLINT's have no hash.

    >>> x, y = ring(2).gens()
    >>> {Irreducible(x + y): 2}[Irreducible(y + x)]
    2
    """

    polynomial: Polynomial

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Irreducible) and self._text == other._text

    def __hash__(self) -> int:
        return hash(self._text)

    @cached_property
    def _text(self) -> str:
        return str(self.polynomial)


def multiplied(
    one: Mapping[Irreducible, int], other: Mapping[Irreducible, int]
) -> dict[Irreducible, int]:
    """The factors of a product with their powers, from those of both; powers may cancel to zero.

    >>> x, y = map(Irreducible, ring(2).gens())
    >>> list(multiplied({x: 1, y: 2}, {x: -1}).values())
    [0, 2]
    """
    return {f: one.get(f, 0) + other.get(f, 0) for f in {**one, **other}}


def ring(letters: int) -> Ring:
    """The polynomials in that many letters, their terms in lexicographic order.

    >>> x, y = ring(2).gens()
    >>> (x + y) * (x - y)
    x0^2 - x1^2
    """
    return Ring.get([f"x{i}" for i in range(letters)], Ordering.lex)


def factors(polynomial: Polynomial) -> tuple[int, dict[Irreducible, int]]:
    """The number and the powers of the irreducible factors of a polynomial, the shortest first.

    >>> x, y = ring(2).gens()
    >>> number, powers = factors(2 * x * (x - y) ** 2)
    >>> number, [(str(f.polynomial), power) for f, power in powers.items()]
    (2, [('x0', 1), ('x0 - x1', 2)])
    """
    try:
        number, found = polynomial.factor()
    except OverflowError:  # python-flint 0.9 compares leading coefficients as machine integers
        number, found = _factor_by_sympy(polynomial)
    shortest_first = sorted(found, key=lambda pair: (len(pair[0]), str(pair[0])))
    return int(number), {Irreducible(factor): int(power) for factor, power in shortest_first}


def _factor_by_sympy(polynomial: Polynomial) -> tuple[fmpz, list[tuple[Polynomial, int]]]:
    """The same as FLINT's ``factor``, some hundred times slower."""
    context = polynomial.context()
    terms = {powers: int(number) for powers, number in polynomial.terms()}
    whole = sp.Poly.from_dict(terms, *sp.symbols(context.names()))
    number, found = whole.factor_list()
    read = ({m: int(x) for m, x in factor.terms()} for factor, _ in found)
    return fmpz(int(number)), [
        (context.from_dict(x), k) for x, (_, k) in zip(read, found, strict=True)
    ]


def divide(dividend: Polynomial, divisor: Polynomial) -> Polynomial | None:
    """The quotient, or None if there is a remainder.

    >>> x, y = ring(2).gens()
    >>> divide(x**2 - y**2, x - y), divide(x, y)
    (x0 + x1, None)
    """
    try:
        return dividend / divisor
    except DomainError:
        return None


class TooLong(ValueError):
    """A polynomial on the way to a solution has more terms than anybody could read, or wait for.

    >>> x, y = ring(2).gens()
    >>> solve([[x + y, y], [y, x - y]], [[x], [y]], longest=1)
    Traceback (most recent call last):
        ...
    analytic.rational.polynomials.TooLong: ...
    """


def solve(matrix: Matrix, right: Matrix, longest: int | None = None) -> tuple[Matrix, Polynomial]:
    """``matrix^-1 right`` as numerators over one denominator, the determinant up to its sign.

    Gauss-Jordan elimination in which all divisions are exact (Bareiss, Math. Comp. 22, 565
    (1968)).  Raises `Singular`, and `TooLong` beyond ``longest`` terms in one of the polynomials.

    >>> x, y = ring(2).gens()
    >>> solve([[x, y], [y, x]], [[x], [y]])  # the solution is (1, 0)
    ([[x0^2 - x1^2], [0]], x0^2 - x1^2)
    """
    rows = [[*left, *others] for left, others in zip(matrix, right, strict=True)]
    last = rows[0][0].context().constant(1)
    for k in range(len(rows)):
        candidates = [i for i in range(k, len(rows)) if rows[i][k]]
        if not candidates:
            raise Singular("Argument `matrix` must have an inverse, but its determinant is 0.")
        pivot = min(candidates, key=lambda i: len(rows[i][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        head = rows[k]
        _check_length(rows, longest)
        rows = [
            row
            if row is head
            else [(head[k] * x - row[k] * y) / last for x, y in zip(row, head, strict=True)]
            for row in rows
        ]
        last = head[k]
    return [row[len(rows) :] for row in rows], last


def _check_length(rows: Matrix, longest: int | None) -> None:
    """Raise `TooLong` for a polynomial of more than ``longest`` terms."""
    size = max(len(x) for row in rows for x in row)
    if longest is not None and size > longest:
        raise TooLong(f"A polynomial has {size} terms, and {longest} are the most that it may.")
