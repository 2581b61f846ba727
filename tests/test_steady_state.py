"""The steady state against exact solutions, symmetries and an independent Hamiltonian."""

import numpy as np
import pytest
import qutip
import sympy as sp
from oracles import kerr_probability
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.qobj import as_qobj
from systems import Loss, Model
from systems.library import nanotip
from systems.values import read_values

MODEL = nanotip.MODEL
Delta, chi, xi = sp.symbols("Delta chi xi", real=True)
gamma = sp.Symbol("gamma", positive=True)
a = BosonOp("a")
KERR = Model(
    name="driven Kerr mode",
    hamiltonian=Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a),
    losses=(Loss(gamma, a),),
    drive=xi,
)
POINT = {"Delta": 0.3, "J": 0.8 + 0.5j, "chi": 1.4, "gamma": 1.0, "xi": 0.2}


def test_without_backscattering_the_driven_mode_of_the_nanotip_is_the_kerr_mode():
    values = {"Delta": 0.3, "chi": 1.4, "gamma": 1.0, "xi": np.array([1e-5, 1e-4, 0.1])}
    state = steady_state(MODEL, {**values, "J": 0.0})
    alone = steady_state(KERR, values)
    # both are converged to 1e-8
    np.testing.assert_allclose(state.number("a1"), alone.number("a"), rtol=1e-8, atol=0)
    np.testing.assert_allclose(state.correlation("a1"), alone.correlation("a"), rtol=1e-8, atol=0)


@pytest.mark.slow
@pytest.mark.parametrize(("Delta", "chi", "quanta"), [(0.0, 5.0, 9), (0.7, -0.9, 12)])
def test_without_backscattering_the_nanotip_has_the_exact_probabilities_at_any_drive(
    Delta, chi, quanta
):
    drives = np.array([1e-6, 1e-3, 0.1, 0.5, 2.0])
    values = {"Delta": Delta, "chi": chi, "gamma": 1.0}
    state = steady_state(MODEL, {**values, "J": 0.0, "xi": drives}, quanta=quanta)
    found = [state.probability((m, 0)) for m in range(5)]
    exact = [[kerr_probability(m, **values, xi=x) for x in drives] for m in range(5)]
    # round-off of a solve with condition number below 1e3; the cut is exact to 1e-12 here
    np.testing.assert_allclose(found, exact, rtol=1e-11, atol=0)


def test_without_a_nonlinearity_the_light_is_coherent():
    values = {**POINT, "chi": 0.0, "xi": np.array([1e-5, 1e-2, 0.2])}
    state = steady_state(MODEL, values)
    for order in (1, 2, 3, 4):
        # the truncation is chosen for a change below 1e-8
        np.testing.assert_allclose(state.correlation("a1", order), 1, rtol=2e-8, atol=0)
        np.testing.assert_allclose(state.correlation("a2", order), 1, rtol=2e-8, atol=0)


def test_nothing_depends_on_the_phase_of_the_backscattering():
    J = 0.9 * np.exp(1j * np.linspace(0, 2 * np.pi, 7))
    state = steady_state(MODEL, {**POINT, "J": J}, quanta=6)
    for mode in ("a1", "a2"):
        g2 = state.correlation(mode)
        np.testing.assert_allclose(g2, g2[0], rtol=1e-12, atol=0)  # round-off only


@pytest.mark.parametrize("unit", [1e-9, 3e5, 2e12])
def test_nothing_depends_on_the_unit_of_the_rates(unit):
    natural = steady_state(MODEL, POINT)
    scaled = steady_state(MODEL, {name: unit * value for name, value in POINT.items()})
    assert scaled.quanta == natural.quanta
    for mode in ("a1", "a2"):
        np.testing.assert_allclose(scaled.number(mode), natural.number(mode), rtol=1e-12, atol=0)
        np.testing.assert_allclose(
            scaled.correlation(mode), natural.correlation(mode), rtol=1e-12, atol=0
        )


def test_the_density_matrix_is_hermitian_positive_and_of_trace_one():
    rho = steady_state(MODEL, POINT, quanta=6).density_matrix()
    assert isinstance(rho, qutip.Qobj)
    assert rho.dims == [[7, 7], [7, 7]]  # the product space of the modes, beyond the 28 states
    assert rho.isherm
    assert rho.tr() == pytest.approx(1, rel=1e-13)  # sum of 28 rounded numbers
    assert rho.eigenenergies().min() > -1e-15  # round-off below the largest eigenvalue, 1


def test_the_lowered_hamiltonian_equals_one_written_by_hand():
    quanta, v = 6, POINT
    a1, a2 = qutip.enr_destroy([quanta + 1] * 2, quanta)
    n1, n2 = a1.dag() * a1, a2.dag() * a2
    by_hand = (
        v["Delta"] * (n1 + n2)
        + v["J"] * a1.dag() * a2
        + np.conj(v["J"]) * a2.dag() * a1
        + v["chi"] * (n1 * n1 - n1 + n2 * n2 - n2 + 2 * n1 * n2)
        + v["xi"] * (a1.dag() + a1)
    )
    lowered = as_qobj(MODEL.hamiltonian, MODEL, read_values(MODEL, v), quanta)
    assert lowered.dims == by_hand.dims
    np.testing.assert_allclose(lowered.full(), by_hand.full(), rtol=1e-14, atol=1e-14)


def test_qutip_agrees_above_its_own_floor():
    ours = steady_state(MODEL, POINT, quanta=6)
    theirs = steady_state(MODEL, POINT, quanta=6, solver="qutip")
    # QuTiP's rho is right to about 1e-15, absolute
    floor = 1e-14 / ours.number("a1") ** 2 / ours.correlation("a1")
    np.testing.assert_allclose(theirs.correlation("a1"), ours.correlation("a1"), rtol=floor, atol=0)
    difference = (theirs.density_matrix() - ours.density_matrix()).full()
    assert abs(difference).max() < 1e-14


def test_a_weak_drive_is_resolved_where_qutip_reports_that_it_is_not():
    weak = {**POINT, "xi": 1e-5}
    assert steady_state(MODEL, weak).correlation_status("a1") == "ok"
    theirs = steady_state(MODEL, weak, quanta=6, solver="qutip")
    assert theirs.correlation_status("a1") == "not resolved"
    assert np.isnan(theirs.correlation("a1"))


def test_the_chosen_truncation_is_converged_and_grows_with_the_drive():
    state = steady_state(MODEL, {**POINT, "xi": np.array([1e-4, 0.1, 0.3])})
    assert list(state.quanta) == sorted(state.quanta)
    change = state.certificate.change["g2(a1)"]
    assert np.all(change < 1e-8)  # the tolerance asked for
    for order in (2, 3, 4):
        many = steady_state(MODEL, {**POINT, "xi": np.array([1e-4, 0.1, 0.3])}, quanta=14)
        # the tolerance asked for
        g = state.correlation("a1", order)
        np.testing.assert_allclose(g, many.correlation("a1", order), rtol=1e-8, atol=0)


def test_an_empty_mode_has_an_undefined_correlation():
    state = steady_state(MODEL, {**POINT, "J": np.array([0.0, 1.0])}, quanta=4)
    assert list(state.correlation_status("a2")) == ["undefined", "ok"]
    assert np.isnan(state.correlation("a2")[0])
    assert state.number("a2")[0] == 0
