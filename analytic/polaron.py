"""Photons that push a mirror: closed forms in the polaron frame, to leading order in the drive.

    H = Delta a'a + U a'a'aa + omega b'b + g a'a (b + b') + xi (a' + a),
    losses kappa D[a], gamma D[b].

With n photons the mirror is an oscillator displaced by n eta, eta = g/omega; its states |m>_n have

    E_nm = n Delta + n (n - 1) U - n^2 g^2/omega + m omega,

and light lifts it between them with the Franck-Condon factors <k|D(eta)|m> of a displacement.  For
a weak drive the amplitudes follow one photon at a time,

    |psi_n> = -sqrt(n) xi sum_m |m>_n <m|D|psi_(n-1)>/(E_nm - i n kappa/2),
    G^(n) = n! <psi_n|psi_n>,

P. Rabl, Phys. Rev. Lett. 107, 063601 (2011), and A. Nunnenkamp, K. Borkje and S. M. Girvin, Phys.
Rev. Lett. 107, 063602 (2011).  A thermal mirror starts from each |m> with its thermal weight, from
where its energies then count.

The loss of the mirror is left out while photons are there: relative errors are of the order of
gamma/kappa, and of the drive squared.  It must still bring the mirror back between photons, gamma
above the rate of photons.  Sums go over so many phonons; what is beyond is told by `missing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from math import factorial

import numpy as np
import sympy as sp

from analytic.evaluation import number_at
from systems import Model
from systems.display import Shown
from systems.ladder import Mode, Word, express, is_two_level
from systems.status import Status
from systems.values import Values, check_positive

# Of the mirror's states that the sums leave out: a correlation divides two of their sums
MISSING = 1e-6


def polaron(model: Model, phonons: int = 8) -> Polaron:
    """Closed forms of one mode whose photons displace another one, with sums up to ``phonons``.

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
    return Polaron(model, int(phonons))


class Polaron(Shown):
    """Mean number and correlations of the driven mode as finite sums over phonons.

    The methods are those of `Derivation`; of the mirror itself there is nothing here.

    >>> from systems.library import optomechanics
    >>> polaron(optomechanics.MODEL, phonons=6)
    <polaron frame of the driven optomechanical cavity, 6 phonons>
    """

    def __init__(self, model: Model, phonons: int) -> None:
        self.model, self.phonons = model, phonons
        self._light, self._mirror = _roles(model)
        self._n_th = self._thermal()

    def _title(self) -> str:
        return f"polaron frame of the {self.model.name}, {self.phonons} phonons"

    def _facts(self) -> Mapping[str, str]:
        return {"drive": str(self.model.drive), "phonons": str(self.phonons)}

    def number(self, mode: Mode | str) -> sp.Expr:
        """Mean number ``<a'a>`` of the driven mode, of order ``drive**2``."""
        return self.moment(mode, 1)

    def moment(self, mode: Mode | str, order: int = 1) -> sp.Expr:
        """``G^(order)(0) = <a'^k a^k>`` of the driven mode, k = ``order``."""
        check_positive("order", order)
        self._check_light(mode)
        starts = range(1 if self._n_th == 0 else self.phonons + 1)
        return factorial(order) * sp.Add(*(self._weight(p) * self._norm(order, p) for p in starts))

    def correlation(self, mode: Mode | str, order: int = 2) -> sp.Expr:
        """``g^(order)(0)`` of the driven mode, independent of the drive."""
        return self.moment(mode, order) / self.moment(mode, 1) ** order

    def missing(self, order: int = 2) -> sp.Expr:
        """The weight of the mirror's states beyond the sums, pushed by so many photons.

        Of a Poissonian of mean ``(order eta)^2``, and of a thermal mirror's start.
        """
        mean = (order * self._coupling / self._frequency) ** 2
        kept = sp.Add(*(mean**m / factorial(m) for m in range(self.phonons + 1)))
        ratio = self._n_th / (1 + self._n_th)
        return 1 - sp.exp(-mean) * kept + ratio ** (self.phonons + 1)

    def evaluate(self, expression: sp.Expr, values: Values) -> np.ndarray:
        """A closed form at values: array of their broadcast shape, NaN where phonons are missing.

        Raises as `Derivation.evaluate`.
        """
        number = np.real(number_at(self.model, expression, values))
        return np.where(self.status(values) == Status.OK, number, np.nan)[()]

    def status(self, values: Values) -> np.ndarray:
        """Per point "ok", or "not converged" where `missing` says that more phonons matter."""
        lost = number_at(self.model, self.missing(), values)
        return np.where(np.real(lost) < MISSING, Status.OK, Status.NOT_CONVERGED)

    def _weight(self, phonon: int) -> sp.Expr:
        """The thermal weight of a state of the mirror without photons."""
        return self._n_th**phonon / (1 + self._n_th) ** (phonon + 1)

    def _norm(self, photons: int, start: int) -> sp.Expr:
        """``<psi_n|psi_n>``, a sum over the states of the mirror."""
        # SymPy would multiply |x + i y| out into a root of a long polynomial
        moduli = (sp.Abs(c, evaluate=False) ** 2 for c in self._state(photons, start) if c != 0)
        return sp.Add(*moduli)

    @cache  # noqa: B019  (lives as long as the frame that it belongs to)
    def _state(self, photons: int, start: int) -> tuple[sp.Expr, ...]:
        """The amplitudes of the states of the mirror with so many photons."""
        states = range(self.phonons + 1)
        if photons == 0:
            return tuple(sp.Integer(m == start) for m in states)
        below = self._state(photons - 1, start)
        return tuple(
            -sp.sqrt(photons) * self._drive / self._energy(photons, k - start)
            * sp.Add(*(franck_condon(k, m, self._eta) * c for m, c in enumerate(below)))
            for k in states
        )  # fmt: skip

    def _energy(self, photons: int, phonons: int) -> sp.Expr:
        """``E_nm - i n kappa/2``, with the phonons counted from those at the start."""
        n, shift = photons, self._coupling**2 / self._frequency
        pairs = n * (n - 1) * self._term(2, 2)
        return n * self._term(1, 1) + pairs - n**2 * shift + phonons * self._frequency

    @property
    def _eta(self) -> sp.Expr:
        return self._coupling / self._frequency

    @property
    def _drive(self) -> sp.Expr:
        return self._term(1, 0)

    def _term(self, up: int, down: int) -> sp.Expr:
        """The coefficient of ``a'^up a^down`` in H, with the loss of a in that of a'a."""
        word = _word(self.model, self._light, (up, down), (0, 0))
        damping = sp.Add(*(loss.rate * abs(c) ** 2 for loss, jump in self._jumps
                           for w, c in jump.items() if w == self._lowers(self._light)))  # fmt: skip
        found: sp.Expr = self.model.ladder.get(word, sp.S.Zero)
        return found - sp.I * damping / 2 if (up, down) == (1, 1) else found

    @property
    def _frequency(self) -> sp.Expr:
        return self.model.ladder[_word(self.model, self._light, (0, 0), (1, 1))]

    @property
    def _coupling(self) -> sp.Expr:
        return self.model.ladder[_word(self.model, self._light, (1, 1), (0, 1))]

    @property
    def _jumps(self) -> list[tuple[sp.Expr, dict[Word, sp.Expr]]]:
        return list(zip(self.model.losses, self.model.jumps, strict=True))

    def _lowers(self, mode: int) -> Word:
        none = (0,) * len(self.model.modes)
        return none, tuple(int(i == mode) for i in range(len(none)))

    def _thermal(self) -> sp.Expr:
        """The mirror's thermal number: what its bath gives over what it takes on balance."""
        none, one = self._lowers(self._mirror)
        rates = {
            word: sp.Add(*(loss.rate * abs(jump[word]) ** 2 for loss, jump in self._jumps
                           if word in jump))
            for word in [(none, one), (one, none)]
        }  # fmt: skip
        down, up = rates.values()
        return sp.cancel(up / (down - up)) if up != 0 else sp.S.Zero

    def _check_light(self, mode: Mode | str) -> None:
        if self.model.index(mode) != self._light:
            name = self.model.modes[self._light].name
            raise ValueError(
                f"Argument `mode` must be the driven mode `{name}` in the polaron frame, but is "
                f"`{mode}`: use numeric.steady_state for the mirror."
            )


