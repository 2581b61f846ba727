"""Blockade conditions: where an amplitude of the leading order vanishes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sympy as sp

from analytic.domains import simplify_domain


class NoClosedForm(ValueError):
    """The condition has roots that radicals do not give."""


@dataclass(frozen=True)
class Condition:
    """One real branch: the values at the zero and where in parameter space they are real."""

    values: Mapping[sp.Expr, sp.Expr]
    domain: sp.Basic

    def __str__(self) -> str:
        where = "" if self.domain == sp.true else f"  for {self.domain}"
        return ", ".join(f"{name} = {value}" for name, value in self.values.items()) + where


def zeros(
    factors: Iterable[sp.Expr],
    unknowns: tuple[sp.Expr, ...],
    at: Mapping[sp.Symbol, sp.Expr] | None = None,
) -> list[Condition]:
    """All real solutions of ``factor = 0`` for two real unknowns or a complex one, by factor.

    Real and imaginary part are a polynomial system; moduli count as unknowns that are not
    negative.  Solutions at which another positive symbol would have to vanish are left out.
    Raises `NoClosedForm` where the solutions are not all radicals.
    """
    find = _real_zeros if len(unknowns) == 2 else _complex_zeros
    found: dict[tuple[sp.Expr, ...], Condition] = {}
    for factor in factors:
        for condition in find(factor, unknowns, dict(at or {})):
            found.setdefault(tuple(condition.values.values()), condition)
    return sorted(found.values(), key=lambda c: sp.default_sort_key(tuple(c.values.values())))


def _complex_zeros(
    factor: sp.Expr, unknowns: tuple[sp.Expr, ...], at: Mapping[sp.Symbol, sp.Expr]
) -> list[Condition]:
    (unknown,), equation = unknowns, sp.expand(factor.subs(at))
    if unknown not in equation.free_symbols:
        return []
    if equation.has(sp.conjugate(unknown), sp.Abs(unknown)):
        raise NoClosedForm(
            f"Argument `solve_for` must be two real unknowns, not `{unknown}`: its conjugate "
            "occurs in the amplitude, too."
        )
    return [Condition({unknown: _simplify(root)}, sp.true) for root in _roots(equation, unknown)]


def _real_zeros(
    factor: sp.Expr, unknowns: tuple[sp.Expr, ...], at: Mapping[sp.Symbol, sp.Expr]
) -> list[Condition]:
    moduli = {m: sp.Dummy(str(m), nonnegative=True) for m in factor.atoms(sp.Abs)}
    equation = sp.expand(factor.subs(at).xreplace(moduli))
    if not equation.free_symbols & {moduli.get(u, u) for u in unknowns}:
        return []
    letters = [moduli.get(unknown, unknown) for unknown in unknowns]
    real = {x: sp.Dummy(str(x), real=True) for x in equation.free_symbols if x.is_real is None}
    parts = [sp.expand(part) for part in equation.xreplace(real).as_real_imag()]
    conditions = []
    for solution in _solve([part for part in parts if part != 0], letters):
        values = [_simplify(solution.get(letter, letter)) for letter in letters]
        domain = sp.And(*(_allowed(x, v) for x, v in zip(letters, values, strict=True)))
        domain = simplify_domain(domain, values)
        if domain != sp.false:
            conditions.append(Condition(dict(zip(unknowns, values, strict=True)), domain))
    return conditions


def _solve(parts: list[sp.Expr], letters: list[sp.Symbol]) -> list[dict[sp.Symbol, sp.Expr]]:
    # a part that is linear in an unknown gives it away; SymPy's Groebner basis, which knows
    # nothing of that, may take minutes
    for x, y in (letters, letters[::-1]):
        for part, other in (parts, parts[::-1]) if len(parts) == 2 else ():
            if sp.degree(part, y) == 1:
                return _eliminate(part, other, x, y)
    return sp.solve(parts, letters, dict=True)


def _eliminate(
    part: sp.Expr, other: sp.Expr, x: sp.Symbol, y: sp.Symbol
) -> list[dict[sp.Symbol, sp.Expr]]:
    """Solutions of ``part = slope y + offset = 0`` and ``other = 0``."""
    slope, offset = part.coeff(y, 1), part.coeff(y, 0)
    expressed = sp.cancel(-offset / slope)
    roots = _roots(sp.numer(sp.cancel(other.subs(y, expressed))), x)
    solutions = [
        {x: root, y: expressed.subs(x, root)}
        for root in roots
        if sp.simplify(slope.subs(x, root)) != 0
    ]
    if x in slope.free_symbols:  # where y drops out of the part, the other one decides
        solutions += sp.solve([slope, offset, other], [x, y], dict=True)
    return solutions


def _roots(polynomial: sp.Expr, x: sp.Symbol) -> list[sp.Expr]:
    """All roots, real or not."""
    factors = sp.Poly(polynomial, x).factor_list()[1]
    roots = [sp.roots(factor) for factor, _ in factors]
    if any(
        sum(r.values()) < factor.degree() for r, (factor, _) in zip(roots, factors, strict=True)
    ):
        raise NoClosedForm(
            f"The condition is of degree {sp.degree(polynomial, x)} in `{x}` and has no closed "
            "form; give the argument `values` for numbers."
        )
    return [root for found in roots for root in found]


def _simplify(value: sp.Expr) -> sp.Expr:
    simplified = sp.simplify(value)
    return min([simplified, sp.sqrtdenest(simplified), value], key=sp.count_ops)


def _allowed(unknown: sp.Expr, value: sp.Expr) -> sp.Basic:
    """Where the value is real and of the sign that the unknown must have."""
    if value.is_real is False or (unknown.is_nonnegative and value.is_negative):
        return sp.false
    radicands = [root.base for root in value.atoms(sp.Pow) if root.exp.is_Rational
                 and root.exp.q == 2]  # fmt: skip
    if any(_is_negative(radicand) for radicand in radicands):
        return sp.false
    domain = [sp.Ge(radicand, 0) for radicand in radicands if not radicand.is_nonnegative]
    if unknown.is_nonnegative and not value.is_nonnegative:
        domain.append(sp.Ge(value, 0))
    return sp.And(*domain)


def _is_negative(radicand: sp.Expr) -> bool:
    """Whether it is negative wherever the roots inside it are real."""
    roots = [r for r in radicand.atoms(sp.Pow) if r.exp.is_Rational and r.exp.q == 2]
    inside = {root: sp.Dummy(nonnegative=True) for root in roots}
    return bool(radicand.xreplace(inside).is_negative)
