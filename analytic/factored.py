"""Rational functions kept as products of irreducible polynomials.

A steady amplitude is a product of powers of few polynomials; kept in that form, quotients such
as g^(2) cancel by counting and stay short enough to read.  What is not a polynomial with
rational coefficients (complex detunings ``2 Delta - i gamma``, phases, roots) enters the ring
as one opaque letter: Gaussian rationals would cost a factor of hundreds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sympy as sp
from sympy.polys.rings import PolyElement, PolyRing


class Alphabet:
    """The polynomial ring over the given coefficients, and what its letters stand for."""

    def __init__(self, coefficients: Iterable[sp.Expr]) -> None:
        self.letters: dict[sp.Expr, sp.Symbol] = {}  # meaning -> generator of the ring
        self._coded = {c: self._code(c) for c in sorted(set(coefficients), key=str)}
        generators = list(self.letters.values()) or [sp.Dummy("one")]
        self.ring: PolyRing = sp.ring(generators, sp.QQ)[0]

    def element(self, coefficient: sp.Expr) -> PolyElement:
        """One of the given coefficients as a ring element."""
        return self.ring.from_expr(self._coded[coefficient])

    def expression(self, polynomial: PolyElement) -> sp.Expr:
        """A ring element as an expression, with z conj(z) written |z|^2 where that is all."""
        paired = [pair for pair in self._conjugates if self._is_balanced(polynomial, pair)]
        terms = []
        for powers, number in polynomial.terms():
            left = dict(zip(self.letters, powers, strict=True))
            term: sp.Expr = sp.Rational(number.numerator, number.denominator)
            for z, z_conjugate in paired:
                count = min(left[z], left[z_conjugate])
                left[z], left[z_conjugate] = left[z] - count, left[z_conjugate] - count
                term *= sp.Abs(z) ** (2 * count)
            terms.append(term * sp.Mul(*(base**power for base, power in left.items())))
        return sp.Add(*terms)

    def factor(self, polynomial: PolyElement) -> tuple[sp.Expr, dict[PolyElement, int]]:
        """Number and irreducible factors of a polynomial; each is factored once."""
        if polynomial not in self._factored:
            number, factors = _factor(polynomial)
            rational = sp.Rational(number.numerator, number.denominator)
            self._factored[polynomial] = rational, dict(factors)
        return self._factored[polynomial]

    @cached_property
    def _factored(self) -> dict[PolyElement, tuple[sp.Expr, dict[PolyElement, int]]]:
        return {}

    def _code(self, coefficient: sp.Expr) -> sp.Expr:
        number, rest = sp.expand(coefficient).primitive()
        conjugates = rest.atoms(sp.conjugate)
        bare = rest.xreplace({z: sp.Dummy() for z in conjugates}).free_symbols & rest.free_symbols
        atoms = sorted(conjugates | bare, key=str)
        if rest.has(sp.I) or not rest.is_polynomial(*atoms) or not atoms:
            atoms = [rest] if not rest.is_Rational else []
        letters = {a: self.letters.setdefault(a, sp.Dummy(f"x{len(self.letters)}")) for a in atoms}
        return number * rest.xreplace(letters)

    @cached_property
    def _conjugates(self) -> list[tuple[sp.Expr, sp.Expr]]:
        starred = [z for z in self.letters if isinstance(z, sp.conjugate)]
        return [(z.args[0], z) for z in starred if z.args[0] in self.letters]

    def _is_balanced(self, polynomial: PolyElement, pair: tuple[sp.Expr, sp.Expr]) -> bool:
        """Whether all terms share the same excess of z over conj(z)."""
        z, z_conjugate = (list(self.letters).index(x) for x in pair)
        return len({powers[z] - powers[z_conjugate] for powers in polynomial}) == 1


@dataclass(frozen=True)
class Factored:
    """``constant * prod_f f**powers[f]`` with irreducible polynomials f of an alphabet."""

    alphabet: Alphabet
    constant: sp.Expr
    powers: Mapping[PolyElement, int]

    @classmethod
    def of(cls, alphabet: Alphabet, polynomial: PolyElement) -> Factored:
        """The factors of a polynomial."""
        if not polynomial:
            return cls(alphabet, sp.S.Zero, {})
        return cls(alphabet, *alphabet.factor(polynomial))

    def __mul__(self, other: Factored) -> Factored:
        powers = {f: self.powers.get(f, 0) + other.powers.get(f, 0) for f in
                  {**self.powers, **other.powers}}  # fmt: skip
        kept = {f: power for f, power in powers.items() if power}
        return Factored(self.alphabet, self.constant * other.constant, kept)

    def __pow__(self, exponent: int) -> Factored:
        powers = {f: exponent * power for f, power in self.powers.items()}
        return Factored(self.alphabet, self.constant**exponent, powers)

    def __truediv__(self, other: Factored) -> Factored:
        return self * other**-1

    def __bool__(self) -> bool:
        return self.constant != 0

    def times(self, number: sp.Expr) -> Factored:
        """The product with a number."""
        return Factored(self.alphabet, self.constant * number, self.powers)

    @cached_property
    def factors(self) -> list[tuple[sp.Expr, int]]:
        """The irreducible factors as expressions, each with its power."""
        return [(self.alphabet.expression(f), power) for f, power in self.powers.items()]

    @property
    def written(self) -> Written:
        """The product written out with its factors as expressions."""
        return Written(self.constant, tuple(self.factors))


@dataclass(frozen=True)
class Written:
    """A product of powers of expressions: what is left to print or evaluate."""

    constant: sp.Expr
    factors: tuple[tuple[sp.Expr, int], ...]

    @property
    def expr(self) -> sp.Expr:
        """The product as an expression."""
        return self.constant * sp.Mul(*(factor**power for factor, power in self.factors))

    @property
    def modulus_squared(self) -> sp.Expr:
        """``|.|^2`` as an expression, the modulus taken factor by factor."""
        squares = (_modulus(factor) ** (2 * power) for factor, power in self.factors)
        return sp.Abs(self.constant) ** 2 * sp.Mul(*squares)


def _modulus(factor: sp.Expr) -> sp.Expr:
    if isinstance(factor, sp.conjugate):
        return sp.Abs(factor.args[0])
    # SymPy would multiply |x + i y| out into a root of a long polynomial
    return factor if factor.is_real else sp.Abs(factor, evaluate=False)


def _factor(polynomial: PolyElement) -> tuple[Any, list[tuple[PolyElement, int]]]:
    """Factors of a polynomial; a homogeneous one is factored with a letter less.

    All letters are energies, so that nearly every polynomial is homogeneous; SymPy then needs
    a tenth to a thousandth of the time.
    """
    powers = polynomial.tail_degrees()
    core = polynomial.quo_term((powers, polynomial.ring.domain.one))
    degrees = [i for i, degree in enumerate(core.degrees()) if degree]
    if len({sum(monomial) for monomial in core}) > 1 or len(degrees) < 2:
        return polynomial.factor_list()
    letter, ring = degrees[0], polynomial.ring
    number, factors = core.subs(letter, 1).factor_list()
    whole = [(_homogenise(factor, letter), power) for factor, power in factors]
    return number, [*((ring.gens[i], k) for i, k in enumerate(powers) if k), *whole]


def _homogenise(polynomial: PolyElement, letter: int) -> PolyElement:
    degree = max(map(sum, polynomial))
    return polynomial.ring.from_dict(
        {
            tuple(k + (degree - sum(m)) * (i == letter) for i, k in enumerate(m)): number
            for m, number in polynomial.terms()
        }
    )
