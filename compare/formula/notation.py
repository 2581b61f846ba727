r"""Formulas as they are printed, in SymPy's or in LaTeX's spelling, read into SymPy.

The names are those given, and nothing else: ``E``, ``I``, ``S``, ``N``, ``Q``, ``gamma`` or
``beta`` are the model's symbols where it has them (SymPy's own readers make built-ins of them,
or execute the text).  ``\Delta_{1}`` is the name ``Delta_1``, and so is a Greek letter of a text
copied from print.  ``i``, ``I`` and ``pi`` keep their meaning where no symbol has that name.

    sum     = product, + or -, ...
    product = factor, * or / or nothing (LaTeX), ...
    factor  = atom ^ exponent
    atom    = number, name, (sum), |sum|, \frac{}{}, \sqrt{}, \overline{}, function(sum)
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import NoReturn

import sympy as sp

from compare.formula.layout import right_hand_side
from compare.formula.points import vanishes
from compare.formula.size import DIGITS, HIGHEST, NODES, check_size, size
from compare.formula.tokens import NUMBER, tokens
from systems.values import shorten

FUNCTIONS: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "sqrt": sp.sqrt,
    "exp": sp.exp,
    "Abs": lambda z: sp.Abs(z, evaluate=False),  # evaluated it may become a root of many terms
    "abs": lambda z: sp.Abs(z, evaluate=False),
    "conjugate": sp.conjugate,
    **dict.fromkeys(("re", "Re"), lambda z: sp.re(z) if z.is_Symbol else real_part(z)),
    **dict.fromkeys(("im", "Im"), lambda z: sp.im(z) if z.is_Symbol else real_part(-sp.I * z)),
}
BRACKETS = {"(": ")", "[": "]", "{": "}"}
CONSTANTS = {"i": sp.I, "I": sp.I, "pi": sp.pi}
LARGEST = 1e300  # number: a double, as the values that are put in later
LONGEST = 100_000  # signs of a text: ten times the closed form of three photons in three modes


def read_formula(text: str, names: Mapping[str, sp.Expr], latex: bool | None = None) -> sp.Expr:
    r"""The right-hand side of a formula, each name replaced by what it stands for.

    ``latex=None`` takes a backslash, a brace or a dollar as a sign of LaTeX.  Raises `ValueError`
    with the place at which the text cannot be read, or the name that is not known, for several
    equations, for a division by zero, for numbers outside of those that a float holds, and for
    what `check_size` finds too large.  No part of the text is ever executed.

    >>> read_formula("x^2/|y|", {"x": sp.Symbol("x"), "y": sp.Symbol("y")})
    x**2/Abs(y)

    ``names`` maps each letter that may stand in the text to an expression, for example to a symbol
    of a model or to the meaning of an abbreviation.  In LaTeX, letters next to one another multiply
    (``2 g \kappa``) and a subscript belongs to its letter; in SymPy's spelling every product needs
    its ``*``.  Of an equation the part right of the last ``=`` is read.  Decimals become exact
    fractions, so that a proof does not end at round-off.

    >>> g, kappa = sp.symbols("g kappa", positive=True)
    >>> read_formula(r"n = \frac{4 g^{2}}{\kappa^2}", {"g": g, "kappa": kappa})
    4*g**2/kappa**2
    >>> read_formula("g/kapa", {"g": g, "kappa": kappa})
    Traceback (most recent call last):
        ...
    ValueError: Formula `g/kapa` must use the names g, kappa, but uses `kapa`; did you mean `kappa`?
    """
    if not isinstance(text, str):
        raise TypeError(f"A formula must be a text, but is {shorten(repr(text))}.")
    if len(text) > LONGEST:
        raise ValueError(
            f"A formula must have at most {LONGEST} signs, but has {len(text)}: `{shorten(text)}`."
        )
    is_latex = latex if latex is not None else bool(re.search(r"[\\{}$]", text))
    right = right_hand_side(text)
    if not right:
        raise ValueError(f"Formula `{shorten(text)}` must have a right-hand side, but it is empty.")
    try:
        return _Reader(right, names, is_latex).read()
    except RecursionError:
        raise ValueError(f"Formula `{text[:40]}...` is nested too deeply to be read.") from None


class _Reader:
    """Recursive descent over the tokens: a method per line of the grammar at the head of the file.

    Each method reads its part from the token `at` on, leaves `at` behind it, and returns the part
    as an expression, whose size is checked before it is put into a larger one.
    """

    def __init__(self, text: str, names: Mapping[str, sp.Expr], latex: bool) -> None:
        """Cut the text into tokens; ``names`` and ``latex`` are those of `read_formula`."""
        self.name, self.names, self.latex = f"Formula `{shorten(text)}`", names, latex
        self.tokens = tokens(text, latex)
        self.at = 0
        self.closes_bar = False  # whether a bar met now closes one

    def read(self) -> sp.Expr:
        """The whole text as one expression.

        Raises `ValueError` where the text is longer than any formula that could be judged, for
        brackets that do not match, before any name is looked at, and where something is left over
        once a complete sum is read.
        """
        if len(self.tokens) > 2 * NODES:  # every part has a sign before it or brackets around it
            raise ValueError(
                f"{self.name} must have at most {2 * NODES} words and signs, but has "
                f"{len(self.tokens)}."
            )
        self._check_brackets()
        whole = self._sum()
        if self._next is not None:
            self._fail()
        return whole

    def _check_brackets(self) -> None:
        """Raise `ValueError` unless every bracket is closed by its own kind: shape before names."""
        waiting: list[str] = []
        while (token := self._next) is not None:
            if token in BRACKETS:
                waiting.append(BRACKETS[token])
            elif token in BRACKETS.values() and (not waiting or waiting.pop() != token):
                self._fail()
            self.at += 1
        if waiting:
            self._fail(f": `{waiting[-1]}` is missing")
        self.at = 0

    @property
    def _next(self) -> str | None:
        """The token to be read next, or ``None`` at the end of the text."""
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, *expected: str) -> str:
        """Step over the next token and return it.

        Raises `ValueError` where the text has ended or where the token is not among those
        ``expected``; without any expected, every token will do.
        """
        token = self._next
        if token is None or (expected and token not in expected):
            self._fail()
        self.at += 1
        return str(token)

    def _fail(self, reason: str = "") -> NoReturn:
        """Raise `ValueError` that shows what was read so far and what could not be read."""
        read, rest = " ".join(self.tokens[: self.at]), " ".join(self.tokens[self.at :])
        place = f"at `{shorten(rest)}`" if rest else "at its end"
        raise ValueError(f"{self.name} cannot be read {place} (after `{read[-80:]}`){reason}.")

    def _sum(self) -> sp.Expr:
        """Products with signs between them."""
        terms = [self._product()]
        while self._next in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            terms.append(sign * self._product())
        return self._bounded(sp.Add(*terms))  # at once: one by one they take quadratic time

    def _product(self) -> sp.Expr:
        """Factors with ``*``, ``/`` or (LaTeX) nothing between them; ``a/bc`` is refused.

        Printed on one line, ``a/bc`` may mean a/(bc) or (a/b)c.  A guess could call a right formula
        wrong, so that brackets are asked for.
        """
        if self._next in ("+", "-"):
            return self._product() if self._take() == "+" else -self._product()
        factors, divided = [self._factor()], False
        while True:
            if self._next in ("*", "/"):
                divided = self._take() == "/"
                factor = self._signed()
                factors.append(self._power(factor, sp.S.NegativeOne) if divided else factor)
            elif self._starts_factor():
                if divided:
                    raise ValueError(
                        f"{self.name} must bracket what its `/` divides by, but has "
                        f"`{self._next}` after the divisor."
                    )
                factors.append(self._factor())
            else:
                return self._bounded(sp.Mul(*factors))

    def _signed(self) -> sp.Expr:
        """A factor with any number of minus signs before it, as in ``2*-x`` or ``x**-2``."""
        return -self._signed() if self._next == "-" and self._take() else self._factor()

    def _starts_factor(self) -> bool:
        r"""Whether the next token multiplies what stands before it without a sign.

        That happens in LaTeX only.  A bar starts a factor unless a bar is open already: then it
        closes that one, so that ``|a|b|c|`` is |a| b |c|, and a modulus inside a modulus needs
        ``\lvert``.
        """
        token = self._next
        if not self.latex or token is None:
            return False
        if token == "|":
            return not self.closes_bar
        return bool(re.match(r"\w|[({\[]|\\(?!rvert|cdot|times)", token))

    def _factor(self) -> sp.Expr:
        r"""An atom, perhaps with exponents; ``^*`` conjugates.

        Both ``z^*`` and ``z^{*}`` are read, and ``\ast`` for the star.  In SymPy's spelling
        ``x**-2`` has the exponent -2; in LaTeX an exponent is one token, or one group in braces.
        """
        base = self._atom()
        while self._next in ("^", "**"):
            self._take()
            if self._next in ("*", r"\ast"):
                self._take()
                base = sp.conjugate(base)
            elif self.latex and self.tokens[self.at : self.at + 3] in (
                ["{", "*", "}"],
                ["{", r"\ast", "}"],
            ):
                self.at += 3
                base = sp.conjugate(base)
            else:
                base = self._power(base, self._argument() if self.latex else self._signed())
        return base

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> sp.Expr:
        """A power that is small enough and divides by nothing that is zero.

        The degree is bounded before the power is formed, from the `size` of the base: SymPy works
        out ``2**10**9`` at once, and so short a text would fill the memory.
        """
        if not exponent.is_nonnegative and vanishes(base):
            raise ValueError(f"{self.name} must not divide by zero.")
        degree = abs(exponent) * max(sp.Rational(size(base).degree), 1)
        if degree.is_number and degree > HIGHEST:
            raise ValueError(
                f"{self.name} must hold powers up to a degree of {HIGHEST}, but has one of "
                f"{degree}."
            )
        return self._finite(self._bounded(base**exponent))

    def _bounded(self, value: sp.Expr) -> sp.Expr:
        """The part itself; raises `ValueError` where it is more work than any printed formula."""
        return check_size(value, self.name)

    def _finite(self, value: sp.Expr) -> sp.Expr:
        """The part itself; raises `ValueError` for a number that no double can hold."""
        if value.is_number and not _is_moderate(value):
            raise ValueError(
                f"{self.name} must hold numbers up to {LARGEST:g}, but has a larger one."
            )
        return value

    def _number(self, token: str) -> sp.Rational:
        """A decimal as an exact fraction.

        Raises `ValueError` for more than `DIGITS` digits, and for a size that no double has.
        """
        size_of = float(token)
        if size_of > LARGEST:
            self._finite(sp.oo)
        if len(token) > DIGITS or (size_of < 1 / LARGEST and re.search("^[^eE]*[1-9]", token)):
            raise ValueError(
                f"{self.name} must hold numbers of at most {DIGITS} digits and above "
                f"{1 / LARGEST:g}, but has `{shorten(token)}`."
            )
        return sp.Rational(token)

    def _atom(self) -> sp.Expr:
        r"""A number, a name, something in brackets or bars, or a LaTeX command.

        A modulus stays unevaluated, because SymPy might write it as a root of many terms.
        ``\sqrt[3]{x}`` is a third root.  Raises `ValueError` for a token that starts nothing, such
        as a closing bracket.
        """
        token = self._take()
        if re.fullmatch(NUMBER, token):
            return self._number(token)
        if token in BRACKETS:
            return self._until(BRACKETS[token])
        if token in ("|", r"\lvert"):
            inside = self._until("|" if token == "|" else r"\rvert", bar=token == "|")
            return sp.Abs(inside, evaluate=False)
        if token in (r"\frac", r"\dfrac", r"\tfrac"):
            top = self._argument()
            return self._bounded(top * self._power(self._argument(), sp.S.NegativeOne))
        if token == r"\sqrt":
            degree = self._until("]") if self._next == "[" and self._take() else sp.Integer(2)
            return self._power(self._argument(), self._power(degree, sp.S.NegativeOne))
        if token in (r"\overline", r"\bar"):
            return sp.conjugate(self._argument())
        if re.match(r"[^\W\d]|\\[A-Za-z]", token):
            return self._named(token)
        self.at -= 1
        self._fail()

    def _until(self, end: str, bar: bool = False) -> sp.Expr:
        """A sum up to a closing bracket; ``bar``: up to a bar, which looks like an opening one.

        Whether a bar opens or closes depends on what it stands in; that is noted here, and restored
        for the brackets around.
        """
        outside, self.closes_bar = self.closes_bar, bar
        inside = self._sum()
        self._take(end)
        self.closes_bar = outside
        return inside

    def _argument(self) -> sp.Expr:
        r"""A LaTeX argument: a group, or one token (one digit of a number).

        TeX takes a single digit: ``\frac12`` is one half, and ``x^23`` is x^2 times 3.
        """
        token = self._next
        if token is not None and re.fullmatch(NUMBER, token) and len(token) > 1:
            self.tokens[self.at : self.at + 1] = list(token)
        return self._atom()

    def _named(self, token: str) -> sp.Expr:
        """A letter, a function with its argument, or a constant.

        The names given come first: where the model has a symbol ``I`` or ``pi``, the letter is that
        symbol. Raises `ValueError` for a name that nobody gave, with the nearest one that exists.
        """
        name = token.lstrip("\\") + self._subscript()
        if name not in self.names:
            name = "".join(map(spelled, name))
        if name in self.names:
            return self._defined(self.names[name])
        if name in FUNCTIONS and self._next in ("(", "{", "["):
            return self._finite(self._bounded(FUNCTIONS[name](self._atom())))
        if name in CONSTANTS:
            return CONSTANTS[name]
        near = get_close_matches(name, self.names, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "."
        raise ValueError(
            f"{self.name} must use the names {', '.join(self.names)}, but uses "
            f"`{shorten(name)}`{hint}"
        )

    def _defined(self, value: sp.Expr) -> sp.Expr:
        """What a name stands for; raises `ValueError` where fixed values have made it infinite."""
        if value.has(sp.zoo, sp.nan):  # a symbol that is fixed to zero stands below it
            raise ValueError(f"{self.name} must not divide by zero.")
        return value

    def _subscript(self) -> str:
        r"""The subscript of a LaTeX name: ``\Delta_{1}`` is the name ``Delta_1``."""
        if not self.latex or self._next != "_":
            return ""
        self._take()
        if self._next != "{":
            return "_" + self._take().lstrip("\\")
        self._take()
        letters = []
        while self._next not in ("}", None):
            letters.append(self._take().lstrip("\\"))
        self._take("}")
        return "_" + "".join(letters)


def _is_moderate(number: sp.Expr) -> bool:
    """Whether a number has a finite value of at most `LARGEST`."""
    size_of = abs(number.evalf()).evalf()
    return bool(size_of.is_comparable and size_of <= LARGEST)


def real_part(z: sp.Expr) -> sp.Expr:
    """Re z by means of the conjugate, which the proofs know; SymPy's `re` multiplies powers out.

    >>> real_part(sp.I * sp.Symbol("z"))
    I*z/2 - I*conjugate(z)/2
    """
    return (z + sp.conjugate(z)) / 2


def spelled(letter: str) -> str:
    """A Greek letter by its name, with a capital for a capital; others as they are.

    >>> spelled("χ"), spelled("Δ"), spelled("g")
    ('chi', 'Delta', 'g')
    """
    match = re.fullmatch(r"GREEK (SMALL|CAPITAL) LETTER ([A-Z]+)", unicodedata.name(letter, ""))
    if match is None:
        return letter
    # Unicode's only spelling that is not SymPy's
    name = match[2].lower().replace("lamda", "lambda")
    return name.capitalize() if match[1] == "CAPITAL" else name
