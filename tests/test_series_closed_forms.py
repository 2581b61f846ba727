"""Closed forms with all symbols against the coefficients in numbers, which never see them."""

import numpy as np
import pytest
import sympy as sp

from analytic.rational.factored import LONG, Alphabet
from analytic.rational.polynomials import Singular, factors, ring, solve
from analytic.series import expand
from systems import Model
from systems.library import jaynes_cummings, kerr, nanotip, second_harmonic

FRACTIONS = (sp.Rational(3, 7), sp.Rational(4, 5), sp.Rational(5, 9), sp.Rational(8, 7))


@pytest.mark.parametrize(
    ("model", "order", "corrections", "at"),
    [
        (kerr.MODEL, 3, 3, {}),
        (jaynes_cummings.MODEL, 2, 1, {}),
        (second_harmonic.MODEL, 2, 1, {}),
        (nanotip.MODEL, 2, 1, {}),
        (nanotip.MODEL, 3, 1, {nanotip.Delta: 0}),  # off resonance a numerator has 16,112 terms
    ],
    ids=lambda x: x.name if isinstance(x, Model) else str(x),
)
def test_closed_forms_of_correlations_have_the_values_of_the_coefficients(
    model: Model, order: int, corrections: int, at: dict[sp.Symbol, int]
) -> None:
    others = [x for x in model.parameters if x not in (model.drive, nanotip.J)]
    exact = dict(zip(others, FRACTIONS * 2, strict=False)) | {model.drive: sp.Rational(1, 6)}
    exact |= {symbol: sp.Integer(number) for symbol, number in at.items()}
    if nanotip.J in model.parameters:
        exact[nanotip.J] = sp.Rational(4, 5) + sp.I * sp.Rational(1, 3)
    series = expand(model, corrections)
    quantity = series.correlation(model.modes[0], order)
    # rational arithmetic: no number of the closed form is rounded
    found = [complex(term.xreplace(exact)) for term in quantity.closed_form(at)]
    floats = {str(x): complex(n) if n.has(sp.I) else float(n) for x, n in exact.items()}
    # round-off of the coefficients in double precision
    np.testing.assert_allclose(found, series.terms(quantity, floats), rtol=1e-9, atol=0)


def test_with_numbers_for_all_symbols_a_closed_form_is_a_number() -> None:
    """4 xi^2/(4 Delta^2 + gamma^2) at leading order."""
    a, *_ = kerr.MODEL.modes
    at = dict(zip(kerr.MODEL.parameters, FRACTIONS, strict=True))
    Delta, _, gamma, xi = FRACTIONS
    number, correction = expand(kerr.MODEL, 1).number(a).closed_form(at)
    assert number == 4 * xi**2 / (4 * Delta**2 + gamma**2)
    assert correction.is_Rational


def test_a_long_closed_form_can_be_compiled() -> None:
    """Flat, a sum of thousands of terms is too deep for the compiler of Python."""
    letters = sp.symbols("x y z")
    alphabet = Alphabet(letters)
    power = (sum(map(alphabet.element, letters)) + 1) ** 25
    written = alphabet.expression(power)
    assert len(power) > 3 * LONG
    compiled = sp.lambdify(letters, written)
    assert compiled(2, -3, 7) == (2 - 3 + 7 + 1) ** 25


def test_a_linear_system_of_polynomials_is_solved_exactly() -> None:
    x, y, z = ring(3).gens()
    matrix = [[0 * x, x, y], [y, z, x + y], [z, x - y, 2 * z]]
    right = [[x * y], [z], [x + 1]]
    solution, determinant = solve(matrix, right)
    for row, (source,) in zip(matrix, right, strict=True):
        image = [a * s for a, (s,) in zip(row, solution, strict=True)]
        assert sum(image, start=0 * x) == determinant * source
    with pytest.raises(Singular, match="determinant"):
        solve([[x, y], [x * z, y * z]], [[x], [y]])


def test_polynomials_with_long_coefficients_are_factored() -> None:
    x, y = ring(2).gens()
    long = 10**30
    number, powers = factors(-6 * (long * x + y + 1) ** 2 * (long * x - y) * (long * y + 7 * x))
    assert number == -6
    assert {str(f.polynomial): k for f, k in powers.items()} == {
        str(long * x + y + 1): 2,
        str(long * x - y): 1,
        str(7 * x + long * y): 1,
    }


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ({"gamma": -1}, "must be positive"),
        ({"Delta": sp.I}, "`Delta` must be real"),
        ({"Delta": sp.nan}, "`Delta` must be finite"),
        ({"Delta": sp.oo}, "`Delta` must be finite"),
        ({"Delta": [0, 1]}, "single number"),
        ({"delta": 0}, "did you mean `Delta`"),
        ({"Delta": 0, sp.Symbol("Delta"): 1}, "holds it twice"),
    ],
)
def test_a_closed_form_is_given_at_values_that_have_one(at: dict, message: str) -> None:
    series = expand(kerr.MODEL)
    with pytest.raises(ValueError, match=message):
        series.closed_form(series.number("a"), at)


def test_a_closed_form_that_is_0_over_0_is_refused() -> None:
    series = expand(nanotip.MODEL)
    for quantity in (series.correlation("a2"), series.cross_correlation("a1", "a2")):
        with pytest.raises(ValueError, match=r"undefined, 0/0, at \{J: 0\}"):
            quantity.closed_form({nanotip.J: 0})
    assert series.number("a2").closed_form({nanotip.J: 0}) == (0, 0)


def test_numbers_that_are_exact_stay_so() -> None:
    series = expand(kerr.MODEL, 0)
    third = {"Delta": sp.Rational(1, 3), "gamma": sp.Rational(2, 3), "xi": 1}
    (number,) = series.number("a").closed_form(third)
    assert sp.simplify(number) == sp.Rational(9, 2)  # xi^2/(Delta^2 + gamma^2/4)
