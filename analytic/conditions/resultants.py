"""Real zeros of two polynomials in two unknowns, in radicals.

A polynomial that holds one unknown alone, or is linear in an unknown or in its square, gives it
away; without such a one Euclid's algorithm does.  What comes out are candidates: roots may be
complex, and places where a slope vanishes were divided by.  `verification` beside this
file tells.
"""

from __future__ import annotations

from itertools import product
from math import gcd

import sympy as sp

Solution = dict[sp.Expr, sp.Expr]


class NoClosedForm(ValueError):
    """The condition has roots that radicals do not give: with ``values`` of all other symbols
    `Derivation.blockade_conditions` finds them as numbers.

    >>> x = sp.Symbol("x")
    >>> try:
    ...     roots(x**5 - x - 1, x)
    ... except NoClosedForm as refusal:
    ...     print(str(refusal)[:31])
    The condition is of degree 5 in
    """


def candidates(parts: list[sp.Expr], letters: list[sp.Symbol]) -> list[Solution]:
    """Solutions of ``part = 0`` for all (one or two) parts; one part leaves a letter free.

    >>> x, y = sp.symbols("x y", real=True)
    >>> candidates([x - 1, x * y - 2], [x, y])
    [{x: 1, y: 2}]
    """
    x, y = letters
    if len(parts) == 1:
        first = x if x in parts[0].free_symbols else y
        return [{first: root} for root in _real_roots(parts[0], first)]
    found = []
    for first, second in product(*(_factors(part, letters) for part in parts)):
        found += [s for s in _pair(first, second, x, y) if s not in found]
    return found


def roots(polynomial: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """All roots, real or not; raises `NoClosedForm` where some are not radicals.

    >>> x = sp.Symbol("x")
    >>> sorted(roots(x**2 - 3 * x + 2, x))
    [1, 2]
    """
    factors = [factor for factor, _ in sp.Poly(polynomial, x).factor_list()[1]]
    found = [sp.roots(factor) for factor in factors]
    if any(sum(r.values()) < f.degree() for r, f in zip(found, factors, strict=True)):
        raise _no_closed_form(polynomial, x)
    return [root for several in found for root in several]


def _real_roots(polynomial: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """Roots of which square roots alone decide whether they are real: not Cardano's."""
    found = roots(polynomial, x)
    if any(power.exp.q > 2 for root in found for power in root.atoms(sp.Pow)
           if power.exp.is_Rational):  # fmt: skip
        raise _no_closed_form(polynomial, x)
    return found


def _no_closed_form(polynomial: sp.Expr, x: sp.Symbol) -> NoClosedForm:
    """The refusal, which says of which degree the equation is."""
    return NoClosedForm(
        f"The condition is of degree {sp.degree(polynomial, x)} in `{x}` and has no closed form "
        "in square roots; give the argument `values` for numbers."
    )


def _factors(part: sp.Expr, letters: list[sp.Symbol]) -> list[sp.Expr]:
    """Irreducible factors that can vanish by the letters."""
    factors = [factor for factor, _ in sp.factor_list(part)[1]]
    return [f for f in factors if f.free_symbols & set(letters) and not f.is_positive]


def _pair(first: sp.Expr, second: sp.Expr, x: sp.Symbol, y: sp.Symbol) -> list[Solution]:
    """Solutions for two irreducible factors, by the easiest way that there is.

    In order: a factor that holds one unknown alone; one that is linear in an unknown, or in its
    square where the other factor knows only that; Euclid's algorithm.
    """
    orders = [(p, q, u, v) for u, v in ((x, y), (y, x)) for p, q in ((first, second),
              (second, first))]  # fmt: skip
    for part, other, u, v in orders:
        if v not in part.free_symbols:
            return _one_by_one(_real_roots(part, u), other, u, v)
    for power in (1, 2):
        for part, other, u, v in orders:
            if sp.degree(part, v) == power == gcd(power, *_powers(part, v), *_powers(other, v)):
                return _eliminate(part, other, u, v, power)
    return _eliminate_by_remainders(first, second, x, y)


def _eliminate_by_remainders(
    first: sp.Expr, second: sp.Expr, x: sp.Symbol, y: sp.Symbol
) -> list[Solution]:
    """Common zeros from Euclid's algorithm: the remainder linear in y, and the resultant."""
    *remainders, resultant = sp.subresultants(first, second, y)
    lines = [r for r in map(sp.expand, remainders) if sp.degree(r, y) == 1]
    if y in resultant.free_symbols or not lines:
        raise NoClosedForm(
            f"The condition has no closed form in `{x}` and `{y}`; give the argument `values` for "
            "numbers."
        )
    slope, offset = lines[-1].coeff(y, 1), lines[-1].coeff(y, 0)
    places = [place for place in _real_roots(resultant, x) if sp.simplify(slope.subs(x, place))]
    return [{x: place, y: (-offset / slope).subs(x, place)} for place in places]


def _powers(part: sp.Expr, y: sp.Symbol) -> list[int]:
    """The powers of y that occur."""
    return [power for (power,) in sp.Poly(part, y).monoms()]


def _one_by_one(
    places: list[sp.Expr], other: sp.Expr, x: sp.Symbol, y: sp.Symbol
) -> list[Solution]:
    """Each x together with the roots y of the other polynomial there."""
    found = []
    for place in places:
        rest = sp.numer(sp.together(other.subs(x, place)))
        if y in rest.free_symbols:
            found += [{x: place, y: root} for root in _real_roots(rest, y)]
    return found


def _eliminate(
    part: sp.Expr, other: sp.Expr, x: sp.Symbol, y: sp.Symbol, power: int
) -> list[Solution]:
    """Solutions of ``part = slope y**power + offset = 0`` and ``other = 0``."""
    slope, offset = part.coeff(y, power), part.coeff(y, 0)
    expressed = sp.cancel(-offset / slope)
    terms = sp.Poly(other, y).terms()
    left = sp.cancel(sp.Add(*(c * expressed ** (k // power) for (k,), c in terms)))
    found = []
    for place in _real_roots(sp.numer(left), x) if x in left.free_symbols else []:
        if sp.simplify(slope.subs(x, place)) != 0:
            root = expressed.subs(x, place) ** sp.Rational(1, power)
            found += [{x: place, y: sign * root} for sign in ((1,) if power == 1 else (1, -1))]
    shared = sp.gcd(slope, offset)  # where y drops out of the part, the other one decides
    return found + (_one_by_one(_real_roots(shared, x), other, x, y) if shared.has(x) else [])
