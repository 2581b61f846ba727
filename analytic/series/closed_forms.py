"""The series of the moments in symbols: the blocks of a hierarchy solved as rational functions."""

from collections.abc import Mapping
from functools import cache

import sympy as sp

from analytic.rational import polynomials
from analytic.rational.expressions import write
from analytic.rational.factored import Alphabet
from analytic.rational.polynomials import Singular
from analytic.rational.quotient import Quotient, total
from analytic.series.hierarchy import Block, Hierarchy, Node
from analytic.series.words import Combination


class ClosedForms:
    """The moments of a hierarchy, each worked out when first asked for.

    ``at`` puts numbers in the place of symbols, which makes all of it shorter.
    """

    def __init__(self, hierarchy: Hierarchy, at: Mapping[sp.Symbol, sp.Expr]) -> None:
        self.hierarchy = hierarchy
        coefficients = [sp.expand(c.subs(at)) for c in hierarchy.moments.coefficients]
        self._alphabet = Alphabet(coefficients)
        self._letters = [self._alphabet.element(c) for c in coefficients]
        self._zero, self._one = map(self._alphabet.ring.constant, (0, 1))
        self._place = {node: (b, i) for b in hierarchy.blocks for i, node in enumerate(b.nodes)}
        self._nothing = Quotient(self._zero, 1, {})
        self._known = {(hierarchy.identity, 0): Quotient(self._one, 1, {})}

    def __getitem__(self, node: Node) -> Quotient:
        """One term of one moment, powers of the drive included."""
        if node not in self._known:
            self._known[node] = self._find(node)
        return self._known[node]

    def total(self, combination: Combination, power: int) -> Quotient:
        """The term of a combination of moments at one power of the drive."""
        return total([self._nothing, *(self[w, power].times(x) for w, x in combination.items())])

    def expression(self, quotient: Quotient) -> sp.Expr:
        """The quotient as a factored expression."""
        return write(self._alphabet, quotient)

    def _find(self, node: Node) -> Quotient:
        if node not in self._place:
            return self._nothing
        block, i = self._place[node]
        if block.pairs:
            bra, ket = block.pairs[i]
            return self[bra] * self[ket]
        row = self._inverse(block)[i]
        return total(x.times(self._source(block, j)) for j, x in enumerate(row) if x)

    @cache  # noqa: B019  (lives as long as the closed forms that it belongs to)
    def _source(self, block: Block, row: int) -> Quotient:
        terms = [self[x].times(self._letters[c] * -n) for i, x, c, n in block.outer if i == row]
        return total([self._nothing, *terms])

    @cache  # noqa: B019
    def _inverse(self, block: Block) -> list[list[Quotient]]:
        size = range(len(block.nodes))
        rows = [[self._zero for _ in size] for _ in size]
        for row, column, letter, factor in block.inner:
            rows[row][column] += self._letters[letter] * factor
        unit = [[self._one if i == j else self._zero for j in size] for i in size]
        try:
            inverse, determinant = polynomials.solve(rows, unit)
        except Singular:
            names = ", ".join(str(node[0]) for node in block.nodes)
            raise ValueError(
                f"Every excitation must be damped, but without drive the moments {names} do not "
                "decay (a lossless mode?)."
            ) from None
        return [[Quotient.of(x, determinant) for x in row] for row in inverse]
