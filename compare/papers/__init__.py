"""Papers, one folder each: its claims, its figures, its device in the units of its laboratory.

Nothing outside this folder knows a paper by name.  To add one, make a folder whose name is its
key, with an `__init__` that defines ``PAPER`` (`compare.papers.paper`), a file ``claims.toml``, and
``figures/`` with one module ``fig...`` a panel.  The commands ``blockade reproduce`` and ``blockade
audit`` then find it; its results go into a folder of its key below that of all results.

A claim is data; how it is judged stands in `compare.audit`.  Only what asks for more than data can
say stands in Python.
"""

import pkgutil
from importlib import import_module

from compare.laboratories import Laboratory, default_system, laboratory
from compare.papers.paper import Paper

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
