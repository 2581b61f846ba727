"""Blockade by phonons as the literature has it, from equations that share no code with the forms.

P. Rabl, Phys. Rev. Lett. 107, 063601 (2011), and A. Nunnenkamp, K. Borkje and S. M. Girvin, ibid.
063602: radiation pressure.  J.-Q. Liao and F. Nori, Phys. Rev. A 88, 023853 (2013): quadratic
coupling.  K. Stannigel et al., Phys. Rev. Lett. 109, 013603 (2012), and P. Komar et al., Phys. Rev.
A 87, 013839 (2013): two modes of light and a phonon.
"""

from math import factorial

import numpy as np
import pytest
import sympy as sp
from scipy.linalg import solve
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import analytic
import numeric
from analytic.polaron import polaron
from systems import Loss, Model
from systems.library import optomechanics

a, b, c = BosonOp("a"), BosonOp("b"), BosonOp("c")
Delta, g, omega = sp.symbols("Delta g omega", real=True)
kappa, gamma, xi = sp.symbols("kappa gamma xi", positive=True)
RESOLVED = {"omega": 4.0, "g": 2.0}  # sidebands of the cavity
UNRESOLVED = {"omega": 0.5, "g": 0.3}
# The polaron frame leaves out the loss of the mirror while photons are there: `gamma` is not asked
LEVELS = 60  # of the mirror where it is not displaced: exact to round-off for pushes below two


def few_photons(omega: float, g: float, Delta: float, quadratic: bool = False) -> list[float]:
    """<a'a> and <a'a'aa> over powers of the drive, kappa = 1, by H_eff of n photons as matrices.

    In the states of the mirror without photons: nothing is displaced.
    """
    lower = np.diag(np.sqrt(np.arange(1, LEVELS)), 1)
    position = lower + lower.T
    push = position @ position if quadratic else position
    psi, found = np.eye(LEVELS)[0].astype(complex), []
    for n in (1, 2):
        H = omega * np.diag(np.arange(LEVELS)) + g * n * push
        psi = solve(H + n * (Delta - 0.5j) * np.eye(LEVELS), -np.sqrt(n) * psi)
        found.append(factorial(n) * np.linalg.norm(psi) ** 2)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("mirror", [RESOLVED, UNRESOLVED], ids=["resolved", "unresolved"])
def test_the_polaron_frame_is_a_frame(mirror: dict) -> None:
    light = polaron(optomechanics.MODEL, phonons=12)
    detunings = np.array([-4.1, -0.7, 0.0, mirror["g"] ** 2 / mirror["omega"], 2.3])
    values = {**mirror, "Delta": detunings, "kappa": 1.0, "gamma": 1.0, "xi": 1.0}
    number, g2 = (light.evaluate(f, values) for f in (light.number("a"), light.correlation("a")))
    exact = np.array([few_photons(**mirror, Delta=x) for x in detunings]).T
    # what thirteen phonons leave out: Poisson with the mean (2 eta)^2 below 1.5, 1e-8, which off
    # resonance may be a hundred times nearer to it than the rest
    np.testing.assert_allclose(number, exact[0], rtol=1e-6, atol=0)
    np.testing.assert_allclose(g2, exact[1] / exact[0] ** 2, rtol=1e-6, atol=0)


@pytest.mark.parametrize("mirror", [RESOLVED, UNRESOLVED], ids=["resolved", "unresolved"])
def test_one_photon_is_absorbed_in_a_poissonian_comb_of_lorentzians(mirror: dict) -> None:
    """The excitation spectrum of a cold mirror without losses, in closed form since Rabl 2011."""
    light, w = polaron(optomechanics.MODEL, phonons=14), mirror["omega"]
    detunings, eta2 = np.linspace(-9, 4, 27), (mirror["g"] / w) ** 2
    values = {**mirror, "Delta": detunings, "kappa": 1.0, "gamma": 1.0, "xi": 1.0}
    comb = sum(
        np.exp(-eta2) * eta2**m / factorial(m) / ((detunings - eta2 * w + m * w) ** 2 + 0.25)
        for m in range(40)
    )
    # 15 phonons leave out a Poissonian of mean 0.36
    np.testing.assert_allclose(light.evaluate(light.number("a"), values), comb, rtol=1e-9, atol=0)


