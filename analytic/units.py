"""Values in a unit of their own: what a closed form gives cannot depend on the unit of the rates.

All rates are energies (hbar = 1), so that a closed form is homogeneous in them, and a rate enters
high correlations with high powers: g6 of two modes in rad/s would leave the range of floats.
"""

from functools import lru_cache

import numpy as np
import sympy as sp
from sympy.core.function import Application

from systems.values import Arrays


def own_unit(arrays: Arrays, rates: frozenset[str]) -> np.ndarray:
    """Per point the power of two next to the largest rate, so that scaling rounds nothing; or 1."""
    largest = np.max([abs(arrays[name]) for name in sorted(rates)], axis=0)
    return np.where(largest > 0, np.ldexp(1.0, np.frexp(largest)[1]), 1.0)


@lru_cache(maxsize=1024)
def rates_of(expression: sp.Expr) -> frozenset[str]:
    """Names of the symbols that are rates: all but those inside a phase or another function."""
    inside = [f for f in expression.atoms(Application) if not isinstance(f, sp.Abs | sp.conjugate)]
    phases = set().union(*(f.free_symbols for f in inside))
    return frozenset(str(symbol) for symbol in expression.free_symbols - phases)


@lru_cache(maxsize=1024)
def degree(expression: sp.Expr) -> sp.Rational | None:
    """The power of the unit in which the expression comes out; None where it has none."""
    return _degree(expression, rates_of(expression))


def _degree(expression: sp.Expr, rates: frozenset[str]) -> sp.Rational | None:
    if not expression.free_symbols or expression.is_Symbol:
        return sp.Integer(str(expression) in rates)
    parts = [_degree(part, rates) for part in expression.args]
    if any(part is None for part in parts):
        return None
    if expression.is_Mul:
        return sp.Add(*parts)
    if expression.is_Pow and expression.exp.is_Rational:
        return parts[0] * expression.exp
    if expression.is_Add or isinstance(expression, sp.Abs | sp.conjugate):
        return parts[0] if len(set(parts)) == 1 else None
    return None if any(parts) else sp.S.Zero
