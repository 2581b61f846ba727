"""What lies beyond the terms of a series: the weights of leading order, and what they prevent."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from analytic.series import expand
from analytic.series.moments import Moments
from analytic.series.shells import Shells
from systems import Loss, Model
from systems.library import kerr
from systems.values import read_values

Delta, chi = sp.symbols("Delta chi", real=True)
gamma, eta, xi = sp.symbols("gamma eta xi", positive=True)
a = BosonOp("a")
H = Delta * Dagger(a) * a + chi * Dagger(a) ** 2 * a**2 + xi * (a + Dagger(a))
LOSSY = Model("Kerr mode with two-photon loss", H, (Loss(gamma, a), Loss(eta, a**2)), xi)
RANDOM = np.random.default_rng(23)


def draw(low: float, high: float, points: int = 30) -> np.ndarray:
    return RANDOM.uniform(low, high, points)


STRONG = {"Delta": draw(-3, 3), "chi": draw(0.1, 2), "gamma": 1.0, "xi": draw(0.3, 2)}


@pytest.mark.parametrize(
    ("model", "values"),
    [(kerr.MODEL, STRONG), (LOSSY, STRONG | {"eta": draw(0.1, 2)})],
    ids=["Kerr", "two-photon loss"],
)
def test_the_weights_are_the_exact_solution_of_a_driven_mode(model: Model, values: dict) -> None:
    shells = Shells(Moments(model))
    (moments,) = shells._recursion.parts(read_values(model, values))
    w = shells.weights(moments[0])
    n = np.arange(len(w))[:, None]
    state = numeric.steady_state(model, values, tolerance=1e-10)
    number = (n * w).sum(axis=0) / w.sum(axis=0) / 2
    pairs = (n * (n - 1) * w).sum(axis=0) / w.sum(axis=0) / 4
    # the tolerance of the truncation of the master equation, ten times
    np.testing.assert_allclose(number, state.number("a"), rtol=1e-9, atol=0)
    np.testing.assert_allclose(pairs / number**2, state.correlation("a"), rtol=1e-9, atol=0)


@pytest.mark.parametrize(
    ("corrections", "order", "values"),
    [
        (1, 1, {"Delta": -2.8211162, "chi": 0.45177293, "gamma": 1.0, "xi": 1.5556056}),
        (4, 3, {"Delta": 4.0084127, "chi": -0.3682350, "gamma": 1.0, "xi": 1.9730177}),
    ],
)
def test_a_resonance_of_more_quanta_than_the_terms_hold_is_noticed(
    corrections: int, order: int, values: dict
) -> None:
    # Delta + chi (n - 1) = 0 at n = 7 and 12: the sums agree with one another and are wrong
    series = expand(kerr.MODEL, corrections)
    state = numeric.steady_state(kerr.MODEL, values, tolerance=1e-8)
    quantity = series.number("a") if order == 1 else series.correlation("a", order)
    exact = state.number("a") if order == 1 else state.correlation("a", order)
    found = series.assess(quantity, values)
    assert found.value < exact / 3
    assert found.status == "not converged"
    assert np.isnan(series.evaluate(quantity, values))


@pytest.mark.slow
@pytest.mark.parametrize("corrections", [1, 2, 4])
def test_sums_of_a_strongly_driven_mode_are_right_or_not_returned(corrections: int) -> None:
    points = 400
    sign = RANDOM.choice([-1, 1], points)
    values = {
        "Delta": draw(-5, 5, points),
        "chi": sign * np.exp(draw(np.log(0.05), np.log(3), points)),
        "gamma": 1.0,
        "xi": np.exp(draw(np.log(0.1), np.log(2.5), points)),
    }
    series = expand(kerr.MODEL, corrections)
    state = numeric.steady_state(kerr.MODEL, values, tolerance=1e-8, limit=60)
    for quantity, exact in [
        (series.number("a"), state.number("a")),
        (series.correlation("a"), state.correlation("a")),
    ]:
        found = series.assess(quantity, values)
        kept = (found.status == "ok") & np.isfinite(exact)
        assert 0.5 * points < kept.sum() < points
        error = np.abs(found.value - exact)[kept]
        stated = found.uncertainty[kept] + 1e-7 * exact[kept]  # the truth's own
        # an estimate: it holds at 98 of 100 points, and none is off by a geometric series of it
        assert np.mean(error <= stated) >= 0.98
        assert np.all(error <= 5 * stated)


def test_mixed_states_have_populations_that_amplitudes_do_not_show() -> None:
    dephased = Model("dephased", H, (Loss(gamma, a), Loss(eta, Dagger(a) * a)), xi)
    values = {"Delta": -2.0, "chi": 0.5, "gamma": 1.0, "eta": 0.5, "xi": 0.1}
    shells = Shells(Moments(dephased))
    (moments,) = shells._recursion.parts(read_values(dephased, values))
    series = expand(dephased, 0)
    w = shells.weights(moments[0])[:, 0]
    for n in (1, 2):
        population = series.terms(series.probability((n,)), values)[0]
        assert w[n] == pytest.approx(2**n * population, rel=1e-12)  # round-off


@pytest.mark.parametrize("corrections", [0, 1, 2])
def test_a_weak_nonlinearity_that_many_quanta_make_strong_is_noticed(corrections: int) -> None:
    # N = 4e8 to leading order, whose first correction, of second order in chi at Delta = 0, is
    # 1e-9 of it; yet chi N is almost gamma/2.  At the largest drive all leaves the range of floats
    values = {"Delta": 0.0, "chi": 1e-9, "gamma": 1.0, "xi": np.array([1e4, 1e80])}
    series = expand(kerr.MODEL, corrections)
    assert set(series.assess(series.number("a"), values).status) == {"not converged"}
