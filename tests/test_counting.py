"""Photons of a pulse, counted: Fock states, coherent light, an atom, a double integral."""

import numpy as np
import pytest
import sympy as sp
import xarray
from scipy.integrate import simpson
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import emitted, evolve, steady_state
from systems import Atom, Loss, Model
from systems.library import jaynes_cummings, kerr

s, xi, gamma = SigmaMinus("s"), sp.Symbol("xi", positive=True), sp.Symbol("gamma", positive=True)
ATOM = Model("atom", xi * (SigmaPlus("s") + s), (Loss(gamma, s),), drive=xi)
DARK = {"Delta": 0.3, "chi": 2.0, "gamma": 1.0, "xi": 0.0}


def pulse(strength):
    return lambda t: strength * np.exp(-((t - 4) ** 2))


@pytest.mark.parametrize("photons", [1, 2, 3])
@pytest.mark.parametrize("collected", [0.9, 0.3])
def test_a_fock_state_is_counted_photon_by_photon(photons, collected):
    found = emitted(
        kerr.MODEL, DARK, "a", (0, 40), initial=(photons,), collected=collected, quanta=photons
    )
    lost = 1 - collected
    # exp(-40) is left; the integrator has 1e-10
    assert found.photons == pytest.approx(collected * photons, rel=1e-9)
    assert found.efficiency == pytest.approx(1 - lost**photons, rel=1e-9)
    assert found.single == pytest.approx(photons * collected * lost ** (photons - 1), rel=1e-8)
    if photons > 1:
        assert found.g2 == pytest.approx(1 - 1 / photons, rel=1e-9)  # whatever is collected


def test_labelled_values_make_labelled_photons_of_a_pulse():
    kappa = xarray.DataArray([0.5, 1.0], dims="loss", coords={"loss": [0.5, 1.0]})
    values = {"Delta": 0.0, "chi": 2.0, "gamma": kappa, "xi": pulse(0.05)}
    found = emitted(kerr.MODEL, values, "a", (0, 40), quanta=2)
    alone = emitted(kerr.MODEL, {**values, "gamma": 0.5}, "a", (0, 40), quanta=2)
    for name in ("photons", "g2", "efficiency", "single", "several"):
        assert getattr(found, name).dims == found.status(name).dims == ("loss",)
        one = float(getattr(found, name).sel(loss=0.5))
        assert one == pytest.approx(float(getattr(alone, name)), rel=1e-12)  # the same equations


def test_a_source_that_ends_in_another_ground_state_sends_a_photon_for_each_transfer():
    a, atom = BosonOp("a"), Atom("q", ["u", "s", "e"])
    g, kappa, Omega = sp.symbols("g kappa Omega", positive=True)
    up = g * atom.transition("e", "s") * a + Omega * atom.transition("e", "u")
    raman = Model("Raman source", up + Dagger(up), (Loss(kappa, a),))
    values = {"g": 2.0, "kappa": 1.0, "Omega": lambda t: np.sin(np.pi * min(t, 6) / 6) ** 2}
    found = emitted(raman, values, "a", (0, 60))
    moved = evolve(raman, values, [0.0, 60.0]).number("q_s")[-1]
    # what is left inside decays with kappa/2, to exp(-27); the integrator has 1e-10
    assert found.photons == pytest.approx(float(moved), rel=1e-9)
    assert found.status("single") == "ok"
    assert found.several == 0


@pytest.mark.parametrize("strength", [1e-4, 0.05])
def test_coherent_light_is_counted_as_poisson_says(strength):
    values = {"Delta": 0.3, "chi": 0.0, "gamma": 1.0, "xi": pulse(strength)}
    found = emitted(kerr.MODEL, values, "a", (0, 30))
    m = float(found.photons)
    # each pulse adds its own area: <m> is of the order of (sqrt(pi) strength)^2
    assert 0.1 < m / (np.pi * strength**2) < 2
    assert found.g2 == pytest.approx(1, rel=1e-6)  # truncation chosen for 1e-6
    assert found.efficiency == pytest.approx(-np.expm1(-m), rel=1e-6)
    assert found.several == pytest.approx(-np.expm1(-m) - m * np.exp(-m), rel=1e-5, abs=1e-17)


def test_the_number_of_photons_is_the_integral_of_what_is_lost():
    values = {**jaynes_cummings.VALUES, "g": 1.0, "Delta_a": 0.5, "Delta_s": 0.7, "xi": pulse(0.1)}
    found = emitted(jaynes_cummings.MODEL, values, "a", (0, 30), quanta=4)
    times = np.linspace(0, 30, 601)
    n = evolve(jaynes_cummings.MODEL, values, times, quanta=4).estimate("number", "a").value
    assert found.photons == pytest.approx(simpson(n, x=times), rel=1e-6)  # of steps of 0.05


