"""The master equation in time: exact solutions, decay laws, limits, QuTiP above its floor."""

import numpy as np
import pytest
import qutip
import sympy as sp
import xarray as xr
from scipy.integrate import quad
from scipy.linalg import expm
from scipy.sparse import csc_array
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

from numeric import evolve, fields, steady_state, to_qutip
from numeric.time import stiff
from numeric.time.exponential import Flow
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, nanotip

LINEAR = {"Delta": 0.3, "chi": 0.0, "gamma": 1.0}
s, xi, gamma = SigmaMinus("s"), sp.Symbol("xi", positive=True), sp.Symbol("gamma", positive=True)
ATOM = Model("atom", xi * (SigmaPlus("s") + s), (Loss(gamma, s),), drive=xi)


def pulse(strength, centre=4.0):
    return lambda t: strength * np.exp(-((t - centre) ** 2))


def coherent(strength, t):
    """<a> of a linear mode under the pulse: -i times the integral of what is left of the drive."""
    parts = [
        quad(lambda u, f=f: pulse(strength)(u) * f((0.3j + 0.5) * (u - t)), 0, t, epsabs=0)[0]
        for f in (lambda z: np.exp(z).real, lambda z: np.exp(z).imag)
    ]
    return -1j * (parts[0] + 1j * parts[1])


@pytest.mark.parametrize("strength", [1e-2, 1e-6, 0.3])
def test_light_of_a_linear_mode_is_coherent_under_any_pulse(strength):
    times = [0.0, 3.0, 4.5, 8.0]
    found = evolve(kerr.MODEL, {**LINEAR, "xi": pulse(strength)}, times)
    exact = np.array([coherent(strength, t) for t in times[1:]])
    # the truncation is chosen for 1e-8; quadrature has 1e-8 as well
    np.testing.assert_allclose(found.amplitude("a")[1:], exact, rtol=1e-7, atol=0)
    np.testing.assert_allclose(found.number("a")[1:], abs(exact) ** 2, rtol=1e-7, atol=0)
    np.testing.assert_allclose(found.correlation("a")[1:], 1, rtol=1e-7, atol=0)
    assert found.correlation_status("a")[0] == "undefined"


@pytest.mark.parametrize("strength", [1e-4, 1e-2])
def test_at_late_times_it_is_the_steady_state_however_weak_the_drive(strength):
    values = {"Delta": 0.3, "chi": 1.4, "gamma": 1.0, "xi": strength}
    late, steady = evolve(kerr.MODEL, values, [0.0, 60.0]), steady_state(kerr.MODEL, values)
    # exp(-30) of the slowest coherence is left, 1e-13
    for found, expected in (
        (late.number("a"), steady.number("a")),
        (late.correlation("a"), steady.correlation("a")),
        (late.correlation("a", 3), steady.correlation("a", 3)),
        (late.amplitude("a"), steady.amplitude("a")),
    ):
        np.testing.assert_allclose(found[-1], expected, rtol=1e-8, atol=0)


@pytest.mark.slow
def test_two_modes_with_blockade_reach_their_steady_state_too():
    values = {"Delta": 0.2, "J": 0.7 + 0.4j, "chi": 0.8, "gamma": 1.0, "xi": 1e-3}
    late = evolve(nanotip.MODEL, values, [0.0, 60.0], quanta=4)
    steady = steady_state(nanotip.MODEL, values, quanta=4)
    found, expected = late.correlation("a1")[-1], steady.correlation("a1")
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=0)


def test_an_atom_without_loss_swings_as_rabi_says():
    lossless = Model("Rabi", ATOM.hamiltonian, (), drive=xi)
    times = np.linspace(0.0, 10.0, 11)
    found = evolve(lossless, {"xi": 0.7}, times, quanta=1).number("s")
    np.testing.assert_allclose(found[1:], np.sin(0.7 * times[1:]) ** 2, rtol=1e-9, atol=0)


def test_photons_of_a_fock_state_leave_one_by_one():
    times = np.array([0.0, 0.5, 3.0])
    found = evolve(kerr.MODEL, {**LINEAR, "chi": 2.0, "xi": 0.0}, times, initial=(2,))
    left = np.exp(-times)
    np.testing.assert_allclose(found.probability((2,)), left**2, rtol=1e-9, atol=0)
    np.testing.assert_allclose(found.probability((1,))[1:], (2 * left * (1 - left))[1:], rtol=1e-9)
    np.testing.assert_allclose(found.correlation("a"), 0.5, rtol=1e-9)  # of two photons, always


