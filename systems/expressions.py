"""Numbers and expressions that a caller hands over: never text, which SymPy would run.

`sympy.sympify` evaluates text as Python; what comes out of a file or of a form must not get there.
"""

from typing import Any

import sympy as sp


def as_expression(argument: str, value: Any, of: str = "") -> sp.Expr:
    """A number or a SymPy expression as a finite SymPy expression.

    ``of`` says in messages whose argument it is.  Raises `TypeError` for text (`sympy.sympify`
    hands it to Python's ``eval``) and for whatever else is no number, `ValueError` for NaN and
    infinity.

    >>> as_expression("coupling", 2)
    2
    """
    name = f"Argument `{argument}`" + (f" {of}" if of else "")
    try:
        if isinstance(value, str | bytes):
            raise TypeError
        expression = sp.sympify(value, strict=True)
    except (TypeError, ValueError, sp.SympifyError):
        expression = None
    if not isinstance(expression, sp.Expr):
        raise TypeError(
            f"{name} must be a number or an expression of symbols, but is {shown(value)}."
        )
    check_finite(name, expression)
    return expression


def check_finite(name: str, expression: sp.Expr) -> None:
    """Raise `ValueError`, which begins with ``name``, for an expression with NaN or infinity in it.

    >>> check_finite("Argument `rate`", sp.Symbol("k") / 2)
    """
    if expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ValueError(f"{name} must be finite, but is {shown(expression)}.")


def shown(value: Any) -> str:
    """A value for messages: one line of at most eighty signs.

    >>> shown([1, 2]), len(shown("x" * 200))
    ('[1, 2]', 80)
    """
    text = " ".join(repr(value).split())  # arrays are printed in several lines
    return text if len(text) <= 80 else f"{text[:76]} ..."
