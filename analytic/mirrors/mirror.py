"""What the polaron frame reads off a model: which mode is driven, which one its photons push.

    H = Delta a'a + U a'a'aa + omega b'b + g a'a (b + b') + xi (a' + a),
    losses kappa D[a], gamma (n_th + 1) D[b], gamma n_th D[b'].

With n photons the mirror is an oscillator displaced by n eta, eta = g/omega, with the energies
`Mirror.energy`: P. Rabl, Phys. Rev. Lett. 107, 063601 (2011), Eq. (3).
"""

from __future__ import annotations

from functools import cached_property

import sympy as sp

from systems import Model
from systems.ladder import Word, express, is_two_level

# of a and b, each as powers of the creation and of the lowering operator: the drive, the mirror's
# frequency and the coupling, which must be there, and with them the terms that may be
NEEDED = [((1, 0), (0, 0)), ((0, 0), (1, 1)), ((1, 1), (0, 1))]
TERMS = [*NEEDED, ((0, 1), (0, 0)), ((1, 1), (1, 0)), ((1, 1), (0, 0)), ((2, 2), (0, 0))]


class Mirror:
    """The parts of a model whose photons push a mirror, as SymPy expressions in its symbols.

    ``light`` and ``mirror`` are the positions of the two modes.  Raises `ValueError` for a model
    with other terms than those at the head of this file.

    >>> from systems.library import optomechanics
    >>> pushed = Mirror(optomechanics.MODEL)
    >>> pushed.eta, pushed.light, pushed.n_th
    (g/omega, 0, 0)
    """

    def __init__(self, model: Model) -> None:
        self.model = model
        self.light, self.mirror = _roles(model)

    def energy(self, photons: sp.Expr, phonons: sp.Expr) -> sp.Expr:
        """``E_nm - i n kappa/2`` of n photons and m phonons, numbers or symbols.

        ``E_nm = n Delta + n (n - 1) U - n^2 g^2/omega + m omega``.

        >>> from systems.library import optomechanics
        >>> Mirror(optomechanics.MODEL).energy(1, 0)
        Delta - g**2/omega - I*kappa/2
        """
        n, shift = photons, self.coupling**2 / self.frequency
        pairs = n * (n - 1) * self._term((2, 2), (0, 0))
        one = self._term((1, 1), (0, 0)) - sp.I * self._rate(self._lowers(self.light)) / 2
        return n * one + pairs - n**2 * shift + phonons * self.frequency

    @cached_property
    def eta(self) -> sp.Expr:
        """By how much one photon displaces the mirror, in its zero-point amplitude."""
        return self.coupling / self.frequency

    @cached_property
    def drive(self) -> sp.Expr:
        """The coefficient of a'."""
        return self._term((1, 0), (0, 0))

    @cached_property
    def frequency(self) -> sp.Expr:
        """The coefficient of b'b."""
        return self._term((0, 0), (1, 1))

    @cached_property
    def coupling(self) -> sp.Expr:
        """The coefficient of a'a b; its phase, if it has one, is that of b, which nobody sees."""
        found = self._term((1, 1), (0, 1))
        return found if found.is_real else sp.Abs(found)

    @cached_property
    def n_th(self) -> sp.Expr:
        """The mirror's thermal number: what its bath gives over what it takes on balance."""
        none, one = self._lowers(self.mirror)
        down, up = self._rate((none, one)), self._rate((one, none))
        return sp.cancel(up / (down - up)) if up != 0 else sp.S.Zero

    def _term(self, a: tuple[int, int], b: tuple[int, int]) -> sp.Expr:
        found: sp.Expr = self.model.ladder.get(_word(self.light, a, b), sp.S.Zero)
        return found

    def _rate(self, word: Word) -> sp.Expr:
        """The rate of all jumps that are this one operator."""
        pairs = zip(self.model.losses, self.model.jumps, strict=True)
        return sp.Add(*(loss.rate * abs(jump[word]) ** 2 for loss, jump in pairs if word in jump))

    def _lowers(self, mode: int) -> Word:
        none = (0,) * len(self.model.modes)
        return none, tuple(int(i == mode) for i in range(len(none)))


def _word(light: int, a: tuple[int, int], b: tuple[int, int]) -> Word:
    """The word a'^p a^q b'^r b^s from (p, q) and (r, s), in the order of the modes."""
    pairs = (a, b) if light == 0 else (b, a)
    return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)


def _roles(model: Model) -> tuple[int, int]:
    """Which mode is driven, and which one its photons push; `ValueError` for other models."""
    bosons = [mode for mode in model.modes if not is_two_level(mode)]
    if len(model.modes) != 2 or len(bosons) != 2:
        _refuse("must have two bosonic modes")
    for light in (0, 1):
        known = {(p, q): _word(light, p, q) for p, q in TERMS}
        if all(known[key] in model.ladder for key in NEEDED):
            others = [word for word in model.ladder if word not in known.values()]
            ones = [(w, sum(map(sum, w))) for jump in model.jumps for w in jump]
            wrong = [w for w, size in ones if size != 1 or w[0][light]]
            if others or wrong:
                _refuse(f"holds `{express([*others, *wrong][0], model.modes)}`")
            if any(len(jump) > 1 for jump in model.jumps):
                _refuse("has a loss of both at once")
            return light, 1 - light
    _refuse("lacks a drive, a frequency of the mirror or a coupling a'a (b + b')")
    raise AssertionError


def _refuse(what: str) -> None:
    raise ValueError(
        "Argument `model` must be Delta a'a + U a'a'aa + omega b'b + g a'a (b + b') + xi (a' + a) "
        f"with losses of a and b, but it {what}: use numeric.steady_state."
    )
