"""Steady states that are known on paper, from weak drive to strong."""

import numpy as np
import pytest
import sympy as sp
from oracles import (
    atom_excitation,
    gaussian_g2,
    kerr_correlation,
    kerr_probability,
    parametric_amplifier,
)
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import steady_state
from systems import Loss, Model

Delta, chi, xi, G = sp.symbols("Delta chi xi G", real=True)
gamma, gamma_2, bath = sp.symbols("gamma gamma_2 bath", positive=True)
a, s, s_dagger = BosonOp("a"), SigmaMinus("s"), SigmaPlus("s")
cavity = Delta * Dagger(a) * a + xi * (Dagger(a) + a)

KERR = Model(
    name="driven Kerr mode with loss of photons and of pairs",
    hamiltonian=cavity + chi * Dagger(a) ** 2 * a**2,
    losses=(Loss(gamma, a), Loss(gamma_2, a**2)),
    drive=xi,
)
SQUEEZED = Model(
    name="degenerate parametric amplifier",
    hamiltonian=cavity + G * (Dagger(a) ** 2 + a**2),
    losses=(Loss(gamma, a),),
    drive=xi,
    orders={G: 2},
)
THERMAL = Model(
    name="driven mode with a thermal bath",
    hamiltonian=cavity,
    losses=(Loss(gamma * (bath + 1), a), Loss(gamma * bath, Dagger(a))),
    drive=xi,
)
ATOM = Model(
    name="resonance fluorescence",
    hamiltonian=Delta * s_dagger * s + xi * (s_dagger + s),
    losses=(Loss(gamma, s), Loss(gamma_2, s_dagger * s)),
    drive=xi,
)


@pytest.mark.parametrize("xi", [1e-6, 1e-3, 0.1, 0.5, 2.0])
@pytest.mark.parametrize(
    ("Delta", "chi", "gamma_2"), [(0.0, 5.0, 1e-9), (0.7, -0.9, 0.3), (-1.5, 0.5, 2.0)]
)
def test_the_kerr_mode_is_that_of_drummond_and_walls_at_any_drive(Delta, chi, gamma_2, xi):
    values = {"Delta": Delta, "chi": chi, "gamma": 1.0, "gamma_2": gamma_2, "xi": xi}
    state = steady_state(KERR, values, quanta=24)
    exact = [kerr_correlation(k, **values) for k in (1, 2, 3, 4)]
    P = [kerr_probability(n, **values) for n in range(5)]
    # round-off of a solve with condition number below 1e3; the cut is exact to 1e-12 here
    found = [state.number("a"), *(state.correlation("a", order) for order in (2, 3, 4))]
    np.testing.assert_allclose(found, exact, rtol=1e-11, atol=0)
    found = [state.probability((n,)) for n in range(5)]
    np.testing.assert_allclose(found, P, rtol=1e-10, atol=0)


@pytest.mark.parametrize(
    ("G", "xi"), [(1e-8, 1e-4), (1e-3, 0.0), (1e-6, 0.3), (0.05, 0.1), (0.12, 0.2)]
)
def test_below_threshold_the_parametric_amplifier_is_gaussian(G, xi):
    state = steady_state(SQUEEZED, {"Delta": 0.0, "gamma": 1.0, "G": G, "xi": xi})
    mean, N, M = parametric_amplifier(G, xi)
    # truncation chosen for a change below 1e-8
    np.testing.assert_allclose(state.number("a"), abs(mean) ** 2 + N, rtol=1e-7, atol=0)
    np.testing.assert_allclose(state.correlation("a"), gaussian_g2(mean, N, M), rtol=1e-7, atol=0)


@pytest.mark.parametrize(
    ("bath", "xi"), [(1e-12, 1e-4), (1e-6, 1e-6), (1e-3, 0.2), (0.3, 0.0), (0.2, 0.3)]
)
def test_displaced_thermal_light_is_between_chaotic_and_coherent(bath, xi):
    values = {"Delta": 0.4, "gamma": 1.0, "bath": bath, "xi": xi}
    state = steady_state(THERMAL, values)
    mean = abs(xi / (0.4 - 0.5j))
    # truncation chosen for a change below 1e-8
    np.testing.assert_allclose(state.number("a"), mean**2 + bath, rtol=1e-7, atol=0)
    g2 = gaussian_g2(mean, bath, 0.0)
    np.testing.assert_allclose(state.correlation("a"), g2, rtol=1e-7, atol=0)


@pytest.mark.parametrize("xi", [1e-7, 1e-2, 1.0, 50.0])
def test_resonance_fluorescence_saturates(xi):
    values = {"Delta": 0.7, "gamma": 1.0, "gamma_2": 0.6, "xi": xi}
    state = steady_state(ATOM, values)
    exact = atom_excitation(xi, Delta=0.7, decay=(1.0 + 0.6) / 2)
    # round-off, times the saturation 1e4
    np.testing.assert_allclose(state.number("s"), exact, rtol=1e-12, atol=0)
    assert state.correlation("s") == 0
