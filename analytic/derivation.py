"""Closed forms to leading order in the drive: amplitudes, populations, photon statistics.

A normally ordered moment factorises to leading order, ``<A'A> = |<0|A|psi>|^2``, so that

    <a'a> = |C_1|^2,   G^(k) = <a'^k a^k> = k! |C_k|^2,   g^(k) = G^(k)/<a'a>^k,

with ``C_k`` the amplitude of k quanta in the mode and none elsewhere.  Relative corrections are
of second order in the drive; `analytic.expand` gives them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from math import factorial
from typing import Any

import sympy as sp

from analytic.amplitudes import Amplitudes
from analytic.conditions.condition import Condition, zeros
from analytic.conditions.limits import Interference
from analytic.conditions.optima import optimal_points as optimal_points  # stood here
from analytic.conditions.roots import numeric_zeros
from analytic.conditions.unknowns import (
    Unknowns,
    check_free,
    check_moduli,
    read_unknowns,
    symbols_of,
)
from analytic.displacement import check_lowering, without_displacement
from analytic.evaluation import number_at, status_at
from analytic.fock import check_decay, check_occupation, check_size
from analytic.latex import align
from analytic.listing import listed
from analytic.rational.abbreviations import (
    Abbreviations,
    abbreviate,
    are_short,
)
from analytic.rational.naming import Names, find_names
from analytic.rational.unexpanded import Unexpanded, name_determinants
from analytic.reach import NotSeen, dark, is_filled, is_reached, unseen
from systems import Model
from systems.display import Shown
from systems.ladder import Mode, Occupation, is_two_level, label
from systems.progress import busy
from systems.values import Values, check_positive, read_exact


def derive(model: Model, quanta: int = 2) -> Derivation:
    """The leading-order closed forms of a model, with amplitudes up to ``quanta`` quanta.

    Every form is right to leading order in the drive; relative corrections are of its second order.
    Populations need as many quanta as they hold, g2 two.  A loss may be displaced by the drive,
    ``a + beta drive``: see `analytic.amplitudes`.

    Raises `TypeError` for what is no `systems.Model`, and `ValueError` if the Hamiltonian has no
    grading in its drive, if a jump does not lower the number of quanta (dephasing, thermal light),
    if some excitation never decays, or for more amplitudes than `analytic.fock.LARGEST`.

    >>> from systems import kerr
    >>> closed = derive(kerr.MODEL, quanta=2)
    >>> closed
    <closed forms of the driven Kerr mode, 2 quanta, leading order>
    >>> closed.amplitude((1,))
    -2*xi/(2*Delta - I*gamma)
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    check_positive("quanta", quanta)
    check_size(model, int(quanta))
    undisplaced = without_displacement(model)
    check_lowering(undisplaced)
    check_decay(model)
    return Derivation(model, int(quanta), undisplaced)


