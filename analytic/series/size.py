"""How much work a series is: the moments that it rests on, counted without building them."""

import numpy as np

from systems import Model
from systems.ladder import Occupation, is_two_level

LONGEST = 1000  # corrections: nobody sums more, and even an atom alone then takes minutes


def count_moments(model: Model, occupation: Occupation, corrections: int) -> int:
    """At most as many terms of moments make up ``P_n`` to this order; the truth is near a third.

    A word ``a'^p a^q`` of grade g has terms of the powers g, g + 2, ... of the drive, up to the
    last that is asked for.
    """
    last = 2 * (model.grading.of(occupation) + model.grading.unit * min(corrections, LONGEST))
    words = np.eye(1, last + 1)[0]  # by grade: the word 1
    for mode, weight in zip(model.modes, model.grading.weights, strict=True):
        powers = np.zeros(last + 1)
        powers[: weight + 1 if is_two_level(mode) else last + 1 : weight] = 1
        for _ in range(2):  # a'^p and a^q
            words = np.convolve(words, powers)[: last + 1]
    return int(words @ ((last - np.arange(last + 1)) // 2 + 1))
