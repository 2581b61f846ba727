"""The order in which moments follow from one another, power by power of the drive.

With ``<X> = sum_P M_X^(P)``, P counting powers of ``drive**(1/unit)``, the steady state obeys

    sum_(undriven) M_Y^(P) + sum_(order k) M_Y^(P - k unit) = 0,       M_X^(P) = 0 for P < grade(X).

The undriven part holds words of the grade of X, solved for together (one block), and of higher
grade, known before; the driven part is of lower power.  So the blocks are solved for rising P and,
at each P, for falling grade, and every request ends at ``<1> = 1`` after finitely many of them.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from analytic.series.moments import Moments, MomentTerm
from systems import Model
from systems.ladder import Occupation, Word, is_two_level

Node = tuple[Word, int]  # a moment and a power of the drive
LONGEST = 1000  # corrections: nobody sums more, and even an atom alone then takes minutes


@dataclass(frozen=True)
class MomentBlock:
    """Moments of one power to be solved for together: ``inner M = -sum(outer known M)``.

    ``inner`` and ``outer`` hold (row, column or known node, coefficient, factor).  In a block
    with ``pairs`` each moment is the product of two known ones instead.

    >>> MomentBlock(nodes=(), pairs=()).inner
    ()
    """

    nodes: tuple[Node, ...]
    inner: tuple[tuple[int, int, int, int], ...] = ()
    outer: tuple[tuple[int, Node, int, int], ...] = ()
    pairs: tuple[tuple[Node, Node], ...] = ()


class Hierarchy:
    """The blocks to be solved, in order, for the requested words up to their highest powers.

    >>> from systems import kerr
    >>> hierarchy = Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2})
    >>> [block.nodes for block in hierarchy.blocks]  # <a'> and <a>, then <a'a>
    [((((0,), (1,)), 1),), ((((1,), (0,)), 1),), ((((1,), (1,)), 2),)]
    """

    def __init__(self, moments: Moments, requests: Mapping[Word, int]) -> None:
        self.moments, self.requests = moments, requests
        self._terms_of: dict[Node, tuple[tuple[MomentTerm, Node], ...]] = {}

    @cached_property
    def blocks(self) -> tuple[MomentBlock, ...]:
        """The blocks that do not vanish, each after all that it needs.

        >>> from systems import kerr
        >>> hierarchy = Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2})
        >>> hierarchy.blocks[-1].nodes, len(hierarchy.blocks[-1].pairs)  # |<a>|^2
        (((((1,), (1,)), 2),), 1)
        """
        found: list[MomentBlock] = []
        known = {(self.identity, 0)}
        for nodes in self._ordered:
            block = self._block(nodes, known)
            if block.outer or block.pairs:  # nothing else is fed
                known.update(block.nodes)
                found.append(block)
        return tuple(found)

    @cached_property
    def nodes(self) -> dict[Node, int]:
        """Position of every moment that does not vanish, in the order of solution.

        >>> from systems import kerr
        >>> hierarchy = Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2})
        >>> hierarchy.nodes[((1,), (1,)), 2]
        3
        """
        solved = (node for block in self.blocks for node in block.nodes)
        return {node: i for i, node in enumerate([(self.identity, 0), *solved])}

    @property
    def identity(self) -> Word:
        """The word 1.

        >>> from systems import kerr
        >>> hierarchy = Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2})
        >>> hierarchy.identity
        ((0,), (0,))
        """
        none: Occupation = (0,) * len(self.moments.model.modes)
        return none, none

    def powers(self, words: Iterable[Word]) -> tuple[int, ...]:
        """The powers of the drive in the series of any of the words, in rising order.

        >>> from systems import kerr
        >>> hierarchy = Hierarchy(Moments(kerr.MODEL), {((1,), (1,)): 2})
        >>> hierarchy.powers([((1,), (1,))])
        (2,)
        """
        asked = set(words)
        return tuple(sorted({power for word, power in self.nodes if word in asked}))

    def _terms(self, node: Node) -> tuple[tuple[MomentTerm, Node], ...]:
        """The terms of an equation at one power, with the nodes that they refer to."""
        if node not in self._terms_of:
            self._terms_of[node] = tuple(self._find_terms(*node))
        return self._terms_of[node]

    def _find_terms(self, word: Word, power: int) -> Iterator[tuple[MomentTerm, Node]]:
        unit = self.moments.model.grading.unit
        for term in self.moments.equation(word):
            lower = power - term.order * unit
            if self.moments.grade(term.word) <= lower:
                yield term, (term.word, lower)

    def _pair(self, word: Word, power: int) -> tuple[Node, Node] | None:
        """The two amplitudes that make up a moment at its lowest power, if it factorises."""
        (p, q), (none, _) = word, self.identity
        pure = self.moments.factorises and power == self.moments.grade(word)
        if not pure or p == none or q == none:
            return None
        bra, ket = (p, none), (none, q)
        return (bra, self.moments.grade(bra)), (ket, self.moments.grade(ket))

    @cached_property
    def _needed(self) -> set[Node]:
        """All nodes that the requests lead to."""
        todo = [(w, p) for w, top in self.requests.items() for p in range(top + 1)]
        todo = [(word, power) for word, power in todo if power >= self.moments.grade(word)]
        needed: set[Node] = set()
        while todo:
            node = todo.pop()
            if node not in needed:
                needed.add(node)
                todo += self._pair(*node) or [other for _, other in self._terms(node)]
        return {(word, power) for word, power in needed if word != self.identity}

    @cached_property
    def _ordered(self) -> list[tuple[Node, ...]]:
        """The nodes in groups that are coupled at one power and grade, in order of solution."""
        nodes = sorted(self._needed)
        position = {node: i for i, node in enumerate(nodes)}
        links = [
            (i, position[other])
            for node, i in position.items()
            if not self._pair(*node)
            for _, other in self._terms(node)
            if self._order(other) == self._order(node)
        ]
        rows, columns = np.array(links, dtype=int).reshape(-1, 2).T
        graph = coo_array((np.ones(len(rows)), (rows, columns)), shape=(len(nodes),) * 2)
        _, labels = connected_components(graph, directed=False)
        groups: dict[int, list[Node]] = {}
        for node, name in zip(nodes, labels, strict=True):
            # products do not wait for one another: one group of them for each power
            groups.setdefault(-node[1] if self._pair(*node) else int(name), []).append(node)
        return sorted(map(tuple, groups.values()), key=lambda group: self._order(group[0]))

    def _order(self, node: Node) -> tuple[int, int]:
        """The order of solution: rising power, falling grade."""
        word, power = node
        return power, -self.moments.grade(word)

    def _block(self, nodes: tuple[Node, ...], known: set[Node]) -> MomentBlock:
        """The equations of a group, with what is zero left out."""
        if self._pair(*nodes[0]):
            pairs = {n: pair for n in nodes if (pair := self._pair(*n)) and known.issuperset(pair)}
            return MomentBlock(tuple(pairs), pairs=tuple(pairs.values()))
        row = {node: i for i, node in enumerate(nodes)}
        terms = [(i, other, t) for node, i in row.items() for t, other in self._terms(node)]
        inner = [(i, row[x], t.coefficient, t.factor) for i, x, t in terms if x in row]
        outer = [(i, x, t.coefficient, t.factor) for i, x, t in terms if x in known]
        return MomentBlock(nodes, tuple(inner), tuple(outer))


def count_moments(model: Model, occupation: Occupation, corrections: int) -> int:
    """At most as many terms of moments make up ``P_n`` to this order; the truth is near a third.

    A word ``a'^p a^q`` of grade g has terms of the powers g, g + 2, ... of the drive, up to the
    last that is asked for.  Counted without building them: it says beforehand how much work it is.

    >>> from systems import kerr
    >>> [count_moments(kerr.MODEL, (1,), corrections) for corrections in (1, 2, 3)]
    [22, 50, 95]
    """
    last = 2 * (model.grading.of(occupation) + model.grading.unit * min(corrections, LONGEST))
    words = np.eye(1, last + 1)[0]  # by grade: the word 1
    for mode, weight in zip(model.modes, model.grading.weights, strict=True):
        powers = np.zeros(last + 1)
        powers[: weight + 1 if is_two_level(mode) else last + 1 : weight] = 1
        for _ in range(2):  # a'^p and a^q
            words = np.convolve(words, powers)[: last + 1]
    return int(words @ ((last - np.arange(last + 1)) // 2 + 1))
