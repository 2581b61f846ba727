"""Mean numbers, correlations and probabilities as combinations of normally ordered moments.

    <a'a>,    g^(k)(0) = <a'^k a^k>/<a'a>^k,
    P_n = sum_m (-1)^m/(n! m!) <a'^(n+m) a^(n+m)>      (mode by mode; finite at each order).

P_n follows from expanding ``|0><0| = :exp(-a'a):``; a two-level system ends the sum at n + m = 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from math import factorial, prod
from typing import TYPE_CHECKING

import numpy as np
import sympy as sp

from systems import Model
from systems.ladder import Mode, Occupation, Word, is_two_level, label

if TYPE_CHECKING:
    from analytic.series.expansion import Expansion

Combination = Mapping[Word, sp.Rational]


@dataclass(frozen=True, eq=False)
class Quantity:
    """A combination of moments, or its ratio to a product of others, in one expansion.

    It is light: numbers come from ``expansion.evaluate``, closed forms are worked out when asked
    for.  ``symbol`` is LaTeX.
    """

    expansion: Expansion
    symbol: str
    above: Combination
    below: tuple[Combination, ...] = ()

    def __repr__(self) -> str:
        return f"<{self.symbol} in the {self.expansion!r}>"

    @property
    def terms(self) -> tuple[sp.Expr, ...]:
        """The terms of its series in the drive, leading order first, as factored closed forms."""
        return self.closed_form()

    @property
    def expr(self) -> sp.Expr:
        """The sum of the terms: the closed form up to the expansion's corrections."""
        return sp.Add(*self.terms)

    def closed_form(self, at: Mapping[sp.Symbol, sp.Expr] | None = None) -> tuple[sp.Expr, ...]:
        """The terms with rational numbers in place of some symbols, e.g. ``{Delta: 0}``.

        Two corrections of the nanotip's g2 take a minute at Delta = 0, seconds with more numbers.
        """
        return self.expansion.closed_form(self, dict(at or {}))

    @property
    def latex(self) -> str:
        """The closed form as a LaTeX equation."""
        return f"{self.symbol} = {sp.latex(self.expr)}"


def number_words(model: Model, mode: Mode | str, order: int = 1) -> Combination:
    """``<a'^k a^k>`` of a mode, k = ``order``; nothing where a two-level system holds no k."""
    if order > 1 and is_two_level(model.modes[model.index(mode)]):
        return {}
    occupation = model.occupation(mode, order)
    return {(occupation, occupation): sp.S.One}


def probability_words(model: Model, occupation: Occupation, top: int) -> Combination:
    """``P_n`` by moments of grades up to ``top``."""
    words = {}
    for more in _further(model, occupation, top):
        filled = tuple(n + m for n, m in zip(occupation, more, strict=True))
        count = prod(factorial(i) for i in (*occupation, *more))
        words[filled, filled] = sp.Rational((-1) ** sum(more), count)
    return words


def check_occupation(model: Model, occupation: Occupation) -> Occupation:
    """The occupation as a tuple; `ValueError` unless it is a state of the model."""
    counts = tuple(occupation)
    rooms = [1 if is_two_level(mode) else float("inf") for mode in model.modes]
    if len(counts) != len(rooms) or any(
        isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 <= n <= room
        for n, room in zip(counts, rooms, strict=False)
    ):
        raise ValueError(
            "Argument `occupation` must hold one number of quanta for each of "
            f"{', '.join(map(label, model.modes))} (a two-level system: 0 or 1), but is "
            f"{occupation}."
        )
    return tuple(map(int, counts))


def number_symbol(mode: Mode) -> str:
    """LaTeX of the mean number."""
    name = _name(mode)
    return rf"\langle {name}^\dagger {name} \rangle"


def correlation_symbol(mode: Mode, order: int) -> str:
    """LaTeX of g^(order)(0)."""
    return rf"g^{{({order})}}_{{{_name(mode)}}}(0)"


def cross_symbol(first: Mode, second: Mode) -> str:
    """LaTeX of the g2(0) between two modes."""
    return rf"g^{{(2)}}_{{{_name(first)},{_name(second)}}}(0)"


def probability_symbol(occupation: Occupation) -> str:
    """LaTeX of P_n."""
    return f"P_{{{(',' if max(occupation) > 9 else '').join(map(str, occupation))}}}"


def _name(mode: Mode) -> str:
    return str(sp.latex(sp.Symbol(label(mode))))


def _further(model: Model, occupation: Occupation, top: int) -> Iterator[Occupation]:
    """What more quanta fit into the modes, the grade of both halves staying up to ``top``."""
    room = top // 2 - model.grading.of(occupation)
    ranges = [
        range(1 + min(room // weight, 1 - n if is_two_level(mode) else room // weight))
        for mode, weight, n in zip(model.modes, model.grading.weights, occupation, strict=True)
    ]
    return (more for more in product(*ranges) if model.grading.of(more) <= room)
