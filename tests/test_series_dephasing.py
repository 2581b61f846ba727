"""Jumps that keep the quanta change the leading order; jumps that raise them are refused."""

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from oracles import atom_excitation
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus, SigmaZ

import analytic
import numeric
from analytic.series import expand
from systems import Loss, Model
from systems.library import nanotip

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, Gamma, xi = sp.symbols("gamma Gamma xi", positive=True)
a, lower, lift = BosonOp("a"), SigmaMinus("s"), SigmaPlus("s")
ATOM = Model(
    "dephased atom",
    Delta * lift * lower + xi * (lift + lower),
    (Loss(gamma, lower), Loss(Gamma / 2, SigmaZ("s"))),
    xi,
)


def kerr_with(*losses: Loss) -> Model:
    hamiltonian = Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a)
    return Model("Kerr mode", hamiltonian, (Loss(gamma, a), *losses), xi)


DEPHASED = kerr_with(Loss(Gamma, Dagger(a) * a))


def test_a_dephased_atom_obeys_the_bloch_equations_in_closed_form() -> None:
    exact = atom_excitation(xi, Delta, gamma, decay=gamma / 2 + Gamma)  # sigma_z turns the phase
    leading, first = expand(ATOM, corrections=1).number("s").terms
    # of degree one over degree one in the drive squared: two terms determine it
    assert_closed_form_equals(leading / (1 - first / leading), exact)


@pytest.mark.slow
def test_dephasing_at_weak_drive_is_that_of_the_master_equation() -> None:
    values = {"Delta": 0.2, "chi": 0.6, "gamma": 1.0, "Gamma": 0.5, "xi": np.array([0.01, 0.1])}
    state = numeric.steady_state(DEPHASED, values, quanta=6)
    # the first term that is left out goes with the power 2 (k + 1) of the drive, here below 0.3
    for corrections in (0, 1, 2):
        series = expand(DEPHASED, corrections)
        for quantity, exact in [
            (series.number("a"), state.number("a")),
            (series.correlation("a"), state.correlation("a")),
            (series.probability((1,)), state.probability((1,))),
        ]:
            error = np.abs(series.evaluate(quantity, values) / exact - 1)
            bound = (values["xi"] / 0.3) ** (2 * corrections + 2)
            assert np.all(error < bound + 1e-11)


def test_dephasing_changes_the_leading_order_that_amplitudes_would_give() -> None:
    values = {"Delta": 0.2, "chi": 0.6, "gamma": 1.0, "Gamma": 0.5, "xi": 1e-3}
    series = expand(DEPHASED, corrections=0)
    g2 = series.evaluate(series.correlation("a"), values)
    # |C_2|^2 of H_eff, in which dephasing is but one more loss
    naive = abs(complex(0.2, -0.75) / complex(0.8, -1.25)) ** 2
    assert abs(g2 / naive - 1) > 0.5
    with pytest.raises(ValueError, match=r"analytic\.expand"):
        analytic.derive(DEPHASED)


def test_no_dephasing_is_the_limit_of_dephasing() -> None:
    values = {"Delta": 0.2, "chi": 0.6, "gamma": 1.0, "xi": 0.1}
    with_rate = expand(DEPHASED, corrections=1)
    without = expand(kerr_with(), corrections=1)
    for one, other in [
        (with_rate.number("a"), without.number("a")),
        (with_rate.correlation("a"), without.correlation("a")),
    ]:
        terms = with_rate.terms(one, {**values, "Gamma": 1e-12})
        np.testing.assert_allclose(terms, without.terms(other, values), rtol=1e-10, atol=0)


def test_jumps_between_modes_keep_the_quanta_and_are_treated_right() -> None:
    hop = Loss(Gamma, Dagger(nanotip.a2) * nanotip.a1)
    model = Model(
        "nanotip with incoherent hopping",
        nanotip.MODEL.hamiltonian,
        (*nanotip.MODEL.losses, hop),
        nanotip.xi,
    )
    values = {"Delta": 0.1, "J": 0.5, "chi": 0.7, "gamma": 1.0, "Gamma": 0.8, "xi": 0.1}
    series, state = expand(model, corrections=2), numeric.steady_state(model, values, quanta=6)
    for quantity, exact in [
        (series.number("a2"), state.number("a2")),
        (series.correlation("a1"), state.correlation("a1")),
    ]:
        # (drive/radius)^6 with a radius of at least 0.4
        assert series.evaluate(quantity, values) == pytest.approx(exact, rel=2.5e-4, abs=0)


def test_a_jump_with_a_coherent_part_of_the_order_of_the_drive_is_a_drive() -> None:
    # gamma D[a + beta] is gamma D[a] with the Hamiltonian i gamma (conj(beta) a - beta a')/2
    beta = sp.Symbol("beta", real=True)
    rest = Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2
    push = sp.I * xi * (Dagger(a) - a)
    jump = Model("displaced jump", rest + push, (Loss(gamma, a + beta * xi),), xi)
    drive = Model("displaced drive", rest + push * (1 - gamma * beta / 2), (Loss(gamma, a),), xi)
    values = {"Delta": 0.2, "chi": 0.6, "gamma": 1.0, "beta": 0.7, "xi": 0.1}
    terms = [
        series.terms(series.number("a"), values)
        for series in (expand(jump, corrections=2), expand(drive, corrections=2))
    ]
    np.testing.assert_allclose(*terms, rtol=1e-11, atol=0)  # round-off


@pytest.mark.parametrize(
    "loss",
    [
        Loss(Gamma, Dagger(a)),
        Loss(Gamma, a + Dagger(a)),
        Loss(Gamma, a + a**2),
        Loss(Gamma, a + Dagger(a) * a),
    ],
    ids=["thermal", "squeezed reservoir", "one and two photons", "loss and dephasing at once"],
)
def test_jumps_that_raise_or_mix_quanta_are_refused_by_name(loss: Loss) -> None:
    with pytest.raises(ValueError, match=r"Loss `Gamma` of .*numeric\.steady_state"):
        expand(kerr_with(loss), corrections=1)


def test_a_mode_that_only_dephases_has_no_steady_state() -> None:
    hamiltonian = Delta * Dagger(a) * a + xi * (Dagger(a) + a)
    model = Model("no loss", hamiltonian, (Loss(Gamma, Dagger(a) * a),), xi)
    series = expand(model, corrections=1)
    with pytest.raises(ValueError, match="decay"):
        series.evaluate(series.number("a"), {"Delta": 0.1, "Gamma": 1.0, "xi": 0.1})
