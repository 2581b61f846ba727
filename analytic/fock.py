"""Fock states up to a number of quanta, and what a normal-ordered word does to them.

Kets are scaled, ``|n) = prod_i (a_i')^(n_i) |0> = prod_i sqrt(n_i!) |n>``, so that

    a'^p a^q |n) = n!/(n-q)! |n-q+p)

has integer elements and no square root enters the algebra.
"""

from collections.abc import Iterable
from itertools import product
from math import factorial, perm, prod

import numpy as np
import sympy as sp

from systems import Model
from systems.ladder import Occupation, Word, is_two_level, label


def occupations(model: Model, grade: int) -> list[Occupation]:
    """All occupations of a grade (weighted number of quanta), the first mode fullest first."""
    tops = [
        min(grade // weight, 1) if is_two_level(mode) else grade // weight
        for mode, weight in zip(model.modes, model.grading.weights, strict=True)
    ]
    ranges = (range(top, -1, -1) for top in tops)
    return [n for n in product(*ranges) if model.grading.of(n) == grade]


def check_occupation(model: Model, occupation: Occupation) -> Occupation:
    """The occupation as a tuple; `ValueError` unless it is a state of the model."""
    counts = tuple(occupation) if isinstance(occupation, Iterable) else ()
    rooms = [1 if is_two_level(mode) else float("inf") for mode in model.modes]
    if len(counts) != len(rooms) or any(
        isinstance(n, bool) or not isinstance(n, int | np.integer) or not 0 <= n <= room
        for n, room in zip(counts, rooms, strict=False)
    ):
        raise ValueError(
            "Argument `occupation` must hold one number of quanta for each of "
            f"{', '.join(map(label, model.modes))} (a two-level system: 0 or 1), but is "
            f"{occupation!r}."
        )
    return tuple(map(int, counts))


def apply(model: Model, word: Word, ket: Occupation) -> tuple[Occupation, int]:
    """The scaled ket that a word makes of ``|ket)``, and its factor (0 where there is none)."""
    p, q = word
    bra = tuple(n - down + up for n, up, down in zip(ket, p, q, strict=True))
    full = any(n > 1 and is_two_level(mode) for n, mode in zip(bra, model.modes, strict=True))
    return bra, 0 if full else prod(perm(n, down) for n, down in zip(ket, q, strict=True))


def norm(occupation: Occupation) -> sp.Expr:
    """``sqrt(n!)``: the amplitude of ``|n>`` is this times the amplitude of ``|n)``."""
    return sp.sqrt(prod(factorial(n) for n in occupation))
