"""The Hilbert space that a cut keeps, and ladder operators on it.

A *cut* is what `numeric.steady_state` is given as ``quanta``, in a form that can be looked up: an
integer Q keeps the states with at most Q quanta in all, a tuple the states with at most so many
quanta in each mode, in the order of the model's modes.  At weak drive a state of q quanta has a
population of order drive^(2q) whichever mode they are in, and the first kind leaves out what
matters least: m modes have (Q + m)!/(Q! m!) states (QuTiP's excitation-number-restricted space, in
the same order).  Modes that hold quanta of their own, such as phonons or thermal light, ask for
the second kind.  A two-level system holds one quantum at most.  A *side* of a cut is a number of
quanta that it limits: the total, or that of one mode.

A cut alone may leave a state without a way to the vacuum: it is *stranded*.  A mode without a loss
of its own may decay through a coupling that takes more quanta than are allowed: with radiation
pressure g a'a (b + b') the state |0, Q> of the last shell decays only by way of |1, Q>, which is
cut off.  It is told from a state that is really dark by a larger cut, in which the way is open.

A normal-ordered word a'^p a^q annihilates first, so that its matrix in the cut space is exactly the
projected operator; a word such as a a' would leave the space on its way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from math import comb, prod
from typing import Any, TypeAlias

import numpy as np
from scipy.sparse import csr_array, identity
from scipy.sparse.csgraph import breadth_first_order

from systems import Model
from systems.ladder import Mode, Occupation, Word, atoms, is_two_level, label
from systems.values import check_positive

Cut: TypeAlias = int | tuple[int, ...]
Words: TypeAlias = Iterable[Word]
Side: TypeAlias = tuple[tuple[int, ...], int]  # how much each quantum counts, and the limit


def read_cut(model: Model, quanta: int | Mapping[str, int], name: str = "quanta") -> Cut:
    """The cut that ``quanta`` stands for: an integer, or a number for each mode by its label.

    Two-level systems may be left out: they hold one quantum.  Raises `ValueError` unless all
    numbers are positive integers and all modes are named.

    >>> from systems.library import jaynes_cummings
    >>> read_cut(jaynes_cummings.MODEL, 6), read_cut(jaynes_cummings.MODEL, {"a": 6})
    (6, (6, 1))
    """
    if not isinstance(quanta, Mapping):
        check_positive(name, quanta)
        return int(quanta)
    given = {str(getattr(mode, "name", mode)): top for mode, top in quanta.items()}
    for mode, top in given.items():
        check_positive(f"{name}[{mode!r}]", top)
    labels = [label(mode) for mode in model.modes]
    needed = {label(mode) for mode in model.modes if not is_two_level(mode)}
    if not needed <= given.keys() <= set(labels):
        raise ValueError(
            f"Argument `{name}` must name the modes {', '.join(labels)}, but names "
            f"{', '.join(given) or 'none'}."
        )
    pairs = zip(labels, model.modes, strict=True)
    return tuple(1 if is_two_level(mode) else int(given[name]) for name, mode in pairs)


def show_cut(model: Model, cut: Cut) -> int | dict[str, int]:
    """What to hand over as ``quanta`` to get this cut.

    >>> from systems.library import jaynes_cummings
    >>> show_cut(jaynes_cummings.MODEL, (6, 1))
    {'a': 6, 's': 1}
    """
    return cut if isinstance(cut, int) else dict(zip(map(label, model.modes), cut, strict=True))


def count_states(modes: Sequence[Mode], cut: Cut) -> int:
    """Number of states that a cut keeps, without building them.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> two = [BosonOp("a"), BosonOp("b")]
    >>> count_states(two, 6), count_states(two, (6, 6))
    (28, 49)
    """
    return _count(tuple(modes), cut)


@lru_cache(maxsize=4096)
def _count(modes: tuple[Mode, ...], cut: Cut) -> int:
    excited = [1]  # ways to excite k of the two-level systems and atoms, an atom to any level
    for atom in atoms(modes):
        if is_two_level(modes[atom[0]]):
            excited = [x + len(atom) * y for x, y in zip([*excited, 0], [0, *excited], strict=True)]
    bosons = [i for i, mode in enumerate(modes) if not is_two_level(mode)]
    if isinstance(cut, tuple):
        return sum(excited) * prod(cut[i] + 1 for i in bosons)
    # and the rest of the quanta or fewer in the bosonic modes
    return sum(
        ways * comb(cut - k + len(bosons), len(bosons)) for k, ways in enumerate(excited[: cut + 1])
    )


def levels(modes: Sequence[Mode], cut: Cut) -> list[int]:
    """How many levels of each mode a cut keeps, the empty one counted.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> levels([BosonOp("a"), BosonOp("b")], (2, 3))
    [3, 4]
    """
    tops = (cut,) * len(modes) if isinstance(cut, int) else cut
    return [2 if is_two_level(mode) else top + 1 for mode, top in zip(modes, tops, strict=True)]


def most_quanta(modes: Sequence[Mode], cut: Cut) -> int:
    """The largest total number of quanta that a cut keeps.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> most_quanta([BosonOp("a"), BosonOp("b")], (2, 3))
    5
    """
    if isinstance(cut, int):
        return cut
    each = (1 if is_two_level(modes[atom[0]]) else cut[atom[0]] for atom in atoms(modes))
    return sum(each)


def wider(cut: Cut, by: int) -> Cut:
    """The same kind of cut with so many more quanta on every side.

    >>> wider(4, 2), wider((4, 30), 2)
    (6, (6, 32))
    """
    return cut + by if isinstance(cut, int) else tuple(top + by for top in cut)


def covers(cut: Cut, other: Cut) -> bool:
    """Whether a cut of the same kind keeps at least as much on every side as another one.

    >>> covers((6, 32), (4, 30)), covers((6, 32), (4, 33)), covers(6, (1, 1))
    (True, False, False)
    """
    if isinstance(cut, tuple) and isinstance(other, tuple):
        return all(x >= y for x, y in zip(cut, other, strict=True))
    return isinstance(cut, int) and isinstance(other, int) and cut >= other


def hull(modes: Sequence[Mode], cuts: Iterable[Cut]) -> Cut:
    """A cut that keeps all that any of these keeps: a total only where all are.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> hull([BosonOp("a"), BosonOp("b")], [4, 6]), hull([BosonOp("a"), BosonOp("b")], [4, (2, 9)])
    (6, (4, 9))
    """
    every = list(cuts)
    if all(isinstance(cut, int) for cut in every):
        return max(every)
    kept = zip(*(levels(modes, cut) for cut in every), strict=True)
    return tuple(max(mode) - 1 for mode in kept)


@lru_cache(maxsize=256)
def sides(modes: tuple[Mode, ...], cut: Cut) -> tuple[Side, ...]:
    """What the cut limits: none where everything is kept, as of two atoms with two quanta.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> sides((BosonOp("a"), BosonOp("b")), (4, 30))
    (((1, 0), 4), ((0, 1), 30))
    """
    count = len(modes)
    if isinstance(cut, int):
        whole = count_states(modes, cut + 1) == count_states(modes, cut)
        return () if whole else (((1,) * count, cut),)
    open_ended = (i for i, mode in enumerate(modes) if not is_two_level(mode))
    return tuple((tuple(int(i == j) for j in range(count)), cut[i]) for i in open_ended)


class Space:
    """States of the modes with at most ``cut`` quanta in all, or so many in each mode.

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
        states = list(_fill(self.modes, self.levels, self.quanta))
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

        if len(atoms(self.modes)) < len(self.modes):  # its levels exclude one another
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


def _fill(modes: tuple[Mode, ...], levels: list[int], quanta: int) -> Iterator[Occupation]:
    """All occupations of the modes with at most so many quanta; the last mode runs fastest."""
    atom = {i: group for group in atoms(modes) for i in group}

    def fill(found: Occupation) -> Iterator[Occupation]:
        i = len(found)
        if i == len(modes):
            yield found
            return
        taken = any(found[j] for j in atom[i] if j < i)
        room = min(quanta - sum(found), levels[i] - 1)
        for n in range((min(room, not taken) if is_two_level(modes[i]) else room) + 1):
            yield from fill((*found, n))

    return fill(())


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
