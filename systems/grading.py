"""How many quanta an excitation of each mode counts, and which order of the drive makes it.

In a driven dissipative system the amplitude of a state vanishes with the drive as
``drive**(grade/unit)``.  The grade of an occupation ``n`` is ``w . n`` with weights ``w`` that
the undriven Hamiltonian conserves and that a term of order ``k`` in the drive raises by at
most ``k * unit``.  Beam splitters, Kerr terms and Jaynes-Cummings couplings give ``w = 1``;
a coupling ``a'a' b`` gives ``w_b = 2 w_a``, and a quantum of a that splits into b and c
is worth two of theirs.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from systems.ladder import Mode, Occupation, Word, express

# Largest weight, which says that no drive reaches the mode, and inverse of the smallest: mixing of
# up to four waves needs halves, thirds and quarters, and one cascade of it the thirds of quarters.
UNREACHED = 12
DENOMINATOR = 1000  # of a weight: HiGHS is right to 1e-9, and weights are fractions of few quanta
PRICE = 1e-6  # marginals are fractions of one over the number of modes; HiGHS has them to 1e-9
Bound = tuple[list[int], int]  # change of the occupations, order of the drive that pays for it


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
    words: dict[Word, int], modes: Sequence[Mode], jumps: Iterable[Word] = ()
) -> Grading:
    """The grading of a Hamiltonian from the lowest order in the drive of each of its words.

    Among all weights that are allowed the largest are taken, the order at which a mode is really
    excited, evenly shared out among modes that are only excited together.  Raises `NoGrading`,
    naming the term that leaves no choice.

    ``words`` maps every word of the Hamiltonian to the lowest order in the drive of its
    coefficient.  ``jumps`` are those of the losses: a mode that only they fill, such as a dark
    state of two atoms, gets a weight with which they lower the quanta, if there is one.

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
    changes = {word: [p - q for p, q in zip(*word, strict=True)] for word in words}
    # w . change <= order; with order 0 the Hermitian partner makes it an equality
    bounds = [(changes[word], order) for word, order in words.items() if any(changes[word])]
    weights = _even_weights(bounds + _falls(jumps, bounds, len(modes)), len(modes))
    if weights is None:
        word = _culprit(words, changes, len(modes))
        raise NoGrading(
            f"Term `{express(word, modes)}` of the Hamiltonian must conserve the number of "
            f"quanta or be proportional to the drive, but is of order {words[word]} in the drive; "
            "name its coefficient among the `orders` of the Model if it is small, or use "
            "numeric.steady_state, which needs no grading; photons that push a mirror have closed "
            "forms in analytic.polaron."
        )
    unit = lcm(*(w.denominator for w in weights))
    return Grading(tuple(int(w * unit) for w in weights), unit)


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


def _falls(jumps: Iterable[Word], bounds: list[Bound], count: int) -> list[Bound]:
    """Bounds by which the jumps that fill a mode lower the quanta, or keep them, where they can."""
    found: list[Bound] = []
    for p, q in jumps:
        change = [up - down for up, down in zip(p, q, strict=True)]
        if any(p) and any(change):
            tried = ((change, -1), (change, 0))
            fall = (b for b in tried if _even_weights([*bounds, *found, b], count) is not None)
            found += [b for b in [next(fall, None)] if b]
    return found


def _even_weights(bounds: list[Bound], count: int) -> list[Fraction] | None:
    """The largest weights with ``change . w <= order``, evenly shared out; None without any.

    The smallest weight is made as large as it can be, then the next one, and so on: where a sum of
    two weights is all that is bounded, as of a -> b + c, each gets half of it.
    """
    tops = [UNREACHED if any(change[i] for change, _ in bounds) else 1 for i in range(count)]
    known: dict[int, float] = {}
    while len(known) < count:
        answer = _raise_lowest(bounds, tops, known)
        if not answer.success:
            return None
        level = answer.x[-1]
        # a price on its bound says that no weight in its place can be larger
        held = [i for i, price in enumerate(answer.ineqlin.marginals[-count:]) if price < -PRICE]
        full = [i for i, top in enumerate(tops) if level > top - PRICE]
        known |= {i: level for i in {*held, *full} if i not in known}
    return [Fraction(known[i]).limit_denominator(DENOMINATOR) for i in range(count)]


def _raise_lowest(bounds: list[Bound], tops: list[int], known: dict[int, float]) -> Any:
    """The linear program whose last variable is the lowest of the weights not yet known."""
    from scipy.optimize import linprog  # slow to import

    count = len(tops)
    rows = [[*change, 0] for change, _ in bounds]
    lowest = [[-int(i == j) for j in range(count)] + [int(i not in known)] for i in range(count)]
    # the upper bound is reached only by modes that no drive reaches: they stay empty
    ranges = [(known.get(i, 1 / UNREACHED), known.get(i, top)) for i, top in enumerate(tops)]
    return linprog(
        [0] * count + [-1],
        A_ub=[*rows, *lowest],
        b_ub=[*(order for _, order in bounds), *[0] * count],
        bounds=[*ranges, (0, UNREACHED)],
    )


def _culprit(words: dict[Word, int], changes: dict[Word, list[int]], count: int) -> Word:
    """The first word, the drive's last, that leaves no choice of weights beside those before it."""
    bounds: list[Bound] = []
    for word, order in sorted(words.items(), key=lambda item: item[1]):
        if any(changes[word]):
            bounds.append((changes[word], order))
            if _even_weights(bounds, count) is None:
                return word
    raise AssertionError("weights exist")
