"""A mode that neither the drive nor a coupling nor a jump fills holds exactly nothing."""

import numpy as np
import pytest
import sympy as sp
from sympy.physics.quantum import Dagger
from sympy.physics.quantum.boson import BosonOp

import numeric
from numeric import observables
from systems import Loss, Model

a, b, c = (BosonOp(name) for name in "abc")
DETUNINGS = D, E, W = sp.symbols("D E W", real=True)
U, X, k, p, h, F = sp.symbols("U X k p h F", positive=True)
J, K = sp.symbols("J K")

# A chain a - b - c of which any link may be open; p hands quanta of b on to c, h heats b
CHAIN = Model(
    "chain",
    sum((x * Dagger(m) * m for x, m in zip(DETUNINGS, (a, b, c), strict=True)), sp.S.Zero)
    + U * Dagger(a) ** 2 * a**2
    + X * Dagger(a) * a * Dagger(b) * b
    + sum(x * Dagger(m) * n + sp.conjugate(x) * Dagger(n) * m for x, m, n in ((J, a, b), (K, b, c)))
    + F * (a + Dagger(a)),
    (
        *(Loss(k, m) for m in (a, b, c)),
        Loss(k * p, Dagger(c) * b),
        Loss(k * h, Dagger(b)),
        Loss(k * h, b),
    ),
    F,
)


def drawn(rng, **fixed):
    """Values of the chain, closed everywhere but for the heat."""
    around = {str(x): float(rng.normal()) for x in (*DETUNINGS, J, K)}
    sizes = {str(x): float(10 ** rng.uniform(-2, 1)) for x in (U, X, p)}
    return {**around, **sizes, "k": 1.0, "h": 0.0, "F": float(10 ** rng.uniform(-6, -1)), **fixed}


OPEN = [
    ({"J": 0.0}, "a"),  # nothing reaches b, and so nothing c
    ({"K": 0.0, "p": 0.0}, "ab"),
    ({"K": 0.0}, "abc"),  # a jump reaches c
    ({"J": 0.0, "h": 1e-3}, "abc"),  # heat does
    ({"J": 0.0, "K": 0.0, "p": 0.0, "h": 1e-3}, "ab"),
]


@pytest.mark.parametrize(("links", "filled"), OPEN)
@pytest.mark.parametrize("quanta", [None, 6])
def test_what_nothing_reaches_is_empty_and_has_no_correlations(links, filled, quanta):
    rng = np.random.default_rng(16)
    # at order 2: three modes and heat would take more quanta than are needed here
    state = numeric.steady_state(CHAIN, drawn(rng, **links), quanta, order=2)
    for mode in "abc":
        number = state.estimate("number", mode)
        if mode in filled:
            assert number.value > 0
        else:
            assert (number.value, number.error, number.status) == (0, 0, "ok")
            assert state.correlation_status(mode) == "undefined"
            assert state.cross_correlation_status("a", mode) == "undefined"


def test_an_open_link_is_told_from_a_closed_one_point_by_point():
    rng = np.random.default_rng(1600)
    points = [drawn(rng, K=0.0, p=0.0, J=float(i % 2)) for i in range(40)]
    values = {name: np.array([point[name] for point in points]) for name in points[0]}
    state = numeric.steady_state(CHAIN, values, 5)
    number = state.number("b")
    assert np.all(number[::2] == 0)
    assert np.all(number[1::2] > 0)
    assert set(state.correlation_status("b")[::2]) == {"undefined"}


def test_means_of_an_empty_mode_vanish_exactly():
    rng = np.random.default_rng(161)
    state = numeric.steady_state(CHAIN, drawn(rng, J=0.0), 6)
    for operator in (Dagger(b) * b, Dagger(a) * b + Dagger(b) * a):
        found = state.estimate("expect", operator)
        assert (found.value, found.error, found.status) == (0, 0, "ok")
    assert observables.estimate(state, "correlation", b).status == "undefined"
    assert np.isnan(numeric.delayed_correlation(CHAIN, drawn(rng, J=0.0), b, [0.0, 1.0], 4)).all()
