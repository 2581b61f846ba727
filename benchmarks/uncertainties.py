"""How far sums of the series are off, by their own measure: ``python -m benchmarks.uncertainties``.

Random points of eight systems, up to drives at which no series converges, against the master
equation.  Of the sums that call themselves "ok" the table says how many there are, how many of
them lie within the uncertainty that they state, and the largest error in units of it; "lost" are
the sums that were right to a tenth and were not returned.  Points whose master equation does not
converge are left out.
"""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from tqdm import tqdm

import analytic
import numeric
from compare.quantities import read_quantities
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip, second_harmonic
from systems.values import read_values

CORRECTIONS = (0, 1, 2, 4)
CONVERGED = 1e-8  # of the master equation
ONE, TWO = 50, 12  # quanta at most, of one mode or a mode and an atom, and of two modes
QUANTITIES = "number,g2,g3"

Case = tuple[str, Model, dict[str, Any], int]  # name, model, values, quanta at most


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--points", type=int, default=1000, help="of each system (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="of the random points (default: 1)")
    chosen = parser.parse_args()
    several = list(cases(np.random.default_rng(chosen.seed), chosen.points))
    rows = [row for case in tqdm(several, disable=None) for row in measure(*case)]
    table = pd.DataFrame(rows).set_index(["system", "corrections", "quantity"])
    sys.stdout.write(table.to_string(float_format="{:.4g}".format) + "\n")


def cases(random: np.random.Generator, points: int) -> Iterator[Case]:
    """The systems with rates in units of the first loss, drives up to twice that and more."""

    def draw(low: float, high: float) -> np.ndarray:
        return random.uniform(low, high, points)

    def spread(low: float, high: float) -> np.ndarray:
        return np.exp(draw(np.log(low), np.log(high)))

    def either(low: float, high: float) -> np.ndarray:
        return spread(low, high) * random.choice([-1, 1], points)

    one = {"Delta": draw(-5, 5), "chi": draw(-3, 3), "gamma": 1.0, "xi": spread(0.05, 2.5)}
    yield "Kerr", kerr.MODEL, one, ONE
    yield "Kerr, weak", kerr.MODEL, one | {"chi": either(0.01, 1), "xi": spread(0.1, 3)}, ONE
    lossy = with_loss("two-photon loss", lambda a: a**2)
    yield lossy.name, lossy, one | {"eta": spread(0.05, 3)}, ONE
    mixed = with_loss("dephasing", lambda a: Dagger(a) * a)
    yield mixed.name, mixed, one | {"eta": spread(0.05, 1)}, ONE
    atom = {
        "Delta_a": draw(-4, 4), "Delta_s": draw(-4, 4), "g": spread(0.2, 5), "kappa": 1.0,
        "gamma": spread(0.05, 2), "xi": spread(0.05, 2),
    }  # fmt: skip
    yield "Jaynes-Cummings", jaynes_cummings.MODEL, atom, ONE // 2
    two = {"Delta": draw(-4, 4), "J": spread(0.05, 5), "gamma": 1.0}
    tip = two | {"chi": spread(0.02, 5), "xi": spread(0.05, 1)}
    yield "nanotip", nanotip.MODEL, tip, TWO
    yield "Kerr dimer", kerr_dimer.MODEL, two | {"U": draw(-3, 3), "F": spread(0.05, 1.5)}, TWO
    doubled = {
        "Delta_a": draw(-3, 3), "Delta_b": draw(-3, 3), "g": spread(0.1, 3), "kappa_a": 1.0,
        "kappa_b": spread(0.3, 3), "F": spread(0.05, 1),
    }  # fmt: skip
    yield "second harmonic", second_harmonic.MODEL, doubled, TWO


def with_loss(name: str, jump: Any) -> Model:
    """A driven Kerr mode that loses photons at rate gamma and has one more jump, of rate eta."""
    Delta, chi = sp.symbols("Delta chi", real=True)
    gamma, eta, xi = sp.symbols("gamma eta xi", positive=True)
    a = BosonOp("a")
    H = Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (a + Dagger(a))
    return Model(name, H, (Loss(gamma, a), Loss(eta, jump(a))), xi)


def measure(name: str, model: Model, values: dict[str, Any], limit: int) -> Iterator[dict]:
    """One row per corrections and quantity."""
    given = read_values(model, values)
    truth = numeric.steady_state(model, given, tolerance=CONVERGED, limit=limit, order=3)
    for count in CORRECTIONS:
        series = analytic.expand(model, count)
        for quantity in read_quantities(model, QUANTITIES):
            exact, known = quantity.on(truth), quantity.status_on(truth) == "ok"
            found = series.assess(quantity.on(series), given)
            error, kept = np.abs(found.value - exact), known & (found.status == "ok")
            off = error[kept] / (found.uncertainty[kept] + CONVERGED * np.abs(exact[kept]))
            good = known & (error < 0.1 * np.abs(exact))
            yield {
                "system": name, "corrections": count, "quantity": quantity.name,
                "known": known.sum(), "ok": kept.sum(), "lost": (good & ~kept).sum(),
                "within": np.mean(off <= 1), "over 5": np.sum(off > 5), "worst": off.max(),
            }  # fmt: skip


if __name__ == "__main__":
    main()
