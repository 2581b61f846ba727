"""A model as QuTiP has it: other people's solvers on it find what ours do."""

import numpy as np
import pytest
import qutip
import xarray as xr
from sympy import symbols
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state, to_qutip
from systems import Emitters, Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer

# QuTiP's steady state has an absolute error of 1e-15 to 1e-16 in rho, and n^2 here is above 1e-5
ABOVE_ITS_FLOOR = 1e-8
BOTH_CUTS = 1e-7  # populations of five and six quanta that a cut leaves out, at n = 0.01
ATOM = {"Delta_a": 1.0, "Delta_s": 1.2, "g": 1.0, "kappa": 1.0, "gamma": 0.6, "xi": 0.2}
DIMER = {"Delta": 0.3, "U": 0.2, "J": 1.5, "gamma": 1.0, "F": 0.1}


@pytest.mark.parametrize("restricted", [False, True])
@pytest.mark.parametrize(
    ("model", "values", "mode"),
    [(jaynes_cummings.MODEL, ATOM, "a"), (kerr_dimer.MODEL, DIMER, "b")],
)
def test_its_steady_state_is_ours(model, values, mode, restricted):
    H, c_ops = to_qutip(model, values, quanta=6, restricted=restricted)
    rho = qutip.steadystate(H, c_ops)
    state = steady_state(model, values, quanta=6)
    index = model.index(mode)
    if restricted:
        n = np.diag(state.occupations[:, index])
        number = np.trace(n @ rho.full()).real
        tolerance = ABOVE_ITS_FLOOR
    else:
        number = qutip.expect(qutip.num(rho.dims[0][index]), rho.ptrace(index))
        tolerance = 1e-5  # seven levels a mode are another cut than six quanta in all
    assert number == pytest.approx(float(state.number(mode)), rel=tolerance)


def test_the_restricted_space_is_laid_out_like_the_restricted_density_matrix():
    H, c_ops = to_qutip(kerr_dimer.MODEL, DIMER, quanta=4, restricted=True)
    rho = steady_state(kerr_dimer.MODEL, DIMER, quanta=4).restricted_density_matrix()
    L = qutip.liouvillian(H, c_ops).full()
    # columns are stacked there; what is left of terms of order one is round-off
    assert np.max(abs(L @ rho.ravel(order="F"))) < 1e-13


def test_modes_may_have_different_numbers_of_levels():
    H, _ = to_qutip(kerr_dimer.MODEL, DIMER, quanta={"a": 2, "b": 4})
    assert H.dims == [[3, 5], [3, 5]]


def test_a_drive_that_depends_on_time_is_a_qobjevo():
    shape = {**ATOM, "xi": lambda t: 0.2 * np.exp(-(t**2)), "kappa": lambda t: 1 + t}
    H, c_ops = to_qutip(jaynes_cummings.MODEL, shape, quanta=3)
    assert isinstance(H, qutip.QobjEvo)
    still, [loss, _] = to_qutip(
        jaynes_cummings.MODEL, {**ATOM, "xi": 0.2 * np.exp(-0.25), "kappa": 1.5}, quanta=3
    )
    # the same numbers from the same formula: rounding
    assert (H(0.5) - still).norm() < 1e-13
    assert (c_ops[0](0.5) - loss).norm() < 1e-13


def test_a_data_array_of_times_is_a_spline_through_its_points():
    t = np.linspace(-2, 2, 81)
    series = xr.DataArray(0.2 * np.exp(-(t**2)), coords={"time": t}, dims="time")
    H, _ = to_qutip(kerr.MODEL, {**kerr.VALUES, "xi": series}, quanta=2)
    exact, _ = to_qutip(kerr.MODEL, {**kerr.VALUES, "xi": 0.2 * np.exp(-(0.33**2))}, quanta=2)
    # a cubic spline errs by about f''''h^4/384 = 12 * 0.2 * 0.05^4/384
    assert (H(0.33) - exact).norm() < 1e-6
    with pytest.raises(ValueError, match="must be known at the time 3"):
        H(3.0)


@pytest.mark.parametrize(
    ("change", "quanta", "match"),
    [
        ({"xi": [0.1, 0.2]}, 3, "must hold numbers"),
        ({"xi": lambda t: "strong"}, 3, "must be a number at every time"),
        ({"kappa": lambda t: -1.0}, 3, "must not be negative"),
        ({}, {"b": 3}, "must hold a number for mode `a`"),
        ({}, 20_000, "states of the product space"),
    ],
)
def test_bad_input_gets_one_clear_sentence(change, quanta, match):
    with pytest.raises((ValueError, TypeError), match=match):
        to_qutip(jaynes_cummings.MODEL, {**ATOM, **change}, quanta)


