"""A sheet of claims: what a paper prints, as data in one TOML file.

    citation = "A. Author, Title, Journal 1, 1 (2026)"
    system = "kerr"                       # a listed one, or file.py:NAME beside the sheet
    [values]                              # of the model's symbols, or of letters they are made of
    [drive]                               # which of them drives, and how it is spoken of
    [unstated]                            # values that the paper does not state, and their reading
    [[formula]]                           # the paper's own closed forms at its own drive
    [[claim]]                             # what it says, one table a statement
    [[check]]                             # what was computed here, and is nobody's claim

`compare.audit.reader` says which keys each table has, and reads it; `template.toml`, beside this
file, explains them by example.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

TEMPLATE = Path(__file__).with_name("template.toml")  # what `blockade claims --template` prints
CLAIM, CHECK, FORMULA = "claim", "check", "formula"
KINDS = (CLAIM, CHECK, FORMULA)
EQUALS, BELOW, ABOVE, WITHIN = "equals", "less than", "greater than", "within"
EXACTLY, IDENTICAL = "exactly", "formula identical"
RELATIONS = (EQUALS, BELOW, ABOVE, WITHIN, EXACTLY, IDENTICAL)
MINIMUM, MAXIMUM = "minimum", "maximum"
TAKES = (MINIMUM, MAXIMUM, f"place of the {MINIMUM}", f"place of the {MAXIMUM}")


@dataclass(frozen=True)
class Entry:
    """One claim, check or formula as it is written; keys that are not there are not in ``asked``.

    ``asked`` holds the keys of `compare.audit.reader.ASKED`, ``readings`` the same of each
    reading, put over it.  ``printed`` is kept as text, because its digits say how precise it is;
    ``relation`` is one of `RELATIONS`, with the number ``bound`` where it is not the printed one,
    and for "within" the ``share`` of it that is allowed.  ``line`` is where the entry begins, for
    messages.

    >>> Entry("claim", "loss", line=7, asked={"number": "gamma"}, printed="1.0").relation
    'equals'
    """

    kind: str
    id: str
    line: int
    asked: Mapping[str, Any]
    place: str = ""
    statement: str = ""
    printed: str = ""
    relation: str = EQUALS
    bound: float | str | None = None
    share: float = 0.0
    formula: str = ""
    letters: tuple[str, ...] = ()
    python: str = ""
    source: str = ""
    readings: tuple[Mapping[str, Any], ...] = ()
    largest: float | None = None  # drive of the model up to which the atlas follows a formula


@dataclass(frozen=True)
class Drive:
    """The value that drives the system: its name, its unit, and how a sentence calls it.

    >>> Drive("P", unit="fW").words
    'drive'
    """

    name: str = ""
    unit: str = ""
    words: str = "drive"


@dataclass(frozen=True)
class Sheet:
    """A file of claims, read and checked; ``values`` are as they are written.

    ``path`` is the file, beside which a system ``file.py:NAME`` and functions in Python are looked
    for.  ``system`` and ``values`` serve every entry that has none of its own.  ``unstated`` maps a
    value that the paper leaves out to how it is read here.  ``source`` says who prints the numbers
    where it is not the paper itself.

    >>> from compare.papers import load
    >>> sheet = load("huang2018").sheet()
    >>> sheet.system, sheet.drive.unit
    ('spinning', 'W')
    """

    path: Path
    citation: str
    system: str
    values: Mapping[str, Any] = field(default_factory=dict)
    drive: Drive = field(default_factory=Drive)
    unstated: Mapping[str, str] = field(default_factory=dict)
    source: str = ""
    entries: tuple[Entry, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)  # of `system`, `name`, and every value

    def of(self, kind: str) -> tuple[Entry, ...]:
        """The entries of one kind, "claim", "check" or "formula", in the order of the file.

        >>> from compare.papers import load
        >>> {entry.kind for entry in load("huang2018").sheet().of("formula")}
        {'formula'}
        """
        return tuple(entry for entry in self.entries if entry.kind == kind)

    def refuse(self, entry: Entry, reason: Exception | str) -> NoReturn:
        """Raise `ValueError` with the line of an entry that cannot be decided.

        >>> from compare.audit.reader import read_sheet
        >>> sheet = read_sheet(TEMPLATE)
        >>> sheet.refuse(sheet.entries[0], "no such value.")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
            ...
        ValueError: File `template.toml`, line ...: claim `...`: no such value.
        """
        raise ValueError(f"{where_in(self.path, entry.line)}{entry.kind} `{entry.id}`: {reason}")

    def refuse_key(self, key: str, reason: Exception | str) -> NoReturn:
        """Raise `ValueError` with the line of a key that stands above all entries."""
        raise ValueError(f"{where_in(self.path, self.lines.get(key, 1))}{reason}")


def where_in(path: Path, line: int) -> str:
    """The beginning of a refusal.

    >>> where_in(TEMPLATE, 7)
    'File `template.toml`, line 7: '
    """
    return f"File `{path.name}`, line {line}: "
