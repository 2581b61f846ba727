"""What a sum calls "ok" is as true as it says, and the rest is not returned."""

from functools import cache
from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus, SigmaPlus

import numeric
from analytic import derive
from analytic.fields import purity
from analytic.series import expand
from systems import Loss, Model
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip, parametric_kerr

BELOW = {"Delta": -1.0, "chi": 0.5, "gamma": 1.0}  # one photon brings the next nearer: N bends up
RANDOM = np.random.default_rng(11)


def draw(low: float, high: float) -> np.ndarray:
    return RANDOM.uniform(low, high, 40)


POINTS = {
    "kerr": (kerr.MODEL, {"Delta": draw(-1, 1), "chi": draw(-2, 2), "gamma": 1.0}),
    "dimer": (
        kerr_dimer.MODEL,
        {"Delta": draw(-1, 1), "U": draw(-2, 2), "J": draw(0.2, 3), "gamma": 1.0},
    ),
    "nanotip": (
        nanotip.MODEL,
        {"Delta": draw(-1, 1), "J": draw(0, 2), "chi": draw(0, 2), "gamma": 1.0},
    ),
    "atom in a cavity": (
        jaynes_cummings.MODEL,
        {"Delta_a": draw(-1, 1), "Delta_s": draw(-1, 1), "g": draw(0.2, 2), "kappa": 1.0,
         "gamma": draw(0.2, 2)},
    ),
}  # fmt: skip
DRIVES = draw(0.02, 0.6)


@cache
def solved(system: str) -> tuple[Model, dict[str, Any], numeric.SteadyState]:
    model, values = POINTS[system]
    values = {**values, str(model.drive): DRIVES}
    return model, values, numeric.steady_state(model, values, tolerance=1e-9)


@pytest.mark.parametrize("corrections", [1, 2, 3, 4])
def test_a_series_that_runs_away_is_not_returned(corrections: int) -> None:
    drives = np.array([0.9, 1.0, 2.0, 5.0])
    series = expand(kerr.MODEL, corrections)
    for quantity in (series.number("a"), series.correlation("a"), series.probability((1,))):
        for how in ("auto", "taylor"):
            status = series.assess(quantity, {**BELOW, "xi": drives}, sum=how).status
            assert set(status) == {"not converged"}, (quantity, how)
        assert np.all(np.isnan(series.evaluate(quantity, {**BELOW, "xi": drives})))
        assert series.assess(quantity, {**BELOW, "xi": 0.1}).status == "ok"


@pytest.mark.parametrize("corrections", [0, 1, 2, 3, 4])
def test_a_taylor_sum_beyond_the_radius_is_never_ok(corrections: int) -> None:
    series = expand(kerr.MODEL, corrections)
    values = {**BELOW, "xi": np.linspace(0.1, 3, 30)}
    beyond = series.radius(values) <= values["xi"]
    assert 0 < beyond.sum() < 30
    for quantity in (series.number("a"), series.correlation("a", 2)):
        status = series.assess(quantity, values, sum="taylor").status
        assert set(status[beyond]) == {"not converged"}


@pytest.mark.parametrize("system", POINTS)
@pytest.mark.parametrize("corrections", [1, 2, 4])
def test_what_is_ok_lies_within_the_uncertainty_that_it_states(
    system: str, corrections: int
) -> None:
    model, values, state = solved(system)
    series, mode = expand(model, corrections), model.modes[0]
    for quantity, exact, known in [
        (series.number(mode), state.number(mode), state.number_status(mode)),
        (series.correlation(mode), state.correlation(mode), state.correlation_status(mode)),
    ]:
        found = series.assess(quantity, values)
        kept = (found.status == "ok") & (known == "ok")
        assert kept.sum() > 10  # of 40, up to drives far beyond what is called weak
        error = np.abs(found.value - exact)[kept]
        stated = found.uncertainty[kept] + 1e-8 * np.abs(exact[kept])  # the truth's own
        # an estimate, from what the last order changed: nine of ten within it, and none so far
        # off that a geometric series of ratio 4/5, five times its first term, would not reach it
        assert np.mean(error <= stated) >= 0.9
        assert np.all(error <= 5 * stated)


def test_a_correction_that_is_all_there_is_at_an_interference_zero_is_ok() -> None:
    # the amplitude of two quanta in a1 vanishes at this J, found from its closed form
    detunings = {"Delta": 0.0, "chi": 0.5, "gamma": 1.0, "xi": 0.02}
    J = np.linspace(0.05, 3, 4000)
    leading = expand(nanotip.MODEL, 0)
    g2 = leading.terms(leading.correlation("a1"), {**detunings, "J": J})[0]
    values = {**detunings, "J": J[np.argmin(g2)]}
    series = expand(nanotip.MODEL, 1)
    found = series.assess(series.correlation("a1"), values)
    exact = numeric.steady_state(nanotip.MODEL, values, quanta=6).correlation("a1")
    leading_term, first = series.terms(series.correlation("a1"), values)
    assert first > 2 * leading_term
    assert found.status == "ok"
    # the next term, (xi/gamma)^2 or so
    assert found.value == pytest.approx(exact, rel=0.02, abs=0)


