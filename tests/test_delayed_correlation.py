"""g2(tau) against its limits and an exactly solvable case."""

import numpy as np

from numeric import delayed_correlation, steady_state
from systems import nanotip

MODEL = nanotip.MODEL
POINT = {"Delta": 0.3, "J": 0.8, "chi": 1.4, "gamma": 1.0}


def test_it_starts_at_g2_and_ends_at_one():
    for xi in (1e-5, 1e-3, 0.1):  # n from 1e-10 upwards
        values = {**POINT, "xi": xi}
        g2 = delayed_correlation(MODEL, values, "a1", [0.0, 200.0])
        expected = steady_state(MODEL, values).correlation("a1")
        np.testing.assert_allclose(g2[0], expected, rtol=1e-12, atol=0)  # round-off
        # exp(-gamma tau/2) of the slowest coherence, e^-100, is gone
        np.testing.assert_allclose(g2[1], 1, rtol=1e-10, atol=0)


def test_the_grid_does_not_matter():
    values = {**POINT, "xi": 1e-3}
    uniform = np.linspace(0, 8, 41)
    g2 = delayed_correlation(MODEL, values, "a1", uniform)  # one propagator, repeated
    few = delayed_correlation(MODEL, values, "a1", -uniform[[30, 7, 22]])  # Krylov steps
    np.testing.assert_allclose(few, g2[[30, 7, 22]], rtol=1e-11, atol=0)  # round-off


def test_the_shape_is_that_of_the_values_and_of_the_delays():
    values = {**POINT, "xi": np.array([[1e-3], [1e-2]]), "J": np.array([0.5, 0.0, 1.0])}
    g2 = delayed_correlation(MODEL, values, "a2", np.linspace(0, 3, 4), quanta=4)
    assert g2.shape == (2, 3, 4)
    assert np.isnan(g2[:, 1]).all()  # J = 0: an empty mode
    assert np.isfinite(g2[:, [0, 2]]).all()
