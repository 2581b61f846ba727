"""Closed forms to leading order in the drive: amplitudes, populations, photon statistics.

A normally ordered moment factorises to leading order, ``<A'A> = |<0|A|psi>|^2``, so that

    <a'a> = |C_1|^2,   G^(k) = <a'^k a^k> = k! |C_k|^2,   g^(k) = G^(k)/<a'a>^k,

with ``C_k`` the amplitude of k quanta in the mode and none elsewhere.  Relative corrections are
of second order in the drive; `analytic.expand` gives them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from math import factorial
from typing import Any

import numpy as np
import sympy as sp

from analytic.abbreviations import Abbreviations, abbreviate
from analytic.amplitudes import Amplitudes
from analytic.conditions.condition import Condition, zeros
from analytic.conditions.roots import numeric_zeros
from analytic.conditions.unknowns import (
    Unknowns,
    check_free,
    check_moduli,
    read_unknowns,
    symbols_of,
)
from analytic.decay import check_decay
from analytic.displaced import without_displacement
from analytic.fock import check_occupation, occupations
from analytic.rational.factored import Factored
from analytic.reach import NotSeen, is_filled, is_reached
from analytic.roads import other_roads
from analytic.units import degree, own_unit, rates_of
from analytic.vanishing import cancels
from systems import Model
from systems.ladder import Mode, Occupation, is_two_level, label
from systems.status import Status
from systems.values import Arrays, Values, check_positive, evaluate, read_exact, read_values

LARGEST = 150  # amplitudes: those of one mode take a minute to print, those of several far longer
GRADES = 12 * LARGEST  # empty grades, of heavy modes and of atoms, are stepped over


def derive(model: Model, quanta: int = 2) -> Derivation:
    """The leading-order closed forms of a model, with amplitudes up to ``quanta`` quanta.

    A loss may be displaced by the drive, ``a + beta drive``: see `analytic.displaced`.

    Raises `ValueError` if the Hamiltonian has no grading in its drive, if a jump does not lower
    the number of quanta (dephasing, thermal light), if some excitation never decays, or for more
    than `LARGEST` amplitudes.
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    check_positive("quanta", quanta)
    _check_size(model, int(quanta))
    closed = Derivation(model, int(quanta))
    check_decay(model)
    return closed