def test_an_exact_sum_is_ok_far_beyond_the_radius() -> None:
    atom_like: Model = nanotip.MODEL
    values = {"Delta": 0.0, "J": 0.0, "chi": 1e6, "gamma": 1.0, "xi": np.array([0.3, 0.5, 0.9])}
    series, s = expand(atom_like, corrections=2), 4 * values["xi"] ** 2
    assert np.all(series.radius(values) < 0.36)  # 1 + 2 s = 0 at xi^2 = -gamma^2/8
    found = series.evaluate(series.probability((1, 0)), values)
    # two photons are mixed in with (xi/chi)^2 < 1e-12
    np.testing.assert_allclose(found, s / (1 + 2 * s), rtol=1e-9, atol=0)


def test_a_coherent_state_has_its_moments_at_any_drive() -> None:
    # its populations have a series of their own, exp(-N), its moments none
    values = {"Delta": 0.4, "J": 1.1, "chi": 0.0, "gamma": 1.0, "xi": np.array([0.5, 1.5, 5.0])}
    series = expand(nanotip.MODEL, corrections=2)
    for how in ("auto", "taylor"):
        g2 = series.assess(series.correlation("a1"), values, sum=how)
        assert set(g2.status) == {"ok"}
        np.testing.assert_allclose(g2.value, 1, rtol=1e-10, atol=0)  # round-off


def test_the_purity_of_light_above_the_parametric_threshold_is_not_returned() -> None:
    closed = derive(parametric_kerr.MODEL)
    pumps = np.array([0.02, 0.3, 0.6])  # threshold: 2 G = gamma/2
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.2, "G": pumps}
    found = closed.evaluate(purity(closed), values)
    assert list(np.isnan(found)) == [False, True, True]
    # squeezed vacuum: Tr rho^2 = 1 - 8 (G/gamma)^2, the next term being of the order of its square
    assert found[0] == pytest.approx(1 - 8 * 0.02**2, abs=(8 * 0.02**2) ** 2)


def emptied_by_atoms() -> tuple[Model, dict[str, Any]]:
    """A driven mode with two lossy atoms near resonance, which leave it nearly empty."""
    Delta = sp.Symbol("Delta", real=True)
    g, xi, gamma = sp.symbols("g xi gamma", positive=True)
    a, atoms = BosonOp("a"), [(SigmaMinus(name), SigmaPlus(name)) for name in ("s1", "s2")]
    H = Delta * (Dagger(a) * a + atoms[0][1] * atoms[0][0]) + xi * (a + Dagger(a))
    for (lower, upper), share in zip(atoms, (1, sp.Rational(1, 2)), strict=True):
        H += share * g * (Dagger(a) * lower + a * upper)
    losses = Loss(gamma, a), Loss(gamma / 3, atoms[0][0]), Loss(gamma / 4, atoms[1][0])
    # the sums of <a'a> to one and to two corrections agree by accident, and are off by 6 %
    values = {"Delta": 0.2, "g": 1.5, "xi": 0.3, "gamma": 1.0}
    return Model("mode emptied by atoms", H, losses, xi), values


@pytest.mark.slow
def test_sums_that_agree_by_accident_on_their_way_are_not_taken_for_converged() -> None:
    model, values = emptied_by_atoms()
    state, series = numeric.steady_state(model, values), expand(model, corrections=2)
    for quantity, exact in [
        (series.number("a"), state.number("a")),
        (series.cross_correlation("a", "s2"), state.cross_correlation("a", "s2")),
    ]:
        found = series.assess(quantity, values)
        assert found.status == "ok"
        assert abs(found.value - exact) <= found.uncertainty


@pytest.mark.slow
@pytest.mark.parametrize("corrections", [2, 3, 4])
def test_the_uncertainty_bounds_what_interference_with_an_atom_leaves(corrections: int) -> None:
    # near resonance the atom keeps the light out, as in dipole-induced transparency
    random = np.random.default_rng(2)
    names = ("Delta_a", "Delta_s", "g", "gamma", "xi")
    lows, highs = (-0.5, -0.2, 0.5, 0.1, 0.05), (0.5, 0.2, 2.0, 0.4, 0.5)
    values = {n: random.uniform(*ends, 60) for n, *ends in zip(names, lows, highs, strict=True)}
    values["kappa"] = 1.0
    state = numeric.steady_state(jaynes_cummings.MODEL, values, tolerance=1e-8)
    series = expand(jaynes_cummings.MODEL, corrections)
    for quantity, exact, known in [
        (series.number("a"), state.number("a"), state.number_status("a")),
        (series.correlation("a"), state.correlation("a"), state.correlation_status("a")),
    ]:
        found = series.assess(quantity, values)
        kept = (found.status == "ok") & (known == "ok")
        assert kept.sum() > 30
        stated = found.uncertainty + 1e-7 * abs(exact)  # the truth's own
        off = (abs(found.value - exact) / stated)[kept]
        assert np.mean(off <= 1) >= 0.98  # what `Assessment` promises of sums with corrections
        assert np.all(off <= 5)
