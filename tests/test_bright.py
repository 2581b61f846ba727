"""Bright light that no cut has to hold: its moments where it is linear, an amplitude elsewhere."""

import numpy as np
import pytest
import sympy as sp
from oracles import gaussian_g2, kerr_correlation, parametric_amplifier
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import analytic
from numeric import steady_state
from numeric.frames.gaussian import gaussian
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr

a, b = BosonOp("a"), BosonOp("b")
G, J, kappa, xi = sp.symbols("G J kappa xi", positive=True)
AMPLIFIER = Model(
    "amplifier",
    G * (a**2 + Dagger(a) ** 2) + xi * (a + Dagger(a)),
    (Loss(sp.S.One, a),),
    xi,
)
TWINS = Model(
    "twins",
    G * (a * b + Dagger(a) * Dagger(b))
    + J * (Dagger(a) * b + Dagger(b) * a)
    + xi * (a + Dagger(a)),
    (Loss(kappa, a), Loss(2 * kappa, b)),
    xi,
)
BRIGHT = {"Delta": 0.0, "chi": 0.01, "gamma": 1.0, "xi": 5.0}  # some 35 quanta
ATOM = {"Delta_a": 0.0, "Delta_s": 0.0, "g": 1.0, "kappa": 0.3, "gamma": 0.1}
POINT = np.arange(1), 1e-8, 4  # one point, and a search's tolerance and order
EXACT = 1e-10  # of moments of a few hundred quanta, whose equations lose some digits


@pytest.mark.parametrize("G", [0.235, 0.2488, 0.24988])  # 4, 50 and 500 quanta
@pytest.mark.parametrize("xi", [0.0, 7.0])
def test_squeezed_light_of_any_brightness_has_the_g2_of_its_covariances(G, xi):
    state = steady_state(AMPLIFIER, {"G": G, "xi": xi})
    mean, N, M = parametric_amplifier(G, xi)
    assert state.solver == "gaussian"
    np.testing.assert_allclose(state.number("a"), abs(mean) ** 2 + N, rtol=EXACT)
    np.testing.assert_allclose(state.correlation("a"), gaussian_g2(mean, N, M), rtol=EXACT)


def test_both_roads_agree_on_coupled_linear_modes_at_any_drive():
    values = {"G": 0.6, "J": 0.1, "kappa": 1.0, "xi": np.array([3.0, 300.0])}
    state, closed = steady_state(TWINS, values), analytic.gaussian(TWINS)
    assert set(state.solver) == {"gaussian"}
    for mode in "ab":
        for order in (2, 3, 4):
            exact = closed.evaluate(closed.moment(mode, order), values).real
            exact /= closed.evaluate(closed.number(mode), values).real ** order
            np.testing.assert_allclose(state.correlation(mode, order), exact, rtol=EXACT)


def test_the_probabilities_of_squeezed_light_are_those_of_a_cut_that_holds_it():
    values = {"G": 0.12, "xi": 0.7}
    cut = steady_state(AMPLIFIER, values, quanta=70)
    (free,) = gaussian(AMPLIFIER, {n: np.array([x]) for n, x in values.items()}, *POINT)
    for n in range(12):
        # as far as a cut may move a probability of its own that is returned
        np.testing.assert_allclose(free.marginal(0, n).value, cut.probability((n,)), rtol=1e-8)


def test_linear_light_above_its_threshold_does_not_exist():
    assert steady_state(AMPLIFIER, {"G": 0.26, "xi": 1.0}).status == "does not exist"


@pytest.mark.parametrize("quantity", ["number", "correlation", "amplitude"])
def test_a_displaced_frame_changes_no_number_of_a_kerr_mode(quantity):
    cut = steady_state(kerr.MODEL, BRIGHT, frame="original").estimate(quantity, "a")
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced").estimate(quantity, "a")
    assert cut.status == around.status == "ok"
    np.testing.assert_allclose(around.value, cut.value, rtol=1e-8)  # the search's tolerance


