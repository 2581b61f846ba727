"""Quotients of polynomials whose denominators stay products of known factors.

The moments of a series share few denominators, the determinants of their blocks; kept factored,
they are compared by counting and no greatest common divisor of long polynomials is ever taken.
`write` makes a SymPy expression of one, factor by factor, conjugate factors together as moduli.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import gcd, lcm, prod

import sympy as sp

from analytic.rational.factored import Alphabet
from analytic.rational.polynomials import Irreducible, Polynomial, divide, factors, multiplied


@dataclass(frozen=True)
class Quotient:
    """``numerator / (divisor * prod_f f**powers[f])``, all over one ring of integers.

    >>> from analytic.rational.polynomials import ring
    >>> x, y = ring(2).gens()
    >>> found = Quotient.of(x, x + y) + Quotient.of(y, x + y)
    >>> found.numerator, found.powers
    (1, {})
    """

    numerator: Polynomial
    divisor: int
    powers: Mapping[Irreducible, int]

    @classmethod
    def of(cls, numerator: Polynomial, denominator: Polynomial) -> Quotient:
        """The quotient of two polynomials, the denominator taken apart.

        >>> from analytic.rational.polynomials import ring
        >>> x, y = ring(2).gens()
        >>> found = Quotient.of(x * y, 2 * y)
        >>> found.numerator, found.divisor, found.powers
        (x0, 2, {})
        """
        number, powers = factors(denominator)
        return cls(numerator * (1 if number > 0 else -1), abs(number), powers).reduced

    @property
    def reduced(self) -> Quotient:
        """The same with all that divides the numerator cancelled.

        >>> from analytic.rational.polynomials import ring
        >>> x, y = ring(2).gens()
        >>> Quotient(4 * x, 6, {}).reduced
        Quotient(numerator=2*x0, divisor=3, powers={})
        """
        shared = gcd(self.divisor, *map(int, self.numerator.coeffs()))
        numerator, powers = self.numerator / shared, dict(self.powers)
        for factor in self.powers:
            while powers[factor] and (quotient := divide(numerator, factor.polynomial)):
                numerator, powers[factor] = quotient, powers[factor] - 1
        kept = {factor: power for factor, power in powers.items() if power}
        return Quotient(numerator, self.divisor // shared, kept)

    @property
    def inverse(self) -> Quotient:
        """``1 / self``; its numerator, the denominator now, is taken apart into factors.

        >>> from analytic.rational.polynomials import ring
        >>> x, y = ring(2).gens()
        >>> (Quotient.of(x, y).inverse * Quotient.of(x, y)).numerator
        1
        """
        one = self.numerator.context().constant(self.divisor)
        return Quotient.of(_product(self.powers, one), self.numerator)

    def over(self, divisor: int, powers: Mapping[Irreducible, int]) -> Polynomial:
        """The numerator over a denominator that holds this one's: for sums.

        >>> from analytic.rational.polynomials import ring
        >>> x, y = ring(2).gens()
        >>> half = Quotient.of(x, 2 * y)
        >>> half.over(4, half.powers)  # x/(2 y) = 2 x/(4 y)
        2*x0
        """
        missing = {f: power - self.powers.get(f, 0) for f, power in powers.items()}
        return _product(missing, self.numerator * (divisor // self.divisor))

    def __add__(self, other: Quotient) -> Quotient:
        return total([self, other])

    def __sub__(self, other: Quotient) -> Quotient:
        return total([self, other.times(-1)])

    def __mul__(self, other: Quotient | sp.Rational | int) -> Quotient:
        return self.times(other).reduced

    def times(self, other: Quotient | Polynomial | sp.Rational | int) -> Quotient:
        """The product, nothing cancelled: for terms of a `total`, which cancels.

        >>> from analytic.rational.polynomials import ring
        >>> x, y = ring(2).gens()
        >>> Quotient.of(x, y).times(3).numerator
        3*x0
        """
        if isinstance(other, sp.Rational | int):
            number = sp.Rational(other)
            other = Quotient(self.numerator.context().constant(int(number.p)), int(number.q), {})
        if isinstance(other, Polynomial):
            other = Quotient(other, 1, {})
        powers = multiplied(self.powers, other.powers)
        return Quotient(self.numerator * other.numerator, self.divisor * other.divisor, powers)

    def __truediv__(self, other: Quotient) -> Quotient:
        return self * other.inverse

    def __bool__(self) -> bool:
        return bool(self.numerator)


def total(quotients: Iterable[Quotient]) -> Quotient:
    """The sum, over the least common denominator, with what cancels cancelled.

    >>> from analytic.rational.polynomials import ring
    >>> x, y = ring(2).gens()
    >>> total([Quotient.of(x, y), Quotient.of(-x, y)]).numerator
    0
    """
    terms = list(quotients)
    divisor = lcm(*(q.divisor for q in terms))
    powers: dict[Irreducible, int] = {}
    for q in terms:
        powers = {f: max(powers.get(f, 0), q.powers.get(f, 0)) for f in {**powers, **q.powers}}
    first, *others = (q.over(divisor, powers) for q in terms)
    return Quotient(sum(others, start=first), divisor, powers).reduced


def _product(powers: Mapping[Irreducible, int], start: Polynomial) -> Polynomial:
    """A polynomial times powers of factors."""
    return prod((f.polynomial**power for f, power in powers.items()), start=start)


def write(alphabet: Alphabet, quotient: Quotient) -> sp.Expr:
    """The quotient with its factors; ``z conj(z)`` is written ``|z|^2``; numbers are multiplied.

    >>> z = sp.Symbol("z")
    >>> alphabet = Alphabet([z, sp.conjugate(z)])
    >>> square = alphabet.element(z) * alphabet.element(sp.conjugate(z))
    >>> write(alphabet, Quotient.of(alphabet.ring.constant(1), square))
    Abs(z)**(-2)
    """
    number, powers = factors(quotient.numerator)
    powers |= {factor: -power for factor, power in quotient.powers.items()}
    result = sp.Rational(number, quotient.divisor)
    while powers:
        factor, power = powers.popitem()
        result *= _write_power(alphabet, factor, power, powers)
    return sp.expand_complex(result) if result.is_number else result


def _write_power(
    alphabet: Alphabet, factor: Irreducible, power: int, others: dict[Irreducible, int]
) -> sp.Expr:
    """A power of a factor, together with that of its conjugate if it is among the others."""
    written = alphabet.expression(factor.polynomial)
    for conjugate, sign in _conjugates(alphabet, factor):
        if others.get(conjugate) == power:
            others.pop(conjugate)
            if written.could_extract_minus_sign():
                written = alphabet.expression(conjugate.polynomial)
            # SymPy would multiply |x + i y| out into a root of a long polynomial
            simple = written.is_number or not written.has(sp.Add)
            return (sign * sp.Abs(written, evaluate=simple) ** 2) ** power
    turned = [term / sp.I for term in sp.Add.make_args(written)]
    if written.is_Add and written.has(sp.I) and not any(term.has(sp.I) for term in turned):
        return sp.I**power * _signed(sp.Add(*turned), power)
    return _signed(written, power)


def _signed(written: sp.Expr, power: int) -> sp.Expr:
    """A power of a sum, its sign turned where most of its terms are negative."""
    negative = written.could_extract_minus_sign()
    return (-written) ** power * sp.S.NegativeOne**power if negative else written**power


def _conjugates(alphabet: Alphabet, factor: Irreducible) -> list[tuple[Irreducible, int]]:
    """The conjugate and its negative, with their signs; none if it cannot be written."""
    generators = dict(zip(alphabet.letters, alphabet.ring.gens(), strict=True))
    images = []
    for meaning in generators:
        other = sp.conjugate(meaning)
        if other not in generators and -other not in generators:
            return []
        images.append(generators[other] if other in generators else -generators[-other])
    image = factor.polynomial.compose(*images, ctx=alphabet.ring)
    return [(Irreducible(image), 1), (Irreducible(-image), -1)]
