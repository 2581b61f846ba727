"""Papers, one folder each: its claims, its figures, its device in the units of its laboratory.

Nothing outside this folder knows a paper by name.  To add one, make a folder with an `__init__`
that defines ``PAPER`` (`compare.papers.paper`), and in it ``figures/`` and ``claims/``.
"""

import pkgutil
from importlib import import_module

from compare.papers.paper import Laboratory, Paper

__all__ = ["Laboratory", "Paper", "keys", "laboratory", "load"]


def keys() -> list[str]:
    """Keys of all papers, such as the first author's name with the year.

    >>> "tang2025" in keys()
    True
    """
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def load(key: str) -> Paper:
    """The paper of that key.  Raises `ValueError`, listing all, where there is none."""
    if key not in keys():
        raise ValueError(f"Paper `{key}` does not exist; there are {', '.join(keys())}.")
    paper: Paper = import_module(f"{__name__}.{key}").PAPER
    return paper


def laboratory(system: str) -> Laboratory | None:
    """The laboratory in whose units a listed system may be set; None where no paper gives one."""
    found = (load(key).laboratory for key in keys())
    return next((lab for lab in found if lab is not None and lab.system == system), None)
