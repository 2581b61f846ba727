"""Quotients of polynomials whose denominators stay products of known factors.

The moments share few denominators, the determinants of their blocks; kept factored, they are
compared by counting and no greatest common divisor of long polynomials is ever taken.  The
polynomials have integer coefficients: SymPy's rational ones are ten times slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from math import gcd, lcm, prod

import sympy as sp
from sympy.polys.rings import PolyElement


@dataclass(frozen=True)
class Quotient:
    """``numerator / (divisor * prod_f f**powers[f])``, all over one ring of integers."""

    numerator: PolyElement
    divisor: int
    powers: Mapping[PolyElement, int]

    @classmethod
    def of(cls, numerator: PolyElement, denominator: PolyElement) -> Quotient:
        """The quotient of two polynomials, the denominator taken apart."""
        number, factors = _factors(denominator)
        return cls(numerator * (1 if number > 0 else -1), abs(number), dict(factors)).reduced

    @property
    def reduced(self) -> Quotient:
        """The same with all that divides the numerator cancelled."""
        shared = gcd(self.divisor, *self.numerator.coeffs())
        numerator, powers = self.numerator.quo_ground(shared), dict(self.powers)
        for factor in self.powers:
            while powers[factor] and _may_divide(factor, numerator):
                quotient, rest = numerator.div(factor)
                if rest:
                    break
                numerator, powers[factor] = quotient, powers[factor] - 1
        kept = {factor: power for factor, power in powers.items() if power}
        return Quotient(numerator, self.divisor // shared, kept)

    @property
    def inverse(self) -> Quotient:
        """``1 / self``."""
        above = prod((f**power for f, power in self.powers.items()), start=self.numerator.ring.one)
        return Quotient.of(above * self.divisor, self.numerator)

    def over(self, divisor: int, powers: Mapping[PolyElement, int]) -> PolyElement:
        """The numerator over a denominator that holds this one's."""
        missing = (f ** (power - self.powers.get(f, 0)) for f, power in powers.items())
        return prod(missing, start=self.numerator * (divisor // self.divisor))

    def __add__(self, other: Quotient) -> Quotient:
        return total([self, other])

    def __sub__(self, other: Quotient) -> Quotient:
        return total([self, other.times(-1)])

    def __mul__(self, other: Quotient | sp.Rational | int) -> Quotient:
        return self.times(other).reduced

    def times(self, other: Quotient | PolyElement | sp.Rational | int) -> Quotient:
        """The product, nothing cancelled: for terms of a `total`, which cancels."""
        if isinstance(other, sp.Rational | int):
            number = sp.Rational(other)
            other = Quotient(self.numerator.ring.one * int(number.p), int(number.q), {})
        if isinstance(other, PolyElement):
            other = Quotient(other, 1, {})
        powers = {f: self.powers.get(f, 0) + other.powers.get(f, 0)
                  for f in {**self.powers, **other.powers}}  # fmt: skip
        return Quotient(self.numerator * other.numerator, self.divisor * other.divisor, powers)

    def __truediv__(self, other: Quotient) -> Quotient:
        return self * other.inverse

    def __bool__(self) -> bool:
        return bool(self.numerator)


def total(quotients: Iterable[Quotient]) -> Quotient:
    """The sum, over the least common denominator."""
    terms = list(quotients)
    divisor = lcm(*(q.divisor for q in terms))
    powers: dict[PolyElement, int] = {}
    for q in terms:
        powers = {f: max(powers.get(f, 0), q.powers.get(f, 0)) for f in {**powers, **q.powers}}
    numerator = reduce(lambda x, y: x + y, (q.over(divisor, powers) for q in terms))
    return Quotient(numerator, divisor, powers).reduced


@cache
def _factors(polynomial: PolyElement) -> tuple[int, list[tuple[PolyElement, int]]]:
    number, factors = polynomial.factor_list()
    return int(number), factors


def _may_divide(factor: PolyElement, polynomial: PolyElement) -> bool:
    """Whether it does with numbers for all letters but one: division that fails is slow."""
    letters = factor.ring.gens
    main = next(x for x in letters if factor.degree(x) > 0)
    point = [(x, sp.prime(100 + i)) for i, x in enumerate(letters) if x != main]
    if not point or not polynomial:
        return bool(polynomial)
    return not polynomial.evaluate(point).rem(factor.evaluate(point))
