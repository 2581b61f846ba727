"""The sum of a series from its first terms."""

import numpy as np
import pytest

from analytic.series import summation
from analytic.series.summation import ratio


def rational(top: list[float], bottom: list[float], terms: int) -> np.ndarray:
    """Terms of a rational function of x at x = 1, as one point."""
    above = top + [0.0] * (terms - len(top))
    below = bottom + [0.0] * (terms - len(bottom))
    return np.array(ratio(above, below))[:, None]


def test_pade_sums_rational_functions_exactly() -> None:
    for terms in (2, 3, 5):
        geometric = rational([1.0], [1.0, 3.0], terms)
        np.testing.assert_allclose(summation.pade(geometric), 1 / 4, rtol=1e-12, atol=0)
    two_poles = rational([1.0, 2.0], [1.0, 3.0, 2.5], 4)
    np.testing.assert_allclose(summation.pade(two_poles), 3 / 6.5, rtol=1e-12, atol=0)


def test_a_family_with_one_denominator_of_the_degree_fitted_is_summed_exactly() -> None:
    bottom = [1.0, 3.0, 2.5]
    # two series and their last order: numerators up to the degree below it are left free
    family = [rational([1.0, slope], bottom, 3) for slope in (0.7, -0.4)]
    q = summation.denominator(np.array(family), 2)
    np.testing.assert_allclose(q[:, 0], bottom, rtol=1e-12, atol=0)
    third = rational([0.1, 0.2, 0.3], bottom, 3)
    np.testing.assert_allclose(summation.quotient(third, q), 0.6 / 6.5, rtol=1e-12, atol=0)


def test_a_vanishing_leading_term_does_not_matter_to_the_common_denominator() -> None:
    family = np.array([rational([1.0], [1.0, 0.8], 2)])
    dark = rational([0.0, 0.3], [1.0, 0.8], 2)
    q = summation.denominator(family, 1)
    np.testing.assert_allclose(summation.quotient(dark, q), 0.3 / 1.8, rtol=1e-12, atol=0)


def test_the_denominator_is_the_same_polynomial_at_every_drive() -> None:
    terms = np.random.default_rng(3).normal(size=(4, 4, 1))
    grown = terms * 2.5 ** np.arange(4)[:, None]
    q, q_grown = summation.fit(terms, 3), summation.fit(grown, 3)
    np.testing.assert_allclose(q_grown, q * 2.5 ** np.arange(4)[:, None], rtol=1e-9, atol=0)


def test_a_pole_before_the_drive_is_avoided_by_a_lower_degree() -> None:
    growing = rational([1.0], [1.0, -2.0], 3)
    assert summation.has_pole(summation.fit(growing[None], 1))
    q = summation.denominator(growing[None], 1)
    assert summation.quotient(growing, q) == pytest.approx(growing.sum())


def test_the_radius_is_the_distance_of_the_nearest_pole() -> None:
    # (1 + x/2)(1 + x/5) and a pair at |x| = 2
    q = np.array([[1.0, 0.7, 0.1], [1.0, 0.0, 0.25]]).T
    np.testing.assert_allclose(summation.radius(q), [2.0, 2.0], rtol=1e-12, atol=0)


def test_without_a_denominator_the_sum_is_that_of_taylor() -> None:
    terms = np.random.default_rng(4).normal(size=(5, 3))
    np.testing.assert_allclose(
        summation.quotient(terms, np.ones((1, 3))), terms.sum(axis=0), rtol=1e-14, atol=0
    )
