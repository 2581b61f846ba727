r"""How closed forms are printed: the LaTeX of quantities, and of equations below one another.

Both kinds of closed forms, to leading order and beyond, print the same symbols from here.
"""

from collections.abc import Iterable

import sympy as sp

from analytic.typeset import rows
from systems.ladder import Mode, Occupation, label
from systems.progress import busy


def number_symbol(mode: Mode) -> str:
    r"""LaTeX of the mean number.

    >>> from systems import kerr
    >>> number_symbol(kerr.a)
    '\\langle a^\\dagger a \\rangle'
    """
    name = _name(mode)
    return rf"\langle {name}^\dagger {name} \rangle"


def moment_symbol(mode: Mode, order: int) -> str:
    """LaTeX of G^(order)(0), the moment that is not divided by the mean number.

    >>> from systems import kerr
    >>> moment_symbol(kerr.a, 2)
    'G^{(2)}_{a}(0)'
    """
    return rf"G^{{({order})}}_{{{_name(mode)}}}(0)"


def correlation_symbol(mode: Mode, order: int) -> str:
    r"""LaTeX of g^(order)(0).

    >>> from systems import kerr
    >>> correlation_symbol(kerr.a, 2)
    'g^{(2)}_{a}(0)'
    """
    return rf"g^{{({order})}}_{{{_name(mode)}}}(0)"


def cross_symbol(first: Mode, second: Mode) -> str:
    """LaTeX of the g2(0) between two modes.

    >>> from systems import kerr_dimer
    >>> cross_symbol(*kerr_dimer.MODEL.modes)
    'g^{(2)}_{a,b}(0)'
    """
    return rf"g^{{(2)}}_{{{_name(first)},{_name(second)}}}(0)"


def amplitude_symbol(occupation: Occupation) -> str:
    """LaTeX of C_n; commas between the quanta where a number has two digits.

    >>> amplitude_symbol((2, 0))
    'C_{20}'
    """
    return f"C_{{{_digits(occupation)}}}"


def probability_symbol(occupation: Occupation) -> str:
    """LaTeX of P_n.

    >>> probability_symbol((1, 0)), probability_symbol((12, 0))
    ('P_{10}', 'P_{12,0}')
    """
    return f"P_{{{_digits(occupation)}}}"


@busy("lines of LaTeX")
def align(equations: Iterable[tuple[str, sp.Expr]]) -> str:
    r"""Pairs of a left side in LaTeX and an expression as one ``align*`` environment.

    What does not fit a line of a page goes on in the next one (`analytic.typeset`).

    >>> print(align([("x", sp.Integer(1))]))
    \begin{align*}
      x &= 1
    \end{align*}
    """
    lines = [f"  {left} &= {_lines(right)}" for left, right in equations]
    return "\\begin{align*}\n" + " \\\\\n".join(lines) + "\n\\end{align*}"


def _lines(expression: sp.Expr) -> str:
    r"""LaTeX of an expression; a long sum is broken between its terms."""
    return " \\\\\n  &\\quad ".join(rows(expression))


def _digits(occupation: Occupation) -> str:
    return ("," if max(occupation) > 9 else "").join(map(str, occupation))


def _name(mode: Mode) -> str:
    return str(sp.latex(sp.Symbol(label(mode))))
