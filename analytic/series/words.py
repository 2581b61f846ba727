"""Mean numbers and probabilities as combinations of normally ordered moments.

    P_n = sum_m (-1)^m/(n! m!) <a'^(n+m) a^(n+m)>      (mode by mode; finite at each order)

follows from expanding ``|0><0| = :exp(-a'a):``; a two-level system ends the sum at n + m = 1.
"""

from collections.abc import Iterator, Mapping
from itertools import product
from math import factorial, prod

import sympy as sp

from systems import Model
from systems.ladder import Mode, Occupation, Word, is_two_level

Combination = Mapping[Word, sp.Rational]


def number_words(model: Model, mode: Mode | str, order: int = 1) -> Combination:
    """``<a'^k a^k>`` of a mode, k = ``order``; nothing where a two-level system holds no k."""
    if order > 1 and is_two_level(model.modes[model.index(mode)]):
        return {}
    occupation = model.occupation(mode, order)
    return {(occupation, occupation): sp.S.One}


def probability_words(model: Model, occupation: Occupation, top: int) -> Combination:
    """``P_n`` by moments of grades up to ``top``."""
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
    return (more for more in product(*ranges) if model.grading.of(more) <= room)
