"""Bad input: one clear sentence, never a number."""

import numpy as np
import pytest

from numeric import delayed_correlation, nojump_state, steady_state
from numeric.lindblad.space import count_states, space
from numeric.time.trajectories import trajectories
from systems.library import jaynes_cummings, kerr, nanotip

KERR = {"Delta": 0.1, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
TIP = {**KERR, "J": 0.5}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"Xi": 0.1}, "did you mean `xi`"),
        ({"xi": np.nan}, "finite"),
        ({"xi": np.inf}, "finite"),
        ({"gamma": 0.0}, "positive"),
        ({"gamma": -1.0}, "positive"),
        ({"xi": np.ones(3), "chi": np.ones(2)}, "broadcast"),
        ({"xi": np.array([])}, "empty"),
    ],
)
def test_bad_values_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        steady_state(kerr.MODEL, {**KERR, **changed})


@pytest.mark.parametrize(
    "value", ["0.1", ["0.1"], None, True, [[0.1], [0.1, 0.2]], np.ma.masked_array([0.1], [True])]
)
def test_values_that_are_no_numbers_are_refused(value):
    with pytest.raises(TypeError, match="xi"):
        steady_state(kerr.MODEL, {**KERR, "xi": value})


def test_integers_are_numbers():
    state = steady_state(kerr.MODEL, {"Delta": 0, "chi": 1, "gamma": 1, "xi": 1}, quanta=5)
    floats = {"Delta": 0.0, "chi": 1.0, "gamma": 1.0, "xi": 1.0}
    as_floats = steady_state(kerr.MODEL, floats, quanta=5)
    assert state.number("a") == as_floats.number("a")


@pytest.mark.parametrize("quanta", [0, -1, 2.5, "4", True])
def test_quanta_must_be_a_positive_integer(quanta):
    with pytest.raises(ValueError, match="Argument `quanta` must be a positive integer"):
        steady_state(kerr.MODEL, KERR, quanta=quanta)


def test_a_liouvillian_that_does_not_fit_is_refused_with_its_size():
    with pytest.raises(ValueError, match="861 states and 741321 unknowns"):
        steady_state(nanotip.MODEL, TIP, quanta=40)


def test_a_truncation_of_any_size_is_refused_at_once():
    with pytest.raises(ValueError, match="500001500001 states"):
        steady_state(nanotip.MODEL, TIP, quanta=10**6)
    with pytest.raises(ValueError, match="Argument `limit` must leave at most 547 states"):
        steady_state(nanotip.MODEL, TIP, limit=10**6)
    for order in (10**5, 10**400):
        with pytest.raises(ValueError, match="Argument `order` must leave at most 300000") as no:
            steady_state(nanotip.MODEL, TIP, order=order)
        assert len(str(no.value)) < 400


@pytest.mark.parametrize("model", [kerr.MODEL, nanotip.MODEL, jaynes_cummings.MODEL])
@pytest.mark.parametrize("quanta", [1, 2, 5])
def test_the_states_are_counted_right(model, quanta):
    assert count_states(model.modes, quanta) == space(model.modes, quanta).size


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("solver", "magic"),
        ("tolerance", 0.0),
        ("tolerance", 2.0),
        ("limit", 0),
        ("limit", 5),
        ("order", 0),
    ],
)
def test_other_arguments_are_checked(argument, value):
    with pytest.raises(ValueError, match=f"Argument `{argument}` must"):
        steady_state(kerr.MODEL, KERR, **{argument: value})


def test_results_that_the_truncation_does_not_hold_are_refused():
    state = steady_state(nanotip.MODEL, TIP, quanta=2)
    with pytest.raises(ValueError, match="Argument `quanta` must be at least 3 for g3, but is 2"):
        state.correlation("a1", 3)
    with pytest.raises(ValueError, match="at least 4 for the probability"):
        state.probability((2, 2))
    with pytest.raises(ValueError, match="one of a1, a2"):
        state.number("b")
    with pytest.raises(ValueError, match="2 non-negative integers"):
        state.probability((1,))
    with pytest.raises(ValueError, match="Argument `order`"):
        state.correlation("a1", 0)


def test_a_truncation_chosen_for_lower_orders_does_not_serve_higher_ones():
    strong = steady_state(kerr.MODEL, {**KERR, "xi": 0.7})
    assert strong.quanta > 5
    with pytest.raises(ValueError, match="Argument `order` of steady_state must be at least 5"):
        strong.correlation("a", 5)
    assert steady_state(kerr.MODEL, {**KERR, "xi": 0.7}, order=5).correlation("a", 5) > 0


@pytest.mark.parametrize("taus", [np.nan, [0.0, np.inf], []])
def test_delays_must_be_finite(taus):
    with pytest.raises(ValueError, match="taus"):
        delayed_correlation(kerr.MODEL, KERR, "a", taus)


@pytest.mark.parametrize("taus", ["1", [1j], np.ma.masked_array([1.0], [True])])
def test_delays_must_be_numbers(taus):
    with pytest.raises(TypeError, match="taus"):
        delayed_correlation(kerr.MODEL, KERR, "a", taus)


def test_kinds_of_no_jump_states_are_listed():
    with pytest.raises(ValueError, match="unnormalised, normalised, slowest"):
        nojump_state(kerr.MODEL, KERR, kind="eigenvector")


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("count", 1),
        ("count", 2.5),
        ("duration", 0.0),
        ("duration", np.inf),
        ("duration", "x"),
        ("quanta", 0),
        ("seed", -1),
        ("seed", "a"),
    ],
)
def test_trajectories_check_their_arguments(argument, value):
    with pytest.raises(ValueError, match=f"Argument `{argument}` must"):
        trajectories(kerr.MODEL, KERR, **{"quanta": 3, argument: value})


def test_trajectories_take_one_point():
    with pytest.raises(ValueError, match="must hold numbers"):
        trajectories(kerr.MODEL, {**KERR, "xi": [0.1, 0.2]}, 3)


@pytest.mark.parametrize("tolerance", ["1", None, 1j, 0.0, 1.0])
def test_the_tolerance_is_a_number_between_0_and_1(tolerance):
    with pytest.raises(ValueError, match="Argument `tolerance` must"):
        steady_state(kerr.MODEL, KERR, tolerance=tolerance)


@pytest.mark.parametrize("occupation", [0, None, "2"])
def test_an_occupation_is_a_tuple(occupation):
    with pytest.raises(TypeError, match="Argument `occupation` must"):
        steady_state(kerr.MODEL, KERR, quanta=3).probability(occupation)
