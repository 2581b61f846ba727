"""The conventions in which papers differ, as substitutions in a printed formula.

A rate may be that at which an amplitude decays (half the rate of the energy); ``chi`` may be
``U/2``; a detuning may be counted from the laser; a coupling or a drive may have another sign,
phase or a factor of two; time may run as exp(+i omega t), which conjugates everything.  Which
letter is a rate, a detuning or a coupling is read from the model's Hamiltonian and losses.
"""

from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from itertools import combinations, product
from typing import Any

import sympy as sp

from systems import Model

HALF = sp.Rational(1, 2)


@dataclass(frozen=True)
class Convention:
    """One way to read a paper: its letters are multiples of the model's, or their conjugates.

    ``sentence`` says what the paper would have to mean; ``multiples`` what each of its letters is
    in units of the model's letter; ``conjugates`` which letters are conjugates of the model's; and
    ``conjugated`` whether i stands for -i everywhere.

    >>> gamma = sp.Symbol("gamma", positive=True)
    >>> Convention("an amplitude's rate", {gamma: HALF}).conjugated
    False
    """

    sentence: str
    multiples: Mapping[sp.Symbol, sp.Rational] = field(default_factory=dict)
    conjugates: tuple[sp.Symbol, ...] = ()
    conjugated: bool = False


