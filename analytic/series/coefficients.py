"""Terms of the series of combinations of moments: which powers there are, and their numbers.

``<X>`` starts at the power of the drive at which the mode is really excited (`lead`) and goes on in
steps; a correction is a factor ``drive**2``, whatever the unit of the grading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property
from math import gcd

import numpy as np

from analytic.fock import occupations
from analytic.series.hierarchy import Hierarchy
from analytic.series.moments import Combination, Moments, probability_words
from analytic.series.recursion import Recursion
from analytic.series.shells import Shells
from systems import Model
from systems.ladder import Occupation, Word, express
from systems.progress import busy
from systems.values import Arrays

# Orders of the drive beyond its quanta within which a state is excited, or taken never to be: a
# path that cancels at the first order is made up for by the next ones, and four were enough so far.
EXTRA = 4

Terms = Callable[[Combination], np.ndarray]  # a combination -> its terms, (2, terms, points)


class Coefficients:
    """The series of a model with ``corrections`` terms beyond the leading one.

    What it is asked for are combinations of moments; hierarchies that lead to the same ones are
    built once and kept.

    >>> from systems import kerr
    >>> coefficients = Coefficients(kerr.MODEL, corrections=2)
    >>> coefficients.count, coefficients.each, coefficients.powers({((1,), (1,)): 1})
    (3, 1, [2, 4, 6])
    """

    def __init__(self, model: Model, corrections: int) -> None:
        self.model, self.corrections = model, corrections
        self.moments = Moments.of(model)
        self._recursions: dict[frozenset[tuple[Word, int]], Recursion] = {}
        self._leads: dict[Word, int | None] = {}

    def probability(self, occupation: Occupation) -> Combination:
        """The combination of moments that is ``P_n``, as far as the series goes.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.probability((1,))  # <a'a> - <a'a'aa>
        {((1,), (1,)): 1, ((2,), (2,)): -1}
        """
        top = self._lead((occupation, occupation)) + self._span
        return probability_words(self.model, occupation, top)

    @cached_property
    def family(self) -> tuple[Combination, ...]:
        """Populations of all states that one or two orders of the drive excite.

        Their series decide on the common denominator and on what is typical (`assessment`).

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> len(coefficients.family)  # P_1 and P_2
        2
        """
        unit = self.model.grading.unit
        states = [n for grade in range(1, 2 * unit + 1) for n in occupations(self.model, grade)]
        return tuple(self.probability(n) for n in states if self.is_excited(n))

    @busy("numbers of a series")
    def solve(self, combinations: Iterable[Combination], arrays: Arrays) -> Terms:
        """The terms of the combinations at values, which are flattened to points.

        They come twice, the second time with round-off exaggerated (see `recursion`).

        Returns a function from one of the combinations to its terms: array (2, terms, points).

        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> coefficients, n = Coefficients(kerr.MODEL, corrections=1), {((1,), (1,)): 1}
        >>> terms = coefficients.solve([n], read_values(kerr.MODEL, kerr.VALUES))(n)
        >>> terms.shape, bool(np.isclose(terms[0, 0, 0], 0.04))
        ((2, 2, 1), True)
        """
        recursion = self._recursion(combinations)
        moments, nodes = recursion.solve(arrays), recursion.hierarchy.nodes
        nothing = np.zeros((len(moments), moments.shape[-1]))

        def terms(combination: Combination) -> np.ndarray:
            sums = [nothing] * self.count
            for word, weight in combination.items():
                for j, power in enumerate(self.powers(combination)):
                    if (word, power) in nodes:
                        sums[j] = sums[j] + float(weight) * moments[:, nodes[word, power]].real
            return np.stack(sums, axis=1)

        return terms

    def fed(
        self, combinations: Iterable[Combination], arrays: Arrays, points: np.ndarray
    ) -> np.ndarray:
        """Whether anything feeds all of the combinations at some points: array (points,).

        Where nothing does, one of them is exactly zero, whatever its symbols.

        >>> from systems import kerr
        >>> from systems.values import read_values
        >>> coefficients, n = Coefficients(kerr.MODEL, corrections=1), {((1,), (1,)): 1}
        >>> arrays = read_values(kerr.MODEL, kerr.VALUES | {"xi": [0.0, 1e-300]})
        >>> coefficients.fed([n], arrays, np.arange(2))
        array([False,  True])
        """
        wanted = list(combinations)
        recursion = self._recursion(wanted)
        alive, nodes = recursion.fed(arrays, points), recursion.hierarchy.nodes
        found = np.ones(len(points), dtype=bool)
        for combination in wanted:
            words = [nodes[word, p] for word in combination for p in self.powers(combination)
                     if (word, p) in nodes]  # fmt: skip
            found &= alive[words].any(axis=0)
        return found

    def unseen(
        self, combinations: Iterable[Combination], arrays: Arrays, corrections: int
    ) -> np.ndarray:
        """The share of each combination that lies beyond the shells in its terms, by H_eff.

        Array (combinations, points), from 0 to 1.

        ``corrections`` says how many corrections of the terms are used.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> from systems.values import read_values
        >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
        >>> share = coefficients.unseen([{((1,), (1,)): 1}], arrays, 1)
        >>> share.shape, bool(0 <= share[0, 0] < 1e-3)
        ((1, 1), True)
        """
        more, none = self.model.grading.unit * corrections, (0,) * len(self.model.modes)
        words = [next(iter(combination), (none, none)) for combination in combinations]
        wanted = [(self.moments.grade(word) // 2, self._lead(word) // 2 + more) for word in words]
        return self._shells.beyond(arrays, wanted)

    @cached_property
    def _shells(self) -> Shells:
        return Shells.of(self.moments)

    def hierarchy(self, combinations: Iterable[Combination]) -> Hierarchy:
        """The hierarchy that leads to all terms of the combinations.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> len(coefficients.hierarchy([{((1,), (1,)): 1}]).blocks) > 2
        True
        """
        return self._recursion(combinations).hierarchy

    def powers(self, combination: Combination) -> list[int]:
        """The powers of ``drive**(1/unit)`` of the terms, the leading one first.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.powers({((2,), (2,)): 1})
        [4, 6]
        """
        lead = self._lead(next(iter(combination))) if combination else 0
        return [lead + j * self.step for j in range(self.count)]

    @property
    def count(self) -> int:
        """Number of terms, the leading one included.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.count
        2
        """
        return self._span // self.step + 1

    @property
    def each(self) -> int:
        """Terms in one correction: 2 if odd powers of the drive occur as well.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.each
        1
        """
        return 2 * self.model.grading.unit // self.step

    @cached_property
    def step(self) -> int:
        """What separates the powers that do occur: often all odd ones vanish.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.step  # odd powers vanish
        2
        """
        nodes = self.hierarchy(self.family).nodes
        leads = [(c, self._lead(next(iter(c)))) for c in self.family]
        distances = [p - lead for c, lead in leads for w, p in nodes if w in c and p >= lead]
        return gcd(2 * self.model.grading.unit, *distances)

    @property
    def _span(self) -> int:
        """Powers from the leading term to the last."""
        return 2 * self.model.grading.unit * self.corrections

    def is_excited(self, occupation: Occupation) -> bool:
        """Whether the drive reaches the occupation within a few orders more than its grade.

        >>> from systems import kerr
        >>> coefficients = Coefficients(kerr.MODEL, corrections=1)
        >>> coefficients.is_excited((3,))
        True
        """
        return self._find_lead((occupation, occupation)) is not None

    def _recursion(self, combinations: Iterable[Combination]) -> Recursion:
        """The recursion that leads to all terms of the combinations, built once."""
        requests: dict[Word, int] = {}
        for combination in combinations:
            top = self._lead(next(iter(combination))) + self._span if combination else 0
            for word in combination:
                requests[word] = max(top, requests.get(word, 0))
        key = frozenset(requests.items())
        if key not in self._recursions:
            self._recursions[key] = Recursion(Hierarchy(self.moments, requests))
        return self._recursions[key]

    def _lead(self, word: Word) -> int:
        """The lowest power of the drive in a moment; `ValueError` where it has none."""
        lead = self._find_lead(word)
        if lead is None:
            raise ValueError(
                f"Moment `{express(word, self.model.modes)}` must be excited by the drive, but "
                f"vanishes up to {EXTRA} orders of `{self.model.drive}` beyond its quanta."
            )
        return lead

    def _find_lead(self, word: Word) -> int | None:
        """The lowest power of the drive in a moment, None if it vanishes in the first few."""
        if word not in self._leads:
            grade, unit = self.moments.grade(word), self.model.grading.unit
            powers = range(grade, grade + EXTRA * unit + 1)
            alive = (p for p in powers if (word, p) in Hierarchy(self.moments, {word: p}).nodes)
            self._leads[word] = next(alive, None)
        return self._leads[word]
