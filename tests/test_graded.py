"""The sweeps over the grades: exact solutions, symmetries, and the direct solver as judge."""

import numpy as np
import pytest
import sympy as sp
from oracles import kerr_moment, linear_amplitudes
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers import direct as reference
from numeric.solvers import graded
from numeric.solvers.graded import sweeps
from numeric.solvers.graded.problem import pose
from systems import Loss, Model
from systems.grading import NoGrading
from systems.library import nanotip, second_harmonic
from systems.values import read_values

Delta, chi, g = sp.symbols("Delta chi g", real=True)
gamma, kappa, xi = sp.symbols("gamma kappa xi", positive=True)
J = sp.Symbol("J", complex=True)
a, b, s = BosonOp("a"), BosonOp("b"), SigmaMinus("s")
KERR = Model(
    "driven Kerr mode",
    Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (Dagger(a) + a),
    (Loss(gamma, a),),
    xi,
)
DEPHASED = Model(
    "Kerr mode with dephasing", KERR.hamiltonian, (Loss(gamma, a), Loss(kappa, Dagger(a) * a)), xi
)
PAIR = Model(
    "two modes, one of them nonlinear",
    Delta * (Dagger(a) * a + Dagger(b) * b)
    + chi * Dagger(b) ** 2 * b**2
    + J * Dagger(a) * b
    + sp.conjugate(J) * Dagger(b) * a
    + xi * (Dagger(a) + a),
    (Loss(gamma, a), Loss(kappa, b)),
    xi,
)
ATOM = Model(
    "atom in a cavity, collective and single losses",
    Delta * Dagger(a) * a
    + g * (Dagger(a) * s + Dagger(s) * a)
    + xi * (sp.I * Dagger(a) - sp.I * a),
    (Loss(gamma, a), Loss(kappa, s), Loss(gamma / 3, a + s / 2), Loss(kappa / 5, a**2)),
    xi,
)
SQUEEZED = Model(
    "one- and two-photon drive",
    KERR.hamiltonian + sp.I * g * (Dagger(a) ** 2 - a**2),
    (Loss(gamma, a),),
    xi,
    {g: 2},
)
SECOND = {"Delta_a": 0.3, "Delta_b": -0.2, "F": 0.1, "g": 0.8, "kappa_a": 1.0, "kappa_b": 2.0}
ONE = {"Delta": 0.4, "gamma": 1.0, "xi": 0.1}


def solve(model, quanta, **values):
    return graded.solve(model, read_values(model, values), quanta)


def in_fock_basis(model, quanta, **values):
    """The same without a common eigenbasis: the general road."""
    arrays = {n: np.atleast_1d(v) for n, v in read_values(model, values).items()}
    problem = pose(model, arrays, quanta, diagonal=False)
    return sweeps._read(problem, sweeps._solve(problem, 1e-11, 60), 1e-11)


@pytest.mark.parametrize(
    ("model", "values"),
    [
        (KERR, {**ONE, "chi": 2.0}),
        (DEPHASED, {**ONE, "chi": 2.0, "kappa": 3.0}),
        (nanotip.MODEL, {**ONE, "J": 0.7 + 0.4j, "chi": 1.0}),
        (PAIR, {**ONE, "J": 0.7 + 0.4j, "chi": -3.0, "kappa": 0.2}),
        (ATOM, {**ONE, "g": 1.5, "kappa": 0.6}),
        (SQUEEZED, {**ONE, "chi": 1.0, "g": 0.02}),
        (second_harmonic.MODEL, SECOND),
    ],
    ids=lambda value: value.name if isinstance(value, Model) else "",
)
def test_populations_and_coherences_are_those_of_the_direct_solver(model, values):
    arrays = {n: np.atleast_1d(v) for n, v in read_values(model, values).items()}
    fast, slow = graded.solve(model, arrays, 5), reference.solve(liouvillian(model, 5), arrays)
    assert fast.converged.all()
    # the series stops at 1e-11; both solvers keep relative accuracy
    np.testing.assert_allclose(fast.populations, slow.populations, rtol=1e-9, atol=0)
    rho = graded.solve(model, arrays, 5, density=True).density
    assert rho.dtype == complex  # not a longer type, which linear algebra refuses
    size = np.sqrt(slow.populations[:, :, None] * slow.populations[:, None])
    assert np.max(abs(rho - slow.rho) / (size + 1e-300)) < 1e-9  # an unreachable state is 0/0


