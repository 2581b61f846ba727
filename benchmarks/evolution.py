"""`numeric.evolve` beside QuTiP's mesolve: ``python -m benchmarks.evolution``.

From the vacuum, on the same truncated space.  QuTiP runs "bdf", its method for stiff equations, or
"adams" where nothing is stiff, with the largest of a short list of tolerances at which <b'b> and
<b'b'bb> of the last mode are right to `RIGHT` at all times but the first; if none is, with the one
that comes closest.  The reference are exponentials of the whole dense Liouvillian, scaled: one for
each step where nothing moves, and where the drive does two for each of `FINE` shorter ones, of
fourth order (S. Blanes and P. C. Moan, Appl. Numer. Math. 56, 1519 (2006), eq. 43).
A batch is compared with a loop of single points, the first of which says how long one takes.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np
import qutip
import sympy as sp
from scipy.linalg import expm

import numeric
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.scaling import scale
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer
from systems.values import read_values

FINE = 60  # parts of a step in which the reference follows a drive that moves: right to 2e-8
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
    envelope: Callable[[float], float] | None = None  # the drive in time, in units of its value
    method: str = "bdf"

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
        values = dict(self.values)
        if self.envelope:
            shape, (name, height) = self.envelope, self.drive
            values[name] = lambda t: height * shape(t)
        (block,) = numeric.evolve(self.model, values, self.times, **given).blocks
        n = block.space.occupations[:, -1]
        found = np.array([block.populations @ n, block.populations @ (n * (n - 1))])
        return found.reshape(2, len(self.times), -1)[:, 1:]

    def theirs(self, tolerance: float) -> np.ndarray:
        """The same of the first point by QuTiP, on the same space."""
        H, losses = self.operators(1.0)
        if self.envelope:
            still, _ = self.operators(0.0)
            H = qutip.QobjEvo([still, [H - still, self.envelope]])
        n = liouvillian(self.model, self.quanta).space.occupations[:, -1]
        read = [qutip.qdiags(x.astype(float), 0) for x in (n, n * (n - 1))]
        options = {"method": self.method, "atol": tolerance, "rtol": max(tolerance, 1e-13)}
        options |= {"nsteps": 10**7, "progress_bar": ""}
        vacuum = qutip.basis(len(n), 0)
        found = qutip.mesolve(H, vacuum, self.times, losses, e_ops=read, options=options)
        return np.array(found.expect).real[:, 1:]

    def operators(self, share: float) -> tuple[Any, list[Any]]:
        """H and the jumps for QuTiP, with this share of the drive."""
        name, height = self.drive
        values = self.single | {name: share * height}
        H, losses = numeric.to_qutip(self.model, values, quanta=self.quanta, restricted=True)
        H, *losses = (qutip.Qobj(operator.data) for operator in (H, *losses))
        return H, losses

    @property
    def drive(self) -> tuple[str, float]:
        """Its name and its value."""
        name = str(self.model.drive)
        return name, self.single[name]

    def exact(self) -> np.ndarray:
        """The same by exponentials of steps of the scaled Liouvillian."""
        equation, (name, height) = liouvillian(self.model, self.quanta), self.drive
        arrays = {n: np.atleast_1d(v) for n, v in read_values(self.model, self.single).items()}
        s = scale(self.model, arrays)[0]

        def matrix(share: float) -> tuple[np.ndarray, np.ndarray]:
            c = equation.coefficients(arrays | {name: np.array([share * height])})[0]
            point = equation.scaled(c, s)
            return np.max(abs(c)) * point.L.toarray(), point.shrink

        (one, shrink), n = matrix(1.0), equation.space.occupations[:, -1]
        still = matrix(0.0)[0] if self.envelope else one
        state, found, h = np.eye(1, len(one), dtype=complex)[0], [], self.times[1] - self.times[0]
        step = None if self.envelope else expm(h * one)
        for t in self.times[:-1]:
            parts = [step] if step is not None else self._parts(still, one - still, t, h / FINE)
            for part in parts:
                state = part @ state
            p = state.reshape(len(n), -1).diagonal().real * shrink**2
            found.append([n @ p, (n * (n - 1)) @ p])
        return np.array(found).T

    def _parts(self, still: np.ndarray, moved: np.ndarray, t: float, h: float) -> Iterator[Any]:
        """Exponentials of fourth order from t on, through one step in its fine parts."""
        assert self.envelope is not None
        side = np.sqrt(3) / 6
        for k in range(FINE):
            first, second = (self.envelope(t + (k + 0.5 + x) * h) for x in (-side, side))
            for u, v in ((first, second), (second, first)):
                share = (0.5 + 2 * side) * u + (0.5 - 2 * side) * v
                yield expm(h / 2 * (still + share * moved))


def runs() -> list[Run]:
    """Stiff ones first."""
    leaky = {"Delta": 0.3, "U": 1.0, "J": 20.0, "F": 10.0, "kappa": 2000.0, "gamma": 1.0}
    atom = {"Delta_a": 0.0, "Delta_s": 0.0, "g": 10.0, "kappa": 2000.0, "gamma": 1.0, "xi": 20.0}
    kerrs = {"Delta": np.linspace(-3, 3, 61), "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    pulsed = {"Delta": 0.5, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    bright = {"Delta": 0.5, "chi": 0.2, "gamma": 1.0, "xi": 2.0}
    beaten = {"Delta": 0.3, "U": 1.0, "J": 3.0, "F": 0.1, "gamma": 1.0}
    times, span = np.linspace(0, 10, 50), np.linspace(0, 8, 17)
    return [
        Run("leaky dimer, kappa = 2000 gamma", LEAKY, leaky, times, 4),
        Run("atom in a cavity, kappa = 2000 gamma", jaynes_cummings.MODEL, atom, times, 6),
        Run("the same dimer, six quanta", LEAKY, leaky, times, 6),
        Run("61 detunings at 200 times", kerr.MODEL, kerrs, np.linspace(0, 10, 200), 6),
        Run("Kerr mode in a weak pulse", kerr.MODEL, pulsed, span, 6, pulse, "adams"),
        Run("Kerr mode in a pulse of three quanta", kerr.MODEL, bright, span, 14, pulse, "adams"),
        Run("Kerr dimer, a drive that beats", kerr_dimer.MODEL, beaten, span, 4, beat, "adams"),
    ]


def pulse(t: float) -> float:
    """A Gaussian one."""
    return float(np.exp(-((t - 1.5) ** 2)))


def beat(t: float) -> float:
    """Two tones."""
    return float(1 + np.cos(2 * t))


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
        f"{run.name}: {mine:.2f} s, error {_error(found, exact):.0e}; qutip {run.method}, atol "
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
