"""Digits that cancel are noticed: a term is right to a millionth, or NaN."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from analytic.series import expand
from systems import Loss, Model
from systems.library import kerr

VALUES = {"Delta": 0.33, "chi": 1.4, "gamma": 1.1, "xi": 0.1}


@pytest.mark.parametrize("order", [2, 6, 10, 14, 18, 24])
def test_terms_of_high_moments_are_right_or_nan(order: int) -> None:
    series = expand(kerr.MODEL, 2)
    moment = series.moment("a", order)
    found = series.terms(moment, VALUES)
    numbers = {x: sp.Rational(str(VALUES[str(x)])) for x in kerr.MODEL.parameters}
    exact = np.array([float(term.evalf(30, subs=numbers)) for term in moment.terms])
    given = np.isfinite(found)
    np.testing.assert_allclose(found[given], exact[given], rtol=1e-6, atol=0)  # as documented
    assert given[0]  # the leading term is a product: nothing cancels
    if order <= 10:
        assert given.all()
    if order >= 24:
        assert not given[1:].any()
        assert series.assess(moment, VALUES).status == "not resolved"
        assert np.isnan(series.evaluate(moment, VALUES))


def test_a_mode_that_interference_keeps_dark_has_no_photon_statistics() -> None:
    Delta_a, Delta_b, J, K = sp.symbols("Delta_a Delta_b J K", real=True)
    gamma, xi = sp.symbols("gamma xi", positive=True)
    a, b, c = map(BosonOp, "abc")
    H = Delta_a * Dagger(a) * a + Delta_b * Dagger(b) * b + xi * (a + Dagger(a) - b - Dagger(b))
    H += J * (Dagger(a) * c + Dagger(c) * a) + K * (Dagger(b) * c + Dagger(c) * b)
    losses = tuple(Loss(gamma, mode) for mode in (a, b, c))
    model = Model("two driven modes and a dark one", H, losses, xi)
    series = expand(model, 1)
    values = {"Delta_a": 0.3, "Delta_b": 0.3, "K": 1.1, "gamma": 0.7, "xi": 0.1}
    for J in (1.1, np.nextafter(1.1, 2)):  # J = K: a and b cancel in c, up to round-off
        found = series.assess(series.number("c"), values | {"J": J})
        assert found.status == "not resolved"
        assert found.value <= found.uncertainty
        assert series.assess(series.correlation("c"), values | {"J": J}).status != "ok"
        assert np.isnan(series.terms(series.number("c"), values | {"J": J})[0])
    bright = series.assess(series.number("c"), values | {"J": 1.2})
    assert bright.status == "ok"


def test_zeros_of_a_linear_system_stay_terms() -> None:
    series = expand(kerr.MODEL, 3)
    values = {**VALUES, "chi": 0.0, "xi": np.array([1e-3, 0.1, 3.0])}
    g2 = series.terms(series.correlation("a"), values)
    np.testing.assert_allclose(g2[0], 1, rtol=1e-12, atol=0)  # round-off
    assert np.all(g2[1:] == 0)
