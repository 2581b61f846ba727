"""A sheet of claims read from its file: which keys each table has, of what types, and how they fit.

A file that does not keep to that is refused with its line and key before anything is computed.
"""

import re
import tomllib
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any, NoReturn

from compare.papers.sheet import (
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
    return _Reader(path, text.splitlines(), content).sheet()


class _Reader:
    """Checks one file, and knows on which line its keys stand."""

    def __init__(self, path: Path, lines: list[str], content: dict[str, Any]) -> None:
        self.path, self.lines, self.content = path, lines, content

    def sheet(self) -> Sheet:
        """The file as a `Sheet`; raises `ValueError` for the first fault."""
        top = self.content
        self._check("", 0, top)
        self._need("", 0, top, "citation", "system")
        self._check("drive", 0, top.get("drive", {}))
        for table, kinds in (("values", VALUE), ("unstated", TEXT)):
            for key, value in top.get(table, {}).items():
                self._check_type(table, 0, key, value, kinds)
        entries = tuple(self._entries())
        self._check_names(entries)
        plain = {key: top[key] for key in ("values", "unstated", "source") if key in top}
        drive = Drive(**top.get("drive", {}))
        lines = {key: self._line("values", 0, key) for key in top.get("values", {})}
        lines |= {"system": self._line("", 0, "system"), "name": self._line("drive", 0, "name")}
        return Sheet(
            self.path,
            top["citation"],
            top["system"],
            drive=drive,
            entries=entries,
            lines=lines,
            **plain,
        )

    def _entries(self) -> Iterator[Entry]:
        """Every entry, kind by kind."""
        for kind in KINDS:
            for index, written in enumerate(self.content.get(kind, [])):
                yield self._entry(kind, index, written)

    def _entry(self, kind: str, index: int, written: Any) -> Entry:
        """One entry, checked by the rules of its kind."""
        if not isinstance(written, dict):
            self._fail(kind, index, "", f"`{kind}` must be written as tables [[{kind}]]")
        self._check(kind, index, written)
        self._need(kind, index, written, "id", "statement")
        if kind != FORMULA:
            self._need(kind, index, written, "place" if kind == CLAIM else "source")
            self._check_claim(kind, index, written)
        elif "quantity" not in written:
            self._fail(kind, index, "", "must have the key `quantity`")
        for reading in written.get("readings", []):
            self._check_reading(kind, index, reading)
            self._check_asked(kind, index, {**written, **reading})
        self._check_asked(kind, index, written)
        self._check_numbers(kind, index, written)
        other = {k: v for k, v in written.items() if k not in ASKED}
        for key in ("readings", "letters"):
            other[key] = tuple(other.get(key, ()))
        if kind == FORMULA:
            other = {k: other[k] for k in ("id", "place", "statement", "largest") if k in other}
        asked = {key: value for key, value in written.items() if key in ASKED}
        return Entry(kind=kind, line=self._line(kind, index, ""), asked=asked, **other)

    def _check_claim(self, kind: str, index: int, written: dict[str, Any]) -> None:
        """What a claim needs depends on how it is decided."""
        ways = [key for key in ("quantity", "number", "python") if key in written]
        if len(ways) != 1:
            said = " and ".join(f"`{way}`" for way in ways) or "none of them"
            self._fail(
                kind,
                index,
                ways[-1] if ways else "",
                f"must have one of `quantity`, `number` and `python`, but has {said}",
            )
        relation = written.get("relation", EQUALS)
        self._check_word(kind, index, "relation", relation, RELATIONS)
        if "python" in written:
            self._check_python(kind, index, written)
            return
        if relation == IDENTICAL:
            self._need(kind, index, written, "formula", "quantity")
            return
        self._check_relation(kind, index, written, relation)

    def _check_python(self, kind: str, index: int, written: dict[str, Any]) -> None:
        """A function decides alone, or gives the number that the sheet's own relation judges."""
        for key in (*ASKED, "readings", "formula", "letters"):
            if key in written:
                self._fail(kind, index, key, f"key `{key}` does not go with `python`")
        relation = written.get("relation", EQUALS)
        if relation == IDENTICAL:
            self._fail(kind, index, "relation", f"`{IDENTICAL}` does not go with `python`")
        judging = [key for key in ("printed", "relation", "bound", "share") if key in written]
        if judging:
            self._check_relation(kind, index, written, relation)

    def _check_relation(
        self, kind: str, index: int, written: dict[str, Any], relation: str
    ) -> None:
        """A relation to a number needs that number."""
        self._need(kind, index, written, "printed")
        for key, wanted in (("share", WITHIN), ("formula", IDENTICAL), ("letters", IDENTICAL)):
            if key in written and relation != wanted:
                self._fail(kind, index, key, f"key `{key}` goes with `{wanted}` only")
        if relation == EXACTLY and not _is_whole(written.get("bound", written["printed"])):
            words = f"`{EXACTLY}` needs a whole number, `printed` or `bound`"
            self._fail(kind, index, "bound" if "bound" in written else "printed", words)
        if relation == WITHIN:
            self._need(kind, index, written, "bound", "share")
        if relation == EQUALS and "bound" in written:
            self._fail(kind, index, "bound", f"key `bound` does not go with `{EQUALS}`")
        if "bound" not in written and not _is_number(written["printed"]):
            self._fail(
                kind,
                index,
                "printed",
                f"key `printed` must be a number, or `bound` must "
                f"say which is meant, but is `{written['printed']}`",
            )

    def _check_reading(self, kind: str, index: int, reading: Any) -> None:
        """A reading is a table with the keys of `ASKED`."""
        if not isinstance(reading, dict):
            self._fail(kind, index, "readings", "key `readings` must be a list of tables")
        for key, value in reading.items():
            self._check_key(kind, index, key, ASKED, shown="readings")
            self._check_type(kind, index, key, value, ASKED[key], shown="readings")

    def _check_numbers(self, kind: str, index: int, written: dict[str, Any]) -> None:
        """Numbers that have to be positive, and lists that hold texts."""
        for key, least in (("points", FEWEST), ("share", 0), ("largest", 0)):
            if key in written and not (written[key] > 0 and written[key] >= least):
                must = f"at least {least}" if least else "positive"
                self._fail(kind, index, key, f"key `{key}` must be {must}, but is {written[key]}")
        for letter in written.get("letters", ()):
            if not isinstance(letter, str):
                words = f'key `letters` must hold texts such as "D = Delta + J", but holds {letter}'
                self._fail(kind, index, "letters", words)

    def _check_asked(self, kind: str, index: int, written: dict[str, Any]) -> None:
        """What is asked, of an entry or of one of its readings, has to fit together."""
        if "number" in written and "field" in written:
            self._fail(kind, index, "field", "key `field` goes with `quantity`, not with `number`")
        if "over" not in written:
            for key in ("range", "take", "points"):
                if key in written:
                    self._fail(kind, index, key, f"key `{key}` needs `over`, the value that varies")
            return
        self._need(kind, index, written, "range", "take")
        self._check_word(kind, index, "take", written["take"], TAKES)
        ends = written["range"]
        if len(ends) != 2 or not all(isinstance(end, VALUE) for end in ends):
            self._fail(kind, index, "range", f"key `range` must be [low, high], but is {ends}")
        if all(isinstance(end, NUMBER) for end in ends) and not ends[0] < ends[1]:
            self._fail(kind, index, "range", f"key `range` must begin below its end, but is {ends}")

    def _check(self, table: str, index: int, written: dict[str, Any]) -> None:
        """Raise for a key that is not known in the table, and for a value of another type."""
        for key, value in written.items():
            self._check_key(table, index, key, TABLES[table])
            self._check_type(table, index, key, value, TABLES[table][key])

    def _check_key(self, table: str, index: int, key: str, known: Any, shown: str = "") -> None:
        if key not in known:
            near = get_close_matches(key, known, n=1)
            hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(known)}."
            self._fail(table, index, shown or key, f"key `{key}` is not known here; {hint}")

    def _check_type(
        self, table: str, index: int, key: str, value: Any, kinds: tuple[type, ...], shown: str = ""
    ) -> None:
        if not isinstance(value, kinds) or isinstance(value, bool):
            said = " or ".join(SPELLED[kind] for kind in kinds)
            self._fail(table, index, shown or key, f"key `{key}` must be {said}, but is {value!r}")
        if isinstance(value, dict) and key in ("values", "ratio_to", "field"):
            for name, inner in value.items():
                if key == "ratio_to" and name == "field" and isinstance(inner, dict):
                    continue
                if not isinstance(inner, VALUE) or isinstance(inner, bool):
                    self._fail(
                        table,
                        index,
                        shown or key,
                        f"value `{name}` must be a number or a formula, but is {inner!r}",
                    )

    def _check_word(self, kind: str, index: int, key: str, word: str, known: Any) -> None:
        if word not in known:
            near = get_close_matches(word, known, n=1)
            hint = f"; did you mean `{near[0]}`?" if near else "."
            self._fail(
                kind,
                index,
                key,
                f"key `{key}` must be one of {', '.join(known)}, but is `{word}`{hint}",
            )

    def _need(self, table: str, index: int, written: dict[str, Any], *keys: str) -> None:
        for key in keys:
            if not str(written.get(key, "")).strip():
                self._fail(table, index, "", f"must have the key `{key}`")

    def _check_names(self, entries: tuple[Entry, ...]) -> None:
        seen: dict[tuple[bool, str], int] = {}
        for entry in entries:
            first = seen.setdefault((entry.kind == FORMULA, entry.id), entry.line)
            if first != entry.line:
                where = where_in(self.path, entry.line)
                raise ValueError(f"{where}id `{entry.id}` is taken already, on line {first}.")

    def _fail(self, table: str, index: int, key: str, sentence: str) -> NoReturn:
        """Raise `ValueError` with the line, and the entry where there is one."""
        entry = ""
        if table in KINDS:
            written = self.content[table][index]
            name = written.get("id", index + 1) if isinstance(written, dict) else index + 1
            entry = f"{table} `{name}`: "
        end = "" if sentence.endswith(("?", ".")) else "."
        raise ValueError(
            f"{where_in(self.path, self._line(table, index, key))}{entry}{sentence}{end}"
        )

    def _line(self, table: str, index: int, key: str) -> int:
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


def _is_whole(number: Any) -> bool:
    """Whether it is a count, as a number or as it is printed."""
    return bool(re.fullmatch(r"\d+", str(number).strip()))


def _is_number(text: str) -> bool:
    """Whether what is printed is one number."""
    return bool(re.fullmatch(r"-?\d+\.?\d*(e[+-]?\d+)?", text.strip(), re.IGNORECASE))
