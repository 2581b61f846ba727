"""The iteration over quantum jumps against the direct solve it replaces for large truncations."""

import numpy as np
import pytest
from scipy.sparse import csr_array
from sympy import I, Integer, Rational, Symbol
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import krylov
from numeric.solvers.eigenbasis import Eigenbasis, SchurBasis
from numeric.solvers.iteration import HermitianIteration
from numeric.solvers.iterative import SKEW, NoJumps, around_light, well_scaled
from numeric.solvers.krylov import FEWEST, Krylov, Rounds
from numeric.solvers.refinement import with_first_row
from numeric.solvers.triangular import BLOCK, sylvester
from systems import Emitters, Loss, Model
from systems.library import (
    jaynes_cummings,
    kerr,
    kerr_dimer,
    nanotip,
    parametric_kerr,
    second_harmonic,
)
from systems.values import read_values

a, b = BosonOp("a"), BosonOp("b")
F = Symbol("F", positive=True)
TIP = {"Delta": 0.3, "J": 0.9 - 0.4j, "chi": 1.1, "gamma": 1.0}


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (nanotip.MODEL, {**TIP, "xi": 1e-5}),
        (nanotip.MODEL, {**TIP, "xi": 0.9}),
        (nanotip.MODEL, {**TIP, "chi": 0.0, "xi": 0.3}),
        (jaynes_cummings.MODEL, jaynes_cummings.VALUES),
        (parametric_kerr.MODEL, {**parametric_kerr.VALUES, "xi": 0.3, "G": 0.1j}),
        (second_harmonic.MODEL, second_harmonic.VALUES),
    ],
)
def test_it_agrees_with_the_direct_solve(model, values):
    iterated, direct = (
        steady_state(model, values, quanta=5, solver=name) for name in ("iterative", "direct")
    )
    assert iterated.solver == "iterative"
    for mode in model.modes:
        # round-off of both
        np.testing.assert_allclose(iterated.number(mode), direct.number(mode), rtol=1e-11, atol=0)
        g2 = direct.correlation(mode)
        np.testing.assert_allclose(iterated.correlation(mode), g2, rtol=1e-10, atol=0)


def test_the_preconditioner_inverts_the_evolution_without_jumps():
    values = {**TIP, "xi": 0.4}
    equation = liouvillian(nanotip.MODEL, 3)
    c = equation.coefficients({k: v[None] for k, v in read_values(nanotip.MODEL, values).items()})
    K, generator = equation.effective(c[0]), np.random.default_rng(1)
    F = generator.normal(size=K.shape) + 1j * generator.normal(size=K.shape)
    F += F.conj().T
    X = NoJumps(K)(F.ravel()).reshape(F.shape)
    assert X[0, 0] == pytest.approx(F[0, 0], rel=1e-12)
    # the vacuum's own loss, e = (K psi)_0, belongs to what is left out
    psi = np.linalg.solve(np.vstack([np.eye(len(K))[0], K[1:]]), np.eye(len(K))[0])
    K[0, 0] -= K[0] @ psi
    left = -1j * (K @ X - X @ K.conj().T)
    # element 00 of the equation is dropped; in the basis of psi it stands for psi psi'
    left -= left[0, 0] * np.outer(psi, psi.conj())
    left[0, 0] = F[0, 0]
    np.testing.assert_allclose(left, F, rtol=1e-10, atol=1e-12)  # round-off of elements of order 1


def dimer(quanta, s, **values):
    """Two Kerr modes on a cut, in units of s."""
    values |= {"Delta": 0.7, "J": 1.3, "gamma": 1.0}
    arrays = {k: v[None] for k, v in read_values(kerr_dimer.MODEL, values).items()}
    equation = liouvillian(kerr_dimer.MODEL, quanta)
    ((c,), _) = equation.rows(arrays)
    return equation.scaled(c, s)


def hermitian(count, seed):
    """A Hermitian matrix of so many random elements."""
    size = round(count**0.5)
    X = np.random.default_rng(seed).normal(size=(2, size, size))
    return X[0] + X[0].T + 1j * (X[1] - X[1].T)


