"""Closed forms at values: their numbers, and what each number is worth.

All rates are energies (hbar = 1), so that a closed form is homogeneous in them: multiply every
rate by u, and the form is multiplied by u to the power of its *degree*.  What comes out cannot
depend on the unit in which the rates are given, but floats can: g6 of two modes holds tenth powers
of rates, which in rad/s leave their range.  So forms are evaluated in a unit of their own, chosen
in `systems.values`, and what has a degree is multiplied by the unit again.
"""

from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import Application

from analytic.rational.determinant import Determinant, determinant
from analytic.rational.vanishing import LOST, cancels
from systems import Model
from systems.arithmetic import evaluate, vanishes
from systems.expressions import check_finite
from systems.labels import relabel
from systems.progress import busy
from systems.status import Status
from systems.values import SMALLEST, Arrays, Values, rate_unit, read_values


@busy("numbers of a closed form")
def number_at(model: Model, expression: sp.Expr, values: Values) -> Any:
    """A closed form at values of the model's symbols: array of their broadcast shape.

    Labelled values make it an `xarray.DataArray`.
    NaN where it is undefined, 0/0, and where it is not zero but lies below what floats hold.
    Raises `ValueError` or `TypeError` for bad values and for an expression that holds other
    symbols.

    >>> from systems import kerr
    >>> number_at(kerr.MODEL, kerr.xi**2 / kerr.gamma, kerr.VALUES | {"xi": [1.0, 2.0]})
    array([1., 4.])
    """
    arrays = read_values(model, values)
    _check_symbols(model, expression)
    found = _evaluated(expression, arrays)
    known = np.where(_is_lost(found, expression, arrays), np.nan, found)
    return relabel(known, arrays, "closed_form")


@busy("what a closed form is worth")
def status_at(model: Model, expression: sp.Expr, values: Values) -> Any:
    """What the number of a closed form is worth: array of `Status` words, of the values' shape.

    "formula undefined" where it is 0/0, "formula diverges" at a pole or where the terms of a factor
    below the line cancel to their last digits, as where a mode is dark by interference, "leading
    order vanishes" where the terms of a factor above it cancel or a factor is zero, "not resolved"
    where floats do not hold it, else "ok".

    >>> from systems import kerr
    >>> str(status_at(kerr.MODEL, kerr.Delta + kerr.chi, kerr.VALUES | {"Delta": -5.0}))
    'leading order vanishes'
    """
    arrays = read_values(model, values)
    _check_symbols(model, expression)
    number = _evaluated(expression, arrays)
    scaled, _ = _in_own_unit(expression, arrays)
    lost = cancels(expression, scaled) | ((number == 0) & (expression != 0))
    pole = np.isinf(number) | (expression != 0 and cancels(1 / expression, scaled, LOST))
    small = _is_lost(number, expression, arrays)
    found = np.select(
        [small, np.isnan(number) | (lost & pole), pole, lost],
        [Status.NOT_RESOLVED, Status.FORMULA_UNDEFINED, Status.FORMULA_DIVERGES, Status.VANISHES],
        Status.OK,
    )
    return relabel(found, arrays, "status")


@lru_cache(maxsize=1024)  # the same few forms are evaluated over and over, in scans and searches
def rates_of(expression: sp.Expr) -> frozenset[str]:
    """Names of the symbols that are rates: all but those inside a phase or another function.

    >>> g, phi = sp.symbols("g phi")
    >>> sorted(rates_of(g * sp.exp(sp.I * phi)))
    ['g']
    """
    inside = [f for f in expression.atoms(Application) if not isinstance(f, sp.Abs | sp.conjugate)]
    phases = set().union(*(f.free_symbols for f in inside))
    return frozenset(str(symbol) for symbol in expression.free_symbols - phases)


@lru_cache(maxsize=1024)
def degree(expression: sp.Expr) -> sp.Rational | None:
    """The power of the unit in which the expression comes out; None where it has none.

    >>> x, y = sp.symbols("x y")
    >>> degree(x**2 / (x + y)), degree(x + x * y)
    (1, None)
    """
    return _degree(expression, rates_of(expression))


def _evaluated(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """The form at the values, computed in a unit of its own."""
    scaled, unit = _in_own_unit(expression, arrays)
    plain, numbers = _without_determinants(expression, scaled)
    return np.asarray(evaluate(plain, scaled | numbers) * unit ** float(degree(expression) or 0))


def _without_determinants(expression: sp.Expr, arrays: Arrays) -> tuple[sp.Expr, Arrays]:
    """The expression with a letter for each determinant, and what the letters are.

    SymPy takes seconds to compile determinants in one expression, which is left as it is where
    their numbers leave the range of floats.
    """
    found = expression.atoms(Determinant)
    inner = {x for whole in found for x in whole.atoms(Determinant) - {whole}}
    letters = {whole: sp.Dummy() for whole in found - inner}
    numbers = {
        str(letter): determinant(whole.size, list(whole.elements), whole.numbers(arrays))
        for whole, letter in letters.items()
    }
    if not all(np.all(np.isfinite(x) & (x != 0)) for x in numbers.values()):
        return expression, {}
    return expression.xreplace(letters), numbers


def _is_lost(number: np.ndarray, expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """Where a number that is not zero is smaller than any float that has all of its digits.

    What is small because its terms cancel is not among them.
    """
    doubtful = abs(number) < SMALLEST
    if expression == 0 or not doubtful.any():
        return np.zeros(number.shape, dtype=bool)
    doubtful &= ~cancels(expression, _in_own_unit(expression, arrays)[0])
    return np.asarray(doubtful & ~vanishes(expression, arrays, doubtful))


def _in_own_unit(expression: sp.Expr, arrays: Arrays) -> tuple[Arrays, np.ndarray | float]:
    """The arrays with the rates in a unit of their own, and that unit.

    As they are where the form has no degree: it then holds a symbol that is no rate, such as the
    ratio of two drives, and terms that cancel would no longer do so in another unit.
    """
    rates = rates_of(expression)
    if not rates or degree(expression) is None:
        return arrays, 1.0
    unit = rate_unit(arrays, rates)
    return {name: x / unit if name in rates else x for name, x in arrays.items()}, unit


def _check_symbols(model: Model, expression: sp.Expr) -> None:
    if not isinstance(expression, sp.Expr):
        raise TypeError(f"Argument `expression` must be a SymPy expression, but is {expression!r}.")
    # a Piecewise in symbols may hold NaN in a case that no values lead to
    if not expression.free_symbols:
        check_finite("Argument `expression`", expression)
    unknown = expression.free_symbols - set(model.parameters)
    if unknown:
        raise ValueError(
            "Argument `expression` must hold the model's symbols only, but holds "
            f"{', '.join(sorted(map(str, unknown)))} (abbreviations: use "
            "analytic.spell_out first)."
        )


def _degree(expression: sp.Expr, rates: frozenset[str]) -> sp.Rational | None:
    if not expression.free_symbols or expression.is_Symbol:
        return sp.Integer(str(expression) in rates)
    if isinstance(expression, Determinant):
        columns = [{_degree(x, rates) for x in column} for column in expression.columns()]
        degrees = [next(iter(column)) for column in columns if len(column) == 1]
        return sp.Add(*degrees) if len(degrees) == len(columns) and None not in degrees else None
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
