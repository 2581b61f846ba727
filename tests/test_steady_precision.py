"""The same numbers three times: 50 digits, QuTiP above its floor, and any scaling."""

import numpy as np
import pytest
import qutip
import sympy as sp
from oracles import moment_of, populations
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad import liouvillian
from systems import Loss, Model
from systems.library import jaynes_cummings

Delta, chi_a, chi_b, J, xi = sp.symbols("Delta chi_a chi_b J xi", real=True)
kappa_a, kappa_b, phase = sp.symbols("kappa_a kappa_b phase", positive=True)
a, b = BosonOp("a"), BosonOp("b")

UNEQUAL = Model(
    name="two unequal Kerr modes, one dephased",
    hamiltonian=Delta * (Dagger(a) * a + Dagger(b) * b)
    + J * (Dagger(a) * b + Dagger(b) * a)
    + chi_a * Dagger(a) ** 2 * a**2
    + chi_b * Dagger(b) ** 2 * b**2
    + xi * (Dagger(a) + a),
    losses=(Loss(kappa_a, a), Loss(kappa_b, b), Loss(phase, Dagger(b) * b)),
    drive=xi,
)
DIMER = {"chi_a": 1.3, "chi_b": 0.4, "kappa_a": 1.0, "kappa_b": 0.37}


@pytest.mark.parametrize(
    ("quanta", "drive", "Delta", "J", "phase"),
    [(3, 1e-6, 0.0, 0.6, 1e-3), (2, 1e-4, 0.4, 1e-4, 1e-9), (2, 0.4, -0.3, 1.1, 0.2)],
)
def test_every_probability_has_the_digits_of_a_solve_with_fifty(quanta, drive, Delta, J, phase):
    values = {**DIMER, "xi": drive, "Delta": Delta, "J": J, "phase": phase}
    state = steady_state(UNEQUAL, values, quanta=quanta)
    P = populations(UNEQUAL, values, quanta)
    g2 = float(moment_of(P, 0, 2) / moment_of(P, 0, 1) ** 2)
    for occupation, exact in P.items():
        if exact > 1e-30:
            # the road's standard, 1e-8; its round-off is some 1e-13, the cut is the same in both
            found = state.estimate("probability", occupation).value
            assert found == pytest.approx(float(exact), rel=1e-11, abs=0)
    assert state.estimate("correlation", "a").value == pytest.approx(g2, rel=1e-11, abs=0)


def test_the_estimated_roundoff_covers_the_error():
    values = {**DIMER, "xi": 1e-5, "Delta": 0.1, "J": 0.6, "phase": 1e-3}
    state = steady_state(UNEQUAL, values, quanta=2)
    P = populations(UNEQUAL, values, 2)
    exact = float(moment_of(P, 0, 2) / moment_of(P, 0, 1) ** 2)
    error = abs(state.correlation("a") / exact - 1)
    # an estimate: right to a factor of a hundred, and never silent
    assert error <= 100 * state.certificate.roundoff["g2(a)"] < 1e-12


@pytest.mark.parametrize("factor", [0.01, 0.3, 3.0, 100.0])
def test_the_result_does_not_depend_on_the_scaling(factor, monkeypatch):
    values = {**DIMER, "xi": 1e-3, "Delta": 0.1, "J": 0.6, "phase": 0.1}
    usual = steady_state(UNEQUAL, values, quanta=4, solver="direct")
    original = liouvillian.scale
    monkeypatch.setattr(liouvillian, "scale", lambda *arguments: factor * original(*arguments))
    other = steady_state(UNEQUAL, values, quanta=4, solver="direct")
    for order in (2, 3, 4):
        expected = usual.correlation("a", order)
        # round-off: only the order of the pivots changes
        np.testing.assert_allclose(other.correlation("a", order), expected, rtol=1e-10, atol=0)


def test_qutip_agrees_on_a_hilbert_space_of_its_own():
    v = {"Delta_a": 0.4, "Delta_s": -0.2, "g": 1.7, "kappa": 1.0, "gamma": 0.4, "xi": 0.5}
    state = steady_state(jaynes_cummings.MODEL, v)
    photon = qutip.tensor(qutip.destroy(25), qutip.qeye(2))
    atom = qutip.tensor(qutip.qeye(25), qutip.sigmap())  # lowers, in QuTiP's basis order
    H = v["Delta_a"] * photon.dag() * photon + v["Delta_s"] * atom.dag() * atom
    H += v["g"] * (photon.dag() * atom + atom.dag() * photon) + v["xi"] * (photon.dag() + photon)
    jumps = [np.sqrt(v["kappa"]) * photon, np.sqrt(v["gamma"]) * atom]
    rho = qutip.steadystate(H, jumps)
    n = qutip.expect(photon.dag() * photon, rho)
    g2 = qutip.expect(photon.dag() ** 2 * photon**2, rho) / n**2
    # truncation chosen for a change below 1e-8; QuTiP's floor is 1e-14 here
    np.testing.assert_allclose(state.number("a"), n, rtol=1e-8, atol=0)
    np.testing.assert_allclose(state.correlation("a"), g2, rtol=1e-8, atol=0)
    np.testing.assert_allclose(
        state.number("s"), qutip.expect(atom.dag() * atom, rho), rtol=1e-8, atol=0
    )
