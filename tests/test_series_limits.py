"""The series in the drive in the limits where its sum is known on paper."""

from math import factorial

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals
from oracles import atom_excitation, kerr_terms
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import analytic
from analytic.series import expand
from systems import Loss, Model
from systems.library import kerr, nanotip

Delta = sp.Symbol("Delta", real=True)
gamma, xi = sp.symbols("gamma xi", positive=True)
lower, lift = SigmaMinus("s"), SigmaPlus("s")
ATOM = Model(
    "driven two-level atom",
    Delta * lift * lower + xi * (lift + lower),
    (Loss(gamma, lower),),
    xi,
)
DRIVES = np.array([0.01, 0.1, 0.3, 0.7])
ROUNDOFF = 1e-11  # of double precision through a few linear solves


def test_one_correction_gives_the_saturating_atom_exactly() -> None:
    values = {"Delta": 0.0, "gamma": 1.0, "xi": DRIVES}
    series, exact = expand(ATOM, corrections=1), atom_excitation(DRIVES)
    excited = series.probability((1,))
    for how in ("auto", "pade"):
        found = series.assess(excited, values, sum=how).value
        np.testing.assert_allclose(found, exact, rtol=ROUNDOFF, atol=0)


def test_the_atoms_first_pade_approximant_is_exact_in_symbols_and_with_detuning() -> None:
    leading, first = expand(ATOM, corrections=1).number("s").terms
    exact = atom_excitation(xi, Delta, gamma)
    assert_closed_form_equals(leading / (1 - first / leading), exact)


def test_two_photons_of_an_atom_are_exactly_none() -> None:
    series = expand(ATOM, corrections=2)
    values = {"Delta": 0.3, "gamma": 1.0, "xi": 0.2}
    assert series.evaluate(series.correlation("s"), values) == 0
    assert series.correlation("s").expr == 0


def test_a_strong_nonlinearity_makes_the_cavity_saturate_like_an_atom() -> None:
    values = {"Delta": 0.0, "J": 0.0, "chi": 1e6, "gamma": 1.0, "xi": DRIVES}
    series, exact = expand(nanotip.MODEL, corrections=1), atom_excitation(DRIVES)
    found = series.assess(series.probability((1, 0)), values, sum="auto").value
    # two photons are mixed in with (xi/chi)^2 < 1e-12
    np.testing.assert_allclose(found, exact, rtol=1e-9, atol=0)


def test_a_hard_core_cavity_has_the_terms_and_the_pade_sum_of_the_atom_exactly() -> None:
    one = expand(nanotip.MODEL, corrections=1).probability((1, 0))
    terms = one.closed_form({"Delta": 0, "J": 0})
    chi = nanotip.chi
    leading, first = (sp.limit(term, chi, sp.oo) for term in terms)
    g, drive = nanotip.gamma, nanotip.xi
    assert_closed_form_equals(leading, 4 * drive**2 / g**2)
    assert_closed_form_equals(first, -32 * drive**4 / g**4)
    assert_closed_form_equals(leading / (1 - first / leading), atom_excitation(drive, 0, g))


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("point", [(0.0, 0.5, 1.0), (-0.7, 1.3, 0.4), (2.1, -0.6, 0.9)])
@pytest.mark.parametrize(
    ("model", "mode", "more"),
    [(kerr.MODEL, "a", {}), (nanotip.MODEL, "a1", {"J": 0.0})],
    ids=["Kerr mode", "nanotip"],
)
def test_without_backscattering_the_series_is_that_of_drummond_and_walls(
    model: Model, mode: str, more: dict[str, float], order: int, point: tuple[float, float, float]
) -> None:
    detuning, strength, rate = point
    values = {"Delta": detuning, "chi": strength, "gamma": rate, "xi": 0.1, **more}
    series = expand(model, corrections=4)
    terms = series.terms(series.moment(mode, order), values)
    exact = kerr_terms(order, 5, Delta=detuning, chi=strength, gamma=rate, xi=0.1)
    np.testing.assert_allclose(terms, exact, rtol=ROUNDOFF, atol=0)


@pytest.mark.slow
def test_a_linear_system_has_no_correction_to_any_moment() -> None:
    values = {"Delta": 0.4, "J": 1.1 - 0.3j, "chi": 0.0, "gamma": 1.0, "xi": 0.3}
    series = expand(nanotip.MODEL, corrections=2)
    moments = [series.moment(mode, k) for mode in ("a1", "a2") for k in (1, 2, 3)]
    ratios = [series.correlation("a2", 3), series.cross_correlation("a1", "a2")]
    for quantity in moments + ratios:
        terms = series.terms(quantity, values)
        assert np.all(np.abs(terms[1:]) < ROUNDOFF * terms[0])
    np.testing.assert_allclose(
        series.evaluate(series.correlation("a1"), values), 1, rtol=ROUNDOFF, atol=0
    )


