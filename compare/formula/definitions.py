"""The letters of a formula: the model's symbols, further letters, and symbols that are fixed.

A definition of a new letter abbreviates.  A definition of a symbol of the model fixes it, in the
printed form and in the derived one: after ``Delta = 0`` both are formulas at resonance.  One in
which the symbol itself stands, ``gamma = gamma/2``, fixes nothing: it says what the paper's
letter is, as a convention does.

A paper prints ``Delta_1 = 2 Delta - i gamma`` and then a g2 in which only Delta_1 stands: its
formula can be judged once every letter is known in the model's symbols.
"""

import re
from collections.abc import Iterable, Mapping
from numbers import Number
from typing import Any

import sympy as sp

from compare.formula.notation import read_formula, spelled
from compare.formula.size import check_size
from systems import Model
from systems.expressions import shown
from systems.values import LARGEST, shorten

Definitions = Mapping[Any, Any] | Iterable[str]
OPERATORS = re.compile(r"[-+*/^()|,;=\s]")


class Letters(dict[str, sp.Expr]):
    """What each letter stands for, in the model's symbols; remembers which were used.

    It is a dictionary from names to expressions.  Reading a letter notes it in ``used``; ``fixed``
    holds the symbols that were given a value, in terms of those that were not.

    >>> from systems import kerr
    >>> letters = Letters(kerr.MODEL)
    >>> letters.fix("Delta", sp.S.Zero)
    >>> letters["Delta"], {str(symbol): value for symbol, value in letters.fixed.items()}
    (0, {'Delta': 0})
    """

    def __init__(self, model: Model) -> None:
        """Begin with the model's symbols, each of which stands for itself."""
        super().__init__({str(s): s for s in model.parameters})
        self.symbols = frozenset(model.parameters)
        self.fixed: dict[sp.Symbol, sp.Expr] = {}
        self.used: set[str] = set()

    def __getitem__(self, name: str) -> sp.Expr:
        """What a letter stands for; it counts as used from then on."""
        self.used.add(name)
        return super().__getitem__(name)

    @property
    def idle(self) -> tuple[str, ...]:
        """Letters that are numbers and are used nowhere: perhaps a symbol, misspelt.

        >>> from systems import kerr
        >>> letters = read_letters(kerr.MODEL, {"z": "2*Delta", "n": 3}, [])
        >>> letters.idle  # numbers that stand nowhere
        ('n',)
        """
        unused = self.keys() - self.used - set(map(str, self.symbols))
        return tuple(sorted(name for name in unused if self.get(name, sp.I).is_number))

    def fix(self, name: str, value: sp.Expr) -> None:
        """Give the model's symbol that a letter stands for the value that makes them equal.

        Where the paper's gamma is half of the model's, ``gamma = 1`` fixes the model's to 2.
        Raises `ValueError` for a letter that has a value already, for a value in which the symbol
        stands itself, and for one that the symbol's assumptions exclude.

        The value is put into every letter that was defined before, so that these hold it as well.

        >>> from systems import kerr
        >>> letters = read_letters(kerr.MODEL, {"z": "2*Delta", "n": 3}, [])
        >>> letters.fix("Delta", sp.Integer(1))
        >>> letters["z"]
        2
        """
        meaning = self[name]
        if meaning == value:
            return
        symbol, solution = _solved(name, meaning, value)
        _check_sign(symbol, solution)
        for other, form in self.fixed.items():
            self.fixed[other] = _put_in(form, symbol, solution)
            _check_sign(other, self.fixed[other])
        self.fixed[symbol] = solution
        for letter, form in self.items():
            self[letter] = _put_in(form, symbol, solution)


def read_letters(model: Model, abbreviations: Definitions, conventions: Definitions) -> Letters:
    """The letters by name, from definitions as `check_formula` takes them.

    Conventions are in the model's symbols; an abbreviation may use all letters before it.  Raises
    `ValueError` for a definition that cannot be read, that contradicts another or the sign of its
    symbol, or that goes in a circle.

    >>> from systems import kerr
    >>> letters = read_letters(kerr.MODEL, ["z = 2*Delta - I*gamma"], ["gamma = gamma/2"])
    >>> letters["z"]
    2*Delta - I*gamma/2

    After ``Delta = 0`` the symbol is zero in all that follows, in both formulas:

    >>> at_resonance = read_letters(kerr.MODEL, {"Delta": 0, "z": "2*Delta - I*gamma"}, [])
    >>> at_resonance["z"], len(at_resonance.fixed)
    (-I*gamma, 1)
    """
    letters, plain = Letters(model), Letters(model)
    numbers = []
    for name, definition in read_definitions(conventions):
        # all in the model's symbols: gamma = gamma/2 is no circle
        meaning = _read(definition, plain)
        if name in plain and meaning.is_number:
            numbers.append((name, meaning))
        else:
            letters[name] = meaning
    known = set(letters)
    for name, meaning in numbers:
        letters.fix(name, meaning)
    for name, definition in read_definitions(abbreviations):
        name = name if name in letters else "".join(map(spelled, name))
        meaning = _read(definition, letters)
        if name not in known or _is_own(name, definition, letters):
            letters[name] = meaning
        else:
            letters.fix(name, meaning)
    return letters


