"""Bright light at two times, in frequency and behind filters, where no cut holds it."""

import importlib
import re
from functools import partial

import numpy as np
import pytest
import sympy as sp
import xarray as xr
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from numeric import fields, steady_state
from numeric.frames.gaussian import gaussian
from numeric.time import pairings
from numeric.trust.expectation import field_words
from systems import Loss, Model
from systems.library import kerr, parametric_kerr

a, b, s1, s2 = map(BosonOp, ("a", "b", "s1", "s2"))
G, bath, J, Delta = sp.symbols("G bath J Delta", real=True)
WARM = Model("warm cavity", Delta * Dagger(a) * a, (Loss(1 + bath, a), Loss(bath, Dagger(a))))
TWINS = Model(
    "twins",
    G * (a * b + Dagger(a) * Dagger(b)) + J * (Dagger(a) * b + Dagger(b) * a) + a + Dagger(a),
    (Loss(sp.S.One, a), Loss(sp.Integer(2), b)),
)
BRIGHT = {"Delta": 0.0, "chi": 0.01, "gamma": 1.0, "xi": 5.0}  # some 35 quanta
TAUS, OMEGAS = np.array([0.0, 0.4, 3.0, 50.0]), np.array([0.0, 0.3, -4.0])
EXACT = 1e-9  # of moments of some hundred quanta, whose equations lose some digits


def oscillator(pump):
    """Values of a parametric oscillator below threshold, and N and S at two times.

    dx/dt = -(1/2 -+ 2 G) x of its quadratures (M. J. Collett and C. W. Gardiner, Phys. Rev. A 30,
    1386 (1984), Sec. IV): N, S = G/2 (exp(-slow t)/slow -+ exp(-fast t)/fast).
    """
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.0, "G": pump}
    slow, fast = 0.5 - 2 * pump, 0.5 + 2 * pump

    def at(t):
        parts = np.exp(-slow * t) / slow, np.exp(-fast * t) / fast
        return pump / 2 * (parts[0] - parts[1]), pump / 2 * (parts[0] + parts[1])

    return values, at


@pytest.mark.parametrize("pump", [0.2499, 0.249999])  # 625 and 62,500 quanta
def test_a_parametric_oscillator_is_that_of_collett_and_gardiner(pump):
    values, at = oscillator(pump)
    slow, fast = 0.5 - 2 * pump, 0.5 + 2 * pump
    (n, _), (N, S), model = at(0.0), at(TAUS), parametric_kerr.MODEL
    loose = 1e-13 / slow  # the equations are as near to singular as the light is to threshold
    g2 = numeric.delayed_correlation(model, values, "a", TAUS)
    np.testing.assert_allclose(g2, 1 + (N**2 + S**2) / n**2, rtol=EXACT + loose)
    g1 = numeric.coherence(model, values, "a", -TAUS)
    np.testing.assert_allclose(g1, N / n, rtol=EXACT + loose)
    line = pump * (1 / (slow**2 + OMEGAS**2) - 1 / (fast**2 + OMEGAS**2))
    found = numeric.spectrum(model, values, "a", OMEGAS)
    known = ~np.isnan(found)  # far in the wings of so sharp a line only round-off is left
    assert known[0]
    assert known.all() or slow < 1e-5
    np.testing.assert_allclose(found[known], line[known], rtol=EXACT + loose)


@pytest.mark.parametrize("quanta", [1e3, 1e6])
def test_thermal_light_of_any_brightness_bunches_as_its_coherence_says(quanta):
    values = {"bath": quanta, "Delta": 0.7}
    g1 = numeric.coherence(WARM, values, "a", TAUS)
    np.testing.assert_allclose(g1, np.exp(-(0.5 + 0.7j) * TAUS), rtol=EXACT)
    g2 = numeric.delayed_correlation(WARM, values, "a", TAUS)
    np.testing.assert_allclose(g2, 1 + abs(g1) ** 2, rtol=EXACT)
    # one mode of thermal light, however narrow the filter
    behind = numeric.filtered_correlation(WARM, values, "a", OMEGAS, 0.2)
    np.testing.assert_allclose(behind, 2, rtol=EXACT)


def test_two_modes_know_of_each_other_before_and_after():
    values = {"G": 0.7, "J": 0.2}
    state = steady_state(TWINS, values)
    assert state.solver == "gaussian"
    forth = numeric.delayed_correlation(TWINS, values, "a", TAUS, second="b")
    back = numeric.delayed_correlation(TWINS, values, "b", -TAUS, second="a")
    np.testing.assert_allclose(forth, back, rtol=EXACT)
    np.testing.assert_allclose(forth[0], state.cross_correlation("a", "b"), rtol=EXACT)
    field = (a - 1j * b) / sp.sqrt(2) + 3
    delayed = fields.delayed_correlation(state, field, TAUS)
    np.testing.assert_allclose(delayed[0], fields.correlation(state, field), rtol=EXACT)
    assert abs(delayed[-1] - 1) < abs(delayed[0] - 1)


