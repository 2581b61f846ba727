"""Quotients of polynomials whose denominators stay products of known factors.

The moments share few denominators, the determinants of their blocks; kept factored, they are
compared by counting and no greatest common divisor of long polynomials is ever taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd, lcm, prod

import sympy as sp

from analytic.rational.polynomials import Factor, Polynomial, divide, factors


@dataclass(frozen=True)
class Quotient:
    """``numerator / (divisor * prod_f f**powers[f])``, all over one ring of integers."""

    numerator: Polynomial
    divisor: int
    powers: Mapping[Factor, int]

    @classmethod
    def of(cls, numerator: Polynomial, denominator: Polynomial) -> Quotient:
        """The quotient of two polynomials, the denominator taken apart."""
        number, powers = factors(denominator)
        return cls(numerator * (1 if number > 0 else -1), abs(number), powers).reduced

    @property
    def reduced(self) -> Quotient:
        """The same with all that divides the numerator cancelled."""
        shared = gcd(self.divisor, *map(int, self.numerator.coeffs()))
        numerator, powers = self.numerator / shared, dict(self.powers)
        for factor in self.powers:
            while powers[factor] and (quotient := divide(numerator, factor.polynomial)):
                numerator, powers[factor] = quotient, powers[factor] - 1
        kept = {factor: power for factor, power in powers.items() if power}
        return Quotient(numerator, self.divisor // shared, kept)

    @property
    def inverse(self) -> Quotient:
        """``1 / self``."""
        one = self.numerator.context().constant(self.divisor)
        return Quotient.of(_product(self.powers, one), self.numerator)

    def over(self, divisor: int, powers: Mapping[Factor, int]) -> Polynomial:
        """The numerator over a denominator that holds this one's."""
        missing = {f: power - self.powers.get(f, 0) for f, power in powers.items()}
        return _product(missing, self.numerator * (divisor // self.divisor))

    def __add__(self, other: Quotient) -> Quotient:
        return total([self, other])

    def __sub__(self, other: Quotient) -> Quotient:
        return total([self, other.times(-1)])

    def __mul__(self, other: Quotient | sp.Rational | int) -> Quotient:
        return self.times(other).reduced

    def times(self, other: Quotient | Polynomial | sp.Rational | int) -> Quotient:
        """The product, nothing cancelled: for terms of a `total`, which cancels."""
        if isinstance(other, sp.Rational | int):
            number = sp.Rational(other)
            other = Quotient(self.numerator.context().constant(int(number.p)), int(number.q), {})
        if isinstance(other, Polynomial):
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
    powers: dict[Factor, int] = {}
    for q in terms:
        powers = {f: max(powers.get(f, 0), q.powers.get(f, 0)) for f in {**powers, **q.powers}}
    first, *others = (q.over(divisor, powers) for q in terms)
    return Quotient(sum(others, start=first), divisor, powers).reduced


def _product(powers: Mapping[Factor, int], start: Polynomial) -> Polynomial:
    return prod((f.polynomial**power for f, power in powers.items()), start=start)
