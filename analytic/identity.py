"""Whether two closed forms are the same function: proved in a polynomial ring, not sampled.

Every symbol and its conjugate are two independent letters, ``|z|^2 = z conj(z)``.  A root is a
letter r with the relation ``r^q = base``; what is left of the cross-multiplied difference after
division by these relations vanishes for equal functions.  Two dependent roots, such as
``sqrt(x) sqrt(y)`` and ``sqrt(x y)``, are told apart: the proof is sound, but not complete.
"""

import sympy as sp
from sympy.polys.rings import PolyElement


def same_function(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether both are proved to be the same function of their symbols."""
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
        whole = base.is_Integer and base > 0
        parts = sp.factorint(base) if whole else {base: 1}
        roots = (
            (self._root(self.code(sp.sympify(part)), exponent.q), k) for part, k in parts.items()
        )
        return sp.Mul(*(root ** (k * exponent.p) for root, k in roots))

    def _exponential(self, exponent: sp.Expr) -> sp.Expr:
        number, rest = exponent.as_coeff_Mul()
        unit = sp.exp(rest / number.q)
        return self.known.setdefault(unit, sp.Dummy()) ** number.p

    def _root(self, radicand: sp.Expr, degree: int) -> sp.Expr:
        top, bottom = sp.fraction(sp.together(radicand))
        name = sp.Pow(radicand, sp.Rational(1, degree), evaluate=False)
        root = self.known.setdefault(name, sp.Dummy())
        self.relations.setdefault(root, bottom * root**degree - top)
        return root


def _divide(dividend: PolyElement, divisor: PolyElement, letter: PolyElement) -> PolyElement:
    return dividend.prem(divisor, letter) if dividend else dividend