def test_a_square_pulse_is_known_exactly_on_both_sides_of_its_edges():
    # <a> = -2i xi (1 - exp(-t/2)) while it is on, and decays from there
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": lambda t: 1e-3 * (1 < t <= np.pi)}
    found = evolve(kerr.MODEL, values, [0.0, 1.0, 2.0, 5.0]).amplitude("a")
    top = -2e-3j * (1 - np.exp(-(np.pi - 1) / 2))
    exact = [-2e-3j * (1 - np.exp(-0.5)), top * np.exp(-(5 - np.pi) / 2)]
    # truncation is chosen for 1e-8
    np.testing.assert_allclose(found[2:], exact, rtol=1e-8, atol=0)


def test_a_loss_that_is_switched_on_and_off_takes_its_integral():
    values = {**LINEAR, "xi": 0.0, "gamma": lambda t: 2 * np.sin(t) ** 2}  # zero at the start
    times = np.array([0.0, 1.0, np.pi, 5.0])
    found = evolve(kerr.MODEL, values, times, initial=(2,))
    lost = times - np.sin(2 * times) / 2
    np.testing.assert_allclose(found.number("a"), 2 * np.exp(-lost), rtol=1e-9, atol=0)


def test_a_short_pulse_late_in_an_empty_span_is_not_leapt_over():
    values = {**LINEAR, "xi": lambda t: 0.01 * np.exp(-(((t - 61.7) / 0.2) ** 2))}
    # the area of the pulse is its linear response; it is short against everything else: 3e-3
    found = evolve(kerr.MODEL, values, [0.0, 62.5], quanta=4).number("a")[-1]
    area = 0.01 * 0.2 * np.sqrt(np.pi)
    assert found == pytest.approx(area**2 * np.exp(-0.8), rel=0.02)


def test_nothing_depends_on_the_unit_of_the_rates():
    values = {"Delta": 0.3, "chi": 1.4, "gamma": 1.0}
    natural = evolve(kerr.MODEL, {**values, "xi": pulse(0.02)}, [0.0, 5.0], quanta=4)
    scaled = {name: 3e6 * x for name, x in values.items()}
    fast = {**scaled, "xi": lambda t: 3e6 * pulse(0.02)(3e6 * t)}
    seconds = evolve(kerr.MODEL, fast, [0.0, 5.0 / 3e6], quanta=4)
    g2 = [state.correlation("a")[-1] for state in (natural, seconds)]
    assert g2[0] == pytest.approx(g2[1], rel=1e-9)  # what the integrator leaves


def test_qutip_finds_the_same_where_its_tolerance_allows():
    values = {"Delta_a": 1.0, "Delta_s": 1.2, "g": 1.0, "kappa": 1.0, "gamma": 0.6}
    moving = {**values, "xi": pulse(1.0)}
    H, c_ops = to_qutip(jaynes_cummings.MODEL, moving, quanta=8, restricted=True)
    times = [0.0, 4.0, 6.0]
    found = evolve(jaynes_cummings.MODEL, moving, times, quanta=8)
    n = qutip.Qobj(np.diag(found.occupations[:, 0]), dims=H._dims)
    vacuum = qutip.Qobj(np.eye(len(found.occupations))[0][:, None], dims=[H._dims[0], [1]])
    options = {"atol": 1e-12, "rtol": 1e-10, "max_step": 0.1, "progress_bar": ""}
    theirs = qutip.mesolve(H, vacuum, times, c_ops, e_ops=[n], options=options).expect[0]
    ours = found.estimate("number", "a").value
    np.testing.assert_allclose(ours[1:], theirs[1:], rtol=1e-7)  # their tolerance, on n of 0.3


@pytest.mark.slow
def test_a_batch_and_a_data_array_of_time_give_what_single_points_give():
    t = np.linspace(0, 8, 401)
    series = xr.DataArray(pulse(0.02)(t), coords={"time": t}, dims="time")
    values = {"Delta": [[0.0], [0.5]], "chi": [1.0, 2.0], "gamma": 1.0, "xi": series}
    batch = evolve(kerr.MODEL, values, [0.0, 4.0, 8.0], quanta=4)
    assert batch.shape == (3, 2, 2)
    assert batch.correlation("a").shape == (3, 2, 2)
    single = {"Delta": 0.5, "chi": 2.0, "gamma": 1.0, "xi": pulse(0.02)}
    one = evolve(kerr.MODEL, single, [0.0, 4.0, 8.0], quanta=4)
    # a spline through steps of 0.02 errs by 12 * 0.02^4/384 of the drive
    np.testing.assert_allclose(
        batch.correlation("a")[1:, 1, 1], one.correlation("a")[1:], rtol=1e-6, atol=0
    )