def read_definitions(definitions: Definitions) -> list[tuple[str, Any]]:
    """Names and their meanings, from a mapping or from texts ``NAME = FORMULA``.

    Raises `ValueError` for a text without a name or a meaning, and for a name with two meanings.

    >>> read_definitions([r"\\Delta_{1} = 2*Delta"])
    [('Delta_1', '2*Delta')]
    """
    if isinstance(definitions, str):
        definitions = [definitions]
    if isinstance(definitions, Mapping):
        return [(str(name), meaning) for name, meaning in definitions.items()]
    if not isinstance(definitions, Iterable):
        raise TypeError(f"Definitions must be texts NAME=FORMULA, but are {shown(definitions)}.")
    found: dict[str, str] = {}
    for name, meaning in map(_split, definitions):
        if found.setdefault(name, meaning) != meaning:
            raise ValueError(
                f"Letter `{name}` must be defined once, but is defined as "
                f"`{shorten(found[name])}` and as `{shorten(meaning)}`."
            )
    return list(found.items())


def _split(text: str) -> tuple[str, str]:
    """Name and meaning of ``NAME = FORMULA``, the name without LaTeX's signs.

    Raises `TypeError` for what is no text and `ValueError` for a text without a name or a meaning,
    or with a name that holds an operator.
    """
    if not isinstance(text, str):
        raise TypeError(f"A definition must be a text, but is {shorten(repr(text))}.")
    left, _, meaning = (part.strip() for part in text.partition("="))
    name = re.sub(r"[\\{}$]", "", left)
    if not name or not meaning or OPERATORS.search(name):
        raise ValueError(f"A definition must look like NAME=FORMULA, but is `{shorten(text)}`.")
    return name, meaning


def _read(definition: Any, letters: Letters) -> sp.Expr:
    """A definition (a text, an expression or a number) in the model's symbols.

    A symbol in an expression is taken by its name.  Raises `ValueError` or `TypeError` for what is
    no definition.
    """
    if isinstance(definition, str):
        return read_formula(definition, letters)
    if isinstance(definition, sp.Expr):
        known = {s: letters[str(s)] for s in definition.free_symbols if str(s) in letters}
        return check_size(definition.xreplace(known), f"Definition `{shorten(str(definition))}`")
    if isinstance(definition, Number) and not isinstance(definition, bool):
        return _exact(definition)
    raise TypeError(f"A definition must be a text or a number, but is {shorten(repr(definition))}.")


def _exact(number: Any) -> sp.Expr:
    """A number as the decimals that it shows.

    0.1 becomes 1/10 and not the binary fraction next to it; raises `ValueError` for NaN and
    infinity.
    """
    number = number.item() if hasattr(number, "item") else number  # of 32 bits: as one of 64
    if not abs(number) <= LARGEST:  # nor NaN
        raise ValueError(
            f"A definition must be finite and at most {LARGEST:g}, but is {shown(number)}."
        )
    real, imaginary = (sp.nsimplify(part, rational=True) for part in (number.real, number.imag))
    return real + sp.I * imaginary


def _is_own(name: str, definition: Any, letters: Letters) -> bool:
    """Whether a symbol of the model, not fixed before, stands in its own definition.

    ``gamma = gamma/2`` says what the paper's letter is; ``gamma = 1`` fixes the symbol.  The text
    is read for that with a fresh list of used letters, which is put back afterwards.
    """
    if letters.get(name) not in letters.symbols:
        return False
    if isinstance(definition, sp.Expr):
        return name in map(str, definition.free_symbols)
    used: set[str]
    used, letters.used = letters.used, set()
    _read(definition, letters)
    own, letters.used = name in letters.used, used | letters.used
    return own


def _solved(name: str, meaning: sp.Expr, value: sp.Expr) -> tuple[sp.Symbol, sp.Expr]:
    """The one symbol in the meaning of a letter, and what it is where the letter has a value.

    The meaning must be linear in that symbol, as 2 gamma is.  Raises `ValueError` for a letter that
    means something else already, and for a value in which the symbol stands itself.
    """
    symbol = next(iter(meaning.free_symbols), None)
    factor = sp.diff(meaning, symbol) if len(meaning.free_symbols) == 1 else sp.S.Zero
    if symbol is None or not factor.is_number or factor == 0:
        raise ValueError(
            f"Letter `{name}` must be defined once, but is defined as `{shorten(str(meaning))}` "
            f"and as `{shorten(str(value))}`."
        )
    if symbol in value.free_symbols:
        raise ValueError(
            f"Letter `{name}` must be defined by other letters, but its definition "
            f"`{shorten(str(value))}` leads back to `{symbol}`."
        )
    return symbol, (value - meaning.xreplace({symbol: sp.S.Zero})) / factor


def _check_sign(symbol: sp.Symbol, value: sp.Expr) -> None:
    """Raise `ValueError` for a value that the symbol's assumptions exclude.

    SymPy would simplify with the assumption and contradict the value without a word.
    """
    for kind in ("real", "positive", "negative", "nonnegative", "nonpositive", "imaginary"):
        if getattr(symbol, f"is_{kind}") and getattr(value, f"is_{kind}") is False:
            raise ValueError(
                f"Symbol `{symbol}` must be {kind}, but is defined as `{shorten(str(value))}`."
            )


def _put_in(form: sp.Expr, symbol: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """A form with a symbol replaced; raises `ValueError` where that makes it too large."""
    return check_size(form.xreplace({symbol: value}), f"A definition that holds `{symbol}`")