def test_linear_light_needs_no_cut_where_one_would_hold_it_as_well():
    model = parametric_kerr.MODEL
    values = {"Delta": 0.3, "chi": 0.0, "gamma": 1.0, "xi": 0.4, "G": 0.1}  # 0.6 quanta
    arrays = {name: np.array([x]) for name, x in values.items()}
    (light,) = gaussian(model, arrays, np.arange(1), 1e-8, 4)
    field, beside = kerr.a - 0.2j, np.array([1.0, 0.3, -2.0])
    words, cut = field_words(model, field), {"quanta": 30}
    delayed = fields.delayed_correlation(steady_state(model, values, **cut), field, TAUS)
    for found, held in (
        (pairings.correlated(light, words, words, TAUS), delayed),
        (pairings.coherent_share(light, words, TAUS)[0],
         numeric.coherence(model, values, field, TAUS, **cut)),
        (pairings.density(light, words, OMEGAS)[0],
         numeric.spectrum(model, values, field, OMEGAS, **cut)),
        (pairings.filtered(light, [words, words], (OMEGAS, beside), (0.7, 0.7))[0],
         numeric.filtered_correlation(model, values, field, OMEGAS, 0.7, beside, **cut)),
    ):  # fmt: skip
        np.testing.assert_allclose(found[0], held, rtol=1e-6)  # what the cut promises


@pytest.mark.parametrize("width", [0.5, 20.0])
def test_weak_empty_cavities_see_what_filters_see(width):
    # the sensors of del Valle and others, written down: they act back by their coupling squared
    epsilon, one, other = 1e-4 * np.sqrt(width), 0.3, -1.1
    weak = epsilon * sum(Dagger(a) * s + Dagger(s) * a for s in (s1, s2))
    sensors = one * Dagger(s1) * s1 + other * Dagger(s2) * s2
    model = Model(
        "sensed",
        TWINS.hamiltonian + weak + sensors,
        (*TWINS.losses, Loss(width, s1), Loss(width, s2)),
    )
    values = {"G": 0.7, "J": 0.2}
    sensed = steady_state(model, values).cross_correlation("s1", "s2")
    found = numeric.filtered_correlation(TWINS, values, "a", one, width, other)
    np.testing.assert_allclose(found, sensed, rtol=1e-6)


def test_the_frame_of_an_amplitude_changes_no_correlation_in_time():
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced")
    held = steady_state(kerr.MODEL, BRIGHT, frame="original")
    for field in (kerr.a, kerr.a + 2j):
        one, other = (fields.delayed_correlation(s, field, TAUS) for s in (around, held))
        np.testing.assert_allclose(one, other, rtol=1e-6)  # what is promised
        # far from round-off: the light is bunched or antibunched by a thousandth at least
        assert abs(one[0] - 1) > 1e-3 > abs(one[-1] - 1)


def test_fields_and_purity_are_the_same_in_the_frame_of_an_amplitude():
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced")
    held = steady_state(kerr.MODEL, BRIGHT, frame="original")
    for quantity, arguments in (
        ("number", (kerr.a + 2j,)),
        ("correlation", (2 * kerr.a + 1, 3)),
        ("squeezing", ("a",)),
        ("purity", ()),
        ("linear_entropy", ()),
    ):
        one, other = (fields.estimate(s, quantity, *arguments) for s in (around, held))
        assert one.status == other.status == "ok", quantity
        np.testing.assert_allclose(one.value, other.value, rtol=1e-6)


@pytest.mark.parametrize("seen", ["spectrum", "coherence", "filtered_correlation"])
def test_the_frame_of_an_amplitude_changes_nothing_in_frequency(seen, monkeypatch):
    arguments = {"filtered_correlation": (OMEGAS, 0.7, 0.4)}.get(seen, (OMEGAS,))
    module = importlib.import_module(getattr(numeric, seen).__module__)
    found = []
    for frame in ("displaced", "original"):
        monkeypatch.setattr(module, "steady_state", partial(steady_state, frame=frame))
        found.append(getattr(numeric, seen)(kerr.MODEL, BRIGHT, kerr.a - 0.5, *arguments))
    assert np.ptp(abs(found[0])) > 1e-3  # something is seen
    np.testing.assert_allclose(*found, rtol=1e-6)  # what is promised


