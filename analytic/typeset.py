r"""LaTeX of closed forms in lines that fit a page: one line of the source is one of the page.

A sum that is too wide goes on in the next line, inside of brackets, bars and fractions too
(``aligned`` of amsmath); numerator and denominator of a wide fraction stand in lines of their own.
Moduli are gathered, as in |N/(D_1 D_2)|^2; amplitudes C_n(t) stand without their time.
"""

from __future__ import annotations

from collections.abc import Iterable

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.printing.latex import LatexPrinter

WIDE = 160  # letters of LaTeX in a line: about what a page is wide, commands being a third of them


def typeset(expression: sp.Expr) -> str:
    r"""LaTeX of an expression, broken into lines where it is wider than a page.

    >>> z, w = sp.symbols("z w")
    >>> typeset(sp.Abs(z) ** 2 / sp.Abs(w) ** 4)
    '\\left|{\\frac{z}{w^{2}}}\\right|^{2}'
    """
    return str(_Page().doprint(expression))


def rows(expression: sp.Expr) -> list[str]:
    """The lines of an expression: several for a sum that is too wide for one.

    >>> len(rows(sp.Add(*sp.symbols("alpha:40"))))
    4
    """
    whole = typeset(expression)
    if "\n" not in whole or not isinstance(expression, sp.Add):
        return [whole]
    return _filled(map(typeset, expression.as_ordered_terms()))


def width(text: str) -> int:
    r"""Letters of the widest line.

    >>> width("a + \\\\\n b")
    6
    """
    return max(map(len, text.split("\n")))


def _filled(terms: Iterable[str]) -> list[str]:
    """Terms in as few lines as they fit; one that has several lines has them for itself."""
    lines: list[str] = []
    for i, term in enumerate(terms):
        signed = term if term.startswith("-") or not i else f"+ {term}"
        whole = f"{lines[-1]} {signed}" if lines else signed
        if lines and "\n" not in whole and len(whole) <= WIDE:
            lines[-1] = whole
        else:
            lines.append(signed)
    return lines


def _stack(lines: Iterable[str]) -> str:
    """Several lines as one thing to put between brackets."""
    inner = " \\\\\n&".join(lines)
    return f"\\begin{{aligned}}\n&{inner}\n\\end{{aligned}}"


class _Page(LatexPrinter):
    """SymPy's LaTeX with the lines broken."""

    def _print_Add(self, expr: sp.Expr, order: str | None = None) -> str:
        whole = super()._print_Add(expr, order)
        if width(whole) <= WIDE:
            return str(whole)
        return _stack(_filled(map(self._print, expr.as_ordered_terms())))

    def _print_Mul(self, expr: sp.Expr) -> str:
        rest, inside = _moduli(expr)
        if inside != 1:
            square = rf"\left|{{{self._print(inside)}}}\right|^{{2}}"
            return square if rest == 1 else self._beside(self._print(rest), square)
        whole = str(super()._print_Mul(expr))
        if width(whole) <= WIDE:
            return whole
        above, below = sp.fraction(expr, exact=True)
        if below != 1:
            return f"\\frac{{{self._print(above)}}}\n{{{self._print(below)}}}"
        factors = [x for x in expr.args if x is not sp.S.NegativeOne]
        if len(factors) < 2:
            return whole
        sign = "- " if len(factors) < len(expr.args) else ""
        return sign + self._times([self.parenthesize(x, 50) for x in factors])

    def _print_AppliedUndef(self, expr: AppliedUndef) -> str:
        name = expr.func.__name__
        plain = self._print(sp.Symbol(name)) if name.startswith("C_") else None
        return plain or str(super()._print_Function(expr))

    def _beside(self, first: str, second: str) -> str:
        """A short factor before a long one, which make one line of a page all the same."""
        whole = f"{first} {second}"
        return whole if width(whole) <= WIDE else f"{first}\n{second}"

    def _times(self, factors: list[str]) -> str:
        """A product in as few lines as it fits, one below the other."""
        lines = [factors[0]]
        for factor in factors[1:]:
            whole = self._beside(lines[-1], factor)
            if "\n" in whole:
                lines.append(rf"\times {factor}")
            else:
                lines[-1] = whole
        return lines[0] if len(lines) == 1 else _stack(lines)


def _moduli(product: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """What is no modulus, and the z of all that is a square of one, |z|^2; 1 if it is a single."""
    squares = {
        factor: factor.base.args[0] ** (factor.exp / 2)
        for factor in product.args
        if factor.is_Pow and isinstance(factor.base, sp.Abs) and factor.exp.is_even
    }
    if len(squares) < 2:
        return product, sp.S.One
    others = [factor for factor in product.args if factor not in squares]
    return sp.Mul(*others, evaluate=False) if others else sp.S.One, sp.Mul(*squares.values())
