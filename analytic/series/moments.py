"""The equations of motion of normally ordered moments, quantum jumps included.

A word ``X = a'^p a^q`` obeys the adjoint of the Lindblad equation,

    d<X>/dt = i <[H, X]> + sum_k rate_k <L_k' X L_k - (L_k' L_k X + X L_k' L_k)/2>,

and the right-hand side is again a sum of words.  The undriven system keeps the grades of p and
q or raises both (the hierarchy of moments); a drive of order k lowers one of them by k units.
Hence ``<X>`` vanishes with the drive at least as ``drive**(grade/unit)``, the grade being that of
p plus that of q, and its series in the drive needs finitely many words.
"""

from collections import defaultdict
from functools import cached_property
from typing import NamedTuple

import sympy as sp

from systems import Model
from systems.ladder import Word, adjoint, multiply, show

Sandwich = tuple[Word, Word]  # (A, B) stands for X -> A X B


class Term(NamedTuple):
    """``factor * coefficients[coefficient] * <word>``, ``order`` that of the coefficient."""

    coefficient: int
    order: int
    factor: int
    word: Word


class Moments:
    """Right-hand sides of ``-i d<X>/dt``, word by word.

    ``coefficients`` are the parameters that occur: of H as they are, of a loss ``-i rate/2``.
    """

    def __init__(self, model: Model) -> None:
        check_losses(model)
        self.model = model
        self._equations: dict[Word, tuple[Term, ...]] = {}
        self._grades: dict[Word, int] = {}

    @property
    def coefficients(self) -> tuple[sp.Expr, ...]:
        """The distinct coefficients, which the terms name by position."""
        return tuple(coefficient for coefficient, _ in self._actions)

    def grade(self, word: Word) -> int:
        """Grade of both halves of the word together: the lowest power of the drive in it."""
        if word not in self._grades:
            self._grades[word] = sum(map(self.model.grading.of, word))
        return self._grades[word]

    @cached_property
    def factorises(self) -> bool:
        """Whether ``<a'^p a^q> = <a'^p> <a^q>`` to leading order: the state is pure there.

        It is if every jump lowers the number of quanta; dephasing mixes at leading order.
        """
        grading = self.model.grading
        return all(
            grading.raises(word) < order * grading.unit
            for jump in self.model.jumps
            for word, coefficient in jump.items()
            for order in self.model.by_order(coefficient)
        )

    def equation(self, word: Word) -> tuple[Term, ...]:
        """The terms of ``-i d<word>/dt``."""
        if word not in self._equations:
            self._equations[word] = tuple(self._terms(word))
        return self._equations[word]

    def _terms(self, word: Word) -> list[Term]:
        terms = []
        for i, ((_, order), action) in enumerate(self._actions.items()):
            image: dict[Word, int] = defaultdict(int)
            for (left, right), count in action.items():
                for other, factor in self._sandwich(left, word, right).items():
                    image[other] += count * factor
            terms += [Term(i, order, factor, other) for other, factor in image.items() if factor]
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
    (a displaced field ``a + drive`` is a lowering jump); the amount may be zero (dephasing).
    """
    unit, raises = model.grading.unit, model.grading.raises
    for loss, jump in zip(model.losses, model.jumps, strict=True):
        parts = [(raises(w), unit * order) for w, c in jump.items() for order in model.by_order(c)]
        if max(up - spare for up, spare in parts) > min(0, *(up + spare for up, spare in parts)):
            raise ValueError(
                f"Loss `{loss.rate}` of `{show(loss.operator)}` must lower the number of quanta "
                "by one amount or keep it: otherwise the steady state without drive is not the "
                "vacuum and has no series around it: use numeric.steady_state."
            )