def solved(point):
    """What GMRES makes of the vacuum at a point, flattened."""
    source = -point.L @ np.eye(1, len(point.K) ** 2, dtype=complex)[0]
    source[0] = 0
    system = with_first_row(point.L, np.eye(1, source.size)[0])
    return HermitianIteration(system, NoJumps(point.K)).solve(source)


@pytest.mark.parametrize("size", [5, 33, 100])
@pytest.mark.parametrize("basis", [Eigenbasis, SchurBasis])
def test_hermitian_matrices_are_inverted_in_either_basis(size, basis):
    """Blocks that are whole, cut or one alone; all eigenvalues decay, so that X is the only one."""
    K = hermitian(size**2, 4) / size - 1j * np.diag(np.arange(1, size + 1) / size)
    K[0] += 0.5  # no normal matrix
    F = hermitian(size**2, 5)
    X = basis(K).sylvester(F)
    np.testing.assert_allclose(X, X.conj().T, atol=0, rtol=1e-9)
    # round-off of `size` products, of eigenvectors that are not orthogonal
    np.testing.assert_allclose(-1j * (K @ X - X @ K.conj().T), F, rtol=0, atol=1e-11 * abs(X).max())


def test_steps_see_hermitian_matrices_as_real_ones_of_the_same_size():
    one = HermitianIteration(np.eye(29), NoJumps(np.diag([0, -1j])), sizes=[5, 2])
    X, Y = (np.append(hermitian(25, seed), hermitian(4, seed)) for seed in (6, 7))
    seen = [one._packed(flat) for flat in (X, Y)]
    # real linear, and products are those of matrices, tr(X'Y)
    np.testing.assert_allclose(seen[0] @ seen[1], np.vdot(X, Y).real, rtol=1e-13)
    np.testing.assert_allclose(one._unpacked(2 * seen[0] - seen[1]), 2 * X - Y, rtol=0, atol=1e-14)


def test_raising_the_scale_makes_eigenvectors_good_and_solves_what_failed():
    # two modes with amplitudes of 0.6, in units of a hundredth: eigenvectors are nearly parallel
    point = dimer(6, 0.01, U=0.05, F=0.6)
    better, inverse = well_scaled(point)
    assert inverse.skew <= SKEW < NoJumps(point.K).skew
    # the same matrix, however it was reached: to the digits that parallel vectors lose
    np.testing.assert_allclose(inverse.skew, NoJumps(better.K).skew, rtol=1e-6)
    assert np.isnan(solved(point)).any()
    assert np.isfinite(solved(better)).all()


@pytest.mark.parametrize("U", [0.0, 0.942])
def test_a_warm_mode_that_loses_little_is_iterated(U: float) -> None:
    """Half a thermal quantum in a mode of a sixth of the loss: none was found for U = 0.942."""
    a, b = BosonOp("a"), BosonOp("b")
    nth, xi = (Symbol(name, positive=True) for name in ("nth", "xi"))
    kerr, kept = Symbol("U", real=True), Symbol("kappa", positive=True)
    hop = Rational(7, 10) * (Dagger(a) * b + Dagger(b) * a)
    losses = Loss(Integer(1), a), Loss(kept * (nth + 1), b), Loss(kept * nth, Dagger(b))
    H = kerr * Dagger(a) ** 2 * a**2 + hop + xi * (a + Dagger(a))
    model = Model(name="warm pair", hamiltonian=H, losses=losses, drive=xi)
    values = {"U": U, "nth": 0.492, "kappa": 0.156, "xi": 0.103}
    found = steady_state(model, values, quanta={"a": 7, "b": 20}, solver="iterative")
    assert found.status == "ok"
    if not U:  # linear light is known without a cut; beyond 20 quanta lies less than 1e-8 of n
        whole = steady_state(model, values)
        numbers = [[state.number(mode) for mode in "ab"] for state in (found, whole)]
        np.testing.assert_allclose(*numbers, rtol=1e-7)


