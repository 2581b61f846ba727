"""The README's table of what can be written down: whatever stands there as code runs."""

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
import systems
from compare.files.provenance import ROOT
from systems import jaynes_cummings

TITLE = "### What can be written down"
SECTION = (ROOT / "README.md").read_text(encoding="utf-8").split(TITLE)[1].split("\n## ")[0]
ROWS = [line for line in SECTION.splitlines() if line.startswith("| ")][1:]
CODE = re.compile(r"`([^`]+)`")


@pytest.fixture(scope="module")
def names() -> dict[str, Any]:
    """What the letters of the table stand for: an atom in a cavity at a few quanta."""
    r, q = sp.symbols("r q")
    a, model = BosonOp("a"), jaynes_cummings.MODEL
    values = {"Delta_a": 1.0, "Delta_s": 1.2, "g": 1.0, "kappa": 1.0, "gamma": 0.5, "xi": 0.01}
    kappa, gamma, n_th, G = sp.symbols("kappa gamma n_th G", positive=True)
    return {
        "np": np, "systems": systems, "analytic": analytic, "numeric": numeric,
        "BosonOp": BosonOp, "SigmaMinus": SigmaMinus, "Dagger": Dagger, "Symbol": sp.Symbol,
        "Loss": systems.Loss, "a": a, "kappa": kappa, "gamma": gamma, "n_th": n_th, "G": G,
        "model": model, "values": values, "state": numeric.steady_state(model, values),
        "closed": analytic.derive(model, 3), "operator": Dagger(a) * a,
        "b": a + q * jaynes_cummings.s + r * jaynes_cummings.xi, "unknowns": (r, q),
        "r": r, "xi": jaynes_cummings.xi,
        "times": [0.0, 1.0], "period": 1.0, "start": 0.0, "stop": 20.0, "omegas": [0.0],
    }  # fmt: skip


def pieces(row: str) -> Iterator[str]:
    """What stands between backticks as code; a bare word is a name of something else."""
    return (code for code in CODE.findall(row) if not code.isidentifier())


def run(code: str, names: dict[str, Any], last: Any) -> Any:
    """The value of a piece: ``.photons`` is of the piece before, ``drive=G`` an argument."""
    if code.startswith("."):
        return eval(f"last{code}", names, {"last": last})
    if re.match(r"\w+=", code):
        return eval(f"dict({code})", names)
    if re.match(r"from|[\w, ]+ = ", code):
        exec(code, names)
        return code
    return eval(code, names)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_what_the_table_writes_runs(row: str, names: dict[str, Any]) -> None:
    """Each row by itself: a reader copies one row, and rows run in any order, on any worker."""
    names, last = dict(names), None
    for code in pieces(row):
        value = run(code.replace("\\|", "|"), names, last)
        assert value is not None
        last = last if code.startswith(".") else value
