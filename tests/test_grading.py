"""The weights that are found: a quantum counts what the drive has to pay for it, evenly shared."""

from itertools import pairwise

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp
from sympy.physics.quantum.pauli import SigmaMinus

import analytic
import numeric
from systems import Loss, Model

a, b, c, d, e = map(BosonOp, "abcde")
s = SigmaMinus("s")
g, F = sp.symbols("g F", positive=True)
Delta = sp.Symbol("Delta", real=True)


def hermitian(operator: sp.Expr) -> sp.Expr:
    return operator + Dagger(operator)


def model(hamiltonian: sp.Expr, *modes: sp.Expr) -> Model:
    return Model("mixing", hamiltonian, tuple(Loss(1, mode) for mode in modes), F)


SPLITTING = model(
    Delta * Dagger(a) * a + g * hermitian(Dagger(a) * b * c) + F * hermitian(a), a, b, c
)


@pytest.mark.parametrize(
    ("system", "weights"),
    [
        (SPLITTING, (2, 1, 1)),
        # an atom that emits into two modes at once
        (model(g * hermitian(Dagger(s) * b * c) + F * hermitian(s), s, b, c), (1, 1, 2)),
        # two steps down: a -> b + c, b -> d + e
        (
            model(
                g * hermitian(Dagger(a) * b * c + Dagger(b) * d * e) + F * hermitian(a),
                a, b, c, d, e,
            ),
            (3, 2, 1, 1, 1),
        ),
        (model(g * hermitian(Dagger(b) * a**2) + F * hermitian(a), a, b), (1, 2)),
        (model(F * hermitian(a * b), a, b), (1, 1)),
        (model(g * hermitian(Dagger(a) * b) + F * hermitian(a), a, b), (1, 1)),
        (model(g * hermitian(Dagger(a) ** 3 * b) + F * hermitian(b), a, b), (1, 3)),
        # a laser on one of the two that are made together: nothing ever fills the others
        (model(g * hermitian(Dagger(a) * b * c) + F * hermitian(b), a, b, c), (2, 1, 1)),
        # harmonics of harmonics
        (
            model(
                g * sum(hermitian(Dagger(y) * x**2) for x, y in pairwise((a, b, c, d, e)))
                + F * hermitian(a),
                a, b, c, d, e,
            ),
            (1, 2, 4, 8, 16),
        ),
    ],
)  # fmt: skip
def test_weights_are_the_smallest_and_ties_are_broken_evenly(
    system: Model, weights: tuple[int, ...]
) -> None:
    assert system.grading.weights == weights


def test_the_order_in_which_modes_are_named_makes_no_difference() -> None:
    renamed = model(g * hermitian(Dagger(c) * b * a) + F * hermitian(c), a, b, c)
    assert renamed.grading.weights == (1, 1, 2)


def test_a_quantum_that_splits_in_two_has_the_amplitudes_of_the_master_equation() -> None:
    closed = analytic.derive(SPLITTING, quanta=2)
    values = {"Delta": 0.4, "g": 0.8, "F": 1e-3}
    state = numeric.steady_state(SPLITTING, values)
    for occupation in ((1, 0, 0), (0, 1, 1)):
        found = closed.evaluate(closed.probability(occupation), values)
        # relative corrections are of the order of F^2
        np.testing.assert_allclose(found, state.probability(occupation), rtol=1e-5, atol=0)
    # (Delta - i/2) C_100 + g C_011 = -F,  -i C_011 + g C_100 = 0
    E, pair = 0.4 - 0.5j, -1.0j
    expected = abs(1e-3 * pair / (E * pair - 0.8**2)) ** 2
    np.testing.assert_allclose(closed.evaluate(closed.number("a"), values), expected, rtol=1e-12)


def test_a_term_that_leaves_no_weights_is_named() -> None:
    driven = model(g * hermitian(b) + F * hermitian(a) + hermitian(Dagger(a) * b), a, b)
    with pytest.raises(ValueError, match=r"Term `.*b.*` of the Hamiltonian must conserve"):
        _ = driven.grading


def test_jumps_lower_what_only_they_fill() -> None:
    """A loss that takes two quanta of a and leaves one in b, which no drive reaches."""
    pair = Model(
        "left over", Delta * Dagger(a) * a + F * hermitian(a) + g * Dagger(b) * b,
        (Loss(1, a), Loss(1, Dagger(b) * a**2), Loss(1, b)), F,
    )  # fmt: skip
    assert pair.not_lowering() is None
    assert pair.grading.weights == (1, 1)


def test_a_weak_bath_fills_an_atom_that_nothing_drives() -> None:
    """A cavity of n_th quanta around an atom, and an atom with a weak pump: rates are in n_th."""
    n_th, pump = sp.symbols("n_th P", positive=True)
    cavity, exchange = Loss(1, a), g * hermitian(Dagger(a) * s)
    warm = Loss(n_th + 1, a), Loss(n_th, Dagger(a)), Loss(sp.Rational(1, 2), s)
    pumped = cavity, Loss(pump, Dagger(s)), Loss(sp.Rational(1, 2), s)
    for losses, small in ((warm, n_th), (pumped, pump)):
        bath = Model("Jaynes-Cummings in a bath", exchange, losses, orders={small: 2})
        series = analytic.expand(bath, corrections=1)
        values = {"g": 1.5, str(small): 1e-4}
        state = numeric.steady_state(bath, values)
        for mode in (a, s):  # what is left out is of the order of n_th^2
            found = series.evaluate(series.number(mode), values)
            np.testing.assert_allclose(found, state.number(mode), rtol=1e-7, atol=0)
        found = series.evaluate(series.correlation(a), values)
        np.testing.assert_allclose(found, state.correlation(a), rtol=1e-6, atol=0)


def test_a_mode_that_is_driven_alone_keeps_its_number_beside_empty_ones() -> None:
    """Three-wave mixing with light in b alone: nothing can happen, and b is coherent."""
    alone = model(
        Delta * Dagger(b) * b + g * hermitian(Dagger(a) * b * c) + F * hermitian(b), a, b, c
    )
    state = numeric.steady_state(alone, {"Delta": 0.4, "g": 0.8, "F": 0.02})
    expected = 0.02**2 / (0.4**2 + 0.25)
    np.testing.assert_allclose(state.number("b"), expected, rtol=1e-10, atol=0)
    np.testing.assert_allclose(state.correlation("b"), 1, rtol=1e-7, atol=0)
    assert state.number("a") == state.number("c") == 0


def test_a_bath_that_is_no_polynomial_in_what_is_small_has_its_numbers() -> None:
    """A cavity in a squeezed bath, r being called small: <a'a> = sinh(r)^2 all the same."""
    r = sp.Symbol("r", positive=True)
    bath = Loss(1, sp.cosh(r) * a + sp.sinh(r) * Dagger(a))
    squeezed = Model("squeezed", Delta * Dagger(a) * a, (bath,), orders={r: 1})
    state = numeric.steady_state(squeezed, {"Delta": 0.3, "r": 0.3})
    np.testing.assert_allclose(state.number("a"), np.sinh(0.3) ** 2, rtol=1e-9, atol=0)
