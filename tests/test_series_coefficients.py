"""Coefficients of the series against the master equation: differentiated, and by its slopes."""

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product
from math import perm

import numpy as np
import pytest
import sympy as sp
from mpmath import matrix, mp, mpc, mpf
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from analytic.series import expand
from systems import Loss, Model
from systems.ladder import Ladder, Occupation, is_two_level
from systems.library import jaynes_cummings, kerr, nanotip, second_harmonic

STEP = mpf("1e-15")  # of the drive squared: the next term of the polynomial is as much smaller
DIGITS = 120  # four divided differences lose fifteen digits each


class MasterEquation:
    """A slow, plain Lindblad equation with many digits, among states up to a grade."""

    def __init__(self, model: Model, values: Mapping[str, Fraction | complex], grade: int) -> None:
        self.model, self.values = model, values
        tops = [1 if is_two_level(mode) else grade for mode in model.modes]
        states = product(*(range(top + 1) for top in tops))
        self.states = [n for n in states if model.grading.of(n) <= grade]

    def populations(self, drive: mpf) -> dict[Occupation, mpf]:
        """Populations of the steady state, rho_00 = 1 before normalisation."""
        size = len(self.states)
        H = self._matrix(self.model.effective_ladder, drive)
        jumps = [
            (self._number(loss.rate, drive), self._matrix(jump, drive))
            for loss, jump in zip(self.model.losses, self.model.jumps, strict=True)
        ]
        L = matrix(size**2, size**2)
        for i, j, k, m in product(range(size), repeat=4):
            value = sum(rate * jump[i, k] * mp.conj(jump[j, m]) for rate, jump in jumps)
            value += -1j * H[i, k] * (j == m) + 1j * mp.conj(H[j, m]) * (i == k)
            L[i * size + j, k * size + m] = value
        for column in range(size**2):
            L[0, column] = mpf(column == 0)
        source = matrix(size**2, 1)
        source[0] = 1
        rho = mp.lu_solve(L, source)
        weights = [mp.re(rho[i * (size + 1)]) for i in range(size)]
        return {n: w / sum(weights) for n, w in zip(self.states, weights, strict=True)}

    def _matrix(self, ladder: Ladder, drive: mpf) -> matrix:
        found = matrix(len(self.states), len(self.states))
        for (p, q), coefficient in ladder.items():
            for column, ket in enumerate(self.states):
                bra = tuple(n - down + up for n, up, down in zip(ket, p, q, strict=True))
                if (
                    min(n - down for n, down in zip(ket, q, strict=True)) >= 0
                    and bra in self.states
                ):
                    counts = [
                        perm(n, down) * perm(m, up)
                        for n, m, up, down in zip(ket, bra, p, q, strict=True)
                    ]
                    number = self._number(coefficient, drive)
                    found[self.states.index(bra), column] += number * mp.sqrt(mp.fprod(counts))
        return found

    def _number(self, expression: sp.Expr, drive: mpf) -> mpc:
        symbols = list(self.model.parameters)
        values = {**self.values, str(self.model.drive): drive}
        return sp.lambdify(symbols, expression, "mpmath")(
            *(mp.mpmathify(values[str(symbol)]) for symbol in symbols)
        )


Weights = Callable[[Occupation], int]  # what an occupation adds to the quantity


def differentiate(
    model: Model, values: Mapping[str, Fraction | complex], weigh: Weights, grade: int, count: int
) -> list[float]:
    """The first coefficients of ``sum_n weigh(n) P_n``, of this grade, in the drive squared."""
    with mp.workdps(DIGITS):
        system = MasterEquation(model, values, grade + count - 1)
        points = [STEP * (j + 1) for j in range(count)]
        sums = []
        for x in points:
            populations = system.populations(mp.sqrt(x)).items()
            sums.append(
                mp.fsum(weigh(n) * p for n, p in populations) / x ** (grade // model.grading.unit)
            )
        powers = matrix([[x**i for i in range(count)] for x in points])
        return [float(c) for c in mp.lu_solve(powers, matrix(sums))]


RANDOM = np.random.default_rng(7)


def rational() -> Fraction:
    return Fraction(int(RANDOM.integers(3, 20)), int(RANDOM.integers(7, 13)))


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
    """The exact coefficients at a random rational point, and the point with a drive of one."""
    names = [str(symbol) for symbol in model.parameters if symbol != model.drive]
    values = {name: rational() for name in names}
    exact = differentiate(model, values, weigh, grade, corrections + 1)
    return exact, {name: float(value) for name, value in values.items()} | {str(model.drive): 1.0}


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
