"""Criteria of n-photon blockade, on light whose statistics are known."""

import numpy as np
import pytest

from compare.criteria import blocks, blocks_by_population, blocks_weakly, excess, poisson
from numeric import steady_state
from systems.library import jaynes_cummings, kerr

MEANS = np.array([1e-6, 0.01, 0.3, 2.0])


def test_coherent_light_has_no_excess_and_blocks_nothing():
    populations = [poisson(MEANS, k) for k in range(5)]
    assert np.all(excess(populations, MEANS) == 0)
    assert not blocks_by_population(1, populations, MEANS).any()
    assert not blocks(1, MEANS, 1.0, 1.0).any()
    assert not blocks_weakly(2, 1.0, 1.0)


def test_a_single_photon_state_blocks_the_second_photon_only():
    number = MEANS[:3]
    populations = [1 - number, number, 0 * number, 0 * number]
    assert blocks_by_population(1, populations, number).all()
    assert blocks(1, number, 1.0, 0.0).all()
    assert not blocks_by_population(2, populations, number).any()
    assert not blocks(2, number, 0.0, 0.0).any()


def test_thermal_light_bunches_and_blocks_nothing():
    populations = [MEANS**k / (1 + MEANS) ** (k + 1) for k in range(5)]
    assert not blocks_by_population(1, populations, MEANS).any()
    assert not blocks(2, MEANS, 2.0, 6.0).any()


def verdicts(model, mode, values):
    state = steady_state(model, values, quanta=10)
    number, g = state.number(mode), {k: state.correlation(mode, k) for k in (2, 3)}
    return [blocks(1, number, 1.0, g[2]), blocks(2, number, g[2], g[3])]


def test_a_kerr_mode_blocks_the_photon_after_the_resonant_ones():
    # Miranowicz et al. (2013): a laser at k-photon resonance, Delta = -(k - 1) chi
    values = {"chi": 10.0, "gamma": 1.0, "xi": 1.0}
    assert verdicts(kerr.MODEL, "a", values | {"Delta": 0.0}) == [True, False]
    assert verdicts(kerr.MODEL, "a", values | {"Delta": -10.0}) == [False, True]


def test_a_driven_atom_shows_two_photon_blockade():
    # Hamsen et al. (2017): g2 > 1 > g3 at two-photon resonance, Delta = g/sqrt(2)
    values = {"Delta_a": 3.5355, "Delta_s": 3.5355, "g": 5.0, "kappa": 1.0, "gamma": 1.0}
    found = verdicts(jaynes_cummings.ATOM_DRIVEN, "a", values | {"xi": 1.0})
    assert found == [False, True]


def test_two_photon_blockade_needs_a_drive_that_is_not_weak():
    # to leading order g2 and g3 are both close to 4 (chi/gamma)^2 at two-photon resonance
    values = {"Delta": -10.0, "chi": 10.0, "gamma": 1.0, "xi": 0.1}
    assert verdicts(kerr.MODEL, "a", values) == [False, False]


def test_a_criterion_refuses_what_it_cannot_judge():
    with pytest.raises(ValueError, match="must hold P_0 to P_3 at least, but holds 2"):
        blocks_by_population(2, [0.9, 0.1], 0.1)
    with pytest.raises(ValueError, match="`quanta` must be a positive integer"):
        blocks(0, 0.1, 1.0, 1.0)
