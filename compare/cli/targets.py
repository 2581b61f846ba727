"""What a command can work on: a listed system, or any `Model` in a Python file of the user.

The listed systems stand in `systems.library`.
"""

import importlib.util
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

from compare.papers.tang2025 import units as tip
from systems import Model
from systems.library import SYSTEMS


@dataclass(frozen=True)
class Target:
    """A model, how its values are read from settings, and the columns that settings get.

    ``example`` holds settings of a point of interest; ``source`` is the SHA-256 of a user's file.
    """

    name: str
    model: Model
    read: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    remark: Callable[[Mapping[str, Any]], str | None] = lambda settings: None
    columns: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    example: Mapping[str, Any] = field(default_factory=dict)
    source: str | None = None


def find_target(text: str) -> Target:
    """The target called ``text``: a listed name, or ``path/to/file.py:NAME``.

    Raises `ValueError` with the names that exist, or with what went wrong in the file.
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
    entry = SYSTEMS[text]
    target = Target(text, entry.model, abbreviations=entry.abbreviations, example=entry.values)
    if text == "nanotip":
        return replace(
            target,
            read=tip.read_values,
            remark=tip.remark,
            columns=tip.COLUMNS,
            example=tip.EXAMPLE,
        )
    return target


def listed() -> dict[str, str]:
    """Names of the listed systems, each with one line on what it is and its literature."""
    return {name: f"{entry.about} ({entry.literature})" for name, entry in SYSTEMS.items()}


def _from_file(text: str) -> Target:
    path, _, name = text.rpartition(":")
    if not path or not path.endswith(".py") or not name:
        raise ValueError(f"Argument `system` must look like path/to/file.py:NAME, but is `{text}`.")
    module = _load(Path(path))
    models = [key for key, value in vars(module).items() if isinstance(value, Model)]
    if name not in models:
        found = f"holds {', '.join(models)}" if models else "holds none"
        raise ValueError(f"File `{path}` must hold a Model called `{name}`, but {found}.")
    source = sha256(Path(path).read_bytes()).hexdigest()
    return Target(f"{Path(path).name}:{name}", getattr(module, name), source=source)


def _load(path: Path) -> ModuleType:
    if not path.is_file():
        raise ValueError(f"File `{path}` does not exist.")
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
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever it raises is the user's to read
        del sys.modules[name]
        kind = type(error).__name__
        raise ValueError(f"File `{path}` does not import: {kind}: {error}") from error
    finally:
        with suppress(ValueError):  # the file may have changed the list
            sys.path.remove(folder)
    return module
