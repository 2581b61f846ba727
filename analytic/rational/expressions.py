"""Quotients of polynomials written as SymPy expressions: factored, conjugate factors as moduli."""

import sympy as sp

from analytic.rational.factored import Alphabet
from analytic.rational.polynomials import Factor, factors
from analytic.rational.quotient import Quotient


def write(alphabet: Alphabet, quotient: Quotient) -> sp.Expr:
    """The quotient with its factors; ``z conj(z)`` is written ``|z|^2``; numbers are multiplied."""
    number, powers = factors(quotient.numerator)
    powers |= {factor: -power for factor, power in quotient.powers.items()}
    result = sp.Rational(number, quotient.divisor)
    while powers:
        factor, power = powers.popitem()
        result *= _write_power(alphabet, factor, power, powers)
    return sp.expand_complex(result) if result.is_number else result


def _write_power(
    alphabet: Alphabet, factor: Factor, power: int, others: dict[Factor, int]
) -> sp.Expr:
    """A power of a factor, together with that of its conjugate if it is among the others."""
    written = alphabet.expression(factor.polynomial)
    for conjugate, sign in _conjugates(alphabet, factor):
        if others.get(conjugate) == power:
            others.pop(conjugate)
            if written.could_extract_minus_sign():
                written = alphabet.expression(conjugate.polynomial)
            # SymPy would multiply |x + i y| out into a root of a long polynomial
            return (sign * sp.Abs(written, evaluate=written.is_number) ** 2) ** power
    negative = written.could_extract_minus_sign()
    return (-written) ** power * sp.S.NegativeOne**power if negative else written**power


def _conjugates(alphabet: Alphabet, factor: Factor) -> list[tuple[Factor, int]]:
    """The conjugate and its negative, with their signs; none if it cannot be written."""
    generators = dict(zip(alphabet.letters, alphabet.ring.gens(), strict=True))
    images = []
    for meaning in generators:
        other = sp.conjugate(meaning)
        if other not in generators and -other not in generators:
            return []
        images.append(generators[other] if other in generators else -generators[-other])
    image = factor.polynomial.compose(*images, ctx=alphabet.ring)
    return [(Factor(image), 1), (Factor(-image), -1)]
