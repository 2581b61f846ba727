"""Systems: a symbolic Hamiltonian with its losses, and the devices it stands for.

What both roads read lives here, and nothing that solves it.  `model` holds `Model`, `loss` its
losses, and `consistency` says where they do not fit together; `levels` has the `Atom` of several
levels, `emitters` many equal ones as one.  `ladder` brings operators into normal order; `grading`
counts the quanta that the drive brings; `values` checks the numbers of a model's symbols, which
`arithmetic` puts into expressions; `status` says what a number is worth; `fields` builds what a
detector sees.  `expressions` checks what callers hand over, `renamed` keeps old import paths alive,
and `library` holds systems of the literature, whose names `listed` has.

    from systems import Loss, Model, nanotip        # and every listed system by its name

A listed system is a module with its `MODEL`.  It is loaded when it is first asked for.

>>> import systems
>>> systems.kerr.MODEL.name
'driven Kerr mode'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

import systems.renamed  # noqa: F401 - old import paths work from here on
from systems.listed import LISTED

if TYPE_CHECKING:  # for those who read types only
    from systems.emitters import Emitters
    from systems.levels import Atom
    from systems.loss import Loss
    from systems.model import Model
    from systems.status import Estimate, Status

# Loaded when asked for: old import paths need this package before anything is computed.
HOMES = {
    "Atom": "systems.levels",
    "Emitters": "systems.emitters",
    "Estimate": "systems.status",
    "Loss": "systems.loss",
    "Model": "systems.model",
    "Status": "systems.status",
}
__all__ = ["Atom", "Emitters", "Estimate", "Loss", "Model", "Status"]


def __getattr__(name: str) -> Any:
    """A public class, or a listed system by its name: PEP 562."""
    if name in HOMES:
        return getattr(import_module(HOMES[name]), name)
    if name in LISTED:
        return import_module(f"systems.library.{name}")
    raise AttributeError(f"module `systems` has no attribute `{name}`")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *LISTED})
