"""Closed forms in the abbreviations of a paper, such as Delta_1 = 2 Delta - i gamma.

Abbreviations are a dict from symbol to definition; a definition may use those before it.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations

import sympy as sp

from analytic.rational.factored import Factored, Written
from analytic.rational.naming import LONG, WIDE, Names, opaques
from analytic.rational.unexpanded import Unexpanded
from systems.progress import busy

Abbreviations = Mapping[sp.Symbol, sp.Expr]


def spell_out(expression: sp.Expr, abbreviations: Abbreviations) -> sp.Expr:
    """The expression with every abbreviation replaced by its definition.

    Raises `TypeError` or `ValueError` for abbreviations that are no definitions.

    >>> from systems.nanotip import ABBREVIATIONS, Delta_2
    >>> spell_out(Delta_2, ABBREVIATIONS)
    2*Delta + 2*chi - I*gamma
    """
    check_abbreviations(abbreviations)
    for name, definition in reversed(list(abbreviations.items())):
        expression = expression.xreplace({name: definition})
    return expression


@busy("abbreviations")
def abbreviate(product: Factored | Unexpanded, abbreviations: Abbreviations) -> Written:
    """The product with each irreducible factor in its shortest form in the abbreviations.

    The abbreviations that are linear in everything are tried as substitutions, in all
    combinations; what is then a multiple of an abbreviation becomes that symbol.

    Every candidate is an identity: nothing is lost or approximated.

    >>> from analytic.amplitudes import Amplitudes
    >>> from systems import kerr
    >>> abbreviate(Amplitudes(kerr.MODEL, 1)[(1,)], kerr.ABBREVIATIONS).expr
    -xi/E
    """
    if isinstance(abbreviations, Names) and (found := abbreviations.write(product)):
        return found
    check_abbreviations(abbreviations)
    if isinstance(product, Unexpanded):
        return product.written
    constant = product.constant
    factors: list[tuple[sp.Expr, int]] = []
    for factor, power in product.factors:
        number, short = _shorten(factor, tuple(abbreviations.items()))
        constant *= number**power
        factors.append((short, power))
    return Written(constant, tuple(factors))


def are_short(product: Factored | Unexpanded, abbreviations: Abbreviations) -> bool:
    """Whether each factor of a product fits a line in the abbreviations.

    >>> from analytic.amplitudes import Amplitudes
    >>> from systems import kerr
    >>> are_short(Amplitudes(kerr.MODEL, 1)[(1,)], kerr.ABBREVIATIONS)
    True
    """
    if any(len(factor.args) > LONG for factor, _ in product.factors):
        return False
    return all(len(str(form)) <= WIDE for form, _ in abbreviate(product, abbreviations).factors)


def check_abbreviations(abbreviations: Abbreviations) -> None:
    """Raises for what is no dict from symbols to expressions, or defines a symbol by itself.

    >>> x, y = sp.symbols("x y")
    >>> check_abbreviations({x: y + 1})
    >>> check_abbreviations({x: x + 1})
    Traceback (most recent call last):
    ValueError: Argument `abbreviations` must define `x` by other symbols, but has x + 1.
    """
    if not isinstance(abbreviations, Mapping):
        raise TypeError(
            "Argument `abbreviations` must be a dict from symbols to their definitions, "
            f"but is `{abbreviations}`."
        )
    for name, definition in abbreviations.items():
        if not isinstance(name, sp.Symbol) or not isinstance(definition, sp.Expr):
            raise TypeError(
                "Argument `abbreviations` must hold symbols and their definitions as SymPy "
                f"expressions, but has {name!r}: {definition!r}."
            )
        if name in definition.free_symbols:
            raise ValueError(
                f"Argument `abbreviations` must define `{name}` by other symbols, but has "
                f"{definition}."
            )


@lru_cache(maxsize=1024)  # amplitudes, populations and correlations share their factors
def _shorten(
    factor: sp.Expr, abbreviations: tuple[tuple[sp.Symbol, sp.Expr], ...]
) -> tuple[sp.Expr, sp.Expr]:
    """A number and the shortest form of a factor: ``factor = number * form``."""
    plain = [sp.expand(definition - name) for name, definition in abbreviations]
    opaque = {m: sp.Dummy() for e in (factor, *plain) for m in opaques(e)}
    polynomial = sp.expand(factor).xreplace(opaque)
    linear = [r.xreplace(opaque) for r in plain if _is_linear(r.xreplace(opaque))]
    letters = sorted(polynomial.free_symbols.union(*(r.free_symbols for r in linear)), key=str)
    # only the order of the letters that a relation holds makes a difference
    candidates = [polynomial] + [
        _divide(polynomial, chosen, [front, *(x for x in reversed(letters) if x != front)])
        for count in range(1, len(linear) + 1)
        for chosen in combinations(linear, count)
        for front in sorted(set().union(*(r.free_symbols for r in chosen)), key=str)
    ]
    shortest = min(candidates, key=lambda c: (sp.count_ops(c), str(c)))
    shortest = shortest.xreplace({letter: whole for whole, letter in opaque.items()})
    for name, definition in abbreviations:
        multiple = sp.cancel(shortest / definition)
        if multiple.is_number:
            return multiple, name
    return shortest.primitive()


def _is_linear(relation: sp.Expr) -> bool:
    """Whether a relation is linear in all its letters together."""
    return sp.Poly(relation).total_degree() == 1


def _divide(polynomial: sp.Expr, relations: Iterable[sp.Expr], letters: list[sp.Symbol]) -> sp.Expr:
    """The remainder: the polynomial in the last of the letters, as far as that goes."""
    return sp.factor_terms(sp.reduced(polynomial, list(relations), *letters, domain=sp.QQ_I)[1])
