"""How many quanta an excitation of each mode counts, and which order of the drive makes it.

In a driven dissipative system the amplitude of a state vanishes with the drive as
``drive**(grade/unit)``.  The grade of an occupation ``n`` is ``w . n`` with weights ``w`` that
the undriven Hamiltonian conserves and that a term of order ``k`` in the drive raises by at
most ``k * unit``.  Beam splitters, Kerr terms and Jaynes-Cummings couplings give ``w = 1``;
a coupling ``a'a' b`` gives ``w_b = 2 w_a``, and a quantum of a that splits into b and c
is worth two of theirs.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from systems.ladder import Mode, Occupation, Word, express, filled_modes

# Inverse of the smallest weight, in orders of the drive: mixing of up to four waves needs halves,
# thirds and quarters, and one cascade of it the thirds of quarters.
FINEST = 12
DENOMINATOR = 1000  # of a weight: HiGHS is right to 1e-9, and weights are fractions of few quanta
# What a refusal says more of such a term
PUSHED = "; photons that push a mirror have closed forms in analytic.polaron"
PRICE = 1e-6  # marginals are fractions of one over the number of modes; HiGHS has them to 1e-9
Range = tuple[float, float | None]
Bound = tuple[list[int], float]  # change of the occupations, order of the drive that pays for it


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


def find_grading(
    words: Mapping[Word, int], modes: Sequence[Mode], jumps: Mapping[Word, float] | None = None
) -> Grading:
    """The grading of a Hamiltonian from the lowest order in the drive of each of its words.

    Among all weights that are allowed the largest are taken, the order at which a mode is really
    excited, evenly shared out among modes that are only excited together.  A mode that nothing
    fills gets the smallest weight with which the Hamiltonian conserves the quanta.  Raises
    `NoGrading`, naming the term that leaves no choice.

    ``words`` maps every word of the Hamiltonian to the lowest order in the drive of its
    coefficient.  ``jumps`` are those of the losses, with the orders that their coefficient and
    rate pay for on each side of the density matrix: a mode that only they fill, such as a dark
    state of two atoms or the light of a weak thermal bath, gets a weight that these orders bear.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> words = {((0, 1), (2, 0)): 0, ((2, 0), (0, 1)): 0}  # b'aa and a'a'b
    >>> words[(1, 0), (0, 0)] = 1  # a' times the drive
    >>> find_grading(words, [BosonOp("a"), BosonOp("b")])
    Grading(weights=(1, 2), unit=1)
    >>> words = {((0, 1, 1), (1, 0, 0)): 0, ((1, 0, 0), (0, 1, 1)): 0}  # a quantum of a splits
    >>> words[(1, 0, 0), (0, 0, 0)] = 1
    >>> find_grading(words, [BosonOp("a"), BosonOp("b"), BosonOp("c")])  # into one of b, one of c
    Grading(weights=(2, 1, 1), unit=2)
    """
    changes = {word: change_of(word) for word in words}
    # w . change <= order; with order 0 the Hermitian partner makes it an equality
    bounds: list[Bound] = [(changes[w], order) for w, order in words.items() if any(changes[w])]
    borne = _borne(jumps or {}, bounds, len(modes))
    bounds += borne.values()
    weights = _even_weights(bounds, len(modes), filled_modes((*words, *borne)))
    if weights is None:
        word = _culprit(words, changes, len(modes))
        raise NoGrading(
            f"Term `{express(word, modes)}` of the Hamiltonian must conserve the number of "
            f"quanta or be proportional to the drive, but is of order {words[word]} in the drive; "
            "name its coefficient among the `orders` of the Model if it is small, or use "
            f"numeric.steady_state, which needs no grading{PUSHED * _pushes(word)}."
        )
    unit = lcm(*(w.denominator for w in weights))
    return Grading(tuple(int(w * unit) for w in weights), unit)


def given_grading(
    words: Mapping[Word, int], modes: Sequence[Mode], weights: Sequence[int]
) -> Grading:
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


def _pushes(word: Word) -> bool:
    """Whether quanta of a mode displace another one: a'a b, as of photons that push a mirror."""
    moved = [abs(change) for change in change_of(word) if change]
    return moved == [1] and any(up and up == down for up, down in zip(*word, strict=True))