@pytest.mark.parametrize("xi", [1e-7, 1e-3, 0.1, 0.3])
def test_moments_of_a_kerr_mode_are_exact_at_any_drive(xi):
    detunings, one = np.array([0.0, 0.7, -2.5]), {"chi": 2.0, "gamma": 1.0, "xi": xi}
    state = solve(KERR, 14, Delta=detunings, **one)
    assert state.converged.all()
    for order in (1, 2, 3, 4):
        exact = [float(kerr_moment(order, order, Delta=d, **one).real) for d in detunings]
        # the cut at 14 quanta and the end of the series are below 1e-11
        np.testing.assert_allclose(state.moment(0, order), exact, rtol=1e-10, atol=0)


def test_no_bit_depends_on_how_many_cores_there_are(monkeypatch):
    found = set()
    for cores in (1, 3):
        monkeypatch.setattr(sweeps, "cores", lambda cores=cores: cores)
        some = solve(KERR, 6, Delta=np.linspace(-2, 2, 500), chi=1.0, gamma=1.0, xi=0.1)
        found.add(some.populations.tobytes())
    assert len(found) == 1


def test_both_bases_give_the_same_map():
    values = {
        "Delta": np.linspace(-5, 5, 21)[:, None],
        "J": np.linspace(0, 3, 7) * np.exp(0.9j),
        "chi": 1.0,
        "gamma": 1.0,
        "xi": 0.1,
    }
    assert pose(nanotip.MODEL, flat(nanotip.MODEL, values), 5).is_rotated
    normal, fock = (
        solve(nanotip.MODEL, 5, **values),
        in_fock_basis(nanotip.MODEL, 5, **flat(nanotip.MODEL, values)),
    )
    assert normal.populations.shape == (21, 7, 21)
    wanted = fock.populations.reshape(normal.populations.shape)
    # round-off may reach 1e-8 of a population above 1e-30, and is below 1e-13 in g2
    np.testing.assert_allclose(normal.populations, wanted, rtol=1e-8, atol=1e-30)
    g2 = [
        f @ normal.space.falling(0, 2) / (f @ normal.space.falling(0, 1)) ** 2
        for f in (normal.populations, wanted)
    ]
    np.testing.assert_allclose(*g2, rtol=1e-10, atol=0)


def flat(model, values):
    """The values as arrays of one dimension."""
    return {name: array.ravel() for name, array in read_values(model, values).items()}


def test_two_linear_modes_at_their_exceptional_point_are_coherent():
    # equal detunings and J = |gamma - kappa|/4: H_eff of one quantum has one eigenvector only
    values = {"Delta": 0.0, "J": 0.2, "chi": 0.0, "gamma": 1.0, "kappa": 0.2, "xi": 0.05}
    state = solve(PAIR, 8, **values)
    amplitudes = linear_amplitudes([[-0.5j, 0.2], [0.2, -0.1j]], [0.05, 0])
    mean = abs(amplitudes) ** 2
    for mode in (0, 1):
        # the cut at 8 quanta leaves mean**8/8! = 1e-12
        moments = [state.moment(mode, k) for k in (1, 2, 3)]
        np.testing.assert_allclose(moments, mean[mode] ** np.arange(1, 4), rtol=1e-9, atol=0)


