"""g2(tau): exact cases, limits, and the closed form of leading order."""

import numpy as np
import pytest
import sympy as sp
from oracles import atom_delayed
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import analytic
import analytic.time.delayed
from numeric import delayed_correlation, steady_state
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, nanotip, second_harmonic

gamma, bath, xi = sp.symbols("gamma bath xi", positive=True)
a, s = BosonOp("a"), SigmaMinus("s")
ATOM = Model("resonance fluorescence", xi * (SigmaPlus("s") + s), (Loss(gamma, s),), drive=xi)
THERMAL = Model(
    name="driven mode with a thermal bath",
    hamiltonian=xi * (Dagger(a) + a),
    losses=(Loss(gamma * (bath + 1), a), Loss(gamma * bath, Dagger(a))),
    drive=xi,
)
POINT = {"Delta": 0.3, "J": 0.8, "chi": 1.4, "gamma": 1.0}
TAUS = np.linspace(0, 20, 1000)


@pytest.mark.parametrize("xi", [1e-5, 1e-2, 0.3, 4.0])
def test_a_resonantly_driven_atom_is_that_of_carmichael_and_walls(xi):
    g2 = delayed_correlation(ATOM, {"gamma": 1.0, "xi": xi}, "s", TAUS)
    exact = [atom_delayed(tau, xi) for tau in TAUS]
    assert g2[0] == 0
    # standard of the road: 1e-6, n from 4e-10 upwards
    np.testing.assert_allclose(g2[1:], exact[1:], rtol=1e-6, atol=0)


@pytest.mark.parametrize("bath", [1e-10, 1e-3, 0.1])
def test_thermal_light_bunches_for_a_lifetime(bath):
    g2 = delayed_correlation(THERMAL, {"gamma": 1.0, "bath": bath, "xi": 0.0}, "a", TAUS)
    # the intensity of chaotic light: 1 + |g1|^2; truncation chosen for 1e-8
    np.testing.assert_allclose(g2, 1 + np.exp(-TAUS), rtol=1e-7, atol=0)


@pytest.mark.parametrize("xi", [1e-5, 1e-3, 0.1])
def test_it_starts_at_g2_and_ends_at_one(xi):
    values = {**POINT, "xi": xi}
    g2 = delayed_correlation(nanotip.MODEL, values, "a1", [0.0, 200.0])
    expected = steady_state(nanotip.MODEL, values).correlation("a1")
    np.testing.assert_allclose(g2[0], expected, rtol=1e-12, atol=0)  # round-off
    # exp(-gamma tau/2) of the slowest coherence, e^-100, is gone
    np.testing.assert_allclose(g2[1], 1, rtol=1e-9, atol=0)


def test_it_is_continuous_at_an_interference_zero():
    values = {"Delta": 0.0, "J": 1.0, "chi": 0.5, "gamma": 1.0, "xi": 1e-5}
    g2 = delayed_correlation(nanotip.MODEL, values, "a1", [0.0, 1e-9])
    assert g2[0] < 1e-8
    # g2 grows as tau^2 from there; what is left is round-off on the largest g2, 1e-15
    np.testing.assert_allclose(g2[1], g2[0], rtol=1e-5, atol=0)


def test_the_grid_does_not_matter():
    values = {**POINT, "xi": 1e-3}
    g2 = delayed_correlation(nanotip.MODEL, values, "a1", TAUS)
    few = delayed_correlation(nanotip.MODEL, values, "a1", -TAUS[[300, 7, 22]])
    np.testing.assert_allclose(few, g2[[300, 7, 22]], rtol=1e-8, atol=0)  # accuracy asked for


def test_nothing_depends_on_the_unit_of_the_rates():
    values = {**POINT, "xi": 0.1}
    natural = delayed_correlation(nanotip.MODEL, values, "a1", TAUS[::50])
    scaled = {name: 3e5 * value for name, value in values.items()}
    in_seconds = delayed_correlation(nanotip.MODEL, scaled, "a1", TAUS[::50] / 3e5)
    np.testing.assert_allclose(in_seconds, natural, rtol=1e-8, atol=0)  # accuracy asked for


def test_the_shape_is_that_of_the_values_and_of_the_delays():
    values = {**POINT, "xi": np.array([[1e-3], [1e-2]]), "J": np.array([0.5, 0.0, 1.0])}
    taus = np.linspace(0, 3, 4).reshape(2, 2)
    g2 = delayed_correlation(nanotip.MODEL, values, "a2", taus, quanta=4)
    assert g2.shape == (2, 3, 2, 2)
    assert np.isnan(g2[:, 1]).all()  # J = 0: an empty mode
    assert np.isfinite(g2[:, [0, 2]]).all()


def closed_form(model, values, mode, taus):
    """g2(tau) of the analytic road, the limit of a weak drive."""
    closed = analytic.derive(model, quanta=2 * model.grading.weights[model.index(mode)])
    return analytic.time.delayed.delayed_correlation(closed, values, mode, taus)


