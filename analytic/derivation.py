"""Closed forms to leading order in the drive: amplitudes, populations, photon statistics.

A normally ordered moment factorises to leading order, ``<A'A> = |<0|A|psi>|^2``, so that

    <a'a> = |C_1|^2,   G^(k) = <a'^k a^k> = k! |C_k|^2,   g^(k) = G^(k)/<a'a>^k,

with ``C_k`` the amplitude of k quanta in the mode and none elsewhere.  Relative corrections are
of second order in the drive; `analytic.expand` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property, partial
from math import factorial

import numpy as np
import sympy as sp

from analytic.abbreviations import Abbreviations, abbreviate
from analytic.amplitudes import Amplitudes
from analytic.conditions import Condition, zeros
from analytic.decay import check_decay
from analytic.factored import Factored
from analytic.fock import check_occupation
from analytic.numeric_conditions import numeric_zeros
from analytic.units import degree, own_unit, rates_of
from analytic.unknowns import Unknowns, check_free, check_moduli, read_unknowns, symbols_of
from systems import Model
from systems.ladder import Mode, Occupation, is_two_level, label
from systems.values import Arrays, Values, check_positive, evaluate, read_exact, read_values


def derive(model: Model, quanta: int = 2) -> Derivation:
    """The leading-order closed forms of a model, with amplitudes up to ``quanta`` quanta.

    Raises `ValueError` if the Hamiltonian has no grading in its drive, if a jump does not lower
    the number of quanta (dephasing, thermal light), or if some excitation never decays.
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    check_positive("quanta", quanta)
    closed = Derivation(model, int(quanta))
    check_decay(model)
    return closed


class Derivation:
    """Closed forms of one model, worked out when first asked for.

    Every closed form is a SymPy expression in the model's symbols or, where ``abbreviations``
    are given (``nanotip.ABBREVIATIONS``), in those.  Modes are named by operator or label.
    """

    def __init__(self, model: Model, quanta: int) -> None:
        self.model, self.quanta = model, quanta
        self._amplitudes = Amplitudes(model, quanta)

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
        """Steady amplitude ``C_n``, of order ``drive**N`` with N the quanta in n."""
        product = self._amplitude(occupation)
        return (abbreviate(product, abbreviations) if abbreviations else product.written).expr

    def probability(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``P_n = |C_n|^2``, of order ``drive**(2 N)``; 1 for the vacuum."""
        return self._squared(self._amplitude(occupation), abbreviations)

    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number ``<a'a>``, of order ``drive**2``."""
        return self._squared(self._excited(mode), abbreviations)

    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``G^(order)(0) = <a'^k a^k>`` of a mode, k = ``order``, of order ``drive**(2 k)``."""
        check_positive("order", order)
        if order > 1 and is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        several = self._amplitude(self.model.occupation(mode, order))
        return self._squared(several.times(sp.sqrt(factorial(order))), abbreviations)

    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of a mode, independent of the drive to leading order."""
        check_positive("order", order)
        if is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        several = self._amplitude(self.model.occupation(mode, order))
        ratio = several / self._excited(mode) ** order
        return self._squared(ratio.times(sp.sqrt(factorial(order))), abbreviations)

    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g2_12(0)`` of two modes, independent of the drive to leading order."""
        one, two = self.model.occupation(first), self.model.occupation(second)
        if one == two:
            return self.correlation(first, 2, abbreviations)
        both = self._amplitude(tuple(n + k for n, k in zip(one, two, strict=True)))
        return self._squared(both / self._excited(first) / self._excited(second), abbreviations)

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
        from analytic.optimum import limits  # which stands on this module

        unknowns = read_unknowns(self.model, solve_for)
        fixed = symbols_of(self.model, at or {}, "at")
        check_free(unknowns, fixed, "at")
        amplitude = self._amplitude(self.model.occupation(mode, order))
        ratio = amplitude / self._excited(mode) ** order
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
        """Equations and closed forms as one LaTeX ``align*`` environment."""
        lines = [(sp.latex(eq.lhs), eq.rhs) for eq in self.equations]
        for n in self.states[1:]:
            name = "C_{" + _digits(n) + "}"
            lines.append((name, self.amplitude(n, abbreviations)))
            lines.append((f"P_{{{_digits(n)}}}", self.probability(n, abbreviations)))
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
            form = self.correlation(mode, order, abbreviations)
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
        if amplitude.written.expr == 0:  # also where letters of the alphabet cancel one another
            raise ValueError(_dark(self.model, mode))
        return amplitude

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
    name = label(model.modes[model.index(mode)])
    one = f"Mode `{name}` has no one-quantum amplitude at leading order"
    jumps = "its photon statistics are decided by quantum jumps"
    pump = (model.occupation(mode), (0,) * len(model.modes))
    if model.grading.unit > 1 and 1 in model.by_order(model.ladder.get(pump, sp.S.Zero)):
        return (
            f"{one}: a term of first order in `{model.drive}` fills {model.grading.unit} quanta "
            f"at the same order as the one-photon drive fills one, so {jumps}. If that term is "
            "weaker, give it a symbol of its own and name its order in the drive among the "
            "`orders` of the Model; if not, use analytic.expand or numeric.steady_state."
        )
    return f"{one}, so {jumps}: use analytic.expand or numeric.steady_state."


def _digits(occupation: Occupation) -> str:
    return (r"," if max(occupation) > 9 else "").join(map(str, occupation))
