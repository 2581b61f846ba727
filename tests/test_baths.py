"""Thermal and squeezed baths, pair drives and no drive at all: closed forms and their limits."""

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import compare
import numeric
from systems import Loss, Model

a, b = BosonOp("a"), BosonOp("b")
Delta, J, U = sp.symbols("Delta J U", real=True)
kappa, n_th, r, G, xi = sp.symbols("kappa n_th r G xi", positive=True)
cavity, drive = Delta * Dagger(a) * a, xi * (a + Dagger(a))
warm = (Loss(kappa * (n_th + 1), a), Loss(kappa * n_th, Dagger(a)))
kerr = U * Dagger(a) ** 2 * a**2
CHOSEN = 1e-7  # a chosen truncation is right to 1e-8, on both sides of a ratio

THERMAL = Model("driven cavity in a thermal bath", cavity + drive, warm, xi)
PAIRS = Model("parametric oscillator", cavity + G * (a**2 + Dagger(a) ** 2), (Loss(kappa, a),), G)
SQUEEZED = Model(
    "driven cavity in a squeezed bath", cavity + drive,
    (Loss(kappa, sp.cosh(r) * a + sp.sinh(r) * Dagger(a)),), xi,
)  # fmt: skip
COUPLED = Model(
    "two cavities, one of them warm", cavity + drive + J * (Dagger(a) * b + Dagger(b) * a),
    (Loss(kappa, a), Loss(kappa * (n_th + 1), b), Loss(kappa * n_th, Dagger(b))), xi,
)  # fmt: skip
POINTS = [
    (THERMAL, {"Delta": 0.3, "kappa": 1.0, "n_th": 0.1, "xi": 0.1}),
    (PAIRS, {"Delta": 0.3, "kappa": 1.0, "G": 0.08}),
    (SQUEEZED, {"Delta": 0.3, "kappa": 1.0, "r": 0.1, "xi": 0.1}),
]


@pytest.mark.parametrize(("model", "values"), POINTS)
def test_linear_light_has_the_moments_of_the_master_equation(model: Model, values: dict) -> None:
    closed, state = analytic.gaussian(model), numeric.steady_state(model, values)
    pairs = [(closed.number("a"), state.number("a"))]
    pairs += [(closed.correlation("a", k), state.correlation("a", k)) for k in (2, 3)]
    for form, number in pairs:
        np.testing.assert_allclose(closed.evaluate(form, values), number, rtol=CHOSEN, atol=0)


def test_two_modes_share_a_bath_that_warms_one_of_them() -> None:
    closed, values = analytic.gaussian(COUPLED), {"Delta": 0.3, "kappa": 1.0, "J": 0.5}
    values |= {"n_th": 0.02, "xi": 0.05}
    state = numeric.steady_state(COUPLED, values)
    for form, number in [
        (closed.number("b"), state.number("b")),
        (closed.cross_correlation("a", "b"), state.cross_correlation("a", "b")),
    ]:
        np.testing.assert_allclose(closed.evaluate(form, values), number, rtol=CHOSEN, atol=0)


TWINS = Model(
    "two modes squeezed together, in two thermal baths",
    Delta * (Dagger(a) * a + Dagger(b) * b) + G * (a * b + Dagger(a) * Dagger(b)) + drive,
    (*warm, Loss(2 * kappa * (n_th + 1), b), Loss(2 * kappa * n_th, Dagger(b))), xi,
)  # fmt: skip


def test_moments_in_names_of_means_and_covariances_are_the_moments() -> None:
    closed, values = analytic.gaussian(TWINS), {Delta: 0.3, kappa: 1.0, G: 0.2, n_th: 0.1, xi: 0.4}
    known = closed.abbreviations
    defined = dict(values)
    for symbol, meaning in known.items():
        assert len(f"{symbol} = {meaning}") <= 160  # two lines of a page
        defined[symbol] = sp.N(meaning.xreplace(defined), 30)
    for form, short in [
        (closed.number("b"), closed.number("b", known)),
        (closed.correlation("a"), closed.correlation("a", 2, known)),
        (closed.cross_correlation("a", "b"), closed.cross_correlation("a", "b", known)),
    ]:
        expected = complex(sp.N(form.xreplace(values), 30))
        # values of sixteen digits, of which cancellation takes some
        np.testing.assert_allclose(complex(short.xreplace(defined)), expected, rtol=1e-10, atol=0)
    m, n, s = (sp.Symbol(x, real=x[0] == "n" or None) for x in ("m_b", "n_b", "s_b"))
    assert closed.number("b", known) == n + sp.Abs(m) ** 2
    assert max(map(len, closed.latex(known).splitlines())) <= 200
    assert s not in known  # two-mode squeezing leaves each mode thermal