def franck_condon(k: int, m: int, eta: sp.Expr) -> sp.Expr:
    """``<k|D|m>`` of a displacement by ``eta``: real, up to a sign that moduli do not see.

    >>> x = sp.Symbol("x", positive=True)
    >>> franck_condon(1, 0, x)
    x*exp(-x**2/2)
    """
    low, high, sign = (m, k, 1) if k >= m else (k, m, -1)
    root = sp.sqrt(sp.Rational(factorial(low), factorial(high)))
    laguerre = sp.assoc_laguerre(low, high - low, eta**2)
    return (sign * eta) ** (high - low) * root * laguerre * sp.exp(-(eta**2) / 2)


def _word(model: Model, light: int, a: tuple[int, int], b: tuple[int, int]) -> Word:
    """The word a'^p a^q b'^r b^s from (p, q) and (r, s), in the order of the modes."""
    pairs = (a, b) if light == 0 else (b, a)
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _roles(model: Model) -> tuple[int, int]:
    """Which mode is driven, and which one its photons push; `ValueError` for other models."""
    alone = [i for i, m in enumerate(model.modes) if not is_two_level(m)]
    if len(model.modes) != 2 or len(alone) != 2:
        _refuse("must have two bosonic modes")
    for light in (0, 1):
        known = {(p, q): _word(model, light, p, q) for p, q in TERMS}
        needed = [known[key] for key in NEEDED]
        if all(word in model.ladder for word in needed):
            others = [word for word in model.ladder if word not in known.values()]
            ones = [(w, sum(map(sum, w))) for jump in model.jumps for w in jump]
            wrong = [w for w, size in ones if size != 1 or w[0][light]]
            if others or wrong:
                _refuse(f"holds `{express([*others, *wrong][0], model.modes)}`")
            return light, 1 - light
    _refuse("lacks a drive, a frequency of the mirror or a coupling a'a (b + b')")
    raise AssertionError


# of a and b, each as powers of the creation and of the lowering operator: the drive, the mirror's
# frequency and the coupling, which must be there, and with them the terms that may be
NEEDED = [((1, 0), (0, 0)), ((0, 0), (1, 1)), ((1, 1), (0, 1))]
TERMS = [*NEEDED, ((0, 1), (0, 0)), ((1, 1), (1, 0)), ((1, 1), (0, 0)), ((2, 2), (0, 0))]


def _refuse(what: str) -> None:
    raise ValueError(
        "Argument `model` must be Delta a'a + U a'a'aa + omega b'b + g a'a (b + b') + xi (a' + a) "
        f"with losses of a and b, but it {what}: use numeric.steady_state."
    )
