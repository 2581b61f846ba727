"""Import paths of earlier versions, which notebooks and scripts may still hold.

``import systems.kerr`` or ``from numeric import observables`` give the module that stands at the
new place, the very same object.  A name here covers the modules below it as well.

A deprecated path costs nothing until it is used: the finder below stands last in ``sys.meta_path``
and is asked only for names that nobody else finds.  Both names give one module object, so that
classes compare equal and what is patched in one is patched in the other.

>>> import systems.kerr
>>> systems.kerr is sys.modules["systems.library.kerr"]
True
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast

from systems.listed import LISTED

# Rooms that moved into a folder of their package
MOVED = {
    "analytic.mirrors": "mirror overlaps phonons printed",
    "analytic.quadratic": "followers linear stationary",
    "analytic.time": "delayed driven pulse tones",
    "compare.files": "interrupts lock output places provenance",
    "numeric.lindblad": (
        "combination heat heisenberg liouvillian meanfield paths qobj scaling space stability"
    ),
    "numeric.reading": "batches detection observable products readings readout twofold",
    "numeric.search": "advice classical growth projection start truncation",
    "numeric.trust": "certificate excitations expectation judge tail worth",
}
# how claims are judged, which stood among the papers
AUDIT = "atlas decision judgement measure point reader settling sheet"
RENAMED = {
    **{f"systems.{name}": f"systems.library.{name}" for name in LISTED},
    "systems.output": "systems.fields",
    "systems.multiphoton": "compare.criteria",
    "analytic.factored": "analytic.rational.factored",
    "analytic.polynomials": "analytic.rational.polynomials",
    "analytic.abbreviations": "analytic.rational.abbreviations",
    "analytic.displaced": "analytic.displacement",
    "analytic.identity": "analytic.rational.vanishing",
    "analytic.vanishing": "analytic.rational.vanishing",
    "analytic.optimum": "analytic.derivation",
    "analytic.purity": "analytic.fields",
    "analytic.series.power_series": "analytic.series.summation",
    "analytic.series.size": "analytic.series.hierarchy",
    **{
        f"{folder.partition('.')[0]}.{name}": f"{folder}.{name}"
        for folder, names in MOVED.items()
        for name in names.split()
    },
    "numeric.bright": "numeric.frames.bright",
    "numeric.displaced": "numeric.frames.displaced",
    "numeric.fluctuations": "numeric.frames.fluctuations",
    "numeric.gaussian": "numeric.frames.gaussian",
    "numeric.means": "numeric.frames.means",
    "numeric.shift": "numeric.frames.shift",
    "numeric.operators": "numeric.lindblad.space",
    "numeric.observables": "numeric.fields",
    "numeric.reference": "numeric.solvers.direct",
    "numeric.batch": "numeric.solvers.choice",
    "numeric.measured": "numeric.trust.worth",
    "numeric.solvers.batch": "numeric.solvers.choice",
    "numeric.solvers.scaled": "numeric.lindblad.scaling",
    "numeric.solvers.scaling": "numeric.lindblad.scaling",
    "numeric.iterative": "numeric.solvers.iterative",
    "numeric.precise": "numeric.solvers.precise",
    "numeric.graded": "numeric.solvers.graded",
    "numeric.delayed": "numeric.time.delayed",
    "numeric.trajectories": "numeric.time.trajectories",
    "compare.drive": "compare.validity",
    "compare.drive.validity": "compare.validity.table",
    "compare.cli.targets": "compare.targets",
    "compare.claims": "compare.papers.tang2025.claims",
    "compare.figures": "compare.papers.tang2025.figures",
    "compare.figures.style": "compare.style",
    "compare.reproduction": "compare.results",
    **{f"compare.papers.{name}": f"compare.audit.{name}" for name in AUDIT.split()},
    "compare.papers.truth": "compare.audit.turning",
    "compare.papers.tang2025.units": "compare.laboratories.nanotip",
}


def renamed(name: str) -> str | None:
    """The new name of a module, or None where it kept its own.

    A name in `RENAMED` covers the modules below it, and the longest match counts.

    >>> renamed("compare.figures.fig3c")
    'compare.papers.tang2025.figures.fig3c'
    >>> renamed("systems.model") is None
    True
    """
    head = name
    while head not in RENAMED and "." in head:
        head = head.rpartition(".")[0]
    return RENAMED[head] + name[len(head) :] if head in RENAMED else None


class _Renamed:
    """Finds a module under its old name and loads the one under the new name.

    A finder and a loader of `importlib` in one: the protocol is that of PEP 451.  It does not name
    the base classes of `importlib.abc`, which add nothing here and take as long to load as the rest
    of ``import systems``.
    """

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's specification, for old names only; the import system asks."""
        return ModuleSpec(name, cast(Any, self)) if renamed(name) else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module under its new name; its own specification is kept for later."""
        module = import_module(str(renamed(spec.name)))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own specification back.

        The import system has just noted the old name in it; the module keeps its own.
        """
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


# first: the finder of files would load what lies below a renamed package a second time
sys.meta_path.insert(0, cast(Any, _Renamed()))
