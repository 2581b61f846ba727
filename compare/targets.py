"""What a command can work on: a listed system, or any `Model` in a Python file of the user.

A module of `systems` that holds a ``MODEL`` is listed under its own name.
"""

import importlib.util
import pkgutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import sympy as sp

import systems
from compare import tip
from systems import Model, nanotip


@dataclass(frozen=True)
class Target:
    """A model, how its values are read from settings, and the columns that settings get."""

    name: str
    model: Model
    read: Callable[[Mapping[str, Any]], dict[str, Any]] = dict
    columns: Mapping[str, str] = field(default_factory=dict)
    abbreviations: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)


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
    model = import_module(f"systems.{text}").MODEL
    if text == "nanotip":
        return Target(text, model, tip.read_values, tip.COLUMNS, nanotip.ABBREVIATIONS)
    return Target(text, model)


def listed() -> dict[str, str]:
    """Names of the listed systems and the first line of what their files say."""
    modules = {
        m.name: import_module(f"systems.{m.name}") for m in pkgutil.iter_modules(systems.__path__)
    }
    return {
        name: (module.__doc__ or "").strip().split("\n")[0]
        for name, module in sorted(modules.items())
        if isinstance(getattr(module, "MODEL", None), Model)
    }


def _from_file(text: str) -> Target:
    path, _, name = text.rpartition(":")
    if not path or not path.endswith(".py") or not name:
        raise ValueError(f"Argument `system` must look like path/to/file.py:NAME, but is `{text}`.")
    module = _load(Path(path))
    models = [key for key, value in vars(module).items() if isinstance(value, Model)]
    if name not in models:
        found = f"holds {', '.join(models)}" if models else "holds none"
        raise ValueError(f"File `{path}` must hold a Model called `{name}`, but {found}.")
    return Target(f"{Path(path).name}:{name}", getattr(module, name))


def _load(path: Path) -> ModuleType:
    if not path.is_file():
        raise ValueError(f"File `{path}` does not exist.")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None  # a .py file has both
    module = importlib.util.module_from_spec(spec)
    # the file may import its neighbours, as it would when run
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # whatever it raises is the user's to read
        kind = type(error).__name__
        raise ValueError(f"File `{path}` does not import: {kind}: {error}") from error
    finally:
        sys.path.pop(0)
    return module
