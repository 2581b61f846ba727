"""Transients that textbooks work out: collapse and revival, Ramsey, STIRAP, an amplifier."""

from math import factorial

import numpy as np
import qutip
import sympy as sp
from scipy.integrate import solve_ivp
from scipy.linalg import expm
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import evolve
from systems import Atom, Loss, Model

a, s, raised = BosonOp("a"), SigmaMinus("s"), SigmaPlus("s")
g, G, kappa, gamma, D, F, O1, O2 = sp.symbols("g G kappa gamma D F O1 O2", real=True)


def test_an_excited_atom_collapses_and_revives_in_coherent_light():
    # J. H. Eberly, N. B. Narozhny and J. J. Sanchez-Mondragon, Phys. Rev. Lett. 44, 1323 (1980)
    model = Model("cavity", g * (Dagger(a) * s + raised * a), (Loss(kappa, a),))
    levels, times = 22, np.linspace(0, 16, 17)
    light = qutip.coherent(levels, np.sqrt(5), method="analytic").unit()
    ket = qutip.tensor(light, qutip.basis(2, 1))
    values = {"g": 1.0, "kappa": 1e-10}
    state = evolve(model, values, times, initial=ket, quanta={"a": levels, "s": 1})
    n = np.arange(levels)
    p = 5.0**n / np.array([float(factorial(i)) for i in n])
    exact = p / p.sum() @ np.cos(np.outer(np.sqrt(n + 1), times)) ** 2
    # five photons lose 1e-10 each in a unit of time
    np.testing.assert_allclose(state.number("s"), exact, atol=5 * 16 * 1e-10)


def test_an_amplifier_that_is_switched_on_grows_and_bunches_as_its_quadratures():
    model = Model("amplifier", G * (a**2 + Dagger(a) ** 2), (Loss(gamma, a),), G)
    times = np.linspace(0, 3, 4)
    state = evolve(model, {"G": 0.2, "gamma": 1.0}, times, order=2)
    # dV/dt = (+-4 G - gamma) V + gamma/2 of both quadratures, from 1/2 on
    wide, narrow = (
        (0.5 + 0.5 / rate) * np.exp(rate * times[1:]) - 0.5 / rate for rate in (-0.2, -1.8)
    )
    n, pairs = (wide + narrow - 1) / 2, (wide - narrow) / 2
    np.testing.assert_allclose(state.number("a")[1:], n, rtol=1e-8)  # that of the cut
    np.testing.assert_allclose(state.correlation("a")[1:], 2 + (pairs / n) ** 2, rtol=1e-8)


def test_ramsey_fringes_fade_with_the_dephasing():
    model = Model("clock", D * raised * s + F * (s + raised) / 2, (Loss(gamma, raised * s),))
    short, wait = np.pi / 40, 3.0  # two quarter turns at the Rabi frequency 20
    ends = np.cumsum([0, short, wait, short])

    def pulses(t):
        return 20.0 * ((t < ends[1]) | ((t >= ends[2]) & (t < ends[3])))

    values = {"D": 1.3, "gamma": 0.4, "F": pulses}
    state = evolve(model, values, [*ends, ends[-1] + 2], quanta=1)

    def L(rabi):
        """The Liouvillian on (gg, ge, eg, ee), written down."""
        H, n, one = np.array([[0, rabi / 2], [rabi / 2, 1.3]]), np.diag([0, 1.0]), np.eye(2)
        lost = 0.4 * (np.kron(n, n) - (np.kron(n, one) + np.kron(one, n)) / 2)
        return -1j * (np.kron(H, one) - np.kron(one, H)) + lost

    rho, exact = np.eye(1, 4)[0], [0.0]
    for rabi, t in ((20.0, short), (0.0, wait), (20.0, short), (0.0, 2.0)):
        rho = expm(L(rabi) * t) @ rho
        exact.append(rho[3].real)
    np.testing.assert_allclose(state.number("s"), exact, atol=1e-9)
    # half of the fringe's height but for exp(-gamma wait/2) and what turns within the pulses
    assert abs(exact[-1] - (1 + np.exp(-0.6) * np.cos(1.3 * wait)) / 2) < 0.1


def test_counterintuitive_pulses_carry_an_atom_past_its_excited_level():
    # J. R. Kuklinski, U. Gaubatz, F. T. Hioe and K. Bergmann, Phys. Rev. A 40, 6741 (1989)
    atom = Atom("L", "uge")
    pump, stokes = atom.transition("e", "u"), atom.transition("e", "g")
    H = O1 / 2 * (pump + Dagger(pump)) + O2 / 2 * (stokes + Dagger(stokes))
    model = Model("Lambda", H, (Loss(gamma, atom.transition("g", "e")),))

    def first(t):
        return 40 * np.exp(-((t - 2.5) ** 2))

    def last(t):
        return 40 * np.exp(-((t - 3.5) ** 2))

    times, values = np.linspace(0, 6, 7), {"gamma": 1e-10, "O1": last, "O2": first}
    state = evolve(model, values, times)

    def turn(t, c):
        u, low, e = c
        return -0.5j * np.array([last(t) * e, first(t) * e, last(t) * u + first(t) * low])

    exact = solve_ivp(
        turn, (0, 6), np.array([1, 0, 0], dtype=complex), "DOP853", times, rtol=1e-12, atol=1e-13
    ).y
    np.testing.assert_allclose(state.number("L_g"), abs(exact[1]) ** 2, atol=1e-8)
    np.testing.assert_allclose(state.number("L_e"), abs(exact[2]) ** 2, atol=1e-8)
    assert state.number("L_g")[-1] > 0.99
    assert np.max(state.number("L_e")) < 0.05
