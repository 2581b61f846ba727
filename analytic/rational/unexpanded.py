"""Products of powers of expressions that are left as they are: `Factored` where that would be long.

An amplitude of many modes is a quotient of determinants (G. Cramer's rule),

    C_n = N_n/(D_N D_(N-1) ...),    D_N = det H_N,

``N_n`` being ``det H_N`` with the column of n replaced by what the drive brings.  Nothing is
multiplied out; what stands above and below the line as a whole cancels by counting.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import sympy as sp

from analytic.rational.determinant import Determinant, determinant, sizes
from analytic.rational.factored import Factored, Written
from analytic.rational.naming import Names, free_name
from analytic.rational.vanishing import CANCELS, TRIALS, draw
from systems.progress import busy

# Operations in a factor that reads well where it stands
SHORT = 12


@dataclass(frozen=True)
class Unexpanded:
    """``constant * prod_f f**powers[f]`` with any expressions f.

    It has what closed forms need of `Factored`, and takes one as the other factor.

    >>> x, y = sp.symbols("x y")
    >>> whole = Unexpanded(sp.Integer(2), {x + y: 1, y: -1})
    >>> (whole / Unexpanded(sp.S.One, {x + y: 1})).written.expr
    2/y
    """

    constant: sp.Expr
    powers: Mapping[sp.Expr, int]

    def __mul__(self, other: Unexpanded | Factored) -> Unexpanded:
        powers = dict(self.powers)
        for factor, power in other.factors:
            powers[factor] = powers.get(factor, 0) + power
        kept = {factor: power for factor, power in powers.items() if power}
        return Unexpanded(self.constant * other.constant, kept)

    def __pow__(self, exponent: int) -> Unexpanded:
        powers = {factor: exponent * power for factor, power in self.powers.items()}
        return Unexpanded(self.constant**exponent, powers)

    def __truediv__(self, other: Unexpanded | Factored) -> Unexpanded:
        return self * other**-1

    def __bool__(self) -> bool:
        """Whether it is zero as a function of the symbols."""
        return self.constant != 0 and not self._vanishes

    @cached_property
    def _vanishes(self) -> bool:
        return any(is_singular(factor) for factor, power in self.factors if power > 0)

    def times(self, number: sp.Expr) -> Unexpanded:
        """The product with a number.

        >>> Unexpanded(sp.S.One, {sp.Symbol("x"): 1}).times(3).written.expr
        3*x
        """
        return Unexpanded(self.constant * number, self.powers)

    @property
    def factors(self) -> list[tuple[sp.Expr, int]]:
        """The factors, each with its power (below the line: negative).

        >>> Unexpanded(sp.S.One, {sp.Symbol("x"): -2}).factors
        [(x, -2)]
        """
        return list(self.powers.items())

    @property
    def written(self) -> Written:
        """The product with its factors as they are.

        >>> Unexpanded(sp.Integer(2), {sp.Symbol("x"): 1}).written
        Written(constant=2, factors=((x, 1),))
        """
        return Written(self.constant, tuple(self.factors))


def is_singular(factor: sp.Expr) -> bool:
    """Whether a determinant is zero for all values, tried at random ones; other factors are not.

    >>> x = sp.Symbol("x")
    >>> is_singular(Determinant.of(2, {(0, 0): x, (0, 1): x, (1, 0): x, (1, 1): x}))
    True
    """
    if not isinstance(factor, Determinant):
        return bool(factor == 0)
    random = np.random.default_rng(0)
    drawn = {str(s): draw(s, random, TRIALS) for s in sorted(factor.free_symbols, key=str)}
    if not drawn:
        return bool(factor.doit() == 0)
    at = factor.size, list(factor.elements), factor.numbers(drawn)
    return bool((abs(determinant(*at)) <= CANCELS * sizes(*at)).all())


@busy("names for what repeats")
def name_determinants(products: Iterable[Factored | Unexpanded], taken: Iterable[str]) -> Names:
    """Names D_1, D_2, ... of what stands below a line of the products, N_1, ... of what does not.

    ``taken`` are names that must not be given away.

    >>> x, y = sp.symbols("x y")
    >>> whole = Unexpanded(sp.S.One, {Determinant.of(1, {(0, 0): x}): -1, y: 1})
    >>> names = name_determinants([whole], {"x"})
    >>> names.write(whole).expr, dict(names)
    (y/D_1, {D_1: Determinant(1, 0, 0, x)})
    """
    names, used = Names(), set(taken)
    for product in products:
        for factor, power in sorted(product.factors, key=lambda item: item[1]):
            if factor not in names.forms:
                names.forms[factor] = (
                    sp.S.One,
                    _named(names, factor, "D" if power < 0 else "N", used),
                )
    return names


def _named(names: Names, factor: sp.Expr, kind: str, used: set[str]) -> sp.Expr:
    """The name of a determinant or of a long sum; a short factor as it is."""
    if not isinstance(factor, Determinant) and sp.count_ops(factor) <= SHORT:
        return factor
    count = 1 + sum(str(name).startswith(f"{kind}_") for name in names)
    name = free_name(f"{kind}_{count}", used)
    names[name] = factor
    return name
