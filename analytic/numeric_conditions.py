"""Blockade conditions as numbers: roots of a resultant, where radicals do not give them.

Two polynomials in two real unknowns share a zero only where their resultant vanishes, a
polynomial in one of them; the other unknown then follows from the polynomials themselves.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sympy as sp

from analytic.conditions import Condition


def numeric_zeros(
    factors: Iterable[sp.Expr],
    unknowns: tuple[sp.Expr, ...],
    values: Mapping[sp.Symbol, sp.Expr],
) -> list[Condition]:
    """All real solutions of ``factor = 0``, where all other symbols have (exact) values.

    The numbers have 15 digits; unknowns are as in `analytic.conditions.zeros`.
    """
    found: dict[tuple[sp.Expr, ...], Condition] = {}
    for factor in factors:
        for solution in _numeric(factor, unknowns, values):
            found.setdefault(
                solution, Condition(dict(zip(unknowns, solution, strict=True)), sp.true)
            )
    return [found[solution] for solution in sorted(found, key=lambda s: [*map(sp.re, s)])]


def _numeric(
    factor: sp.Expr, unknowns: tuple[sp.Expr, ...], values: Mapping[sp.Symbol, sp.Expr]
) -> list[tuple[sp.Expr, ...]]:
    """Solutions of one factor: the roots of a resultant, and for each those of the rest."""
    moduli = {m: sp.Dummy(nonnegative=True) for m in factor.atoms(sp.Abs) if m in unknowns}
    equation = sp.expand(sp.expand(factor.xreplace(moduli).subs(values)).doit())
    letters = [moduli.get(unknown, unknown) for unknown in unknowns]
    missing = equation.free_symbols - set(letters)
    if missing:
        names = ", ".join(sorted(map(str, missing)))
        raise ValueError(f"Argument `values` must hold a value for {names}.")
    if not equation.free_symbols:
        return []
    if len(letters) == 1:
        return [(root,) for root in sp.Poly(equation, *letters).nroots(n=20)]
    x, y = letters
    first, second = (sp.expand(part) for part in equation.as_real_imag())
    eliminated = sp.Poly(sp.resultant(first, second, y), x)
    if eliminated.is_zero or eliminated.degree() < 1:
        return []
    found = [(x0, y0) for x0 in _real_roots(eliminated) for y0 in _common(first, second, x, x0, y)]
    wanted = [solution for solution in found if _has_signs(letters, solution)]
    return [tuple(sp.Float(v, 15) for v in solution) for solution in wanted]


def _common(
    first: sp.Expr, second: sp.Expr, x: sp.Symbol, x0: sp.Expr, y: sp.Symbol
) -> list[sp.Expr]:
    """Real y at which both parts vanish on the line x = x0."""
    parts = [sp.Poly(part.subs(x, x0), y) for part in (first, second)]
    lines = [p for p in parts if p.degree() > 0]
    if not lines:
        return []
    fewest = min(lines, key=lambda p: p.degree())
    other = parts[1] if fewest is parts[0] else parts[0]
    size = sum(abs(c) for c in other.all_coeffs())
    # x0 has 40 digits: what is left of a common root is far below half of them
    return [
        y0
        for y0 in _real_roots(fewest)
        if abs(other.eval(y0)) <= size * (1 + abs(y0)) ** 9 / 10**15
    ]


def _real_roots(polynomial: sp.Poly) -> list[sp.Expr]:
    if all(c.is_Rational for c in polynomial.all_coeffs()):
        return [root.evalf(40) for root in sp.real_roots(polynomial, multiple=False)
                for root in root[:1]]  # fmt: skip
    roots = polynomial.nroots(n=40, maxsteps=500)
    return [sp.re(z) for z in roots if abs(sp.im(z)) <= abs(z) / 10**15]


def _has_signs(letters: list[sp.Symbol], solution: tuple[sp.Expr, ...]) -> bool:
    return all(
        (v > 0 if x.is_positive else v >= 0 if x.is_nonnegative else True)
        for x, v in zip(letters, solution, strict=True)
    )
