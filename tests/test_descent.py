"""Minimisers on functions whose minimum is known on paper, and on functions that have none."""

import numpy as np
import pytest

from compare.validity.descent import PRECISION, lowest


@pytest.mark.parametrize("unknowns", [2, 1, 3])
@pytest.mark.parametrize("depth", [1.0, 1e-8, 0.0])  # the last one as a zero by interference
def test_minimum_of_a_parabola_is_found_however_deep_it_lies(unknowns: int, depth: float) -> None:
    random = np.random.default_rng(unknowns)
    slopes = random.normal(size=(unknowns, unknowns)) + 2 * np.eye(unknowns)
    centre = 1 + random.uniform(-0.2, 0.2, unknowns)

    def bowl(x: np.ndarray) -> np.ndarray:
        return depth + np.sum(((x - centre) @ slopes) ** 2, axis=1)

    found = lowest(bowl, np.ones(unknowns))
    # the last step is shorter than PRECISION, in units of the start
    assert found == pytest.approx(centre, rel=10 * PRECISION)


def test_search_follows_a_bent_valley() -> None:
    # H. H. Rosenbrock, Comput. J. 3, 175 (1960): the minimum lies at (1, 1)
    def valley(x: np.ndarray) -> np.ndarray:
        return 1 + (1 - x[:, 0]) ** 2 + 100 * (x[:, 1] - x[:, 0] ** 2) ** 2

    # third derivatives of 2400 shift it by 400 STENCIL^2 over the weakest curvature, 0.4
    assert lowest(valley, np.array([-0.5, 0.5])) == pytest.approx([1, 1], rel=1e-5)


@pytest.mark.parametrize("unknowns", [1, 2])
def test_function_that_falls_for_ever_has_no_minimum(unknowns: int) -> None:
    assert lowest(lambda x: np.exp(-x.sum(axis=1)), np.ones(unknowns)) is None


def test_search_stays_where_there_are_numbers() -> None:
    def fenced(x: np.ndarray) -> np.ndarray:
        return np.where(x[:, 0] > 1.5, np.nan, 1 + np.sum((x - 1.4) ** 2, axis=1))

    assert lowest(fenced, np.array([0.8, 1.0])) == pytest.approx([1.4, 1.4], rel=1e-6)
    assert lowest(fenced, np.array([2.0, 1.0])) is None
