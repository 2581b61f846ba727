"""How much work a formula is, told from its parts before anything is multiplied out.

A proof brings both forms over one denominator and multiplies out.  A product of powers, a chain
of definitions that square, or nested exponentials make a short text a result of any size; a bound
on that size is found in one walk over the parts, without making the result.

The bound is on the number of monomials: a polynomial of m letters between the degrees a and b has
at most as many terms as there are monomials with these degrees, C(m + b, m) - C(m + a - 1, m). Sums
add their bounds and products multiply them, until that number is reached.
"""

from functools import lru_cache
from math import exp, inf, lgamma, prod
from typing import NamedTuple

import sympy as sp

HIGHEST = 100  # degree: that of the largest closed forms of three modes is 78
NODES = 10_000  # parts; those closed forms have up to 6,000
DEPTH = 60  # of parts inside one another; Python's own parser ends near 100
DIGITS = 1000  # of a whole number: none is printed so long, and Python writes 4300 at most
PROVABLE = 300_000  # terms that are multiplied out for a proof: some ten seconds


class Side(NamedTuple):
    """A bound on the terms of a polynomial that is multiplied out, and the range of its degrees.

    Degrees are total ones, in all letters together: a polynomial of 3 letters between the degrees
    0 and 2 has at most 10 terms, however it was made.

    >>> cube = size((1 + sp.Symbol("x")) ** 3).top
    >>> round(cube.terms), cube.degree
    (4, 3.0)
    """

    terms: float = 1
    lowest: float = 0
    degree: float = 0


class Size(NamedTuple):
    """Bounds on a form: both sides of its fraction multiplied out, and its parts as written.

    ``nodes`` and ``depth`` count the parts and how far they stand inside one another, ``digits``
    the longest whole number, ``tower`` the exponents that stand on one another.

    >>> x = sp.Symbol("x")
    >>> found = size((1 + x) / (1 - x**2))
    >>> found.top.degree, found.bottom.degree
    (1.0, 2.0)
    """

    top: Side = Side()
    bottom: Side = Side()
    letters: frozenset[object] = frozenset()  # symbols, their conjugates, roots, exponentials
    nodes: int = 1
    depth: int = 1
    digits: float = 1
    tower: int = 0  # exponents that stand on one another

    @property
    def degree(self) -> float:
        """The larger degree of the two sides.

        >>> size(1 / (1 + sp.Symbol("x")) ** 4).degree
        4.0
        """
        return max(self.top.degree, self.bottom.degree)


@lru_cache(maxsize=8192)  # what many definitions share is walked once
def size(form: sp.Expr) -> Size:
    """The size of a form, from those of its parts: one walk, nothing is multiplied out.

    >>> x, y = sp.symbols("x y")
    >>> size((x + y) ** 50 * (x - y) ** 50).degree
    100.0
    """
    if not form.args:
        return _of_atom(form)
    parts = [size(part) for part in form.args]
    match form:
        case sp.Add():
            return _together(_of_sum(parts), parts)
        case sp.Mul():
            return _together(_of_product(parts), parts)
        case sp.Pow():
            return _together(_of_power(form, parts[0]), parts)
        case sp.exp():
            return _together(_letter(form), parts)
        case sp.Abs() | sp.conjugate() | sp.re() | sp.im():
            return _together(_with_conjugates(form, parts[0]), parts)
    return _together(_letter(form), parts)


def check_size(form: sp.Expr, what: str) -> sp.Expr:
    """The form itself; raises `ValueError` if it is more work than any printed formula.

    ``what`` names it in the message.

    Four bounds beside that on exponentials in exponents: the degree when multiplied out, the parts,
    the brackets inside one another, and the digits of whole numbers.

    >>> check_size((1 + sp.Symbol("x")) ** 101, "Formula `f`")
    Traceback (most recent call last):
        ...
    ValueError: Formula `f` must have a degree of at most 100 when multiplied out, but has 101.
    """
    found = size(form)
    if found.tower > 1:
        raise ValueError(f"{what} must not hold an exponential in an exponent.")
    bounds = [
        (found.degree, HIGHEST, "a degree of at most {} when multiplied out"),
        (found.nodes, NODES, "at most {} parts with all definitions put in"),
        (found.depth, DEPTH, "at most {} brackets inside one another, those of definitions too"),
        (found.digits, DIGITS, "numbers of at most {} digits"),
    ]
    for has, most, must in bounds:
        if has > most:
            raise ValueError(f"{what} must have {must.format(most)}, but has {has:.6g}.")
    return form