def test_an_evolution_goes_on_where_another_one_ended():
    values = {"Delta": 0.3, "chi": 1.4, "gamma": 1.0, "xi": pulse(0.02)}
    whole = evolve(kerr.MODEL, values, [0.0, 4.0, 7.0], quanta=4)
    first = evolve(kerr.MODEL, values, [0.0, 4.0], quanta=4)
    then = evolve(kerr.MODEL, values, [4.0, 7.0], initial=first, quanta=4)
    np.testing.assert_allclose(then.correlation("a"), whole.correlation("a")[1:], rtol=1e-9, atol=0)
    kicked = evolve(kerr.MODEL, {**values, "xi": 0.0}, [0.0, 1.0], qutip.coherent(8, 0.3))
    assert kicked.number("a")[-1] == pytest.approx(0.09 * np.exp(-1), rel=1e-6)  # cut at 8 levels


def test_fields_and_means_are_those_of_every_other_state():
    values = {**LINEAR, "xi": pulse(0.02)}
    found = evolve(kerr.MODEL, values, [0.0, 4.0, 8.0], quanta=4)
    doubled = fields.number(found, 2 * kerr.a)
    np.testing.assert_allclose(doubled[1:], 4 * found.number("a")[1:], rtol=1e-9, atol=0)
    assert found.density_matrix().shape == (3, 5, 5)
    assert found.distribution("a").shape == (3, 5)


def test_a_number_that_the_cut_moves_is_not_returned():
    strong = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 3.0}
    found = evolve(kerr.MODEL, strong, [0.0, 0.1, 8.0], quanta=4)
    assert found.number_status("a").tolist() == ["ok", "ok", "not converged"]
    assert np.isnan(found.number("a")[-1])


@pytest.mark.parametrize(
    ("changes", "times", "more", "match"),
    [
        ({}, [1.0, 0.0], {}, "must be finite and rise"),
        ({}, 3.0, {}, "must be an array of numbers"),
        ({}, [0.0, 1.0], {"initial": (1, 0)}, "for each of the 1 modes"),
        ({}, [0.0, 1.0], {"initial": (5,), "quanta": 3}, "must be at least 5"),
        ({}, [0.0, 1.0], {"initial": 2 * qutip.fock_dm(3, 0)}, "must have the trace 1"),
        ({}, [0.0, 1.0], {"initial": qutip.bell_state()}, "product of the spaces"),
        ({"xi": lambda t: None}, [0.0, 1.0], {}, "must be a number at every time"),
        ({"gamma": lambda t: 1 - 2 * t}, [0.0, 1.0], {}, "must not be negative"),
        ({"xi": lambda t: 1j}, [0.0, 1.0], {}, "must be real"),
    ],
)
def test_bad_input_gets_one_clear_sentence(changes, times, more, match):
    with pytest.raises((ValueError, TypeError), match=match):
        evolve(kerr.MODEL, {**LINEAR, "xi": 0.1, **changes}, times, **more)


def test_light_far_off_resonance_is_followed_through_thousands_of_turns() -> None:
    """a(t) = -i xi (1 - exp(-z t))/z with z = i Delta + gamma/2, and g2 = 1 at all times."""
    values, times = {"Delta": 3e3, "chi": 0.0, "gamma": 1.0, "xi": 20.0}, np.linspace(0, 8, 5)
    z = 1j * values["Delta"] + values["gamma"] / 2
    whole = csc_array(np.diag([0, -z, -z.conjugate(), -1]))
    assert Flow(whole, np.diag([0, -z])).pays(times)  # no integrator follows it
    state = evolve(kerr.MODEL, values, times, order=2)
    exact = abs(values["xi"] * (1 - np.exp(-z * times)) / z) ** 2
    # round-off of phases of 24,000
    np.testing.assert_allclose(state.number("a"), exact, rtol=1e-9, atol=0)
    np.testing.assert_allclose(state.correlation("a")[1:], 1, rtol=1e-8, atol=0)  # that of the cut


@pytest.mark.parametrize("gap", [0.3, 40.0])  # one that needs no doubling, and one of several
@pytest.mark.parametrize("way", ["_path", "_stiff"])
def test_steps_of_any_length_add_up_to_one_exponential(gap, way, monkeypatch) -> None:
    """psi and what jumps feed from psi psi' into delta, beside the exponential of the whole."""
    rng = np.random.default_rng(2)
    G = (rng.normal(size=(2, 3, 3)).T @ [1, 1j]).T - 3 * np.eye(3)
    jump = (rng.normal(size=(2, 3, 3)).T @ [1, 1j]).T
    one, psi = np.eye(3), np.array([1.0, 0.5j, 0.2])
    between = np.kron(G, one) + np.kron(one, G.conj())
    J = np.kron(jump, jump.conj())
    flow = Flow(csc_array(between - 0.1 * J), G, csc_array(J), part=-0.1)
    monkeypatch.setattr(Flow, "_path", getattr(Flow, way))
    monkeypatch.setattr(Flow, "_stiff", getattr(Flow, way))
    times = np.array([1.0, 1.0, 1.5, 2.0, 2.0 + gap])  # one twice, and no even grid
    whole = np.block([[between, np.zeros((9, 9))], [J, between - 0.1 * J]])
    start = np.concatenate([np.outer(psi, psi.conj()).ravel(), np.zeros(9)])
    for found, delta in flow.through(psi, np.zeros((3, 3)), times):
        for t, here, fed in zip(times - 1, found, delta, strict=True):
            # rounding of matrices of order one, beside the largest that there was
            np.testing.assert_allclose(here, expm(t * G) @ psi, rtol=0, atol=1e-12)
            exact = (expm(t * whole) @ start)[9:].reshape(3, 3)
            np.testing.assert_allclose(fed, exact, rtol=0, atol=1e-12)