@pytest.mark.parametrize("xi", [0.2, 1e-3])
def test_the_mean_of_any_operator_follows_from_the_equations_of_motion(xi):
    # d<a>/dt = 0 = -i (Delta <a> + 2 chi <a'aa> + xi) - gamma/2 <a>
    values = {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": xi}
    state, a = steady_state(kerr.MODEL, values), kerr.a
    mean, cubed = state.expect(a), state.expect(Dagger(a) * a**2)
    left = -1j * (0.3 * mean + 2 * 0.7 * cubed + xi) - mean / 2
    assert abs(left) < 1e-12 * xi  # round-off of terms of order xi
    assert state.amplitude("a") == mean
    assert state.expect(Dagger(a) * a) == pytest.approx(float(state.number("a")), rel=1e-12)
    assert np.isrealobj(state.expect(kerr.xi * (a + Dagger(a))))


def test_a_mean_below_round_off_or_beyond_the_cut_is_not_returned():
    quiet = steady_state(kerr.MODEL, {**kerr.VALUES, "xi": 0.0}, quanta=4)
    assert quiet.expect(kerr.a) == 0  # the vacuum is exact
    linear = steady_state(kerr.MODEL, {**kerr.VALUES, "chi": 0.0})
    assert linear.expect_status(kerr.a * kerr.a + 0.04) == "not resolved"  # <aa> = -(2 xi/gamma)^2
    hot = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 3.0}  # 36 quanta
    state = steady_state(kerr.MODEL, hot, quanta=4)
    assert state.expect_status(kerr.a) == "not converged"
    assert np.isnan(state.expect(kerr.a))


def test_the_distribution_of_one_mode_is_a_sum_of_probabilities():
    state = steady_state(kerr_dimer.MODEL, {**DIMER, "F": [0.1, 0.02]}, quanta=5)
    found = state.distribution("b")
    assert found.shape == (2, 6)
    whole = sum(state.estimate("probability", (n, 1)).value for n in range(5))
    np.testing.assert_allclose(found[:, 1], whole, rtol=1e-12, atol=0)  # round-off
    values = state.estimate("marginal", "b", 0).value
    total = values + sum(state.estimate("marginal", "b", n).value for n in range(1, 6))
    np.testing.assert_allclose(total, 1, rtol=1e-12, atol=0)


def test_an_operator_may_hold_symbols_of_the_model_and_nothing_else():
    state = steady_state(kerr.MODEL, {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.3})
    # the light of a linear mode is coherent, -2i xi/gamma: the field a + 2i xi/gamma is dark
    assert state.expect_status(kerr.a + 2j * kerr.xi / kerr.gamma) == "not resolved"
    with pytest.raises(ValueError, match="must hold the model's symbols only"):
        state.expect(kerr.a * kerr_dimer.J)
    with pytest.raises(ValueError, match="must hold the modes a only, but holds `b`"):
        state.expect(kerr_dimer.b)


def assert_same_light(ours: qutip.Qobj, theirs: qutip.Qobj) -> None:
    """Of one mode: all elements on the smaller space, and the Wigner function."""
    size, x = min(ours.shape[0], theirs.shape[0]), np.linspace(-2, 2, 5)
    first, second = (rho.full()[:size, :size] for rho in (ours, theirs))
    np.testing.assert_allclose(first, second, rtol=0, atol=BOTH_CUTS)
    wigner = [qutip.wigner(rho, x, x) for rho in (ours, theirs)]
    np.testing.assert_allclose(*wigner, rtol=0, atol=10 * BOTH_CUTS)


def test_light_of_a_box_cut_is_that_of_matrices_built_by_hand():
    state = steady_state(kerr_dimer.MODEL, DIMER, quanta={"a": 5, "b": 6})
    rho = state.density_matrix()
    a = qutip.tensor(qutip.destroy(8), qutip.qeye(8))
    b = qutip.tensor(qutip.qeye(8), qutip.destroy(8))
    H = sum(0.3 * x.dag() * x + 0.2 * x.dag() ** 2 * x**2 for x in (a, b))
    H += 1.5 * (a.dag() * b + b.dag() * a) + 0.1 * (a + a.dag())
    exact = qutip.steadystate(H, [a, b])
    assert rho.dims == [[6, 7], [6, 7]]
    for i in (0, 1):
        assert_same_light(rho.ptrace(i), exact.ptrace(i))
    small = qutip.tensor(qutip.create(6), qutip.destroy(7))
    np.testing.assert_allclose(
        qutip.expect(small, rho), qutip.expect(a.dag() * b, exact), rtol=0, atol=BOTH_CUTS
    )


def test_a_cavity_with_two_emitters_has_the_light_of_matrices_built_by_hand():
    S, c, (g, kappa, gamma, xi) = Emitters("S", 2), BosonOp("c"), symbols("g k l x", positive=True)
    H = g * (Dagger(c) * S.lowering + Dagger(S.lowering) * c) + xi * (c + Dagger(c))
    model = Model("two emitters", H, (Loss(kappa, c), *S.losses(gamma)), xi)
    rho = steady_state(model, {"g": 0.9, "k": 1.0, "l": 0.6, "x": 0.1}, quanta=6).density_matrix()
    parts = [[qutip.destroy(9), 1, 1], [1, qutip.sigmam(), 1], [1, 1, qutip.sigmam()]]
    ones = [qutip.qeye(9), qutip.qeye(2), qutip.qeye(2)]
    C, first, second = (
        qutip.tensor(*(one if x == 1 else x for x, one in zip(part, ones, strict=True)))
        for part in parts
    )
    both = first + second
    exact = qutip.steadystate(
        0.9 * (C.dag() * both + both.dag() * C) + 0.1 * (C + C.dag()),
        [C, np.sqrt(0.6) * first, np.sqrt(0.6) * second],
    )
    place = rho.dims[0].index(7)  # beside four states of the emitters
    assert_same_light(rho.ptrace(place), exact.ptrace(0))
