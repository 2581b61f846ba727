"""Normally ordered moments: their equations of motion, jumps included, and what is made of them.

A word ``X = a'^p a^q`` obeys the adjoint of the Lindblad equation,

    d<X>/dt = i <[H, X]> + sum_k rate_k <L_k' X L_k - (L_k' L_k X + X L_k' L_k)/2>,

and the right-hand side is again a sum of words.  The undriven system keeps the grades of p and
q or raises both (the hierarchy of moments); a drive of order k lowers one of them by k units.
Hence ``<X>`` vanishes with the drive at least as ``drive**(grade/unit)``, the grade being that of
p plus that of q, and its series in the drive needs finitely many words.

Mean numbers are moments, and probabilities are combinations of them:

    P_n = sum_m (-1)^m/(n! m!) <a'^(n+m) a^(n+m)>      (mode by mode; finite at each order)

follows from expanding ``|0><0| = :exp(-a'a):``; a two-level system ends the sum at n + m = 1.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from itertools import product
from math import factorial, prod
from typing import NamedTuple

import sympy as sp

from systems import Model
from systems.ladder import Mode, Occupation, Word, adjoint, fits, is_two_level, multiply, show

Sandwich = tuple[Word, Word]  # (A, B) stands for X -> A X B
Combination = Mapping[Word, sp.Rational]


class MomentTerm(NamedTuple):
    """``factor * coefficients[coefficient] * <word>``, ``order`` that of the coefficient.

    >>> from systems import kerr
    >>> moments = Moments(kerr.MODEL)
    >>> all(isinstance(term, MomentTerm) for term in moments.equation(((0,), (1,))))
    True
    """

    coefficient: int
    order: int
    factor: int
    word: Word


class Moments:
    """Right-hand sides of ``-i d<X>/dt``, word by word.

    ``coefficients`` are the parameters that occur: of H as they are, of a loss ``-i rate/2``.
    Raises `ValueError` for losses around which there is no series: see `check_losses`.

    >>> from systems import kerr
    >>> moments = Moments(kerr.MODEL)
    >>> moments.factorises, moments.grade(((1,), (1,)))
    (True, 2)
    """

    def __init__(self, model: Model) -> None:
        check_losses(model)
        self.model = model
        self._equations: dict[Word, tuple[MomentTerm, ...]] = {}
        self._grades: dict[Word, int] = {}

    @staticmethod
    @lru_cache(maxsize=32)
    def of(model: Model) -> "Moments":
        """Those of a model, whose equations are found once for all expansions of it.

        >>> from systems import kerr
        >>> Moments.of(kerr.MODEL) is Moments.of(kerr.MODEL)
        True
        """
        return Moments(model)

    @property
    def coefficients(self) -> tuple[sp.Expr, ...]:
        """The distinct coefficients, which the terms name by position.

        >>> from systems import kerr
        >>> moments = Moments(kerr.MODEL)
        >>> sorted(map(str, moments.coefficients))
        ['-I*gamma/2', 'Delta', 'chi', 'xi']
        """
        return tuple(coefficient for coefficient, _ in self._actions)

    def grade(self, word: Word) -> int:
        """Grade of both halves of the word together: the lowest power of the drive in it.

        >>> from systems import kerr
        >>> moments = Moments(kerr.MODEL)
        >>> moments.grade(((2,), (1,)))
        3
        """
        if word not in self._grades:
            self._grades[word] = sum(map(self.model.grading.of, word))
        return self._grades[word]

    @cached_property
    def factorises(self) -> bool:
        """Whether ``<a'^p a^q> = <a'^p> <a^q>`` to leading order: the state is pure there.

        It is if every jump lowers the number of quanta; dephasing mixes at leading order.

        >>> from systems import kerr
        >>> moments = Moments(kerr.MODEL)
        >>> moments.factorises
        True
        """
        return self.model.not_lowering(paid=True) is None

    def equation(self, word: Word) -> tuple[MomentTerm, ...]:
        """The terms of ``-i d<word>/dt``.

        >>> from systems import kerr
        >>> moments = Moments(kerr.MODEL)
        >>> terms = moments.equation(((0,), (1,)))
        >>> sorted(str(moments.coefficients[t.coefficient] * t.factor) for t in terms)
        ['-2*chi', '-Delta', '-xi', 'I*gamma/2']
        """
        if word not in self._equations:
            self._equations[word] = tuple(self._terms(word))
        return self._equations[word]

    def _terms(self, word: Word) -> list[MomentTerm]:
        terms = []
        for i, ((_, order), action) in enumerate(self._actions.items()):
            image: dict[Word, int] = defaultdict(int)
            for (left, right), count in action.items():
                for other, factor in self._sandwich(left, word, right).items():
                    image[other] += count * factor
            terms += [
                MomentTerm(i, order, factor, other) for other, factor in image.items() if factor
            ]
        return terms

    def _sandwich(self, left: Word, word: Word, right: Word) -> dict[Word, int]:
        modes = self.model.modes
        return multiply(multiply({left: 1}, {word: 1}, modes), {right: 1}, modes)

    @cached_property
    def _actions(self) -> dict[tuple[sp.Expr, int], dict[Sandwich, int]]:
        """What each coefficient, of its order in the drive, does to X."""
        none = (0,) * len(self.model.modes)
        one = (none, none)
        actions: dict[tuple[sp.Expr, int], dict[Sandwich, int]] = defaultdict(
            lambda: defaultdict(int)
        )
        for h, coefficient in self.model.ladder.items():
            for order, part in self.model.by_order(coefficient).items():
                actions[part, order][h, one] += 1
                actions[part, order][one, h] -= 1
        for loss, jump in zip(self.model.losses, self.model.jumps, strict=True):
            for up, x in adjoint(jump).items():
                for down, y in jump.items():
                    for order, part in self.model.by_order(loss.rate * x * y).items():
                        action = actions[-sp.I * part / 2, order]
                        action[up, down] += 2
                        for word, count in multiply({up: 1}, {down: 1}, self.model.modes).items():
                            action[word, one] -= count
                            action[one, word] -= count
        return actions


def check_losses(model: Model) -> None:
    """Raise `ValueError` for a jump that raises quanta or mixes amounts (thermal light, gain).

    All parts of a jump must lower by one amount, up to what the drive in them makes good
    (a displaced field ``a + drive`` is a lowering jump); the amount may be zero (dephasing).  A
    rate that is small itself makes good half of its order on each side: n_th a' with n_th ~
    drive^2.

    >>> from systems import kerr
    >>> check_losses(kerr.MODEL)
    """
    unit, raises = model.grading.unit, model.grading.raises
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        parts = [(raises(w), unit * order) for w, c in jump.items() for order in model.by_order(c)]
        paid = unit * min(model.by_order(loss.rate)) / 2  # to each side of the density matrix
        most = max(up - spare for up, spare in parts) - paid
        if most > min(0, *(up + spare for up, spare in parts)):
            raise ValueError(
                f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of quanta "
                "by one amount or keep it: otherwise the steady state without drive is not the "
                "vacuum and has no series around it. Where its rate is small, name a symbol in it "
                "among the `orders` of the Model, {n_th: 2} for thermal photons; if all terms are "
                "quadratic use analytic.gaussian; else use numeric.steady_state."
            )


def number_words(model: Model, mode: Mode | str, order: int = 1) -> Combination:
    """``<a'^k a^k>`` of a mode, k = ``order``; nothing where a two-level system holds no k.

    >>> from systems import kerr_dimer
    >>> number_words(kerr_dimer.MODEL, "b")
    {((0, 1), (0, 1)): 1}
    """
    if order > 1 and is_two_level(model.modes[model.index(mode)]):
        return {}
    occupation = model.occupation(mode, order)
    return {(occupation, occupation): sp.S.One}


def probability_words(model: Model, occupation: Occupation, top: int) -> Combination:
    """``P_n`` by moments of grades up to ``top``, counted over both halves of a moment.

    >>> from systems import kerr
    >>> probability_words(kerr.MODEL, (1,), 4)  # <a'a> - <a'a'aa>
    {((1,), (1,)): 1, ((2,), (2,)): -1}
    """
    words = {}
    for more in _further(model, occupation, top):
        filled = tuple(n + m for n, m in zip(occupation, more, strict=True))
        count = prod(factorial(i) for i in (*occupation, *more))
        words[filled, filled] = sp.Rational((-1) ** sum(more), count)
    return words


def _further(model: Model, occupation: Occupation, top: int) -> Iterator[Occupation]:
    """What more quanta fit into the modes, the grade of both halves staying up to ``top``."""
    room = top // 2 - model.grading.of(occupation)
    ranges = [
        range(1 + min(room // weight, 1 - n if is_two_level(mode) else room // weight))
        for mode, weight, n in zip(model.modes, model.grading.weights, occupation, strict=True)
    ]
    every = (more for more in product(*ranges) if model.grading.of(more) <= room)
    whole = ((more, tuple(map(sum, zip(occupation, more, strict=True)))) for more in every)
    return (more for more, filled in whole if fits(filled, model.modes))
