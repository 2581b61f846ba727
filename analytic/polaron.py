"""Photons that push a mirror: closed forms in the polaron frame, to leading order in the drive.

    H = Delta a'a + U a'a'aa + omega b'b + g a'a (b + b') + xi (a' + a),
    losses kappa D[a], gamma D[b].

With n photons the mirror is an oscillator displaced by n eta, eta = g/omega; its states |m>_n have

    E_nm = n Delta + n (n - 1) U - n^2 g^2/omega + m omega,

and light lifts it between them with the overlaps <k|D(eta)|m> of a displacement.  For a weak drive
the amplitudes follow one photon at a time,

    |psi_n> = -sqrt(n) xi sum_m |m>_n <m|D|psi_(n-1)>/(E_nm - i n kappa/2),
    G^(n) = n! <psi_n|psi_n>,

P. Rabl, Phys. Rev. Lett. 107, 063601 (2011), and A. Nunnenkamp, K. Borkje and S. M. Girvin, Phys.
Rev. Lett. 107, 063602 (2011).  A thermal mirror starts from each |m> with its thermal weight, from
where its energies then count.

The loss of the mirror is left out while photons are there: relative errors are of the order of
gamma/kappa, and of the drive squared.  Measured for eta = 0.4, omega = 20 kappa and gamma/kappa up
to 0.04, the laser on the main line or on the sideband of one or two phonons, the mean number is too
large by 0.2, 1.1 and 2.1 gamma/kappa, and g2 too small by 0.3, 1.1 and 1.7 of it (with omega = 4
kappa by 0.2, 1.0, 1.3 and 0.4, 0.8, 0.4): a photon with m phonons stays coherent for as long as
none of them is lost.  That loss must still bring the mirror back between photons, gamma above the
rate of photons.  Finite sums go over so many phonons; what is beyond is told by `missing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, cached_property
from math import factorial
from typing import Any

import numpy as np
import sympy as sp

from analytic.evaluation import number_at
from analytic.fock import check_occupation
from analytic.latex import align, correlation_symbol, number_symbol
from analytic.mirrors.mirror import Mirror
from analytic.mirrors.overlaps import franck_condon
from analytic.mirrors.phonons import left_out, settled
from analytic.mirrors.printed import Printed
from analytic.rational.abbreviations import Abbreviations
from analytic.reach import NotSeen
from systems import Model
from systems.arithmetic import evaluate
from systems.display import Shown
from systems.labels import relabel
from systems.ladder import Mode, Occupation, label
from systems.progress import busy
from systems.status import Status
from systems.values import Arrays, Values, check_positive, read_values

# Of the mirror's states that the sums leave out: a correlation divides two of their sums
MISSING = 1e-6


def polaron(model: Model, phonons: int = 8, quanta: int = 2) -> Polaron:
    """Closed forms of one mode whose photons displace another one, with sums up to ``phonons``.

    ``quanta`` is the largest order of a correlation that `Polaron.latex` prints.  Forms in
    `Polaron.abbreviations` are not cut at ``phonons``: they take as many as the values need.

    Raises `TypeError` for what is no `systems.Model`, `ValueError` for one with other terms than
    those at the head of this file.

    >>> from systems.library import optomechanics
    >>> light = polaron(optomechanics.MODEL)
    >>> g2 = light.evaluate(light.correlation("a"), optomechanics.VALUES)
    >>> bool(g2 < 0.1)  # blockade, with g^2/omega = 3.2 kappa
    True
    """
    if not isinstance(model, Model):
        raise TypeError(f"Argument `model` must be a systems.Model, but is {model!r}.")
    check_positive("phonons", phonons)
    check_positive("quanta", quanta)
    return Polaron(model, int(phonons), int(quanta))


class Polaron(Shown):
    """Mean number, correlations and populations of the driven mode as sums over phonons.

    The methods are those of `Derivation`; of the mirror itself there is nothing here.  Every form
    comes in two ways: as a finite sum in the model's symbols, up to ``phonons``, or, with
    ``abbreviations`` of this object, as a line of infinite sums, which `evaluate` cuts where more
    phonons change nothing.

    >>> from systems.library import optomechanics
    >>> polaron(optomechanics.MODEL, phonons=6)
    <polaron frame of the driven optomechanical cavity, 6 phonons>
    """

    def __init__(self, model: Model, phonons: int, quanta: int = 2) -> None:
        self.model, self.phonons, self.quanta = model, phonons, quanta
        self._parts = Mirror(model)
        self._printed = Printed(model, self._parts)
        self.is_expanded = True  # as `Derivation.is_expanded`
        self._photons: dict[sp.Expr, int] = {}  # of the forms that were asked for

    def _title(self) -> str:
        return f"polaron frame of the {self.model.name}, {self.phonons} phonons"

    def _facts(self) -> Mapping[str, str]:
        return {"drive": str(self.model.drive), "phonons": str(self.phonons)}

    @cached_property
    def abbreviations(self) -> dict[sp.Expr, sp.Expr]:
        """The letters that papers print: a dict with what each is, in those before it.

        They are those of `analytic.mirrors.printed.Printed`: ``eta``, overlaps ``D(k, m, x) =
        <k|D(x)|m>``, energies ``E[n, m]`` and amplitudes ``C[n, m]`` of n photons and m phonons.

        >>> from systems.library import optomechanics
        >>> light = polaron(optomechanics.MODEL)
        >>> light.number("a", light.abbreviations)
        Sum(Abs(C[1, m])**2, (m, 0, oo))
        """
        return self._printed.definitions

    def readable(self, abbreviations: Abbreviations) -> Abbreviations:
        """The abbreviations in which the forms are short: always those of this object.

        >>> from systems.library import optomechanics
        >>> light = polaron(optomechanics.MODEL)
        >>> light.readable({}) == light.abbreviations
        True
        """
        return self.abbreviations

    @busy("sums over phonons")
    def amplitude(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Steady amplitude of n photons and m phonons, ``sum_k <m|D(-n eta)|k> C[n, k]``.

        The phonons are those of the mirror at rest, as everywhere else.  Of order ``drive**n``;
        1 for the vacuum.  Raises `ValueError` for a thermal mirror, which has no amplitudes, and
        `NotSeen` for phonons without photons: these are left behind by photons that went.

        >>> from systems.library import optomechanics
        >>> light = polaron(optomechanics.MODEL, phonons=1)
        >>> light.amplitude((1, 0)).subs(optomechanics.g, 0)  # of a mirror that nothing pushes
        -xi/(Delta - I*kappa/2)
        """
        if self._parts.n_th != 0:
            raise ValueError(
                "Argument `occupation` has a probability, but no amplitude where the mirror is "
                "thermal: use probability."
            )
        photons, phonons = self._occupation(occupation)
        if abbreviations:
            return self._printed.amplitude(photons, phonons)
        return self._noted(self._at_rest(photons, phonons, 0), photons)

    @busy("sums over phonons")
    def probability(
        self, occupation: Occupation, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """Probability of n photons and m phonons of the mirror at rest, of order ``drive**(2 n)``.

        Raises `NotSeen` for phonons of a cold mirror without photons.

        >>> from systems.library import optomechanics
        >>> light = polaron(optomechanics.MODEL)
        >>> light.probability((1, 2), light.abbreviations)
        Abs(Sum(D(2, k, -eta)*C[1, k], (k, 0, oo)))**2
        """
        photons, phonons = self._occupation(occupation)
        if abbreviations:
            return self._printed.probability(photons, phonons)
        moduli = (w * _square(self._at_rest(photons, phonons, p)) for p, w in self._starts)
        return self._noted(sp.Add(*moduli), photons)

    def number(self, mode: Mode | str, abbreviations: Abbreviations | None = None) -> sp.Expr:
        """Mean number ``<a'a>`` of the driven mode, of order ``drive**2``."""
        return self.moment(mode, 1, abbreviations)

    @busy("sums over phonons")
    def moment(
        self, mode: Mode | str, order: int = 1, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``G^(order)(0) = <a'^k a^k>`` of the driven mode, k = ``order``."""
        check_positive("order", order)
        self._check_light(mode)
        if abbreviations:
            return self._printed.moment(order)
        norms = (w * self._norm(order, p) for p, w in self._starts)
        return self._noted(factorial(order) * sp.Add(*norms), order)

    def correlation(
        self, mode: Mode | str, order: int = 2, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """``g^(order)(0)`` of the driven mode, independent of the drive."""
        several, one = (self.moment(mode, k, abbreviations) for k in (order, 1))
        return self._noted(several / one**order, order)

    def cross_correlation(
        self, first: Mode | str, second: Mode | str, abbreviations: Abbreviations | None = None
    ) -> sp.Expr:
        """g2 of the driven mode with itself; `ValueError` with the mirror, which is not here."""
        self._check_light(first)
        self._check_light(second)
        return self.correlation(first, 2, abbreviations)

    def missing(self, order: int = 2) -> sp.Expr:
        """The weight of the mirror's states beyond the sums, pushed by so many photons.

        Of a Poissonian of mean ``(order eta)^2``, and of a thermal mirror's start.  A laser on a
        sideband beyond the sums makes more of it; forms in `abbreviations` see that.
        """
        mean = (order * self._parts.eta) ** 2
        kept = sp.Add(*(mean**m / factorial(m) for m in range(self.phonons + 1)))
        ratio = self._parts.n_th / (1 + self._parts.n_th)
        return 1 - sp.exp(-mean) * kept + ratio ** (self.phonons + 1)

    def latex(self, abbreviations: Abbreviations | None = None) -> str:
        r"""Abbreviations, mean number and correlations as one LaTeX ``align*`` environment.

        The forms are always printed in `abbreviations`: without them g2 has hundreds of terms.

        >>> from systems.library import optomechanics
        >>> print(polaron(optomechanics.MODEL).latex().splitlines()[1].strip())
        \eta &= \frac{g}{\omega} \\
        """
        light = self.model.modes[self._parts.light]
        rows = [(sp.latex(name), meaning) for name, meaning in self.abbreviations.items()]
        rows.append((number_symbol(light), self.number(light, self.abbreviations)))
        for order in range(2, self.quanta + 1):
            form = self.correlation(light, order, self.abbreviations)
            rows.append((correlation_symbol(light, order), form))
        return align(rows)

    @busy("sums over phonons")
    def evaluate(self, expression: sp.Expr, values: Values) -> Any:
        """A closed form at values: array of their broadcast shape, NaN where phonons are missing.

        Raises as `Derivation.evaluate`.
        """
        arrays, sums = read_values(self.model, values), self._printed.sums(expression)
        letters = {found: sp.Dummy() for found in sums}
        numbers = {
            str(letters[x]): settled(self._parts, arrays, *how)[0] for x, how in sums.items()
        }
        if sums:
            plain = evaluate(expression.xreplace(letters), arrays | numbers)
        else:
            plain = number_at(self.model, expression, dict(arrays))
        known = np.where(self._are_enough(expression, arrays), plain, np.nan)[()]
        return relabel(known, arrays, "closed_form")

    @busy("sums over phonons")
    def status(self, expression: sp.Expr | Values, values: Values | None = None) -> Any:
        """Per point "ok", or "not converged" where more phonons matter: array of words.

        Of a closed form at values; with values alone, of the sums for two photons up to
        ``phonons``.
        """
        form, given = (None, expression) if values is None else (expression, values)
        arrays = read_values(self.model, given)
        words = np.where(self._are_enough(form, arrays), Status.OK, Status.NOT_CONVERGED)
        return relabel(words, arrays, "status")

    def _are_enough(self, form: sp.Expr | None, arrays: Arrays) -> np.ndarray:
        """Whether more phonons would change nothing, point by point."""
        sums = {} if form is None else self._printed.sums(form)
        if sums:
            return np.all([settled(self._parts, arrays, *how)[1] for how in sums.values()], axis=0)
        photons = self._photons.get(form, 2)
        return left_out(self._parts, arrays, photons, self.phonons + 1) < MISSING

    @property
    def _starts(self) -> list[tuple[int, sp.Expr]]:
        """The states of the mirror without photons, each with its thermal weight."""
        n_th = self._parts.n_th
        count = 1 if n_th == 0 else self.phonons + 1
        return [(p, n_th**p / (1 + n_th) ** (p + 1)) for p in range(count)]

    def _norm(self, photons: int, start: int) -> sp.Expr:
        """``<psi_n|psi_n>``, a sum over the states of the mirror."""
        return sp.Add(*(_square(c) for c in self._state(photons, start) if c != 0))

    @cache  # noqa: B019  (lives as long as the frame that it belongs to)
    def _state(self, photons: int, start: int) -> tuple[sp.Expr, ...]:
        """The amplitudes of the states of the mirror with so many photons."""
        states = range(self.phonons + 1)
        if photons == 0:
            return tuple(sp.Integer(m == start) for m in states)
        below, eta = self._state(photons - 1, start), self._parts.eta
        return tuple(
            -sp.sqrt(photons) * self._parts.drive / self._parts.energy(photons, k - start)
            * sp.Add(*(franck_condon(k, m, eta) * c for m, c in enumerate(below)))
            for k in states
        )  # fmt: skip

    def _at_rest(self, photons: int, phonons: int, start: int) -> sp.Expr:
        """The amplitude of so many phonons of the mirror at rest."""
        back = -photons * self._parts.eta
        state = enumerate(self._state(photons, start))
        return sp.Add(*(franck_condon(phonons, k, back) * c for k, c in state))

    def _noted(self, form: sp.Expr, photons: int) -> sp.Expr:
        """The form, of which is remembered how many photons push the mirror in it."""
        self._photons[form] = photons
        return form

    def _occupation(self, occupation: Occupation) -> tuple[int, int]:
        """Photons and phonons of an occupation that has a form here."""
        counts = check_occupation(self.model, occupation)
        photons, phonons = counts[self._parts.light], counts[self._parts.mirror]
        if photons == 0 and phonons and self._parts.n_th == 0:
            raise NotSeen(
                f"Probability of {counts} is zero at leading order, but not altogether: photons "
                "leave a mirror behind that they have pushed; use numeric.steady_state."
            )
        return photons, phonons

    def _check_light(self, mode: Mode | str) -> None:
        if self.model.index(mode) != self._parts.light:
            name = label(self.model.modes[self._parts.light])
            raise ValueError(
                f"Argument `mode` must be the driven mode `{name}` in the polaron frame, but is "
                f"`{mode}`: use numeric.steady_state for the mirror."
            )


def _square(amplitude: sp.Expr) -> sp.Expr:
    """``|c|^2``, which SymPy would multiply out into a root of a long polynomial."""
    return sp.Abs(amplitude, evaluate=False) ** 2
