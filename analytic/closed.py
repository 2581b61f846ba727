"""The closed forms of leading order that a model has, whatever they are made of.

Most models have amplitudes of Fock states (`derive`); photons that push a mirror have sums in the
polaron frame (`polaron`).  Both have the same methods, `Closed`, and a comparison needs no more.
"""

from __future__ import annotations

from typing import Any, Protocol

import sympy as sp

from analytic.derivation import derive
from analytic.polaron import Polaron, polaron
from analytic.rational.abbreviations import Abbreviations
from systems import Model
from systems.ladder import Mode, Occupation
from systems.values import Values


class Closed(Protocol):
    """Closed forms of a model: what `Derivation` and `Polaron` have in common.

    >>> from systems import kerr
    >>> closed: Closed = derive(kerr.MODEL)
    >>> closed.quanta
    2
    """

    model: Model
    quanta: int

    @property
    def is_expanded(self) -> bool:
        """Whether the forms are multiplied out."""

    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number of quanta of a mode."""

    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``<a'^k a^k>`` of a mode."""

    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of a mode."""

    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g2_12(0)`` of two modes."""

    def amplitude(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Steady amplitude of an occupation."""

    def probability(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Probability of an occupation."""

    def readable(self, abbreviations: Abbreviations) -> Abbreviations:
        """These abbreviations where the forms are short in them, else those found."""

    def latex(self, abbreviations: Abbreviations | None = None) -> str:
        """All forms as one ``align*`` environment."""

    def evaluate(self, expression: sp.Expr, values: Values) -> Any:
        """The numbers of a form at values."""

    def status(self, expression: sp.Expr, values: Values) -> Any:
        """What these numbers are worth, words of `systems.status`."""


def find_closed(model: Model, quanta: int = 2) -> Closed:
    """The closed forms of leading order that a model has, up to ``quanta`` quanta.

    Those of `derive`, or for photons that push a mirror those of `polaron`.  Raises as `derive`
    where there are neither.

    >>> from systems import kerr, optomechanics
    >>> find_closed(kerr.MODEL)
    <closed forms of the driven Kerr mode, 2 quanta, leading order>
    >>> find_closed(optomechanics.MODEL)
    <polaron frame of the driven optomechanical cavity, 8 phonons>
    """
    try:
        return derive(model, quanta)
    except ValueError:
        pushed = _pushed(model, quanta)
        if pushed is None:
            raise
        return pushed


def own_letters(closed: Closed) -> Abbreviations | None:
    """The abbreviations in which numbers of the forms are soonest there, None for those in symbols.

    In the polaron frame a form in symbols is a long finite sum; in its own letters it is a line,
    and its numbers take as many phonons as they need.

    >>> from systems import kerr, optomechanics
    >>> [own_letters(find_closed(x.MODEL)) is None for x in (kerr, optomechanics)]
    [True, False]
    """
    return closed.abbreviations if isinstance(closed, Polaron) else None


def _pushed(model: Model, quanta: int) -> Polaron | None:
    """The polaron frame of a model whose photons push a mirror."""
    try:
        return polaron(model, quanta=quanta)
    except ValueError:
        return None
