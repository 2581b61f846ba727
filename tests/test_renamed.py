"""Import paths of version 0.1 go on working, and give the very same objects."""

import subprocess
import sys
from importlib import import_module

import pytest

from systems.renamed import RENAMED, renamed

# what notebooks, scripts and the README of version 0.1 imported, as `module:name`
HELD = [
    "systems.kerr:MODEL",
    "systems.kerr_dimer:MODEL",
    "systems.kerr_ring:ABBREVIATIONS",
    "systems.jaynes_cummings:ATOM_DRIVEN",
    "systems.nanotip:Device",
    "systems.nanotip:PUBLISHED",
    "systems.second_harmonic:kappa_b",
    "systems.parametric_kerr:CONDITIONS",
    "systems.spinning:MODEL",
    "systems.output:output_field",
    "systems.multiphoton:blocks_weakly",
    "analytic.time.delayed:delayed_correlation",
    "analytic.fields:squeezing",
    "numeric.observables:squeezing",
    "numeric.precise:precise_populations",
    "numeric.delayed:delayed_correlation",
    "numeric.trajectories:trajectories",
    "compare.drive.validity:validity",
    "compare.drive.optimum:optimum",
    "compare.figures.fig3c:compute",
    "compare.figures.style:STYLE",
    "compare.figures.efficiency:efficiency",
    "compare.claims.paper:audit",
]


@pytest.mark.parametrize("old", RENAMED)
def test_an_old_path_leads_to_the_same_module(old: str) -> None:
    assert import_module(old) is import_module(RENAMED[old])


@pytest.mark.parametrize("held", HELD)
def test_what_was_imported_from_an_old_path_is_the_same_object(held: str) -> None:
    module, name = held.split(":")
    found = getattr(import_module(module), name)
    assert found is getattr(import_module(renamed(module) or module), name)


@pytest.mark.slow
def test_old_words_work_in_an_interpreter_that_knows_nothing_else() -> None:
    code = (
        "from systems import kerr, multiphoton, nanotip\n"
        "from numeric import observables\n"
        "import compare.figures.fig3c as figure, numeric.fields, systems.library.kerr\n"
        "assert observables is numeric.fields and kerr is systems.library.kerr\n"
        "assert figure.__name__ == 'compare.papers.tang2025.figures.fig3c'\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