class Derivation:
    """Closed forms of one model, worked out when first asked for.

    Every closed form is a SymPy expression in the model's symbols or, where ``abbreviations``
    are given (``nanotip.ABBREVIATIONS``), in those.  Modes are named by operator or label.

    A form that is 0 is zero to all orders of the drive.  What is zero at leading order only, such
    as a population that quantum jumps feed, raises `NotSeen` instead, which names another road.
    """

    def __init__(self, model: Model, quanta: int) -> None:
        self.model, self.quanta = model, quanta
        self.frame = without_displacement(model)  # the same equation, losses without a number
        self._amplitudes = Amplitudes(self.frame, quanta)

    def __repr__(self) -> str:
        return f"<closed forms of the {self.model.name}, {self.quanta} quanta, leading order>"

    @cached_property
    def equations(self) -> tuple[sp.Eq, ...]:
        """``i dC/dt = ...`` of every amplitude up to ``quanta``, H_eff with all its terms."""
        return self._amplitudes.equations

    @property
    def states(self) -> tuple[Occupation, ...]:
        """The occupations whose amplitudes are known, by number of quanta."""
        return self._amplitudes.states

    def amplitude(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Steady amplitude ``C_n``, of order ``drive**N`` with N the quanta in n.

        0 if the state is reached by quantum jumps alone: between them it has no amplitude.
        """
        product = self._amplitude(occupation)
        if not product:
            return self._zero(f"Amplitude of {occupation}", occupation, jumps=False)
        return (abbreviate(product, abbreviations) if abbreviations else product.written).expr

    def leading(self, occupation: Occupation) -> sp.Expr:
        """The amplitude for a sum with others: 0 also where it is of higher order only."""
        return self._amplitude(occupation).written.expr

    def probability(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``P_n = |C_n|^2``, of order ``drive**(2 N)``; 1 for the vacuum."""
        product = self._amplitude(occupation)
        if not product:
            return self._zero(f"Probability of {occupation}", occupation)
        return self._squared(product, abbreviations)

    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number ``<a'a>``, of order ``drive**2``; 0 for a mode that nothing fills."""
        if not is_filled(self.frame, self.model.index(mode)):
            return sp.S.Zero
        return self._squared(self._excited(mode), abbreviations)

    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``G^(order)(0) = <a'^k a^k>`` of a mode, k = ``order``, of order ``drive**(2 k)``."""
        check_positive("order", order)
        if order > 1 and is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        occupation = self.model.occupation(mode, order)
        several = self._amplitude(occupation)
        if not several and not is_filled(self.frame, self.model.index(mode)):
            return sp.S.Zero
        self._check_seen(
            several, f"Moment of order {order} of `{_name(self.model, mode)}`", occupation
        )
        return self._squared(several.times(sp.sqrt(factorial(order))), abbreviations)

    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of a mode, independent of the drive to leading order."""
        check_positive("order", order)
        if is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        occupation = self.model.occupation(mode, order)
        several = self._amplitude(occupation)
        ratio = several / self._excited(mode) ** order
        self._check_seen(several, f"g{order} of `{_name(self.model, mode)}`", occupation)
        return self._squared(ratio.times(sp.sqrt(factorial(order))), abbreviations)

    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g2_12(0)`` of two modes, independent of the drive to leading order."""
        one, two = self.model.occupation(first), self.model.occupation(second)
        if one == two:
            return self.correlation(first, 2, abbreviations)
        occupation = tuple(n + k for n, k in zip(one, two, strict=True))
        both = self._amplitude(occupation)
        ratio = both / self._excited(first) / self._excited(second)
        names = f"`{_name(self.model, first)}` and `{_name(self.model, second)}`"
        self._check_seen(both, f"g2 of {names}", occupation)
        return self._squared(ratio, abbreviations)

    def evaluate(self, expression: sp.Expr, values: Values) -> np.ndarray:
        """A closed form at values of the model's symbols: numbers or arrays that broadcast.

        Returns an array of the broadcast shape (0-d for numbers), real where the expression is;
        NaN where it is undefined, 0/0.  The unit of the rates does not matter.
        """
        arrays = read_values(self.model, values)
        if not isinstance(expression, sp.Expr):
            raise TypeError(
                f"Argument `expression` must be a SymPy expression, but is {expression!r}."
            )
        unknown = expression.free_symbols - set(self.model.parameters)
        if unknown:
            raise ValueError(
                "Argument `expression` must hold the model's symbols only, but holds "
                f"{', '.join(sorted(map(str, unknown)))} (abbreviations: use "
                "analytic.spell_out first)."
            )
        return _in_own_unit(expression, arrays)

    def status(self, expression: sp.Expr, values: Values) -> np.ndarray:
        """What a closed form is worth at values: array of `Status` words, of their shape.

        "leading order vanishes" where its terms cancel, by interference, or where a factor is
        zero, so that the next order is all that is left: the number of `evaluate` then says
        nothing of its size.  A form that is 0 for all values is "ok".
        """
        number = self.evaluate(expression, values)
        arrays, rates = read_values(self.model, values), rates_of(expression)
        unit = own_unit(arrays, rates) if rates else 1.0
        scaled = {name: x / unit if name in rates else x for name, x in arrays.items()}
        lost = cancels(expression, scaled) | ((number == 0) & (expression != 0))
        words = [Status.FORMULA_UNDEFINED, Status.FORMULA_DIVERGES, Status.VANISHES]
        return np.select([np.isnan(number), np.isinf(number), lost], words, Status.OK)

    def blockade_conditions(
        self,
        mode: Mode | str,
        solve_for: Unknowns,
        at: Mapping[sp.Symbol | str, sp.Expr] | None = None,
        order: int = 2,
        values: Values | None = None,
    ) -> list[Condition]:
        """Where the amplitude of ``order`` quanta in the mode vanishes: all real branches.

        A complex amplitude vanishes where two real unknowns ``solve_for`` (symbols, their names,
        or the modulus ``Abs(J)`` of a complex one), or a complex one that enters without its
        conjugate, take the values found; ``at`` fixes further symbols.  With ``values`` of all
        other symbols the branches are numbers, also where they have no closed form; without,
        that raises `NoClosedForm`.  An unknown may be a phase, as in ``r*exp(I*phi)``: it is found
        in (-pi, pi], and r, if it is the other unknown, as a modulus.  Points at which the
        amplitude is 0/0 or the mode stays empty altogether are left out, and so are those that
        the symbols' assumptions exclude.  The zero is of leading order only: what is left there
        is said by ``condition.at(values)``, for all of them at once by `optimal_points`.
        """
        from analytic.conditions.limits import limits  # which stands on this module

        unknowns = read_unknowns(self.model, solve_for)
        fixed = symbols_of(self.model, at or {}, "at")
        check_free(unknowns, fixed, "at")
        occupation = self.model.occupation(mode, order)
        amplitude = self._amplitude(occupation)
        ratio = amplitude / self._excited(mode) ** order
        self._check_seen(amplitude, f"Amplitude of {occupation}", occupation)
        vanishing = {factor for factor, power in amplitude.factors if power > 0}
        factors = [f for f, power in ratio.factors if power > 0 and f in vanishing]
        poles = [f for f, power in ratio.factors if power < 0]
        check_moduli(factors, unknowns)
        if values is None:
            found = zeros(factors, poles, unknowns, fixed)
        else:
            exact = read_exact(self.model, values, "values")
            check_free(unknowns, exact, "values")
            found = numeric_zeros(factors, poles, unknowns, exact | fixed)
        return [replace(c, limits=partial(limits, self, mode, c, order)) for c in found]

    def latex(self, abbreviations: Abbreviations | None = None) -> str:
        """Equations and closed forms as one LaTeX ``align*`` environment.

        What the leading order does not see is said in words in the place of a form.
        """
        lines = [(sp.latex(eq.lhs), eq.rhs) for eq in self.equations]
        for n in self.states[1:]:
            lines.append((f"C_{{{_digits(n)}}}", _or_not_seen(self.amplitude, n, abbreviations)))
            lines.append((f"P_{{{_digits(n)}}}", _or_not_seen(self.probability, n, abbreviations)))
        for mode in self.model.modes:
            lines += self._mode_lines(mode, abbreviations)
        rows = [f"  {left} &= {sp.latex(right)}" for left, right in lines]
        return "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"

    def _mode_lines(
        self, mode: Mode, abbreviations: Abbreviations | None
    ) -> list[tuple[str, sp.Expr]]:
        name = sp.latex(sp.Symbol(label(mode)))
        if not self._amplitudes[self.model.occupation(mode)]:
            return []
        lines = [(rf"\langle {name}^\dagger {name} \rangle", self.number(mode, abbreviations))]
        weight = self.model.grading.weights[self.model.index(mode)]
        for order in range(2, self.quanta // weight + 1):
            form = _or_not_seen(self.correlation, mode, order, abbreviations)
            lines.append((rf"g^{{({order})}}_{{{name}}}(0)", form))
        return lines

    def _amplitude(self, occupation: Occupation) -> Factored:
        occupation = check_occupation(self.model, occupation)
        if occupation in self.states:
            return self._amplitudes[occupation]
        grade = self.model.grading.of(occupation)
        raise ValueError(
            f"Argument `quanta` must be at least {grade} for the amplitude of {occupation}, "
            f"but is {self.quanta}."
        )

    def _excited(self, mode: Mode | str) -> Factored:
        amplitude = self._amplitude(self.model.occupation(mode))
        if not amplitude and not is_filled(self.frame, self.model.index(mode)):
            raise ValueError(
                f"Mode `{_name(self.model, mode)}` stays empty, for nothing fills it: its "
                "correlations are 0/0."
            )
        if not amplitude:
            raise NotSeen(_dark(self.frame, mode))
        return amplitude

    def _zero(self, what: str, occupation: Occupation, jumps: bool = True) -> sp.Expr:
        """0 if the occupation is out of reach; raises `NotSeen` if the leading order misses it."""
        if is_reached(self.frame, occupation, jumps):
            raise NotSeen(self._unseen(what, occupation))
        return sp.S.Zero

    def _check_seen(self, product: Factored, what: str, occupation: Occupation) -> None:
        if not product:
            raise NotSeen(self._unseen(what, occupation))

    def _unseen(self, what: str, occupation: Occupation) -> str:
        pure = is_reached(self.frame, occupation, jumps=False)
        reason = "terms of higher order in the drive" if pure else "quantum jumps"
        roads = other_roads(self.model, occupation)
        return (
            f"{what} is zero at leading order in `{self.model.drive}`, but not altogether: "
            f"{reason} may feed it; use {roads}."
        )

    @staticmethod
    def _squared(product: Factored, abbreviations: Abbreviations | None) -> sp.Expr:
        written = abbreviate(product, abbreviations) if abbreviations else product.written
        return written.modulus_squared


def _in_own_unit(expression: sp.Expr, arrays: Arrays) -> np.ndarray:
    power, rates = degree(expression), rates_of(expression)
    if power is None or not rates:
        return evaluate(expression, arrays)
    unit = own_unit(arrays, rates)
    scaled = {name: x / unit if name in rates else x for name, x in arrays.items()}
    return np.asarray(evaluate(expression, scaled) * unit ** float(power))


def _dark(model: Model, mode: Mode | str) -> str:
    """Why a mode has no one-quantum amplitude at leading order, and what to use instead."""
    one = f"Mode `{_name(model, mode)}` has no one-quantum amplitude at leading order"
    jumps = "its photon statistics are decided by quantum jumps"
    roads = other_roads(model, model.occupation(mode))
    pump = (model.occupation(mode), (0,) * len(model.modes))
    if model.grading.unit > 1 and 1 in model.by_order(model.ladder.get(pump, sp.S.Zero)):
        return (
            f"{one}: a term of first order in `{model.drive}` fills {model.grading.unit} quanta "
            f"at the same order as the one-photon drive fills one, so {jumps}. If that term is "
            "weaker, give it a symbol of its own and name its order in the drive among the "
            f"`orders` of the Model; if not, use {roads}."
        )
    return f"{one}, so {jumps}: use {roads}."


def _name(model: Model, mode: Mode | str) -> str:
    return label(model.modes[model.index(mode)])


def _or_not_seen(form: Callable[..., sp.Expr], *arguments: Any) -> sp.Expr:
    """A form or, in words for LaTeX, that the leading order does not see it."""
    try:
        return form(*arguments)
    except NotSeen:
        return sp.Symbol(r"\text{beyond leading order}")


def _check_size(model: Model, quanta: int) -> None:
    """Raise `ValueError` for more amplitudes than anybody waits for, or reads."""
    count = 0
    for grade in range(quanta + 1):
        count += len(occupations(model, grade))
        if count > LARGEST or grade > GRADES:
            raise ValueError(
                f"Argument `quanta` must leave at most {LARGEST} amplitudes to be solved for, but "
                f"{quanta} quanta leave more: at most {grade - 1} do for this model."
            )


def _digits(occupation: Occupation) -> str:
    return (r"," if max(occupation) > 9 else "").join(map(str, occupation))
