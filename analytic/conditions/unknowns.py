"""What a blockade condition is solved for, and what may be given beside it.

A zero of a complex amplitude is two real equations.  So there are two real unknowns, or a complex
one: symbols of the model, their names, or moduli ``Abs(J)`` of complex symbols.  Everything that a
caller may confuse here is refused with the way out.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

import sympy as sp

from systems import Model
from systems.expressions import as_expression, shown

Unknowns: TypeAlias = sp.Expr | str | tuple[sp.Expr | str, ...]
MODULUS = re.compile(r"Abs\((?P<name>.+)\)")


def read_unknowns(model: Model, solve_for: Unknowns) -> tuple[sp.Expr, ...]:
    """One complex or two real unknowns: symbols of the model, their names, or moduli of them.

    >>> from systems import kerr_dimer
    >>> read_unknowns(kerr_dimer.MODEL, ("Delta", "U"))
    (Delta, U)
    >>> read_unknowns(kerr_dimer.MODEL, "Delta + U")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ValueError: Argument `solve_for` must hold symbols of the model ..., but holds `Delta + U`.
    """
    if not isinstance(solve_for, sp.Expr | Iterable):
        raise TypeError(f"Argument `solve_for` must hold symbols, but is {shown(solve_for)}.")
    given = (solve_for,) if isinstance(solve_for, sp.Expr | str) else tuple(solve_for)
    if len(given) not in (1, 2):
        raise ValueError(
            "Argument `solve_for` must be two real unknowns or a complex one, "
            f"but is {solve_for!r}."
        )
    unknowns = tuple(_read(model, unknown) for unknown in given)
    if len(set(unknowns)) < len(unknowns):
        raise ValueError(
            f"Argument `solve_for` must hold two different unknowns, but holds `{unknowns[0]}` "
            "twice."
        )
    for unknown in unknowns if len(unknowns) == 2 else ():
        if unknown.is_real is None:
            raise ValueError(
                f"Argument `solve_for` must hold two real unknowns, but `{unknown}` is complex: "
                f"solve for `Abs({unknown})`, or for `{unknown}` alone."
            )
    return unknowns


def check_free(unknowns: Iterable[sp.Expr], fixed: Mapping[sp.Symbol, Any], argument: str) -> None:
    """Raise `ValueError` if a symbol that is to be found is given as well.

    >>> x = sp.Symbol("x")
    >>> check_free([x], {}, "at")
    """
    for unknown in unknowns:
        if given := unknown.free_symbols & fixed.keys():
            raise ValueError(
                f"Argument `{argument}` must not hold `{given.pop()}`, since `{unknown}` is "
                "solved for."
            )


def check_moduli(factors: Iterable[sp.Expr], unknowns: Iterable[sp.Expr]) -> None:
    """Raise `ValueError` if an amplitude holds more of a symbol than the modulus asked for.

    >>> z = sp.Symbol("z")
    >>> check_moduli([sp.Abs(z) ** 2 - 1], [sp.Abs(z)])
    """
    for modulus in (unknown for unknown in unknowns if isinstance(unknown, sp.Abs)):
        symbol = modulus.args[0]
        alone = [f for f in factors if f not in (symbol, sp.conjugate(symbol))]
        if any(f.xreplace({modulus: sp.Dummy()}).has(symbol) for f in alone):
            raise ValueError(
                f"Argument `solve_for` must not hold `{modulus}` where the phase of `{symbol}` "
                f"matters, too: solve for `{symbol}` alone, or write it as r*exp(I*phi) with real "
                "r and phi in the Hamiltonian."
            )


def check_polynomial(factor: sp.Expr, letters: Iterable[sp.Symbol]) -> None:
    """Raise `ValueError` unless the unknowns enter as polynomials.

    >>> x = sp.Symbol("x")
    >>> check_polynomial(x**2 - 1, [x])
    """
    for letter in letters:
        if not factor.is_polynomial(letter):
            raise ValueError(
                f"Argument `solve_for` must hold unknowns that enter the amplitude as polynomials "
                f"or as a phase exp(I*phi), but `{letter}` does not: put a symbol for the whole "
                "coefficient into the Hamiltonian and solve for that."
            )


def symbols_of(model: Model, given: Mapping[Any, sp.Expr], argument: str) -> dict[sp.Symbol, Any]:
    """A dict by symbol or name, by the model's own symbols; its values are no text.

    >>> from systems import kerr
    >>> symbols_of(kerr.MODEL, {"Delta": 0}, "at")
    {Delta: 0}
    """
    if not isinstance(given, Mapping):
        raise TypeError(f"Argument `{argument}` must be a dict, but is {shown(given)}.")
    return {
        _symbol(model, name, argument): as_expression(argument, value, f"for `{name}`")
        for name, value in given.items()
    }


def _read(model: Model, unknown: sp.Expr | str) -> sp.Expr:
    """One unknown: a symbol of the model, or the modulus of a complex one."""
    modulus = MODULUS.fullmatch(str(unknown))
    if modulus is None:
        return _symbol(model, unknown, "solve_for")
    symbol = _symbol(model, modulus["name"], "solve_for")
    if symbol.is_real:
        raise ValueError(
            f"Argument `solve_for` must hold moduli of complex symbols only, but `{symbol}` is "
            f"real: solve for `{symbol}`."
        )
    return sp.Abs(symbol)


def _symbol(model: Model, name: Any, argument: str) -> sp.Symbol:
    # by name: a symbol declared elsewhere may lack the assumptions of the model's
    known = {str(symbol): symbol for symbol in model.parameters}
    if str(name) not in known:
        raise ValueError(
            f"Argument `{argument}` must hold symbols of the model ({', '.join(known)}), "
            f"but holds `{name}`."
        )
    return known[str(name)]
