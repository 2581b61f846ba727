"""Photons that push a mirror, with all that the mirror's own loss and warmth do to them."""

from math import factorial, sqrt

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.linalg import solve
from scipy.special import eval_genlaguerre

import numeric
from systems import optomechanics

RESOLVED = {"Delta": 3.2, "omega": 20.0, "g": 8.0, "kappa": 1.0, "gamma": 0.2}
UNRESOLVED = {"Delta": 0.4, "omega": 0.6, "g": 0.4, "kappa": 1.0, "gamma": 0.3}


def absorbed(Delta: float, omega: float, g: float, kappa: float, gamma: float, warm: float):
    """<a'a>/xi^2 to leading order, at any loss and temperature of the mirror.

    One photon pushes it with the constant force g, of which a linear mirror only knows its own
    fluctuations C(t) = <x(t) x(0)>, x = b + b':

        <a'a> = 2 (xi^2/kappa) Re int exp(-(i Delta + kappa/2) t - g^2 int_0^t (t - s) C(s) ds) dt.
    """

    def twice(rate: complex, t: float) -> complex:
        return t / rate - (1 - np.exp(-rate * t)) / rate**2

    def integrand(t: float) -> float:
        up, down = twice(1j * omega + gamma / 2, t), twice(-1j * omega + gamma / 2, t)
        push = g**2 * ((warm + 1) * up + warm * down)
        return np.exp(-(1j * Delta + kappa / 2) * t - push).real

    return 2 / kappa * quad(integrand, 0, 60 / kappa, limit=4000, epsabs=1e-12, epsrel=1e-10)[0]


@pytest.mark.parametrize(
    ("mirror", "warm", "phonons"),
    [(RESOLVED, 0.0, 12), (UNRESOLVED, 0.0, 18), (UNRESOLVED, 0.2, 26)],
    ids=["resolved", "unresolved", "warm"],
)
def test_one_photon_is_absorbed_as_the_fluctuations_of_its_mirror_say(
    mirror: dict, warm: float, phonons: int
) -> None:
    """A. Nunnenkamp, K. Borkje and S. M. Girvin, Phys. Rev. Lett. 107, 063602 (2011): spectrum."""
    model = optomechanics.WARM if warm else optomechanics.MODEL
    values = mirror | {"xi": 1e-4} | ({"n_th": warm} if warm else {})
    state = numeric.steady_state(model, values, quanta={"a": 2, "b": phonons}, order=2)
    # corrections of the order of xi^2, here a few 1e-8; the cut leaves out as much at most
    assert state.number("a") / 1e-8 == pytest.approx(absorbed(**mirror, warm=warm), rel=1e-6)


def hierarchy(Delta: float, omega: float, g: float, kappa: float, gamma: float, states: int):
    """<a'^n a^n>/xi^(2n) for n = 1, 2, 3 by blocks of the density matrix between m and n photons.

    Phonons jump within each block; to leading order photons never jump back into it.
    """
    lower = np.diag(np.sqrt(np.arange(1, states)), 1)
    x, phonons, one = lower + lower.T, lower.T @ lower, np.eye(states)

    def K(n: int) -> np.ndarray:
        energy = n * (Delta - 0.5j * kappa) * one
        return energy + (omega - 0.5j * gamma) * phonons + n * g * x

    blocks = {(0, 0): np.zeros((states, states), complex)}
    blocks[0, 0][0, 0] = 1
    for m, n in sorted(np.ndindex(4, 4), key=sum)[1:]:
        fed = np.zeros((states, states), complex)
        if m:
            fed += 1j * sqrt(m) * blocks[m - 1, n]
        if n:
            fed -= 1j * sqrt(n) * blocks[m, n - 1]
        if m < n:  # the matrix of the whole is Hermitian
            blocks[m, n] = np.empty_like(fed)
            continue
        L = -1j * (np.kron(K(m), one) - np.kron(one, K(n).conj()))
        found = solve(L + gamma * np.kron(lower, lower), fed.ravel())
        blocks[m, n] = found.reshape(states, states)
        blocks[n, m] = blocks[m, n].conj().T
    return [factorial(n) * np.trace(blocks[n, n]).real for n in (1, 2, 3)]


