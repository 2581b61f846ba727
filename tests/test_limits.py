"""Work that nobody could wait for is refused with its size, and what is left works."""

import re

import pytest

from analytic import derive, expand
from analytic.series.hierarchy import count_moments
from compare import budget, validity
from systems.library import jaynes_cummings, kerr, kerr_dimer, nanotip

POINT = {"Delta": 0.3, "U": 0.1, "J": 1.0, "gamma": 1.0, "F": 0.05}


def largest(refusal):
    return int(re.search(r"at most (\d+) (?:do|quanta do|corrections do)", str(refusal.value))[1])


@pytest.mark.parametrize("model", [kerr.MODEL, nanotip.MODEL, jaynes_cummings.MODEL])
@pytest.mark.parametrize("quanta", [2000, 10**12])
def test_amplitudes_without_number_are_refused_and_the_number_named_works(model, quanta):
    with pytest.raises(ValueError, match="at most 150 amplitudes") as refusal:
        derive(model, quanta)
    most = largest(refusal)
    assert derive(model, most).quanta == most
    with pytest.raises(ValueError, match="at most 150 amplitudes"):
        derive(model, most + 1)


@pytest.mark.parametrize("order", [99, 10**12])
def test_a_series_without_end_is_refused_at_once(order):
    with pytest.raises(ValueError, match=r"Argument `order` must leave at most 100,000 moments"):
        validity(kerr_dimer.MODEL, POINT, order=order)


@pytest.mark.parametrize("model", [kerr.MODEL, kerr_dimer.MODEL, jaynes_cummings.MODEL])
def test_moments_are_counted_from_above(model):
    for order in (1, 2):
        series = expand(model, order)
        quantity = series.correlation(model.modes[0])
        nodes = series._coefficients.hierarchy([quantity.above]).nodes
        estimate = count_moments(model, model.occupation(model.modes[0], 2), order)
        assert len(nodes) <= estimate <= 12 * len(nodes)


def test_a_budget_of_too_many_quanta_is_refused_with_its_unknowns():
    with pytest.raises(ValueError, match="251,503,253,001 unknowns: at most 12 quanta do"):
        budget(kerr_dimer.MODEL, POINT, quanta=1000)
