r"""Formulas as they are printed, in SymPy's or in LaTeX's spelling, read into SymPy.

The names are those given, and nothing else: ``E``, ``I``, ``S``, ``N``, ``Q``, ``gamma`` or
``beta`` are the model's symbols where it has them (SymPy's own readers make built-ins of them,
or execute the text).  ``\Delta_{1}`` is the name ``Delta_1``.  ``i``, ``I`` and ``pi`` keep their
meaning where no symbol has that name.

    sum     = product, + or -, ...
    product = factor, * or / or nothing (LaTeX), ...
    factor  = atom ^ exponent
    atom    = number, name, (sum), |sum|, \frac{}{}, \sqrt{}, \overline{}, function(sum)
"""

import re
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import NoReturn

import sympy as sp

from compare.formula.tokens import NUMBER, tokens

FUNCTIONS: dict[str, Callable[[sp.Expr], sp.Expr]] = {
    "sqrt": sp.sqrt,
    "exp": sp.exp,
    "Abs": lambda z: sp.Abs(z, evaluate=False),  # evaluated it may become a root of many terms
    "abs": lambda z: sp.Abs(z, evaluate=False),
    "conjugate": sp.conjugate,
    "re": sp.re,
    "im": sp.im,
    "Re": sp.re,
    "Im": sp.im,
}
CONSTANTS = {"i": sp.I, "I": sp.I, "pi": sp.pi}


def read_formula(text: str, names: Mapping[str, sp.Expr], latex: bool | None = None) -> sp.Expr:
    """The right-hand side of a formula, each name replaced by what it stands for.

    ``latex=None`` takes a backslash or a brace as a sign of LaTeX.  Raises `ValueError` with the
    place at which the text cannot be read, or the name that is not known.
    """
    is_latex = latex if latex is not None else bool(re.search(r"[\\{}]", text))
    right = re.split(r"=|\\simeq|\\approx|\\equiv", text)[-1].strip().rstrip(".,;")
    if not right:
        raise ValueError(f"Formula `{text}` must have a right-hand side, but it is empty.")
    return _Reader(right, names, is_latex).read()


class _Reader:
    """Recursive descent over the tokens."""

    def __init__(self, text: str, names: Mapping[str, sp.Expr], latex: bool) -> None:
        self.text, self.names, self.latex = text, names, latex
        self.tokens = tokens(text, latex)
        self.at = 0
        self.closes_bar = False  # whether a bar met now closes one

    def read(self) -> sp.Expr:
        whole = self._sum()
        if self._next is not None:
            self._fail()
        return whole

    @property
    def _next(self) -> str | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def _take(self, *expected: str) -> str:
        token = self._next
        if token is None or (expected and token not in expected):
            self._fail()
        self.at += 1
        return str(token)

    def _fail(self) -> NoReturn:
        read, rest = " ".join(self.tokens[: self.at]), " ".join(self.tokens[self.at :])
        place = f"at `{rest}`" if rest else "at its end"
        raise ValueError(f"Formula `{self.text}` cannot be read {place} (after `{read}`).")

    def _sum(self) -> sp.Expr:
        total = self._product()
        while self._next in ("+", "-"):
            sign = 1 if self._take() == "+" else -1
            total += sign * self._product()
        return total

    def _product(self) -> sp.Expr:
        if self._next in ("+", "-"):
            return self._product() if self._take() == "+" else -self._product()
        product, divided = self._factor(), False
        while True:
            if self._next in ("*", "/"):
                divided = self._take() == "/"
                factor = self._signed()
                product = product / factor if divided else product * factor
            elif self._starts_factor():
                if divided:
                    raise ValueError(
                        f"Formula `{self.text}` must bracket what its `/` divides by, but has "
                        f"`{self._next}` after the divisor."
                    )
                product *= self._factor()
            else:
                return product

    def _signed(self) -> sp.Expr:
        return -self._signed() if self._next == "-" and self._take() else self._factor()

    def _starts_factor(self) -> bool:
        token = self._next
        if not self.latex or token is None:
            return False
        if token == "|":
            return not self.closes_bar
        return bool(re.match(r"\w|[({\[]|\\(?!rvert|cdot|times)", token))

    def _factor(self) -> sp.Expr:
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
                base = base ** (self._argument() if self.latex else self._signed())
        return base

    def _atom(self) -> sp.Expr:
        token = self._take()
        if re.fullmatch(NUMBER, token):
            return sp.Rational(token)
        if token in ("(", "[", "{"):
            return self._until({"(": ")", "[": "]", "{": "}"}[token])
        if token in ("|", r"\lvert"):
            inside = self._until("|" if token == "|" else r"\rvert", bar=token == "|")
            return sp.Abs(inside, evaluate=False)
        if token in (r"\frac", r"\dfrac", r"\tfrac"):
            top = self._argument()
            return top / self._argument()
        if token == r"\sqrt":
            degree = self._until("]") if self._next == "[" and self._take() else sp.Integer(2)
            return self._argument() ** (1 / degree)
        if token in (r"\overline", r"\bar"):
            return sp.conjugate(self._argument())
        if re.match(r"[^\W\d]|\\[A-Za-z]", token):
            return self._named(token)
        self.at -= 1
        self._fail()

    def _until(self, end: str, bar: bool = False) -> sp.Expr:
        outside, self.closes_bar = self.closes_bar, bar
        inside = self._sum()
        self._take(end)
        self.closes_bar = outside
        return inside

    def _argument(self) -> sp.Expr:
        """A LaTeX argument: a group, or one token (one digit of a number)."""
        token = self._next
        if token is not None and re.fullmatch(NUMBER, token) and len(token) > 1:
            self.tokens[self.at : self.at + 1] = list(token)
        return self._atom()

    def _named(self, token: str) -> sp.Expr:
        name = token.lstrip("\\") + self._subscript()
        if name in self.names:
            return self.names[name]
        if name in FUNCTIONS and self._next in ("(", "{", "["):
            return FUNCTIONS[name](self._atom())
        if name in CONSTANTS:
            return CONSTANTS[name]
        near = get_close_matches(name, self.names, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "."
        raise ValueError(
            f"Formula `{self.text}` must use the names {', '.join(self.names)}, but uses "
            f"`{name}`{hint}"
        )

    def _subscript(self) -> str:
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
