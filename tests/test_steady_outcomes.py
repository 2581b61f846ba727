"""Undefined, not resolved, not unique, does not exist, not converged: five words, no number."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import delayed_correlation, steady_state
from systems import Loss, Model
from systems.library import kerr

Delta, chi, xi, G, J = sp.symbols("Delta chi xi G J", real=True)
gamma, gain, pairs, phase = sp.symbols("gamma gain pairs phase", positive=True)
a, b, s, r = BosonOp("a"), BosonOp("b"), SigmaMinus("s"), SigmaMinus("r")
cavity = Delta * Dagger(a) * a + xi * (Dagger(a) + a)
nonlinear = chi * Dagger(a) ** 2 * a**2
squeezing = G * (Dagger(a) ** 2 + a**2)
hopping = J * (Dagger(a) * b + Dagger(b) * a)
VALUES = {
    "Delta": 0.3, "chi": 1.2, "xi": 0.1, "G": 0.1, "J": 0.4,
    "gamma": 1.0, "gain": 0.2, "pairs": 1.0, "phase": 0.5,
}  # fmt: skip


def solve(hamiltonian, losses, quanta=None, **changed):
    model = Model("test", hamiltonian, losses, drive=xi if hamiltonian.has(xi) else G)
    names = [str(symbol) for symbol in model.parameters]
    values = {name: changed.get(name, VALUES[name]) for name in names}
    return steady_state(model, values, quanta=quanta, limit=120)


def atom(mode):
    return xi * (mode + SigmaPlus(mode.name))


NOT_UNIQUE = {
    "a mode without drive and loss beside another": (
        cavity + Delta * Dagger(b) * b,
        (Loss(gamma, a),),
    ),
    "no loss at all": (cavity + nonlinear, ()),
    "an atom that is dephased only": (
        cavity + Delta * SigmaPlus("s") * s,
        (Loss(gamma, a), Loss(phase, SigmaPlus("s") * s)),
    ),
    "pairs made and lost: parity is conserved": (squeezing, (Loss(pairs, a**2),)),
    "two atoms with a dark state": (atom(s) + atom(r), (Loss(gamma, s + r),)),
    "two modes with a dark combination": (
        xi * (Dagger(a) + a + Dagger(b) + b),
        (Loss(gamma, a + b),),
    ),
    "a dark combination that is driven off resonance": (
        cavity + Delta * Dagger(b) * b,
        (Loss(gamma, a + b),),
    ),
}


@pytest.mark.parametrize("case", NOT_UNIQUE)
@pytest.mark.parametrize("drive", [1e-4, 0.1, 1e-9])
def test_a_second_steady_state_is_reported(case, drive):
    hamiltonian, losses = NOT_UNIQUE[case]
    state = solve(hamiltonian, losses, quanta=4, xi=drive, G=drive)
    assert state.status == "not unique"
    mode = state.model.modes[0]
    assert np.isnan(state.number(mode))
    assert state.number_status(mode) == "not unique"


NO_STEADY_STATE = {
    "gain above loss": (cavity, (Loss(gamma, a), Loss(gain, Dagger(a))), {"gain": 1.2}),
    "gain equal to loss": (cavity, (Loss(gamma, a), Loss(gain, Dagger(a))), {"gain": 1.0}),
    "gain above loss, whatever the Kerr shift": (
        cavity + nonlinear,
        (Loss(gamma, a), Loss(gain, Dagger(a))),
        {"gain": 1.2},
    ),
    "gain that the coupling to a lossy mode does not drain": (
        cavity + hopping,
        (Loss(gamma, a), Loss(gain, Dagger(a)), Loss(gamma, b)),
        {"gain": 2.5},
    ),
    "a parametric drive above threshold": (
        cavity + squeezing,
        (Loss(gamma, a),),
        {"Delta": 0.0, "G": 0.26},
    ),
    "a parametric drive at threshold": (
        cavity + squeezing,
        (Loss(gamma, a),),
        {"Delta": 0.0, "G": 0.25},
    ),
}


@pytest.mark.parametrize("case", NO_STEADY_STATE)
@pytest.mark.parametrize("quanta", [None, 5])
def test_unlimited_growth_is_reported(case, quanta):
    hamiltonian, losses, changed = NO_STEADY_STATE[case]
    state = solve(hamiltonian, losses, quanta=quanta, **changed)
    assert state.status == "does not exist"
    assert np.isnan(state.number("a"))
    assert state.correlation_status("a") == "does not exist"


def test_what_limits_the_growth_brings_the_steady_state_back():
    # pair loss saturates a gain, a detuning or a Kerr shift a parametric drive
    saturated = solve(
        cavity, (Loss(gamma, a), Loss(gain, Dagger(a)), Loss(pairs, a**2)), gain=1.2, quanta=12
    )
    detuned = solve(cavity + squeezing, (Loss(gamma, a),), Delta=1.5, G=0.26, quanta=12)
    shifted = solve(cavity + squeezing + nonlinear, (Loss(gamma, a),), Delta=0.0, G=0.26, quanta=12)
    drained = solve(
        cavity + hopping,
        (Loss(gamma, a), Loss(gain, Dagger(a)), Loss(gamma, b)),
        gain=1.2, J=5.0, quanta=4,
    )  # fmt: skip
    for state in (saturated, detuned, shifted):
        assert state.status == "ok"
    assert drained.status == "not converged"  # it exists, beyond four quanta


def test_a_truncation_that_is_not_found_is_reported():
    # 50 thermal photons do not fit into 30 states
    values = {name: VALUES[name] for name in ("Delta", "xi", "gamma")} | {"gain": 0.98}
    model = Model("test", cavity, (Loss(gamma, a), Loss(gain, Dagger(a))), drive=xi)
    state = steady_state(model, values, limit=30, frame="original")
    assert state.status == "not converged"
    assert state.quanta <= 29
    assert np.isnan(state.number("a"))
    assert state.certificate.change["n(a)"] > 1e-3


def test_a_probability_beyond_the_chosen_truncation_is_reported():
    values = {"Delta": 0.0, "chi": 0.2, "gamma": 1.0, "xi": 0.01}
    state = steady_state(kerr.MODEL, values)
    top = int(state.quanta)
    # P of the last shell lacks what comes down from above, of relative order xi^2
    assert state.probability_status((2,)) == "ok"
    assert state.probability_status((top,)) == "not converged"
    assert np.isnan(state.probability((top,)))
    fixed = steady_state(kerr.MODEL, values, quanta=top)
    assert fixed.probability((top,)) > 0  # asked for this truncation: its own number


def test_every_point_of_a_batch_has_its_own_status():
    state = solve(
        cavity, (Loss(gamma, a), Loss(gain, Dagger(a))),
        gain=np.array([1e-3, 0.98, 1.0, 1.7]), xi=np.array([[0.0], [0.1]]),
    )  # fmt: skip
    expected = ["ok", "ok", "does not exist", "does not exist"]
    # 49 thermal quanta, gain/(loss - gain), which no cut has to hold
    np.testing.assert_allclose(state.number("a")[0, 1], 49.0, rtol=1e-10)
    assert state.status.tolist() == [expected, expected]
    assert np.isnan(state.correlation("a")).tolist() == [[w != "ok" for w in expected]] * 2
    assert state.certificate.status.tolist() == state.status.tolist()


def test_no_photons_are_undefined_and_never_zero_over_zero():
    state = solve(cavity + nonlinear, (Loss(gamma, a),), xi=np.array([0.0, 1e-3]))
    assert state.status.tolist() == ["ok", "ok"]
    assert state.number("a")[0] == 0
    assert state.correlation_status("a").tolist() == ["undefined", "ok"]
    assert np.isnan(state.correlation("a")[0])
    g2 = delayed_correlation(state.model, state.arrays, "a", [0.0, 1.0])
    assert np.isnan(g2[0]).all()
    assert np.isfinite(g2[1]).all()


def test_a_mode_in_the_dark_is_undefined_beside_one_that_is_not():
    # a lossless mode b empties the driven mode completely (transparency)
    state = solve(xi * (Dagger(a) + a) + hopping, (Loss(gamma, a),), xi=1e-3)
    assert state.status == "ok"
    assert state.correlation_status("b") == "ok"
    assert state.correlation_status("a") in ("undefined", "not resolved")


@pytest.mark.parametrize("quanta", [None, 3, 8])
def test_a_driven_dark_combination_has_no_number_at_any_truncation(quanta):
    dark = cavity + Delta * Dagger(b) * b, (Loss(gamma, a + b),)
    assert solve(*dark, quanta=quanta).status == "not unique"
    # its amplitude grows with the time on resonance
    assert solve(*dark, quanta=quanta, Delta=0.0).status == "does not exist"


def test_a_lossless_mode_that_an_atom_or_pair_loss_damps_has_a_steady_state():
    atom = Delta * SigmaPlus("s") * s + J * (Dagger(a) * s + a * SigmaPlus("s"))
    assert solve(cavity + atom, (Loss(gamma, s),)).status == "ok"
    assert solve(cavity, (Loss(pairs, a**2),)).status == "ok"


@pytest.mark.parametrize("quanta", [None, 4, 12])
def test_a_state_that_a_weak_drive_empties_too_slowly_is_not_resolved(quanta):
    """Of photons lost in pairs one is left only by way of a second, at the square of the drive."""
    lost = Loss(pairs, a**2)
    state = solve(cavity + nonlinear, (lost,), quanta, xi=1e-9)
    assert state.status == state.number_status("a") == "not resolved"
    assert "a stronger drive" in state.advice
    stronger = solve(cavity + nonlinear, (lost,), quanta, xi=1e-3)
    assert stronger.status == "ok"
    # a photon is emptied at the square of the drive, the vacuum that holds one with the amplitude
    # xi/Delta at its fourth power: that is what is left, to relative order (xi/Delta)^2 = 1e-5
    assert stronger.number("a") == pytest.approx((1e-3 / 0.3) ** 2, rel=1e-4)
    # where pairs are made as well the parity stays what it was, however strong they are driven
    assert solve(Delta * Dagger(a) * a + squeezing, (lost,), quanta, G=1e-9).status == "not unique"


@pytest.mark.parametrize("U", [0.0, 1.0])
@pytest.mark.parametrize("far", [2e7, 2e8, 2e10])
def test_a_partner_too_far_away_for_floats_is_not_resolved_rather_than_not_unique(U, far):
    # it decays at the rate g^2 kappa/far^2, so that its state is unique, below round-off of far
    a, b = BosonOp("a"), BosonOp("b")
    D, E, g, k, u, xi = sp.symbols("D E g k u xi", positive=True)
    n_a, n_b = Dagger(a) * a, Dagger(b) * b
    H = D * n_a + E * n_b + u * Dagger(a) ** 2 * a**2 + g * (Dagger(a) * b + Dagger(b) * a)
    model = Model("far partner", H + xi * (a + Dagger(a)), (Loss(k, a),), xi)
    values = {D: 0.3, E: far, g: 1.0, k: 1.0, u: U, xi: 0.1}
    assert steady_state(model, values).status == "not resolved"
    # without the coupling nothing tells its states apart: these are several
    alone = steady_state(model, {**values, E: 0.3, g: 0.0})
    assert alone.number_status(b) != "not resolved"
