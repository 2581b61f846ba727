"""Three modes in batches: the sweeps whose blocks are Sylvester equations."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import sympy as sp
from oracles import linear_amplitudes
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import direct, graded, iterative, threads
from numeric.solvers.graded import strips, sylvester
from numeric.solvers.graded.forms import dagger
from numeric.solvers.graded.kinds import Kind, kind
from numeric.solvers.graded.pointwise import Pointwise
from numeric.solvers.graded.strips import Strips
from systems import Loss, Model
from systems.library import kerr_ring
from systems.values import read_values

a, b, c, s = BosonOp("a"), BosonOp("b"), BosonOp("c"), SigmaMinus("s")
D, U, J, g = sp.symbols("D U J g", real=True)
k, q, F = sp.symbols("k q F", positive=True)
CHAIN = Model(
    "chain of three modes with unequal losses",
    D * (Dagger(a) * a + Dagger(b) * b + Dagger(c) * c)
    + U * Dagger(b) ** 2 * b**2
    + J * (Dagger(a) * b + Dagger(b) * a + Dagger(b) * c + Dagger(c) * b)
    + F * (a + Dagger(a)),
    (Loss(k, a), Loss(q, b), Loss(k, c)),
    F,
)
SHARED = Model(
    "two modes and an atom with a loss in common, and pairs that are lost together",
    D * (Dagger(a) * a + Dagger(b) * b + Dagger(s) * s)
    + U * Dagger(a) ** 2 * a**2
    + g * (Dagger(a) * s + Dagger(s) * a)
    + J * (Dagger(a) * b + Dagger(b) * a)
    + F * (a + Dagger(a)),
    (Loss(k, a), Loss(k, b), Loss(k, s), Loss(q, a + s), Loss(q, a * b)),
    F,
)
G = sp.Symbol("G", real=True)
PUMPED = replace(
    CHAIN,
    name="chain of three modes with pumps of pairs",
    hamiltonian=CHAIN.hamiltonian
    + G * (Dagger(a) ** 2 + a**2)
    + sp.I * G * (Dagger(b) * Dagger(c) - c * b),
    orders={G: 2},
)
RING = {"Delta": 0.7, "chi": 1.0, "J": 1 + 0.5j, "gamma": 1.0, "xi": 0.1}
LINKS = {"D": 0.4, "U": 1.5, "J": 0.8, "k": 1.0, "q": 0.3, "F": 0.1}
PAIRS = {"D": 0.2, "U": 2.0, "J": 0.5, "g": 1.3, "k": 1.0, "q": 0.4, "F": 0.1}


def many(model, values, **scanned):
    """The values as arrays of one dimension, some of them scanned."""
    count = len(next(iter(scanned.values())))
    arrays = read_values(model, {**values, **scanned})
    return {name: np.broadcast_to(array, (count,)).copy() for name, array in arrays.items()}


@pytest.mark.parametrize("sweeps", [Strips, Pointwise])
@pytest.mark.parametrize(
    ("model", "values", "scan", "quanta"),
    [
        (kerr_ring.MODEL, RING, "Delta", 4),
        (CHAIN, LINKS, "D", 3),
        (SHARED, PAIRS, "D", 5),
        # a pump raises over a grade between, whose block holds what it raises as an adjoint
        (PUMPED, {**LINKS, "G": 0.02, "q": 0.9}, "D", 4),
    ],
    ids=["ring", "chain", "shared", "pumped"],
)
def test_three_modes_have_the_populations_and_coherences_of_the_direct_solver(
    model, values, scan, quanta, sweeps
):
    arrays = many(model, values, **{scan: np.array([-1.0, 0.3])})
    assert kind(model, quanta) == Kind.SYLVESTER or model is SHARED
    found = sylvester.solve(
        model, arrays, quanta, tolerance=1e-12, limit=60, density=True, sweeps=sweeps
    )
    exact = direct.solve(liouvillian(model, quanta), arrays)
    assert found.remainder.max() < 1e-12
    # what both say of their errors, which are of the order of the true ones
    allowed = 10 * (found.error + exact.error)
    assert np.all(abs(found.populations - exact.populations) <= allowed)
    size = np.sqrt(exact.populations[:, :, None] * exact.populations[:, None])
    assert np.max(abs(found.rho - exact.rho) / size) < 1e-9


@pytest.mark.parametrize(("kind", "gathered"), [(Strips, 0), (Strips, 1000), (Pointwise, 1000)])
def test_strips_make_of_a_matrix_what_whole_matrices_make_of_it(kind, gathered, monkeypatch):
    monkeypatch.setattr(strips, "MANY", gathered)  # states from which on U is gathered
    equation = kind(PUMPED, many(PUMPED, {**LINKS, "G": 0.3}, D=np.array([-1.0, 0.3])), 4)
    parts = np.random.default_rng(0).normal(size=(2, 2, equation.layout.size, equation.layout.size))
    matrix = parts[0] + 1j * parts[1]
    matrix += dagger(matrix)
    found = equation.evolved(matrix.reshape(2, -1)[:, equation.layout.flat])
    whole = equation.half @ matrix
    # sums of some ten terms of order one to ten
    np.testing.assert_allclose(equation.matrix(found), whole + dagger(whole), rtol=0, atol=1e-12)


@pytest.mark.parametrize(("kind", "gathered"), [(Strips, 0), (Strips, 1000), (Pointwise, 1000)])
@pytest.mark.parametrize("loss", [0.3, 1.0])  # equal losses and real hops have real eigenvectors
def test_a_sweep_leaves_no_residual_but_what_it_was_fed(loss, kind, gathered, monkeypatch):
    monkeypatch.setattr(strips, "MANY", gathered)
    values = {**LINKS, "G": 0.3, "q": loss}
    equation = kind(PUMPED, many(PUMPED, values, D=np.array([-1.0, 0.3])), 4)
    assert (equation.forms[-1].vectors.dtype == float) == (loss == 1.0 and gathered == 0)
    source = equation.fed(equation.leading())
    left = equation.evolved(equation.sweep(source.copy())) + source
    left[:, 0] = 0  # the vacuum's element is fixed
    # round-off of sums of some ten terms of order one to ten
    assert np.max(abs(left)) < 1e-13 * np.max(abs(source))


def test_a_ring_of_three_modes_has_the_correlation_of_qutip():
    state = steady_state(kerr_ring.MODEL, {**RING, "Delta": np.full(32, 0.7)}, quanta=5)
    assert set(state.solver) == {"graded"}
    # qutip.steadystate at five quanta, twelve digits
    g2 = state.correlation(kerr_ring.MODEL.modes[0])
    np.testing.assert_allclose(g2, 1.25787060808, rtol=1e-11, atol=0)


def test_a_single_point_of_three_modes_is_swept_and_has_the_numbers_of_a_batch():
    alone = steady_state(kerr_ring.MODEL, RING, quanta=5)
    batch = steady_state(kerr_ring.MODEL, {**RING, "Delta": np.linspace(0.7, 1, 40)}, quanta=5)
    assert alone.solver == "graded"
    for mode in kerr_ring.MODEL.modes:
        for order in (2, 3, 4):
            one, many = (s.correlation(mode, order=order) for s in (alone, batch))
            # no number depends on grouping beyond its eleventh digit
            assert one == pytest.approx(many[0], rel=1e-11, abs=0)


@pytest.mark.parametrize("chi", [2.0, 20.0])
def test_the_sum_of_sweeps_that_diverge_is_the_steady_state(chi):
    strong = {**RING, "chi": chi, "xi": 3.0}  # the series ends at a third of the loss
    found = steady_state(kerr_ring.MODEL, strong, quanta=4)
    assert found.solver == "graded"
    exact = steady_state(kerr_ring.MODEL, strong, quanta=4, solver="direct")
    one, two = found.blocks[0], exact.blocks[0]
    # GMRES stops at 1e-12 and is refined once; the errors of what is left are estimates
    allowed = 1e-11 * two.populations + 3 * (one.error + two.error)
    assert np.all(abs(one.populations - two.populations) <= allowed)
    assert np.all(one.error <= 1e-8 * one.populations)


def test_a_point_by_itself_has_the_sum_of_many_sweeps_without_making_them():
    arrays = many(CHAIN, {**LINKS, "q": 0.9}, F=np.array([0.6]))  # 165 states
    found = sylvester.solve(CHAIN, arrays, 8, tolerance=1e-11, limit=60)
    assert found.sweeps.tolist() == [0]
    equation = liouvillian(CHAIN, 8)
    exact = iterative.solve_point(equation, *(rows[0] for rows in equation.rows(arrays)))
    allowed = 10 * (found.error + exact.error)  # both estimate theirs, to its order
    assert np.all(abs(found.populations - exact.populations) <= allowed)


@pytest.mark.parametrize("drive", [1e-3, 0.2])
def test_linear_modes_behind_one_another_are_coherent_although_their_eigenvectors_coincide(drive):
    """L = a + b + c and the H that goes with it: each mode is driven by those before it only."""
    modes = a, b, c
    H = (
        F * (a + Dagger(a))
        + sum(sp.I / 2 * (Dagger(m) * n - Dagger(n) * m) for n, m in combinations(modes, 2)) * -1
    )
    model = Model("linear cascade", H, (Loss(k, a + b + c),), F)
    arrays = many(model, {"k": 1.0}, F=np.array([drive]))
    found = graded.solve(model, arrays, 7)
    assert found.converged.all()
    assert not found.doubtful.any()
    # d<a_j>/dt = -<a_j>/2 - sum of those before it - i F of the first
    light = np.linalg.solve(np.tril(np.ones((3, 3)), -1) + np.eye(3) / 2, [-1j * drive, 0, 0])
    n = abs(light) ** 2
    for mode in range(3):
        # beyond the cut lie sum(n)^7/7! of the number of a mode, and its fluctuations
        rtol = 1e-11 + 10 * n.sum() ** 7 / 5040
        np.testing.assert_allclose(found.moment(mode), n[mode], rtol=rtol, atol=0)


@pytest.mark.parametrize(
    ("model", "values", "quanta"),
    [
        (kerr_ring.MODEL, {**RING, "Delta": np.linspace(-2, 2, 30), "xi": 0.3}, 5),
        (CHAIN, {**LINKS, "J": np.linspace(0.1, 1, 30), "U": np.linspace(-1, 3, 30)}, 4),
        (SHARED, {**PAIRS, "q": np.linspace(0.1, 1, 30)}, 5),
        (PUMPED, {**LINKS, "q": np.linspace(0.1, 1, 30), "G": 0.02}, 4),
    ],
    ids=["ring", "chain", "shared", "pumped"],
)
def test_compiled_sweeps_are_those_of_numpy(model, values, quanta):
    arrays = {n: np.broadcast_to(x, 30).copy() for n, x in read_values(model, values).items()}
    one, two = (
        sylvester.solve_packs(model, arrays, quanta, density=True, compiled=compiled)
        for compiled in (False, True)
    )
    for name in ("sweeps", "converged", "doubtful"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    # round-off, which both estimate to its order
    assert np.all(abs(one.populations - two.populations) <= 10 * (one.error + two.error))
    for order in (1, 2):
        for mode in range(len(model.modes)):
            here = one.moment(mode, order), two.moment(mode, order)
            # the digit up to which no number may depend on how points are grouped
            np.testing.assert_allclose(*here, rtol=1e-11, atol=0)


def test_no_bit_depends_on_which_points_travel_together():
    points = {**RING, "Delta": np.linspace(0.5, 1.5, 40), "xi": np.linspace(0.01, 1.0, 40)}
    arrays = {
        n: np.broadcast_to(x, 40).copy() for n, x in read_values(kerr_ring.MODEL, points).items()
    }
    together = sylvester.solve_packs(kerr_ring.MODEL, arrays, 4).populations
    for first, last in ((0, 3), (3, 13), (30, 40)):
        some = {name: x[first:last] for name, x in arrays.items()}
        apart = sylvester.solve_packs(kerr_ring.MODEL, some, 4).populations
        # of one or two points BLAS adds up in another order
        np.testing.assert_allclose(apart, together[first:last], rtol=1e-13, atol=0)


def test_three_linear_modes_are_coherent_also_where_eigenvectors_coincide():
    # the sum of the outer modes and the middle one have losses that differ by 1/2, and one
    # eigenvector where their coupling sqrt(2) J is a quarter of that
    there = 1 / (8 * np.sqrt(2))
    couplings = there * (1 + np.array([0.0, 1e-12, 1e-9, 1e-6, 1e-3, *np.linspace(0.1, 2, 27)]))
    values = {**LINKS, "U": 0.0, "D": 0.0, "q": 0.5, "F": 0.02, "J": couplings}
    state = steady_state(CHAIN, values, quanta=4)
    assert "graded" in state.solver
    for i, J in enumerate(couplings):
        matrix = [[-0.5j, J, 0], [J, -0.25j, J], [0, J, -0.5j]]
        n = abs(linear_amplitudes(matrix, [0.02, 0, 0])) ** 2
        for mode in range(3):
            # the cut at four quanta leaves n^4/4! = 1e-11 of the brightest mode; 1e-8 is what the
            # sweeps allow for round-off
            assert state.number(CHAIN.modes[mode])[i] == pytest.approx(n[mode], rel=1e-8)


def test_a_point_at_which_a_mode_does_not_decay_is_not_converged_and_raises_nothing():
    model = Model(
        "a mode without a loss of its own, and two others",
        D * (Dagger(a) * a + Dagger(b) * b)
        + J * (Dagger(a) * c + Dagger(c) * a + Dagger(b) * c + Dagger(c) * b)
        + F * (a + Dagger(a)),
        (Loss(k, a), Loss(k, b)),
        F,
    )
    arrays = many(model, {"D": 0.3, "k": 1.0, "F": 0.01}, J=np.array([0.0, 0.5, 0.7]))
    assert not graded.solve(model, arrays, 3).converged[0]
    state = steady_state(model, {"D": 0.3, "k": 1.0, "F": 0.01, "J": 0.5}, quanta=3)
    together = steady_state(
        model, {"D": 0.3, "k": 1.0, "F": 0.01, "J": np.linspace(0.5, 1, 32)}, quanta=3
    )
    assert together.number(a)[0] == pytest.approx(state.number(a), rel=1e-9)


def test_no_number_depends_on_how_many_cores_there_are(monkeypatch):
    arrays = many(kerr_ring.MODEL, RING, Delta=np.linspace(-2, 2, 70))
    parts = []
    for cores, lanes in ((1, 32), (3, 7)):
        monkeypatch.setattr(threads, "cores", lambda cores=cores: cores)
        monkeypatch.setattr(sylvester, "LANES", lanes)
        parts.append(graded.solve(kerr_ring.MODEL, arrays, 3).populations)
    # a point that is done gets no more terms: only its place in a pack may differ
    np.testing.assert_allclose(*parts, rtol=1e-12, atol=0)
    assert threads.cores() >= 1
