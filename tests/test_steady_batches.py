"""Batches: the same numbers as point by point, whatever solver, chunk and truncation."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.search import truncation
from numeric.solvers import choice
from systems import Loss, Model
from systems.library import jaynes_cummings, nanotip, second_harmonic

TIP = {
    "Delta": np.linspace(-2, 2, 8)[:, None],
    "J": np.linspace(0.1, 2, 8),
    "chi": 1.0,
    "gamma": 1.0,
    "xi": 0.1,
}
ATOM = {**jaynes_cummings.VALUES, "Delta_a": np.linspace(-9, 9, 70)}
PAIRS = {**second_harmonic.VALUES, "F": np.geomspace(1e-5, 0.2, 70)}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (nanotip.MODEL, TIP),
        (nanotip.MODEL, {**TIP, "xi": 1e-5}),
        (jaynes_cummings.MODEL, ATOM),
        (second_harmonic.MODEL, PAIRS),
    ],
)
def test_many_points_together_give_the_numbers_of_the_direct_solve(model, values):
    together = steady_state(model, values, quanta=4)
    alone = steady_state(model, values, quanta=4, solver="direct")
    assert "graded" in together.solver
    for mode in model.modes:
        # what the sweeps leave, 1e-11 in every population
        np.testing.assert_allclose(together.number(mode), alone.number(mode), rtol=1e-10, atol=0)
        g2, exact = together.correlation(mode), alone.correlation(mode)
        np.testing.assert_allclose(g2, exact, rtol=1e-10, atol=0)


@pytest.mark.parametrize("solver", ["auto", "direct", "qutip"])
def test_a_point_without_a_state_leaves_its_neighbours_alone(solver):
    D, g, x = sp.symbols("D g x", real=True)
    k, F = sp.symbols("k F", positive=True)
    a, s, t = BosonOp("a"), SigmaMinus("s"), SigmaMinus("t")
    coupling = Dagger(a) * (s + x * t) + (Dagger(s) + x * Dagger(t)) * a
    model = Model("pair", D * Dagger(a) * a + g * coupling + F * (a + Dagger(a)), (Loss(k, a),), F)
    drawn = np.random.default_rng(151).uniform(0.3, 0.8, size=(2, choice.CHUNK + 4))
    # two atoms that couple equally have a dark state, and so two steady states
    values = {"D": drawn[0], "g": 1.0, "k": 1.0, "F": 0.1, "x": drawn[1]}
    values["x"][[0, 3]] = 1.0
    together = steady_state(model, values, 2, solver)
    assert set(together.status[[0, 3]]) == {"not unique"}
    for i in (0, 1, choice.CHUNK + 1):  # in both chunks
        alone = steady_state(model, {**values, "D": drawn[0, i], "x": drawn[1, i]}, 2, solver)
        assert alone.status == together.status[i]
        np.testing.assert_array_equal(alone.elements(), together.elements()[i])


@pytest.mark.slow
def test_points_that_the_sweeps_do_not_solve_are_solved_one_by_one():
    strong = {**TIP, "Delta": TIP["Delta"][::2], "xi": np.geomspace(0.1, 3.0, 8)}
    state = steady_state(nanotip.MODEL, strong, quanta=5)
    assert set(state.solver.ravel()) == {"graded", "direct"}
    assert set(state.solver[:, 0]) == {"graded"}
    alone = steady_state(nanotip.MODEL, strong, quanta=5, solver="direct")
    np.testing.assert_allclose(state.correlation("a1"), alone.correlation("a1"), rtol=1e-10, atol=0)
    assert np.all(state.certificate.solver == state.solver)


@pytest.mark.slow
def test_chunks_leave_no_trace(monkeypatch):
    weak = {**TIP, "xi": 1e-4}
    whole = steady_state(nanotip.MODEL, weak)
    monkeypatch.setattr(choice, "PORTION", 30)
    monkeypatch.setattr(truncation, "CHUNK", 40)
    in_parts = steady_state(nanotip.MODEL, weak)
    assert in_parts.quanta.tolist() == whole.quanta.tolist()
    assert in_parts.shape == (8, 8)
    # the last points are too few for the sweeps, which leave 1e-11
    np.testing.assert_allclose(
        in_parts.correlation("a2"), whole.correlation("a2"), rtol=1e-10, atol=0
    )


def test_a_dark_state_is_found_in_a_batch_too():
    Delta, xi = sp.symbols("Delta xi", real=True)
    gamma = sp.Symbol("gamma", positive=True)
    a, b = BosonOp("a"), BosonOp("b")
    bright = a + sp.Rational(3, 10) * b
    model = Model(
        name="two modes that lose one combination only",
        hamiltonian=Delta * (Dagger(a) * a + Dagger(b) * b) + xi * (Dagger(bright) + bright),
        losses=(Loss(gamma, bright),),
        drive=xi,
    )
    state = steady_state(model, {"Delta": 0.3, "gamma": 1.0, "xi": np.full(70, 0.1)}, quanta=3)
    assert set(state.status) == {"not unique"}
    assert np.isnan(state.number("a")).all()


def test_density_matrices_of_a_batch_share_the_largest_space():
    values = {**TIP, "Delta": 0.3, "J": 1.0, "xi": np.array([1e-3, 0.3])}
    state = steady_state(nanotip.MODEL, values)
    rho = state.density_matrix()
    few, many = ((q + 1) * (q + 2) // 2 for q in state.quanta)  # states of two modes
    assert few < many
    assert rho.shape == (2, many, many)
    np.testing.assert_allclose(np.trace(rho, axis1=1, axis2=2), 1, rtol=1e-13)  # round-off
    alone = steady_state(nanotip.MODEL, {**values, "xi": 1e-3}).restricted_density_matrix()
    # the same states, found again by their populations
    found = np.sort(rho[0].diagonal().real)[-few:]
    np.testing.assert_allclose(found, np.sort(alone.diagonal().real), rtol=1e-12, atol=0)


def test_a_batch_that_would_not_fit_into_memory_is_refused_before_it_is_solved():
    values = {**TIP, "Delta": np.zeros((4_000, 1)), "J": np.zeros(2_500)}
    # 10^7 points of 28 states, 64 bytes each
    with pytest.raises(ValueError, match=r"28 states would take 17\.9 GB"):
        steady_state(nanotip.MODEL, values, quanta=6)
