"""The true minimum of g2 against the zero of the formula: published places and scaling laws."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.stats import poisson

import numeric
from compare import optimum
from compare.validity.minima import draw
from compare.validity.optimum import CONVERGED
from compare.validity.truth import HOT, MANY
from systems.library import jaynes_cummings, kerr, kerr_dimer, kerr_ring

VALUES = {"Delta_a": 0.0, "Delta_s": 0.0, "kappa": 1.0, "gamma": 1.0, "g": 0.7}
DRIVES = np.array([0.01, 0.02])


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return optimum(jaynes_cummings.MODEL, VALUES, "g", DRIVES, corrections=[1])


def rows(table: pd.DataFrame, road: str) -> pd.DataFrame:
    return table[table["road"] == road]


@pytest.mark.slow
def test_formula_vanishes_at_the_published_place_at_every_drive(table: pd.DataFrame) -> None:
    # g^2 = gamma (kappa + gamma)/4: Carmichael, Brecha and Rice, Opt. Commun. 82, 73 (1991)
    zero = rows(table, "formula")
    np.testing.assert_allclose(zero["g"], np.sqrt(0.5), rtol=1e-12)  # Newton's: round-off
    assert (zero["minimum"] == 0).all()


@pytest.mark.slow
def test_true_minimum_rises_and_moves_with_the_square_of_the_drive(table: pd.DataFrame) -> None:
    true = rows(table, "master equation")
    moved = abs(true["g"] - np.sqrt(0.5))
    for measure in (true["minimum"], moved):
        slope = np.polyfit(np.log(DRIVES), np.log(measure), 1)[0]
        assert slope == pytest.approx(2, abs=0.05)  # next order: 100 xi^2 = 0.04 relative


def test_corrections_find_the_true_minimum_that_the_formula_misses(table: pd.DataFrame) -> None:
    true = rows(table, "master equation")["minimum"].to_numpy()
    first = rows(table, "1 correction")["minimum"].to_numpy()
    # the error of the first correction falls with the square of the drive again
    np.testing.assert_allclose(first, true, rtol=100 * DRIVES.max() ** 2)
    assert (rows(table, "formula")["true"].to_numpy() > true).all()


def test_true_depth_of_the_true_minimum_is_its_minimum(table: pd.DataFrame) -> None:
    true = rows(table, "master equation")
    np.testing.assert_array_equal(true["minimum"], true["true"])


def test_picture_shows_place_and_depth_of_every_road_and_writes_a_zero_out(
    table: pd.DataFrame,
) -> None:
    place, depth = draw(table).axes
    assert (place.get_ylabel(), depth.get_ylabel()) == ("$g$", "minimum of $g^{(2)}(0)$")
    lines = {str(line.get_label()): line.get_ydata() for line in depth.lines}
    assert next(iter(lines)) == "formula (its minimum is 0)"
    true = rows(table, "master equation")["minimum"]
    np.testing.assert_array_equal(lines["master equation"], true)
    assert (lines["master equation, at the place of the formula"] > true.to_numpy()).all()


@pytest.mark.parametrize(
    ("values", "over", "sentence"),
    [
        (kerr.VALUES, "J", "Argument `over` must hold names among"),
        (kerr.VALUES, "xi", "Argument `over` must hold names among"),
        ({**kerr.VALUES, "Delta": np.zeros(2)}, "chi", "Value `Delta` must be a number"),
        (kerr.VALUES, "chi", "must lie near a minimum"),  # falls for ever
        ({**kerr.VALUES, "chi": 0.0}, "Delta", "it is 1 all around the start"),  # coherent light
        ({**kerr.VALUES, "chi": 0.0}, "gamma", "it is 1 all around the start"),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(values: dict, over: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        optimum(kerr.MODEL, values, over, [0.01], corrections=[])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_zero_over_a_loss_rate_is_where_the_amplitude_vanishes(seed: int) -> None:
    random = np.random.default_rng(seed)
    kappa, gamma = random.uniform(0.3, 3, 2)
    g = np.sqrt(gamma * (kappa + gamma)) / 2
    # from far off, whence steps in the rate itself would pass below zero
    start = {**VALUES, "kappa": kappa, "gamma": gamma * random.choice([0.6, 1.5]), "g": g}
    found = optimum(jaynes_cummings.MODEL, start, "gamma", [1e-3], corrections=[])
    zero = rows(found, "formula").iloc[0]
    assert zero["gamma"] == pytest.approx(gamma, rel=1e-9)  # round-off of a quotient of amplitudes
    assert zero["minimum"] == 0
    true = rows(found, "master equation").iloc[0]
    assert true["gamma"] == pytest.approx(gamma, rel=1e-3)  # second order in the drive


@pytest.mark.slow
def test_drive_too_strong_for_a_search_is_refused_with_the_quanta_that_it_would_take() -> None:
    values = {"Delta": 0.0, "chi": 0.01, "gamma": 1.0, "J": 0.3}
    with pytest.raises(ValueError, match=r"at most 5 quanta .* for xi = 3 it has none"):
        optimum(kerr_ring.MODEL, values, "chi", [3.0], corrections=[])


def test_hopeless_drive_is_refused_after_one_solution(monkeypatch: pytest.MonkeyPatch) -> None:
    solve, solved = numeric.steady_state, []

    def counted(*arguments: object, **options: object) -> numeric.SteadyState:
        solved.append(options)
        return solve(*arguments, **options)

    monkeypatch.setattr(numeric, "steady_state", counted)
    values = {name: value for name, value in kerr_dimer.VALUES.items() if name != "F"}
    with pytest.raises(ValueError, match=r"at most 10 quanta .* for F = 10 it has none"):
        optimum(kerr_dimer.MODEL, values, "U", [10.0], corrections=[])
    assert solved == [{"quanta": 5}]


@pytest.mark.parametrize("most", [MANY, 9, 10, 20, 34, 60])
def test_light_that_is_called_hot_does_not_fit_into_the_largest_truncation(most: int) -> None:
    half = most // 2

    def share(mean: float) -> float:
        """Of coherent light, in the last two shells of half the quanta."""
        return float(poisson.pmf([half - 1, half], mean).sum() / poisson.cdf(half, mean))

    mean = brentq(lambda mean: share(mean) - HOT, 0.1, 2 * most)
    assert poisson.sf(most, mean) > CONVERGED


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_one_unknown_and_several_find_the_same_place(seed: int) -> None:
    """Two minimisers of one road: the place over g alone, and over g and a detuning that is 0."""
    random = np.random.default_rng(seed)
    kappa, gamma = random.uniform(0.5, 2, 2)
    g = np.sqrt(gamma * (kappa + gamma)) / 2 * random.uniform(0.9, 1.1)
    start = {**VALUES, "kappa": kappa, "gamma": gamma, "g": g}
    one, two = (
        rows(optimum(jaynes_cummings.MODEL, start, over, [0.02], corrections=[]), "master equation")
        for over in ("g", ["g", "Delta_s"])
    )
    # the depth is known to 1e-6, of a parabola: the place to its root
    assert one["g"].item() == pytest.approx(two["g"].item(), rel=1e-3)
    assert one["minimum"].item() == pytest.approx(two["minimum"].item(), rel=1e-5)
    assert two["Delta_s"].item() == pytest.approx(0, abs=1e-3)
