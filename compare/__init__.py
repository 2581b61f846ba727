"""Comparison: how far the closed forms and the master equation agree, and where they do not.

`compare.agreement` tabulates both roads point by point, `compare.budget` splits the error of a
formula into its causes, `compare.validity` and `compare.critical_drive` say up to which drive a
formula may be believed, `compare.optimum` compares the zero of a formula with the true minimum,
`compare.check_formula` compares a printed formula with the derived one, and `compare.sweep` has
both roads over a whole grid, in memory, on disk, on a cluster.  `compare.solve` tabulates the
master equation alone, and `compare.report` makes one page of all that.  Around them live what
writes results to disk (`results`, with the rules of `files`), the look of
figures (`style`, `curves`), criteria of blockade (`criteria`), claims and their
verdicts (`audit`, `claim`), the papers (`papers`, one folder each), units of their laboratories
(`laboratories`) and the command line (`cli`).

The public names are loaded when they are first used, so that ``blockade --help`` starts without
the numerical libraries.  Some of them are also names of modules in here; the function always
wins: ``compare.agreement`` is the function, and its module is reached by
``from compare.agreement import ...``.
"""

# isort: off  (the handlers of signals stand before everything that takes time to load)
from compare.files.interrupts import handled, is_command

if is_command():
    handled(lasting=True).__enter__()
# isort: on

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import systems  # noqa: F401  (keeps the import paths of earlier versions alive)

if TYPE_CHECKING:
    from compare.agreement import agreement, summary
    from compare.budget import budget
    from compare.formula import Verdict, check_formula
    from compare.report import report
    from compare.solving import solve
    from compare.sweep.dataset import tidy
    from compare.sweep.run import sweep
    from compare.validity.critical import CriticalDrive, critical_drive
    from compare.validity.optimum import optimum
    from compare.validity.table import validity

__all__ = [
    "CriticalDrive",
    "Verdict",
    "agreement",
    "budget",
    "check_formula",
    "critical_drive",
    "optimum",
    "report",
    "solve",
    "summary",
    "sweep",
    "tidy",
    "validity",
]
HOMES = {
    "CriticalDrive": "compare.validity.critical",
    "Verdict": "compare.formula",
    "agreement": "compare.agreement",
    "budget": "compare.budget",
    "check_formula": "compare.formula",
    "critical_drive": "compare.validity.critical",
    "optimum": "compare.validity.optimum",
    "report": "compare.report",
    "solve": "compare.solving",
    "summary": "compare.agreement",
    "sweep": "compare.sweep.run",
    "tidy": "compare.sweep.dataset",
    "validity": "compare.validity.table",
}


class _Face(ModuleType):
    """This package: its public names are looked up in their modules, and never hidden by one."""

    def __getattr__(self, name: str) -> Any:
        """A public name, loaded from its module when it is first asked for, and then kept."""
        if name not in HOMES:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        found = getattr(import_module(HOMES[name]), name)
        super().__setattr__(name, found)
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        """Bind a name, unless a module of the same name would hide a public function."""
        # the import system binds each module that it loads to its package, by its last name
        if not (name in HOMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        """All names, those not loaded yet included."""
        return sorted({*super().__dir__(), *__all__})


sys.modules[__name__].__class__ = _Face
