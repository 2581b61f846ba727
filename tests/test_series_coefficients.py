"""Coefficients of the series against the master equation: differentiated, and by its slopes."""

from collections.abc import Callable, Mapping
from math import perm

import mpmath as mp
import numpy as np
import pytest
import sympy as sp
from oracles import mean, populations
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from analytic.series import expand
from systems import Loss, Model
from systems.ladder import Occupation
from systems.library import jaynes_cummings, kerr, nanotip, second_harmonic

STEP = 1e-15  # of the drive squared: the next term of the polynomial is as much smaller
DIGITS = 90  # four divided differences lose fifteen digits each
Weights = Callable[[Occupation], int]  # what an occupation adds to the quantity


def differentiate(
    model: Model, values: Mapping[str, float], weigh: Weights, grade: int, count: int
) -> list[float]:
    """The first coefficients of ``sum_n weigh(n) P_n``, of this grade, in the drive squared."""
    drives = [float(np.sqrt(STEP * (j + 1))) for j in range(count)]
    with mp.workdps(DIGITS):
        squares, sums = [mp.mpf(drive) ** 2 for drive in drives], []
        for drive, x in zip(drives, squares, strict=True):
            point = {**values, str(model.drive): drive}
            # states of more quanta than the grade asked for come in with higher powers
            found = mean(populations(model, point, grade + count - 1, DIGITS), weigh)
            sums.append(found / x ** (grade // model.grading.unit))
        powers = mp.matrix([[x**i for i in range(count)] for x in squares])
        return [float(c) for c in mp.lu_solve(powers, mp.matrix(sums))]


RANDOM = np.random.default_rng(7)


def ratio() -> float:
    return float(RANDOM.integers(3, 20) / RANDOM.integers(7, 13))


@pytest.mark.parametrize(
    ("model", "mode", "order", "corrections"),
    [
        (kerr.MODEL, 0, 1, 3),
        (kerr.MODEL, 0, 2, 2),
        (jaynes_cummings.MODEL, 0, 2, 1),
        (jaynes_cummings.ATOM_DRIVEN, 1, 1, 2),
        (second_harmonic.MODEL, 0, 2, 1),
        (nanotip.MODEL, 0, 1, 1),
        (nanotip.MODEL, 0, 2, 1),
        (kerr.MODEL, 0, 3, 2),
        (jaynes_cummings.MODEL, 0, 3, 1),
    ],
    ids=lambda x: x.name if isinstance(x, Model) else str(x),
)
def test_coefficients_are_the_derivatives_of_the_master_equation(
    model: Model, mode: int, order: int, corrections: int
) -> None:
    grade = model.grading.weights[mode] * order
    exact, floats = differentiated(model, lambda n: perm(n[mode], order), grade, corrections)
    series = expand(model, corrections)
    terms = series.terms(series.moment(model.modes[mode], order), floats)
    # the polynomial leaves out STEP; what counts is round-off of the double precision
    np.testing.assert_allclose(terms, exact, rtol=1e-10, atol=0)


@pytest.mark.parametrize(
    ("model", "occupation", "corrections"),
    [
        (nanotip.MODEL, (1, 1), 1),
        (nanotip.MODEL, (2, 0), 1),
        (kerr.MODEL, (2,), 2),
        (jaynes_cummings.MODEL, (1, 1), 1),
        (jaynes_cummings.MODEL, (2, 0), 1),
    ],
    ids=lambda x: x.name if isinstance(x, Model) else str(x),
)
def test_populations_have_the_derivatives_of_the_master_equation(
    model: Model, occupation: Occupation, corrections: int
) -> None:
    grade = model.grading.of(occupation)
    exact, floats = differentiated(model, lambda n: int(n == occupation), grade, corrections)
    series = expand(model, corrections)
    # differences of moments: a digit or two
    terms = series.terms(series.probability(occupation), floats)
    np.testing.assert_allclose(terms, exact, rtol=1e-9, atol=0)


def differentiated(
    model: Model, weigh: Weights, grade: int, corrections: int
) -> tuple[list[float], dict[str, float]]:
    """The exact coefficients at a random point, and the point with a drive of one."""
    values = {str(symbol): ratio() for symbol in model.parameters if symbol != model.drive}
    exact = differentiate(model, values, weigh, grade, corrections + 1)
    return exact, values | {str(model.drive): 1.0}


a, b = BosonOp("a"), BosonOp("b")
Delta, chi, J = sp.symbols("Delta chi J", real=True)
gamma, kappa, xi = sp.symbols("gamma kappa xi", positive=True)
DIMER = Model(
    "two unequal modes",
    Delta * Dagger(a) * a
    + chi * Dagger(b) ** 2 * b**2
    + J * (Dagger(a) * b + Dagger(b) * a)
    + xi * (Dagger(a) + a),
    (Loss(gamma, a), Loss(kappa, b)),
    xi,
)
DRIVES = np.geomspace(0.02, 0.06, 4)
FAMILIES = {
    "nanotip": (nanotip.MODEL, {"Delta": 0.3, "J": 0.9 + 0.4j, "chi": 0.8, "gamma": 1.0}),
    "kerr": (kerr.MODEL, {"Delta": -0.4, "chi": 0.7, "gamma": 1.0}),
    "jaynes_cummings": (
        jaynes_cummings.MODEL,
        {"Delta_a": 0.5, "Delta_s": -0.2, "g": 0.8, "kappa": 1.0, "gamma": 0.7},
    ),
    "dimer": (DIMER, {"Delta": 0.2, "chi": 0.5, "J": 0.6, "gamma": 1.0, "kappa": 0.8}),
}


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("corrections", [0, 1, 2])
def test_the_error_falls_with_the_drive_to_the_power_of_the_next_correction(
    family: str, corrections: int
) -> None:
    model, fixed = FAMILIES[family]
    mode = model.modes[0]
    values = {**fixed, "xi": DRIVES}
    state = numeric.steady_state(model, values, quanta=6)
    series = expand(model, corrections)
    for quantity, exact in [
        (series.number(mode), state.number(mode)),
        (series.correlation(mode), state.correlation(mode)),
    ]:
        for how in ("taylor", "auto"):
            error = np.abs(series.evaluate(quantity, values, sum=how) / exact - 1)
            slope = np.polyfit(np.log(values["xi"]), np.log(error), 1)[0]
            # the term after the next bends the line: by a term of a tenth at most
            assert slope == pytest.approx(2 * (corrections + 1), abs=0.3), (how, quantity)
