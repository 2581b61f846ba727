"""A printed form as a series in the drive: its leading term, and the one after it.

Each part of the form becomes a few terms ``coefficient * t**power``, where t counts the order of
the drive (and of the model's further small symbols); t is real, so that conjugates and moduli are
series as well.  Coefficients stay as they are written: nothing is multiplied out.

The leading term of a printed form is what a closed form of leading order can be compared with, and
the following one is what the paper has in addition.
"""

from collections.abc import Mapping

import sympy as sp

from compare.formula.points import vanishes
from compare.formula.size import NODES, size

Terms = dict[sp.Rational, sp.Expr]  # power of t -> coefficient
# orders kept beyond the leading one, until a next term appears: mostly two, in some forms four; if
# none appears within eight orders, the form counts as a single term
ORDERS = (2, 4, 8)
# terms up to which a coefficient is brought into factors: for a polynomial of 3,458 terms in three
# letters SymPy took 14 s
READABLE = 3000


class NoSeries(ValueError):
    """The form is no power series in the drive, or a very long one.

    It holds an imaginary part or an unknown function, a power that is no number, or coefficients of
    more than a thousand parts.

    >>> x = sp.Symbol("x")
    >>> first_terms(sp.im(x, evaluate=False), {x: 1})
    Traceback (most recent call last):
        ...
    compare.formula.orders.NoSeries
    """


def first_terms(form: sp.Expr, small: Mapping[sp.Symbol, int]) -> tuple[sp.Expr, sp.Expr]:
    """The leading term in the small symbols, and the next one, which is 0 if there is none.

    ``small`` gives the order of each small symbol, in powers of the drive.  Raises `NoSeries` for
    what has no such series, or none of a readable length.

    >>> x, y = sp.symbols("x y")
    >>> first_terms(x**2 / (1 + x**2 * y), {x: 1})
    (x**2, -x**4*y)

    Both terms are in the symbols of the form, with the powers of the small symbols in them.  The
    following term is brought into factors while it has at most `READABLE` terms.

    A square root of the drive is a power like any other, and a form that does not hold the drive is
    its own leading term:

    >>> first_terms(sp.sqrt(x**2 + x**3 * y), {x: 1})
    (sqrt(x**2), x*y*sqrt(x**2)/2)
    >>> first_terms(y, {x: 1})
    (y, 0)
    """
    for orders in ORDERS:
        found = _Expanding(small, orders).series(form)
        if len(found) > 1:
            break
    leading, following = [*(found[power] for power in sorted(found)), sp.S.Zero, sp.S.Zero][:2]
    return leading, _in_factors(following)


def _in_factors(term: sp.Expr) -> sp.Expr:
    """The term as a product of factors, unless it is too long for that to end soon."""
    readable = size(term).top.terms + size(term).bottom.terms <= READABLE
    return sp.factor(term) if readable else term


