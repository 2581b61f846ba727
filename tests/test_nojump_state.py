"""The state of H_eff alone: its limits, and what it lacks."""

import numpy as np
import pytest

from numeric import nojump_state, steady_state
from systems.library import kerr, nanotip

KINDS = ("unnormalised", "normalised", "slowest")
ZERO = {"Delta": 0.0, "J": 1.0, "chi": 0.5, "gamma": 1.0}  # C_20 = 0 at leading order
POINT = {"Delta": 0.3, "J": 0.8, "chi": 1.4, "gamma": 1.0}


@pytest.mark.parametrize("kind", KINDS)
def test_its_error_is_of_second_order_in_the_drive(kind):
    xi = np.array([0.01, 0.02])
    state = nojump_state(nanotip.MODEL, {**POINT, "xi": xi}, kind=kind)
    exact = steady_state(nanotip.MODEL, {**POINT, "xi": xi})
    for mode in ("a1", "a2"):
        error = abs(state.correlation(mode) / exact.correlation(mode) - 1)
        # the next order of xi^2 is 1e-3 of this one
        assert np.log2(error[1] / error[0]) == pytest.approx(2, abs=0.02)


@pytest.mark.parametrize("kind", KINDS)
def test_it_misses_what_jumps_feed_into_an_interference_zero(kind):
    values = {**ZERO, "xi": 1e-3}
    alone = nojump_state(nanotip.MODEL, values, kind=kind)
    fed = steady_state(nanotip.MODEL, values)
    assert alone.correlation("a1") < 0.5 * fed.correlation("a1")


def test_normalisation_is_the_only_difference_between_the_first_two_kinds():
    values = {**POINT, "xi": 0.3}
    free, unit = (
        nojump_state(nanotip.MODEL, values, quanta=6, kind=kind)
        for kind in ("unnormalised", "normalised")
    )
    norm = free.density_matrix().tr().real
    assert norm > 1
    assert unit.density_matrix().tr() == pytest.approx(1, rel=1e-14)
    assert free.probability((0, 0)) == pytest.approx(1, rel=1e-14)
    # round-off
    np.testing.assert_allclose(unit.number("a1"), free.number("a1") / norm, rtol=1e-13)
    np.testing.assert_allclose(unit.correlation("a1"), free.correlation("a1") * norm, rtol=1e-13)


@pytest.mark.parametrize("xi", [1e-6, 0.1, 1.0])
def test_the_slowest_state_of_a_linear_cavity_is_the_coherent_one(xi):
    values = {"Delta": 0.4, "chi": 0.0, "gamma": 1.0, "xi": xi}
    state = nojump_state(kerr.MODEL, values, kind="slowest")
    # K |alpha> = xi alpha |alpha> with alpha = -xi/(Delta - i gamma/2); truncated to 1e-8
    np.testing.assert_allclose(state.number("a"), xi**2 / abs(0.4 - 0.5j) ** 2, rtol=1e-8, atol=0)
    np.testing.assert_allclose(state.correlation("a"), 1, rtol=1e-8, atol=0)


def test_an_amplitude_below_round_off_is_not_resolved():
    state = nojump_state(nanotip.MODEL, {**ZERO, "xi": 1e-6})
    assert state.probability_status((2, 0)) == "not resolved"
    assert state.number_status("a1") == "ok"


def test_the_certificate_names_the_kind():
    state = nojump_state(nanotip.MODEL, {**POINT, "xi": np.array([0.01, 0.2])}, kind="slowest")
    assert list(state.certificate.solver) == ["slowest", "slowest"]
    assert np.all(state.certificate.residual < 1e-12)
    assert np.all(state.certificate.change["g2(a1)"] < 1e-8)