def test_steps_of_one_solve_serve_the_next_one():
    point = dimer(7, 1.0, U=1.0, F=1.0)
    system = csr_array(with_first_row(point.L, np.eye(1, len(point.K) ** 2)[0]))
    first, second = (hermitian(system.shape[0], seed).ravel() for seed in (2, 3))
    parts = system.dot, system.shape[0], complex, NoJumps(point.K)
    fresh, kept = (Krylov(*parts) for _ in range(2))
    counts = [0]
    for source in (first, second, first - 2 * second):
        source /= np.linalg.norm(source)
        # what was asked for, and the digits that the basis loses
        assert np.linalg.norm(system @ kept(source, 1e-9) - source) < 2e-9
        counts.append(kept.count)
    fresh(second, 1e-9)
    assert counts[2] - counts[1] < fresh.count  # what was found for the first one helps
    assert counts[3] - counts[2] <= 2  # a sum of both is known already, up to their tolerance


def test_steps_in_single_precision_keep_their_digits_where_what_is_left_stagnates():
    # turning n numbers by one leaves a residual of nearly one for n - 1 steps, and then none
    n = 60

    def turned(x):
        return np.roll(x, 1) + np.float32(1e-3) * x

    steps, source = Krylov(turned, n, np.float32), np.eye(1, n, dtype=np.float32)[0]
    found = steps(source, 1e-4)
    assert steps.count == n
    # round-off of n steps; residuals alone as steps are nearly parallel and lose two digits more
    assert np.linalg.norm(turned(found) - source) < n * np.finfo(np.float32).eps


def test_a_solve_whose_room_runs_out_goes_on_afresh(monkeypatch):
    monkeypatch.setattr(krylov, "MEMORY", 0)  # room for few steps
    values = np.linspace(1, 1e3, 400)
    steps = Krylov(values.__mul__, len(values), np.float64)
    solve = Rounds(values.__mul__, steps, lambda: steps)
    one = (np.arange(400) % 10 == 0) * 1.0
    two = 1 - one
    solve(one, 1e-9, 1e-6)
    assert 20 < FEWEST - steps.count < 60
    # what is kept of these elements is no help with the others, and they need more steps than fit
    steps(two / np.linalg.norm(two), 1e-12)
    assert steps.cut
    assert steps.count == FEWEST
    found = solve(two, 1e-6, 1e-6)
    assert not steps.cut
    assert np.linalg.norm(values * found - two) <= 1e-6 * np.linalg.norm(two)


def test_jumps_around_the_light_make_eigenvectors_good_behind_a_cascade():
    flow = I / 2 * (Dagger(b) * a - Dagger(a) * b)
    H = 5 * Dagger(b) ** 2 * b**2 - flow + F * (a + Dagger(a))
    cascade = Model("cascade", H, (Loss(Integer(1), a + b),), F)
    equation = liouvillian(cascade, 9)
    ((c,), _) = equation.rows({"F": np.array([0.5])})
    K = equation.scaled(c, 1.0).K
    # two equal cavities in a row are an exceptional point
    assert around_light(K, equation.losses(c)).skew < NoJumps(K).skew / 100
    direct, iterated = (
        steady_state(cascade, {"F": 0.5}, quanta=7, solver=name) for name in ("direct", "iterative")
    )
    assert iterated.solver == "iterative"
    # round-off of both
    np.testing.assert_allclose(iterated.correlation("b"), direct.correlation("b"), rtol=1e-10)


def test_corrections_in_single_precision_leave_the_accuracy_as_it_is():
    values = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 0.3}
    iterated, direct = (
        steady_state(kerr_dimer.MODEL, values, quanta=7, solver=name)
        for name in ("iterative", "direct")
    )
    assert iterated.solver == "iterative"
    (one,), (other,) = iterated.blocks, direct.blocks
    # both know their round-off
    error = one.error + other.error + 1e-13 * other.populations
    assert np.all(abs(one.populations - other.populations) <= error)
    assert np.all(one.error < 1e-10 * one.populations)


def test_it_takes_over_for_large_truncations():
    state = steady_state(nanotip.MODEL, {**TIP, "xi": 0.9}, quanta=12)
    assert state.solver == "iterative"
    finer = steady_state(nanotip.MODEL, {**TIP, "xi": 0.9}, quanta=14)
    # what the cut at 12 quanta costs here
    np.testing.assert_allclose(finer.correlation("a1"), state.correlation("a1"), rtol=1e-6)


@pytest.mark.slow
def test_the_direct_solve_takes_over_where_the_vacuum_is_empty():
    # 36 photons of coherent light: the vacuum is left with e^-36
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 3.0}
    state = steady_state(kerr.MODEL, values, quanta=75, solver="iterative")
    assert state.solver == "direct"
    np.testing.assert_allclose(state.number("a"), 36.0, rtol=1e-6, atol=0)  # tail beyond 75


