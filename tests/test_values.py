"""Values are checked once, by name, and broadcast."""

import numpy as np
import pytest

from systems import nanotip
from systems.values import read_values

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
        ({"Delta": 1j}, ValueError, "`Delta` must be real"),
        ({"chi": "5"}, TypeError, "`chi` must be a number or an array"),
        ({"chi": None}, TypeError, "`chi` must be a number or an array"),
        ({"chi": np.ma.masked_array([1, 2], [True, False])}, TypeError, "masked"),
        ({"chi": []}, ValueError, "`chi` must hold at least one number"),
        ({"chi": [1, 2], "xi": [1, 2, 3]}, ValueError, r"chi \(2,\), xi \(3,\)"),
    ],
)
def test_bad_values_are_named(change, error, message):
    with pytest.raises(error, match=message):
        read_values(nanotip.MODEL, GOOD | change)


def test_missing_values_are_listed():
    with pytest.raises(ValueError, match="a value for chi, xi"):
        read_values(nanotip.MODEL, {"Delta": 0, "J": 0, "gamma": 1})
