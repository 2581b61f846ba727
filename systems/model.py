"""A driven dissipative system: one symbolic Hamiltonian, its losses, its small parameter.

The master equation that both roads solve is

    d rho/dt = -i [H, rho] + sum_k rate_k D[L_k] rho,   D[L] rho = L rho L' - (L'L rho + rho L'L)/2,

with hbar = 1, so that energies are rates, in any one unit: rad/s, or the loss of a mode.  H is
written in the frame that rotates with the laser, where it does not depend on time.

>>> import sympy as sp
>>> from sympy.physics.quantum import Dagger
>>> from sympy.physics.quantum.boson import BosonOp
>>> Delta = sp.Symbol("Delta", real=True)
>>> kappa, F = sp.symbols("kappa F", positive=True)
>>> a = BosonOp("a")
>>> H = Delta * Dagger(a) * a + F * (Dagger(a) + a)
>>> cavity = Model("empty cavity", H, losses=(Loss(kappa, a),), drive=F)
>>> cavity.parameters
(Delta, F, kappa)
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property

import sympy as sp
from sympy.physics.quantum import Dagger, Operator

from systems.consistency import (
    check_hermitian,
    check_modes,
    check_symbols,
    check_types,
    check_weights,
)
from systems.display import Shown
from systems.expressions import shown
from systems.grading import Grading, find_grading, given_grading
from systems.ladder import (
    Ladder,
    Mode,
    Word,
    find_modes,
    is_two_level,
    label,
    normal_order,
)
from systems.loss import Loss


@dataclass(frozen=True, repr=False)
class Model(Shown):
    """A system in the frame rotating with its drive, with hbar = 1.

    ``hamiltonian`` is any polynomial in `BosonOp`, `SigmaMinus`, transitions of an `Atom` and their
    adjoints with symbols as coefficients, or 0 where losses alone act; ``losses`` add
    ``rate * D[operator]``; ``drive`` is the symbol in which closed forms are expanded; a model
    whose light comes from a bath alone has none.
    ``orders`` names further small symbols with their order in the drive, e.g. ``{G: 2}`` for a
    two-photon drive ``G`` of the size of ``drive**2``, or ``{n_th: 2}`` for a weak thermal bath.
    ``weights`` says how many quanta an excitation of each mode counts, by label, e.g.
    ``{"a": 1, "b": 2}``; without it they are found.  ``collective`` is the label of a bosonic mode
    that stands for many emitters, right in its amplitudes of up to two quanta: numbers of the
    master equation that what lies beyond may change are then "not converged".

    Raises `TypeError` or `ValueError` if the Hamiltonian is not Hermitian, the drive does
    not occur in it, a rate is negative, an operator is no ladder operator, or a symbol has the
    name of a mode.

    >>> from systems import kerr
    >>> model = Model("Kerr", kerr.MODEL.hamiltonian, kerr.MODEL.losses, drive=kerr.xi)
    >>> model.modes, model.parameters
    ((a,), (Delta, chi, gamma, xi))
    """

    name: str
    hamiltonian: sp.Expr
    losses: tuple[Loss, ...]
    drive: sp.Symbol | None = None
    orders: Mapping[sp.Symbol, int] = field(default_factory=dict, hash=False)
    weights: Mapping[str, int] | None = field(default=None, hash=False)
    collective: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.losses, Loss):
            raise TypeError("Argument `losses` must be a tuple of Loss objects, but is one Loss.")
        if isinstance(self.losses, str | Mapping) or not isinstance(self.losses, Iterable):
            raise TypeError(
                f"Argument `losses` must be a tuple of Loss objects, but is {shown(self.losses)}."
            )
        object.__setattr__(self, "losses", tuple(self.losses))
        if self.losses and type(self.hamiltonian) in (int, float) and self.hamiltonian == 0:
            object.__setattr__(self, "hamiltonian", sp.S.Zero)
        arguments = self.losses, self.drive, self.orders, self.weights
        check_types(self.name, self.hamiltonian, *arguments)
        check_modes(self.hamiltonian, self.losses)
        check_symbols(self.parameters, self.modes, self.drive, self.ladder)
        for coefficient in self.ladder.values():
            self.by_order(coefficient)  # raises unless it is a polynomial in the drive
        check_hermitian(self.ladder, self.modes)
        check_weights(self.weights, self.modes)
        if self.collective is not None and self.collective not in map(label, self.modes):
            raise ValueError(
                f"Argument `collective` must be the label of a mode, but is {self.collective!r}."
            )

    def _title(self) -> str:
        modes = ", ".join(label(mode) for mode in self.modes)
        return f'model "{self.name}": modes {modes}; drive {self.drive or "none"}'

    def _facts(self) -> Mapping[str, str]:
        losses = " + ".join(
            rf"{sp.latex(x.rate)}\,\mathcal{{D}}[{sp.latex(x.operator)}]" for x in self.losses
        )
        return {
            "H": f"${sp.latex(self.hamiltonian)}$",
            "losses": f"${losses}$" if losses else "none",
            "drive": f"${sp.latex(self.drive)}$" if self.drive else "none",
            "parameters": ", ".join(map(str, self.parameters)),
        }

    @cached_property
    def modes(self) -> tuple[Mode, ...]:
        """Lowering operators, sorted by label (a1, a2, a10); occupations are written in this order.

        >>> from systems import jaynes_cummings
        >>> jaynes_cummings.MODEL.modes
        (a, SigmaMinus())
        """
        return find_modes([self.hamiltonian, *(loss.operator for loss in self.losses)])

    @cached_property
    def parameters(self) -> tuple[sp.Symbol, ...]:
        """Symbols of the Hamiltonian and the losses, sorted by name: what needs a value.

        >>> from systems import kerr_dimer
        >>> kerr_dimer.MODEL.parameters
        (Delta, F, J, U, gamma)
        """
        coefficients = [*self.ladder.values(), *(loss.rate for loss in self.losses)]
        for jump in self.jumps:
            coefficients += jump.values()
        symbols = set().union(*(c.free_symbols for c in coefficients))
        return tuple(sorted(symbols, key=str))

    @cached_property
    def ladder(self) -> Ladder:
        """The Hamiltonian in normal order: a dict from words to coefficients, see `systems.ladder`.

        >>> from systems import kerr
        >>> kerr.MODEL.ladder[(2,), (2,)]  # of a'a'aa
        chi
        """
        return normal_order(self.hamiltonian, self.modes)

    @cached_property
    def jumps(self) -> tuple[Ladder, ...]:
        """The operator of each loss in normal order, without its rate.

        >>> from systems import kerr
        >>> kerr.MODEL.jumps
        ({((0,), (1,)): 1},)
        """
        return tuple(normal_order(loss.operator, self.modes) for loss in self.losses)

    @cached_property
    def effective_hamiltonian(self) -> sp.Expr:
        """``H_eff = H - (i/2) sum_k rate_k L_k' L_k``: evolution between two quantum jumps.

        It is not Hermitian; what it takes from the norm of the state is the probability of a jump.

        >>> from systems import kerr
        >>> (kerr.MODEL.effective_hamiltonian - kerr.MODEL.hamiltonian).expand()
        -I*gamma*Dagger(a)*a/2
        """
        damping = [loss.rate * Dagger(loss.operator) * loss.operator for loss in self.losses]
        return self.hamiltonian - sp.I / 2 * sp.Add(*damping)

    @cached_property
    def effective_ladder(self) -> Ladder:
        """The effective Hamiltonian in normal order.

        >>> from systems import kerr
        >>> kerr.MODEL.effective_ladder[(1,), (1,)]  # of a'a
        Delta - I*gamma/2
        """
        ladder = normal_order(self.effective_hamiltonian, self.modes)
        return {word: _over_one_denominator(coefficient) for word, coefficient in ladder.items()}

    @cached_property
    def leading_ladder(self) -> Ladder:
        """The effective Hamiltonian to leading order in the drive, in normal order.

        A word stays with that part of its coefficient whose order in the drive is the number of
        orders that the word raises: of order 0 where the quanta are conserved, of order k where
        the word adds as many quanta as k powers of the drive bring.  All else moves amplitudes at
        higher order only.  A constant is left out: it is the energy of the vacuum, from which all
        others count.

        Raises `NoGrading` where the Hamiltonian has no grading.

        >>> from systems import parametric_kerr
        >>> len(parametric_kerr.MODEL.effective_ladder), len(parametric_kerr.MODEL.leading_ladder)
        (6, 4)
        """
        unit = self.grading.unit
        return {
            word: part
            for word, coefficient in self.effective_ladder.items()
            for order, part in self.by_order(coefficient).items()
            if any(map(any, word)) and self.grading.raises(word) == order * unit
        }

    def not_lowering(self, paid: bool = False) -> tuple[Loss, Word] | None:
        """The first loss with a term that does not lower the number of quanta, and that term.

        None if all jumps lower it: only then is the state between two jumps pure at leading
        order.  Dephasing keeps the number, thermal light raises it.  With ``paid``, the orders of
        the drive in a coefficient count against what its term raises, so that ``a + drive``
        lowers although its number does not.  The orders of the rate count half: a jump acts on both
        sides of the density matrix, and each side has one root of the rate.

        >>> from systems import kerr
        >>> kerr.MODEL.not_lowering() is None
        True
        """
        grading = self.grading
        for loss, jump in zip(self.losses, self.jumps, strict=True):
            for word, coefficient in jump.items():
                spare = self._paid(loss, coefficient) if paid else 0
                if grading.raises(word) >= spare:
                    return loss, word
        return None

    def not_quadratic(self) -> Mode | Word | None:
        """The first term beyond two ladder operators in H, or one in a loss, else the first atom.

        None if there is neither: the light is then Gaussian, whatever its bath.

        >>> from systems import kerr
        >>> kerr.MODEL.not_quadratic()  # a'a'aa
        ((2,), (2,))
        """
        parts = [(w, 2) for w in self.ladder] + [(w, 1) for jump in self.jumps for w in jump]
        found = next((word for word, most in parts if sum(map(sum, word)) > most), None)
        return found or next(filter(is_two_level, self.modes), None)

    def _paid(self, loss: Loss, coefficient: sp.Expr) -> float:
        """Quanta that the small symbols in a jump and, half to each side, in its rate pay for."""
        return self._orders(loss, coefficient) * self.grading.unit

    def _orders(self, loss: Loss, coefficient: sp.Expr) -> float:
        """The order in the drive of a jump's coefficient and, half to each side, of its rate."""
        return min(self.by_order(coefficient)) + min(self.by_order(loss.rate)) / 2

    def jump_orders(self) -> dict[Word, float]:
        """The words of all jumps, each with the lowest of its orders in the drive.

        What is no polynomial in the drive has none, which the numeric road does not mind.

        >>> from systems import kerr
        >>> kerr.MODEL.jump_orders()  # a, at any drive
        {((0,), (1,)): 0.0}
        """
        lowest: dict[Word, float] = {}
        for loss, jump in zip(self.losses, self.jumps, strict=True):
            for word, coefficient in jump.items():
                order = 0.0
                with suppress(ValueError):
                    order = self._orders(loss, coefficient)
                lowest[word] = min(order, lowest.get(word, order))
        return lowest

    @cached_property
    def grading(self) -> Grading:
        """Quanta per mode and order of the drive; raises `NoGrading` where there are none.

        Weights that were given to the model are checked and used, others are found.

        >>> from systems import second_harmonic
        >>> second_harmonic.MODEL.grading  # a quantum of b counts as two
        Grading(weights=(1, 2), unit=1)
        """
        return self._graded(self.lowest_orders())

    @cached_property
    def driven_grading(self) -> Grading:
        """The same, each word that fills the vacuum being a drive, whether it is named or not.

        The numeric road expands in no symbol: states are ordered by what makes them, with a
        number in its place as well.  Raises `NoGrading` where another word leaves no choice.

        >>> from dataclasses import replace
        >>> from systems import second_harmonic
        >>> replace(second_harmonic.MODEL, drive=None).driven_grading
        Grading(weights=(1, 2), unit=1)
        """
        return self._graded(self.driven_orders())

    def _graded(self, orders: Mapping[Word, int]) -> Grading:
        if self.weights is None:
            return find_grading(orders, self.modes, self.jump_orders())
        return given_grading(orders, self.modes, [self.weights[label(m)] for m in self.modes])

    def driven_orders(self) -> dict[Word, int]:
        """The orders of `driven_grading`: at least one for what fills or empties the vacuum.

        A pair of two modes is no drive where these hop as well: it counter-rotates, as strongly.

        >>> from dataclasses import replace
        >>> from systems import kerr
        >>> replace(kerr.MODEL, drive=None).driven_orders()[(1,), (0,)]  # a', times some symbol
        1
        """
        lowest = self.lowest_orders()
        hops = {_factors(word) for word in lowest if all(map(any, word))}
        return {w: max(order, int(_drives(w, hops))) for w, order in lowest.items()}

    def lowest_orders(self) -> dict[Word, int]:
        """The lowest order in the drive of the coefficient of every word of the Hamiltonian.

        >>> from systems import kerr
        >>> kerr.MODEL.lowest_orders()[(1,), (0,)]  # a', times the drive
        1
        """
        return {word: min(self.by_order(c)) for word, c in self.ladder.items()}

    def by_order(self, coefficient: sp.Expr) -> dict[int, sp.Expr]:
        """A coefficient split by its order in the drive (and in the symbols of ``orders``).

        Raises `ValueError` unless it is a polynomial in the drive.

        >>> from systems import parametric_kerr
        >>> from systems.parametric_kerr import G, chi, xi
        >>> parametric_kerr.MODEL.by_order(chi + 3 * xi + G)  # G counts as xi^2
        {2: G, 1: 3*xi, 0: chi}
        """
        t = sp.Dummy("t", positive=True)
        scaled = coefficient.subs({s: t**k * s for s, k in self.small.items()}, simultaneous=True)
        scaled = sp.expand(scaled)
        if not scaled.is_polynomial(t):
            small = sorted(map(str, coefficient.free_symbols & self.small.keys()))
            kind = "the drive" if small == [str(self.drive)] else "what is small, that is in"
            raise ValueError(
                f"Coefficient `{coefficient}` must be a polynomial in {kind} "
                f"`{'`, `'.join(small)}`: write it as a power series, as far as it is wanted."
            )
        return {k: c for (k,), c in sp.Poly(scaled, t).terms()}

    @property
    def small(self) -> dict[sp.Symbol, int]:
        """The symbols that closed forms are expanded in, each with its order in the drive.

        >>> from systems import parametric_kerr
        >>> parametric_kerr.MODEL.small
        {xi: 1, G: 2}
        """
        return {**({} if self.drive is None else {self.drive: 1}), **self.orders}

    def index(self, mode: Mode | str) -> int:
        """Position of a mode, named by its operator or by its label, in ``modes``.

        Raises `ValueError`, which lists the modes, for another one.

        >>> from systems import kerr_dimer
        >>> kerr_dimer.MODEL.index("b"), kerr_dimer.MODEL.index(kerr_dimer.b)
        (1, 1)
        """
        name = mode if isinstance(mode, str) else label(mode) if hasattr(mode, "name") else mode
        labels = [label(other) for other in self.modes]
        if name not in labels:
            raise ValueError(
                f"Argument `mode` must be one of {', '.join(labels)}, but is `{mode}`"
                f"{_what_else(mode, labels)}."
            )
        return labels.index(name)

    def occupation(self, mode: Mode | str, quanta: int = 1) -> tuple[int, ...]:
        """Occupation with all quanta in one mode, a tuple in the order of ``modes``.

        >>> from systems import kerr_dimer
        >>> kerr_dimer.MODEL.occupation("b", 2)
        (0, 2)
        """
        position = self.index(mode)
        return tuple(quanta * (i == position) for i in range(len(self.modes)))


