"""Quantum trajectories agree with the master equation within their statistical error."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.time.trajectories import trajectories
from systems import Loss, Model
from systems.library import kerr

J, F, gamma, kappa = sp.symbols("J F gamma kappa", positive=True)
a, b = BosonOp("a"), BosonOp("b")
FILLING = Model(
    "a slow mode behind a fast one",
    F * (Dagger(a) + a) + J * (Dagger(a) * b + Dagger(b) * a),
    (Loss(gamma, a), Loss(kappa, b)),
    drive=F,
)
VALUES = {"Delta": 0.2, "chi": 0.4, "gamma": 2e5, "xi": 1e5}


@pytest.fixture(scope="module")
def runs():
    values = {**VALUES, "Delta": 4e4, "chi": 8e4}
    return trajectories(kerr.MODEL, values, 7, count=60, seed=1), steady_state(
        kerr.MODEL, values, quanta=7
    )


def test_results_lie_within_their_statistical_error(runs):
    sampled, exact = runs
    assert sampled.jumps > 500
    # four standard errors: one false alarm in 16,000, and the seed is fixed
    error = sampled.number_error("a")
    assert abs(sampled.number("a") - exact.number("a")) < 4 * error < 0.2 * exact.number("a")
    error = sampled.correlation_error("a")
    assert abs(sampled.correlation("a") - exact.correlation("a")) < 4 * error < 0.4
    error = sampled.probability_error((2,))
    assert abs(sampled.probability((2,)) - exact.probability((2,))) < 4 * error


def test_probabilities_of_a_trajectory_add_up_to_one(runs):
    # accuracy of the integrator, 1e-8 per step
    np.testing.assert_allclose(runs[0].populations.sum(axis=1), 1, rtol=1e-6)


def test_a_seed_repeats_a_run():
    values = {**VALUES, "Delta": 4e4, "chi": 8e4}
    one, two = (trajectories(kerr.MODEL, values, 4, count=3, seed=7) for _ in range(2))
    assert one.number("a") == two.number("a")


def test_without_jumps_the_spread_is_no_error():
    weak = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 1e-4}
    sampled = trajectories(kerr.MODEL, weak, 3, count=3, seed=7)
    assert sampled.jumps == 0
    assert np.isnan(sampled.correlation_error("a"))
    # what is left is the no-jump state; accuracy of the integrator
    expected = steady_state(kerr.MODEL, weak).number("a")
    assert sampled.number("a") == pytest.approx(expected, rel=1e-3)


def test_trajectories_that_still_drift_are_refused():
    # a mode that the light reaches slowly is still filling after 60 lifetimes of the other one
    slow = {"J": 1e-3, "F": 0.5, "gamma": 1.0, "kappa": 2e-3}
    with pytest.raises(ValueError, match="`duration` must be long enough"):
        trajectories(FILLING, slow, 6, count=20, duration=60.0, seed=1)