def test_without_nonlinearity_all_corrections_of_moments_are_zero_in_symbols() -> None:
    series = expand(nanotip.MODEL, corrections=1)
    for mode, order in [("a1", 1), ("a2", 1), ("a1", 2), ("a2", 2)]:
        leading, first = series.moment(mode, order).closed_form({"chi": 0})
        assert leading != 0
        assert first == 0


def test_a_moment_is_what_a_correlation_divides() -> None:
    values = {"Delta": 0.2, "J": 0.8 + 0.1j, "chi": 0.5, "gamma": 1.0, "xi": 0.05}
    for road in (analytic.derive(nanotip.MODEL, quanta=3), expand(nanotip.MODEL, corrections=0)):
        for k in (2, 3):
            parts = road.moment("a1", k), road.number("a1"), road.correlation("a1", k)
            G, n, g = (road.evaluate(part, values) for part in parts)
            np.testing.assert_allclose(G / n**k, g, rtol=ROUNDOFF, atol=0)
    assert expand(ATOM, 0).moment("s", 2).expr == analytic.derive(ATOM).moment("s", 2) == 0


def test_the_populations_of_a_linear_system_are_poissonian_term_by_term() -> None:
    values = {"Delta": 0.4, "J": 1.1 - 0.3j, "chi": 0.0, "gamma": 1.0, "xi": 0.3}
    series = expand(nanotip.MODEL, corrections=3)
    one, two = (series.evaluate(series.number(mode), values) for mode in ("a1", "a2"))
    for m, n in [(0, 0), (1, 0), (0, 1), (1, 1)]:
        terms = series.terms(series.probability((m, n)), values)
        weight = one**m * two**n / (factorial(m) * factorial(n))
        poisson = [weight * (-one - two) ** j / factorial(j) for j in range(4)]
        np.testing.assert_allclose(terms, poisson, rtol=1e-9, atol=0)  # differences of moments


def test_the_leading_terms_are_the_closed_forms_of_the_amplitudes() -> None:
    amplitudes = analytic.derive(nanotip.MODEL, quanta=2)
    series = expand(nanotip.MODEL, corrections=0)
    assert_closed_form_equals(series.number("a2").expr, amplitudes.number("a2"))
    assert_closed_form_equals(
        expand(kerr.MODEL, corrections=0).correlation("a").expr,
        analytic.derive(kerr.MODEL).correlation("a"),
    )
    values = {"Delta": 0.2, "J": 0.8 + 0.1j, "chi": 0.5, "gamma": 1.0, "xi": 0.2}
    for mine, other in [
        (series.correlation("a1"), amplitudes.correlation("a1")),
        (series.probability((1, 1)), amplitudes.probability((1, 1))),
        (series.cross_correlation("a1", "a2"), amplitudes.cross_correlation("a1", "a2")),
    ]:
        found = series.evaluate(mine, values, sum="taylor")
        expected = amplitudes.evaluate(other, values)
        np.testing.assert_allclose(found, expected, rtol=ROUNDOFF, atol=0)


def test_the_phase_of_the_backscattering_drops_out_of_every_term() -> None:
    phases = np.exp(1j * np.linspace(0, 6, 7))
    values = {"Delta": 0.2, "J": 0.8 * phases, "chi": 0.5, "gamma": 1.0, "xi": 0.2}
    series = expand(nanotip.MODEL, corrections=2)
    for quantity in (series.correlation("a1"), series.probability((0, 1))):
        terms = series.terms(quantity, values)
        np.testing.assert_allclose(terms, terms[:, :1] * np.ones(7), rtol=1e-10, atol=0)


def test_the_series_of_the_atom_converges_up_to_the_saturation_that_its_pole_mirrors() -> None:
    values = {"Delta": 0.0, "gamma": 1.0, "xi": DRIVES}
    # 1 + 2 s = 0 at xi^2 = -gamma^2/8
    np.testing.assert_allclose(
        expand(ATOM, corrections=3).radius(values), np.sqrt(1 / 8), rtol=1e-6, atol=0
    )


def test_the_order_in_which_the_hamiltonian_is_written_changes_nothing() -> None:
    a = kerr.a
    anti = Model(
        "the same, written in antinormal order",
        kerr.Delta * (a * Dagger(a) - 1)
        + kerr.chi * Dagger(a) * (a * Dagger(a) - 1) * a
        + kerr.xi * (Dagger(a) + a),
        (Loss(kerr.gamma, a),),
        kerr.xi,
    )
    one, two = (expand(model, corrections=1).number("a").expr for model in (anti, kerr.MODEL))
    assert_closed_form_equals(one, two)
