"""g2(tau) beside QuTiP's: ``python -m benchmarks.delayed_correlation``.

A thousand delays of the paper's model at six quanta, then a batch of 100 detunings.  Both roads
find the steady state first.  `qutip.correlation_3op_1t` runs with an absolute tolerance of rtol
times n^2 (its default, 1e-8, is far above n^2), and with the fastest method and rtol from a short
list at which it is as accurate as ours; if none is, as accurate as it gets.  Errors are relative,
against the exponential of the whole scaled Liouvillian.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

import numpy as np
import qutip
from scipy.linalg import expm
from tqdm import tqdm

from numeric import delayed_correlation, steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.scaling import scale
from numeric.lindblad.space import space
from systems.library import nanotip
from systems.values import read_values

QUANTA = 6
POINT = {"Delta": 0.3, "J": 0.8, "chi": 1.4, "gamma": 1.0}
TAUS = np.linspace(0, 10, 1000)
SETTINGS = [(method, rtol) for rtol in (1e-6, 1e-8, 1e-10) for method in ("vern7", "adams", "bdf")]


def main() -> None:
    """Measure and print; nothing is kept."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.delayed_correlation", description=__doc__
    )
    parser.add_argument("--turns", type=int, default=5, help="how often both take their turn")
    parser.add_argument("--batch", type=int, default=100, help="points of the batch")
    options = parser.parse_args()
    for xi in tqdm((0.1, 1e-3), unit="drive"):
        for name, text in compare({**POINT, "xi": xi}, options):
            tqdm.write(f"{name:38s} {text}", file=sys.stdout)


def compare(values: dict[str, Any], options: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """One point and a batch at one drive."""
    wanted = exact(values)
    own_error = _error(ours(values), wanted)
    errors = {setting: _error(theirs(values, *setting), wanted) for setting in SETTINGS}
    best = min(errors.values())
    enough = [s for s, error in errors.items() if error <= max(2 * own_error, 1.01 * best)]
    fastest = min(enough, key=lambda s: _seconds(lambda: theirs(values, *s)))
    batch = {**values, "Delta": np.linspace(-2, 2, options.batch)}
    turns = [
        [_seconds(f) for f in (lambda: ours(values), lambda: theirs(values, *fastest))]
        + [_seconds(lambda: ours(batch)) / options.batch]
        for _ in range(options.turns)
    ]
    one, loop, each = np.array(turns).T
    yield f"xi/gamma = {values['xi']:g}, {len(TAUS)} delays", f"n = {_photons(values):.1e}"
    yield "  ours", f"{1e3 * np.median(one):.1f} ms, error {own_error:.1e}"
    yield (
        f"  qutip, {fastest[0]}, rtol {fastest[1]:g}",
        (
            f"{1e3 * np.median(loop):.1f} ms, error {errors[fastest]:.1e}, "
            f"ratio {np.median(loop / one):.1f}"
        ),
    )
    yield (
        f"  ours, batch of {options.batch}",
        (f"{1e3 * np.median(each):.1f} ms a point, ratio {np.median(loop / each):.1f}"),
    )


def ours(values: dict[str, Any]) -> np.ndarray:
    """g2(tau) of the driven mode."""
    return delayed_correlation(nanotip.MODEL, values, "a1", TAUS, quanta=QUANTA)


def theirs(values: dict[str, float], method: str, rtol: float) -> np.ndarray:
    """The same by QuTiP."""
    a1, a2 = qutip.enr_destroy([QUANTA + 1] * 2, QUANTA)
    n1, n2, hop = a1.dag() * a1, a2.dag() * a2, a1.dag() * a2
    H = values["Delta"] * (n1 + n2) + values["J"] * (hop + hop.dag())
    H += values["chi"] * (a1.dag() ** 2 * a1**2 + a2.dag() ** 2 * a2**2 + 2 * n1 * n2)
    H += values["xi"] * (a1 + a1.dag())
    losses = [np.sqrt(values["gamma"]) * a for a in (a1, a2)]
    rho = qutip.steadystate(H, losses)
    n = qutip.expect(n1, rho)
    options = {"method": method, "rtol": rtol, "atol": rtol * n**2, "nsteps": 10**6}
    found = qutip.correlation_3op_1t(H, rho, TAUS, losses, a1.dag(), n1, a1, options=options)
    return found.real / n**2


def exact(values: dict[str, float]) -> np.ndarray:
    """By one step of the exponential of the whole, scaled, dense Liouvillian, repeated."""
    model, on = nanotip.MODEL, space(nanotip.MODEL.modes, QUANTA)
    arrays = {n: np.atleast_1d(v) for n, v in read_values(model, values).items()}
    equation = liouvillian(model, QUANTA)
    c = equation.coefficients(arrays)[0]
    point = equation.scaled(c, scale(model, arrays)[0])
    unit = np.max(abs(c))  # of `Liouvillian.scaled`
    step = expm(unit * TAUS[1] * point.L.toarray())
    rho = steady_state(model, values, QUANTA, solver="direct").restricted_density_matrix()
    a, photons = on.lowering[0].toarray(), on.falling(0, 1)
    n = photons @ rho.diagonal().real
    state = (a @ rho @ a.conj().T / point.shrink[:, None] / point.shrink).ravel()
    read = np.diag(photons * point.shrink**2).ravel()
    found = []
    for _ in TAUS:
        found.append((read @ state).real / n**2)
        state = step @ state
    return np.array(found)


def _error(found: np.ndarray, wanted: np.ndarray) -> float:
    return float(np.max(abs(found / wanted - 1)))


def _photons(values: dict[str, float]) -> float:
    return float(steady_state(nanotip.MODEL, values, QUANTA).number("a1"))


def _seconds(work: Callable[[], object]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()
