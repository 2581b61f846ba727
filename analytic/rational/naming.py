"""Abbreviations that a person would choose, found in the closed forms themselves.

Every amplitude is a product of few polynomials in the coefficients of H_eff.  Two kinds of names
make it short: the complex energy of one quantum, ``E_a = Delta_a - i kappa_a/2``, the coefficient
of a'a; and the polynomials with more than two terms, ``D_1``, ``D_2``, ... where they stand below a
bar (the determinants of H_eff among one, two, ... quanta) and ``N_1``, ... where they do not.  They
are written in the names before them, and where division by one of those is shorter, with it.  What
is still wider than a line is cut into pieces ``K_1``, ``K_2``, ... (`analytic.rational.pieces`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import sympy as sp

from analytic.rational.factored import Alphabet, Factored, Written
from analytic.rational.pieces import Piece, shortest_split
from systems.progress import busy

# Operations in a sum that still reads well where it stands, such as E_a + E_b + 2 U
SHORT = 4
# Terms of a polynomial that is still divided by earlier ones, and written in several ways: more
# take seconds and come out wider than a line
LONG = 24
DIVISORS = 3  # determinants that are tried: of few quanta, which those of more are made of
WIDE = 130  # letters of a definition that fits a line with its name, in text as in LaTeX


class Names(dict[sp.Symbol, sp.Expr]):
    """Abbreviations with their definitions, each in those before it, and how factors look in them.

    An ordinary dict from symbols to definitions, which `analytic.spell_out` reads as any other.

    >>> from analytic import derive
    >>> from systems import jaynes_cummings
    >>> known = derive(jaynes_cummings.MODEL).abbreviations
    >>> print(*known)
    E_a E_s D_1 D_2 N_1
    """

    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[sp.Expr, tuple[sp.Expr, sp.Expr]] = {}  # factor -> number, short form
        self.sums: dict[sp.Expr, sp.Symbol] = {}  # what has a name, multiplied out

    def write(self, product: Any) -> Written | None:
        """The product in these names; None if they were not found for its factors."""
        constant, factors = product.constant, []
        for factor, power in product.factors:
            if factor not in self.forms:
                return None
            number, short = self.forms[factor]
            constant *= number**power
            factors.append((short, power))
        return Written(constant, tuple(factors))


@busy("names for what repeats")
def find_names(
    products: Iterable[Factored], energies: Mapping[str, sp.Expr], taken: Iterable[str]
) -> Names:
    """Names for the factors of the products, which share one alphabet.

    ``energies`` holds the coefficient of a'a for each label of a mode; ``taken`` are names that
    must not be given away, those of the model's symbols.

    >>> from analytic import derive
    >>> from systems import jaynes_cummings
    >>> derive(jaynes_cummings.MODEL).abbreviations[sp.Symbol("D_1")]
    E_a*E_s - g**2
    """
    names, used = Names(), set(taken)
    for product in products:
        if not names:
            letters = _energies(names, product.alphabet, energies, used)
        for factor, power in sorted(product.powers.items(), key=lambda item: item[1]):
            meaning = product.alphabet.expression(factor.polynomial)
            if meaning not in names.forms:
                short = sp.expand(product.alphabet.expression(factor.polynomial, letters))
                names.forms[meaning] = _named(names, short, "D" if power < 0 else "N", used)
    return names


def _energies(
    names: Names, alphabet: Alphabet, energies: Mapping[str, sp.Expr], used: set[str]
) -> dict[sp.Expr, sp.Expr]:
    """What stands for each letter of the alphabet: an energy's name, if it is a complex sum."""
    letters: dict[sp.Expr, sp.Expr] = {letter: letter for letter in alphabet.letters}
    different = len({sp.expand(e) for e in energies.values()}) > 1
    for label, energy in energies.items():
        number, rest = sp.expand(energy).primitive()
        if letters.get(rest) == rest and rest.is_Add:
            name = free_name(f"E_{label}" if different else "E", used)
            names[name], letters[rest] = energy, name / number
    return letters


def _named(names: Names, factor: sp.Expr, kind: str, used: set[str]) -> tuple[sp.Expr, sp.Expr]:
    """A number, and the name or the short form of a factor; new names are entered."""
    number, short = factor.primitive()
    if short.could_extract_minus_sign():
        number, short = -number, -short
    if not short.is_Add:
        return sp.S.One, factor
    if sp.count_ops(short) <= SHORT and (kind == "N" or all(map(_is_plain, short.args))):
        return number, short
    return number, _name(names, short, kind, used)


def _name(names: Names, total: sp.Expr, kind: str, used: set[str]) -> sp.Symbol:
    """The name of a sum; a new one is entered after those that its definition needs."""
    if total not in names.sums:
        names.sums[total] = _enter(names, _written(names, total, used), kind, used)
    return names.sums[total]


def _enter(names: Names, meaning: sp.Expr, kind: str, used: set[str]) -> sp.Symbol:
    """A new name for an expression in the names before it."""
    count = 1 + sum(str(name).startswith(f"{kind}_") for name in names)
    name = free_name(f"{kind}_{count}", used)
    names[name] = meaning
    return name


