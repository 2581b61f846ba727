"""The Hilbert space that a cut keeps (`systems.sides`), and ladder operators on it.

A cut alone may leave a state without a way to the vacuum: it is *stranded*.  A mode without a loss
of its own may decay through a coupling that takes more quanta than are allowed: with radiation
pressure g a'a (b + b') the state |0, Q> of the last shell decays only by way of |1, Q>, which is
cut off.  It is told from a state that is really dark by a larger cut, in which the way is open.

A normal-ordered word a'^p a^q annihilates first, so that its matrix in the cut space is exactly the
projected operator; a word such as a a' would leave the space on its way.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array, identity
from scipy.sparse.csgraph import breadth_first_order

from systems import Model
from systems.ladder import Mode, Occupation, Word, atoms, is_two_level
from systems.sides import Cut as Cut
from systems.sides import CutSide
from systems.sides import Grouped as Grouped
from systems.sides import alike as alike
from systems.sides import count_states as count_states
from systems.sides import covers as covers
from systems.sides import graded as graded
from systems.sides import hull as hull
from systems.sides import largest_side as largest_side
from systems.sides import levels as levels
from systems.sides import limits as limits
from systems.sides import most_quanta as most_quanta
from systems.sides import numbers as numbers
from systems.sides import read_cut as read_cut
from systems.sides import resized as resized
from systems.sides import show_cut as show_cut
from systems.sides import sides as sides
from systems.sides import wider as wider

Words: TypeAlias = Iterable[Word]
Side: TypeAlias = CutSide


class Space:
    """States of the modes with at most ``cut`` quanta in all, in each mode, or in each group.

    ``quanta`` is the largest total number of quanta that is kept.  ``occupations`` holds the
    states, shape (states, modes), ``index`` their positions, and ``lowering`` the matrix of the
    lowering operator of each mode.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> Space([BosonOp("a"), BosonOp("b")], 1).occupations.tolist()
    [[0, 0], [0, 1], [1, 0]]
    """

    def __init__(self, modes: Sequence[Mode], cut: Cut) -> None:
        self.modes, self.cut, self.quanta = tuple(modes), cut, most_quanta(modes, cut)
        self.levels, self.sides = levels(modes, cut), sides(self.modes, cut)
        states = list(_fill(self.modes, limits(self.modes, cut)))
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
        return [1 + len(g) if is_two_level(self.modes[g[0]]) else self.levels[g[0]] for g in groups]

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

        # the levels of an atom exclude one another
        if len(atoms(self.modes)) < len(self.modes) or isinstance(self.cut, Grouped):
            return qutip.qeye(self.size)._dims
        if not isinstance(self.cut, int):
            return qutip.qeye(self.levels)._dims
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
        """The matrix of a word: its first operator times the shorter word that is left."""
        for side, operators in ((0, self._raising), (1, self.lowering)):
            for mode in reversed(range(len(self.modes))):
                if power := word[side][mode]:
                    left = (*word[side][:mode], power - 1, *word[side][mode + 1 :])
                    shorter = (left, word[1]) if side == 0 else (word[0], left)
                    return csr_array(operators[mode] @ self.word(shorter))
        return csr_array(identity(self.size, dtype=complex))

    @cached_property
    def _raising(self) -> list[csr_array]:
        return [csr_array(lower.conj().T) for lower in self.lowering]

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


def _fill(modes: tuple[Mode, ...], every: list[Side]) -> Iterator[Occupation]:
    """All occupations of the modes within these sides; the last mode runs fastest."""
    atom = {i: group for group in atoms(modes) for i in group}
    inside = [[(k, s.weights[i]) for k, s in enumerate(every) if s.weights[i]] for i in atom]

    def fill(found: Occupation, left: tuple[int, ...]) -> Iterator[Occupation]:
        i = len(found)
        if i == len(modes):
            yield found
            return
        room = [left[k] // w for k, w in inside[i]]
        if is_two_level(modes[i]):
            room.append(not any(found[j] for j in atom[i] if j < i))
        for n in range(min(room) + 1):
            rest = list(left)
            for k, w in inside[i]:
                rest[k] -= n * w
            yield from fill((*found, n), tuple(rest))

    return fill((), tuple(side.limit for side in every))


@lru_cache(maxsize=64)
def space(modes: tuple[Mode, ...], cut: Cut) -> Space:
    """The space of these modes, built once.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> space((BosonOp("a"),), 2) is space((BosonOp("a"),), 2)
    True
    """
    return Space(modes, cut)


def stranded(model: Model, cut: Cut, hops: Words, jumps: Iterable[Words]) -> np.ndarray:
    """Mask of the states that reach the vacuum with more quanta only, shape (states,).

    ``hops`` are the words of the Hamiltonian, ``jumps`` those of each loss, that do not vanish.

    >>> from systems.library import kerr
    >>> up, down = ((1,), (0,)), ((0,), (1,))
    >>> stranded(kerr.MODEL, 2, hops=[up, down], jumps=[[down]])
    array([False, False, False])
    """
    on, hops, steps = space(model.modes, cut), list(hops), [list(words) for words in jumps]
    lost = ~decaying(on, hops, steps)
    if not lost.any():
        return lost
    # a way out may raise the quanta once for every mode that it leads through
    raised = max((sum(p) - sum(q) for p, q in hops), default=0)
    wide = space(model.modes, wider(cut, max(raised, 0) * len(model.modes)))
    where = [wide.position(tuple(n)) for n in on.occupations]
    return np.asarray(lost & decaying(wide, hops, steps)[where])


def decaying(on: Space, hops: Words, jumps: Iterable[Words]) -> np.ndarray:
    """Mask of the states from which hops and jumps lead to the vacuum, shape (states,).

    The words are those of `stranded`; all of them stay within the cut.

    >>> from systems.library import kerr
    >>> decaying(space(kerr.MODEL.modes, 2), hops=[], jumps=[[((0,), (2,))]])  # pairs are lost
    array([ True, False,  True])
    """
    steps = csr_array((on.size, on.size))  # [to, from]
    for word in hops:
        steps = steps + abs(on.word(word))
    for words in jumps:
        jump = csr_array((on.size, on.size))
        for word in words:
            jump = jump + abs(on.word(word))
        # the evolution between two jumps couples what jumps to the same state
        steps = steps + jump + jump.T @ jump
    vacuum = on.position((0,) * len(on.modes))
    found = breadth_first_order(steps, vacuum, return_predecessors=False)
    return np.isin(np.arange(on.size), found)
