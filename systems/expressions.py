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
            f"{name} must be a number or an expression of symbols, but is {_shown(value)}."
        )
    if expression.has(sp.nan, sp.zoo, sp.oo, -sp.oo):
        raise ValueError(f"{name} must be finite, but is {_shown(value)}.")
    return expression


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:76]} ..."
