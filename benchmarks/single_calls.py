"""Single calls of `numeric.steady_state` as a user makes them, each against its best peer.

A peer gets the truncation that the call chose, for nothing; those whose factors would take minutes
are left out (`FACTORED`).  The limit of a call is that of iterating at its last truncation: the
eigenvectors of H_eff and four products of matrices a step, with the steps that the peer takes.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from time import perf_counter
from typing import Any

import numpy as np
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from benchmarks.rivals import Loop, SchurGmres, Splu, Stock
from numeric import steady_state
from numeric.space import count_states, read_cut
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring, optomechanics
from systems.values import Arrays, read_values

FACTORED = 70  # states up to which the factors of the whole Liouvillian take seconds
EIGEN, STEP = 25, 4  # products of matrices: what an eigenbasis takes, and a step
FLOP = 8  # real operations times n^3 of a product of complex matrices

J, U, g = sp.symbols("J U g", real=True)
F, kappa = sp.symbols("F kappa", positive=True)
a, b, c, d = (BosonOp(name) for name in "abcd")


@dataclass(frozen=True)
class Call:
    """A model, its values and what else is asked for."""

    name: str
    model: Model
    values: Mapping[str, complex]
    options: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self) -> Any:
        """The steady state."""
        return steady_state(self.model, self.values, progress=False, **self.options)


def calls() -> list[Call]:
    """The calls, weak drives first."""
    ring = {"Delta": 0.7, "chi": 1.0, "J": 1 + 0.5j, "gamma": 1.0, "xi": 0.1}
    dimer = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0}
    atom = {"Delta_a": 0.0, "Delta_s": 0.0}
    mirror = {"omega": 1.0, "g": 0.7, "Delta": 0.49, "kappa": 0.1, "gamma": 0.01, "xi": 0.005}
    pairs = {"order": 2}
    return [
        *(
            Call(f"ring of three Kerr modes, {name}", kerr_ring.MODEL, ring, options)
            for name, options in (
                ("default", {}),
                ("quanta=5", {"quanta": 5}),
                ("quanta=7", {"quanta": 7}),
            )
        ),
        Call("chain of four Kerr modes", _chain(), {"U": 1.0, "J": 0.5, "kappa": 1.0, "F": 0.01}),
        Call("dimer at F = gamma", kerr_dimer.MODEL, dimer | {"F": 1.0}),
        Call("dimer at F = 2 gamma", kerr_dimer.MODEL, dimer | {"F": 2.0}),
        Call("two cavities, one with chi^(2)", _harmonic(), {"J": 3.0, "g": 0.121268, "F": 0.01}),
        Call("cascaded cavities", _cascade(), {"U": 5.0, "F": 0.5}),
        Call("Kerr mode of 25 quanta", kerr.MODEL, _kerr(25), pairs),
        Call("Kerr mode of 100 quanta", kerr.MODEL, _kerr(100), pairs),
        Call("squeezed light of 4 quanta", _squeezed(), {"F": _pump(4)}, pairs),
        Call("squeezed light of 51 quanta", _squeezed(), {"F": _pump(51)}, pairs),
        Call("optomechanics", optomechanics.MODEL, mirror),
        Call(
            "optomechanics, 4 photons x 30 phonons",
            optomechanics.MODEL,
            mirror,
            {"quanta": {"a": 4, "b": 30}},
        ),
        Call(
            "Jaynes-Cummings, strong drive",
            jaynes_cummings.MODEL,
            atom | {"g": 1.0, "kappa": 0.3, "gamma": 1.0, "xi": 2.0},
            pairs,
        ),
        Call(
            "Jaynes-Cummings, breakdown of blockade",
            jaynes_cummings.MODEL,
            atom | {"g": 10.0, "kappa": 1.0, "gamma": 1e-3, "xi": 1.0},
            pairs,
        ),
    ]


def rows(
    operations: Callable[[], float], turns: int, chosen: str = ""
) -> Iterator[tuple[str, str]]:
    """A row for each call whose name holds ``chosen``; ``operations`` is the machine's speed."""
    for call in calls():
        if chosen.lower() in call.name.lower():
            yield call.name, row(call, operations(), turns)


def row(call: Call, operations: float, turns: int) -> str:
    """Time, status, the fastest peer and the limit of a call: least times over the turns."""
    state = call()  # imports and compiles
    own = min(_seconds(call) for _ in range(turns))
    kept = state.truncation
    cut = kept if isinstance(kept, int) else read_cut(call.model, kept)
    size, arrays = count_states(call.model.modes, cut), _point(call)
    name, peer = min(
        ((name, float(loop(arrays)[1][0])) for name, loop in _peers(call.model, cut, size)),
        key=lambda one: one[1],
    )
    steps = SchurGmres(call.model, cut).steps(arrays)
    limit = FLOP * size**3 * (EIGEN + STEP * steps) / operations
    return (
        f"{1e3 * own:.0f} ms ({state.status}, {size} states), ratio {peer / own:.2f} ({name}, "
        f"{1e3 * peer:.0f} ms), limit {1e3 * limit:.1f} ms ({steps} steps)"
    )


def _peers(model: Model, cut: Any, size: int) -> list[tuple[str, Loop]]:
    factored: list[tuple[str, Loop]] = [
        ("QuTiP", Stock(model, cut)),
        ("splu", Splu(model, cut, "MMD_AT_PLUS_A, symmetric")),
    ]
    return [("Schur form and GMRES", SchurGmres(model, cut))] + factored * (size <= FACTORED)


def _point(call: Call) -> Arrays:
    return {name: np.ravel(x) for name, x in read_values(call.model, call.values).items()}


def _seconds(call: Call) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def _hermitian(term: sp.Expr) -> sp.Expr:
    return term + Dagger(term)


def _chain() -> Model:
    modes = (a, b, c, d)
    kerrs = [U * Dagger(x) ** 2 * x**2 for x in modes]
    hops = [J * _hermitian(Dagger(x) * y) for x, y in pairwise(modes)]
    H = sp.Add(*kerrs, *hops, F * _hermitian(a))
    return Model("chain of four Kerr modes", H, tuple(Loss(kappa, x) for x in modes), F)


def _harmonic() -> Model:
    H = J * _hermitian(Dagger(a) * b) + g * _hermitian(Dagger(b) ** 2 * c) + F * _hermitian(a)
    return Model("two cavities", H, tuple(Loss(sp.Integer(1), x) for x in (a, b, c)), F)


def _cascade() -> Model:
    flow = sp.I / 2 * (Dagger(b) * a - Dagger(a) * b)
    H = U * Dagger(b) ** 2 * b**2 - flow + F * _hermitian(a)
    return Model("cascaded cavities", H, (Loss(sp.Integer(1), a + b),), F)


def _squeezed() -> Model:
    return Model("squeezed light", F * _hermitian(a**2), (Loss(sp.Integer(1), a),), F)


def _pump(quanta: float) -> float:
    """The pump of squeezed light of so many quanta, N = 8 F^2/(1 - 16 F^2)."""
    return float(np.sqrt(quanta / (8 * (1 + 2 * quanta))))


def _kerr(quanta: float) -> dict[str, float]:
    """A weak nonlinearity, and the drive that makes about so many quanta: n/4 = xi^2."""
    return {"Delta": 0.0, "chi": 1e-3, "gamma": 1.0, "xi": float(np.sqrt(quanta) / 2)}
