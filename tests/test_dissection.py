"""One mode beside atoms: an order of elimination of its own, and what a search makes of it."""

import numpy as np
import pytest
from oracles import atom_excitation
from scipy.sparse import csc_array
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import numeric
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import covers, space, wider
from numeric.search.truncation import _nearer
from numeric.solvers import direct
from numeric.solvers.choice import FACTORED, refactored, solve_points
from numeric.solvers.dissection import dissected, dissects
from numeric.solvers.refinement import with_first_row
from numeric.solvers.solution import Solution
from systems import Loss, Model
from systems.status import Status

a, s, t = BosonOp("a"), SigmaMinus("s"), SigmaMinus("t")


def bright(strength, coupling):
    """A driven cavity with two driven atoms."""
    atoms = [(s, SigmaPlus("s"), 0.3), (t, SigmaPlus("t"), 0.5)]
    hamiltonian = strength * (a + Dagger(a))
    for lower, upper, drive in atoms:
        hamiltonian += coupling * (Dagger(a) * lower + upper * a) + drive * (lower + upper)
    losses = [Loss(1, one) for one in (a, s, t)]
    return Model("bright", hamiltonian, tuple(losses))


@pytest.mark.slow
def test_dissected_factors_hold_fewer_elements():
    equation = liouvillian(bright(0.6, 0.4), 24)
    c, scale = (rows[0] for rows in equation.rows({"one": np.ones(1)}))
    size = equation.space.size**2
    system = with_first_row(equation.rescaled(c, scale).L, np.eye(1, size)[0])
    order = dissected(system, equation.space, np.arange(size))
    assert np.array_equal(np.sort(order), np.arange(size))
    plain = direct.factorise(system)
    ours = direct.factorise(csc_array(system[order][:, order]), ordering="NATURAL")
    assert ours.nnz < plain.nnz


@pytest.mark.slow
def test_coherent_light_beside_two_atoms_is_exact_where_unknowns_are_dissected():
    model = bright(0.6, 0)
    assert dissects(space(model.modes, 22))
    state = numeric.steady_state(model, {}, quanta=22, solver="direct")
    # 1.44 quanta: what lies beyond 20 of them is 1e-16
    assert state.number("a") == pytest.approx(4 * 0.6**2, rel=1e-11)
    assert state.correlation("a") == pytest.approx(1, rel=1e-11)
    for atom, drive in (("s", 0.3), ("t", 0.5)):
        assert state.number(atom) == pytest.approx(atom_excitation(drive), rel=1e-11)


def test_a_failed_cut_is_made_as_small_as_factors_take():
    model = bright(0.6, 0.4)
    most = refactored(model)
    first = _nearer(model, 100, None)
    assert space(model.modes, wider(first, 2)).size ** 2 <= most
    known = Solution.none(space(model.modes, 40), np.arange(1), Status.OK)
    after = _nearer(model, 100, known)
    assert covers(after, 42)
    assert space(model.modes, after).size ** 2 <= most
    assert _nearer(model, first, None) is None  # so that a search ends


def test_what_iterating_failed_for_is_factorised_or_left():
    model, points = bright(0.6, 0.4), np.arange(1)
    arrays = {"one": np.ones(1)}
    both = [solve_points(model, arrays, points, 12, name) for name in (FACTORED, "direct")]
    np.testing.assert_allclose(*(one.populations for one in both), rtol=1e-9)
    large = solve_points(model, arrays, points, 70, FACTORED)
    assert large.status.tolist() == [Status.NOT_CONVERGED]
