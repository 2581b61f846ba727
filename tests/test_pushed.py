"""Light that pushes a mirror: the phonons that it asks for, and searches that start there."""

import re

import numpy as np
import pytest
from scipy.stats import poisson

from numeric import steady_state
from numeric.reading import twofold
from numeric.search import truncation
from numeric.search.pushed import pushes, swung
from numeric.solvers.choice import solve_points
from numeric.trust.judge import measure
from systems.library import kerr, optomechanics
from systems.values import read_values

MIRROR = {"Delta": 0.04, "omega": 1.0, "g": 0.2, "kappa": 0.1, "gamma": 0.01, "xi": 0.01}
# two photons meet eight phonons: 2 Delta = 4 g^2/omega - 8 omega
RESONANT = {"Delta": 4.0, "omega": 1.0, "g": 2.0, "kappa": 0.3, "gamma": 0.05, "xi": 0.01}


@pytest.mark.parametrize("order", [1, 2, 4])
def test_phonons_of_a_mirror_at_its_shifted_rest_are_held(order):
    shifts, s = np.array([[0.0, 0.2], [0.0, 1.0], [0.0, 2.0]]), np.full(3, 1e-3)
    tops = swung(shifts, order, 1e-8, s)[:, 1]
    # k photons leave a coherent state of amplitude k beta (P. Rabl, PRL 107, 063601 (2011))
    assert np.all(poisson.sf(tops, (order * shifts[:, 1]) ** 2) < 1e-8)


def test_photons_push_a_mirror_by_the_coupling_over_its_frequency():
    values = {name: np.array([x]) for name, x in MIRROR.items()}
    # with its loss: |g/(omega - i gamma/2)|, to the last digits
    assert pushes(optomechanics.MODEL, values)[0] == pytest.approx([0, 0.2 / abs(1 - 0.005j)])
    driven = {name: np.array([x]) for name, x in kerr.VALUES.items()}
    assert not pushes(kerr.MODEL, driven).any()


def test_two_solves_settle_what_light_and_a_pushed_mirror_show(monkeypatch):
    cuts, solve = [], truncation._solve
    monkeypatch.setattr(truncation, "_solve", lambda *some: cuts.append(some[3]) or solve(*some))
    found = steady_state(optomechanics.MODEL, MIRROR)
    assert len(cuts) == 2
    more = steady_state(optomechanics.MODEL, MIRROR, {"a": 10, "b": 26})
    for mode in "ab":
        assert found.number(mode) == pytest.approx(more.number(mode), rel=1e-8)  # the tolerance
        for order in (2, 3, 4):
            number, exact = (one.correlation(mode, order) for one in (found, more))
            assert number == pytest.approx(exact, rel=1e-8)


@pytest.mark.slow
def test_the_truncation_that_is_advised_beside_a_resonance_of_many_phonons_does():
    ended = steady_state(optomechanics.MODEL, RESONANT, limit=250)
    photons, phonons = map(int, re.search(r"'a': (\d+), 'b': (\d+)", ended.advice).groups())
    own = steady_state(optomechanics.MODEL, RESONANT, {"a": photons, "b": phonons})
    # three photons hold g2 to 4e-9, more phonons what the resonance makes
    arrays = read_values(optomechanics.MODEL, RESONANT)
    more = solve_points(optomechanics.MODEL, arrays, np.arange(1), (3, phonons + 15), "iterative")
    for i, mode in enumerate("ab"):
        # a truncation of one's own is trusted to a thousandth
        assert own.number(mode) == pytest.approx(measure(more, (i,), False).value[0], rel=1e-3)
        assert own.correlation(mode) == pytest.approx(measure(more, (i, i)).value[0], rel=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("quanta", [10, 14])
def test_a_cut_by_all_quanta_claims_what_a_mirror_turns_back_where_no_other_fits(
    monkeypatch, quanta
):
    swinging = {"Delta": 0.3, "omega": 2.0, "g": 0.6, "kappa": 1.0, "gamma": 0.2, "xi": 0.5}
    exact = steady_state(optomechanics.MODEL, swinging, {"a": 9, "b": 32})
    monkeypatch.setattr(twofold, "largest", lambda *_: 0)
    few = steady_state(optomechanics.MODEL, swinging, quanta)
    words = [(mode, order) for mode in "ab" for order in (2, 3, 4)]
    pairs = [[one.estimate("number", mode) for one in (few, exact)] for mode in "ab"]
    pairs += [[one.estimate("correlation", *word) for one in (few, exact)] for word in words]
    for own, known in pairs:
        # the last shells tell the size of what is lost, as in boxes: it was 3 to 15 times as much
        assert abs(own.value - known.value) <= 3 * own.error + known.error


@pytest.mark.slow
def test_a_mirror_that_cuts_leave_open_is_known_around_its_rest():
    swinging = {"Delta": 0.49, "omega": 1.0, "g": 0.7, "kappa": 0.1, "gamma": 0.01, "xi": 0.005}
    # fewer than 300 states hold the swing to this tolerance, and the shoulder of what five photons
    # push was taken for a second hump: all numbers were "not converged"
    found, exact = (
        steady_state(optomechanics.MODEL, swinging, tolerance=one) for one in (1e-5, 1e-8)
    )
    for mode in "ab":
        assert found.number(mode) == pytest.approx(exact.number(mode), rel=1e-5)  # the tolerance
        for order in (2, 3, 4):
            number, sure = (one.correlation(mode, order) for one in (found, exact))
            assert number == pytest.approx(sure, rel=1e-5)
