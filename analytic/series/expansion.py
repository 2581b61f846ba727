"""Closed forms beyond leading order: the steady state as a series in the drive, jumps included.

`expand` gives for any model whose jumps lower the number of quanta, or keep it, the coefficients of

    <X> = drive^n (f_0 + f_1 drive^2 + f_2 drive^4 + ...)

exactly, from the full Lindblad equation (`moments` and `hierarchy` beside this file): f_0 is the
leading order of H_eff, with dephasing that of the density matrix, and ``corrections`` = k says
that f_0 ... f_k are there.  How they are added up is the matter of `summation`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp

from analytic.fock import check_decay, check_occupation
from analytic.latex import (
    align,
    correlation_symbol,
    cross_symbol,
    moment_symbol,
    number_symbol,
    probability_symbol,
)
from analytic.series import summation
from analytic.series.assessment import SUMS, Assessment, assess
from analytic.series.closed_forms import Series
from analytic.series.coefficients import Coefficients, Terms
from analytic.series.moments import Combination, number_words
from analytic.series.summation import ratio
from systems import Model
from systems.display import Shown
from systems.labels import relabel
from systems.ladder import Mode, Occupation
from systems.status import Status
from systems.values import SMALLEST, Arrays, Values, check_driven, check_positive, read_values

# By how much the two copies of a term may differ, relative to it.  That is 450 times its round-off
# (`recursion`), so that a term has six digits at least where it is returned.
RESOLVED = 1e-4


def expand(model: Model, corrections: int = 1) -> Expansion:
    """The steady state up to ``corrections`` orders of drive^2 beyond the leading order.

    Raises `ValueError` if the Hamiltonian has no grading in its drive, if a jump raises the number
    of quanta (thermal light, gain), or if some excitation never decays; `TypeError` for what is no
    `systems.Model`.

    >>> from systems import kerr
    >>> series = expand(kerr.MODEL, corrections=2)
    >>> series
    <series of the driven Kerr mode, corrections: 2>
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    whole = isinstance(corrections, int | np.integer) and not isinstance(corrections, bool)
    if not whole or corrections < 0:
        raise ValueError(
            f"Argument `corrections` must be a whole number from 0 on, but is {corrections!r}."
        )
    expansion = Expansion(model, int(corrections))
    check_decay(model)
    return expansion


