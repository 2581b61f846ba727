"""High orders of a harmonic take the quanta of the mode that makes it, however weak the drive.

Four quanta of a second harmonic come of eight of the driven mode.  A truncation of six quanta holds
such a state, but not all ways to it: populations fall by ten powers of ten with every quantum
while g4 is wrong by a tenth, so how fast they fall tells nothing.
"""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from systems import Loss, Model

a, b = BosonOp("a"), BosonOp("b")
D, E, U, V = sp.symbols("D E U V", real=True)
k, q, m, F = sp.symbols("k q m F", positive=True)
g = sp.Symbol("g")


def harmonic(fold):
    """A driven Kerr mode of which ``fold`` quanta make one of a second mode."""
    made = g * Dagger(a) ** fold * b
    hamiltonian = (
        D * Dagger(a) * a
        + U * Dagger(a) ** 2 * a**2
        + E * Dagger(b) * b
        + V * Dagger(b) ** 2 * b**2
        + made
        + sp.conjugate(g) * Dagger(b) * a**fold
        + F * (a + Dagger(a))
    )
    return Model(f"{fold} to 1", hamiltonian, (Loss(k, a), Loss(q, b), Loss(m, a**2)), F)


def drawn(rng):
    signed = {x: float(rng.normal() * 10 ** rng.uniform(-1, 1)) for x in "DEUVg"}
    rates = {x: float(10 ** rng.uniform(-0.5, 0.5)) for x in "kqm"}
    return {**signed, **rates, "F": 1e-6}


def leading(model, values, order):
    """g^(k) of the harmonic from H_eff with room to spare; jumps add F^2 of it, 1e-12."""
    ways = model.grading.of((0, order))
    return (
        numeric.nojump_state(model, values, quanta=ways + 1).estimate("correlation", b, order).value
    )


@pytest.mark.parametrize("seed", range(3))
def test_a_chosen_truncation_holds_the_ways_to_g4(seed):
    model, values = harmonic(2), drawn(np.random.default_rng(seed))
    state = numeric.steady_state(model, values)
    assert state.status == "ok"
    # the default promises 1e-8; interference multiplies what F^2 leaves out
    assert np.isclose(state.correlation(b, 4), leading(model, values, 4), rtol=1e-7)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("fold", [2, 3])
def test_a_given_truncation_that_lacks_ways_says_so(fold, seed):
    model, values = harmonic(fold), drawn(np.random.default_rng(10 + seed))
    true, words = leading(model, values, 3), []
    for quanta in range(5 if fold == 2 else 7, 3 * fold + 1):
        state = numeric.steady_state(model, values, quanta)
        found = state.estimate("correlation", b, 3)
        words.append(str(found.status))
        if found.status == "ok":  # to what a given truncation may cost
            assert np.isclose(found.value, true, rtol=2e-3)
            assert np.isclose(state.probability((0, 1)), state.number(b), rtol=1e-9)
    assert words[0] == "not converged"
    assert words[-1] == "ok"
