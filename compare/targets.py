"""What a command or a claim can name: a listed system, or any `Model` in a Python file of the user.

The listed systems stand in `systems.library`.  Where one is set in the units of a laboratory
(`compare.laboratories`), these may be used instead of the model's own values.
"""

import importlib.util
import sys
from collections.abc import Mapping
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

from compare.laboratories import Laboratory, laboratory
from systems import Model
from systems.library import MIRRORS, SYSTEMS


@dataclass(frozen=True)
class Target:
    """A model, and how settings on the command line become its values.

    ``laboratory`` holds the units in which a paper gives settings, where there is one; else the
    settings are the model's values.  ``example`` holds settings of a point of interest; ``source``
    is the SHA-256 of a user's file.

    ``columns``, ``spelled`` and ``drive`` say how its settings are called in tables and on axes;
    for a system without a laboratory these are the model's own symbols.

    >>> find_target("kerr").read({"chi": 2.0})
    {'chi': 2.0}
    >>> sorted(find_target("nanotip").columns.values())
    ['phi_um', 'power_fW', 'r_um']
    """

    name: str
    model: Model
    laboratory: Laboratory | None = None
    abbreviations: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of a table that settings get where they are not their own names.

        >>> find_target("kerr").columns
        {}
        """
        return self.laboratory.columns if self.laboratory else {}

    @property
    def spelled(self) -> dict[str, str]:
        """Columns of a table as labels of an axis, where they are not their own.

        >>> find_target("nanotip").spelled["r_um"]
        '$r$ (µm)'
        """
        return dict(self.laboratory.spelled) if self.laboratory else {}

    @property
    def drive(self) -> str:
        """The column of what drives the system: the laboratory's, or the model's own symbol.

        >>> find_target("nanotip").drive, find_target("kerr").drive
        ('power_fW', 'xi')
        """
        return self.laboratory.drive_column if self.laboratory else str(self.model.drive)

    def read(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Values of the model from settings; raises `ValueError` for what cannot be used.

        >>> sorted(find_target("nanotip").read({"r": 0.35, "phi": 0.27}))
        ['Delta', 'J', 'chi', 'gamma', 'xi']
        """
        return self.laboratory.read(settings) if self.laboratory else dict(settings)

    def remark(self, settings: Mapping[str, Any]) -> str | None:
        """What in the settings may be meant otherwise, in one sentence, or ``None``.

        >>> find_target("kerr").remark({"chi": 2.0}) is None
        True
        """
        return self.laboratory.remark(settings) if self.laboratory else None


def find_target(text: str) -> Target:
    """The target called ``text``: a listed name, or ``path/to/file.py:NAME``.

    Of a file that holds one model alone its path will do.  Raises `ValueError` with the names that
    exist, or with what went wrong in the file.

    >>> find_target("kerr_dimer").model.drive
    F

    >>> find_target("ker_dimer")
    Traceback (most recent call last):
        ...
    ValueError: Argument `system` must be one of ..., but is `ker_dimer`; did you mean `kerr_dimer`?
    """
    if ":" in text or text.endswith(".py"):
        return _from_file(text)
    names = listed()
    if text not in names:
        near = get_close_matches(text, names, n=1)
        hint = f"; did you mean `{near[0]}`?" if near else "."
        raise ValueError(
            f"Argument `system` must be one of {', '.join(names)} or path/to/file.py:NAME, "
            f"but is `{text}`{hint}"
        )
    entry, units = (SYSTEMS | MIRRORS)[text], laboratory(text)
    example = units.example if units else entry.values
    return Target(text, entry.model, units, entry.abbreviations, example)


def listed() -> dict[str, str]:
    """Names of the listed systems, each with one line on what it is and its literature.

    >>> listed()["kerr_ring"].partition(",")[0]
    'ring of three Kerr modes with a synthetic flux (Roushan et al.'
    """
    found = SYSTEMS | MIRRORS
    return {name: f"{entry.about} ({entry.literature})" for name, entry in found.items()}


def _from_file(text: str) -> Target:
    """The model called ``NAME`` in ``path/to/file.py``, or the only one, with the sum of the file.

    Raises `ValueError` for a text of another form, for a file that does not import, and for one
    that holds no model of that name.
    """
    alone = text.endswith(".py") and Path(text).is_file()
    path, _, name = (text, "", "") if alone else text.rpartition(":")
    if not path.endswith(".py") or not (name or alone):
        raise ValueError(f"Argument `system` must look like path/to/file.py:NAME, but is `{text}`.")
    module = _load(Path(path))
    models = _models(module)
    found = f"holds {', '.join(models)}" if models else "holds none"
    if alone and len(models) == 1:
        name = models[0]
    elif alone:
        raise ValueError(
            f"File `{path}` must hold one Model, or be asked for as {path}:NAME, but {found}."
        )
    elif name not in models:
        raise ValueError(f"File `{path}` must hold a Model called `{name}`, but {found}.")
    source = sha256(Path(path).read_bytes()).hexdigest()
    return Target(f"{Path(path).name}:{name}", getattr(module, name), source=source)


def _models(module: ModuleType) -> list[str]:
    """The names of the models that a module holds."""
    return [key for key, value in vars(module).items() if isinstance(value, Model)]


def _load(path: Path) -> ModuleType:
    """The module of a user's file, run as Python would run it, with its neighbours in reach.

    Raises `ValueError` with whatever the file raised.  Running it is what the user asked for: it is
    Python, and can do what Python can.  What it prints goes to standard error: the other one is for
    answers.
    """
    if not path.is_file():
        what = "must be a file, but is a folder" if path.is_dir() else "does not exist"
        raise ValueError(f"File `{path}` {what}.")
    content = path.read_bytes()
    # a name of its own: `numeric.py` must not stand in for a package; known by it from the
    # start, because dataclasses and pickle look their module up
    name = f"{path.stem.replace('.', '_')}_{sha256(content).hexdigest()[:12]}"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None  # a .py file has both
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    # the file may import its neighbours, as it would when run
    folder = str(path.resolve().parent)
    sys.path.insert(0, folder)
    try:
        with redirect_stdout(sys.stderr):
            spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever it raises is the user's to read
        del sys.modules[name]
        reason = f"{type(error).__name__}: {error}".removesuffix(": ")
        raise ValueError(f"File `{path}` does not import: {reason}") from error
    finally:
        with suppress(ValueError):  # the file may have changed the list
            sys.path.remove(folder)
    return module
