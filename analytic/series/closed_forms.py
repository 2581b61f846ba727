"""The series of the moments in symbols: the blocks of a hierarchy solved as rational functions.

`Series` is what an expansion is asked for: <a'a>, G^(k) = <a'^k a^k>, g^(k) = G^(k)/<a'a>^k, P_n.
It is a combination of moments, or its ratio to a product of others, and light until its closed
form is asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp

from analytic.rational import polynomials
from analytic.rational.factored import Alphabet
from analytic.rational.polynomials import Singular
from analytic.rational.quotient import Quotient, total, write
from analytic.series.coefficients import Coefficients
from analytic.series.hierarchy import Hierarchy, MomentBlock, Node
from analytic.series.moments import Combination
from analytic.series.summation import ratio
from systems.display import Shown
from systems.progress import Report, bar, silent
from systems.values import read_exact


class ClosedForms:
    """The moments of a hierarchy, each worked out when first asked for.

    ``at`` puts numbers in the place of symbols, which makes all of it shorter.

    >>> from analytic.series.moments import Moments
    >>> from systems import kerr
    >>> word = ((1,), (1,))
    >>> forms = ClosedForms(Hierarchy(Moments(kerr.MODEL), {word: 2}), {})
    >>> forms.expression(forms[word, 2])  # <a'a> to leading order
    4*xi**2/Abs(2*Delta - I*gamma)**2
    """

    def __init__(
        self, hierarchy: Hierarchy, at: Mapping[sp.Symbol, sp.Expr], report: Report = silent
    ) -> None:
        """Make the letters; ``report`` is called with the moments that are found, and of how many.

        Not all of these may be needed.
        """
        self.hierarchy, self._report = hierarchy, report
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
            self._report("moments in symbols", len(self._known), 1 + len(self._place))
        return self._known[node]

    def total(self, combination: Combination, power: int) -> Quotient:
        """The term of a combination of moments at one power of the drive.

        >>> from analytic.series.moments import Moments
        >>> from systems import kerr
        >>> word = ((1,), (1,))
        >>> forms = ClosedForms(Hierarchy(Moments(kerr.MODEL), {word: 2}), {})
        >>> forms.expression(forms.total({word: sp.Integer(3)}, 2))
        12*xi**2/Abs(2*Delta - I*gamma)**2
        """
        return total([self._nothing, *(self[w, power].times(x) for w, x in combination.items())])

    def expression(self, quotient: Quotient) -> sp.Expr:
        """The quotient as a factored expression.

        >>> from analytic.series.moments import Moments
        >>> from systems import kerr
        >>> word = ((1,), (1,))
        >>> forms = ClosedForms(Hierarchy(Moments(kerr.MODEL), {word: 2}), {})
        >>> forms.expression(forms[forms.hierarchy.identity, 0])
        1
        """
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
    def _source(self, block: MomentBlock, row: int) -> Quotient:
        terms = [self[x].times(self._letters[c] * -n) for i, x, c, n in block.outer if i == row]
        return total([self._nothing, *terms])

    @cache  # noqa: B019
    def _inverse(self, block: MomentBlock) -> list[list[Quotient]]:
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


@dataclass(frozen=True, eq=False, repr=False)
class Series(Shown):
    """A combination of moments, or its ratio to a product of others, as a series in the drive.

    Numbers come from ``expansion.evaluate``, closed forms are worked out when asked for.
    ``symbol`` is LaTeX; ``corrections`` says how many terms beyond the leading one belong to it.

    >>> from analytic import expand
    >>> from systems import kerr
    >>> number = expand(kerr.MODEL, corrections=0).number("a")
    >>> number
    <\\langle a^\\dagger a \\rangle in the series of the driven Kerr mode, corrections: 0>
    """

    coefficients: Coefficients
    corrections: int
    symbol: str
    above: Combination
    below: tuple[Combination, ...] = ()

    def _title(self) -> str:
        return self._called(self.symbol)

    def _caption(self) -> str:
        return self._called(f"${self.symbol}$")

    def _called(self, symbol: str) -> str:
        name = self.coefficients.model.name
        return f"{symbol} in the series of the {name}, corrections: {self.corrections}"

    def _facts(self) -> Mapping[str, Any]:
        return {"quantity": f"${self.symbol}$", "corrections": self.corrections}

    @property
    def terms(self) -> tuple[sp.Expr, ...]:
        """The terms of its series in the drive, leading order first, as factored closed forms.

        With all symbols of a two-mode Kerr model with backscattering: one correction of g2 in a
        second, of g3 (a numerator of 16,000 terms) in half a minute; two corrections of g2 in a
        minute.

        >>> from analytic import expand
        >>> from systems import kerr
        >>> expand(kerr.MODEL, corrections=0).number("a").terms
        (4*xi**2/Abs(2*Delta - I*gamma)**2,)
        """
        return self.closed_form()

    @property
    def expr(self) -> sp.Expr:
        """The sum of the terms: the closed form up to the expansion's corrections.

        >>> from analytic import expand
        >>> from systems import kerr
        >>> number = expand(kerr.MODEL, corrections=0).number("a")
        >>> number.expr
        4*xi**2/Abs(2*Delta - I*gamma)**2
        """
        return sp.Add(*self.terms)

    def closed_form(
        self, at: Mapping[Any, Any] | None = None, progress: bool = True
    ) -> tuple[sp.Expr, ...]:
        """The terms with rational numbers in place of some symbols, e.g. ``{Delta: 0}``.

        A zero shortens it most: two corrections of a g2 that take a minute with all symbols take
        seconds on resonance.  Other numbers may make it longer, where a sum that was one symbol is
        multiplied out.  Terms multiply with modes, symbols and corrections, and there is no limit
        on the time that they take: a bar says how far it is, unless ``progress`` is False.

        Raises `ValueError` for numbers that `Expansion.evaluate` would refuse, and where it is 0/0.

        >>> from analytic import expand
        >>> from systems import kerr
        >>> expand(kerr.MODEL).number("a").closed_form({"Delta": 0, "chi": 0})  # coherent: no more
        (4*xi**2/gamma**2, 0)
        """
        parts = (self.above, *self.below)
        exact = read_exact(self.coefficients.model, at or {})
        powers = [(c, self.coefficients.powers(c)[: self.count]) for c in parts]
        with bar(progress) as report:
            forms = ClosedForms(self.coefficients.hierarchy(parts), exact, report)
            found = [[forms.total(c, power) for power in several] for c, several in powers]
            if not all(part[0] for part in found[1:]):
                raise ValueError(
                    f"Quantity `{self.symbol}` is undefined, 0/0, at {at}: there are no quanta."
                )
            report("quotients of moments", 0, 1)
            return tuple(forms.expression(term) for term in ratio(*found))

    @property
    def count(self) -> int:
        """Number of its terms, the leading one included.

        >>> from analytic import expand
        >>> from systems import kerr
        >>> number = expand(kerr.MODEL, corrections=0).number("a")
        >>> number.count
        1
        """
        return self.coefficients.each * self.corrections + 1

    @property
    def latex(self) -> str:
        """The closed form as a LaTeX equation.

        >>> from analytic import expand
        >>> from systems import kerr
        >>> expand(kerr.MODEL, corrections=0).probability((1,)).latex.split(" = ")[0]
        'P_{1}'
        """
        return f"{self.symbol} = {sp.latex(self.expr)}"