def _written(names: Names, total: sp.Expr, used: set[str]) -> sp.Expr:
    """A sum in its shortest form or, where that is no line, in pieces with names."""
    short = _shortest(total, names)
    if len(str(short)) <= WIDE:
        return short
    opaque = {m: sp.Dummy(str(m)) for m in {*opaques(total), sp.I}}
    meaning = {letter: whole for whole, letter in opaque.items()}
    pieces = [
        Piece(p.front.xreplace(meaning), {f.xreplace(meaning): k for f, k in p.powers.items()})
        for p in shortest_split(total.xreplace(opaque)).pieces
    ]
    return _together(names, [_product(names, p, _most(pieces), used) for p in pieces], used)


def _most(pieces: list[Piece]) -> int:
    """How long a sum may be to stand in its piece, so that all the pieces fit a line."""
    for most in (2 * SHORT, SHORT):
        sums = [f if sp.count_ops(f) <= most else "K_10" for p in pieces for f in p.powers]
        if sum(len(str(x)) + 3 for x in (*sums, *(p.front for p in pieces))) <= WIDE:
            return most
    return 2


def _product(names: Names, piece: Piece, most: int, used: set[str]) -> sp.Expr:
    """A piece with its sums as they stand, or by name if they are longer than ``most``."""
    result = piece.front
    for total, power in piece.powers.items():
        sign = -1 if total.could_extract_minus_sign() else 1
        short = sp.count_ops(total) <= most
        result *= (total if short else sign * _name(names, sign * total, "K", used)) ** power
    return result


def _together(names: Names, terms: list[sp.Expr], used: set[str]) -> sp.Expr:
    """The sum of the terms; one that is still no line is itself named in parts."""
    lines: list[list[sp.Expr]] = [[]]
    for term in terms:
        if lines[-1] and len(str(sp.Add(*lines[-1], term))) > WIDE:
            lines.append([])
        lines[-1].append(term)
    *before, last = (sp.Add(*line) for line in lines)
    return sp.Add(*(_enter(names, part, "K", used) for part in before), last)


def _is_plain(term: sp.Expr) -> bool:
    """Whether a term is a symbol times a number."""
    return bool(term.as_coeff_Mul()[1].is_Symbol or term.is_number)


def _shortest(expression: sp.Expr, names: Names) -> sp.Expr:
    """The shortest way to write a sum: as it is, collected, or divided by sums with a name."""
    if len(expression.args) > LONG:
        return expression
    first = [name for name in names if str(name).startswith("D")][:DIVISORS]
    known = {name: sp.expand(names[name]) for name in first}
    # |z|, conj(z) and roots must be one letter for polynomial division
    opaque = {m: sp.Dummy(str(m)) for x in (expression, *known.values()) for m in opaques(x)}
    known = {name: x.xreplace(opaque) for name, x in known.items()}
    ways = list(_ways(expression.xreplace(opaque), known))
    shortest = min(ways, key=lambda way: (sp.count_ops(way), str(way)))
    return shortest.xreplace({letter: whole for whole, letter in opaque.items()})


def _ways(expression: sp.Expr, known: Mapping[sp.Symbol, sp.Expr]) -> Iterator[sp.Expr]:
    """All of these ways, polynomials throughout."""
    yield expression
    symbols = sorted(expression.free_symbols, key=str)
    yield from (_collected(expression, symbol) for symbol in symbols)
    for name, other in known.items():
        if not other.free_symbols <= expression.free_symbols:
            continue
        # an energy is what a determinant is made of; other letters in front were never shorter
        energies = [s for s in sorted(other.free_symbols, key=str) if str(s).startswith("E")]
        for front in energies:
            order = [front, *(s for s in symbols if s != front)]
            (quotient,), rest = sp.reduced(expression, [other], *order)
            if quotient != 0:
                yield sp.factor_terms(quotient) * name + sp.factor_terms(rest)


def _collected(expression: sp.Expr, symbol: sp.Symbol) -> sp.Expr:
    """A sum by powers of a symbol: `sympy.collect` of a polynomial, in a fifth of its time."""
    parts: dict[sp.Expr, list[sp.Expr]] = {}
    for term in sp.Add.make_args(expression):
        front, power = term.as_coeff_exponent(symbol)
        parts.setdefault(power, []).append(front)
    return sp.Add(*(symbol**k * sp.factor_terms(sp.Add(*some)) for k, some in parts.items()))


def opaques(expression: sp.Expr) -> set[sp.Expr]:
    """What must be one letter in a polynomial: |z|, conj(z), roots and functions.

    >>> z = sp.Symbol("z")
    >>> sorted(opaques(sp.sqrt(2) * z + sp.Abs(z) ** 2), key=str)
    [Abs(z), sqrt(2)]
    """
    roots = {p for p in expression.atoms(sp.Pow) if not (p.exp.is_Integer and p.exp > 0)}
    return {*expression.atoms(sp.Function), *roots}


def free_name(name: str, used: set[str], real: bool | None = None) -> sp.Symbol:
    """A symbol of this name, primed until nobody else has it; it is entered in ``used``.

    SymPy prints such a name with a prime.

    >>> used = {"E"}  # a field that a model calls so
    >>> free_name("E", used), sp.latex(free_name("E", {"E"}))
    (Eprime, "{E}'")
    """
    while name in used:
        name += "prime"
    used.add(name)
    return sp.Symbol(name, real=real)
