"""Blockade by radiation pressure in the polaron frame: limits, and the master equation."""

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import expm

import analytic
import numeric
from analytic.polaron import franck_condon, polaron
from systems import Model
from systems.library import kerr, optomechanics, second_harmonic

# eta = 0.4: two photons push the mirror by 0.8, so that eight phonons hold all but 1e-8
POINT = {"Delta": 0.8, "omega": 4.0, "g": 1.6, "kappa": 1.0, "gamma": 0.01, "xi": 1e-3}


def test_franck_condon_factors_are_those_of_a_displacement() -> None:
    lower = np.diag(np.sqrt(np.arange(1, 40)), 1)
    D = expm(0.7 * (lower.T - lower))  # exact far below the cut at forty phonons
    found = [[float(franck_condon(k, m, sp.Rational(7, 10))) for m in range(5)] for k in range(5)]
    np.testing.assert_allclose(found, D[:5, :5], rtol=0, atol=1e-12)


def test_the_master_equation_tends_to_the_closed_forms_as_the_mirror_loses_less() -> None:
    """The mirror's loss is left out while photons are there: an error of the order of gamma."""
    light = polaron(optomechanics.MODEL)
    forms = {"number": light.number("a"), "g2": light.correlation("a")}
    errors = []
    for gamma in (0.04, 0.01):
        values = POINT | {"gamma": gamma}
        state = numeric.steady_state(optomechanics.MODEL, values, quanta=9)
        exact = {"number": state.number("a"), "g2": state.correlation("a")}
        errors.append([abs(light.evaluate(forms[q], values) / exact[q] - 1) for q in forms])
    assert max(errors[1]) < 0.01
    # a fourth of the loss, a fourth of the error
    np.testing.assert_allclose(np.divide(*errors), 4, rtol=0.2, atol=0)


def test_a_stiff_mirror_is_a_kerr_shift() -> None:
    """omega to infinity at a fixed g^2/omega: U = -g^2/omega, in a frame shifted by as much."""
    light = polaron(optomechanics.MODEL)
    closed = analytic.derive(kerr.MODEL)
    shift, errors = 2.0, []
    for omega in (1e4, 1e5):
        values = POINT | {"omega": omega, "g": np.sqrt(shift * omega), "Delta": 0.3}
        limit = {"Delta": 0.3 - shift, "chi": -shift, "gamma": 1.0, "xi": 1e-3}
        g2 = closed.evaluate(closed.correlation("a"), limit)
        errors.append(abs(light.evaluate(light.correlation("a"), values) / g2 - 1))
    # factors exp(-eta^2) cancel in g2; a path through a sideband has eta^2 kappa/omega ~ omega^-2
    np.testing.assert_allclose(errors[0] / errors[1], 100, rtol=0.1, atol=0)


def test_light_that_pushes_nothing_is_coherent() -> None:
    light = polaron(optomechanics.MODEL, phonons=2)
    values = POINT | {"g": 0.0}
    np.testing.assert_allclose(light.evaluate(light.correlation("a"), values), 1, rtol=1e-14)
    expected = 1e-3**2 / (0.8**2 + 0.25)
    np.testing.assert_allclose(light.evaluate(light.number("a"), values), expected, rtol=1e-14)


def test_blockade_is_deepest_on_resonance_with_one_photon_as_rabl_finds() -> None:
    """At Delta = g^2/omega, sidebands far beyond kappa, g2 is that of the Kerr shift."""
    light = polaron(optomechanics.MODEL, phonons=8)
    values = POINT | {"omega": 50.0, "g": 10.0, "Delta": np.linspace(-4, 6, 41)}
    g2 = light.evaluate(light.correlation("a"), values)
    place = values["Delta"][np.nanargmin(g2)]
    assert abs(place - 2.0) <= 0.25  # the step of the scan
    on = light.evaluate(light.correlation("a"), POINT | {"omega": 50.0, "g": 10.0, "Delta": 2.0})
    # 1/(1 + (2 g^2/omega kappa)^2) up to sidebands and eta^2 = 0.04
    np.testing.assert_allclose(on, 1 / 17, rtol=0.15, atol=0)


def test_two_photons_resonant_with_a_sideband_are_not_blocked() -> None:
    """2 g^2/omega = omega: the second photon leaves the mirror with one phonon (Rabl, Fig. 2)."""
    light = polaron(optomechanics.MODEL, phonons=12)
    values = POINT | {"omega": 20.0, "g": 20 * np.sqrt([0.4, 0.5]), "kappa": 0.5}
    values["Delta"] = values["g"] ** 2 / 20.0
    beside, on = light.evaluate(light.correlation("a"), values)
    assert on > 20 * beside


@pytest.mark.slow
def test_a_warm_mirror_starts_from_its_thermal_states() -> None:
    light, values = polaron(optomechanics.WARM, phonons=7), POINT | {"n_th": 0.05, "gamma": 1e-3}
    state = numeric.steady_state(optomechanics.WARM, values, quanta=8)
    form = light.correlation("a")
    # gamma/kappa = 1e-3; photons come at a rate of 3e-6, far below gamma
    np.testing.assert_allclose(light.evaluate(form, values), state.correlation("a"), rtol=5e-3)


def test_too_few_phonons_are_told_and_not_returned() -> None:
    light = polaron(optomechanics.MODEL, phonons=2)
    assert light.status(POINT) == "not converged"
    assert np.isnan(light.evaluate(light.correlation("a"), POINT))


@pytest.mark.parametrize("model", [kerr.MODEL, second_harmonic.MODEL])
def test_other_couplings_are_refused_with_what_to_use(model: Model) -> None:
    with pytest.raises(ValueError, match=r"must be Delta a'a .* use numeric.steady_state"):
        polaron(model)


def test_the_mirror_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="must be the driven mode `a`"):
        polaron(optomechanics.MODEL).number("b")
