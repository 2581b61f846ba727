"""Responses and delays where factors are dear: iteration at a shift, explicit steps, two fields."""

import numpy as np
import pytest
import qutip
import sympy as sp
from scipy.linalg import expm
from scipy.sparse import csc_array, identity
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from numeric import filtered_correlation, steady_state, to_qutip
from numeric.frames.gaussian import gaussian
from numeric.lindblad.liouvillian import liouvillian
from numeric.solvers.choice import is_iterated
from numeric.time import explicit, pairings
from numeric.time.shifted import Iterated, Shifts
from numeric.trust.expectation import field_words
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer

a, b = BosonOp("a"), BosonOp("b")
G, J, U = sp.symbols("G J U", real=True)
TWINS = Model(
    "twins",
    G * (a * b + Dagger(a) * Dagger(b))
    + J * (Dagger(a) * b + Dagger(b) * a)
    + (a + Dagger(a)) / 16,
    (Loss(sp.S.One, a), Loss(sp.Integer(2), b)),
)
STRANGERS = Model(
    "two that never met",
    U * Dagger(a) ** 2 * a**2 + (a + Dagger(a)) / 5 + (b + Dagger(b)) / 4,
    (Loss(sp.S.One, a), Loss(sp.Integer(2), b)),
)
DIMER = {"Delta": 0.7, "U": 1.0, "J": 1.3, "gamma": 1.0, "F": 0.8}
ATOM = {"Delta_a": 0.4, "Delta_s": -0.3, "g": 1.5, "kappa": 1.0, "gamma": 0.6, "xi": 0.4}
TAUS, OMEGAS = np.array([0.0, 0.4, 3.0, 50.0]), np.array([0.0, 0.8, -3.0])
CUT = {"quanta": 8}


def scaled_point(quanta):
    """The dimer's space and scaled equation."""
    equation = liouvillian(kerr_dimer.MODEL, quanta)
    arrays = {name: np.array([x]) for name, x in DIMER.items()}
    return equation.space, equation.scaled(equation.coefficients(arrays)[0], 0.6)


@pytest.mark.parametrize("z", [0.3, 0.05 - 2j])
def test_iterating_at_a_shift_solves_the_equation_to_round_off(z):
    on, point = scaled_point(8)
    system = csc_array(z * identity(on.size**2, format="csc") - point.L)
    inverse = Shifts(on, point.K).inverse(system, z)
    assert isinstance(inverse, Iterated)
    source = np.exp(1j * np.arange(on.size**2) ** 2)
    left = source - system @ inverse.solve(source)
    assert inverse.factors is None
    # one solve leaves 1e-10, its refinement 1e-4 of that
    assert np.linalg.norm(left) < 1e-13 * np.linalg.norm(source)
    rough = source - system @ inverse.roughly(source)
    assert np.linalg.norm(rough) < 0.02 * np.linalg.norm(source)  # two digits


def test_explicit_steps_are_the_exponential_of_the_liouvillian():
    on, point = scaled_point(5)
    rng = np.random.default_rng(3)
    start, read = rng.normal(size=(2, on.size**2))
    step = expm(0.5 * point.L.toarray())
    states = [start]
    for _ in range(6):
        states.append(step @ states[-1])
    found = explicit.follow(point.L, start, read, 0.5 * np.arange(7))
    np.testing.assert_allclose(found, np.array(states) @ read, rtol=1e-7)  # ten times its accuracy


def test_a_decay_that_is_read_to_nothing_is_not_made_up():
    # what is left after forty lifetimes is below the round-off of what was there at first
    decay, one = csc_array(np.array([[-1.0 + 0j]])), np.ones(1)
    times = np.array([0.0, 1.0, 40.0])
    found = explicit.follow(decay, one, one, times)
    np.testing.assert_allclose(found[:2], np.exp(-times[:2]), rtol=1e-7)
    assert np.isnan(found[2])
    # beside an offset it is nothing
    beside = explicit.follow(decay, one, one, times, offset=1.0)
    np.testing.assert_allclose(beside, 1 + np.exp(-times), rtol=1e-7)


def known_twice():
    """Linear light by its covariances, and on a cut whose factors would be dear."""
    values = {"G": 0.05, "J": 0.3}
    arrays = {name: np.array([x]) for name, x in values.items()}
    (light,) = gaussian(TWINS, arrays, np.arange(1), 1e-8, 4)
    assert is_iterated(liouvillian(TWINS, CUT["quanta"]).space)
    return values, light


def test_light_on_a_cut_that_is_iterated_is_that_of_its_covariances():
    values, light = known_twice()
    words = field_words(TWINS, "a")
    for found, held in (
        (pairings.correlated(light, words, words, TAUS),
         numeric.delayed_correlation(TWINS, values, "a", TAUS, **CUT)),
        (pairings.coherent_share(light, words, TAUS)[0],
         numeric.coherence(TWINS, values, "a", TAUS, **CUT)),
        (pairings.density(light, words, OMEGAS)[0],
         numeric.spectrum(TWINS, values, "a", OMEGAS, **CUT)),
    ):  # fmt: skip
        np.testing.assert_allclose(found[0], held, rtol=1e-6)  # what the cut promises
        assert np.ptp(abs(found)) > 1e-3