def test_leading_order_of_the_kerr_mode_is_its_closed_form():
    values = {"Delta": 0.3, "chi": 1.4, "gamma": 1.0, "xi": 1e-5}
    g2 = closed_form(kerr.MODEL, values, "a", TAUS)
    # after a photon C_1 is sqrt(2) C_2/C_1 = C_1 E/(E + chi), and relaxes to C_1
    E = 0.3 - 0.5j
    exact = abs(1 + (E / (E + 1.4) - 1) * np.exp(-1j * E * TAUS)) ** 2
    np.testing.assert_allclose(g2, exact, rtol=1e-13, atol=0)  # round-off


@pytest.mark.parametrize(
    ("model", "values", "mode"),
    [
        (nanotip.MODEL, POINT, "a2"),
        (jaynes_cummings.ATOM_DRIVEN, jaynes_cummings.VALUES, "a"),
        (second_harmonic.MODEL, second_harmonic.VALUES, "b"),
    ],
)
def test_the_closed_form_is_approached_with_the_square_of_the_drive(model, values, mode):
    taus = np.linspace(0, 3, 5)
    drives = [0.004, 0.008]
    errors = []
    for xi in drives:
        point = {**values, str(model.drive): xi}
        exact = delayed_correlation(model, point, mode, taus, quanta=6)
        leading = closed_form(model, point, mode, taus)
        errors.append(np.max(abs(leading / exact - 1)))
    # the next order of xi^2 is below a percent of this one
    assert np.log2(errors[1] / errors[0]) == pytest.approx(2, abs=0.05)


def test_points_that_travel_together_do_not_feel_each_other():
    # among them linear light, whose Krylov space is closed at once, and a drive at which the
    # sweeps diverge
    values = {
        "Delta": np.array([0.3, -1.0, 0.0, 0.4, 2.0]),
        "J": np.array([0.8, 0.2, 1.0j, 0.0, 0.5 - 1.0j]),
        "chi": np.array([1.4, 0.0, 0.5, 3.0, 6.0]),
        "gamma": np.array([1.0, 2.0, 1.0, 0.5, 1.0]),
        "xi": np.array([0.1, 1e-4, 0.02, 0.6, 1e-5]),
    }
    together = delayed_correlation(nanotip.MODEL, values, "a1", TAUS[::50], quanta=6)
    for i, g2 in enumerate(together):
        point = {name: value[i] for name, value in values.items()}
        alone = delayed_correlation(nanotip.MODEL, point, "a1", TAUS[::50], quanta=6)
        # both roads stop when g2 changes by less than 1e-8
        np.testing.assert_allclose(g2, alone, rtol=1e-7, atol=0)
    # coherent light stays coherent, but for the cut at six quanta
    np.testing.assert_allclose(together[1], 1, rtol=1e-9, atol=0)


@pytest.mark.parametrize("xi", [0.125, 0.125 * (1 + 1e-9), 1e3, 1e6])
def test_short_and_long_delays_may_be_asked_for_together(xi):
    # 0.125 is the exceptional point; at strong drive the fast motion hides the slow one
    taus = np.array([1e-8, 1e-3, 0.01, 0.1, 1.0, 3.0, 1e3, 1e6])
    g2 = delayed_correlation(ATOM, {"gamma": 1.0, "xi": xi}, "s", taus)
    exact = [atom_delayed(tau, xi) for tau in taus]
    np.testing.assert_allclose(g2[1:], exact[1:], rtol=1e-6, atol=0)  # standard of the road
    # where g2 = 4 xi^2 tau^2 is below the round-off of what it is the difference of
    assert abs(g2[0] - exact[0]) < 1e-12


def test_a_nonlinearity_far_above_all_rates_does_not_stop_it():
    values = {"Delta": 0.0, "chi": 3e4, "gamma": 1.0, "xi": 0.1}
    g2 = delayed_correlation(kerr.MODEL, values, "a", [0.5, 1.0], quanta=4)
    exact = [atom_delayed(tau, 0.1) for tau in (0.5, 1.0)]
    # two photons are admixed by (xi/chi)^2 and by their beat note, xi/chi
    np.testing.assert_allclose(g2, exact, rtol=1e-4, atol=0)


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("unit", [1e15, 1e300, 1e-299])
def test_the_unit_of_the_rates_does_not_matter_at_all_delays(unit, count):
    taus = np.array([0.0, 1.0, 2.0])
    point = {"Delta": 0.1, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    one = {name: np.full(count, value) for name, value in point.items()}
    expected = delayed_correlation(kerr.MODEL, one, "a", taus)
    other = {name: value * unit for name, value in one.items()}
    found = delayed_correlation(kerr.MODEL, other, "a", taus / unit)
    # six digits is what the function promises; squares of these rates leave the floats
    assert np.allclose(found, expected, rtol=1e-6, atol=0)
