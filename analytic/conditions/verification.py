"""Whether a branch is a zero: tried with many digits at random points of its domain.

Polynomials that are not zero do not vanish to thirty digits at a random point: a branch that
passes a few points is one, and a branch that fails at one is none.  Points are drawn over two
decades of every parameter, with both signs of those that may have them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import sympy as sp

# A domain that holds none of these points counts as empty: it would be less than 1/20,000 of the
# two decades of each parameter.  Drawing them takes milliseconds.
DRAWN = 20_000
TRIED = 6  # points inside: a branch that is real by turns shows itself in six but for one in 32
DIGITS = 60  # of each evaluation: half of them may cancel, as VANISHES asks for
VANISHES = sp.Float("1e-30")  # of the sum of the moduli of the terms: round-off is at 1e-55
PHASE = (3 + 4 * sp.I) / 5  # of an unknown of which the modulus alone matters: any, but rational

Point = Mapping[sp.Expr, sp.Expr]


def trials(
    factor: sp.Expr, poles: Iterable[sp.Expr], values: Point, domain: sp.Basic
) -> list[bool]:
    """Whether the values are allowed and the factor alone vanishes, at random points of the domain.

    An empty list says that the domain is empty.

    ``factor`` must vanish and no pole may; ``values`` are the branch, which may hold further
    symbols.

    >>> x, g = sp.Symbol("x", real=True), sp.Symbol("g", positive=True)
    >>> trials(x - g, [], {x: g}, sp.true) == [True] * TRIED
    True
    """
    poles = list(poles)
    held = [factor, *poles, *values.values(), domain]
    unknown = {_symbol(name) for name in values}
    own = {x for name, value in values.items() if name == value for x in name.free_symbols}
    free = set().union(*(e.free_symbols for e in held)) - (unknown - own)
    points = _points(sorted(free, key=str), domain)
    return [_holds(factor, poles, values, point) for point in points]


def vanishes(polynomial: sp.Expr, point: Point, small: sp.Expr = VANISHES) -> bool:
    """Whether the terms of a polynomial cancel at a point, up to ``small`` of their moduli's sum.

    >>> x = sp.Symbol("x")
    >>> vanishes(x**2 - 2, {x: sp.sqrt(2)}), vanishes(x**2 - 2, {x: sp.Float("1.4142")})
    (True, False)
    """
    written = sp.expand(polynomial)
    terms = [sp.N(term.subs(point), DIGITS) for term in sp.Add.make_args(written)]
    return bool(abs(sp.Add(*terms)) <= small * sp.Add(*map(abs, terms)))


def at_point(values: Point) -> dict[sp.Expr, sp.Expr]:
    """The values by symbol: a modulus with some phase, since it does not matter which.

    >>> x, y = sp.symbols("x y")
    >>> at_point({x: sp.Integer(2), sp.Abs(y): sp.Integer(3)})[x]
    2
    """
    return {_symbol(x): v if x.is_Symbol else PHASE * v for x, v in values.items()}


def _holds(factor: sp.Expr, poles: list[sp.Expr], values: Point, point: Point) -> bool:
    """Whether one point is allowed and a zero."""
    found = {name: sp.N(value.subs(point), DIGITS) for name, value in values.items()}
    if not all(_is_allowed(name, value) for name, value in found.items()):
        return False
    real = {x: v if x.is_real is None else sp.re(v) for x, v in found.items()}
    whole = {**point, **at_point(real)}
    return vanishes(factor, whole) and not any(vanishes(pole, whole) for pole in poles)


def _is_allowed(unknown: sp.Expr, value: sp.Expr) -> bool:
    """Whether a value is finite, real where its unknown is, and of its sign."""
    if not value.is_number or not value.is_finite:
        return False
    if unknown.is_real is None:
        return True
    size, part = abs(value), sp.re(value)
    signed = part > 0 if unknown.is_positive else part >= 0 if unknown.is_nonnegative else True
    return bool(abs(sp.im(value)) <= VANISHES * size and signed)


def _points(free: list[sp.Symbol], domain: sp.Basic) -> list[Point]:
    """A few random points inside the domain, of rational numbers."""
    random = np.random.default_rng(1)
    drawn = [_draw(x, random) for x in free]
    with np.errstate(all="ignore"):
        inside = sp.lambdify(free, domain, "numpy")(*drawn)
    chosen = np.flatnonzero(np.broadcast_to(inside, DRAWN))[:TRIED]
    return [{x: _exact(values[i]) for x, values in zip(free, drawn, strict=True)} for i in chosen]


def _draw(symbol: sp.Symbol, random: np.random.Generator) -> np.ndarray:
    """Many numbers over two decades that the assumptions of a symbol allow."""
    size = 10 ** random.uniform(-1, 1, DRAWN)
    if symbol.is_nonnegative:
        return size
    angle = random.uniform(0, 2 * np.pi, DRAWN)
    return size * (np.sign(np.cos(angle)) if symbol.is_real else np.exp(1j * angle))


def _exact(value: complex) -> sp.Expr:
    return sp.Rational(value.real) + sp.I * sp.Rational(value.imag)


def _symbol(unknown: sp.Expr) -> sp.Symbol:
    return unknown if unknown.is_Symbol else unknown.args[0]