@dataclass(frozen=True)
class Choice:
    """Conventions that are taken together, at most one of each kind.

    >>> gamma = sp.Symbol("gamma", positive=True)
    >>> halved = Convention("the paper's gamma is gamma/2 of the model", {gamma: HALF})
    >>> Choice((halved,)).apply(1 / gamma)
    2/gamma
    """

    conventions: tuple[Convention, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """What the paper would have to mean.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.sentences
        ("an amplitude's rate",)
        """
        return tuple(c.sentence for c in self.conventions)

    @property
    def multiples(self) -> dict[sp.Symbol, sp.Rational]:
        """What each letter of the paper is, in units of the model's.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.multiples
        {gamma: 1/2}
        """
        return {s: m for c in self.conventions for s, m in c.multiples.items()}

    @property
    def conjugates(self) -> set[sp.Symbol]:
        """The letters of the paper that are the conjugates of the model's.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.conjugates
        set()
        """
        return {s for c in self.conventions for s in c.conjugates}

    @property
    def conjugated(self) -> bool:
        """Whether the paper's i is the model's -i.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.conjugated
        False
        """
        return any(c.conjugated for c in self.conventions)

    def apply(self, form: sp.Expr) -> sp.Expr:
        """The printed form in the model's symbols: each letter replaced by what it means.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.apply(gamma**2)
        gamma**2/4
        """
        read = form.xreplace({s: sp.conjugate(s) for s in self.conjugates})
        read = read.xreplace({s: m * s for s, m in self.multiples.items()})
        return sp.conjugate(read) if self.conjugated else read

    def read(self, symbols: Iterable[sp.Symbol], values: Iterable[Any]) -> list[Any]:
        """Values of the paper's letters, from those of the model's symbols, in the same order.

        The same substitution as `apply`, made in the numbers: a formula need not be rebuilt for
        each of the hundreds of choices that are tried.

        >>> gamma = sp.Symbol("gamma", positive=True)
        >>> halved = Choice((Convention("an amplitude's rate", {gamma: HALF}),))
        >>> halved.read([gamma], [3.0])
        [1.5]
        """
        paired = zip(symbols, values, strict=True)
        return [self._value(symbol, value) for symbol, value in paired]

    def _value(self, symbol: sp.Symbol, value: Any) -> Any:
        """One letter in the paper's convention; the factors are powers of two, and so exact."""
        factor = float(self.multiples.get(symbol, 1))  # powers of two: exact
        return factor * (value.conjugate() if symbol in self.conjugates else value)


def choices(
    model: Model, used: Set[sp.Basic], fixed: Set[sp.Basic] = frozenset()
) -> Iterator[Choice]:
    """All combinations of conventions that make a difference, those with fewest first.

    A convention changes the meaning of letters that are ``used``, and of none that the reader has
    ``fixed`` to a value: that value may be meant in the model's convention or in the paper's.

    >>> from systems import kerr
    >>> gamma = next(s for s in kerr.MODEL.parameters if str(s) == "gamma")
    >>> for choice in choices(kerr.MODEL, {gamma}):
    ...     if not any(c.conjugated for c in choice.conventions):
    ...         print(choice.sentences)
    ()
    ("the paper's gamma is gamma/2 of the model (rate of decay of the amplitude)",)
    ("the paper's gamma is 2*gamma of the model (twice the rate)",)
    """
    kinds = [[c for c in kind if _applies(c, used, fixed)] for kind in _kinds(model)]
    kinds = [kind for kind in kinds if kind]
    for count in range(len(kinds) + 1):
        for chosen in combinations(kinds, count):
            yield from map(Choice, product(*chosen))


def other_nonlinearity(model: Model, choice: Choice) -> Choice | None:
    """The choice with the nonlinearities turned in place of the detunings; None without both.

    Turning all detunings has the same effect on a squared modulus as turning all nonlinearities:
    both together turn the sign of the energies, which a squared modulus does not show.  Only the
    first is a convention: whether photons attract is physics.

    >>> from systems import kerr
    >>> turned = Convention("laser minus resonance", {kerr.Delta: sp.S.NegativeOne})
    >>> other_nonlinearity(kerr.MODEL, Choice((turned,))).multiples
    {chi: -1}
    """
    roles = _roles(model)
    turned = _signs("", roles["detuning"])
    others = _signs("", roles["nonlinearity"])
    kept = [c for c in choice.conventions if c.multiples != turned[0].multiples] if turned else []
    if not others or len(kept) == len(choice.conventions) or not turned:
        return None
    return Choice((*kept, *others))


def _applies(convention: Convention, used: Set[sp.Basic], fixed: Set[sp.Basic]) -> bool:
    """Whether a convention changes the form, and nothing that the reader has fixed."""
    turned = {*convention.multiples, *convention.conjugates}
    return convention.conjugated or bool(turned & used and not turned & fixed)


def _kinds(model: Model) -> list[list[Convention]]:
    """The conventions, in groups of those that exclude one another."""
    roles = _roles(model)
    return [
        _scales("rate of decay of the amplitude", "twice the rate", roles["rate"]),
        _scales("half the model's", "twice the model's", roles["nonlinearity"]),
        _signs("laser minus resonance", roles["detuning"]),
        [*_signs("sign of the coupling", roles["coupling"]),
         *_scales("half the model's", "twice the model's", roles["coupling"])],
        [*_signs("sign of the drive", roles["drive"]),
         *_scales("half the model's", "twice the model's", roles["drive"])],
        _conjugates("phase reference of the coupling", roles["coupling"]),
        _conjugates("phase reference of the drive", roles["drive"]),
        [Convention("time dependence exp(+i omega t): i stands for -i", conjugated=True)],
    ]  # fmt: skip


def _scales(halved: str, doubled: str, symbols: list[sp.Symbol]) -> list[Convention]:
    """Letters that are half, or twice, those of the model: all of one role together."""
    return [*_multiples(HALF, halved, symbols), *_multiples(sp.Integer(2), doubled, symbols)]


def _signs(word: str, symbols: list[sp.Symbol]) -> list[Convention]:
    """Letters of the opposite sign, all of one role together."""
    return _multiples(sp.S.NegativeOne, word, symbols)


def _conjugates(word: str, symbols: list[sp.Symbol]) -> list[Convention]:
    """Letters that are the conjugates of the model's, where any of the role is complex."""
    turned = tuple(s for s in symbols if not s.is_real)
    listed = ", ".join(f"the paper's {s} is conj({s}) of the model" for s in turned)
    return [Convention(f"{listed} ({word})", conjugates=turned)] if turned else []


def _multiples(factor: sp.Rational, word: str, symbols: list[sp.Symbol]) -> list[Convention]:
    """Letters that are one multiple of the model's, with the sentence that lists them."""
    listed = ", ".join(f"the paper's {s} is {factor * s} of the model" for s in symbols)
    return [Convention(f"{listed} ({word})", dict.fromkeys(symbols, factor))] if symbols else []


def _roles(model: Model) -> dict[str, list[sp.Symbol]]:
    """The symbols that are rates, detunings, nonlinearities, couplings, drives."""
    roles: dict[str, set[sp.Symbol]] = {
        "rate": {s for loss in model.losses for s in loss.rate.free_symbols},
        "drive": {model.drive} - {None},
        "detuning": set(),
        "nonlinearity": set(),
        "coupling": set(),
    }
    for (p, q), coefficient in model.ladder.items():
        kind = "coupling" if p != q else "detuning" if sum(p) == 1 else "nonlinearity"
        roles[kind] |= coefficient.free_symbols
    # a letter that does several things is named for the first of them
    taken: set[sp.Symbol] = set()
    for kind, symbols in roles.items():
        roles[kind] = symbols - taken
        taken |= symbols
    return {kind: sorted(symbols, key=str) for kind, symbols in roles.items()}
