"""Whether a closed form vanishes: at values, for all values, or by proof.

*At values* a form vanishes by interference where the terms of a factor cancel (`cancels`).  The
number that is left there is the round-off of the values as they are stored, and what a measurement
would find is the next order in the drive.  A factor cancels where

    |sum of its terms| <= CANCELS * (sum of their moduli),

and one below the line, where LOST stands for CANCELS, makes it diverge.

*For all values* it vanishes if that holds at a few random ones (`is_zero`).  A polynomial that is
not zero vanishes at a random point with probability zero, so this is wrong by round-off alone.

*By proof* two forms are the same function if their difference is zero in a polynomial ring
(`same_function`).  Every symbol and its conjugate are two independent letters, ``|z|^2 = z
conj(z)``. A root is a letter r with the relation ``r^q = base``; what is left of the
cross-multiplied difference after division by these relations vanishes for equal functions.  Two
dependent roots, such as ``sqrt(x) sqrt(y)`` and ``sqrt(x y)``, are told apart: the proof is sound,
but not complete.
"""

from collections.abc import Iterator
from functools import reduce

import numpy as np
import sympy as sp
from sympy.polys.rings import PolyElement

from analytic.rational.determinant import Determinant, determinant, sizes
from systems.arithmetic import evaluate
from systems.values import Arrays

# A condition that a paper prints with ten digits makes its terms cancel to 1e-10; sums that do not
# vanish keep more than that, and what round-off of floats leaves is 1e-16.
CANCELS = 1e-10
# Of a sum below the line only round-off is cancellation: a resonance of linewidth 1e-12 of the
# frequencies that cancel in it is as it should be, and has four digits.  Round-off leaves 1e-16 for
# each of the few terms.
LOST = 1e-14
TRIALS = 3  # random values; one would do but for round-off, three leave no room for an accident


def cancels(expression: sp.Expr, arrays: Arrays, share: float = CANCELS) -> np.ndarray:
    """Whether a factor of the numerator cancels at the values: array of their shape.

    It does where no more than ``share`` of its terms is left.

    >>> x, y = sp.symbols("x y")
    >>> cancels((x - y) / (x + y), {"x": np.array([1.0, 1.0]), "y": np.array([1.0, 2.0])})
    array([ True, False])
    """
    found = np.zeros(np.broadcast_shapes(*(a.shape for a in arrays.values())), bool)
    known: dict[sp.Expr, tuple[np.ndarray, np.ndarray]] = {}
    with np.errstate(all="ignore"):  # poles, and what leaves the range of floats: no cancellation
        for factor in set(_sums(expression)):
            value, terms = _weigh(factor, arrays, known)
            found |= (terms > 0) & (abs(value) <= share * terms)
    return found


def is_zero(expression: sp.Expr) -> bool:
    """Whether an expression cancels for all values: tried at random ones.

    >>> x = sp.Symbol("x")
    >>> is_zero((x + 1) ** 2 - x**2 - 2 * x - 1)
    True
    """
    if expression == 0 or not expression.free_symbols:
        return bool(sp.simplify(expression) == 0)
    random = np.random.default_rng(0)
    drawn = {str(s): draw(s, random, TRIALS) for s in sorted(expression.free_symbols, key=str)}
    return bool(cancels(expression, drawn).all())


def draw(symbol: sp.Symbol, random: np.random.Generator, count: int) -> np.ndarray:
    """Numbers of order one that the assumptions of a symbol allow: array (count,).

    Real symbols get positive numbers, whatever else is known of them; others a random phase.

    >>> draw(sp.Symbol("x", real=True), np.random.default_rng(0), 3).shape
    (3,)
    """
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
        case Determinant():
            yield expression


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
    """The two numbers of an expression from those of its parts."""
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
    if isinstance(expression, Determinant):
        at = expression.size, list(expression.elements), expression.numbers(arrays)
        return determinant(*at), sizes(*at)
    value = np.asarray(evaluate(expression, arrays) if expression.free_symbols else
                       complex(expression))  # fmt: skip
    return value, abs(value)


def same_function(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether both are proved to be the same function of their symbols.

    >>> z = sp.Symbol("z")
    >>> same_function(sp.Abs(z) ** 2, z * sp.conjugate(z)), same_function(sp.Abs(z), z)
    (True, False)
    """
    letters = _Letters()
    (a, b), (c, d) = (sp.fraction(sp.together(letters.code(e))) for e in (left, right))
    ring = sp.ring([*letters.known.values(), sp.Dummy()], sp.QQ_I)[0]
    difference = ring.from_expr(a) * ring.from_expr(d) - ring.from_expr(c) * ring.from_expr(b)
    for root, relation in reversed(letters.relations.items()):
        difference = _divide(difference, ring.from_expr(relation), ring.from_expr(root))
    return not difference


class _Letters:
    """Letters for symbols, conjugates and roots, and the relations that roots obey."""

    def __init__(self) -> None:
        self.known: dict[sp.Expr, sp.Dummy] = {}
        self.relations: dict[sp.Dummy, sp.Expr] = {}

    def code(self, expression: sp.Expr) -> sp.Expr:
        """The expression as a rational function of letters."""
        match expression:
            case sp.Abs():
                z = expression.args[0]
                return self._root(self.code(z) * self.code(sp.conjugate(z)), 2)
            case sp.Pow(base=sp.Abs(args=(z,)), exp=k) if k.is_Integer and k % 2 == 0:
                return (self.code(z) * self.code(sp.conjugate(z))) ** (k // 2)
            case sp.Pow(base=base, exp=k) if k.is_Integer:
                return self.code(base) ** k
            case sp.Pow(base=base, exp=k) if k.is_Rational:
                return self._power(base, k)
            case sp.exp():
                return sp.Mul(*(self._exponential(x) for x in sp.Add.make_args(expression.args[0])))
            case sp.Add() | sp.Mul():
                return expression.func(*map(self.code, expression.args))
            case _ if expression.is_Rational or expression == sp.I:
                return expression
        return self.known.setdefault(expression, sp.Dummy())

    def _power(self, base: sp.Expr, exponent: sp.Rational) -> sp.Expr:
        # sqrt(6) = sqrt(2) sqrt(3): one letter for each prime
        """A rational power as a product of roots."""
        whole = base.is_Integer and base > 0
        parts = sp.factorint(base) if whole else {base: 1}
        roots = (
            (self._root(self.code(sp.sympify(part)), exponent.q), k) for part, k in parts.items()
        )
        return sp.Mul(*(root ** (k * exponent.p) for root, k in roots))

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        """An exponential as a power of that of the smallest exponent."""
        number, rest = exponent.as_coeff_Mul()
        unit = sp.exp(rest / number.q)
        return self.known.setdefault(unit, sp.Dummy()) ** number.p

    def _root(self, radicand: sp.Expr, degree: int) -> sp.Expr:
        """The letter of a root, with its relation."""
        top, bottom = sp.fraction(sp.together(radicand))
        name = sp.Pow(radicand, sp.Rational(1, degree), evaluate=False)
        root = self.known.setdefault(name, sp.Dummy())
        self.relations.setdefault(root, bottom * root**degree - top)
        return root


def _divide(dividend: PolyElement, divisor: PolyElement, letter: PolyElement) -> PolyElement:
    """The pseudo-remainder, in which a letter occurs only below the degree of its relation."""
    return dividend.prem(divisor, letter) if dividend else dividend
