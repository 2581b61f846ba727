"""What round-off leaves of small probabilities, against a solve with fifty digits."""

from itertools import product

import numpy as np
import pytest
from oracles import moment_of, populations
from test_graded import ATOM, KERR, PAIR

from numeric import steady_state
from numeric.solvers import graded
from numeric.solvers.graded import sweeps
from numeric.solvers.graded.problem import pose
from systems.library import nanotip
from systems.values import read_values

ONE = {"Delta": 0.4, "gamma": 1.0}
POINTS = [
    (nanotip.MODEL, {**ONE, "J": 0.7 + 0.4j, "chi": 1.0}),
    (nanotip.MODEL, {**ONE, "J": 1e-3, "chi": 1.0}),  # hardly coupled
    (nanotip.MODEL, {"Delta": 0.0, "gamma": 1.0, "J": 1.0, "chi": 0.5}),  # C_20 = 0
    (nanotip.MODEL, {"Delta": 2.3, "gamma": 1.0, "J": 0.3, "chi": 1.0}),  # small C_0n
    (PAIR, {"Delta": 0.275, "gamma": 1.0, "J": 4.0, "chi": 0.0769, "kappa": 1.0}),  # C_20 near 0
    (PAIR, {**ONE, "J": 0.5, "chi": 0.0, "kappa": 3.0}),  # exceptional point
    (ATOM, {**ONE, "g": 1.5, "kappa": 0.6}),
    (KERR, {**ONE, "chi": -0.4}),  # two-photon resonance
]


def relative_errors(populations, exact):
    return np.array(
        [float(abs(p / x - 1)) if x else 0.0 for p, x in zip(populations, exact, strict=True)]
    )


@pytest.mark.parametrize(("model", "values"), POINTS)
@pytest.mark.parametrize("xi", [1e-6, 1e-3, 0.1, 0.3])
def test_the_estimate_covers_the_error_of_every_population(model, values, xi):
    arrays = {n: np.atleast_1d(v) for n, v in read_values(model, {**values, "xi": xi}).items()}
    exact = populations(model, {**values, "xi": xi}, 5).values()
    size = np.array([float(x) for x in exact])
    for diagonal in (True, False):
        problem = pose(model, arrays, 5, diagonal=diagonal)
        found = sweeps._read(problem, sweeps._solve(problem, 1e-11, 60), 1e-11)
        true = relative_errors(found.populations[0], exact)
        seen = size > sweeps.FLOOR
        # two patterns of errors on purpose: right to a factor of ten; the series stops at 1e-11
        assert np.all(true[seen] <= 10 * found.error[0, seen] / size[seen] + 1e-10)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "values"), POINTS)
def test_probabilities_above_1e_30_are_right_to_1e_8_or_not_resolved(model, values):
    drives = np.append(np.geomspace(1e-6, 0.4, 3), np.full(29, 0.4))  # enough for the sweeps
    state = steady_state(model, {**values, "xi": drives}, quanta=5)
    for point in range(3):
        exact = populations(model, {**values, "xi": drives[point]}, 5)
        for occupation, x in exact.items():
            found = state.estimate("probability", occupation)
            status, value = found.status[point], found.value[point]
            if x > 1e-20:  # the same cut in both: what it costs is another question
                assert status in ("ok", "not converged")
            if x > 1e-30 and status != "not resolved":
                assert value == pytest.approx(float(x), rel=1e-8, abs=0)
            shown = state.probability(occupation)[point]
            assert np.isfinite(shown) == (status == "ok")


def test_g2_to_g4_of_a_map_are_right_to_1e_10():
    D, J = np.meshgrid(np.linspace(-5, 5, 12), np.linspace(0, 3, 12))
    values = {"Delta": D.ravel(), "J": J.ravel(), "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    found = graded.solve(nanotip.MODEL, read_values(nanotip.MODEL, values), 5)
    for i in (0, 30, 77, 101):
        point = {n: np.broadcast_to(v, D.size)[i] for n, v in values.items()}
        exact = populations(nanotip.MODEL, point, 5)
        for mode, order in product((0, 1), (1, 2, 3, 4)):
            wanted = float(moment_of(exact, mode, order))
            assert found.moment(mode, order)[i] == pytest.approx(wanted, rel=1e-10, abs=0)