def test_the_purity_of_squeezed_light_is_that_of_its_covariances():
    values, _ = oscillator(0.2499)
    state = steady_state(parametric_kerr.MODEL, values)
    np.testing.assert_allclose(fields.purity(state), np.sqrt(1 - 16 * 0.2499**2), rtol=EXACT)


def test_points_of_all_kinds_stand_in_one_labelled_array():
    chi = xr.DataArray([0.0, 1e-3, 5.0], dims="chi")
    drive = xr.DataArray([20.0, 15.0, 0.1], dims="chi")
    values = {"Delta": 0.1, "chi": chi, "gamma": 1.0, "xi": drive}
    assert steady_state(kerr.MODEL, values).solver.values.tolist() == [
        "gaussian",
        "displaced",
        "direct",
    ]
    g2 = numeric.delayed_correlation(kerr.MODEL, values, "a", TAUS)
    g1 = numeric.coherence(kerr.MODEL, values, "a", TAUS)
    assert g2.dims == g1.dims == ("chi", "tau")
    np.testing.assert_allclose(g2[0], 1, rtol=EXACT)  # coherent light
    np.testing.assert_allclose(g2[:, -1], 1, rtol=1e-6)
    np.testing.assert_allclose(g1[:, 0], 1, rtol=1e-6)
    alone = {name: x if np.ndim(x) == 0 else float(x[2]) for name, x in values.items()}
    np.testing.assert_allclose(
        g2[2], numeric.delayed_correlation(kerr.MODEL, alone, "a", TAUS), rtol=1e-6
    )


def test_the_spectrum_of_bright_light_holds_all_that_is_not_coherent():
    values = {"Delta": 0.0, "chi": 1e-3, "gamma": 1.0, "xi": 15.0}  # 329 quanta, displaced
    state = steady_state(kerr.MODEL, values)
    # omega = tan(x) takes the whole axis, and S, which is rational, to a smooth function
    x, weights = np.polynomial.legendre.leggauss(40)
    omegas = np.tan(np.pi / 2 * x)
    found = numeric.spectrum(kerr.MODEL, values, "a", omegas)
    whole = np.sum(weights * np.pi / 2 * (1 + omegas**2) * found) / (2 * np.pi)
    incoherent = state.number("a") - abs(state.amplitude("a")) ** 2
    np.testing.assert_allclose(whole, incoherent, rtol=1e-6)


def test_light_without_a_density_matrix_is_no_start_and_what_is_named_instead_is_one():
    around = steady_state(kerr.MODEL, BRIGHT, frame="displaced")
    with pytest.raises(ValueError, match=r"`initial` must have a density matrix.*`quanta="):
        numeric.evolve(kerr.MODEL, BRIGHT, [0.0, 1.0], initial=around)
    few = BRIGHT | {"xi": 1.0}  # some four quanta
    held = steady_state(kerr.MODEL, few, quanta=24)
    later = numeric.evolve(kerr.MODEL, few, [0.0, 0.2], initial=held, quanta=24)
    np.testing.assert_allclose(later.number("a"), held.number("a"), rtol=1e-8)  # nothing moves


@pytest.mark.parametrize(
    ("values", "way"),
    [
        ({**BRIGHT, "chi": 0.001, "xi": 15.0}, "around its amplitude it holds"),
        ({**BRIGHT, "chi": 0.7, "xi": 0.3}, r"give fewer quanta \(`quanta=\d+`\)"),
    ],
)
@pytest.mark.parametrize("seen", ["spectrum", "delayed_correlation"])
def test_too_many_states_name_an_argument_only_where_it_helps(monkeypatch, values, way, seen):
    for home in ("response", "regression"):
        monkeypatch.setattr(f"numeric.time.{home}.FACTORABLE", 36)
    with pytest.raises(ValueError, match=way) as raised:
        getattr(numeric, seen)(kerr.MODEL, values, "a", [0.0, 1.0])
    for quanta in re.findall(r"quanta=(\d+)", str(raised.value)):  # is followed
        getattr(numeric, seen)(kerr.MODEL, values, "a", [0.0, 1.0], quanta=int(quanta))


@pytest.mark.parametrize("seen", ["spectrum", "delayed_correlation"])
def test_quanta_of_ones_own_that_leave_too_many_states_are_named(monkeypatch, seen):
    for home in ("response", "regression"):
        monkeypatch.setattr(f"numeric.time.{home}.FACTORABLE", 36)
    with pytest.raises(ValueError, match="Argument `quanta` must leave at most 6 states for"):
        getattr(numeric, seen)(kerr.MODEL, {**BRIGHT, "xi": 0.1}, "a", [0.0], quanta=8)
