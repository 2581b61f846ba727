"""Points of the parameters at which two closed forms are compared: random ones and simple ones.

A symbol that is only real takes both signs, a complex one all quadrants: ``Abs(chi)`` is ``chi``
at every positive value.
"""

from collections.abc import Sequence
from itertools import islice, product

import numpy as np
import sympy as sp

COUNT = 32  # random points; two signs agree at all of them with a chance of 1 in 6e8
LARGEST = 20_000  # simple points tried: all of them for seven real symbols
DIGITS, ZERO = 40, 1e-30  # what is left of a sum that cancels, relative to its terms
TRIED = 3  # random points at which a form has to vanish: it may at one sign of a symbol only


def random_points(symbols: Sequence[sp.Symbol]) -> np.ndarray:
    """Points (symbols, `COUNT`) over two decades, as far as the symbols' assumptions allow.

    They are the same at every call, so that a verdict is the same at every call.

    >>> points = random_points(sp.symbols("x y", real=True))
    >>> points.shape, bool((points.imag == 0).all()), bool((points[0] < 0).any())
    ((2, 32), True, True)
    """
    random = np.random.default_rng(0)
    shape = (len(symbols), COUNT)
    # one in each of equal sectors, so that no symbol misses a sign or a quadrant
    sectors = random.permuted(np.tile(np.arange(COUNT), (len(symbols), 1)), axis=1)
    turns = np.exp(2j * np.pi * (sectors + random.uniform(size=shape)) / COUNT)
    units = [_unit(symbol, turn) for symbol, turn in zip(symbols, turns, strict=True)]
    return 10 ** random.uniform(-1, 1, shape) * np.array(units)


def simple_points(symbols: Sequence[sp.Symbol]) -> np.ndarray:
    """Points of small whole numbers (symbols, count), the simplest first.

    >>> simple_points([sp.Symbol("x", positive=True)]).real.tolist()
    [[1.0, 2.0, 3.0]]
    """
    choices = [_simple_numbers(symbol) for symbol in symbols]
    ranks = islice(product(*(range(len(choice)) for choice in choices)), LARGEST)
    chosen = [[c[i] for c, i in zip(choices, rank, strict=True)] for rank in sorted(ranks, key=sum)]
    return np.array(chosen, complex).T


def vanishes(form: sp.Expr) -> bool:
    """Whether a form is zero for all values, tried at a few random points.

    >>> x = sp.Symbol("x")
    >>> vanishes((x + 1) ** 2 - x**2 - 2 * x - 1), vanishes(x - 1)
    (True, False)
    """
    if form.is_number:
        return _is_zero(form, {})
    symbols = sorted(form.free_symbols, key=str)
    points = random_points(symbols).T[:: COUNT // TRIED]
    return all(_is_zero(form, dict(zip(symbols, map(sp.sympify, p), strict=True))) for p in points)


def _is_zero(form: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> bool:
    """Only a sum can be zero, by cancellation: small beside its terms, whatever their size."""
    match form:
        case sp.Add():
            terms = [term.evalf(DIGITS, subs=point) for term in form.args]
            return bool(abs(sp.Add(*terms)) <= ZERO * max(map(abs, terms)))
        case sp.Mul():
            return any(_is_zero(factor, point) for factor in form.args)
        case sp.Pow() | sp.Abs() | sp.conjugate():
            return _is_zero(form.args[0], point)
    return bool(form == 0)


def _unit(symbol: sp.Symbol, turn: np.ndarray) -> np.ndarray:
    """Numbers of modulus one with the sign, or the phase, that a symbol's assumptions allow."""
    sign = np.sign(turn.real)
    if symbol.is_nonnegative or symbol.is_nonpositive:
        return abs(sign) if symbol.is_nonnegative else -abs(sign)
    if symbol.is_imaginary:
        return 1j * sign
    return sign if symbol.is_real else turn


def _simple_numbers(symbol: sp.Symbol) -> tuple[complex, ...]:
    """Small whole numbers that a symbol's assumptions allow, the simplest first."""
    if symbol.is_nonnegative or symbol.is_nonpositive:
        sizes = (1, 2, 3) if symbol.is_nonzero else (0, 1, 2, 3)
        return sizes if symbol.is_nonnegative else tuple(-size for size in sizes)
    if symbol.is_imaginary:
        return 0, 1j, -1j
    return (0, 1, -1, 2) if symbol.is_real else (0, 1, 1j, 1 + 1j, -1)
