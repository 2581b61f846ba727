"""The paper's figures, one module a panel, called by their stems: ``fig3c``."""

import pkgutil
from importlib import import_module
from types import ModuleType


def stems() -> list[str]:
    """Stems of all figures, in the order of the paper."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__) if m.name.startswith("fig"))


def check(stem: str) -> str:
    """The stem, if there is such a figure; raises `ValueError`, listing all."""
    if stem not in stems():
        raise ValueError(f"Figure `{stem}` does not exist; there are {', '.join(stems())}.")
    return stem


def load(stem: str) -> ModuleType:
    """The module of a figure, with `compute` and `draw`."""
    return import_module(f"compare.papers.tang2025.figures.{check(stem)}")
