"""Elements of the evolution in which terms cancel are those of the numbers as they are stored."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from oracles import moment_of, populations
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

from numeric import steady_state
from numeric.lindblad.liouvillian import liouvillian
from numeric.lindblad.space import space
from systems import Loss, Model
from systems.arithmetic import evaluate, evaluate_sum

a, b = BosonOp("a"), BosonOp("b")
D, U = sp.symbols("D U", real=True)
k, F, r = sp.symbols("k F r", positive=True)
n = Dagger(a) * a


def hermitian(term):
    return term + Dagger(term)


BLOCKED = Model(
    "a drive that stops at r quanta",
    U * Dagger(a) ** 2 * a**2 + F * hermitian(Dagger(a) * (n - r)),
    (Loss(k, a),),
    drive=F,
)
CROSSED = Model(
    "a hopping that stops at r quanta",
    D * n + F * hermitian(a) + U * hermitian(Dagger(b) * (n - r) * a),
    (Loss(k, a), Loss(k, b)),
    drive=F,
)
CASCADED = Model(
    "a coupling that is nearly one-way",
    F * hermitian(b) - sp.I / 2 * r * k * (Dagger(b) * a - Dagger(a) * b),
    (Loss(k, a + b),),
    drive=F,
)


def near(integer, generator):
    """A float next to an integer, or the integer."""
    off = generator.choice([0.0, 2e-16, 1e-14, 1e-12, 1e-9, 1e-5])
    return float(integer + off * integer * generator.uniform(1, 2))


@pytest.mark.parametrize("together", [1, 40])
def test_the_cancellation_of_the_issue_has_its_value(together):
    for value, g2 in ((1 + 1e-12, 9.7817731e-25), (1.0, 0.0)):
        values = {"U": 0.075, "k": 1.0, "F": np.full(together, 1e-3), "r": value}
        state = steady_state(BLOCKED, values, quanta=6)
        # eight digits, by 220-bit arithmetic
        np.testing.assert_allclose(state.correlation(a), g2, rtol=1e-7, atol=0)


@pytest.mark.parametrize("model", [BLOCKED, CROSSED, CASCADED])
@pytest.mark.parametrize("solver", ["auto", "direct", "iterative"])
def test_what_cancels_is_right_to_many_digits_or_not_resolved(model, solver):
    generator, returned = np.random.default_rng(2), 0
    for integer in (1, 1, 2):
        values = {"U": 0.3, "k": 1.0, "F": 1e-2, "r": near(integer, generator), "D": 0.4}
        values = {str(p): values[str(p)] for p in model.parameters}
        state, first = steady_state(model, values, 3, solver), model.modes[0]
        exact = populations(model, values, 3)
        number, pairs = (float(moment_of(exact, 0, order)) for order in (1, 2))
        g2 = pairs / number**2 if number else np.nan
        for found, right in ((state.number(first), number), (state.correlation(first), g2)):
            if not np.isnan(found):
                returned += 1
                # accuracy of a number that is returned
                np.testing.assert_allclose(found, right, rtol=1e-6, atol=0)
    assert returned >= 3


@pytest.mark.slow
def test_a_batch_and_a_point_agree_where_elements_cancel():
    generator = np.random.default_rng(3)
    for model in (BLOCKED, CROSSED):
        values = {"U": 0.3, "k": 1.0, "F": 1e-2, "D": 0.4}
        values["r"] = np.array([near(1 + i % 2, generator) for i in range(40)])
        values = {str(p): values[str(p)] for p in model.parameters}
        batch = steady_state(model, values, quanta=3)
        for i in (0, 7, 19):
            point = steady_state(model, {**values, "r": values["r"][i]}, quanta=3)
            for mode in model.modes:
                assert batch.correlation_status(mode)[i] == point.correlation_status(mode)
                found = batch.correlation(mode)[i]
                # ten digits do not depend on how many others came along
                np.testing.assert_allclose(found, point.correlation(mode), rtol=1e-10, atol=0)


@pytest.mark.parametrize("count", [1, 40])
def test_a_drive_that_is_a_difference_is_that_of_the_stored_numbers(count):
    model = Model("", D * n + F * (1 - r) * hermitian(a), (Loss(k, a),), drive=F)
    generator = np.random.default_rng(4)
    for _ in range(5):
        values = {"D": 0.3, "k": 1.0, "F": generator.uniform(0.01, 0.1), "r": near(1, generator)}
        # n of a driven linear mode, in exact arithmetic
        drive, detuning = Fraction(values["F"]) * (1 - Fraction(values["r"])), Fraction(0.3)
        exact = float(drive**2 / (detuning**2 + Fraction(1, 4)))
        state = steady_state(model, {**values, "D": np.full(count, 0.3)}, quanta=4)
        np.testing.assert_allclose(state.number(a), exact, rtol=1e-9, atol=0)


def test_a_sum_of_products_is_rounded_once():
    generator = np.random.default_rng(6)
    p, q, s, t = sp.symbols("p q s t", real=True)
    for _ in range(20):
        x, y, z = generator.normal(size=3)
        w = x * y / z * (1 + generator.choice([0, 1e-15, 1e-12, 1e-3]))
        numbers = {"p": x, "q": y, "s": z, "t": w}
        exact = Fraction(x) * Fraction(y) - Fraction(z) * Fraction(w)
        arrays = {name: np.array([value]) for name, value in numbers.items()}
        found = evaluate_sum(p * q - s * t, arrays)
        # above the threshold at most two digits cancel in plain floats
        np.testing.assert_allclose(found, float(exact), rtol=1e-13, atol=0)


HIGH = Model(
    "words whose elements differ by many powers of ten",
    D * n + F * hermitian(Dagger(a) + Dagger(a) * n**4 + Dagger(a) ** 3 * a**2 / 7),
    (Loss(k, a), Loss(U**2, a**2 + a)),
    drive=F,
)


@pytest.mark.parametrize(
    ("model", "quanta"), [(BLOCKED, 12), (CROSSED, 4), (CASCADED, 4), (HIGH, 40)]
)
def test_the_equation_is_the_same_sum_of_words(model, quanta):
    values = {"U": 0.3, "k": 1.0, "F": 0.2, "D": 0.4, "r": 0.83}
    on, words = space(model.modes, quanta), model.effective_ladder.items()
    arrays = {str(p): np.array([values[str(p)]]) for p in model.parameters}
    numbers = {word: evaluate(c, arrays)[0] for word, c in words}
    written = sum(c * on.word(word) for word, c in numbers.items()).toarray()
    sizes = sum(abs(c) * abs(on.word(word)) for word, c in numbers.items()).toarray()
    equation = liouvillian(model, quanta)
    K = equation.effective(equation.coefficients(arrays))[0]
    off = abs(K - written - (K[0, 0] - written[0, 0]) * np.eye(len(K)))
    # the cut is made before L'L is: nothing of it is missing where jumps only lower
    assert np.all(off <= 1e-13 * (sizes + 1e-300))  # rounding of the terms


def test_only_points_that_cancel_leave_the_sweeps():
    few = np.array([0.5, 1.0, 1 + 1e-9, 1.4])
    values = {"U": 0.3, "k": 1.0, "F": 1e-2, "r": np.tile(few, 10)}
    found = steady_state(BLOCKED, values, 4).solver.reshape(10, 4)
    assert found.tolist() == [["graded", "direct", "direct", "graded"]] * 10