def cascade(*modes, U=4):
    """Modes that feed one another one way only; all but the first are Kerr modes.

    H. J. Carmichael, Phys. Rev. Lett. 70, 2273 (1993): L = sum a_i, H = -(i/2) sum a_j' a_i + h.c.
    """
    pairs = [(x, y) for i, x in enumerate(modes) for y in modes[i + 1 :]]
    H = sum(-I / 2 * (Dagger(y) * x - Dagger(x) * y) for x, y in pairs)
    H += sum(Integer(U) / 2 * Dagger(x) ** 2 * x**2 for x in modes[1:])
    return Model("cascade", H + F * (a + Dagger(a)), (Loss(Integer(1), sum(modes)),), F)


def test_what_follows_in_a_cascade_is_not_felt_by_what_comes_before():
    """All modes decay alike, and K has no more than a few directions of eigenvectors."""
    c, drive = BosonOp("c"), 0.02
    three = steady_state(cascade(a, b, c), {"F": drive}, quanta=7, solver="iterative")
    two = steady_state(cascade(a, b), {"F": drive}, quanta=8, solver="direct")
    assert three.solver == "iterative"  # it does not hand over to the other
    assert three.number(a) == pytest.approx(4 * drive**2, rel=1e-9)  # linear, and first
    for order in (
        2,
        3,
    ):  # what an eighth quantum adds is of the order of (2 drive)^(2 * (8 - order))
        alone = two.correlation(b, order)
        assert three.correlation(b, order) == pytest.approx(alone, rel=1e-8)


def in_a_cavity(lowering, *losses):
    """Light that a lowering operator takes and gives back, on resonance."""
    H = 3 * (Dagger(a) * lowering + Dagger(lowering) * a) + F * (a + Dagger(a))
    return Model("atoms in a cavity", H, (Loss(Integer(1), a), *losses), F)


THREE = [SigmaMinus(name) for name in "stu"]
FOUR = Emitters("S", 4, symmetric=True).lowering


@pytest.mark.parametrize(
    "model",
    [
        in_a_cavity(sum(THREE), *(Loss(Rational(1, 5), s) for s in THREE)),
        in_a_cavity(FOUR, Loss(Rational(1, 5), FOUR)),
    ],
)
def test_light_beside_many_levels_is_iterated_and_factors_agree(model):
    """Their factors are no band, and take several times as long."""
    chosen, factors = (
        steady_state(model, {"F": 0.05}, quanta=8, solver=name) for name in ("auto", "direct")
    )
    assert (chosen.solver, factors.solver) == ("iterative", "direct")
    for order in (2, 3):  # round-off of both
        found = chosen.correlation(a, order)
        assert found == pytest.approx(factors.correlation(a, order), rel=1e-8)


def test_blocks_solve_the_sylvester_equation_of_a_single_exceptional_point():
    generator, size = np.random.default_rng(3), 3 * BLOCK + 5
    T = np.triu(generator.normal(size=(size, size)), 1) / size - 0.5j * np.eye(size)
    F = hermitian(size**2, 3)
    for number, digits in ((complex, 1e-12), (np.complex64, 1e-3)):
        X = sylvester(T.astype(number), F.astype(number)).astype(complex)
        left = -1j * (T @ X - X @ T.conj().T)
        assert np.linalg.norm(left - F) < digits * np.linalg.norm(X)  # round-off


@pytest.mark.parametrize("solver", ["iterative", "direct", "qutip", "auto"])
def test_an_occupation_that_nothing_changes_is_not_the_only_one(solver: str) -> None:
    """A mode that only dephases keeps every occupation that it has, whatever the other does."""
    model = Model(
        "a mode beside one that dephases",
        F * (a + Dagger(a)) + Dagger(b) * b,
        (Loss(Integer(1), a), Loss(Integer(1), Dagger(b) * b)),
        F,
    )
    quanta = 9 if solver == "auto" else 3  # "auto" iterates over 55 states, not over ten
    state = steady_state(model, {"F": 0.1}, quanta, solver=solver)
    assert state.number_status("b") == "not unique"