class Derivation(Shown):
    """Closed forms of one model, worked out when first asked for.

    Every closed form is a SymPy expression in the model's symbols or, where ``abbreviations``
    are given (``nanotip.ABBREVIATIONS``), in those.  Modes are named by operator or label.  Forms
    of many modes, which nobody could read, are quotients of determinants that are not multiplied
    out (`analytic.rational.determinant`): `evaluate` takes them as any others.

    A form that is 0 is zero to all orders of the drive.  What is zero at leading order only, such
    as a population that quantum jumps feed, raises `NotSeen` instead, which names another road.
    What needs an amplitude of more quanta than were derived raises `ValueError`.

    The numeric road has the same methods: `numeric.SteadyState`.

    >>> from systems import kerr
    >>> derive(kerr.MODEL, quanta=2)
    <closed forms of the driven Kerr mode, 2 quanta, leading order>
    """

    def __init__(self, model: Model, quanta: int, undisplaced: Model) -> None:
        self.model, self.quanta = model, quanta
        self.undisplaced = undisplaced  # the same equation, losses without a number
        self._amplitudes = Amplitudes(self.undisplaced, quanta)

    def _title(self) -> str:
        title = f"closed forms of the {self.model.name}, {self.quanta} quanta, leading order"
        return f"{title}, which does not see {' and '.join(self.unseen)}" if self.unseen else title

    def _facts(self) -> Mapping[str, Any]:
        facts = {"states": len(self.states), "drive": self.model.drive}
        return facts | {"formulas": ".equations, .amplitude, .probability, .number, .correlation"}

    @cached_property
    def unseen(self) -> tuple[str, ...]:
        """The modes that only quantum jumps fill: their forms raise `NotSeen`.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).unseen
        ()
        """
        model = self.undisplaced
        return tuple(
            label(mode)
            for i, mode in enumerate(model.modes)
            if is_filled(model, i) and not is_reached(model, model.occupation(mode), jumps=False)
        )

    @cached_property
    def equations(self) -> tuple[sp.Eq, ...]:
        """``i dC/dt = ...`` of every amplitude up to ``quanta``, H_eff with all its terms.

        They are the coupled equations that papers print, cut off at ``quanta``, and hold all orders
        of the drive; amplitudes are functions of the real symbol ``t``.

        >>> from systems import kerr
        >>> derive(kerr.MODEL, quanta=1).equations[1]
        Eq(I*Derivative(C_1(t), t), xi*C_0(t) + (Delta - I*gamma/2)*C_1(t))
        """
        return self._amplitudes.equations

    @cached_property
    @busy("names for what repeats")
    def abbreviations(self) -> Names:
        """Abbreviations found in the amplitudes: complex energies, block determinants, numerators.

        A dict from symbols to definitions, each in those before it, for every method that takes
        ``abbreviations``; `analytic.spell_out` puts the definitions back.

        >>> from systems import kerr_dimer
        >>> closed = derive(kerr_dimer.MODEL)
        >>> closed.number("a", closed.abbreviations), closed.abbreviations[sp.Symbol("D_1")]
        (E**2*F**2/Abs(D_1)**2, E**2 - J**2)
        """
        model = self.undisplaced
        ones = ((label(mode), model.occupation(mode)) for mode in model.modes)
        energies = {name: model.leading_ladder.get((n, n), sp.S.Zero) for name, n in ones}
        products: list[Any] = [x for n in self.states[1:] if (x := self._amplitudes[n])]
        taken = list(map(str, model.parameters))
        if not self.is_expanded:
            return name_determinants(products, taken)
        return find_names(products, energies, taken)

    @busy("closed forms")
    def readable(self, abbreviations: Abbreviations) -> Abbreviations:
        """These abbreviations if the closed forms are short in them, else those that are found.

        A paper's own are for what the paper prints; in those of the ring of three Kerr modes,
        amplitudes of two quanta would have numerators of six hundred letters.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).readable(kerr.ABBREVIATIONS) is kerr.ABBREVIATIONS
        True
        """
        products = [x for x in map(self._amplitude, self.states[1:]) if x]
        short = bool(abbreviations) and all(are_short(x, abbreviations) for x in products)
        return abbreviations if short else self.abbreviations

    @cached_property
    def is_expanded(self) -> bool:
        """Whether all amplitudes are multiplied out, and none is left in determinants.

        Of many modes with different energies or couplings they would have thousands of terms.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).is_expanded
        True
        """
        return not any(isinstance(self._amplitudes[n], Unexpanded) for n in self.states[1:])

    @property
    def states(self) -> tuple[Occupation, ...]:
        """The occupations whose amplitudes are known, by number of quanta.

        >>> from systems import kerr_dimer
        >>> derive(kerr_dimer.MODEL, quanta=1).states
        ((0, 0), (1, 0), (0, 1))
        """
        return self._amplitudes.states

    @busy("closed forms")
    def amplitude(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Steady amplitude ``C_n``, of order ``drive**N`` with N the quanta in n.

        C_0 = 1: the norm is of second order.  0 if the state is reached by quantum jumps alone:
        between them it has no amplitude.

        >>> from systems import kerr
        >>> closed = derive(kerr.MODEL)
        >>> closed.amplitude((1,), kerr.ABBREVIATIONS)  # with E = Delta - i gamma/2
        -xi/E
        """
        product = self._amplitude(occupation)
        if not product:
            return self._zero(f"Amplitude of {occupation}", occupation, jumps=False)
        return (abbreviate(product, abbreviations) if abbreviations else product.written).expr

    def leading(self, occupation: Occupation) -> sp.Expr:
        """The amplitude for a sum with others: 0 also where it is of higher order only.

        Unlike `amplitude` it never raises `NotSeen`: beside the other terms it is of higher order.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).leading((1,))
        -2*xi/(2*Delta - I*gamma)
        """
        return self._amplitude(occupation).written.expr

    @busy("closed forms")
    def probability(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``P_n = |C_n|^2``, of order ``drive**(2 N)``; 1 for the vacuum.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).probability((1,), kerr.ABBREVIATIONS)
        xi**2/Abs(E)**2
        """
        product = self._amplitude(occupation)
        if not product:
            return self._zero(f"Probability of {occupation}", occupation)
        return self._squared(product, abbreviations)

    @busy("closed forms")
    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number ``<a'a>``, of order ``drive**2``; 0 for a mode that nothing fills.

        >>> from systems import jaynes_cummings
        >>> derive(jaynes_cummings.MODEL).number("s", jaynes_cummings.ABBREVIATIONS)
        g**2*xi**2/Abs(D_1)**2
        """
        if not is_filled(self.undisplaced, self.model.index(mode)):
            return sp.S.Zero
        return self._squared(self._excited(mode), abbreviations)

    @busy("closed forms")
    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``G^(order)(0) = <a'^k a^k>`` of a mode, k = ``order``, of order ``drive**(2 k)``.

        Not divided by the mean number, and so also defined for a mode that stays dark.

        >>> from systems import kerr
        >>> closed = derive(kerr.MODEL)
        >>> closed.moment("a", 1) == closed.number("a")
        True
        """
        check_positive("order", order)
        if order > 1 and is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        occupation = self.model.occupation(mode, order)
        several = self._amplitude(occupation)
        if not several and not is_filled(self.undisplaced, self.model.index(mode)):
            return sp.S.Zero
        self._check_seen(
            several, f"Moment of order {order} of `{_name(self.model, mode)}`", occupation
        )
        return self._squared(several.times(sp.sqrt(factorial(order))), abbreviations)

    @busy("closed forms")
    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of a mode, independent of the drive to leading order.

        0 for a two-level system, which never emits two photons at once.  Raises `ValueError` for a
        mode that stays empty (0/0), and `NotSeen` where jumps decide.

        >>> from systems import kerr
        >>> derive(kerr.MODEL).correlation("a", 2, kerr.ABBREVIATIONS)
        Abs(E)**2/Abs(E + chi)**2
        """
        check_positive("order", order)
        if is_two_level(self.model.modes[self.model.index(mode)]):
            return sp.S.Zero
        occupation = self.model.occupation(mode, order)
        several = self._amplitude(occupation)
        ratio = several / self._excited(mode) ** order
        self._check_seen(several, f"g{order} of `{_name(self.model, mode)}`", occupation)
        return self._squared(ratio.times(sp.sqrt(factorial(order))), abbreviations)

    @busy("closed forms")
    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g2_12(0) = <a'b'ba>/(<a'a> <b'b>)`` of two modes, independent of the drive.

        Symmetric in the modes; with the same one twice it is `correlation`.

        >>> from systems import kerr_dimer
        >>> closed = derive(kerr_dimer.MODEL)
        >>> closed.cross_correlation("a", "b") == closed.cross_correlation("b", "a")
        True
        """
        one, two = self.model.occupation(first), self.model.occupation(second)
        if one == two:
            return self.correlation(first, 2, abbreviations)
        occupation = tuple(n + k for n, k in zip(one, two, strict=True))
        both = self._amplitude(occupation)
        ratio = both / self._excited(first) / self._excited(second)
        names = f"`{_name(self.model, first)}` and `{_name(self.model, second)}`"
        self._check_seen(both, f"g2 of {names}", occupation)
        return self._squared(ratio, abbreviations)

    def evaluate(self, expression: sp.Expr, values: Values) -> Any:
        """A closed form at values of the model's symbols: numbers or arrays that broadcast.

        Returns an array of the broadcast shape (0-d for numbers; an `xarray.DataArray` where values
        are such), real where the expression is; NaN where it is undefined, 0/0.  The unit of the
        rates does not matter.  Raises `ValueError` or `TypeError` for values that are missing,
        unknown, not finite or not of the assumptions of their symbols, and for a form that still
        holds abbreviations.

        >>> from systems import kerr
        >>> closed = derive(kerr.MODEL)
        >>> values = {"Delta": [0.0, -5.0], "chi": 5.0, "gamma": 1.0, "xi": 0.1}
        >>> closed.evaluate(closed.correlation("a"), values).round(4)
        array([9.90e-03, 1.01e+02])
        """
        return number_at(self.model, expression, values)

    def status(self, expression: sp.Expr, values: Values) -> Any:
        """What a closed form is worth at values: array of `Status` words, of their shape.

        "leading order vanishes" where its terms cancel, by interference, or where a factor is
        zero, so that the next order is all that is left: the number of `evaluate` then says
        nothing of its size.  A form that is 0 for all values is "ok".

        >>> from systems import parametric_kerr
        >>> closed = derive(parametric_kerr.MODEL)
        >>> values = {"Delta": 0.0, "chi": 0.1, "gamma": 1.0, "xi": 0.01, "G": [2e-4j, 1e-4j]}
        >>> closed.status(closed.correlation("a"), values).tolist()
        ['leading order vanishes', 'ok']
        """
        return status_at(self.model, expression, values)

    @busy("closed forms")
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

        >>> from systems import parametric_kerr
        >>> for condition in derive(parametric_kerr.MODEL).blockade_conditions("a", "G"):
        ...     print(condition)
        G = 2*xi**2/(2*Delta - I*gamma)
        """
        unknowns = read_unknowns(self.model, solve_for)
        fixed = symbols_of(self.model, at or {}, "at")
        check_free(unknowns, fixed, "at")
        amplitude, ratio = self._in_ones(mode, order)
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
        ratio_of_order = ratio.times(sp.sqrt(factorial(order))).written.expr
        what = Interference(self.model, mode, order, ratio_of_order)
        return [Condition(c.values, c.domain, what) for c in found]

    def _in_ones(self, mode: Mode | str, order: int) -> tuple[Any, Any]:
        """The amplitude of ``order`` quanta in a mode, also over that of one to this power.

        Both are multiplied out, however long: zeros need polynomials.
        """
        occupation = self.model.occupation(mode, order)
        amplitude, one = self._amplitude(occupation), self._excited(mode)
        if isinstance(amplitude, Unexpanded):
            amplitude, one = (self._expanded[n] for n in (occupation, self.model.occupation(mode)))
        ratio = amplitude / one**order
        self._check_seen(amplitude, f"Amplitude of {occupation}", occupation)
        return amplitude, ratio

    @busy("closed forms")
    def latex(self, abbreviations: Abbreviations | None = None) -> str:
        r"""Equations, abbreviations and closed forms as one LaTeX ``align*`` environment.

        Long sums go on in the next line.  What the leading order does not see is said in words in
        the place of a form.

        >>> from systems import kerr
        >>> text = derive(kerr.MODEL, quanta=1).latex(kerr.ABBREVIATIONS)
        >>> print("\n".join(text.splitlines()[3:5]))
          E &= \Delta - \frac{i \gamma}{2} \\
          C_{1} &= - \frac{\xi}{E} \\
        """
        return align(listed(self, abbreviations))

    @cached_property
    def _expanded(self) -> Amplitudes:
        """The amplitudes with all polynomials multiplied out."""
        return Amplitudes(self.undisplaced, self.quanta, longest=None)

    def _amplitude(self, occupation: Occupation) -> Any:
        """The amplitude as a product; `ValueError` for a state beyond ``quanta``, or none."""
        occupation = check_occupation(self.model, occupation)
        if occupation in self.states:
            return self._amplitudes[occupation]
        grade = self.model.grading.of(occupation)
        raise ValueError(
            f"Argument `quanta` must be at least {grade} for the amplitude of {occupation}, "
            f"but is {self.quanta}."
        )

    def _excited(self, mode: Mode | str) -> Any:
        """The amplitude of one quantum of a mode, never zero: correlations divide by it.

        Raises `ValueError` for a mode that stays empty, `NotSeen` for one that only jumps fill.
        """
        amplitude = self._amplitude(self.model.occupation(mode))
        if not amplitude and not is_filled(self.undisplaced, self.model.index(mode)):
            raise ValueError(
                f"Mode `{_name(self.model, mode)}` stays empty, for nothing fills it: its "
                "correlations are 0/0."
            )
        if not amplitude:
            raise NotSeen(dark(self.undisplaced, mode))
        return amplitude

    def _zero(self, what: str, occupation: Occupation, jumps: bool = True) -> sp.Expr:
        """0 if the occupation is out of reach; raises `NotSeen` if the leading order misses it."""
        if is_reached(self.undisplaced, occupation, jumps):
            raise NotSeen(unseen(self.model, self.undisplaced, what, occupation))
        return sp.S.Zero

    def _check_seen(self, product: Any, what: str, occupation: Occupation) -> None:
        """Raises `NotSeen` for a product that is zero at leading order."""
        if not product:
            raise NotSeen(unseen(self.model, self.undisplaced, what, occupation))

    @staticmethod
    def _squared(product: Any, abbreviations: Abbreviations | None) -> sp.Expr:
        """``|.|^2`` of a product, in abbreviations if there are any."""
        written = abbreviate(product, abbreviations) if abbreviations else product.written
        return written.modulus_squared


def _name(model: Model, mode: Mode | str) -> str:
    """The label of a mode that is given by label or operator."""
    return label(model.modes[model.index(mode)])


def check_closed(closed: Any) -> None:
    """Raise `TypeError` for anything but what `derive` returns.

    >>> from systems.library import kerr
    >>> check_closed(derive(kerr.MODEL))
    """
    if not isinstance(closed, Derivation):
        raise TypeError(
            "Argument `closed` must be what analytic.derive returns, but is of the type "
            f"{type(closed).__name__}."
        )
