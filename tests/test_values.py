"""Values are checked once, by name, and broadcast."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st
from sympy.physics.quantum import Dagger

from numeric import coherence, evolve, nojump_state, steady_state
from systems import Loss, Model
from systems.arithmetic import evaluate
from systems.library import kerr, nanotip
from systems.values import rate_unit, read_values

GOOD = {"Delta": 0, "J": 0.5 + 0.1j, "chi": 1, "gamma": 1, "xi": 0.1}


def test_arrays_broadcast_to_one_shape_and_integers_become_floats():
    values = GOOD | {"Delta": np.zeros((3, 1), dtype=int), nanotip.xi: np.ones(4)}
    del values["xi"]
    arrays = read_values(nanotip.MODEL, values)
    assert {array.shape for array in arrays.values()} == {(3, 4)}
    assert arrays["Delta"].dtype == float
    assert arrays["J"].dtype == complex


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"Dleta": 1}, ValueError, "did you mean `Delta`"),
        ({"kappa_3": 1}, ValueError, "but also has `kappa_3`"),
        ({"chi": np.nan}, ValueError, "`chi` must be finite"),
        ({"chi": [1, np.inf]}, ValueError, "`chi` must be finite"),
        ({"gamma": 0}, ValueError, "Rate `gamma` .* must be positive"),
        ({"gamma": [1.0, -2.0]}, ValueError, "but is -2"),
        ({"Delta": 1j}, ValueError, r"`Delta` must be real, but is 0\+1j"),
        ({"chi": 10**400}, ValueError, r"`chi` must be at most 1e\+300 in size"),
        ({"chi": 1.7e308}, ValueError, r"at most 1e\+300 in size, but is 1.7e\+308"),
        ({"gamma": 5e-324}, ValueError, r"`gamma` must be 0 or at least 2.2e-308 in size"),
        ({"xi": [0.1, 1e-310]}, ValueError, "with all of its digits, but is 1e-310"),
        ({"chi": "5" * 400}, TypeError, r"a number or an array, but is '5{75} \.\.\."),
        ({"chi": "5"}, TypeError, "`chi` must be a number or an array"),
        ({"chi": None}, TypeError, "`chi` must be a number or an array"),
        ({"chi": np.ma.masked_array([1, 2], [True, False])}, TypeError, "masked"),
        ({"chi": []}, ValueError, "`chi` must hold at least one number"),
        ({"chi": [1, 2], "xi": [1, 2, 3]}, ValueError, r"chi \(2,\), xi \(3,\)"),
        ({"chi": [[1, 2], [3]]}, TypeError, "`chi` must be a number or an array"),
        ({"chi": nanotip.xi}, TypeError, "`chi` must be a number or an array"),
        ({nanotip.chi: 2}, ValueError, "must hold `chi` once"),
    ],
)
def test_bad_values_are_named(change, error, message):
    with pytest.raises(error, match=message):
        read_values(nanotip.MODEL, GOOD | change)


def test_numbers_of_sympy_are_numbers():
    exact = {"Delta": sp.Integer(0), "J": sp.I / 2, "chi": sp.Rational(1, 2), "gamma": sp.pi}
    arrays = read_values(nanotip.MODEL, GOOD | exact)
    assert {name: arrays[name][()] for name in exact} == {
        "Delta": 0, "J": 0.5j, "chi": 0.5, "gamma": np.pi,
    }  # fmt: skip


def test_exact_numbers_are_numbers():
    exact = {"Delta": Decimal("0.25"), "J": Fraction(1, 2), "chi": [Fraction(1, 4), 10**30]}
    arrays = read_values(nanotip.MODEL, GOOD | exact)
    assert arrays["Delta"].tolist() == [0.25, 0.25]
    assert arrays["J"].tolist() == [0.5, 0.5]
    assert arrays["chi"].tolist() == [0.25, 1e30]


def test_values_are_a_dict_and_the_model_is_a_model():
    with pytest.raises(TypeError, match="`values` must be a dict"):
        read_values(nanotip.MODEL, [1, 2])
    with pytest.raises(TypeError, match="`model` must be a Model, but is 'nanotip'"):
        read_values("nanotip", GOOD)


def test_missing_values_are_listed():
    with pytest.raises(ValueError, match="a value for chi, xi"):
        read_values(nanotip.MODEL, {"Delta": 0, "J": 0, "gamma": 1})


def test_what_leaves_the_range_of_floats_on_the_way_is_right_all_the_same():
    x, y = sp.symbols("x y", real=True)
    arrays = {"x": np.array([1e200, 2.0, 1e-200]), "y": np.array([2e200, 1.0, 4e-200])}
    ratio = np.array([1 / 2, 2.0, 1 / 4])
    quotient = evaluate(x**2 / y**2, arrays)
    np.testing.assert_allclose(quotient, ratio**2, rtol=1e-15, atol=0)


def test_nothing_over_nothing_stays_undefined():
    x, y = sp.symbols("x y", real=True)
    arrays = {"x": np.array([0.0, 1e200]), "y": np.array([0.0, 1e200])}
    np.testing.assert_array_equal(evaluate(x**2 / y**2, arrays), [np.nan, 1.0])


@given(st.floats(1e-250, 1e250), st.floats(1e-250, 1e250))
def test_the_unit_of_rates_is_a_power_of_two_and_rounds_nothing(rate, angle):
    arrays = {"gamma": np.array(rate), "phi": np.array(angle)}
    unit = float(rate_unit(arrays, {"gamma"}))
    assert np.frexp(unit)[0] == 0.5
    assert 0.5 <= rate / unit < 1
    assert rate / unit * unit == rate


def test_a_sum_of_thousands_of_terms_is_evaluated() -> None:
    x, y = sp.symbols("x y")
    # Python's compiler takes no sum of so many terms in one line
    series = sp.Add(
        *(y / (1 + sp.Add(*(x**k for k in range(1, 1200)))), *(y**k for k in range(2500)))
    )
    found = evaluate(sp.sqrt(series), {"x": np.array([0.5]), "y": np.array([0.25])})
    # sum_k x^k = 2 without the 1 of k = 0, which stands before it, and sum_k y^k = 4/3
    assert found[0] == pytest.approx(np.sqrt(0.25 / 2 + 4 / 3), rel=1e-14)


def test_a_model_in_plain_numbers_gives_what_its_symbols_give():
    point = {"Delta": 0.5, "chi": 1.0, "gamma": 1.0, "xi": 0.25}
    exact = {symbol: sp.Rational(point[str(symbol)]) for symbol in kerr.MODEL.parameters}
    (loss,) = kerr.MODEL.losses
    plain = Model("Kerr", kerr.MODEL.hamiltonian.subs(exact), (Loss(1, loss.operator),))
    for look in (
        lambda model, values: steady_state(model, values).correlation("a"),
        lambda model, values: steady_state(model, values, quanta=6).expect(kerr.a),
        lambda model, values: nojump_state(model, values, quanta=4).number("a"),
        lambda model, values: evolve(model, values, [0.0, 1.0], quanta=6).number("a"),
        lambda model, values: coherence(model, values, "a", [0.0, 1.0], quanta=6),
    ):
        assert np.allclose(look(plain, {}), look(kerr.MODEL, point), rtol=1e-9, atol=0)


def test_linear_light_in_plain_numbers_is_coherent():
    bright = Model("driven", 3 * (kerr.a + Dagger(kerr.a)), (Loss(1, kerr.a),))
    assert np.isclose(steady_state(bright, {}).number("a"), 36.0, rtol=1e-9)  # (2 F/gamma)^2


def test_a_pump_and_a_dephasing_may_be_zero():
    """They are then as if they had not been written, so that a scan over them may begin there."""
    model, a, (P, kappa) = kerr.MODEL, kerr.a, sp.symbols("P kappa", positive=True)
    warm = replace(model, losses=(*model.losses, Loss(P, Dagger(a)), Loss(kappa, Dagger(a) * a)))
    values = kerr.VALUES | {"xi": 0.3}
    scan = steady_state(warm, values | {"P": [0.0, 0.1], "kappa": 0.0})
    assert scan.correlation(a)[0] == pytest.approx(steady_state(model, values).correlation(a))
    with pytest.raises(ValueError, match=r"Rate `P` .* must not be negative, but is -1"):
        read_values(warm, values | {"P": -1.0, "kappa": 0.0})
