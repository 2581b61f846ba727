"""A sheet of claims read from its file: which keys each table has, of what types, and how they fit.

A file that does not keep to that is refused with its line and key before anything is computed.
"""

import re
import tomllib
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from compare.audit.sheet import (
    CHECK,
    CLAIM,
    EQUALS,
    EXACTLY,
    FORMULA,
    IDENTICAL,
    KINDS,
    RELATIONS,
    TAKES,
    WITHIN,
    Drive,
    Entry,
    Sheet,
    where_in,
)

NAME = "claims.toml"  # of the sheet in a paper's folder
FEWEST = 3  # points of a grid that can be refined around one of them

NUMBER: tuple[type, ...] = (int, float)
VALUE: tuple[type, ...] = (int, float, str)  # a number, or a formula in other values
TEXT: tuple[type, ...] = (str,)
# what is asked of the values, of a claim as of each of its readings
ASKED: dict[str, tuple[type, ...]] = {
    "system": TEXT, "values": (dict,), "quantity": TEXT, "number": TEXT, "field": (dict,),
    "over": TEXT, "range": (list,), "take": TEXT, "points": (int,), "ratio_to": (dict,),
    "measure": TEXT, "detail": TEXT,
}  # fmt: skip
STATED: dict[str, tuple[type, ...]] = {
    **ASKED, "id": TEXT, "place": TEXT, "statement": TEXT, "printed": TEXT, "relation": TEXT,
    "bound": VALUE, "share": NUMBER, "formula": TEXT, "letters": (list,), "python": TEXT,
    "readings": (list,), "source": TEXT,
}  # fmt: skip
TABLES: dict[str, dict[str, tuple[type, ...]]] = {
    "": {"citation": TEXT, "source": TEXT, "system": TEXT, "values": (dict,), "drive": (dict,),
         "unstated": (dict,), CLAIM: (list,), CHECK: (list,), FORMULA: (list,)},
    "drive": {"name": TEXT, "unit": TEXT, "words": TEXT},
    CLAIM: STATED,
    CHECK: STATED,
    # a formula is followed along its drive: it has one value at a point, and nothing over a range
    FORMULA: {"system": TEXT, "values": (dict,), "quantity": TEXT, "field": (dict,), "id": TEXT,
              "place": TEXT, "statement": TEXT, "largest": NUMBER},
    "readings": ASKED,
}  # fmt: skip
SPELLED = {str: "a text", dict: "a table", list: "a list", int: "a whole number", float: "a number"}


def read_sheet(path: Path) -> Sheet:
    """The sheet in a TOML file.

    Raises `ValueError` with line and key for a file that is none, for a key that is not known or
    is missing, for a value of another type, and for two entries of one name.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     path = Path(folder) / "mine.toml"
    ...     _ = path.write_text('citation = "Me"\\nsystem = "kerr"\\nvalue = 1')
    ...     read_sheet(path)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    ValueError: File `mine.toml`, line 3: key `value` is not known here; did you mean `values`?
    """
    if not path.is_file():
        raise ValueError(f"File `{path}` does not exist.")
    try:
        text = path.read_text(encoding="utf-8")
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"File `{path.name}` is no TOML: {error}.") from error
    return _sheet(_File(path, text.splitlines(), content))


@dataclass(frozen=True)
class _File:
    """A file as it is written, which knows on which line its keys stand."""

    path: Path
    lines: list[str]
    content: dict[str, Any]

    def table(self, name: str) -> "_Table":
        """The only table of a name; the file itself for none."""
        return _Table(self, name, 0, self.content.get(name, {}) if name else self.content)

    def tables(self, kind: str) -> "list[_Table]":
        """Every table of a kind, in the order of the file."""
        return [_Table(self, kind, i, keys) for i, keys in enumerate(self.content.get(kind, []))]

    def line(self, table: str, index: int, key: str) -> int:
        """The line of a key in the index-th table of a name, or of the table itself."""
        head, count, here = 1, -1 if table in KINDS else 0, not table
        for number, line in enumerate(self.lines, 1):
            if section := re.match(r"\s*\[\[?\s*([\w.\"]+)\s*\]\]?", line):
                if here and table:
                    break
                if not table and section[1] == key:
                    return number
                count += section[1] == table and table in KINDS
                here = section[1] == table and count == max(index, 0) if table else False
                head = number if here else head
            elif here and key and re.match(rf"\s*\"?{re.escape(key)}\"?\s*[=.]", line):
                return number
        return head


