"""Batches with a chosen truncation, over the largest one that they chose for all of their points.

Processor seconds of all threads, the least of the turns: others may use the machine too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from benchmarks import single_calls
from numeric import steady_state
from systems import Atom, Loss, Model
from systems.library import (
    jaynes_cummings,
    kerr,
    kerr_dimer,
    kerr_ring,
    nanotip,
    optomechanics,
    second_harmonic,
    tavis_cummings,
)

COUNTS = (5, 30, 100, 400, 2000)  # points of a batch
MAPS = (*COUNTS, 20_000)  # the same where a point takes microseconds


@dataclass(frozen=True)
class Row:
    """A model, its values, and the one that varies from ``first`` to ``last`` over a batch."""

    name: str
    model: Model
    values: Mapping[str, complex]
    axis: str
    counts: tuple[int, ...] = COUNTS
    first: float = -2.0
    last: float = 2.0

    def batch(self, count: int) -> dict[str, Any]:
        """The values of so many points."""
        return {**self.values, self.axis: np.linspace(self.first, self.last, count)}


def models() -> list[Row]:
    """Modes, atoms and emitters at weak drives and at strong ones, and three modes and more."""
    tip = {"gamma": 1.0, "J": 1.0, "chi": 1.0, "xi": 0.1}
    control = {"g": 3.0, "Omega": 1.0, "kappa": 1.0, "gamma": 1.0, "xi": 0.1}
    atom, strong = jaynes_cummings.MODEL, {**jaynes_cummings.VALUES, "xi": 1.0}
    dimer = {**kerr_dimer.VALUES, "U": 1.0, "J": 1.3}
    chain, harmonic, cascade = single_calls.dear()
    return [
        Row("Kerr mode", kerr.MODEL, kerr.VALUES, "Delta", MAPS),
        Row("nanotip", nanotip.MODEL, tip, "Delta", MAPS),
        Row("dimer", kerr_dimer.MODEL, kerr_dimer.VALUES, "Delta", MAPS),
        Row("Jaynes-Cummings", atom, jaynes_cummings.VALUES, "Delta_a", MAPS),
        Row("Jaynes-Cummings, strong", atom, strong, "Delta_a", (5, 100)),
        Row("Jaynes-Cummings, drives", atom, strong, "xi", (5, 100), 0.05, 1.0),
        Row("dimer, drives", kerr_dimer.MODEL, dimer, "F", (5, 100), 0.05, 0.5),
        Row("second harmonic", second_harmonic.MODEL, second_harmonic.VALUES, "Delta_a"),
        Row("two emitters", tavis_cummings.MODEL, tavis_cummings.VALUES, "Delta_a"),
        Row("Lambda atom", _transparent(), control, "Delta", (5, 30)),
        Row("optomechanics", optomechanics.MODEL, optomechanics.VALUES, "Delta", (5,), 3.0, 3.4),
        Row("ring of three", kerr_ring.MODEL, kerr_ring.VALUES, "Delta", (5, 30, 100, 400)),
        Row(chain.name, chain.model, chain.values, "U", (32,), 0.5, 5.0),
        Row(harmonic.name, harmonic.model, harmonic.values, "g", (32,), 0.1, 0.3),
        Row(cascade.name, cascade.model, cascade.values, "U", (32,), 0.5, 5.0),
    ]


def rows(turns: int) -> Iterator[tuple[str, str]]:
    """A row for each model and number of points."""
    for row in models():
        for count in row.counts:
            yield _row(row, count, turns)


def _row(row: Row, count: int, turns: int) -> tuple[str, str]:
    given = row.batch(count)
    state = steady_state(row.model, given, progress=False)
    top = state.truncation[int(np.argmax(state.quanta))]
    # the first turn compiles and prepares
    both = [[_seconds(row, given, cut) for cut in (None, top)] for _ in range(turns + 1)][1:]
    search, fixed = np.min(both, axis=0) / count
    return (
        f"{row.name}, {count:,} points, up to {top} quanta",
        f"{1e6 * search:.1f} us a point, {search / fixed:.2f} times the fixed truncation",
    )


def _seconds(row: Row, given: dict[str, Any], cut: Any) -> float:
    start = process_time()
    steady_state(row.model, given, cut, progress=False)
    return process_time() - start


def _transparent() -> Model:
    """A cavity with a Lambda atom: a control laser leads from |s> to |e>, and |s> has no loss."""
    Delta = sp.Symbol("Delta", real=True)
    g, Omega, kappa, gamma, xi = sp.symbols("g Omega kappa gamma xi", positive=True)
    a, atom = BosonOp("a"), Atom("s", "gse")
    down, control = atom.transition("g", "e"), atom.transition("s", "e")
    energy = Delta * (Dagger(a) * a + atom.population("s") + atom.population("e"))
    pairs = ((g, Dagger(a) * down), (Omega, control), (xi, a))
    H = energy + sp.Add(*(rate * (term + Dagger(term)) for rate, term in pairs))
    return Model("Lambda atom in a cavity", H, (Loss(kappa, a), Loss(gamma, down)), xi)