def test_the_rational_function_is_the_exponential_where_it_is_used() -> None:
    loss = -np.concatenate([[0], np.logspace(-6, 6, 200)])
    for turn, error in ((0.0, 2e-15), (stiff.TURN, 2e-11)):
        z = loss + 1j * (turn + (stiff.SECTOR * abs(loss) if turn else 0))
        found = np.full(len(z), stiff.LIMIT, dtype=complex)
        for theta, a in zip(stiff.POLES, stiff.RESIDUES, strict=True):
            found *= 1 + a / (z - theta) + a.conjugate() / (z - theta.conjugate())
        np.testing.assert_allclose(found, np.exp(z), rtol=0, atol=error)  # as the file says


def test_three_ways_to_follow_an_atom_in_a_leaky_cavity_agree(monkeypatch) -> None:
    values = {"Delta_a": 3.0, "Delta_s": 0.2, "g": 5.0, "kappa": 200.0, "gamma": 1.0, "xi": 2.0}
    times, found = np.array([0.0, 0.01, 0.5, 1.0]), []
    for way in ("_path", "_stiff", None):
        with monkeypatch.context() as patch:
            if way is None:
                patch.setattr(Flow, "pays", lambda *_: False)
            else:
                for name in ("_path", "_stiff"):
                    patch.setattr(Flow, name, getattr(Flow, way))
            state = evolve(jaynes_cummings.MODEL, values, times, quanta=3)
            found.append([state.number("a")[1:], state.correlation("a")[1:]])
    np.testing.assert_allclose(found[0], found[2], rtol=1e-10)  # what `evolve` promises
    np.testing.assert_allclose(found[1], found[2], rtol=1e-10)


@pytest.mark.parametrize("drive", [3.0, lambda t: 3.0 * (t < 5)])
def test_bright_light_asks_for_a_cut_that_is_enough(drive):
    # linear light of n = 36 (1 - exp(-t/2))^2 quanta
    values, times = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": drive}, [0.0, 1.5]
    found = evolve(kerr.MODEL, values, times, quanta=6)
    assert "Give more (`quanta=" in found.advice  # a search by default would end too early
    quanta = int(found.advice.split("`quanta=")[1].split("`")[0])
    followed = evolve(kerr.MODEL, values, times, quanta=quanta)
    assert not followed.advice
    exact = 36 * (1 - np.exp(-0.75)) ** 2
    assert followed.number("a")[1] == pytest.approx(exact, rel=1e-9)


def test_light_that_is_bright_between_the_times_only_is_held_all_the_way():
    def pulsed(t):
        return 4.0 * np.exp(-(((t - 2) / 0.7) ** 2))

    values, end = {"Delta": 0.4, "chi": 0.0, "gamma": 1.0, "xi": pulsed}, 6.0
    state = evolve(kerr.MODEL, values, [0.0, end], order=2)
    # d alpha/dt = -(i Delta + 1/2) alpha - i xi(t): coherent light, whatever the pulse
    grid = np.linspace(0, end, 4001)
    bright, dark = (
        np.trapezoid(np.exp(-(0.4j + 0.5) * (t - grid)) * pulsed(grid) * (grid < t), grid)
        for t in (2.8, end)
    )
    assert abs(dark) ** 2 < 0.6 < 9 < abs(bright) ** 2
    np.testing.assert_allclose(state.number("a")[1], abs(dark) ** 2, rtol=1e-6)
    np.testing.assert_allclose(state.correlation("a")[1], 1, rtol=1e-6)
    assert state.quanta[-1] > 20


def test_a_mode_that_fills_step_by_step_is_followed_as_far_as_it_goes():
    times = np.linspace(0, 6, 7)
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 2.5}
    state = evolve(kerr.MODEL, values, times)
    exact = (5.0 * (1 - np.exp(-times / 2))) ** 2  # 23 quanta at the end
    np.testing.assert_allclose(state.number("a")[1:], exact[1:], rtol=1e-8)  # that of the cut