def test_two_photons_are_resonant_at_twice_the_shift_of_one() -> None:
    """n photons have the energy -n^2 g^2/omega: blockade at g^2/omega, pairs at twice as much."""
    light = polaron(optomechanics.MODEL, phonons=8)
    detunings = np.linspace(-2, 10, 481)
    values = {"omega": 100.0, "g": 20.0, "kappa": 1.0, "gamma": 1.0, "xi": 1.0, "Delta": detunings}
    g2 = light.evaluate(light.correlation("a"), values)
    # up to the width of a line squared over the distance of two, and sidebands as far as omega
    assert detunings[np.argmin(g2)] == pytest.approx(4, abs=0.1)
    assert detunings[np.argmax(g2)] == pytest.approx(8, abs=0.1)


@pytest.mark.slow
def test_quadratic_coupling_squeezes_the_mirror_and_shifts_the_cavity() -> None:
    """One photon makes the frequency omega sqrt(1 + 4 g/omega), with pairs of phonons beside it."""
    H = Delta * Dagger(a) * a + omega * Dagger(b) * b + xi * (a + Dagger(a))
    model = Model("quadratic", H + g * Dagger(a) * a * (b + Dagger(b)) ** 2,
                  (Loss(kappa, a), Loss(gamma, b)), xi)  # fmt: skip
    w, coupling, loss = 8.0, 3.0, 1e-4
    stiff = w * np.sqrt(1 + 4 * coupling / w)
    r, shift = np.log(stiff / w) / 2, (stiff - w) / 2
    detunings = np.array([-shift, -shift - 2 * stiff, 0.0])
    values = {"omega": w, "g": coupling, "kappa": 1.0, "gamma": loss, "xi": 1e-4}
    state = numeric.steady_state(model, values | {"Delta": detunings}, quanta={"a": 2, "b": 18})
    squeezed = [
        np.tanh(r) ** (2 * m) / np.cosh(r) * factorial(2 * m) / (2**m * factorial(m)) ** 2
        for m in range(12)
    ]
    comb = sum(
        p / ((detunings + shift + 2 * m * stiff) ** 2 + 0.25) for m, p in enumerate(squeezed)
    )
    # the loss of the mirror while a photon is there is left out: of the order gamma/kappa, times a
    # few phonons
    np.testing.assert_allclose(state.number("a") / 1e-8, comb, rtol=20 * loss, atol=0)
    exact = np.array([few_photons(w, coupling, x, quadratic=True) for x in detunings]).T
    np.testing.assert_allclose(
        state.correlation("a"), exact[1] / exact[0] ** 2, rtol=20 * loss, atol=0
    )


def test_a_photon_that_becomes_another_and_a_phonon_blocks_as_its_three_states_say() -> None:
    """|2,0,0>, |1,1,1>, |0,2,2> with sqrt(2) g and 2 g between them: energies 0 and +-sqrt(6) g."""
    H = Delta * (Dagger(a) * a + Dagger(c) * c) + xi * (a + Dagger(a))
    H += g * (Dagger(a) * b * c + Dagger(c) * Dagger(b) * a)
    model = Model("split", H, (Loss(kappa, a), Loss(kappa, c), Loss(gamma, b)), xi)
    assert model.grading.weights == (2, 1, 1)
    closed = analytic.derive(model, quanta=4)
    for D in (0.0, 3.0, 3 * np.sqrt(1.5), 1.1):
        E, phonon = D - 0.5j, -0.05j
        one = solve(np.array([[E, 3.0], [3.0, E + phonon]]), [-1, 0])
        two = solve(
            np.array([[2 * E, 3 * np.sqrt(2), 0], [3 * np.sqrt(2), 2 * E + phonon, 6],
                      [0, 6, 2 * E + 2 * phonon]]),
            [-np.sqrt(2) * one[0], -one[1], 0],
        )  # fmt: skip
        values = {"Delta": D, "g": 3.0, "kappa": 1.0, "gamma": 0.1, "xi": 1e-3}
        g2 = closed.evaluate(closed.correlation("a"), values)
        # a quotient of polynomials: round-off alone
        assert g2 == pytest.approx(2 * abs(two[0]) ** 2 / abs(one[0]) ** 4, rel=1e-10)