class _Expanding:
    """Terms of forms, up to some orders beyond the leading one.

    A series is a dictionary from powers of t to coefficients, of which none vanishes.
    """

    def __init__(self, small: Mapping[sp.Symbol, int], orders: int) -> None:
        """Keep ``orders`` powers of t beyond the leading one; ``small`` has the symbols' orders."""
        self.small, self.orders = small, orders

    def series(self, form: sp.Expr) -> Terms:
        """The series of a form, from those of its parts; raises `NoSeries`.

        One rule per kind of expression: sums and products of series, powers by the binomial series,
        an exponential by its own, and the modulus as the root of z times its conjugate.
        """
        if not form.free_symbols & self.small.keys():
            return self.cleaned({sp.S.Zero: form})
        if form.is_Symbol:
            return {sp.Integer(self.small[form]): form}
        parts = [self.series(part) for part in form.args]
        match form:
            case sp.Add():
                return self.sum(parts)
            case sp.Mul():
                return self.product(parts)
            case sp.Pow(base=sp.Abs(args=(z,)), exp=exponent) if exponent.is_Rational:
                squared = self.series(z * sp.conjugate(z))
                return self.power(squared, exponent / 2)
            case sp.Pow(exp=exponent) if exponent.is_Rational:
                return self.power(parts[0], exponent)
            case sp.exp():
                return self.exponential(parts[0])
            case sp.conjugate():
                return _conjugate(parts[0])
            case sp.Abs():
                return self.power(self.product([parts[0], _conjugate(parts[0])]), sp.S.Half)
            case sp.re():
                return self.sum(
                    [self.scaled(parts[0], sp.S.Half), self.scaled(_conjugate(parts[0]), sp.S.Half)]
                )
        raise NoSeries

    def sum(self, parts: list[Terms]) -> Terms:
        """Coefficients of the same power added."""
        total: Terms = {}
        for part in parts:
            for power, coefficient in part.items():
                total[power] = total.get(power, sp.S.Zero) + coefficient
        return self.cleaned(total)

    def product(self, parts: list[Terms]) -> Terms:
        """Powers added, coefficients multiplied, cut after each factor.

        What lies more than the orders kept above the lowest power is dropped after each factor: no
        later factor brings it down again.
        """
        total: Terms = {sp.S.Zero: sp.S.One}
        for part in parts:
            total = self.sum([{p + q: a * b} for p, a in total.items() for q, b in part.items()])
        return total

    def power(self, base: Terms, exponent: sp.Rational) -> Terms:
        """``(c t^p (1 + u))^n = c^n t^(p n) sum_k binomial(n, k) u^k``.

        Here c t^p is the leading term and u all the rest over it, so that u has positive powers
        only. Raises `NoSeries` for a power of zero.
        """
        if not base:
            raise NoSeries
        lowest = min(base)
        leading = base[lowest]
        u = {p - lowest: c / leading for p, c in base.items() if p != lowest}
        terms = [
            self.scaled(power, sp.binomial(exponent, k)) for k, power in enumerate(self.powers(u))
        ]
        whole = self.sum(terms)
        return {p + lowest * exponent: c * leading**exponent for p, c in whole.items()}

    def exponential(self, exponent: Terms) -> Terms:
        """``exp(c + u) = exp(c) sum_k u^k/k!``; raises `NoSeries` for negative powers.

        A negative power of the drive in the exponent is an essential singularity, which has no
        leading term.
        """
        if any(power < 0 for power in exponent):
            raise NoSeries
        rest = {p: c for p, c in exponent.items() if p}
        terms = [
            self.scaled(power, 1 / sp.factorial(k)) for k, power in enumerate(self.powers(rest))
        ]
        return self.scaled(self.sum(terms), sp.exp(exponent.get(sp.S.Zero, sp.S.Zero)))

    def powers(self, u: Terms) -> list[Terms]:
        """1, u, u^2, ... as far as they reach into the orders that are kept.

        They end where u^k lies beyond the orders kept, or after as many as there are orders.
        """
        found: list[Terms] = [{sp.S.Zero: sp.S.One}]
        while u and min(u) * len(found) <= self.orders and len(found) <= self.orders:
            found.append(self.product([found[-1], u]))
        return found

    def scaled(self, series: Terms, factor: sp.Expr) -> Terms:
        """Every coefficient times a factor."""
        return self.cleaned({power: factor * c for power, c in series.items()})

    def cleaned(self, series: Terms) -> Terms:
        """Without terms that vanish, and without those that are too far beyond the leading one.

        Raises `NoSeries` for a coefficient with more than a tenth of the parts that a formula may
        have: nobody would read it.
        """
        if any(size(c).nodes > NODES // 10 for c in series.values()):
            raise NoSeries
        kept = {power: c for power, c in series.items() if not vanishes(c)}
        return {p: c for p, c in kept.items() if p <= min(kept) + self.orders}


def _conjugate(series: Terms) -> Terms:
    """The conjugate series: t is real, so only the coefficients are conjugated."""
    return {power: sp.conjugate(c) for power, c in series.items()}
