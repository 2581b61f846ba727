"""The Hilbert space cut at a total number of quanta, and ladder operators on it.

Two modes with six quanta in all have 28 states, not 49 (QuTiP's excitation-number-restricted
space).  A normal-ordered word a'^p a^q annihilates first, so that its matrix in the cut space
is exactly the projected operator; a word such as a a' would leave the space on its way.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import comb

import numpy as np
import qutip
from scipy.sparse import csr_array, identity
from sympy import Expr

from systems import Model
from systems.ladder import Mode, Occupation, Word, is_two_level, normal_order
from systems.values import Arrays, evaluate


class Space:
    """States of the modes with at most ``quanta`` quanta in all (at most one in a two-level)."""

    def __init__(self, modes: Sequence[Mode], quanta: int) -> None:
        dims = [2 if is_two_level(mode) else quanta + 1 for mode in modes]
        self.modes, self.quanta = tuple(modes), quanta
        self.lowering = qutip.enr_destroy(dims, quanta)
        self.dims = self.lowering[0]._dims  # keeps the restricted space, which .dims forgets
        _, self.index, by_index = qutip.enr_state_dictionaries(dims, quanta)
        self.occupations = np.array([by_index[i] for i in range(len(by_index))])
        self._words: dict[Word, csr_array] = {}

    @property
    def size(self) -> int:
        """Number of states."""
        return len(self.occupations)

    def word(self, word: Word) -> csr_array:
        """Matrix of a normal-ordered product, made once: not to be changed."""
        if word not in self._words:
            self._words[word] = self._multiply(word)
        return self._words[word]

    def _multiply(self, word: Word) -> csr_array:
        matrix = csr_array(identity(self.size, dtype=complex))
        for part, dagger in ((word[1], False), (word[0], True)):
            for lower, power in zip(self.lowering, part, strict=True):
                step = csr_array(lower.data.as_scipy())
                for _ in range(power):
                    matrix = (step.conj().T if dagger else step) @ matrix
        return csr_array(matrix)

    def position(self, occupation: Occupation) -> int:
        """Index of an occupation, or -1 if it lies beyond the cut."""
        return int(self.index.get(tuple(occupation), -1))

    def falling(self, mode: int, order: int) -> np.ndarray:
        """Diagonal of a'^k a^k: n (n - 1) ... (n - k + 1) for every state."""
        n = self.occupations[:, mode]
        return np.prod([n - k for k in range(order)], axis=0, dtype=float) * np.ones(self.size)


@lru_cache(maxsize=64)
def space(modes: tuple[Mode, ...], quanta: int) -> Space:
    """The space of these modes, built once."""
    return Space(modes, quanta)


def count_states(modes: Sequence[Mode], quanta: int) -> int:
    """Number of states of the space, without building it."""
    levels = sum(is_two_level(mode) for mode in modes)
    bosons = len(modes) - levels
    # k excited two-level systems, and the rest of the quanta or fewer in the bosonic modes
    return sum(
        comb(levels, k) * comb(quanta - k + bosons, bosons) for k in range(min(levels, quanta) + 1)
    )


def lower(expression: Expr, model: Model, arrays: Arrays, quanta: int) -> qutip.Qobj:
    """The SymPy operator as a `qutip.Qobj` on the restricted space, at one point of values."""
    on = space(model.modes, quanta)
    words = normal_order(expression, model.modes)
    total = csr_array((on.size, on.size), dtype=complex)
    for word, coefficient in words.items():
        total = total + complex(evaluate(coefficient, arrays)[()]) * on.word(word)
    return qutip.Qobj(total.toarray(), dims=on.dims)
