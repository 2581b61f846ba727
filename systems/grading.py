"""How many quanta an excitation of each mode counts, and which order of the drive makes it.

In a driven dissipative system the amplitude of a state vanishes with the drive as
``drive**(grade/unit)``.  The grade of an occupation ``n`` is ``w . n`` with weights ``w`` that
the undriven Hamiltonian conserves and that a term of order ``k`` in the drive raises by at
most ``k * unit``.  Beam splitters, Kerr terms and Jaynes-Cummings couplings give ``w = 1``;
a coupling ``a'a' b`` gives ``w_b = 2 w_a``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np

from systems.ladder import Mode, Occupation, Word, express

# Largest denominator of a weight, and largest weight.  Mixing of up to four waves needs halves,
# thirds and quarters, whose common multiple is 12; the largest weight says that no drive reaches
# the mode.
LIMIT = 12


class NoGrading(ValueError):
    """The Hamiltonian conserves no number of quanta that its drive could raise.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> find_grading({((2,), (0,)): 0, ((0,), (2,)): 0}, [BosonOp("a")])  # pairs, of no drive
    Traceback (most recent call last):
        ...
    systems.grading.NoGrading: Term `...` of the Hamiltonian must conserve the number of quanta ...
    """


@dataclass(frozen=True)
class Grading:
    """Integer ``weights`` per mode; one order of the drive raises the grade by ``unit``.

    >>> grading = Grading(weights=(1, 2), unit=1)  # a mode and its second harmonic
    >>> grading.of((1, 1)), grading.raises(((0, 1), (2, 0)))  # b'aa conserves the quanta
    (3, 0)
    """

    weights: tuple[int, ...]
    unit: int

    def of(self, occupation: Occupation) -> int:
        """Grade of an occupation.

        >>> Grading(weights=(1, 2), unit=1).of((3, 1))
        5
        """
        return sum(w * n for w, n in zip(self.weights, occupation, strict=True))

    def raises(self, word: Word) -> int:
        """By how much the word raises the grade (negative: lowers).

        >>> Grading(weights=(1, 2), unit=1).raises(((0, 0), (1, 1)))  # ab
        -3
        """
        return self.of(word[0]) - self.of(word[1])


def find_grading(words: dict[Word, int], modes: Sequence[Mode]) -> Grading:
    """The grading of a Hamiltonian from the lowest order in the drive of each of its words.

    Among all weights that are allowed the largest are taken: the order at which a mode is
    really excited.  Raises `NoGrading`, naming the term that leaves no choice.

    ``words`` maps every word of the Hamiltonian to the lowest order in the drive of its
    coefficient.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> words = {((0, 1), (2, 0)): 0, ((2, 0), (0, 1)): 0}  # b'aa and a'a'b
    >>> words[(1, 0), (0, 0)] = 1  # a' times the drive
    >>> find_grading(words, [BosonOp("a"), BosonOp("b")])
    Grading(weights=(1, 2), unit=1)
    """
    rows: list[list[int]] = []
    bounds: list[int] = []
    weights: list[float] | None = None
    for word, order in sorted(words.items(), key=lambda item: item[1]):
        change = [p - q for p, q in zip(*word, strict=True)]
        if not any(change):
            continue
        # w . change <= order; with order 0 the Hermitian partner makes it an equality
        rows, bounds = [*rows, change], [*bounds, order]
        weights = _largest_weights(rows, bounds, len(modes))
        if weights is None:
            raise NoGrading(
                f"Term `{express(word, modes)}` of the Hamiltonian must conserve the number of "
                f"quanta or be proportional to the drive, but is of order {order} in the drive; "
                "name its coefficient among the `orders` of the Model if it is small, or use "
                "numeric.steady_state, which needs no grading."
            )
    exact = [Fraction(w).limit_denominator(LIMIT) for w in weights or [1.0] * len(modes)]
    unit = lcm(*(w.denominator for w in exact))
    return Grading(tuple(int(w * unit) for w in exact), unit)


def given_grading(words: dict[Word, int], modes: Sequence[Mode], weights: Sequence[int]) -> Grading:
    """The grading with these weights per mode, and the smallest unit that the drive allows.

    Raises `NoGrading` for a term of order 0 that does not conserve the weighted number.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> given_grading({((2,), (0,)): 1}, [BosonOp("a")], [1])  # one order brings in two quanta
    Grading(weights=(1,), unit=2)
    """
    unit = 1
    for word, order in words.items():
        raised = Grading(tuple(weights), 1).raises(word)
        if order == 0 and raised:
            raise NoGrading(
                f"Argument `weights` must make the term `{express(word, modes)}` of the "
                f"Hamiltonian conserve the number of quanta, but it changes it by {raised}; "
                "choose other weights, or use numeric.steady_state, which needs no grading."
            )
        unit = max(unit, -(-raised // max(order, 1)))
    return Grading(tuple(weights), unit)


def _largest_weights(rows: list[list[int]], bounds: list[int], count: int) -> list[float] | None:
    """The largest weights with ``rows . w <= bounds`` by linear programming, or None."""
    from scipy.optimize import linprog  # slow to import

    # the upper bound is reached only by modes that no drive reaches: they stay empty
    tops = [LIMIT if any(row[i] for row in rows) else 1 for i in range(count)]
    ranges = [(1 / LIMIT, top) for top in tops]
    answer = linprog(-np.ones(count), A_ub=rows, b_ub=bounds, bounds=ranges)
    return list(answer.x) if answer.success else None
