"""Boxes of phonons that are given: what the certificate says of a mirror that meets their end."""

import pytest

import numeric
from systems.library import optomechanics
from systems.status import Estimate

NUMBERS = [("number", mode) for mode in "ab"] + [("amplitude", mode) for mode in "ab"]
NUMBERS += [("correlation", mode, order) for mode in "ab" for order in (2, 3, 4)]
# drawn; of the last the errors with 20 and 23 phonons are alike
SLIGHT = {"Delta": 0.08, "g": 0.4, "kappa": 0.374, "gamma": 0.05, "xi": 0.032}
LASTING = {"Delta": 0.0, "g": 0.437, "kappa": 0.297, "gamma": 0.01, "xi": 0.0246}
WARM = {"Delta": 1.0, "g": 0.6048, "kappa": 0.1011, "gamma": 0.1, "xi": 0.01018, "n_th": 0.3}
MIRRORS = [
    (SLIGHT, (8, 13, 18), 26),
    (LASTING, (9, 14), 28),
    pytest.param(WARM, (20, 31), 44, marks=pytest.mark.slow),
]


def _state(values: dict[str, float], phonons: int) -> numeric.SteadyState:
    model = optomechanics.WARM if "n_th" in values else optomechanics.MODEL
    box = {"a": 5, "b": phonons}
    return numeric.steady_state(model, {"omega": 1.0, **values}, quanta=box)


def _estimates(state: numeric.SteadyState) -> list[Estimate]:
    return [state.estimate(*number) for number in NUMBERS]


def _assert_honest(found: list[Estimate], right: list[Estimate]) -> None:
    for one, other in zip(found, right, strict=True):
        if one.status == "ok":
            x = complex(other.value)
            # below the tenth digit the errors of what it is compared with count as well
            assert abs(complex(one.value) - x) <= 3 * float(one.error) + 1e-10 * abs(x)


@pytest.mark.parametrize(("values", "tops", "enough"), MIRRORS)
def test_no_number_of_a_pushed_mirror_is_further_off_than_three_times_its_claim(
    values: dict[str, float], tops: tuple[int, ...], enough: int
) -> None:
    right = _estimates(_state(values, enough))
    for phonons in tops:
        _assert_honest(_estimates(_state(values, phonons)), right)


def test_a_box_beside_which_no_more_phonons_fit_is_compared_with_fewer(monkeypatch) -> None:
    monkeypatch.setattr("numeric.reading.twofold.largest", lambda *_: 120**2)
    state = _state(SLIGHT, 15)
    assert state.finer.truncation == {"a": 7, "b": 12}
    _assert_honest(_estimates(state), _estimates(_state(SLIGHT, 26)))
