"""Spectra, first-order coherence and filtered correlations: exact light, limits, QuTiP."""

import mpmath as mp
import numpy as np
import pytest
import qutip
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import coherence, filtered_correlation, spectrum, steady_state, to_qutip
from numeric.time.spectrum import estimate
from systems import Loss, Model
from systems.fields import output_field
from systems.library import kerr

s, xi, gamma = SigmaMinus("s"), sp.Symbol("xi", positive=True), sp.Symbol("gamma", positive=True)
bath = sp.Symbol("bath", positive=True)
ATOM = Model("atom", xi * (SigmaPlus("s") + s), (Loss(gamma, s),), drive=xi)
up, down = Loss(gamma * bath, Dagger(kerr.a)), Loss(gamma * (1 + bath), kerr.a)
THERMAL = Model("thermal", kerr.MODEL.hamiltonian.subs(kerr.gamma, gamma), (down, up), kerr.xi)
OMEGAS = np.array([-8.0, -2.0, -0.3, 0.0, 1.0, 2.0, 5.0])
KERR = {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": 0.3}


def bloch(rabi):
    """Drift and steady values of <s>, <s'>, <sz> on resonance, gamma = 1, with forty digits."""
    i = mp.mpc(0, 1)
    M = mp.matrix([[-0.5, 0, i * rabi / 2], [0, -0.5, -i * rabi / 2], [i * rabi, -i * rabi, -1]])
    return M, mp.lu_solve(M, mp.matrix([0, 0, 1]))


def mollow(omegas, drive):
    """The incoherent spectrum of a driven atom from the optical Bloch equations.

    B. R. Mollow, Phys. Rev. 188, 1969 (1969); <s'(tau) s> obeys the equations of <s'>.
    """
    with mp.workdps(40):
        M, steady = bloch(2 * mp.mpf(drive))
        start = mp.matrix([0, (1 + steady[2]) / 2, -steady[0]]) - steady * steady[0]
        found = [mp.lu_solve(mp.mpc(0, w) * mp.eye(3) - M, start)[1] for w in omegas]
        return np.array([float(2 * z.real) for z in found])


@pytest.mark.parametrize("drive", [2.0, 0.3, 1e-2])
def test_a_driven_atom_has_the_spectrum_of_mollow(drive):
    S = spectrum(ATOM, {"gamma": 1.0, "xi": drive}, "s", OMEGAS)
    # at weak drive what is scattered inelastically is drive^2 of the rest: 1e-16/1e-8 in the wings
    np.testing.assert_allclose(S, mollow(OMEGAS, drive), rtol=1e-7, atol=0)


def test_the_triplet_of_a_strong_drive_is_split_by_the_rabi_frequency():
    drive = 10.0  # the Rabi frequency is 20
    omegas = np.linspace(15, 25, 201)
    S = spectrum(ATOM, {"gamma": 1.0, "xi": drive}, "s", [0.0, *omegas])
    assert omegas[np.argmax(S[1:])] == pytest.approx(20, rel=3e-3)  # the grid's step
    # heights 1 and 1/3, up to (gamma/Rabi)^2
    assert S[0] / S[1:].max() == pytest.approx(3, rel=0.01)


@pytest.mark.parametrize("photons", [1e-8, 0.1])
def test_an_empty_cavity_in_a_bath_is_a_lorentzian_at_its_own_frequency(photons):
    values = {"Delta": 0.7, "chi": 0.0, "gamma": 1.0, "bath": photons, "xi": 0.0}
    S = spectrum(THERMAL, values, "a", OMEGAS)
    exact = photons / ((OMEGAS - 0.7) ** 2 + 0.25)
    np.testing.assert_allclose(S, exact, rtol=1e-7, atol=0)  # truncation chosen for 1e-8
    taus = np.array([-2.0, 0.0, 0.5, 4.0])
    g1 = coherence(THERMAL, values, "a", taus)
    decay = np.exp(-0.7j * taus - abs(taus) / 2)
    np.testing.assert_allclose(g1, decay, rtol=1e-6, atol=0)


def test_its_integral_is_the_light_that_is_not_coherent():
    # tan maps the axis onto (-pi/2, pi/2): the wings are 1/omega^4, so the sum converges fast
    nodes = (np.arange(64) + 0.5) / 64 * np.pi - np.pi / 2
    S = spectrum(kerr.MODEL, KERR, "a", np.tan(nodes))
    integral = np.sum(S / np.cos(nodes) ** 2) * np.pi / 64
    state = steady_state(kerr.MODEL, KERR)
    incoherent = state.number("a") - abs(state.amplitude("a")) ** 2
    assert integral / (2 * np.pi) == pytest.approx(float(incoherent), rel=1e-6)


def test_qutip_has_the_same_spectrum_above_its_floor():
    H, c_ops = to_qutip(kerr.MODEL, KERR, quanta=10)
    a = qutip.destroy(11)
    rest = a - qutip.expect(a, qutip.steadystate(H, c_ops))
    theirs = qutip.spectrum(H, OMEGAS[[1, 2, 4]], c_ops, rest.dag(), rest, solver="pi")
    ours = spectrum(kerr.MODEL, KERR, "a", OMEGAS[[1, 2, 4]])
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=0)  # their errors: 1e-15 of n = 0.2