@dataclass(frozen=True)
class _Table:
    """One table of a file: its name, which one of that name it is, and what is written in it."""

    file: _File
    name: str
    index: int
    keys: Any

    def line(self, key: str = "") -> int:
        return self.file.line(self.name, self.index, key)

    def fail(self, key: str, sentence: str) -> NoReturn:
        """Raise `ValueError` with the line, and the entry where there is one."""
        entry = ""
        if self.name in KINDS:
            own = self.keys if isinstance(self.keys, dict) else {}
            entry = f"{self.name} `{own.get('id', self.index + 1)}`: "
        end = "" if sentence.endswith(("?", ".")) else "."
        raise ValueError(f"{where_in(self.file.path, self.line(key))}{entry}{sentence}{end}")

    def need(self, *keys: str) -> None:
        """Raise unless these keys are there, and not empty."""
        for key in keys:
            if not str(self.keys.get(key, "")).strip():
                self.fail("", f"must have the key `{key}`")

    def check(self) -> None:
        """Raise for a key that is not known in the table, and for a value of another type."""
        for key, value in self.keys.items():
            self.check_key(key, TABLES[self.name])
            self.check_type(key, value, TABLES[self.name][key])

    def check_key(self, key: str, known: Any, shown: str = "") -> None:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}."
            self.fail(shown or key, f"key `{key}` is not known here; {hint}")

    def check_type(self, key: str, value: Any, kinds: tuple[type, ...], shown: str = "") -> None:
        if not isinstance(value, kinds) or isinstance(value, bool):
            said = " or ".join(SPELLED[kind] for kind in kinds)
            self.fail(shown or key, f"key `{key}` must be {said}, but is {value!r}")
        if isinstance(value, dict) and key in ("values", "ratio_to", "field"):
            self._check_inside(key, value, shown or key)

    def _check_inside(self, key: str, value: dict[str, Any], shown: str) -> None:
        """Values are numbers or formulas; what a ratio is taken to may have a field."""
        for name, inner in value.items():
            if key == "ratio_to" and name == "field" and isinstance(inner, dict):
                continue
            if not isinstance(inner, VALUE) or isinstance(inner, bool):
                self.fail(shown, f"value `{name}` must be a number or a formula, but is {inner!r}")

    def check_word(self, key: str, word: str, known: Any) -> None:
        if word not in known:
            near = get_close_matches(word, known, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            self.fail(key, f"key `{key}` must be one of {', '.join(known)}, but is `{word}`{hint}")


def _sheet(file: _File) -> Sheet:
    """The file as a `Sheet`; raises `ValueError` for the first fault."""
    top, whole = file.content, file.table("")
    whole.check()
    whole.need("citation", "system")
    file.table("drive").check()
    for name, kinds in (("values", VALUE), ("unstated", TEXT)):
        table = file.table(name)
        for key, value in table.keys.items():
            table.check_type(key, value, kinds)
    entries = tuple(_entry(table) for kind in KINDS for table in file.tables(kind))
    _check_names(file, entries)
    plain = {key: top[key] for key in ("values", "unstated", "source") if key in top}
    lines = {key: file.line("values", 0, key) for key in top.get("values", {})}
    lines |= {"system": whole.line("system"), "name": file.table("drive").line("name")}
    drive = Drive(**top.get("drive", {}))
    required = file.path, top["citation"], top["system"]
    return Sheet(*required, drive=drive, entries=entries, lines=lines, **plain)


def _check_names(file: _File, entries: tuple[Entry, ...]) -> None:
    seen: dict[tuple[bool, str], int] = {}
    for entry in entries:
        first = seen.setdefault((entry.kind == FORMULA, entry.id), entry.line)
        if first != entry.line:
            where = where_in(file.path, entry.line)
            raise ValueError(f"{where}id `{entry.id}` is taken already, on line {first}.")


def _entry(table: _Table) -> Entry:
    """One entry, checked by the rules of its kind."""
    kind, written = table.name, table.keys
    if not isinstance(written, dict):
        table.fail("", f"`{kind}` must be written as tables [[{kind}]]")
    table.check()
    table.need("id", "statement")
    if kind != FORMULA:
        table.need("place" if kind == CLAIM else "source")
        _check_claim(table)
    elif "quantity" not in written:
        table.fail("", "must have the key `quantity`")
    for reading in written.get("readings", []):
        _check_reading(table, reading)
        _check_asked(replace(table, keys={**written, **reading}))
    _check_asked(table)
    _check_numbers(table)
    other = {k: v for k, v in written.items() if k not in ASKED}
    for key in ("readings", "letters"):
        other[key] = tuple(other.get(key, ()))
    if kind == FORMULA:
        other = {k: other[k] for k in ("id", "place", "statement", "largest") if k in other}
    asked = {key: value for key, value in written.items() if key in ASKED}
    return Entry(kind=kind, line=table.line(), asked=asked, **other)


def _check_claim(table: _Table) -> None:
    """What a claim needs depends on how it is decided."""
    ways = [key for key in ("quantity", "number", "python") if key in table.keys]
    if len(ways) != 1:
        said = " and ".join(f"`{way}`" for way in ways) or "none of them"
        must = f"must have one of `quantity`, `number` and `python`, but has {said}"
        table.fail(ways[-1] if ways else "", must)
    relation = table.keys.get("relation", EQUALS)
    table.check_word("relation", relation, RELATIONS)
    if "python" in table.keys:
        _check_python(table)
    elif relation == IDENTICAL:
        table.need("formula", "quantity")
    else:
        _check_relation(table, relation)


def _check_python(table: _Table) -> None:
    """A function decides alone, or gives the number that the sheet's own relation judges."""
    for key in (*ASKED, "readings", "formula", "letters"):
        if key in table.keys:
            table.fail(key, f"key `{key}` does not go with `python`")
    relation = table.keys.get("relation", EQUALS)
    if relation == IDENTICAL:
        table.fail("relation", f"`{IDENTICAL}` does not go with `python`")
    if {"printed", "relation", "bound", "share"} & table.keys.keys():
        _check_relation(table, relation)


def _check_relation(table: _Table, relation: str) -> None:
    """A relation to a number needs that number."""
    written = table.keys
    table.need("printed")
    for key, wanted in (("share", WITHIN), ("formula", IDENTICAL), ("letters", IDENTICAL)):
        if key in written and relation != wanted:
            table.fail(key, f"key `{key}` goes with `{wanted}` only")
    if relation == EXACTLY and not _is_whole(written.get("bound", written["printed"])):
        words = f"`{EXACTLY}` needs a whole number, `printed` or `bound`"
        table.fail("bound" if "bound" in written else "printed", words)
    if relation == WITHIN:
        table.need("bound", "share")
    if relation == EQUALS and "bound" in written:
        table.fail("bound", f"key `bound` does not go with `{EQUALS}`")
    if "bound" not in written and not _is_number(written["printed"]):
        must = "key `printed` must be a number, or `bound` must say which is meant"
        table.fail("printed", f"{must}, but is `{written['printed']}`")


def _check_reading(table: _Table, reading: Any) -> None:
    """A reading is a table with the keys of `ASKED`."""
    if not isinstance(reading, dict):
        table.fail("readings", "key `readings` must be a list of tables")
    for key, value in reading.items():
        table.check_key(key, ASKED, shown="readings")
        table.check_type(key, value, ASKED[key], shown="readings")


def _check_numbers(table: _Table) -> None:
    """Numbers that have to be positive, and lists that hold texts."""
    for key, least in (("points", FEWEST), ("share", 0), ("largest", 0)):
        if key in table.keys and not (table.keys[key] > 0 and table.keys[key] >= least):
            must = f"at least {least}" if least else "positive"
            table.fail(key, f"key `{key}` must be {must}, but is {table.keys[key]}")
    for letter in table.keys.get("letters", ()):
        if not isinstance(letter, str):
            words = f'key `letters` must hold texts such as "D = Delta + J", but holds {letter}'
            table.fail("letters", words)


def _check_asked(table: _Table) -> None:
    """What is asked, of an entry or of one of its readings, has to fit together."""
    if "number" in table.keys and "field" in table.keys:
        table.fail("field", "key `field` goes with `quantity`, not with `number`")
    if "over" not in table.keys:
        for key in ("range", "take", "points"):
            if key in table.keys:
                table.fail(key, f"key `{key}` needs `over`, the value that varies")
        return
    table.need("range", "take")
    table.check_word("take", table.keys["take"], TAKES)
    ends = table.keys["range"]
    if len(ends) != 2 or not all(isinstance(end, VALUE) for end in ends):
        table.fail("range", f"key `range` must be [low, high], but is {ends}")
    if all(isinstance(end, NUMBER) for end in ends) and not ends[0] < ends[1]:
        table.fail("range", f"key `range` must begin below its end, but is {ends}")


def _is_whole(number: Any) -> bool:
    """Whether it is a count, as a number or as it is printed."""
    return bool(re.fullmatch(r"\d+", str(number).strip()))


def _is_number(text: str) -> bool:
    """Whether what is printed is one number."""
    return bool(re.fullmatch(r"-?\d+\.?\d*(e[+-]?\d+)?", text.strip(), re.IGNORECASE))
