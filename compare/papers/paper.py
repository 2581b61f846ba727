"""A paper: what it claims, what it draws, and the units of its laboratory.

A paper is a folder beside this file; general code asks it through the `PAPER` that the folder
defines and never by its name.  Figures and claims are loaded when they are asked for, so that the
command line may list papers without a plotting library.
"""

import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Laboratory:
    """A listed system in the units in which its paper gives settings, such as um and fW.

    ``read`` turns settings into the model's values, ``remark`` says what in them may be meant
    otherwise, and ``operating_point`` gives the paper's own settings, with a number for every
    name that may vary.  ``drive`` is the setting that decides the drive, and ``drive_of`` its value
    for a drive of the model.
    """

    system: str
    read: Callable[[Settings], dict[str, Any]]
    remark: Callable[[Settings], str | None]
    operating_point: Callable[[Settings], dict[str, Any]]
    columns: Mapping[str, str]  # setting -> column of a table, with its unit: r -> r_um
    example: Settings
    drive: str
    drive_of: Callable[[Any], Any]


@dataclass(frozen=True)
class Paper:
    """A paper by its ``key``, with one module a panel and one function a claim."""

    key: str
    citation: str
    laboratory: Laboratory | None = None

    @property
    def package(self) -> str:
        """The dotted name of the paper's folder."""
        return f"{__package__}.{self.key}"

    def figures(self) -> list[str]:
        """Stems of all figures, in the order of the paper."""
        folder = import_module(f"{self.package}.figures")
        names = (module.name for module in pkgutil.iter_modules(folder.__path__))
        return sorted(name for name in names if name.startswith("fig"))

    def figure(self, stem: str) -> ModuleType:
        """The module of a figure, with ``compute() -> DataFrame`` and ``draw(table) -> Figure``.

        Raises `ValueError`, listing all, where there is no such figure.
        """
        if stem not in self.figures():
            there = ", ".join(self.figures())
            raise ValueError(f"Figure `{stem}` does not exist; there are {there}.")
        return import_module(f"{self.package}.figures.{stem}")

    def audit(self) -> "pd.DataFrame":
        """One row per claim, computed now, with its verdict; minutes."""
        return self._claims().audit()

    def describe(self, rows: "pd.DataFrame") -> str:
        """The rows of an audit as text for a terminal."""
        return str(self._claims().claims_text(rows))

    def _claims(self) -> ModuleType:
        return import_module(f"{self.package}.claims")
