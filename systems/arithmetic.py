"""Expressions put into numbers, right also where floats are not.

`evaluate` takes arrays of one shape for the symbols, `evaluate_sum` where a sum may cancel.  What
leaves the range of floats on the way is computed again with exponents of any size, what cancels
with more digits.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from sympy.simplify.cse_main import tree_cse

Arrays = dict[str, np.ndarray]
# Rest of a sum, relative to its terms, below which it is computed again.  Two of sixteen digits
# lost are no matter, and computing again takes far longer.
CANCELS = 1e-2
# Bits for it.  A product of nine floats, of 53 bits each, is exact, and so are sums of products
# unless their sizes differ by more than what is left.
WIDE = 500
VANISHED = 1e-75  # relative to its terms: half the digits of WIDE bits, what is smaller is rounding
# Parts of an expression up to which shared parts of sums are looked for, which takes a second
LONG = 3000
TERMS = 500  # of a sum in one line of Python, whose compiler takes about a thousand
EPSILON = float(np.finfo(float).eps)  # relative rounding of a double, from one to the next


def evaluate(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """A SymPy expression of the symbols named in ``arrays``, as an array of their shape.

    NaN where it is undefined, 0/0.  What leaves the range of floats on the way is computed again
    with exponents of any size.

    Shapes and names are those of `read_values`.  The compiled function is kept, so that a scan pays
    for it once.

    >>> x = sp.Symbol("x")
    >>> evaluate(x**2, {"x": np.array([1.0, 2.0])})
    array([1., 4.])
    >>> evaluate(x**200 / x**199, {"x": np.array([1e3])})  # 1e600 on the way
    array([1000.])
    """
    names, function = _compile(expression)
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    left: set[str] = set()
    with np.errstate(all="call", call=lambda what, _: left.add(what)):
        found = np.broadcast_to(function(*(arrays[name] for name in names)), shape)
    if "overflow" in left:
        return _evaluate_wide(expression, arrays, found, np.ones(shape, bool))
    if "underflow" in left:
        return _evaluate_wide(expression, arrays, found, (found == 0) | ~np.isfinite(found))
    return found


def evaluate_sum(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """The same, right to the rounding of a float also where the terms of a sum cancel.

    What is left of F - F r, at the numbers as they are stored, is computed again with many digits;
    what vanishes is exactly 0.

    >>> F, r = sp.symbols("F r")
    >>> evaluate_sum(F - F * r, {"F": np.array([0.1]), "r": np.array([1.0])})
    array([0.])
    """
    found, size = evaluate(expression, arrays), magnitude(expression, arrays)
    doubtful = abs(found) < CANCELS * size
    if not doubtful.any():
        return found
    found = _evaluate_wide(expression, arrays, found, doubtful, WIDE)
    return np.where(abs(found) < VANISHED * size, 0, found)


def vanishes(expression: sp.Expr, arrays: Arrays, where: np.ndarray) -> np.ndarray:
    """Whether an expression is exactly 0 at the values, told from what only floats call so.

    Asked for the points ``where``, a mask of the arrays' shape, and False at all others.

    >>> x = sp.Symbol("x")
    >>> arrays = {"x": np.array([0.0, 1e-200])}
    >>> evaluate(x**2, arrays), vanishes(x**2, arrays, np.array([True, True]))
    (array([0., 0.]), array([ True, False]))
    """
    found = np.zeros(where.shape, dtype=bool)
    for point, number in _one_by_one(expression, arrays, where):
        found.flat[point] = number is None or number == 0  # None: one over a pole
    return found


def magnitude(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    """Sum of the absolute values of the terms of an expression, of the arrays' shape.

    What a sum would be if nothing cancelled: the yardstick for what is left of it.

    >>> x = sp.Symbol("x")
    >>> magnitude(x - x**2, {"x": np.array([1.0])})
    array([2.])
    """
    return np.sum([abs(evaluate(term, arrays)) for term in _terms(expression)], axis=0)


def _evaluate_wide(
    expression: sp.Expr,
    arrays: Arrays,
    found: np.ndarray,
    doubtful: np.ndarray,
    bits: int = 80,  # more than a float has, so that only its rounding is left
) -> np.ndarray:
    """``found``, evaluated again point by point where it is ``doubtful``.

    A pole keeps its infinity, and 0/0 its NaN: these are right with any number of digits.
    """
    wide = found.copy()
    kind: Callable[[Any], Any] = complex if np.iscomplexobj(wide) else lambda z: float(mpmath.re(z))
    with mpmath.workprec(bits):
        for point, number in _one_by_one(expression, arrays, doubtful):
            if number is not None:
                wide.flat[point] = kind(number)
    return wide


def _one_by_one(
    expression: sp.Expr, arrays: Arrays, where: np.ndarray
) -> Iterator[tuple[int, Any]]:
    """An expression in mpmath's precision at the points of a mask: flat positions and numbers.

    None stands for a division by zero: a pole, or 0/0.
    """
    names, function = _compile(expression, "mpmath")
    flat = [np.broadcast_to(arrays[name], where.shape).ravel() for name in names]
    for point in map(int, np.flatnonzero(where)):
        try:
            yield point, function(*(mpmath.mpmathify(array[point]) for array in flat))
        except ZeroDivisionError:
            yield point, None


@lru_cache(maxsize=1024)
def _terms(expression: sp.Expr) -> tuple[sp.Expr, ...]:
    """The terms of an expression multiplied out."""
    return sp.Add.make_args(sp.expand(expression))


@lru_cache(maxsize=1024)
def _compile(expression: sp.Expr, module: str = "numpy") -> tuple[list[str], Callable[..., Any]]:
    """The names of an expression's symbols, and it as a function of their numbers."""
    symbols = sorted(expression.free_symbols, key=str)
    function = sp.lambdify(symbols, expression, module, cse=_parts)
    return [str(symbol) for symbol in symbols], function