class Expansion(Shown):
    """The series of one model: quantities, their coefficients, their sums.

    Modes are named by operator or label.  Closed forms are in the model's symbols.  Methods that
    name a quantity (`number`, `correlation`, ...) return a light `Series`, which `evaluate`,
    `assess`, `terms` and `closed_form` turn into numbers and formulas.

    >>> from systems import kerr
    >>> expand(kerr.MODEL, corrections=2)
    <series of the driven Kerr mode, corrections: 2>
    """

    def __init__(self, model: Model, corrections: int) -> None:
        self.model, self.corrections = model, corrections
        # without corrections the first one is still needed to judge
        self._coefficients = Coefficients(model, max(corrections, 1))

    def _title(self) -> str:
        return f"series of the {self.model.name}, corrections: {self.corrections}"

    def _facts(self) -> Mapping[str, Any]:
        facts = {"drive": self.model.drive, "corrections": self.corrections}
        return facts | {"numbers": ".number, .correlation, ... with .evaluate or .assess"}

    def number(self, mode: Mode | str) -> Series:
        """Mean number ``<a'a>`` of a mode.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL)
        >>> series.number("a")
        <\\langle a^\\dagger a \\rangle in the series of the driven Kerr mode, corrections: 1>
        """
        operator = self.model.modes[self.model.index(mode)]
        return self._series(number_symbol(operator), number_words(self.model, mode))

    def moment(self, mode: Mode | str, order: int = 1) -> Series:
        """``G^(order)(0) = <a'^k a^k>`` of a mode, k = ``order``, not divided by its number.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL)
        >>> n, moment = series.number("a"), series.moment("a", 1)
        >>> bool(series.evaluate(n, kerr.VALUES) == series.evaluate(moment, kerr.VALUES))
        True
        """
        check_positive("order", order)
        symbol = moment_symbol(self.model.modes[self.model.index(mode)], order)
        return self._series(symbol, number_words(self.model, mode, order))

    def correlation(self, mode: Mode | str, order: int = 2) -> Series:
        """``g^(order)(0)`` of a mode.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=2)
        >>> g2 = series.evaluate(series.correlation("a"), kerr.VALUES)
        >>> float(g2.round(4))  # 0.0099 to leading order
        0.0107
        """
        check_positive("order", order)
        symbol = correlation_symbol(self.model.modes[self.model.index(mode)], order)
        below = (number_words(self.model, mode),) * order
        return self._series(symbol, number_words(self.model, mode, order), below)

    def cross_correlation(self, first: Mode | str, second: Mode | str) -> Series:
        """``g2_12(0) = <a'b'ba>/(<a'a> <b'b>)`` of two modes; symmetric in them.

        >>> from systems import kerr_dimer
        >>> series = expand(kerr_dimer.MODEL)
        >>> bool(series.evaluate(series.cross_correlation("a", "b"), kerr_dimer.VALUES) > 0)
        True
        """
        i, j = self.model.index(first), self.model.index(second)
        if i == j:
            return self.correlation(first)
        both = tuple(int(k in (i, j)) for k in range(len(self.model.modes)))
        symbol = cross_symbol(self.model.modes[i], self.model.modes[j])
        below = number_words(self.model, first), number_words(self.model, second)
        return self._series(symbol, {(both, both): sp.S.One}, below)

    def probability(self, occupation: Occupation) -> Series:
        """Probability of an occupation, a tuple in the order of ``model.modes``.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=3)
        >>> parts = [series.evaluate(series.probability((n,)), kerr.VALUES) for n in range(4)]
        >>> bool(np.isclose(sum(parts), 1))
        True
        """
        state = check_occupation(self.model, occupation)
        return self._series(probability_symbol(state), self._coefficients.probability(state))

    def evaluate(self, quantity: Series, values: Values, sum: str = "auto") -> Any:  # noqa: A002
        """A quantity at values of the model's symbols: array of their broadcast shape.

        Of labelled values this, and what other methods return, is labelled as well.

        ``sum="auto"`` puts all series over one denominator, the one that suits the populations of
        one and two quanta best (see `summation`): exact where these are rational of that degree,
        and indifferent to leading terms that vanish by interference.  It is NaN exactly where
        `assess` has another status than "ok".  "taylor" adds the quantity's own terms, "pade"
        takes Pade approximants of its own; a sum asked for by name is returned as it is, NaN only
        where undefined.

        Raises `ValueError` for bad values or another word for ``sum``, `TypeError` for what is no
        quantity of this expansion.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=2)
        >>> strong = kerr.VALUES | {"xi": [0.1, 1e3]}
        >>> np.isnan(series.evaluate(series.number("a"), strong)).tolist()
        [False, True]
        """
        result = self.assess(quantity, values, sum)
        kept = result.status == Status.OK if sum == "auto" else result.status != Status.UNDEFINED
        found = np.where(kept, result.value, np.nan)
        return result.value.copy(data=found) if hasattr(result.value, "dims") else found

    def assess(self, quantity: Series, values: Values, sum: str = "auto") -> Assessment:  # noqa: A002
        """The sum at values of the model's symbols, its uncertainty and its status.

        ``.value``, ``.uncertainty`` and ``.status`` are arrays of the shape of the values, the last
        one of `Status` words.  Raises as `evaluate` does.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=2)
        >>> series.assess(series.number("a"), kerr.VALUES | {"xi": [0.1, 1e3]}).status.tolist()
        ['ok', 'not converged']
        """
        if sum not in SUMS:
            raise ValueError(f"Argument `sum` must be one of {', '.join(SUMS)}, but is {sum!r}.")
        self._check(quantity)
        arrays = read_values(self.model, values)
        family, parts = self._coefficients.family, (quantity.above, *quantity.below)
        with np.errstate(over="ignore", invalid="ignore"):  # hundreds of quanta: not converged
            found = self._coefficients.solve((*family, *parts), arrays)
            result = assess(
                [found(combination) for combination in parts],
                np.array([found(combination)[0] for combination in family]),
                how=sum,
                each=self._coefficients.each,
                corrected=self.corrections > 0,
                unseen=self._coefficients.unseen(parts, arrays, self.corrections).sum(axis=0),
            )
        status = self._with_floor(result, parts, found, arrays)
        named = {"series": result.value, "uncertainty": result.uncertainty, "status": status}
        return Assessment(*(_shaped(x, arrays, name) for name, x in named.items()))

    def _with_floor(
        self, result: Assessment, parts: Sequence[Combination], found: Terms, arrays: Arrays
    ) -> np.ndarray:
        """The status, "not resolved" where a part is zero only because it has underflowed."""
        status, sizes = np.array(result.status), [abs(found(c)[0]).max(axis=0) for c in parts]
        smallest = np.minimum(sizes[0], np.prod(sizes[1:], axis=0))
        (points,) = np.nonzero(smallest < SMALLEST)
        if points.size and all(parts):
            status[points[self._coefficients.fed(parts, arrays, points)]] = Status.NOT_RESOLVED
        return status

    def terms(self, quantity: Series, values: Values) -> Any:
        """The terms of the quantity's series, leading order first: array (terms, *shape).

        Powers of the drive are included: the terms add up to the Taylor sum.  A term is NaN where
        round-off may exceed a millionth of it.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=2)
        >>> series.terms(series.number("a"), kerr.VALUES | {"chi": 0.0})  # linear: nothing follows
        array([0.04, 0.  , 0.  ])
        """
        self._check(quantity)
        arrays = read_values(self.model, values)
        found = self._coefficients.solve((quantity.above, *quantity.below), arrays)
        above, *below = (found(c).swapaxes(0, 1) for c in (quantity.above, *quantity.below))
        # the shaken terms are a copy with enlarged round-off
        terms, shaken = np.array(ratio(above, *below))[: quantity.count].swapaxes(0, 1)
        with np.errstate(invalid="ignore"):
            resolved = np.abs(shaken - terms) <= RESOLVED * np.abs(terms)
        return _shaped(np.where(resolved & np.isfinite(terms), terms, np.nan), arrays, "terms")

    def radius(self, values: Values) -> Any:
        """Estimated drive up to which the Taylor series converge, in the units of the drive.

        ``|drive| R^p`` with R the distance of the nearest zero of the denominator of "auto"
        (`summation.radius`) and p the powers of the drive in one step of the series; the more
        corrections, the better known.

        >>> from systems import kerr
        >>> 0.1 < float(expand(kerr.MODEL, corrections=3).radius(kerr.VALUES)) < 1
        True
        """
        check_driven(self.model)
        arrays, name = read_values(self.model, values), str(self.model.drive)
        drive = np.where(arrays[name] == 0, 1, arrays[name])  # any drive will do to see the terms
        found = self._coefficients.solve(self._coefficients.family, arrays | {name: drive})
        family = np.array([found(combination)[0] for combination in self._coefficients.family])
        reach = summation.radius(summation.fit(family, self._coefficients.count - 1))
        power = self.model.grading.unit / self._coefficients.step
        return np.abs(drive) * _shaped(reach**power, arrays, "radius")

    def closed_form(
        self, quantity: Series, at: Mapping[Any, Any] | None = None
    ) -> tuple[sp.Expr, ...]:
        """The terms of the quantity's series as factored closed forms, leading order first.

        The same as ``quantity.closed_form(at)``: `Series.closed_form` says more.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=0)
        >>> series.closed_form(series.number("a"), {"Delta": 0})
        (4*xi**2/gamma**2,)
        """
        self._check(quantity)
        return quantity.closed_form(at)

    def latex(self, quantities: Series | Iterable[Series] = ()) -> str:
        """Closed forms as one LaTeX ``align*``: of what is given, or the mean numbers not zero.

        >>> from systems import kerr
        >>> series = expand(kerr.MODEL, corrections=0)
        >>> len(series.latex([series.number("a"), series.probability((1,))]).splitlines())
        4
        """
        given = (quantities,) if isinstance(quantities, Series) else tuple(quantities)
        for quantity in given:
            self._check(quantity)
        modes = self.model.modes
        driven = (m for m in modes if self._coefficients.is_excited(self.model.occupation(m)))
        chosen = given or [self.number(mode) for mode in driven]
        return align((q.symbol, q.expr) for q in chosen)

    def _series(
        self, symbol: str, above: Combination, below: tuple[Combination, ...] = ()
    ) -> Series:
        return Series(self._coefficients, self.corrections, symbol, above, below)

    def _check(self, quantity: Series) -> None:
        """Raises `TypeError` for what is no quantity of this expansion, nor of an equal one."""
        if not isinstance(quantity, Series):
            raise TypeError(
                "Argument `quantity` must be a quantity of this expansion, such as "
                f"s.number(mode), but is {quantity!r}."
            )
        other = quantity.coefficients.model, quantity.corrections
        if other != (self.model, self.corrections):
            raise TypeError(
                f"Argument `quantity` must be a quantity of this {self._title()}, "
                f"but is one of another: {quantity!r}."
            )


def _shaped(flat: np.ndarray, arrays: Arrays, name: str) -> Any:
    """The last axis, which runs over points, in the shape of the values; labelled as they are.

    An axis before it is that of the terms.
    """
    shaped = np.reshape(flat, flat.shape[:-1] + next(iter(arrays.values())).shape)
    return relabel(shaped, arrays, name, first=("term",) * (flat.ndim - 1))
