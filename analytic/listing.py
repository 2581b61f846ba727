"""The closed forms of a model as rows of a page: its equations, names, amplitudes, statistics.

What the leading order does not see is said in words in the place of a form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import sympy as sp

from analytic.latex import (
    amplitude_symbol,
    correlation_symbol,
    number_symbol,
    probability_symbol,
)
from analytic.rational.abbreviations import Abbreviations, check_abbreviations
from analytic.reach import NotSeen
from analytic.typeset import typeset
from systems.ladder import Mode

Row = tuple[str, sp.Expr]


def listed(closed: Any, abbreviations: Abbreviations | None = None) -> Iterator[Row]:
    """LaTeX of what stands on the left, and the form, of all that a `Derivation` has.

    >>> from analytic import derive
    >>> from systems import kerr
    >>> [left for left, _ in listed(derive(kerr.MODEL, quanta=1), kerr.ABBREVIATIONS)][2:5]
    ['E', 'C_{1}', 'P_{1}']
    """
    yield from ((typeset(eq.lhs), eq.rhs) for eq in closed.equations)
    if abbreviations is not None:
        check_abbreviations(abbreviations)
    yield from ((sp.latex(name), meaning) for name, meaning in (abbreviations or {}).items())
    for n in closed.states[1:]:
        yield amplitude_symbol(n), _or_not_seen(closed.amplitude, n, abbreviations)
        yield probability_symbol(n), _or_not_seen(closed.probability, n, abbreviations)
    for mode in closed.model.modes:
        yield from _of_mode(closed, mode, abbreviations)


def _of_mode(closed: Any, mode: Mode, abbreviations: Abbreviations | None) -> Iterator[Row]:
    """The mean number and the correlations of a mode; nothing for one without an amplitude."""
    model = closed.model
    weight = model.grading.weights[model.index(mode)]
    if weight > closed.quanta or closed.leading(model.occupation(mode)) == 0:
        return
    yield number_symbol(mode), closed.number(mode, abbreviations)
    for order in range(2, closed.quanta // weight + 1):
        form = _or_not_seen(closed.correlation, mode, order, abbreviations)
        yield correlation_symbol(mode, order), form


def _or_not_seen(form: Callable[..., sp.Expr], *arguments: Any) -> sp.Expr:
    """A form or, in words for LaTeX, that the leading order does not see it."""
    try:
        return form(*arguments)
    except NotSeen:
        return sp.Symbol(r"\text{beyond leading order}")
