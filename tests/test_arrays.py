"""Chains of Kerr modes, written with a loop: both roads against two photons in plain NumPy."""

import itertools

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import analytic
import numeric
from systems import Loss, Model

Delta, U, J = sp.symbols("Delta U J", real=True)
gamma, F = sp.symbols("gamma F", positive=True)
VALUES = {"Delta": 0.3, "U": 1.0, "J": 0.7, "gamma": 1.0, "F": 1e-4}


def chain(length: int) -> Model:
    """Kerr modes in a row, the first one driven."""
    modes = [BosonOp(f"a{i}") for i in range(1, length + 1)]
    H = sp.Add(*(Delta * Dagger(a) * a + U * Dagger(a) ** 2 * a**2 for a in modes))
    H += sp.Add(*(J * (Dagger(a) * b + Dagger(b) * a) for a, b in itertools.pairwise(modes)))
    losses = tuple(Loss(gamma, a) for a in modes)
    return Model(f"chain of {length}", H + F * (modes[0] + Dagger(modes[0])), losses, F)


def two_photons(length: int) -> np.ndarray:
    """g2 of each mode from psi_ij = psi_ji, the amplitudes of two photons at i and j."""
    hop = 0.7 * (np.eye(length, k=1) + np.eye(length, k=-1))
    h = (0.3 - 0.5j) * np.eye(length) + hop
    start = np.eye(length)[0]
    one = -1e-4 * np.linalg.solve(h, start)
    both = np.kron(h, np.eye(length)) + np.kron(np.eye(length), h)
    both += 2 * np.diag(np.eye(length).ravel())  # U a'a'aa shifts a pair in one mode by 2 U
    source = -1e-4 * (np.outer(start, one) + np.outer(one, start)) / np.sqrt(2)
    pairs = np.linalg.solve(both, source.ravel()).reshape(length, length)
    return 2 * abs(np.diag(pairs)) ** 2 / abs(one) ** 4


@pytest.mark.parametrize("length", [4, 10])
def test_a_chain_to_two_quanta_has_the_correlations_of_two_photons(length: int) -> None:
    state, expected = numeric.steady_state(chain(length), VALUES, quanta=2), two_photons(length)
    for i in (1, 2):
        # relative corrections are of the order of F^2 = 1e-8
        found = state.estimate("correlation", f"a{i}").value
        np.testing.assert_allclose(found, expected[i - 1], rtol=1e-6, atol=0)


@pytest.mark.parametrize("length", [4, pytest.param(8, marks=pytest.mark.slow)])
def test_the_closed_form_of_a_chain_is_that_of_two_photons(length: int) -> None:
    closed = analytic.derive(chain(length), quanta=2)
    g2 = closed.evaluate(closed.correlation("a1"), VALUES)
    # long polynomials lose a few of sixteen digits
    np.testing.assert_allclose(g2, two_photons(length)[0], rtol=1e-10, atol=0)


def test_the_closed_form_of_a_chain_names_its_common_factors() -> None:
    closed = analytic.derive(chain(3), quanta=2)
    short = closed.correlation("a1", 2, closed.abbreviations)
    assert sp.count_ops(short) < sp.count_ops(closed.correlation("a1")) / 3
    whole = analytic.spell_out(short, closed.abbreviations)
    np.testing.assert_allclose(
        closed.evaluate(whole, VALUES), two_photons(3)[0], rtol=1e-10, atol=0
    )