def _drives(word: Word, hops: set[tuple[int, ...]]) -> bool:
    """Whether the word fills the vacuum or empties into it, and turns with no hop of its modes."""
    factors = _factors(word)
    alone = sum(map(bool, factors)) == 1
    return not all(map(any, word)) and (alone or factors not in hops)


def _factors(word: Word) -> tuple[int, ...]:
    """How many ladder operators of each mode a word has."""
    return tuple(up + down for up, down in zip(*word, strict=True))


def _what_else(mode: object, labels: list[str]) -> str:
    """Where to ask for what is no mode but a field, or an atom as a whole."""
    if isinstance(mode, sp.Expr) and mode.atoms(Operator) and not isinstance(mode, Operator):
        return "; numbers of a field are in numeric.fields and analytic.fields"
    if any(name.startswith(f"{mode}_") for name in labels):
        return f"; of `{mode}` as a whole numeric states have the mean of any operator (expect)"
    return ""


def _over_one_denominator(coefficient: sp.Expr) -> sp.Expr:
    """A sum of quotients as one, where that is shorter: losses of one kind often add up."""
    if not sp.denom(sp.together(coefficient)).free_symbols:
        return coefficient
    whole = sp.cancel(coefficient)
    return whole if sp.count_ops(whole) < sp.count_ops(coefficient) else coefficient