def _parts(expression: sp.Expr) -> tuple[list[tuple[sp.Symbol, sp.Expr]], sp.Expr]:
    """The parts that occur twice, with long sums cut: Python nests one of a thousand too deep."""
    found, rest = _repeated(expression)
    sums = (s for e in (rest, *(part for _, part in found)) for s in e.atoms(sp.Add))
    if all(len(s.args) <= TERMS for s in sums):
        return found, rest
    parts = list[tuple[sp.Symbol, sp.Expr]]()
    for symbol, part in found:
        parts.append((symbol, _in_short_sums(part, parts)))
    return parts, _in_short_sums(rest, parts)


def _in_short_sums(expression: sp.Expr, parts: list[tuple[sp.Symbol, sp.Expr]]) -> sp.Expr:
    """An expression in which a long sum is one of shorter sums, which join the parts."""
    if not expression.args or (not expression.is_Add and len(expression.atoms(sp.Add)) == 0):
        return expression
    args = [_in_short_sums(argument, parts) for argument in expression.args]
    while expression.is_Add and len(args) > TERMS:
        sums = [sp.Add(*args[i : i + TERMS], evaluate=False) for i in range(0, len(args), TERMS)]
        args = sp.symbols(f"_sum{len(parts)}:{len(parts) + len(sums)}", cls=sp.Dummy)
        parts.extend(zip(args, sums, strict=True))
    return expression.func(*args, evaluate=False) if expression.is_Add else expression.func(*args)


def _repeated(expression: sp.Expr) -> tuple[list[tuple[sp.Symbol, sp.Expr]], sp.Expr]:
    """The parts of an expression that occur twice, and it in these.

    `sympy.cse` looks for shared parts of sums and products as well, in a time that grows as the
    square of the terms: minutes for closed forms of eight modes.
    """
    if len(expression.args) <= LONG and sum(1 for _ in sp.preorder_traversal(expression)) <= LONG:
        return tuple(sp.cse(expression, list=False))
    found, (rest,) = tree_cse([expression], sp.numbered_symbols(cls=sp.Dummy))
    return found, rest