def test_covariances_that_follow_from_others_are_those_of_the_lyapunov_equation() -> None:
    """Unequal modes under a pair drive: three covariances in closed form, the others by these."""
    (Da, Db), (ka, kb) = (sp.symbols(f"{x}_a {x}_b", positive=True) for x in ("Delta", "kappa"))
    H = Da * Dagger(a) * a + Db * Dagger(b) * b + J * (Dagger(a) * b + Dagger(b) * a)
    H += G * (a**2 + Dagger(a) ** 2)
    closed = analytic.gaussian(Model("unequal", H, (Loss(ka, a), Loss(kb, b)), G))
    numbers: dict = {Da: 0.3, Db: -0.7, ka: 1.0, kb: 0.6, J: 0.5, G: 0.1}
    drift = np.array([[-0.3j - 0.5, -0.5j, -0.2j, 0], [-0.5j, 0.7j - 0.3, 0, 0]])
    drift = np.vstack([drift, np.roll(drift.conj(), 2, axis=1)])  # of a, b, a', b'
    noise = np.diag([1, 0.6], 2).astype(complex)  # <a a'> of the vacuum, with the losses
    C = _spread(drift, noise)
    names = closed.abbreviations
    for name, meaning in names.items():
        assert len(f"{name} = {meaning}") <= 160
        numbers[name] = sp.N(meaning.xreplace(numbers))
    found = {str(name): complex(x) for name, x in numbers.items()}
    expected = {"n_a": C[2, 0], "n_b": C[3, 1], "n_a_b": C[2, 1], "s_a": C[0, 0], "s_a_b": C[0, 1]}
    for name, x in expected.items():
        np.testing.assert_allclose(found[name], x, rtol=1e-10, atol=0)
    assert len(names) <= 60  # 79 when all stood for themselves


