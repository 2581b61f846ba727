"""The Hilbert space cut at a total number of quanta, and ladder operators on it.

Two modes with six quanta in all have 28 states, not 49 (QuTiP's excitation-number-restricted
space, in the same order): m modes with Q quanta have (Q + m)!/(Q! m!).  At weak drive a state
of q quanta has a population of order drive^(2q), whichever mode they are in, so that the states
left out are those that matter least.  A normal-ordered word a'^p a^q annihilates first, so that
its matrix in the cut space is exactly the projected operator; a word such as a a' would leave the
space on its way.
"""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from math import comb
from typing import Any

import numpy as np
from scipy.sparse import csr_array, identity
from sympy import Expr

from systems import Model
from systems.ladder import Mode, Occupation, Word, atoms, is_two_level, normal_order
from systems.values import Arrays, evaluate


class Space:
    """States of the modes with at most ``quanta`` quanta in all (of an atom at most one).

    ``occupations`` holds them, shape (states, modes), ``index`` their positions, and ``lowering``
    the matrix of the lowering operator of each mode.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> Space([BosonOp("a"), BosonOp("b")], 1).occupations.tolist()
    [[0, 0], [0, 1], [1, 0]]
    """

    def __init__(self, modes: Sequence[Mode], quanta: int) -> None:
        self.modes, self.quanta = tuple(modes), quanta
        self.levels = [2 if is_two_level(mode) else quanta + 1 for mode in modes]
        states = list(_fill(self.modes, quanta))
        self.index = {state: i for i, state in enumerate(states)}
        self.occupations = np.array(states)
        self.lowering = [self._lower(mode) for mode in range(len(modes))]
        self._words: dict[Word, csr_array] = {}

    @property
    def size(self) -> int:
        """Number of states.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> Space([BosonOp("a"), BosonOp("b")], 6).size
        28
        """
        return len(self.occupations)

    @property
    def factors(self) -> list[int]:
        """Levels of each factor of the product space: of each mode, or of an atom in all of its.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> Space([BosonOp("a"), BosonOp("b")], 2).factors
        [3, 3]
        """
        groups = atoms(self.modes)
        return [1 + len(g) if is_two_level(self.modes[g[0]]) else self.quanta + 1 for g in groups]

    @property
    def coordinates(self) -> np.ndarray:
        """The level that each state has in each factor, shape (states, factors)."""
        steps = [np.arange(1, len(group) + 1) for group in atoms(self.modes)]
        pairs = zip(atoms(self.modes), steps, strict=True)
        return np.stack([self.occupations[:, list(g)] @ step for g, step in pairs], axis=1)

    @cached_property
    def dims(self) -> Any:
        """What a `qutip.Qobj` on this space has as ``dims``.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> import qutip
        >>> qutip.qeye(Space([BosonOp("a")], 2).dims[0]).shape
        (3, 3)
        """
        import qutip

        if len(atoms(self.modes)) < len(self.modes):  # its levels exclude one another
            return qutip.qeye(self.size)._dims
        # keeps the restricted space, which .dims forgets
        return qutip.enr_destroy(self.levels, self.quanta)[0]._dims

    def word(self, word: Word) -> csr_array:
        """Matrix of a normal-ordered product, made once: not to be changed.

        A word ((p, ...), (q, ...)) is a'^p ... a^q ..., with one power for each mode.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> Space([BosonOp("a")], 3).word(((1,), (1,))).diagonal().real.round(12)  # a'a
        array([0., 1., 2., 3.])
        """
        if word not in self._words:
            self._words[word] = self._multiply(word)
        return self._words[word]

    def _multiply(self, word: Word) -> csr_array:
        """The matrix of a word: all lowering operators first, then the raising ones."""
        matrix = csr_array(identity(self.size, dtype=complex))
        for part, dagger in ((word[1], False), (word[0], True)):
            for lower, power in zip(self.lowering, part, strict=True):
                for _ in range(power):
                    matrix = (lower.conj().T if dagger else lower) @ matrix
        return csr_array(matrix)

    def _lower(self, mode: int) -> csr_array:
        """Matrix of a_i: |n> goes to sqrt(n) |n - 1>."""
        (held,) = np.nonzero(self.occupations[:, mode])
        below = self.occupations[held] - np.eye(len(self.modes), dtype=int)[mode]
        rows = [self.index[tuple(state)] for state in below.tolist()]
        roots = np.sqrt(self.occupations[held, mode]).astype(complex)
        return csr_array((roots, (rows, held)), shape=(self.size, self.size))

    def position(self, occupation: Occupation) -> int:
        """Index of an occupation, or -1 if it lies beyond the cut.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> two = Space([BosonOp("a"), BosonOp("b")], 1)
        >>> two.position((1, 0)), two.position((1, 1))
        (2, -1)
        """
        return int(self.index.get(tuple(occupation), -1))

    def positions(self, other: "Space") -> np.ndarray:
        """Index of every state of a space that this one holds, shape (states of the other,).

        Raises `KeyError` where this space is the smaller one.

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> Space([BosonOp("a"), BosonOp("b")], 2).positions(Space([BosonOp("a"), BosonOp("b")], 1))
        array([0, 1, 3])
        """
        return np.array([self.index[state] for state in other.index])

    def falling(self, mode: int, order: int) -> np.ndarray:
        """Diagonal of a'^k a^k: n (n - 1) ... (n - k + 1) for every state, shape (states,).

        >>> from sympy.physics.quantum.boson import BosonOp
        >>> abs(Space([BosonOp("a")], 3).falling(0, 2))
        array([0., 0., 2., 6.])
        """
        n = self.occupations[:, mode]
        return np.prod([n - k for k in range(order)], axis=0, dtype=float) * np.ones(self.size)


