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
from itertools import groupby
from math import lcm

import numpy as np
import sympy as sp

from analytic.rational import polynomials
from analytic.rational.polynomials import Irreducible, Polynomial
from analytic.rational.vanishing import CANCELS, TRIALS, draw
from systems.progress import busy

LONG = 500  # terms of a sum that is written flat: Python does not compile sums of thousands


class Alphabet:
    """The polynomial ring over the given coefficients, and what its letters stand for.

    One number multiplies all coefficients and makes them integers: whatever is made of them is
    the quotient of two homogeneous expressions, in which it cancels.

    >>> x, y = sp.symbols("x y")
    >>> alphabet = Alphabet([x, y])
    >>> alphabet.expression(alphabet.element(x) * alphabet.element(y) + 1)
    x*y + 1
    """

    def __init__(self, coefficients: Iterable[sp.Expr]) -> None:
        self.letters: dict[sp.Expr, sp.Symbol] = {}  # meaning -> symbol without assumptions
        coded = {c: self._code(c) for c in sorted(set(coefficients), key=str)}
        self.ring = polynomials.ring(len(self.letters))
        generators = list(self.letters.values()) or [sp.Dummy()]
        read = {c: sp.Poly(code, generators, domain=sp.QQ) for c, code in coded.items()}
        number = lcm(*(int(x.q) for p in read.values() for x in p.coeffs()))
        self._elements = {c: self._integers(p * number) for c, p in read.items()}

    def element(self, coefficient: sp.Expr) -> Polynomial:
        """One of the given coefficients as a ring element.

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> str(alphabet.element(x)), str(alphabet.element(y))
        ('x0', 'x1')
        """
        return self._elements[coefficient]

    def vanishes(self, polynomial: Polynomial) -> bool:
        """Whether a ring element is zero as a function of the symbols, whatever they are.

        The letters may depend on one another, ``x`` and ``1/x``: it is tried at random values.

        >>> x = sp.Symbol("x")
        >>> alphabet = Alphabet([x, 1 / x])
        >>> alphabet.vanishes(alphabet.element(x) * alphabet.element(1 / x) - 1)
        True
        """
        powers = np.array(polynomial.monoms(), int).reshape(-1, self.ring.nvars())
        numbers = np.array([float(int(x)) for x in polynomial.coeffs()])
        for letters in self._samples:
            terms = numbers * np.prod(letters ** powers[:, : len(letters)], axis=1)
            if abs(terms.sum()) > CANCELS * abs(terms).sum():
                return False
        return True

    @cached_property
    def _samples(self) -> list[np.ndarray]:
        """The letters at random values of their symbols."""
        symbols = sorted(set().union(*(z.free_symbols for z in self.letters)), key=str)
        function = sp.lambdify(symbols, list(self.letters), "numpy")
        random = np.random.default_rng(0)
        drawn = zip(*(draw(s, random, TRIALS) for s in symbols), strict=True)
        return [np.array(function(*values), complex) for values in drawn]

    def _integers(self, polynomial: sp.Poly) -> Polynomial:
        """A polynomial over the integers as an element of the ring."""
        count = len(self.letters)
        return self.ring.from_dict({m[:count]: int(x) for m, x in polynomial.terms()})

    def expression(
        self, polynomial: Polynomial, names: Mapping[sp.Expr, sp.Expr] | None = None
    ) -> sp.Expr:
        """A ring element as an expression, with z conj(z) written |z|^2 where that is all.

        It is a sum of products, beyond `LONG` terms nested: ``x^2 (...) + x (...) + ...``.
        ``names`` may stand for the meanings of letters.

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> alphabet.expression(alphabet.element(x) ** 2 - 2 * alphabet.element(y))
        x**2 - 2*y
        """
        letters = list(self.letters)
        pairs = [p for p in self._conjugates if _is_balanced(polynomial, *map(letters.index, p))]
        moduli = {letters.index(z): letters.index(conjugate) for z, conjugate in pairs}
        written = [(names or {}).get(letter, letter) for letter in letters]
        bases = [*(sp.Abs(written[i]) ** 2 for i in moduli), *written]
        terms = [(_pair(m, moduli), sp.Integer(int(x))) for m, x in polynomial.terms()]
        return _sum(sorted(terms, reverse=True), bases)

    def _code(self, coefficient: sp.Expr) -> sp.Expr:
        """A coefficient as a polynomial in letters, new letters being made where it needs them."""
        number, rest = sp.expand(coefficient).primitive()
        conjugates = rest.atoms(sp.conjugate)
        bare = rest.xreplace({z: sp.Dummy() for z in conjugates}).free_symbols & rest.free_symbols
        atoms = sorted(conjugates | bare, key=str)
        if not rest.is_Rational and not _is_rational_polynomial(rest, atoms):
            atoms = [rest]
        letters = {a: self.letters.setdefault(a, sp.Dummy(f"x{len(self.letters)}")) for a in atoms}
        return number * rest.xreplace(letters)

    @cached_property
    def _conjugates(self) -> list[tuple[sp.Expr, sp.Expr]]:
        """Pairs of letters that stand for conjugate numbers."""
        pairs = [(sp.conjugate(z), z) for z in self.letters if z.has(sp.conjugate)]
        return [(z, z_conjugate) for z, z_conjugate in pairs if z in self.letters]


