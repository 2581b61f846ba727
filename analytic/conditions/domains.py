"""Where a branch is real, in the plainest words: ``J > gamma/sqrt(2)``.

A branch is real where what stands below its square roots is not negative.  A condition
``f(x, y) >= 0`` in two positive symbols that is homogeneous (all symbols are energies) is one on
their ratio, and changes its truth only at the roots of f: between two of them one point tells.
Conditions in more symbols stay as they are.
"""

from collections.abc import Iterable
from itertools import pairwise

import sympy as sp


def simplify_domain(domain: sp.Basic, values: Iterable[sp.Expr] = ()) -> sp.Basic:
    """The domain with every inequality that can be solved for a ratio of symbols solved.

    A bound at which one of ``values`` has a pole is excluded.

    >>> J, gamma = sp.symbols("J gamma", positive=True)
    >>> simplify_domain(2 * J**2 - gamma**2 >= 0)
    J >= sqrt(2)*gamma/2
    """
    parts = sp.And.make_args(domain)
    return sp.And(*(_simplify(part, list(values)) for part in parts))


def _simplify(condition: sp.Basic, values: list[sp.Expr]) -> sp.Basic:
    """One inequality, solved for the ratio of its two symbols if it is homogeneous."""
    symbols = sorted(condition.free_symbols, key=str)
    if not isinstance(condition, sp.Ge) or len(symbols) != 2:
        return condition
    x, unit = symbols
    f = condition.lhs - condition.rhs
    if not all(s.is_positive for s in symbols) or not _is_homogeneous(f, symbols):
        return condition
    f = sp.powdenest(f.subs(unit, 1), force=True)
    bounds = _positive_roots(f, x)
    if bounds is None:
        return condition
    edges = [sp.S.Zero, *bounds, sp.oo]
    return sp.Or(
        *(
            _piece(x, unit, low, high, values)
            for low, high in pairwise(edges)
            if f.subs(x, _between(low, high)).evalf() > 0
        )
    )


def _is_homogeneous(f: sp.Expr, symbols: list[sp.Symbol]) -> bool:
    # Euler: sum x df/dx = degree f
    """Whether all terms are of one degree in the symbols."""
    degree = sp.simplify(sum(s * sp.diff(f, s) for s in symbols) / f)
    return bool(degree.is_number)


def _positive_roots(f: sp.Expr, x: sp.Symbol) -> list[sp.Expr] | None:
    """The positive roots in rising order; None where SymPy cannot solve."""
    try:
        roots = sp.solve(f, x)
    except NotImplementedError:
        return None
    return sorted((r for r in roots if r.is_number and r.evalf() > 0), key=lambda r: r.evalf())


def _between(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """A point inside an interval, which may be infinite."""
    return 2 * low + 1 if high == sp.oo else (low + high) / 2


def _piece(
    x: sp.Symbol, unit: sp.Symbol, low: sp.Expr, high: sp.Expr, values: list[sp.Expr]
) -> sp.Basic:
    """An interval of x/unit as a relation, its ends excluded where a value has a pole."""
    bounds = []
    if low != 0:
        relation = sp.Gt if _has_pole(values, x, unit, low) else sp.Ge
        bounds.append(relation(x, low * unit))
    if high != sp.oo:
        relation = sp.Lt if _has_pole(values, x, unit, high) else sp.Le
        bounds.append(relation(x, high * unit))
    return sp.And(*bounds)


def _has_pole(values: list[sp.Expr], x: sp.Symbol, unit: sp.Symbol, bound: sp.Expr) -> bool:
    at = [sp.denom(sp.together(value)).subs(unit, 1).subs(x, bound) for value in values]
    return any(sp.simplify(bottom) == 0 for bottom in at)