def test_it_is_the_double_integral_of_the_correlation_at_two_times():
    # <a'(t) a'(u) a(u) a(t)> of weak light is |psi_2(t, u)|^2: the amplitude of H_eff alone
    Delta, chi, xi_0 = 0.0, 1.0, 1e-4
    values = {"Delta": Delta, "chi": chi, "gamma": 1.0, "xi": pulse(xi_0)}
    found = emitted(kerr.MODEL, values, "a", (0, 24), quanta=3)
    steps = 2400
    times, h = np.linspace(0, 24, steps + 1), 24 / steps
    f = pulse(1.0)
    c1, c2 = np.zeros((2, steps + 1), dtype=complex)

    def slope(t, y):  # i dC_1/dt = -i/2 C_1 + f, i dC_2/dt = (2 chi - i) C_2 + sqrt(2) f C_1
        return np.array([-0.5 * y[0] - 1j * f(t),
                         -(1 + 2j * chi) * y[1] - 1j * np.sqrt(2) * f(t) * y[0]])  # fmt: skip

    y = np.zeros(2, dtype=complex)
    for i, t in enumerate(times[:-1]):
        k1 = slope(t, y)
        k2 = slope(t + h / 2, y + h / 2 * k1)
        k3 = slope(t + h / 2, y + h / 2 * k2)
        k4 = slope(t + h, y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        c1[i + 1], c2[i + 1] = y
    # after a click at t what was (c1, sqrt(2) c2) relaxes as psi_1(t + tau) = ... under the drive
    one = simpson(abs(c1) ** 2, x=times)
    both = 0.0
    coarse = slice(None, None, 20)
    for i in range(steps + 1)[coarse]:
        tau = times[coarse][times[coarse] >= times[i]] - times[i]
        # phi_0 = c1(t) stays, phi_1 = sqrt(2) c2(t) relaxes to the driven amplitude c1(u) phi_0
        free = np.exp(-tau / 2)
        phi = (np.sqrt(2) * c2[i] - c1[i] * c1[i]) * free + c1[i] * c1[i::20]
        both += 2 * simpson(abs(phi) ** 2, x=tau) * (20 * h) if len(tau) > 1 else 0.0
    assert found.g2 == pytest.approx(both / one**2, rel=2e-3)  # steps of 0.2 in both times


def test_a_short_pulse_on_an_atom_brings_one_photon():
    # a pi pulse: area xi T = pi/2; a second photon needs an emission within T: of order gamma T
    for width in (0.02, 0.01):
        values = {"gamma": 1.0, "xi": lambda t, T=width: np.pi / 2 / T * (0 <= t < T)}
        found = emitted(ATOM, values, "s", (0, 40), quanta=1)
        assert found.photons == pytest.approx(1, rel=2 * width)
        assert found.g2 < 2 * width
        assert found.several == pytest.approx(found.photons - found.efficiency, rel=0.05)


def test_light_that_is_still_inside_is_not_overlooked():
    early = emitted(kerr.MODEL, DARK, "a", (0, 1), initial=(2,), quanta=2)
    assert early.status("photons") == "not converged"
    window = emitted(kerr.MODEL, DARK, "a", (0, 1), initial=(2,), quanta=2, complete=False)
    assert window.photons == pytest.approx(2 * (1 - np.exp(-1)), rel=1e-9)


def test_a_batch_has_one_source_per_point():
    values = {"Delta": 0.0, "chi": [0.0, 5.0], "gamma": 1.0, "xi": pulse(0.01)}
    found = emitted(kerr.MODEL, values, "a", (0, 30), quanta=3)
    assert found.g2.shape == (2,)
    assert found.g2[0] == pytest.approx(1, rel=1e-6)
    assert found.g2[1] < 0.5


@pytest.mark.parametrize(
    ("arguments", "match"),
    [
        ({"port": "b"}, "must be one of a"),
        ({"port": Loss(sp.Integer(2), kerr.a)}, "must be a loss of the model"),
        ({"window": (1, 0)}, "must be two rising times"),
        ({"collected": 1.5}, "must lie between 0 and 1"),
    ],
)
def test_bad_input_gets_one_clear_sentence(arguments, match):
    more = {"port": "a", "window": (0, 1), **arguments}
    with pytest.raises((ValueError, TypeError), match=match):
        emitted(kerr.MODEL, DARK, **more)


def test_a_window_that_ends_too_early_says_so_in_place_of_numbers():
    short = emitted(kerr.MODEL, {**kerr.VALUES, "xi": 0.1}, "a", (0, 2), quanta=3)
    assert repr(short) == "<photons of a pulse: not converged, g2 not converged>"
    assert "a longer window" in short._repr_html_()


def test_each_reason_why_a_pulse_is_not_counted_names_its_own_way_out():
    # coherent light of |alpha|^2 = 4 alone sends 4 photons, whatever the cut that holds it
    start = steady_state(kerr.MODEL, {**DARK, "chi": 0.0, "Delta": 0.0, "xi": 1.0}, quanta=24)
    free = {**DARK, "chi": 0.0}
    few = emitted(kerr.MODEL, {**free, "xi": pulse(1.5)}, "a", (0, 20), quanta=4)
    assert "quanta=..." in few.advice
    assert "window" not in few.advice
    short = emitted(kerr.MODEL, free, "a", (0, 1), initial=start, quanta=24)
    assert "complete=False" in short.advice
    assert "quanta=" not in short.advice
    followed = emitted(kerr.MODEL, free, "a", (0, 1), initial=start, quanta=24, complete=False)
    assert not followed.advice
    assert followed.photons == pytest.approx(4 * (1 - np.exp(-1)), rel=1e-6)


@pytest.mark.slow
def test_a_bright_pulse_of_linear_light_is_counted_as_poisson_says():
    """A mode without a nonlinearity sends coherent light, whatever is inside meanwhile."""
    inside, T, end = 16.0, 0.5, 3.0
    grown = 1 - np.exp(-T / 2)  # alpha/(-2i drive) at the end of the pulse
    drive = np.sqrt(inside) / (2 * grown)
    found = emitted(
        kerr.MODEL,
        {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": lambda t: drive * (t < T)},
        "a",
        (0, end),
        complete=False,
    )
    during = T - 4 * grown + 1 - np.exp(-T)
    n = 4 * drive**2 * (during + grown**2 * (1 - np.exp(-(end - T))))
    # two more quanta change no number by more than 1e-6
    assert found.photons == pytest.approx(n, rel=1e-6)
    assert found.g2 == pytest.approx(1.0, rel=1e-6)
    assert found.efficiency == pytest.approx(1 - np.exp(-n), rel=1e-6)
    assert found.single == pytest.approx(n * np.exp(-n), rel=1e-6)