@dataclass(frozen=True)
class Factored:
    """``constant * prod_f f**powers[f]`` with irreducible polynomials f of an alphabet.

    Products and quotients add powers, so that what cancels does so by counting.

    >>> x, y = sp.symbols("x y")
    >>> alphabet = Alphabet([x, y])
    >>> a, b = (Factored.of(alphabet, alphabet.element(z)) for z in (x, y))
    >>> (a * b / a).written.expr
    y
    """

    alphabet: Alphabet
    constant: sp.Expr
    powers: Mapping[Irreducible, int]

    @classmethod
    def of(cls, alphabet: Alphabet, polynomial: Polynomial) -> Factored:
        """The factors of a polynomial.

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> Factored.of(alphabet, alphabet.element(x) ** 2 - alphabet.element(y) ** 2).factors
        [(x + y, 1), (x - y, 1)]
        """
        number, powers = polynomials.factors(polynomial)
        return cls(alphabet, sp.Integer(number), powers)

    def __mul__(self, other: Factored) -> Factored:
        powers = polynomials.multiplied(self.powers, other.powers)
        kept = {f: power for f, power in powers.items() if power}
        return Factored(self.alphabet, self.constant * other.constant, kept)

    def __pow__(self, exponent: int) -> Factored:
        powers = {f: exponent * power for f, power in self.powers.items()}
        return Factored(self.alphabet, self.constant**exponent, powers)

    def __truediv__(self, other: Factored) -> Factored:
        return self * other**-1

    def __bool__(self) -> bool:
        """Whether it is zero as a function of the symbols."""
        return self.constant != 0 and not self._vanishes

    @cached_property
    def _vanishes(self) -> bool:
        numerators = (f.polynomial for f, power in self.powers.items() if power > 0)
        return any(map(self.alphabet.vanishes, numerators))

    def times(self, number: sp.Expr) -> Factored:
        """The product with a number.

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> Factored.of(alphabet, alphabet.element(x)).times(sp.Integer(3)).written.expr
        3*x
        """
        return Factored(self.alphabet, self.constant * number, self.powers)

    @cached_property
    def factors(self) -> list[tuple[sp.Expr, int]]:
        """The irreducible factors as expressions, each with its power (below: negative).

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> (Factored.of(alphabet, alphabet.element(x)) ** -2).factors
        [(x, -2)]
        """
        items = self.powers.items()
        return [(self.alphabet.expression(f.polynomial), power) for f, power in items]

    @property
    @busy("a form with its factors")
    def written(self) -> Written:
        """The product written out with its factors as expressions.

        >>> x, y = sp.symbols("x y")
        >>> alphabet = Alphabet([x, y])
        >>> Factored.of(alphabet, 2 * alphabet.element(x)).written
        Written(constant=2, factors=((x, 1),))
        """
        return Written(self.constant, tuple(self.factors))


@dataclass(frozen=True)
class Written:
    """A product of powers of expressions: what is left to print or evaluate.

    >>> z = sp.Symbol("z")
    >>> product = Written(sp.Integer(2), ((z, 1), (z - 1, -1)))
    >>> product.expr, product.modulus_squared
    (2*z/(z - 1), 4*Abs(z)**2/Abs(z - 1)**2)
    """

    constant: sp.Expr
    factors: tuple[tuple[sp.Expr, int], ...]

    @property
    def expr(self) -> sp.Expr:
        """The product as an expression.

        >>> Written(sp.Integer(2), ((sp.Symbol("z"), -1),)).expr
        2/z
        """
        return self.constant * sp.Mul(*(factor**power for factor, power in self.factors))

    @property
    def modulus_squared(self) -> sp.Expr:
        """``|.|^2`` as an expression, the modulus taken factor by factor.

        >>> Written(2 * sp.I, ((sp.Symbol("z"), 1),)).modulus_squared
        4*Abs(z)**2
        """
        squares = (_modulus(factor, 2 * power) for factor, power in self.factors)
        return sp.Abs(self.constant) ** 2 * sp.Mul(*squares)


def _modulus(factor: sp.Expr, power: int) -> sp.Expr:
    """An even power of |factor|, not multiplied out; a real factor keeps its sign."""
    if isinstance(factor, sp.conjugate):
        return sp.Abs(factor.args[0]) ** power
    # SymPy would multiply |x + i y| out into a root of a long polynomial, and takes seconds to see
    # that a long sum with an i in it is not real
    if factor.is_Add and factor.has(sp.I):
        return sp.Pow(sp.Abs(factor, evaluate=False), power, evaluate=False)
    if factor.is_real:
        return factor**power
    return sp.Abs(factor, evaluate=not factor.has(sp.Add)) ** power


def _is_rational_polynomial(expression: sp.Expr, letters: list[sp.Expr]) -> bool:
    """Whether an expression is a polynomial in these letters with rational coefficients."""
    polynomial = expression.as_poly(*letters) if letters else None
    return polynomial is not None and (polynomial.domain.is_ZZ or polynomial.domain.is_QQ)


def _is_balanced(polynomial: Polynomial, z: int, conjugate: int) -> bool:
    """Whether all terms share the same excess of one letter over another."""
    return len({powers[z] - powers[conjugate] for powers in polynomial.monoms()}) == 1


def _pair(powers: tuple[int, ...], moduli: Mapping[int, int]) -> tuple[int, ...]:
    """The powers of ``z conj(z)``, for each such pair of letters, and of what is left."""
    left = list(powers)
    counts = []
    for z, conjugate in moduli.items():
        counts.append(min(left[z], left[conjugate]))
        left[z] -= counts[-1]
        left[conjugate] -= counts[-1]
    return *counts, *left


def _sum(terms: list[tuple[tuple[int, ...], sp.Expr]], bases: list[sp.Expr]) -> sp.Expr:
    """The sum of terms (powers of the bases, number); long sums are nested by the first base."""
    if len(terms) <= LONG:
        return sp.Add(*(x * sp.Mul(*map(sp.Pow, bases, powers)) for powers, x in terms))
    parts = groupby(terms, key=lambda term: term[0][0])
    return sp.Add(
        *(bases[0] ** k * _sum([(m[1:], x) for m, x in part], bases[1:]) for k, part in parts)
    )