@pytest.mark.parametrize(("drive", "chi"), [(5.0, 0.01), (10.0, 0.002), (20.0, 5e-4)])
def test_a_displaced_frame_has_the_exact_moments_of_a_kerr_mode(drive, chi):
    values = {"Delta": 0.3, "chi": chi, "gamma": 1.0, "xi": drive}
    state = steady_state(kerr.MODEL, values, frame="displaced")
    for order in (2, 3):
        exact = kerr_correlation(order, **values)
        np.testing.assert_allclose(state.correlation("a", order), exact, rtol=1e-8)
    np.testing.assert_allclose(state.number("a"), kerr_correlation(1, **values), rtol=1e-8)


def test_probabilities_are_those_of_the_light_and_not_of_what_surrounds_its_amplitude():
    cut = steady_state(kerr.MODEL, BRIGHT, frame="original")
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced")
    found, held = around.distribution("a"), cut.distribution("a")
    known = ~np.isnan(found[: len(held)]) & ~np.isnan(held)
    assert known.sum() > 20
    np.testing.assert_allclose(found[: len(held)][known], held[known], rtol=1e-6)
    np.testing.assert_allclose(around.probability((30,)), cut.probability((30,)), rtol=1e-6)


def test_an_atom_in_bright_light_is_the_same_in_both_frames():
    values = ATOM | {"xi": 0.5}
    cut, around = (
        steady_state(jaynes_cummings.MODEL, values, frame=frame)
        for frame in ("original", "displaced")
    )
    for quantity, mode in (("number", "a"), ("correlation", "a"), ("number", cut.model.modes[1])):
        one, other = (state.estimate(quantity, mode) for state in (cut, around))
        assert one.status == other.status == "ok"
        np.testing.assert_allclose(other.value, one.value, rtol=1e-8)


@pytest.mark.slow
def test_an_atom_in_a_cavity_of_170_quanta_is_solved_by_default():
    state = steady_state(jaynes_cummings.MODEL, ATOM | {"xi": 2.0})
    assert state.solver == "displaced"
    # solved once as it stands, with 266 quanta by the direct solver (11 minutes and 9 GB): its
    # cut moves n by 1e-9 of itself there
    np.testing.assert_allclose(state.number("a"), 169.1086602, rtol=3e-9)
    np.testing.assert_allclose(state.correlation("a"), 1.0004415263, rtol=3e-9)


def test_what_is_not_known_without_a_cut_is_refused_in_a_sentence():
    state = steady_state(AMPLIFIER, {"G": 0.2488, "xi": 0.0})
    for matrix in (state.density_matrix, state.restricted_density_matrix, state.elements):
        with pytest.raises(ValueError, match="density matrix of this point"):
            matrix()
    twins = steady_state(TWINS, {"G": 0.6, "J": 0.1, "kappa": 1.0, "xi": 30.0})
    with pytest.raises(ValueError, match="`distribution` of a mode"):
        twins.probability((3, 3))
    with pytest.raises(ValueError, match="must be one of original, displaced, squeezed"):
        steady_state(kerr.MODEL, kerr.VALUES, frame="rotating")
    with pytest.raises(ValueError, match="`quanta` must be left out"):
        steady_state(kerr.MODEL, kerr.VALUES, quanta=3, frame="displaced")


def test_points_of_a_batch_are_each_known_in_their_own_way():
    values = {"Delta": 0.0, "chi": [0.0, 5.0], "gamma": 1.0, "xi": [50.0, 0.1]}
    state = steady_state(kerr.MODEL, values)
    assert state.solver.tolist() == ["gaussian", "direct"]
    assert state.status.tolist() == ["ok", "ok"]
    exact = [1e4, kerr_correlation(1, Delta=0.0, chi=5.0, gamma=1.0, xi=0.1)]
    np.testing.assert_allclose(state.number("a"), exact, rtol=1e-8)
    assert state.certificate.change["n(a)"].max() < 1e-8