def _fill(modes: tuple[Mode, ...], quanta: int) -> Iterator[Occupation]:
    """All occupations of the modes with at most so many quanta; the last mode runs fastest."""
    atom = {i: group for group in atoms(modes) for i in group}

    def fill(found: Occupation) -> Iterator[Occupation]:
        i = len(found)
        if i == len(modes):
            yield found
            return
        taken = any(found[j] for j in atom[i] if j < i)
        room = quanta - sum(found)
        for n in range((min(room, not taken) if is_two_level(modes[i]) else room) + 1):
            yield from fill((*found, n))

    return fill(())


@lru_cache(maxsize=64)
def space(modes: tuple[Mode, ...], quanta: int) -> Space:
    """The space of these modes, built once.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> space((BosonOp("a"),), 2) is space((BosonOp("a"),), 2)
    True
    """
    return Space(modes, quanta)


def count_states(modes: Sequence[Mode], quanta: int) -> int:
    """Number of states of the space, without building it.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> count_states([BosonOp("a"), BosonOp("b")], 6)
    28
    """
    bosons = sum(not is_two_level(mode) for mode in modes)
    excited = [1]  # ways to excite k of the two-level systems and atoms, an atom to any level
    for atom in atoms(modes):
        if is_two_level(modes[atom[0]]):
            excited = [x + len(atom) * y for x, y in zip([*excited, 0], [0, *excited], strict=True)]
    # and the rest of the quanta or fewer in the bosonic modes
    return sum(
        ways * comb(quanta - k + bosons, bosons) for k, ways in enumerate(excited[: quanta + 1])
    )


def lower(expression: Expr, model: Model, arrays: Arrays, quanta: int) -> Any:
    """The SymPy operator as a `qutip.Qobj` on the restricted space, at one point of values.

    >>> from systems.library import kerr
    >>> from systems.values import read_values
    >>> arrays = read_values(kerr.MODEL, kerr.VALUES)
    >>> lower(kerr.MODEL.hamiltonian, kerr.MODEL, arrays, 2).isherm
    True
    """
    import qutip

    on = space(model.modes, quanta)
    words = normal_order(expression, model.modes)
    total = csr_array((on.size, on.size), dtype=complex)
    for word, coefficient in words.items():
        total = total + complex(evaluate(coefficient, arrays)[()]) * on.word(word)
    return qutip.Qobj(total.toarray(), dims=on.dims)
