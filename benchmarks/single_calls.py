"""Single calls of `numeric.steady_state` as a user makes them, each against its best peer.

A peer gets the truncation that the call chose, for nothing, or one that holds the light where the
call needs none (`Call.cut`); those whose factors would take minutes are left out (`FACTORED`), and
so are those whose mean number is not right to `RIGHT`.  The limit of a call that iterates is that
of its last truncation: the eigenvectors of H_eff and four products of matrices a step, with the
steps that the peer takes; of one that sweeps that of its sweeps.  Other solvers have none.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise, product
from time import perf_counter
from typing import Any

import numpy as np
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from benchmarks.rivals import Loop, SchurGmres, Splu, Stock
from numeric import steady_state
from numeric.lindblad.space import Cut, count_states, read_cut, space
from numeric.solvers.graded import sylvester
from numeric.solvers.graded.kinds import Kind, kind
from numeric.solvers.threads import few_threads, one_thread
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring, optomechanics
from systems.values import Arrays, read_values

FACTORED = 70  # states up to which the factors of the whole Liouvillian take seconds
BAND = 200  # the same of one mode, whose factors are bands to QuTiP (1.5 s at 161; splu takes 19)
SCHUR = 450  # the same of a Schur form with GMRES, which takes seconds at 250 states
RIGHT = 1e-5  # relative deviation of the mean number of the first mode that a peer may have
EIGEN, STEP = 25, 4  # products of matrices: what an eigenbasis takes, and a step
WITHOUT = ("gaussian", "displaced")  # solvers that need no cut that holds the light
FLOP = 8  # real operations times n^3 of a product of complex matrices

J, U, g = sp.symbols("J U g", real=True)
F, kappa = sp.symbols("F kappa", positive=True)
a, b, c, d = (BosonOp(name) for name in "abcd")


@dataclass(frozen=True)
class Call:
    """A model, its values and what else is asked for.

    ``cut`` is what peers take where the call finds the light without a cut; without one they have
    none that fits into memory.
    """

    name: str
    model: Model
    values: Mapping[str, complex]
    options: Mapping[str, Any] = field(default_factory=dict)
    cut: int | None = None

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
        Call("chain of four Kerr modes", chain(), {"U": 1.0, "J": 0.5, "kappa": 1.0, "F": 0.01}),
        Call("dimer at F = gamma", kerr_dimer.MODEL, dimer | {"F": 1.0}),
        Call("dimer at F = 2 gamma", kerr_dimer.MODEL, dimer | {"F": 2.0}),
        Call("two cavities, one with chi^(2)", _harmonic(), {"J": 3.0, "g": 0.121268, "F": 0.01}),
        Call("cascaded cavities", _cascade(), {"U": 5.0, "F": 0.5}),
        Call("Kerr mode of 25 quanta", kerr.MODEL, _kerr(25), pairs),
        Call("Kerr mode of 100 quanta", kerr.MODEL, _kerr(100), pairs),
        Call("squeezed light of 4 quanta", _squeezed(), {"F": _pump(4)}, pairs, 160),
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


def dear() -> list[Call]:
    """Those of many states that are made of points with truncations of their own in batches."""
    chosen = ("chain of four", "two cavities", "cascaded")
    return [next(call for call in calls() if call.name.startswith(name)) for name in chosen]


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
    text = f"{1e3 * own:.1f} ms ({state.status}, {state.solver}"
    if state.solver in WITHOUT and call.cut is None:
        return f"{text}), no peer: no cut that holds the light fits into memory"
    kept = call.cut if state.solver in WITHOUT else state.truncation
    cut = kept if isinstance(kept, int) else read_cut(call.model, kept)
    size, right = count_states(call.model.modes, cut), float(state.number(call.model.modes[0]))
    if size > SCHUR:
        return f"{text}), no peer: each takes minutes at {size} states"
    text += f"), ratio {_fastest(call, cut, size, right, own)} at {size} states"
    if state.solver == "iterative":
        steps = SchurGmres(call.model, cut).steps(_point(call))
        limit = FLOP * size**3 * (EIGEN + STEP * steps) / operations
        text += f", limit {1e3 * limit:.1f} ms ({steps} steps)"
    if state.solver == "graded" and kind(call.model, cut) == Kind.SYLVESTER:
        sweeps = int(sylvester.solve_packs(call.model, _point(call), cut).sweeps[0])
        limit = (sweeps + 1) * sweep_operations(call.model, cut) / operations
        text += f", limit {1e3 * limit:.1f} ms ({sweeps} sweeps)"
    return text


def sweep_operations(model: Model, quanta: int) -> int:
    """Additions and multiplications of a sweep in blocks that are Sylvester equations."""
    grades = space(model.modes, quanta).occupations @ np.array(model.grading.weights)
    d = np.unique(grades, return_counts=True)[1].tolist()
    # two products on either side of each block, eight operations a complex product
    return sum(2 * FLOP * m * n * (m + n) for i, m in enumerate(d) for n in d[i:])


def _fastest(call: Call, cut: Cut, size: int, right: float, own: float) -> str:
    """The time of the fastest peer that is right, over our own."""
    arrays, first, times = _point(call), space(call.model.modes, cut).falling(0, 1), {}
    # whatever the environment says, a peer has its algebra on one core or on all, if that is faster
    for (name, loop), threads in product(_peers(call.model, cut, size), (one_thread, few_threads)):
        populations, seconds = threads(loop)(arrays)
        if not abs(populations[0] @ first / right - 1) > RIGHT:  # NaN: the call did not answer
            times[name] = min(float(seconds[0]), times.get(name, np.inf))
    if not times:
        return "unknown: no peer is right"
    name = min(times, key=times.__getitem__)
    return f"{times[name] / own:.2f} ({name}, {1e3 * times[name]:.0f} ms)"


def _peers(model: Model, cut: Cut, size: int) -> list[tuple[str, Loop]]:
    stock, small = ("QuTiP", Stock(model, cut)), size <= FACTORED
    found: list[tuple[str, Loop]] = []
    if small or (len(model.modes) == 1 and size <= BAND):
        found.append(stock)
    if small:
        found.append(("splu", Splu(model, cut, "MMD_AT_PLUS_A, symmetric")))
    if small or len(model.modes) > 1:  # of large single modes it takes minutes, and fails
        found.append(("Schur form and GMRES", SchurGmres(model, cut)))
    return found


def _point(call: Call) -> Arrays:
    return {name: np.ravel(x) for name, x in read_values(call.model, call.values).items()}


def _seconds(call: Call) -> float:
    start = perf_counter()
    call()
    return perf_counter() - start


def _hermitian(term: sp.Expr) -> sp.Expr:
    return term + Dagger(term)


def chain() -> Model:
    """Four Kerr modes in a row, the first one driven."""
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
