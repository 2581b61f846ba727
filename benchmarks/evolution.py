"""`numeric.evolve` beside QuTiP's mesolve: ``python -m benchmarks.evolution``.

From the vacuum under a drive that does not move, on the same truncated space.  QuTiP runs "bdf",
its method for stiff equations, with the largest of a short list of tolerances at which <b'b> and
<b'b'bb> of the last mode are right to `RIGHT` at all times but the first; if none is, with the one
that comes closest.  The reference is the exponential of the whole dense Liouvillian, scaled.
A batch is compared with a loop of single points, the first of which says how long one takes.
"""

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import qutip
import sympy as sp
from scipy.linalg import expm

import numeric
from numeric.liouvillian import liouvillian
from numeric.scaling import scale
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer
from systems.values import read_values

RIGHT = 1e-7  # relative: what a figure shows, and QuTiP reaches
TOLERANCES = (1e-10, 1e-12, 1e-14, 1e-16)  # absolute; the relative one is no less than 1e-13
kappa = sp.Symbol("kappa", positive=True)
LEAKY = Model(
    "Kerr dimer, one mode of which leaks",
    kerr_dimer.MODEL.hamiltonian,
    (Loss(kappa, kerr_dimer.a), Loss(kerr_dimer.gamma, kerr_dimer.b)),
    kerr_dimer.F,
)


@dataclass(frozen=True)
class Run:
    """What is followed: a model at some values, one of which may be an array."""

    name: str
    model: Model
    values: Mapping[str, Any]
    times: np.ndarray
    quanta: int

    @property
    def single(self) -> dict[str, float]:
        """The first point."""
        return {name: float(np.ravel(x)[0]) for name, x in self.values.items()}

    @property
    def points(self) -> int:
        """How many points there are."""
        return max(np.size(x) for x in self.values.values())

    def ours(self) -> np.ndarray:
        """<b'b> and <b'b'bb> of the last mode, (2, times but the first, ...)."""
        given: dict[str, Any] = {"quanta": self.quanta, "progress": False}
        (block,) = numeric.evolve(self.model, self.values, self.times, **given).blocks
        n = block.space.occupations[:, -1]
        found = np.array([block.populations @ n, block.populations @ (n * (n - 1))])
        return found.reshape(2, len(self.times), -1)[:, 1:]

    def theirs(self, tolerance: float) -> np.ndarray:
        """The same of the first point by QuTiP, on the same space."""
        H, losses = numeric.to_qutip(self.model, self.single, quanta=self.quanta, restricted=True)
        H, *losses = (qutip.Qobj(operator.data) for operator in (H, *losses))
        n = liouvillian(self.model, self.quanta).space.occupations[:, -1]
        read = [qutip.qdiags(x.astype(float), 0) for x in (n, n * (n - 1))]
        options = {"method": "bdf", "atol": tolerance, "rtol": max(tolerance, 1e-13)}
        options |= {"nsteps": 10**7, "progress_bar": ""}
        vacuum = qutip.basis(len(n), 0)
        found = qutip.mesolve(H, vacuum, self.times, losses, e_ops=read, options=options)
        return np.array(found.expect).real[:, 1:]

    def exact(self) -> np.ndarray:
        """The same by one exponential of a step of the scaled Liouvillian, repeated."""
        arrays = {n: np.atleast_1d(v) for n, v in read_values(self.model, self.single).items()}
        equation = liouvillian(self.model, self.quanta)
        c = equation.coefficients(arrays)[0]
        point = equation.scaled(c, scale(self.model, arrays)[0])
        step = expm(np.max(abs(c)) * (self.times[1] - self.times[0]) * point.L.toarray())
        n = equation.space.occupations[:, -1]
        state, found = np.eye(1, len(step), dtype=complex)[0], []
        for _ in self.times[1:]:
            state = step @ state
            p = state.reshape(len(n), -1).diagonal().real * point.shrink**2
            found.append([n @ p, (n * (n - 1)) @ p])
        return np.array(found).T


def runs() -> list[Run]:
    """Stiff ones first."""
    leaky = {"Delta": 0.3, "U": 1.0, "J": 20.0, "F": 10.0, "kappa": 2000.0, "gamma": 1.0}
    atom = {"Delta_a": 0.0, "Delta_s": 0.0, "g": 10.0, "kappa": 2000.0, "gamma": 1.0, "xi": 20.0}
    kerrs = {"Delta": np.linspace(-3, 3, 61), "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    times = np.linspace(0, 10, 50)
    return [
        Run("leaky dimer, kappa = 2000 gamma", LEAKY, leaky, times, 4),
        Run("atom in a cavity, kappa = 2000 gamma", jaynes_cummings.MODEL, atom, times, 6),
        Run("61 detunings at 200 times", kerr.MODEL, kerrs, np.linspace(0, 10, 200), 6),
    ]


def compare(run: Run) -> str:
    """One line: seconds, errors, and the ratio."""
    exact = run.exact()
    run.ours()  # what is imported and compiled once
    start = perf_counter()
    found, mine = run.ours()[:, :, 0], perf_counter() - start
    best = (np.inf, np.inf, 0.0)
    for tolerance in TOLERANCES:
        start = perf_counter()
        error, took = _error(run.theirs(tolerance), exact), perf_counter() - start
        if error < best[1]:
            best = took, error, tolerance
        if error < RIGHT:
            break
    took, error, tolerance = best
    took *= run.points
    return (
        f"{run.name}: {mine:.2f} s, error {_error(found, exact):.0e}; qutip bdf, atol "
        f"{tolerance:g}: {took:.2f} s, error {error:.0e}; ratio {took / mine:.1f}"
    )


def _error(found: np.ndarray, exact: np.ndarray) -> float:
    there = exact != 0
    return float(np.max(abs(found[there] / exact[there] - 1)))


def main() -> None:
    """Measure and print; nothing is kept."""
    for run in runs():
        print(compare(run), file=sys.stdout, flush=True)


if __name__ == "__main__":
    main()
