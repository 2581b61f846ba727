"""Linear equations between moments, solved with polynomials, real ones wherever that can be.

Moments <X> of conjugate operators are conjugate numbers, so that half of the equations are enough,
in real and imaginary parts,

    Re d<X>/dt = sum_Y Re(c_Y) Re<Y> - Im(c_Y) Im<Y> + Re(c),   and Im d<X>/dt likewise.

Their coefficients are polynomials in detunings and rates, whose solutions fall into factors that
cancel; with complex letters ``2 Delta - i kappa`` nobody would see that they do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sympy as sp

from analytic.rational import polynomials
from analytic.rational.abbreviations import Abbreviations, abbreviate
from analytic.rational.factored import Alphabet, Factored
from systems.ladder import Ladder, Word


@dataclass(frozen=True)
class Moment:
    """A steady moment as ``real + i imaginary``, both in factors; ``real`` alone may be complex.

    >>> x = sp.Symbol("x")
    >>> alphabet = Alphabet([x])
    >>> half = Factored.of(alphabet, alphabet.element(x)).times(sp.Rational(1, 2))
    >>> Moment(half, half).expression()
    x/2 + I*x/2
    """

    real: Factored
    imaginary: Factored | None = None

    def expression(self, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """The moment in the symbols of the model, or in abbreviations."""
        parts = ((sp.S.One, self.real), (sp.I, self.imaginary))
        return sp.Add(*(unit * _written(x, abbreviations) for unit, x in parts if x))

    @property
    def products(self) -> list[Factored]:
        """What there is to abbreviate."""
        return [x for x in (self.real, self.imaginary) if x]


def _written(product: Factored, abbreviations: Abbreviations | None) -> sp.Expr:
    return (abbreviate(product, abbreviations) if abbreviations else product.written).expr


def steady(flows: Mapping[Word, Ladder], words: Sequence[Word]) -> dict[Word, Moment]:
    """The moments of the words, between which the equations ``flows`` are linear, at rest.

    Raises `polynomials.Singular` where they do not decide.

    >>> from analytic.heisenberg import heisenberg
    >>> from systems import kerr
    >>> free = {((0,), (1,)): {((0,), (1,)): -kerr.gamma / 2, ((0,), (0,)): -sp.I * kerr.xi}}
    >>> {word: m.expression() for word, m in steady(free, list(free)).items()}
    {((0,), (1,)): -2*I*xi/gamma}
    """
    if not words:
        return {}
    none = ((0,) * len(words[0][0]),) * 2
    inner = [[flows[word].get(w, sp.S.Zero) for w in words] for word in words]
    right = [-flows[word].get(none, sp.S.Zero) for word in words]
    if all(map(_is_simple, (*right, *(x for row in inner for x in row)))):
        return _by_parts(words, inner, right)
    return {w: Moment(x) for w, x in zip(words, _solve(inner, right), strict=True)}


def _by_parts(
    words: Sequence[Word], inner: list[list[sp.Expr]], right: list[sp.Expr]
) -> dict[Word, Moment]:
    """The same in real and imaginary parts of one word of each conjugate pair."""
    chosen = [w for i, w in enumerate(words) if w[::-1] not in words[:i]]
    unknowns = [(w, part) for w in chosen for part in (0, 1) if part == 0 or w != w[::-1]]
    rows, sides = [], []
    for word, part in unknowns:
        i = words.index(word)
        entries = dict.fromkeys(unknowns, sp.S.Zero)
        for w, c in zip(words, inner[i], strict=True):
            sign = 1 if w in chosen else -1
            one = w if w in chosen else w[::-1]
            # (x + i y)(u + i sign v): its part 0 is x u - sign y v, its part 1 y u + sign x v
            x, y = _parts(c)
            entries[one, 0] += y if part else x
            if (one, 1) in entries:
                entries[one, 1] += sign * (x if part else -y)
        rows.append([sp.expand(entries[key]) for key in unknowns])
        sides.append(_parts(right[i])[part])
    found = dict(zip(unknowns, _solve(rows, sides), strict=True))
    moments = {}
    for word in words:
        one = word if word in chosen else word[::-1]
        imaginary = found.get((one, 1))
        if imaginary is not None and word != one:
            imaginary = imaginary.times(sp.S.NegativeOne)
        moments[word] = Moment(found[one, 0], imaginary)
    return moments


def _solve(matrix: list[list[sp.Expr]], right: list[sp.Expr]) -> list[Factored]:
    """The solution, each entry over its own denominator: what is common has cancelled."""
    alphabet = Alphabet(x for row in (*matrix, right) for x in row)
    read = alphabet.element
    top, bottom = polynomials.solve(
        [[read(x) for x in row] for row in matrix], [[read(x)] for x in right]
    )
    below = Factored.of(alphabet, bottom)
    zero = Factored(alphabet, sp.S.Zero, {})
    return [Factored.of(alphabet, x) / below if x else zero for (x,) in top]


def _parts(coefficient: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """Real and imaginary part of what `_is_simple`."""
    expanded = sp.expand(coefficient)
    imaginary = expanded.coeff(sp.I)
    return sp.expand(expanded - sp.I * imaginary), imaginary


def _is_simple(coefficient: sp.Expr) -> bool:
    """Whether a coefficient is ``x + i y`` with x and y that are real as they are written."""
    return all(x.is_real and not x.has(sp.cos, sp.sin) for x in _parts(coefficient))