def change_of(word: Word) -> list[int]:
    """How many quanta a word adds to each mode.

    >>> change_of(((2, 0), (0, 1)))  # a'a'b
    [2, -1]
    """
    return [up - down for up, down in zip(*word, strict=True)]


def _borne(jumps: Mapping[Word, float], bounds: list[Bound], count: int) -> dict[Word, Bound]:
    """Bounds of the jumps that fill a mode: they lower the quanta, keep them, or are paid for."""
    found: dict[Word, Bound] = {}
    for word, paid in jumps.items():
        if any(word[0]) and any(change := change_of(word)):
            tried = [(change, order) for order in (-1, 0, *[paid] * (paid > 0))]
            fits = [b for b in tried if _is_open([*bounds, *found.values(), b], count)]
            found |= zip([word], fits, strict=False)
    return found


def _even_weights(bounds: list[Bound], count: int, filled: set[int]) -> list[Fraction] | None:
    """The largest weights with ``change . w <= order``, evenly shared out; None without any.

    The smallest weight is made as large as it can be, then the next one, and so on: where a sum of
    two weights is all that is bounded, as of a -> b + c, each gets half of it.  Those of modes
    that are never filled are as small as they can be, but not below the smallest that is filled.
    """
    known: dict[int, float] = {}
    while filled - known.keys():
        answer = _raise_lowest(bounds, count, known, filled)
        if not answer.success:
            return None
        # a price on its bound says that no weight in its place can be larger
        held = [i for i, price in enumerate(answer.ineqlin.marginals[-count:]) if price < -PRICE]
        new = {*held} - known.keys() or filled - known.keys()
        known |= dict.fromkeys(new, answer.x[-1])
    for least in (min(known.values(), default=1), 1 / FINEST):
        answer = smallest_sum(
            bounds, [1] * count, [(known.get(i, least), known.get(i)) for i in range(count)]
        )
        if answer.success:
            return [Fraction(x).limit_denominator(DENOMINATOR) for x in answer.x]
    return None


def _is_open(bounds: list[Bound], count: int) -> bool:
    """Whether there are weights within the bounds."""
    return bool(smallest_sum(bounds, [1] * count, [(1 / FINEST, None)] * count).success)


def _raise_lowest(
    bounds: list[Bound], count: int, known: dict[int, float], filled: set[int]
) -> Any:
    """The linear program whose last variable is the lowest filled weight that is not yet known."""
    rows: list[Bound] = [([*change, 0], order) for change, order in bounds]
    free = filled - known.keys()
    rows += [([-int(i == j) for j in range(count)] + [int(i in free)], 0) for i in range(count)]
    ranges = [(known.get(i, 1 / FINEST), known.get(i)) for i in range(count)]
    return smallest_sum(rows, [0] * count + [-1], [*ranges, (0, None)])


def smallest_sum(bounds: list[Bound], cost: list[int], ranges: Sequence[Range]) -> Any:
    """The smallest ``cost . w`` within bounds ``change . w <= order`` and ranges; a SciPy result.

    >>> smallest_sum([([1, -1], -1.0)], [1, 1], [(1, None), (0, None)]).x  # w_1 <= w_2 - 1
    array([1., 2.])
    """
    from scipy.optimize import linprog  # slow to import

    rows, orders = ([b[i] for b in bounds] or None for i in (0, 1))
    return linprog(cost, A_ub=rows, b_ub=orders, bounds=ranges)


def _culprit(words: Mapping[Word, int], changes: dict[Word, list[int]], count: int) -> Word:
    """The first word, the drive's last, that leaves no choice of weights beside those before it."""
    bounds: list[Bound] = []
    for word, order in sorted(words.items(), key=lambda item: item[1]):
        if any(changes[word]):
            bounds.append((changes[word], order))
            if not _is_open(bounds, count):
                return word
    raise AssertionError("weights exist")