def _spread(drift: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """C_ij = <x_i x_j> at rest: drift C + C drift^T + noise = 0."""
    one = np.eye(len(drift))
    whole = np.kron(drift, one) + np.kron(one, drift)
    return np.linalg.solve(whole, -noise.ravel()).reshape(drift.shape)


def test_two_modes_squeezed_together_have_a_short_closed_form() -> None:
    """On paper: dn/dt = -kappa n + 2 G Im s = 0 and ds/dt = -kappa s - i G (2 n + 1) = 0."""
    H = G * (a * b + Dagger(a) * Dagger(b))
    closed = analytic.gaussian(Model("twins", H, (Loss(kappa, a), Loss(kappa, b)), G))
    assert sp.simplify(closed.number("a") - 2 * G**2 / (kappa**2 - 4 * G**2)) == 0
    assert closed.correlation("a") == 2


def test_thermal_light_has_k_factorial_for_its_correlation_of_order_k() -> None:
    closed = analytic.gaussian(Model("warm cavity", cavity, warm))
    assert closed.number("a") == n_th
    assert [closed.correlation("a", k) for k in (2, 3, 4)] == [2, 6, 24]


def test_light_of_a_parametric_oscillator_is_that_of_collett_and_gardiner() -> None:
    """Phys. Rev. A 30, 1386 (1984): n = epsilon^2/[2 (1 - epsilon^2)] with epsilon = 4 G/kappa."""
    number = analytic.gaussian(PAIRS).number("a").subs(Delta, 0)
    epsilon = 4 * G / kappa
    assert sp.simplify(number - epsilon**2 / (2 * (1 - epsilon**2))) == 0


def test_a_driven_cavity_without_a_bath_emits_coherent_light() -> None:
    cold = analytic.gaussian(Model("cavity", cavity + drive, (Loss(kappa, a),), xi))
    assert cold.correlation("a") == 1
    assert cold.number("a") == 4 * xi**2 / (4 * Delta**2 + kappa**2)


def test_above_threshold_there_is_no_number_and_a_status_says_so() -> None:
    closed, values = analytic.gaussian(PAIRS), {"Delta": 0.0, "kappa": 1.0, "G": [0.2, 0.25, 0.3]}
    assert closed.status(values).tolist() == ["ok", "does not exist", "does not exist"]
    found = closed.evaluate(closed.number("a"), values)
    assert np.isnan(found).tolist() == [False, True, True]


@pytest.mark.parametrize("driven", [True, False])
def test_a_kerr_mode_in_a_weak_thermal_bath_has_a_series(driven: bool) -> None:
    """With n_th of the order of the drive squared, down to where both vanish."""
    H = cavity + kerr + (drive if driven else 0)
    model = Model("warm Kerr", H, warm, xi if driven else None, orders={n_th: 2})
    base = {"Delta": 0.3, "U": 0.5, "kappa": 1.0}
    series, errors = analytic.expand(model, corrections=0), []
    for size in (1e-2, 1e-3):
        values = base | {"n_th": 3 * size**2} | ({"xi": size} if driven else {})
        state = numeric.steady_state(model, values)
        for quantity, exact in [
            (series.number("a"), state.number("a")),
            (series.correlation("a"), state.correlation("a")),
        ]:
            found = series.evaluate(quantity, values)
            np.testing.assert_allclose(found, exact, rtol=30 * size**2, atol=0)
            errors.append(abs(found / exact - 1))
    if driven:  # the error of the leading order is of the second order
        np.testing.assert_allclose(errors[1] / errors[3], 100, rtol=0.1, atol=0)


def test_a_thermal_kerr_mode_is_thermal_whatever_its_kerr_shift() -> None:
    """Its Hamiltonian commutes with the number, so rho is that of the bath."""
    model = Model("warm Kerr", cavity + kerr, warm, orders={n_th: 2})
    series = analytic.expand(model, corrections=1)
    assert series.number("a").terms == (n_th, 0)
    assert series.correlation("a").terms[0] == 2


def test_the_only_drive_may_make_pairs_as_a_series() -> None:
    model = Model("pairs", cavity + kerr + G * (a**2 + Dagger(a) ** 2), (Loss(kappa, a),), G)
    series = analytic.expand(model, corrections=1)
    leading = series.number("a").terms[0]
    # P_2 = |2 sqrt(2) G|^2/(2 |2 Delta + 2 U - i kappa|^2) = P_1/2, which jumps from it feed
    assert_closed_form_equals(leading, 8 * G**2 / sp.Abs(2 * Delta + 2 * U - sp.I * kappa) ** 2)


def test_a_model_needs_no_drive() -> None:
    model = Model("warm cavity", cavity, warm)
    state = numeric.steady_state(model, {"Delta": 0.0, "kappa": 1.0, "n_th": [0.1, 0.2]})
    np.testing.assert_allclose(state.number("a"), [0.1, 0.2], rtol=CHOSEN, atol=0)
    assert analytic.derive(Model("empty", cavity, (Loss(kappa, a),))).number("a") == 0


@pytest.mark.parametrize(
    ("ask", "message"),
    [
        (lambda: analytic.derive(Model("warm", cavity, warm)), "use analytic.gaussian or"),
        (lambda: analytic.expand(Model("warm", cavity, warm)), "use analytic.gaussian"),
        (lambda: analytic.gaussian(Model("k", cavity + kerr, warm)), "analytic.expand"),
        (
            lambda: analytic.gaussian(
                Model("s", Dagger(SigmaMinus("s")) * SigmaMinus("s"), (Loss(1, SigmaMinus("s")),))
            ),
            "the two-level `s`",
        ),
        (lambda: analytic.gaussian(Model("lossless", cavity, ())).number("a"), "has no loss"),
        (
            lambda: compare.critical_drive(
                Model("warm", cavity, warm, orders={n_th: 2}),
                {"Delta": 0.0, "kappa": 1.0, "n_th": 0.1}, "g2",
            ),
            "must have a drive here",
        ),
    ],
)  # fmt: skip
def test_what_has_no_closed_form_is_refused_with_the_road_that_takes_it(ask, message) -> None:
    with pytest.raises(ValueError, match=message):
        ask()


def test_names_of_moments_are_those_of_nobody_else():
    # modes whose joined labels are those of another, and a bath that has the name of a covariance
    n, rate = sp.Symbol("n_a", positive=True), sp.Symbol("kappa", positive=True)
    p, q, r = (BosonOp(name) for name in ("a", "b", "a_b"))
    couple = Dagger(p) * q + Dagger(q) * p + Dagger(q) * r + Dagger(r) * q
    losses = [Loss(rate * (n + 1), p), Loss(rate * n, Dagger(p)), Loss(rate, q), Loss(rate, r)]
    light = analytic.gaussian(Model("three modes, one warm", couple, tuple(losses)))
    names = light.abbreviations
    assert n not in names
    values = {n: sp.Rational(1, 3), rate: sp.Rational(2, 5)}
    for mode in (p, q, r):
        short = light.number(mode, names)
        for name, meaning in reversed(names.items()):
            short = short.subs(name, meaning)
        assert sp.simplify((short - light.number(mode)).subs(values)) == 0


def test_the_series_of_a_one_atom_laser_is_off_by_the_square_of_its_weak_pump() -> None:
    s, g, gamma, P = SigmaMinus("s"), *sp.symbols("g gamma P", positive=True)
    coupled = g * (Dagger(a) * s + Dagger(s) * a)
    losses = (Loss(kappa, a), Loss(gamma, s), Loss(P, Dagger(s)))
    laser = Model("one-atom laser", coupled, losses, orders={P: 2})
    pumps = np.array([1e-3, 1e-4])
    values = {"g": 1.0, "kappa": 0.2, "gamma": 0.1, "P": pumps}
    series, state = analytic.expand(laser, corrections=1), numeric.steady_state(laser, values)
    pairs = [(series.number("a"), state.number("a"))]
    pairs += [(series.correlation("a"), state.correlation("a"))]
    for form, exact in pairs:
        weak, weaker = np.asarray(series.evaluate(form, values)) / exact - 1
        # the next correction but one is a pump beside the least loss: P/gamma = 1e-2
        assert weak / weaker == pytest.approx(100, rel=0.02)