def test_nothing_happens_at_the_exceptional_point_of_a_nonlinear_pair():
    J = 0.2 * (1 + np.array([-1e-4, 0, 1e-4]))
    values = {"Delta": 0.0, "J": J, "chi": 1.5, "gamma": 1.0, "kappa": 0.2, "xi": 0.05}
    below, at, above = np.log(solve(PAIR, 5, **values).populations)
    # an analytic function of J: its second difference is of the order 1e-8
    assert np.max(abs(below + above - 2 * at)) < 1e-6
    assert np.max(abs(above - below)) > 1e-6


def test_only_the_size_of_a_coupling_matters():
    phases = np.exp(1j * np.linspace(0, 2 * np.pi, 7))
    for model, chi in ((nanotip.MODEL, 1.0), (PAIR, -2.0)):
        extra = {"kappa": 0.4} if model is PAIR else {}
        state = solve(model, 4, **ONE, J=0.8 * phases, chi=chi, **extra)
        # the phase is removed exactly, but for its rounding
        np.testing.assert_allclose(
            state.populations, np.broadcast_to(state.populations[0], (7, 15)), rtol=1e-12, atol=0
        )


def test_the_phase_around_a_ring_of_three_modes_matters_and_is_right():
    modes = [BosonOp(name) for name in "abc"]
    phi = sp.Symbol("phi", real=True)
    hops = sp.Add(
        *(
            sp.exp(sp.I * phi / 3) * Dagger(modes[i]) * modes[i - 1] * J
            + sp.exp(-sp.I * phi / 3) * Dagger(modes[i - 1]) * modes[i] * sp.conjugate(J)
            for i in range(3)
        )
    )
    kerr = sp.Add(*(chi * Dagger(m) ** 2 * m**2 for m in modes))
    ring = Model(
        "ring", hops + kerr + xi * (Dagger(a) + a), tuple(Loss(gamma, m) for m in modes), xi
    )
    values = {"phi": np.array([0.0, 1.0]), "J": 0.5, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    fast = solve(ring, 3, **values)
    slow = reference.solve(liouvillian(ring, 3), flat(ring, values))
    np.testing.assert_allclose(fast.populations, slow.populations, rtol=1e-9, atol=0)
    assert abs(fast.moment(1)[0] / fast.moment(1)[1] - 1) > 1e-2


def test_small_populations_keep_their_digits_however_weak_the_coupling():
    J = np.array([1e-5, 2e-5])
    state = solve(nanotip.MODEL, 4, **ONE, J=J, chi=1.0)
    # n quanta in the second mode were exchanged one by one: P_0n goes as J**(2 n)
    for n in (1, 2, 3):
        at = state.space.position((0, n))
        ratio = state.populations[1, at] / state.populations[0, at]
        # corrections are of the order J**2 = 1e-10
        assert ratio == pytest.approx(4**n, rel=1e-8)


def test_an_empty_mode_is_exactly_empty():
    state = solve(nanotip.MODEL, 4, **ONE, J=0.0, chi=1.0)
    assert state.moment(1) == 0
    assert solve(nanotip.MODEL, 4, **{**ONE, "xi": 0.0}, J=0.3, chi=1.0).populations[0] == 1


def test_a_point_does_not_depend_on_its_batch():
    values = {"Delta": np.linspace(-2, 2, 100), "J": 0.7, "chi": 1.0, "gamma": 1.0, "xi": 0.2}
    batch = solve(nanotip.MODEL, 4, **values)
    alone = solve(nanotip.MODEL, 4, **{**values, "Delta": values["Delta"][17]})
    # other points of the batch may ask for more sweeps, which change less than 1e-11
    np.testing.assert_allclose(batch.populations[17], alone.populations, rtol=1e-9, atol=0)


def test_points_in_no_order_are_swept_beside_others_of_their_drive_and_come_back_in_it():
    rng = np.random.default_rng(3)
    drawn = {"Delta": rng.uniform(-3, 3, 4096), "xi": rng.uniform(0.01, 0.4, 4096)}
    batch = solve(KERR, 12, **drawn, chi=1.0, gamma=1.0)
    one = {name: x[:32] for name, x in drawn.items()}  # as they come
    some = solve(KERR, 12, **one, chi=1.0, gamma=1.0)
    both = batch.converged[:32] & some.converged
    assert both.sum() > 28
    # other points of a pack may ask for more sweeps, which change less than 1e-11
    np.testing.assert_allclose(
        batch.populations[:32][both], some.populations[both], rtol=1e-9, atol=0
    )
    assert batch.sweeps.mean() < 0.8 * some.sweeps.max()


def test_a_slab_is_brief_at_any_cut_and_changes_no_bit(monkeypatch):
    values = {"Delta": np.linspace(-3, 3, 2000), "J": 1.0, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
    arrays = {n: np.broadcast_to(x, 2000) for n, x in read_values(nanotip.MODEL, values).items()}
    slabs, spread = [], sweeps.spread

    def counted(work, starts, threads):
        slabs.append(len(starts))
        return spread(work, starts, threads)

    monkeypatch.setattr(sweeps, "cores", lambda: 1)  # of many each takes a pack at a time anyway
    monkeypatch.setattr(sweeps, "spread", counted)
    whole = graded.solve(nanotip.MODEL, arrays, 4)
    monkeypatch.setattr(sweeps, "BRIEF", 0)  # each pack by itself
    parted = graded.solve(nanotip.MODEL, arrays, 4)
    assert slabs[0] < slabs[1]
    np.testing.assert_array_equal(parted.populations, whole.populations)


def test_the_correction_to_leading_order_is_second_order_in_the_drive():
    drives = np.geomspace(1e-3, 1e-2, 4)
    state = solve(KERR, 6, Delta=0.3, chi=1.0, gamma=1.0, xi=drives)
    g2 = state.moment(0, 2) / state.moment(0) ** 2
    limit = abs((0.3 - 0.5j) / (1.3 - 0.5j)) ** 2
    slope = np.polyfit(np.log(drives), np.log(abs(g2 / limit - 1)), 1)[0]
    # the next order, drives**4, bends the line by 1e-4
    assert slope == pytest.approx(2, abs=1e-3)


def test_points_where_the_series_diverges_are_reported():
    state = solve(KERR, 8, Delta=0.0, chi=0.1, gamma=1.0, xi=np.array([0.1, 5.0]))
    assert list(state.converged) == [True, False]


def test_a_series_that_starts_quickly_and_goes_on_slowly_is_not_cut_short():
    # on two-photon resonance, far from the one-photon resonance, the second correction is 1e-6
    # of the first, the third 1e-2 of the second
    values = {"Delta": -1.0, "chi": 1.0, "gamma": 1e-3, "xi": 3e-4}
    arrays = {n: np.atleast_1d(v) for n, v in values.items()}
    fast, slow = graded.solve(KERR, arrays, 5), reference.solve(liouvillian(KERR, 5), arrays)
    assert fast.converged
    np.testing.assert_allclose(fast.populations, slow.populations, rtol=1e-10, atol=0)


def test_a_mode_that_never_decays_is_reported():
    dark = Model(
        "dark",
        KERR.hamiltonian + Delta * Dagger(b) * b + xi * (b + Dagger(b)),
        (Loss(gamma, a),),
        xi,
    )
    state = solve(dark, 3, Delta=0.0, chi=1.0, gamma=1.0, xi=0.1)
    assert not state.converged


def test_heat_is_refused():
    hot = Model("hot", KERR.hamiltonian, (Loss(gamma, a), Loss(kappa, Dagger(a))), xi)
    with pytest.raises(NoGrading, match="must not raise the number of quanta"):
        solve(hot, 4, **ONE, chi=1.0, kappa=0.1)
