"""Long sums cut into pieces that are short: by the powers of one letter, each with its factors.

The numerators of several modes are polynomials of a hundred terms.  In powers of the right letter,

    N = K_1 (E + chi)^2 + 2 J^2 K_2 + J^4,

their coefficients fall into factors, many of which other numerators have too; what is still long
is cut again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import sympy as sp

from analytic.rational import polynomials
from analytic.rational.polynomials import Irreducible


@dataclass(frozen=True)
class Piece:
    """``front * prod_f f**powers[f]``: a number times a power of the letter, and sums.

    >>> x, y = sp.symbols("x y")
    >>> Piece(2 * x, {x + y: 2}).front
    2*x
    """

    front: sp.Expr
    powers: Mapping[sp.Expr, int]


class Split:
    """A polynomial with rational coefficients as the sum of its pieces, by powers of one letter.

    >>> x, y, z = sp.symbols("x y z")
    >>> for piece in Split(sp.expand(z * (x + y) ** 2 + 3 * z**2 * (x - y)), z).pieces:
    ...     print(piece.front, dict(piece.powers))
    3*z**2 {x - y: 1}
    z {x + y: 2}
    """

    def __init__(self, polynomial: sp.Expr, letter: sp.Symbol) -> None:
        self.letter = letter
        self.others = sorted(polynomial.free_symbols - {letter}, key=str)
        whole = sp.Poly(polynomial, letter, *self.others, domain=sp.QQ)
        self._below, integers = whole.clear_denoms()
        self._terms = integers.terms()

    @cached_property
    def pieces(self) -> list[Piece]:
        """The highest power first."""
        coefficients: dict[int, dict[tuple[int, ...], int]] = {}
        for (power, *rest), number in self._terms:
            coefficients.setdefault(power, {})[tuple(rest)] = int(number)
        return [self._piece(power, c) for power, c in coefficients.items()]

    @cached_property
    def size(self) -> int:
        """The terms of the pieces and of their sums, what appears twice being counted once."""
        sums = {f for piece in self.pieces for f in piece.powers}
        return len(self.pieces) + sum(len(f.args) for f in sums)

    def _piece(self, power: int, coefficient: Mapping[tuple[int, ...], int]) -> Piece:
        ring = polynomials.ring(max(len(self.others), 1))
        if not self.others:
            return Piece(coefficient[()] * self.letter**power / self._below, {})
        number, factors = polynomials.factors(ring.from_dict(dict(coefficient)))
        front, powers = number * self.letter**power / self._below, {}
        for factor, k in factors.items():
            written = self._expression(factor)
            if written.is_Add:
                powers[written] = k
            else:
                front *= written**k
        return Piece(front, powers)

    def _expression(self, factor: Irreducible) -> sp.Expr:
        terms = factor.polynomial.terms()
        return sp.Add(*(int(x) * sp.Mul(*map(sp.Pow, self.others, m)) for m, x in terms))


def shortest_split(polynomial: sp.Expr) -> Split:
    """The polynomial in powers of the letter that leaves least to be written.

    >>> x, y, z = sp.symbols("x y z")
    >>> shortest_split(sp.expand(z * (x + y) ** 2 + z**2 * (x - y) ** 2)).letter
    z
    """
    letters = sorted(polynomial.free_symbols, key=str)
    return min((Split(polynomial, letter) for letter in letters), key=lambda split: split.size)
