"""Which states a truncation keeps: the cut, its sides, and how many states there are.

A *cut* is what `numeric.steady_state` is given as ``quanta``, in a form that can be looked up: an
integer Q keeps the states with at most Q quanta in all, a tuple the states with at most so many
quanta in each mode, in the order of the model's modes.  At weak drive a state of q quanta has a
population of order drive^(2q) whichever mode they are in, and the first kind leaves out what
matters least: m modes have (Q + m)!/(Q! m!) states.  Modes that hold quanta of their own, such as
phonons or thermal light, ask for the second kind.  A two-level system holds one quantum at most.

A *side* of a cut is a number of quanta that it limits: the total, or that of one mode, or

    w_1 n_1 + w_2 n_2 + ...  <=  limit

of some modes (`Grouped`): a few photons in all of two cavities beside many phonons, or quanta that
count as the drive makes them, one of a second harmonic as two.  Such a side is counted in shells,
each as wide as one quantum of its heaviest mode, so that two more of them hold pairs of any mode.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from itertools import groupby
from math import comb, gcd, prod
from typing import NamedTuple, TypeAlias

import numpy as np

from systems.ladder import Mode, atoms, is_two_level, label
from systems.model import Model
from systems.ungraded import weights_of
from systems.values import check_positive, shorten

MOST = 2**20  # of a weighted number of quanta: beyond, states are counted as of the heaviest mode


class CutSide(NamedTuple):
    """A sum of quanta that a cut limits: by how much one of each mode counts, and the most of it.

    >>> side = CutSide((1, 2), 8)  # of a mode and its second harmonic
    >>> side.top, side.shells(np.array([[0, 0], [1, 0], [0, 1], [3, 0], [2, 3]])).tolist()
    (4, [0, 1, 1, 2, 4])
    """

    weights: tuple[int, ...]
    limit: int

    @property
    def unit(self) -> int:
        """How much a quantum of the heaviest mode counts: the width of a shell."""
        return max(self.weights)

    @property
    def lightest(self) -> int:
        """How much a quantum of the lightest mode counts."""
        return min(filter(None, self.weights))

    @property
    def top(self) -> int:
        """The last shell; the empty state is in that of number 0."""
        return self.limit // self.unit

    def shells(self, occupations: np.ndarray) -> np.ndarray:
        """The shell of each occupation (states, modes), counted from the last one inwards."""
        return self.top - (self.limit - occupations @ np.array(self.weights)) // self.unit

    def shell_of(self, tops: np.ndarray) -> int:
        """The last shell that holds so many quanta of each mode, (modes,), if it is alone.

        >>> CutSide((1, 2), 8).shell_of(np.array([4, 4]))
        4
        """
        return -int(-np.max(tops * np.array(self.weights)) // self.unit)

    def cut_at(self, top: int) -> "CutSide":
        """The same with another last shell.

        >>> CutSide((1, 2), 7).cut_at(5)
        CutSide(weights=(1, 2), limit=11)
        """
        return CutSide(self.weights, int(top) * self.unit + self.limit % self.unit)


@dataclass(frozen=True)
class Grouped:
    """A cut that limits sums of quanta, each mode being in one of them.

    Two-level systems that are in none hold one quantum.  `group` makes one of its sides.

    >>> Grouped((CutSide((1, 1, 0), 4), CutSide((0, 0, 1), 30)))  # four photons, 30 phonons
    Grouped(sides=(CutSide(weights=(1, 1, 0), limit=4), CutSide(weights=(0, 0, 1), limit=30)))
    """

    sides: tuple[CutSide, ...]


Cut: TypeAlias = int | tuple[int, ...] | Grouped


def read_cut(model: Model, quanta: int | Mapping[str, int], name: str = "quanta") -> Cut:
    """The cut that ``quanta`` stands for: an integer, or a number for each mode by its label.

    A number may also belong to a sum of modes, "a + b", or "a + 2 b" where a quantum of b counts as
    two.  Two-level systems may be left out: they hold one quantum.  Raises `ValueError` unless all
    numbers are positive integers that hold a quantum, and all modes are named, each once.

    >>> from systems.library import jaynes_cummings, second_harmonic
    >>> read_cut(jaynes_cummings.MODEL, 6), read_cut(jaynes_cummings.MODEL, {"a": 6})
    (6, (6, 1))
    >>> read_cut(second_harmonic.MODEL, {"a + 2 b": 8})
    Grouped(sides=(CutSide(weights=(1, 2), limit=8),))
    """
    if not isinstance(quanta, Mapping):
        check_positive(name, quanta)
        return int(quanta)
    given = {str(getattr(key, "name", key)): top for key, top in quanta.items()}
    for key, top in given.items():
        check_positive(f"{name}[{key!r}]", top)
    labels = [label(mode) for mode in model.modes]
    every = [CutSide(_counted(labels, key), int(top)) for key, top in given.items()]
    named = np.sum([np.array(side.weights) > 0 for side in every], axis=0, initial=0)
    needed = [not is_two_level(mode) for mode in model.modes]
    if not all(any(side.weights) for side in every) or np.any(named > 1) or np.any(named < needed):
        raise ValueError(
            f"Argument `{name}` must name the modes {', '.join(labels)}, but names "
            f"{', '.join(given) or 'none'}: each once, alone or in a sum such as a + 2 b."
        )
    for key, side in zip(given, every, strict=True):
        if side.limit < side.unit:
            raise ValueError(
                f"Argument `{name}[{key!r}]` must be at least {shorten(str(side.unit))}, what one "
                f"quantum of its heaviest mode counts, but is {side.limit}."
            )
    for atom in atoms(model.modes):
        if len({tuple(side.weights[i] > 0 for side in every) for i in atom}) > 1:
            inside = " + ".join(labels[i] for i in atom)
            raise ValueError(
                f"Argument `{name}` must count the levels of an atom in one sum ({inside}), but "
                f"names {', '.join(given)}."
            )
    return group(model.modes, every)


def _counted(labels: list[str], text: str) -> tuple[int, ...]:
    """How much a quantum of each mode counts in a sum of labels; nothing where it is none.

    >>> _counted(["a", "b"], "a + a")
    Traceback (most recent call last):
    ValueError: Argument `quanta` must name a mode once, but `a + a` names a twice: write 2 a ...
    """
    if text in labels:
        return tuple(int(name == text) for name in labels)
    # the longest label first, as one may be the beginning of another
    names = "|".join(sorted(map(re.escape, labels), key=len, reverse=True))
    term = rf"\s*(\d*)\s*\*?\s*({names})\s*"
    if not re.fullmatch(rf"(?:{term}\+)*{term}", text):
        return (0,) * len(labels)
    found = re.findall(rf"{term}(?:\+|$)", text)
    if twice := [name for name in labels if [one for _, one in found].count(name) > 1]:
        raise ValueError(
            f"Argument `quanta` must name a mode once, but `{shorten(text)}` names {twice[0]} "
            f"twice: write 2 {twice[0]} where a quantum of it counts as two."
        )
    return tuple(sum(int(w or 1) for w, one in found if one == name) for name in labels)


def group(modes: Sequence[Mode], sides: Iterable[CutSide]) -> Cut:
    """The cut with these sides, each mode in one of them, in its simplest form.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> two = [BosonOp("a"), BosonOp("b")]
    >>> group(two, [CutSide((0, 1), 30), CutSide((1, 0), 4)]), group(two, [CutSide((2, 2), 12)])
    ((4, 30), 6)
    """
    least = [(gcd(*side.weights), side) for side in sides]
    every = [CutSide(tuple(w // by for w in one.weights), one.limit // by) for by, one in least]
    alone = [side for side in every if sum(map(bool, side.weights)) == 1]
    if len(alone) == len(every):
        tops = {side.weights.index(1): side.limit for side in every}
        return tuple(1 if is_two_level(mode) else tops[i] for i, mode in enumerate(modes))
    if min(every[0].weights) == every[0].unit:  # all modes, each quantum counts the same
        return every[0].limit
    atomic = [side for side in alone if is_two_level(modes[side.weights.index(1)])]
    kept = [side for side in every if side not in atomic]
    return Grouped(tuple(sorted(kept, key=lambda side: tuple(w == 0 for w in side.weights))))


def graded(model: Model, limit: int, tops: Sequence[int]) -> Cut:
    """The cut that counts quanta as the drive makes them, in its simplest form.

    ``limit`` is that of all modes that the drive orders, weighted by their grades; those that hold
    quanta of their own keep as many as ``tops`` says for each.

    >>> from systems.library import kerr_dimer, optomechanics, second_harmonic
    >>> graded(kerr_dimer.MODEL, 4, (0, 0)), graded(optomechanics.MODEL, 4, (0, 30))
    (4, (4, 30))
    >>> show_cut(second_harmonic.MODEL, graded(second_harmonic.MODEL, 8, (0, 0)))
    {'a + 2 b': 8}
    """
    weights, modes = list(weights_of(model)), model.modes
    for atom in atoms(modes):  # the levels of an atom are counted together
        if not all(weights[i] for i in atom):
            weights = [0 if i in atom else w for i, w in enumerate(weights)]
    if len({w for w, mode in zip(weights, modes, strict=True) if w and not is_two_level(mode)}) < 2:
        weights = [min(w, 1) for w in weights]  # an atom that counts more would save no states
    own = [i for i, w in enumerate(weights) if not w and not is_two_level(modes[i])]
    alone = [CutSide(tuple(int(i == j) for j in range(len(modes))), int(tops[i])) for i in own]
    return group(modes, [CutSide(tuple(weights), int(limit)), *alone] if any(weights) else alone)


def show_cut(model: Model, cut: Cut) -> int | dict[str, int]:
    """What to hand over as ``quanta`` to get this cut.

    >>> from systems.library import jaynes_cummings, second_harmonic
    >>> show_cut(jaynes_cummings.MODEL, (6, 1))
    {'a': 6, 's': 1}
    >>> show_cut(second_harmonic.MODEL, Grouped((CutSide((1, 2), 8),)))
    {'a + 2 b': 8}
    """
    labels = list(map(label, model.modes))
    if isinstance(cut, Grouped):
        return {_sum_of(labels, side.weights): side.limit for side in cut.sides}
    return cut if isinstance(cut, int) else dict(zip(labels, cut, strict=True))


def _sum_of(labels: list[str], weights: tuple[int, ...]) -> str:
    terms = zip(weights, labels, strict=True)
    return " + ".join(name if w == 1 else f"{w} {name}" for w, name in terms if w)


def count_states(modes: Sequence[Mode], cut: Cut) -> int:
    """Number of states that a cut keeps, without building them.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> two = [BosonOp("a"), BosonOp("b")]
    >>> [count_states(two, cut) for cut in (6, (6, 6), Grouped((CutSide((1, 2), 6),)))]
    [28, 49, 16]
    """
    return _count(tuple(modes), cut)


@lru_cache(maxsize=4096)
def _count(modes: tuple[Mode, ...], cut: Cut) -> int:
    every = limits(modes, cut)
    counted = {i for side in every for i, w in enumerate(side.weights) if w}
    free = (atom for atom in atoms(modes) if atom[0] not in counted)  # atoms that nothing limits
    return prod(_ways(modes, side) for side in every) * prod(1 + len(atom) for atom in free)


def _ways(modes: tuple[Mode, ...], side: CutSide) -> int:
    """How many states of the modes that a side counts it keeps."""
    excited = [(0, 1)]  # what some of the atoms count, and how many ways there are, to any level
    for atom in atoms(modes):
        if is_two_level(modes[atom[0]]):
            steps = [0, *(side.weights[i] for i in atom if side.weights[i])]
            excited = [(k + w, ways) for k, ways in excited for w in steps]
            each = groupby(sorted(excited), key=lambda pair: pair[0])
            excited = [(k, sum(ways for _, ways in some)) for k, some in each]
    bosons = [
        w for w, mode in zip(side.weights, modes, strict=True) if w and not is_two_level(mode)
    ]
    # and the rest of the quanta or fewer in the bosonic modes
    return sum(
        ways * _within(tuple(bosons), side.limit - k) for k, ways in excited if k <= side.limit
    )


@lru_cache(maxsize=4096)
def _within(weights: tuple[int, ...], limit: int) -> int:
    """How many occupations of bosonic modes count at most so much."""
    if len(set(weights)) < 2 or limit > MOST:
        return comb(limit // max(weights, default=1) + len(weights), len(weights))
    ways = np.eye(1, limit + 1)[0]
    for w in weights:  # any number of quanta of this mode is added
        padded = np.append(ways, np.zeros(-len(ways) % w)).reshape(-1, w)
        ways = np.cumsum(padded, axis=0).ravel()[: limit + 1]
    return int(ways.sum())


def limits(modes: Sequence[Mode], cut: Cut) -> list[CutSide]:
    """All sides of a cut, also one at which everything is kept; each bosonic mode is in one.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> limits([BosonOp("a")], 2)
    [CutSide(weights=(1,), limit=2)]
    """
    if isinstance(cut, Grouped):
        return list(cut.sides)
    if isinstance(cut, int):
        return [CutSide((1,) * len(modes), cut)]
    open_ended = (i for i, mode in enumerate(modes) if not is_two_level(mode))
    return [CutSide(tuple(int(i == j) for j in range(len(modes))), cut[i]) for i in open_ended]


def levels(modes: Sequence[Mode], cut: Cut) -> list[int]:
    """How many levels of each mode a cut keeps, the empty one counted.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> levels([BosonOp("a"), BosonOp("b")], (2, 3))
    [3, 4]
    """
    tops = dict[int, int]()
    for side in limits(modes, cut):
        tops |= {i: side.limit // w for i, w in enumerate(side.weights) if w}
    return [2 if is_two_level(mode) else tops[i] + 1 for i, mode in enumerate(modes)]


def most_quanta(modes: Sequence[Mode], cut: Cut) -> int:
    """The largest total number of quanta that a cut keeps.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> most_quanta([BosonOp("a"), BosonOp("b")], (2, 3))
    5
    """
    if isinstance(cut, int):
        return cut
    every, total = limits(modes, cut), 0
    counted = {i for side in every for i, w in enumerate(side.weights) if w}
    for side in every:
        left = side.limit
        # the lightest first, as many as there is room for
        for w, one in sorted(_lightest(modes, side)):
            more = min(left // w, 1) if one else left // w
            total, left = total + more, left - more * w
    return total + sum(atom[0] not in counted for atom in atoms(modes))


def _lightest(modes: Sequence[Mode], side: CutSide) -> Iterator[tuple[int, bool]]:
    """What a quantum of each factor counts at least, and whether it holds one only."""
    for factor in atoms(modes):
        if some := [side.weights[i] for i in factor if side.weights[i]]:
            yield min(some), is_two_level(modes[factor[0]])


def wider(cut: Cut, by: int) -> Cut:
    """The same kind of cut with so many more quanta on every side, of any of its modes.

    >>> wider(4, 2), wider((4, 30), 2), wider(Grouped((CutSide((1, 2), 8),)), 2)
    (6, (6, 32), Grouped(sides=(CutSide(weights=(1, 2), limit=12),)))
    """
    if isinstance(cut, Grouped):
        return Grouped(tuple(side.cut_at(side.top + by) for side in cut.sides))
    return cut + by if isinstance(cut, int) else tuple(top + by for top in cut)


def alike(cut: Cut, other: Cut) -> bool:
    """Whether two cuts limit the same sums of quanta.

    >>> two = [Grouped((CutSide((1, 2), limit),)) for limit in (8, 9)]
    >>> alike(6, 8), alike(6, (1, 1)), alike(*two)
    (True, False, True)
    """
    if isinstance(cut, Grouped) and isinstance(other, Grouped):
        return [side.weights for side in cut.sides] == [side.weights for side in other.sides]
    return type(cut) is type(other)


def covers(cut: Cut, other: Cut) -> bool:
    """Whether a cut of the same kind keeps at least as much on every side as another one.

    >>> covers((6, 32), (4, 30)), covers((6, 32), (4, 33)), covers(6, (1, 1))
    (True, False, False)
    """
    if not alike(cut, other):
        return False
    return all(x >= y for x, y in zip(numbers(cut), numbers(other), strict=True))


def numbers(cut: Cut) -> tuple[int, ...]:
    """The numbers of a cut, as one gives them.

    >>> numbers(4), numbers((4, 30)), numbers(Grouped((CutSide((1, 2), 9),)))
    ((4,), (4, 30), (9,))
    """
    if isinstance(cut, Grouped):
        return tuple(side.limit for side in cut.sides)
    return cut if isinstance(cut, tuple) else (cut,)


def largest_side(cut: Cut) -> int:
    """The largest number of quanta that a cut keeps on a side.

    >>> largest_side(4), largest_side((4, 30)), largest_side(Grouped((CutSide((1, 2), 9),)))
    (4, 30, 4)
    """
    return max(side.top for side in cut.sides) if isinstance(cut, Grouped) else max(numbers(cut))


def resized(modes: Sequence[Mode], cut: Cut, tops: Sequence[int]) -> Cut:
    """The same kind of cut with other last shells, one for each of its `limits`.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> two = [BosonOp("a"), BosonOp("b")]
    >>> resized(two, 4, [5]), resized(two, (4, 30), [5, 9])
    (5, (5, 9))
    """
    if isinstance(cut, int):
        return int(tops[0])
    if isinstance(cut, Grouped):
        return Grouped(tuple(s.cut_at(top) for s, top in zip(cut.sides, tops, strict=True)))
    left = iter(tops)
    return tuple(1 if is_two_level(mode) else int(next(left)) for mode in modes)


def hull(modes: Sequence[Mode], cuts: Iterable[Cut]) -> Cut:
    """A cut that keeps all that any of these keeps: a total only where all are.

    Of cuts of several kinds one is by groups or mode by mode, whichever keeps fewer states.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> hull([BosonOp("a"), BosonOp("b")], [4, 6]), hull([BosonOp("a"), BosonOp("b")], [4, (2, 9)])
    (6, (4, 9))
    """
    every = list(cuts)
    if all(isinstance(cut, int) for cut in every):
        return max(every, key=numbers)
    each = tuple(max(kept) - 1 for kept in zip(*(levels(modes, cut) for cut in every), strict=True))
    grouped = [_around(modes, cut, every) for cut in every if isinstance(cut, Grouped)]
    return min((each, *grouped), key=partial(count_states, modes))


def _around(modes: Sequence[Mode], kind: Grouped, cuts: Iterable[Cut]) -> Cut:
    """A cut by these groups that keeps all that any of the others keeps."""
    most = [max(_most(modes, side, cut) for cut in cuts) for side in kind.sides]
    return Grouped(tuple(CutSide(s.weights, top) for s, top in zip(kind.sides, most, strict=True)))


def _most(modes: Sequence[Mode], side: CutSide, cut: Cut) -> int:
    """What the states of a cut count at a side, at most."""
    total = 0
    for other in limits(modes, cut):
        # the quanta that count most for the room that they take
        pairs = zip(side.weights, other.weights, strict=True)
        total += max(w * other.limit // v for w, v in pairs if v)
    counted = {i for other in limits(modes, cut) for i, w in enumerate(other.weights) if w}
    free = (atom for atom in atoms(modes) if atom[0] not in counted)
    return total + sum(max(side.weights[i] for i in atom) for atom in free)


@lru_cache(maxsize=256)
def sides(modes: tuple[Mode, ...], cut: Cut) -> tuple[CutSide, ...]:
    """What the cut limits: none where everything is kept, as of two atoms with two quanta.

    >>> from sympy.physics.quantum.boson import BosonOp
    >>> sides((BosonOp("a"),), 4)
    (CutSide(weights=(1,), limit=4),)
    """
    pairs = [(side, side.cut_at(side.top + 1)) for side in limits(modes, cut)]
    return tuple(side for side, more in pairs if _ways(modes, more) > _ways(modes, side))
