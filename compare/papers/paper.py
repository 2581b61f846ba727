"""A paper: what it claims, what it draws, and the units of its laboratory.

A paper is a folder beside this file; general code asks it through the `PAPER` that the folder
defines and never by its name.  Figures and claims are loaded when they are asked for, so that the
command line may list papers without a plotting library.

The least that a paper needs: an `__init__` with ``PAPER = Paper(key=...)``, a file ``claims.toml``
(`compare.audit.sheet`), which has the citation, and a folder ``figures`` with one module for each
panel, ``fig...``.  Functions in Python decide claims that ask for more than a quantity at values;
the sheet names them.  Without a sheet, a package ``claims`` with ``audit()`` and
``claims_text(rows)`` does.  A `Laboratory` is needed only where settings are to be given in units
that are not the model's own.
"""

import pkgutil
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from compare.laboratories.laboratory import Laboratory

if TYPE_CHECKING:
    import pandas as pd

    from compare.audit.sheet import Sheet

CLAIMS = "claims"  # the stem of the audit, beside those of the figures
# What decides and reads claims is loaded by a name that is put together here:
# `compare.files.provenance` then counts it for audits alone, and a change of it makes no figure
# stale.
READER, JUDGE = (f"compare.papers.{name}" for name in ("reader", "judgement"))


@dataclass(frozen=True)
class Paper:
    """A paper by its ``key``, with one module a panel and one file of claims.

    - ``key``: the name of its folder, such as the first author's name with the year;
    - ``citation``: authors, title, journal, year; that of its file of claims where none is given;
    - ``laboratory``: the units of its settings, where they are not the model's own;
    - ``folder``: where its results lie below the folder of all; ``None`` means under its key;
    - ``at_drive``: multiple of the paper's drive -> what its claims in Python are called with.

    >>> from compare.papers import load
    >>> paper = load("tang2025")
    >>> paper.package, paper.figures()[:3]
    ('compare.papers.tang2025', ['fig1b', 'fig1c', 'fig2a'])
    """

    key: str
    citation: str = ""
    laboratory: Laboratory | None = None
    folder: str | None = None
    at_drive: Callable[[float], Any] = float

    def __post_init__(self) -> None:
        """Take the citation from the file of claims, where it stands once."""
        if not self.citation:
            text = (self.directory / f"{CLAIMS}.toml").read_text(encoding="utf-8")
            object.__setattr__(self, "citation", tomllib.loads(text)["citation"])

    @property
    def package(self) -> str:
        """The dotted name of the paper's folder.

        >>> from compare.papers import load
        >>> load("tang2025").package
        'compare.papers.tang2025'
        """
        return f"{__package__}.{self.key}"

    @property
    def place(self) -> str:
        """The folder of its results below that of all results; empty where it is the same.

        >>> Paper("author2026", "An author, A journal (2026)").place
        'author2026'
        """
        return self.key if self.folder is None else self.folder

    def figures(self) -> list[str]:
        """Stems of all figures, sorted: the modules whose names begin with ``fig``.

        >>> from compare.papers import load
        >>> load("tang2025").figures()[:3]
        ['fig1b', 'fig1c', 'fig2a']
        """
        folder = import_module(f"{self.package}.figures")
        names = (module.name for module in pkgutil.iter_modules(folder.__path__))
        return sorted(name for name in names if name.startswith("fig"))

    def figure(self, stem: str) -> ModuleType:
        """The module of a figure, with ``compute() -> DataFrame`` and ``draw(table) -> Figure``.

        Raises `ValueError`, listing all, where there is no such figure.

        >>> from compare.papers import load
        >>> load("tang2025").figure("fig9z")
        Traceback (most recent call last):
            ...
        ValueError: Figure `fig9z` does not exist; there are fig1b, fig1c, ...
        """
        if stem not in self.figures():
            there = ", ".join(self.figures())
            raise ValueError(f"Figure `{stem}` does not exist; there are {there}.")
        return import_module(f"{self.package}.figures.{stem}")

    def sheet(self) -> "Sheet":
        """The claims as data; raises `ValueError`, with line and key, for a file that is none.

        >>> from compare.papers import load
        >>> len(load("tang2025").sheet().of("claim"))
        43
        """
        reader = import_module(READER)
        found: Sheet = reader.read_sheet(self.directory / reader.NAME)
        return found

    @property
    def directory(self) -> Path:
        """The folder of the paper."""
        return Path(str(import_module(self.package).__file__)).parent

    def audit(self) -> "pd.DataFrame":
        """One row per claim, computed now, with its verdict; some minutes for a long paper.

        The columns are those of `compare.audit.judgement.audit`.
        """
        if not self.has_sheet:
            found: pd.DataFrame = self._claims().audit()
        else:
            found = import_module(JUDGE).audit(self.sheet(), self.at_drive)
        return found

    def describe(self, rows: "pd.DataFrame") -> str:
        """The rows of an audit as text for a terminal."""
        if not self.has_sheet:
            return str(self._claims().claims_text(rows))
        return str(import_module(JUDGE).audit_text(self.sheet(), rows))

    @property
    def has_sheet(self) -> bool:
        """Whether its claims are data; one that has none decides all of them in Python."""
        return (self.directory / f"{CLAIMS}.toml").is_file()

    def _claims(self) -> ModuleType:
        """The package ``claims`` of a paper that has no sheet."""
        return import_module(f"{self.package}.{CLAIMS}")
