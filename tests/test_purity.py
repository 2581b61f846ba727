"""The purity of weakly driven light: both roads, Gaussian states, linear systems."""

import numpy as np
import pytest
import sympy as sp
from helpers import assert_closed_form_equals

from analytic import derive, fields
from analytic.fields import impurity, purity
from numeric import fields as observables
from numeric import steady_state
from systems import Loss, Model
from systems.library import (
    jaynes_cummings,
    kerr,
    kerr_dimer,
    kerr_ring,
    nanotip,
    parametric_kerr,
    second_harmonic,
)

K, kappa = kerr_dimer, sp.Symbol("kappa", positive=True)
UNEQUAL = Model("unequal", K.MODEL.hamiltonian, (Loss(K.gamma, K.a), Loss(kappa, K.b)), K.F)
COLLECTIVE = Model(
    "collective", K.MODEL.hamiltonian, (Loss(K.gamma, K.a + sp.I * K.b), Loss(kappa, K.b)), K.F
)
DIMER = {"Delta": 0.3, "U": 0.7, "J": 1.2, "gamma": 1.0, "kappa": 0.4, "F": 1.0}
CASES = {
    "kerr": (kerr.MODEL, {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": 1.0}),
    "parametric": (
        parametric_kerr.MODEL, {"Delta": 0.3, "chi": 0.7, "gamma": 1.0, "xi": 1.0, "G": 0.4j},
    ),
    "equal losses": (
        nanotip.MODEL, {"Delta": 0.2, "J": 0.7 + 0.4j, "chi": 0.8, "gamma": 1.0, "xi": 1.0},
    ),
    "three modes": (
        kerr_ring.MODEL, {"Delta": 0.2, "J": 0.7 + 0.4j, "chi": 0.8, "gamma": 1.0, "xi": 1.0},
    ),
    "unequal losses": (UNEQUAL, DIMER),
    "collective loss": (COLLECTIVE, DIMER),
    "atom": (
        jaynes_cummings.MODEL,
        {"Delta_a": 0.2, "Delta_s": 0.1, "g": 1.0, "kappa": 1.0, "gamma": 0.6, "xi": 1.0},
    ),
    "harmonic": (
        second_harmonic.MODEL,
        {"Delta_a": 0.2, "Delta_b": 0.1, "g": 1.0, "kappa_a": 1.0, "kappa_b": 0.6, "F": 1.0},
    ),
}  # fmt: skip


def missing(name, strengths):
    """1 - Tr rho^2 of both roads."""
    model, values = CASES[name]
    small = {model.drive: 1, **model.orders}
    values = values | {str(s): values[str(s)] * strengths**k for s, k in small.items()}
    closed, state = derive(model), steady_state(model, values, quanta=3)
    return 1 - closed.evaluate(purity(closed), values), 1 - observables.purity(state)


@pytest.mark.parametrize("name", CASES)
def test_what_is_missing_to_a_pure_state_is_that_of_the_master_equation(name):
    strengths = np.array([1e-2, 2e-2])
    formula, true = missing(name, strengths)
    # 1e-8 of one, known to round-off: 1e-7; the next order is smaller by the drive squared, and
    # states of up to three quanta make it
    np.testing.assert_allclose(formula, true, rtol=0.02)
    off = abs(formula / true - 1)
    assert off[1] / off[0] == pytest.approx(4, rel=0.05)


def test_a_weakly_squeezed_mode_is_a_gaussian_state():
    # Tr rho^2 = 1/sqrt((1 + 2 n)^2 - 4 |m|^2), with as many photons from pairs, |m|^2, as jumps
    # leave single: n = 2 |m|^2, while the squeezing is 2 |m|
    closed = derive(kerr.MODEL)
    gap = impurity(closed).doit()
    assert_closed_form_equals(sp.simplify(gap), fields.squeezing(closed, "a").doit() ** 2 / 2)


@pytest.mark.parametrize("model", [UNEQUAL, COLLECTIVE, kerr_ring.MODEL])
def test_linear_light_is_pure_whatever_is_lost(model):
    flat = model.hamiltonian.subs({K.U: 0, kerr_ring.chi: 0})
    closed = derive(Model("linear", flat, model.losses, model.drive))
    values = DIMER | {"J": 1.2, "xi": 1.0}
    names = {str(s) for s in closed.model.parameters}
    point = {name: value for name, value in values.items() if name in names}
    # amplitudes that cancel exactly, of order one: round-off
    assert closed.evaluate(purity(closed), point) == pytest.approx(1, abs=1e-14)


def test_purity_takes_one_quantum_more_than_a_jump_removes():
    with pytest.raises(ValueError, match="`quanta` must be at least 2"):
        purity(derive(kerr.MODEL, quanta=1))


def test_a_purity_is_returned_only_where_it_can_be_one():
    # above the threshold of a parametric drive, 2 |G| = gamma/2, there is no steady state at all
    values = {"Delta": 0.0, "chi": 0.0, "gamma": 1.0, "xi": 0.2, "G": np.array([0.01, 0.6])}
    closed = derive(parametric_kerr.MODEL)
    found = closed.evaluate(purity(closed), values)
    assert 0 < found[0] <= 1
    assert np.isnan(found[1])