def test_filters_before_two_fields_of_linear_light_see_what_its_covariances_say():
    values, light = known_twice()
    field, widths, one = a - 2j * b, (0.5, 2.0), OMEGAS[:2]
    words = [field_words(TWINS, "a"), field_words(TWINS, field)]
    found = pairings.filtered(light, words, (one, np.full(2, -0.3)), widths)[0]
    held = filtered_correlation(TWINS, values, "a", one, widths, -0.3, second=field, **CUT)
    np.testing.assert_allclose(found[0], held, rtol=1e-6)  # what the cut promises
    assert np.all(abs(found - 1) > 1e-2)


def test_modes_that_never_met_are_not_correlated_behind_any_filters():
    values = {"U": 3.0}
    found = filtered_correlation(STRANGERS, values, "a", OMEGAS, (0.3, 1.0), 0.2, second="b")
    np.testing.assert_allclose(found, 1, rtol=1e-6)


def test_wide_filters_see_the_cross_correlation_and_narrow_ones_the_laser():
    model = jaynes_cummings.MODEL
    now = steady_state(model, ATOM).cross_correlation("a", "s")
    wide = filtered_correlation(model, ATOM, "a", 0.0, 1e6, second="s")
    np.testing.assert_allclose(wide, now, rtol=1e-5)  # up to rates over the width
    narrow = filtered_correlation(model, ATOM, "a", 0.0, 1e-5, second="s")
    np.testing.assert_allclose(narrow, 1, rtol=1e-3)  # incoherent light within the width: 1e-5 n


def test_exchanging_both_filters_changes_nothing():
    model = jaynes_cummings.MODEL
    one = filtered_correlation(model, ATOM, "a", OMEGAS, (0.4, 1.1), 0.6, second="s")
    other = filtered_correlation(model, ATOM, "s", 0.6, (1.1, 0.4), OMEGAS, second="a")
    np.testing.assert_allclose(one, other, rtol=1e-9)
    assert np.ptp(one) > 1e-2


def test_a_cavity_and_its_atom_are_seen_as_by_sensors_in_qutip():
    # two atoms of 1e-3 of all rates, written down: they act back by that squared
    strength, omegas, widths = 1e-3, (0.9, -0.7), (0.8, 1.3)
    H, losses = to_qutip(jaynes_cummings.MODEL, ATOM, quanta={"a": 7, "s": 1})
    one, up = qutip.qeye([2, 2]), qutip.destroy(2)
    sensors = [qutip.tensor(up, qutip.qeye(2)), qutip.tensor(qutip.qeye(2), up)]
    sensors = [qutip.tensor(qutip.qeye(H.dims[0]), s) for s in sensors]
    fields = [np.sqrt(1 / rate) * L for rate, L in zip((1.0, 0.6), losses, strict=True)]
    whole = qutip.tensor(H, one)
    for field, s, omega in zip(fields, sensors, omegas, strict=True):
        seen = qutip.tensor(field, one)
        whole = whole + omega * s.dag() * s + strength * (seen.dag() * s + s.dag() * seen)
    losses = [qutip.tensor(L, one) for L in losses]
    losses += [np.sqrt(width) * s for width, s in zip(widths, sensors, strict=True)]
    rho = qutip.steadystate(whole, losses)
    n = [s.dag() * s for s in sensors]
    wanted = qutip.expect(n[0] * n[1], rho) / np.prod([qutip.expect(one, rho) for one in n])
    found = filtered_correlation(
        jaynes_cummings.MODEL, ATOM, "a", omegas[0], widths, omegas[1], second="s"
    )
    np.testing.assert_allclose(found, wanted, rtol=3e-5)  # its back-action, and QuTiP's floor
    assert abs(wanted - 1) > 0.05


def test_light_whose_factors_do_not_fit_has_delays_and_spectra(monkeypatch):
    values, found = {**DIMER, "F": 0.3}, []
    for factorable in (30_000, 100):
        for home in ("regression", "response", "explicit", "shifted"):
            monkeypatch.setattr(f"numeric.time.{home}.FACTORABLE", factorable)
        g2 = numeric.delayed_correlation(kerr_dimer.MODEL, values, "a", TAUS[:3], 8)
        found.append([g2, numeric.spectrum(kerr_dimer.MODEL, values, "a", OMEGAS, 8)])
    np.testing.assert_allclose(*found, rtol=1e-6)  # what is promised
    assert abs(found[0][0][0] - 1) > 0.1


@pytest.mark.parametrize("width", [-1.0, (1.0, 0.0), (1.0, 1.0, 1.0), "wide"])
def test_widths_that_are_none_are_refused(width):
    with pytest.raises(ValueError, match="`width` must be a positive number, or a pair"):
        filtered_correlation(kerr.MODEL, kerr.VALUES, "a", 0.0, width)