def test_coherence_is_one_at_no_delay_and_the_coherent_share_at_long_ones():
    g1 = coherence(kerr.MODEL, KERR, "a", [0.0, 1.0, -1.0, 60.0])
    state = steady_state(kerr.MODEL, KERR)
    share = abs(state.amplitude("a")) ** 2 / state.number("a")
    np.testing.assert_allclose(g1[[0, 3]], [1, share], rtol=1e-6)
    assert g1[2] == g1[1].conjugate()


def test_coherent_light_has_no_spectrum_that_could_be_told_from_round_off():
    found = estimate(kerr.MODEL, {**KERR, "chi": [0.0, 0.7]}, "a", 0.3)
    assert found.status.tolist() == ["not resolved", "ok"]


def test_nothing_depends_on_the_unit_of_the_rates():
    scaled = {name: 2e6 * x for name, x in KERR.items()}
    natural, SI = spectrum(kerr.MODEL, KERR, "a", 0.5), spectrum(kerr.MODEL, scaled, "a", 1e6)
    np.testing.assert_allclose(2e6 * SI, natural, rtol=1e-10)  # a density over rates
    g2 = [filtered_correlation(kerr.MODEL, v, "a", 0.4 * u, 0.8 * u, -0.2 * u) for v, u in
          ((KERR, 1), (scaled, 2e6))]  # fmt: skip
    assert g2[0] == pytest.approx(float(g2[1]), rel=1e-10)


def test_a_field_that_leaves_a_port_has_the_spectrum_of_its_modes():
    port = output_field(kerr.a, kerr.gamma / 2, kerr.xi)  # the laser adds a coherent part only
    mode, field = (spectrum(kerr.MODEL, KERR, b, [0.0, 1.0]) for b in ("a", port))
    np.testing.assert_allclose(field, mode / 2, rtol=1e-9)


def sensed(values, omegas, width, strength):
    """The same number from two real sensors, as two more atoms of the model."""
    one, two = SigmaMinus("s1"), SigmaMinus("s2")
    epsilon, Gamma = sp.symbols("epsilon Gamma", positive=True)
    w1, w2 = sp.symbols("w1 w2", real=True)
    H, losses = kerr.MODEL.hamiltonian, list(kerr.MODEL.losses)
    for sensor, w in ((one, w1), (two, w2)):
        H += w * Dagger(sensor) * sensor
        H += epsilon * (Dagger(kerr.a) * sensor + Dagger(sensor) * kerr.a)
        losses.append(Loss(Gamma, sensor))
    model = Model("with sensors", H, tuple(losses), kerr.xi)
    more = {"epsilon": strength, "Gamma": width, "w1": omegas[0], "w2": omegas[1]}
    return steady_state(model, {**values, **more}, quanta=6).cross_correlation("s1", "s2")


@pytest.mark.parametrize("drive", [0.1, 1e-3])
def test_real_sensors_find_the_same_if_they_are_weak(drive):
    values = {**KERR, "xi": drive}
    found = filtered_correlation(kerr.MODEL, values, "a", 0.5, 0.8, -0.4, quanta=6)
    # they act back by epsilon^2/(Gamma gamma), and feed each other's light by as much
    for strength, tolerance in ((1e-2, 1e-3), (1e-4, 1e-7)):
        assert sensed(values, (0.5, -0.4), 0.8, strength) == pytest.approx(
            float(found), rel=tolerance
        )


def test_wide_filters_see_g2_and_narrow_ones_the_laser():
    g2 = steady_state(kerr.MODEL, KERR).correlation("a")
    wide = filtered_correlation(kerr.MODEL, KERR, "a", 0.0, width=1e6)
    assert wide == pytest.approx(float(g2), rel=1e-5)  # up to rates over the width
    narrow = filtered_correlation(kerr.MODEL, KERR, "a", 0.0, width=1e-5)
    assert narrow == pytest.approx(1, rel=1e-3)  # incoherent light within the width: 1e-5 n


def test_light_of_a_linear_mode_stays_coherent_behind_any_filter():
    values = {**KERR, "chi": 0.0, "xi": np.array([1e-4, 0.1])}
    found = filtered_correlation(kerr.MODEL, values, "a", [0.0, 1.0], 0.5, [[0.3], [-2.0]])
    assert found.shape == (2, 2, 2)
    np.testing.assert_allclose(found, 1, rtol=1e-6)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: spectrum(kerr.MODEL, KERR, "a", "blue"), "must be a number or an array"),
        (lambda: spectrum(kerr.MODEL, KERR, "a", np.nan), "must be finite"),
        (lambda: spectrum(kerr.MODEL, KERR, "b", 0.0), "must be one of a"),
        (
            lambda: filtered_correlation(kerr.MODEL, KERR, "a", 0.0, 1.0, others="s"),
            "Argument `others` must be a number",
        ),
        (
            lambda: filtered_correlation(kerr.MODEL, KERR, "a", [0.0, 1.0], 1.0, [1.0, 2.0, 3.0]),
            "Arguments `omegas` and `others` must have shapes that broadcast",
        ),
        (lambda: filtered_correlation(kerr.MODEL, KERR, "a", 0.0, 0.0), "must be a positive"),
        (lambda: coherence(kerr.MODEL, KERR, "a", np.inf), "must be finite"),
    ],
)
def test_bad_input_gets_one_clear_sentence(call, match):
    with pytest.raises((ValueError, TypeError), match=match):
        call()
