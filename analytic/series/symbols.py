"""What an expansion can be asked for: <a'a>, G^(k) = <a'^k a^k>, g^(k) = G^(k)/<a'a>^k, P_n."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import sympy as sp

from analytic.series.words import Combination
from systems.ladder import Mode, Occupation, label

if TYPE_CHECKING:
    from analytic.series.expansion import Expansion


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
        """The terms of its series in the drive, leading order first, as factored closed forms.

        With all symbols of the nanotip: one correction of g2 in a second, of g3 (a numerator of
        16,000 terms) in half a minute; two corrections of g2 in a minute.
        """
        return self.closed_form()

    @property
    def expr(self) -> sp.Expr:
        """The sum of the terms: the closed form up to the expansion's corrections."""
        return sp.Add(*self.terms)

    def closed_form(self, at: Mapping[sp.Symbol, sp.Expr] | None = None) -> tuple[sp.Expr, ...]:
        """The terms with rational numbers in place of some symbols, e.g. ``{Delta: 0}``.

        A zero shortens it most: two corrections of the nanotip's g2 at ``{Delta: 0}`` take seconds.
        Other numbers may make it longer, where a sum that was one symbol is multiplied out.
        """
        return self.expansion.closed_form(self, at)

    @property
    def latex(self) -> str:
        """The closed form as a LaTeX equation."""
        return f"{self.symbol} = {sp.latex(self.expr)}"


def number_symbol(mode: Mode) -> str:
    """LaTeX of the mean number."""
    name = _name(mode)
    return rf"\langle {name}^\dagger {name} \rangle"


def moment_symbol(mode: Mode, order: int) -> str:
    """LaTeX of G^(order)(0)."""
    return rf"G^{{({order})}}_{{{_name(mode)}}}(0)"


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
