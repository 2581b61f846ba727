"""Where a closed form vanishes by interference: where the terms of a factor cancel.

At such values the number that is left is the round-off of the values as they are stored, and what
a measurement would find is the next order in the drive.  A factor cancels where

    |sum of its terms| <= CANCELS * (sum of their moduli).
"""

from collections.abc import Iterator
from functools import reduce

import numpy as np
import sympy as sp

from systems.values import Arrays, evaluate

CANCELS = 1e-10  # of a value with ten digits, as printed in a paper; round-off of floats is 1e-16
TRIALS = 3  # random values at which what is zero for all of them is tried


def cancels(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """Whether a factor of the numerator cancels at the values: array of their shape."""
    found = np.zeros(np.broadcast_shapes(*(a.shape for a in arrays.values())), bool)
    known: dict[sp.Expr, tuple[np.ndarray, np.ndarray]] = {}
    with np.errstate(all="ignore"):  # poles, and what leaves the range of floats: no cancellation
        for factor in set(_sums(expression)):
            value, terms = _weigh(factor, arrays, known)
            found |= (terms > 0) & (abs(value) <= CANCELS * terms)
    return found


def is_zero(expression: sp.Expr) -> bool:
    """Whether an expression cancels for all values: tried at random ones."""
    if expression == 0 or not expression.free_symbols:
        return bool(sp.simplify(expression) == 0)
    random = np.random.default_rng(0)
    drawn = {str(s): draw(s, random, TRIALS) for s in sorted(expression.free_symbols, key=str)}
    return bool(cancels(expression, drawn).all())


def draw(symbol: sp.Symbol, random: np.random.Generator, count: int) -> np.ndarray:
    """Numbers of order one that the assumptions of a symbol allow."""
    size, phase = random.uniform(0.5, 1.5, count), random.uniform(-np.pi, np.pi, count)
    return size if symbol.is_real else size * np.exp(1j * phase)


def _sums(expression: sp.Expr) -> Iterator[sp.Expr]:
    """The sums by which an expression is multiplied: where one vanishes, it vanishes."""
    match expression:
        case sp.Add():
            yield expression
        case sp.Mul():
            for factor in expression.args:
                yield from _sums(factor)
        case sp.Pow(base=base, exp=exponent) if exponent.is_positive:
            yield from _sums(base)
        case sp.Abs() | sp.conjugate():
            yield from _sums(expression.args[0])


def _weigh(
    expression: sp.Expr, arrays: Arrays, known: dict[sp.Expr, tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    """The value of an expression, and what it would be if no terms cancelled, all being positive.

    Once through the tree: to compile it would take far longer for forms of thousands of terms.
    """
    if expression not in known:
        known[expression] = _weigh_anew(expression, arrays, known)
    return known[expression]


def _weigh_anew(
    expression: sp.Expr, arrays: Arrays, known: dict[sp.Expr, tuple[np.ndarray, np.ndarray]]
) -> tuple[np.ndarray, np.ndarray]:
    if expression.is_Symbol:
        return arrays[str(expression)], abs(arrays[str(expression)])
    if isinstance(expression, sp.Add | sp.Mul):
        parts = [_weigh(part, arrays, known) for part in expression.args]
        join = np.add if expression.is_Add else np.multiply
        return reduce(join, [x for x, _ in parts]), reduce(join, [y for _, y in parts])
    if expression.is_Pow and expression.exp.is_Rational:
        value, terms = _weigh(expression.base, arrays, known)
        power = float(expression.exp)
        raised = (value if power.is_integer() else value + 0j) ** power
        return raised, terms**power if power > 0 else abs(raised)
    if isinstance(expression, sp.Abs | sp.conjugate):
        value, terms = _weigh(expression.args[0], arrays, known)
        return (abs(value) if isinstance(expression, sp.Abs) else np.conj(value)), terms
    value = np.asarray(evaluate(expression, arrays) if expression.free_symbols else
                       complex(expression))  # fmt: skip
    return value, abs(value)