def is_provable(*forms: sp.Expr) -> bool:
    """Whether multiplying out the sum of the forms is little enough work.

    The largest number of terms is `PROVABLE`; only the numerator over the common denominator
    counts, because a proof shows that it is zero.

    >>> is_provable(sp.Symbol("x"), -sp.Symbol("x"))
    True
    """
    return size(sp.Add(*forms, evaluate=False)).top.terms <= PROVABLE


def _of_atom(form: sp.Expr) -> Size:
    """The size of a symbol or of a number, with the digits of the latter (log10 2 = 0.30103)."""
    if form.is_Symbol:
        return _letter(form)
    largest = max(abs(form.p), form.q) if form.is_Rational else 1
    return Size(digits=1 + int(largest).bit_length() * 0.30103)


def _letter(form: sp.Expr) -> Size:
    """The size of what a polynomial takes as one letter: a symbol, a root, an exponential."""
    side = Side(1, 1, 1)
    tower = 1 if form.is_Pow or isinstance(form, sp.exp) else 0
    return Size(side, letters=frozenset([form]), tower=tower)


def _of_sum(parts: list[Size]) -> Size:
    """Over the product of all denominators, each term times those of the others."""
    tops = [
        _times([part.top, *(q.bottom for q in parts[:i] + parts[i + 1 :])])
        for i, part in enumerate(parts)
    ]
    terms, lowest, degree = zip(*tops, strict=True)
    return Size(Side(sum(terms), min(lowest), max(degree)), _times([p.bottom for p in parts]))


def _of_product(parts: list[Size]) -> Size:
    """The sides are multiplied, numerators with numerators and denominators with denominators."""
    return Size(_times([p.top for p in parts]), _times([p.bottom for p in parts]))


def _of_power(form: sp.Expr, base: Size) -> Size:
    """A root counts as a power of its base and as a letter of its own."""
    if not form.exp.is_Rational:
        return _letter(form)
    top, bottom = (_raised(side, abs(form.exp)) for side in (base.top, base.bottom))
    even = isinstance(form.base, sp.Abs) and form.exp.is_even
    letters = frozenset() if form.exp.is_Integer or even else frozenset([form])
    return Size(top, bottom, letters) if form.exp > 0 else Size(bottom, top, letters)


def _with_conjugates(form: sp.Expr, part: Size) -> Size:
    """``|z|``, ``conj(z)``, ``Re(z)``: made of the letters of z and of their conjugates."""
    return Size(part.top, part.bottom, frozenset(map(_conjugate, part.letters)))


def _conjugate(letter: object) -> object:
    """The conjugate of a letter as another letter; that of a real symbol is the symbol itself."""
    if isinstance(letter, tuple):
        return letter[1]
    return letter if getattr(letter, "is_real", False) else ("conjugate", letter)


def _together(found: Size, parts: list[Size]) -> Size:
    """The sides of a form, with what its parts add up to."""
    letters = found.letters.union(*(p.letters for p in parts))
    return Size(
        _at_most(found.top, len(letters)),
        _at_most(found.bottom, len(letters)),
        letters,
        1 + sum(p.nodes for p in parts),
        1 + max(p.depth for p in parts),
        max(p.digits for p in parts),
        found.tower + max(p.tower for p in parts),
    )


def _at_most(side: Side, letters: int) -> Side:
    """No more terms than there are monomials of these degrees."""
    below = _multisets(letters + 1, side.lowest - 1) if side.lowest >= 1 else 0.0
    monomials = _multisets(letters + 1, side.degree) - below
    return side._replace(terms=min(side.terms, max(1.0, monomials)))


def _times(sides: list[Side]) -> Side:
    """The product of polynomials: terms multiplied, degrees added."""
    terms, lowest, degree = zip(*sides, strict=True)
    return Side(prod(terms), sum(lowest), sum(degree))


def _raised(side: Side, count: sp.Rational) -> Side:
    """A power of a polynomial; its terms are counted as those of a multinomial."""
    power = float(count)
    return Side(_multisets(side.terms, power), power * side.lowest, power * side.degree)


def _multisets(kinds: float, count: float) -> float:
    """Ways to choose ``count`` of ``kinds`` with repetition: the terms of a power."""
    if max(kinds, count) > 1e15:
        return inf
    logarithm = lgamma(kinds + count) - lgamma(kinds) - lgamma(count + 1)
    return exp(logarithm) if logarithm < 300 else inf
