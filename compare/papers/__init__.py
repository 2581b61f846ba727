"""Papers, one folder each: its claims, its figures, its device in the units of its laboratory.

Nothing outside this folder knows a paper by name.  To add one, make a folder whose name is its
key, with an `__init__` that defines ``PAPER`` (`compare.papers.paper`), a file ``claims.toml``, and
``figures/`` with one module ``fig...`` a panel.  The commands ``blockade reproduce`` and ``blockade
audit`` then find it; its results go into a folder of its key below that of all results.

A claim is data (`sheet`, from a file by `reader`): `point` works out its values, `measure` its
number on both roads, `decision` the interval in which it is true, `truth` the drive at which it
would be; `settling` says before that what makes no sense.  `judgement` makes the table of a paper
and `atlas` that of all.  Only what asks for more stands in Python.
"""

import pkgutil
from importlib import import_module

from compare.papers.paper import Laboratory, Paper

__all__ = ["Laboratory", "Paper", "default_system", "every", "keys", "laboratory", "load"]


def keys() -> list[str]:
    """Keys of all papers, such as the first author's name with the year, sorted.

    >>> "tang2025" in keys()
    True
    """
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)


def load(key: str) -> Paper:
    """The paper of that key.  Raises `ValueError`, listing all, where there is none.

    >>> load("tang2025").laboratory.system
    'nanotip'
    """
    if key not in keys():
        raise ValueError(f"Paper `{key}` does not exist; there are {', '.join(keys())}.")
    paper: Paper = import_module(f"{__name__}.{key}").PAPER
    return paper


def every() -> list[Paper]:
    """All papers, in the order of their keys.

    >>> [paper.key for paper in every()] == keys()
    True
    """
    return [load(key) for key in keys()]


def laboratory(system: str) -> Laboratory | None:
    """The laboratory in whose units a listed system may be set; None where no paper gives one.

    >>> laboratory("nanotip").columns["r"]
    'r_um'
    >>> laboratory("kerr") is None
    True
    """
    found = (paper.laboratory for paper in every())
    return next((lab for lab in found if lab is not None and lab.system == system), None)


def default_system() -> str:
    """The listed system that a command takes where none is named: the first paper's with one.

    >>> default_system()
    'nanotip'
    """
    return next(paper.laboratory.system for paper in every() if paper.laboratory is not None)
