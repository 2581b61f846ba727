"""Quotients of polynomials written as SymPy expressions: factored, conjugate factors as moduli."""

import sympy as sp
from sympy.polys.rings import PolyElement

from analytic.factored import Alphabet
from analytic.series.quotient import Quotient

LONG = 300  # terms: looking for factors of more takes a minute, and there never were any


def write(alphabet: Alphabet, quotient: Quotient) -> sp.Expr:
    """The quotient with its factors; ``z conj(z)`` is written ``|z|^2``.

    A numerator of more than `LONG` terms is parted from its number and its letters only.
    """
    above = quotient.numerator.set_ring(alphabet.ring)
    number, powers = _factors(alphabet, above) if above else (sp.S.Zero, {})
    for factor, power in quotient.powers.items():
        powers[factor.set_ring(alphabet.ring)] = -power
    result = number / quotient.divisor
    while powers:
        factor, power = powers.popitem()
        result *= _write_power(alphabet, factor, power, powers)
    return result


def _write_power(
    alphabet: Alphabet, factor: PolyElement, power: int, others: dict[PolyElement, int]
) -> sp.Expr:
    """A power of a factor, together with that of its conjugate if it is among the others."""
    written = alphabet.expression(factor)
    for conjugate, sign in _conjugates(alphabet, factor):
        if others.get(conjugate) == power:
            others.pop(conjugate)
            # SymPy would multiply |x + i y| out into a root of a long polynomial
            return (sign * sp.Abs(written, evaluate=False) ** 2) ** power
    negative = written.could_extract_minus_sign()
    return (-written) ** power * sp.S.NegativeOne**power if negative else written**power


def _factors(alphabet: Alphabet, polynomial: PolyElement) -> tuple[sp.Expr, dict[PolyElement, int]]:
    if len(polynomial) <= LONG:
        number, factors = alphabet.factor(polynomial)
        return number, dict(factors)
    number, whole = polynomial.primitive()
    letters = whole.tail_degrees()
    powers = {x: k for x, k in zip(alphabet.ring.gens, letters, strict=True) if k}
    rest = whole.quo_term((letters, alphabet.ring.domain.one))
    return sp.Rational(number.numerator, number.denominator), {**powers, rest: 1}


def _conjugates(alphabet: Alphabet, polynomial: PolyElement) -> list[tuple[PolyElement, int]]:
    """The conjugate and its negative, with their signs; none if it cannot be written."""
    generators = dict(zip(alphabet.letters, alphabet.ring.gens, strict=True))
    images = {}
    for meaning, letter in generators.items():
        other = sp.conjugate(meaning)
        if other not in generators and -other not in generators:
            return []
        images[letter] = generators[other] if other in generators else -generators[-other]
    image = polynomial.compose(list(images.items()))
    return [(image, 1), (-image, -1)]
