"""What is smaller than floats hold is not zero, and no road calls it so."""

import numpy as np
import pytest

import analytic
import compare
import numeric
from numeric import observables
from systems import kerr, kerr_dimer

# the light of a mode that is far from the laser: n = (xi/Delta)^2, which is 1e-2/Delta^2 here
FAR = {"Delta": 1e300, "chi": 1.0, "gamma": 1.0, "xi": 0.1}
# what makes n as small: a far laser, a weak one, both a little
TINY = [FAR, FAR | {"Delta": 0.0, "xi": 1e-300}, FAR | {"Delta": 1e100, "xi": 1e-100}]
ASKED = [("number", "a"), ("correlation", "a"), ("probability", (1,)), ("probability", (2,))]


@pytest.mark.parametrize("count", [1, 40])
@pytest.mark.parametrize("values", TINY)
def test_a_population_below_the_floats_is_not_resolved_by_the_master_equation(values, count):
    batch = {name: np.full(count, value) for name, value in values.items()}
    state = numeric.steady_state(kerr.MODEL, batch)
    for quantity, argument in ASKED:
        assert set(state.estimate(quantity, argument).status) == {"not resolved"}
        assert np.isnan(getattr(state, quantity)(argument)).all()
    assert set(observables.number_status(state, kerr.a)) == {"not resolved"}
    assert np.isnan(observables.number(state, kerr.a)).all()


@pytest.mark.parametrize("values", TINY)
def test_a_closed_form_below_the_floats_is_not_resolved_either(values):
    closed, series = analytic.derive(kerr.MODEL), analytic.expand(kerr.MODEL)
    for quantity, argument in ASKED:
        form = getattr(closed, quantity)(argument)
        if quantity == "correlation":
            # at leading order a ratio of small numbers, not small itself
            assert closed.status(form, values) == "ok"
        else:
            assert closed.status(form, values) == "not resolved"
            assert np.isnan(closed.evaluate(form, values))
        found = series.assess(getattr(series, quantity)(argument), values)
        assert found.status == "not resolved"
        assert np.isnan(found.trusted)


@pytest.mark.parametrize("values", TINY)
def test_a_table_of_both_roads_compares_nothing_below_the_floats(values):
    table = compare.agreement(kerr.MODEL, values, "number,P2")
    assert set(table["status"]) == {"not resolved"}
    assert table["deviation"].isna().all()


@pytest.mark.parametrize("count", [1, 40])
def test_an_empty_mode_is_zero_and_no_underflow_alone_or_in_a_batch(count):
    many = np.linspace(0.1, 0.9, count)
    alone = {"Delta": many, "U": 0.3, "J": 0.0, "gamma": 1.0, "F": 0.1}
    state = numeric.steady_state(kerr_dimer.MODEL, alone)
    assert set(state.number_status("b")) == {"ok"}
    assert not np.any(state.number("b"))
    assert set(state.correlation_status("b")) == {"undefined"}
    series = analytic.expand(kerr_dimer.MODEL)
    assert set(series.assess(series.number("b"), alone).status) == {"ok"}


@pytest.mark.parametrize("drive", [1e-153, 1e-151, 1e-150])
def test_a_number_that_floats_hold_is_right_to_the_last_one(drive):
    # a weakly driven mode at resonance: n = (2 xi/gamma)^2, to the next order, which is 1e-300
    values = FAR | {"Delta": 0.0, "xi": drive}
    state, closed = numeric.steady_state(kerr.MODEL, values), analytic.derive(kerr.MODEL)
    exact = 4 * drive**2
    # five roundings
    assert state.number("a") == pytest.approx(exact, rel=1e-15, abs=0)
    assert closed.evaluate(closed.number("a"), values) == pytest.approx(exact, rel=1e-15, abs=0)