@pytest.mark.parametrize("drive", [1e-3, 1e-6])
def test_no_drive_is_too_weak_for_the_photons_of_a_damped_mirror(drive: float) -> None:
    """P. Rabl, Phys. Rev. Lett. 107, 063601 (2011), at the resonance of one photon."""
    mirror = {"Delta": 1.0, "omega": 4.0, "g": 2.0, "kappa": 1.0, "gamma": 0.5}
    n, pairs, threes = hierarchy(**mirror, states=13)
    cut = {"a": 4, "b": 12}  # the same states of the mirror: what they leave out is the same
    state = numeric.steady_state(optomechanics.MODEL, mirror | {"xi": drive}, quanta=cut)
    two, three = (state.estimate("correlation", "a", k).value for k in (2, 3))
    assert state.number("a") == pytest.approx(n * drive**2, rel=10 * drive**2 + 1e-9)
    assert two == pytest.approx(pairs / n**2, rel=10 * drive**2 + 1e-8)
    assert three == pytest.approx(threes / n**3, rel=10 * drive**2 + 1e-6)


def test_a_photon_that_leaves_phonons_behind_is_red_by_as_many() -> None:
    """J.-Q. Liao, H. K. Cheung and C. K. Law, Phys. Rev. A 85, 025803 (2012): scattering.

    To leave m phonons has the amplitude A_m = sum_j <m|D'|j> <j|D|0>/(E_j - i kappa/2); the line at
    -m omega has the area 2 pi |A_m|^2 and, of phonons that decay with gamma, the width m gamma.
    """
    omega, g, gamma = 20.0, 6.0, 0.004
    eta, shift = g / omega, g**2 / omega
    values = {"omega": omega, "g": g, "kappa": 1.0, "gamma": gamma, "xi": 1e-4, "Delta": shift}

    def overlap(k: int, m: int) -> float:
        low, high = sorted((k, m))
        size = sqrt(factorial(low) / factorial(high)) * eval_genlaguerre(low, high - low, eta**2)
        return (-1) ** max(m - k, 0) * eta ** (high - low) * size * np.exp(-(eta**2) / 2)

    def left(m: int) -> float:
        terms = (overlap(j, m) * overlap(j, 0) / (j * omega - 0.5j) for j in range(15))
        return abs(1e-4 * sum(terms)) ** 2

    state = numeric.steady_state(optomechanics.MODEL, values, quanta=6)
    # the loss of phonons while a photon is there: gamma/kappa
    assert abs(state.amplitude("a")) ** 2 == pytest.approx(left(0), rel=2 * gamma)
    for m in (1, 2):
        lines = numeric.spectrum(optomechanics.MODEL, values, "a", -m * omega, quanta=6)
        assert lines == pytest.approx(4 * left(m) / (m * gamma), rel=2 * gamma)


def test_a_laser_that_is_switched_on_ends_in_the_steady_state_with_a_cut_of_each_mode() -> None:
    mirror = {"Delta": 1.0, "omega": 4.0, "g": 1.0, "kappa": 1.0, "gamma": 1.0, "xi": 0.2}
    on, cut = mirror | {"xi": lambda t: 0.2 * (t > 1)}, {"a": 2, "b": 4}
    steady = numeric.steady_state(optomechanics.MODEL, mirror, quanta=cut)
    late = numeric.evolve(optomechanics.MODEL, on, [0.0, 30.0], quanta=cut)
    for quantity, mode in (("number", "a"), ("number", "b"), ("correlation", "b")):
        exact, found = (state.estimate(quantity, mode).value for state in (steady, late))
        # what is left of a beginning 29 lifetimes before, and what `evolve` promises
        assert found[-1] == pytest.approx(exact, rel=1e-6)


def test_a_cut_of_each_mode_that_does_not_hold_the_start_is_refused() -> None:
    values, cut = optomechanics.VALUES, {"a": 2, "b": 2}
    with pytest.raises(ValueError, match=r"at least .*'a': 3, 'b': 0.* for this `initial`"):
        numeric.evolve(optomechanics.MODEL, values, [0.0, 1.0], initial=(3, 0), quanta=cut)
    with pytest.raises(ValueError, match=r"at least .*'a': 3, 'b': 0.* for this `initial`"):
        numeric.emitted(optomechanics.MODEL, values, "a", (0, 9), initial=(3, 0), quanta=cut)
